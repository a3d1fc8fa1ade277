"""A second reading of `days_out_of_care`: a day at a time, on short claim periods around the end of February, the change of the year and
day nought."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st
from reading import PEOPLE, Answer, Example, Reading, Rows, Spans, events_of, mostly, near, same_date
from staged_by_hand import code_rows

from indicators.presence import AfterEnrolment
from indicators.spells import day_number, day_of
from indicators.treatments import CodeSet
from indicators.windows import Period

COUNTS, DOES_NOT = ("familiepleje", "doegninstitution"), "eget_vaerelse"
TYPES = CodeSet(codes="placement_type", counts=["anbragt"], does_not_count=[DOES_NOT])
BEGINS = [dt.date(2025, 4, 1), dt.date(2027, 2, 22), dt.date(2028, 2, 22), dt.date(2025, 12, 20), dt.date(1969, 12, 24)]
FAR = 200


@dataclass(frozen=True)
class Child:
    """One made-up history. `placements` are STARTDATO, SLUTDATO and type, possible or not."""

    number: int
    role: str
    enrolled: int
    placements: tuple[tuple[int, int, str], ...]
    homes: Spans
    died: int | None
    born: int | None


@dataclass(frozen=True)
class Terms:
    years: int
    is_last_day_in_care: bool
    claim: Period
    after: AfterEnrolment


def days_of(child: Child, said: Terms) -> range:
    """The days of the window inside the claim period."""
    first = max(child.enrolled, said.claim.start_day)
    return range(first, max(first, min(same_date(child.enrolled, said.years), said.claim.end_day)))


def is_in_care(child: Child, day: int, said: Terms) -> bool:
    return any(kind in COUNTS and (start <= day < end or (said.is_last_day_in_care and start <= day <= end)) for start, end, kind in child.placements)


def read(child: Child, made: Example) -> Answer:
    """The clause of `days_out_of_care`, a day at a time."""
    said: Terms = made.said
    days, after = days_of(child, said), said.after.model_dump()
    if not days:
        return ("ineligible", "outside_claim_period", None, None, days.start, days.stop)
    if days.stop > made.mature_until:
        return ("not_mature", "window_not_covered_yet", None, None, days.start, days.stop)
    events = [event for event in events_of(child.enrolled, child.homes, child.died, child.born) if after[event[1]] != "keep"]
    at_risk, at_home, in_care, why = 0, 0, 0, ""
    for day in days:
        begun = [event for event in events if event[0] <= day]
        why = why or (begun[0][2] if begun else "")
        if any(after[name] == "stop" for _, name, _ in begun):
            break
        at_risk += 1
        at_home += not begun and not is_in_care(child, day, said)
        in_care += not begun and is_in_care(child, day, said)
    lost = why_not(child, said, at_risk)
    if lost:
        return (*lost, None, None, days.start, days.stop)
    return ("counted", why or ("placed_some_days" if in_care else "at_home_throughout"), at_risk, at_home, days.start, days.stop)


def why_not(child: Child, said: Terms, at_risk: int) -> tuple[str, str] | None:
    is_resident = any(start <= child.enrolled < end for start, end in child.homes)
    if child.died is not None and child.died <= child.enrolled:
        return ("ineligible", "died_before_enrolment")
    if child.born is not None and child.born > child.enrolled:
        return ("ineligible", "born_after_enrolment")
    if is_resident and at_risk == 0:
        return ("ineligible", "no_day_at_risk")
    if not child.homes:
        return ("not_observed", "unlinked")
    if not is_resident:
        return ("not_observed", "not_resident_at_enrolment")
    return ("not_observed", "birth_day_unknown") if child.born is None and said.after.turned_18 != "keep" else None


@st.composite
def examples(draw: st.DrawFn) -> Example:
    begins, length, years = day_number(draw(st.sampled_from(BEGINS))), draw(st.sampled_from(LENGTHS)), draw(st.integers(1, 2))
    children = tuple(_child(index, begins, years, *shape) for index, shape in enumerate(draw(SHAPES[length])))
    after = AfterEnrolment(
        died=draw(st.sampled_from(["stop", "stop", "failure"])),
        emigrated=draw(st.sampled_from(["stop", "stop", "failure", "keep"])),
        turned_18=draw(st.sampled_from(["stop", "stop", "failure", "keep"])),
    )
    claim, end = Period(begins, begins + length), draw(st.sampled_from(["exclusive", "inclusive"]))
    codes = code_rows([["familiepleje", "anbragt"], ["doegninstitution", "anbragt"], [DOES_NOT, DOES_NOT]])
    terms = {"years": years, "end": end, "types": TYPES, "codes": codes, "after_enrolment": after, "claim_period": claim}
    return Example(children, terms, Terms(years, end == "inclusive", claim, after), begins + length + draw(st.sampled_from([0, 500, -1, 1, 7, 0])))


def _shapes(length: int) -> st.SearchStrategy[list[Any]]:
    """Role, enrolment, placements, homes, death and eighteenth birthday, all in days after the claim period begins. An enrolment may be
    meant as the day on which the window ends; a death or a birth as so many days after enrolment."""
    edges = near(length, 3)
    enrolled = mostly([(-100, False), (-200, False)], [(day, is_end) for day in edges for is_end in (False, True)], 0.4)
    placements = st.lists(st.tuples(mostly(edges, [-FAR]), mostly(edges, [FAR]), st.sampled_from([*COUNTS, DOES_NOT])), max_size=4)
    left: list[Spans] = [((-1200, day),) for day in edges]
    came_back: list[Spans] = [((-1200, first), (first + 3, FAR)) for first in edges]
    moved_in: list[Spans] = [((first, FAR),) for first in edges]
    homes = mostly([((-1200, FAR),)], [*left, *left, *came_back, *moved_in, *[()] * (len(edges) // 2)], 0.45)
    died = mostly([None], [*edges, *edges, *[day - 101 for day in edges], ON_ENROLMENT, ON_ENROLMENT])
    eighteen = mostly([4000], [*edges, *edges, *[None, None, ON_ENROLMENT] * (len(edges) // 3)], 0.4)
    shape = st.tuples(st.sampled_from(["treatment", "comparison"]), enrolled, placements, homes, died, eighteen)
    return st.lists(shape, min_size=PEOPLE, max_size=PEOPLE)


LENGTHS = (1, 7, 14)
ON_ENROLMENT = 10_000
SHAPES = {length: _shapes(length) for length in LENGTHS}


def _child(
    index: int, begins: int, years: int, role: str, when: tuple[int, bool], placements: list[tuple[int, int, str]], homes: Spans, died: int | None, eighteen: int | None
) -> Child:
    enrolled = same_date(begins + when[0], -years) if when[1] else begins + when[0]
    placed = tuple((begins + start, begins + end, kind) for start, end, kind in placements)
    home = tuple((begins + start, begins + end) for start, end in homes)
    death = None if died is None else enrolled if died == ON_ENROLMENT else begins + died
    born = None if eighteen is None else enrolled + 1 if eighteen == ON_ENROLMENT else _eighteen_before(begins + eighteen)
    return Child(5 + 3 * index, role, enrolled, placed, home, death, born)


def _eighteen_before(day: int) -> int:
    """A day of birth whose eighteenth birthday is that day; for a 28 February a leap day, where there is one."""
    date = day_of(day)
    if (date.month, date.day) == (2, 28) and (date.year - 18) % 4 == 0:
        return day_number(dt.date(date.year - 18, 2, 29))
    return same_date(day, -18)


def tables(children: Iterable[Child]) -> Rows:
    made: Rows = {"placements": [], "bef_residence": [], "bef_person": [], "dod": []}
    for child in children:
        made["placements"] += [(child.number, *placement) for placement in child.placements]
        made["bef_residence"] += [(child.number, *home) for home in child.homes]
        made["bef_person"] += [(child.number, child.born, 2)] if child.born is not None else []
        made["dod"] += [(child.number, child.died)] if child.died is not None else []
    return made


def outside(child: Child, made: Example) -> Child:
    """Placements before the days and after them, impossible ones across them, and one of a type that does not count."""
    days = days_of(child, made.said)
    last = days.start - (1 if made.said.is_last_day_in_care else 0)
    around = ((days.start - 30, last, COUNTS[0]), (days.stop, days.stop + 30, COUNTS[1]), (days.start - 9, days.stop + 9, DOES_NOT), (days.stop + 5, days.start - 5, COUNTS[0]))
    return replace(child, placements=child.placements + around)


REASONS = (
    "at_home_throughout",
    "placed_some_days",
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
    "window_not_covered_yet",
)
DAYS = Reading("days_out_of_care@1", examples(), read, tables, outside, REASONS)
