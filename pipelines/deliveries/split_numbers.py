"""CPR numbers cut in two: a birth date in one column, the serial in another. Neither column alone looks like anything."""

from __future__ import annotations

import polars as pl

from pipelines.deliveries.cpr import Numbers, have_checks, have_dates
from pipelines.deliveries.guard import Sample

MOST_PAIRS, LEAST_PAIRS, LEAST_SERIAL, NEARLY_ALL = 4_096, 4, 1_000, 0.9
BIRTHS = (
    (r"^([0-9]{5,6})$", "${1}"),
    (r"^([0-9]{2})[-./]?([0-9]{2})[-./]?(?:18|19|20)([0-9]{2})$", "${1}${2}${3}"),
    (r"^([0-9]{2})[-./]([0-9]{2})[-./]([0-9]{2})$", "${1}${2}${3}"),
    (r"^(?:18|19|20)([0-9]{2})[-./]?([0-9]{2})[-./]?([0-9]{2})$", "${3}${2}${1}"),
)


class SplitSearch:
    """Numbers cut in two: a birth date in one column and up to four digits of a serial in another, found by their check digits.

    The first rows of a delivery are looked at: of pairs that belong together nearly all have the check digit of a CPR number, of any other
    date and number one in eleven. Fewer than LEAST_PAIRS different pairs are not told apart from chance.
    """

    def __init__(self) -> None:
        self.rows = 0
        self.pairs: dict[tuple[int, int], Sample] = {}

    def add(self, batch: list[pl.Series]) -> None:
        left = MOST_PAIRS - self.rows
        if left <= 0 or not batch or not batch[0].len():
            return
        heads = [column.head(left) for column in batch]
        self.rows += heads[0].len()
        births = {place: made for place, column in enumerate(heads) if (made := _births(column)) is not None}
        serials = {place: made for place, column in enumerate(heads) if (made := _serials(column)) is not None} if births else {}
        for one, birth in births.items():
            for other, serial in serials.items():
                if one != other:
                    pairs = pl.select(number=birth * 10_000 + serial).to_series().drop_nulls().to_numpy()
                    self.pairs[one, other] = self.pairs.get((one, other), Sample()) + Sample(pairs)

    def found(self) -> list[tuple[int, int]]:
        """The places of the columns, birth date first, that together hold CPR numbers."""
        return [places for places, sample in self.pairs.items() if _belong_together(sample.numbers)]


def _belong_together(numbers: Numbers) -> bool:
    right = int((have_dates(numbers) & have_checks(numbers)).sum())
    return right >= LEAST_PAIRS and 2 * right > numbers.size


def _births(column: pl.Series) -> pl.Series | None:
    """DDMMYY of each row of a column of birth dates, written as six digits (five without the nought), as a whole date or as a date; else None."""
    if column.dtype in (pl.Date, pl.Datetime):
        return column.dt.strftime("%d%m%y").cast(pl.Int64)
    text = _short_text(column, 5, 10)
    if text is None:
        return None
    for shape, as_digits in BIRTHS:
        made = text.str.extract(shape, 0).str.replace(shape, as_digits)
        if made.len() - made.null_count() >= NEARLY_ALL * (text.len() - text.null_count()):
            numbers = made.cast(pl.Int64)
            dated = have_dates(numbers.drop_nulls().to_numpy() * 10_000)
            return numbers if dated.mean() >= NEARLY_ALL else None
    return None


def _serials(column: pl.Series) -> pl.Series | None:
    text = _short_text(column, 4, 4)
    if text is None or not text.str.contains(r"^\s*[0-9]{1,4}\s*$").all():
        return None
    numbers = text.str.strip_chars().cast(pl.Int64)
    return numbers if bool((numbers >= LEAST_SERIAL).any()) else None


def _short_text(column: pl.Series, least: int, most: int) -> pl.Series | None:
    """A column of text or whole numbers as text, when its longest value has from `least` to `most` characters."""
    if column.dtype.is_integer() or (column.dtype.is_float() and bool((column.is_null() | (column == column.floor())).all())):
        column = column.cast(pl.Int64, strict=False).cast(pl.String)
    if column.dtype != pl.String or column.null_count() == column.len():
        return None
    longest = column.str.len_bytes().max()
    return column if isinstance(longest, int) and least <= longest <= most else None
