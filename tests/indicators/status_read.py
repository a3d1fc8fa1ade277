"""A second reading of `status_on_day`: the one day, looked at in everything that is known of a person, on days around the end of February, the
change of the year and day nought."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st
from reading import PEOPLE, Answer, Example, Reading, Rows, Spans, events_of, left_on, months_later, mostly
from staged_by_hand import code_rows

from indicators.presence import AfterEnrolment
from indicators.spells import day_number, day_of
from indicators.treatments import CodeSet

ENROLLED = [dt.date(2023, 8, 31), dt.date(2024, 2, 29), dt.date(2024, 7, 1), dt.date(2023, 12, 31), dt.date(1968, 12, 30)]
MONTHS = [1, 6, 12, 18]
TYPES = CodeSet(codes="stay_type", counts=["tenancy", "until"], does_not_count=["shelter", "since"])
KINDS = ("tenancy", "shelter", "until", "since", "caravan")
NEAR = [-1, 0, 1]
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
    """`law` is the last day on which `until` is valid, and the day before the first of `since`."""

    months: int
    no_state: str
    law: int
    after: AfterEnrolment


def worth(kind: str, day: int, said: Terms) -> str:
    """What a stay of a type is on a day: it counts, it does not, or nobody knows."""
    if (kind == "until" and day > said.law) or (kind == "since" and day <= said.law) or kind == "caravan":
        return "unknown"
    return "counts" if kind in ("tenancy", "until") else "does_not_count"


def read(person: Person, made: Example) -> Answer:
    """The clause of `status_on_day`."""
    said: Terms = made.said
    day = months_later(person.enrolled, said.months)
    if day + 1 > made.mature_until:
        return ("not_mature", "window_not_covered_yet", None, None, day, day + 1)
    after = said.after.model_dump()
    begun = [(what, why) for when, what, why in events_of(person.enrolled, person.homes, person.died, person.born) if when <= day and after[what] != "keep"]
    lost = _why_not(person, said, any(after[what] == "stop" for what, _ in begun))
    if lost:
        return (*lost, None, None, day, day + 1)
    return (*(("counted", begun[0][1], 1, 0) if begun else _on(day, person, said)), day, day + 1)


def _why_not(person: Person, said: Terms, is_stopped: bool) -> tuple[str, str] | None:
    is_resident = any(start <= person.enrolled < end for start, end in person.homes)
    if person.died is not None and person.died <= person.enrolled:
        return ("ineligible", "died_before_enrolment")
    if person.born is not None and person.born > person.enrolled:
        return ("ineligible", "born_after_enrolment")
    if is_resident and is_stopped:
        return ("ineligible", "no_day_at_risk")
    if not is_resident:
        return ("not_observed", "not_resident_at_enrolment" if person.homes else "unlinked")
    return ("not_observed", "birth_day_unknown") if person.born is None and said.after.turned_18 != "keep" else None


def _on(day: int, person: Person, said: Terms) -> tuple[str, str, int | None, int | None]:
    """Status, reason, exposure and value of somebody nothing has happened to that the contract minds."""
    stayed = person.died is not None and left_on(person.enrolled, person.homes, person.died) is None and day < person.died
    if not stayed and not any(start <= day < end for start, end in person.homes):
        return ("not_observed", "not_resident_on_the_day", None, None)
    kinds = {worth(kind, day, said) for start, end, kind in person.stays if start <= day < end}
    if "counts" in kinds:
        return ("counted", "in_a_state_that_counts", 1, 1)
    if "unknown" in kinds:
        return ("not_observed", "code_placed_nowhere", None, None)
    if kinds:
        return ("counted", "in_a_state_that_does_not_count", 1, 0)
    if said.no_state == "not_observed":
        return ("not_observed", "no_state_delivered", None, None)
    return ("counted", "in_no_state", 1, 1 if said.no_state == "counts" else 0)


@st.composite
def examples(draw: st.DrawFn) -> Example:
    enrolled, months = day_number(draw(st.sampled_from(ENROLLED))), draw(st.sampled_from(MONTHS))
    day = months_later(enrolled, months)
    people = tuple(_person(index, enrolled, day, *shape) for index, shape in enumerate(draw(SHAPES)))
    after = AfterEnrolment(
        died=draw(st.sampled_from(["stop", "stop", "failure"])),
        emigrated=draw(st.sampled_from(["stop", "failure", "keep", "keep"])),
        turned_18=draw(st.sampled_from(["stop", "failure", "keep", "keep"])),
    )
    no_state, law = draw(st.sampled_from(["counts", "does_not_count", "not_observed"])), day + draw(st.sampled_from(NEAR))
    codes = code_rows([["tenancy", "bolig"], ["shelter", "herberg"], ["until", "bolig", None, day_of(law)], ["since", "herberg", day_of(law + 1)]])
    terms = {"months": months, "no_state": no_state, "types": TYPES, "codes": codes, "after_enrolment": after}
    return Example(people, terms, Terms(months, no_state, law, after), day + draw(st.sampled_from([2, 2, 1, 500, 500])))


def _shapes() -> st.SearchStrategy[list[Any]]:
    """Role, days enrolled later than the others, stays, homes, death and eighteenth birthday, in days after the day that is looked at."""
    stays = st.lists(st.tuples(mostly([-200], [*NEAR, -2]), mostly([200], [*NEAR, 2, -300], 0.5), st.sampled_from(KINDS)), max_size=2)
    left: list[Spans] = [((-3000, day),) for day in (*NEAR, *NEAR, -60, -150)]
    came_back: list[Spans] = [((-3000, -20), (day, 300)) for day in NEAR]
    moved_in: list[Spans] = [((-25, 300),), ((-25, 300),)]
    homes = mostly([((-3000, 300),)], [*left, *came_back, *moved_in, (), ()], 0.45)
    died = mostly([None], [*NEAR, *NEAR, 2, 90, 101, ON_ENROLMENT, ON_ENROLMENT], 0.3)
    eighteen = mostly([NEVER], [*NEAR, *NEAR, None, None, ON_ENROLMENT, ON_ENROLMENT], 0.4)
    shape = st.tuples(st.sampled_from(["treatment", "comparison"]), st.sampled_from([0, 0, 0, 1]), stays, homes, died, eighteen)
    return st.lists(shape, min_size=PEOPLE, max_size=PEOPLE)


SHAPES = _shapes()


def _person(index: int, enrolled: int, day: int, role: str, later: int, stays: list[tuple[int, int, str]], homes: Spans, died: int | None, eighteen: int | None) -> Person:
    own = enrolled + later
    birth = None if eighteen is None else own + 1 if eighteen == ON_ENROLMENT else months_later(day + eighteen, -216)
    death = None if died is None else own if died == ON_ENROLMENT else day + died
    moved = tuple((day + start, day + end, kind) for start, end, kind in stays)
    return Person(3 + 4 * index, role, own, moved, tuple((day + start, day + end) for start, end in homes), death, birth)


def tables(people: Iterable[Person]) -> Rows:
    made: Rows = {"states": [], "bef_residence": [], "bef_person": [], "dod": []}
    for person in people:
        made["states"] += [(person.number, *stay) for stay in person.stays]
        made["bef_residence"] += [(person.number, *home) for home in person.homes]
        made["bef_person"] += [(person.number, person.born, 2)] if person.born is not None else []
        made["dod"] += [(person.number, person.died)] if person.died is not None else []
    return made


def outside(person: Person, made: Example) -> Person:
    """Stays before the day and after it, and impossible ones across it."""
    day = months_later(person.enrolled, made.said.months)
    around = ((day - 30, day, "shelter"), (day + 1, day + 30, "tenancy"), (day + 9, day - 9, "tenancy"), (day, day, "caravan"))
    return replace(person, stays=person.stays + around)


REASONS = (
    "in_a_state_that_counts",
    "in_a_state_that_does_not_count",
    "in_no_state",
    "died",
    "emigrated",
    "turned_18",
    "died_before_enrolment",
    "born_after_enrolment",
    "no_day_at_risk",
    "unlinked",
    "not_resident_at_enrolment",
    "birth_day_unknown",
    "not_resident_on_the_day",
    "code_placed_nowhere",
    "no_state_delivered",
    "window_not_covered_yet",
)
STATUS = Reading("status_on_day@1", examples(), read, tables, outside, REASONS)
