"""Delivered columns as the types the contract agrees, a batch of rows at a time.

What will not convert is counted to the end of the file, with the rows it stands in and never with the value. So neither words nor rejects
depend on where one batch ends and the next begins.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import polars as pl

from pipelines.contracts.register import Column, RegisterContract, last_of_month
from pipelines.deliveries.conversion_text import NUMBER, DateWriting, NumberWriting, lost, trimmed, whole_numbers
from pipelines.deliveries.refusal import Lost, RefusalError
from pipelines.deliveries.repeated import RepeatedColumns, is_repeated, repeated_columns

LARGEST_WHOLE = 1 << 53
"""The largest float up to which every whole number is one."""
TARGET: dict[str, pl.DataType | type[pl.DataType]] = {"string": pl.String, "integer": pl.Int64, "number": NUMBER, "date": pl.Date}
REASONS = {
    "date": "not a date, written as most of the column is",
    "number": "not a number of at most six decimals, written as most numbers of the file are and readable in one way alone",
    "integer": "not a whole number",
    "string": "not a text or a whole number",
}


@dataclass(frozen=True)
class Written:
    """How the text of a file is written: the mark before its decimals, and the way of the dates of each column; None where nothing shows it."""

    numbers: tuple[str, bool] | None = None
    dates: dict[str, int | None] = field(default_factory=dict)


@dataclass
class PlainColumn:
    """One agreed column."""

    declared: Column
    is_measured: bool
    numbers: NumberWriting
    dates: DateWriting
    lost: Lost = field(default_factory=Lost)
    wrong_type: str = ""
    days: list[dt.date] = field(default_factory=list)
    """The first and the last day of every batch, of a column that coverage is measured from."""

    def convert(self, column: pl.Series, rows_before: int) -> pl.Series | None:
        """The batch as the agreed type, or None when the column is delivered as a type that is not taken."""
        try:
            made, mask = self._from_text(column) if column.dtype == pl.String else converted(column, self.declared)
        except RefusalError as refusal:
            self.wrong_type = str(refusal)
            return None
        if mask is not None:
            self.lost.add(mask, rows_before)
        if self.is_measured:
            self.days += first_and_last(made)
        return made.alias(self.declared.name)

    def _from_text(self, text: pl.Series) -> tuple[pl.Series, pl.Series | None]:
        kind = self.declared.logical_type
        if kind == "string":
            return trimmed(text), None
        if kind == "integer":
            return whole_numbers(text)
        return self.numbers.convert(text) if kind == "number" else self.dates.convert(text)

    def not_converted(self) -> dict[str, Lost]:
        """The values of the column that are not written in the way that most of them are; by name, empty when there is none."""
        return {self.declared.name: self.lost} if self.lost.count else {}

    def problem(self) -> str:
        """What did not convert, in words; empty when everything did."""
        if self.wrong_type or not self.lost.count:
            return self.wrong_type
        return f"{self.lost.words()} not a {self.declared.logical_type} in the column '{self.declared.name}', first in data row {self.lost.first_row}"


class Typed:
    """Everything a register agrees, out of a delivery with these column names (lower case, as delivered in order).

    `written` is how its text is written, once a reading of the whole file has shown it; until then the first values show it.
    """

    def __init__(self, register: RegisterContract, names: list[str], written: Written | None = None) -> None:
        self.written = written or Written()
        self.names, self.coverage = names, register.handling.coverage
        self.numbers = NumberWriting(self.written.numbers)
        self.parts: list[PlainColumn | RepeatedColumns] = [repeated_columns(column, names) if column.repeats else self._plain(column) for column in register.table.properties]

    def _plain(self, column: Column) -> PlainColumn:
        return PlainColumn(column, column.name == self.coverage.column, self.numbers, DateWriting(self.written.dates.get(column.name)))

    @property
    def plain(self) -> list[PlainColumn]:
        return [part for part in self.parts if isinstance(part, PlainColumn)]

    def shown(self) -> Written:
        """How the text is written, by all of it."""
        return Written(self.numbers.settled(), {part.declared.name: part.dates.settled() for part in self.plain})

    def was_misread(self) -> bool:
        """Whether the whole file is written in another way than its first values, which it was converted by."""
        return self.shown() != Written(self.numbers.assumed, {part.declared.name: part.dates.assumed for part in self.plain})

    def convert(self, batch: list[pl.Series], rows_before: int) -> pl.DataFrame | None:
        """The agreed columns of a batch as their types, nothing where a value is not of its type; None once a column's type refuses the file."""
        columns = dict(zip(self.names, batch, strict=True))
        numbers = [columns[part.declared.name] for part in self.plain if part.declared.logical_type == "number"]
        self.numbers.assume([column for column in numbers if column.dtype == pl.String])
        made: list[pl.Series] = []
        for part in self.parts:
            if isinstance(part, PlainColumn):
                column = part.convert(columns[part.declared.name], rows_before)
                made += [] if column is None else [column]
            else:
                frame = part.convert(pl.DataFrame([columns[name].alias(name) for name in part.names]), rows_before)
                if frame is not None:
                    part.look_for_codes(frame)
                    made += frame.get_columns()
        return None if any(part.wrong_type for part in self.parts) else pl.DataFrame(made)

    def refuse(self) -> None:
        """Raises RefusalError for the first agreed column that is delivered as a type which is not taken."""
        for part in self.parts:
            if part.wrong_type:
                raise RefusalError(part.wrong_type)

    def problem(self) -> str:
        """What of the first column with such values did not convert, in words."""
        return next((words for words in (part.problem() for part in self.parts) if words), "")

    def not_converted(self) -> dict[str, Lost]:
        """The values that did not convert, by the column they stand in, in the order of the contract."""
        return {name: lost for part in self.parts for name, lost in part.not_converted().items()}

    def reason(self, name: str) -> str:
        """Why a value of a column is a reject, in words."""
        kind = next((part.declared.logical_type for part in self.plain if part.declared.name == name), "")
        return REASONS.get(kind, "not a whole number that the column has room for")

    def covers_through(self) -> dt.date:
        """The day the rows cover through, as the contract measures it. Raises RefusalError when nothing measures it."""
        for part in self.parts:
            if isinstance(part, RepeatedColumns) and part.template == self.coverage.columns:
                day = part.covers_through()
                if day is None:
                    raise RefusalError("coverage cannot be measured: no weekly column has a code in any row")
                return day
            if isinstance(part, PlainColumn) and part.days:
                return min(part.days) if self.coverage.measured == "earliest" else max(part.days)
        raise RefusalError(f"coverage cannot be measured: the column '{self.coverage.column}' is empty in every row")


