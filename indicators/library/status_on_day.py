"""Whether a person is in a state that counts on one day, so many months after enrolment."""

from typing import Annotated, Literal

import polars as pl
from annotated_types import Ge, Le

from indicators.indicator import indicator, spell_list, unit_rows
from indicators.presence import AfterEnrolment, ended_by, impossible, is_age_known, until, why_unseen, with_presence
from indicators.treatments import CodeSet, coded, placed_spells
from indicators.windows import months_later


@indicator("status_on_day", version=1, unit="person", value="persons in a state that counts", better="higher", registers=["states", "bef", "dod"], plausible=(0, 1))
def status_on_day(
    cohort: pl.LazyFrame,
    states: pl.LazyFrame,
    bef_residence: pl.LazyFrame,
    bef_person: pl.LazyFrame,
    dod: pl.LazyFrame,
    *,
    months: Annotated[int, Ge(1), Le(120)],
    types: CodeSet,
    no_state: Literal["counts", "does_not_count", "not_observed"],
    codes: pl.DataFrame,
    after_enrolment: AfterEnrolment,
) -> pl.LazyFrame:
    """The day is the one `months` after enrolment: the same day number, or the last day of a month that has no such day. The window is
    that day alone. A person counts as one when alive and resident on it and in at least one state that counts, and as nought when in
    none but states that do not count. A state covers its first day and not the day it ends; its code must be valid on the day. Of
    somebody who is resident and in no state at all `no_state` says what that is: it `counts` (as not being in a shelter does), it
    `does_not_count`, or the person is `not_observed` (where a register should have everybody in some state). A code that is placed
    nowhere, and nothing beside it that counts, is not observed. Who is not resident on the day of enrolment is not observed, and who
    died, left or came of age by the day leaves the count or counts as nought, as the contract says; where it keeps those who left, one
    whose residence is not proven on the day is not observed. Exposure is the one day.
    """
    day = months_later(pl.col("enrolled_day"), months)
    present = with_presence(cohort.with_columns(window_start=day, window_end=(day + 1).cast(pl.Int32)), bef_residence, dod, bef_person)
    seen = (
        present.join(_on_the_day(bef_residence, present).select("person_id", is_there=pl.lit(value=True)).unique(), on="person_id", how="left")
        .join(_states(states, present, types, codes), on="person_id", how="left")
        .with_columns(
            is_at_risk=until(after_enrolment, pl.col("window_end"), counted=False) > pl.col("window_start"),
            is_lost=until(after_enrolment, pl.col("window_end"), counted=True) <= pl.col("window_start"),
            is_there=pl.col("is_there").fill_null(value=False) | (pl.col("left_day").is_null() & (pl.col("died_day") > pl.col("window_start"))).fill_null(value=False),
            has_good=pl.col("good").fill_null(0) > 0,
            has_bad=pl.col("bad").fill_null(0) > 0,
            has_unplaced=pl.col("unplaced").fill_null(0) > 0,
        )
    )
    is_placed = pl.col("has_good") | (~pl.col("has_unplaced") & (pl.col("has_bad") | pl.lit(no_state != "not_observed")))
    is_without = ~(pl.col("has_good") | pl.col("has_bad") | pl.col("has_unplaced"))
    is_one = pl.col("has_good") | (is_without & pl.lit(no_state == "counts"))
    return unit_rows(
        seen,
        ineligible=pl.coalesce(impossible(), pl.when(pl.col("is_resident") & ~pl.col("is_at_risk")).then(pl.lit("no_day_at_risk"))),
        counted=pl.col("is_resident") & is_age_known(after_enrolment) & (pl.col("is_lost") | (pl.col("is_there") & is_placed)),
        why_not=pl.coalesce(
            why_unseen(),
            pl.when(~is_age_known(after_enrolment))
            .then(pl.lit("birth_day_unknown"))
            .when(~pl.col("is_there"))
            .then(pl.lit("not_resident_on_the_day"))
            .when(pl.col("has_unplaced"))
            .then(pl.lit("code_placed_nowhere"))
            .otherwise(pl.lit("no_state_delivered")),
        ),
        counted_as=pl.coalesce(
            ended_by(after_enrolment, pl.col("window_end")),
            pl.when("has_good").then(pl.lit("in_a_state_that_counts")).when("has_bad").then(pl.lit("in_a_state_that_does_not_count")).otherwise(pl.lit("in_no_state")),
        ),
        exposure=pl.lit(1),
        value=(is_one & ~pl.col("is_lost")).cast(pl.Int64),
        evidence=pl.col("spells"),
    )


def _on_the_day(spells: pl.LazyFrame, windows: pl.LazyFrame) -> pl.LazyFrame:
    """The spells that cover each person's day."""
    days = windows.select("person_id", "window_start")
    return spells.join(days, on="person_id").filter((pl.col("start_day") <= pl.col("window_start")) & (pl.col("window_start") < pl.col("end_day")))


def _states(states: pl.LazyFrame, windows: pl.LazyFrame, types: CodeSet, codes: pl.DataFrame) -> pl.LazyFrame:
    """How many states of each kind a person is in on the day (`good`, `bad`, `unplaced`), and those states as delivered."""
    own = _on_the_day(coded(states), windows).unique()
    placed = _on_the_day(placed_spells(states, types, codes), windows).select("person_id", "code", "placed").unique()
    known = own.join(placed, on=["person_id", "code"], how="left").sort("person_id", "start_day", "end_day", "code")
    return known.group_by("person_id", maintain_order=True).agg(
        good=(pl.col("placed") == "counts").sum(),
        bad=(pl.col("placed") == "does_not_count").sum(),
        unplaced=pl.col("placed").is_null().sum(),
        spells=spell_list("start_day", "end_day", pl.col("code")),
    )
