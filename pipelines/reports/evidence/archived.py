"""Proving every file that is kept: each delivery, frozen list, logged list, persons' line and contract text of the archive, and each hand-over.

What is kept is named by its hash, or says its own; so a single changed bit is found, in whatever file, without asking any other.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pipelines import cohorts, referral_log
from pipelines.canonical import canonical, digest, file_digest
from pipelines.deliveries.archive import Delivery, read_facts
from pipelines.deliveries.purge import RECORD
from pipelines.errors import LedgerError, UdbytteError
from pipelines.estimates import keeping
from pipelines.ledger import carrying, trust
from pipelines.settings import Home

DATA, REJECTS, FACTS, ORIGINAL = "data.parquet", "rejects.parquet", "delivery.json", "original"
CHANGED = "it is not what was kept"
NOT_WHOLE = "it is gone, and no record says why"


@dataclass(frozen=True)
class Kept:
    """What came of proving what is kept: how many files, and each that does not hold, by its place in the home, with why."""

    files: int
    faults: dict[str, str]


def prove_kept(home: Home) -> Kept:
    """Prove every file of the archive and every kept hand-over. Never raises for a damaged file."""
    places = [path for folder in (home.archive, home.handover) for path in sorted(folder.rglob("*")) if path.is_file() and ".incoming" not in path.parts]
    found = {path.relative_to(home.root).as_posix(): fault_of(home, path) for path in places}
    lost = dict.fromkeys(_lost(home), NOT_WHOLE)
    return Kept(len(places), {name: words for name, words in {**found, **lost}.items() if words})


def _lost(home: Home) -> list[str]:
    """What a delivery's folder has not, though nothing says that it was removed."""
    folders = [path.parent for path in home.archive.glob(f"[!.]*/*/{FACTS}")]
    gone = [folder / name for folder in folders if not (folder / RECORD).exists() for name in (ORIGINAL, DATA) if not (folder / name).exists()]
    return [path.relative_to(home.root).as_posix() for path in gone]


def fault_of(home: Home, path: Path) -> str:
    """Why a kept file is not what was kept; empty when it is."""
    try:
        return "" if _prover(home, path)() else CHANGED
    except UdbytteError as error:
        return error.what
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return CHANGED


def _prover(home: Home, path: Path) -> Callable[[], bool]:
    """How the file in this place is proved."""
    if path.is_relative_to(home.handover):
        return lambda: carrying.read(path, trust.trusted(home))[0].name == path.stem
    room, *_ = path.relative_to(home.archive).parts
    by_room: dict[str, Callable[[], bool]] = {
        "cohorts": lambda: bool(cohorts.proved(path)),
        "referral_logs": lambda: bool(referral_log.proved(path, home.key("salt"), path.parent.name.replace(".", "/", 1))),
        "estimates": lambda: bool(keeping.proved(path)),
        "lines": lambda: _is_named_by_its_hash(path),
        "contracts": lambda: _is_named_by_its_hash(path),
        "annexes": lambda: file_digest(path) == path.stem,
    }
    return by_room.get(room, lambda: _is_of_a_delivery(path))


def _is_named_by_its_hash(path: Path) -> bool:
    raw = path.read_bytes()
    data = json.loads(raw)
    return digest(data) == path.stem and canonical(data) + b"\n" == raw


def _is_of_a_delivery(path: Path) -> bool:
    if path.name == FACTS:
        return (path.parent.parent.name, path.parent.name) == (read_facts(path).register, read_facts(path).sha256)
    if path.name == RECORD:
        return canonical(json.loads(path.read_bytes())) + b"\n" == path.read_bytes()
    if path.name == ORIGINAL:
        return file_digest(path) == path.parent.name
    if path.name.startswith("again-"):
        return path.read_bytes() == canonical({"known_from": path.stem.removeprefix("again-")}) + b"\n"
    facts: Delivery = read_facts(path.parent / FACTS)
    return file_digest(path) == {DATA: facts.data_sha256, REJECTS: facts.rejects_sha256}[path.name]


def tell_of_kept(home: Home, *, as_json: bool) -> None:
    """Prove what is kept, and print that it holds. Raises LedgerError that names the first of what does not."""
    found = prove_kept(home)
    if found.faults:
        name, words = next(iter(found.faults.items()))
        raise LedgerError(f"{len(found.faults)} of {found.files} kept files do not hold, first {words}", where=name, next_step="restore them from a backup")
    print(json.dumps({"kept": found.files}) if as_json else f"The archive and the hand-overs hold: {found.files} files, each proved.")
