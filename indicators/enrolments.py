"""Spells of enrolment in education that count, and the days on which somebody entered one after enrolment in the cohort and stayed so long.

An education is entered on the first day of a spell, by whoever was in none that counts on the days before: one who is in education already
goes on waiting for a new entry. The milestones and their clock are those of `indicators.milestones`.
"""

from __future__ import annotations

import polars as pl

from indicators.indicator import spell_list
from indicators.milestones import ENTRY, clocked, reached
from indicators.presence import AfterEnrolment, is_age_known
from indicators.reaching import limited, with_risk
from indicators.treatments import EVER, CodeSet, coded, placed_spells
from indicators.windows import Period


def followed(
    cohort: pl.LazyFrame,
    education: pl.LazyFrame,
    residence: pl.LazyFrame,
    births: pl.LazyFrame,
    dod: pl.LazyFrame,
    *,
    within_months: int,
    month: int,
    tolerated_gap_days: int,
    kinds: CodeSet,
    codes: pl.DataFrame,
    after: AfterEnrolment,
    claim: Period,
) -> pl.LazyFrame:
    """What `limited` and `with_risk` say of `cohort`, and: `entered_day` and `reached_day` (the first entry, and the milestone of `month`
    months; null without one), `has_unplaced` (a spell whose code the set does not place on all of its days), `spells` as evidence."""
    limits = limited(cohort, residence, births, dod, within_months=within_months, after=after, claim=claim)
    stays = placed_spells(education, kinds, codes).filter(pl.col("placed") == "counts")
    days = _days(stays, limits, month, tolerated_gap_days)
    found = limits.join(days, on="person_id", how="left").join(_unplaced(education, limits, kinds, codes), on="person_id", how="left")
    return with_risk(found.join(_evidence(stays, found), on="person_id", how="left"), pl.col("is_resident") & is_age_known(after) & pl.col("has_unplaced").is_null())


def _days(stays: pl.LazyFrame, limits: pl.LazyFrame, month: int, tolerated_gap_days: int) -> pl.LazyFrame:
    """person_id, entered_day, reached_day of those who entered after enrolment: by clocks that know of the stays before it too."""
    windows = limits.select("person_id", window_start=pl.lit(EVER[0], dtype=pl.Int32), window_end=pl.min_horizontal("window_end", "good_end"))
    since = clocked(stays, windows, tolerated_gap_days).join(limits.select("person_id", "enrolled_day"), on="person_id")
    day = pl.col("reached_day")
    return (
        reached(since.filter(pl.col("clock_day") >= pl.col("enrolled_day")), [ENTRY, month])
        .group_by("person_id")
        .agg(entered_day=day.filter(pl.col("month") == ENTRY).first(), reached_day=day.filter(pl.col("month") == month).first())
    )


def _unplaced(education: pl.LazyFrame, limits: pl.LazyFrame, kinds: CodeSet, codes: pl.DataFrame) -> pl.LazyFrame:
    """person_id and `has_unplaced` of those with a spell, after enrolment and before the window's end, whose code is placed on too few days."""
    valid = kinds.rows(codes).lazy().select("code", valid_start="start_day", valid_end="end_day")
    cut = (
        coded(education)
        .join(limits.select("person_id", "enrolled_day", "window_end"), on="person_id")
        .select("person_id", "code", a=pl.max_horizontal("start_day", "enrolled_day"), b=pl.min_horizontal("end_day", "window_end"))
        .filter(pl.col("a") < pl.col("b"))
        .unique()
    )
    placed = (pl.min_horizontal("b", "valid_end") - pl.max_horizontal("a", "valid_start")).clip(lower_bound=0)
    spells = cut.join(valid, on="code", how="left").group_by("person_id", "code", "a", "b").agg(placed=placed.filter(pl.col("valid_end").is_not_null()).sum())
    return spells.filter(pl.col("placed") < pl.col("b") - pl.col("a")).select("person_id", has_unplaced=pl.lit(value=True)).unique()


def _evidence(stays: pl.LazyFrame, found: pl.LazyFrame) -> pl.LazyFrame:
    """The spells that count and touch the days from enrolment to the window's end, as placed, and the day that was reached."""
    touching = stays.join(found.select("person_id", "enrolled_day", "window_end"), on="person_id").filter(
        (pl.col("end_day") >= pl.col("enrolled_day")) & (pl.col("start_day") < pl.col("window_end"))
    )
    named = touching.select("person_id", "start_day", "end_day", "code")
    day = found.filter(pl.col("reached_day").is_not_null()).select("person_id", start_day="reached_day", end_day=pl.col("reached_day") + 1, code=pl.lit("reached"))
    every = pl.concat([named, day]).sort("person_id", "start_day", "end_day", "code")
    return every.group_by("person_id", maintain_order=True).agg(spells=spell_list("start_day", "end_day", pl.col("code")))
