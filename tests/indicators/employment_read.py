"""A second reading of `weeks_in_employment`: through the calendar week by week, with the industry of each week's month beside its code."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import weeks_read
from hypothesis import strategies as st
from reading import Answer, Example, Reading, Rows, events_of, mostly
from weeks_read import Person, Terms, placed, window_of

from indicators.library.weeks_in_employment import Industries

NAMED = (None, Industries(counts=["41", "01"]), Industries(does_not_count=["78", "412"]), Industries(counts=["78", "4"], does_not_count=["782"]))
INDUSTRIES = st.sampled_from([0] * 5 + [412000] * 7 + [433200, 14100, 782000, 781000, 561010])


@dataclass(frozen=True)
class Worker(Person):
    """`months` has the industry of each Monday delivered, by day number."""

    months: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class WorkTerms(Terms):
    """`named` are the digits that count and those that do not; without the first all do."""

    named: tuple[list[str], list[str]] = field(default_factory=lambda: ([], []))
    from_week: int = 1
    in_a_row: bool = False


def is_job(industry: int, said: WorkTerms) -> bool:
    digits = f"{industry:06}"
    counts, does_not = said.named
    return industry > 0 and (not counts or any(digits.startswith(item) for item in counts)) and not any(digits.startswith(item) for item in does_not)


def read(person: Worker, made: Example) -> Answer:
    """The clause of `weeks_in_employment`, a week at a time; what the two indicators of weeks share is read by the other's reading."""
    said: WorkTerms = made.said
    same = weeks_read.read(person, made)
    if same[0] != "counted":
        return same
    rows, is_unknown = _rows(person, said)
    if is_unknown:
        return ("not_observed", "month_of_wages_not_delivered", None, None, same[4], same[5])
    weeks = [len(row) for row in rows] if said.in_a_row else [sum(len(row) for row in rows)]
    worth = sum(max(0, length - (said.from_week - 1)) for length in weeks)
    return ("counted", same[1], same[2], worth, same[4], same[5])


def _rows(person: Worker, said: WorkTerms) -> tuple[list[list[int]], bool]:
    """The Mondays in employment, in rows that nothing breaks; and whether a month that decides was not delivered."""
    after, codes, months = said.after.model_dump(), dict(person.weeks), dict(person.months)
    events = [event for event in events_of(person.enrolled, person.homes, person.died, person.born) if after[event[1]] != "keep"]
    rows: list[list[int]] = [[]]
    for monday in window_of(person, said):
        begun = [event for event in events if event[0] < monday + 7]
        treatment = placed(codes.get(monday), monday)
        if treatment == "stop" or any(after[name] == "stop" for _, name, _ in begun):
            break
        if treatment in {"neutral", "pause"}:
            continue
        if treatment == "success" and not begun and monday not in months:
            return [], True
        if treatment == "success" and not begun and is_job(months[monday], said):
            rows[-1].append(monday)
        else:
            rows.append([])
    return rows, False


@st.composite
def examples(draw: st.DrawFn) -> Example:
    """The histories of the weeks, with a wage in each; a month may change between any two weeks, since a window is short."""
    whole: Example = draw(weeks_read.examples())
    named, from_week, in_a_row = draw(st.sampled_from(NAMED)), draw(st.integers(1, 3)), draw(st.booleans())
    people = tuple(_worker(person, draw(MONTHS), draw(MISSING)) for person in whole.people)
    terms: dict[str, Any] = {**whole.terms, "from_week": from_week, "in_a_row": in_a_row}
    if named is not None:
        terms["industries"] = named
    digits = (named.counts, named.does_not_count) if named is not None else ([], [])
    said = WorkTerms(whole.said.weeks, whole.said.pause_at_most, whole.said.after, digits, from_week, in_a_row)
    return Example(people, terms, said, whole.mature_until)


LONGEST = 9
MONTHS = st.lists(INDUSTRIES, min_size=LONGEST, max_size=LONGEST)
MISSING = mostly([()], [(0, 1, 2, 3, 4, 5, 6, 7, 8), (3,), (0, 1), (5, 6, 7, 8)], 0.2)


def _worker(person: Person, industries: list[int], missing: tuple[int, ...]) -> Worker:
    first = min((monday for monday, _ in person.weeks), default=person.enrolled - (person.enrolled + 3) % 7)
    months = tuple((first + 7 * place, industry) for place, industry in enumerate(industries) if place not in missing)
    return Worker(person.number, person.role, person.enrolled, person.weeks, person.homes, person.died, person.born, months)


def tables(people: Iterable[Worker]) -> Rows:
    every = list(people)
    made = weeks_read.tables(every)
    made["dream_branche"] = [(person.number, *spell) for person in every for spell in weeks_read.spells_of(person.months)]
    return made


def outside(person: Worker, made: Example) -> Worker:
    """Codes and wages before the window and from its end on."""
    moved = weeks_read.outside(person, made)
    window = window_of(person, made.said)
    inside = tuple(month for month in person.months if window[0] <= month[0] <= window[-1])
    around = ((window[0] - 14, 412000), (window[0] - 7, 0), (window[-1] + 7, 782000), (window[-1] + 14, 412000))
    return replace(person, weeks=moved.weeks, months=inside + around)


REASONS = (*weeks_read.REASONS, "month_of_wages_not_delivered")
EMPLOYMENT = Reading("weeks_in_employment@1", examples(), read, tables, outside, REASONS)
