"""The CPR guard: no delivered column that holds CPR numbers gets in. It says how many cells look like one, and never which.

What decides, in plain words:

- **Sure.** A date and a serial set apart by a dash or spaces, in digits, dashes and spaces of any script, and a number that is called
  cpr, pnr or person number where it stands, count wherever they are: one such cell in a million is enough.
- **Ten digits in a row** alone, or nine where the leading nought may be lost, can be anything else: an amount, a number of a workplace,
  a pseudonym. They are judged together, by the different ones of a column. In a column of CPR numbers nearly all have a date; of random
  numbers 3.65 in a hundred have. So they are CPR numbers when more than half have a date. A single one in a column of other things is all
  there is, so it is one: shape is alien there.
- **Modulus 11 supports.** Where ten-digit numbers stand among other plain numbers, where they all share one day of the month (numbers in
  sequence, workplaces from 1 000 000 000 on) or where all have lost a nought, most check digits must be right too. And where fewer than
  half have a date, far more right check digits among those than chance gives (or than those without a date have) show real
  numbers between pseudonyms.
- A few CPR numbers between a million random ten-digit numbers look like any others. Nothing can find them, and nothing here claims to.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from pipelines.deliveries.cpr import BORN, NAMING, SURE, UUID, Mask, Numbers, anything_has_cpr, folded, have_checks, have_dates, text_has_cpr

__all__ = ["Sample", "Suspects", "anything_has_cpr", "can_be_searched", "cells_with_cpr", "names_a_person", "suspects_in", "text_has_cpr"]

SHORTEST = 9
"""The fewest characters that can hold one: ten digits of which the leading nought was lost."""
APART = r"[-_./\s\p{Pd}\u2212\u2043]"
CANDIDATE = rf"[0-9]{{6}}{APART}{{1,7}}[0-9]{{4}}|[0-9]{{9}}|[0-9]{{2}}{APART}[0-9]{{2}}{APART}[0-9]{{2}}{APART}{{1,7}}[0-9]{{4}}|[\p{{N}}\p{{Cf}}--[0-9]]"
IN_A_KEY = rf"(?:{SURE}|^\s*{BORN}[-_./\s]{{1,3}}[0-9]{{4}}\s*$)"
WHOLE = r"^\s*([0-9]{9,10})(?:[.,]0+)?\s*$"
CUT = r"^\s*([0-9]{6})[-_./\s]{1,3}([0-9]{4})\s*$"
PLAIN_NUMBER = r"^\s*[+-]?[0-9]+(?:[.,][0-9]+)?\s*$"
OTHER_NUMBER = r"^\s*(?:-[0-9]+|[+-]?[0-9]{0,9}[.,][0-9]+|[+-]?[0-9]+[.,][0-9]{1,9})\s*$"
WORKPLACES = (1_000_000_000, 1_030_999_999)
SHORT, LONG = 10**8, 10**10
LOOKED_AT = 32
MOST_KEPT = 1 << 16
FEW_VALUES = 1 << 10
ENOUGH_TO_COMPARE = 50
A_FEW = 3
MANY, SPREAD = 8, 6
"""So many numbers with a date, on so many days of the month, need no right check digits: no other numbers are like that."""


class Sample:
    """At most MOST_KEPT different numbers of all that were given; which ones are kept depends on the numbers alone. Never shown."""

    def __init__(self, numbers: Numbers | None = None) -> None:
        self.numbers: Numbers = _different(numbers) if numbers is not None else np.empty(0, dtype=np.int64)
        if self.numbers.size > MOST_KEPT:
            mixed = self.numbers.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
            mixed = (mixed ^ (mixed >> np.uint64(31))) * np.uint64(0xBF58476D1CE4E5B9)
            self.numbers = self.numbers[np.argpartition(mixed ^ (mixed >> np.uint64(29)), MOST_KEPT)[:MOST_KEPT]]

    def __add__(self, other: Sample) -> Sample:
        if not other.numbers.size or not self.numbers.size:
            return self if self.numbers.size else other
        return Sample(np.concatenate([self.numbers, other.numbers]))


def _different(numbers: Numbers) -> Numbers:
    """Each number once, sorted: ten times as fast as the library's own way."""
    ordered = np.sort(numbers)
    return ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])] if ordered.size else ordered


