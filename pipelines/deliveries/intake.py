"""Taking the inbox in: each file is archived, recognised as already here, or quarantined with its reason. No file stops another.

Drop files into `inbox/<register>/`. A sidecar `<file>.manifest.json` may declare `covers_through`, `rows`, `sha256` and `sender`;
what it declares is checked. Names that begin with a dot or end in `.part` are still being written and are left alone, and so is a
file that changes while it is read. A file is copied first, and only the copy is hashed, read and kept.
"""

from __future__ import annotations

import datetime as dt
import json
import multiprocessing
import os
import re
import shutil
from concurrent.futures import BrokenExecutor
from concurrent.futures import TimeoutError as ReaderTimeoutError
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pebble import ProcessExpired, ProcessPool

from pipelines.canonical import file_digest
from pipelines.contracts.catalogue import Catalogue
from pipelines.contracts.source import nearest
from pipelines.deliveries import archive
from pipelines.deliveries.archive import Delivery
from pipelines.deliveries.formats import Reading, limit_worker, read_delivery
from pipelines.deliveries.guard import text_has_cpr
from pipelines.errors import DeliveryRefusedError
from pipelines.settings import Home

SECONDS_TO_READ = 600
MANIFEST = ".manifest.json"
MANIFEST_KEYS = {"covers_through", "rows", "sha256", "sender"}


@dataclass(frozen=True)
class Receipt:
    """What became of one file: `accepted`, `known_already`, `quarantined` or `left_waiting`, with a sentence that says what to do."""

    register: str
    file_name: str
    state: str
    sentence: str


@dataclass(frozen=True)
class _Manifest:
    covers_through: dt.date | None = None
    rows: int | None = None
    sha256: str = ""
    sender: str = ""
    problem: str = ""


def shown_name(name: str) -> str:
    """A file's name as it may be printed: withheld when it looks like a CPR number, cut when long, control characters out."""
    if text_has_cpr(name):
        return "(name withheld: it looks like a CPR number)"
    return re.sub(r"[^\w .,()+=@-]", "?", name)[:80]


def waiting(home: Home) -> list[tuple[str, Path]]:
    """The files of the inbox that are ready, as (register folder, path), in a fixed order. Files straight in the inbox have no register."""
    ready: list[tuple[str, Path]] = []
    for path in sorted(home.inbox.rglob("*")):
        parts = path.relative_to(home.inbox).parts
        if path.is_symlink() or not path.is_file() or path.name.endswith((MANIFEST, ".part")) or any(part.startswith(".") for part in parts):
            continue
        ready.append((parts[0] if len(parts) > 1 else "", path))
    return ready


def take_in(home: Home, catalogue: Catalogue, known_from: dt.date) -> list[Receipt]:
    """Take in everything that waits. Deliveries taken now are known from `known_from`, the first as-of day not yet decided."""
    files = waiting(home)
    try:
        if not files:
            return []
        with ProcessPool(max_workers=1, initializer=limit_worker, context=multiprocessing.get_context("spawn")) as pool:
            return [_take_one(home, catalogue, known_from, register, path, pool) for register, path in files]
    finally:
        _clear_half_made(home)


def _take_one(home: Home, catalogue: Catalogue, known_from: dt.date, register: str, path: Path, pool: ProcessPool) -> Receipt:
    name, working, before = shown_name(path.name), home.archive / ".incoming" / "file", _state_of(path)
    _clear_half_made(home)
    working.mkdir(parents=True)
    try:
        shutil.copyfile(path, working / "original")
    except OSError as error:
        return Receipt(_folder_name(register), name, "left_waiting", f"the file could not be copied ({type(error).__name__}); it stays in the inbox")
    sha256, manifest = file_digest(working / "original"), _read_manifest(path)
    earlier = archive.find(home, register, sha256) if register in catalogue.registers else None
    reading, reason = _judge(catalogue, register, path, sha256, manifest, working, pool) if earlier is None else (Reading(), "")
    if _state_of(path) != before:
        return Receipt(_folder_name(register), name, "left_waiting", "the file changed while it was read; it stays in the inbox for the next intake")
    if earlier is not None:
        return _take_again(home, earlier, known_from, path, name)
    through = dt.date.fromisoformat(reading.covers_through) if reading.covers_through else None
    delivery = Delivery(
        _folder_name(register),
        sha256,
        known_from,
        not reason,
        name,
        reading.format,
        reading.rows,
        manifest.covers_through,
        through,
        manifest.sender,
        reason,
        "" if reason else file_digest(working / "data.parquet"),
    )
    return _finish(home, delivery, path, working)


