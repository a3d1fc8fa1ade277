"""Columns that repeat, one a week, as small whole numbers, a batch of rows at a time."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import polars as pl

from pipelines.contracts.weeks import Week, missing_between, week_of
from pipelines.deliveries.refusal import Lost, RefusalError

WEEKLY = pl.Int16
GAPS_TO_NAME = 5


@dataclass
class WeeklyColumns:
    """The weekly columns of a wide register, by name in the order of their weeks. `last` is the place of the last that has a code."""

    weeks: dict[str, Week]
    lost: dict[str, Lost] = field(default_factory=dict)
    wrong_type: str = ""
    last: int = -1

    def convert(self, columns: pl.DataFrame, rows_before: int) -> pl.DataFrame | None:
        """The batch as small whole numbers, all columns at once. An empty cell, and text of nothing, is a blank week."""
        for column in columns:
            if not (column.dtype.is_integer() or column.dtype in (pl.String, pl.Null)):
                self.wrong_type = f"the column '{column.name}' is delivered as {column.dtype.base_type().__name__} where whole numbers are agreed"
                return None
        given, made = columns, columns.cast(WEEKLY, strict=False)
        if _nulls(made) != _nulls(given):
            given = without_blanks(columns)
            made = given.cast(WEEKLY, strict=False)
            self._count_lost(given, made, rows_before)
        self._look_for_codes(made)
        return made

    def _count_lost(self, given: pl.DataFrame, made: pl.DataFrame, rows_before: int) -> None:
        for name in made.columns:
            if made[name].null_count() != given[name].null_count():
                self.lost.setdefault(name, Lost()).add(given[name].is_not_null() & made[name].is_null(), rows_before)

    def _look_for_codes(self, made: pl.DataFrame) -> None:
        """Only columns after the last one known to have a code need to be looked at, from behind. Code 0 is a blank week as well."""
        found = (place for place in range(made.width - 1, self.last, -1) if (made.to_series(place) != 0).any())
        self.last = next(found, self.last)

    def problem(self) -> str:
        """Why the weekly columns refuse the file; empty when they do not."""
        name = next((name for name in self.weeks if name in self.lost), None)
        if self.wrong_type or name is None:
            return self.wrong_type
        lost, others = self.lost[name], len(self.lost) - 1
        words = f"{lost.words()} not a whole number from -32768 to 32767 in the column '{name}', first in data row {lost.first_row}"
        more = f"; {others} more weekly columns have such values" if others > 1 else "; 1 more weekly column has such values"
        return words + more if others else words

    def covers_through(self) -> dt.date | None:
        """The Sunday of the last week in which any code stands."""
        return list(self.weeks.values())[self.last].sunday if self.last >= 0 else None


def _nulls(frame: pl.DataFrame) -> tuple[int, ...]:
    return frame.null_count().row(0)


def without_blanks(columns: pl.DataFrame) -> pl.DataFrame:
    """Text without the spaces around it, and text of nothing else as nothing. Other columns as they are."""
    text = pl.col(pl.String).str.strip_chars()
    return columns.with_columns(pl.when(text != "").then(text).name.keep()) if pl.String in columns.dtypes else columns


def weekly_columns(template: str, names: list[str]) -> dict[str, Week]:
    """The delivered columns that are of the template, with their weeks, in the order of the weeks.

    Raises RefusalError for a name of no week, for no weekly column at all, and for weeks missing between the first and the last.
    """
    found: dict[str, Week] = {}
    for name in names:
        try:
            week = week_of(template, name)
        except ValueError as error:
            raise RefusalError(f"{error}; have the column named after its week") from None
        if week is not None:
            found[name] = week
    if not found:
        raise RefusalError(f"no weekly column '{template}' is in the file")
    if words := _gaps(sorted(found.values())):
        raise RefusalError(words)
    return dict(sorted(found.items(), key=lambda item: item[1]))


def _gaps(weeks: list[Week]) -> str:
    """Which weeks are missing between the first and the last, in words; empty when none is."""
    gaps = missing_between(weeks)
    named = ", ".join(f"from {first} to {last}" if first != last else str(first) for first, last in gaps[:GAPS_TO_NAME])
    more = f" and in {len(gaps) - GAPS_TO_NAME} more places" if len(gaps) > GAPS_TO_NAME else ""
    is_one = len(gaps) == 1 and gaps[0][0] == gaps[0][1]
    what = f"the weekly column {named} is" if is_one else f"the weekly columns {named}{more} are"
    return f"{what} missing between {weeks[0]} and {weeks[-1]}; every week from the first to the last is agreed" if gaps else ""
