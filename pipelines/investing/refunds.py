"""What the state refunds of what a municipality saves: by the week of a course, or by the amount of a year."""

from __future__ import annotations

from fractions import Fraction

from pipelines.contracts.refunding import Refunding

WEEKS_A_YEAR = 52
"""A year of a course is reckoned as 52 weeks, of which the effect is spread evenly over all."""


def share_of_week(schedule: Refunding, week: int) -> Fraction:
    """The share that is refunded of one week of a course, whose first is 1; nothing before the first step."""
    return next((Fraction(share) for at, share in reversed(schedule.steps) if week >= at), Fraction(0))


def share_of_year(schedule: Refunding, from_week: int, year: int) -> Fraction:
    """The mean share that is refunded of the 52 weeks which are the year so many after the first of an effect that begins in a week."""
    first = from_week + WEEKS_A_YEAR * year
    return sum((share_of_week(schedule, week) for week in range(first, first + WEEKS_A_YEAR)), Fraction(0)) / WEEKS_A_YEAR


def refund_of(schedule: Refunding, amount: Fraction, move: Fraction) -> Fraction:
    """What is refunded of one course that costs an amount a year. `move` carries the amounts of the schedule to the prices of that year."""
    steps = [(Fraction(at) * move, Fraction(share)) for at, share in schedule.steps]
    ends = [*(at for at, _ in steps[1:]), None]
    found = Fraction(0)
    for (at, share), end in zip(steps, ends, strict=True):
        top = amount if end is None else min(amount, end)
        found += max(top - at, Fraction(0)) * share
    return found


def topmost(schedule: Refunding, amount: Fraction, saved: Fraction, move: Fraction) -> Fraction:
    """What the state no longer refunds when so much is saved of a course that costs an amount a year: the topmost part goes first, where most is
    refunded. Where more is spent instead, the part that comes on top; of what is saved beyond the whole amount, nothing."""
    return refund_of(schedule, amount, move) - refund_of(schedule, max(amount - saved, Fraction(0)), move)
