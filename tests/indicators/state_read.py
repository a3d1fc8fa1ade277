"""A second reading of `time_in_state`: a day at a time, with every state of that day, and weeks and months a day at a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st
from reading import Answer, Example, Reading, Rows
from staged_by_hand import code_rows
from walked import AFTER, REASONS, WINDOWS, Person, calendar_later, days_of, ended, lives, never, not_kept, people, presence, spells_of, unseen, walk

from indicators.presence import AfterEnrolment
from indicators.spells import day_number, day_of
from indicators.treatments import Treatments
from indicators.windows import Window

PLACES = {"work": "success", "until": "success", "benefit": "failure", "study": "neutral", "leave": "pause", "pension": "stop"}
TREATMENTS = Treatments(codes="states", success=["work", "until"], failure=["benefit"], neutral=["study"], pause=["leave"], stop=["pension"])
SPELLS = spells_of(["work", "work", "benefit", "study", "leave", "pension", "until", "work", "pension", "nobody_knows"], most=5)
OFTEN = lives(moved=0.5, dead=0.3, aged=0.4, unborn=2)


@dataclass(frozen=True)
class Terms:
    """`law` is the last day on which `until` is valid."""

    window: Window
    most: int
    unit: str
    no_state: str
    law: int
    after: AfterEnrolment


def places_on(person: Person, day: int, said: Terms) -> set[str]:
    """Where the contract puts the states somebody is in on a day; `unknown` for one it puts nowhere."""
    codes = {code for start, end, code in person.spells if start <= day < end}
    return {"unknown" if code == "until" and day > said.law else PLACES.get(code, "unknown") for code in codes}


def longer(person: Person, said: Terms) -> range:
    """Every day of somebody's window: while its own days pass, a day that is paused adds one."""
    own = days_of(person.enrolled, said.window)
    left, added = len(own), 0
    for day in range(own.start, own.stop + said.most):
        is_paused = "pause" in places_on(person, day, said)
        added += is_paused and left > 0
        left -= not is_paused
    return range(own.start, own.stop + min(added, said.most))


def counted_in(days: set[int], said: Terms, enrolled: int) -> int:
    """How many whole units these days make."""
    if said.unit == "days":
        return len(days)
    if said.unit == "iso_weeks":
        return sum(day_of(day).isoweekday() == 1 and days.issuperset(range(day, day + 7)) for day in days)
    if said.unit == "calendar_months":
        starts = [day_of(day) for day in days if day_of(day).day == 1]
        units = [(start, calendar_later(start, 1, "months")) for start in starts]
    else:
        marks = [calendar_later(day_of(enrolled), count, "months") for count in range(5)]
        units = list(pairwise(marks))
    return sum(days.issuperset(range(day_number(start), day_number(end))) for start, end in units)


def read(person: Person, made: Example) -> Answer:
    """The clause of `time_in_state`, a day at a time."""
    said: Terms = made.said
    days = longer(person, said)
    where = (days.start, days.stop)
    at_risk, good, gaps, stop_day = 0, set[int](), set[str](), None
    for day, has_failed in walk(person, days, said.after):
        places = places_on(person, day, said)
        if "stop" in places:
            stop_day = day
            break
        if has_failed:
            at_risk += 1
            continue
        gaps |= places & {"unknown"}
        place = next((name for name in ("pause", "success", "failure", "neutral") if name in places), "")
        if not place and not places:
            place = said.no_state
            gaps |= {place} & {"not_observed"}
        at_risk += place in ("success", "failure")
        good |= {day} if place == "success" else set()
    return (*_answer(person, made, days, (at_risk, good, gaps, stop_day)), *where)


def _answer(person: Person, made: Example, days: range, found: tuple[int, set[int], set[str], int | None]) -> tuple[Any, ...]:
    said: Terms = made.said
    at_risk, good, gaps, stop_day = found
    if days.stop > made.mature_until:
        return ("not_mature", "window_not_covered_yet", None, None)
    why = never(person, 1 if gaps else at_risk)
    if why:
        return ("ineligible", why, None, None)
    unknown = unseen(person, said.after) or ("code_placed_nowhere" if "unknown" in gaps else "no_state_delivered" if gaps else "")
    if unknown:
        return ("not_observed", unknown, None, None)
    first = min([day for day, *_ in not_kept(person, said.after)], default=days.stop)
    over = "stopped_by_code" if stop_day is not None and stop_day < first else ended(person, days.stop, said.after)
    return ("counted", over or "observed_throughout", at_risk, counted_in(good, said, person.enrolled))


@st.composite
def examples(draw: st.DrawFn) -> Example:
    window, after = Window.model_validate(draw(st.sampled_from(WINDOWS))), draw(AFTER)
    persons = draw(people(window, SPELLS, OFTEN))
    most, unit = draw(st.sampled_from([4, 0, 12])), draw(st.sampled_from(["days", "iso_weeks", "months", "calendar_months"]))
    no_state = draw(st.sampled_from(["success", "failure", "neutral", "not_observed"]))
    law = persons[0].enrolled + draw(st.sampled_from([6, 40, 0]))
    codes = code_rows([[code, "", None, day_of(law) if code == "until" else None] for code in PLACES])
    terms: dict[str, Any] = {"window": window, "pause_at_most": most, "counted_in": unit, "treatments": TREATMENTS, "no_state": no_state, "codes": codes, "after_enrolment": after}
    said = Terms(window, most, unit, no_state, law, after)
    until = max(longer(person, said).stop for person in persons) + draw(st.sampled_from([0, 500, 1, 0, -2, 7, 0, 30]))
    return Example(persons, terms, said, until)


def tables(persons: Iterable[Person]) -> Rows:
    return {**presence(persons), "states": [(person.number, *spell) for person in persons for spell in person.spells]}


def outside(person: Person, made: Example) -> Person:
    """States over before the window and from the furthest day of it on, and impossible ones across it."""
    said: Terms = made.said
    days = days_of(person.enrolled, said.window)
    furthest = days.stop + said.most
    around = ((days.start - 30, days.start, "pension"), (furthest, furthest + 30, "nobody_knows"), (days.start + 3, days.start - 3, "pension"), (days.start, days.start, "leave"))
    return replace(person, spells=person.spells + around)


KNOWN = ("observed_throughout", "stopped_by_code", "code_placed_nowhere", "no_state_delivered")
STATE = Reading("time_in_state@1", examples(), read, tables, outside, (*KNOWN, *REASONS))
