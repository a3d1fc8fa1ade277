"""Each method against figures worked by hand, and against the libraries' own answers on the same rows."""

from __future__ import annotations

import random
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm
from evaluation.rows_given import evidence, units, values

from indicators.evaluation.evidence import Evidence, of_rows
from indicators.evaluation.method import Method, methods
from indicators.result import Estimate, Quantity, RoleCount

LEVEL = Decimal("0.95")


def estimate(name: str, given: Evidence, *intervals: str, decimals: int = 6, **terms: Any) -> Estimate:
    return methods()[f"{name}@1"].estimate(given, intervals=list(intervals), level=LEVEL, decimals=decimals, **terms)


def ends(found: Quantity, name: str) -> tuple[float, float]:
    return float(found.interval(name).low), float(found.interval(name).high)


def share(events: int, people: int) -> Evidence:
    return Evidence(RoleCount(people, people, Decimal(events), people, squares=Decimal(events)))


def test_a_validated_count_is_the_share_reached_and_says_that_nothing_is_compared() -> None:
    """48 of 216 by Wilson's formula: (p + z2/2n -+ z sqrt(p(1-p)/n + z2/4n2)) / (1 + z2/n)."""
    found = estimate("validated_count", share(48, 216), "wilson", "clopper_pearson")
    assert found.quantities["mean"].exact == Fraction(2, 9)
    p, n, z2 = 48 / 216, 216, 1.959963984540054**2
    half = (z2 * (p * (1 - p) / n + z2 / (4 * n * n))) ** 0.5
    low, high = (p + z2 / (2 * n) - half) / (1 + z2 / n), (p + z2 / (2 * n) + half) / (1 + z2 / n)
    assert ends(found.quantities["mean"], "wilson") == pytest.approx((low, high), abs=1e-6)
    assert "paid without comparison" in dict(found.assumptions)["comparison"]


def test_nobody_of_eight_is_at_most_three_in_eight_by_the_exact_interval() -> None:
    """Clopper and Pearson with no event: the upper end is 1 - (alpha/2)^(1/n) = 1 - 0.025^(1/8)."""
    low, high = ends(estimate("validated_count", share(0, 8), "clopper_pearson").quantities["mean"], "clopper_pearson")
    assert (low, high) == pytest.approx((0, 1 - 0.025 ** (1 / 8)), abs=1e-6)


def test_a_fixed_baseline_is_a_difference_and_a_reduction_from_it() -> None:
    """60 of 200 against an agreed 0.40: 0.30 - 0.40 = -0.10, a reduction of a quarter."""
    found = estimate("fixed_baseline", share(60, 200), "wilson", baseline=Decimal("0.40"))
    assert found.quantities["difference"].exact == Fraction(-1, 10)
    assert found.quantities["relative_reduction"].exact == Fraction(1, 4)
    low, high = ends(found.quantities["difference"], "wilson")
    assert ends(found.quantities["relative_reduction"], "wilson") == pytest.approx((-high / 0.4, -low / 0.4), abs=2e-6)
    assert low < -0.1 < high


def test_before_and_after_is_the_mean_of_each_persons_own_change() -> None:
    """Changes -2, -1, 0 and -5: mean -2, variance 14/3, error sqrt(14/12) = 1.0801; t with three degrees reaches 3.1824 of them."""
    given = evidence([{"value": after, "before": before} for after, before in ((8, 10), (9, 10), (10, 10), (5, 10))])
    found = estimate("before_after", given, "t").quantities
    assert found["difference"].exact == -2
    assert found["relative_reduction"].exact == Fraction(1, 5)
    assert ends(found["difference"], "t") == pytest.approx((-2 - 3.182446 * 1.080123, -2 + 3.182446 * 1.080123), abs=1e-5)


HISTORY = {2018: Decimal(50), 2019: Decimal(47), 2020: Decimal(48), 2021: Decimal(43), 2022: Decimal(42)}


