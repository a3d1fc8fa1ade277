"""Observation windows: the unit-anchored time an indicator looks at, half-open `[window_start, window_end)` in day numbers."""

from __future__ import annotations

from typing import Literal, NamedTuple

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, model_validator

from indicators.spells import unbroken

DAYS_A_WEEK = 7
MONDAY = 3
"""Day nought, 1970-01-01, was a Thursday: the third day after a Monday."""
MONTHS_A_QUARTER, MONTHS_A_YEAR = 3, 12
LongUnit = Literal["days", "weeks", "iso_weeks", "months", "calendar_months", "calendar_quarters", "calendar_years"]
LONGEST: dict[str, int] = {"days": 3653, "weeks": 521, "iso_weeks": 521, "months": 120, "calendar_months": 120, "calendar_quarters": 40, "calendar_years": 10}
"""How far a window reaches at most, in each unit: ten years, which have up to 3,653 days."""
CountedUnit = Literal["days", "iso_weeks", "months", "calendar_months"]
"""What time may be counted in. Longer units than a day count when they are whole."""


class Window(BaseModel):
    """A person's own window, written `{unit: months, from: 0, to: 12}`: it begins `from` units after their day and ends, that day excluded,
    `to` units after it.

    `days` and `weeks` of seven days are counted from the day itself, `months` to the same day number, or to the last day of a month that
    has none. ISO weeks and calendar months, quarters and years are whole ones: they are counted from the first that begins on the day or
    after it. Years of 52 and of 53 weeks, and months of any length, are what the calendar says.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    unit: LongUnit
    start: int = Field(default=0, ge=0, alias="from")
    end: int = Field(alias="to")

    @model_validator(mode="after")
    def _forward(self) -> Window:
        named = self.unit.replace("_", " ")
        if self.end < self.start:
            raise ValueError(f"a window from {self.start} to {self.end} {named} ends before it starts")
        if self.end == self.start:
            raise ValueError(f"a window from {self.start} to {self.end} {named} has no day; 'to' is the first day that is not in it")
        if self.end > LONGEST[self.unit]:
            raise ValueError(f"a window to {self.end} {named} is longer than ten years, which is {LONGEST[self.unit]}")
        return self

    def after(self, anchor: str) -> list[pl.Expr]:
        """`window_start` and `window_end` from a column of day numbers."""
        day = pl.col(anchor)
        return [later(day, self.start, self.unit).alias("window_start"), later(day, self.end, self.unit).alias("window_end")]


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


def months_later(day: pl.Expr, months: int) -> pl.Expr:
    """The day number of the same day `months` later, or of the last day of a month that has no such day. Always counted from `day`
    itself: two months after 31 January is 31 March, whatever February has."""
    number = day.cast(pl.Int32)
    return number.cast(pl.Date).dt.offset_by(f"{months}mo").cast(pl.Int32) if months else number


def same_date(anchor: pl.Expr, years: int) -> pl.Expr:
    """The day number of the same date `years` later; 29 February becomes the last day of February."""
    return months_later(anchor, MONTHS_A_YEAR * years)


def first_of_months(day: pl.Expr, months: int) -> pl.Expr:
    """The first day, on `day` or after it, of a calendar month (1), quarter (3) or year (12)."""
    before = (day.cast(pl.Int32) - 1).cast(pl.Date).dt.truncate(f"{months}mo")
    return before.dt.offset_by(f"{months}mo").cast(pl.Int32)


def later(day: pl.Expr, count: int, unit: LongUnit) -> pl.Expr:
    """The day number `count` units after `day`, as `Window` counts them."""
    if unit == "days":
        return (day + count).cast(pl.Int32)
    if unit == "weeks":
        return (day + DAYS_A_WEEK * count).cast(pl.Int32)
    if unit == "iso_weeks":
        return (monday_of(day + DAYS_A_WEEK - 1) + DAYS_A_WEEK * count).cast(pl.Int32)
    if unit == "months":
        return months_later(day, count)
    months = {"calendar_months": 1, "calendar_quarters": MONTHS_A_QUARTER, "calendar_years": MONTHS_A_YEAR}[unit]
    return months_later(first_of_months(day, months), months * count)


def paused_by(window: pl.LazyFrame, pauses: pl.LazyFrame, at_most: int) -> pl.LazyFrame:
    """`window` with each person's `window_end` later by the days that their pauses took, at most `at_most` days.

    `pauses` are spells in any order; days of several count once. Days that are paused do not pass: a pause counts when it begins before the
    window's own days have all passed, and the days of an earlier pause push that further.
    """
    furthest = window.select("person_id", "window_start", window_end=pl.col("window_end") + at_most)
    inside = unbroken(pauses, furthest).join(window.select("person_id", "window_start", "window_end"), on="person_id").sort("person_id", "start_day")
    length = pl.col("end_day") - pl.col("start_day")
    passed = pl.col("start_day") - pl.col("window_start") - (length.cum_sum().over("person_id") - length)
    counting = inside.filter(passed < pl.col("window_end") - pl.col("window_start"))
    added = counting.group_by("person_id").agg(paused=length.sum().clip(upper_bound=at_most))
    return window.join(added, on="person_id", how="left").with_columns(window_end=(pl.col("window_end") + pl.col("paused").fill_null(0)).cast(pl.Int32)).drop("paused")


def whole_units(start: pl.Expr, end: pl.Expr, unit: CountedUnit, anchor: pl.Expr) -> pl.Expr:
    """How many whole units lie inside `[start, end)`: days; ISO weeks; calendar months; or the person's own months, counted from `anchor`,
    which is not after `start`."""
    if unit == "days":
        found = end - start
    elif unit == "iso_weeks":
        found = (end + MONDAY).floordiv(DAYS_A_WEEK) - (start + MONDAY + DAYS_A_WEEK - 1).floordiv(DAYS_A_WEEK)
    elif unit == "calendar_months":
        found = _month_number(end) - _month_number(start - 1) - 1
    else:
        found = _months_passed(anchor, end) - _months_passed(anchor, start - 1) - 1
    return found.cast(pl.Int64).clip(lower_bound=0)


def _month_number(day: pl.Expr) -> pl.Expr:
    date = day.cast(pl.Int32).cast(pl.Date)
    return date.dt.year() * MONTHS_A_YEAR + date.dt.month().cast(pl.Int32)


def _months_passed(anchor: pl.Expr, day: pl.Expr) -> pl.Expr:
    """How many of the months from `anchor` on are over on the morning of `day`; -1 on the day before `anchor`."""
    most = _month_number(day) - _month_number(anchor)
    is_reached = anchor.cast(pl.Int32).cast(pl.Date).dt.offset_by(pl.format("{}mo", most)).cast(pl.Int32) <= day
    return most - pl.when(is_reached).then(0).otherwise(1)


def inside_claim(closes: pl.Expr, claim: Period, since: pl.Expr | None = None) -> list[pl.Expr]:
    """window_start and window_end: of the days from enrolment, or from `since`, up to, and not including, `closes`, those inside the claim
    period; a window without days where there are none."""
    opens = pl.max_horizontal(pl.col("enrolled_day") if since is None else since, pl.lit(claim.start_day))
    ends = pl.max_horizontal(opens, pl.min_horizontal(closes, pl.lit(claim.end_day)))
    return [opens.cast(pl.Int32).alias("window_start"), ends.cast(pl.Int32).alias("window_end")]


def anchor_day(anchor: str) -> list[pl.Expr]:
    """The anchor day alone: what is true on enrolment."""
    start = pl.col(anchor).cast(pl.Int32)
    return [start.alias("window_start"), (start + 1).cast(pl.Int32).alias("window_end")]
