"""SIGKILL at twenty moments spread over a night, each followed by another run: the ledger comes out as if nothing had happened."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
from support import AS_OF, TOOLS, environment, night, udbytte

from pipelines.clock import seconds

MOMENTS = 20


def start(home: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([str(TOOLS / "udbytte"), "run"], env=environment(home), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, float]:
    """A fresh sample home, one whose night ran undisturbed, and the seconds that took."""
    folder = tmp_path_factory.mktemp("kill")
    fresh, whole = folder / "fresh", folder / "whole"
    udbytte(fresh, "sample")
    shutil.copytree(fresh, whole)
    begun = seconds()
    assert start(whole).wait() == 0
    return fresh, whole, seconds() - begun


@pytest.mark.parametrize("moment", range(MOMENTS))
def test_a_killed_night_that_is_run_again_leaves_the_undisturbed_ledger(undisturbed: tuple[Path, Path, float], moment: int, tmp_path: Path) -> None:
    fresh, whole, duration = undisturbed
    home = tmp_path / "home"
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
    assert {path.name for path in (home / "handover" / AS_OF).iterdir()} == {path.name for path in (whole / "handover" / AS_OF).iterdir()}
    assert [path for path in (home / "inbox").rglob("*") if path.is_file()] == []
    assert not (home / "warehouse.duckdb.damaged").exists()
