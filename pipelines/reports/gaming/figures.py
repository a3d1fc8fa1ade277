"""What the figures are: their meaning, and the rows of the published table `gaming_figures` under disclosure control.

A figure that cannot be computed keeps its row and says why; none vanishes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from fractions import Fraction
from typing import Any, Literal

import polars as pl

from indicators.disclosure import SHOWN, SUPPRESSED, is_small

NOT_MEASURABLE = "not_measurable"
NOBODY = "there is nobody to count"
Unit = Literal["share", "years", "days", "ratio"]
GAMING: dict[str, pl.DataType | type[pl.DataType]] = {
    "as_of": pl.Date,
    "contract": pl.String,
    "who_could": pl.String,
    "figure": pl.String,
    "about": pl.String,
    "shows": pl.String,
    "numerator": pl.Int64,
    "denominator": pl.Int64,
    "value": pl.Decimal(18, 6),
    "unit": pl.String,
    "state": pl.String,
    "reason": pl.String,
}
DECIMALS = Decimal("0.000001")


@dataclass(frozen=True)
class Meaning:
    """Whom a figure points at, its unit, and what it shows in words."""

    who_could: str
    unit: Unit
    shows: str


FIGURES: dict[str, Meaning] = {
    "enrolled_of_referred": Meaning("provider", "share", "creaming: people enrolled and not withdrawn, of all people referred"),
    "age_of_enrolled": Meaning(
        "provider", "years", "creaming: mean age at referral of the enrolled, less that of the others referred; numerator enrolled, denominator all, of known age"
    ),
    "enrolled_back_dated": Meaning("provider", "share", "back-dating: enrolments on a day that an earlier list covered and did not show, of all enrolments"),
    "referred_under_another_key": Meaning(
        "provider", "share", "re-referral: people referred who share day of birth, sex and municipality with another one, of those of whom these are known"
    ),
    "referred_again": Meaning("provider", "share", "re-referral: referrals of somebody who has another one on the list, of all referrals"),
    "returned_within_gap": Meaning("provider", "share", "returning inside the allowed gap: people who reached the outcome over a tolerated gap, of all who reached it"),
    "education_grant_before_pay": Meaning(
        "provider", "share", "the paying week: people with a week on the education grant before the week they were paid for, of all who were paid for"
    ),
    "self_support_after_sanction": Meaning("provider", "share", "sanctions read as self-support: weeks without a benefit that follow a sanction, of all weeks self-supporting"),
    "left_after_last_milestone": Meaning("provider", "share", "parking: people who had left 30 days after the last milestone, of those followed so long"),
    "fewest_referrals_of_a_month": Meaning("commissioner", "ratio", "withholding referrals: those of the month with fewest, of the mean month; denominator all referrals"),
    "referrals_of_least_agreed": Meaning("commissioner", "share", "withholding referrals: people referred, of the least number agreed"),
    "referrals_late": Meaning("commissioner", "share", "late referrals: those that no list had although one covered their day, of all referrals"),
    "referrals_withdrawn": Meaning("commissioner", "share", "withdrawal: referrals withdrawn or refused, of all referrals"),
    "gate_tightened": Meaning("commissioner", "share", "tightening the gate: rules that the contract tightened or added, of all rules it is held to"),
    "days_to_approval": Meaning("commissioner", "days", "sitting on approvals: mean days from a decision to its approval"),
    "small_disputes": Meaning("commissioner", "share", "small disputes: claims disputed over less than a hundredth of their amount, of all disputed"),
    "rows_restated": Meaning("commissioner", "share", "restating inside the window: people whose rows of a register differ from the vintage before, of those in both"),
    "codes_restated": Meaning("commissioner", "share", "recoding: people whose code differs from the vintage before, of those in both"),
    "paid_people_restated": Meaning("commissioner", "share", "restating what was paid: people whose line is not the one that was posted, of all with a line"),
    "overrides_by_one_side": Meaning("commissioner", "share", "both signatures: overrides whose two signatories have a role of one side in common, of all overrides"),
    "drawn_late": Meaning("investor", "days", "late draw-down: days from the start of the contract to the day a class was drawn"),
    "principal_at_risk": Meaning("investor", "share", "no share truly at risk: what investors lose when nothing comes in, whoever stands in for it, of all principal"),
    "break_after_a_cohort": Meaning("investor", "share", "breaking after a lucky cohort: cohorts paid for after a break point, of all cohorts"),
    "evaluators_related": Meaning("investor", "share", "a related evaluator: evaluators that have another role or another party's name, of all evaluators"),
}


@dataclass(frozen=True)
class Figure:
    """One figure of one contract. `about` says which cohort, outcome, register or class it is of; `counts` are all counts of people that follow
    from it; figures of one `about` and `group` share one state, since they tell each other's. Without a value, `reason` says why."""

    contract: str
    figure: str
    about: str = ""
    numerator: int | None = None
    denominator: int | None = None
    value: Fraction | None = None
    reason: str = ""
    counts: tuple[int, ...] = ()
    group: str = ""

    @property
    def family(self) -> tuple[str, str, str]:
        return self.contract, self.about, self.group or self.figure

    def tells_of_few(self, smallest: int) -> bool:
        return any(is_small(count, smallest) for count in self.counts)


def share_of_people(contract: str, figure: str, about: str, numerator: int, denominator: int, *, beside: tuple[int, ...] = (), group: str = "") -> Figure:
    """So many people of so many. `beside` are further counts that follow from it."""
    if denominator == 0:
        return unmeasured(contract, figure, NOBODY, about)
    counts = (numerator, denominator, denominator - numerator, *beside)
    return Figure(contract, figure, about, numerator, denominator, Fraction(numerator, denominator), counts=counts, group=group)


def share_of_things(contract: str, figure: str, about: str, numerator: int, denominator: int, why_none: str) -> Figure:
    """So many of things that are no people; `why_none` says why there is none of them."""
    if denominator == 0:
        return unmeasured(contract, figure, why_none, about)
    return Figure(contract, figure, about, numerator, denominator, Fraction(numerator, denominator))


def unmeasured(contract: str, figure: str, reason: str, about: str = "") -> Figure:
    """A figure that cannot be computed, and why."""
    return Figure(contract, figure, about, reason=reason)


def gaming_figures(found: Iterable[Figure], as_of: dt.date, smallest: int) -> pl.DataFrame:
    """`gaming_figures`, in the order of FIGURES by contract; numbers that tell of fewer people than `smallest` are suppressed (0 shows all)."""
    place = {name: number for number, name in enumerate(FIGURES)}
    ordered = sorted(found, key=lambda item: (item.contract, place[item.figure], item.about))
    hidden = {item.family for item in ordered if item.tells_of_few(smallest)}
    return pl.DataFrame([_row(item, as_of, is_hidden=item.family in hidden) for item in ordered], schema=GAMING, orient="row")


def _row(item: Figure, as_of: dt.date, *, is_hidden: bool) -> tuple[Any, ...]:
    meaning = FIGURES[item.figure]
    named = (as_of, item.contract, meaning.who_could, item.figure, item.about, meaning.shows)
    if item.value is None:
        return (*named, None, None, None, meaning.unit, NOT_MEASURABLE, item.reason)
    numbers = (None, None, None) if is_hidden else (item.numerator, item.denominator, _decimal(item.value))
    return (*named, *numbers, meaning.unit, SUPPRESSED if is_hidden else SHOWN, "")


def _decimal(value: Fraction) -> Decimal:
    with localcontext() as context:
        context.prec = 36
        return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(DECIMALS, ROUND_HALF_EVEN)
