"""What changes nothing in a quote, and what is known from one claim period to the next."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from quoting.quoting_given import CASE_1, CASE_5, TARP, agreed, quote_of, rows_of

from pipelines.payments.quoting.checking import checked
from pipelines.payments.quoting.quote import Quote, quote
from pipelines.payments.quoting.seen import spread

PROPERTY = settings(max_examples=100, deadline=None, derandomize=True, database=None)


def sums(found: Quote) -> list[tuple[str, str, str, Decimal, tuple[str, ...]]]:
    return [(item.payment.id, item.period.id, item.state, item.amount, item.decision.arithmetic if item.decision else ()) for item in found.quoted]


@pytest.mark.parametrize(("name", "text"), [("tarp", TARP), ("trygt_hjem", CASE_1), ("trygt_hjem", CASE_5)])
def test_the_order_of_rows_changes_nothing(name: str, text: str) -> None:
    found = agreed(name)
    contract = found.contracts[name]
    rows, _ = checked(contract, rows_of(text), "results.csv")
    usual = sums(quote(contract, rows, found.gate_of(contract)))
    for seed in range(5):
        other = random.Random(seed).sample(rows, len(rows))
        assert sums(quote(contract, other, found.gate_of(contract))) == usual


@given(people=st.integers(1, 40), each=st.integers(0, 184))
@PROPERTY
def test_a_group_split_in_two_that_did_alike_changes_nothing(people: int, each: int) -> None:
    head = "outcome,cohort,period,group,persons,units,enrolled,value\n"
    answered = "trivsel,edge,2024H2,,,,10,1\ntrivsel,in_care,2024H2,,,,10,1\n"
    whole = f"{head}hjemmedage,edge,2024H2,,{2 * people},{2 * people * each},,\n{answered}"
    parts = f"{head}hjemmedage,edge,2024H2,a,{people},{people * each},,\nhjemmedage,edge,2024H2,b,{people},{people * each},,\n{answered}"
    assert sums(quote_of("trygt_hjem", whole)) == sums(quote_of("trygt_hjem", parts))


def test_a_trial_split_in_two_changes_nothing() -> None:
    head = "outcome,period,group,enrolled,persons,comparison\n"
    whole = quote_of("tarp", f"{head}rearrest_52_weeks,2024-25,,216,48,66/216\n")
    parts = quote_of("tarp", f"{head}rearrest_52_weeks,2024-25,a,100,20,30/100\nrearrest_52_weeks,2024-25,b,116,28,36/116\n")
    assert sums(whole) == sums(parts)


@given(total=st.decimals(0, 100_000, places=2), people=st.integers(1, 200))
@PROPERTY
def test_what_is_spread_is_the_whole_and_nobody_has_a_unit_more_than_another_without_need(total: Decimal, people: int) -> None:
    shares = spread(total, people)
    assert len(shares) == people
    assert sum(shares) == total
    assert max(shares) - min(shares) <= 1
    assert sum(share != int(share) for share in shares) <= 1


HEAD = "outcome,cohort,period,group,persons,units,enrolled,value\n"
ANSWERED = "trivsel,in_care,2024H2,,,,1,1\ntrivsel,in_care,2025H1,,,,1,1\n"


def test_the_same_group_in_two_periods_is_capped_over_both() -> None:
    """184 x 1,187.35 = 218,472.40; 181 x 1,226.53 = 222,001.93, of which 400,000.00 less 218,472.40 leaves 181,527.60."""
    rows = "hjemmedage,in_care,2024H2,a,1,184,,\nhjemmedage,in_care,2025H1,a,1,181,,\n"
    found = quote_of("trygt_hjem", f"{HEAD}{rows}{ANSWERED}")
    assert [item.amount for item in found.quoted] == [Decimal("218472.40"), Decimal("181527.60"), 0, 0]


def test_people_of_no_named_group_are_not_known_again() -> None:
    rows = "hjemmedage,in_care,2024H2,,1,184,,\nhjemmedage,in_care,2025H1,,1,181,,\n"
    found = quote_of("trygt_hjem", f"{HEAD}{rows}{ANSWERED}")
    assert [item.amount for item in found.quoted] == [Decimal("218472.40"), Decimal("222001.93"), 0, 0]


def test_what_is_paid_on_account_is_taken_off_the_final_settlement() -> None:
    """90 days on account: 90 x 1,187.35 x 80 % = 85,489.20. Final 100 days: 118,735.00 - 85,489.20 = 33,245.80."""
    rows = "hjemmedage_foreloebig,in_care,2024H2,,1,90,,\nhjemmedage,in_care,2024H2,,1,100,,\n"
    found = quote_of("trygt_hjem", f"{HEAD}{rows}{ANSWERED}")
    assert [(item.kind, item.amount) for item in found.quoted][:2] == [("on_account", Decimal("85489.20")), ("final", Decimal("33245.80"))]
