"""A second reading of `weeks_self_supporting`: through the calendar week by week, on short windows around the change of law, the weeks of
years that have 53, and day nought."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st
from reading import PEOPLE, Answer, Example, Reading, Rows, Spans, events_of, mostly, near
from staged_by_hand import code_rows

from indicators.presence import AfterEnrolment
from indicators.spells import day_number, day_of
from indicators.treatments import Treatments

LAW = dt.date(2025, 6, 30)
PLACED = (
    (0, "success", None, None),
    (100, "success", None, None),
    (730, "failure", None, None),
    (720, "failure", None, LAW),
    (651, "neutral", None, None),
    (881, "pause", None, None),
    (998, "stop", None, None),
    (760, "failure", None, dt.date(2025, 7, 1)),
    (760, "neutral", dt.date(2025, 7, 2), None),
)
"""Code, treatment, first day and last day."""
TREATED = Treatments.model_validate(
    {"codes": "dream", "success": ["success"], "failure": ["failure"], "neutral": ["neutral"], "pause": ["pause"], "stop": ["stop"]},
)
MONDAYS = [dt.date(2025, 6, 16), dt.date(2025, 6, 30), dt.date(2020, 12, 21), dt.date(2026, 12, 21), dt.date(1969, 12, 22)]
CODES = st.sampled_from([0] * 9 + [730] * 6 + [100, 720, 720, 651, 651, 760, 760] + [881] * 5 + [998, 998, 998, 870, None])
NO_EVENT = 400


@dataclass(frozen=True)
class Person:
    """One made-up history. `weeks` has the code of each Monday delivered, by day number."""

    number: int
    role: str
    enrolled: int
    weeks: tuple[tuple[int, int], ...]
    homes: Spans
    died: int | None
    born: int | None


@dataclass(frozen=True)
class Terms:
    weeks: int
    pause_at_most: int
    after: AfterEnrolment


def placed(code: int | None, monday: int) -> str | None:
    """The treatment of a week: by the first period of its code in which a day of that week lies."""
    for one, treatment, first, last in PLACED:
        days = [day_of(monday + day) for day in range(7)]
        if one == code and any((first is None or first <= day) and (last is None or day <= last) for day in days):
            return treatment
    return None


def window_of(person: Person, said: Terms) -> list[int]:
    """The Mondays of the window: until so many weeks have passed that were not paused, the paused ones up to the most allowed."""
    start = person.enrolled
    while day_of(start).weekday() != 0:
        start += 1
    delivered, passed, paused, monday = dict(person.weeks), 0, 0, start
    while passed < said.weeks and paused < 100:
        if placed(delivered.get(monday), monday) == "pause":
            paused += 1
        else:
            passed += 1
        monday += 7
    return [start + 7 * week for week in range(said.weeks + min(paused, said.pause_at_most))]


def read(person: Person, made: Example) -> Answer:
    """The clause of `weeks_self_supporting`, a week at a time."""
    said: Terms = made.said
    window, after = window_of(person, said), said.after.model_dump()
    start, end = window[0], window[-1] + 7
    if end > made.mature_until:
        return ("not_mature", "window_not_covered_yet", None, None, start, end)
    delivered, is_resident = dict(person.weeks), any(first <= person.enrolled < last for first, last in person.homes)
    events = [event for event in events_of(person.enrolled, person.homes, person.died, person.born) if after[event[1]] != "keep"]
    at_risk, good, is_unseen, why = 0, 0, False, ""
    for monday in window:
        begun = [event for event in events if event[0] < monday + 7]
        treatment = placed(delivered.get(monday), monday)
        why = why or (begun[0][2] if begun else "stopped_by_code" if treatment == "stop" else "")
        if treatment == "stop" or any(after[name] == "stop" for _, name, _ in begun):
            break
        is_unseen = is_unseen or treatment is None
        at_risk += treatment in {"success", "failure"}
        good += treatment == "success" and not begun
    if person.died is not None and person.died <= person.enrolled:
        return ("ineligible", "died_before_enrolment", None, None, start, end)
    if is_resident and not is_unseen and at_risk == 0:
        return ("ineligible", "no_week_at_risk", None, None, start, end)
    lost = _why_not(person, said, is_resident=is_resident, is_unseen=is_unseen)
    return (*lost, start, end) if lost else ("counted", why or "observed_throughout", at_risk * 7, good, start, end)


def _why_not(person: Person, said: Terms, *, is_resident: bool, is_unseen: bool) -> tuple[str, str, None, None] | None:
    if not person.weeks or not person.homes:
        return ("not_observed", "unlinked", None, None)
    if not is_resident:
        return ("not_observed", "not_resident_at_enrolment", None, None)
    if person.born is None and said.after.turned_18 != "keep":
        return ("not_observed", "birth_day_unknown", None, None)
    return ("not_observed", "week_without_a_placed_code", None, None) if is_unseen else None


@st.composite
def examples(draw: st.DrawFn) -> Example:
    weeks, pause_at_most = draw(st.integers(1, 4)), draw(st.integers(0, 2))
    monday = day_number(draw(st.sampled_from(MONDAYS)))
    people = tuple(_person(index, monday, *shape) for index, shape in enumerate(draw(SHAPES[weeks + pause_at_most])))
    after = AfterEnrolment(
        died=draw(st.sampled_from(["stop", "stop", "failure"])),
        emigrated=draw(st.sampled_from(["stop", "stop", "failure", "failure", "keep"])),
        turned_18=draw(st.sampled_from(["keep", "keep", "stop", "failure"])),
    )
    terms = {
        "weeks": weeks,
        "pause_at_most": pause_at_most,
        "states": TREATED,
        "codes": code_rows([[code, treatment, first, last] for code, treatment, first, last in PLACED]),
        "after_enrolment": after,
    }
    until = monday + (weeks + pause_at_most) * 7 + draw(st.sampled_from([0, 14, 500, -6, 7]))
    return Example(people, terms, Terms(weeks, pause_at_most, after), until)


def _shapes(weeks: int) -> st.SearchStrategy[list[Any]]:
    """Role, day of enrolment after the first Monday, codes, homes, death and eighteenth birthday, all in days after enrolment."""
    edges = near(weeks * 7, 5)
    codes = st.tuples(st.lists(CODES, min_size=weeks + 3, max_size=weeks + 3), mostly([True], [False], 0.07)).map(lambda drawn: drawn[0] if drawn[1] else [])
    left: list[Spans] = [((-100, day),) for day in edges]
    came_back: list[Spans] = [((-100, first), (first + 3, NO_EVENT)) for first in edges]
    homes = mostly([((-100, NO_EVENT),)], [*left, *left, *left, *came_back, *[()] * (len(edges) // 2)], 0.45)
    died = mostly([None], [*edges, *edges, *edges, *range(90, 120)], 0.4)
    eighteen = mostly([4000, -2000], [*edges, *[None] * len(edges)], 0.4)
    shape = st.tuples(st.sampled_from(["treatment", "comparison"]), st.integers(-6, 6), codes, homes, died, eighteen)
    return st.lists(shape, min_size=PEOPLE, max_size=PEOPLE)


SHAPES = {weeks: _shapes(weeks) for weeks in range(1, 7)}


def _person(index: int, monday: int, role: str, later: int, codes: list[int | None], homes: Spans, died: int | None, eighteen: int | None) -> Person:
    enrolled = monday + later
    weeks = tuple((monday + 7 * (place - 1), code) for place, code in enumerate(codes) if code is not None)
    home = tuple((enrolled + start, enrolled + end) for start, end in homes)
    born = None if eighteen is None else _eighteen_before(enrolled + eighteen)
    return Person(3 + 7 * index, role, enrolled, weeks, home, None if died is None else enrolled + died, born)


def _eighteen_before(day: int) -> int:
    """A day of birth whose eighteenth birthday is that day, or the day before where a 29 February is missing."""
    date = day_of(day)
    return day_number(date.replace(year=date.year - 18)) if (date.month, date.day) != (2, 29) else day_number(dt.date(date.year - 18, 2, 28))


def spells_of(weeks: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Equal neighbouring weeks as one spell, as staging makes them: first day, end, code."""
    spells: list[list[int]] = []
    for monday, code in sorted(weeks):
        if spells and spells[-1][1:] == [monday, code]:
            spells[-1][1] = monday + 7
        else:
            spells.append([monday, monday + 7, code])
    return spells


