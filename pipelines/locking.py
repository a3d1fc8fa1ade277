"""The lock on a home folder, held by the kernel: freed when the process ends, however it ends."""

from __future__ import annotations

import contextlib
import fcntl
import threading
from collections.abc import Iterator
from typing import IO

from pipelines import clock
from pipelines.errors import HomeBusyError
from pipelines.settings import Home

PATIENCE = 0.25
"""Seconds in which a glance at the lock, which takes it for an instant, is over."""
BETWEEN_TRIES = 0.05


@contextlib.contextmanager
def locked(home: Home, *, patience: float = PATIENCE) -> Iterator[None]:
    """Hold the home. Raises HomeBusyError when another process still does after `patience` seconds."""
    home.prepare().settle_in()
    with home.lock.open("w") as stream:
        _wait_for(home, stream, patience)
        yield


@contextlib.contextmanager
def held_still(home: Home, *, patience: float = PATIENCE) -> Iterator[None]:
    """Hold a home to read it whole: nobody writes it meanwhile, and nothing but its lock is touched. Raises HomeBusyError as `locked` does."""
    with home.lock.open("a") as stream:
        _wait_for(home, stream, patience)
        yield


def _wait_for(home: Home, stream: IO[str], patience: float) -> None:
    begun, between = clock.seconds(), threading.Event()
    while not _take(stream):
        if clock.seconds() - begun > patience:
            raise HomeBusyError("another run is writing this home", where=str(home.root), next_step="wait for it to end, or stop it, and run again") from None
        between.wait(BETWEEN_TRIES)


def is_held(home: Home) -> bool:
    """Whether some process holds the home at this instant."""
    if not home.lock.exists():
        return False
    with home.lock.open("a") as stream:
        return not _take(stream)


def _take(stream: IO[str]) -> bool:
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
