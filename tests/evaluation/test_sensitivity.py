"""How strong an unmeasured cause would have to be: the published worked examples, and what each method says of itself."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from evaluation.rows_given import evidence
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.evaluation.difference_in_differences import difference_in_differences
from indicators.evaluation.matched import matched
from indicators.evaluation.regression_adjusted import regression_adjusted
from indicators.evaluation.sensitivity import e_value, e_value_of_limit, of_spread, sensitivity, variance_within
from indicators.result import Interval, Quantity, RoleCount

LEVEL = Decimal("0.95")


@pytest.mark.parametrize(
    ("ratio", "low", "high", "of_ratio", "of_limit"),
    [
        pytest.param(3.9, 1.8, 8.7, 7.26, 3.0, id="VanderWeele and Ding 2017: breastfeeding and death from respiratory infection"),
        pytest.param(10.73, 8.02, 14.36, 20.95, 15.52, id="Hammond and Horn 1958: smoking and lung cancer, by Ding and VanderWeele 2016"),
    ],
)
def test_the_published_examples_to_their_printed_precision(ratio: float, low: float, high: float, of_ratio: float, of_limit: float) -> None:
    assert round(e_value(ratio), 2) == of_ratio
    assert round(e_value_of_limit(low, high), 2) == of_limit


def test_no_effect_needs_no_explaining() -> None:
    assert e_value(1.0) == 1.0
    assert e_value_of_limit(0.9, 1.2) == e_value_of_limit(1.0, 1.2) == e_value_of_limit(0.9, 1.0) == 1.0


@pytest.mark.parametrize("ratio", [0.0, -0.5, math.inf, math.nan])
def test_what_is_no_risk_ratio_has_none(ratio: float) -> None:
    with pytest.raises(ValueError, match="above nought"):
        e_value(ratio)


@given(ratio=st.floats(1.0, 1000.0), more=st.floats(1.001, 10.0))
@settings(max_examples=100, deadline=None, derandomize=True, database=None)
def test_it_is_the_same_either_way_and_more_of_an_effect_takes_more_to_explain(ratio: float, more: float) -> None:
    assert e_value(1 / ratio) == pytest.approx(e_value(ratio))
    assert e_value(ratio * more) > e_value(ratio) >= ratio
    joint = e_value(ratio)
    assert joint * joint / (2 * joint - 1) == pytest.approx(ratio), "the most that a cause of that strength can do (Ding and VanderWeele 2016)"


def quantity(value: str, *ends: tuple[str, str]) -> Quantity:
    return Quantity(Decimal(value), None, None, tuple(Interval(f"i{number}", LEVEL, Decimal(low), Decimal(high)) for number, (low, high) in enumerate(ends)))


def yes(events: int, counted: int) -> RoleCount:
    return RoleCount(counted, counted, Decimal(events), 0, squares=Decimal(events))


def test_a_yes_or_no_goes_by_its_risk_ratio_and_the_end_nearest_to_nought() -> None:
    """20 of 100 against 10 of 100 is twice the risk; an interval of 0.02 to 0.18 is 1.2 to 2.8 times: 2 + sqrt(2), and 1.2 + sqrt(0.24)."""
    assert sensitivity(quantity("0.10", ("0.02", "0.18")), yes(20, 100), yes(10, 100)) == (("e_value", "3.41"), ("e_value_of_limit", "1.69"))
    assert sensitivity(quantity("0.10", ("0.02", "0.18"), ("-0.01", "0.21")), yes(20, 100), yes(10, 100))[1] == ("e_value_of_limit", "1.00")
    assert sensitivity(quantity("-0.05"), yes(5, 100), yes(10, 100)) == (("e_value", "3.41"),), "half the risk is as far from one as twice, and no interval was asked"


def test_where_nobody_or_nobody_more_has_the_event_there_is_no_ratio() -> None:
    assert sensitivity(quantity("0.10"), yes(10, 100), yes(0, 100)) == ()
    assert sensitivity(quantity("-0.10"), yes(0, 100), yes(10, 100)) == ()


def test_a_value_goes_through_the_standardised_difference() -> None:
    """d = 0.5 and its end at 0.1: exp(0.455) = 1.576 and exp(0.091) = 1.095."""
    found = dict(of_spread(quantity("2.0", ("0.4", "3.6")), Fraction(16)))
    expected = {name: ratio + math.sqrt(ratio * (ratio - 1)) for name, ratio in (("e_value", math.exp(0.91 * 0.5)), ("e_value_of_limit", math.exp(0.91 * 0.1)))}
    assert found == {name: f"{value:.2f}" for name, value in expected.items()} == {"e_value": "2.53", "e_value_of_limit": "1.42"}
    assert of_spread(quantity("2.0"), Fraction(0)) == ()


def test_the_spread_is_that_within_groups() -> None:
    assert variance_within([[Fraction(1), Fraction(3)], [Fraction(11), Fraction(13)]]) == Fraction(2)
    assert variance_within([[Fraction(1)], [Fraction(9)]]) == 0


def test_every_method_without_a_lot_says_it() -> None:
    found = evidence(_people(range(20), shift=6), _people(range(20), shift=0))
    given = {"level": LEVEL, "decimals": 4}
    made = {
        "matched": matched.estimate(found, intervals=["welch"], **given),
        "regression": regression_adjusted.estimate(found, intervals=["robust"], **given),
        "differences": difference_in_differences.estimate(found, intervals=["robust"], **given),
    }
    for name, estimate in made.items():
        said, low = dict(estimate.diagnostics), estimate.quantities["difference"].intervals[0].low
        assert float(said["e_value"]) > float(said["e_value_of_limit"]) > 1, name
        assert low > 0, "an interval above nought takes something to explain away"


def _people(numbers: range, *, shift: int) -> list[dict[str, Any]]:
    return [{"value": 2 * number % 7 + shift, "before": number % 5, "x_age": number % 3} for number in numbers]
