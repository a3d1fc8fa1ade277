"""Change in a score from the person's own baseline to a follow-up so many months after enrolment, by any questionnaire."""

from typing import Annotated

import polars as pl
from annotated_types import Ge, Le

from indicators.indicator import indicator, unit_rows
from indicators.scores import MILLION, Scale, first_near, points, score_list, scored
from indicators.windows import months_later


@indicator("score_change", version=1, unit="person", value="change in score", better="higher", registers=["answers"], plausible=(-1000, 1000))
def score_change(
    cohort: pl.LazyFrame,
    answers: pl.LazyFrame,
    *,
    scale: Scale,
    months: Annotated[int, Ge(1), Le(120)],
    baseline_days: Annotated[int, Ge(0), Le(366)],
    follow_up_days: Annotated[int, Ge(0), Le(366)],
) -> pl.LazyFrame:
    """The baseline is the first answer within `baseline_days` days before or after enrolment. The follow-up belongs to the day `months` after
    enrolment: the same day number, or the last day of a month that has no such day. It is the answer nearest to that day, at most
    `follow_up_days` days before or after it, and later than the baseline; of two as near it is the earlier. The window ends with the last of
    these days.

    An answer is scored as `scale` says: a score is the sum of the items times `points`, so that scores of complete answers move
    in steps of `points`. The value is the change for the better, in points: the follow-up's score less the baseline's, or the other way
    round where lower is better. Where the scale has a `threshold` the value is one for who changed for the better by at least its
    `change`, and nought for who did not; between two steps of the scale there is no change, so that `met_by` names the step that reaches
    it: in steps of four a change of ten is met by twelve.

    An answer with fewer than `least_items` items, or with one that cannot be, is none. Where `least_items` is less than all of them a missing
    item is the mean of those given, to a millionth of a point of the score, and such a score may lie between two steps. Who has no baseline
    or no follow-up is not observed and never reads as unchanged: non-response. Exposure is the days between the two answers.
    """
    day = months_later(pl.col("enrolled_day"), months)
    window = cohort.with_columns(window_start=pl.col("enrolled_day"), window_end=(day + follow_up_days + 1).cast(pl.Int32), target=day)
    told = scored(answers, scale).join(window, on="person_id")
    first = first_near(told, baseline_days)
    seen = window.join(first, on="person_id", how="left").join(_follow_up(told, first, follow_up_days), on="person_id", how="left")
    change = (pl.col("follow") - pl.col("baseline")) * (1 if scale.better == "higher" else -1)
    is_reached = change >= (scale.threshold.change * MILLION if scale.threshold else 0)
    return unit_rows(
        seen.join(score_list(told, "score"), on="person_id", how="left"),
        counted=pl.col("follow").is_not_null(),
        why_not=pl.when(pl.col("baseline").is_null()).then(pl.lit("no_baseline")).otherwise(pl.lit("no_follow_up")),
        counted_as=pl.when(pl.lit(scale.threshold is None)).then(pl.lit("answered_twice")).when(is_reached).then(pl.lit("reached")).otherwise(pl.lit("not_reached")),
        exposure=pl.col("follow_day") - pl.col("baseline_day"),
        value=is_reached.cast(pl.Int64) if scale.threshold else points(change),
        evidence=pl.col("spells"),
    )


def _follow_up(told: pl.LazyFrame, first: pl.LazyFrame, days: int) -> pl.LazyFrame:
    """person_id, follow_day and `follow`: the answer after the baseline nearest to the day it belongs to."""
    away = (pl.col("day") - pl.col("target")).abs()
    after = told.join(first, on="person_id").filter((pl.col("day") > pl.col("baseline_day")) & (away <= days)).with_columns(away=away)
    return after.sort("person_id", "away", "day", "score").group_by("person_id", maintain_order=True).agg(follow_day=pl.col("day").first(), follow=pl.col("score").first())
