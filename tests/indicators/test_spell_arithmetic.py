"""Spells that are as long as they can be, and what is left of them without others, against sets of single days."""

from __future__ import annotations

import random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.spells import SHARDS, SPELL_SCHEMA, unbroken, without

Spells = list[tuple[int, int, int]]
WINDOWS = pl.Schema({"person_id": pl.Int32, "window_start": pl.Int32, "window_end": pl.Int32})
MANY = settings(max_examples=200, deadline=None, derandomize=True, database=None)


def frame(spells: Spells, schema: object = SPELL_SCHEMA) -> pl.LazyFrame:
    return pl.LazyFrame(spells, schema=schema, orient="row")  # type: ignore[arg-type]


def merged(spells: Spells, windows: Spells) -> Spells:
    found = unbroken(frame(spells), frame(windows, WINDOWS)).collect()
    assert dict(found.schema) == SPELL_SCHEMA
    return found.rows()


def left(spells: Spells, others: Spells, windows: Spells) -> Spells:
    window = frame(windows, WINDOWS)
    found = without(unbroken(frame(spells), window), unbroken(frame(others), window)).collect()
    assert dict(found.schema) == SPELL_SCHEMA
    return found.rows()


@pytest.mark.parametrize(
    ("spells", "made"),
    [
        pytest.param([], [], id="no spell"),
        pytest.param([(2, 5)], [(2, 5)], id="one"),
        pytest.param([(-5, 20)], [(0, 10)], id="more than the window"),
        pytest.param([(2, 5), (4, 8)], [(2, 8)], id="two that overlap"),
        pytest.param([(2, 5), (5, 8)], [(2, 8)], id="two that touch"),
        pytest.param([(2, 5), (6, 8)], [(2, 5), (6, 8)], id="a day between two"),
        pytest.param([(1, 9), (3, 5), (6, 7)], [(1, 9)], id="two inside one"),
        pytest.param([(3, 3), (7, 4)], [], id="spells without days"),
        pytest.param([(-5, 0), (10, 12)], [], id="over before the window and from its end on"),
        pytest.param([(-5, 2_900_000)], [(0, 10)], id="one without an end"),
    ],
)
@pytest.mark.parametrize("begins", [-20_000, -5, 0, 20_000])
def test_what_overlaps_or_touches_is_one_spell(spells: list[tuple[int, int]], made: list[tuple[int, int]], begins: int) -> None:
    moved = [(7, begins + start, begins + end) for start, end in spells]
    assert merged(moved, [(7, begins, begins + 10), (8, begins, begins + 10)]) == [(7, begins + start, begins + end) for start, end in made]


@pytest.mark.parametrize(
    ("spells", "others", "made"),
    [
        pytest.param([(0, 10)], [], [(0, 10)], id="nothing taken"),
        pytest.param([], [(0, 10)], [], id="nothing to take from"),
        pytest.param([(0, 10)], [(0, 10)], [], id="all taken"),
        pytest.param([(2, 8)], [(0, 10)], [], id="more than all taken"),
        pytest.param([(0, 10)], [(3, 5)], [(0, 3), (5, 10)], id="the middle taken"),
        pytest.param([(0, 10)], [(0, 3), (9, 10)], [(3, 9)], id="both ends taken"),
        pytest.param([(0, 4), (6, 10)], [(4, 6)], [(0, 4), (6, 10)], id="only what was between two taken"),
        pytest.param([(0, 4), (6, 10)], [(3, 7)], [(0, 3), (7, 10)], id="a part of each of two taken"),
    ],
)
@pytest.mark.parametrize("begins", [-20_000, -5, 0, 20_000])
def test_what_is_left_of_spells_without_others(spells: list[tuple[int, int]], others: list[tuple[int, int]], made: list[tuple[int, int]], begins: int) -> None:
    own, taken = ([(7, begins + start, begins + end) for start, end in part] for part in (spells, others))
    assert left(own, [*taken, (8, begins, begins + 10)], [(7, begins, begins + 10), (8, begins, begins + 10)]) == [(7, begins + start, begins + end) for start, end in made]


def days(spells: Spells, windows: Spells) -> set[tuple[int, int]]:
    """Every day of a window that a spell covers, by person, one at a time."""
    return {(person, day) for person, begins, ends in windows for day in range(begins, ends) if any(owner == person and start <= day < end for owner, start, end in spells)}


def as_long_as_can_be(found: set[tuple[int, int]]) -> Spells:
    starts = sorted((person, day) for person, day in found if (person, day - 1) not in found)
    ends = sorted((person, day + 1) for person, day in found if (person, day + 1) not in found)
    return [(person, start, end) for (person, start), (_, end) in zip(starts, ends, strict=True)]


@st.composite
def crowds(draw: st.DrawFn) -> tuple[Spells, Spells, Spells]:
    begins = draw(st.sampled_from([-10, 0, 20_000]))
    people = draw(st.lists(st.integers(0, 200), min_size=15, max_size=25, unique=True))
    starts, lengths = st.integers(-3, 14), st.integers(-1, 7)
    drawn = st.lists(st.tuples(starts, lengths), max_size=4)
    own, taken = ([(person, begins + start, begins + start + length) for person in people for start, length in draw(drawn)] for _ in range(2))
    return own, taken, [(person, begins + draw(st.integers(0, 3)), begins + draw(st.integers(4, 12))) for person in people]


@given(crowd=crowds(), order=st.integers(0, 999))
@MANY
def test_spells_of_many_are_the_days_of_a_set(crowd: tuple[Spells, Spells, Spells], order: int) -> None:
    own, taken, windows = crowd
    chance = random.Random(order)
    for part in crowd:
        chance.shuffle(part)
    assert merged(own, windows) == as_long_as_can_be(days(own, windows))
    assert left(own, taken, windows) == as_long_as_can_be(days(own, windows) - days(taken, windows))


def test_people_in_the_order_of_shards_come_out_by_number() -> None:
    people = sorted([1, 16, 32], key=lambda person: (person % SHARDS, person))
    assert merged([(person, 0, person) for person in people], [(person, 0, 10) for person in people]) == [(1, 0, 1), (16, 0, 10), (32, 0, 10)]
