"""Second readings of `event_within` and `event_count`: a day at a time, each event of that day looked at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st
from reading import Answer, Example, Reading, Rows
from staged_by_hand import code_rows
from walked import AFTER, REASONS, WINDOWS, Person, days_of, ended, last_day, lives, never, people, presence, spells_of, unseen, walk

from indicators.presence import AfterEnrolment
from indicators.spells import day_of
from indicators.treatments import CodeSet
from indicators.windows import Window

KINDS = CodeSet(codes="events", counts=["job", "until"], does_not_count=["course", "since"])
SPELLS = spells_of(["job", "until", "course", "nobody_knows", "since", "undated"], most=4)
OFTEN = lives(moved=0.6, dead=0.3, aged=0.45, unborn=2)
UNDATED = "undated"
"""An event with the code `job` on a day that is not known."""


@dataclass(frozen=True)
class Terms:
    """`law` is the last day on which `until` is valid, and the day before the first of `since`; no law where every event counts."""

    window: Window
    law: int | None
    is_wanted: bool
    is_complete: bool
    by_days: bool
    after: AfterEnrolment


def worth(code: str, day: int, said: Terms) -> str:
    """What an event with a code is on a day: it counts, it does not, or nobody knows."""
    if said.law is None:
        return "counts"
    if code == "nobody_knows" or (code == "until" and day > said.law) or (code == "since" and day <= said.law):
        return "unknown"
    return "counts" if code in ("job", "until") else "does_not_count"


def told(person: Person, said: Terms) -> tuple[list[int], set[int], bool]:
    """The days of the events that count, one a row; the days of those of which nobody knows; whether one that counts has no known day."""
    dated = [(start, worth(code, start, said)) for start, _, code in person.spells if code != UNDATED]
    counting, unknown = [day for day, what in dated if what == "counts"], {day for day, what in dated if what == "unknown"}
    return counting, unknown, any(code == UNDATED for _, _, code in person.spells)


def before(person: Person, made: Example, at_risk: int) -> Answer | None:
    """What is said before any event is looked at, or nothing."""
    said: Terms = made.said
    days = days_of(person.enrolled, said.window)
    where = (days.start, days.stop)
    if days.stop > made.mature_until:
        return ("not_mature", "window_not_covered_yet", None, None, *where)
    if never(person, at_risk):
        return ("ineligible", never(person, at_risk), None, None, *where)
    if unseen(person, said.after):
        return ("not_observed", unseen(person, said.after), None, None, *where)
    return None if said.is_complete or person.spells else ("not_observed", "not_in_the_register", None, None, *where)


def doubt(unknown: bool, is_undated: bool) -> tuple[str, str] | None:
    """Why nobody knows how many events there were, or nothing."""
    if unknown:
        return ("not_observed", "code_placed_nowhere")
    return ("not_observed", "event_on_an_unknown_day") if is_undated else None


def read_within(person: Person, made: Example) -> Answer:
    """The clause of `event_within`, a day at a time."""
    said: Terms = made.said
    days = days_of(person.enrolled, said.window)
    counting, unknown, is_undated = told(person, said)
    at_risk, why, is_unknown = 0, "", False
    for day, has_failed in walk(person, days, said.after):
        at_risk += 1
        is_unknown |= not has_failed and day in unknown
        if not has_failed and day in counting:
            why = "happened"
            break
        if has_failed and not said.is_wanted:
            why = ended(person, days.stop, said.after)
            break
    early = before(person, made, at_risk)
    if early:
        return early
    doubted = None if why else doubt(is_unknown, is_undated)
    if doubted:
        return (*doubted, None, None, days.start, days.stop)
    return ("counted", why or ended(person, days.stop, said.after) or "did_not_happen", at_risk, int(bool(why)), days.start, days.stop)


def read_count(person: Person, made: Example) -> Answer:
    """The clause of `event_count`, a day at a time."""
    said: Terms = made.said
    days = days_of(person.enrolled, said.window)
    counting, unknown, is_undated = told(person, said)
    at_risk, number, failures, is_unknown = 0, 0, 0, False
    for day, has_failed in walk(person, days, said.after):
        at_risk += 1
        if has_failed:
            failures = 1
            continue
        is_unknown |= day in unknown
        number += (day in counting) if said.by_days else counting.count(day)
    early = before(person, made, at_risk)
    if early:
        return early
    doubted = doubt(is_unknown, is_undated)
    if doubted:
        return (*doubted, None, None, days.start, days.stop)
    value = number + (0 if said.is_wanted else failures)
    return ("counted", ended(person, days.stop, said.after) or ("some_events" if number else "no_event"), at_risk, value, days.start, days.stop)


@st.composite
def examples(draw: st.DrawFn, *, is_count: bool) -> Example:
    window, after = Window.model_validate(draw(st.sampled_from(WINDOWS))), draw(AFTER)
    persons = draw(people(window, SPELLS, OFTEN))
    law = draw(st.sampled_from([4, 0, 8, None]))
    law = None if law is None else persons[0].enrolled + law
    is_wanted, is_complete, by_days = draw(st.booleans()), draw(st.sampled_from([True, False])), is_count and draw(st.booleans())
    terms: dict[str, Any] = {"window": window, "is_wanted": is_wanted, "no_row": "no_event" if is_complete else "not_observed", "known_within": 0}
    terms |= {"kinds": None if law is None else KINDS, "codes": coded(law), "after_enrolment": after}
    terms |= {"count": "days" if by_days else "events"} if is_count else {}
    until = last_day(persons, window) + draw(st.sampled_from([0, 500, -3, 1, 0, -2, 0, 7]))
    return Example(persons, terms, Terms(window, law, is_wanted, is_complete, by_days, after), until)


def coded(law: int | None) -> Any:
    """The code list, of which two codes change by a law."""
    if law is None:
        return code_rows([])
    return code_rows([["job", ""], ["course", ""], ["until", "", None, day_of(law)], ["since", "", day_of(law + 1)]])


def tables(persons: Iterable[Person]) -> Rows:
    events = [(person.number, None if code == UNDATED else start, "job" if code == UNDATED else code) for person in persons for start, _, code in person.spells]
    return {**presence(persons), "events": events}


def outside(person: Person, made: Example) -> Person:
    """Events before the window and after it, and on its days some that do not count, of somebody whom the register has anyway or need not."""
    said: Terms = made.said
    days = days_of(person.enrolled, said.window)
    around = [(days.start - 1, 0, "job"), (days.start - 30, 0, "nobody_knows"), (days.stop, 0, "job"), (days.stop + 30, 0, "course")]
    within = [(days.start, 0, "course"), (days.stop - 1, 0, "course")] if said.law is not None else []
    return replace(person, spells=(*person.spells, *around, *within)) if said.is_complete or person.spells else person


DOUBTS = ("not_in_the_register", "code_placed_nowhere", "event_on_an_unknown_day")
WITHIN = Reading("event_within@1", examples(is_count=False), read_within, tables, outside, ("happened", "did_not_happen", *DOUBTS, *REASONS))
COUNT = Reading("event_count@1", examples(is_count=True), read_count, tables, outside, ("some_events", "no_event", *DOUBTS, *REASONS))