def test_a_trend_carries_the_line_on_and_its_interval_is_that_of_a_new_year() -> None:
    """Slope by hand: deviations -2..2 against 50 47 48 43 42 give -20/10 = -2, level 46; 2023 expects 46 - 2 x 3 = 40."""
    given = Evidence(RoleCount(100, 100, Decimal(3500), 100, squares=Decimal(125000)))
    found = estimate("historical_trend", given, "prediction", year=2023, history=HISTORY).quantities
    assert found["difference"].exact == -5
    assert found["relative_reduction"].exact == Fraction(1, 8)
    years = np.array(sorted(HISTORY), dtype=float)
    fitted = sm.OLS(np.array([float(HISTORY[int(year)]) for year in years]), sm.add_constant(years)).fit()
    frame = fitted.get_prediction(np.array([[1.0, 2023.0]])).summary_frame(alpha=0.05)
    expected = (35 - float(frame["obs_ci_upper"].iloc[0]), 35 - float(frame["obs_ci_lower"].iloc[0]))
    assert ends(found["difference"], "prediction") == pytest.approx(expected, abs=1e-5)


def people(seed: int, n: int, effect: float, *, clusters: int = 0) -> list[dict[str, Any]]:
    draw = random.Random(seed)
    shared = [draw.gauss(0, 3) for _ in range(clusters)]
    made = []
    for index in range(n):
        cluster = index % clusters if clusters else None
        own = draw.gauss(20, 6) + (shared[cluster] if cluster is not None else 0)
        made.append(
            {
                "earlier": round(own + draw.gauss(0, 4), 2),
                "before": round(own + draw.gauss(0, 4), 2),
                "value": round(own + effect + draw.gauss(0, 4), 2),
                "cluster": None if cluster is None else f"{seed}-{cluster}",
                "x_age": float(draw.randrange(18, 60)),
            }
        )
    return made


@pytest.fixture(scope="module")
def changed() -> Evidence:
    return evidence(people(1, 60, -3, clusters=10), people(2, 90, 0, clusters=12))


def test_difference_in_differences_is_the_change_of_one_group_less_that_of_the_other(changed: Evidence) -> None:
    found = estimate("difference_in_differences", changed, "robust", "cluster_robust")
    rows = changed.units.with_columns(change=pl.col("value") - pl.col("before"))
    means = {role: sum(map(Fraction, rows.filter(role=role)["change"]), Fraction(0)) / rows.filter(role=role).height for role in ("treatment", "comparison")}
    assert found.quantities["difference"].exact == means["treatment"] - means["comparison"]
    # For two groups HC3 is each group's sum of squared residuals by (n - 1) squared.
    error = sum(float(((arm := rows.filter(role=role)["change"].cast(float)) - arm.mean()).pow(2).sum()) / (arm.len() - 1) ** 2 for role in means) ** 0.5
    low, high = ends(found.quantities["difference"], "robust")
    from scipy.stats import t

    assert high - low == pytest.approx(2 * float(t.ppf(0.975, 148)) * error, rel=1e-5)


def test_clusters_that_are_alike_within_make_the_interval_wider() -> None:
    """Each person of ten clusters is written five times: nothing is learnt, and the interval by clusters knows that."""
    once = [evidence_rows(seed, 0 if seed == 4 else -3) for seed in (3, 4)]
    single = evidence(*once)
    repeated = evidence(*([person for person in group for _ in range(5)] for group in once))
    width = {}
    for name, given in (("single", single), ("repeated", repeated)):
        found = estimate("difference_in_differences", given, "robust", "cluster_robust").quantities["difference"]
        width[name] = {interval: ends(found, interval)[1] - ends(found, interval)[0] for interval in ("robust", "cluster_robust")}
    assert width["repeated"]["cluster_robust"] == pytest.approx(width["single"]["cluster_robust"], rel=0.15)
    assert width["repeated"]["robust"] < 0.6 * width["repeated"]["cluster_robust"]


