"""HERB_FORSORG_MV_F: stays at shelters, mostly of adults on help. A stay stands in every year that it has a day in, open while it goes on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from pipelines.synthetic.drawing import NEVER, Days, Index, Part, age_on, by_age, chance, day, draws, uniform_days
from pipelines.synthetic.linked import Linked, on
from pipelines.synthetic.population import dates

FIRST_STAY, LAST_STAY = day("2022-11-01"), day("2025-12-20")
AGES, RATES = (18, 30, 60), (0.0, 0.002, 0.001, 0.0004)
HELPED, AGAIN = 20.0, 0.3
SHORTEST, LONGEST = 2, 420
SHELTERS = 40


@dataclass(frozen=True)
class Stays:
    """Stays, one element each: the person's place, first day, day moved out, and number of the shelter."""

    person: Index
    start: Days
    end: Days
    shelter: Index

    @cached_property
    def left(self) -> Index:
        """The places of the stays after which somebody moved out, the last of each person, by the day."""
        order = np.lexsort((self.start, self.person))
        is_last = np.append(self.person[order][1:] != self.person[order][:-1], [True])[: len(order)]
        last = order[is_last]
        made: Index = last[np.argsort(self.end[last], kind="stable")]
        return made


def stays(linked: Linked) -> Stays:
    """All stays, clipped to the time somebody is here and alive; a second one begins after the first."""
    rng, people = draws(linked.seed, Part.SHELTERS), linked.people
    rate = by_age(age_on(people.born, FIRST_STAY), AGES, RATES) * np.where(linked.is_helped, HELPED, 1.0)
    once = np.flatnonzero(chance(rng, len(rate), rate))
    start, length = uniform_days(rng, len(once), FIRST_STAY, LAST_STAY), _lengths(rng, len(once))
    again = np.flatnonzero(chance(rng, len(once), AGAIN))
    second = start[again] + length[again] + rng.integers(10, 300, len(again))
    person = np.concatenate([once, once[again]])
    starts = np.concatenate([start, second]).astype(np.int32)
    ends = np.minimum(starts + np.concatenate([length, _lengths(rng, len(again))]), linked.last_day[person]).astype(np.int32)
    keep = (starts >= people.arrives[person]) & (starts < ends) & (starts <= LAST_STAY)
    return Stays(person[keep], starts[keep], ends[keep], rng.integers(1, SHELTERS + 1, len(person))[keep])


def _lengths(rng: np.random.Generator, count: int) -> Days:
    drawn = rng.random(count)
    return (SHORTEST + LONGEST * drawn * drawn * drawn).astype(np.int32)


def forsorg(linked: Linked, known: Stays, year: int) -> pl.DataFrame:
    """One row a stay with a day in the year, by the day moved in and pseudonym; no day moved out when that is later."""
    first, end = int(on(year, 1, 1)), int(on(year + 1, 1, 1))
    here = np.flatnonzero((known.start < end) & (known.end >= first))
    days = np.minimum(known.end[here], end) - np.maximum(known.start[here], first)
    rows = {
        "PNR": linked.keys(known.person[here]),
        "INDFLYT": dates(known.start[here]),
        "UDFLYT": dates(np.where(known.end[here] < end, known.end[here], NEVER).astype(np.int32)),
        "TAEL_AAR": pl.repeat(year, len(here), dtype=pl.Int32, eager=True),
        "ANTDAG": pl.Series(days.astype(np.int32)),
        "HENVIS": pl.repeat(None, len(here), dtype=pl.String, eager=True),
        "PRODNR": pl.Series((1_013_000_000 + known.shelter[here]).astype(np.int64)).cast(pl.String),
    }
    return pl.DataFrame(rows).sort("INDFLYT", "PNR", "PRODNR")