def tables(people: Iterable[Person]) -> Rows:
    made: Rows = {"dream": [], "bef_residence": [], "bef_person": [], "dod": []}
    for person in people:
        made["dream"] += [(person.number, *spell) for spell in spells_of(person.weeks)]
        made["bef_residence"] += [(person.number, *home) for home in person.homes]
        made["bef_person"] += [(person.number, person.born, 1)] if person.born is not None else []
        made["dod"] += [(person.number, person.died)] if person.died is not None else []
    return made


def outside(person: Person, made: Example) -> Person:
    """Codes of every kind before the window and from its end on, for somebody whom the register knows."""
    window = window_of(person, made.said)
    inside = tuple(week for week in person.weeks if window[0] <= week[0] <= window[-1])
    around = [window[0] - 14, window[0] - 7, *(window[-1] + 7 * week for week in range(1, 8))]
    codes = [998, 881, 881, 998, 0, 870, 730, 720, 651]
    return replace(person, weeks=inside + tuple(zip(around, codes, strict=True)) if person.weeks else ())


REASONS = (
    "observed_throughout",
    "died",
    "emigrated",
    "turned_18",
    "stopped_by_code",
    "died_before_enrolment",
    "no_week_at_risk",
    "unlinked",
    "not_resident_at_enrolment",
    "birth_day_unknown",
    "week_without_a_placed_code",
    "window_not_covered_yet",
)
WEEKS = Reading("weeks_self_supporting@1", examples(), read, tables, outside, REASONS)
