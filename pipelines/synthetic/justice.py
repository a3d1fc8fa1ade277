"""KRAF: decisions of a year, mostly about young men, more often about people on help, never about a child under 15 or the dead."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.synthetic.drawing import NEVER, Part, age_on, by_age, chance, day, draws, picks, uniform_days, weekday
from pipelines.synthetic.linked import Linked, on
from pipelines.synthetic.population import dates

OFFENCES = ("012110350", "012850115", "013210118", "013410117", "032110100", "034120200", "210112000")
TYPES = ("121", "211", "311", "421")
NO_DAY = day("1599-12-31")
"""What the register writes where a case has no day on which it was closed."""
AGES, RATES = (15, 20, 30, 40, 60), (0.0, 0.02, 0.026, 0.015, 0.006, 0.001)
WOMEN, HELPED, AGAIN = 0.25, 2.0, 0.2


def kraf(linked: Linked, year: int) -> pl.DataFrame:
    """One row a decision of the year, by day and pseudonym."""
    rng, people = draws(linked.seed, Part.JUSTICE, year), linked.people
    first, end = int(on(year, 1, 1)), int(on(year + 1, 1, 1))
    rate = by_age(age_on(people.born, first), AGES, RATES) * np.where(people.is_woman, WOMEN, 1.0) * np.where(linked.is_helped, HELPED, 1.0)
    once = np.flatnonzero(chance(rng, len(rate), rate))
    who = np.concatenate([once, once[chance(rng, len(once), AGAIN)]])
    days = weekday(uniform_days(rng, len(who), first + 7, end))
    is_here = (days >= people.arrives[who]) & (days < linked.last_day[who])
    who, days = who[is_here], days[is_here]
    closed = days + rng.integers(-20, 90, len(who))
    closed = np.select([chance(rng, len(who), 0.03), chance(rng, len(who), 0.05)], [NO_DAY, NEVER], closed).astype(np.int32)
    rows = pl.DataFrame(
        {
            "PNR": linked.keys(who),
            "AFG_GER9": pl.Series(OFFENCES).gather(picks(rng, len(who), (0.2, 0.2, 0.15, 0.15, 0.1, 0.1, 0.1))),
            "AFG_AFGOEDTO": dates(days),
            "AFG_SAGADTOX": dates(closed),
            "AFG_AFGTYP3": pl.Series(TYPES).gather(picks(rng, len(who), (0.2, 0.2, 0.5, 0.1))),
        }
    ).sort("AFG_AFGOEDTO", "PNR", "AFG_GER9")
    number = pl.format("{}-{}", pl.lit(year), pl.int_range(1, pl.len() + 1).cast(pl.String).str.zfill(7))
    return rows.select("PNR", number.alias("JOURNR"), "AFG_GER9", "AFG_AFGOEDTO", "AFG_SAGADTOX", "AFG_AFGTYP3")
