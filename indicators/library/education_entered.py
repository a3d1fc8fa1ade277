"""Whether a person enters an education that counts after enrolment."""

from typing import Annotated

import polars as pl
from annotated_types import Ge, Le

from indicators.enrolments import followed
from indicators.indicator import indicator, unit_rows
from indicators.milestones import ENTRY
from indicators.presence import AfterEnrolment, ended_by, is_age_known, why_unseen
from indicators.reaching import days_at_risk, no_risk
from indicators.treatments import CodeSet
from indicators.windows import Period


@indicator("education_entered", version=1, unit="person", value="persons who entered an education", better="higher", registers=["education", "bef", "dod"], plausible=(0, 1))
def education_entered(
    cohort: pl.LazyFrame,
    education: pl.LazyFrame,
    bef_residence: pl.LazyFrame,
    bef_person: pl.LazyFrame,
    dod: pl.LazyFrame,
    *,
    within_months: Annotated[int, Ge(1), Le(120)],
    tolerated_gap_days: Annotated[int, Ge(0), Le(366)],
    kinds: CodeSet,
    codes: pl.DataFrame,
    after_enrolment: AfterEnrolment,
    claim_period: Period,
) -> pl.LazyFrame:
    """The window begins on the day of enrolment and ends `within_months` later, on the same day number or the last day of a month that has
    no such day, that day excluded; only its days inside the claim period are looked at. A person counts as one when their first entry
    lies there, and as nought while there is none; of one who entered before the claim period there is nothing left to count. An entry is
    the first day of a spell of an education that counts, on the day of enrolment or later, when no such spell went on or ended at most
    `tolerated_gap_days` before: changing schools is no entry, nor is going on with what was begun before enrolment. A spell covers its
    first day and not the day it ends. Who is alive, resident and in no spell was in no education: the register holds all of them up to
    the day it covers. Who is not resident on the day of enrolment, or has a spell after it whose code the contract places nowhere, is not
    observed. Exposure is the days to the entry, that day included, or to the end of the time at risk.
    """
    seen = followed(
        cohort,
        education,
        bef_residence,
        bef_person,
        dod,
        within_months=within_months,
        month=ENTRY,
        tolerated_gap_days=tolerated_gap_days,
        kinds=kinds,
        codes=codes,
        after=after_enrolment,
        claim=claim_period,
    )
    has_entered = pl.col("entered_day").is_not_null()
    return unit_rows(
        seen,
        ineligible=no_risk(),
        counted=pl.col("is_observed"),
        why_not=pl.coalesce(why_unseen(), pl.when(is_age_known(after_enrolment)).then(pl.lit("code_placed_nowhere")).otherwise(pl.lit("birth_day_unknown"))),
        counted_as=pl.when(has_entered).then(pl.lit("entered")).otherwise(pl.coalesce(ended_by(after_enrolment, pl.col("window_end")), pl.lit("not_entered"))),
        exposure=days_at_risk(),
        value=has_entered.cast(pl.Int64),
        evidence=pl.col("spells"),
    )
