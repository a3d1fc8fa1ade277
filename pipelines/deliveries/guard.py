"""The CPR guard: no value, name or label that looks like a Danish civil registration number gets in.

A CPR number is DDMMYY-SSSS. Date validity and shape decide; a plain run of ten digits counts only where a person key stands, since
amounts and case numbers elsewhere are often ten digits long. Nothing here ever returns the value it found.
"""

from __future__ import annotations

import datetime as dt
import re

import polars as pl

DASHED = r"(?:^|[^0-9])([0-9]{2})([0-9]{2})([0-9]{2})[- ][0-9]{4}(?:[^0-9]|$)"
PLAIN = r"^\s*([0-9]{2})([0-9]{2})([0-9]{2})[- ]?[0-9]{4}\s*$"
FEBRUARY, LEAP_DAY = 2, 29
DAYS_IN_MONTH = {1: 31, 2: 29, 3: 31, 4: 30, 5: 31, 6: 30, 7: 31, 8: 31, 9: 30, 10: 31, 11: 30, 12: 31}


def text_has_cpr(text: str) -> bool:
    """Whether a file name, column name or label holds something of the dashed or plain shape with a date that exists."""
    candidates = re.finditer(r"(?<![0-9])([0-9]{2})([0-9]{2})([0-9]{2})[- ]?[0-9]{4}(?![0-9])", text)
    return any(_is_date(int(found[1]), int(found[2]), int(found[3])) for found in candidates)


def _is_date(day: int, month: int, year: int) -> bool:
    try:
        dt.date(2000 + year if year % 4 == 0 else 2001, month, day)
    except ValueError:
        return False
    return True


def cells_with_cpr(column: pl.Series, *, is_person_key: bool) -> int:
    """How many cells of a column of text or whole numbers look like a CPR number. Nulls and other types hold none."""
    text = _as_text(column, is_person_key=is_person_key)
    if text is None:
        return 0
    parts = text.str.extract_groups(PLAIN if is_person_key else DASHED).struct
    day, month, year = (parts.field(str(index)).cast(pl.Int16) for index in (1, 2, 3))
    longest = month.replace_strict(DAYS_IN_MONTH, default=0, return_dtype=pl.Int16)
    has_day = (day < LEAP_DAY) | (month != FEBRUARY) | (year % 4 == 0)
    return int(((day >= 1) & (day <= longest) & has_day).fill_null(value=False).sum())


def _as_text(column: pl.Series, *, is_person_key: bool) -> pl.Series | None:
    if column.dtype.is_integer() and is_person_key:
        return column.cast(pl.String).str.zfill(10)
    return column if column.dtype == pl.String else None
