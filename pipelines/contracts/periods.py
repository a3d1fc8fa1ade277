"""Reference periods: what a delivery, or a row of one, says it is of, as the days that it stands for.

Written as a year (`2025`), half-year (`2025H1`), quarter (`2025Q4`), month (`2025-06`), ISO week (`2025W23`), school year
(`2024/2025`, from 1 August to 31 July) or two dates (`2025-01-01/2025-03-31`); a single date is the last day of a period as long as
the register's frequency.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

YEAR, HALF, QUARTER, MONTH, SCHOOL_YEAR_BEGINS = 12, 6, 3, 1, 8
LAST_MONTH = 12
_PART_OF_YEAR = re.compile(r"(\d{4})(?:(H)([12])|(Q)([1-4])|-(0[1-9]|1[0-2]))?", re.ASCII)
_WEEK = re.compile(r"(\d{4})W(\d{2})", re.ASCII)
_SCHOOL_YEAR = re.compile(r"(\d{4})/(\d{4})", re.ASCII)


@dataclass(frozen=True, order=True)
class Span:
    """The days of a period: from `start` up to, and not including, `end`."""

    start: dt.date
    end: dt.date

    def overlaps(self, other: Span) -> bool:
        return self.start < other.end and other.start < self.end

    def covers(self, other: Span) -> bool:
        return self.start <= other.start and other.end <= self.end


def span_of(text: str, months: int | None = None, days: int | None = None) -> Span | None:
    """The days that a reference period stands for, or None when it is not one. `months` or `days` is how long a period is that is written
    as its last day."""
    try:
        return _part_of_year(text) or _week(text) or _school_year(text) or _dates(text) or _ending(text, months, days)
    except (ValueError, OverflowError):
        return None


def months_after(day: dt.date, months: int) -> dt.date:
    """The first of the month `months` months after the month of `day`; earlier when negative."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, 1)


def _months(year: int, first: int, count: int) -> Span:
    start = dt.date(year, first, 1)
    return Span(start, months_after(start, count))


def _part_of_year(text: str) -> Span | None:
    found = _PART_OF_YEAR.fullmatch(text)
    if found is None:
        return None
    year, _, half, _, quarter, month = found.groups()
    if half:
        return _months(int(year), HALF * (int(half) - 1) + 1, HALF)
    if quarter:
        return _months(int(year), QUARTER * (int(quarter) - 1) + 1, QUARTER)
    return _months(int(year), int(month), MONTH) if month else _months(int(year), 1, YEAR)


def _week(text: str) -> Span | None:
    found = _WEEK.fullmatch(text)
    if found is None:
        return None
    monday = dt.date.fromisocalendar(int(found[1]), int(found[2]), 1)
    return Span(monday, monday + dt.timedelta(weeks=1))


def _school_year(text: str) -> Span | None:
    found = _SCHOOL_YEAR.fullmatch(text)
    return _months(int(found[1]), SCHOOL_YEAR_BEGINS, YEAR) if found and int(found[2]) == int(found[1]) + 1 else None


def _dates(text: str) -> Span | None:
    first, slash, last = text.partition("/")
    if not slash:
        return None
    span = Span(dt.date.fromisoformat(first), dt.date.fromisoformat(last) + dt.timedelta(days=1))
    return span if span.start < span.end else None


def _ending(text: str, months: int | None, days: int | None) -> Span | None:
    """The period that ends on a day: of whole months when the day is the last of one."""
    end = dt.date.fromisoformat(text) + dt.timedelta(days=1)
    if months and end.day == 1:
        return Span(months_after(end, -months), end)
    return Span(end - dt.timedelta(days=days or 1), end) if not months else None


def missing_between(spans: list[Span]) -> list[Span]:
    """The days between the first period and the last that belong to none, in order."""
    missing: list[Span] = []
    ordered = sorted(spans)
    reached = ordered[0].end if ordered else dt.date.min
    for span in ordered:
        if span.start > reached:
            missing.append(Span(reached, span.start))
        reached = max(reached, span.end)
    return missing
