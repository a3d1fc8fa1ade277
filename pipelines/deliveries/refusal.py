"""Why a file is not taken, and what of it was lost: places and counts, never values."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl


class RefusalError(Exception):
    """Why a file is not taken, in words without values."""


@dataclass
class Lost:
    """Values that are not of a type: how many, the first data row that has one (1-based, 0 while there is none), and all of those rows."""

    count: int = 0
    first_row: int = 0
    parts: list[pl.Series] = field(default_factory=list)

    def add(self, mask: pl.Series, rows_before: int) -> None:
        found = mask.arg_true()
        if not found.len():
            return
        if not self.count:
            self.first_row = rows_before + int(found[0]) + 1
        self.count += found.len()
        self.parts.append(found.cast(pl.Int64) + (rows_before + 1))

    def rows(self) -> pl.Series:
        """The data rows, 1-based, in their order."""
        return pl.concat(self.parts) if self.parts else pl.Series(dtype=pl.Int64)

    def words(self) -> str:
        return "1 value is" if self.count == 1 else f"{self.count} values are"
