"""The people of the extract: who they are, which family they belong to, where and from when to when they live here, and when they die.

People are drawn by role, and number `order` puts them in the order of their pseudonyms, in which every register is delivered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.synthetic.drawing import NEVER, Codes, Days, Flags, Index, Keys, Part, age_on, chance, date_of, day, draws, picks, pseudonyms, uniform_days

QUARTERS = tuple(day(text) for text in ("2023-12-31", "2024-03-31", "2024-06-30", "2024-09-30", "2024-12-31", "2025-03-31", "2025-06-30", "2025-09-30", "2025-12-31", "2026-03-31"))
FIRST, END = day("2024-01-01"), day("2026-06-01")
LAST_DEATH = day("2025-12-31")
HOME_KOM = "851"
KOMS = (HOME_KOM, "849", "840", "846", "820", "860", "813", "810", "751", "101")
KOM_SHARES = (0.94, 0.01, 0.01, 0.008, 0.007, 0.007, 0.006, 0.004, 0.005, 0.003)
AGES = ((18, 30), (30, 40), (40, 50), (50, 60), (60, 70), (70, 80), (80, 90), (90, 98))
AGE_SHARES = (0.09, 0.19, 0.19, 0.20, 0.16, 0.11, 0.05, 0.01)
SHARE_WOMEN = (0.49, 0.495, 0.5, 0.5, 0.505, 0.525, 0.58, 0.7)
DEATHS_A_YEAR = np.array([0.0005, 0.0005, 0.0005, 0.0006, 0.0012, 0.004, 0.011, 0.027, 0.075, 0.22])
EMIGRANTS_A_YEAR = 0.012
YEARS = (END - FIRST) / 365
CIVST = ("U", "G", "F", "E")
PIECE = 200_000


@dataclass(frozen=True)
class Group:
    """People of one role, before they have a place in the extract."""

    born: Days
    is_woman: Flags


@dataclass(frozen=True)
class Families:
    """The family of each person, where each family lives, and the day it moves (NEVER when it does not) and to where; places in KOMS."""

    of: Days
    is_married: Flags
    kom: Codes
    moves_on: Days
    moves_to: Codes


@dataclass(frozen=True)
class Population:
    """Everyone, one element a person, in the order of roles. A person lives here in [arrives, leaves) until the day they die."""

    pnr: Keys
    born: Days
    is_woman: Flags
    families: Families
    civst: Codes
    arrives: Days
    leaves: Days
    dies: Days
    family_names: Keys
    order: Index

    def is_resident(self, on: int) -> Flags:
        made: Flags = (self.arrives <= on) & (self.leaves > on) & (self.dies > on)
        return made


def adults(seed: int, count: int) -> Group:
    """`count` adults of all ages; there are more women among the old."""
    rng = draws(seed, Part.ADULTS)
    lows, highs = np.array(AGES).T
    band = picks(rng, count, AGE_SHARES)
    days = (lows[band] * 365.25 + (highs[band] - lows[band]) * 365.25 * rng.random(count)).astype(np.int32)
    is_woman = chance(rng, count, np.array(SHARE_WOMEN)[band])
    return Group((FIRST - days).astype(np.int32), is_woman)


def assemble(seed: int, kept: list[Group], children: Group, young: Group, background: Group) -> Population:
    """Everyone together: `kept` are the referred (children, then young people), who stay where they are and live on."""
    groups = [kept[0], children, kept[1], young, background]
    born, is_woman = (np.concatenate([getattr(group, name) for group in groups]) for name in ("born", "is_woman"))
    counts = [len(group.born) for group in groups]
    ends = np.cumsum(counts)
    is_adult, is_kept = np.arange(ends[-1]) >= ends[3], np.zeros(ends[-1], dtype=np.bool_)
    is_kept[: counts[0]] = True
    is_kept[ends[1] : ends[2]] = True
    rng = draws(seed, Part.FAMILIES)
    families = _families(rng, born, is_woman, is_adult, is_kept)
    arrives, leaves = _stays(rng, born, is_adult, families)
    dies = _deaths(rng, born, is_adult & (leaves == NEVER))
    pnr = pseudonyms(seed, "person", int(ends[-1]), "PNR")
    names = pseudonyms(seed, "family", len(families.kom), "FAMILIE_ID")
    civst = _civst(rng, born, families.is_married, is_adult)
    return Population(pnr, born, is_woman, families, civst, arrives, leaves, dies, names, pnr.order())


def _families(rng: np.random.Generator, born: Days, is_woman: Flags, is_adult: Flags, is_kept: Flags) -> Families:
    """Couples of adults of about the same age; children, and some of the young, live with a woman of a mother's age; all others live alone."""
    count = len(born)
    of = np.arange(count, dtype=np.int32)
    pairs = is_adult & chance(rng, count, 0.66) & (born < FIRST - 22 * 365)
    men, women = (np.flatnonzero(pairs & side)[np.argsort(born[pairs & side], kind="stable")] for side in (~is_woman, is_woman))
    couples = min(len(men), len(women))
    of[men[:couples]] = of[women[:couples]]
    married = of[women[:couples]][chance(rng, couples, 0.7)]
    mothers = np.flatnonzero(is_adult & is_woman)
    mothers = mothers[np.argsort(born[mothers], kind="stable")]
    is_child = ~is_adult & ((born > day("2006-07-01") - 1) | ((born > day("2003-07-01")) & chance(rng, count, 0.5)))
    her_birth = born[is_child] - uniform_days(rng, int(is_child.sum()), 23 * 365, 42 * 365)
    near = np.searchsorted(born[mothers], her_birth) + rng.integers(-5, 6, len(her_birth))
    of[is_child] = of[mothers[near.clip(0, len(mothers) - 1)]]
    is_married = np.zeros(count, dtype=np.bool_)
    is_married[married] = True
    numbers, dense = np.unique(of, return_inverse=True)
    return _homes(rng, dense.astype(np.int32), is_married[of] & is_adult, len(numbers), is_kept)


