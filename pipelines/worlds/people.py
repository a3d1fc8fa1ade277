"""Made-up worlds: people followed for years, some of whom are enrolled, with an effect that is known because it was put in.

A person's level in a half year is what is theirs for good, what lingers from the half year before, the season, where everybody is heading, and
chance. People are enrolled for a reason, and that reason is what misleads a method. Nothing here is anybody's data.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from indicators.evaluation.evidence import UNITS, Evidence, in_sets, of_rows

MIDDLE, SPREAD = 26.0, 10.0
"""Weeks of a year: the mean, and the standard deviation between people in one half year."""
OWN = 0.55
"""The share of the variance between people in a half year that is a person's own for good."""
DAYS = 364
EARLIER, BEFORE, AFTER = 1, 2, 3
"""Half years: the year before enrolment in two, and the half year that is paid for."""
HALF_YEARS = 4
CLUSTER_SIZE = 20
Array = Any


@dataclass(frozen=True)
class World:
    """What holds in a world. `effect` is in standard deviations of a person's half year. `lingers` is how much of chance lingers into the next
    half year; `season` how far winter half years lie from summer ones, `heading` how far everybody moves a half year, both in standard deviations;
    `dip` enrols people in a bad half year instead of any; `motive` is how much better those enrolled would have done anyway, in standard
    deviations; `alike` the share of the variance that people of one cluster have in common."""

    people: int = 100
    each: int = 2
    effect: float = 0.0
    lingers: float = 0.0
    season: float = 0.0
    heading: float = 0.0
    dip: bool = False
    motive: float = 0.0
    alike: float = 0.0

    def with_effect(self, effect: float) -> World:
        return replace(self, effect=effect)


SCENARIOS: dict[str, World] = {
    "plain": World(),
    "autocorrelation": World(lingers=0.6),
    "seasonality": World(season=0.3),
    "trend": World(heading=0.1),
    "regression_to_the_mean": World(lingers=0.4, dip=True),
    "selection": World(motive=0.3),
}
"""What may mislead, one thing at a time. Sizes: `season` 0.3 is three weeks of 52 between winter and summer; `heading` one week a half year; `motive`
three weeks that motivated people would have gained without the effort."""


@dataclass(frozen=True)
class Drawn:
    """Evidence of one world as a contract of one design would see it, the mean effect on the treated, and what earlier years show of people like them."""

    evidence: Evidence
    truth: float
    history: dict[int, float]


