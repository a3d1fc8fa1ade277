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
from pipelines.contracts.weeks import week_of
from pipelines.deliveries.refusal import Lost, RefusalError
from pipelines.deliveries.repeated import WeeklyColumns, weekly_columns

DATE_FORMATS = ("%Y-%m-%d", "%d-%m-%Y")
SHAPES = {"date": r"^(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{2}-[0-9]{2}-[0-9]{4})$", "number": r"^[+-]?[0-9]+(?:\.[0-9]{1,6})?$"}
TARGET: dict[str, pl.DataType | type[pl.DataType]] = {"string": pl.String, "integer": pl.Int64, "number": pl.Decimal(38, 6), "date": pl.Date}


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
