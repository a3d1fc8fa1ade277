"""Who a contract counts: the members of a cohort, each with a role, by intention to treat; and the hash that freezes them."""

from __future__ import annotations

import datetime as dt

import polars as pl

from indicators.spells import day_number

MEMBERS = pl.Schema({"person_id": pl.Int32, "role": pl.String, "enrolled_day": pl.Int32, "status": pl.String, "reason": pl.String})
"""`enrolled_day` is null for people who were referred and never enrolled."""


def members(enrolments: pl.LazyFrame, *, start: dt.date, end: dt.date, treatment: str | None, comparison: str | None) -> pl.LazyFrame:
    """MEMBERS, one row a person of `enrolments` (person_id, enrolled_day, arm), sorted by person.

    Eligible are people enrolled in `[start, end)` into a named arm; a person enrolled more than once counts from the first time,
    and one enrolled into two arms on that day into none. Without named arms everyone enrolled is in the treatment group. Everyone
    else keeps a row with the reason, so that nobody vanishes.
    """
    earliest = pl.col("enrolled_day").min().over("person_id")
    first_day = enrolments.filter((pl.col("enrolled_day") == earliest) | earliest.is_null())
    first = first_day.sort("person_id").group_by("person_id", maintain_order=True).agg(pl.col("enrolled_day", "arm").first(), arms=pl.col("arm").n_unique())
    is_inside = pl.col("enrolled_day").is_between(day_number(start), day_number(end), closed="left").fill_null(value=False)
    is_torn = pl.col("arms") > 1
    if treatment is None:
        role = pl.when(pl.col("enrolled_day").is_null()).then(pl.lit("none")).otherwise(pl.lit("treatment"))
        is_torn = pl.lit(value=False)
    else:
        named = pl.when(is_torn).then(pl.lit("none")).when(pl.col("arm") == treatment).then(pl.lit("treatment")).when(pl.col("arm") == comparison).then(pl.lit("comparison"))
        role = named.otherwise(pl.lit("none"))
    return first.with_columns(role=role).select(
        "person_id",
        "role",
        pl.col("enrolled_day").cast(pl.Int32),
        status=pl.when(is_inside & (pl.col("role") != "none")).then(pl.lit("eligible")).otherwise(pl.lit("ineligible")),
        reason=pl.when(pl.col("enrolled_day").is_null())
        .then(pl.lit("never_enrolled"))
        .when(~is_inside)
        .then(pl.lit("enrolled_outside_period"))
        .when(is_torn)
        .then(pl.lit("in_two_arms"))
        .when(pl.col("role") == "none")
        .then(pl.lit("in_no_named_arm"))
        .otherwise(pl.lit("enrolled")),
    )


def eligible(frame: pl.LazyFrame) -> pl.LazyFrame:
    """The members an indicator looks at: COHORT_SCHEMA."""
    return frame.filter(pl.col("status") == "eligible").select("person_id", "role", "enrolled_day")


def first_cohort(frame: pl.LazyFrame) -> pl.LazyFrame:
    """One row a person of several cohorts' eligible members (COHORT_SCHEMA, `cohort`, `place` of the cohort in the contract): the first
    enrolment counts, of two on one day the one in the cohort that the contract names first. Sorted by person."""
    return frame.sort("person_id", "enrolled_day", "place").group_by("person_id", maintain_order=True).first()
