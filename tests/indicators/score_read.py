"""A second reading of `score_change`: every answer scored by fractions, and the follow-up looked for a day further away at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st
from reading import PEOPLE, Answer, Example, Reading, Rows, months_later, mostly

from indicators.scores import Scale
from indicators.spells import day_number

ENROLLED = [dt.date(2024, 8, 31), dt.date(2024, 2, 29), dt.date(2023, 11, 30), dt.date(1969, 12, 30)]
ITEMS = ["worry", "sleep", "joy"]
Items = tuple[int | None, ...]


@dataclass(frozen=True)
class Person:
    """One made-up history. `answers` are a day and three items; at most one a day."""

    number: int
    role: str
    enrolled: int
    answers: tuple[tuple[int, Items], ...]


@dataclass(frozen=True)
class Terms:
    scale: Scale
    months: int
    baseline_days: int
    follow_up_days: int


def score(items: Items, scale: Scale) -> Fraction | None:
    """The points of an answer, or nothing where it is not used."""
    given = [item for item in items if item is not None]
    if any(not scale.lowest <= item <= scale.highest for item in given) or len(given) < scale.least_items:
        return None
    exact = Fraction(sum(given), len(given)) * len(items) * scale.points
    return Fraction((exact * 1_000_000 + Fraction(1, 2)).__floor__(), 1_000_000)


def read(person: Person, made: Example) -> Answer:
    """The clause of `score_change`."""
    said: Terms = made.said
    target = months_later(person.enrolled, said.months)
    where = (person.enrolled, target + said.follow_up_days + 1)
    if where[1] > made.mature_until:
        return ("not_mature", "window_not_covered_yet", None, None, *where)
    told = {day: points for day, items in person.answers if (points := score(items, said.scale)) is not None}
    first = next((day for day in range(person.enrolled - said.baseline_days, person.enrolled + said.baseline_days + 1) if day in told), None)
    if first is None:
        return ("not_observed", "no_baseline", None, None, *where)
    tried = [day for away in range(said.follow_up_days + 1) for day in (target - away, target + away)]
    last = next((day for day in tried if day in told and day > first), None)
    if last is None:
        return ("not_observed", "no_follow_up", None, None, *where)
    change = told[last] - told[first] if said.scale.better == "higher" else told[first] - told[last]
    if said.scale.threshold is None:
        return ("counted", "answered_twice", last - first, exactly(change), *where)
    is_reached = change >= said.scale.threshold.change
    return ("counted", "reached" if is_reached else "not_reached", last - first, int(is_reached), *where)


def exactly(points: Fraction) -> Decimal:
    """Points with six decimals."""
    with localcontext(prec=40):
        return (Decimal(points.numerator) / Decimal(points.denominator)).quantize(Decimal("0.000001"), ROUND_HALF_UP)


@st.composite
def examples(draw: st.DrawFn) -> Example:
    enrolled, months = day_number(draw(st.sampled_from(ENROLLED))), draw(st.sampled_from([1, 2]))
    baseline_days, follow_up_days = draw(st.sampled_from([3, 0, 10])), draw(st.sampled_from([4, 0, 12, 40]))
    bounds = draw(st.sampled_from([{"lowest": 0, "highest": 4, "points": 4}, {"lowest": -2, "highest": 2, "points": 5}, {"lowest": 0, "highest": 4, "points": 1}]))
    threshold = {4: {"change": 10, "met_by": 12}, 5: {"change": 10, "met_by": 10}, 1: {"change": 3, "met_by": 3}}[bounds["points"]]
    named = {"items": ITEMS, **bounds, "least_items": draw(st.sampled_from([3, 2, 1])), "better": draw(st.sampled_from(["higher", "lower"]))}
    scale = Scale.model_validate(named | {"threshold": draw(st.sampled_from([None, threshold]))})
    persons = tuple(_person(index, enrolled, months_later(enrolled, months), *shape) for index, shape in enumerate(draw(SHAPES)))
    terms = {"scale": scale, "months": months, "baseline_days": baseline_days, "follow_up_days": follow_up_days}
    end = months_later(enrolled, months) + follow_up_days + 1
    return Example(persons, terms, Terms(scale, months, baseline_days, follow_up_days), end + draw(st.sampled_from([2, 500, 3, 1, 2, 0])))


def _shapes() -> st.SearchStrategy[list[Any]]:
    """Role, days enrolled later than the others, and answers by days after enrolment or after the day of the follow-up."""
    item = st.sampled_from([1, 2, 0, 2, 1, 0, 2, 1, -1, 3, -2, 4])
    sound = st.tuples(item, item, item)
    partly = st.tuples(mostly([0, 1, 2], [None, 5], 0.4), mostly([0, 1, 2], [None], 0.5), item)
    day = mostly([(day, False) for day in (0, 1, -1, 3, -3, 4, -4, 10, 11)], [(day, True) for day in (0, 1, -1, 4, -4, 5, 12, 13, -12, 40)], 0.5)
    first, last = ([(day, is_late) for day in (0, 1, -1)] for is_late in (False, True))
    usual = st.tuples(*(st.tuples(st.sampled_from(days), sound) for days in (first, last))).map(list)
    answers = st.tuples(usual, st.lists(st.tuples(day, st.one_of(sound, partly)), max_size=4)).map(lambda both: both[0] + both[1])
    return st.lists(st.tuples(st.sampled_from(["treatment", "comparison"]), st.sampled_from([0, 0, 1]), answers), min_size=PEOPLE, max_size=PEOPLE)


SHAPES = _shapes()


def _person(index: int, enrolled: int, target: int, role: str, later: int, answers: list[tuple[tuple[int, bool], Items]]) -> Person:
    one_a_day = {(target if is_late else enrolled) + day: items for (day, is_late), items in answers}
    return Person(3 + 5 * index, role, enrolled + later, tuple(one_a_day.items()))


def tables(persons: Iterable[Person]) -> Rows:
    return {"answers": [(person.number, day, *items) for person in persons for day, items in person.answers]}


def outside(person: Person, made: Example) -> Person:
    """Answers before the days of the baseline and after those of the follow-up, and on free days between some that are none."""
    said: Terms = made.said
    after_last = max(months_later(person.enrolled, said.months) + said.follow_up_days, person.enrolled + said.baseline_days) + 1
    more: list[tuple[int, Items]] = [(person.enrolled - said.baseline_days - 1, (2, 2, 2)), (after_last, (2, 2, 2)), (after_last + 50, (0, 1, 0))]
    more += [(day, (9, 1, 1)) for day in (person.enrolled, months_later(person.enrolled, said.months))]
    taken = {day for day, _ in person.answers}
    return replace(person, answers=person.answers + tuple((day, items) for day, items in more if day not in taken))


REASONS = ("answered_twice", "reached", "not_reached", "no_baseline", "no_follow_up", "window_not_covered_yet")
SCORE = Reading("score_change@1", examples(), read, tables, outside, REASONS)
