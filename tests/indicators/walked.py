"""What second readings of windowed indicators share: windows by the calendar a day at a time, people whose spells crowd around the ends of
their own window, and a walk through somebody's days at risk."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from reading import PEOPLE, Rows, Spans, events_of, mostly, near, same_date

from indicators.presence import AfterEnrolment
from indicators.spells import day_number, day_of
from indicators.windows import Window

BEGINS = [dt.date(2025, 1, 30), dt.date(2028, 2, 27), dt.date(2023, 2, 26), dt.date(2020, 12, 24), dt.date(1969, 12, 29)]
"""Around the end of February of years with and without a 29th, week 53 and day nought."""
WINDOWS = [
    {"unit": "days", "from": 0, "to": 1},
    {"unit": "days", "from": 3, "to": 12},
    {"unit": "weeks", "from": 0, "to": 1},
    {"unit": "iso_weeks", "from": 0, "to": 2},
    {"unit": "iso_weeks", "from": 1, "to": 2},
    {"unit": "months", "from": 0, "to": 1},
    {"unit": "months", "from": 1, "to": 2},
    {"unit": "calendar_months", "from": 0, "to": 1},
]
MOST_DAYS = 31
FAR, LONG_AGO, ON_ENROLMENT = 200, -1200, 10_000
Spell = tuple[int, int, str]


@dataclass(frozen=True)
class Person:
    """One made-up history. `spells` are first day, day after the last, and code, possible or not."""

    number: int
    role: str
    enrolled: int
    spells: tuple[Spell, ...]
    homes: Spans
    died: int | None
    born: int | None


def calendar_later(day: dt.date, count: int, unit: str) -> dt.date:
    """The day a window reaches, a day or a month at a time."""
    if unit in {"days", "weeks"}:
        return day + dt.timedelta(days=count * {"days": 1, "weeks": 7}[unit])
    if unit == "iso_weeks":
        while day.isoweekday() != 1:
            day += dt.timedelta(days=1)
        return day + dt.timedelta(days=7 * count)
    starts = {"months": None, "calendar_months": range(1, 13), "calendar_quarters": (1, 4, 7, 10), "calendar_years": (1,)}[unit]
    while starts is not None and not (day.day == 1 and day.month in starts):
        day += dt.timedelta(days=1)
    year, month = day.year, day.month
    for _ in range(count * {"months": 1, "calendar_months": 1, "calendar_quarters": 3, "calendar_years": 12}[unit]):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def days_of(enrolled: int, window: Window) -> range:
    """Every day of somebody's window."""
    first, after_last = (day_number(calendar_later(day_of(enrolled), count, window.unit)) for count in (window.start, window.end))
    return range(first, after_last)


def not_kept(person: Any, after: AfterEnrolment) -> list[tuple[int, str, str]]:
    """What happened to somebody that the contract does not keep, in time: day, what it does, word."""
    said = after.model_dump()
    found = events_of(person.enrolled, person.homes, person.died, person.born)
    return [(day, said[name], word) for day, name, word in found if said[name] != "keep"]


def walk(person: Any, days: Iterable[int], after: AfterEnrolment) -> Iterator[tuple[int, bool]]:
    """The days at risk, and of each whether something the contract takes for a failure has happened; over with what it stops at."""
    events = not_kept(person, after)
    for day in days:
        begun = [what for since, what, _ in events if since <= day]
        if "stop" in begun:
            return
        yield day, bool(begun)


def ended(person: Any, last: int, after: AfterEnrolment) -> str:
    """What ended the days that are looked at before `last`, in a word, or nothing."""
    return next((word for since, _, word in not_kept(person, after) if since < last), "")


def never(person: Any, at_risk: int) -> str:
    """Why somebody was never at risk, or nothing."""
    if person.died is not None and person.died <= person.enrolled:
        return "died_before_enrolment"
    if person.born is not None and person.born > person.enrolled:
        return "born_after_enrolment"
    return "no_day_at_risk" if is_resident(person) and at_risk == 0 else ""


def unseen(person: Any, after: AfterEnrolment) -> str:
    """Why no positive source covers somebody, or nothing."""
    if not person.homes:
        return "unlinked"
    if not is_resident(person):
        return "not_resident_at_enrolment"
    return "birth_day_unknown" if person.born is None and after.turned_18 != "keep" else ""


def is_resident(person: Any) -> bool:
    return any(start <= person.enrolled < end for start, end in person.homes)


