"""Days of a child in placements, inside a window of years and one claim period: what days in care and days out of care are both read from."""

from __future__ import annotations

from typing import Literal

import polars as pl

from indicators.indicator import spell_list
from indicators.presence import AfterEnrolment, ended_by, until, why_never_at_risk, with_presence
from indicators.spells import days_inside
from indicators.treatments import CodeSet
from indicators.windows import Period, same_date


def days_placed(
    cohort: pl.LazyFrame,
    placements: pl.LazyFrame,
    bef_residence: pl.LazyFrame,
    bef_person: pl.LazyFrame,
    dod: pl.LazyFrame,
    *,
    years: int,
    end: Literal["exclusive", "inclusive"],
    types: CodeSet,
    codes: pl.DataFrame,
    after: AfterEnrolment,
    claim_period: Period,
) -> pl.LazyFrame:
    """`cohort` with each child's window inside the claim period, their presence, and in days: `at_risk`; `good`, those of them before an
    event that the contract does not keep; `placed`, those of `good` in a placement of a type that counts. `spells` are these placements."""
    opens = pl.max_horizontal(pl.col("enrolled_day"), pl.lit(claim_period.start_day))
    closes = pl.max_horizontal(opens, pl.min_horizontal(same_date(pl.col("enrolled_day"), years), pl.lit(claim_period.end_day)))
    window = cohort.with_columns(window_start=opens.cast(pl.Int32), window_end=closes.cast(pl.Int32))
    limits = with_presence(window, bef_residence, dod, bef_person).with_columns(
        risk_end=until(after, pl.col("window_end"), counted=False).cast(pl.Int32), good_end=until(after, pl.col("window_end"), counted=True).cast(pl.Int32)
    )
    good = limits.select("person_id", "window_start", window_end="good_end")
    late = until_out(placements, end).filter(pl.col("end_day") > claim_period.start_day)
    spells = counting(touching(late, good), types, codes)
    found = limits.join(days_inside(spells, good), on="person_id", how="left").join(listed(spells), on="person_id", how="left")
    return found.with_columns(
        at_risk=(pl.col("risk_end") - pl.col("window_start")).clip(lower_bound=0),
        good=(pl.col("good_end") - pl.col("window_start")).clip(lower_bound=0),
        placed=pl.col("days").fill_null(0),
    )


def until_out(placements: pl.LazyFrame, end: Literal["exclusive", "inclusive"]) -> pl.LazyFrame:
    """Placements from their first day in care up to, and not including, the first day out of it."""
    return placements.with_columns(end_day=pl.col("end_day") + (1 if end == "inclusive" else 0))


def touching(placements: pl.LazyFrame, windows: pl.LazyFrame) -> pl.LazyFrame:
    """The placements that touch each child's window: person_id, start_day, end_day, type."""
    inside = placements.join(windows, on="person_id", maintain_order="left").filter((pl.col("start_day") < pl.col("window_end")) & (pl.col("end_day") > pl.col("window_start")))
    return inside.select("person_id", "start_day", "end_day", "type").cache()


def counting(placements: pl.LazyFrame, types: CodeSet, codes: pl.DataFrame) -> pl.LazyFrame:
    """The placements of a type that counts."""
    counted = types.rows(codes).filter(pl.col("placed") == "counts")["code"].unique().implode()
    return placements.filter(pl.col("type").is_in(counted))


def listed(spells: pl.LazyFrame) -> pl.LazyFrame:
    """Placements as evidence: one row a child, `spells`."""
    return spells.sort("person_id", "start_day", "end_day", "type").group_by("person_id", maintain_order=True).agg(spells=spell_list("start_day", "end_day", pl.col("type")))


def why_no_day() -> pl.Expr:
    """Why a child has no day at risk in the claim period, in a word, else null."""
    return pl.coalesce(pl.when(pl.col("window_start") >= pl.col("window_end")).then(pl.lit("outside_claim_period")), why_never_at_risk())


def placed_or_home(after: AfterEnrolment) -> pl.Expr:
    """What ended the days that are looked at before the window did, else whether there was a placement, in a word."""
    placed = pl.when(pl.col("placed") > 0).then(pl.lit("placed_some_days")).otherwise(pl.lit("at_home_throughout"))
    return pl.coalesce(ended_by(after, pl.col("window_end")), placed)
