"""Columns that repeat, one a week or a month, as small whole numbers, a batch of rows at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import polars as pl

from pipelines.contracts.months import month_of, months_missing_between
from pipelines.contracts.register import Column
from pipelines.contracts.weeks import missing_between, week_of
from pipelines.deliveries.refusal import Lost, RefusalError

GAPS_TO_NAME = 5


class Period(Protocol):
    """A week or a month."""

    @property
    def sunday(self) -> dt.date: ...


@dataclass(frozen=True)
class Rhythm:
    """How often a column repeats: how its name is read, how gaps are found, what holds its codes, and its words."""

    period_of: Callable[[str, str], Period | None]
    missing: Callable[[Iterable[Period]], Sequence[tuple[Period, Period]]]
    type: type[pl.DataType]
    largest: int
    word: str
    often: str


WEEKS = Rhythm(week_of, missing_between, pl.Int16, 32767, "week", "weekly")  # type: ignore[arg-type]
MONTHS = Rhythm(month_of, months_missing_between, pl.Int32, 2147483647, "month", "monthly")  # type: ignore[arg-type]
RHYTHMS = {"iso_week": WEEKS, "month": MONTHS}


@dataclass
class RepeatedColumns:
    """The columns of a wide register that repeat by one template, by name in the order of their periods.

    `masks` has the cells of the last batch that did not convert, by column, of those columns that have any. `last` is the place of the
    last column that has a code.
    """

    template: str
    rhythm: Rhythm
    periods: dict[str, Period]
    lost: dict[str, Lost] = field(default_factory=dict)
    masks: dict[str, pl.Series] = field(default_factory=dict)
    wrong_type: str = ""
    last: int = -1

    @property
    def names(self) -> list[str]:
        return list(self.periods)

    def convert(self, columns: pl.DataFrame, rows_before: int) -> pl.DataFrame | None:
        """The batch as small whole numbers, all columns at once; None for a column that is delivered as a type that is not taken. An
        empty cell, text of nothing and a number that is none are a blank period; a float that is a whole number is that number."""
        for column in columns:
            if not (column.dtype.is_integer() or column.dtype.is_float() or column.dtype in (pl.String, pl.Null)):
                self.wrong_type = f"the column '{column.name}' is delivered as {column.dtype.base_type().__name__} where whole numbers are agreed"
                return None
        given = without_nan(columns)
        made = whole(given, self.rhythm.type)
        self.masks = {}
        if _nulls(made) != _nulls(given):
            given = without_blanks(given)
            made = whole(given, self.rhythm.type)
            self._count_lost(given, made, rows_before)
        return made

    def _count_lost(self, given: pl.DataFrame, made: pl.DataFrame, rows_before: int) -> None:
        for name in made.columns:
            if made[name].null_count() != given[name].null_count():
                self.masks[name] = given[name].is_not_null() & made[name].is_null()
                self.lost.setdefault(name, Lost()).add(self.masks[name], rows_before)

    def look_for_codes(self, made: pl.DataFrame) -> None:
        """Only columns after the last one known to have a code need to be looked at, from behind. Code 0 is a blank period as well."""
        found = (place for place in range(made.width - 1, self.last, -1) if (made.to_series(place) != 0).any())
        self.last = next(found, self.last)

    def not_converted(self) -> dict[str, Lost]:
        """The values that did not convert, by the column they stand in, in the order of the periods."""
        return {name: self.lost[name] for name in self.periods if name in self.lost}

    def problem(self) -> str:
        """What did not convert, in words; empty when everything did."""
        name = next((name for name in self.periods if name in self.lost), None)
        if self.wrong_type or name is None:
            return self.wrong_type
        lost, others, largest = self.lost[name], len(self.lost) - 1, self.rhythm.largest
        words = f"{lost.words()} not a whole number from {-largest - 1} to {largest} in the column '{name}', first in data row {lost.first_row}"
        more = f"; {others} more {self.rhythm.often} columns have such values" if others > 1 else f"; 1 more {self.rhythm.often} column has such values"
        return words + more if others else words

    def covers_through(self) -> dt.date | None:
        """The Sunday of the last period in which any code stands."""
        return list(self.periods.values())[self.last].sunday if self.last >= 0 else None


def _nulls(frame: pl.DataFrame) -> tuple[int, ...]:
    return frame.null_count().row(0)


def without_nan(columns: pl.DataFrame) -> pl.DataFrame:
    """A number that is none, as pandas writes an empty cell of a column of floats, as nothing. Other columns as they are."""
    return columns.with_columns(pl.col(pl.Float32, pl.Float64).fill_nan(None)) if any(dtype.is_float() for dtype in columns.dtypes) else columns


def whole(columns: pl.DataFrame, kind: type[pl.DataType]) -> pl.DataFrame:
    """Every column as whole numbers of one kind; what is none, or too large, is nothing."""
    floats = [name for name, dtype in columns.schema.items() if dtype.is_float()]
    kept = columns.with_columns(pl.when(pl.col(name) == pl.col(name).round()).then(pl.col(name)) for name in floats) if floats else columns
    return kept.cast(kind, strict=False)


def without_blanks(columns: pl.DataFrame) -> pl.DataFrame:
    """Text without the spaces around it, and text of nothing else as nothing. Other columns as they are."""
    text = pl.col(pl.String).str.strip_chars()
    return columns.with_columns(pl.when(text != "").then(text).name.keep()) if pl.String in columns.dtypes else columns


def repeated_columns(column: Column, names: list[str]) -> RepeatedColumns:
    """The delivered columns that are of a repeating column's template, in the order of their periods.

    Raises RefusalError for a name of no period, for no such column at all, and for periods missing between the first and the last.
    """
    rhythm, found = RHYTHMS[column.repeats or ""], dict[str, Period]()
    for name in names:
        try:
            period = rhythm.period_of(column.name, name)
        except ValueError as error:
            raise RefusalError(f"{error}; have the column named after its {rhythm.word}") from None
        if period is not None:
            found[name] = period
    if not found:
        raise RefusalError(f"no {rhythm.often} column '{column.name}' is in the file")
    if words := _gaps(rhythm, list(found.values())):
        raise RefusalError(words)
    return RepeatedColumns(column.name, rhythm, dict(sorted(found.items(), key=lambda item: item[1].sunday)))


def is_repeated(column: Column, name: str) -> bool:
    """Whether a delivered column, by its name in lower case, is of a repeating column's template and names a period."""
    try:
        return RHYTHMS[column.repeats or ""].period_of(column.name, name) is not None
    except ValueError:
        return False


def _gaps(rhythm: Rhythm, periods: list[Period]) -> str:
    """Which periods are missing between the first and the last, in words; empty when none is."""
    gaps = rhythm.missing(periods)
    named = ", ".join(f"from {first} to {last}" if first != last else str(first) for first, last in gaps[:GAPS_TO_NAME])
    more = f" and in {len(gaps) - GAPS_TO_NAME} more places" if len(gaps) > GAPS_TO_NAME else ""
    is_one = len(gaps) == 1 and gaps[0][0] == gaps[0][1]
    what = f"the {rhythm.often} column {named} is" if is_one else f"the {rhythm.often} columns {named}{more} are"
    ordered = sorted(periods, key=lambda period: period.sunday)
    return f"{what} missing between {ordered[0]} and {ordered[-1]}; every {rhythm.word} from the first to the last is agreed" if gaps else ""