def evidence_rows(seed: int, effect: float) -> list[dict[str, Any]]:
    return [{**person, "cluster": f"{seed}-{index}"} for index, person in enumerate(people(seed, 12, effect))]


def test_groups_on_their_way_apart_before_enrolment_are_seen_in_the_placebo() -> None:
    draw = random.Random(5)
    treated = [{"earlier": 20, "before": 15 + draw.randrange(3), "value": 10 + draw.randrange(3)} for _ in range(40)]
    others = [{"earlier": 20, "before": 20 + draw.randrange(3), "value": 20 + draw.randrange(3)} for _ in range(40)]
    told = dict(estimate("difference_in_differences", evidence(treated, others), "robust").diagnostics)
    assert float(told["placebo_before"]) == pytest.approx(-5, abs=0.6)
    assert float(told["placebo_before_high"]) < -4


def test_regression_gives_what_statsmodels_gives_and_the_effect_that_was_put_in() -> None:
    draw = random.Random(6)
    rows: dict[str, list[dict[str, Any]]] = {"treatment": [], "comparison": []}
    for _ in range(400):
        age = draw.randrange(20, 60)
        role = "treatment" if draw.random() < (age - 15) / 50 else "comparison"
        rows[role].append({"value": round(age + (4 if role == "treatment" else 0) + draw.gauss(0, 2), 3), "x_age": float(age)})
    given = evidence(rows["treatment"], rows["comparison"])
    found = estimate("regression_adjusted", given, "robust").quantities["difference"]
    low, high = ends(found, "robust")
    assert low < 4 < high
    assert high - low < 1.2
    raw = estimate("trial_means", given).quantities["difference"]
    assert raw.value > 8


def test_clusters_drawn_by_lot_are_compared_by_their_means() -> None:
    """Means of clusters 10, 12, 14 against 20, 22, 27: 12 less 23; variances 4 and 13, error sqrt(4/3 + 13/3) = 2.3805."""
    treated = [{"value": value, "cluster": f"t{place}"} for place, value in enumerate((10, 12, 14)) for _ in range(4)]
    others = [{"value": value, "cluster": f"c{place}"} for place, value in enumerate((20, 22, 27)) for _ in range(4)]
    found = estimate("cluster_trial", evidence(treated, others), "cluster_means")
    difference = found.quantities["difference"]
    assert difference.exact == -11
    assert difference.std_error == Decimal("2.380476")
    freedom = (17 / 3) ** 2 / ((4 / 3) ** 2 / 2 + (13 / 3) ** 2 / 2)
    from scipy.stats import t

    reach = float(t.ppf(0.975, freedom)) * (17 / 3) ** 0.5
    assert ends(difference, "cluster_means") == pytest.approx((-11 - reach, -11 + reach), abs=1e-5)
    told = dict(found.diagnostics)
    assert (told["clusters_treatment"], told["difference_of_clusters"]) == ("3", "-11.000000")
    assert "difference_by_person" not in told


def test_where_large_clusters_have_other_results_the_interval_is_said_to_be_about_another_difference() -> None:
    """Twenty clusters of one person with 1.0 or 1.2 and one of 500 with 3: by person about 2.9 less 1, by cluster (22 + 3)/21 less 1."""
    small = [{"value": ("1.0", "1.2")[place % 2], "cluster": f"t{place}"} for place in range(20)]
    large = [{"value": 3, "cluster": "large"}] * 500
    others = [{"value": ("0.9", "1.1")[place % 2], "cluster": f"c{place}"} for place in range(20)]
    found = estimate("cluster_trial", evidence(small + large, others), "cluster_means")
    told, difference = dict(found.diagnostics), found.quantities["difference"]
    low, high = ends(difference, "cluster_means")
    assert float(told["difference_of_clusters"]) == pytest.approx(25 / 21 - 1, abs=1e-6)
    assert low < 25 / 21 - 1 < high < difference.value
    assert told["difference_by_person"].startswith("lies outside the interval of the clusters' means")


