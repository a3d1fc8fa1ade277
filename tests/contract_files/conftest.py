"""A copy of the shipped contracts for each test: with the contract of the experiment alone, or with the two Danish ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from contract_files.planted import Contracts, copied


@pytest.fixture
def contracts(tmp_path: Path) -> Contracts:
    return copied(tmp_path, "tarp")


@pytest.fixture
def danish(tmp_path: Path) -> Contracts:
    return copied(tmp_path, "ungebro", "trygt_hjem")
