"""Purging: the bytes of a quarantined delivery are overwritten and removed for good; why they were refused stays, and the purge is recorded.

`quarantine/<delivery>/purged.json` is written before anything is removed. A kill at any instant leaves a delivery that is not purged,
or one whose purge is recorded and not yet done (its bytes may be there in part; purge it again), or one that is purged. What can be
purged is what was never taken in; accepted deliveries, whose rows were decided with, are a matter of retention.

Overwriting reaches the file, not what a disk, a snapshot or a backup keeps of it.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from pipelines.canonical import canonical, file_digest
from pipelines.deliveries import archive
from pipelines.deliveries.guard import text_has_cpr
from pipelines.deliveries.inbox import remove
from pipelines.errors import DeliveryRefusedError, HomeError
from pipelines.files import sync_folder, write_atomically
from pipelines.settings import Home

RECORD, REASON = "purged.json", "reason.json"
CHUNK = 1 << 20
LONGEST_WORDS = 500


@dataclass(frozen=True)
class Purge:
    """One purge of a delivery: on which day, why and by whom, and what was removed, by its hash and its length in bytes (0 when nothing was
    left to remove). `is_done` is False while bytes of the delivery remain: it was interrupted, or they were delivered again."""

    delivery: str
    register: str
    as_of: dt.date
    because: str
    by: str
    sha256: str
    size: int
    is_done: bool = True


def purges(home: Home) -> list[Purge]:
    """Every purge that is recorded, by day and delivery."""
    made = [item for facts in home.quarantine.glob(f"*/{RECORD}") for item in _recorded(facts.parent)]
    return sorted(made, key=lambda item: (item.as_of, item.delivery))


def purge(home: Home, delivery: str, *, because: str, by: str, as_of: dt.date) -> Purge:
    """Purge the quarantined `delivery` with every copy of its bytes in the inbox. The caller holds the home.

    Doing it again finishes what was interrupted. Raises HomeError when there is no such delivery in quarantine, and
    DeliveryRefusedError for one that was accepted, when there is nothing left to remove, and for words that may not be kept.
    """
    words, name = _kept_words(because, "reason"), _kept_words(by, "name") if by else ""
    refused = _refused(home, delivery)
    folder = archive.folder_of(home, refused)
    bytes_left = list(_bytes_in(folder))
    copies = [*_copies_in_inbox(home, refused.sha256, folder / "original"), *(path for path in (home.archive / ".incoming").rglob("*") if path.is_file())]
    earlier = _recorded(folder)
    if not bytes_left and not copies:
        said = "was purged already" if earlier else "has no bytes here"
        raise DeliveryRefusedError(f"the delivery {said}; nothing of it is left to remove", where=f"quarantine/{folder.name}")
    size = sum(path.stat().st_size for path in bytes_left if path.name == "original")
    made = Purge(refused.id, refused.register, as_of, words, name, refused.sha256, size)
    if not any((item.as_of, item.because, item.by) == (as_of, words, name) for item in earlier):
        _record(folder, [*earlier, made])
    for path in copies:
        _overwrite(path)
        remove(path)
    shutil.rmtree(home.archive / ".incoming", ignore_errors=True)
    for path in bytes_left:
        _overwrite(path)
        path.unlink()
    sync_folder(folder)
    return made


def _refused(home: Home, delivery: str) -> archive.Delivery:
    every = [item for item in archive.deliveries(home) if item.id == delivery]
    for item in every:
        if not item.is_accepted:
            return item
    if every:
        raise DeliveryRefusedError(
            f"the delivery {delivery} was accepted, and decisions may rest on it",
            next_step="only what was refused is purged; how long what was taken in is kept is a matter of retention",
        )
    raise HomeError("there is no such delivery in quarantine", where="quarantine", next_step="name it as its folder there is named, such as referrals-0123456789ab")


def _kept_words(words: str, what: str) -> str:
    """The words as they are kept for good. Raises DeliveryRefusedError for none, for many, and for such as look like a CPR number."""
    kept = " ".join(words.split())
    if not kept or len(kept) > LONGEST_WORDS or not kept.isprintable():
        raise DeliveryRefusedError(f"the {what} that is recorded with the purge needs 1 to {LONGEST_WORDS} plain characters", next_step="nothing was removed; say it in a sentence")
    if text_has_cpr(kept):
        raise DeliveryRefusedError(f"the {what} that is to be recorded with the purge looks like a CPR number", next_step="nothing was removed; say it without numbers of persons")
    return kept


def _bytes_in(folder: Path) -> Iterator[Path]:
    """Everything in a delivery's folder that is not a record about it: the original last, since the others are made of it."""
    kept = {REASON, RECORD, f".{RECORD}.writing"}
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name not in kept and not path.name.startswith("again-")]
    yield from sorted(paths, key=lambda path: path.name == "original")


def _copies_in_inbox(home: Home, sha256: str, original: Path) -> Iterator[Path]:
    """Files of the inbox with the same bytes, also hidden ones and halves with the beginning of them."""
    size = original.stat().st_size if original.exists() else None
    for path in sorted(home.inbox.rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        is_half = path.name.startswith(".") or path.name.endswith(".part")
        if (size is not None and is_half and _begins(original, path)) or (size in (None, path.stat().st_size) and file_digest(path) == sha256):
            yield path


def _begins(original: Path, part: Path) -> bool:
    size = part.stat().st_size
    if not 0 < size <= original.stat().st_size:
        return False
    with original.open("rb") as whole, part.open("rb") as half:
        while chunk := half.read(CHUNK):
            if whole.read(len(chunk)) != chunk:
                return False
    return True


def _record(folder: Path, made: list[Purge]) -> None:
    items = [{name: value for name, value in asdict(item).items() if name not in ("delivery", "register", "is_done")} for item in made]
    write_atomically(folder / RECORD, canonical({"format_version": "udbytte.purge/1", "purges": items}) + b"\n", mode=0o600)


def _recorded(folder: Path) -> list[Purge]:
    facts = folder / RECORD
    if not facts.exists():
        return []
    items = json.loads(facts.read_bytes())["purges"]
    register = folder.name.rpartition("-")[0]
    is_done = not any(_bytes_in(folder))
    made = [Purge(folder.name, register, dt.date.fromisoformat(item["as_of"]), item["because"], item["by"], item["sha256"], item["size"]) for item in items]
    return made if is_done else [*made[:-1], Purge(**{**asdict(made[-1]), "is_done": False})]


def _overwrite(path: Path) -> None:
    """Write noughts over a file, in place, and have them on the disk."""
    size = path.stat().st_size
    with path.open("r+b", buffering=0) as stream:
        for begun in range(0, size, CHUNK):
            stream.write(bytes(min(CHUNK, size - begun)))
        os.fsync(stream.fileno())