def _take_again(home: Home, earlier: Delivery, known_from: dt.date, path: Path, name: str) -> Receipt:
    """The same bytes once more: nothing new while they are what is used, and what counts again when something else came between."""
    known = archive.known(home, known_from)
    newest = [item for item in known if item.register == earlier.register][-1:]
    is_newest = [item.sha256 for item in newest] == [earlier.sha256] or any(item.sha256 == earlier.sha256 and item.known_from == known_from for item in known)
    if not is_newest:
        archive.arrive_again(home, earlier, known_from)
    _remove(path)
    words = "nothing to do" if is_newest else f"they count again from {known_from}"
    return Receipt(earlier.register, name, "known_already", f"the same bytes were delivered before, known from {earlier.known_from}; {words}")


def _state_of(path: Path) -> tuple[int, int, int] | None:
    """What changes when a file is written to or replaced, or None when it is gone."""
    try:
        facts = path.stat()
    except OSError:
        return None
    return facts.st_ino, facts.st_size, facts.st_mtime_ns


def _judge(catalogue: Catalogue, register: str, path: Path, sha256: str, manifest: _Manifest, working: Path, pool: ProcessPool) -> tuple[Reading, str]:
    """What was read, and why the file is refused (empty when it is not)."""
    if register not in catalogue.registers:
        return Reading(), _unknown_register(register, catalogue)
    if text_has_cpr(path.name):
        return Reading(), "the file's name looks like a CPR number; rename it and purge this copy"
    if manifest.problem:
        return Reading(), manifest.problem
    if manifest.sha256 not in ("", sha256):
        return Reading(), "the manifest's sha256 is not that of the file; it was changed or cut on the way"
    reading = _read_in_worker(working / "original", working / "data.parquet", catalogue, register, pool)
    if not reading.reason and manifest.rows not in (None, reading.rows):
        return reading, f"the manifest says {manifest.rows} rows and the file has {reading.rows}"
    return reading, reading.reason


def _read_in_worker(path: Path, target: Path, catalogue: Catalogue, register: str, pool: ProcessPool) -> Reading:
    try:
        future = pool.schedule(read_delivery, args=[str(path), str(target), catalogue.registers[register]], timeout=SECONDS_TO_READ)
    except RuntimeError:
        raise _no_reader() from None
    try:
        return future.result()
    except BrokenExecutor:
        raise _no_reader() from None
    except ReaderTimeoutError:
        return Reading(reason=f"the file was not read within {SECONDS_TO_READ} seconds")
    except ProcessExpired:
        return Reading(reason="the reader died on this file; it is damaged")
    except Exception as error:
        return Reading(reason=f"the reader failed on this file ({type(error).__name__})")


def _no_reader() -> DeliveryRefusedError:
    return DeliveryRefusedError("no reader could be started, so the rest of the inbox was not taken in", next_step="its files are as they were; run the night again")


def _unknown_register(register: str, catalogue: Catalogue) -> str:
    if not register:
        return "the file lies straight in the inbox; put it into inbox/<register>/"
    if register in catalogue.broken_registers:
        return f"the register contract '{register}' does not load; mend it and deliver the file again"
    return f"there is no register contract for this folder of the inbox{nearest(register, list(catalogue.registers))}"


