"""How near people are: where everybody stands by propensity and by Mahalanobis' distance, worked by hand, and what has no distance."""

from __future__ import annotations

import math
from typing import Any

import polars as pl
import pytest

from indicators.nearness import MILLION, Nearest, NoDistanceError, placed

SCHEMA = {"age": pl.Int32, "sex": pl.Int32, "weeks_last_year": pl.Int32, "is_treated": pl.Boolean}


def people(*groups: tuple[int, bool, dict[str, int]]) -> pl.DataFrame:
    """So many people of each kind, treated or not."""
    rows = [(kind.get("age", 20), kind.get("sex", 1), kind.get("weeks_last_year", 10), own) for count, own, kind in groups for _ in range(count)]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def near(by: Any, *of: str, within: float = 0.2, **more: Any) -> Nearest:
    return Nearest(by, of, within, **more)


def test_the_propensity_of_a_kind_is_its_share_of_treated_people() -> None:
    given = people((3, True, {"sex": 1}), (7, False, {"sex": 1}), (1, True, {"sex": 2}), (9, False, {"sex": 2}))
    found = placed(given, near("propensity", "sex"))
    assert found.points["sex"].to_list() == [1, 2]
    assert found.points["at_0"].to_list() == pytest.approx([math.log(3 / 7) * MILLION, math.log(1 / 9) * MILLION], abs=2)
    logits = {1: math.log(3 / 7), 2: math.log(1 / 9)}

    def variance(counts: dict[int, int]) -> float:
        n = sum(counts.values())
        mean = sum(logits[sex] * count for sex, count in counts.items()) / n
        return sum(count * (logits[sex] - mean) ** 2 for sex, count in counts.items()) / (n - 1)

    assert found.reach == pytest.approx(0.2 * ((variance({1: 3, 2: 1}) + variance({1: 7, 2: 9})) / 2) ** 0.5 * MILLION, abs=2)


def test_people_who_are_alike_are_one_point_however_many_they_are() -> None:
    once = people((1, True, {"age": 20}), (2, True, {"age": 30}), (3, False, {"age": 20}), (1, False, {"age": 30}))
    found = placed(once, near("propensity", "age"))
    again = placed(pl.concat([once] * 5).sample(fraction=1, shuffle=True, seed=1), near("propensity", "age"))
    assert found.points.rows() == again.points.rows()


def test_mahalanobis_is_the_distance_in_standard_deviations_within_groups() -> None:
    """The treated are 20 and 22, the others 30, 32 and 34: squares of 2 and 8 within, over five people less two groups."""
    given = people(*((1, True, {"age": age}) for age in (20, 22)), *((1, False, {"age": age}) for age in (30, 32, 34)))
    found = placed(given, near("mahalanobis", "age", within=1.5))
    at = dict(found.points.select("age", "at_0").iter_rows())
    assert at[30] - at[22] == pytest.approx(8 / (10 / 3) ** 0.5 * MILLION, abs=2)
    assert found.reach == 1_500_000


def test_the_unit_of_a_variable_changes_no_mahalanobis_distance() -> None:
    import itertools

    rows = [(age, weeks, (age + weeks) % 3 == 0) for age, weeks in itertools.product((20, 21, 25), (4, 9, 30)) if (age, weeks) != (25, 30)]
    apart = []
    for unit in (1, 7):
        given = people(*((1, own, {"age": age * unit, "weeks_last_year": weeks}) for age, weeks, own in rows))
        points = placed(given, near("mahalanobis", "age", "weeks_last_year")).points.select("at_0", "at_1").rows()
        apart.append([math.dist(one, other) for one, other in itertools.combinations(points, 2)])
    assert apart[0] == pytest.approx(apart[1], abs=5)


@pytest.mark.parametrize(
    ("given", "nearest", "words"),
    [
        pytest.param(people((3, True, {"age": 30}), (9, False, {"age": 20})), near("propensity", "age"), "told from everybody else for certain", id="separation"),
        pytest.param(
            people(*((1, True, {"age": age}) for age in (30, 31)), *((2, False, {"age": age}) for age in (20, 29))),
            near("propensity", "age"),
            "told from everybody else for certain",
            id="separation along a line",
        ),
        pytest.param(people((3, True, {}), (9, False, {})), near("propensity", "age"), "everybody is alike in age", id="nothing varies"),
        pytest.param(
            people(*((1, age % 2 == 0, {"age": age, "weeks_last_year": 2 * age}) for age in range(20, 30))),
            near("propensity", "age", "weeks_last_year"),
            "'weeks_last_year' follows from the variables before it",
            id="collinear",
        ),
        pytest.param(people((3, True, {"sex": 2}), (5, False, {"sex": 1})), near("mahalanobis", "sex"), "the same for everybody of a group", id="no spread within"),
        pytest.param(people((3, True, {})), near("mahalanobis", "age"), "nobody to choose from", id="nobody else"),
        pytest.param(people((3, False, {})), near("propensity", "age"), "nobody is to be matched", id="nobody treated"),
    ],
)
def test_where_there_is_no_distance_the_reason_is_said(given: pl.DataFrame, nearest: Nearest, words: str) -> None:
    with pytest.raises(NoDistanceError, match=words):
        placed(given, nearest)


def test_who_stands_too_far_off_for_a_whole_distance_has_none() -> None:
    """One of very many who differs stands as many standard deviations off as the root of their number."""
    many = people(*((1, True, {"age": age}) for age in (20, 21, 22)), *((50, False, {"age": age}) for age in (20, 21, 22)))
    far = people((1, False, {"age": 100_000_000}))
    assert placed(pl.concat([far, *[many] * 300]), near("mahalanobis", "age")).points["at_0"].max() < 300 * MILLION  # type: ignore[operator]
    with pytest.raises(NoDistanceError, match="somebody stands too far from everybody else for a distance"):
        placed(pl.concat([far, *[many] * 3000]), near("mahalanobis", "age"))
