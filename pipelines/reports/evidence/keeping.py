"""Writing what proves the day's entries: the last step of settling. A bundle is written once, whole, and never again.

A run that was killed between posting and here left entries without one. Running the same day again writes them, also when later days were
decided since: only where everything comes out as the sealed hand-over has it, for else it would prove something else.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from pipelines.canonical import plain, text_digest
from pipelines.deciding import Proof, overrides
from pipelines.errors import HomeError, without_values
from pipelines.files import write_folder_once
from pipelines.ledger import handover, journal
from pipelines.ledger.journal import Entry
from pipelines.night import Night
from pipelines.payments.decide import Decision
from pipelines.quality.checks import Check, Tally
from pipelines.reports.evidence import bundle, crate, page
from pipelines.reports.evidence.bundle import Files, Material
from pipelines.settings import Home

MODE = 0o640
UNWRITTEN = "evidence of entry"
"""How the problem of a bundle that could not be written begins."""


def keep(night: Night) -> list[str]:
    """Write the missing bundles of the day's entries and return their names. What cannot be written is a problem of the night; entries of
    other days without one are noted."""
    missing = [entry for entry in journal.read(night.home).entries if entry.kind in bundle.ABOUT and not (night.home.evidence / name_of(entry)).exists()]
    checks, tallies, written = (tuple(night.all_checks()), tuple(night.tallies().values()), []) if missing else ((), (), [])
    for entry in missing:
        if entry.as_of == night.as_of:
            try:
                write(night.home, material(night, entry, checks, tallies))
                written.append(name_of(entry))
            except Exception as error:
                night.problems.append(f"{UNWRITTEN} {entry.seq}: {without_values(error)}")
    for day, count in sorted(Counter(entry.as_of for entry in missing if entry.as_of != night.as_of).items()):
        night.notes.append(f"{count} entries of {day} have no evidence; `udbytte run --as-of {day}` writes it")
    return written


def name_of(entry: Entry) -> str:
    """The name of an entry's folder."""
    return f"{entry.seq:06d}"


def material(night: Night, entry: Entry, checks: tuple[Check, ...], tallies: tuple[Tally, ...] = ()) -> Material:
    """What the night knows of an entry. Raises HomeError when it does not come out as it was handed over, or no longer can."""
    sealed = _sealed(night.home, entry)
    found = handover.read(sealed, {handover.public_key(night.home)})
    posted = bundle.decision_of(found, entry.about)
    decided = next((item for item in night.decisions if item.posting_key == entry.about), None)
    if decided is None or plain(decided.as_data()) != posted:
        raise HomeError("what this run decides is not what was posted, so it proves nothing of it", next_step="run the day again with the contracts and the code of that night")
    text, before = _text(night, entry.contract), journal.read(night.home).entries[: entry.seq - 1]
    released_by = tuple(overrides(before, entry.about, entry.as_of))
    return Material(entry, sealed.read_bytes(), found, night.catalogue.contracts[entry.contract], text, _proof(night, decided), checks, released_by, tallies)


def _proof(night: Night, decided: Decision) -> Proof | None:
    return night.proofs.get(decided.posting_key) if decided.fingerprint else None


def _sealed(home: Home, entry: Entry) -> Path:
    path = home.handover / str(entry.as_of) / f"{entry.contract}-{entry.body['handover'][:16]}.json"
    if not path.exists():
        raise HomeError("the hand-over that the entry was posted from is gone", where=f"handover/{path.parent.name}/{path.name}", next_step="restore it from a backup")
    return path


def _text(night: Night, contract: str) -> bytes:
    """The text of a contract, if it still is the one that the night read."""
    name = f"outcomes/{contract}.yaml"
    raw = (night.catalogue.folder / name).read_bytes()
    if text_digest(raw.decode()) != night.catalogue.digest_of(name):
        raise HomeError("the text of the contract changed during the night", where=name, next_step="run the night again")
    return raw


def write(home: Home, found: Material) -> None:
    """Write one bundle, sealed by this home."""
    write_folder_once(home.evidence / name_of(found.entry), complete(home, found), mode=MODE)


def complete(home: Home, found: Material) -> Files:
    """Every file of a bundle, its page and its metadata included."""
    made = bundle.files(found)
    whole = {**made, "index.html": page.page(found, sorted({*made, "index.html", crate.METADATA}))}
    described = crate.metadata(
        whole,
        name=f"Evidence of {found.entry.name()}",
        description=f"What {found.contract.title} decided of {found.entry.about} by what was known on {found.entry.as_of}, and all it takes to prove it again.",
        published=found.entry.as_of,
        publisher=next((party.name for party in found.contract.parties if "commissioner" in party.roles), found.contract.parties[0].name),
        sign=lambda sha256: handover.sign(home, sha256),
    )
    return {**whole, crate.METADATA: described}