@dataclass(frozen=True, eq=False)
class Suspects:
    """Cells of a column, or of some of its rows, by how they look like CPR numbers. The parts of a column add up to it.

    `sure` cells count wherever they are; `tens` and `nines` are the cells of ten or nine digits that have a date, `words` those with such ten
    digits in longer text; all such numbers, with a date or not, are sampled. `looked_at` cells were neither, and `plain` of those were plain numbers.
    """

    given: int = 0
    sure: int = 0
    tens: int = 0
    nines: int = 0
    words: int = 0
    looked_at: int = 0
    plain: int = 0
    is_key: bool = False
    ten_digits: Sample = field(default_factory=Sample, repr=False)
    nine_digits: Sample = field(default_factory=Sample, repr=False)
    word_digits: Sample = field(default_factory=Sample, repr=False)

    def __add__(self, other: Suspects) -> Suspects:
        return Suspects(
            self.given + other.given,
            self.sure + other.sure,
            self.tens + other.tens,
            self.nines + other.nines,
            self.words + other.words,
            self.looked_at + other.looked_at,
            self.plain + other.plain,
            self.is_key or other.is_key,
            self.ten_digits + other.ten_digits,
            self.nine_digits + other.nine_digits,
            self.word_digits + other.word_digits,
        )

    def cells(self) -> int:
        """How many cells look like one."""
        words = self.words if are_cpr(self.word_digits.numbers, is_supported=True) else 0
        return self.sure + words + self._whole_cells()

    def _whole_cells(self) -> int:
        """How many cells of nothing but ten or nine digits are CPR numbers."""
        among_numbers = not self.is_key and self.looked_at > 0 and 2 * self.plain >= self.looked_at
        all_digits = (self.ten_digits + self.nine_digits).numbers
        if self.is_key:
            return self.tens + self.nines if are_cpr(all_digits, is_supported=True, is_key=True) else 0
        if self.tens and are_cpr(all_digits if among_numbers else self.ten_digits.numbers, is_supported=not among_numbers):
            return self.tens + self.nines
        has_tens = bool(self.ten_digits.numbers.size)
        return self.nines if not has_tens and are_cpr(self.nine_digits.numbers, is_supported=False, can_be_many=False) else 0


