"""SIGKILL at twenty moments spread over a night, each followed by another run: the ledger comes out as if nothing had happened. The second ten."""

from __future__ import annotations

from pathlib import Path

import pytest
from killing import MOMENTS, Undisturbed, kill_and_run_again, run_undisturbed


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    return run_undisturbed(tmp_path_factory.mktemp("kill"))


@pytest.mark.parametrize("moment", range(MOMENTS // 2, MOMENTS))
def test_a_killed_night_that_is_run_again_leaves_the_undisturbed_ledger(undisturbed: Undisturbed, moment: int, tmp_path: Path) -> None:
    kill_and_run_again(undisturbed, moment, tmp_path / "home")
