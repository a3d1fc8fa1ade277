"""The layout every staged spell has, and arithmetic on it.

A spell is (person_id, start_day, end_day), half-open `[start, end)`; a day is the number of days since 1970-01-01. Spells are stored
sorted by shard, person and start, where the shard is `person_id % SHARDS`: units fall into shards whole, so that any indicator may
run a shard at a time.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from indicators.ordered import in_order, summed

SHARDS = 16
EPOCH = dt.date(1970, 1, 1)
SPELL_KEY = ("person_id", "start_day", "end_day")
SPELL_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {"person_id": pl.Int32, "start_day": pl.Int32, "end_day": pl.Int32}
_PERSON_WIDTH = 1 << 20
_BASE = pl.col("person_id").cast(pl.Int64) * _PERSON_WIDTH
"""Where a person's own stretch begins on the one line that everybody's days are put on."""


def day_number(day: dt.date) -> int:
    """Days from 1970-01-01 to `day`."""
    return (day - EPOCH).days


def day_of(number: int) -> dt.date:
    """The date `number` days after 1970-01-01."""
    return EPOCH + dt.timedelta(days=number)


def days_inside(spells: pl.LazyFrame, windows: pl.LazyFrame) -> pl.LazyFrame:
    """Days of each person's window that at least one spell covers; overlapping spells count once.

    `spells`: SPELL_KEY, in any order. `windows`: person_id, window_start, window_end, one row a person.
    Returns one row a person with a spell inside the window, sorted by person: person_id, days (Int64). One running maximum over
    person-offset days does the union, so no group needs one of its own.
    """
    line = _along_one_line(spells, windows).with_columns(reached=pl.col("b").cum_max().shift())
    return summed(line, {"days": (pl.col("b") - pl.max_horizontal("a", "reached")).clip(lower_bound=0)})


def unbroken(spells: pl.LazyFrame, windows: pl.LazyFrame) -> pl.LazyFrame:
    """The days of each person's window that at least one spell covers, as spells that are as long as they can be: what overlaps or touches
    is one. Arguments as for `days_inside`. Returns SPELL_SCHEMA, sorted by person and start."""
    reached = pl.col("b").cum_max().shift()
    return (
        _along_one_line(spells, windows)
        .with_columns(number=((pl.col("a") > reached) | reached.is_null()).cum_sum())
        .group_by("number", maintain_order=True)
        .agg(pl.col("person_id").first(), pl.col("a").first(), pl.col("b").max())
        .select("person_id", start_day=(pl.col("a") - _BASE).cast(pl.Int32), end_day=(pl.col("b") - _BASE).cast(pl.Int32))
    )


def without(spells: pl.LazyFrame, others: pl.LazyFrame) -> pl.LazyFrame:
    """The days of `spells` that no spell of `others` covers. Both as `unbroken` gives them, and so is what is returned.

    Each beginning and end is a step of one; what both have begun so far is a running sum over all people, since each person's steps add up
    to nought.
    """
    steps = [_step(spells, "start_day", 1, 0), _step(spells, "end_day", -1, 0), _step(others, "start_day", 0, 1), _step(others, "end_day", 0, -1)]
    line = pl.concat(steps).group_by("person_id", "at").agg(pl.col("own", "other").sum()).sort("at")
    return (
        line.with_columns(pl.col("own", "other").cum_sum(), until=pl.col("at").shift(-1))
        .filter((pl.col("own") > 0) & (pl.col("other") == 0))
        .select("person_id", start_day=(pl.col("at") - _BASE).cast(pl.Int32), end_day=(pl.col("until") - _BASE).cast(pl.Int32))
    )


def _along_one_line(spells: pl.LazyFrame, windows: pl.LazyFrame) -> pl.LazyFrame:
    """person_id, a, b: the spells cut to their windows, sorted, each person's days moved to a stretch of one line of their own."""
    inside = spells.join(windows, on="person_id", maintain_order="left")
    cut = inside.select("person_id", a=pl.max_horizontal("start_day", "window_start"), b=pl.min_horizontal("end_day", "window_end"))
    return in_order(cut.filter(pl.col("a") < pl.col("b")), "a").with_columns(a=_BASE + pl.col("a"), b=_BASE + pl.col("b"))


def _step(spells: pl.LazyFrame, column: str, own: int, other: int) -> pl.LazyFrame:
    return spells.select("person_id", at=_BASE + pl.col(column), own=pl.lit(own, dtype=pl.Int64), other=pl.lit(other, dtype=pl.Int64))
