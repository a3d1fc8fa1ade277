"""Re-arrest within the person's own weeks after release."""

from typing import Annotated

import polars as pl
from annotated_types import Ge

from indicators.indicator import indicator, spell_evidence, unit_rows
from indicators.spells import days_inside
from indicators.windows import weeks_after


@indicator("rearrest", version=1, unit="person", value="persons re-arrested", better="lower", registers=["arrests"], plausible=(0, 1), ends_at_event=True)
def rearrest(cohort: pl.LazyFrame, arrests: pl.LazyFrame, arrests_searched: pl.LazyFrame, *, weeks: Annotated[int, Ge(1)]) -> pl.LazyFrame:
    """A person counts as one when an arrest falls inside the weeks that begin on the day of enrolment, and as nought when searches
    of the register cover every day of those weeks and show none. An arrest on the last day counts, one on the day after does not.
    A person of whom some day was not searched, and who has no arrest, is not observed. Exposure is the days to the first arrest,
    that day included, or the whole window.
    """
    window = cohort.with_columns(weeks_after("enrolled_day", weeks))
    inside = (pl.col("start_day") >= pl.col("window_start")) & (pl.col("start_day") < pl.col("window_end"))
    first = arrests.join(window, on="person_id").filter(inside).group_by("person_id").agg(arrested=pl.col("start_day").min())
    searched = arrests_searched.group_by("person_id").agg(searched_from=pl.col("start_day").min(), searched_to=pl.col("end_day").max())
    seen = (
        window.join(first, on="person_id", how="left")
        .join(searched, on="person_id", how="left")
        .join(days_inside(arrests_searched, window), on="person_id", how="left")
        .with_columns(
            was_arrested=pl.col("arrested").is_not_null(),
            last_day=pl.coalesce(pl.col("arrested") + 1, "window_end"),
            is_followed=(pl.col("days") == pl.col("window_end") - pl.col("window_start")).fill_null(False),
        )
    )
    return unit_rows(
        seen,
        counted=pl.col("was_arrested") | pl.col("is_followed"),
        why_not=pl.when(pl.col("searched_to").is_null())
        .then(pl.lit("unlinked"))
        .when(pl.col("searched_to") < pl.col("window_end"))
        .then(pl.lit("follow_up_ends_early"))
        .otherwise(pl.lit("follow_up_has_gaps")),
        counted_as=pl.when("was_arrested").then(pl.lit("arrested")).otherwise(pl.lit("no_arrest")),
        exposure=pl.col("last_day") - pl.col("window_start"),
        value=pl.col("was_arrested").cast(pl.Int64),
        evidence=pl.when("was_arrested")
        .then(spell_evidence("arrested", "last_day", pl.lit("arrest")))
        .otherwise(spell_evidence("searched_from", "searched_to", pl.lit("searched"))),
    )
