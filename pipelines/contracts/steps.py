"""Prices and shares that a contract gives more than one of: by the number of what is counted, by its component, or by an amount of money."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

from pydantic import BaseModel, RootModel, field_validator

from pipelines.contracts.outcome import DatedMoney

NUMBER, AMOUNT, COMPONENT = re.compile(r"[1-9][0-9]{0,11}"), re.compile(r"[0-9]{1,15}\.[0-9]{1,2}"), re.compile(r"[a-z][a-z0-9_]{0,59}")


@dataclass(frozen=True)
class Part:
    """What of a count lies in one step: beyond `start`, up to and including `end`."""

    start: int
    end: int
    price: DatedMoney

    @property
    def count(self) -> int:
        return self.end - self.start


class SteppedMoney(RootModel[dict[int, DatedMoney]]):
    """An amount for each of what is counted, by its number: `{1: {2024-01-01: 20000.00}, 5: {2024-01-01: 40000.00}}` is one amount from the first
    on, and another from the fifth on. One step is one amount for all."""

    @field_validator("root", mode="before")
    @classmethod
    def _by_number(cls, value: Any) -> Any:
        made = _keyed(value, "a step is the number it holds from, as {1: {2024-01-01: 1000.00}}")
        if not all(NUMBER.fullmatch(key) for key in made):
            raise ValueError("a step is a whole number from 1; write {1: {2024-01-01: 1000.00}, 5: {2024-01-01: 2000.00}}")
        return _ascending([(int(key), inner) for key, inner in made.items()], 1)

    def parts(self, before: int, after: int) -> list[Part]:
        """What is counted beyond `before` up to `after`, by the steps that have any of it."""
        ends = [*(start - 1 for start in self.root), max(after, *self.root)]
        found = [Part(max(start, before), min(end, after), price) for (start, end), price in zip(pairwise(ends), self.root.values(), strict=True)]
        return [part for part in found if part.count > 0]


class MoneyByComponent(RootModel[dict[str, DatedMoney]]):
    """An amount for each component of what is counted, by its name: `{job: {2024-01-01: 500.00}, su: {2024-01-01: 200.00}}`."""

    @field_validator("root", mode="before")
    @classmethod
    def _by_name(cls, value: Any) -> Any:
        made = _keyed(value, "a component has a name, as {job: {2024-01-01: 1000.00}}")
        for name in made:
            if not COMPONENT.fullmatch(name):
                raise ValueError(f"'{name}' is not the name of a component; write small letters, digits and underscores")
        return made


class SteppedShares(RootModel[dict[Decimal, Decimal]]):
    """A share of each part of an amount, by where the part begins: `{0.00: 0.60, 5000000.00: 0.40}` is six tenths of the first five million, and four
    tenths of what is beyond."""

    @field_validator("root", mode="before")
    @classmethod
    def _by_amount(cls, value: Any) -> Any:
        made = _keyed(value, "a step is the amount it begins at, as {0.00: 0.60}")
        if not all(AMOUNT.fullmatch(key) for key in made):
            raise ValueError("a step is an amount with its decimals; write {0.00: 0.60, 5000000.00: 0.40}")
        for share in made.values():
            if not isinstance(share, Decimal) or not 0 <= share <= 1:
                raise ValueError(f"'{share}' is not a share; write one from 0.0 to 1.0")
        return _ascending([(Decimal(key), share) for key, share in made.items()], 0)

    def parts(self, amount: Fraction) -> list[tuple[Fraction, Decimal]]:
        """The parts of an amount, from nought on, that have anything in them, each with its share."""
        ends = [*self.root, None]
        found = [
            (min(amount, amount if end is None else Fraction(end)) - Fraction(start or 0), share) for (start, end), share in zip(pairwise(ends), self.root.values(), strict=True)
        ]
        return [(part, share) for part, share in found if part > 0]


def _keyed(value: Any, words: str) -> dict[str, Any]:
    if not isinstance(value, dict) or not value:
        raise ValueError(f"keys with values are needed here; {words}")
    return {str(key): inner for key, inner in value.items()}


def _ascending(steps: list[tuple[Any, Any]], first: int) -> dict[Any, Any]:
    numbers = [number for number, _ in steps]
    if numbers[0] != first:
        raise ValueError(f"the first step is from {numbers[0]}; begin with {first}, so that nothing is without a step")
    for one, other in pairwise(numbers):
        if one >= other:
            raise ValueError(f"the step from {other} stands after the step from {one}; write them in ascending order")
    return dict(steps)


def dated(value: Any) -> Iterator[tuple[tuple[str, ...], DatedMoney]]:
    """Every dated amount that an argument holds, however deep it stands, with the keys it stands under."""
    if isinstance(value, DatedMoney):
        yield (), value
    elif isinstance(value, RootModel):
        yield from dated(value.root)
    elif isinstance(value, BaseModel):
        yield from dated({name: getattr(value, name) for name in type(value).model_fields})
    elif isinstance(value, dict | list | tuple):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from (((str(key), *keys), amount) for keys, amount in dated(inner))
