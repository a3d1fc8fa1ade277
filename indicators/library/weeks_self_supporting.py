"""Weeks self-supporting in the person's own ISO weeks after enrolment, by the contract's placing of every weekly code."""

from typing import Annotated

import polars as pl
from annotated_types import Ge, Le

from indicators.indicator import indicator, spell_list, unit_rows
from indicators.ordered import summed
from indicators.own_weeks import at_risk_of, closed, ended_as, furthest, is_followed, no_risk, placed_in, why_not_followed, with_limits
from indicators.presence import AfterEnrolment
from indicators.treatments import Treatments
from indicators.windows import DAYS_A_WEEK


@indicator("weeks_self_supporting", version=1, unit="person", value="weeks self-supporting", better="higher", registers=["dream", "bef", "dod"], plausible=(0, 156))
def weeks_self_supporting(
    cohort: pl.LazyFrame,
    dream: pl.LazyFrame,
    bef_residence: pl.LazyFrame,
    bef_person: pl.LazyFrame,
    dod: pl.LazyFrame,
    *,
    weeks: Annotated[int, Ge(1), Le(156)],
    pause_at_most: Annotated[int, Ge(0), Le(104)],
    states: Treatments,
    codes: pl.DataFrame,
    after_enrolment: AfterEnrolment,
) -> pl.LazyFrame:
    """The window is the person's own ISO weeks from the Monday on or after enrolment, longer by each paused week, at most
    `pause_at_most` of them. A week is at risk while the person is alive and resident throughout it and no stopping code stands in it
    or stood before it; it succeeds, fails, or leaves the count as the contract places its code, and the code must be valid on some
    day of that week. A person is counted when every week at risk was delivered with a code that the contract places; a week nobody
    delivered is not observed, never a success. Exposure is seven days for each week that succeeded or failed.
    """
    opened = furthest(cohort, weeks, pause_at_most)
    placed = placed_in(opened, dream, states, codes)
    limits = with_limits(closed(opened, placed, weeks, pause_at_most), placed, dream, bef_residence, dod, bef_person, after_enrolment)
    tallied = limits.join(_tally(at_risk_of(placed, limits)), on="person_id", how="left").with_columns(pl.col("success", "at_risk", "seen").fill_null(0))
    at_risk, seen = pl.col("at_risk"), pl.col("seen")
    return unit_rows(
        tallied,
        ineligible=no_risk(at_risk, seen),
        counted=is_followed(after_enrolment, at_risk, seen),
        why_not=why_not_followed(after_enrolment),
        counted_as=ended_as(after_enrolment),
        exposure=at_risk,
        value=pl.col("success") / DAYS_A_WEEK,
        evidence=pl.col("spells"),
    )


def _tally(inside: pl.LazyFrame) -> pl.LazyFrame:
    """Days, always whole weeks, by person: `success`, `at_risk` (success and failure), `seen` (any placed code); and the spells as evidence."""
    days, good = pl.col("b") - pl.col("a"), (pl.min_horizontal("b", "good_end") - pl.col("a")).clip(lower_bound=0)
    succeeds, fails = pl.col("placed") == "success", pl.col("placed") == "failure"
    sums = {"success": pl.when(succeeds).then(good).otherwise(0), "at_risk": pl.when(succeeds | fails).then(days).otherwise(0), "seen": days}
    return summed(inside, sums, spells=spell_list("a", "b", pl.col("said")))
