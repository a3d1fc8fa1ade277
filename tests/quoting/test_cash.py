"""When the money of a quote moves, by party and quarter, and what a waterfall does with it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from quoting.quoting_given import CASE_5, quote_of

from pipelines.payments.quoting.cash import cash, inflows
from pipelines.payments.quoting.telling import Told, as_data
from pipelines.payments.vocabulary import catalogue

PAY = ("cure_hold: P60D, long_stop: P180D}", "cure_hold: P60D, long_stop: P180D, pay: P30D}")
UNGEBRO = """\
outcome,period,enrolled,persons,value,interval
uger,2025Q1,64,31,7.3,0.8..13.8
uger,2025Q2,60,25,2.3,-1.8..6.4
uger,2026H1,90,50,7.3,0.8..13.8
"""


def test_an_amount_is_paid_on_the_day_it_is_decided_from_and_by_the_days_the_contract_gives() -> None:
    """2024H2 is decided from 2025-12-01 and 2025H1 from 2026-06-15; thirty days later are 2025-12-31 and 2026-07-15."""
    at_once, later = cash(quote_of("trygt_hjem", CASE_5)).flow, cash(quote_of("trygt_hjem", CASE_5, PAY)).flow
    assert [(flow.day, flow.party, flow.amount) for flow in at_once.flows] == [
        (dt.date(2025, 12, 1), "familiehuset", Decimal("869140.20")),
        (dt.date(2025, 12, 1), "kommune", Decimal("-869140.20")),
        (dt.date(2026, 6, 15), "familiehuset", Decimal("456269.16")),
        (dt.date(2026, 6, 15), "kommune", Decimal("-456269.16")),
    ]
    assert [flow.day for flow in later.flows] == [dt.date(2025, 12, 31)] * 2 + [dt.date(2026, 7, 15)] * 2
    found = {(row.party, row.quarter): (row.net, row.cumulative) for row in later.quarters}
    assert found["familiehuset", "2025Q4"] == (Decimal("869140.20"), Decimal("869140.20"))
    assert found["familiehuset", "2026Q2"] == (0, Decimal("869140.20"))
    assert found["kommune", "2026Q3"] == (Decimal("-456269.16"), Decimal("-1325409.36"))


def test_several_payers_pay_by_their_shares_and_the_payments_own_takes_the_residual() -> None:
    """Three tenths of 869,140.20 are 260,742.06, of 456,269.16 136,880.75 (136,880.748)."""
    split = (
        "    payee: familiehuset\n    requires:",
        "    payee: familiehuset\n    split: {clause: Bilag 3 §2, shares: {kommune: 0.7, evaluator: 0.3}}\n    requires:",
    )
    funder = ("name: Det uafhængige institut, roles: [evaluator]", "name: Det uafhængige institut, roles: [evaluator, payer]")
    found = quote_of("trygt_hjem", CASE_5, split, funder)
    assert [(item.day, item.payer, item.amount) for item in inflows(found)] == [
        (dt.date(2025, 12, 1), "evaluator", Decimal("260742.06")),
        (dt.date(2025, 12, 1), "kommune", Decimal("608398.14")),
        (dt.date(2026, 6, 15), "evaluator", Decimal("136880.75")),
        (dt.date(2026, 6, 15), "kommune", Decimal("319388.41")),
    ]


def test_the_waterfall_runs_on_the_quoted_amounts_and_what_comes_in_goes_out() -> None:
    """31 x 24,000 + 300,000 + 25 x 24,000 = 1,644,000 decided from 2026-06-15; 50 x 24,840 + 300,000 = 1,542,000 from 2027-06-15."""
    found = quote_of("ungebro", UNGEBRO)
    made = cash(found)
    assert [(row.date, row.inflow) for row in made.rows] == [
        (dt.date(2025, 2, 1), 0),
        (dt.date(2026, 6, 30), Decimal("1644000.00")),
        (dt.date(2027, 6, 30), Decimal("1542000.00")),
        (dt.date(2028, 6, 30), 0),
    ]
    assert sum(row.inflow for row in made.rows) + made.waiting == found.amount
    assert all(row.paid_in == row.paid_out for row in made.rows)


def test_what_was_expected_stands_beside_what_is_quoted_in_the_same_quarters() -> None:
    less = UNGEBRO.replace("90,50,", "90,40,").replace("uger,2025Q2,60,25,2.3,-1.8..6.4\n", "")
    told = as_data(Told(quote_of("ungebro", less), quote_of("ungebro", UNGEBRO)))
    assert told["expected"]["difference"] == -10 * Decimal("24840.00") - 25 * Decimal("24000.00")
    claims = {(item["payment"], item["claim_period"]): (item["expected"], item["quoted"]) for item in told["expected"]["claims"]}
    assert claims["selvforsoergelse", "2025Q2"] == (Decimal("600000.00"), 0)
    assert claims["selvforsoergelse", "2026H1"] == (Decimal("1242000.00"), Decimal("993600.00"))
    payer = {row["quarter"]: (row["net"], row["expected_net"]) for row in told["cash_flow"] if row["party"] == "kommune"}
    assert payer["2026Q2"] == (Decimal("-1044000.00"), Decimal("-1644000.00"))
    assert payer["2026Q3"] == (0, 0)
    assert payer["2027Q2"] == (Decimal("-1293600.00"), Decimal("-1542000.00"))
    assert told["amount"] == sum(told["totals"]["payer"].values()) == sum(told["totals"]["payee"].values()) == sum(told["totals"]["outcome"].values())


def test_what_investors_get_a_year_and_what_they_truly_risk_are_told_before_anything_is_signed() -> None:
    """Where nothing comes in, the guarantor pays senior its floor: 6,000,000 x 3 % x 1,096/365 days = 540,493.15, of which its limit is 500,000."""
    made = cash(quote_of("ungebro", UNGEBRO))
    assert (made.at_risk["senior"].got, made.at_risk["senior"].lost) == (Decimal("500000.00"), Decimal("5500000.00"))
    assert (made.at_risk["junior"].got, made.at_risk["junior"].lost) == (0, Decimal("2000000.00"))
    assert made.rates["senior"].scheduled is not None
    assert made.rates["senior"].scheduled < 0
    assert made.rates["junior"].scheduled is None
    told = as_data(Told(quote_of("ungebro", UNGEBRO)))["waterfall"]
    assert told["at_risk"]["junior"]["arithmetic"][-1] == "junior: truly at risk 2,000,000.00 / 2,000,000.00 = 100.00 %"


def test_what_is_paid_to_the_provider_alone_goes_straight_there_and_not_down_the_waterfall() -> None:
    """Payments to an intermediary or an investor repay; where no payee is one, all do."""
    contract = catalogue().contracts["ungebro"]
    first, second = contract.payments
    assert [contract.fills_waterfall(item) for item in contract.payments] == [True, True]
    turned = contract.model_copy(update={"payments": [first, second.model_copy(update={"payee": "udfoerer"})]})
    assert [turned.fills_waterfall(item) for item in turned.payments] == [True, False]
    alone = contract.model_copy(update={"payments": [first.model_copy(update={"payee": "udfoerer"})]})
    assert [alone.fills_waterfall(item) for item in alone.payments] == [True]
