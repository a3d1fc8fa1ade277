"""Replaying entries of the ledger: what each decided is computed again from the archive and held against it, one night per as-of day.

Proving deeply has the machinery; this asks it of chosen entries and tells apart what a reader must not mix up: the same decision by
other code, data that are lawfully gone, and what cannot be asked here at all.
"""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pipelines.canonical import plain
from pipelines.deliveries.purge import RECORD
from pipelines.errors import HandoverRefusedError, HomeError, LedgerError, NotReplayableError
from pipelines.fingerprint import program_digest
from pipelines.ledger import handover, journal, trust
from pipelines.ledger.handover import Handover
from pipelines.ledger.journal import Entry
from pipelines.payments.vocabulary import catalogue
from pipelines.reports.evidence import bundle
from pipelines.reports.evidence.deep import Run, compared, posted_inputs, scratch
from pipelines.reports.evidence.keeping import name_of
from pipelines.reports.evidence.proof import prove
from pipelines.settings import Home, runtime_lock_digest

State = Literal["proved", "re-verification", "retired", "differs", "not_replayable"]
WORTH = {"proved": "proved", "re-verification": "proved", "retired": "proved to the hash", "differs": "differs", "not_replayable": "cannot be replayed"}
Data = dict[str, Any]


@dataclass(frozen=True)
class Replayed:
    """What came of replaying one entry. A `re-verification` gave the same by another program or lock; of one `retired` the data are gone, lawfully
    and on record, and everything that is kept of it holds."""

    entry: int
    about: str
    state: State
    words: str


def entries_of(home: Home, wanted: str) -> list[Entry]:
    """The entries to replay: all that say something of a decision when `wanted` is empty, else the one of that number or the one that stands for
    that posting key, or is the newest about it. Raises LedgerError when the chain does not hold, HomeError when there is none."""
    reading = journal.read(home)
    if reading.fault:
        raise LedgerError(reading.fault, where="ledger.jsonl", next_step="restore the file from a backup and run `udbytte verify`")
    entries = [entry for entry in reading.entries if entry.kind in bundle.ABOUT]
    if not wanted:
        return entries
    named = [entry for entry in entries if wanted in (str(entry.seq), entry.posting_key, entry.about)]
    if not named:
        raise HomeError(f"the ledger has no entry '{wanted}' about a decision", next_step="give the number or the posting key of a decision, a hold or a question")
    return [next((entry for entry in named if wanted in (str(entry.seq), entry.posting_key)), named[-1])]


def changed_since(home: Home, entries: list[Entry]) -> list[str]:
    """A sentence for the program and one for the lock where some of these entries were decided by another."""
    found = []
    for name, installed in (("program", program_digest()), ("lock", runtime_lock_digest())):
        by_others = [entry.seq for entry in entries if _posted(home, entry).get(name, installed) != installed]
        if by_others:
            found.append(f"the {name} changed since: {len(by_others)} of {len(entries)} entries were decided by another, the newest of them entry {max(by_others)}")
    return found


def _posted(home: Home, entry: Entry) -> Data:
    try:
        return posted_inputs(home, entry)
    except HandoverRefusedError:
        return {}


def replay(home: Home, run: Run, entries: list[Entry]) -> list[Replayed]:
    """Replay entries in their order; `run` runs a night. Nights run in a scratch copy beside the home, which is only read."""
    done = {entry.seq: said for entry in entries if (said := _without_a_night(home, entry)) is not None}
    waiting = [entry for entry in entries if entry.seq not in done]
    if waiting:
        with tempfile.TemporaryDirectory(prefix=".udbytte-replay-", dir=home.root.parent) as folder:
            copy = scratch(home, Path(folder) / "home")
            for day in sorted({entry.as_of for entry in waiting}):
                done |= {said.entry: said for said in _day(home, copy, run, day, [entry for entry in waiting if entry.as_of == day])}
    return [done[entry.seq] for entry in entries]


def _day(home: Home, copy: Home, run: Run, day: dt.date, entries: list[Entry]) -> Iterator[Replayed]:
    night = run(copy, day)
    made = {item.posting_key: dict(plain(item.as_data())) for item in night.decisions}
    for entry in entries:
        proof = night.proofs.get(entry.about)
        yield _held_against(entry, made.get(entry.about), proof.inputs if proof else {}, _posted(home, entry))


