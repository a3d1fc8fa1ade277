"""Days a child lives out of care inside a window of years after enrolment, within one claim period."""

from typing import Annotated, Literal

import polars as pl
from annotated_types import Ge, Le

from indicators.care import days_placed, placed_or_home, why_no_day
from indicators.indicator import indicator, unit_rows
from indicators.presence import AfterEnrolment, is_seen, why_not_seen
from indicators.treatments import CodeSet
from indicators.windows import Period


@indicator("days_out_of_care", version=1, unit="person", value="days out of care", better="higher", registers=["placements", "bef", "dod"], plausible=(0, 366))
def days_out_of_care(
    cohort: pl.LazyFrame,
    placements: pl.LazyFrame,
    bef_residence: pl.LazyFrame,
    bef_person: pl.LazyFrame,
    dod: pl.LazyFrame,
    *,
    years: Annotated[int, Ge(1), Le(20)],
    end: Literal["exclusive", "inclusive"],
    types: CodeSet,
    codes: pl.DataFrame,
    after_enrolment: AfterEnrolment,
    claim_period: Period,
) -> pl.LazyFrame:
    """The window begins on the day of enrolment and ends on the same date `years` later, that day excluded; only its days inside the
    claim period are looked at. A day counts if the child is alive, resident, not of age where the contract stops then, and in no
    placement of a type that counts. The first day of a placement is a day in care; its last day is not when `end` is `exclusive`, and
    is when it is `inclusive`. The eighteenth birthday and the day of death do not count. A child not resident on the day of enrolment is
    not observed. A child without any placement was at home: the register of placements holds all of them up to the day it covers.
    Exposure is the days at risk.
    """
    seen = days_placed(cohort, placements, bef_residence, bef_person, dod, years=years, end=end, types=types, codes=codes, after=after_enrolment, claim_period=claim_period)
    return unit_rows(
        seen,
        ineligible=why_no_day(),
        counted=is_seen(after_enrolment),
        why_not=why_not_seen(),
        counted_as=placed_or_home(after_enrolment),
        exposure=pl.col("at_risk"),
        value=pl.col("good") - pl.col("placed"),
        evidence=pl.col("spells"),
    )