def test_many_clusters_may_be_compared_robustly(changed: Evidence) -> None:
    given = evidence(people(1, 100, -3, clusters=20), people(2, 100, 0, clusters=20))
    low, high = ends(estimate("cluster_trial", given, "cluster_robust").quantities["difference"], "cluster_robust")
    by_means = ends(estimate("cluster_trial", given, "cluster_means").quantities["difference"], "cluster_means")
    assert (low, high) == pytest.approx(by_means, rel=0.05)


def test_a_ratio_of_event_rates_is_what_a_poisson_regression_with_offset_gives() -> None:
    draw = random.Random(8)
    groups = [[{"value": draw.choice([0, 0, 0, 1, 2, 7]), "exposure": draw.randrange(100, 400)} for _ in range(n)] for n in (80, 120)]
    given = evidence(*groups)
    found = estimate("event_rate_ratio", given, "robust")
    rates = [Fraction(sum(person["value"] for person in group), sum(person["exposure"] for person in group)) for group in groups]
    assert found.quantities["rate_ratio"].exact == rates[0] / rates[1]
    arm = np.array([1.0] * 80 + [0.0] * 120)
    rows = [person for group in groups for person in group]
    model = sm.GLM([row["value"] for row in rows], sm.add_constant(arm), family=sm.families.Poisson(), offset=np.log([row["exposure"] for row in rows]))
    by_library = np.exp(model.fit(cov_type="HC0").conf_int()[1])
    assert ends(found.quantities["rate_ratio"], "robust") == pytest.approx(tuple(by_library), rel=1e-5)
    assert float(dict(found.diagnostics)["dispersion"]) > 2


def test_a_log_hazard_ratio_is_right_to_its_last_decimal() -> None:
    """Without ties and with the arm alone the partial likelihood's slope is a sum over events of the arm less its mean among those still at risk; its
    root is found by bisection, and compared in ten decimals."""
    from scipy.optimize import brentq

    draw = random.Random(1)
    days = draw.sample(range(1, 81), 80)
    known = [(day, int(draw.random() < 0.6), int(place < 30)) for place, day in enumerate(days)]

    def slope(value: float) -> float:
        at_risk = [np.array([arm for later, _, arm in known if later >= day]) for day, _, _ in known]
        return float(sum(seen * (arm - (arms * np.exp(value * arms)).sum() / np.exp(value * arms).sum()) for (_, seen, arm), arms in zip(known, at_risk, strict=True)))

    groups = [[{"value": seen, "exposure": day} for day, seen, arm in known if arm == own] for own in (1, 0)]
    found = estimate("time_to_event", evidence(*groups), "wald", decimals=10).quantities["log_hazard_ratio"]
    assert float(found.value) == pytest.approx(brentq(slope, -5, 5, xtol=1e-14, rtol=1e-14), abs=1.1e-10)


def test_a_blend_weighs_its_parts_and_is_as_unsure_as_they_can_be_together(changed: Evidence) -> None:
    parts = methods()["blend@1"].parameters["parts"][0].__args__[0]
    given = [parts(method="trial_means@1", weight=Decimal("0.8")), parts(method="difference_in_differences@1", weight=Decimal("0.2"))]
    one, other = (estimate(name, changed).quantities["difference"] for name in ("trial_means", "difference_in_differences"))
    found = estimate("blend", changed, "conservative", parts=given).quantities["difference"]
    assert one.exact is not None
    assert other.exact is not None
    assert found.exact == one.exact * Fraction(4, 5) + other.exact * Fraction(1, 5)
    assert float(found.std_error or 0) == pytest.approx(0.8 * float(one.std_error or 0) + 0.2 * float(other.std_error or 0), abs=2e-6)


