"""The log of who was referred: what an earlier list had that the newest has no longer, or has otherwise, and what came to it late.

A list may only grow. A referral that is not meant is withdrawn, and stays; a day that was empty may be filled in, once.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

LOGGED = pl.Schema({"person_key": pl.String, "referred_day": pl.Int32, "arm": pl.String, "enrolled_day": pl.Int32, "is_withdrawn": pl.Boolean})
"""One row a referral as one list has it. `referred_day` is null where the contract names no day of referral, `arm` where it names no arms."""
HISTORY = pl.Schema([*LOGGED.items(), ("place", pl.Int32)])
"""LOGGED of several lists: `place` says which, from the oldest."""
DEPARTED = pl.Schema({"person_key": pl.String, "place": pl.Int32, "departure": pl.String})
"""One row a referral that an earlier list has and the newest has not: `gone` with the person, or `changed`. `place` is the first list with it."""
CAME_LATE = pl.Schema({"person_key": pl.String, "day": pl.Int32, "place": pl.Int32})
REFERRAL = ["person_key", "referred_day", "nth"]


def logged(rows: pl.LazyFrame, *, end_day: int) -> pl.DataFrame:
    """LOGGED of a list's rows, those left out that are of a later period: enrolled on or after `end_day`, or not enrolled and referred then."""
    belongs = (pl.coalesce("enrolled_day", "referred_day") < end_day).fill_null(value=True)
    return rows.filter(belongs).select(pl.col(name).cast(kind) for name, kind in LOGGED.items()).sort(list(LOGGED)).collect()


def _named(lists: pl.DataFrame) -> pl.LazyFrame:
    """`lists` (LOGGED and `place`) with `nth`, which tells two referrals of one person apart that have the same day or none."""
    ordered = lists.lazy().sort("place", "person_key", "referred_day", "enrolled_day", "arm", nulls_last=True)
    return ordered.with_columns(nth=pl.int_range(pl.len()).over("place", "person_key", "referred_day"))


def departed(earlier: pl.DataFrame, newest: pl.DataFrame) -> pl.DataFrame:
    """DEPARTED of the referrals in `earlier` (HISTORY) that `newest` (LOGGED) has no longer as they first stood.

    What a list said first holds: of arm and day of enrolment the first that was given, and of somebody who was first listed as enrolled that
    they were not withdrawn. So a list that puts an earlier one right again has lost nothing.
    """
    enrolled = pl.col("enrolled_day").is_not_null()
    first = (
        _named(earlier)
        .sort("place")
        .group_by(REFERRAL, maintain_order=True)
        .agg(
            pl.col("place").first(),
            pl.col("arm").drop_nulls().first(),
            pl.col("enrolled_day").drop_nulls().first(),
            was_enrolled=(~pl.col("is_withdrawn")).filter(enrolled).first().fill_null(value=False),
        )
    )
    now = _named(newest.with_columns(place=pl.lit(0))).drop("place").with_columns(is_listed=pl.lit(value=True))
    people = newest.lazy().select("person_key").unique().with_columns(is_known=pl.lit(value=True))
    found = first.join(now, on=REFERRAL, how="left", nulls_equal=True, suffix="_now").join(people, on="person_key", how="left")
    same = pl.all_horizontal(pl.col(name).is_null() | pl.col(name).eq_missing(pl.col(f"{name}_now")) for name in ("arm", "enrolled_day"))
    stands = pl.col("is_listed").fill_null(value=False) & same & ~(pl.col("was_enrolled") & pl.col("is_withdrawn").fill_null(value=False))
    departure = pl.when(pl.col("is_known").is_null()).then(pl.lit("gone")).otherwise(pl.lit("changed"))
    return found.filter(~stands).with_columns(departure=departure).select(list(DEPARTED)).cast(DEPARTED).sort("place", "person_key").collect()


def came_late(lists: pl.DataFrame, covered: Sequence[int], day: pl.Expr) -> pl.DataFrame:
    """CAME_LATE: one row a person and day (`day` of HISTORY) that a list shows first although the list before it covered that day and did not
    show it. `covered` is the last day that each list covers. What the first list shows was never late, nor is a referral without the day."""
    before = pl.LazyFrame({"covered_before": list(covered)}, schema={"covered_before": pl.Int32}).with_columns(place=pl.int_range(1, pl.len() + 1, dtype=pl.Int32))
    first = lists.lazy().select("person_key", "place", day=day.cast(pl.Int32)).drop_nulls("day").group_by("person_key", "day").agg(pl.col("place").min())
    late = first.join(before, on="place").filter(pl.col("day") <= pl.col("covered_before"))
    return late.select(list(CAME_LATE)).cast(CAME_LATE).sort("person_key", "day").collect()


def referred_on() -> pl.Expr:
    """The day a referral counts from: that of the referral, else that of the enrolment."""
    return pl.coalesce("referred_day", "enrolled_day")


def repeated(newest: pl.DataFrame) -> int:
    """How many referrals of a list are of somebody who has another one there."""
    return newest.filter(pl.col("person_key").is_duplicated()).height


def withdrawn(newest: pl.DataFrame) -> int:
    """How many referrals of a list were withdrawn."""
    return newest.filter("is_withdrawn").height
