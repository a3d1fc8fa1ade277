"""Figures that rules look up in tables: what is measured of an outcome, and what a table of steps says of it, with the words for both. Exact."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any, Literal

from indicators.result import Result, RoleCount
from pipelines.contracts.outcome import ClaimPeriod, DatedMoney
from pipelines.contracts.parts import MEAN, LeastShare, Steps
from pipelines.payments.rule import Assessment, estimated, money, number, percent, role_words, to_cents

SHOWN = 4
"""Decimals a figure is shown with; it is compared unrounded."""
NOBODY = RoleCount(0, 0, Decimal(0), 0)
Between = Literal["step", "linear"]


@dataclass(frozen=True)
class Worth:
    """What a table says of a figure: its share or amount, whether the figure reaches the first step, how that is so in a few words, and the sum."""

    value: Fraction
    is_reached: bool
    reason: str
    words: str


def measured(result: Result, figure: str) -> tuple[Fraction, str]:
    """The mean of the treated people who are counted (a share where each comes to nought or one), or an estimated quantity: exact, with its
    words. Raises ValueError when nobody is counted, or nothing is estimated."""
    if figure == MEAN:
        role = result.roles.get("treatment", NOBODY)
        return role.mean, f"{role.value:f} of {role.n_counted} persons: mean {number(role.mean, SHOWN)}"
    found = estimated(result, figure).compared
    return found, f"{role_words(result)}: {figure.replace('_', ' ')} {number(found, SHOWN)}"


def worth_of(figure: Fraction, table: Steps, claim_period: ClaimPeriod, between: Between) -> Worth:
    """What a table says of a figure on the claim period's first day: nothing below the first step; else that of the last it reaches (exactly is
    enough), which holds up to the next, or what lies on the straight line to the next."""
    points = table.on(claim_period.start)
    said = _money if table.are_amounts else percent
    shown, steps = number(figure, SHOWN), list(points)
    if figure < Fraction(steps[0]):
        return Worth(Fraction(0), False, f"{shown} is below the first step, {steps[0]:f}", f"{shown} < {steps[0]:f}, the first step (compared unrounded) -> {said(Fraction(0))}")
    if between == "linear":
        for low, high in pairwise(steps):
            if Fraction(low) < figure < Fraction(high):
                return _on_the_line(figure, (low, points[low]), (high, points[high]), said)
    step = max(step for step in steps if Fraction(step) <= figure)
    value = Fraction(points[step])
    return Worth(value, True, f"{shown} reaches the step from {step:f}", f"{shown} >= {step:f}, the last step it reaches (compared unrounded) -> {said(value)}")


def _on_the_line(figure: Fraction, low: tuple[Decimal, Decimal], high: tuple[Decimal, Decimal], said: Callable[[Fraction], str]) -> Worth:
    (start, first), (end, last) = low, high
    share = (figure - Fraction(start)) / (Fraction(end) - Fraction(start))
    value = Fraction(first) + share * (Fraction(last) - Fraction(first))
    shown = number(figure, SHOWN)
    sums = f"{said(Fraction(first))} + ({shown} - {start:f}) / ({end:f} - {start:f}) x ({said(Fraction(last))} - {said(Fraction(first))}) = {said(value)}"
    return Worth(value, True, f"{shown} lies between {start:f} and {end:f}", sums)


def _money(amount: Fraction) -> str:
    return money(to_cents(amount))


def paid(value: Fraction, of: DatedMoney | None, claim_period: ClaimPeriod, reason: str, lines: list[str]) -> Assessment:
    """What a step comes to: its own amount, or its share of the amount `of`, rounded once."""
    whole = Decimal(1) if of is None else of.on(claim_period.start)
    exact = value * Fraction(whole)
    amount = to_cents(exact)
    if of is not None:
        lines = [*lines, f"{percent(value)} of {money(whole)} (amount on {claim_period.start}) = {money(amount)}"]
    return Assessment("due" if amount else "not_met", amount, reason if amount else f"{reason}: nothing due", tuple(lines), exact=exact)


def table_fits(*, steps: Steps, of: DatedMoney | None, plus: Decimal | None = None, floor: LeastShare | None = None, **_: Any) -> None:
    """Raise ValueError where a table's arguments do not go together."""
    beside = [name for name, value in (("of", of), ("plus", plus), ("floor", floor)) if value is not None]
    if steps.are_amounts and beside:
        raise ValueError(f"these steps are amounts, and '{beside[0]}' is for steps that are shares; leave it out")
    if not steps.are_amounts and of is None:
        raise ValueError("these steps are shares, and nothing says of what; give the amount as 'of'")


def told(role: RoleCount) -> list[int]:
    """Numbers of people that a mean with its number of people lets a reader work out: how many, and, of a whole sum that may be a count of
    people or of what happened to them, those who had it and those who had not."""
    parts = [role.n_counted]
    if role.value == int(role.value):
        parts += [int(role.value), role.n_counted - int(role.value)]
    return [people for people in parts if people > 0]
