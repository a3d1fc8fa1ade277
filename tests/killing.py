"""Killing nights: what the two halves of the twenty moments share. In two files, so that two workers can take one each."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
from pathlib import Path

from support import AS_OF, TOOLS, environment, night, udbytte

from pipelines.clock import seconds

MOMENTS = 20
Undisturbed = tuple[Path, Path, float]


def start(home: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([str(TOOLS / "udbytte"), "run"], env=environment(home), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def run_undisturbed(folder: Path) -> Undisturbed:
    """A fresh sample home, one whose night ran undisturbed, and the seconds that took."""
    fresh, whole = folder / "fresh", folder / "whole"
    udbytte(fresh, "sample")
    shutil.copytree(fresh, whole)
    begun = seconds()
    assert start(whole).wait() == 0
    return fresh, whole, seconds() - begun


def kill_and_run_again(undisturbed: Undisturbed, moment: int, home: Path) -> None:
    """Kill a night at one of the moments, run it again, and hold everything it leaves against the undisturbed one."""
    fresh, whole, duration = undisturbed
    shutil.copytree(fresh, home)
    running = start(home)
    try:
        running.wait(timeout=duration * (moment + 0.5) / MOMENTS)
    except subprocess.TimeoutExpired:
        running.send_signal(signal.SIGKILL)
        running.wait()
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
