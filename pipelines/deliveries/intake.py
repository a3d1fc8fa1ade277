"""Taking the inbox in: each file is archived, recognised as already here, or quarantined with its reason. No file stops another.

A file is copied first, and only the copy is hashed, read and kept; one whose bytes are in the archive already costs its hash. A file
that somebody still writes, or that changes while it is read, is left in the inbox; so is one whose manifest is still being written.
A kill at any instant loses nothing: a file leaves the inbox when what became of it lies in its place for good.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import multiprocessing
import re
import shutil
from bisect import insort
from concurrent.futures import BrokenExecutor
from concurrent.futures import TimeoutError as ReaderTimeoutError
from dataclasses import dataclass, field, replace
from pathlib import Path

from pebble import ProcessExpired, ProcessPool

from pipelines import clock
from pipelines.canonical import file_digest
from pipelines.contracts.catalogue import Catalogue
from pipelines.contracts.source import nearest
from pipelines.deliveries import archive
from pipelines.deliveries.archive import Delivery
from pipelines.deliveries.counting import periods_of, still_counts
from pipelines.deliveries.formats import Reading, limit_worker, read_delivery
from pipelines.deliveries.guard import text_has_cpr
from pipelines.deliveries.inbox import State, has_writer, is_recent, lone_manifests, remove, state_of, waiting
from pipelines.deliveries.manifest import Manifest, read_manifest, shown_name, with_manifest
from pipelines.deliveries.refusal import RefusalError
from pipelines.errors import DeliveryRefusedError
from pipelines.files import copy_with_digest
from pipelines.settings import Home

SECONDS_TO_READ = 600
DATA, REJECTS = "data.parquet", "rejects.parquet"
STAYS = "it stays in the inbox for the next intake"


@dataclass(frozen=True)
class Receipt:
    """What became of one file: `accepted`, `known_already`, `quarantined` or `left_waiting`, with a sentence that says what to do."""

    register: str
    file_name: str
    state: str
    sentence: str


@dataclass
class _Intake:
    """One taking in. What the archive holds is read once, when it is first needed, and kept up with what is taken."""

    home: Home
    catalogue: Catalogue
    known_from: dt.date
    now: float
    is_patient: bool
    pool: ProcessPool
    known: list[Delivery] = field(default_factory=list)
    is_read: bool = False
    sizes: dict[str, set[int]] = field(default_factory=dict)

    def everything_known(self) -> list[Delivery]:
        if not self.is_read:
            self.known, self.is_read = archive.known(self.home, self.known_from), True
        return self.known

    def note(self, delivery: Delivery) -> None:
        """Have what was kept just now among what is known."""
        if self.is_read:
            insort(self.known, delivery, key=archive.order)

    def may_be_here(self, register: str, size: int) -> bool:
        """Whether the archive has a delivery of this register as long as this."""
        if register not in self.catalogue.registers:
            return False
        if register not in self.sizes:
            self.sizes[register] = {path.stat().st_size for path in (self.home.archive / register).glob("*/original")}
        return size in self.sizes[register]

    def earlier(self, register: str, sha256: str) -> Delivery | None:
        return archive.find(self.home, register, sha256) if register in self.catalogue.registers else None


@dataclass(frozen=True)
class _File:
    """One file of the inbox. `is_doubtful` when it may not be whole, for all that can be told without its hash."""

    register: str
    path: Path
    name: str
    before: State | None
    is_doubtful: bool

    def left(self, sentence: str) -> Receipt:
        return Receipt(folder_name(self.register), self.name, "left_waiting", sentence)


def readers() -> ProcessPool:
    """One reader process, to be entered: it starts with the first file, is started anew when a file kills it, and ends with its block."""
    return ProcessPool(max_workers=1, initializer=limit_worker, context=multiprocessing.get_context("spawn"))


def take_in(home: Home, catalogue: Catalogue, known_from: dt.date, *, now: float | None = None, is_patient: bool = False, reader: ProcessPool | None = None) -> list[Receipt]:
    """Take in everything that waits. Deliveries taken now are known from `known_from`, the first as-of day not yet decided.

    `now` is in seconds since 1970. A patient intake, which nobody asked for, also leaves files that changed a few seconds ago: their
    manifest may be on its way. `reader` is a reader that is entered already, for whoever takes in many homes; else there is one of its own.
    """
    alone = [Receipt(folder_name(register), shown_name(path.name), "left_waiting", _LONE_MANIFEST) for register, path in lone_manifests(home)]
    files = waiting(home)
    if not files:
        _clear_half_made(home)
        return alone
    try:
        with readers() if reader is None else contextlib.nullcontext(reader) as pool:
            intake = _Intake(home, catalogue, known_from, clock.epoch() if now is None else now, is_patient, pool)
            return [*(_take_one(intake, register, path) for register, path in files), *alone]
    finally:
        _clear_half_made(home)


_LONE_MANIFEST = "the file that this manifest is of is not here; name a manifest like its file with '.manifest.json' behind, or take it away"


def _take_one(intake: _Intake, register: str, path: Path) -> Receipt:
    held = [has_writer(part) for part in (path, with_manifest(path))]
    is_doubtful = (intake.is_patient or held[0] is None) and is_recent(path, intake.now)
    file = _File(register, path, shown_name(path.name), state_of(path), is_doubtful)
    if held[0]:
        return file.left("somebody is still writing the file; it stays in the inbox until it is whole")
    manifest = read_manifest(path)
    if held[1] or (manifest.problem and (intake.is_patient or held[1] is None) and is_recent(with_manifest(path), intake.now)):
        return file.left("its manifest is still being written; both stay in the inbox until it is whole")
    if is_doubtful and not manifest.sha256:
        return file.left(f"the file changed a moment ago and may not be whole; {STAYS}")
    return _take_again_unread(intake, file) or _take_whole(intake, file, manifest)


def _take_again_unread(intake: _Intake, file: _File) -> Receipt | None:
    """The receipt of a file whose bytes the archive has: it is hashed where it lies. None when it has to be copied and read."""
    if file.before is None or not intake.may_be_here(file.register, file.before[1]):
        return None
    try:
        earlier = intake.earlier(file.register, file_digest(file.path))
    except OSError:
        return None
    return _take_again(intake, earlier, file) if earlier is not None and state_of(file.path) == file.before else None


def _take_whole(intake: _Intake, file: _File, manifest: Manifest) -> Receipt:
    working = intake.home.archive / ".incoming" / "file"
    _clear_half_made(intake.home)
    working.mkdir(parents=True)
    try:
        sha256 = copy_with_digest(file.path, working / "original")
    except OSError as error:
        return file.left(f"the file could not be copied ({type(error).__name__}); it stays in the inbox, see who may read it and whether there is room")
    if file.is_doubtful and manifest.sha256 != sha256:
        return file.left(f"the file changed a moment ago and is not yet what its manifest says; {STAYS}")
    earlier = intake.earlier(file.register, sha256)
    made = _read(intake, file, sha256, manifest, working) if earlier is None else earlier
    if state_of(file.path) != file.before:
        return file.left(f"the file changed while it was read; {STAYS}")
    return _take_again(intake, earlier, file) if earlier is not None else _finish(intake, made, file, working)


def _read(intake: _Intake, file: _File, sha256: str, manifest: Manifest, working: Path) -> Delivery:
    """The delivery that a file makes, accepted or refused, with what was measured of it."""
    reading, reason = _judge(intake.catalogue, file, sha256, manifest, working, intake.pool)
    declared = Delivery(
        folder_name(file.register),
        sha256,
        intake.known_from,
        not reason,
        file.name,
        reading.format,
        reading.rows,
        manifest.covers_through,
        dt.date.fromisoformat(reading.covers_through) if reading.covers_through else None,
        manifest.sender,
        reason,
        reference_period=manifest.reference_period,
        rejected=reading.rejected,
    )
    if reason:
        return declared
    try:
        periods = periods_of(intake.catalogue.registers[file.register], working / DATA, manifest.reference_period)
    except RefusalError as refusal:
        return replace(declared, is_accepted=False, reason=str(refusal))
    rejects = working / REJECTS
    return replace(declared, data_sha256=file_digest(working / DATA), periods=periods, rejects_sha256=file_digest(rejects) if rejects.exists() else "")


def _take_again(intake: _Intake, earlier: Delivery, file: _File) -> Receipt:
    """The same bytes once more: nothing new while they are what counts, and what counts again when something else came between."""
    known, register = intake.everything_known(), intake.catalogue.registers[file.register]
    came_today = any(item.sha256 == earlier.sha256 and item.known_from == intake.known_from for item in known if item.register == earlier.register)
    is_new = not came_today and not still_counts(known, register, earlier.sha256)
    if is_new:
        archive.arrive_again(intake.home, earlier, intake.known_from)
        intake.note(replace(earlier, known_from=intake.known_from))
    remove(file.path)
    words = f"they count again from {intake.known_from}" if is_new else "nothing to do"
    return Receipt(earlier.register, file.name, "known_already", f"the same bytes were delivered before, known from {earlier.known_from}; {words}")


def _judge(catalogue: Catalogue, file: _File, sha256: str, manifest: Manifest, working: Path, pool: ProcessPool) -> tuple[Reading, str]:
    """What was read, and why the file is refused (empty when it is not)."""
    if file.register not in catalogue.registers:
        return Reading(), _unknown_register(file.register, catalogue)
    if text_has_cpr(file.path.name):
        return Reading(), "the file's name looks like a CPR number; rename it and purge this copy"
    if manifest.problem:
        return Reading(), manifest.problem
    if manifest.sha256 not in ("", sha256):
        return Reading(), "the manifest's sha256 is not that of the file; it was changed or cut on the way"
    reading = _read_in_worker(working / "original", working / DATA, catalogue, file.register, pool)
    rows = reading.rows + reading.rejected
    if not reading.reason and manifest.rows not in (None, rows):
        return reading, f"the manifest says {manifest.rows} rows and the file has {rows}"
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
        return Reading(reason=f"the file was not read within {SECONDS_TO_READ} seconds; deliver it in parts, or as Parquet")
    except ProcessExpired:
        return Reading(reason="the reader died on this file; it is damaged, ask for it to be sent again")
    except Exception as error:
        return Reading(reason=f"the reader failed on this file ({type(error).__name__}); ask for it to be sent again, and report it if that fails too")


def _no_reader() -> DeliveryRefusedError:
    return DeliveryRefusedError("no reader could be started, so the rest of the inbox was not taken in", next_step="its files are as they were; run the night again")


def _unknown_register(register: str, catalogue: Catalogue) -> str:
    if not register:
        return "the file lies straight in the inbox; put it into inbox/<register>/"
    if register in catalogue.broken_registers:
        return f"the register contract '{register}' does not load; mend it and deliver the file again"
    return f"there is no register contract for this folder of the inbox{nearest(register, list(catalogue.registers))}"


def folder_name(register: str) -> str:
    """A register's name as a folder: what was dropped under a wild name is kept under a tame one."""
    return register if re.fullmatch(r"[a-z][a-z0-9_]{0,59}", register) and not text_has_cpr(register) else "unnamed"


