"""KRAF: decisions of a year, mostly about young men, more often about people on help, never about a child under 15 or the dead. And KRSI:
the charges that came before them, some of which no decision follows."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.synthetic.drawing import NEVER, Part, age_on, birthday, by_age, chance, day, draws, picks, uniform_days, weekday
from pipelines.synthetic.linked import Linked, on
from pipelines.synthetic.population import dates

OFFENCES = ("012110350", "012850115", "013210118", "013410117", "032110100", "034120200", "210112000")
TYPES = ("121", "211", "311", "421")
NO_DAY = day("1599-12-31")
"""What the register writes where a case has no day on which it was closed."""
AGES, RATES = (15, 20, 30, 40, 60), (0.0, 0.02, 0.026, 0.015, 0.006, 0.001)
WOMEN, HELPED, AGAIN = 0.25, 2.0, 0.2
CRIMINAL_AGE = 15
SOONEST, LATEST = 14, 330
"""Days from an offence to its decision."""
UNKNOWN, LONGER, DROPPED = 0.02, 0.1, 0.15


def kraf(linked: Linked, year: int) -> pl.DataFrame:
    """One row a decision of the year, by day and pseudonym."""
    return _decided(linked, year).drop("who")


def krsi(linked: Linked, year: int) -> pl.DataFrame:
    """One row a charge raised in the year, by day and pseudonym: those of the decisions of that year and the next, under the number of the
    case, and some that no decision follows."""
    made = pl.concat([_charged(linked, decided) for decided in (year, year + 1)])
    return made.filter(pl.col("SIG_SIGTDTO").dt.year() == year).sort("SIG_SIGTDTO", "PNR", "JOURNR")


def _charged(linked: Linked, year: int) -> pl.DataFrame:
    """The charges of a year's decisions: the offence a fortnight to eleven months before, never under 15 years of age."""
    decided, rng = _decided(linked, year), draws(linked.seed, Part.CHARGES, year)
    days, who = decided["AFG_AFGOEDTO"].to_physical().to_numpy(), decided["who"].to_numpy()
    delay = np.minimum(rng.integers(SOONEST, LATEST, len(days)), rng.integers(SOONEST, LATEST, len(days)))
    first = np.maximum(days - delay, birthday(linked.people.born[who], CRIMINAL_AGE)).astype(np.int32)
    charged = np.minimum(first + rng.integers(0, SOONEST, len(days)), days).astype(np.int32)
    last = np.where(chance(rng, len(days), LONGER), np.minimum(first + 3, charged), NO_DAY).astype(np.int32)
    is_unknown = chance(rng, len(days), UNKNOWN)
    rows = decided.select(
        "PNR",
        "JOURNR",
        SIG_GER9="AFG_GER9",
        SIG_GER1DTO=dates(np.where(is_unknown, NO_DAY, first).astype(np.int32)),
        SIG_GER2DTO=dates(np.where(is_unknown, NO_DAY, last).astype(np.int32)),
        SIG_SIGTDTO=dates(charged),
    )
    dropped = rows.filter(pl.Series(chance(rng, len(days), DROPPED))).with_columns(pl.format("{}-0", "JOURNR").alias("JOURNR"))
    return pl.concat([rows, dropped])


def _decided(linked: Linked, year: int) -> pl.DataFrame:
    """The decisions of a year with the place of their person, `who`."""
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
            "who": who,
            "PNR": linked.keys(who),
            "AFG_GER9": pl.Series(OFFENCES).gather(picks(rng, len(who), (0.2, 0.2, 0.15, 0.15, 0.1, 0.1, 0.1))),
            "AFG_AFGOEDTO": dates(days),
            "AFG_SAGADTOX": dates(closed),
            "AFG_AFGTYP3": pl.Series(TYPES).gather(picks(rng, len(who), (0.2, 0.2, 0.5, 0.1))),
        }
    ).sort("AFG_AFGOEDTO", "PNR", "AFG_GER9")
    number = pl.format("{}-{}", pl.lit(year), pl.int_range(1, pl.len() + 1).cast(pl.String).str.zfill(7))
    return rows.select("who", "PNR", number.alias("JOURNR"), "AFG_GER9", "AFG_AFGOEDTO", "AFG_SAGADTOX", "AFG_AFGTYP3")
