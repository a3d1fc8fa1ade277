"""Cohorts enrolled at different times: by hand, by a regression on every person and time, and where it refuses."""

from __future__ import annotations

import random
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm
from evaluation.rows_given import evidence

from indicators.evaluation.evidence import Evidence, of_rows
from indicators.evaluation.method import methods
from indicators.result import Estimate

LEVEL = Decimal("0.95")
Person = dict[str, Any]


def estimate(given: Evidence, *intervals: str, name: str = "staggered_differences", **terms: Any) -> Estimate:
    return methods()[f"{name}@1"].estimate(given, intervals=list(intervals), level=LEVEL, decimals=6, **terms)


def changed(cohort: str, *changes: int, start: int = 10) -> list[Person]:
    return [{"cohort": cohort, "before": start, "value": start + change} for change in changes]


HAND = evidence(
    changed("spring", *[5, 7] * 5) + changed("autumn", *[1, 2, 3, 2, 2, 2] * 5),
    changed("spring", *[0, 1, 2, 1] * 5) + changed("autumn", *[9, 11] * 5, start=40),
)
"""Spring: 6 against 1, a difference of 5 with ten treated; autumn: 2 against 10, a difference of -8 with thirty. (10 x 5 - 30 x 8) / 40 = -19/4."""
SPRING, AUTUMN = 10 / 9**2 + 10 / 19**2, 10 / 29**2 + 10 / 9**2
"""HC3 of a group is its sum of squared residuals by (n - 1) squared."""


def test_each_cohort_counts_by_whom_it_treats() -> None:
    found = estimate(HAND, "robust")
    told = dict(found.diagnostics)
    assert found.quantities["difference"].exact == Fraction(-19, 4)
    assert (told["difference_spring"], told["difference_autumn"]) == ("5.000000", "-8.000000")
    assert [told[f"n_{role}_{cohort}"] for cohort in ("spring", "autumn") for role in ("treatment", "comparison")] == ["10", "20", "30", "10"]


def test_its_error_is_that_of_each_group_by_its_weight() -> None:
    """Weights 1/4 and 3/4. Student's t has 70 people less four terms."""
    quantity = estimate(HAND, "robust").quantities["difference"]
    error = (SPRING / 16 + AUTUMN * 9 / 16) ** 0.5
    assert float(quantity.std_error or 0) == pytest.approx(error, abs=1e-6)
    from scipy.stats import t

    reach = float(t.ppf(0.975, 66)) * error
    ends = quantity.interval("robust")
    assert (float(ends.low), float(ends.high)) == pytest.approx((-4.75 - reach, -4.75 + reach), abs=1e-6)


def test_a_cohorts_own_interval_has_its_own_degrees_of_freedom() -> None:
    """Thirty people less two terms in spring, forty in autumn, however many the other has."""
    from scipy.stats import t

    told = dict(estimate(HAND, "robust").diagnostics)
    for name, middle, variance, freedom in (("spring", 5, SPRING, 28), ("autumn", -8, AUTUMN, 38)):
        reach = float(t.ppf(0.975, freedom)) * variance**0.5
        assert (float(told[f"low_{name}"]), float(told[f"high_{name}"])) == pytest.approx((middle - reach, middle + reach), abs=1e-6)


def test_an_interval_by_clusters_has_each_cohorts_own_clusters(drawn: Evidence) -> None:
    """Nine clusters of cohort `a` less two terms. Its own regression gives the same error but for what it takes for few clusters and people: by hand, the
    sums of residuals of each cluster, and statsmodels' G / (G - 1) x (N - 1) / (N - K) of all 32 clusters, 142 people and six terms."""
    from scipy.stats import t

    rows = drawn.rows("before").filter(cohort="a").with_columns(change=(pl.col("value") - pl.col("before")).cast(float))
    total = 0.0
    for role in ("treatment", "comparison"):
        arm = rows.filter(role=role)
        sums = arm.with_columns(left=pl.col("change") - pl.col("change").mean()).group_by("cluster").agg(pl.col("left").sum())["left"]
        total += float((sums**2).sum()) / arm.height**2
    reach = float(t.ppf(0.975, 7)) * (total * 32 / 31 * 141 / 136) ** 0.5
    told = dict(estimate(drawn, "cluster_robust").diagnostics)
    assert (float(told["high_a"]) - float(told["low_a"])) / 2 == pytest.approx(reach, rel=1e-5)


