"""A person's own ISO weeks after enrolment, each placed by the contract: what the indicators that count weeks of DREAM share.

A window is so many weeks from the Monday on or after enrolment, longer by the weeks that a code pauses. Within it a week is at risk until
an event after enrolment or a code stops the count; what fails is at risk and never counts.
"""

from __future__ import annotations

import polars as pl

from indicators.ordered import in_order, summed
from indicators.presence import AfterEnrolment, ended_by, is_age_known, until, with_presence
from indicators.treatments import Placing
from indicators.windows import DAYS_A_WEEK, first_monday, monday_of


def furthest(cohort: pl.LazyFrame, weeks: int, pause_at_most: int) -> pl.LazyFrame:
    """`cohort` with the window as long as pauses can make it: window_start, window_end."""
    start = first_monday("enrolled_day")
    return cohort.with_columns(window_start=start, window_end=start + (weeks + pause_at_most) * DAYS_A_WEEK)


def placed_in(opened: pl.LazyFrame, dream: pl.LazyFrame, states: Placing, codes: pl.DataFrame) -> pl.LazyFrame:
    """The spells inside each person's furthest window, cut where the validity of their code begins or ends: person_id, a, b, code, placed, and
    `said`, the last two in words."""
    treatments = states.weekly(codes).lazy().rename({"start_day": "valid_start", "end_day": "valid_end"}).with_columns(said=pl.format("{} {}", "code", "placed"))
    inside = (
        dream.join(opened.select("person_id", "window_start", "window_end"), on="person_id", maintain_order="left")
        .select("person_id", "code", a=pl.max_horizontal("start_day", "window_start"), b=pl.min_horizontal("end_day", "window_end"))
        .filter(pl.col("a") < pl.col("b"))
    )
    cut = inside.join(treatments, on="code", maintain_order="left").with_columns(a=pl.max_horizontal("a", "valid_start"), b=pl.min_horizontal("b", "valid_end"))
    return cut.filter(pl.col("a") < pl.col("b")).select("person_id", "a", "b", "code", "placed", "said").cache()


def closed(opened: pl.LazyFrame, placed: pl.LazyFrame, weeks: int, pause_at_most: int) -> pl.LazyFrame:
    """`opened` with the day the window really ends: after `weeks` weeks that were not paused. A pause counts when it begins before that."""
    found = placed.filter(pl.col("placed") == "pause").select("person_id", "a", "b").join(opened.select("person_id", "window_start"), on="person_id", maintain_order="left")
    days, is_first = pl.col("b") - pl.col("a"), pl.col("person_id") != pl.col("person_id").shift()
    pauses = in_order(found, "a").with_columns(before=days.cum_sum() - days)
    paused_before = pl.col("before") - pl.when(is_first.fill_null(value=True)).then("before").forward_fill()
    counts = (pl.col("a") - pl.col("window_start") - paused_before) < weeks * DAYS_A_WEEK
    added = summed(pauses.filter(counts), {"paused": days})
    longer = pl.col("paused").fill_null(0).clip(upper_bound=pause_at_most * DAYS_A_WEEK)
    return opened.join(added, on="person_id", how="left").with_columns(window_end=(pl.col("window_start") + weeks * DAYS_A_WEEK + longer).cast(pl.Int32)).drop("paused")


def with_limits(
    window: pl.LazyFrame, placed: pl.LazyFrame, dream: pl.LazyFrame, residence: pl.LazyFrame, dod: pl.LazyFrame, births: pl.LazyFrame, after: AfterEnrolment
) -> pl.LazyFrame:
    """`window` with what `with_presence` says, `in_dream`, `stop_day` (the first week of a stopping code), `risk_end` (the Monday time at
    risk ends on) and `good_end` (the Monday from which every week fails)."""
    stopped = placed.filter(pl.col("placed") == "stop").group_by("person_id").agg(stop_day=pl.col("a").min())
    delivered = dream.select("person_id").unique().with_columns(in_dream=pl.lit(value=True))
    present = with_presence(window, residence, dod, births).join(stopped, on="person_id", how="left").join(delivered, on="person_id", how="left")
    end = pl.col("window_end")
    return present.with_columns(
        risk_end=pl.max_horizontal("window_start", monday_of(pl.min_horizontal(until(after, end, counted=False), "stop_day"))),
        good_end=monday_of(pl.min_horizontal(until(after, end, counted=True), "stop_day")),
    )


def at_risk_of(placed: pl.LazyFrame, limits: pl.LazyFrame) -> pl.LazyFrame:
    """The placed spells cut where time at risk ends, sorted by person and day, with `good_end`."""
    cut = placed.join(limits.select("person_id", "risk_end", "good_end"), on="person_id", maintain_order="left").with_columns(b=pl.min_horizontal("b", "risk_end"))
    return in_order(cut.filter(pl.col("a") < pl.col("b")).drop("risk_end"), "a", "b")


def whole() -> pl.Expr:
    """Days from the window's first to the end of time at risk: every one of them must be in a week that was delivered with a placed code."""
    return pl.col("risk_end") - pl.col("window_start")


def no_risk(at_risk: pl.Expr, seen: pl.Expr) -> pl.Expr:
    """Why a person has no week at risk at all, in a word, else null."""
    return (
        pl.when(pl.col("died_day") <= pl.col("enrolled_day"))
        .then(pl.lit("died_before_enrolment"))
        .when(pl.col("is_resident") & (seen == whole()) & (at_risk == 0))
        .then(pl.lit("no_week_at_risk"))
    )


def is_followed(after: AfterEnrolment, at_risk: pl.Expr, seen: pl.Expr) -> pl.Expr:
    """Whether somebody resident at enrolment has a week at risk, and every week of the count was delivered with a placed code."""
    return pl.col("is_resident") & is_age_known(after) & (seen == whole()) & (at_risk > 0)


def why_not_followed(after: AfterEnrolment) -> pl.Expr:
    """Why somebody is not, in a word."""
    return (
        pl.when(pl.col("in_dream").is_null() | ~pl.col("is_known"))
        .then(pl.lit("unlinked"))
        .when(~pl.col("is_resident"))
        .then(pl.lit("not_resident_at_enrolment"))
        .when(~is_age_known(after))
        .then(pl.lit("birth_day_unknown"))
        .otherwise(pl.lit("week_without_a_placed_code"))
    )


def ended_as(after: AfterEnrolment) -> pl.Expr:
    """What ended the weeks that count before the window did, in a word: the first of all; an event before a code of the same week."""
    event_week = monday_of(until(after, pl.col("window_end"), counted=True))
    return pl.when(pl.col("stop_day") < event_week).then(pl.lit("stopped_by_code")).otherwise(pl.coalesce(ended_by(after, pl.col("window_end")), pl.lit("observed_throughout")))
