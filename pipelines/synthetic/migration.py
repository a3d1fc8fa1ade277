"""VNDS_UD: who left the country in a year. Who came in 2024 or after may have left it in 2023 and is back."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.synthetic.drawing import NEVER, Part, chance, date_of, draws, picks, uniform_days
from pipelines.synthetic.linked import Linked, on
from pipelines.synthetic.population import FIRST, dates

COUNTRIES = ("5110", "5120", "5130", "5151", "5170", "5180", "5390", "5472")
SHARES = (0.16, 0.2, 0.12, 0.1, 0.13, 0.17, 0.08, 0.04)
UNKNOWN = 0.03
CAME_BACK = 0.5


def vnds(linked: Linked, year: int) -> pl.DataFrame:
    """One row an emigration of the year, by day and pseudonym."""
    rng = draws(linked.seed, Part.MIGRATION, year)
    first, end = int(on(year, 1, 1)), int(on(year + 1, 1, 1))
    people = linked.people
    who = np.flatnonzero((people.leaves >= first) & (people.leaves < end) & (people.leaves < people.dies))
    days = people.leaves[who]
    if end <= FIRST:
        back = np.flatnonzero((people.arrives > people.born) & (people.arrives < NEVER))
        who = back[chance(rng, len(back), CAME_BACK)]
        days = uniform_days(rng, len(who), first, end)
    country = pl.Series([*COUNTRIES, None]).gather(picks(rng, len(who), (*SHARES[:-1], SHARES[-1] - UNKNOWN, UNKNOWN)).clip(max=len(COUNTRIES)))
    rows = {"PNR": linked.keys(who), "HAEND_DATO": dates(days), "UDV_LAND": country, "REFERENCETID": pl.repeat(date_of(end - 1), len(who), dtype=pl.Date, eager=True)}
    return pl.DataFrame(rows).sort("HAEND_DATO", "PNR")
