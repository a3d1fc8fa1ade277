"""Nights of clean samples: which there are, and what each must come to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from support import only

from pipelines.bench_nights import Helpers, helpers
from pipelines.bench_seeds import clean_night
from pipelines.synthetic.danish import PEOPLE

SEEDS = range(1, 21)
DECIDED = 12
"""Claims of a night that are decided and not the one that waits: four of the children's, eight of the young people's."""


@contextmanager
def helpers_of_the_drawn() -> Iterator[Helpers]:
    """An engine and a reader for nights of the drawn people. The published experiment is the same with every seed, so it is left out, and so
    are registers that no claim needs."""
    with pytest.MonkeyPatch.context() as patched, helpers() as made:
        patched.setenv("UDBYTTE_CONTRACTS", str(only("trygt_hjem", "ungebro")))
        yield made


def is_held_by_nothing_else(shared: Helpers, seed: int) -> None:
    """Run the night of a seed's clean sample: the planted hold stands, every other claim is decided, and no rule fails."""
    night = clean_night(shared, seed, PEOPLE)
    assert (night.held, night.red, night.problems) == ({}, [], [])
    assert (night.decided, night.is_planted_held) == (DECIDED, True)
