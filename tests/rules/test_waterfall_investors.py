"""What a waterfall agrees with a class of investors, by hand-worked cases: draws, caps as a rate, premium, protection."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from rules.test_waterfall import shown
from rules.waterfall.waterfall_given import LAST, one, read_here

from pipelines.payments.cash_flow import rates, share_at_risk
from pipelines.payments.waterfall import Inflow, Row, distribute

CASES = read_here("investors.yaml").value["cases"]


def distributed(case: dict[str, Any]) -> list[Row]:
    return distribute(one(case), [Inflow(day, amount, "results paid") for item in case["inflows"] for day, amount in item.items()], LAST)


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in CASES])
def test_case(case: dict[str, Any]) -> None:
    rows = distributed(case)
    assert [shown(row) for row in rows] == case["rows"]
    said = {re.sub(r"   \(Bilag 5\)$", "", line) for row in rows for line in row.arithmetic}
    assert [line for line in case.get("says", []) if line not in said] == []


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in CASES if "rates" in case])
def test_the_rate_of_return_on_scheduled_and_on_actual_dates(case: dict[str, Any]) -> None:
    found = rates(one(case), distributed(case))["one"]
    assert [str(found.scheduled), str(found.actual)] == [str(rate) for rate in case["rates"]]


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in CASES if "at_risk" in case])
def test_the_share_truly_at_risk(case: dict[str, Any]) -> None:
    assert share_at_risk(one(case))["one"].share == Fraction(case["at_risk"])


WRONG = {
    "Interest runs on what is in, day by day": ("floor", "73000.00", "the whole principal from the first day"),
    "A late draw bears no interest before it is in, and does not move the day on which the floor ends": ("floor", "36500.00", "a year from the draw that came late"),
    "What the rate gives for part of a year is rounded down to the cent": ("return", "39120.93", "rounded half up, and so above the cap"),
    "What came back early earns no more": ("return", "166400.00", "the rate on the whole principal to the end"),
    "On actual dates a late draw does not": ("return", "166400.00", "the scheduled day"),
    "A premium is cut where it comes to more than the rate": ("premium", "120000.00", "a premium beside the cap"),
    "Three quarters of a loss that comes to exactly the limit": ("protected", "2000000.00", "topped up to three quarters of the principal"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_answers_that_must_not_come_out(name: str) -> None:
    column, wrong, _ = WRONG[name]
    given = shown(distributed(next(case for case in CASES if case["name"] == name))[-1])[column]["one"]
    assert isinstance(given, Decimal)
    assert str(given) != wrong
