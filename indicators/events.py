"""The first event of a person's own time at risk: what `event within`, entry to care and re-offence are all read from."""

from __future__ import annotations

import polars as pl

from indicators.presence import AfterEnrolment, ended_by
from indicators.spells import days_inside


def until_first(limits: pl.LazyFrame, events: pl.LazyFrame, idle: pl.LazyFrame, *, is_wanted: bool) -> pl.LazyFrame:
    """`limits` (as `with_limits` makes them) with `happened`, the day of the first of `events` (person_id, day) in the days that count, or
    null; `counts`, whether the person counts as one; and `at_risk`, in days.

    Time at risk is over with the first event, whose day is in it. Days of the spells of `idle` before that are no time at risk. Where the
    event is not wanted, what the contract takes for a failure after enrolment counts like one on that day.
    """
    inside = events.join(limits.select("person_id", "window_start", "good_end"), on="person_id").filter(
        (pl.col("day") >= pl.col("window_start")) & (pl.col("day") < pl.col("good_end"))
    )
    first = inside.group_by("person_id").agg(happened=pl.col("day").min())
    failed = pl.lit(value=not is_wanted) & (pl.col("good_end") < pl.col("risk_end"))
    found = limits.join(first, on="person_id", how="left").with_columns(
        counts=pl.col("happened").is_not_null() | failed, last=pl.coalesce("happened", pl.when(failed).then("good_end"), "risk_end")
    )
    waited = days_inside(idle, found.select("person_id", "window_start", window_end="last")).rename({"days": "idle"})
    days = pl.col("last") - pl.col("window_start") - pl.col("idle").fill_null(0) + pl.col("counts").cast(pl.Int64)
    return found.join(waited, on="person_id", how="left").with_columns(at_risk=days)


def happened_or_ended(after: AfterEnrolment, happened: pl.Expr, nothing: pl.Expr) -> pl.Expr:
    """Why a person is counted, in a word: `happened` where there was an event, else what ended the days that are looked at before the window
    did, else `nothing`."""
    return pl.when(pl.col("happened").is_not_null()).then(happened).otherwise(pl.coalesce(ended_by(after, pl.col("window_end")), nothing))
