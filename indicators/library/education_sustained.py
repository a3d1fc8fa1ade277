"""Whether a person who entered an education after enrolment is still in one so many months later."""

from typing import Annotated

import polars as pl
from annotated_types import Ge, Le

from indicators.enrolments import followed
from indicators.indicator import indicator, unit_rows
from indicators.presence import AfterEnrolment, ended_by, is_age_known, why_unseen
from indicators.reaching import days_at_risk, no_risk
from indicators.treatments import CodeSet
from indicators.windows import Period


@indicator("education_sustained", version=1, unit="person", value="persons who stayed in education", better="higher", registers=["education", "bef", "dod"], plausible=(0, 1))
def education_sustained(
    cohort: pl.LazyFrame,
    education: pl.LazyFrame,
    bef_residence: pl.LazyFrame,
    bef_person: pl.LazyFrame,
    dod: pl.LazyFrame,
    *,
    within_months: Annotated[int, Ge(1), Le(120)],
    sustained_months: Annotated[int, Ge(1), Le(60)],
    tolerated_gap_days: Annotated[int, Ge(0), Le(366)],
    kinds: CodeSet,
    codes: pl.DataFrame,
    after_enrolment: AfterEnrolment,
    claim_period: Period,
) -> pl.LazyFrame:
    """The window begins on the day of enrolment and ends `within_months` later, on the same day number or the last day of a month that has
    no such day, that day excluded; only its days inside the claim period are looked at. The clock begins on the day a person enters an
    education that counts, on the day of enrolment or later, and the milestone is `sustained_months` after it by the calendar. Days out of
    education, `tolerated_gap_days` of them at most, do not stop the clock; a longer gap sets it to the day of the next entry. The
    milestone is reached on its day by who is in an education that counts on that day, whichever it is, and on the day of re-entry by who
    is then in a tolerated gap. A spell covers its first day and not the day it ends; one that went on at enrolment is no entry. A person
    counts as one when the milestone is first reached inside the window, and as nought while it is not; of one who reached it before the
    claim period there is nothing left to count. Who is alive, resident and in no spell was in no education: the register holds all of
    them up to the day it covers. Who is not resident on the day of enrolment, or has a spell after it whose code the contract places
    nowhere, is not observed. Exposure is the days to the milestone, that day included, or to the end of the time at risk.
    """
    seen = followed(
        cohort,
        education,
        bef_residence,
        bef_person,
        dod,
        within_months=within_months,
        month=sustained_months,
        tolerated_gap_days=tolerated_gap_days,
        kinds=kinds,
        codes=codes,
        after=after_enrolment,
        claim=claim_period,
    )
    is_reached = pl.col("reached_day").is_not_null()
    return unit_rows(
        seen,
        ineligible=no_risk(),
        counted=pl.col("is_observed"),
        why_not=pl.coalesce(why_unseen(), pl.when(is_age_known(after_enrolment)).then(pl.lit("code_placed_nowhere")).otherwise(pl.lit("birth_day_unknown"))),
        counted_as=pl.when(is_reached).then(pl.lit("sustained")).otherwise(pl.coalesce(ended_by(after_enrolment, pl.col("window_end")), _how_far())),
        exposure=days_at_risk(),
        value=is_reached.cast(pl.Int64),
        evidence=pl.col("spells"),
    )


def _how_far() -> pl.Expr:
    """How far somebody got who did not reach the milestone, in a word."""
    return pl.when(pl.col("entered_day").is_not_null()).then(pl.lit("entered_and_not_sustained")).otherwise(pl.lit("not_entered"))
