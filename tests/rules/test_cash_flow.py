"""Who pays and gets what in which quarter, and what is truly at risk, against the worked case."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from rules.test_waterfall import INFLOWS, PROPERTY, any_terms
from rules.waterfall.waterfall_given import LAST, terms, worked_inflows

from pipelines.canonical import canonical
from pipelines.contracts.waterfall import Waterfall
from pipelines.payments.cash_flow import CashFlow, cash_flow, quarter_of, share_at_risk
from pipelines.payments.waterfall import Inflow, distribute, totals, waiting

NOUGHT = Decimal("0.00")


def moved(made: CashFlow, party: str) -> list[tuple[str, str, str, str, str]]:
    """The quarters of a party in which money moved."""
    return [(item.quarter, str(item.paid), str(item.got), str(item.net), str(item.cumulative)) for item in made.quarters if item.party == party and (item.paid or item.got)]


def test_who_pays_and_gets_what_in_the_worked_case() -> None:
    made = cash_flow(terms(), worked_inflows(), LAST, drawn_to="udfoerer")
    assert moved(made, "fond") == [
        ("2023Q1", "6000000.00", "0.00", "-6000000.00", "-6000000.00"),
        ("2024Q1", "0.00", "180000.00", "180000.00", "-5820000.00"),
        ("2025Q1", "0.00", "3500000.00", "3500000.00", "-2320000.00"),
        ("2026Q1", "0.00", "2760907.94", "2760907.94", "440907.94"),
        ("2027Q1", "0.00", "419092.06", "419092.06", "860000.00"),
        ("2028Q1", "0.00", "40000.00", "40000.00", "900000.00"),
    ]
    assert moved(made, "stiftelse") == [("2024Q1", "80000.00", "0.00", "-80000.00", "-80000.00"), ("2027Q1", "0.00", "80000.00", "80000.00", "0.00")]
    assert moved(made, "udfoerer") == [("2023Q1", "0.00", "8000000.00", "8000000.00", "8000000.00"), ("2028Q1", "0.00", "400000.00", "400000.00", "8400000.00")]
    assert moved(made, "kommune")[-1] == ("2028Q1", "1000000.00", "560000.00", "-440000.00", "-9900000.00")
    assert len([item for item in made.quarters if item.party == "fond"]) == 21


def test_an_inflow_is_paid_by_whoever_it_names_on_the_day_it_came() -> None:
    made = cash_flow(terms(), [Inflow(dt.date(2023, 12, 31), Decimal("100.00"), "results paid", "stat")], dt.date(2023, 12, 31))
    assert moved(made, "stat") == [("2023Q4", "100.00", "0.00", "-100.00", "-100.00")]
    assert {flow.party for flow in made.flows} == {"fond", "pensionskasse", "stat"}


def test_the_quarter_of_a_day() -> None:
    days = [dt.date(2025, 1, 1), dt.date(2025, 3, 31), dt.date(2025, 4, 1), dt.date(2025, 12, 31)]
    assert [quarter_of(day) for day in days] == ["2025Q1", "2025Q1", "2025Q2", "2025Q4"]


def test_before_anything_moves_there_is_no_row() -> None:
    assert cash_flow(terms(), [], dt.date(2022, 12, 31)) == CashFlow((), ())


def test_what_is_at_risk_in_the_worked_case_is_what_the_guarantee_leaves() -> None:
    found = share_at_risk(terms())
    assert (str(found["senior"].got), found["senior"].share) == ("500000.00", Fraction(11, 12))
    assert found["senior"].arithmetic == (
        "senior: nothing comes in, and of 6,000,000.00 put in 500,000.00 comes back",
        "senior: truly at risk 5,500,000.00 / 6,000,000.00 = 91.67 %",
    )
    assert (found["junior"].lost, found["junior"].share) == (Decimal("2000000.00"), 1)


def test_a_standing_charge_of_the_whole_principal_leaves_nothing_at_risk() -> None:
    certain = [Inflow(dt.date(2024, 1, 1), Decimal("8180000.00"), "standing charge")]
    assert {item.share for item in share_at_risk(terms(), certain).values()} == {0}
    one_short = [Inflow(dt.date(2024, 1, 1), Decimal("8179999.99"), "standing charge")]
    assert str(share_at_risk(terms(), one_short)["junior"].lost) == "0.01"


@given(agreed=any_terms(), inflows=INFLOWS)
@PROPERTY
def test_what_one_pays_another_gets_and_the_rest_waits(agreed: Waterfall, inflows: list[Inflow]) -> None:
    made = cash_flow(agreed, inflows, LAST, drawn_to="udfoerer")
    assert sum((flow.amount for flow in made.flows), NOUGHT) == -waiting(agreed, inflows, LAST)
    summed = totals(distribute(agreed, inflows, LAST))
    got = sum((item.got for item in made.quarters), NOUGHT)
    assert got == summed.paid_out + sum((item.agreed for item in agreed.classes), NOUGHT)
    assert canonical(made.as_data())
