"""How many rows of a delivery are looked at together."""

from __future__ import annotations

CELLS_AT_ONCE = 8_000_000
MOST_ROWS = 1 << 18


def rows_at_once(columns: int) -> int:
    """So many rows of so many columns that a batch has about CELLS_AT_ONCE cells."""
    return max(1, min(CELLS_AT_ONCE // max(columns, 1), MOST_ROWS))
