"""Adjusters of a whole amount: each just under, at and just over its edge, with its sentence."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from test_rules import PERIOD

from indicators.result import Result, RoleCount
from pipelines.contracts.catalogue import arguments
from pipelines.payments.adjusters import adjusted, adjusters
from pipelines.payments.amounts import Amount
from pipelines.payments.rule import Assessment, Earlier, Seen, to_cents

PROPERTY = settings(max_examples=150, deadline=None, derandomize=True, database=None)
DUE = Assessment("due", Decimal("1000.00"), "said", ("line",), counted=Fraction(7))


def result(counted: int, value: Any, outcome: str = "job") -> Result:
    return Result("hjem", outcome, "§1", "outcome", "i@1", "edge", {"treatment": RoleCount(counted, counted, Decimal(value), 0)})


def seen(counted: int = 10, value: Any = 10, *, before: str = "0.00", others: dict[str, Any] | None = None) -> Seen:
    """What a rule saw: so many people with this sum of values, amounts before, and other outcomes' sums."""
    found = {name: Seen(result(int(sum_of), sum_of, name), PERIOD) for name, sum_of in (others or {}).items()}
    return Seen(result(counted, value), PERIOD, earlier=Earlier(given=Decimal(before)), outcome=found.__getitem__)


def step(pin: str, amount: Any, found: Seen | None = None, **terms: Any) -> Amount:
    made: Amount = adjusters()[pin].adjust(Fraction(amount), found or seen(), **arguments(adjusters()[pin].parameters, terms))
    return made


def test_deadweight_and_a_share_are_exact() -> None:
    assert step("deadweight_share@1", "100.01", share=Decimal("0.33")) == Amount(Fraction("67.0067"), "less deadweight 33.00 %: 100.01 - 33.00 = 67.01")
    assert step("share_of_amount@1", "100.01", share=Decimal("0.80")) == Amount(Fraction("80.008"), "80.00 % of 100.01 = 80.01")
    assert step("share_of_amount@1", "100.00", share=Decimal("1.40")).exact == 140


@pytest.mark.parametrize(("amount", "left"), [("500.00", "0.00"), ("400.01", "0.00"), ("400.00", "0.00"), ("400.02", "0.01"), ("1000.00", "599.99")])
def test_netting_takes_other_funding_off_and_never_below_nought(amount: str, left: str) -> None:
    funding = {PERIOD.id: Decimal("400.01")} if amount != "500.00" else {PERIOD.id: Decimal("900.00")}
    assert step("netting@1", amount, funding=funding, source="central funding").exact == Fraction(left)


def test_netting_says_what_it_takes_and_takes_nothing_for_other_claim_periods() -> None:
    words = "less central funding 400.00 for 2024-25: 1,000.00 - 400.00 = 600.00"
    assert step("netting@1", 1000, funding={PERIOD.id: Decimal("400.00")}, source="central funding").words == words
    assert step("netting@1", 1000, funding={"another": Decimal("400.00")}, source="central funding").exact == 1000


@pytest.mark.parametrize(("counted", "nothing", "pro_rata"), [(81, 1000, 1000), (80, 1000, 1000), (79, 0, Fraction(79_000, 80)), (0, 0, 0)])
def test_a_cohort_of_exactly_the_least_people_is_enough(counted: int, nothing: Any, pro_rata: Any) -> None:
    terms = {"people": 80, "role": "treatment"}
    assert step("minimum_cohort@1", 1000, seen(counted), otherwise="nothing", **terms).exact == nothing
    assert step("minimum_cohort@1", 1000, seen(counted), otherwise="pro_rata", **terms).exact == pro_rata


def test_a_share_by_people_counted_speaks_of_them() -> None:
    found = step("minimum_cohort@1", 1000, seen(3), people=4, role="treatment", otherwise="pro_rata")
    assert (found.words, found.fewest) == ("3 of at least 4 people: 1,000.00 x 3/4 = 750.00", 3)


@pytest.mark.parametrize(
    ("own", "others", "of", "allowed"),
    [
        pytest.param(40, 60, "paid", 40, id="exactly forty of a hundred"),
        pytest.param(41, 60, "paid", 40, id="one more than forty of what is paid"),
        pytest.param(41, 60, "achieved", 40, id="of a hundred and one achieved forty point four, rounded down"),
        pytest.param(50, 60, "paid", 40, id="of what is paid the others bound it"),
        pytest.param(50, 60, "achieved", 44, id="of what was achieved those cut count too"),
        pytest.param(5, 0, "paid", 0, id="with no others nothing is paid"),
        pytest.param(5, 0, "achieved", 2, id="with no others two of five"),
        pytest.param(0, 60, "paid", 0, id="nobody at all"),
    ],
)
def test_at_most_a_share_of_outcomes_is_paid_by_one(own: int, others: int, of: str, allowed: int) -> None:
    found = step("mix_cap@1", 100 * own, seen(own, own, others={"job": others}), share=Decimal("0.40"), outcomes=["job"], of=of)
    assert found.exact == 100 * allowed


def test_a_mix_cap_says_its_numbers_and_how_few_they_are() -> None:
    found = step("mix_cap@1", 4300, seen(43, 43, others={"job": 60}), share=Decimal("0.40"), outcomes=["job"], of="paid")
    assert found == Amount(Fraction(4000), "at most 40.00 % of all outcomes by this one: 40 of 43 beside 60 others, 4,300.00 -> 4,000.00", 3)