AFTER = st.builds(
    AfterEnrolment,
    died=st.sampled_from(["stop", "stop", "failure"]),
    emigrated=st.sampled_from(["stop", "stop", "failure", "keep"]),
    turned_18=st.sampled_from(["stop", "stop", "failure", "keep"]),
)


def spells_of(codes: list[str], most: int = 4) -> st.SearchStrategy[list[Any]]:
    """Spells by days after the window starts, around its start and around the end that windows of so many days have."""
    edges = [*near(0, 6), *range(-2, MOST_DAYS + 4)]
    return st.lists(st.tuples(mostly(edges, [-FAR]), mostly(edges, [FAR]), st.sampled_from(codes)), max_size=most)


def lives(moved: float = 0.35, dead: float = 0.25, aged: float = 0.4, unborn: int = 1) -> st.SearchStrategy[Any]:
    """Role, days of enrolment after the beginning, homes, death and eighteenth birthday by days after the window starts; how often something
    happens to each, and how much oftener somebody is born after enrolment."""
    edges = list(range(-6, MOST_DAYS + 4))
    left: list[Spans] = [((LONG_AGO, day),) for day in edges]
    came_back: list[Spans] = [((LONG_AGO, first), (first + 3, FAR)) for first in edges]
    moved_in: list[Spans] = [((first, FAR),) for first in edges]
    homes = mostly([((LONG_AGO, FAR),)], [*left, *left, *came_back, *moved_in, *[()] * (len(edges) // 2)], moved)
    died = mostly([None], [*edges, *edges, *[day - 101 for day in edges], *[ON_ENROLMENT] * (len(edges) // 4)], dead)
    eighteen = mostly([4000], [*edges, *edges, *[None] * (len(edges) * 2), *[ON_ENROLMENT] * (len(edges) // 3 * unborn)], aged)
    return st.tuples(st.sampled_from(["treatment", "comparison"]), st.integers(0, 9), homes, died, eighteen)


@st.composite
def people(draw: st.DrawFn, window: Window, spells: st.SearchStrategy[list[Any]], each: st.SearchStrategy[Any]) -> tuple[Person, ...]:
    """PEOPLE people of one window; `each` are their lives."""
    begins = day_number(draw(st.sampled_from(BEGINS)))
    drawn = draw(st.lists(st.tuples(each, spells), min_size=PEOPLE, max_size=PEOPLE))
    return tuple(_person(5 + 3 * index, begins, window, life, own) for index, (life, own) in enumerate(drawn))


def _person(number: int, begins: int, window: Window, life: tuple[Any, ...], spells: list[Spell]) -> Person:
    role, later, homes, died, eighteen = life
    enrolled = begins + later
    first = days_of(enrolled, window).start
    placed = tuple((first + start, first + end, code) for start, end, code in spells)
    home = tuple((first + start, first + end) for start, end in homes)
    death = None if died is None else enrolled if died == ON_ENROLMENT else first + died
    born = None if eighteen is None else enrolled + 1 if eighteen == ON_ENROLMENT else eighteen_before(first + eighteen)
    return Person(number, role, enrolled, placed, home, death, born)


def eighteen_before(day: int) -> int:
    """A day of birth whose eighteenth birthday is that day; for a 28 February a leap day, where there is one."""
    date = day_of(day)
    if (date.month, date.day) == (2, 28) and (date.year - 18) % 4 == 0:
        return day_number(dt.date(date.year - 18, 2, 29))
    return same_date(day, -18)


def last_day(made: tuple[Person, ...], window: Window) -> int:
    """The day after the last day of anybody's window."""
    return max(days_of(person.enrolled, window).stop for person in made)


def presence(made: Iterable[Any]) -> Rows:
    """The staged tables that say who was there."""
    rows: Rows = {"bef_residence": [], "bef_person": [], "dod": []}
    for person in made:
        rows["bef_residence"] += [(person.number, *home) for home in person.homes]
        rows["bef_person"] += [(person.number, person.born, 2)] if person.born is not None else []
        rows["dod"] += [(person.number, person.died)] if person.died is not None else []
    return rows


LIVES = lives()
REASONS = (
    "died",
    "emigrated",
    "turned_18",
    "died_before_enrolment",
    "born_after_enrolment",
    "no_day_at_risk",
    "unlinked",
    "not_resident_at_enrolment",
    "birth_day_unknown",
    "window_not_covered_yet",
)
"""The reasons that every windowed indicator has for who was there or not."""
