"""Two scratch copies of a home, one for each side of a plan, beside the home and gone when the plan is made.

Deliveries are linked, the ledger and the warehouse copied: nothing that a planned night writes can reach the home. The folders of a plan that
was killed are cleared away by the next one; the kernel frees the lock that tells a living one.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO, NoReturn

from pipelines.errors import HomeError
from pipelines.locking import held_still
from pipelines.reports.evidence.deep import scratch
from pipelines.settings import Home

ENDED = 143
"""What a process ends with that was asked to end."""


@dataclass(frozen=True)
class Workbench:
    """The home of each side, and a folder for texts."""

    before: Home
    after: Home
    texts: Path

    def hand_on(self) -> None:
        """Give the warehouse of the first side to the second: what the first built anew need not be built twice."""
        for path in _warehouse_files(self.before):
            os.replace(path, self.after.root / path.name)


@contextlib.contextmanager
def workbench(home: Home) -> Iterator[Workbench]:
    """Scratch copies of a home as it stands at one instant. Raises HomeBusyError while another run writes it, HomeError where there is no room
    beside it."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(_cleared_when_ended())
        with held_still(home):
            _sweep(home)
            folder = stack.enter_context(_folder(home))
            made = Workbench(scratch(home, folder / "before"), scratch(home, folder / "after"), folder / "texts")
            for path in _warehouse_files(home):
                _copy(path, made.before.root / path.name)
        yield made


def _warehouse_files(home: Home) -> list[Path]:
    return [path for path in (home.warehouse, home.warehouse.with_name(home.warehouse.name + ".wal")) if path.exists()]


@contextlib.contextmanager
def _folder(home: Home) -> Iterator[Path]:
    """A folder beside the home, where its files can be linked, locked as long as this process lives."""
    try:
        folder = Path(tempfile.mkdtemp(prefix=_prefix(home), dir=home.root.parent))
    except OSError:
        raise HomeError("a plan is made in a copy beside the home, and nothing can be written there", where=str(home.root.parent), next_step="allow it, or free room") from None
    try:
        with _lock(folder).open("w") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _prefix(home: Home) -> str:
    return f".{home.root.name}-plan-"


def _lock(folder: Path) -> Path:
    return folder / ".lock"


def _sweep(home: Home) -> None:
    """Clear away what plans left that were killed. Folders are made while the home is held, so that none is seen without its lock."""
    for folder in home.root.parent.glob(f"{_prefix(home)}*"):
        with contextlib.suppress(OSError):
            _lock(folder).touch()
            with _lock(folder).open("a") as stream:
                if _is_free(stream):
                    shutil.rmtree(folder, ignore_errors=True)


def _is_free(stream: IO[str]) -> bool:
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _copy(source: Path, target: Path) -> None:
    """Copy a file, sharing its blocks where the file system can."""
    target.touch(mode=0o600)
    with source.open("rb") as coming, target.open("r+b") as going:
        while os.copy_file_range(coming.fileno(), going.fileno(), 1 << 30):
            pass


@contextlib.contextmanager
def _cleared_when_ended() -> Iterator[None]:
    """Have a request to end clear away what was made, as an interrupt does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(ENDED)
