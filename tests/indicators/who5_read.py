"""A second reading of `who5_change`: answer by answer, on claim periods around the days of the baseline and the end of the window."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st
from reading import PEOPLE, Answer, Example, Reading, Rows, mostly, near, same_date

from indicators.spells import day_number
from indicators.windows import Period

BEGINS = [dt.date(2025, 1, 1), dt.date(2024, 2, 29), dt.date(1970, 1, 1)]
Items = tuple[int | None, ...]


@dataclass(frozen=True)
class Person:
    """One made-up history. `answers` are a day and five items; at most one a day, as the register has them."""

    number: int
    role: str
    enrolled: int
    answers: tuple[tuple[int, Items], ...]


@dataclass(frozen=True)
class Terms:
    """`fewest` is how few items are enough."""

    years: int
    baseline_days: int
    fewest: int
    claim: Period


def read(person: Person, made: Example) -> Answer:
    """The clause of `who5_change`, an answer at a time in the order of the days."""
    said: Terms = made.said
    first = max(person.enrolled, said.claim.start_day)
    end = max(first, min(same_date(person.enrolled, said.years), said.claim.end_day))
    if first == end:
        return ("ineligible", "outside_claim_period", None, None, first, end)
    if end > made.mature_until:
        return ("not_mature", "window_not_covered_yet", None, None, first, end)
    baseline, follow_up = None, None
    for day, items in sorted(person.answers):
        given = [item for item in items if item is not None]
        if len(given) < said.fewest or any(item not in range(6) for item in given):
            continue
        score = rounded(Fraction(20 * sum(given), len(given)))
        if baseline is None:
            is_near = -said.baseline_days <= day - person.enrolled <= said.baseline_days
            baseline = (day, score) if is_near else None
        elif first <= day < end:
            follow_up = (day, score)
    if baseline is None:
        return ("not_observed", "no_baseline", None, None, first, end)
    if follow_up is None:
        return ("not_observed", "no_follow_up", None, None, first, end)
    return ("counted", "answered_twice", follow_up[0] - baseline[0], follow_up[1] - baseline[1], first, end)


def rounded(points: Fraction) -> Decimal:
    """Points with six decimals, half up."""
    with localcontext(prec=40):
        return (Decimal(points.numerator) / Decimal(points.denominator)).quantize(Decimal("0.000001"), ROUND_HALF_UP)


@st.composite
def examples(draw: st.DrawFn) -> Example:
    begins, length, baseline_days = day_number(draw(st.sampled_from(BEGINS))), draw(st.sampled_from(LENGTHS)), draw(st.sampled_from(ALLOWED))
    people = tuple(_person(index, begins, *shape) for index, shape in enumerate(draw(SHAPES[length, baseline_days])))
    claim = Period(begins, begins + length)
    fewest = draw(st.sampled_from([5, 5, 4, 3]))
    terms = {"years": 1, "baseline_days": baseline_days, "least_items": fewest, "claim_period": claim}
    return Example(people, terms, Terms(1, baseline_days, fewest, claim), begins + length + draw(st.sampled_from([0, 500, -1, 1, 7, 0])))


def _shapes(length: int, baseline_days: int) -> st.SearchStrategy[list[Any]]:
    """Role, enrolment in days after the claim period begins, or as the day on which the window ends; answers in days after that, or after
    enrolment."""
    edges, around = near(length, 5), [-baseline_days, baseline_days, *range(-baseline_days - 1, baseline_days + 2)]
    item = st.sampled_from([0, 1, 2, 3, 4, 5])
    items = st.tuples(item, item, mostly([0, 1, 2, 3, 4, 5], [None, 6, -1], 0.2), item, mostly([0, 1, 2, 3, 4, 5], [None], 0.15))
    day = mostly([(day, False) for day in edges], [(day, True) for day in around], 0.6)
    enrolled = mostly([(-60, False)], [(day, is_end) for day in edges for is_end in (False, True)], 0.5)
    shape = st.tuples(st.sampled_from(["treatment", "comparison"]), enrolled, st.lists(st.tuples(day, items), min_size=1, max_size=6))
    return st.lists(shape, min_size=PEOPLE, max_size=PEOPLE)


LENGTHS, ALLOWED = (1, 9, 30), (0, 3, 14)
SHAPES = {(length, days): _shapes(length, days) for length in LENGTHS for days in ALLOWED}


def _person(index: int, begins: int, role: str, when: tuple[int, bool], answers: list[tuple[tuple[int, bool], Items]]) -> Person:
    enrolled = same_date(begins + when[0], -1) if when[1] else begins + when[0]
    one_a_day = {(enrolled if is_around else begins) + day: items for (day, is_around), items in answers}
    return Person(2 + 5 * index, role, enrolled, tuple(one_a_day.items()))


def tables(people: Iterable[Person]) -> Rows:
    return {"who5": [(person.number, day, *items) for person in people for day, items in person.answers]}


def outside(person: Person, made: Example) -> Person:
    """Answers before the days of the baseline, after the claim period, and incomplete ones on days without any."""
    said: Terms = made.said
    full, part = (5, 0, 5, 0, 5), (5, None, None, None, 5)
    early, late = person.enrolled - said.baseline_days - 1, max(said.claim.end_day, person.enrolled + said.baseline_days + 1)
    taken = {day for day, _ in person.answers}
    more: list[tuple[int, Items]] = [(early, full), (early - 50, full), (late, full), (late + 50, full)]
    more += [(day, part) for day in (said.claim.start_day, said.claim.end_day - 1, person.enrolled) if day < late]
    return replace(person, answers=person.answers + tuple({day: items for day, items in more if day not in taken}.items()))


REASONS = ("answered_twice", "no_baseline", "no_follow_up", "outside_claim_period", "window_not_covered_yet")
WHO5 = Reading("who5_change@1", examples(), read, tables, outside, REASONS)