def test_what_others_would_have_said_stands_beside_it() -> None:
    """One coefficient weighs by n1 n0 / (n1 + n0), 20/3 and 15/2: (20/3 x 5 - 15/2 x 8) / (85/6) = -32/17. Without cohorts 120/40 less 120/30 is -1."""
    told = dict(estimate(HAND).diagnostics)
    assert told["two_way_fixed_effects"] == f"{-32 / 17:.6f}"
    assert told["as_one_cohort"] == "-1.000000"


def test_cohorts_that_differ_are_said_to_and_without_a_p_value() -> None:
    """Two cohorts: F is the square of 13 by its error, and Student's t squared is the limit."""
    told = dict(estimate(HAND, "robust").diagnostics)
    error = (SPRING + AUTUMN) ** 0.5
    assert float(told["wald_f"]) == pytest.approx((13 / error) ** 2, abs=1e-5)
    assert float(told["wald_f_limit"]) == pytest.approx(1.996564**2, abs=1e-4)
    assert told["cohorts_compared"] == "they differ by more than chance lets them"
    assert not [name for name in told if name.endswith("_p")]


def people(seed: int, cohort: str, n: int, effect: float, clusters: int) -> list[Person]:
    draw = random.Random(seed)
    shared = [draw.gauss(0, 2) for _ in range(clusters)]
    made = []
    for place in range(n):
        own, here = draw.gauss(20, 6), place % clusters
        seen = {"earlier": own, "before": own, "value": own + effect + shared[here]}
        made.append({"cohort": cohort, "cluster": f"{seed} {here}"} | {name: round(value + draw.gauss(0, 3), 2) for name, value in seen.items()})
    return made


@pytest.fixture(scope="module")
def drawn() -> Evidence:
    treated = people(1, "a", 12, -3, 4) + people(2, "b", 30, 1, 6) + people(3, "c", 21, 5, 5)
    others = people(4, "a", 25, 0, 5) + people(5, "b", 14, -4, 4) + people(6, "c", 40, 2, 8)
    return evidence(treated, others)


def test_a_regression_on_every_person_and_time_gives_the_same(drawn: Evidence) -> None:
    """Two rows a person, an effect for each person and each cohort's time, and one for each cohort's treated afterwards (stacked, as Cengiz and others):
    the weighted sum of its coefficients; with one coefficient for all it is what stands beside it."""
    rows = drawn.rows("before")
    n, names = rows.height, ["a", "b", "c"]
    outcome = np.concatenate([rows["before"].cast(float).to_numpy(), rows["value"].cast(float).to_numpy()])
    after = np.repeat([0.0, 1.0], n)
    person = np.vstack([np.eye(n), np.eye(n)])
    own = np.column_stack([np.tile((rows["cohort"] == name).to_numpy(), 2) for name in names])
    treated = np.tile((rows["role"] == "treatment").to_numpy(), 2) * after
    apart = sm.OLS(outcome, np.column_stack([person, own * after[:, None], own * treated[:, None]])).fit()
    one = sm.OLS(outcome, np.column_stack([person, own * after[:, None], treated])).fit()
    found = estimate(drawn, "robust", "cluster_robust")
    assert float(found.quantities["difference"].value) == pytest.approx(float(np.array([12, 30, 21]) / 63 @ apart.params[-3:]), abs=1e-6)
    assert float(dict(found.diagnostics)["two_way_fixed_effects"]) == pytest.approx(float(one.params[-1]), abs=1e-6)


