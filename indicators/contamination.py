"""Comparison people who came into the programme after all: counted, and kept where they are, by intention to treat."""

from __future__ import annotations

import polars as pl

CONTAMINATED = pl.Schema({"person_id": pl.Int32, "cohort": pl.String})
"""One row a comparison person and cohort of the contract into which they were referred or enrolled afterwards."""


def contaminated(members: pl.LazyFrame, entries: pl.LazyFrame) -> pl.DataFrame:
    """CONTAMINATED of MEMBERS by `entries` into the programme (person_id, cohort, enrolled_day, referred_day, is_withdrawn): those of people in the
    comparison group who count, on or after the day from which they are followed, by the enrolment, or else by the referral. What was withdrawn or
    refused brought nobody into it."""
    compared = members.filter((pl.col("role") == "comparison") & (pl.col("status") == "eligible")).select("person_id", followed_from="enrolled_day")
    came = entries.filter(~pl.col("is_withdrawn")).select("person_id", "cohort", day=pl.coalesce("enrolled_day", "referred_day"))
    found = came.join(compared, on="person_id").filter(pl.col("day") >= pl.col("followed_from"))
    return found.select(list(CONTAMINATED)).cast(CONTAMINATED).unique().sort("person_id", "cohort").collect()
