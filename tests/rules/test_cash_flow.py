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
from pipelines.payments.cash_flow import CashFlow, cash_flow, quarter_of, rates, share_at_risk
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


def drawn_late() -> Waterfall:
    """The worked terms, of which the junior class came half a year late and one half short."""
    drawn = [{"on": dt.date(2023, 7, 1), "amount": Decimal("1000000.00")}]
    return terms(classes=[terms().classes[0], {**terms().classes[1].model_dump(), "drawn": drawn}])


def test_what_was_expected_and_what_happened_are_two_cash_flows() -> None:
    expected, actual = cash_flow(drawn_late().as_scheduled(), worked_inflows(), LAST), cash_flow(drawn_late(), worked_inflows(), LAST)
    assert moved(expected, "pensionskasse")[0] == ("2023Q1", "2000000.00", "0.00", "-2000000.00", "-2000000.00")
    assert moved(actual, "pensionskasse")[0] == ("2023Q3", "1000000.00", "0.00", "-1000000.00", "-1000000.00")
    assert moved(actual, "pensionskasse")[-1][4] == "300000.00"


def test_who_protects_a_class_pays_and_is_paid_back() -> None:
    protection = {"by": "stiftelse", "of": "loss", "share": Decimal("0.75"), "on": dt.date(2024, 1, 1)}
    order = ["floor_interest", {"principal": "senior"}, {"principal": "junior"}, {"protection": "junior"}, "guarantor", "return", "bonus", "reverts"]
    made = cash_flow(terms(classes=[terms().classes[0], {**terms().classes[1].model_dump(), "protection": protection}], order=order), worked_inflows(), LAST)
    assert moved(made, "stiftelse") == [
        ("2024Q1", "1580000.00", "0.00", "-1580000.00", "-1580000.00"),
        ("2026Q1", "0.00", "939092.06", "939092.06", "-640907.94"),
        ("2027Q1", "0.00", "640907.94", "640907.94", "0.00"),
    ]
    assert [(flow.day.year, flow.kind, str(flow.amount)) for flow in made.flows if flow.party == "stiftelse"] == [
        (2024, "guarantee", "-80000.00"),
        (2024, "protected", "-1500000.00"),
        (2026, "protection", "939092.06"),
        (2027, "guarantor", "80000.00"),
        (2027, "protection", "560907.94"),
    ]


def test_the_rates_of_return_of_the_worked_case() -> None:
    """Worked out apart, in floating point: 5.7429 % and 7.9256 %."""
    found = rates(terms(), distribute(terms(), worked_inflows(), LAST))
    assert {name: (str(item.scheduled), str(item.actual)) for name, item in found.items()} == {"senior": ("0.0574", "0.0574"), "junior": ("0.0793", "0.0793")}
    assert str(rates(terms(), distribute(terms(), worked_inflows(), LAST), decimals=6)["senior"].scheduled) == "0.057429"


def test_a_share_at_risk_is_plain_data_to_four_decimals() -> None:
    made = share_at_risk(terms())["senior"].as_data()
    assert (str(made["share"]), str(made["lost"])) == ("0.9167", "5500000.00")
    assert canonical(made)


def test_what_is_at_risk_is_told_of_what_was_agreed_and_not_of_what_came() -> None:
    assert share_at_risk(drawn_late()) == share_at_risk(terms())


@given(agreed=any_terms(), inflows=INFLOWS)
@PROPERTY
def test_what_one_pays_another_gets_and_the_rest_waits(agreed: Waterfall, inflows: list[Inflow]) -> None:
    made = cash_flow(agreed, inflows, LAST, drawn_to="udfoerer")
    assert sum((flow.amount for flow in made.flows), NOUGHT) == -waiting(agreed, inflows, LAST)
    summed = totals(distribute(agreed, inflows, LAST))
    got = sum((item.got for item in made.quarters), NOUGHT)
    assert got == summed.paid_out + sum((item.agreed for item in agreed.classes), NOUGHT)
    assert canonical(made.as_data())