def _finish(intake: _Intake, delivery: Delivery, file: _File, working: Path) -> Receipt:
    if delivery.is_accepted:
        archive.keep(intake.home, delivery, working)
        intake.note(delivery)
        if file.before is not None:
            intake.sizes.get(file.register, set()).add(file.before[1])
        remove(file.path)
        return Receipt(delivery.register, delivery.file_name, "accepted", _accepted_words(delivery))
    place = archive.folder_of(intake.home, delivery)
    refused = archive.find_refused(intake.home, delivery.register, delivery.sha256)
    if refused is None:
        _drop(working / DATA, working / REJECTS)
        archive.keep(intake.home, delivery, working)
        intake.note(delivery)
    else:
        archive.arrive_again(intake.home, refused, delivery.known_from)
        intake.note(replace(refused, known_from=max(refused.known_from, delivery.known_from)))
        shutil.rmtree(working)
    remove(file.path)
    return Receipt(delivery.register, delivery.file_name, "quarantined", f"{delivery.reason}. Kept in quarantine/{place.name}; deliver a corrected file")


def _drop(*paths: Path) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def _accepted_words(delivery: Delivery) -> str:
    rejected = f", {delivery.rejected:,} rejected" if delivery.rejected else ""
    declared, measured = delivery.declared_through, delivery.covers_through
    label = f" by its data (its label claims {declared})" if declared and measured and declared > measured else ""
    return f"{delivery.rows:,} rows{rejected}, covers through {measured}{label}, known from {delivery.known_from}"


def _clear_half_made(home: Home) -> None:
    """What was copied and not kept goes, also what an interrupted intake left; its files are still in the inbox."""
    shutil.rmtree(home.archive / ".incoming", ignore_errors=True)
