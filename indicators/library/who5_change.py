"""Change in well-being by WHO-5, from the person's own baseline to the newest answer in the claim period."""

from typing import Annotated

import polars as pl
from annotated_types import Ge, Le

from indicators.indicator import indicator, looked_up, unit_rows
from indicators.scores import Scale, first_near, last_of, points, score_list, scored
from indicators.windows import Period, inside_claim, same_date

ITEMS = ["who5_1", "who5_2", "who5_3", "who5_4", "who5_5"]
POINTS = 4
"""The score is the sum of five items of nought to five, times four: nought to a hundred, in steps of four."""


@indicator("who5_change", version=1, unit="person", value="WHO-5 points of change", better="higher", registers=["who5"], plausible=(-100, 100))
def who5_change(
    cohort: pl.LazyFrame,
    who5: pl.LazyFrame,
    *,
    years: Annotated[int, Ge(1), Le(20)],
    baseline_days: Annotated[int, Ge(0), Le(366)],
    least_items: Annotated[int, Ge(1), Le(5)] = 5,
    claim_period: Period,
) -> pl.LazyFrame:
    """The baseline is the first answer within `baseline_days` days before or after enrolment; the follow-up is the last answer after it,
    inside the claim period and the `years` years after enrolment. The score of an answer is the sum of its five items, of nought to five
    each, times four. The value is the follow-up's score less the baseline's.

    Scores of complete answers move in steps of four, so that a threshold between two steps asks for the next one: a change of ten or more
    is met by twelve, and not by eight. An answer is complete when all five items are given, and no other is used unless the contract says
    how few are enough by `least_items`: a missing item is then the mean of those given, to a millionth of a point of the score, and such
    a score may lie between two steps. An answer with an item that cannot be is none.

    Who has no baseline or no follow-up is not observed and never reads as unchanged; who answered nothing at all and never was asked is the
    same: non-response. Exposure is the days between the two answers.
    """
    window = cohort.with_columns(inside_claim(same_date(pl.col("enrolled_day"), years), claim_period)).cache()
    scale = Scale(items=ITEMS, lowest=0, highest=5, points=POINTS, least_items=least_items, better="higher")
    answers = scored(who5, scale).join(window, on="person_id", maintain_order="left").cache()
    first = first_near(answers, baseline_days)
    last = last_of(answers.filter((pl.col("day") >= pl.col("window_start")) & (pl.col("day") < pl.col("window_end"))))
    found = window.join(first, on="person_id", how="left").join(last, on="person_id", how="left")
    seen = found.with_columns(follow=pl.when(pl.col("follow_day") > pl.col("baseline_day")).then("follow"))
    return unit_rows(
        seen,
        ineligible=pl.when(pl.col("window_start") >= pl.col("window_end")).then(pl.lit("outside_claim_period")),
        counted=pl.col("follow").is_not_null(),
        why_not=pl.when(pl.col("baseline").is_null()).then(pl.lit("no_baseline")).otherwise(pl.lit("no_follow_up")),
        counted_as=pl.lit("answered_twice"),
        exposure=pl.col("follow_day") - pl.col("baseline_day"),
        value=points(pl.col("follow") - pl.col("baseline")),
        evidence=looked_up(score_list(answers, "WHO-5")),
    )
