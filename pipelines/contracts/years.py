"""Which year a day is in, where a contract has years of its own."""

from __future__ import annotations

import datetime as dt


def year_of(day: dt.date, begins: str) -> str:
    """The year that a day is in, named by the calendar year in which it begins on the day `begins` (MM-DD)."""
    return str(day.year - (f"{day:%m-%d}" < begins))
