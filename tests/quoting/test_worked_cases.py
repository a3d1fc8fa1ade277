"""Quotes of the sample's contracts against amounts worked by hand."""

from __future__ import annotations

from decimal import Decimal

from quoting.quoting_given import CASE_1, CASE_5, PRICE, TARP, quote_of

from pipelines.payments.quoting.quote import totals


def test_six_children_out_of_care_with_what_each_was_paid_before() -> None:
    """70,000.00 (cap) + 40,625.48 + 64,347.40 + 10,000.00 (cap) + 58,865.50 + 11,607.28."""
    found = quote_of("trygt_hjem", CASE_1, (PRICE, "2025-01-01: 1237.45"))
    (due,) = [item for item in found.quoted if item.state == "due"]
    assert (due.period.id, due.amount, found.amount) == ("2025H1", Decimal("255445.66"), Decimal("255445.66"))
    assert due.lines == (2, 3, 4, 5, 6, 7)
    assert due.decision is not None
    amounts = {line.key.split("/")[2]: line.amount for line in due.decision.lines}
    expected = {"A": "70000.00", "B": "40625.48", "C": "64347.40", "D": "10000.00", "E": "58865.50", "F": "11607.28"}
    assert amounts == {child: Decimal(amount) for child, amount in expected.items()}


def test_twelve_children_over_the_year_change_at_the_price_of_each_day() -> None:
    """732 days x 1,187.35 = 869,140.20 and 372 days x 1,226.53 = 456,269.16."""
    found = quote_of("trygt_hjem", CASE_5)
    assert totals(found.quoted, by="claim_period") == {
        "2024H2": Decimal("869140.20"),
        "2025H1": Decimal("456269.16"),
        "2025H2": Decimal("0.00"),
        "2026H1": Decimal("0.00"),
    }
    assert found.amount == Decimal("1325409.36")
    assert [item.state for item in found.quoted] == ["due", "due", "no_result", "no_result"]


def test_the_published_experiment() -> None:
    """48 of 216 against 66 of 216 is 18/66 = 27.27 % less: met. 70 against 86.4 of 216 is 16.4/86.4 = 18.98 % less: met. The interval touches nought."""
    found = quote_of("tarp", TARP)
    assert {item.payment.id: (item.state, item.amount) for item in found.quoted} == {
        "intake": ("due", Decimal("108000.00")),
        "reduction": ("due", Decimal("250000.00")),
        "certain_reduction": ("not_met", Decimal("0.00")),
        "lasting_reduction": ("due", Decimal("150000.00")),
    }
