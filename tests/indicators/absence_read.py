"""A second reading of `school_absence_rate`: a month at a time, each day of it looked at, on windows, claim periods and events around the
first and the last days of months."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from math import ceil
from typing import Any

from hypothesis import strategies as st
from reading import PEOPLE, Answer, Example, Reading, Rows, Spans, mostly
from walked import AFTER, LONG_AGO, days_of, eighteen_before, ended, never, presence, unseen, walk

from indicators.presence import AfterEnrolment
from indicators.spells import day_number, day_of
from indicators.windows import Period, Window

BEGINS = [dt.date(2024, 1, 1), dt.date(2023, 12, 31), dt.date(2024, 11, 30), dt.date(2024, 1, 16), dt.date(1969, 12, 1)]
WINDOWS = [
    {"unit": "months", "from": 0, "to": 3},
    {"unit": "calendar_months", "from": 0, "to": 2},
    {"unit": "calendar_months", "from": 1, "to": 3},
    {"unit": "days", "from": 0, "to": 75},
]
KINDS = [["illness"], ["without_leave"], ["leave", "without_leave"], ["illness", "leave", "without_leave"]]
PLACES = {"illness": 0, "leave": 1, "without_leave": 2}
Figures = tuple[str, str, str, str]
MONTHS: list[Figures | None] = [("1", "0", "0.5", "20"), ("0", "0", "0", "18.5"), ("0", "2.5", "0", "21"), ("3", "1", "1", "9.5"), ("0", "0", "0", "0"), None]
WRONG: list[Figures] = [("9", "9", "9", "8"), ("-1", "-1", "-1", "20"), ("0", "0", "21", "20.5")]
NEVER, ON_ENROLMENT, FAR = 6_000, 10_000, 500


@dataclass(frozen=True)
class Pupil:
    """One made-up history. `months` are the first day of a month, the days absent by kind, and the school days; several for several
    schools."""

    number: int
    role: str
    enrolled: int
    months: tuple[tuple[int, Figures], ...]
    homes: Spans
    died: int | None
    born: int | None


@dataclass(frozen=True)
class Terms:
    window: Window
    kinds: list[str]
    least: int
    after: AfterEnrolment
    claim: Period


def month_from(first: int) -> list[int]:
    """Every day of the month that begins on that day."""
    date = day_of(first)
    return [first + day for day in range(calendar.monthrange(date.year, date.month)[1])]


def whole_months(days: Iterable[int]) -> list[list[int]]:
    """The months of which every day is among these."""
    every = set(days)
    return [month_from(day) for day in sorted(every) if day_of(day).day == 1 and every.issuperset(month_from(day))]


def read(pupil: Pupil, made: Example) -> Answer:
    """The clause of `school_absence_rate`, a month at a time."""
    said: Terms = made.said
    own = days_of(pupil.enrolled, said.window)
    days = [day for day in own if said.claim.start_day <= day < said.claim.end_day]
    first = max(own.start, said.claim.start_day)
    where = (days[0], days[-1] + 1) if days else (first, first)
    if days and where[1] > made.mature_until:
        return ("not_mature", "window_not_covered_yet", None, None, *where)
    if not days:
        return ("ineligible", "outside_claim_period", None, None, *where)
    walked = dict(walk(pupil, days, said.after))
    looked_at = whole_months(walked)
    why = never(pupil, len(looked_at)).replace("no_day_at_risk", "no_whole_month")
    if why:
        return ("ineligible", why, None, None, *where)
    if unseen(pupil, said.after):
        return ("not_observed", unseen(pupil, said.after), None, None, *where)
    found = [(figures, any(walked[day] for day in month)) for month in looked_at for since, figures in pupil.months if since == month[0]]
    return (*_counted(pupil, said, found, where[1]), *where)


def _counted(pupil: Pupil, said: Terms, found: list[tuple[Figures, bool]], end: int) -> tuple[str, str, int | None, Decimal | None]:
    """Status, reason, exposure and value by the months looked at and whether something failed before each was over."""
    absent, school = Decimal(0), Decimal(0)
    if not pupil.months:
        return ("not_observed", "no_pupil", None, None)
    for figures, has_failed in found:
        own, there = sum((Decimal(figures[PLACES[kind]]) for kind in said.kinds), Decimal(0)), Decimal(figures[3])
        if own > there or own < 0:
            return ("not_observed", "more_absence_than_school", None, None)
        absent, school = absent + (there if has_failed else own), school + there
    if ceil(school) < max(1, said.least):
        return ("not_observed", "too_few_school_days" if school else "no_school_day", None, None)
    return ("counted", ended(pupil, end, said.after) or ("absent_some_days" if absent else "never_absent"), ceil(school), absent)


@st.composite
def examples(draw: st.DrawFn) -> Example:
    begins, window = day_number(draw(st.sampled_from(BEGINS))), Window.model_validate(draw(st.sampled_from(WINDOWS)))
    starts = _starts(begins)
    claim = Period(
        *draw(
            st.sampled_from(
                [
                    (begins - 9, begins + 400),
                    (begins - 31, begins + 500),
                    (starts[1], starts[3]),
                    (starts[1] - 1, starts[4] - 1),
                    (starts[3], starts[5]),
                    (begins - 9, begins + 300),
                ]
            )
        )
    )
    kinds, least, after = draw(st.sampled_from(KINDS)), draw(st.sampled_from([1, 1, 19, 1, 40])), draw(AFTER)
    pupils = tuple(_pupil(index, begins, starts, *shape) for index, shape in enumerate(draw(SHAPES)))
    terms = {"window": window, "kinds": kinds, "least_school_days": least, "after_enrolment": after, "claim_period": claim}
    end = max(min(days_of(pupil.enrolled, window).stop, claim.end_day) for pupil in pupils)
    return Example(pupils, terms, Terms(window, kinds, least, after, claim), end + draw(st.sampled_from([0, 500, 1, 0, 500, 2, 0, 1, 500, 0, -3])))


def _starts(begins: int) -> list[int]:
    """The first days of six months, from the one in which the examples begin."""
    found = [day_number(day_of(begins).replace(day=1))]
    while len(found) < 6:
        found.append(month_from(found[-1])[-1] + 1)
    return found


def _shapes() -> st.SearchStrategy[list[Any]]:
    """Role, days enrolled later, the months, a second school, and homes, death and eighteenth birthday as a month's first day and days
    after it."""
    event = st.tuples(st.sampled_from([2, 3, 4, 2]), st.sampled_from([0, 1, -1, 0, 14]))
    pattern = st.lists(st.sampled_from(MONTHS * 4 + WRONG), min_size=6, max_size=6)
    homes = mostly(["always"], [*["left"] * 6, "came", "came", "nowhere"], 0.5)
    died, eighteen = mostly(["never"], [*["then"] * 5, "on_enrolment"], 0.35), mostly(["never"], [*["then"] * 7, "on_enrolment", *["unknown"] * 4], 0.6)
    later, no_school = st.sampled_from([0, 0, 1, 3]), mostly(["some"], ["none", "noughts", "at_home", "at_home"], 0.25)
    shape = st.tuples(st.sampled_from(["treatment", "comparison"]), later, st.tuples(no_school, pattern), st.integers(0, 5), homes, died, eighteen, event, event)
    return st.lists(shape, min_size=PEOPLE, max_size=PEOPLE)


SHAPES = _shapes()


def _pupil(index: int, begins: int, starts: list[int], role: str, later: int, school: tuple[str, list[Figures | None]], other: int, *life: Any) -> Pupil:
    months: list[Figures | None] = {"some": school[1], "none": [None] * 6, "noughts": [MONTHS[4]] * 6, "at_home": [MONTHS[1]] * 6}[school[0]]
    homes, died, eighteen, moved, happened = life
    enrolled = begins + later
    then, gone = starts[happened[0]] + happened[1], starts[moved[0]] + moved[1]
    told = [(start, figures) for start, figures in zip(starts, months, strict=True) if figures is not None]
    told += [(start, figures) for start, figures in told if start == starts[other] and figures not in WRONG]
    lived: Spans = {"always": ((LONG_AGO, enrolled + FAR),), "left": ((LONG_AGO, gone),), "came": ((enrolled + later % 2, enrolled + FAR),), "nowhere": ()}[homes]
    born = {"never": enrolled - 2500, "then": eighteen_before(then), "on_enrolment": enrolled + 1, "unknown": None}[eighteen]
    return Pupil(4 + 5 * index, role, enrolled, tuple(told), lived, {"never": None, "then": then, "on_enrolment": enrolled}[died], born)


def tables(pupils: Iterable[Pupil]) -> Rows:
    return {**presence(pupils), "skolefravaer": [(pupil.number, since, *figures) for pupil in pupils for since, figures in pupil.months]}


def outside(pupil: Pupil, made: Example) -> Pupil:
    """More months for somebody who has any: those that the window or the claim period cuts, and those before and after both."""
    said: Terms = made.said
    own = days_of(pupil.enrolled, said.window)
    whole = {month[0] for month in whole_months(day for day in own if said.claim.start_day <= day < said.claim.end_day)}
    around = [day for day in range(pupil.enrolled - 70, own.stop + 70) if day_of(day).day == 1 and day not in whole]
    return replace(pupil, months=pupil.months + tuple((day, WRONG[0]) for day in around)) if pupil.months else pupil


REASONS = (
    "absent_some_days",
    "never_absent",
    "died",
    "emigrated",
    "turned_18",
    "outside_claim_period",
    "died_before_enrolment",
    "born_after_enrolment",
    "no_whole_month",
    "unlinked",
    "not_resident_at_enrolment",
    "birth_day_unknown",
    "no_pupil",
    "more_absence_than_school",
    "no_school_day",
    "too_few_school_days",
    "window_not_covered_yet",
)
ABSENCE = Reading("school_absence_rate@1", examples(), read, tables, outside, REASONS)
