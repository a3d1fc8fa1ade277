"""Days a child lives out of care inside a window of years after enrolment, within one claim period."""

from typing import Annotated, Literal

import polars as pl
from annotated_types import Ge, Le

from indicators.indicator import indicator, spell_list, unit_rows
from indicators.presence import AfterEnrolment, ended_by, is_age_known, until, with_presence
from indicators.spells import days_inside
from indicators.treatments import CodeSet
from indicators.windows import Period, same_date


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
    opens = pl.max_horizontal(pl.col("enrolled_day"), pl.lit(claim_period.start_day))
    closes = pl.max_horizontal(opens, pl.min_horizontal(same_date(pl.col("enrolled_day"), years), pl.lit(claim_period.end_day)))
    window = cohort.with_columns(window_start=opens.cast(pl.Int32), window_end=closes.cast(pl.Int32))
    limits = with_presence(window, bef_residence, dod, bef_person).with_columns(
        risk_end=until(after_enrolment, pl.col("window_end"), counted=False).cast(pl.Int32), good_end=until(after_enrolment, pl.col("window_end"), counted=True).cast(pl.Int32)
    )
    counted_types = types.rows(codes).filter(pl.col("placed") == "counts")["code"].unique().implode()
    spells = placements.filter(pl.col("type").is_in(counted_types)).with_columns(end_day=pl.col("end_day") + (1 if end == "inclusive" else 0))
    good = limits.select("person_id", "window_start", window_end="good_end")
    at_risk, at_home = (pl.col("risk_end") - pl.col("window_start")).clip(lower_bound=0), (pl.col("good_end") - pl.col("window_start")).clip(lower_bound=0)
    seen = limits.join(days_inside(spells, good), on="person_id", how="left").join(_evidence(spells, good), on="person_id", how="left").with_columns(pl.col("days").fill_null(0))
    return unit_rows(
        seen,
        ineligible=pl.when(pl.col("window_start") >= pl.col("window_end"))
        .then(pl.lit("outside_claim_period"))
        .when(pl.col("died_day") <= pl.col("enrolled_day"))
        .then(pl.lit("died_before_enrolment"))
        .when(pl.col("birth_day") > pl.col("enrolled_day"))
        .then(pl.lit("born_after_enrolment"))
        .when(pl.col("is_resident") & (at_risk == 0))
        .then(pl.lit("no_day_at_risk")),
        counted=pl.col("is_resident") & is_age_known(after_enrolment),
        why_not=pl.when(~pl.col("is_known")).then(pl.lit("unlinked")).when(~pl.col("is_resident")).then(pl.lit("not_resident_at_enrolment")).otherwise(pl.lit("birth_day_unknown")),
        counted_as=_counted_as(after_enrolment),
        exposure=at_risk,
        value=at_home - pl.col("days"),
        evidence=pl.col("spells"),
    )


def _evidence(spells: pl.LazyFrame, windows: pl.LazyFrame) -> pl.LazyFrame:
    """The placements that touch each child's window, as delivered."""
    inside = spells.join(windows, on="person_id").filter((pl.col("start_day") < pl.col("window_end")) & (pl.col("end_day") > pl.col("window_start")))
    return inside.sort("person_id", "start_day", "end_day", "type").group_by("person_id", maintain_order=True).agg(spells=spell_list("start_day", "end_day", pl.col("type")))


def _counted_as(after: AfterEnrolment) -> pl.Expr:
    """What ended the days that count before the window did, else whether there was a placement, in a word."""
    placed = pl.when(pl.col("days") > 0).then(pl.lit("placed_some_days")).otherwise(pl.lit("at_home_throughout"))
    return pl.coalesce(ended_by(after, pl.col("window_end")), placed)
