"""Delivered columns as the types the contract agrees, a batch of rows at a time.

What will not convert is counted to the end of the file, and refused with the first row it stands in and never with the value. So the
words do not depend on where one batch ends and the next begins.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from dataclasses import dataclass, field

import polars as pl

from pipelines.contracts.register import Column, RegisterContract
from pipelines.contracts.weeks import Week, missing_between, week_of

DATE_FORMATS = ("%Y-%m-%d", "%d-%m-%Y")
SHAPES = {"date": r"^(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{2}-[0-9]{2}-[0-9]{4})$", "number": r"^[+-]?[0-9]+(?:\.[0-9]{1,6})?$"}
TARGET: dict[str, pl.DataType | type[pl.DataType]] = {"string": pl.String, "integer": pl.Int64, "number": pl.Decimal(38, 6), "date": pl.Date}
WEEKLY = pl.Int16
GAPS_TO_NAME = 5


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


@dataclass
class PlainColumn:
    """One agreed column. `lost` has one count for each way its type may be written; the whole file is written in one way."""

    declared: Column
    is_measured: bool
    lost: list[Lost] = field(default_factory=list)
    wrong_type: str = ""
    days: list[dt.date] = field(default_factory=list)
    """The first and the last day of every batch, of a column that coverage is measured from."""

    def convert(self, column: pl.Series, rows_before: int) -> pl.Series | None:
        """The batch as the agreed type, or None when the column is delivered as a type that is not taken."""
        try:
            made, masks = converted(column, self.declared)
        except RefusalError as refusal:
            self.wrong_type = str(refusal)
            return None
        self.lost = self.lost or [Lost() for _ in masks]
        for lost, mask in zip(self.lost, masks, strict=True):
            lost.add(mask, rows_before)
        if self.is_measured:
            self.days += [day for day in (made.min(), made.max()) if isinstance(day, dt.date)]
        return made.alias(self.declared.name)

    def problem(self) -> str:
        """Why the column refuses the file; empty when it does not."""
        lost = min(self.lost, key=lambda way: way.count, default=Lost())
        if self.wrong_type or not lost.count:
            return self.wrong_type
        return f"{lost.words()} not a {self.declared.logical_type} in the column '{self.declared.name}', first in data row {lost.first_row}"


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


class Typed:
    """Everything a register agrees, out of a delivery with these column names (lower case, as delivered in order)."""

    def __init__(self, register: RegisterContract, names: list[str]) -> None:
        coverage = register.handling.coverage
        self.names, self.coverage = names, coverage
        self.parts: list[PlainColumn | WeeklyColumns] = [
            WeeklyColumns(weekly_columns(column.name, names)) if column.repeats else PlainColumn(column, column.name == coverage.column) for column in register.table.properties
        ]

    def convert(self, batch: list[pl.Series], rows_before: int) -> pl.DataFrame | None:
        """The agreed columns of a batch, in the contract's order and weeks in theirs; None once anything refuses the file."""
        columns = {name: column.alias(name) for name, column in zip(self.names, batch, strict=True)}
        made: list[pl.Series] = []
        for part in self.parts:
            if isinstance(part, PlainColumn):
                column = part.convert(columns[part.declared.name], rows_before)
                made += [] if column is None else [column]
            else:
                frame = part.convert(pl.DataFrame([columns[name] for name in part.weeks]), rows_before)
                made += [] if frame is None else frame.get_columns()
        return None if any(part.problem() for part in self.parts) else pl.DataFrame(made)

    def refuse(self) -> None:
        """Raises RefusalError for the first part, in the contract's order, that will not convert."""
        for part in self.parts:
            if part.problem():
                raise RefusalError(part.problem())

    def covers_through(self) -> dt.date:
        """The day the rows cover through, as the contract measures it. Raises RefusalError when nothing measures it."""
        for part in self.parts:
            if isinstance(part, WeeklyColumns) and self.coverage.columns:
                day = part.covers_through()
                if day is None:
                    raise RefusalError("coverage cannot be measured: no weekly column has a code in any row")
                return day
            if isinstance(part, PlainColumn) and part.days:
                return min(part.days) if self.coverage.measured == "earliest" else max(part.days)
        raise RefusalError(f"coverage cannot be measured: the column '{self.coverage.column}' is empty in every row")


def _nulls(frame: pl.DataFrame) -> tuple[int, ...]:
    return frame.null_count().row(0)


def without_blanks(columns: pl.DataFrame) -> pl.DataFrame:
    """Text without the spaces around it, and text of nothing else as nothing. Other columns as they are."""
    text = pl.col(pl.String).str.strip_chars()
    return columns.with_columns(pl.when(text != "").then(text).name.keep()) if pl.String in columns.dtypes else columns


def is_agreed(register: RegisterContract, name: str) -> bool:
    """Whether a delivered column, by its name in lower case, is one the contract has or one of its weekly columns."""
    if any(column.name == name and not column.repeats for column in register.table.properties):
        return True
    with contextlib.suppress(ValueError):
        return register.weekly is not None and week_of(register.weekly.name, name) is not None
    return False


def missing_columns(register: RegisterContract, names: list[str]) -> str:
    """Which agreed columns are not among the delivered ones, in words; empty when none is missing."""
    missing = [column.name for column in register.table.properties if not column.repeats and column.name not in names]
    listed = ", ".join(repr(name) for name in missing)
    return f"the columns {listed} are missing" if len(missing) > 1 else f"the column {listed} is missing" if missing else ""


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


def converted(column: pl.Series, declared: Column) -> tuple[pl.Series, list[pl.Series]]:
    """A column as its declared type, strictly, and a mask of the values that are not of it for each way of writing it.

    Text loses the spaces around it, and text of nothing else is nothing. Raises RefusalError for a type that is not taken.
    """
    wanted = TARGET[declared.logical_type]
    if column.dtype == wanted != pl.String:
        return column, []
    if column.dtype == pl.String:
        text = column.str.strip_chars()
        return _from_text(text.set(text == "", None), declared)
    if column.dtype.is_integer() and declared.logical_type in ("string", "integer", "number"):
        made = column.cast(wanted, strict=False)
        return made, [column.is_not_null() & made.is_null()]
    if column.dtype.is_decimal() and declared.logical_type == "number":
        made = column.cast(wanted, strict=False)
        return made, [column.is_not_null() & (made.is_null() | (made != column))]
    if column.dtype == pl.Datetime and declared.logical_type == "date":
        made = column.dt.date()
        return made, [column.is_not_null() & (column != made.cast(column.dtype))]
    if column.dtype == pl.Null:
        return column.cast(wanted), []
    raise RefusalError(f"the column '{declared.name}' is delivered as {column.dtype.base_type().__name__} where a {declared.logical_type} is agreed")


def _from_text(text: pl.Series, declared: Column) -> tuple[pl.Series, list[pl.Series]]:
    """Dates are written in one of two ways, told apart by their shape: a value is of at most one."""
    kind, given = declared.logical_type, text.is_not_null()
    shape = SHAPES.get(kind)
    if shape is not None:
        text = pl.select(pl.when(text.str.contains(shape)).then(text).alias(text.name)).to_series()
    if kind == "date":
        first, second = (text.str.to_date(pattern, strict=False, exact=True) for pattern in DATE_FORMATS)
        return first.zip_with(first.is_not_null(), second), [given & first.is_null(), given & second.is_null()]
    made = text.cast(TARGET[kind], strict=False)
    return made, [given & made.is_null()]
