"""What is paid whatever the results, from a contract's terms alone."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from test_contract_wide import PERIODS, contract, payment

from pipelines.payments.certain import certain, least_of

DAY = dt.date(2024, 6, 1)
CHARGE = {"standing_charge@1": {"amount": {DAY: Decimal("100.00"), dt.date(2025, 2, 1): Decimal("120.00")}}}
TABLE = {
    "step_table@1": {
        "figure": "mean",
        "steps": {Decimal("0.55"): Decimal("0.03"), Decimal("0.70"): Decimal("0.15")},
        "of": {DAY: Decimal("1000.00")},
        "floor": {"share": Decimal("0.05"), "until": dt.date(2025, 2, 1)},
    }
}


def least(**more: Any) -> list[str]:
    (made,) = contract(payment(**more)).payments
    return [str(least_of(made, period)) for period in made.claim_periods]


def test_a_standing_charge_is_certain_as_it_holds_in_each_claim_period() -> None:
    assert least(rule=CHARGE) == ["100.00", "100.00", "120.00"]


def test_a_floor_is_certain_until_its_day() -> None:
    assert least(rule=TABLE) == ["50.00", "50.00", "0.00"]


def test_a_price_a_person_is_not_certain_and_a_guaranteed_least_amount_is() -> None:
    assert least() == ["0.00"] * 3
    assert least(adjust=[{"guaranteed@1": {"at_least": {DAY: Decimal("40.00")}}}]) == ["40.00"] * 3


@pytest.mark.parametrize(
    ("adjust", "left"),
    [
        ([{"share_of_amount@1": {"share": Decimal("0.50")}}], "50.00"),
        ([{"cap@1": {"amount_at_most": Decimal("70.00"), "over": "claim_period"}}], "70.00"),
        ([{"minimum_cohort@1": {"people": 5, "role": "treatment", "otherwise": "nothing"}}], "0.00"),
    ],
)
def test_steps_after_a_charge_leave_what_they_would_leave(adjust: list[dict[str, Any]], left: str) -> None:
    assert least(rule=CHARGE, adjust=adjust)[0] == left


def test_what_hangs_on_a_condition_or_on_another_payment_is_not_certain() -> None:
    assert least(rule=CHARGE, requires=[{"outcome": "job", "rule": "not_worse@1", "clause": "§5", "min_response": Decimal("0.7")}]) == ["0.00"] * 3
    made = contract(payment(rule=CHARGE), payment("sammen", rule=CHARGE, unless_paid={"clause": "§8", "payments": ["job"]}))
    assert {item.words for item in certain(made)} == {"paid whatever the results"}
    assert [(item.day, str(item.amount), item.payer) for item in certain(made)] == [
        (dt.date(2025, 6, 1), "100.00", "kommune"),
        (dt.date(2025, 6, 1), "100.00", "kommune"),
        (dt.date(2026, 6, 1), "120.00", "kommune"),
    ]
    assert len(PERIODS) == 3


def test_it_is_paid_as_many_days_later_as_the_contract_gives() -> None:
    made = contract(payment(rule=CHARGE), deadlines={"clause": "§4", "cure_hold": "P60D", "pay": "P30D"})
    assert [item.day for item in certain(made)] == [dt.date(2025, 7, 1), dt.date(2025, 7, 1), dt.date(2026, 7, 1)]
