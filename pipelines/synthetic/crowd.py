"""Staged tables of any number of people, drawn from a seed shard by shard, without a delivery: what indicators are measured on at size.

Nearly everybody has twenty rows in each register that an indicator counts: weekly codes, placements, answers, and arrests with searches. Nobody's
history is of interest; that every status and nearly every reason comes up is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl
from numpy.random import Generator

from indicators.indicator import COHORT_SCHEMA
from indicators.library.who5_change import ITEMS
from indicators.spells import SHARDS
from pipelines.warehouse.writer import Warehouse

SEED = 20_240_701
ROWS_EACH = 20
SEARCHES = 16
"""Of the twenty rows about arrests so many are searches, and the rest arrests."""
FIRST_ENROLLED, ENROLLED_IN = 19_905, 184
"""2024-07-01, and the days of the half-year that begins on it."""
OPEN_END = 262_144
CODES = (0, 0, 0, 100, 111, 130, 131, 140, 651, 730, 771, 774, 881, 890)
RARE_CODES, RARELY = (783, 997, 998, 4444), 0.01
TYPES = ("familiepleje", "netvaerkspleje", "doegninstitution", "opholdssted", "eget_vaerelse")
UNKNOWN = 0.02
"""The share of people of whom the registers that are counted hold nothing."""


def fill(warehouse: Warehouse, people: int) -> pl.DataFrame:
    """Make the staged tables of people 1..`people`, stored as staging stores them, and return COHORT_SCHEMA with `cohort`: all of them."""
    enrolled = [_shard(warehouse, shard, people) for shard in range(SHARDS)]
    return pl.concat(enrolled).sort("person_id")


def _shard(warehouse: Warehouse, shard: int, people: int) -> pl.DataFrame:
    """Add one shard to every table; COHORT_SCHEMA and `cohort` of its people."""
    rng = np.random.default_rng((SEED, shard))
    persons = np.arange(shard or SHARDS, people + 1, SHARDS, dtype=np.int32)
    enrolled = (FIRST_ENROLLED + rng.integers(0, ENROLLED_IN, persons.size)).astype(np.int32)
    for name, frame in _tables(rng, persons, enrolled):
        _add(warehouse, name, frame)
    role = np.where(rng.random(persons.size) < 0.5, "treatment", "comparison")  # noqa: PLR2004
    return pl.DataFrame({"person_id": persons, "role": role, "enrolled_day": enrolled}, schema=COHORT_SCHEMA).with_columns(cohort=pl.lit("crowd"))


def _add(warehouse: Warehouse, name: str, frame: pl.DataFrame) -> None:
    warehouse.connection.register("drawn", frame)
    warehouse.connection.execute(f"create table if not exists staged.{name} as from drawn limit 0")
    warehouse.connection.execute(f"insert into staged.{name} from drawn")
    warehouse.connection.unregister("drawn")


def _tables(rng: Generator, persons: Any, enrolled: Any) -> Iterator[tuple[str, pl.DataFrame]]:
    """Every staged table of some people, sorted by person and day."""
    known = rng.random(persons.size) > UNKNOWN
    yield "dream", _dream(rng, persons[known])
    yield "buaf", _placements(rng, persons[known])
    yield "who5", _answers(rng, persons[known], enrolled[known])
    yield "arrests", _spells(persons[known], np.sort(_days(rng, persons[known], ROWS_EACH - SEARCHES, 18_300, 2_900), axis=1), 1)
    yield "arrests_searched", _searches(rng, persons[known])
    yield from _population(rng, persons, enrolled)


def _days(rng: Generator, persons: Any, each: int, first: int, within: int) -> Any:
    return rng.integers(first, first + within, (persons.size, each), dtype=np.int32)


def _spells(persons: Any, start: Any, length: Any, **more: Any) -> pl.DataFrame:
    """A frame of people x spells matrices: person_id, start_day, end_day, and what else each spell has."""
    columns = {"person_id": np.repeat(persons, start.shape[1]), "start_day": start.ravel(), "end_day": np.minimum(start + length, OPEN_END).ravel()}
    made = pl.DataFrame({**columns, **{name: value.ravel() for name, value in more.items()}})
    return made.cast({"start_day": pl.Int32, "end_day": pl.Int32})


def _dream(rng: Generator, persons: Any) -> pl.DataFrame:
    """Weekly codes without a gap from January 2021 on, some ending too early."""
    weeks = rng.integers(5, 23, (persons.size, ROWS_EACH))
    start = 18_631 + 7 * (np.cumsum(weeks, axis=1) - weeks)
    rare = rng.random(start.shape) < RARELY
    codes = np.where(rare, rng.choice(RARE_CODES, start.shape), rng.choice(CODES, start.shape)).astype(np.int16)
    return _spells(persons, start, 7 * weeks, code=codes)


def _placements(rng: Generator, persons: Any) -> pl.DataFrame:
    """Placements over five years that overlap, a few without an end; a third of the children have none that begins before 2026."""
    first = np.where(rng.random((persons.size, 1)) < 1 / 3, 20_454, 18_993)
    start = np.sort(first + rng.integers(0, 1_826, (persons.size, ROWS_EACH)), axis=1)
    length = np.where(rng.random(start.shape) < 0.005, OPEN_END, rng.integers(1, 90, start.shape))  # noqa: PLR2004
    return _spells(persons, start, length, type=rng.choice(TYPES, start.shape))


def _answers(rng: Generator, persons: Any, enrolled: Any) -> pl.DataFrame:
    """Answers from half a year before enrolment to three years after; some lack an item."""
    day = np.sort(enrolled[:, None] + rng.integers(-180, 1_100, (persons.size, ROWS_EACH), dtype=np.int32), axis=1)
    items = {name: pl.Series(rng.integers(0, 6, day.size, dtype=np.int32)) for name in ITEMS}
    made = pl.DataFrame({"person_id": np.repeat(persons, ROWS_EACH), "answered_day": day.ravel(), **items})
    return made.with_columns(who5_3=pl.when(pl.Series(rng.random(day.size) > 0.05)).then("who5_3"))  # noqa: PLR2004


def _searches(rng: Generator, persons: Any) -> pl.DataFrame:
    """Searches that follow on each other from 2023 on, or from 2020 and end early, overlapping a little; one in a hundred leaves a gap."""
    length = rng.integers(60, 130, (persons.size, SEARCHES))
    start = np.where(rng.random((persons.size, 1)) < 0.05, 18_500, 19_358) + np.cumsum(length, axis=1) - length  # noqa: PLR2004
    return _spells(persons, start, length + np.where(rng.random(start.shape) < 0.01, -9, 5))  # noqa: PLR2004


def _population(rng: Generator, persons: Any, enrolled: Any) -> Iterator[tuple[str, pl.DataFrame]]:
    """Residence, births and deaths: a few are unknown, came late, left, came back or died, some before enrolment."""
    fate = rng.random(persons.size)
    left = np.where(fate < 0.08, enrolled + rng.integers(-100, 700, persons.size), 20_819)  # noqa: PLR2004
    came = np.where(fate > 0.97, enrolled + rng.integers(-50, 50, persons.size), 17_000)  # noqa: PLR2004
    again = np.stack([np.where(came < left, came, 17_000), left + 60], axis=1)
    until = np.stack([np.maximum(left, again[:, 0] + 1), np.maximum(left + 61, 20_819)], axis=1)
    is_there = np.stack([(fate < 0.90) | (fate > 0.93), fate < 0.04], axis=1).ravel()  # noqa: PLR2004
    yield "bef_residence", _spells(persons, again, until - again).filter(pl.Series(is_there))
    birth = (enrolled - rng.integers(4 * 365, 19 * 365, persons.size)).astype(np.int32)
    born = pl.DataFrame({"person_id": persons, "birth_day": np.where(fate > 0.999, enrolled + 9, birth), "sex": rng.integers(1, 3, persons.size, dtype=np.int32)})  # noqa: PLR2004
    yield "bef_person", born.with_columns(pl.when(pl.Series((fate < 0.5) | (fate > 0.51))).then("birth_day").cast(pl.Int32), municipality=pl.lit(101, pl.Int32))  # noqa: PLR2004
    is_dead = rng.random(persons.size) < 0.03  # noqa: PLR2004
    yield "dod", _spells(persons[is_dead], (enrolled + rng.integers(-30, 700, persons.size))[is_dead][:, None], 1)
