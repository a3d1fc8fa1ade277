"""Whether a person obtains a qualification that counts after enrolment, and did not hold it before."""

from typing import Annotated, Literal

import polars as pl
from annotated_types import Ge, Le

from indicators.indicator import indicator, spell_list, unit_rows
from indicators.presence import AfterEnrolment, ended_by, is_age_known, why_unseen
from indicators.reaching import days_at_risk, limited, no_risk, with_risk
from indicators.treatments import CodeSet, placed_on_days
from indicators.windows import Period


@indicator(
    "qualification_obtained",
    version=1,
    unit="person",
    value="persons who obtained a qualification",
    better="higher",
    registers=["qualifications", "bef", "dod"],
    plausible=(0, 1),
)
def qualification_obtained(
    cohort: pl.LazyFrame,
    qualifications: pl.LazyFrame,
    bef_residence: pl.LazyFrame,
    bef_person: pl.LazyFrame,
    dod: pl.LazyFrame,
    *,
    within_months: Annotated[int, Ge(1), Le(120)],
    kinds: CodeSet,
    unless_held: Literal["the_same", "any_that_counts"],
    codes: pl.DataFrame,
    after_enrolment: AfterEnrolment,
    claim_period: Period,
) -> pl.LazyFrame:
    """The window begins on the day of enrolment and ends `within_months` later, on the same day number or the last day of a month that has
    no such day, that day excluded; only its days inside the claim period are looked at. A qualification is obtained on the day it was
    completed, when its code counts, stands in the code list on that day, and was not completed before enrolment as well. A person counts
    as one when the first they obtain lies in the claim period, and as nought while there is none; of one who obtained it before the claim
    period there is nothing left to count. With `unless_held: any_that_counts` somebody who completed any qualification that counts before
    enrolment is not at risk at all; with `the_same` they may still obtain another. The register has the highest education of each year:
    one that was overtaken within the year, or that is lower than one already held, never shows. Somebody of whom the register holds no
    education at all, holds one that counts without its day, or one up to the window's end whose code the contract places nowhere, is not
    observed, and neither is who is not resident on the day of enrolment. Exposure is the days to the day of completion, that day
    included, or to the end of the time at risk.
    """
    limits = limited(cohort, bef_residence, bef_person, dod, within_months=within_months, after=after_enrolment, claim=claim_period)
    named = qualifications.select("person_id", "day", code=pl.col("education").cast(pl.String)).unique()
    held = placed_on_days(named, kinds, codes).join(limits.select("person_id", "enrolled_day", "window_end", "good_end"), on="person_id")
    seen = limits.join(_days(held), on="person_id", how="left").join(_known(held), on="person_id", how="left").join(_evidence(held), on="person_id", how="left")
    is_holder = pl.col("holds").fill_null(value=False) & pl.lit(unless_held == "any_that_counts")
    is_seen = pl.col("is_resident") & is_age_known(after_enrolment) & pl.col("holds").is_not_null()
    is_observed = is_seen & (is_holder | ~(pl.col("is_unplaced") | pl.col("is_undated")))
    risked = with_risk(seen.with_columns(is_holder=is_holder, reached_day=pl.when(~is_holder).then("reached_day")), is_observed)
    has_obtained = pl.col("reached_day").is_not_null()
    return unit_rows(
        risked,
        ineligible=pl.coalesce(no_risk(), pl.when("is_observed", "is_holder").then(pl.lit("held_before_enrolment"))),
        counted=pl.col("is_observed"),
        why_not=pl.coalesce(
            why_unseen(),
            pl.when(~is_age_known(after_enrolment))
            .then(pl.lit("birth_day_unknown"))
            .when(pl.col("holds").is_null())
            .then(pl.lit("education_unknown"))
            .when("is_unplaced")
            .then(pl.lit("code_placed_nowhere"))
            .otherwise(pl.lit("completed_on_an_unknown_day")),
        ),
        counted_as=pl.when(has_obtained).then(pl.lit("obtained")).otherwise(pl.coalesce(ended_by(after_enrolment, pl.col("window_end")), pl.lit("not_obtained"))),
        exposure=days_at_risk(),
        value=has_obtained.cast(pl.Int64),
        evidence=pl.col("spells"),
    )


def _days(held: pl.LazyFrame) -> pl.LazyFrame:
    """person_id and `reached_day`: the first day on which one that counts was completed that was not completed before enrolment too."""
    counting = held.filter(pl.col("placed") == "counts")
    before = counting.filter(pl.col("day") < pl.col("enrolled_day")).select("person_id", "code").unique()
    after = counting.filter(pl.col("day").is_between("enrolled_day", "good_end", closed="left")).join(before, on=["person_id", "code"], how="anti")
    return after.group_by("person_id").agg(reached_day=pl.col("day").min())


def _known(held: pl.LazyFrame) -> pl.LazyFrame:
    """What the register says of each person it has: `holds` (one that counts, from before enrolment), `is_unplaced`, `is_undated`."""
    is_looked_at, counts = pl.col("day").is_null() | (pl.col("day") < pl.col("window_end")), pl.col("placed") == "counts"
    return held.group_by("person_id").agg(
        holds=(counts & (pl.col("day") < pl.col("enrolled_day"))).fill_null(value=False).any(),
        is_unplaced=(pl.col("placed").is_null() & is_looked_at).any(),
        is_undated=(counts & pl.col("day").is_null()).fill_null(value=False).any(),
    )


def _evidence(held: pl.LazyFrame) -> pl.LazyFrame:
    """Every education completed before the window's end, on its day."""
    dated = held.filter(pl.col("day") < pl.col("window_end")).with_columns(next=pl.col("day") + 1).sort("person_id", "day", "code")
    return dated.group_by("person_id", maintain_order=True).agg(spells=spell_list("day", "next", pl.col("code")))
