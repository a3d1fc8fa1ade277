"""BFL: the jobs of a quarter, a row a job and month, in exactly the months in which DREAM has an industry."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Iterator

import numpy as np
import polars as pl

from pipelines.synthetic.drawing import Part, chance, draws, picks

FULL_MONTH = 16033
"""Paid hours of a month of full-time work, in hundredths."""
PORTIONS = np.array([100, 80, 50, 20])
SHARES = (0.62, 0.15, 0.13, 0.1)
SECOND_JOB = 0.04


def bfl(seed: int, dream: Iterable[pl.DataFrame], months: tuple[dt.date, ...]) -> Iterator[pl.DataFrame]:
    """The jobs of some months, by pseudonym, month and workplace, a piece for each of DREAM's."""
    for piece, people in enumerate(dream):
        yield pl.concat([_month(seed, piece, people, month) for month in months]).sort("PNR", "AJO_JOB_START_DATO", "ARBNR")


def _month(seed: int, piece: int, people: pl.DataFrame, month: dt.date) -> pl.DataFrame:
    """Jobs of one month. A person keeps workplace and hours while the industry stays, since they are drawn by the piece alone."""
    now, before = f"BRANCHE_{month:%Y_%m}", f"BRANCHE_{(month - dt.timedelta(days=1)):%Y_%m}"
    rng, count = draws(seed, Part.JOBS, piece), people.height
    place, portion, has_two = rng.integers(0, 90, count), PORTIONS[picks(rng, count, SHARES)], chance(rng, count, SECOND_JOB)
    days = calendar.monthrange(month.year, month.month)[1]
    late = draws(seed, Part.JOBS, 1 + month.year * 12 + month.month).integers(0, days, count)
    drawn = people.select("PNR", industry=now, is_new=pl.col(before).is_null()).with_columns(
        place=pl.Series(place), portion=pl.Series(portion), has_two=pl.Series(has_two), late=pl.Series(late)
    )
    first = drawn.filter(pl.col("industry").is_not_null())
    second = first.filter("has_two").with_columns(place=pl.col("place") + 90, portion=pl.lit(10), is_new=pl.lit(value=False))
    start = pl.lit(month) + pl.duration(days=pl.when("is_new").then("late").otherwise(0))
    hours = (pl.lit(FULL_MONTH) * pl.col("portion") // 100).cast(pl.Float64) / 100
    return pl.concat([first, second.cast({"portion": pl.Int64})]).select(
        "PNR",
        ARBNR=pl.format("A{}", (pl.col("industry").cast(pl.Int64) * 1000 + pl.col("place")).cast(pl.String).str.zfill(9)),
        AJO_JOB_START_DATO=start.cast(pl.Date),
        AJO_JOB_SLUT_DATO=pl.lit(month.replace(day=days)),
        AJO_LOENTIMER=hours.round(2),
        AJO_FULDTID_BESKAEFTIGET=(pl.col("portion") / 100).round(2),
    )
