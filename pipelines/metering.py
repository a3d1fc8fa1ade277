"""Seconds and peak memory of a step, as the operating system counts them. Nothing of it enters a decision."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines import clock

PROCESS = Path("/proc/self")
_watchers: list[Callable[[str], None]] = []


@dataclass(frozen=True)
class Step:
    """One measured step: its name, wall seconds, and the most memory resident while it ran (0 where the system does not say)."""

    name: str
    seconds: float
    peak_mib: float


@contextlib.contextmanager
def watched(tell: Callable[[str], None]) -> Iterator[None]:
    """Have `tell` called with the name of each step of this process as it begins, until the block ends."""
    _watchers.append(tell)
    try:
        yield
    finally:
        _watchers.remove(tell)


@contextlib.contextmanager
def metered(steps: list[Step], name: str) -> Iterator[None]:
    """Add a Step to `steps` when the block ends, however it ends."""
    for tell in _watchers:
        tell(name)
    begun = clock.seconds()
    with contextlib.suppress(OSError):
        (PROCESS / "clear_refs").write_text("5", encoding="ascii")
    try:
        yield
    finally:
        steps.append(Step(name, clock.seconds() - begun, peak_mib(PROCESS)))


def peak_mib(process: Path) -> float:
    """The peak resident memory of a process folder of /proc, in MiB; 0 where there is none."""
    try:
        lines = (process / "status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)
