"""DREAM as delivered: one row a person of 16 or more, one column a week and one a month, written a piece of people at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import numpy as np
import polars as pl

from pipelines.synthetic.drawing import FIRST_MONDAY, NEVER, WEEKS, Days, Flags, Index, Part, Small, age_on, birthday, by_age, chance, date_of, day, draws, monday_from
from pipelines.synthetic.histories import STATE, Kind, Lives, codes, simulate, starting
from pipelines.synthetic.packed import Kept
from pipelines.synthetic.population import FIRST, Group, Population
from pipelines.synthetic.wages import industries

PEOPLE_A_PIECE = 50_000
LAST_SUNDAY = FIRST_MONDAY + 7 * WEEKS - 1
PENSION_AGE = 67


def _column(week: int) -> str:
    year, number, _ = dt.date.isocalendar(date_of(FIRST_MONDAY + 7 * week))
    return f"Y_{year % 100:02}{number:02}"


COLUMNS = tuple(_column(week) for week in range(WEEKS))


def background_lives(seed: int, people: Group) -> Lives:
    """Lives of people whom no programme looks at, by their age when 2024 begins."""
    rng = draws(seed, Part.ADULT_WEEKS)
    count, age = len(people.born), age_on(people.born, FIRST)
    stage = np.digitize(age, (30, 63))
    takes_leave = chance(rng, count, np.where(people.is_woman, by_age(age, (20, 44), (0.0, 0.3, 0.0)), 0.06))
    is_trained = age >= 0
    working = starting(rng, is_trained, {"dagpenge": 0.025, "sick": 0.02, "help": 0.03, "pension": 0.055, "fleksjob": 0.02})
    studying = starting(rng, is_trained, {"su": 0.28, "dagpenge": 0.02, "sick": 0.01})
    retiring = starting(rng, is_trained, {"efterloen": 0.2, "pension": 0.1, "fleksjob": 0.03})
    opens = monday_from(birthday(people.born, 18)).astype(np.int16)
    start = np.select([opens > 0, stage == 0, stage == 1], [np.uint8(STATE["blank"]), studying, working], retiring)
    return Lives(
        kind=(np.where(stage == 0, Kind.STUDENT, Kind.ADULT) + takes_leave).astype(np.uint8),
        start=start.astype(np.uint8),
        opens=opens,
        thirty=monday_from(birthday(people.born, 30)).astype(np.int16),
        is_fresh=np.zeros(count, dtype=np.bool_),
        is_trained=is_trained,
        leaves_help=np.ones(count, dtype=np.float32),
        comes_back=np.ones(count, dtype=np.float32),
    )


def dream(seed: int, people: Population, young: Kept, first_young: int) -> Iterator[pl.DataFrame]:
    """One row a person by pseudonym, a blank week and a month without wage null, in pieces. `young` are the people numbered on from `first_young`, whose histories are there."""
    lives = background_lives(seed, Group(people.born, people.is_woman))
    rows = people.order[(birthday(people.born, 16) <= LAST_SUNDAY)[people.order]]
    for number, start in enumerate(range(0, len(rows), PEOPLE_A_PIECE)):
        who = rows[start : start + PEOPLE_A_PIECE]
        made = np.empty((WEEKS, len(who)), dtype=np.int16)
        is_young = (who >= first_young) & (who < first_young + len(young.born))
        theirs, others = who[is_young] - first_young, lives.take(who[~is_young])
        known = young.take(theirs)
        made[:, is_young] = codes(known.states, known.lives)
        made[:, ~is_young] = codes(simulate(others, draws(seed, Part.ADULT_WEEKS, number + 1)), others)
        _overlay(made, people, who)
        yield _wide(people.pnr.gather(who), made).hstack(industries(seed, number, made, people.born[who]))


def _overlay(made: Small, people: Population, who: Index) -> None:
    """From 67 the state pension; 997 while not here; 999 in the weeks after death."""
    week = np.arange(WEEKS)[:, None]
    made[week >= monday_from(birthday(people.born[who], PENSION_AGE))] = 998
    came = np.where(people.arrives[who] == people.born[who], 0, people.arrives[who])
    made[(week >= _week_after(people.leaves[who])) | (week < _week_after(came.astype(np.int32)))] = 997
    made[week >= _week_after((people.dies[who] + 1).astype(np.int32))] = 999


def _week_after(days: Days) -> Days:
    return np.where(days >= NEVER, WEEKS, monday_from(np.minimum(days, day("2027-01-01")).astype(np.int32)))


def _wide(pnr: pl.Series, made: Small) -> pl.DataFrame:
    is_blank: Flags = made == 0
    weeks = [pl.Series(name, made[week]).set(pl.Series(is_blank[week]), None) for week, name in enumerate(COLUMNS)]
    return pl.DataFrame([pnr, *weeks])
