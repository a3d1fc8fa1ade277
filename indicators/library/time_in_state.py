"""Time in a state that counts, in the person's own window after enrolment, by any register of spells."""

from typing import Annotated, Literal

import polars as pl
from annotated_types import Ge, Le

from indicators.indicator import indicator, spell_list, unit_rows
from indicators.presence import AfterEnrolment, ended_by, is_seen, until, why_never_at_risk, why_not_seen, with_limits
from indicators.spells import unbroken, without
from indicators.treatments import Treatments, placed_spells, with_days_unplaced
from indicators.windows import CountedUnit, Window, paused_by, whole_units

NoState = Literal["success", "failure", "neutral", "not_observed"]


@indicator("time_in_state", version=1, unit="person", value="time in a state that counts", better="higher", registers=["states", "bef", "dod"], plausible=(0, 3653))
def time_in_state(
    cohort: pl.LazyFrame,
    states: pl.LazyFrame,
    bef_residence: pl.LazyFrame,
    bef_person: pl.LazyFrame,
    dod: pl.LazyFrame,
    *,
    window: Window,
    pause_at_most: Annotated[int, Ge(0), Le(731)],
    counted_in: CountedUnit,
    treatments: Treatments,
    no_state: NoState,
    codes: pl.DataFrame,
    after_enrolment: AfterEnrolment,
) -> pl.LazyFrame:
    """The window is the person's own after enrolment, longer by each day that a state pauses, at most `pause_at_most` of them; a pause counts
    when it begins before the window's own days have passed. A state covers its first day and not the day it ends, and its code is placed
    by the day. A day is at risk while the person is alive, resident and, where the contract stops then, under age, and no stopping state
    covers it or covered an earlier one of the window; it succeeds, fails, or leaves the count as the contract places its state. A day in
    several states is paused where one of them pauses, else succeeds where one succeeds, else fails where one fails.

    The value is the days that succeed, where the contract counts in days; weeks and months count when every day of them succeeds: ISO weeks
    from Monday, the person's own months from the day of enrolment, or months of the calendar. A day in no state is what `no_state` says: a
    success (as a day out of shelter is), a failure, neutral, or not observed (where a register should have everybody in some state). From
    what the contract takes for a failure after enrolment on every day fails, whatever its state. A person not resident on the day of
    enrolment is not observed; nor is one with a day, before what ends the count, in a state that the contract places nowhere. Exposure is
    the days that succeed or fail.
    """
    spells = placed_spells(states, treatments, codes)
    own = paused_by(cohort.with_columns(window.after("enrolled_day")), spells.filter(pl.col("placed") == "pause"), pause_at_most)
    limits = _stopped(with_limits(own, bef_residence, dod, bef_person, after_enrolment), spells)
    looked_at = limits.select("person_id", "window_start", window_end="good_end")
    success, failure, none = _days(spells, looked_at, no_state)
    units = whole_units(pl.col("start_day"), pl.col("end_day"), counted_in, pl.col("enrolled_day"))
    found = success.join(cohort, on="person_id").group_by("person_id").agg(value=units.sum(), good=_length())
    unplaced = with_days_unplaced(states, looked_at, treatments, codes).with_columns(has_unplaced=pl.lit(value=True))
    seen = limits
    for table in (found, _total(failure, "bad"), _total(none, "none"), unplaced, _evidence(spells, limits)):
        seen = seen.join(table, on="person_id", how="left")
    is_stateless = pl.lit(no_state == "not_observed") & (pl.col("none").fill_null(0) > 0)
    days = pl.col("good").fill_null(0) + pl.col("bad").fill_null(0) + pl.col("risk_end") - pl.col("good_end")
    whole = seen.with_columns(pl.col("has_unplaced").fill_null(value=False), pl.col("value").fill_null(0), is_stateless=is_stateless)
    is_complete = ~(pl.col("has_unplaced") | pl.col("is_stateless"))
    return unit_rows(
        whole.with_columns(at_risk=pl.when(is_complete).then(days)),
        ineligible=why_never_at_risk(),
        counted=is_seen(after_enrolment) & is_complete,
        why_not=pl.when(~is_seen(after_enrolment)).then(why_not_seen()).when("has_unplaced").then(pl.lit("code_placed_nowhere")).otherwise(pl.lit("no_state_delivered")),
        counted_as=_ended_as(after_enrolment),
        exposure=pl.col("at_risk"),
        value=pl.col("value"),
        evidence=pl.col("spells"),
    )


def _stopped(limits: pl.LazyFrame, spells: pl.LazyFrame) -> pl.LazyFrame:
    """`limits` with `stop_day`, the first day of the window in a stopping state, and nothing at risk from there on."""
    own = limits.select("person_id", "window_start", "window_end")
    first = unbroken(spells.filter(pl.col("placed") == "stop"), own).group_by("person_id").agg(stop_day=pl.col("start_day").min())
    return limits.join(first, on="person_id", how="left").with_columns(pl.min_horizontal(day, "stop_day").alias(day) for day in ("risk_end", "good_end"))


def _days(spells: pl.LazyFrame, windows: pl.LazyFrame, no_state: NoState) -> tuple[pl.LazyFrame, pl.LazyFrame, pl.LazyFrame]:
    """The days of each window that succeed, those that fail and those in no state, each as unbroken spells."""

    def placed(*names: str) -> pl.LazyFrame:
        return unbroken(spells.filter(pl.col("placed").is_in(names)), windows)

    every = unbroken(windows.select("person_id", start_day="window_start", end_day="window_end"), windows)
    none = without(every, placed("success", "failure", "neutral", "pause"))
    days = {"success": without(placed("success"), placed("pause")), "failure": without(placed("failure"), placed("success", "pause"))}
    if no_state in days:
        days[no_state] = unbroken(pl.concat([days[no_state], none]), windows)
    return days["success"], days["failure"], none


def _length() -> pl.Expr:
    return (pl.col("end_day") - pl.col("start_day")).cast(pl.Int64).sum()


def _total(spells: pl.LazyFrame, name: str) -> pl.LazyFrame:
    """Days of unbroken spells by person, under a name."""
    return spells.group_by("person_id").agg(_length().alias(name))


def _evidence(spells: pl.LazyFrame, limits: pl.LazyFrame) -> pl.LazyFrame:
    """The placed states inside each person's window, with what the contract makes of them."""
    own = limits.select("person_id", "window_start", "window_end")
    cut = spells.join(own, on="person_id").with_columns(start_day=pl.max_horizontal("start_day", "window_start"), end_day=pl.min_horizontal("end_day", "window_end"))
    inside = cut.filter(pl.col("start_day") < pl.col("end_day")).sort("person_id", "start_day", "end_day", "code")
    return inside.group_by("person_id", maintain_order=True).agg(spells=spell_list("start_day", "end_day", pl.format("{} {}", "code", "placed")))


def _ended_as(after: AfterEnrolment) -> pl.Expr:
    """What ended the days that count before the window did, in a word: the first of all; an event before a state that begins on its day."""
    stopped = pl.when(pl.col("stop_day") < until(after, pl.col("window_end"), counted=True)).then(pl.lit("stopped_by_code"))
    return pl.coalesce(stopped, ended_by(after, pl.col("window_end")), pl.lit("observed_throughout"))
