"""Whose money moved, worked by hand: what payers owe and paid, what investors put in and got back, and that nothing is lost between them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from reports.sheets_given import AS_OF, bond, decided, entry

from pipelines.ledger.accounts import transactions
from pipelines.payments.cash_flow import Flow
from pipelines.reports.blocks import NOTHING, Table
from pipelines.reports.invested import Invested, budgets, by_year, expected_by, expected_years, investors, payers
from pipelines.reports.investment import blocks, drawn
from pipelines.reports.phrases import Language

TERMS: dict[str, Any] = {
    "contract": "deal",
    "currency": "DKK",
    "parties": [{"id": "state", "name": "S", "roles": ["payer"]}, {"id": "city", "name": "C", "roles": ["payer"]}, {"id": "doer", "name": "D", "roles": ["provider"]}],
    "payments": [{"id": "pay", "payer": "city", "payee": "doer", "split": {"shares": {"city": "0.70", "state": "0.30"}}, "claim_periods": []}],
    "caps": {"per_payer": {"state": {"amount": "400.00"}}},
}
CLAIM = "deal/pay/p1/all/final"


def split() -> Invested:
    """1,000.00 of 2025 shared 700.00 and 300.00, of which the city paid 650.00 in 2026; 100.00 taken back in 2026 from both."""
    shared = {"payer": "city", "payee": "doer", "currency": "DKK", "state": "due", "reason": "r"}
    entries = [
        entry(1, "decision", "2025-12-31", "deal", CLAIM, amount="1000.00", shares={"city": "700.00", "state": "300.00"}, **shared),
        entry(2, "payment", "2026-01-02", "deal", CLAIM, act={"payer": "city", "amount": "650.00"}),
        entry(3, "true_up", "2026-02-02", "deal", CLAIM, amount="-100.00", shares={"city": "-70.00", "state": "-30.00"}, **shared),
    ]
    return Invested(TERMS, transactions(entries), straight=frozenset({"pay"}))


def test_each_payer_owes_its_share_less_what_it_paid() -> None:
    found = {payer.party: (payer.due, payer.paid, payer.owes, payer.cap) for payer in payers(split())}
    assert found == {
        "state": (Decimal("270.00"), Decimal("0.00"), Decimal("270.00"), Decimal("400.00")),
        "city": (Decimal("630.00"), Decimal("650.00"), Decimal("-20.00"), None),
    }


def test_a_year_is_the_one_of_the_entry() -> None:
    found = {(item.party, item.year): (item.due, item.paid, item.got, item.net) for item in budgets(split())}
    assert found["city", 2025] == (Decimal("700.00"), Decimal("0.00"), Decimal("0.00"), Decimal("-700.00"))
    assert found["city", 2026] == (Decimal("-70.00"), Decimal("650.00"), Decimal("0.00"), Decimal("70.00"))
    assert found["doer", 2025] == (Decimal("0.00"), Decimal("0.00"), Decimal("1000.00"), Decimal("1000.00"))
    assert sum((item.net for item in budgets(split())), Decimal(0)) == 0


def test_a_payer_of_whom_nothing_is_due_yet_is_shown() -> None:
    assert [(payer.party, payer.due) for payer in payers(Invested(TERMS))] == [("state", Decimal("0.00")), ("city", Decimal("0.00"))]
    assert (budgets(Invested(TERMS)), by_year(Invested(TERMS)), investors(Invested(TERMS), AS_OF)) == ([], ((), {}), [])


def test_investors_of_the_bond_have_what_its_waterfall_gave_them() -> None:
    """Of 3,000,000.00 by 30 June 2026, floor interest on 6,000,000.00 at 3 % comes first: 180,493.15 from the guarantee in 2025, then 253,479.45 for the
    514 days to 2026-06-30; the rest is principal of the senior class, and the junior class waits."""
    senior, junior = investors(bond(), AS_OF)
    assert (senior.name, senior.agreed, senior.put_in) == ("senior", Decimal("6000000.00"), Decimal("6000000.00"))
    assert senior.gain == Decimal("180493.15") + Decimal("253479.45")
    assert senior.back == Decimal("3000000.00") - Decimal("253479.45")
    assert senior.still_out == Decimal("6000000.00") - senior.back
    assert (junior.back, junior.gain, junior.still_out) == (Decimal("0.00"), Decimal("0.00"), Decimal("2000000.00"))


def test_what_comes_in_goes_out() -> None:
    """Draws apart, which go to the provider's work, what came in by the last distribution went out to the cent."""
    years, parts = by_year(bond())
    assert years == (2024, 2025, 2026)
    assert parts["put_in"] == (Decimal("8000000.00"), Decimal("0.00"), Decimal("0.00"))
    trued_up_later = Decimal("200000.00")
    assert sum(sum(amounts) for part, amounts in parts.items() if part != "put_in") + trued_up_later == 0


def hoped(**more: str) -> Invested:
    periods = [
        {"id": "p1", "decided_from": "2025-06-01", "expected": "900.00"},
        {"id": "p2", "decided_from": "2026-06-01", "expected": "1200.00"},
        {"id": "p3", "decided_from": "2026-12-01"},
    ]
    return replace(split(), terms={**TERMS, "title": "Deal", "payments": [{**TERMS["payments"][0], "claim_periods": periods}], **more})


def test_what_was_expected_stands_beside_what_came_by_the_day_it_could_be_decided() -> None:
    assert expected_by(hoped(), dt.date(2025, 5, 31)) == {}
    assert expected_by(hoped(), dt.date(2025, 6, 1)) == {"pay": Decimal("900.00")}
    assert expected_by(hoped(), dt.date(2026, 12, 31)) == {"pay": Decimal("2100.00")}
    assert expected_years(hoped()) == {2025: Decimal("900.00"), 2026: Decimal("1200.00")}
    drawing = drawn([hoped()])
    assert (drawing.periods, drawing.expected) == (("2025", "2026"), (Decimal("900.00"), Decimal("1200.00")))
    (table,) = [block for block in blocks(hoped(), dt.date(2025, 12, 31)) if isinstance(block, Table) and "trigger" in block.caption(Language("en"))]
    assert [str(cell(Language("en")).striptags()) for cell in table.rows[0]] == ["pay", "1", "0", "900.00", "900.00", str(NOTHING(Language("en")))]


@pytest.mark.parametrize(
    ("flow", "part"),
    [
        (("draw", "-5"), "put_in"),
        (("protected", "-5"), "guaranteed"),
        (("protected", "5"), "back"),
        (("guarantee", "-5"), "guaranteed"),
        (("protection", "5"), "guarantor"),
        (("premium", "5"), "gain"),
    ],
)
def test_every_flow_is_part_of_what_it_says(flow: tuple[str, str], part: str) -> None:
    seen = Invested(TERMS, flows=[Flow(dt.date(2025, 1, 1), "x", flow[0], Decimal(flow[1]))])
    assert by_year(seen) == ((2025,), {part: (-Decimal(flow[1]),)})


def test_a_claim_that_was_taken_back_whole_pays_nothing() -> None:
    entries = [decided(1, "2025-01-01", CLAIM, "50.00"), entry(2, "true_up", "2025-02-01", "deal", CLAIM, amount="-50.00", payer="kommune", payee="formidler", currency="DKK")]
    assert [payer.owes for payer in payers(Invested({**TERMS, "parties": [*TERMS["parties"], {"id": "kommune", "roles": []}]}, transactions(entries)))][-1] == Decimal("0.00")
