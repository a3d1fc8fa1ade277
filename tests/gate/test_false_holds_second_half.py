"""The other side of the gate: over twenty clean samples nothing is held for no reason. The last ten."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from gate.clean_samples import HALF, SEEDS, helpers_of_the_drawn, is_held_by_nothing_else

from pipelines.bench_nights import Helpers


@pytest.fixture(scope="module")
def shared() -> Iterator[Helpers]:
    with helpers_of_the_drawn() as made:
        yield made


@pytest.mark.parametrize("seed", SEEDS[HALF:])
def test_a_clean_sample_is_held_by_what_is_planted_in_it_and_by_nothing_else(shared: Helpers, seed: int) -> None:
    is_held_by_nothing_else(shared, seed)
