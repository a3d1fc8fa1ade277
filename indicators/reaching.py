"""What somebody may reach once, on one day, in a window of months after enrolment: claimed in the period in which that day lies.

What the indicators share that count people who reached something: the window inside the claim period, the end of time at risk, and why
somebody has none.
"""

from __future__ import annotations

import polars as pl

from indicators.presence import AfterEnrolment, impossible, until, with_presence
from indicators.windows import Period, inside_claim, months_later


def limited(cohort: pl.LazyFrame, residence: pl.LazyFrame, births: pl.LazyFrame, dod: pl.LazyFrame, *, within_months: int, after: AfterEnrolment, claim: Period) -> pl.LazyFrame:
    """`cohort` with the days of its window of months inside the claim period (window_start, window_end), what `with_presence` says,
    `last_day` (the day time at risk ends by an event) and `good_end` (the day from which nothing can be reached)."""
    window = cohort.with_columns(inside_claim(months_later(pl.col("enrolled_day"), within_months), claim))
    end = pl.col("window_end")
    return with_presence(window, residence, dod, births).with_columns(
        last_day=until(after, end, counted=False).cast(pl.Int32), good_end=until(after, end, counted=True).cast(pl.Int32)
    )


def with_risk(found: pl.LazyFrame, is_observed: pl.Expr) -> pl.LazyFrame:
    """`found` (limits and `reached_day`, null without one) with `is_observed`, and `risk_end`: the day after the one reached, or `last_day`."""
    return found.with_columns(is_observed=is_observed, risk_end=pl.min_horizontal("last_day", pl.when(is_observed).then(pl.col("reached_day") + 1)))


def no_risk() -> pl.Expr:
    """Why somebody is not at risk of reaching anything in the claim period, in a word, else null."""
    return pl.coalesce(
        pl.when(pl.col("window_start") >= pl.col("window_end")).then(pl.lit("outside_claim_period")),
        impossible(),
        pl.when(pl.col("is_observed") & (pl.col("reached_day") < pl.col("window_start")))
        .then(pl.lit("reached_in_an_earlier_period"))
        .when(pl.col("is_resident") & (pl.col("risk_end") <= pl.col("window_start")))
        .then(pl.lit("no_day_at_risk")),
    )


def days_at_risk() -> pl.Expr:
    """Days of the claim period to the one reached, that day included, or to the end of time at risk."""
    return pl.col("risk_end") - pl.col("window_start")
