"""Conditions: what another outcome must show before a trigger pays, at each edge. Too few answers say nothing at all."""

from __future__ import annotations

from decimal import Decimal

import pytest

from indicators.result import Result, RoleCount
from pipelines.payments.conditions import Judged, conditions

FLOOR = Decimal("0.70")


def asked(answered: int, value: str, *reasons: tuple[str, str, int], n: int) -> Result:
    """A result of changes: so many answered with this sum, of `n` people with these other reasons."""
    roles = {"treatment": RoleCount(n, answered, Decimal(value), 0, (("counted", "answered", answered), *reasons))}
    return Result("hjem", "trivsel", "Bilag 2 §3", "experienced", "who5_change@1", "edge, in_care", roles)


def judge(found: Result, floor: Decimal = FLOOR) -> Judged:
    return conditions()["not_worse@1"].judge(found, floor)


@pytest.mark.parametrize(
    ("value", "state", "words"),
    [
        pytest.param("16", "met", "trivsel: mean change 0.20 (80.0 % answered) is not below 0", id="better"),
        pytest.param("0", "met", "trivsel: mean change 0.00 (80.0 % answered) is not below 0", id="exactly nought"),
        pytest.param("0.000001", "met", "trivsel: mean change 0.00 (80.0 % answered) is not below 0", id="just above"),
        pytest.param("-0.000001", "not_met", "trivsel: mean change 0.00 (80.0 % answered) is below 0", id="just below, shown as nought"),
        pytest.param("-16", "not_met", "trivsel: mean change -0.20 (80.0 % answered) is below 0", id="worse"),
    ],
)
def test_the_mean_is_compared_exactly_and_nought_is_enough(value: str, state: str, words: str) -> None:
    assert judge(asked(80, value, ("not_observed", "no_answer", 20), n=100)) == Judged(state, words)  # type: ignore[arg-type]


@pytest.mark.parametrize(("answered", "n", "state"), [(70, 100, "met"), (69, 100, "unanswered"), (7, 10, "met"), (699_999, 1_000_000, "unanswered"), (100, 100, "met")])
def test_exactly_the_least_share_of_answers_is_enough(answered: int, n: int, state: str) -> None:
    assert judge(asked(answered, "1", n=n)).state == state


def test_a_third_of_answers_is_compared_exactly() -> None:
    assert judge(asked(1, "1", n=3), Decimal("0.3333333333")).state == "met"
    assert judge(asked(1, "1", n=3), Decimal("0.3333333334")).state == "unanswered"


@pytest.mark.parametrize("value", ["-50", "0", "50"])
def test_too_few_answers_say_nothing_whatever_they_are(value: str) -> None:
    assert judge(asked(69, value, n=100)) == Judged("unanswered", "trivsel: 69.0 % answered, and 70.0 % is needed")


def test_those_with_no_time_at_risk_are_not_asked() -> None:
    outside = ("ineligible", "window_outside_claim_period", 20)
    assert judge(asked(70, "1", outside, ("not_observed", "no_answer", 30), n=120)).state == "met"
    assert judge(asked(70, "1", ("not_observed", "no_answer", 50), n=120)).state == "unanswered"
    assert judge(asked(70, "1", ("ineligible", "a", 10), ("ineligible", "b", 10), ("not_mature", "c", 30), n=120)).state == "met"


def test_when_nobody_could_be_asked_nothing_is_said() -> None:
    words = "trivsel: nobody answered, and 70.0 % is needed"
    assert judge(asked(0, "0", ("ineligible", "a", 9), n=9)) == Judged("unanswered", words)
    assert judge(Result("hjem", "trivsel", "", "experienced", "who5_change@1", "edge", {})) == Judged("unanswered", words)


def test_when_nobody_answered_nothing_is_said() -> None:
    assert judge(asked(0, "0", ("not_observed", "no_answer", 9), n=9)) == Judged("unanswered", "trivsel: 0.0 % answered, and 70.0 % is needed")


def test_the_answers_of_a_comparison_group_count_for_nothing() -> None:
    roles = {"treatment": RoleCount(10, 10, Decimal(-1), 0), "comparison": RoleCount(10, 10, Decimal(900), 0)}
    assert judge(Result("hjem", "trivsel", "", "experienced", "who5_change@1", "edge", roles)).state == "not_met"
    alone = {"comparison": RoleCount(10, 10, Decimal(900), 0)}
    assert judge(Result("hjem", "trivsel", "", "experienced", "who5_change@1", "edge", alone)).state == "unanswered"


def test_every_condition_says_what_it_is_and_has_a_version() -> None:
    assert set(conditions()) == {"not_worse@1"}
    assert all(item.definition and item.pin == pin for pin, item in conditions().items())
