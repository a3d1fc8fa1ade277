"""What the state refunds to a municipality, by schedules with their days: lists under `data_contracts/refunds/`, each with its source."""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from pipelines.contracts.agreed import RefundSchedule
from pipelines.contracts.source import Finding, Source

By = Literal["week", "amount_a_year"]
COLUMNS = ("by", "at", "share", "valid_from", "valid_to", "price_level", "source")
LARGEST_LIST = 1 << 20


@dataclass(frozen=True)
class Refunding:
    """A schedule as it holds from one day, to another or on. `steps` are where each begins, a week of a course or an amount a year, with the share that is
    refunded from there on. Amounts are in the prices of `price_level`."""

    by: By
    valid_from: dt.date
    valid_to: dt.date | None
    price_level: int | None
    steps: tuple[tuple[Decimal, Decimal], ...]
    source: str

    def holds(self, day: dt.date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True)
class _Row:
    """One row of a list: a step of the schedule that holds from a day."""

    line: int
    by: str
    at: Decimal
    share: Decimal
    valid_from: dt.date
    valid_to: dt.date | None
    price_level: int | None
    source: str


def agreed(schedule: RefundSchedule) -> tuple[Refunding, ...]:
    """A contract's own schedule, which holds from its day on."""
    steps = tuple((Decimal(step.at), step.share) for step in schedule.steps)
    return (Refunding(schedule.by, schedule.holds_from, None, schedule.price_level, steps, schedule.clause),)


def on(schedules: Iterable[Refunding], day: dt.date) -> Refunding | None:
    """The one that holds on a day."""
    return next((item for item in schedules if item.holds(day)), None)


def read_refunds(path: Path, source: Source) -> tuple[Refunding, ...]:
    """The schedules of one list by the day they hold from. What is wrong is added to the findings of `source`, by its line."""
    try:
        if path.stat().st_size > LARGEST_LIST:
            source.add((), f"the file is larger than {LARGEST_LIST:,} bytes; a refund has a few steps")
            return ()
        reader = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""), strict=True)
        given = [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        source.add((), f"the refund schedule cannot be read as CSV in UTF-8 ({type(error).__name__})")
        return ()
    if not given or tuple(reader.fieldnames or ()) != COLUMNS:
        source.findings = [Finding(source.file, 1, f"a refund schedule needs the columns {', '.join(COLUMNS)}, and at least one step; write them")]
        return ()
    rows = [made for line, row in given if (made := _row(row, line, source)) is not None]
    found = [_version(list(steps), source) for _, steps in itertools.groupby(sorted(rows, key=lambda row: (row.valid_from, row.line)), key=lambda row: row.valid_from)]
    _one_after_the_other(found, rows, source)
    return tuple(found)


def _row(row: dict[str | Any, Any], line: int, source: Source) -> _Row | None:
    """One row, or None with what is wrong in it."""
    text = {name: (row.get(name) or "").strip() for name in COLUMNS}
    wrong = [f"'{text[name]}' in {name} is not {what}" for name, pattern, what in FORMS if not re.fullmatch(pattern, text[name])]
    days = [_day(text[name], line, source) if text[name] else None for name in ("valid_from", "valid_to")]
    if None in row:
        wrong.append("this row has more cells than the list has columns; put quotes around a source with a comma in it")
    for words in wrong:
        source.add_on(line, words)
    if wrong or days[0] is None:
        return None
    level = int(text["price_level"]) if text["price_level"] else None
    if (text["by"] == "amount_a_year") != (level is not None):
        source.add_on(line, "a refund by amount has its 'price_level', and one by week has none; write it as its kind asks")
    return _Row(line, text["by"], Decimal(text["at"]), Decimal(text["share"]), days[0], days[1], level, text["source"])


FORMS = (
    ("by", "week|amount_a_year", "a way to refund; write week or amount_a_year"),
    ("at", r"[0-9]{1,12}(\.[0-9]{1,2})?", "a week or an amount; write digits, as 5 or 860000.00"),
    ("share", r"0(\.[0-9]+)?|1(\.0+)?", "a share; write it from 0.0 to 1.0, as 0.40"),
    ("valid_from", r"\d{4}-\d{2}-\d{2}", "a day; write YYYY-MM-DD"),
    ("valid_to", r"(\d{4}-\d{2}-\d{2})?", "a day; write YYYY-MM-DD, or nothing"),
    ("price_level", r"(2[01]\d{2})?", "a year; write it as 2022, or nothing"),
    ("source", r".+", "a source; say who says so"),
)


def _day(text: str, line: int, source: Source) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        source.add_on(line, f"'{text}' is not a date that exists; write YYYY-MM-DD")
        return None


def _version(rows: list[_Row], source: Source) -> Refunding:
    first = rows[0]
    for earlier, later in itertools.pairwise(rows):
        if later.at <= earlier.at:
            source.add_on(later.line, f"the step at {later.at} does not lie above {earlier.at}, the one before it; put the steps of {first.valid_from} in their order")
        if (later.by, later.valid_to, later.price_level) != (first.by, first.valid_to, first.price_level):
            source.add_on(later.line, f"the steps that hold from {first.valid_from} are of one kind, end on one day and have one price level; write the same for each")
    if first.by == "week" and (first.at != 1 or any(row.at != int(row.at) for row in rows)):
        source.add_on(first.line, "weeks of a course are whole numbers, and the first step is that of week 1; write a share of 0.0 where nothing is refunded yet")
    by: By = "week" if first.by == "week" else "amount_a_year"
    return Refunding(by, first.valid_from, first.valid_to, first.price_level, tuple((row.at, row.share) for row in rows), first.source)


def _one_after_the_other(found: list[Refunding], rows: list[_Row], source: Source) -> None:
    """One schedule ends before the next holds, and all of a list are of one kind."""
    for earlier, later in itertools.pairwise(found):
        line = next(row.line for row in rows if row.valid_from == later.valid_from)
        if earlier.valid_to is None or earlier.valid_to >= later.valid_from:
            source.add_on(line, f"two schedules hold on {later.valid_from}; let the earlier one end before that day")
        if earlier.by != later.by:
            source.add_on(line, "the schedules of one list are by week, or by amount; write the others in a list of their own")
