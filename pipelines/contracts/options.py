"""`logicalTypeOptions` of a column: which values its logical type may take, by the names of ODCS v3.1.

Every option becomes an expectation. An option that the column's type has no use for, or that no value could satisfy, is an error.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated

from pydantic import Field, model_validator

from pipelines.contracts.strict import Strict

Bound = int | Decimal | dt.date | str
"""What a bound may be read as; a date that is not in quotes is one so that it can be told how it is written."""
Typed = int | Decimal | dt.date
OF_A_STRING = ("pattern", "minLength", "maxLength")
OF_A_RANGE = ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum")
OPTIONS_OF = {"string": OF_A_STRING, "integer": (*OF_A_RANGE, "multipleOf"), "number": (*OF_A_RANGE, "multipleOf"), "date": OF_A_RANGE}
MOST_DECIMALS = 6
"""A delivered number has no more; a bound with more would be compared with what no value can be."""


class Options(Strict):
    """The options of one column. Bounds of a date are written as text, as the standard has them: '1900-01-01'."""

    pattern: Annotated[str, Field(min_length=1)] | None = None
    min_length: Annotated[int, Field(ge=0)] | None = Field(None, alias="minLength")
    max_length: Annotated[int, Field(ge=0)] | None = Field(None, alias="maxLength")
    minimum: Bound | None = None
    exclusive_minimum: Bound | None = Field(None, alias="exclusiveMinimum")
    maximum: Bound | None = None
    exclusive_maximum: Bound | None = Field(None, alias="exclusiveMaximum")
    multiple_of: Bound | None = Field(None, alias="multipleOf")

    @model_validator(mode="after")
    def _some_and_one_of_each(self) -> Options:
        if not self.given():
            raise ValueError("no option is given; leave 'logicalTypeOptions' out")
        for end in ("inimum", "aximum"):
            if {f"m{end}", f"exclusiveM{end}"} <= set(self.given()):
                raise ValueError(f"'m{end}' and 'exclusiveM{end}' are both given; one of them bounds the values")
        return self

    def given(self) -> list[str]:
        """The options that are given, by the standard's names, in the standard's order."""
        return [str(info.alias or name) for name, info in type(self).model_fields.items() if getattr(self, name) is not None]

    @property
    def has_length(self) -> bool:
        return self.min_length is not None or self.max_length is not None

    @property
    def has_range(self) -> bool:
        return any(value is not None for value in (self.minimum, self.exclusive_minimum, self.maximum, self.exclusive_maximum))

    def problem(self, name: str, logical_type: str) -> str:
        """Why the options do not fit a column `name` of a logical type, in words; empty when they do."""
        misplaced = [option for option in self.given() if option not in OPTIONS_OF[logical_type]]
        if misplaced:
            return f"'{misplaced[0]}' is no option of '{name}', which is of type {logical_type}; that has {', '.join(OPTIONS_OF[logical_type])}"
        if self.pattern is not None and not (self.pattern.startswith("^") and self.pattern.endswith("$")):
            return f"the pattern of '{name}' says nothing of the whole value; let it begin with ^ and end with $"
        if self.min_length is not None and self.max_length is not None and self.min_length > self.max_length:
            return f"no text of '{name}' can be at least {self.min_length} and at most {self.max_length} characters long"
        return self._range_problem(name, logical_type)

    def _range_problem(self, name: str, logical_type: str) -> str:
        numbers = [value for value in (self.minimum, self.exclusive_minimum, self.maximum, self.exclusive_maximum, self.multiple_of) if value is not None]
        for value in numbers:
            if typed(value, logical_type) is None:
                return f"'{value}' is no bound of '{name}', which is of type {logical_type}; {HOW_WRITTEN[logical_type]}"
        if isinstance(self.multiple_of, int | Decimal) and self.multiple_of <= 0:
            return f"no value of '{name}' is a multiple of {self.multiple_of}; give a number above nought"
        low, high = self.low(logical_type), self.high(logical_type)
        if low and high and (low[0] > high[0] or (low[0] == high[0] and not (low[1] and high[1]))):  # type: ignore[operator]  # both are of the column's type
            return f"no value of '{name}' can be {above(low)} and {below(high)}"
        return ""

    def low(self, logical_type: str) -> tuple[Typed, bool] | None:
        """The least value, and whether it is itself allowed."""
        return _bound(self.minimum, self.exclusive_minimum, logical_type)

    def high(self, logical_type: str) -> tuple[Typed, bool] | None:
        """The greatest value, and whether it is itself allowed."""
        return _bound(self.maximum, self.exclusive_maximum, logical_type)


HOW_WRITTEN = {
    "integer": "write a whole number",
    "number": f"write a number of at most {MOST_DECIMALS} decimals",
    "date": "write a date that exists, in quotes, as '1900-01-01'",
}


def typed(value: Bound, logical_type: str) -> Typed | None:
    """A bound as a value of the column's type; None when it is none."""
    if logical_type == "date":
        return _date(value) if isinstance(value, str) else None
    if not isinstance(value, int | Decimal) or (logical_type == "integer" and isinstance(value, Decimal)):
        return None
    return value if len(f"{value:f}".partition(".")[2].rstrip("0")) <= MOST_DECIMALS or isinstance(value, int) else None


def _date(text: str) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text else None


def _bound(inclusive: Bound | None, exclusive: Bound | None, logical_type: str) -> tuple[Typed, bool] | None:
    given = exclusive if inclusive is None else inclusive
    value = None if given is None else typed(given, logical_type)
    return None if value is None else (value, inclusive is not None)


def above(bound: tuple[Typed, bool]) -> str:
    """A lower bound in words."""
    return f"{'at least' if bound[1] else 'above'} {bound[0]}"


def below(bound: tuple[Typed, bool]) -> str:
    """An upper bound in words."""
    return f"{'at most' if bound[1] else 'below'} {bound[0]}"
