"""Scales: which step meets a threshold, and the scales that cannot be."""

from __future__ import annotations

import math
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from indicators.scores import MILLION, Scale, scored, step_for

WHO5 = {"items": [f"who5_{item}" for item in range(1, 6)], "lowest": 0, "highest": 5, "points": 4, "least_items": 5, "better": "higher"}


@pytest.mark.parametrize(("change", "step", "met_by"), [(10, 4, 12), (8, 4, 8), (9, 4, 12), (1, 4, 4), (12, 4, 12), (13, 4, 16), (10, 5, 10), (7, 1, 7)])
def test_the_step_that_meets_a_change(change: int, step: int, met_by: int) -> None:
    assert step_for(change, step) == met_by
    assert Scale.model_validate({**WHO5, "points": step, "threshold": {"change": change, "met_by": met_by}}).threshold is not None
    with pytest.raises(ValidationError, match=f"is met by {met_by}; write met_by: {met_by}"):
        Scale.model_validate({**WHO5, "points": step, "threshold": {"change": change, "met_by": met_by + 1}})


def test_a_threshold_that_is_all_of_the_scale_is_reached_and_one_point_more_is_not() -> None:
    assert Scale.model_validate({**WHO5, "threshold": {"change": 100, "met_by": 100}})
    with pytest.raises(ValidationError, match="more than the 100 points"):
        Scale.model_validate({**WHO5, "threshold": {"change": 101, "met_by": 104}})


def test_a_register_without_the_items_or_without_a_day_says_which_is_missing() -> None:
    scale = Scale.model_validate(WHO5)
    undated = pl.LazyFrame(schema={"person_id": pl.Int32, **dict.fromkeys(scale.items, pl.Int32)})
    with pytest.raises(ValueError, match="no column start_day, day, answered_day"):
        scored(undated, scale)
    with pytest.raises(ValueError, match="no column who5_3"):
        scored(undated.with_columns(day=pl.lit(0, dtype=pl.Int32)).drop("who5_3"), scale)


ITEM = st.integers(-1, 6) | st.integers(0, 5) | st.none() | st.sampled_from([2**31 - 1, -(2**31)])


@given(answers=st.lists(st.tuples(*[ITEM] * 5), max_size=20), least_items=st.integers(1, 5), kind=st.sampled_from([pl.Int32, pl.Int64]))
@settings(deadline=None, derandomize=True, database=None)
def test_a_score_is_the_items_given_and_the_mean_for_those_that_are_not(answers: list[tuple[int | None, ...]], least_items: int, kind: type[pl.DataType]) -> None:
    """Against the same in fractions, one answer at a time, where every item is needed and where not."""
    scale = Scale.model_validate({**WHO5, "least_items": least_items})
    rows = [(number, 7, *items) for number, items in enumerate(answers)]
    frame = pl.LazyFrame(rows, schema={"person_id": pl.Int32, "day": pl.Int32, **dict.fromkeys(scale.items, kind)}, orient="row")
    given = {number: [item for item in items if item is not None] for number, items in enumerate(answers)}
    used = {number: items for number, items in given.items() if len(items) >= least_items and all(0 <= item <= 5 for item in items)}
    exact = {number: Fraction(sum(items) * 5 * 4 * MILLION, len(items)) for number, items in used.items()}
    assert dict(scored(frame, scale).select("person_id", "score").collect().iter_rows()) == {number: math.floor(score + Fraction(1, 2)) for number, score in exact.items()}


def test_a_score_is_rounded_to_the_nearest_millionth_on_either_side_of_nought() -> None:
    scale = Scale.model_validate({"items": ["a", "b", "c", "d", "e", "f", "g"], "lowest": -9, "highest": 9, "points": 1, "least_items": 6, "better": "higher"})
    rows = [(1, 0, 1, 0, 0, 0, 0, 0, None), (2, 0, -1, 0, 0, 0, 0, 0, None), (3, 0, 2, 0, 0, 0, 0, 0, None)]
    answers = pl.LazyFrame(rows, schema={"person_id": pl.Int32, "day": pl.Int32, **dict.fromkeys(scale.items, pl.Int32)}, orient="row")
    found = dict(scored(answers, scale).select("person_id", "score").collect().iter_rows())
    assert found == {1: 1_166_667, 2: -1_166_667, 3: 2_333_333}
    assert all(isinstance(score, int) and abs(score) < 3 * MILLION for score in found.values())
