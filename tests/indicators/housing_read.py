"""A second reading of `housing_sustained`: through a person's days from enrolment on, one at a time, on short clocks around gaps that are just
tolerated, the ends of claim periods and of months."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st
from reading import PEOPLE, Answer, Example, Reading, Rows, Spans, events_of, months_later, mostly, near
from staged_by_hand import code_rows

from indicators.presence import AfterEnrolment
from indicators.spells import day_number
from indicators.treatments import CodeSet
from indicators.windows import Period

BEGINS = [dt.date(2024, 2, 25), dt.date(2024, 5, 29), dt.date(2025, 2, 26), dt.date(1970, 1, 30)]
TYPES = CodeSet(codes="stay_type", counts=["bolig"], does_not_count=["shelter"])
COUNTS, FAR = ("tenancy", "supported_housing"), 300
NEVER, ON_ENROLMENT = 4_000, 8_000


@dataclass(frozen=True)
class Person:
    """One made-up history. `stays` are first day, day it ended and type, possible or not."""

    number: int
    role: str
    enrolled: int
    stays: tuple[tuple[int, int, str], ...]
    homes: Spans
    died: int | None
    born: int | None


@dataclass(frozen=True)
class Terms:
    months: int
    within: int
    gap: int
    enters_then: bool
    claim: Period
    after: AfterEnrolment


def days_of(person: Person, said: Terms) -> range:
    first = max(person.enrolled, said.claim.start_day)
    return range(first, max(first, min(months_later(person.enrolled, said.within), said.claim.end_day)))


def read(person: Person, made: Example) -> Answer:
    """The clause of `housing_sustained`."""
    said: Terms = made.said
    days, after = days_of(person, said), said.after.model_dump()
    if not days:
        return ("ineligible", "outside_claim_period", None, None, days.start, days.stop)
    if days.stop > made.mature_until:
        return ("not_mature", "window_not_covered_yet", None, None, days.start, days.stop)
    minded = [event for event in events_of(person.enrolled, person.homes, person.died, person.born) if after[event[1]] != "keep"]
    stops = min((when for when, what, _ in minded if after[what] == "stop"), default=days.stop)
    at_risk = len([day for day in days if day < stops])
    end = min([days.stop, *(when for when, _, _ in minded)])
    stays = [stay for stay in person.stays if said.enters_then or stay[0] >= person.enrolled]
    lost = _why_not(person, said, at_risk, has_unplaced=any(kind == "caravan" and max(start, person.enrolled) < min(to, end) for start, to, kind in stays))
    if lost:
        return (*lost, None, None, days.start, days.stop)
    entered, reached = _walked(person.enrolled, end, stays, said)
    if reached is not None:
        return ("counted", "reached" if reached >= days.start else "reached_before", at_risk, int(reached >= days.start), days.start, days.stop)
    why = minded[0][2] if minded and minded[0][0] < days.stop else "not_reached" if entered else "never_housed"
    return ("counted", why, at_risk, 0, days.start, days.stop)


def _walked(first: int, end: int, stays: list[tuple[int, int, str]], said: Terms) -> tuple[bool, int | None]:
    """Whether somebody was ever housed, and the first day on which the milestone is reached: a day at a time."""
    clock, last = 0, None
    for day in range(first, end):
        if not any(start <= day < to and kind in COUNTS for start, to, kind in stays):
            continue
        if last is None or day - last - 1 > said.gap:
            clock = day
        last = day
        if day >= months_later(clock, said.months):
            return True, day
    return last is not None, None


def _why_not(person: Person, said: Terms, at_risk: int, *, has_unplaced: bool) -> tuple[str, str] | None:
    is_resident = any(start <= person.enrolled < end for start, end in person.homes)
    if person.died is not None and person.died <= person.enrolled:
        return ("ineligible", "died_before_enrolment")
    if person.born is not None and person.born > person.enrolled:
        return ("ineligible", "born_after_enrolment")
    if is_resident and at_risk == 0:
        return ("ineligible", "no_day_at_risk")
    if not is_resident:
        return ("not_observed", "not_resident_at_enrolment" if person.homes else "unlinked")
    if person.born is None and said.after.turned_18 != "keep":
        return ("not_observed", "birth_day_unknown")
    return ("not_observed", "code_placed_nowhere") if has_unplaced else None


@st.composite
def examples(draw: st.DrawFn) -> Example:
    begins, length, gap = day_number(draw(st.sampled_from(BEGINS))), draw(st.sampled_from(LENGTHS)), draw(st.sampled_from(GAPS))
    months, within = draw(st.sampled_from([0, 1, 1, 1, 2])), draw(st.integers(2, 3))
    people = tuple(_person(index, begins, within, *shape) for index, shape in enumerate(draw(SHAPES[length, gap])))
    after = AfterEnrolment(
        died=draw(st.sampled_from(["stop", "failure"])), emigrated=draw(st.sampled_from(["stop", "failure", "keep"])), turned_18=draw(st.sampled_from(["stop", "failure", "keep"]))
    )
    claim, enters = Period(begins, begins + length), draw(st.sampled_from(["enters_then", "does_not_count"]))
    codes = code_rows([["tenancy", "bolig"], ["supported_housing", "bolig"], ["shelter", "herberg"]])
    terms = {"months": months, "within_months": within, "tolerated_gap_days": gap, "housed_at_enrolment": enters, "types": TYPES, "codes": codes}
    said = Terms(months, within, gap, enters == "enters_then", claim, after)
    return Example(people, {**terms, "after_enrolment": after, "claim_period": claim}, said, begins + length + draw(st.sampled_from([0, 500, 7, -1, 1])))


def _shapes(length: int, gap: int) -> st.SearchStrategy[list[Any]]:
    """Role, enrolment (in days before the claim period begins, or as the day on which the window ends), stays one after the other as days
    waited and days stayed, homes, death and eighteenth birthday."""
    edges = near(length, 2)
    enrolled = mostly([(-34, False), (-30, False), (-28, False), (-1, False)], [(day, is_end) for day in edges for is_end in (False, True)], 0.25)
    waited = mostly([0, 0, gap, gap + 1], [-3, 1, 2, gap + 2, 30], 0.4)
    stayed = mostly([20, 28, 31, FAR, FAR], [-2, 0, 1, 5, 29, 30, 45], 0.4)
    stay = st.tuples(waited, stayed, mostly(list(COUNTS), ["shelter", "caravan"], 0.15))
    homes = mostly([((-3000, FAR),)], [*[((-3000, day),) for day in edges], ((-1, FAR),), ((-1, FAR),), (), (), ()], 0.25)
    died = mostly([None], [*edges, ON_ENROLMENT, ON_ENROLMENT, -10], 0.2)
    eighteen = mostly([NEVER], [*edges, *[None, None, ON_ENROLMENT] * 3], 0.25)
    shape = st.tuples(st.sampled_from(["treatment", "comparison"]), enrolled, st.lists(stay, max_size=4), homes, died, eighteen)
    return st.lists(shape, min_size=PEOPLE, max_size=PEOPLE)


LENGTHS, GAPS = (3, 20), (0, 2, 28)
SHAPES = {(length, gap): _shapes(length, gap) for length in LENGTHS for gap in GAPS}


def _person(
    index: int, begins: int, within: int, role: str, when: tuple[int, bool], stays: list[tuple[int, int, str]], homes: Spans, died: int | None, eighteen: int | None
) -> Person:
    enrolled = months_later(begins + when[0], -within) if when[1] else begins + when[0]
    made, at = [], enrolled
    for waited, stayed, kind in stays:
        made.append((at + waited, at + waited + stayed, kind))
        at += waited + stayed if stayed < FAR else waited
    birth = None if eighteen is None else enrolled + 1 if eighteen == ON_ENROLMENT else months_later(begins + eighteen, -216)
    death = None if died is None else enrolled if died == ON_ENROLMENT else begins + died
    return Person(4 + 3 * index, role, enrolled, tuple(made), tuple((begins + start, begins + end) for start, end in homes), death, birth)


def tables(people: Iterable[Person]) -> Rows:
    made: Rows = {"stays": [], "bef_residence": [], "bef_person": [], "dod": []}
    for person in people:
        made["stays"] += [(person.number, *stay) for stay in person.stays]
        made["bef_residence"] += [(person.number, *home) for home in person.homes]
        made["bef_person"] += [(person.number, person.born, 2)] if person.born is not None else []
        made["dod"] += [(person.number, person.died)] if person.died is not None else []
    return made


def outside(person: Person, made: Example) -> Person:
    """Stays that ended by the day of enrolment, stays from the end of the window on, and stays without days."""
    days = days_of(person, made.said)
    more = (
        (person.enrolled - 50, person.enrolled, "tenancy"),
        (days.stop, days.stop + 50, "caravan"),
        (days.start, days.start, "tenancy"),
        (days.stop, person.enrolled, "tenancy"),
    )
    return replace(person, stays=person.stays + more)


REASONS = (
    "reached",
    "reached_before",
    "not_reached",
    "never_housed",
    "died",
    "emigrated",
    "turned_18",
    "outside_claim_period",
    "died_before_enrolment",
    "born_after_enrolment",
    "no_day_at_risk",
    "unlinked",
    "not_resident_at_enrolment",
    "birth_day_unknown",
    "code_placed_nowhere",
    "window_not_covered_yet",
)
HOUSING = Reading("housing_sustained@1", examples(), read, tables, outside, REASONS)