def test_pooled_cohorts_weigh_by_how_sure_each_is() -> None:
    """Differences -1 and -4 with errors 1 and 2: weights 1 and 1/4, (-1 - 4/4) / 1.25 = -1.6, error 1.25^-0.5."""

    def cohort(middle: int, spread: Fraction) -> Evidence:
        role = {"treatment": middle, "comparison": 0}
        made = {}
        for name, mean in role.items():
            value = Decimal(mean * 50)
            squares = Decimal(mean * mean * 50) + Decimal(spread.numerator) * 49 / spread.denominator
            made[name] = RoleCount(50, 50, value, 50, squares=squares)
        return Evidence(made["treatment"], made["comparison"])

    cohorts = {"first": cohort(-1, Fraction(25)), "second": cohort(-4, Fraction(100))}
    whole = Evidence(cohorts["first"].treatment, cohorts["first"].comparison, cohorts=cohorts)
    found = estimate("pooled", whole, "normal", of="matched@1")
    difference = found.quantities["difference"]
    assert (difference.value, difference.std_error) == (Decimal("-1.600000"), Decimal("0.894427"))
    assert dict(found.diagnostics)["cochran_q"] == "1.800000"


@pytest.mark.parametrize("name", ["difference_in_differences", "cluster_trial", "regression_adjusted"])
def test_the_order_of_rows_changes_no_digit(name: str, changed: Evidence) -> None:
    shuffled = of_rows(changed.units.sample(fraction=1, shuffle=True, seed=11))
    intervals = {"cluster_trial": "cluster_means"}.get(name, "robust")
    assert estimate(name, changed, intervals, decimals=12) == estimate(name, shuffled, intervals, decimals=12)


def two(treatment: list[Any], comparison: list[Any]) -> Evidence:
    return evidence(values(*treatment), values(*comparison))


def timed(*given: tuple[int, int]) -> list[dict[str, Any]]:
    return [{"value": event, "exposure": days} for event, days in given]


