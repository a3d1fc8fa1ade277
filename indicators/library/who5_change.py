"""Change in well-being by WHO-5, from the person's own baseline to the newest answer in the claim period."""

from typing import Annotated

import polars as pl
from annotated_types import Ge, Le

from indicators.indicator import indicator, spell_list, unit_rows
from indicators.windows import Period, same_date

ITEMS = ("who5_1", "who5_2", "who5_3", "who5_4", "who5_5")
POINTS = 4
"""The score is the sum of five items of nought to five, times four: nought to a hundred, in steps of four."""


@indicator("who5_change", version=1, unit="person", value="WHO-5 points of change", better="higher", registers=["who5"], plausible=(-100, 100))
def who5_change(
    cohort: pl.LazyFrame,
    who5: pl.LazyFrame,
    *,
    years: Annotated[int, Ge(1), Le(20)],
    baseline_days: Annotated[int, Ge(0), Le(366)],
    claim_period: Period,
) -> pl.LazyFrame:
    """The baseline is the first complete answer within `baseline_days` days before or after enrolment; the follow-up is the last
    complete answer after it, inside the claim period and the `years` years after enrolment. An answer is complete when all five items are
    given. The value is the follow-up's score less the baseline's. Who has no baseline or no follow-up is not observed and never reads as
    unchanged; who answered nothing at all and never was asked is the same: non-response. Exposure is the days between the two answers.
    """
    opens = pl.max_horizontal(pl.col("enrolled_day"), pl.lit(claim_period.start_day))
    closes = pl.max_horizontal(opens, pl.min_horizontal(same_date(pl.col("enrolled_day"), years), pl.lit(claim_period.end_day)))
    window = cohort.with_columns(window_start=opens.cast(pl.Int32), window_end=closes.cast(pl.Int32))
    complete = who5.filter(pl.all_horizontal(pl.col(item).is_between(0, 5) for item in ITEMS))
    answers = complete.select("person_id", day="answered_day", score=pl.sum_horizontal(ITEMS) * POINTS).join(window, on="person_id").sort("person_id", "day", "score")
    is_baseline = (pl.col("day") - pl.col("enrolled_day")).abs() <= baseline_days
    first = answers.filter(is_baseline).group_by("person_id", maintain_order=True).agg(baseline_day=pl.col("day").first(), baseline=pl.col("score").first())
    inside = (pl.col("day") >= pl.col("window_start")) & (pl.col("day") < pl.col("window_end")) & (pl.col("day") > pl.col("baseline_day"))
    after = answers.join(first, on="person_id").filter(inside).sort("person_id", "day", "score")
    last = after.group_by("person_id", maintain_order=True).agg(follow_day=pl.col("day").last(), follow=pl.col("score").last())
    seen = window.join(first, on="person_id", how="left").join(last, on="person_id", how="left").join(_evidence(answers), on="person_id", how="left")
    return unit_rows(
        seen,
        ineligible=pl.when(pl.col("window_start") >= pl.col("window_end")).then(pl.lit("outside_claim_period")),
        counted=pl.col("follow").is_not_null(),
        why_not=pl.when(pl.col("baseline").is_null()).then(pl.lit("no_baseline")).otherwise(pl.lit("no_follow_up")),
        counted_as=pl.lit("answered_twice"),
        exposure=pl.col("follow_day") - pl.col("baseline_day"),
        value=pl.col("follow") - pl.col("baseline"),
        evidence=pl.col("spells"),
    )


def _evidence(answers: pl.LazyFrame) -> pl.LazyFrame:
    """Every complete answer of a person, as a day with its score."""
    days = answers.with_columns(end_day=pl.col("day") + 1)
    return days.group_by("person_id", maintain_order=True).agg(spells=spell_list("day", "end_day", pl.format("WHO-5 {}", "score")))
