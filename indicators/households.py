"""Units that are households: the rows of a cohort's people, put together for those who lived in one family when they were enrolled.

A household is the enrolled people of one family, and nobody else: whom the contract counts was settled when the cohort closed. Which family
a person belongs to is what the population register said when it was last counted before their own enrolment, so that nothing that the
programme does can move anybody from one household to another.
"""

from __future__ import annotations

from typing import Literal

import polars as pl

from indicators.indicator import UNIT_ROWS, VALUE, Status

Combine = Literal["total", "everybody", "anybody"]
"""What a household's value is: the sum over its people; what the one with least has, so that all must reach a threshold; or what the one with
most has, so that one is enough."""
LONGEST_UNSEEN = 100
"""Days before an enrolment within which the population must have been counted: a quarter and a little more."""
LARGEST_HOUSEHOLD = 12
"""More enrolled people than this no family has: the most that the values of one can be summed over and still be believed."""
FAMILIES = pl.Schema({"person_id": pl.Int32, "day": pl.Int32, "family": pl.String})
"""One row a person and day on which the population was counted. `family` is a pseudonym, null where the register names none."""
HOUSEHOLDS = pl.Schema({"person_id": pl.Int32, "household": pl.Int32, "place": pl.Int32})
"""One row a person of the cohort. `household` is the person_id of the household's first enrolled member, null where the family is not known; `place` is a person's own in the
order of enrolment, 1 for the first; of several enrolled on one day the smaller person_id comes first."""


def households(cohort: pl.LazyFrame, families: pl.LazyFrame, days: pl.LazyFrame) -> pl.LazyFrame:
    """HOUSEHOLDS of `cohort` (COHORT_SCHEMA) by FAMILIES, sorted by person. `days` (day) are those on which the population was counted. People
    of another role are of another household."""
    counted = days.select(counted_on=pl.col("day").cast(pl.Int32)).unique().sort("counted_on")
    asked = cohort.with_columns(before=pl.col("enrolled_day") - 1).sort("before").join_asof(counted, left_on="before", right_on="counted_on", strategy="backward")
    recent = pl.when(pl.col("before") - pl.col("counted_on") <= LONGEST_UNSEEN).then("counted_on")
    found = asked.with_columns(day=recent).join(families.unique(["person_id", "day"], keep="any"), on=["person_id", "day"], how="left")
    return _placed(found.select("person_id", "role", "enrolled_day", "family"))


def _placed(people: pl.LazyFrame) -> pl.LazyFrame:
    """HOUSEHOLDS of people with their `family`."""
    ordered = people.sort("enrolled_day", "person_id")
    of_family = ["role", "family"]
    is_known = pl.col("family").is_not_null()
    return ordered.select(
        "person_id",
        household=pl.when(is_known).then(pl.col("person_id").first().over(of_family)),
        place=pl.when(is_known).then(pl.int_range(1, pl.len() + 1).over(of_family)).otherwise(1).cast(pl.Int32),
    ).sort("person_id")


def household_rows(rows: pl.LazyFrame, members: pl.LazyFrame, combine: Combine) -> pl.LazyFrame:
    """UNIT_ROWS of households from those of their people and HOUSEHOLDS, sorted by person: `person_id` is that of the first enrolled member.

    Members who are ineligible by themselves leave the household as it is; it is ineligible when all are. It is counted when each of the others
    is, else it waits for data or is not observed with the first of them who is not counted: what is not known of one is not known of the
    household. Its window reaches from the first of theirs to the last, its exposure is the sum of theirs, and its value is what `combine`
    says; the reason is that of the member who decides it, of several the first enrolled. A person whose family is not known is
    `not_observed` as `household_unknown`.
    """
    whose = rows.join(members, on="person_id", how="left").with_columns(household=pl.coalesce("household", "person_id"), _is_lost=pl.col("household").is_null())
    is_lost = pl.col("_is_lost") & (pl.col("status") != "ineligible")
    known = whose.with_columns(
        status=pl.when(is_lost).then(pl.lit("not_observed", dtype=Status)).otherwise("status"),
        reason=pl.when(is_lost).then(pl.lit("household_unknown")).otherwise("reason"),
    )
    decided = known.with_columns(_rank=_rank(), _merit=_merit(combine)).sort("household", "_rank", "_merit", "place")
    return decided.group_by("household", maintain_order=True).agg(*_united(combine)).select(list(UNIT_ROWS)).sort("person_id")


def _rank() -> pl.Expr:
    """Whose status a household has: the least known first; who is ineligible comes last."""
    return pl.col("status").cast(pl.String).replace_strict({"not_mature": 0, "not_observed": 1, "counted": 2, "ineligible": 3}, return_dtype=pl.Int8)


def _merit(combine: Combine) -> pl.Expr:
    """Whose value a household has, the least first."""
    return {"total": pl.lit(0, dtype=VALUE), "everybody": pl.col("value"), "anybody": pl.lit(0, dtype=VALUE) - pl.col("value")}[combine]


def _united(combine: Combine) -> list[pl.Expr]:
    """The columns of a household from its people, the one who decides first."""
    by_place = pl.col("place").arg_min()
    is_counted = pl.col("status").first() == "counted"
    looked_at = pl.col("status") != "ineligible"
    windows = {"window_start": pl.col("window_start").filter(looked_at).min(), "window_end": pl.col("window_end").filter(looked_at).max()}
    value = pl.col("value").filter(looked_at).sum() if combine == "total" else pl.col("value").first()
    return [
        *(pl.col(name).get(by_place) for name in ("person_id", "role", "component")),
        pl.col("status", "reason").first(),
        *(pl.coalesce(found, pl.col(name).get(by_place)).alias(name) for name, found in windows.items()),
        pl.when(is_counted).then(pl.col("exposure").filter(looked_at).sum()).alias("exposure"),
        pl.when(is_counted).then(value).cast(VALUE).alias("value"),
        pl.col("evidence").sort_by("place").explode().drop_nulls().alias("evidence"),
    ]
