"""The shipped table of error rates: whole, made by the code that is here, and saying of each method what theory says."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from indicators.evaluation.method import methods
from pipelines.contracts.comparison import Scenario
from pipelines.worlds.error_rates import REPLICATIONS, Case, cases, measured
from pipelines.worlds.known import ErrorRate, known
from pipelines.worlds.people import SCENARIOS
from pipelines.worlds.specimens import specimens

LARGE = 200
MISLED_BY_MOTIVE = ("before_after@1", "fixed_baseline@1", "matched@1", "difference_in_differences@1", "staggered_differences@1", "regression_adjusted@1")
UNBIASED = (
    "trial@1",
    "trial@2",
    "trial_means@1",
    "trial_means@2",
    "cluster_trial@1",
    "event_rate_ratio@1",
    "event_rate_ratio@2",
    "time_to_event@1",
    "pooled@1",
)


def rate(method: str, scenario: str, effect: float = 0.0, people: int = LARGE) -> ErrorRate:
    return next(item for item in known() if (item.method, item.scenario, item.effect, item.people) == (method, scenario, effect, people))


def test_every_method_has_a_specimen_and_every_specimen_its_rates() -> None:
    assert set(specimens()) == set(methods())
    wanted = [(case.method, case.scenario, case.people, case.effect) for case in cases()]
    assert [(item.method, item.scenario, item.people, item.effect) for item in known()] == wanted
    assert {item.replications for item in known()} == {REPLICATIONS}


def test_a_contract_can_name_every_scenario() -> None:
    assert set(Scenario.__args__) == set(SCENARIOS)


@pytest.mark.parametrize("method", UNBIASED)
def test_a_lot_pays_for_nothing_as_seldom_as_its_interval_says_whatever_misleads_others(method: str) -> None:
    """One side of a 95 % interval: 2.5 in a hundred, give or take four Monte Carlo errors; and coverage 95."""
    for scenario in specimens()[method].misled_by:
        found = rate(method, scenario)
        assert found.paid_on_interval <= 0.025 + 4 * (0.025 * 0.975 / found.replications) ** 0.5, scenario
        assert found.covered >= 0.95 - 4 * (0.05 * 0.95 / found.replications) ** 0.5, scenario


def test_a_count_without_comparison_always_pays_for_nothing() -> None:
    assert all(rate("validated_count@1", scenario).paid_on_estimate == 1 for scenario in SCENARIOS)


@pytest.mark.parametrize(
    ("method", "scenario"),
    [
        ("before_after@1", "regression_to_the_mean"),
        ("before_after@1", "seasonality"),
        ("difference_in_differences@1", "regression_to_the_mean"),
        ("staggered_differences@1", "regression_to_the_mean"),
        ("fixed_baseline@1", "trend"),
        *((method, "selection") for method in MISLED_BY_MOTIVE),
    ],
)
def test_what_misleads_a_method_shows(method: str, scenario: str) -> None:
    assert rate(method, scenario).paid_on_interval > 0.5


@pytest.mark.parametrize("method", ["before_after@1", "difference_in_differences@1", "staggered_differences@1", "matched@1", "regression_adjusted@1"])
def test_where_nothing_misleads_a_method_keeps_its_word(method: str) -> None:
    assert rate(method, "plain").paid_on_interval < 0.06
    assert rate(method, "plain", 0.6).paid_on_interval > 0.95


def test_a_row_of_the_table_comes_out_the_same_when_it_is_made_anew() -> None:
    """Fewer draws of the same seeds, twice; and the shipped figure lies where so many draws can lie from it."""
    case = Case("trial_means@1", "autocorrelation", 50, 0.3, 40)
    first, again = measured(case), measured(case)
    assert asdict(first) == asdict(again)
    shipped = rate("trial_means@1", "autocorrelation", 0.3, 50)
    share = shipped.paid_on_interval
    assert first.paid_on_interval == pytest.approx(share, abs=5 * (share * (1 - share) / 40) ** 0.5)
