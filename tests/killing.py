"""Killing nights: the twenty moments, and what every home comes to after them.

All nights but those that run again are forks of a process that has imported everything, so that every moment lies in the night and none in its
imports.
"""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

from forking import Forge, forge
from support import AS_OF, environment, here, night

from pipelines.clock import seconds

MOMENTS = 20
Undisturbed = tuple[Path, Path, float, Forge]


@contextlib.contextmanager
def run_undisturbed(folder: Path) -> Iterator[Undisturbed]:
    """A fresh sample home, one whose night ran undisturbed, the seconds that took, and where nights to be killed are made."""
    fresh, whole = folder / "fresh", folder / "whole"
    here(fresh, "sample")
    shutil.copytree(fresh, whole)
    with forge() as made:
        begun = seconds()
        made.start(environment(whole), "run")
        assert made.wait(120) == 0
        yield fresh, whole, seconds() - begun, made


def kill_and_run_again(undisturbed: Undisturbed, moment: int, home: Path) -> None:
    """Kill a night at one of the moments, run it again, and hold everything it leaves against the undisturbed one."""
    fresh, whole, duration, made = undisturbed
    shutil.copytree(fresh, home)
    made.start(environment(home), "run")
    if made.wait(duration * (moment + 0.5) / MOMENTS) is None:
        made.kill()
    board = night(home)
    assert board["problems"] == []
    assert (home / "ledger.jsonl").read_bytes() == (whole / "ledger.jsonl").read_bytes()
    assert board["rows"] == json.loads((whole / "board.json").read_bytes())["rows"]
    assert evidence(home) == evidence(whole)
    assert {path.name for path in (home / "handover" / AS_OF).iterdir()} == {path.name for path in (whole / "handover" / AS_OF).iterdir()}
    assert [path for path in (home / "inbox").rglob("*") if path.is_file()] == []
    assert not (home / "warehouse.duckdb.damaged").exists()


def evidence(home: Path) -> dict[str, bytes]:
    """Every file of every bundle, and of what a kill left half-made, by its place."""
    return {path.relative_to(home).as_posix(): path.read_bytes() for path in sorted((home / "evidence").rglob("*")) if path.is_file()}
