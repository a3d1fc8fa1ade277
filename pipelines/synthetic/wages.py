"""Months with wage income, as DREAM holds them: the industry of the job, one column a month, consistent with the weekly codes.

A blank week says that no benefit was paid, not that there was a wage: a share of people live of something else in theirs. A wage also
stands beside some benefits: a flex job, studies with a job beside them, sick pay that the employer gets back, a few hours beside help.
"""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import numpy as np
import polars as pl

from pipelines.synthetic.drawing import Days, Flags, Part, Small, birthday, chance, day, draws, monday_from

FIRST_MONTH, LAST_MONTH = dt.date(2022, 1, 1), dt.date(2026, 4, 1)
"""The last month lies before the last weeks, since wages are reported later than benefits."""
WORKS_WHEN_BLANK = 0.86
"""The rest support themselves without a wage."""
BESIDE = {651: 0.55, 771: 1.0, 890: 0.4, 881: 0.3}
"""Of a benefit's people, the share that has a wage in a month of it."""
BESIDE_HELP = 0.08
HELP = (130, 133, 140, 143, 720, 723, 724, 727, 730, 733, 734, 737)
AGE_OF_A_FIRST_JOB = 15
INDUSTRIES = np.array(
    [11100, 14100, 107120, 412000, 432100, 433200, 453100, 471120, 477110, 494100, 532000, 551010, 561010, 620100, 692000, 782000, 812100, 841100, 852010, 861000, 873010, 889910],
    dtype=np.int32,
)
"""Six digits each; those of farming begin with a nought, which whole numbers do not show."""


def _months() -> list[dt.date]:
    months, month = [], FIRST_MONTH
    while month <= LAST_MONTH:
        months.append(month)
        month = (month + dt.timedelta(days=31)).replace(day=1)
    return months


MONTHS = tuple(_months())
COLUMNS = tuple(f"BRANCHE_{month:%Y_%m}" for month in MONTHS)


def _first_weeks() -> list[int]:
    """For each month, and the one after the last, the number of the first week whose Thursday lies in it."""
    ends = [*MONTHS, (LAST_MONTH + dt.timedelta(days=31)).replace(day=1)]
    return [int(monday_from(np.array([day(str(month)) - 3], dtype=np.int32))[0]) for month in ends]


FIRST_WEEKS = _first_weeks()


def industries(seed: int, piece: int, codes: Small, born: Days) -> pl.DataFrame:
    """One column a month: the industry of the month's wage, null without one. `codes` has a row a week and a column a person.

    Draws from its own generator, the same numbers for everybody, so that nothing else of the sample moves.
    """
    rng, count = draws(seed, Part.INDUSTRY, piece), codes.shape[1]
    earns = _has_wage(rng, codes, count)
    earns[np.arange(len(codes))[:, None] < monday_from(birthday(born, AGE_OF_A_FIRST_JOB))] = False
    in_month = np.stack([earns[first:end].any(axis=0) for first, end in pairwise(FIRST_WEEKS)])
    begins = in_month & ~np.vstack([np.zeros((1, count), dtype=np.bool_), in_month[:-1]])
    job = rng.integers(0, len(INDUSTRIES), count) + np.cumsum(begins, axis=0) * rng.integers(0, 3, count)
    found = INDUSTRIES[job % len(INDUSTRIES)]
    return pl.DataFrame([pl.Series(name, found[place]).set(pl.Series(~in_month[place]), None) for place, name in enumerate(COLUMNS)])


def _has_wage(rng: np.random.Generator, codes: Small, count: int) -> Flags:
    """In which weeks a person has a wage, if the month has any week of them."""
    earns: Flags = (codes == 0) & chance(rng, count, WORKS_WHEN_BLANK)
    for code, share in BESIDE.items():
        earns |= (codes == code) & chance(rng, count, share)
    earns |= np.isin(codes, HELP) & chance(rng, count, BESIDE_HELP)
    return earns
