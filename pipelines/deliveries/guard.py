"""The CPR guard: no value, name or label that looks like a Danish civil registration number gets in.

A CPR number is DDMMYY-SSSS. Date validity and shape decide; a plain run of ten digits counts only where a person key stands, since
amounts and case numbers elsewhere are often ten digits long. Nothing here ever returns the value it found.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

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
SHORTEST = 9
"""The fewest characters that can hold one: ten digits of which the leading nought was lost."""
UUID = "(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


def text_has_cpr(text: str) -> bool:
    """Whether a file name, column name or label holds something of the dashed or plain shape with a date that exists."""
    return re.search(PLAIN, text) is not None


@dataclass(frozen=True)
class Suspects:
    """Cells of a column, or of some of its rows, by how they look like CPR numbers. The parts of a column add up to it."""

    given: int = 0
    sure: int = 0
    bare: int = 0
    any_shape: int = 0

    def __add__(self, other: Suspects) -> Suspects:
        return Suspects(self.given + other.given, self.sure + other.sure, self.bare + other.bare, self.any_shape + other.any_shape)

    def cells(self) -> int:
        """How many cells look like one. Plain runs of ten digits count once more than half of the given cells are such: a key under
        another name, not a number that happens to have the shape."""
        return self.any_shape if 2 * self.bare > self.given else self.sure


def cells_with_cpr(column: pl.Series, *, is_person_key: bool) -> int:
    """How many cells of a column of text or whole numbers look like a CPR number. Nulls and other types hold none."""
    return suspects_in(column, is_person_key=is_person_key).cells()


def suspects_in(column: pl.Series, *, is_person_key: bool) -> Suspects:
    """What `cells_with_cpr` rests on. The groups of a UUID can look like a number by chance and are never one.

    Text too short to hold one is not searched, which is all that short codes cost.
    """
    text = _as_text(column, is_person_key=is_person_key)
    if text is None:
        return Suspects()
    given, text = text.len() - text.null_count(), text.filter(text.str.len_bytes() >= SHORTEST)
    if is_person_key:
        text = pl.select(pl.when(text.str.contains(r"^[0-9]{9}$")).then(text.str.zfill(10)).otherwise(text)).to_series()
    pattern = f"{DASHED}|{WHOLE}" if is_person_key else f"{DASHED}|{BARE}"
    suspects = text.filter(text.str.contains(pattern)).str.replace_all(UUID, "|")
    found = int(suspects.str.contains(pattern).sum())
    if is_person_key:
        return Suspects(given, found, 0, found)
    return Suspects(given, int(suspects.str.contains(DASHED).sum()), int(suspects.str.contains(BARE).sum()), found)


def _as_text(column: pl.Series, *, is_person_key: bool) -> pl.Series | None:
    if column.dtype.is_integer() and is_person_key:
        return column.cast(pl.String).str.zfill(10)
    if column.dtype in (pl.Categorical, pl.Enum):
        return column.cast(pl.String)
    return column if column.dtype == pl.String else None


def can_be_searched(column: pl.Series) -> bool:
    """Whether every value of a column is one the guard looks at, or of a type that cannot hold a CPR number."""
    return not column.dtype.is_nested() and column.dtype not in (pl.Binary, pl.Object, pl.Unknown)
