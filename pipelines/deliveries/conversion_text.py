"""Text as whole numbers, numbers and dates, strictly and in one way of writing: of a file for its numbers, of a column for its dates.

A value that can be read in two ways is not taken: `1.234` is a number of a file whose other numbers have a point before their decimals
and none a comma, and else a reject. Nothing here depends on where one batch ends and the next begins: the way is taken from the first
values that show one, and when all were seen and show another, the file is read again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

WHOLE = r"^[+-]?[0-9]+(?:[.,]0{1,2})?$"
"""A whole number, also as other tools write it in a column with gaps. Three noughts after a mark may be thousands."""
PLAIN = {".": r"^[+-]?[0-9]+(?:\.[0-9]{1,6})?$", ",": r"^[+-]?[0-9]+(?:,[0-9]{1,6})?$"}
GROUPED = r"^[+-]?[1-9][0-9]{0,2}(?:(?:\.[0-9]{3})+,[0-9]{1,6}|(?:\.[0-9]{3}){2,})$"
UNCLEAR = r"^[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}$"
"""Decimals, or thousands: nobody can say."""
MONTHS = "JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC"
DAYS = (
    ("%Y-%m-%d", r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
    ("%d-%m-%Y", r"^[0-9]{2}-[0-9]{2}-[0-9]{4}$"),
    ("%d.%m.%Y", r"^[0-9]{2}\.[0-9]{2}\.[0-9]{4}$"),
    ("%d%b%Y", rf"^(?i)[0-9]{{2}}(?:{MONTHS})[0-9]{{4}}$"),
)
MIDNIGHT = r"^([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]00:00:00(?:\.0{1,9})?$"
"""A moment that is a day, which can be read in one way alone and says nothing of how the other dates are written."""
NUMBER = pl.Decimal(38, 6)


@dataclass
class NumberWriting:
    """Which mark stands before the decimals of a file's numbers. `counts` has the cells with each mark, `shown` the marks that stand where
    they cannot set thousands apart. `assumed` is the mark that is taken, and whether it is the only one shown; None while there is none."""

    assumed: tuple[str, bool] | None = None
    counts: dict[str, int] = field(default_factory=lambda: {".": 0, ",": 0})
    shown: set[str] = field(default_factory=set)

    def settled(self) -> tuple[str, bool] | None:
        """What all cells together say."""
        if not self.counts["."] + self.counts[","]:
            return None
        most = "," if self.counts[","] > self.counts["."] else "."
        return (min(self.shown), True) if len(self.shown) == 1 else (most, False)

    def assume(self, texts: Sequence[pl.Series]) -> None:
        """Take the mark that the columns of a batch show, when none is taken yet."""
        if self.assumed is None:
            seen = NumberWriting()
            for text in texts:
                seen.note(text.str.strip_chars())
            self.assumed = seen.settled()

    def note(self, text: pl.Series) -> None:
        """Count the cells of either mark."""
        is_grouped, is_unclear = text.str.contains(GROUPED), text.str.contains(UNCLEAR)
        for mark in ".,":
            is_marked = text.str.contains(PLAIN[mark]) & text.str.contains(mark, literal=True)
            if mark == ",":
                is_marked = is_marked | is_grouped
            self.counts[mark] += _count(is_marked)
            if (is_marked & ~is_unclear).any():
                self.shown.add(mark)

    def convert(self, text: pl.Series) -> tuple[pl.Series, pl.Series | None]:
        """Numbers, to six decimals, and a mask of the cells that are none; None when all are."""
        mark, is_clear = self.assumed or (".", False)
        text, is_plain = shaped(text, PLAIN[mark])
        given = text.len() - text.null_count()
        if is_clear and _count(is_plain) == given:
            self.counts[mark] += _count(text.str.contains(mark, literal=True))
            self.shown.add(mark)
            made = text.str.replace(",", ".", literal=True).cast(NUMBER, strict=False) if mark == "," else text.cast(NUMBER, strict=False)
        else:
            self.note(text)
            is_taken = is_plain if is_clear else is_plain & ~text.str.contains(UNCLEAR)
            is_taken = is_taken | text.str.contains(GROUPED) if mark == "," else is_taken
            made = _plain(only(text, is_taken), mark).cast(NUMBER, strict=False)
        return made, lost(text, made)


def _plain(text: pl.Series, mark: str) -> pl.Series:
    """With a point before the decimals, and nothing between thousands."""
    return text.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True) if mark == "," else text


@dataclass
class DateWriting:
    """How the dates of a column are written, by its place in DAYS. `counts` has the cells of each way."""

    assumed: int | None = None
    counts: list[int] = field(default_factory=lambda: [0] * len(DAYS))

    def settled(self) -> int | None:
        """The way in which most cells are written."""
        return self.counts.index(max(self.counts)) if any(self.counts) else None

    def convert(self, text: pl.Series) -> tuple[pl.Series, pl.Series | None]:
        """Dates, and a mask of the cells that are none in this way of writing; None when all are."""
        if self.assumed is None:
            self._assume(text.str.strip_chars())
        way = self.assumed or 0
        text, is_shaped = shaped(text, DAYS[way][1])
        made = only(text, is_shaped).str.to_date(DAYS[way][0], strict=False, exact=True)
        self.counts[way] += made.len() - made.null_count()
        if made.null_count() > text.null_count():
            moments = only(text, text.str.contains(MIDNIGHT)).str.slice(0, 10).str.to_date(DAYS[0][0], strict=False, exact=True)
            rest = text.filter(made.is_null())
            for other in range(len(DAYS)):
                self.counts[other] += _days(rest, other) if other != way else 0
            made = made.zip_with(made.is_not_null(), moments)
        return made, lost(text, made)

    def _assume(self, text: pl.Series) -> None:
        self.assumed = DateWriting(None, [_days(text, way) for way in range(len(DAYS))]).settled()


def _days(text: pl.Series, way: int) -> int:
    """How many cells are a date in one way of writing."""
    written = text.filter(text.str.contains(DAYS[way][1]))
    return written.len() - written.str.to_date(DAYS[way][0], strict=False, exact=True).null_count() if written.len() else 0


def whole_numbers(text: pl.Series) -> tuple[pl.Series, pl.Series | None]:
    """Whole numbers, and a mask of the cells that are none; None when all are."""
    text, is_whole = shaped(text, WHOLE)
    plain = text.str.contains(r"[.,]").any()
    digits = only(text, is_whole)
    made = (digits.str.extract(r"^([+-]?[0-9]+)") if plain else digits).cast(pl.Int64, strict=False)
    return made, lost(text, made)


def shaped(text: pl.Series, shape: str) -> tuple[pl.Series, pl.Series]:
    """The text without spaces around it and with nothing where it has nothing else, and which of it has a shape."""
    fits = text.str.contains(shape)
    if _count(fits) < text.len() - text.null_count():
        text = trimmed(text)
        fits = text.str.contains(shape)
    return text, fits


def trimmed(text: pl.Series) -> pl.Series:
    """Without spaces around; text of nothing else is nothing."""
    text = text.str.strip_chars()
    return text.set(text == "", None)


def only(text: pl.Series, mask: pl.Series) -> pl.Series:
    """The text where the mask is true, and nothing elsewhere."""
    return text if _count(mask) == text.len() - text.null_count() else text.set(~mask, None)


def lost(given: pl.Series, made: pl.Series) -> pl.Series | None:
    """Which cells were given and are nothing now; None when no cell is."""
    return given.is_not_null() & made.is_null() if made.null_count() > given.null_count() else None


def _count(mask: pl.Series) -> int:
    return int(mask.sum())
