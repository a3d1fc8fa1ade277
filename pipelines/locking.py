"""The lock on a home folder, held by the kernel: freed when the process ends, however it ends."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator

from pipelines.errors import HomeBusyError
from pipelines.settings import Home


@contextlib.contextmanager
def locked(home: Home) -> Iterator[None]:
    """Hold the home. Raises HomeBusyError at once when another process does."""
    home.prepare().settle_in()
    with home.lock.open("w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise HomeBusyError("another run is writing this home", where=str(home.root), next_step="wait for it to end, or stop it, and run again") from None
        yield