def test_its_intervals_and_test_are_those_of_the_library(drawn: Evidence) -> None:
    """statsmodels' own t and F tests of one regression of the change with an intercept and other terms that say the same."""
    rows = drawn.rows("before").with_columns(change=pl.col("value") - pl.col("before"))
    arm = (rows["role"] == "treatment").cast(float).to_numpy()
    later = [(rows["cohort"] == name).cast(float).to_numpy() for name in ("b", "c")]
    design = np.column_stack([np.ones(rows.height), *later, arm, *(arm * cohort for cohort in later)])
    model = sm.OLS(rows["change"].cast(float).to_numpy(), design)
    weighted = np.array([0, 0, 0, 1, 30 / 63, 21 / 63])
    found = estimate(drawn, "robust", "cluster_robust").quantities["difference"]
    groups = {"groups": rows["cluster"].rank("dense").to_numpy()}
    fits = {"robust": (model.fit(cov_type="HC3"), 142 - 6), "cluster_robust": (model.fit(cov_type="cluster", cov_kwds=groups), 32 - 6)}
    from scipy.stats import t

    for name, (fit, freedom) in fits.items():
        error = float(fit.t_test(weighted).sd.item())
        ends = found.interval(name)
        assert float(ends.high - ends.low) == pytest.approx(2 * float(t.ppf(0.975, freedom)) * error, rel=1e-5), name
    by_library = fits["robust"][0].f_test(np.array([[0, 0, 0, 0, 1, 0], [0, 0, 0, 0, 0, 1]]))
    assert float(dict(estimate(drawn, "robust").diagnostics)["wald_f"]) == pytest.approx(float(np.squeeze(by_library.fvalue)), rel=1e-5)


def test_two_cohorts_with_one_effect_are_not_said_to_differ() -> None:
    given = evidence(people(1, "a", 30, 2, 6) + people(2, "b", 30, 2, 6), people(3, "a", 40, 0, 8) + people(4, "b", 40, 0, 8))
    assert dict(estimate(given, "robust").diagnostics)["cohorts_compared"] == "they differ by no more than chance may make them"


def test_the_windows_before_show_whether_groups_were_on_their_way_alike(drawn: Evidence) -> None:
    told = dict(estimate(drawn, "robust").diagnostics)
    low, value, high = (float(told[f"placebo_before{end}"]) for end in ("_low", "", "_high"))
    rows = drawn.units.with_columns(change=pl.col("before") - pl.col("earlier"))
    mean = {key: float(value) for *key_, value in rows.group_by("cohort", "role").agg(pl.col("change").cast(float).mean()).iter_rows() for key in [tuple(key_)]}
    by_hand = sum(n / 63 * (mean[name, "treatment"] - mean[name, "comparison"]) for name, n in (("a", 12), ("b", 30), ("c", 21)))
    assert value == pytest.approx(by_hand, abs=1e-6)
    assert low < value < high


def test_the_order_of_rows_changes_no_digit(drawn: Evidence) -> None:
    shuffled = of_rows(drawn.units.sample(fraction=1, shuffle=True, seed=5))
    assert estimate(drawn, "robust", "cluster_robust") == estimate(shuffled, "robust", "cluster_robust")


def test_nobody_of_another_cohort_moves_a_cohorts_own_figure(drawn: Evidence) -> None:
    """What cohort `c` had after is written otherwise: the figures of `a` and `b` stay."""
    other = of_rows(drawn.units.with_columns(value=pl.when(cohort="c").then(pl.col("value") * 3).otherwise(pl.col("value"))))
    one, two = (dict(estimate(given).diagnostics) for given in (drawn, other))
    assert [one[f"difference_{name}"] == two[f"difference_{name}"] for name in ("a", "b", "c")] == [True, True, False]