def is_agreed(register: RegisterContract, name: str) -> bool:
    """Whether a delivered column, by its name in lower case, is one the contract has or one of its columns that repeat."""
    return any(is_repeated(column, name) if column.repeats else column.name == name for column in register.table.properties)


def missing_columns(register: RegisterContract, names: list[str]) -> str:
    """Which agreed columns are not among the delivered ones, in words; empty when none is missing."""
    missing = [column.name for column in register.table.properties if not column.repeats and column.name not in names]
    listed = ", ".join(repr(name) for name in missing)
    return f"the columns {listed} are missing" if len(missing) > 1 else f"the column {listed} is missing" if missing else ""


def first_and_last(column: pl.Series) -> list[dt.date]:
    """The first and the last day of dates; of months, written yyyymm, the last days of the first and the last one. Empty without any."""
    if column.dtype.is_integer():
        months = column.filter((column % 100).is_between(1, 12) & (column // 100).is_between(1, 9999))
        return [last_of_month(month // 100, month % 100) for month in (months.min(), months.max()) if isinstance(month, int)]
    return [day for day in (column.min(), column.max()) if isinstance(day, dt.date)]


def converted(column: pl.Series, declared: Column) -> tuple[pl.Series, pl.Series | None]:
    """A column that is not text as its declared type, and a mask of the cells that are not of it; None when all are.

    Raises RefusalError for a type that is not taken.
    """
    kind, wanted = declared.logical_type, TARGET[declared.logical_type]
    if column.dtype == wanted:
        return column, None
    if column.dtype == pl.Null:
        return column.cast(wanted), None
    if column.dtype in (pl.Categorical, pl.Enum) and kind == "string":
        return trimmed(column.cast(pl.String)), None
    if column.dtype == pl.Datetime and kind == "date":
        made = column.dt.date()
        return made.set(column != made.cast(column.dtype), None), column.is_not_null() & (column != made.cast(column.dtype))
    if not column.dtype.is_numeric() or kind == "date":
        raise RefusalError(f"the column '{declared.name}' is delivered as {column.dtype.base_type().__name__} where a {kind} is agreed")
    if column.dtype.is_float():
        column = column.fill_nan(None)
    return _number(column) if kind == "number" else _whole(column, wanted)


def _number(column: pl.Series) -> tuple[pl.Series, pl.Series | None]:
    """Floats are taken to six decimals, everything else exactly."""
    made = column.cast(NUMBER, strict=False)
    if column.dtype.is_decimal():
        made = made.set(made != column, None)
    return made, lost(column, made)


def _whole(column: pl.Series, wanted: pl.DataType | type[pl.DataType]) -> tuple[pl.Series, pl.Series | None]:
    """A whole number or a code, also out of a float that is whole, as other tools hand on columns with gaps."""
    made = column
    if column.dtype.is_float():
        made = column.set((column != column.round()) | (column.abs() > LARGEST_WHOLE), None).cast(pl.Int64, strict=False)
    elif column.dtype.is_decimal():
        made = column.cast(pl.Int64, strict=False)
        made = made.set(made.cast(column.dtype, strict=False) != column, None)
    made = made.cast(wanted, strict=False)
    return made, lost(column, made)