def levels(world: World, people: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """What each person has in each of HALF_YEARS without the effort, in standard deviations (people x half years), and each one's cluster."""
    clusters = np.arange(people) // CLUSTER_SIZE
    shared = rng.normal(size=clusters.max() + 1)[clusters] * np.sqrt(world.alike)
    own = rng.normal(size=people) * np.sqrt(OWN * (1 - world.alike))
    chance = np.empty((people, HALF_YEARS))
    chance[:, 0] = rng.normal(size=people)
    for half in range(1, HALF_YEARS):
        chance[:, half] = world.lingers * chance[:, half - 1] + np.sqrt(1 - world.lingers**2) * rng.normal(size=people)
    halves = np.arange(HALF_YEARS)
    calendar = world.season * np.where(halves % 2 == 1, 0.5, -0.5) + world.heading * halves
    return (own + shared)[:, None] + np.sqrt((1 - OWN) * (1 - world.alike)) * chance + calendar, clusters


def _enrolled(world: World, found: Array, rng: np.random.Generator, wanted: int) -> Array:
    """Who is enrolled, by place: any, or of three times as many those in their worst half year."""
    if world.dip:
        return np.sort(np.argsort(found[:, BEFORE], kind="stable")[:wanted])
    return np.sort(rng.permutation(len(found))[:wanted])


def trial(world: World, rng: np.random.Generator, *, by_cluster: bool = False) -> Drawn:
    """Everybody enrolled alike, and then a lot: by person, or by cluster."""
    wanted = world.people * (1 + world.each)
    found, clusters = levels(world, wanted * (3 if world.dip else 1), rng)
    chosen = _enrolled(world, found, rng, wanted)
    names = np.unique(clusters[chosen])
    drawn = (
        np.isin(clusters[chosen], rng.permutation(names)[: max(2, len(names) // (1 + world.each))])
        if by_cluster
        else np.isin(np.arange(wanted), rng.permutation(wanted)[: world.people])
    )
    return _seen(world, found[chosen] + world.motive, clusters[chosen], drawn, rng)


def observed(world: World, rng: np.random.Generator, *, is_matched: bool = True) -> Drawn:
    """Enrolled for a reason, beside people who were not: each treated person beside the `each` nearest in the half year before, or beside any."""
    treated, pool = world.people, world.people * world.each * 3
    found, clusters = levels(world, treated * (3 if world.dip else 1), rng)
    chosen = _enrolled(world, found, rng, treated)
    others, of = levels(world, pool, rng)
    mine = found[chosen].copy()
    mine[:, AFTER] += world.motive
    beside = _nearest(mine[:, BEFORE], others[:, BEFORE], world.each) if is_matched else np.arange(treated * world.each)
    both = np.vstack([mine, others[beside]])
    names = np.concatenate([clusters[chosen], of[beside] + clusters.max() + 1])
    drawn = _seen(world, both, names, np.arange(len(both)) < treated, rng)
    if not is_matched:
        return drawn
    served = np.argsort(mine[:, BEFORE], kind="stable")
    sets = pl.Series(np.concatenate([np.arange(treated), np.repeat(served, world.each)]))
    return replace(drawn, evidence=replace(drawn.evidence, sets=in_sets(drawn.evidence.units, sets)))


def _nearest(wanted: Array, offered: Array, each: int) -> Array:
    """The nearest of those offered for each wanted, nobody twice: served from the lowest, of a sorted list with a moving start."""
    order, line = np.argsort(wanted, kind="stable"), np.argsort(offered, kind="stable")
    free = np.ones(len(offered), dtype=bool)
    taken: list[int] = []
    for person in order:
        at = int(np.searchsorted(offered[line], wanted[person]))
        low, high, got = at - 1, at, 0
        while got < each and (low >= 0 or high < len(line)):
            is_lower = high >= len(line) or (low >= 0 and wanted[person] - offered[line[low]] <= offered[line[high]] - wanted[person])
            place = low if is_lower else high
            low, high = (low - 1, high) if is_lower else (low, high + 1)
            if free[place]:
                free[place], got = False, got + 1
                taken.append(int(line[place]))
    return np.array(taken)


def _seen(world: World, found: Array, clusters: Array, treated: Array, rng: np.random.Generator) -> Drawn:
    """The rows a contract sees, in weeks, and what earlier years showed of people like the treated."""
    moved = found[:, AFTER] + world.effect * treated
    weeks = {name: MIDDLE + SPREAD * column for name, column in (("value", moved), ("before", found[:, BEFORE]), ("earlier", found[:, EARLIER]))}
    frame = pl.DataFrame(
        {
            "role": np.where(treated, "treatment", "comparison"),
            "cohort": ["made"] * len(found),
            "cluster": clusters.astype(str),
            **{name: pl.Series(np.round(column * 100).astype(np.int64)) for name, column in weeks.items()},
            "exposure": np.full(len(found), DAYS),
        }
    ).with_columns((pl.col(name).cast(pl.Decimal(18, 6)) / 100).cast(pl.Decimal(18, 6)) for name in weeks)
    past = {year: float(MIDDLE + SPREAD * (found[:, AFTER].mean() - world.heading * 2 * back + rng.normal() * 0.05)) for back, year in enumerate(range(2023, 2017, -1), start=1)}
    return Drawn(of_rows(frame.select(list(UNITS))), world.effect * SPREAD, past)
