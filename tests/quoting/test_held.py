"""What a quote holds instead of paying, and what it says of claims without a result."""

from __future__ import annotations

from decimal import Decimal

from quoting.quoting_given import CASE_5, TARP, quote_of

from pipelines.payments.quoting.quote import Quote, Quoted

IMPLIES = ("    with: {weeks: 52}", "    with: {weeks: 52}\n    implies: rearrest_104_weeks")
"""Whoever is arrested again within 52 weeks is so within 104."""


def one(found: Quote, payment: str, period: str = "2024-25") -> Quoted:
    (item,) = [item for item in found.quoted if (item.payment.id, item.period.id) == (payment, period)]
    return item


def said(item: Quoted) -> tuple[str, Decimal, str]:
    assert item.decision is not None
    return item.state, item.amount, item.decision.reason


def test_more_people_than_those_they_must_be_among_hold_the_claim_in_the_words_of_the_expectation() -> None:
    found = quote_of("tarp", TARP.replace("216,48,66/216", "216,71,66/216"), IMPLIES)
    item = one(found, "reduction")
    words = "1 of 71 people of released reach rearrest_52_weeks and not rearrest_104_weeks, which it implies"
    assert said(item) == ("held", 0, f"tarp/reduction fails 'success implies success': {words}")
    assert item.decision is not None
    (hold,) = item.decision.holds
    assert (hold["rule"], hold["cured_by"]) == ("success_implies_success", "data_supplier")
    assert hold["remedy"] == "Ask the supplier which of the two is wrong, and have it delivered again."
    assert one(found, "lasting_reduction").state == "due"


def test_as_many_as_those_they_must_be_among_hold_nothing() -> None:
    assert one(quote_of("tarp", TARP.replace("216,48,66/216", "216,70,90/216"), IMPLIES), "reduction").state == "due"


def test_an_interval_that_is_not_given_holds_only_what_looks_at_it() -> None:
    found = quote_of("tarp", TARP.replace("-0.165163..0.000025", ""))
    assert said(one(found, "certain_reduction")) == ("held", 0, "no agresti caffo interval is given")
    assert one(found, "reduction").amount == Decimal("250000.00")


def test_an_estimate_that_cannot_be_worked_out_is_held() -> None:
    found = quote_of("tarp", "outcome,period,enrolled,persons\nrearrest_52_weeks,2024-25,216,48\n")
    assert said(one(found, "reduction")) == ("held", 0, "no relative reduction is given, and none can be worked out")
    nobody = quote_of("tarp", "outcome,period,enrolled,persons,comparison\nrearrest_52_weeks,2024-25,216,48,0\n")
    assert one(nobody, "reduction").state == "held"


def test_a_stated_estimate_is_compared_as_it_is_written() -> None:
    head = "outcome,period,enrolled,persons,value\n"
    for value, amount in (("0.0999999", 0), ("0.10", 250000), ("0.1000001", 250000)):
        found = one(quote_of("tarp", f"{head}rearrest_52_weeks,2024-25,216,48,{value}\n"), "reduction")
        assert found.amount == amount
        assert found.decision is not None
        assert found.decision.arithmetic[0].startswith("216 people, as given: relative reduction 10.00 %")


def test_a_condition_without_a_result_holds_and_one_below_nought_refuses() -> None:
    without = "\n".join(line for line in CASE_5.split("\n") if not line.startswith("trivsel"))
    assert said(one(quote_of("trygt_hjem", without), "hjemmedage", "2024H2")) == ("held", 0, "there is no result of the condition to decide from")
    worse = CASE_5.replace("trivsel;in_care;2024H2;12;;;0", "trivsel;in_care;2024H2;12;;;-0,25")
    assert said(one(quote_of("trygt_hjem", worse), "hjemmedage", "2024H2")) == ("not_met", 0, "trivsel: mean change -0.25 (100.0 % answered) is below 0")


def test_a_claim_without_a_result_is_never_paid_and_says_so() -> None:
    found = quote_of("tarp", "outcome,period,enrolled\nenrolment,2024-25,216\n")
    assert [(item.payment.id, item.state) for item in found.quoted] == [
        ("intake", "due"),
        ("reduction", "no_result"),
        ("certain_reduction", "no_result"),
        ("lasting_reduction", "no_result"),
    ]


def test_more_people_than_can_be_worked_out_one_by_one_are_refused_in_words() -> None:
    head = "outcome,cohort,period,enrolled,persons,units\n"
    assert quote_of("tarp", "outcome,period,enrolled\nenrolment,2024-25,1000000\n").amount == Decimal("500000000.00")
    found = quote_of("trygt_hjem", f"{head}hjemmedage,in_care,2024H2,100001,100001,100001\n")
    assert said(one(found, "hjemmedage", "2024H2")) == ("held", 0, "100,001 people, and at most 100,000 can be worked out one by one")
