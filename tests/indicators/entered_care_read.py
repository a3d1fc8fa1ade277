"""A second reading of `entered_care`: a day at a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from hypothesis import strategies as st
from reading import Answer, Example, Reading, Rows
from staged_by_hand import code_rows
from walked import AFTER, LIVES, REASONS, WINDOWS, Person, days_of, ended, last_day, never, people, presence, spells_of, unseen, walk

from indicators.presence import AfterEnrolment
from indicators.treatments import CodeSet
from indicators.windows import Window

COUNTS, DOES_NOT = ("familiepleje", "doegninstitution"), "eget_vaerelse"
TYPES = CodeSet(codes="placement_type", counts=["anbragt"], does_not_count=[DOES_NOT])
CODES = code_rows([["familiepleje", "anbragt"], ["doegninstitution", "anbragt"], [DOES_NOT, DOES_NOT]])
SPELLS = spells_of([*COUNTS, DOES_NOT])


@dataclass(frozen=True)
class Terms:
    window: Window
    in_care: str
    is_last_day_in_care: bool
    after: AfterEnrolment


def is_in_care(child: Person, day: int, said: Terms) -> bool:
    return any(kind in COUNTS and (start <= day < end or (said.is_last_day_in_care and start <= day <= end)) for start, end, kind in child.spells)


def read(child: Person, made: Example) -> Answer:
    """The clause of `entered_care`, a day at a time."""
    said: Terms = made.said
    days = days_of(child.enrolled, said.window)
    where = (days.start, days.stop)
    if days.stop > made.mature_until:
        return ("not_mature", "window_not_covered_yet", None, None, *where)
    at_risk, value, why = 0, 0, ""
    for day, has_failed in walk(child, days, said.after):
        is_entry = is_in_care(child, day, said) and not is_in_care(child, day - 1, said)
        if has_failed or is_entry:
            at_risk, value, why = at_risk + 1, 1, "" if has_failed else "entered_care"
            break
        at_risk += not is_in_care(child, day, said)
    if said.in_care == "ineligible" and is_in_care(child, child.enrolled, said) and is_in_care(child, child.enrolled - 1, said):
        return ("ineligible", "in_care_at_enrolment", None, None, *where)
    if never(child, at_risk):
        return ("ineligible", never(child, at_risk), None, None, *where)
    if unseen(child, said.after):
        return ("not_observed", unseen(child, said.after), None, None, *where)
    return ("counted", why or ended(child, days.stop, said.after) or "no_entry", at_risk, value, *where)


@st.composite
def examples(draw: st.DrawFn) -> Example:
    window, after = Window.model_validate(draw(st.sampled_from(WINDOWS))), draw(AFTER)
    in_care, end = draw(st.sampled_from(["ineligible", "new_entry"])), draw(st.sampled_from(["exclusive", "inclusive"]))
    children = draw(people(window, SPELLS, LIVES))
    terms = {"window": window, "in_care": in_care, "end": end, "types": TYPES, "codes": CODES, "after_enrolment": after}
    until = last_day(children, window) + draw(st.sampled_from([0, 500, 1, -3]))
    return Example(children, terms, Terms(window, in_care, end == "inclusive", after), until)


def tables(children: Iterable[Person]) -> Rows:
    return {**presence(children), "placements": [(child.number, *spell) for child in children for spell in child.spells]}


def outside(child: Person, made: Example) -> Person:
    """Placements over before anybody looks and from the window's end on, impossible ones across it, and one of a type that does not count."""
    days = days_of(child.enrolled, made.said.window)
    around = (
        (child.enrolled - 30, child.enrolled - 2, COUNTS[0]),
        (days.stop, days.stop + 30, COUNTS[1]),
        (days.start - 9, days.stop + 9, DOES_NOT),
        (days.stop + 5, days.start - 5, COUNTS[0]),
    )
    return replace(child, spells=child.spells + around)


ENTERED_CARE = Reading("entered_care@1", examples(), read, tables, outside, ("entered_care", "no_entry", "in_care_at_enrolment", *REASONS))