TEN = (1, 2) * 5
REFUSALS: list[tuple[Evidence, tuple[str, ...], str]] = [
    (evidence(changed("a", 1, 2), changed("a", 3, 4)), (), "fewer than two cohorts"),
    (evidence(changed("a", 1, 2), changed("a", 3, 4) + changed("b", 1, 2)), (), "nobody in the treatment group of the cohort b is counted"),
    (evidence(changed("a", 1, 2) + changed("b", 3, 5), changed("a", 3, 4)), (), "nobody in the comparison group of the cohort b is counted"),
    (evidence(changed("a", *TEN) + changed("b", 3), changed("a", *TEN) + changed("b", *TEN)), (), "the treatment group of the cohort b has 1 people, and two"),
    (
        evidence(changed("a", *TEN) + changed("b", 3, 5), changed("a", *TEN) + changed("b", *TEN * 6)),
        (),
        "the treatment group of the cohort b has 2 people, and an interval by HC3",
    ),
    (evidence(changed("a", *TEN) + changed("b", *TEN), changed("a", *TEN) + changed("b", *TEN[1:])), ("robust",), "the comparison group of the cohort b has 9 people"),
    (evidence(changed("a", *[1] * 10) + changed("b", *[2] * 10), changed("a", *[3] * 10) + changed("b", *[4] * 10)), (), "the same value"),
    (evidence(changed("a", *TEN) + changed("b", *[2] * 10), changed("a", *TEN) + changed("b", *[4] * 10)), (), "the cohort b gives no estimate"),
    (evidence(changed("a", 1, 2) + changed("b", 3, 5), changed("a", 3, 4) + changed("b", 1, 2)), ("cluster_robust",), "not everybody has a cluster"),
    (
        evidence(*([{**person, "cluster": f"{group} {place % 2}"} for name in "ab" for place, person in enumerate(people(group, name, 8, 0, 2))] for group in (1, 2))),
        ("cluster_robust",),
        "4 clusters for 4 terms, and an interval needs 5",
    ),
    (evidence(people(1, "a", 8, 0, 1) + people(2, "b", 8, 0, 3), people(3, "a", 8, 0, 3) + people(4, "b", 8, 0, 3)), ("cluster_robust",), "group of the cohort a has one cluster"),
    (Evidence(*HAND.both()), (), "a row for each person"),
    (evidence([{"cohort": "a", "value": 1}]), (), "no 'before'"),
    (evidence([{"before": 2, "value": 1}], [{"before": 2, "value": 1}]), (), "no 'cohort'"),
]


@pytest.mark.parametrize(("given", "intervals", "words"), REFUSALS, ids=[words for *_, words in REFUSALS])
def test_what_has_no_estimate_gives_a_reason_and_no_number(given: Evidence, intervals: tuple[str, ...], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        estimate(given, *intervals)


def test_cohorts_pool_by_a_method_that_looks_at_people() -> None:
    """Each cohort's own difference in differences, weighed by how sure it is: for two cohorts, by hand from what each gives alone."""
    rows = [(people(1, "a", 20, -3, 4), people(3, "a", 30, 0, 5)), (people(2, "b", 40, 1, 6), people(4, "b", 25, 0, 5))]
    cohorts = {name: evidence(*groups) for name, groups in zip(("a", "b"), rows, strict=True)}
    whole = evidence(rows[0][0] + rows[1][0], rows[0][1] + rows[1][1])
    found = estimate(Evidence(whole.treatment, whole.comparison, whole.units, cohorts), "normal", name="pooled", of="difference_in_differences@1")
    alone = [estimate(cohorts[name], name="difference_in_differences").quantities["difference"] for name in ("a", "b")]
    weights = [1 / float(item.std_error or 0) ** 2 for item in alone]
    by_hand = sum(weight * float(item.value) for weight, item in zip(weights, alone, strict=True)) / sum(weights)
    assert float(found.quantities["difference"].value) == pytest.approx(by_hand, abs=1e-5)
