"""A copy of the shipped contracts for each test."""

from __future__ import annotations

from pathlib import Path

import pytest
from contract_files.planted import Contracts, copied


@pytest.fixture
def contracts(tmp_path: Path) -> Contracts:
    return copied(tmp_path)
