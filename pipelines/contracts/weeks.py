"""Weekly columns of a wide register: which ISO week a column's name says, and which weeks are missing between two of them.

A template such as `y_yyww` names one column a week: two digits of the ISO year, two of the week. Weekly registers begin in 1991, so
91 to 99 are years of the twentieth century and all others of the twenty-first.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

TEMPLATE_END = "yyww"
FIRST_YEAR = 91
CENTURY = 100
IN_DECEMBER = 28
"""The day of December that lies in the last ISO week of its year, whatever the year."""


class Week(NamedTuple):
    """One ISO week. Weeks sort by time, and are written `2025-W11`."""

    year: int
    number: int

    @property
    def monday(self) -> dt.date:
        return dt.date.fromisocalendar(self.year, self.number, 1)

    @property
    def sunday(self) -> dt.date:
        return dt.date.fromisocalendar(self.year, self.number, 7)

    def __str__(self) -> str:
        return f"{self.year}-W{self.number:02}"


def weeks_in(year: int) -> int:
    """How many ISO weeks a year has: 52 or 53."""
    return dt.date(year, 12, IN_DECEMBER).isocalendar().week


def is_template(name: str) -> bool:
    """Whether a column's name in a contract says where year and week stand."""
    return name.count(TEMPLATE_END) == 1 and name.endswith(TEMPLATE_END) and name != TEMPLATE_END


def week_of(template: str, name: str) -> Week | None:
    """The week that a lower-case column name says by `template`, or None when it is not of that form.

    Raises ValueError, in words, for digits that name no week: week 53 of a year that has 52.
    """
    found = re.fullmatch(re.escape(template.removesuffix(TEMPLATE_END)) + "([0-9]{2})([0-9]{2})", name, re.ASCII)
    if found is None:
        return None
    digits, number = int(found[1]), int(found[2])
    year = digits + (19 if digits >= FIRST_YEAR else 20) * CENTURY
    if not 1 <= number <= weeks_in(year):
        raise ValueError(f"the column '{name}' names no ISO week: {year} has the weeks 1 to {weeks_in(year)}")
    return Week(year, number)


def week_name(template: str, week: Week) -> str:
    """The column name of a week: what `week_of` reads."""
    return f"{template.removesuffix(TEMPLATE_END)}{week.year % CENTURY:02}{week.number:02}"


def week_after(week: Week) -> Week:
    return Week(week.year, week.number + 1) if week.number < weeks_in(week.year) else Week(week.year + 1, 1)


def missing_between(weeks: Iterable[Week]) -> list[tuple[Week, Week]]:
    """The runs of weeks that are missing between the first and the last, each as its first and last week, in order."""
    every = sorted(set(weeks))
    found: list[tuple[Week, Week]] = []
    for earlier, later in pairwise(every):
        if week_after(earlier) != later:
            before = (later.monday - dt.timedelta(days=7)).isocalendar()
            found.append((week_after(earlier), Week(before.year, before.week)))
    return found
