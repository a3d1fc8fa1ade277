"""Why a file is not taken, and what of it was lost: places and counts, never values."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl


class RefusalError(Exception):
    """Why a file is not taken, in words without values."""


@dataclass
class Lost:
    """Values that are not of a type: how many, and the first data row that has one (1-based, 0 while there is none)."""

    count: int = 0
    first_row: int = 0

    def add(self, mask: pl.Series, rows_before: int) -> None:
        found = mask.arg_true()
        if found.len() and not self.count:
            self.first_row = rows_before + int(found[0]) + 1
        self.count += found.len()

    def words(self) -> str:
        return "1 value is" if self.count == 1 else f"{self.count} values are"
