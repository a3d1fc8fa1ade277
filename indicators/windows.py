"""Observation windows: the unit-anchored time an indicator looks at, half-open `[window_start, window_end)` in day numbers."""

from __future__ import annotations

import polars as pl

DAYS_A_WEEK = 7


def weeks_after(anchor: str, weeks: int) -> list[pl.Expr]:
    """The `weeks` times seven days that begin on the anchor day itself.

    `anchor` names a column of day numbers. Raises ValueError for a window without days.
    """
    if weeks < 1:
        raise ValueError("a window needs at least one week")
    start = pl.col(anchor).cast(pl.Int32)
    return [start.alias("window_start"), (start + weeks * DAYS_A_WEEK).cast(pl.Int32).alias("window_end")]


def anchor_day(anchor: str) -> list[pl.Expr]:
    """The anchor day alone: what is true on enrolment."""
    start = pl.col(anchor).cast(pl.Int32)
    return [start.alias("window_start"), (start + 1).cast(pl.Int32).alias("window_end")]
