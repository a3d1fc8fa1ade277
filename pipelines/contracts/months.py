"""Monthly columns of a wide register: which month a column's name says, which months are missing between two of them, and which ISO weeks
belong to a month.

A template such as `branche_yyyy_mm` names one column a month. A week belongs to the month in which its Thursday lies, which is the month
that has the most days of it; so a month is a run of whole ISO weeks.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

MONTHS_END = "yyyy_mm"
DECEMBER = 12
THURSDAY = 4


class Month(NamedTuple):
    """One month. Months sort by time, and are written `2025-11`."""

    year: int
    number: int

    @property
    def monday(self) -> dt.date:
        """The Monday of the first week whose Thursday lies in the month: at most three days before it begins, at most three after."""
        first = dt.date(self.year, self.number, 1)
        return first + dt.timedelta(days=(THURSDAY - first.isoweekday()) % 7 - THURSDAY + 1)

    @property
    def sunday(self) -> dt.date:
        """The last day of the last week whose Thursday lies in the month."""
        return month_after(self).monday - dt.timedelta(days=1)

    def __str__(self) -> str:
        return f"{self.year}-{self.number:02}"


def month_after(month: Month) -> Month:
    return Month(month.year, month.number + 1) if month.number < DECEMBER else Month(month.year + 1, 1)


def month_of(template: str, name: str) -> Month | None:
    """The month that a lower-case column name says by `template`, or None when it is not of that form.

    Raises ValueError, in words, for digits that name no month: month 13, or the year 0.
    """
    found = re.fullmatch(re.escape(template.removesuffix(MONTHS_END)) + "([0-9]{4})_([0-9]{2})", name, re.ASCII)
    if found is None:
        return None
    year, number = int(found[1]), int(found[2])
    if not 1 <= number <= DECEMBER or not dt.MINYEAR < year < dt.MAXYEAR:
        raise ValueError(f"the column '{name}' names no month: months are 01 to 12 of a year of four digits")
    return Month(year, number)


def month_name(template: str, month: Month) -> str:
    """The column name of a month: what `month_of` reads."""
    return f"{template.removesuffix(MONTHS_END)}{month.year:04}_{month.number:02}"


def months_missing_between(months: Iterable[Month]) -> list[tuple[Month, Month]]:
    """The runs of months that are missing between the first and the last, each as its first and last month, in order."""
    return [(month_after(earlier), _month_before(later)) for earlier, later in pairwise(sorted(set(months))) if month_after(earlier) != later]


def _month_before(month: Month) -> Month:
    return Month(month.year, month.number - 1) if month.number > 1 else Month(month.year - 1, DECEMBER)