def are_cpr(numbers: Numbers, *, is_supported: bool, can_be_many: bool = True, is_key: bool = False) -> bool:
    """Whether different numbers of up to ten digits are CPR numbers, or have such among them. `is_supported` says that dates alone are
    enough where most have one; `can_be_many`, that many of them on many days are. No workplace stands where a person key does."""
    dated, checked = have_dates(numbers), have_checks(numbers)
    count, right = int(dated.sum()), int((dated & checked).sum())
    if not count:
        return False
    others = numbers.size - count
    chance = max(1 / 11, float(checked[~dated].mean()) if others >= ENOUGH_TO_COMPARE else 0.0)
    if right - count * chance > 3 + 4 * math.sqrt(count * chance * (1 - chance)):
        return True
    if 2 * count <= numbers.size:
        return False
    days = np.unique(numbers[dated] // 10**8).size
    if days == 1 and (numbers.size >= A_FEW or (not is_key and bool(((numbers >= WORKPLACES[0]) & (numbers <= WORKPLACES[1])).all()))):
        return 2 * right > count
    return is_supported or 2 * right >= count or (can_be_many and count >= MANY and days >= SPREAD)


def names_a_person(name: str) -> bool:
    """Whether a column, by its name, is one of person numbers."""
    return re.search(NAMING, name.lower()) is not None


def cells_with_cpr(column: pl.Series, *, is_person_key: bool) -> int:
    """How many cells of a column look like a CPR number."""
    return suspects_in(column, is_person_key=is_person_key).cells()


def suspects_in(column: pl.Series, *, is_person_key: bool) -> Suspects:
    """What `cells_with_cpr` rests on: text, categories and numbers are searched. Dates and other types hold none.

    Numbers with decimals are looked at where all of a column's are whole, as they are when a column with gaps was an integer one.
    """
    kind = column.dtype
    if kind.is_integer():
        return _in_numbers(column.drop_nulls(), is_person_key)
    if kind.is_float() or kind.is_decimal():
        given = column.drop_nulls()
        given = given.filter(given.is_finite()) if kind.is_float() else given
        is_whole = bool((given == given.floor()).all())
        return _in_numbers(given.filter(given.is_between(0, LONG)).cast(pl.Int64), is_person_key) if is_whole else Suspects(given.len(), is_key=is_person_key)
    if kind in (pl.Categorical, pl.Enum):
        column = column.cast(pl.String)
    return _in_text(column.drop_nulls(), is_person_key) if column.dtype == pl.String else Suspects()


def _in_numbers(given: pl.Series, is_key: bool) -> Suspects:
    largest = given.max()
    if not isinstance(largest, int) or largest < SHORT:
        return Suspects(given=given.len(), looked_at=given.len(), plain=given.len(), is_key=is_key)
    near = given.cast(pl.Int64, strict=False).drop_nulls()
    near = near.filter(near.is_between(SHORT, LONG, closed="left"))
    others = given.len() - near.len()
    numbers = near.to_numpy()
    is_nine = numbers < SHORT * 10
    return _digits(numbers, is_nine, np.empty(0, dtype=np.int64)) + Suspects(given=given.len(), looked_at=others, plain=others, is_key=is_key)


def _digits(numbers: Numbers, is_nine: Mask, words: Numbers) -> Suspects:
    """What whole cells of digits, and words of ten digits in other cells, are suspected of."""
    tens, nines = numbers[~is_nine], numbers[is_nine]
    dated = [int(have_dates(part).sum()) for part in (tens, nines, words)]
    return Suspects(tens=dated[0], nines=dated[1], words=dated[2], ten_digits=Sample(tens), nine_digits=Sample(nines), word_digits=Sample(words))


def _in_text(given: pl.Series, is_key: bool) -> Suspects:
    """Text too short to hold one is not searched, and of few different texts each is searched once: all that codes cost."""
    other = [text for text in given.head(LOOKED_AT).to_list() if not re.match(WHOLE, text)]
    seen = Suspects(given=given.len(), looked_at=len(other), plain=sum(re.match(PLAIN_NUMBER, text) is not None for text in other), is_key=is_key)
    lengths = given.str.len_bytes()
    longest = lengths.max()
    if not isinstance(longest, int) or longest < SHORTEST:
        return seen
    found = _candidates(given.filter(lengths >= SHORTEST))
    if not found.len():
        return seen
    found = _readable(found)
    digits = found.str.extract(WHOLE)
    rest = found.filter(digits.is_null())
    is_sure = rest.str.contains(IN_A_KEY if is_key else SURE)
    rest = rest.filter(~is_sure)
    cut = rest.str.replace(CUT, "${1}${2}").str.extract(WHOLE)
    whole = digits.drop_nulls().append(cut.drop_nulls())
    is_nine = (whole.str.len_bytes() == SHORTEST).to_numpy()
    return seen + Suspects(sure=int(is_sure.sum())) + _digits(whole.cast(pl.Int64).to_numpy(), is_nine, _in_words(rest.filter(cut.is_null())))


def _candidates(long: pl.Series) -> pl.Series:
    head = long.head(FEW_VALUES)
    if head.len() == FEW_VALUES and head.n_unique() <= FEW_VALUES // 4:
        values = long.unique()
        if values.len() <= FEW_VALUES:
            found = values.filter(values.str.contains(CANDIDATE))
            return long.filter(long.is_in(found.implode())) if found.len() else found
    return long.filter(long.str.contains(CANDIDATE))


def _readable(found: pl.Series) -> pl.Series:
    """Digits and dashes of other scripts as plain ones, and identifiers whose groups can look like a number by chance taken out."""
    foreign = found.filter(found.str.len_bytes() != found.str.len_chars()).unique()
    if foreign.len():
        plain = {text: folded(text) for text in foreign.to_list()}
        found = found.replace(plain)
    return found.str.replace_all(UUID, "|")


def _in_words(text: pl.Series) -> Numbers:
    """The ten-digit numbers that stand as words of their own in longer text, at most one of each cell: the first with a date, if any has."""
    runs = text.filter(~text.str.contains(OTHER_NUMBER)).str.replace_all("_", " ", literal=True).str.extract_all(r"\b[0-9]{10}\b")
    runs = runs.filter(runs.list.len() > 0)
    if not runs.len():
        return np.empty(0, dtype=np.int64)
    cells = pl.DataFrame({"cell": np.arange(runs.len()), "number": runs}).explode("number").with_columns(pl.col("number").cast(pl.Int64))
    cells = cells.with_columns(dated=pl.Series(have_dates(cells["number"].to_numpy())))
    return cells.sort("cell", "dated", descending=[False, True], maintain_order=True).unique("cell", keep="first", maintain_order=True)["number"].to_numpy()


def can_be_searched(column: pl.Series) -> bool:
    """Whether every value of a column is one the guard looks at, or of a type that cannot hold a CPR number."""
    return not column.dtype.is_nested() and column.dtype not in (pl.Binary, pl.Object, pl.Unknown)
