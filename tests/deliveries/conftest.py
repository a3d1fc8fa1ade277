"""A desk to hand files in at, and a reader without a process of its own for tests that are not about it."""

from __future__ import annotations

from pathlib import Path

import pytest
from deliveries.handed import Desk, read_here

from pipelines.deliveries import intake
from pipelines.settings import Home


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(Home(tmp_path / "home").prepare())


@pytest.fixture
def quick(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk whose files are read in this process."""
    monkeypatch.setattr(intake, "_read_in_worker", read_here)
    return desk
