"""Estimates put together: a part rests on as many people, whatever intervals its own method is asked for, as a standard error needs to be weighed by."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl
import pytest
from evaluation.rows_given import evidence

from indicators.evaluation.blend import Part
from indicators.evaluation.evidence import Evidence, in_sets
from indicators.evaluation.method import methods
from indicators.evaluation.parts import FEWEST
from indicators.result import Estimate, RoleCount

LEVEL = Decimal("0.95")
HALF = Decimal("0.5")


def people(n: int, start: int, clusters: int = 0) -> list[dict[str, Any]]:
    spread = [start + place * place % 7 for place in range(n)]
    return [{"value": value, "before": 5 + place % 3, "cluster": f"{start}-{place % (clusters or n)}"} for place, value in enumerate(spread)]


def group(n: int, m: int, clusters: int = 0) -> Evidence:
    return evidence(people(n, 8, clusters), people(m, 3, clusters))


def shares(x: int, n: int, y: int, m: int) -> Evidence:
    return Evidence(*(RoleCount(people, people, Decimal(events), people, squares=Decimal(events)) for events, people in ((x, n), (y, m))))


def pooled(pin: str, *cohorts: Evidence) -> Estimate:
    named = {f"c{place}": cohort for place, cohort in enumerate(cohorts)}
    whole = Evidence(*cohorts[0].both(), cohorts=named)
    return methods()["pooled@1"].estimate(whole, of=pin, intervals=["normal"], level=LEVEL, decimals=6)


def blend(given: Evidence, *pins: str) -> Estimate:
    parts = [Part(method=pin, weight=HALF) for pin in pins]
    return methods()["blend@1"].estimate(given, parts=parts, intervals=["conservative"], level=LEVEL, decimals=6)


def test_cohorts_of_three_pooled_by_the_normal_distribution_would_miss_every_fifth_time() -> None:
    """Why it is refused: four cohorts of 3 and 3 without an effect, weighed by their own variances, and of as many as are let through."""
    rng, covers = np.random.default_rng(3), {}
    for n in (3, FEWEST):
        groups = rng.normal(size=(4000, 2, 4, n))
        differences, variances = groups.mean(axis=3)[:, 0] - groups.mean(axis=3)[:, 1], groups.var(axis=3, ddof=1).sum(axis=1) / n
        found = (differences / variances).sum(axis=1) / (1 / variances).sum(axis=1)
        covers[n] = float((abs(found) <= 1.96 * (1 / variances).sum(axis=1) ** -0.5).mean())
    assert covers[3] < 0.82
    assert covers[FEWEST] > 0.92


@pytest.mark.parametrize("pin", ["trial_means@1", "trial_means@2", "matched@1", "difference_in_differences@1", "before_after@1"])
def test_a_cohort_of_too_few_is_refused_whatever_its_method_holds_for(pin: str) -> None:
    enough, few = group(FEWEST, 30), group(FEWEST - 1, 30)
    assert pooled(pin, enough, enough).quantities["difference"].intervals
    with pytest.raises(ValueError, match=r"the cohort c1 gives no estimate: the treatment group has 14 people, and 15 are needed for an estimate to be put together"):
        pooled(pin, enough, few)


def test_few_of_the_comparison_are_too_few() -> None:
    with pytest.raises(ValueError, match="the comparison group has 14 people"):
        pooled("trial_means@2", group(30, 30), group(30, 14))


@pytest.mark.parametrize("pin", ["trial@1", "trial@2", "trial_means@2"])
def test_five_with_and_without_the_event_are_expected_of_each_cohort(pin: str) -> None:
    """10 of 40, twenty a group: five expected of each. One fewer is fewer; and so are four cohorts of four and four."""
    enough = shares(2, 20, 8, 20)
    assert pooled(pin, enough, enough).quantities["difference"].intervals
    with pytest.raises(ValueError, match=r"4\.5 people would be expected .* and 5 are needed for an estimate to be put together with others \(Cochran 1954\)"):
        pooled(pin, enough, shares(2, 20, 7, 20))
    with pytest.raises(ValueError, match="the treatment group has 4 people"):
        pooled(pin, *[shares(1, 4, 3, 4)] * 4)


def test_clusters_are_what_is_counted_where_they_were_drawn() -> None:
    assert pooled("cluster_trial@1", group(60, 60, 15), group(60, 60, 15)).quantities["difference"].intervals
    with pytest.raises(ValueError, match="the treatment group has 14 clusters, and 15 are needed"):
        pooled("cluster_trial@1", group(60, 60, 15), group(60, 60, 14))


def test_matched_sets_count_those_with_somebody_beside_them() -> None:
    def beside(whole: int) -> Evidence:
        given = group(40, 40)
        numbers = pl.Series([place if place < whole else 100 + place + side for side in (0, 500) for place in range(40)])
        return replace(given, sets=in_sets(given.units, numbers))

    assert pooled("matched_sets@1", beside(15), beside(40)).quantities["difference"].intervals
    with pytest.raises(ValueError, match="the treatment group has 14 people"):
        pooled("matched_sets@1", beside(14), beside(40))


def test_a_blend_asks_as_much_of_its_parts() -> None:
    assert blend(group(FEWEST, 40), "trial_means@2", "difference_in_differences@1").quantities["difference"].intervals
    with pytest.raises(ValueError, match="the treatment group has 3 people"):
        blend(group(3, 40), "trial_means@2", "difference_in_differences@1")
    with pytest.raises(ValueError, match=r"4\.5 people would be expected"):
        blend(shares(2, 20, 7, 20), "trial@2", "trial_means@2")
