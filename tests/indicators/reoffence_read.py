"""A second reading of `reoffence`: a day at a time, and on each day through every case."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st
from reading import Answer, Example, Reading, Rows, Spans, mostly
from staged_by_hand import code_rows
from walked import AFTER, FAR, LIVES, LONG_AGO, MOST_DAYS, REASONS, WINDOWS, calendar_later, days_of, ended, last_day, never, people, presence, unseen, walk

from indicators.presence import AfterEnrolment
from indicators.spells import day_number, day_of
from indicators.treatments import CodeSet
from indicators.windows import Window

KINDS = CodeSet(codes="decision", counts=["convicted"], does_not_count=["500"])
LAW = 25
"""Kind 211 is valid to this day, and from the day after it, of every month of the people's first year; in two rows of the list."""
GRAVE, SLIGHT = "012110350", "210112000"


@dataclass(frozen=True)
class Case:
    """One case of somebody: the first day of each offence charged in it, None where it is not known; and its decision."""

    number: str
    offended: tuple[int | None, ...]
    decided: int | None
    kind: str
    offence: str


@dataclass(frozen=True)
class Person:
    number: int
    role: str
    enrolled: int
    cases: tuple[Case, ...]
    homes: Spans
    died: int | None
    born: int | None


@dataclass(frozen=True)
class Terms:
    window: Window
    months: int
    offences: list[str]
    after: AfterEnrolment
    law: int


def in_time(person: Person, said: Terms) -> range:
    """The days on which a decision may be made: from the window's first to the last of the months after it."""
    days = days_of(person.enrolled, said.window)
    return range(days.start, day_number(calendar_later(day_of(days.stop), said.months, "months")))


def placed(case: Case, said: Terms) -> str | None:
    assert case.decided is not None
    if case.kind == "321":
        return "counts" if case.decided <= said.law else None
    return {"111": "counts", "211": "counts", "500": "does_not_count"}.get(case.kind)


def read(person: Person, made: Example) -> Answer:
    """The clause of `reoffence`, a day at a time."""
    said: Terms = made.said
    days, decided = days_of(person.enrolled, said.window), in_time(person, said)
    where = (days.start, days.stop)
    if decided.stop > made.mature_until:
        return ("not_mature", "window_not_covered_yet", None, None, *where)
    cases = [case for case in person.cases if case.decided in decided and any(case.offence.startswith(digits) for digits in said.offences or [""])]
    at_risk, value, why, gone_through = 0, 0, "", days.start
    for day, has_failed in walk(person, days, said.after):
        at_risk += 1
        if has_failed:
            value = 1
            break
        gone_through = day + 1
        if any(day in case.offended and day <= (case.decided or 0) and placed(case, said) == "counts" for case in cases):
            value, why = 1, "reoffended"
            break
    if never(person, at_risk):
        return ("ineligible", never(person, at_risk), None, None, *where)
    lost = unseen(person, said.after) or ("" if value else _unsure(cases, range(days.start, gone_through), said))
    if lost:
        return ("not_observed", lost, None, None, *where)
    return ("counted", why or ended(person, days.stop, said.after) or "no_offence", at_risk, value, *where)


def _unsure(cases: list[Case], days: range, said: Terms) -> str:
    """Why it is not known whether somebody offended on these days, or nothing."""
    undated, unplaced = False, False
    for case in cases:
        place = placed(case, said)
        possible = [day for day in case.offended if day is not None and case.decided is not None and day <= case.decided]
        told = [day for day in case.offended if day is not None]
        has_no_day = not told or len(possible) < len(told)
        undated = undated or (has_no_day and place != "does_not_count")
        unplaced = unplaced or (place is None and any(day in days for day in possible))
    return "offence_day_unknown" if undated else "code_not_placed" if unplaced else ""


@st.composite
def examples(draw: st.DrawFn) -> Example:
    window, after = Window.model_validate(draw(st.sampled_from(WINDOWS))), draw(AFTER)
    months, offences = draw(st.integers(0, 2)), draw(st.sampled_from([[], [], ["01"], ["0121", "9"]]))
    made = tuple(_person(*drawn) for drawn in draw(people(window, CASES, LIVES)) for drawn in [(drawn, drawn.spells)])
    law = min(days_of(person.enrolled, window).start for person in made) + LAW
    rows = [["111", "convicted"], ["211", "convicted", None, day_of(law)], ["211", "convicted", day_of(law + 1), None], ["321", "convicted", None, day_of(law)], ["500", "500"]]
    terms = {"window": window, "decided_within": months, "decisions": KINDS, "offences": offences, "codes": code_rows(rows), "after_enrolment": after}
    last = day_number(calendar_later(day_of(last_day(made, window)), months, "months"))  # type: ignore[arg-type]
    return Example(made, terms, Terms(window, months, offences, after, law), last + draw(st.sampled_from([0, 0, 500, 1, -2])))


def _person(life: Any, cases: tuple[Any, ...]) -> Person:
    """`people` puts days after the window's first: of a case, (day of the first offence, day of the decision, what else)."""
    own = []
    for place, (offended, decided, (kind, offence, odd)) in enumerate(cases):
        days = {"undated": (None,), "uncharged": (), "twice": (offended, offended + 3)}.get(odd, (offended,))
        own.append(Case("abcd"[place], days, None if odd == "undecided" else decided, kind, offence))
    return Person(life.number, life.role, life.enrolled, tuple(own), life.homes, life.died, life.born)


EDGES = [*range(-3, MOST_DAYS + 3), -1, 0, 1]
WHAT = st.tuples(
    st.sampled_from(["111", "111", "211", "321", "321", "500", "999", "999"]),
    st.sampled_from([GRAVE, GRAVE, SLIGHT]),
    mostly(["", "twice"], ["undated", "uncharged", "undecided"], 0.35),
)
CASES = st.lists(st.tuples(st.sampled_from(EDGES), mostly([*range(MOST_DAYS + 66)], [-3, -1, LONG_AGO, FAR]), WHAT), max_size=3)


def tables(made: Iterable[Person]) -> Rows:
    decided = [(person.number, case.decided, case.kind, case.number, case.offence) for person in made for case in person.cases if case.decided is not None]
    charged = [(person.number, day, case.number) for person in made for case in person.cases for day in case.offended if day is not None]
    return {**presence(made), "kraf": decided, "krsi": charged}


def outside(person: Person, made: Example) -> Person:
    """Offences before the window and from its end on, one decided too late, one of a kind that does not count, and a charge without a decision."""
    days, decided = days_of(person.enrolled, made.said.window), in_time(person, made.said)
    around = (
        Case("p", (days.start - 1,), days.start + 1, "111", GRAVE),
        Case("q", (days.stop,), days.stop, "111", GRAVE),
        Case("r", (days.start,), decided.stop, "111", GRAVE),
        Case("s", (days.start,), days.start, "500", GRAVE),
        Case("t", (days.start,), None, "111", GRAVE),
    )
    return replace(person, cases=person.cases + around)


REOFFENCE = Reading("reoffence@1", examples(), read, tables, outside, ("reoffended", "no_offence", "offence_day_unknown", "code_not_placed", *REASONS))
