"""What a second reading of an indicator is made of, and how the indicator itself is asked about the same made-up people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from staged_by_hand import table

from indicators.indicator import COHORT_SCHEMA, library
from indicators.spells import SHARDS, day_number, day_of
from indicators.treatments import CODE_COLUMNS

PEOPLE = 15
ORACLE = settings(max_examples=200, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
FEWER = settings(ORACLE, max_examples=25)
Spans = tuple[tuple[int, int], ...]
Answer = tuple[str, str, int | None, int | Decimal | None, int, int]
"""Status, reason, exposure, value, first day of the window and the day after its last."""
Rows = dict[str, list[tuple[Any, ...]]]


def mostly(usual: list[Any], rare: Sequence[Any], share: float = 0.25) -> st.SearchStrategy[Any]:
    """One of the usual values, or of `rare` ones about so often."""
    times = max(1, round(len(rare) * (1 - share) / share / len(usual)))
    return st.sampled_from([*usual * times, *rare])


def near(length: int, reach: int) -> list[int]:
    """Days around both ends of so many days, the ends themselves most often."""
    return [-1, 0, 1, length - 1, length, *range(-reach, length + reach + 1)]


@dataclass(frozen=True)
class Example:
    """People who share their terms: `terms` are what the indicator is called with, `said` the same for the second reading."""

    people: tuple[Any, ...]
    terms: dict[str, Any]
    said: Any
    mature_until: int


@dataclass(frozen=True)
class Reading:
    """One clause read a second time. `outside` gives a person rows that the clause does not look at; `reasons` are all it can give."""

    pin: str
    examples: st.SearchStrategy[Example]
    read: Callable[[Any, Example], Answer]
    tables: Callable[[Iterable[Any]], Rows]
    outside: Callable[[Any, Example], Any]
    reasons: Sequence[str]


def staged(reading: Reading, people: Iterable[Any]) -> Rows:
    """Staged rows in the order they are stored in: by shard, person and what follows."""
    return {name: sorted(rows, key=lambda row: (row[0] % SHARDS, row[0], row[1] is not None, row[1])) for name, rows in reading.tables(people).items()}


def computed(reading: Reading, made: Example, people: Iterable[Any] | None = None, rows: Rows | None = None, kind: type[pl.DataType] = pl.String) -> pl.DataFrame:
    """Unit rows by the indicator itself, sorted by person. `kind` is what codes come as that are texts."""
    measure = library()[reading.pin]
    cohort = [(person.number, person.role, person.enrolled) for person in (made.people if people is None else people)]
    held = staged(reading, made.people) if rows is None else rows
    tables = {name: table(name, held[name]).collect() for name in measure.tables}
    tables = {name: found.with_columns(pl.col(code).cast(kind) for code in CODE_COLUMNS if found.schema.get(code) == pl.String) for name, found in tables.items()}
    return measure.computed(pl.DataFrame(cohort, schema=COHORT_SCHEMA, orient="row"), tables, made.terms, made.mature_until).sort("person_id")


def same_date(day: int, years: int) -> int:
    """The day of the same date, by the calendar; where there is no 29 February, the day before."""
    date = day_of(day)
    try:
        return day_number(date.replace(year=date.year + years))
    except ValueError:
        return day_number(dt.date(date.year + years, 2, 28))


def months_later(day: int, months: int) -> int:
    """The same day number so many months later; while that month has no such day, one day number less."""
    date = day_of(day)
    year, month = divmod(date.year * 12 + date.month - 1 + months, 12)
    for number in range(date.day, 0, -1):
        try:
            return day_number(dt.date(year, month + 1, number))
        except ValueError:
            continue
    raise AssertionError


def left_on(enrolled: int, homes: Spans, died: int | None) -> int | None:
    """The first day on which somebody resident on the day of enrolment is no longer known to be there, or None when a death within a hundred
    days of it says why."""
    until = max(end for start, end in homes if start <= enrolled < end)
    return None if died is not None and until <= died <= until + 100 else until


def events_of(enrolled: int, homes: Spans, died: int | None, born: int | None) -> list[tuple[int, str, str]]:
    """What happened to somebody, in time; of events on one day a death first, then an emigration: day, what the contract calls it, reason."""
    is_resident = any(start <= enrolled < end for start, end in homes)
    left = left_on(enrolled, homes, died) if is_resident else None
    eighteen = None if born is None else same_date(born, 18)
    found = [(died, "died", "died"), (left, "emigrated", "emigrated"), (eighteen, "turned_18", "turned_18")]
    return sorted(((day, name, word) for day, name, word in found if day is not None), key=lambda event: event[0])
