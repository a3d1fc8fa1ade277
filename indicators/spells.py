"""The layout every staged spell has, and arithmetic on it.

A spell is (person_id, start_day, end_day), half-open `[start, end)`; a day is the number of days since 1970-01-01. Spells are stored
sorted by shard, person and start, where the shard is `person_id % SHARDS`: units fall into shards whole, so that any indicator may
run a shard at a time.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

SHARDS = 16
EPOCH = dt.date(1970, 1, 1)
SPELL_KEY = ("person_id", "start_day", "end_day")
SPELL_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {"person_id": pl.Int32, "start_day": pl.Int32, "end_day": pl.Int32}
_PERSON_WIDTH = 1 << 20


def day_number(day: dt.date) -> int:
    """Days from 1970-01-01 to `day`."""
    return (day - EPOCH).days


def day_of(number: int) -> dt.date:
    """The date `number` days after 1970-01-01."""
    return EPOCH + dt.timedelta(days=number)


def days_inside(spells: pl.LazyFrame, windows: pl.LazyFrame) -> pl.LazyFrame:
    """Days of each person's window that at least one spell covers; overlapping spells count once.

    `spells`: SPELL_KEY, in any order. `windows`: person_id, window_start, window_end, one row a person.
    Returns one row a person with a spell inside the window, sorted by person: person_id, days (Int64). One sort on and one
    running maximum over person-offset days do the union, so no group needs either of its own.
    """
    base = pl.col("person_id").cast(pl.Int64) * _PERSON_WIDTH
    start = base + pl.max_horizontal("start_day", "window_start")
    end = base + pl.min_horizontal("end_day", "window_end")
    return (
        spells.join(windows, on="person_id", how="inner")
        .select("person_id", a=start, b=end)
        .filter(pl.col("a") < pl.col("b"))
        .sort("a")
        .with_columns(reached=pl.col("b").cum_max().shift())
        .select("person_id", days=(pl.col("b") - pl.max_horizontal("a", "reached")).clip(lower_bound=0))
        .group_by("person_id", maintain_order=True)
        .agg(pl.col("days").sum())
    )
