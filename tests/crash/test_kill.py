"""SIGKILL at twenty moments spread over a night, each followed by another run: the ledger comes out as if nothing had happened."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from killing import MOMENTS, Undisturbed, kill_and_run_again, run_undisturbed


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Undisturbed]:
    with run_undisturbed(tmp_path_factory.mktemp("kill")) as made:
        yield made


@pytest.mark.parametrize("moment", range(MOMENTS))
def test_a_killed_night_that_is_run_again_leaves_the_undisturbed_ledger(undisturbed: Undisturbed, moment: int, tmp_path: Path) -> None:
    kill_and_run_again(undisturbed, moment, tmp_path / "home")