def _folder_name(register: str) -> str:
    """A register's name as a folder: what was dropped under a wild name is kept under a tame one."""
    return register if re.fullmatch(r"[a-z][a-z0-9_]{0,59}", register) and not text_has_cpr(register) else "unnamed"


def _finish(home: Home, delivery: Delivery, path: Path, working: Path) -> Receipt:
    if delivery.is_accepted:
        archive.keep(home, delivery, working)
        _remove(path)
        label = _label_words(delivery)
        return Receipt(
            delivery.register, delivery.file_name, "accepted", f"{delivery.rows:,} rows, covers through {delivery.covers_through}{label}, known from {delivery.known_from}"
        )
    (working / "data.parquet").unlink(missing_ok=True)
    place = archive.folder_of(home, delivery)
    refused = archive.find_refused(home, delivery.register, delivery.sha256)
    if refused is None:
        archive.keep(home, delivery, working)
    else:
        archive.arrive_again(home, refused, delivery.known_from)
        shutil.rmtree(working)
    _remove(path)
    return Receipt(delivery.register, delivery.file_name, "quarantined", f"{delivery.reason}. Kept in quarantine/{place.name}; deliver a corrected file")


def _label_words(delivery: Delivery) -> str:
    declared, measured = delivery.declared_through, delivery.covers_through
    return f" by its data (its label claims {declared})" if declared and measured and declared > measured else ""


def _read_manifest(path: Path) -> _Manifest:
    sidecar = path.with_name(path.name + MANIFEST)
    if not sidecar.exists():
        return _Manifest()
    try:
        data: dict[str, Any] = json.loads(sidecar.read_bytes())
        unknown = sorted(set(data) - MANIFEST_KEYS)
        if unknown:
            return _Manifest(problem=f"the manifest has keys that mean nothing here; known: {', '.join(sorted(MANIFEST_KEYS))}")
        through = dt.date.fromisoformat(data["covers_through"]) if data.get("covers_through") is not None else None
        rows = data.get("rows")
        if rows is not None and (isinstance(rows, bool) or not isinstance(rows, int)):
            return _Manifest(problem="the manifest's 'rows' is not a whole number")
        sha256, sender = data.get("sha256") or "", data.get("sender") or ""
        if not isinstance(sha256, str) or not isinstance(sender, str) or text_has_cpr(sender):
            return _Manifest(problem="the manifest's 'sha256' or 'sender' is not a text, or its sender looks like a CPR number")
        return _Manifest(through, rows, sha256.lower(), shown_name(sender))
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return _Manifest(problem="the manifest cannot be read; it needs to be JSON with dates as YYYY-MM-DD")


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.with_name(path.name + MANIFEST).unlink(missing_ok=True)


def _clear_half_made(home: Home) -> None:
    """What was copied and not kept goes, also what an interrupted intake left; its files are still in the inbox."""
    shutil.rmtree(home.archive / ".incoming", ignore_errors=True)


def deliver(home: Home, file: Path, register: str, *, covers_through: dt.date | None = None, sender: str = "") -> Path:
    """Put a copy of `file` into the inbox with a manifest that pins its hash. Returns where it lies.

    Raises FileNotFoundError, and DeliveryRefusedError for a name that is never taken in.
    """
    if file.name.startswith(".") or file.name.endswith((MANIFEST, ".part")):
        raise DeliveryRefusedError("a file with such a name is never taken in", next_step=f"give it one without a dot in front and without '.part' or '{MANIFEST}' behind")
    folder = home.inbox / register
    folder.mkdir(parents=True, exist_ok=True)
    half, place = folder / f".{file.name}.part", folder / file.name
    shutil.copyfile(file, half)
    manifest: dict[str, Any] = {"sha256": file_digest(half), "sender": sender}
    if covers_through:
        manifest["covers_through"] = covers_through.isoformat()
    place.with_name(place.name + MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    os.replace(half, place)
    return place
