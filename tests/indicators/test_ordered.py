"""Rows in order, against the same in plain Python; from tables stored in order, nearly in order, and not at all."""

from __future__ import annotations

import random
from typing import Any

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from indicators.ordered import in_order, known_order, summed
from indicators.treatments import EVER

PROPERTY = settings(max_examples=150, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
EVENTS = pl.Schema({"person_id": pl.Int32, "day": pl.Int32, "score": pl.Int32, "word": pl.String})
FURTHEST = 2_932_896
"""The last day of the year 9999, which stands in registers for no day at all."""
Rows = list[tuple[int, Any, int | None, str | None]]
days = st.integers(-40, 40) | st.sampled_from([*EVER, -FURTHEST, FURTHEST, FURTHEST - 1])
rows = st.lists(st.tuples(st.integers(1, 5) | st.sampled_from([2**31 - 1]), days, st.integers(0, 2), st.sampled_from(["a", "b"])), max_size=30)


def frame(found: Rows) -> pl.LazyFrame:
    return pl.LazyFrame(found, schema=EVENTS, orient="row")


@given(found=rows, seed=st.integers(0, 99), is_sorted=st.booleans())
@PROPERTY
def test_rows_come_out_by_person_day_and_what_follows_whatever_order_they_came_in(found: Rows, seed: int, is_sorted: bool) -> None:
    """By person and day alone is how staged tables are stored; what follows is in any order there."""
    random.Random(seed).shuffle(found)
    given = sorted(found, key=lambda row: row[:2]) if is_sorted else found
    assert in_order(frame(given), "day", "score", "word").collect().rows() == sorted(found)
    assert [row[:2] for row in in_order(frame(given), "day").collect().rows()] == [row[:2] for row in sorted(found)]


@given(found=st.lists(st.tuples(st.integers(1, 3), st.integers(0, 2) | st.none(), st.integers(0, 2) | st.none(), st.sampled_from(["a", None])), max_size=12))
@PROPERTY
def test_what_is_missing_is_sorted_as_polars_sorts_it(found: Rows) -> None:
    assert_frame_equal(in_order(frame(found), "day", "score", "word").collect(), frame(found).sort("person_id", "day", "score", "word").collect())


numbered = st.lists(st.tuples(st.integers(1, 5) | st.sampled_from([2**31 - 1]), st.integers(-9, 9), st.integers(-(2**31), 2**31 - 1)), max_size=30)


@given(found=numbered)
@PROPERTY
def test_sums_of_each_person_are_what_adding_up_their_rows_gives(found: list[tuple[int, int, int]]) -> None:
    """Of numbers that no 32 bits would hold together; and what else is asked about a person's rows, in their order."""
    rows = pl.LazyFrame(found, schema={"person_id": pl.Int32, "day": pl.Int32, "score": pl.Int32}, orient="row")
    made = summed(in_order(rows, "day", "score"), {"score": pl.col("score"), "days": pl.lit(1)}, told=pl.col("day")).collect()
    people = sorted({person for person, _, _ in found})
    own = [[(day, score) for other, day, score in sorted(found) if other == person] for person in people]
    assert made.rows() == [(person, sum(score for _, score in mine), len(mine), [day for day, _ in mine]) for person, mine in zip(people, own, strict=True)]


def test_rows_say_that_people_stand_in_order_only_where_they_do() -> None:
    rows = pl.DataFrame({"person_id": [1, 1, 4]}, schema={"person_id": pl.Int32})
    assert known_order(rows)["person_id"].flags["SORTED_ASC"]
    assert not known_order(rows.reverse())["person_id"].flags["SORTED_ASC"]
