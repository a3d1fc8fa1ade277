"""A second reading of `qualification_obtained`: education by education, on windows of a month or two that begin near the end of a month."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import education_read
from education_read import BEGINS, FAR, HOMES, ON_ENROLMENT, eighteen_before
from hypothesis import strategies as st
from reading import PEOPLE, Answer, Example, Reading, Rows, Spans, events_of, months_later, mostly, near
from staged_by_hand import code_rows

from indicators.presence import AfterEnrolment
from indicators.spells import day_number, day_of
from indicators.treatments import CodeSet
from indicators.windows import Period

VOCATIONAL, HIGHER, ABOLISHED, SCHOOL, UNKNOWN = "3010", "5166", "3020", "0010", "9999"
KINDS = CodeSet(codes="education", counts=["counts"], does_not_count=["school"])
Completed = tuple[int | None, str]


@dataclass(frozen=True)
class Pupil:
    """One made-up history. `held` are the day of completion, or None, and the code."""

    number: int
    role: str
    enrolled: int
    held: tuple[Completed, ...]
    homes: Spans
    died: int | None
    born: int | None


@dataclass(frozen=True)
class Terms:
    within: int
    is_any: bool
    abolished: int
    claim: Period
    after: AfterEnrolment


def window_of(pupil: Pupil, said: Terms) -> tuple[int, int]:
    start = max(pupil.enrolled, said.claim.start_day)
    return start, max(start, min(months_later(pupil.enrolled, said.within), said.claim.end_day))


def place_of(item: Completed, said: Terms) -> str | None:
    """Where the contract puts an education on its day; one without a day where it puts the code at all."""
    day, code = item
    if code == ABOLISHED:
        return "counts" if day is None or day < said.abolished else None
    return {VOCATIONAL: "counts", HIGHER: "counts", SCHOOL: "school"}.get(code)


def read(pupil: Pupil, made: Example) -> Answer:
    """The clause of `qualification_obtained`."""
    said: Terms = made.said
    start, end = window_of(pupil, said)
    if start == end:
        return ("ineligible", "outside_claim_period", None, None, start, end)
    if end > made.mature_until:
        return ("not_mature", "window_not_covered_yet", None, None, start, end)
    after = said.after.model_dump()
    events = [event for event in events_of(pupil.enrolled, pupil.homes, pupil.died, pupil.born) if after[event[1]] != "keep" and event[0] < end]
    counting = [item for item in pupil.held if place_of(item, said) == "counts"]
    before = {code for day, code in counting if day is not None and day < pupil.enrolled}
    is_holder = said.is_any and bool(before)
    until = min([end, *(day for day, *_ in events)])
    obtained = [day for day, code in counting if day is not None and pupil.enrolled <= day < until and code not in before and not is_holder]
    stopped = min([end, *(day for day, name, _ in events if after[name] == "stop")])
    lost = _lost(pupil, said, end, is_holder=is_holder)
    if lost[:1] != ("ineligible",) and any(first <= pupil.enrolled < last for first, last in pupil.homes):
        if lost == () and obtained and min(obtained) < start:
            lost = ("ineligible", "reached_in_an_earlier_period")
        elif stopped <= start:
            lost = ("ineligible", "no_day_at_risk")
        elif lost == () and is_holder:
            lost = ("ineligible", "held_before_enrolment")
    if lost:
        return (*lost, None, None, start, end)  # type: ignore[return-value]
    if obtained:
        return ("counted", "obtained", min(obtained) + 1 - start, 1, start, end)
    return ("counted", events[0][2] if events else "not_obtained", stopped - start, 0, start, end)


def _lost(pupil: Pupil, said: Terms, end: int, *, is_holder: bool) -> tuple[str, ...]:
    is_unplaced = any(place_of(item, said) is None and (item[0] is None or item[0] < end) for item in pupil.held)
    is_undated = any(day is None and place_of((day, code), said) == "counts" for day, code in pupil.held)
    answers = {
        ("ineligible", "died_before_enrolment"): pupil.died is not None and pupil.died <= pupil.enrolled,
        ("ineligible", "born_after_enrolment"): pupil.born is not None and pupil.born > pupil.enrolled,
        ("not_observed", "unlinked"): not pupil.homes,
        ("not_observed", "not_resident_at_enrolment"): not any(first <= pupil.enrolled < last for first, last in pupil.homes),
        ("not_observed", "birth_day_unknown"): pupil.born is None and said.after.turned_18 != "keep",
        ("not_observed", "education_unknown"): not pupil.held,
        ("not_observed", "code_placed_nowhere"): is_unplaced and not is_holder,
        ("not_observed", "completed_on_an_unknown_day"): is_undated and not is_holder,
    }
    return next((answer for answer, holds in answers.items() if holds), ())


@st.composite
def examples(draw: st.DrawFn) -> Example:
    within, is_any, begins = draw(st.integers(1, 2)), draw(st.sampled_from([True, True, True, False])), day_number(draw(st.sampled_from(BEGINS)))
    later, length = draw(mostly([0, 0, 20], [31, 45, -10], 0.1)), draw(mostly([70, 150], [1, 14, 31], 0.15))
    claim, abolished = Period(begins + later, begins + later + length), begins + draw(st.sampled_from([FAR, 40, 20]))
    people = tuple(_pupil(index, begins, *shape) for index, shape in enumerate(draw(SHAPES)))
    after = AfterEnrolment(
        died=draw(st.sampled_from(["stop", "stop", "failure"])),
        emigrated=draw(st.sampled_from(["stop", "failure", "stop", "failure", "keep"])),
        turned_18=draw(st.sampled_from(["stop", "stop", "failure", "keep"])),
    )
    codes = code_rows([[VOCATIONAL, "counts"], [HIGHER, "counts"], [ABOLISHED, "counts", None, day_of(abolished - 1)], [SCHOOL, "school"]])
    terms: dict[str, Any] = {
        "within_months": within,
        "kinds": KINDS,
        "unless_held": "any_that_counts" if is_any else "the_same",
        "codes": codes,
        "after_enrolment": after,
        "claim_period": claim,
    }
    return Example(people, terms, Terms(within, is_any, abolished, claim, after), claim.end_day + draw(mostly([0, 500], [-1, -40], 0.35)))


EDGES = near(31, 4)
CODES = mostly([VOCATIONAL] * 5 + [HIGHER] * 3 + [SCHOOL] * 8, [ABOLISHED, ABOLISHED, UNKNOWN], 0.12)
HELD = st.lists(st.tuples(mostly([*EDGES, *range(60)], [None, None, None, -300, -200, -1, 59, 60, 61], 0.5), CODES), max_size=3)
SHAPES = st.lists(
    st.tuples(
        st.sampled_from(["treatment", "comparison"]),
        mostly([0, 1, 2], [-30, -70, -100, 40, 200], 0.2),
        HELD,
        mostly([True], [False], 0.15),
        HOMES,
        mostly([None], [*EDGES, *EDGES, ON_ENROLMENT, ON_ENROLMENT, *[day - 101 for day in EDGES]], 0.35),
        mostly([4000], [*EDGES, *EDGES, *[None, ON_ENROLMENT] * (len(EDGES) // 2)], 0.45),
    ),
    min_size=PEOPLE,
    max_size=PEOPLE,
)


def _pupil(index: int, begins: int, role: str, later: int, held: list[Completed], has_school: bool, homes: Spans, died: int | None, eighteen: int | None) -> Pupil:
    enrolled = begins + later
    known = tuple((None if day is None else enrolled + day, code) for day, code in held)
    school = ((enrolled - 300, SCHOOL),) if has_school else ()
    home = tuple((enrolled + start, enrolled + end) for start, end in homes)
    death = None if died is None else enrolled if died == ON_ENROLMENT else enrolled + died
    born = None if eighteen is None else enrolled + 1 if eighteen == ON_ENROLMENT else eighteen_before(enrolled + eighteen)
    return Pupil(5 + 3 * index, role, enrolled, known + school, home, death, born)


def tables(pupils: Iterable[Pupil]) -> Rows:
    every = list(pupils)
    made = education_read.lives(every)
    made["qualifications"] = [(pupil.number, *item) for pupil in every for item in pupil.held]
    return made


def outside(pupil: Pupil, made: Example) -> Pupil:
    """Educations completed from the window's end on, and some that do not count, for somebody of whom the register has any."""
    _, end = window_of(pupil, made.said)
    around = ((end, VOCATIONAL), (end + 1, UNKNOWN), (pupil.enrolled - 500, SCHOOL), (pupil.enrolled + 1, SCHOOL), (None, SCHOOL))
    return replace(pupil, held=pupil.held + around if pupil.held else ())


REASONS = (
    "obtained",
    "not_obtained",
    "died",
    "emigrated",
    "turned_18",
    "outside_claim_period",
    "died_before_enrolment",
    "born_after_enrolment",
    "reached_in_an_earlier_period",
    "no_day_at_risk",
    "held_before_enrolment",
    "unlinked",
    "not_resident_at_enrolment",
    "birth_day_unknown",
    "education_unknown",
    "code_placed_nowhere",
    "completed_on_an_unknown_day",
    "window_not_covered_yet",
)
QUALIFIED = Reading("qualification_obtained@1", examples(), read, tables, outside, REASONS)
