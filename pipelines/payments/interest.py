"""Days and rates: what money is worth on another day at a rate a year, and the rate at which what came back is worth what was put in.

Exact to declared decimals and the same on every machine: no float, and no decimal context but the one named here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from functools import lru_cache

from pipelines.contracts.investors import DayCount

YEAR_DAYS: dict[DayCount, int] = {"act_365f": 365, "act_360": 360, "thirty_360": 360}
LONGEST_MONTH = 30
PRECISE = Context(prec=60, rounding=ROUND_HALF_EVEN)
DECLARED = Context(prec=40, rounding=ROUND_HALF_EVEN)
"""A factor of growth is worked out to 60 digits and kept to 40: of the largest amount there is, that leaves an error far below a cent."""
RATE_DECIMALS = 4
"""A rate of return is told to hundredths of a per cent, as contracts write it."""
HIGHEST_RATE = 10
Flow = tuple[dt.date, Decimal]
"""Money on a day: below nought what was put in, above nought what came back."""


def days_between(day_count: DayCount, start: dt.date, end: dt.date) -> int:
    """Days of interest in [start, end), below nought where `end` comes first."""
    if day_count != "thirty_360":
        return (end - start).days
    return 360 * (end.year - start.year) + 30 * (end.month - start.month) + min(end.day, LONGEST_MONTH) - min(start.day, LONGEST_MONTH)


@lru_cache(maxsize=4096)
def growth(rate: Decimal | Fraction, days: int, year_days: int) -> Fraction:
    """What one is worth after `days` at a `rate` a year, compounded: exact for whole years, else to 40 digits."""
    base = 1 + Fraction(rate)
    if days % year_days == 0:
        return base ** (days // year_days)
    factor = PRECISE.power(PRECISE.divide(Decimal(base.numerator), Decimal(base.denominator)), PRECISE.divide(Decimal(days), Decimal(year_days)))
    return Fraction(DECLARED.plus(factor))


def worth(flows: Sequence[Flow], rate: Decimal | Fraction, on: dt.date, day_count: DayCount) -> Fraction:
    """What all the flows come to on a day, each grown from its own day, or brought back from a later one."""
    return sum((Fraction(amount) * growth(rate, days_between(day_count, day, on), YEAR_DAYS[day_count]) for day, amount in flows), Fraction(0))


def irr(flows: Sequence[Flow], day_count: DayCount, decimals: int = RATE_DECIMALS) -> Decimal | None:
    """The rate a year at which the flows are together worth nought, to `decimals`, halves up.

    None where no rate from -100 % to 1,000 % does that: nothing came back, or it came back on the day it was put in.
    """
    if not (any(amount < 0 for _, amount in flows) and any(amount > 0 for _, amount in flows)):
        return None
    last, step = max(day for day, _ in flows), Fraction(1, 10**decimals)

    def is_more(place: int) -> bool:
        """Whether the rate is at least half a step below this place."""
        return worth(flows, (place - Fraction(1, 2)) * step, last, day_count) >= 0

    low, high = 1 - 10**decimals, HIGHEST_RATE * 10**decimals
    if not is_more(low) or is_more(high):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if is_more(middle) else (low, middle)
    return PRECISE.scaleb(Decimal(low), -decimals)
