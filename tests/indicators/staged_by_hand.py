"""What the tests of indicators share: staged tables, code lists and terms as a case or a second reading writes them.

A spell is [person, from, to], from the first day up to, and not including, the second; what a table holds besides comes after. A death
is [person, day]; a person is [person, day of birth, sex]; an answer is [person, day, the five items]. A decision (`kraf`) is [person, day,
kind, number of the case, offence], a charge (`krsi`) is [person, first day of the offence, number of the case];
a claim is [person, its number, outcome, day it was reached, day it was claimed, its lot], as far as indicators read it. A month of school
(`skolefravaer`) is [person, its first day, days ill, with leave and without, school days, school], the last of which may be left out. An
event is [person, day, code]; one on each of several days is [person, first day, day after the last, code].
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

import polars as pl
import yaml

from indicators.indicator import Indicator
from indicators.presence import AfterEnrolment
from indicators.spells import SPELL_SCHEMA, day_number, day_of
from indicators.treatments import CODE_ROWS, EVER
from indicators.windows import Period
from pipelines.contracts.catalogue import arguments

PLACED = {**SPELL_SCHEMA, "type": pl.String}
SCHEMAS: dict[str, Any] = {
    "answers": {"person_id": pl.Int32, "answered_day": pl.Int32, "worry": pl.Int32, "sleep": pl.Int32, "joy": pl.Int32},
    "arrests": SPELL_SCHEMA,
    "arrests_searched": SPELL_SCHEMA,
    "bef_person": {"person_id": pl.Int32, "birth_day": pl.Int32, "sex": pl.Int32},
    "bef_residence": SPELL_SCHEMA,
    "buaf": PLACED,
    "case_placements": PLACED,
    "case_stays": PLACED,
    "claim_checks": {"person_id": pl.Int32, "claim_id": pl.String, "checked_day": pl.Int32, "result": pl.String},
    "claims": {"person_id": pl.Int32, "claim_id": pl.String, "outcome": pl.String, "start_day": pl.Int32, "claimed_day": pl.Int32, "lot": pl.String},
    "dod": SPELL_SCHEMA,
    "dream": {**SPELL_SCHEMA, "code": pl.Int16},
    "kraf": {**SPELL_SCHEMA, "closed_day": pl.Int32, "offence": pl.String, "type": pl.String, "case_number": pl.String},
    "krsi": {**SPELL_SCHEMA, "charged_day": pl.Int32, "offence": pl.String, "case_number": pl.String},
    "dream_branche": {**SPELL_SCHEMA, "industry": pl.Int32},
    "education": {**SPELL_SCHEMA, "education": pl.String},
    "events": PLACED,
    "forsorg": PLACED,
    "placements": PLACED,
    "qualifications": {"person_id": pl.Int32, "day": pl.Int32, "education": pl.String},
    "skolefravaer": {**SPELL_SCHEMA, "school": pl.String, **{f"{name}_days": pl.Decimal(38, 6) for name in ("ill", "leave", "unexcused", "absent", "school")}},
    "states": PLACED,
    "stays": PLACED,
    "who5": {"person_id": pl.Int32, "answered_day": pl.Int32, **{f"who5_{item}": pl.Int32 for item in range(1, 6)}},
}
"""Columns of the staged tables, in the order in which rows are written."""


OFFENCE = "012110350"


def month(person: int, first: int, ill: Any, leave: Any, unexcused: Any, school: Any, name: str = "851001") -> tuple[Any, ...]:
    """A pupil's month, from its first day to the day after its last, with the sum of the absences."""
    after_last = day_number((day_of(first) + dt.timedelta(days=31)).replace(day=1))
    given = [Decimal(str(days)) for days in (ill, leave, unexcused)]
    return (person, first, after_last, name, *given, sum(given), Decimal(str(school)))


SHORT: dict[str, Callable[..., tuple[Any, ...]]] = {
    "dod": lambda person, day: (person, day, day + 1),
    "kraf": lambda person, day, kind, case, offence=OFFENCE: (person, day, day + 1, None, offence, str(kind), case),
    "skolefravaer": month,
    "krsi": lambda person, day, case: (person, day, day + 1, day + 1, OFFENCE, case),
}
"""How a row is written short, by table."""


class Exact(yaml.SafeLoader):
    """Numbers with a point are decimals, as in a contract."""


Exact.add_constructor("tag:yaml.org,2002:float", lambda _, node: Decimal(node.value))


def numbered(value: Any) -> Any:
    """A date as its day number; anything else as it is."""
    return day_number(value) if isinstance(value, dt.date) else value


def daily(person: int, first: int | None, *more: Any) -> list[tuple[Any, ...]]:
    """An event as a spell of its day, or one for each day up to, and not including, a second; a day that is not known is no day."""
    *until, code = more
    days = range(first, until[0]) if until and first is not None else [first]
    return [(person, day, None if day is None else day + 1, code) for day in days]


def table(name: str, rows: Iterable[Iterable[Any]]) -> pl.LazyFrame:
    """A staged table of rows that have dates or day numbers."""
    plain = [tuple(numbered(value) for value in row) for row in rows]
    if name == "events":
        plain = [event for row in plain for event in daily(*row)]
    if name in SHORT:
        plain = [SHORT[name](*row) for row in plain]
    return pl.LazyFrame(plain, schema=SCHEMAS[name], orient="row")


def code_rows(rows: Iterable[list[Any]]) -> pl.DataFrame:
    """CODE_ROWS of [code, group, first day, last day]; a day left out, or empty, is no limit."""
    made = []
    for code, group, *days in rows:
        first, last = [*days, None, None][:2]
        made.append((str(code), group, EVER[0] if first is None else day_number(first), EVER[1] if last is None else day_number(last) + 1))
    return pl.DataFrame(made, schema=CODE_ROWS, orient="row")


def terms(measure: Indicator, found: dict[str, Any], case: dict[str, Any]) -> dict[str, Any]:
    """Everything an indicator is called with: what a contract would give under `with`, and what is injected. A case's own words go before
    those of its file."""
    made = arguments(measure.parameters, {**found.get("with", {}), **case.get("with", {})})
    if "claim_period" in measure.injected:
        made["claim_period"] = Period(*map(day_number, case.get("claim_period", found.get("claim_period"))))
    if "after_enrolment" in measure.injected:
        made["after_enrolment"] = AfterEnrolment(**case.get("after_enrolment", found.get("after_enrolment", {})))
    if "codes" in measure.injected:
        made["codes"] = code_rows(case.get("codes", found["codes"]))
    return made