def _homes(rng: np.random.Generator, of: Days, is_married: Flags, count: int, is_kept: Flags) -> Families:
    """Most families live in the one municipality and stay; those of the referred all do."""
    stays = np.zeros(count, dtype=np.bool_)
    stays[of[is_kept]] = True
    kom, other = (picks(rng, count, shares).astype(np.uint8) for shares in (KOM_SHARES, KOM_SHARES[1:]))
    kom[stays] = 0
    moves_on = np.where(~stays & chance(rng, count, 0.06), uniform_days(rng, count, FIRST, END), NEVER).astype(np.int32)
    return Families(of, is_married, kom, moves_on, np.where(kom == 0, other + 1, 0).astype(np.uint8))


def _stays(rng: np.random.Generator, born: Days, is_adult: Flags, families: Families) -> tuple[Days, Days]:
    """From when and to when people live here: from birth, and one adult in a hundred from a day of immigration; some who live alone emigrate."""
    count = len(born)
    is_alone = np.bincount(families.of, minlength=len(families.kom))[families.of] == 1
    immigrates = is_adult & chance(rng, count, 0.01)
    emigrates = is_adult & ~immigrates & is_alone & (born > FIRST - 60 * 365) & chance(rng, count, EMIGRANTS_A_YEAR * YEARS)
    arrives = np.where(immigrates, uniform_days(rng, count, FIRST, day("2026-03-01")), born)
    return arrives.astype(np.int32), np.where(emigrates, uniform_days(rng, count, FIRST, END), NEVER).astype(np.int32)


def _deaths(rng: np.random.Generator, born: Days, may_die: Flags) -> Days:
    """The day each of the adults dies, NEVER for most. The oldest who lives long enough dies on the last day that DOD covers."""
    chance = DEATHS_A_YEAR[np.minimum(age_on(born, FIRST) // 10, len(DEATHS_A_YEAR) - 1).clip(min=0)] * YEARS
    drawn = rng.random(len(born))
    days = (FIRST + drawn / chance * (END - FIRST)).clip(max=NEVER).astype(np.int32)
    dies = np.where(may_die & (drawn < chance), days, NEVER).astype(np.int32)
    oldest = np.flatnonzero(may_die & (dies > LAST_DEATH))
    dies[oldest[np.argmin(born[oldest])]] = LAST_DEATH
    return dies


def _civst(rng: np.random.Generator, born: Days, is_married: Flags, is_adult: Flags) -> Codes:
    """Places in CIVST: married couples are, and of the others the older may be divorced or widowed."""
    stage, count = np.digitize(age_on(born, FIRST), (30, 65)), len(born)
    middle_aged, old = (np.array(places)[picks(rng, count, shares)] for places, shares in (((0, 2), (0.6, 0.4)), ((0, 2, 3), (0.2, 0.3, 0.5))))
    single = np.select([stage == 0, stage == 1], [0, middle_aged], old)
    return np.where(is_married, 1, np.where(is_adult, single, 0)).astype(np.uint8)


def dates(days: npt.NDArray[np.int32]) -> pl.Series:
    """Day numbers as dates; NEVER is null."""
    numbers = pl.Series(days.astype(np.int32))
    return numbers.set(numbers >= NEVER, None).cast(pl.Date)


def bef(people: Population) -> Iterator[pl.DataFrame]:
    """One row a resident and quarter end, by quarter and pseudonym, in pieces."""
    for quarter in QUARTERS:
        here = people.order[people.is_resident(quarter)[people.order]]
        for start in range(0, len(here), PIECE):
            yield _bef_piece(people, here[start : start + PIECE], quarter)


def _bef_piece(people: Population, who: Index, quarter: int) -> pl.DataFrame:
    homes = people.families
    family = homes.of[who]
    kom = np.where(homes.moves_on[family] <= quarter, homes.moves_to[family], homes.kom[family])
    return pl.DataFrame(
        {
            "PNR": people.pnr.gather(who),
            "REFERENCETID": pl.repeat(date_of(quarter), len(who), dtype=pl.Date, eager=True),
            "KOM": pl.Series(KOMS).gather(kom),
            "KOEN": 1 + people.is_woman[who].astype(np.int8),
            "FOED_DAG": dates(people.born[who]),
            "CIVST": pl.Series(CIVST).gather(people.civst[who]),
            "FAMILIE_ID": people.family_names.gather(family),
        }
    )


def dod(people: Population) -> pl.DataFrame:
    """One row a death up to the last day covered, by day and pseudonym."""
    dead = np.flatnonzero(people.dies <= LAST_DEATH)
    return pl.DataFrame({"PNR": people.pnr.gather(dead), "DODDATO": dates(people.dies[dead])}).sort("DODDATO", "PNR")