REFUSALS: list[tuple[str, Evidence, dict[str, Any], str]] = [
    ("trial_means", evidence(values(1, 2)), {}, "no comparison group"),
    ("trial_means", two([3, 3], [3, 3]), {}, "the same value"),
    ("validated_count", share(2, 30), {"intervals": ["t"]}, "use clopper_pearson"),
    ("validated_count", Evidence(RoleCount(3, 0, Decimal(0), 0)), {}, "nobody in the treatment group"),
    ("fixed_baseline", share(2, 30), {"baseline": Decimal(0)}, "nought"),
    ("before_after", evidence([{"value": 1, "before": 2}, {"value": 2}]), {}, "1 of 2 counted units have no 'before'"),
    ("before_after", evidence([{"value": 1, "before": 2}, {"value": 2, "before": 3}]), {}, "changed by the same"),
    ("historical_trend", share(2, 30), {"year": 2023, "history": {2020: Decimal(1), 2021: Decimal(2), 2022: Decimal(3)}}, "needs 4"),
    ("historical_trend", share(2, 30), {"year": 2022, "history": HISTORY}, "does not lie after"),
    ("difference_in_differences", Evidence(*two([1, 2], [3, 4]).both()), {}, "a row for each person"),
    ("difference_in_differences", evidence(people(1, 6, 0), people(2, 6, 0)), {"intervals": ["cluster_robust"]}, "not everybody has a cluster"),
    ("difference_in_differences", evidence(people(1, 6, 0, clusters=1), people(2, 6, 0, clusters=2)), {"intervals": ["cluster_robust"]}, "3 clusters for 2 terms"),
    ("cluster_trial", evidence([{"value": 1, "cluster": "a"}, {"value": 2, "cluster": "a"}], [{"value": 1, "cluster": "b"}, {"value": 3, "cluster": "c"}]), {}, "1 cluster"),
    ("cluster_trial", evidence([{"value": 1, "cluster": "a"}, {"value": 2, "cluster": "b"}], [{"value": 1, "cluster": "b"}, {"value": 3, "cluster": "c"}]), {}, "in both groups"),
    ("cluster_trial", evidence(people(1, 12, 0, clusters=4), people(2, 12, 0, clusters=4)), {"intervals": ["cluster_robust"]}, "use cluster_means"),
    ("regression_adjusted", two([1, 2, 3], [2, 3, 5]), {}, "no covariate is named"),
    (
        "regression_adjusted",
        evidence(*([{"value": place, "x_a": place, "x_b": 2 * place} for place in range(start, start + 9)] for start in (0, 3))),
        {},
        "follows from the others",
    ),
    ("event_rate_ratio", two([0, 1], [3, 5]), {}, "1 events"),
    ("event_rate_ratio", two([7], [1, 2, 0, 3, 1, 4]), {}, "the treatment group has one person"),
    ("difference_in_differences", evidence(people(1, 1, 0), people(2, 13, 0)), {}, "the treatment group has one person"),
    ("difference_in_differences", evidence(people(1, 20, 0, clusters=1), people(2, 90, 0, clusters=9)), {"intervals": ["cluster_robust"]}, "the treatment group has one cluster"),
    ("difference_in_differences", evidence(*([{"value": 52.14, "before": 50}] * 9 for _ in range(2))), {}, "the same value"),
    (
        "cluster_trial",
        evidence(*([{"value": value, "cluster": f"{value} {place}"} for place in range(3) for _ in range(5)] for value in (0.1, 0.3))),
        {"intervals": ["cluster_means"]},
        "all clusters of each group have the same mean",
    ),
    (
        "regression_adjusted",
        evidence(*([{"value": place % 5 + side, "x_alone": float(place == 0 and side == 0)} for place in range(12)] for side in (0, 1))),
        {},
        "one person alone decides a term",
    ),
    ("event_rate_ratio", two([3, 2.5], [3, 5]), {}, "whole numbers"),
    ("time_to_event", evidence(timed(*((1, day) for day in range(1, 9))), timed(*((0, 9) for _ in range(8)))), {}, "nobody in the comparison group had the event"),
    ("time_to_event", evidence(timed((1, 3), (1, 4)), timed((1, 5), (0, 9))), {}, "3 events for 1 terms"),
    ("time_to_event", two([2, 1], [1, 0]), {}, "one yes or no"),
    ("pooled", two([1, 2], [2, 4]), {"of": "trial_means@1"}, "fewer than two cohorts"),
    ("pooled", two([1, 2], [2, 4]), {"of": "pooled@1"}, "cannot be pooled"),
]


@pytest.mark.parametrize(("name", "given", "terms", "words"), REFUSALS, ids=[f"{name}: {words}" for name, _, _, words in REFUSALS])
def test_what_has_no_estimate_gives_a_reason_and_no_number(name: str, given: Evidence, terms: dict[str, Any], words: str) -> None:
    terms = dict(terms)
    with pytest.raises(ValueError, match=words):
        estimate(name, given, *terms.pop("intervals", []), **terms)


def test_a_covariate_that_separates_gives_no_hazard() -> None:
    """Whoever has the covariate has the event, and nobody else: the coefficient would run away."""
    treated = [{"value": int(place % 2), "exposure": 10 + place, "x_told": float(place % 2)} for place in range(40)]
    others = [{"value": int(place % 2), "exposure": 12 + place, "x_told": float(place % 2)} for place in range(40)]
    with pytest.raises(ValueError, match=r"separates|follows"):
        estimate("time_to_event", evidence(treated, others), "wald")


def test_every_method_says_its_intervals_quantities_and_needs() -> None:
    for pin, item in methods().items():
        assert isinstance(item, Method)
        assert item.definition.strip(), pin
        assert item.intervals, pin
        assert item.quantities, pin


def test_a_method_that_is_given_a_role_alone_counts_it_once() -> None:
    given = of_rows(units(("treatment", [{"value": 2, "exposure": 3}, {"value": 4, "exposure": 5}])))
    assert given.comparison is None
    assert (given.treatment.value, given.treatment.exposure, given.treatment.squares) == (Decimal(6), 8, Decimal(20))
