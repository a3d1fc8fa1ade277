"""What the registers beside each other know of one person: when they are here and alive, whether they were on help, what they learnt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.synthetic.drawing import Days, Flags, Index
from pipelines.synthetic.histories import IS_HELP, Lives
from pipelines.synthetic.packed import Kept
from pipelines.synthetic.population import Population

PIECE = 100_000


@dataclass(frozen=True)
class Linked:
    """The people of a sample, one element a person in the order of roles. `is_helped` were on help in some week; `is_trained` have an education."""

    seed: int
    people: Population
    is_helped: Flags
    is_trained: Flags

    @property
    def last_day(self) -> Days:
        """The first day on which each is dead or has left, NEVER for most."""
        return np.minimum(self.people.dies, self.people.leaves)

    @property
    def first_day(self) -> Days:
        """The day from which each lives here."""
        return self.people.arrives

    def pieces(self) -> Iterator[tuple[int, Index]]:
        """Everyone in the order of the pseudonyms, numbered pieces of people."""
        order = self.people.order
        for number, start in enumerate(range(0, len(order), PIECE)):
            yield number, order[start : start + PIECE]

    def keys(self, who: Index) -> pl.Series:
        return self.people.pnr.gather(who)


def linked(seed: int, people: Population, young: Kept, first_young: int, background: Lives) -> Linked:
    """`young` are the people numbered on from `first_young`; all others have the background's lives, of which the first state tells who is on help."""
    is_helped, is_trained = IS_HELP[background.start], np.ones(len(people.born), dtype=np.bool_)
    theirs = slice(first_young, first_young + len(young))
    is_helped[theirs], is_trained[theirs] = young.is_helped, young.lives.is_trained
    return Linked(seed, people, is_helped, is_trained)


def on(years: npt.NDArray[np.signedinteger] | int, month: int, number: int) -> Days:
    """The day number of a day of a month in each year."""
    months = (np.asarray(years, dtype=np.int64) - 1970).astype("datetime64[Y]").astype("datetime64[M]") + (month - 1)
    made: Days = (months.astype("datetime64[D]").astype(np.int64) + number - 1).astype(np.int32)
    return made


def year_of(days: Days) -> npt.NDArray[np.int64]:
    made: npt.NDArray[np.int64] = days.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    return made
