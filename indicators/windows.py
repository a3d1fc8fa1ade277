"""Observation windows: the unit-anchored time an indicator looks at, half-open `[window_start, window_end)` in day numbers."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

DAYS_A_WEEK = 7
MONDAY = 3
"""Day nought, 1970-01-01, was a Thursday: the third day after a Monday."""


class Period(NamedTuple):
    """A calendar period in day numbers, half-open: the claim period an indicator is computed for."""

    start_day: int
    end_day: int


def monday_of(day: pl.Expr) -> pl.Expr:
    """The Monday of the ISO week a day number lies in."""
    return day - (day + MONDAY) % DAYS_A_WEEK


def weeks_after(anchor: str, weeks: int) -> list[pl.Expr]:
    """The `weeks` times seven days that begin on the anchor day itself.

    `anchor` names a column of day numbers. Raises ValueError for a window without days.
    """
    if weeks < 1:
        raise ValueError("a window needs at least one week")
    start = pl.col(anchor).cast(pl.Int32)
    return [start.alias("window_start"), (start + weeks * DAYS_A_WEEK).cast(pl.Int32).alias("window_end")]


def first_monday(anchor: str) -> pl.Expr:
    """The Monday on or after the anchor day: where a person's own ISO weeks begin."""
    return monday_of(pl.col(anchor) + DAYS_A_WEEK - 1).cast(pl.Int32)


def same_date(anchor: pl.Expr, years: int) -> pl.Expr:
    """The day number of the same date `years` later; 29 February becomes the last day of February."""
    return months_later(anchor, 12 * years)


def months_later(anchor: pl.Expr, months: int) -> pl.Expr:
    """The day number of the same day number `months` later; the last day of a month that has no such day."""
    return anchor.cast(pl.Int32).cast(pl.Date).dt.offset_by(f"{months}mo").cast(pl.Int32)


def anchor_day(anchor: str) -> list[pl.Expr]:
    """The anchor day alone: what is true on enrolment."""
    start = pl.col(anchor).cast(pl.Int32)
    return [start.alias("window_start"), (start + 1).cast(pl.Int32).alias("window_end")]
