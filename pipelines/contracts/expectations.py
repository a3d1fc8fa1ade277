"""The expectations of Great Expectations that a quality block of type `custom` may name, each with the arguments it takes.

Only what was measured to be right inside DuckDB, and to hand back counts and never a value, is here. Expectations that compare values do so
exactly for whole numbers, dates and texts; decimals pass through binary floats on the way and are left to `logicalTypeOptions` and SQL.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field, model_validator

from pipelines.contracts.strict import Name, Strict

ENGINE = "greatExpectations"
Value = int | Decimal | dt.date | str
Share = Annotated[Decimal, Field(gt=0, lt=1)]
PYTHON_TYPES: dict[str, tuple[type, ...]] = {"string": (str,), "integer": (int,), "number": (int, Decimal), "date": (dt.date,)}


class Arguments(Strict):
    """The `kwargs` of an expectation."""

    def columns(self) -> list[str]:
        """The columns it names, in order."""
        return []

    def values(self) -> list[tuple[str, Value]]:
        """The values that are compared with those of a column, each with that column."""
        return []


class OfColumn(Arguments):
    """Looks at the cells of one column; those that are empty are passed over. `mostly` is the share that has to hold."""

    column: Name
    mostly: Share | None = None

    def columns(self) -> list[str]:
        return [self.column]


class InSet(OfColumn):
    value_set: list[Value] = Field(min_length=1)

    def values(self) -> list[tuple[str, Value]]:
        return [(self.column, value) for value in self.value_set]


class Between(OfColumn):
    min_value: Value | None = None
    max_value: Value | None = None
    strict_min: bool = False
    strict_max: bool = False

    def values(self) -> list[tuple[str, Value]]:
        return [(self.column, value) for value in (self.min_value, self.max_value) if value is not None]

    @model_validator(mode="after")
    def _some_bound(self) -> Between:
        _in_order(self.min_value, self.max_value)
        return self


class Lengths(OfColumn):
    min_value: Annotated[int, Field(ge=0)] | None = None
    max_value: Annotated[int, Field(ge=0)] | None = None
    strict_min: bool = False
    strict_max: bool = False

    @model_validator(mode="after")
    def _some_bound(self) -> Lengths:
        _in_order(self.min_value, self.max_value)
        return self


class Length(OfColumn):
    value: Annotated[int, Field(ge=0)]


class Pair(Arguments):
    """Looks at two columns of a row; a row in which both are empty is passed over."""

    column_a: Name = Field(alias="column_A")
    column_b: Name = Field(alias="column_B")
    mostly: Share | None = None

    def columns(self) -> list[str]:
        return [self.column_a, self.column_b]


class Greater(Pair):
    or_equal: bool = False


class PairInSet(Pair):
    value_pairs_set: list[Annotated[list[Value], Field(min_length=2, max_length=2)]] = Field(min_length=1)

    def values(self) -> list[tuple[str, Value]]:
        return [pair for first, second in self.value_pairs_set for pair in ((self.column_a, first), (self.column_b, second))]


class Several(Arguments):
    """Looks at several columns of a row; a row in which all are empty is passed over."""

    column_list: list[Name] = Field(min_length=2)
    mostly: Share | None = None

    def columns(self) -> list[str]:
        return self.column_list


class Sum(Several):
    sum_total: int


class Rows(Arguments):
    min_value: Annotated[int, Field(ge=0)] | None = None
    max_value: Annotated[int, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _some_bound(self) -> Rows:
        _in_order(self.min_value, self.max_value)
        return self


class RowsEqual(Arguments):
    value: Annotated[int, Field(ge=0)]


def _in_order(least: Any, most: Any) -> None:
    if least is None and most is None:
        raise ValueError("give 'min_value', 'max_value' or both")
    if type(least) is type(most) and least > most:
        raise ValueError(f"no value is at least {least} and at most {most}")


NATIVE: dict[str, type[Arguments]] = {
    "expect_column_values_to_not_be_null": OfColumn,
    "expect_column_values_to_be_null": OfColumn,
    "expect_column_values_to_be_unique": OfColumn,
    "expect_column_values_to_be_in_set": InSet,
    "expect_column_values_to_not_be_in_set": InSet,
    "expect_column_values_to_be_between": Between,
    "expect_column_value_lengths_to_be_between": Lengths,
    "expect_column_value_lengths_to_equal": Length,
    "expect_column_pair_values_a_to_be_greater_than_b": Greater,
    "expect_column_pair_values_to_be_equal": Pair,
    "expect_column_pair_values_to_be_in_set": PairInSet,
    "expect_compound_columns_to_be_unique": Several,
    "expect_select_column_values_to_be_unique_within_record": Several,
    "expect_multicolumn_sum_to_equal": Sum,
    "expect_table_row_count_to_be_between": Rows,
    "expect_table_row_count_to_equal": RowsEqual,
}
"""What may be named, and what each takes."""
OF_TEXTS = (Lengths, Length)
OF_WHOLE_NUMBERS = (Sum,)


class Implementation(Strict):
    """The `implementation` of a quality block of type `custom`: one expectation and its arguments."""

    type: str
    kwargs: dict[str, Any] = Field(default_factory=dict)


def types_problem(arguments: Arguments, types: dict[str, str]) -> str:
    """Why an expectation cannot look at columns of these logical types, in words; empty when it can."""
    for name in arguments.columns():
        if isinstance(arguments, OF_TEXTS) and types[name] != "string":
            return f"only a text has a length, and '{name}' is of type {types[name]}"
        if isinstance(arguments, OF_WHOLE_NUMBERS) and types[name] != "integer":
            return f"only whole numbers are added up exactly, and '{name}' is of type {types[name]}"
    for name, value in arguments.values():
        if types[name] == "number":
            return f"'{name}' is of type number, which this engine compares by binary floats; use 'logicalTypeOptions' or a rule of type 'sql'"
        if not isinstance(value, PYTHON_TYPES[types[name]]):
            return f"'{value}' is compared with '{name}', which is of type {types[name]}"
    if isinstance(arguments, Greater) and types[arguments.column_a] != types[arguments.column_b]:
        return f"'{arguments.column_a}' and '{arguments.column_b}' are compared and are of two types"
    return ""
