"""Persons enrolled in the cohort: an activity, counted on the day of enrolment."""

import polars as pl

from indicators.indicator import indicator, spell_evidence, unit_rows
from indicators.windows import anchor_day


@indicator("enrolled", version=1, unit="person", value="persons enrolled", better="neither", registers=[], plausible=(1, 1))
def enrolled(cohort: pl.LazyFrame) -> pl.LazyFrame:
    """A person counts as one when the cohort's own register enrols them. Nothing that happens later changes it."""
    return unit_rows(
        cohort.with_columns(anchor_day("enrolled_day")),
        counted=pl.lit(True),
        why_not=pl.lit("not_enrolled"),
        counted_as=pl.lit("enrolled"),
        exposure=pl.lit(1),
        value=pl.lit(1),
        evidence=spell_evidence("window_start", "window_end", pl.lit("enrolled")),
    )
