"""Proving a whole ledger beside its archive: each day that decided anything is run again as a what-if in a scratch copy of the home, and what
comes out is held against every entry. The real home is only read; its deliveries are linked into the copy, not copied."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pipelines.canonical import digest, plain
from pipelines.errors import LedgerError
from pipelines.files import copy_with_digest
from pipelines.ledger import handover, journal
from pipelines.ledger.journal import Entry
from pipelines.night import Night
from pipelines.payments.decide import FINAL
from pipelines.reports.evidence import bundle
from pipelines.reports.evidence.bundle import shared_inputs, whole_inputs
from pipelines.reports.evidence.keeping import UNWRITTEN, name_of
from pipelines.reports.evidence.proof import Said
from pipelines.settings import Home

LINKED = ("archive", "quarantine", "handover", "evidence")
COPIED = ("keys", "ledger.jsonl", "ledger.head", "home.json")
OF_CODE = {"program", "lock", "code", "staging", "counting", "suites", "sql"}
"""Parts of a fingerprint that another version of the program or of its libraries changes, and data never do."""
MOST_NAMED = 5
Data = dict[str, Any]
Run = Callable[[Home, dt.date], Night]


def prove_deeply(home: Home, run: Run) -> list[Said]:
    """Recompute every entry about a decision, and say of each whether it was proved. `run` runs a night. Raises LedgerError when the chain
    does not hold."""
    reading = journal.read(home)
    if reading.fault:
        raise LedgerError(reading.fault, where="ledger.jsonl", next_step="restore the file from a backup and run `udbytte verify`")
    entries = [entry for entry in reading.entries if entry.kind in bundle.ABOUT]
    with tempfile.TemporaryDirectory(prefix=".udbytte-verify-", dir=home.root.parent) as folder:
        copy = scratch(home, Path(folder) / "home")
        return [said for day in sorted({entry.as_of for entry in entries}) for said in _day(home, run(copy, day), [entry for entry in entries if entry.as_of == day])]


def scratch(home: Home, root: Path) -> Home:
    """A home that knows what `home` knows and has computed nothing yet."""
    root.mkdir(mode=0o700)
    for name in LINKED:
        if (home.root / name).exists():
            shutil.copytree(home.root / name, root / name, copy_function=_link)
    for name in COPIED:
        source = home.root / name
        if source.is_dir():
            shutil.copytree(source, root / name)
        elif source.exists():
            shutil.copy2(source, root / name)
    return Home(root)


def _link(source: str, target: str) -> None:
    """A hard link, or a copy where the file system has none."""
    try:
        os.link(source, target)
    except OSError:
        copy_with_digest(Path(source), Path(target))


def _day(home: Home, night: Night, entries: list[Entry]) -> Iterator[Said]:
    """What comes of running a day again, entry by entry."""
    made = {item.posting_key: dict(plain(item.as_data())) for item in night.decisions}
    for entry in entries:
        found, inputs = made.get(entry.about), night.proofs.get(entry.about)
        yield compared(entry, found, inputs.inputs if inputs else {}, posted_inputs(home, entry))
    for problem in night.problems:
        if problem.startswith(UNWRITTEN):
            continue  # whether a bundle could be written says nothing of what was decided
        yield Said("failed", f"the night of {night.as_of}, run again, had a problem: {problem}")


def compared(entry: Entry, found: Data | None, inputs: Data, posted: Data) -> Said:
    """One entry against the decision that came out of its day now: `found`, made from `inputs`; it was posted from `posted`, as far as known."""
    if found is None:
        return Said("failed", f"{entry.name()}: nothing is decided of it now; are its contract and its contracts' folder those of that night?")
    fault = _fault(entry, found)
    if fault:
        return Said("failed", f"{entry.name()}: {fault}. Now: {found['state'].replace('_', ' ')}, {found['reason']}")
    said = f"{entry.name()}: {_what(entry)} comes out again"
    if entry.body.get("fingerprint", found["fingerprint"]) == found["fingerprint"]:
        return Said("proved", f"{said}, from the same inputs" if found["fingerprint"] else said)
    changed = [path for path in differences(plain(posted), plain(inputs)) if posted]
    is_of_code = bool(changed) and all(OF_CODE & set(path.split("/")) for path in changed)
    named = ", ".join(changed[:MOST_NAMED]) + (f" and {len(changed) - MOST_NAMED} more" if len(changed) > MOST_NAMED else "")
    if is_of_code:
        return Said("proved", f"{said}, by another program or lock, so its fingerprint is another ({named})")
    return Said("failed", f"{entry.name()}: the same comes out of other inputs ({named or 'which were not kept'})")


def _what(entry: Entry) -> str:
    if entry.kind == "true_up":
        return f"the true-up of {entry.body['amount']} {entry.body['currency']}"
    if entry.kind == "decision":
        return f"{entry.body['state'].replace('_', ' ')} {entry.body['amount']} {entry.body['currency']}"
    return "the hold with its causes" if entry.kind == "hold" else f"what it asks, {entry.body['found']['state'].replace('_', ' ')} {entry.body['found']['amount']},"


def _fault(entry: Entry, found: Data) -> str:
    """What of an entry does not come out again; empty when all does."""
    if entry.kind == "hold":
        is_held = found["state"] == "held" and journal.hold_body(found, "")["causes"] == entry.body["causes"]
        return "" if is_held or _is_released(entry, found) else "it was held, and not for the same causes now"
    if entry.kind == "true_up":
        found = {**found, "amount": (found["true_up"] or {}).get("amount")}
    said = entry.body["found"] if entry.kind == "question" else entry.body
    names = [name for name in ("state", "amount", "lines_sha256") if found[name] != said.get(name, found[name] if entry.kind == "question" else "")]
    return "; ".join(f"{name.replace('_', ' ')} was {said.get(name, 'none')} and is {found[name] or 'none'}" for name in names)


def _is_released(hold: Entry, found: Data) -> bool:
    """Whether the same causes stand, released by an override that was entered later on the day of the hold."""
    released = {(item["subject"], item["rule"]) for item in found["warnings"] if item["verdict"] == "overridden"}
    return bool(found.get("overridden_by", 0) > hold.seq and {(cause["subject"], cause["rule"]) for cause in hold.body["causes"]} <= released)


def posted_inputs(home: Home, entry: Entry) -> Data:
    """What an entry's decision was made from: by its evidence where that gives its fingerprint, else by the parts that its hand-over names.
    Empty when neither says."""
    path = home.handover / str(entry.as_of) / f"{entry.contract}-{entry.body['handover'][:16]}.json"
    shared = shared_inputs(handover.read(path, {handover.public_key(home)}), entry.about) if path.exists() else {}
    try:
        kept = whole_inputs(json.loads((home.evidence / name_of(entry) / "inputs.json").read_bytes()), shared)
        if digest(kept) == entry.body.get("fingerprint"):
            return kept
    except (OSError, ValueError, KeyError):
        pass
    return shared if entry.about.endswith(f"/{FINAL}") else {}


def differences(before: Any, after: Any, place: str = "") -> list[str]:
    """The places, as paths, at which two pieces of plain data differ. What only `after` has at the top is not told: a hand-over has less."""
    if not isinstance(before, dict) or not isinstance(after, dict):
        return [] if before == after else [place]
    names = sorted({*before, *after} if place else {*before})
    return [path for name in names for path in differences(before.get(name), after.get(name), f"{place}/{name}".lstrip("/"))]