def _held_against(entry: Entry, found: Data | None, inputs: Data, posted: Data) -> Replayed:
    """One entry against what its day gives now: where the inputs are the same, to the last bit of what it says."""
    said = compared(entry, found, inputs, posted)
    if found is None or said.state != "proved":
        return Replayed(entry.seq, entry.about, "differs", said.words)
    if entry.body.get("fingerprint", found["fingerprint"]) != found["fingerprint"]:
        return Replayed(entry.seq, entry.about, "re-verification", said.words)
    again = journal.decision_body(found, entry.body["handover"]) if entry.kind == "decision" else entry.body
    differs = sorted(name for name in {*again, *entry.body} if again.get(name) != entry.body.get(name))
    if differs:
        return Replayed(entry.seq, entry.about, "differs", f"{entry.name()}: {', '.join(differs)} did not come out again, from the same inputs")
    return Replayed(entry.seq, entry.about, "proved", said.words)


def _without_a_night(home: Home, entry: Entry) -> Replayed | None:
    """What can be said of an entry before any night runs: that it cannot be replayed here, or that its data were retired; None when it can."""
    try:
        why = _why_not(home, _handover_of(home, entry))
    except (HandoverRefusedError, OSError):
        why = "its hand-over is gone or altered; restore it from a backup"
    if why:
        return Replayed(entry.seq, entry.about, "not_replayable", f"{entry.name()}: {why}")
    folders = _missing(home, _posted(home, entry))
    lost = [folder for folder in folders if not _is_on_record(folder)]
    if lost:
        where = ", ".join(f"archive/{folder.parent.name}/{folder.name[:12]}" for folder in lost[:3])
        return Replayed(entry.seq, entry.about, "not_replayable", f"{entry.name()}: data it was made from are gone and no record says why ({where}); restore the archive")
    return _to_the_hash(home, entry, len(folders)) if folders else None


def _handover_of(home: Home, entry: Entry) -> Handover:
    path = home.handover / str(entry.as_of) / f"{entry.contract}-{entry.body['handover'][:16]}.json"
    return handover.read(path, trust.trusted(home))


def _why_not(home: Home, found: Handover) -> str:
    if found.key != handover.public_key(home):
        return f"it was measured in another home, whose key is {found.key[:12]}; replay it there"
    if found.content["contract"]["sha256"] != catalogue().digests.get(f"outcomes/{found.contract}.yaml"):
        return "the text of its contract is not the one in force; point UDBYTTE_CONTRACTS at the contracts of that night"
    return ""


def _missing(home: Home, inputs: Any) -> list[Path]:
    """The folders of the deliveries that counted in these inputs and whose rows are gone."""
    if not isinstance(inputs, dict):
        return []
    made: dict[Path, None] = {}
    for name, part in inputs.items():
        if name in ("registers", "totals") and isinstance(part, dict):
            made |= dict.fromkeys(folder for own, item in part.items() for folder in _gone(home, own, item))
        else:
            made |= dict.fromkeys(_missing(home, part))
    return list(made)


def _gone(home: Home, register: str, item: Any) -> list[Path]:
    counted = item.get("in_use", {}).get("deliveries", []) if isinstance(item, dict) else []
    folders = [home.archive / register / str(sha256) for sha256 in counted]
    return [folder for folder in folders if not (folder / "data.parquet").exists()]


def _is_on_record(folder: Path) -> bool:
    """Whether a record in the delivery's folder says that its bytes were removed, when and why."""
    try:
        made = json.loads((folder / RECORD).read_bytes())["purges"]
        return any(item["sha256"] == folder.name and item["because"] and dt.date.fromisoformat(item["as_of"]) for item in made)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _to_the_hash(home: Home, entry: Entry, count: int) -> Replayed:
    """An entry whose data are retired: everything its evidence can prove is proved."""
    try:
        faults = [item.words for item in prove(home.evidence / name_of(entry), handover.public_key(home)) if item.state == "failed"]
    except HomeError:
        return Replayed(entry.seq, entry.about, "not_replayable", f"{entry.name()}: its data are retired and its evidence is gone; restore evidence/{name_of(entry)}")
    if faults:
        return Replayed(entry.seq, entry.about, "differs", f"{entry.name()}: {faults[0]}")
    return Replayed(entry.seq, entry.about, "retired", f"{entry.name()}: proved to the hash, data retired ({count} deliveries)")


def tell(said: list[Replayed], changed: list[str], *, as_json: bool) -> None:
    """Print what came of each entry, as JSON with what `changed` since. Raises LedgerError when one differs, else NotReplayableError when one cannot be replayed."""
    if as_json:
        print(json.dumps({"changed": changed, "entries": [vars(item) for item in said]}, indent=2, ensure_ascii=False))
    else:
        print("\n".join(f"{WORTH[item.state]}: {item.words}" for item in said))
    for state, error in (("differs", LedgerError), ("not_replayable", NotReplayableError)):
        count = sum(item.state == state for item in said)
        if count:
            raise error(f"{count} of {len(said)} entries: {WORTH[state]}", where="ledger.jsonl", next_step="each line says what of it, and what to do")
