"""Exact money: cents whose parts come to the whole, prices carried by an index, and what a later year counts for today."""

from __future__ import annotations

import calendar
import datetime as dt
import math
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from pipelines.contracts.value import Discount, Unit, Value, ValueIndex

CENTS = 100
DAYS_A_WEEK, MONTHS_A_YEAR = 7, 12
NOUGHT = Decimal("0.00")
K = TypeVar("K")


def cents(amount: Fraction) -> Decimal:
    """An amount in whole cents, halves away from nought."""
    return Decimal(_whole(amount)).scaleb(-2)


def _whole(amount: Fraction) -> int:
    found = math.floor(abs(amount) * CENTS + Fraction(1, 2))
    return found if amount >= 0 else -found


def parts_in_cents(parts: Mapping[K, Fraction]) -> dict[K, Decimal]:
    """Exact parts in cents that come to their rounded sum: each is rounded down, and the cents then missing go one each to those that lost most, of equals
    to the first named."""
    down = {name: math.floor(part * CENTS) for name, part in parts.items()}
    missing = _whole(sum(parts.values(), Fraction(0))) - sum(down.values())
    by_loss = sorted(parts, key=lambda name: down[name] - parts[name] * CENTS)
    for name in by_loss[:missing]:
        down[name] += 1
    return {name: Decimal(count).scaleb(-2) for name, count in down.items()}


def carried(amount: Fraction, index: ValueIndex, of: int, to: int) -> Fraction:
    """An amount in the prices of one year, in those of another. Raises ValueError for a year without a level."""
    levels = index.levels.root
    for year in (of, to):
        if year not in levels:
            raise ValueError(f"the index '{index.name}' has no level for {year}")
    return amount * Fraction(levels[to]) / Fraction(levels[of])


def units_a_year(unit: Unit, year: int) -> Fraction:
    """How many units of time a calendar year has: 366 days in a leap year, and a seventh of its days as weeks."""
    days = 366 if calendar.isleap(year) else 365
    return {"day": Fraction(days), "week": Fraction(days, DAYS_A_WEEK), "month": Fraction(MONTHS_A_YEAR), "year": Fraction(1)}[unit]


def price_in(price: Fraction, value: Value, level: int, unit: Unit, year: int, *, is_a_year: bool) -> Fraction:
    """What one unit is worth in the prices of a budget year."""
    of_one = price / units_a_year(unit, year) if is_a_year else price
    return carried(of_one, value.index, level, year)


def factors(discount: Discount, first: int, last: int, more: Fraction = Fraction(0)) -> dict[int, Fraction]:
    """By year, what one unit of money of it is worth in the first. The rate that holds on the first day of a year, with so much `more` and never below
    nought, takes it back to the year before."""
    made = {first: Fraction(1)}
    for year in range(first + 1, last + 1):
        rate = max(Fraction(discount.rates.on(dt.date(year, 1, 1))) + more, Fraction(0))
        made[year] = made[year - 1] / (1 + rate)
    return made
