"""The CPR guard: no value, name or label that looks like a Danish civil registration number gets in.

A CPR number is DDMMYY-SSSS. Date validity and shape decide; a plain run of ten digits counts only where a person key stands, since
amounts and case numbers elsewhere are often ten digits long. Nothing here ever returns the value it found.
"""

from __future__ import annotations

import re

import polars as pl

DAY_AND_MONTH = "(?:0[1-9]|1[0-9]|2[0-8])(?:0[1-9]|1[0-2])|(?:29|30)(?:0[13-9]|1[0-2])|31(?:0[13578]|1[02])"
LEAP_DAY = "2902(?:[02468][048]|[13579][26])"
BORN = f"(?:(?:{DAY_AND_MONTH})[0-9]{{2}}|{LEAP_DAY})"
SEPARATOR = r"(?:\s*[-\u2010-\u2015\u2212]\s*|\s)"
KEY_SEPARATOR = r"[-_./\s\u2010-\u2015\u2212]{0,3}"
PLAIN = rf"(?:^|[^0-9]){BORN}{SEPARATOR}?[0-9]{{4}}(?:[^0-9]|$)"
DASHED = rf"(?:^|[^0-9]){BORN}{SEPARATOR}[0-9]{{4}}(?:[^0-9]|$)"
WHOLE = rf"^\s*{BORN}{KEY_SEPARATOR}[0-9]{{4}}\s*$"
BARE = rf"^\s*{BORN}{SEPARATOR}?[0-9]{{4}}\s*$"
UUID = "(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


def text_has_cpr(text: str) -> bool:
    """Whether a file name, column name or label holds something of the dashed or plain shape with a date that exists."""
    return re.search(PLAIN, text) is not None


def cells_with_cpr(column: pl.Series, *, is_person_key: bool) -> int:
    """How many cells of a column of text or whole numbers look like a CPR number. Nulls and other types hold none.

    The groups of a UUID can look like one by chance and are never one.
    """
    text = _as_text(column, is_person_key=is_person_key)
    if text is None:
        return 0
    if is_person_key:
        text = pl.select(pl.when(text.str.contains(r"^[0-9]{9}$")).then(text.str.zfill(10)).otherwise(text)).to_series()
    pattern = f"{DASHED}|{WHOLE}" if is_person_key else f"{DASHED}|{BARE}" if _is_mostly(text, BARE) else DASHED
    suspects = text.filter(text.str.contains(pattern).fill_null(value=False)).str.replace_all(UUID, "|")
    return int(suspects.str.contains(pattern).sum())


def _is_mostly(text: pl.Series, pattern: str) -> bool:
    """Whether more than half of the cells with something in them match: a key under another name, not a number that happens to."""
    given = text.drop_nulls()
    return given.len() > 0 and 2 * int(given.str.contains(pattern).sum()) > given.len()


def _as_text(column: pl.Series, *, is_person_key: bool) -> pl.Series | None:
    if column.dtype.is_integer() and is_person_key:
        return column.cast(pl.String).str.zfill(10)
    if column.dtype in (pl.Categorical, pl.Enum):
        return column.cast(pl.String)
    return column if column.dtype == pl.String else None


def can_be_searched(column: pl.Series) -> bool:
    """Whether every value of a column is one the guard looks at, or of a type that cannot hold a CPR number."""
    return not column.dtype.is_nested() and column.dtype not in (pl.Binary, pl.Object, pl.Unknown)
