"""Prices that follow a published index: one price at the level of a day, and the dated rates that it is moved by. Exact throughout."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

CENT = Decimal("0.01")
Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Said = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


@dataclass(frozen=True)
class Chained:
    """How the price that holds from `day` was come to: `start` times every factor, and then rounded to `price`."""

    day: dt.date
    start: Decimal
    factors: tuple[Decimal, ...]
    price: Decimal


class Indexed(BaseModel):
    """A price at the level of one day (`base`), moved from each later day on by the rate of that day (`rates`; 3.30 % is 0.0330). The chain runs on
    the `unrounded` price, or on the `rounded` one; the price used is rounded `to` an amount by `mode`. `index` and `edition` say which published
    figures the rates are; `settled_later` that they are estimates, whose difference to the final ones is settled. From the day of `until` on no price
    holds, until the next rate is written in."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    clause: Said
    base: dict[dt.date, Decimal | int]
    rates: dict[dt.date, Decimal | int] = Field(min_length=1)
    chain: Literal["unrounded", "rounded"]
    to: Annotated[Decimal, Field(gt=0, decimal_places=2, max_digits=18)]
    mode: Literal["half_up", "half_even", "down"]
    index: Word
    edition: Said
    settled_later: bool
    until: dt.date | None = None

    @field_validator("base")
    @classmethod
    def _one(cls, value: dict[dt.date, Any]) -> dict[dt.date, Any]:
        if len(value) != 1:
            raise ValueError("an indexed price has one base, the price at the level of one day, as {2024-01-01: 1187.35}")
        return value

    @field_validator("rates")
    @classmethod
    def _shares(cls, value: dict[dt.date, Any]) -> dict[dt.date, Any]:
        for rate in value.values():
            if isinstance(rate, bool) or not -1 < rate < 1:
                raise ValueError(f"'{rate}' is not a rate as a share; 3.30 % is written 0.0330")
        return value

    @model_validator(mode="after")
    def _in_order(self) -> Indexed:
        days = [self.level, *self.rates]
        if days != sorted(set(days)):
            raise ValueError("the rates of an indexed price stand in the order of their days, each after the day of its base")
        if self.until is not None and self.until <= days[-1]:
            raise ValueError(f"'until' is {self.until}, and a rate holds from {days[-1]}; it is the day from which the next rate is needed")
        return self

    @property
    def level(self) -> dt.date:
        """The day whose level the base is at."""
        return next(iter(self.base))

    def steps(self) -> tuple[Chained, ...]:
        """Every price after the base with how it was come to, in the order of days."""
        made: list[Chained] = []
        start, factors = Decimal(self.base[self.level]), tuple[Decimal, ...]()
        for day, rate in self.rates.items():
            factors = (*factors, 1 + Decimal(rate))
            made.append(Chained(day, start, factors, self._rounded(start, factors)))
            if self.chain == "rounded":
                start, factors = made[-1].price, ()
        return tuple(made)

    def prices(self) -> dict[dt.date, Any]:
        """The price by the first day it holds: the base as it is given, and each moved one rounded."""
        return {self.level: self.base[self.level], **{step.day: step.price for step in self.steps()}}

    def _rounded(self, start: Decimal, factors: tuple[Decimal, ...]) -> Decimal:
        exact = Fraction(start)
        for factor in factors:
            exact *= Fraction(factor)
        whole = exact / Fraction(self.to)
        count = round(whole) if self.mode == "half_even" else int(whole + Fraction(1, 2)) if self.mode == "half_up" else int(whole)
        return (count * self.to).quantize(CENT)
