"""A second reading of `benefit_cost_saved`: through the calendar week by week, with a price looked up for each, on prices that change around
the first weeks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import weeks_read
from hypothesis import strategies as st
from reading import Answer, Example, Reading, Rows, events_of, mostly
from staged_by_hand import code_rows
from weeks_read import LAW, Person, Terms, placed, window_of

from indicators.prices import PriceList, WeeklyMoney
from indicators.spells import day_number, day_of

Dated = dict[dt.date, Decimal]
GROUPS = {0: "blank", 100: "blank", 730: "help", 720: "young", 651: "su", 881: "leave", 998: "pension"}
CODES = [
    *[[code, group] for code, group in GROUPS.items() if code != 720],
    [720, "young", None, LAW],
    [760, "help", None, dt.date(2025, 7, 1)],
    [760, "su", dt.date(2025, 7, 2), None],
]


@dataclass(frozen=True)
class CostTerms(Terms):
    reference: Dated = field(default_factory=dict)
    prices: dict[str, Dated] = field(default_factory=dict)


def on_monday(amounts: Dated, monday: int) -> Decimal | None:
    """What holds on a Monday: the amount that began last."""
    found = None
    for day in sorted(amounts):
        if day_number(day) <= monday:
            found = amounts[day]
    return found


def read(person: Person, made: Example) -> Answer:
    """The clause of `benefit_cost_saved`, a week at a time; what indicators of weeks share is read by the other's reading."""
    said: CostTerms = made.said
    same = weeks_read.read(person, made)
    if same[0] != "counted":
        return same
    after, codes, saved = said.after.model_dump(), dict(person.weeks), Decimal(0)
    events = [event for event in events_of(person.enrolled, person.homes, person.died, person.born) if after[event[1]] != "keep"]
    for monday in window_of(person, said):
        begun, treatment = [event for event in events if event[0] < monday + 7], placed(codes.get(monday), monday)
        if treatment == "stop" or any(after[name] == "stop" for _, name, _ in begun):
            break
        if treatment not in {"success", "failure"} or begun:
            continue
        reference = on_monday(said.reference, monday)
        group = GROUPS.get(codes[monday], "help")
        price = Decimal(0) if treatment == "success" else on_monday(said.prices[group], monday)
        if reference is None or price is None:
            return ("not_observed", "week_without_a_price", None, None, same[4], same[5])
        saved += reference - price
    return ("counted", same[1], same[2], saved, same[4], same[5])


AMOUNTS = st.sampled_from([Decimal(0), Decimal("0.01"), Decimal("1999.99"), Decimal(2000), Decimal("3500.5"), Decimal(100_000)])


@st.composite
def dated(draw: st.DrawFn, monday: int) -> Dated:
    """An amount from long before, or now and then from a day near the window, and up to two changes near it."""
    first = day_of(monday + draw(mostly([-200], [-1, 0, 1, 6, 7, 8, 13, 14], 0.5)))
    changes = draw(st.lists(st.integers(-8, 24), max_size=2))
    return {first: draw(AMOUNTS), **{day_of(monday + later): draw(AMOUNTS) for later in changes if day_of(monday + later) > first}}


@st.composite
def examples(draw: st.DrawFn) -> Example:
    whole: Example = draw(weeks_read.examples())
    middle = sorted(person.enrolled for person in whole.people)[len(whole.people) // 2]
    monday = middle - (middle + 3) % 7
    reference, prices = draw(dated(monday)), {group: draw(dated(monday)) for group in ("help", "young")}
    given: dict[str, Any] = {"codes": "dream", "free": ["blank"], "priced": prices, "neutral": ["su"], "pause": ["leave"], "stop": ["pension"]}
    terms = {
        **{name: value for name, value in whole.terms.items() if name != "states"},
        "prices": PriceList.model_validate(given),
        "reference": WeeklyMoney(reference),
        "codes": code_rows(CODES),
    }
    return Example(whole.people, terms, CostTerms(whole.said.weeks, whole.said.pause_at_most, whole.said.after, reference, prices), whole.mature_until)


def tables(people: Iterable[Person]) -> Rows:
    return weeks_read.tables(people)


REASONS = (*weeks_read.REASONS, "week_without_a_price")
BENEFIT_COST = Reading("benefit_cost_saved@1", examples(), read, tables, weeks_read.outside, REASONS)
