"""Weeks self-supporting in the person's own ISO weeks after enrolment, by the contract's placing of every weekly code."""

from typing import Annotated

import polars as pl
from annotated_types import Ge, Le

from indicators.indicator import indicator, spell_list, unit_rows
from indicators.presence import AfterEnrolment, ended_by, is_age_known, until, with_presence
from indicators.treatments import Treatments
from indicators.windows import DAYS_A_WEEK, first_monday, monday_of


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
    start = first_monday("enrolled_day")
    furthest = start + (weeks + pause_at_most) * DAYS_A_WEEK
    opened = cohort.with_columns(window_start=start, window_end=furthest)
    placed = _placed(dream, opened, states.weekly(codes).lazy())
    window = _closed(opened, placed, weeks, pause_at_most)
    present = with_presence(window, bef_residence, dod, bef_person)
    stopped = placed.filter(pl.col("placed") == "stop").group_by("person_id").agg(stop_day=pl.col("a").min())
    limits = present.join(stopped, on="person_id", how="left").with_columns(
        risk_end=pl.max_horizontal("window_start", monday_of(pl.min_horizontal(until(after_enrolment, pl.col("window_end"), counted=False), "stop_day"))),
        good_end=monday_of(pl.min_horizontal(until(after_enrolment, pl.col("window_end"), counted=True), "stop_day")),
    )
    tallied = limits.join(_tally(placed, limits), on="person_id", how="left").with_columns(pl.col("success", "at_risk", "seen").fill_null(0))
    whole = pl.col("risk_end") - pl.col("window_start")
    delivered = dream.select("person_id").unique().with_columns(in_dream=pl.lit(value=True))
    return unit_rows(
        tallied.join(delivered, on="person_id", how="left"),
        ineligible=pl.when(pl.col("died_day") <= pl.col("enrolled_day"))
        .then(pl.lit("died_before_enrolment"))
        .when(pl.col("is_resident") & (pl.col("seen") == whole) & (pl.col("at_risk") == 0))
        .then(pl.lit("no_week_at_risk")),
        counted=pl.col("is_resident") & is_age_known(after_enrolment) & (pl.col("seen") == whole) & (pl.col("at_risk") > 0),
        why_not=pl.when(pl.col("in_dream").is_null() | ~pl.col("is_known"))
        .then(pl.lit("unlinked"))
        .when(~pl.col("is_resident"))
        .then(pl.lit("not_resident_at_enrolment"))
        .when(~is_age_known(after_enrolment))
        .then(pl.lit("birth_day_unknown"))
        .otherwise(pl.lit("week_without_a_placed_code")),
        counted_as=_counted_as(after_enrolment),
        exposure=pl.col("at_risk"),
        value=pl.col("success") / DAYS_A_WEEK,
        evidence=pl.col("spells"),
    )


def _placed(dream: pl.LazyFrame, opened: pl.LazyFrame, treatments: pl.LazyFrame) -> pl.LazyFrame:
    """The spells inside each person's furthest window, cut where the validity of their code begins or ends: person_id, a, b, code, placed."""
    inside = dream.join(opened.select("person_id", "window_start", "window_end"), on="person_id").with_columns(
        a=pl.max_horizontal("start_day", "window_start"), b=pl.min_horizontal("end_day", "window_end")
    )
    valid = inside.join(treatments.rename({"start_day": "valid_start", "end_day": "valid_end"}), on="code")
    cut = valid.with_columns(a=pl.max_horizontal("a", "valid_start"), b=pl.min_horizontal("b", "valid_end"))
    return cut.filter(pl.col("a") < pl.col("b")).select("person_id", "a", "b", "code", "placed")


def _closed(opened: pl.LazyFrame, placed: pl.LazyFrame, weeks: int, pause_at_most: int) -> pl.LazyFrame:
    """`opened` with the day the window really ends: after `weeks` weeks that were not paused. A pause counts when it begins before that."""
    pauses = placed.filter(pl.col("placed") == "pause").join(opened.select("person_id", "window_start"), on="person_id").sort("person_id", "a")
    paused_before = (pl.col("b") - pl.col("a")).cum_sum().over("person_id") - (pl.col("b") - pl.col("a"))
    counts = (pl.col("a") - pl.col("window_start") - paused_before) < weeks * DAYS_A_WEEK
    added = pauses.filter(counts).group_by("person_id").agg(paused=(pl.col("b") - pl.col("a")).sum())
    longer = pl.col("paused").fill_null(0).clip(upper_bound=pause_at_most * DAYS_A_WEEK)
    return opened.join(added, on="person_id", how="left").with_columns(window_end=(pl.col("window_start") + weeks * DAYS_A_WEEK + longer).cast(pl.Int32)).drop("paused")


def _tally(placed: pl.LazyFrame, limits: pl.LazyFrame) -> pl.LazyFrame:
    """Days, always whole weeks, by person: `success`, `at_risk` (success and failure), `seen` (any placed code); and the spells as evidence."""
    cut = placed.join(limits.select("person_id", "risk_end", "good_end"), on="person_id").with_columns(b=pl.min_horizontal("b", "risk_end"))
    inside = cut.filter(pl.col("a") < pl.col("b")).sort("person_id", "a", "b")
    days, good = pl.col("b") - pl.col("a"), (pl.min_horizontal("b", "good_end") - pl.col("a")).clip(lower_bound=0)
    return inside.group_by("person_id", maintain_order=True).agg(
        success=good.filter(pl.col("placed") == "success").sum(),
        at_risk=days.filter(pl.col("placed").is_in(["success", "failure"])).sum(),
        seen=days.sum(),
        spells=spell_list("a", "b", pl.format("{} {}", "code", "placed")),
    )


def _counted_as(after: AfterEnrolment) -> pl.Expr:
    """What ended the weeks that count before the window did, in a word: the first of all; an event before a code of the same week."""
    event_week = monday_of(until(after, pl.col("window_end"), counted=True))
    return pl.when(pl.col("stop_day") < event_week).then(pl.lit("stopped_by_code")).otherwise(pl.coalesce(ended_by(after, pl.col("window_end")), pl.lit("observed_throughout")))