@pytest.mark.parametrize(
    ("before", "amount", "left"), [("0.00", "900.00", "900.00"), ("0.00", "1000.01", "1000.00"), ("400.00", "600.00", "600.00"), ("400.00", "600.01", "600.00")]
)
def test_a_cap_over_the_contracts_life_leaves_room_for_what_was_given(before: str, amount: str, left: str) -> None:
    assert step("cap@1", amount, seen(before=before), amount_at_most=Decimal("1000.00"), over="contract_life").exact == Fraction(left)


def test_a_cap_that_was_used_up_leaves_nothing_and_one_of_a_claim_period_looks_at_none_before() -> None:
    found = step("cap@1", 500, seen(before="1200.00"), amount_at_most=Decimal("1000.00"), over="contract_life")
    assert found == Amount(Fraction(0), "cap of 1,000.00 over the contract life less 1,200.00 given before: - 500.00 = 0.00")
    assert step("cap@1", 500, seen(before="1200.00"), amount_at_most=Decimal("1000.00"), over="claim_period").exact == 500


def test_a_guarantee_is_paid_whatever_came_and_no_more_where_more_came() -> None:
    least = {PERIOD.start: Decimal("400.00")}
    assert step("guaranteed@1", 0, at_least=least) == Amount(Fraction(400), "at least 400.00 is guaranteed: 0.00 -> 400.00")
    assert step("guaranteed@1", "400.01", at_least=least).exact == Fraction("400.01")


def test_what_is_deemed_takes_the_place_of_what_was_measured_for_its_claim_period_alone() -> None:
    found = step("deemed@1", 1, amounts={PERIOD.id: Decimal("250.00")}, because="the centre was closed")
    assert found == Amount(Fraction(250), "deemed for 2024-25 (the centre was closed): 250.00 in place of 1.00")
    assert step("deemed@1", 1, amounts={"another": Decimal("250.00")}, because="x").exact == 1


@pytest.mark.parametrize(
    ("on", "left"),
    [
        (dt.date(2024, 6, 1), 0),
        (PERIOD.start, 0),
        (PERIOD.start + dt.timedelta(days=1), 1),
        (PERIOD.end - dt.timedelta(days=1), 273),
        (PERIOD.end, 274),
        (dt.date(2026, 1, 1), 274),
    ],
)
def test_after_a_break_nothing_is_paid_and_of_a_period_that_spans_it_the_days_before(on: dt.date, left: int) -> None:
    assert (PERIOD.end - PERIOD.start).days == 274
    assert step("break_point@1", 274, on=on, by="kommune").exact == left


@pytest.mark.parametrize(
    ("amount", "mode", "left"),
    [
        ("149.99", "half_up", 100),
        ("150.00", "half_up", 200),
        ("250.00", "half_even", 200),
        ("150.00", "half_even", 200),
        ("199.99", "down", 100),
        ("100.01", "up", 200),
        ("-150.00", "half_up", -200),
    ],
)
def test_an_amount_is_rounded_as_the_contract_says(amount: str, mode: str, left: int) -> None:
    assert step("rounded_to@1", amount, to=Decimal("100.00"), mode=mode).exact == left


def test_nothing_is_rounded_to_less_than_a_cent() -> None:
    with pytest.raises(ValidationError, match="multiple"):
        step("rounded_to@1", 1, to=Decimal("0.001"), mode="half_up")


def test_steps_are_taken_and_said_in_the_order_written_and_what_was_counted_is_kept() -> None:
    shared, capped = (("share_of_amount@1", {"share": Decimal("0.50")}), ("cap@1", {"amount_at_most": Decimal("600.00"), "over": "claim_period"}))

    def after(*steps: tuple[str, dict[str, Any]]) -> Assessment:
        return adjusted(DUE, [(adjusters()[pin], arguments(adjusters()[pin].parameters, terms)) for pin, terms in steps], seen())

    first, turned = after(shared, capped), after(capped, shared)
    assert (str(first.amount), str(turned.amount), first.counted) == ("500.00", "300.00", Fraction(7))
    assert first.arithmetic == ("line", "50.00 % of 1,000.00 = 500.00", "cap of 600.00 over the claim period: - 0.00 = 500.00")
    assert first.reason == "said, 500.00 after adjusters"


def test_steps_go_on_from_the_amount_before_it_is_rounded() -> None:
    share = [(adjusters()["share_of_amount@1"], {"share": Decimal("0.5")})]
    assert str(adjusted(replace(DUE, amount=Decimal("10.01"), exact=Fraction("10.005")), share, seen()).amount) == "5.00"
    assert str(adjusted(replace(DUE, amount=Decimal("10.01")), share, seen()).amount) == "5.01"


def test_every_adjuster_of_an_amount_says_what_it_does() -> None:
    found = {pin: item for pin, item in adjusters().items() if item.of == "amount"}
    assert set(found) == {
        f"{name}@1" for name in ("break_point", "cap", "deadweight_share", "deemed", "guaranteed", "minimum_cohort", "mix_cap", "netting", "rounded_to", "share_of_amount")
    }
    assert all(item.definition for item in found.values())


@given(amount=st.fractions(0, 10**9), cut=st.decimals(0, 10**6, places=2), before=st.decimals(0, 10**6, places=2))
@PROPERTY
def test_no_cap_gives_more_than_it_says_in_all_nor_more_than_was_due(amount: Fraction, cut: Decimal, before: Decimal) -> None:
    left = step("cap@1", amount, seen(before=str(before)), amount_at_most=cut, over="contract_life").exact
    assert 0 <= left <= amount
    assert left == 0 or left + Fraction(before) <= Fraction(cut)
    assert to_cents(left) <= to_cents(amount)
