"""In what order files are handed to workers: those whose tests run nights take longest, and come first, so that no worker waits for the last of them."""

from __future__ import annotations

import pytest

NIGHTS = ("night", "crash", "gate", "planning", "evidence", "fuzz", "docs", "synthetic")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.parent.name not in NIGHTS)
