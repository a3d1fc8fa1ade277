"""What must be true of rules that price claims, units, volumes and savings, whatever the numbers: no claim period is a place to gain by."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from persons_given import result_of
from pydantic import ValidationError

from indicators.result import Result, RoleCount
from pipelines.contracts.catalogue import arguments
from pipelines.contracts.outcome import ClaimPeriod
from pipelines.contracts.steps import MoneyByComponent, SteppedMoney, SteppedShares
from pipelines.measuring import priced
from pipelines.payments.adjusters import adjusted, adjusters
from pipelines.payments.rule import NOTHING_EARLIER, Assessment, Earlier, Seen, Unit, exact, rules

DAY = dt.date(2024, 7, 1)
PERIOD = ClaimPeriod(id="2024-25", start=DAY, end=dt.date(2025, 4, 1), decided_from=dt.date(2025, 5, 1))
PROPERTY = settings(max_examples=150, deadline=None, derandomize=True, database=None)
MONEY = st.decimals(Decimal("0.00"), Decimal("9999.99"), places=2)


def stepped(numbers: Iterable[int], prices: Iterable[Decimal]) -> dict[int, Any]:
    return {number: {DAY: price} for number, price in zip(numbers, prices, strict=True)}


@st.composite
def steps(draw: st.DrawFn, most: int = 30) -> dict[int, Any]:
    """Prices from the first on, in one to four steps."""
    further = sorted(draw(st.sets(st.integers(2, most), max_size=3)))
    return stepped([1, *further], [draw(MONEY) for _ in range(len(further) + 1)])


def of_people(pin: str, values: Iterable[Decimal | int], component: str = "", **given_to: Any) -> Assessment:
    units = tuple(Unit(f"p{place}", "treatment", "edge", Decimal(value), PERIOD.end, Fraction(0), component) for place, value in enumerate(values))
    rule = rules()[pin]
    return rule.assessed(Seen(result_of(units), PERIOD, lambda: units), arguments(rule.parameters, {"role": "treatment", **given_to}))


def of_value(pin: str, value: Decimal | int, earlier: Earlier = NOTHING_EARLIER, **given_to: Any) -> Assessment:
    roles = {"treatment": RoleCount(100_000, 100_000, Decimal(value), 0)}
    rule = rules()[pin]
    seen = Seen(Result("c", "o", "§1", "outcome", "i@1", "k", roles), PERIOD, earlier=earlier)
    return rule.assessed(seen, arguments(rule.parameters, {"role": "treatment", **given_to}))


def one_after_another(pin: str, values: Iterable[Decimal | int], **given_to: Any) -> list[Assessment]:
    """The same rule in one claim period after another, each told what those before it came to."""
    found, earlier = [], NOTHING_EARLIER
    for value in values:
        said = of_value(pin, value, earlier, **given_to)
        found.append(said)
        earlier = Earlier(earlier.counted + said.counted, earlier.amount + said.amount)
    return found


def total(found: Iterable[Assessment]) -> Decimal:
    return sum((said.amount for said in found), Decimal(0))


def price_of(number: int, prices: dict[int, Any]) -> Decimal:
    """The price of what has this number: looked up, not computed by parts."""
    last = [first for first in prices if first <= number][-1]
    return Decimal(prices[last][DAY])


@PROPERTY
@given(tiers=steps(), volumes=st.lists(st.integers(0, 20), min_size=1, max_size=5))
def test_a_volume_brings_the_same_however_it_is_spread_over_claim_periods(tiers: dict[int, Any], volumes: list[int]) -> None:
    apart = one_after_another("tiered_by_volume@1", volumes, tiers=tiers, unit="person")
    at_once = of_value("tiered_by_volume@1", sum(volumes), tiers=tiers, unit="person")
    assert total(apart) == at_once.amount == sum((price_of(number, tiers) for number in range(1, sum(volumes) + 1)), Decimal(0))
    assert sum(said.counted for said in apart) == at_once.counted


@PROPERTY
@given(savings=st.lists(st.decimals(Decimal("-500.00"), Decimal("900.00"), places=2), min_size=1, max_size=6), where=st.integers(1, 1000), shares=st.lists(st.integers(0, 100)))
def test_savings_bring_what_the_most_that_was_ever_saved_brings(savings: list[Decimal], where: int, shares: list[int]) -> None:
    """Losses are carried: whatever the order of gains and losses, what was given in the end is the share of the highest sum so far, once."""
    first, second = (Decimal(share) / 100 for share in (*shares, 60, 40)[:2])
    given_to = {"shares": {"0.00": first, f"{where}.00": second}}
    apart = one_after_another("share_of_savings@1", savings, **given_to)
    highest = max(*accumulate(savings), Decimal(0))
    assert total(apart) == of_value("share_of_savings@1", highest, **given_to).amount
    assert all(said.amount >= 0 for said in apart)
    assert sum(said.counted for said in apart) == Fraction(sum(savings))


@PROPERTY
@given(persons=st.lists(st.integers(0, 40), min_size=1, max_size=5), above=st.integers(0, 100))
def test_a_bonus_over_the_contracts_life_is_the_same_however_people_are_spread(persons: list[int], above: int) -> None:
    given_to = {"above": above, "price": {DAY: Decimal("500.00")}, "over": "contract_life"}
    assert total(one_after_another("per_person_above@1", persons, **given_to)) == of_value("per_person_above@1", sum(persons), **given_to).amount


@PROPERTY
@given(prices=steps(most=6), counts=st.lists(st.integers(0, 12), max_size=8))
def test_claims_are_paid_one_by_one_up_to_the_maximum(prices: dict[int, Any], counts: list[int]) -> None:
    said = of_people("per_claim@1", counts, prices=prices, at_most=6)
    by_one = [sum((price_of(number, prices) for number in range(1, min(count, 6) + 1)), Decimal(0)) for count in counts]
    assert said.amount == sum(by_one, Decimal(0))
    assert {line.key: line.amount for line in said.lines} == {f"p{place}": amount for place, amount in enumerate(by_one) if counts[place]}


@PROPERTY
@given(values=st.lists(st.decimals(0, 60, places=2), max_size=6), cut=st.integers(1, 51))
def test_two_runs_of_units_bring_what_the_run_over_both_does(values: list[Decimal], cut: int) -> None:
    price = {"unit": "week", "price": {DAY: Decimal("300.00")}}
    parts = [of_people("per_unit_between@1", values, first=first, last=last, **price) for first, last in ((1, cut), (cut + 1, 52))]
    assert total(parts) == of_people("per_unit_between@1", values, first=1, last=52, **price).amount
    whole = of_people("per_unit@1", [min(value, Decimal(52)) for value in values], **price)
    assert total(parts) == whole.amount


@PROPERTY
@given(value=st.decimals(0, 40, places=6), more=st.decimals(0, 5, places=6), more_than=st.integers(0, 35))
def test_lasting_longer_never_brings_less_and_never_more_than_the_full_price(value: Decimal, more: Decimal, more_than: int) -> None:
    given_to = {"unit": "month", "whole": 36, "more_than": more_than, "full_price": {DAY: Decimal("36000.01")}}
    first, second = (of_people("pro_rata@1", [lasted], **given_to) for lasted in (value, value + more))
    assert first.amount <= second.amount <= Decimal("36000.01")
    assert bool(first.lines) == (value > more_than)


@PROPERTY
@given(weeks=st.lists(st.decimals(0, 52, places=2), max_size=6), price=MONEY)
def test_components_of_one_price_bring_what_a_price_a_unit_does(weeks: list[Decimal], price: Decimal) -> None:
    plain = of_people("per_unit@1", weeks, unit="week", price={DAY: price})
    said = of_people("per_unit_by_component@1", weeks, "job", unit="week", prices={"job": {DAY: price}, "su": {DAY: Decimal(7)}})
    assert (said.amount, said.lines) == (plain.amount, plain.lines)


def test_a_cap_is_a_persons_whatever_their_claims_and_components() -> None:
    """Two rows of one person are one line of 700.00, which a cap of 600.00 with 100.00 given before cuts to 500.00."""
    units = tuple(Unit("a", "treatment", "edge", Decimal(1), PERIOD.end, Fraction(100), name) for name in ("job", "su"))
    rule = rules()["per_unit_by_component@1"]
    given_to = {"unit": "week", "prices": {"job": {DAY: Decimal("500.00")}, "su": {DAY: Decimal("200.00")}}, "role": "treatment"}
    seen = Seen(result_of(units), PERIOD, lambda: units)
    said = rule.assessed(seen, arguments(rule.parameters, given_to))
    cap = adjusters()["cap_per_person@1"]
    assert adjusted(said, [(cap, {"amount": Decimal("600.00"), "over": "contract_life"})], seen).amount == Decimal("500.00")


def test_people_are_read_with_the_component_of_their_units() -> None:
    days = {"window_end": [20089, 20090]}
    rows = pl.DataFrame({"person_key": ["a", "b"], "role": "treatment", "cohort": "edge", "value": [Decimal("3.5"), Decimal(4)], **days, "component": ["job", None]})
    read = priced(rows.with_columns(pl.col("window_end").cast(pl.Int32)))
    assert [(unit.key, unit.value, unit.window_end, unit.paid_before, unit.component) for unit in read] == [
        ("a", Decimal("3.5"), dt.date(2025, 1, 1), Fraction(0), "job"),
        ("b", Decimal(4), dt.date(2025, 1, 2), Fraction(0), ""),
    ]


@PROPERTY
@given(prices=steps(), before=st.integers(0, 40), count=st.integers(0, 40))
def test_parts_of_a_count_follow_each_other_and_leave_nothing_out(prices: dict[int, Any], before: int, count: int) -> None:
    parts = SteppedMoney.model_validate(prices).parts(before, before + count)
    assert [number for part in parts for number in range(part.start, part.end)] == list(range(before, before + count))
    assert all(part.price.on(DAY) == price_of(number, prices) for part in parts for number in (part.start + 1, part.end))


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ({}, "keys with values are needed here"),
        (Decimal(5), "keys with values are needed here"),
        ({DAY: Decimal(5)}, "a step is a whole number from 1"),
        ({"0": {DAY: Decimal(5)}}, "a step is a whole number from 1"),
        ({"01": {DAY: Decimal(5)}}, "a step is a whole number from 1"),
        ({"1.5": {DAY: Decimal(5)}}, "a step is a whole number from 1"),
        ({"2": {DAY: Decimal(5)}}, "the first step is from 2; begin with 1"),
        ({"1": {DAY: Decimal(5)}, "9": {DAY: Decimal(5)}, "3": {DAY: Decimal(5)}}, "the step from 3 stands after the step from 9; write them in ascending order"),
        ({"1": Decimal(5)}, "an amount needs the day it holds from"),
    ],
)
def test_steps_that_cannot_be_followed_are_refused(steps: Any, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        SteppedMoney.model_validate(steps)


@pytest.mark.parametrize(
    ("prices", "words"),
    [
        ({}, "keys with values are needed here"),
        ({"Job": {DAY: Decimal(5)}}, "'Job' is not the name of a component"),
        ({"": {DAY: Decimal(5)}}, "'' is not the name of a component"),
        ({"job": {}}, "an amount needs the day it holds from"),
    ],
)
def test_components_without_a_name_or_a_price_are_refused(prices: Any, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        MoneyByComponent.model_validate(prices)


@pytest.mark.parametrize(
    ("shares", "words"),
    [
        ({}, "keys with values are needed here"),
        ({"0": Decimal("0.6")}, "a step is an amount with its decimals"),
        ({"0.001": Decimal("0.6")}, "a step is an amount with its decimals"),
        ({"-1.00": Decimal("0.6")}, "a step is an amount with its decimals"),
        ({"1.00": Decimal("0.6")}, "the first step is from 1.00; begin with 0"),
        ({"0.00": Decimal("0.6"), "0.0": Decimal("0.4")}, "the step from 0.0 stands after the step from 0.00"),
        ({"0.00": Decimal("0.6"), "9.00": Decimal("0.4"), "8.99": Decimal("0.3")}, "the step from 8.99 stands after the step from 9.00"),
        ({"0.00": Decimal(60)}, "'60' is not a share; write one from 0.0 to 1.0"),
        ({"0.00": Decimal("-0.01")}, "'-0.01' is not a share"),
        ({"0.00": 1}, "'1' is not a share"),
        ({"0.00": "0.6"}, "'0.6' is not a share"),
    ],
)
def test_shares_that_are_none_or_cannot_be_followed_are_refused(shares: Any, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        SteppedShares.model_validate(shares)


@pytest.mark.parametrize(
    ("amount", "expected"),
    [(Fraction(1250), "1,250.00"), (Fraction(1, 200), "0.005"), (Fraction(10**17 + 1, 10**8), "1,000,000,000.00000001"), (Fraction(0), "0.00"), (Fraction(2, 3), "0.66666667")],
)
def test_an_amount_of_parts_of_a_cent_is_said_with_all_its_decimals(amount: Fraction, expected: str) -> None:
    assert exact(amount) == expected
