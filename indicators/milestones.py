"""Milestones: how long somebody has stayed, by a clock that runs on over short gaps and begins again after a long one.

The conventions of a milestone chain. Months go by the calendar: the same day number, or the last day of a month that has no such day. A
gap is the days from an exit to the next entry; one of at most so many days is tolerated and the clock runs on, a longer one sets the clock
to the day of re-entry. A milestone is reached on its day by whoever stays on that day, and on the day of re-entry by whoever is then in a
tolerated gap. It is reached once: a clock that begins again takes nothing back, and the earlier milestones need not be reached again.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

ENTRY = 0
"""The month of the milestone that is the entry itself."""
OPEN_END = 1 << 18
"""The day number that stands for a stay without an end: later than any day that is counted."""
_PERSON_WIDTH = 1 << 20


def milestones(stays: pl.LazyFrame, windows: pl.LazyFrame, *, months: Sequence[int], tolerated_gap_days: int) -> pl.LazyFrame:
    """One row a person and milestone reached: person_id, month (Int32), reached_day and clock_day (Int32), sorted by person and month.

    `stays`: person_id, start_day, end_day, half-open, in any order; they may overlap, and one without an end goes on. `windows`:
    person_id, window_start, window_end, one row a person. Only days inside the window are looked at: whoever stays already when it opens
    enters on its first day, and a milestone or a re-entry on its end is not reached. `clock_day` is where the clock began that reached
    the milestone; month 0 is the first entry. Raises ValueError for months or gaps below nought, and for no months at all.
    """
    if not months or min(months) < ENTRY or tolerated_gap_days < 0:
        raise ValueError("milestones need at least one month, and months and tolerated gaps of nought or more")
    wanted = pl.LazyFrame({"month": sorted(set(months))}, schema={"month": pl.Int32})
    target = pl.col("clock_day").cast(pl.Date).dt.offset_by(pl.format("{}mo", "month")).cast(pl.Int32)
    reached = clocked(stays, windows, tolerated_gap_days).join(wanted, how="cross").with_columns(reached_day=pl.max_horizontal("start_day", target))
    return (
        reached.filter(pl.col("reached_day") < pl.col("end_day"))
        .group_by("person_id", "month")
        .agg(pl.col("reached_day").min(), clock_day=pl.col("clock_day").sort_by("reached_day", "clock_day").first())
        .sort("person_id", "month")
    )


def clocked(stays: pl.LazyFrame, windows: pl.LazyFrame, tolerated_gap_days: int) -> pl.LazyFrame:
    """The stays inside each person's window, cut at its ends, each with the day on which its clock began: person_id, start_day, end_day,
    clock_day, sorted by person and start. The people lie so far apart on one line of days that one running maximum serves them all."""
    cut = stays.join(windows.select("person_id", "window_start", "window_end"), on="person_id").select(
        "person_id",
        start_day=pl.max_horizontal("start_day", "window_start").cast(pl.Int32),
        end_day=pl.min_horizontal(pl.col("end_day").fill_null(OPEN_END), "window_end").cast(pl.Int32),
    )
    offset = pl.col("person_id").cast(pl.Int64) * _PERSON_WIDTH
    gap = offset + pl.col("start_day") - (offset + pl.col("end_day")).cum_max().shift()
    begins = gap.is_null() | (gap > tolerated_gap_days)
    inside = cut.filter(pl.col("start_day") < pl.col("end_day")).sort("person_id", "start_day", "end_day")
    return inside.with_columns(clock_day=pl.when(begins).then("start_day").forward_fill())
