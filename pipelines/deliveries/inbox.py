"""The inbox: what waits in it, what of that is whole, and how a file is put into it by command.

Files lie in `inbox/<register>/`, each with `<file>.manifest.json` beside it if its sender declares something. Names that begin with a
dot or end in `.part` are halves of files and are passed over, as links are.
"""

from __future__ import annotations

import datetime as dt
import errno
import fcntl
import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pipelines.canonical import canonical, text_digest
from pipelines.deliveries.manifest import MANIFEST, PERIOD_FORMS, Manifest, is_period, manifest_of, with_manifest
from pipelines.errors import DeliveryRefusedError
from pipelines.files import copy_with_digest, sync_file, sync_folder, write_atomically
from pipelines.settings import Home

HALF = ".part"
QUIET_SECONDS = 5
"""How long a file must have lain unchanged where nothing else tells that it is whole."""
LONGEST_NAME = 255
State = tuple[int, int, int, int]


def waiting(home: Home) -> list[tuple[str, Path]]:
    """The files of the inbox as (register folder, path), in a fixed order. Files straight in the inbox have no register."""
    return [item for item in _lying(home) if not item[1].name.endswith(MANIFEST)]


def lone_manifests(home: Home) -> list[tuple[str, Path]]:
    """The manifests whose file is not there, as (register folder, path)."""
    return [item for item in _lying(home) if item[1].name.endswith(MANIFEST) and not os.path.lexists(item[1].with_name(item[1].name.removesuffix(MANIFEST)))]


def _lying(home: Home) -> Iterator[tuple[str, Path]]:
    for path in sorted(home.inbox.rglob("*")):
        parts = path.relative_to(home.inbox).parts
        if path.is_symlink() or not path.is_file() or path.name.endswith(HALF) or any(part.startswith(".") for part in parts):
            continue
        yield parts[0] if len(parts) > 1 else "", path


def state_of(path: Path) -> State | None:
    """What changes when a file is written to or replaced, or None when it is gone."""
    try:
        facts = path.stat()
    except OSError:
        return None
    return facts.st_ino, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns


def has_writer(path: Path) -> bool | None:
    """Whether somebody has a file open for writing; None where the kernel does not tell: of another user's file, or without read leases.

    A lease is refused while there is a writer. It is given back at once, and a writer who comes meanwhile wakes nobody: the signal is
    one that is ignored.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.fcntl(handle, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        return True if error.errno == errno.EAGAIN else None
    finally:
        os.close(handle)
    return False


def is_recent(path: Path, now: float) -> bool:
    """Whether a file changed in the last few seconds before `now` (seconds since 1970), by the one of its times that nobody can set."""
    try:
        return path.stat().st_ctime > now - QUIET_SECONDS
    except OSError:
        return False


def settled(home: Home, now: float) -> list[Path]:
    """The files that are whole for all that can be told without reading them: nobody writes them or their manifest, and both lie still."""
    return [path for _, path in waiting(home) if all(not has_writer(part) and not is_recent(part, now) for part in _with_manifest(path))]


def digest_of_state(home: Home, files: list[Path]) -> str:
    """A hash that changes when any of the files or its manifest does; no name can be read from it."""
    return text_digest(repr([(str(path.relative_to(home.inbox)), [state_of(part) for part in _with_manifest(path)]) for path in files]))


def _with_manifest(path: Path) -> list[Path]:
    manifest = with_manifest(path)
    return [path, manifest] if os.path.lexists(manifest) else [path]


def remove(path: Path) -> None:
    """Take a file and its manifest out of the inbox."""
    path.unlink(missing_ok=True)
    manifest = with_manifest(path)
    if os.path.lexists(manifest):
        manifest.unlink(missing_ok=True)


def deliver(home: Home, file: Path, register: str, *, covers_through: dt.date | None = None, sender: str = "", reference_period: str = "", rows: int | None = None) -> Path:
    """Put a copy of `file` into the inbox with a manifest that pins its hash and says what is declared. Returns where it lies.

    The file appears whole, by one rename, after its manifest; beside one of its name that waits already it gets a number in front.
    Raises FileNotFoundError, and DeliveryRefusedError for a name that is never taken in, a period that is none, or a file that changes meanwhile.
    """
    if file.name.startswith(".") or file.name.endswith((MANIFEST, HALF)):
        raise DeliveryRefusedError("a file with such a name is never taken in", next_step=f"give it one without a dot in front and without '{HALF}' or '{MANIFEST}' behind")
    if len(os.fsencode(file.name + MANIFEST)) > LONGEST_NAME - len("999-"):
        raise DeliveryRefusedError("the file's name leaves no room for that of its manifest", next_step="give it a shorter one")
    if reference_period and not is_period(reference_period):
        raise DeliveryRefusedError("the reference period is not of a known form", next_step=f"write it as {PERIOD_FORMS}")
    folder = home.inbox / register
    folder.mkdir(parents=True, exist_ok=True)
    before, half = state_of(file), _half_in(folder)
    try:
        sha256 = copy_with_digest(file, half)
        if state_of(file) != before or has_writer(file):
            raise DeliveryRefusedError("the file changed while it was copied", next_step="deliver it again when it is whole")
        sync_file(half)
        place = next(path for path in _places(folder, file.name) if not os.path.lexists(path))
        write_atomically(with_manifest(place), canonical(manifest_of(Manifest(covers_through, rows, sha256, sender, reference_period))) + b"\n", mode=0o600)
        os.replace(half, place)
        sync_folder(folder)
    finally:
        half.unlink(missing_ok=True)
    return place


def _half_in(folder: Path) -> Path:
    handle, name = tempfile.mkstemp(prefix=".", suffix=HALF, dir=folder)
    os.close(handle)
    return Path(name)


def _places(folder: Path, name: str) -> Iterator[Path]:
    yield folder / name
    yield from (folder / f"{number}-{name}" for number in range(2, 1000))
