"""A second reading of `education_entered` and `education_sustained`: through every day from long before enrolment, with a clock, on windows
of a month or three that begin near the end of a month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st
from reading import PEOPLE, Answer, Example, Reading, Rows, Spans, events_of, months_later, mostly, near
from staged_by_hand import code_rows

from indicators.presence import AfterEnrolment
from indicators.spells import day_number, day_of
from indicators.treatments import CodeSet
from indicators.windows import Period

GYMNASIUM, VOCATIONAL, ABOLISHED, SCHOOL, UNKNOWN = "0120", "3010", "3020", "0010", "9999"
KINDS = CodeSet(codes="education", counts=["youth"], does_not_count=["school"])
BEGINS = [dt.date(2024, 1, 30), dt.date(2023, 1, 31), dt.date(2024, 2, 29), dt.date(2024, 11, 29), dt.date(1969, 12, 1)]
FAR = 400
Learned = tuple[int, int, str]


@dataclass(frozen=True)
class Pupil:
    """One made-up history. `spells` are first day, day of the end and code, possible or not."""

    number: int
    role: str
    enrolled: int
    spells: tuple[Learned, ...]
    homes: Spans
    died: int | None
    born: int | None


@dataclass(frozen=True)
class Terms:
    """`month` is nought for the entry. `abolished` is the first day on which that code is valid no more."""

    within: int
    month: int
    gap: int
    abolished: int
    claim: Period
    after: AfterEnrolment


def window_of(pupil: Pupil, said: Terms) -> tuple[int, int]:
    start = max(pupil.enrolled, said.claim.start_day)
    return start, max(start, min(months_later(pupil.enrolled, said.within), said.claim.end_day))


def counts_on(pupil: Pupil, day: int, said: Terms) -> bool:
    return any(start <= day < end and (code in {GYMNASIUM, VOCATIONAL} or (code == ABOLISHED and day < said.abolished)) for start, end, code in pupil.spells)


def is_unplaced_on(pupil: Pupil, day: int, said: Terms) -> bool:
    return any(start <= day < end and (code == UNKNOWN or (code == ABOLISHED and day >= said.abolished)) for start, end, code in pupil.spells)


def walked(pupil: Pupil, said: Terms, until: int) -> tuple[int | None, int | None]:
    """The days of the first entry and of the milestone, before `until`."""
    clock, seen, entered = 0, None, None
    for day in range(pupil.enrolled - FAR, until):
        if not counts_on(pupil, day, said):
            continue
        if seen is None or day - seen - 1 > said.gap:
            clock = day
        seen = day
        if clock >= pupil.enrolled:
            entered = clock if entered is None else entered
            if months_later(clock, said.month) <= day:
                return entered, day
    return entered, None


def read(pupil: Pupil, made: Example) -> Answer:
    """The clause of either, a day at a time."""
    said: Terms = made.said
    start, end = window_of(pupil, said)
    if start == end:
        return ("ineligible", "outside_claim_period", None, None, start, end)
    if end > made.mature_until:
        return ("not_mature", "window_not_covered_yet", None, None, start, end)
    after = said.after.model_dump()
    events = [event for event in events_of(pupil.enrolled, pupil.homes, pupil.died, pupil.born) if after[event[1]] != "keep" and event[0] < end]
    entered, reached = walked(pupil, said, min([end, *(day for day, *_ in events)]))
    lost = _lost(pupil, said, (start, end))
    stopped = min([end, *(day for day, name, _ in events if after[name] == "stop")])
    if lost[:1] != ("ineligible",) and any(first <= pupil.enrolled < last for first, last in pupil.homes):
        if lost == () and reached is not None and reached < start:
            lost = ("ineligible", "reached_in_an_earlier_period")
        elif stopped <= start:
            lost = ("ineligible", "no_day_at_risk")
    if lost:
        return (*lost, None, None, start, end)  # type: ignore[return-value]
    if reached is not None:
        return ("counted", "sustained" if said.month else "entered", reached + 1 - start, 1, start, end)
    no = "not_entered" if entered is None else "entered_and_not_sustained"
    return ("counted", events[0][2] if events else no, stopped - start, 0, start, end)


def _lost(pupil: Pupil, said: Terms, window: tuple[int, int]) -> tuple[str, ...]:
    if pupil.died is not None and pupil.died <= pupil.enrolled:
        return ("ineligible", "died_before_enrolment")
    if pupil.born is not None and pupil.born > pupil.enrolled:
        return ("ineligible", "born_after_enrolment")
    if not pupil.homes:
        return ("not_observed", "unlinked")
    if not any(start <= pupil.enrolled < end for start, end in pupil.homes):
        return ("not_observed", "not_resident_at_enrolment")
    if pupil.born is None and said.after.turned_18 != "keep":
        return ("not_observed", "birth_day_unknown")
    is_unplaced = any(is_unplaced_on(pupil, day, said) for day in range(pupil.enrolled, window[1]))
    return ("not_observed", "code_placed_nowhere") if is_unplaced else ()


@st.composite
def examples(draw: st.DrawFn, is_sustained: bool) -> Example:
    within, month = (draw(st.integers(2, 4)), draw(st.integers(1, 2))) if is_sustained else (draw(st.integers(1, 2)), 0)
    begins, gap = day_number(draw(st.sampled_from(BEGINS))), draw(st.sampled_from([0, 3, 28]))
    later, length = draw(mostly([0, 0, 20, 62] if is_sustained else [0, 0, 20], [31, 45, -10], 0.1)), draw(mostly([70, 150], [1, 14, 31], 0.15))
    claim, abolished = Period(begins + later, begins + later + length), begins + draw(st.sampled_from([FAR, 40, 20]))
    people = tuple(_pupil(index, begins, gap, *shape) for index, shape in enumerate(draw(SHAPES)))
    after = AfterEnrolment(
        died=draw(st.sampled_from(["stop", "stop", "failure"])),
        emigrated=draw(st.sampled_from(["stop", "stop", "failure", "keep"])),
        turned_18=draw(st.sampled_from(["stop", "stop", "failure", "keep"])),
    )
    codes = code_rows([[GYMNASIUM, "youth"], [VOCATIONAL, "youth"], [ABOLISHED, "youth", None, day_of(abolished - 1)], [SCHOOL, "school"]])
    terms: dict[str, Any] = {"within_months": within, "tolerated_gap_days": gap, "kinds": KINDS, "codes": codes, "after_enrolment": after, "claim_period": claim}
    if is_sustained:
        terms["sustained_months"] = month
    until = claim.end_day + draw(mostly([0, 500], [-1, -40], 0.35))
    return Example(people, terms, Terms(within, month, gap, abolished, claim, after), until)


EDGES = near(62, 6)
GAPS = [("gap", 0), ("gap", 1), ("gap", 2)]
LENGTHS = st.one_of(st.sampled_from([28, 29, 30, 31, 32, 59, 60, 61, 62]), st.integers(-1, 15), st.integers(30, 90))
NEXT = st.tuples(mostly(GAPS, [("days", later) for later in range(-5, 20)], 0.4), LENGTHS, mostly([VOCATIONAL] * 8 + [GYMNASIUM] * 3, [ABOLISHED, SCHOOL, UNKNOWN], 0.12))
LEFT: list[Spans] = [((-1200, day),) for day in EDGES]
HOMES = mostly([((-1200, FAR),)], [*LEFT, *LEFT, *LEFT, *[((-1200, day), (day + 3, FAR)) for day in EDGES], *[((day, FAR),) for day in EDGES], *[()] * len(EDGES)], 0.5)
ON_ENROLMENT = 10_000
SHAPES = st.lists(
    st.tuples(
        st.sampled_from(["treatment", "comparison"]),
        mostly([0, 1, 2], [-30, -70, -100, 40, 200], 0.2),
        mostly([-3, 0, 0, 1, 5], [-40, -28, 20, 300], 0.3),
        st.lists(NEXT, max_size=4),
        HOMES,
        mostly([None], [*EDGES, *EDGES, ON_ENROLMENT, ON_ENROLMENT, *[day - 101 for day in EDGES]], 0.4),
        mostly([4000], [*EDGES, *EDGES, *[None, ON_ENROLMENT] * (len(EDGES) // 2)], 0.45),
    ),
    min_size=PEOPLE,
    max_size=PEOPLE,
)


def _pupil(index: int, begins: int, gap: int, role: str, later: int, first: int, steps: list[Any], homes: Spans, died: int | None, eighteen: int | None) -> Pupil:
    """Each spell begins so many days after the one before it ended, most often around the gap that is just tolerated."""
    enrolled, spells, day = begins + later, [], begins + later + first
    for (kind, days), length, code in steps:
        start = day + (days + gap - 1 if kind == "gap" and spells else days if kind == "days" else 0)
        spells.append((start, start + length, code))
        day = max(day, start + length)
    home = tuple((enrolled + start, enrolled + end) for start, end in homes)
    death = None if died is None else enrolled if died == ON_ENROLMENT else enrolled + died
    born = None if eighteen is None else enrolled + 1 if eighteen == ON_ENROLMENT else eighteen_before(enrolled + eighteen)
    return Pupil(5 + 3 * index, role, enrolled, tuple(spells), home, death, born)


def eighteen_before(day: int) -> int:
    """A day of birth whose eighteenth birthday is that day, or the day before where a 29 February is missing."""
    date = day_of(day)
    return day_number(date.replace(year=date.year - 18)) if (date.month, date.day) != (2, 29) else day_number(dt.date(date.year - 18, 2, 28))


def tables(pupils: Iterable[Pupil]) -> Rows:
    every = list(pupils)
    made = lives(every)
    made["education"] = [(pupil.number, *spell) for pupil in every for spell in pupil.spells]
    return made


def lives(pupils: Iterable[Any]) -> Rows:
    """What the population register and that of deaths have of people."""
    made: Rows = {"bef_residence": [], "bef_person": [], "dod": []}
    for pupil in pupils:
        made["bef_residence"] += [(pupil.number, *home) for home in pupil.homes]
        made["bef_person"] += [(pupil.number, pupil.born, 2)] if pupil.born is not None else []
        made["dod"] += [(pupil.number, pupil.died)] if pupil.died is not None else []
    return made


def outside(pupil: Pupil, made: Example) -> Pupil:
    """Spells from the window's end on, long over before enrolment, of an education that does not count, and impossible ones."""
    _, end = window_of(pupil, made.said)
    before = pupil.enrolled - FAR
    around = ((end, end + 90, VOCATIONAL), (end, end + 90, UNKNOWN), (before - 90, before, GYMNASIUM), (before - 90, pupil.enrolled, UNKNOWN))
    inside = ((pupil.enrolled - 9, end + 9, SCHOOL), (pupil.enrolled + 5, pupil.enrolled - 5, VOCATIONAL), (pupil.enrolled + 5, pupil.enrolled + 5, VOCATIONAL))
    return replace(pupil, spells=pupil.spells + around + inside)


COMMON = (
    "died",
    "emigrated",
    "turned_18",
    "outside_claim_period",
    "died_before_enrolment",
    "born_after_enrolment",
    "reached_in_an_earlier_period",
    "no_day_at_risk",
    "unlinked",
    "not_resident_at_enrolment",
    "birth_day_unknown",
    "code_placed_nowhere",
    "not_entered",
    "window_not_covered_yet",
)
ENTERED = Reading("education_entered@1", examples(is_sustained=False), read, tables, outside, (*COMMON, "entered"))
SUSTAINED = Reading("education_sustained@1", examples(is_sustained=True), read, tables, outside, (*COMMON, "sustained", "entered_and_not_sustained"))
