"""Every payment rule on its hand-worked cases, no rule without cases, and the arithmetic that rules share."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from persons_given import roles_of
from pydantic import ValidationError

from indicators.result import Estimate, Interval, Quantity, Result, RoleCount
from pipelines.contracts.catalogue import arguments
from pipelines.contracts.outcome import ClaimPeriod, DatedMoney
from pipelines.payments.rule import Assessment, Earlier, Seen, Unit, claim_words, money, number, percent, role_words, rules, to_cents

PERIOD = ClaimPeriod(id="2024-25", start=dt.date(2024, 7, 1), end=dt.date(2025, 4, 1), decided_from=dt.date(2025, 5, 1))
PROPERTY = settings(max_examples=200, deadline=None, derandomize=True, database=None)


class Exact(yaml.SafeLoader):
    """Numbers with a point are decimals, as in a contract."""


Exact.add_constructor("tag:yaml.org,2002:float", lambda _, node: Decimal(node.value))
FILES = {path.stem: yaml.load(path.read_text(encoding="utf-8"), Exact) for path in sorted(Path(__file__).parent.glob("*.yaml"))}  # noqa: S506
CASES = [pytest.param(found["rule"], case, id=f"{stem}: {case['name']}") for stem, found in FILES.items() for case in found["cases"]]


def result_of(case: dict[str, Any]) -> Result:
    """The result a case gives: its groups and, where it compares, its one quantity."""
    named = {name: case[name] for name in ("treatment", "comparison") if name in case}
    roles = {name: RoleCount(group.get("n", group["counted"]), group["counted"], Decimal(group["value"]), 0) for name, group in named.items()}
    if "people" in case:
        roles = roles_of(units_of(case))
    if "claims" in case:
        roles = {"treatment": claimed(case["claims"])}
    estimate = None
    if "quantity" in case:
        exact = Fraction(case["exact"]) if "exact" in case else None
        intervals = (Interval(*case["interval"]),) if "interval" in case else ()
        estimate = Estimate("trial@1", {case["quantity"]: Quantity(case.get("value", Decimal(0)), exact, None, intervals)})
    return Result("tarp", "o", "Schedule 1", "outcome", "i@1", "k", roles, estimate=estimate)


def earlier_of(before: dict[str, Any]) -> Earlier:
    parts = tuple(earlier_of(part) for part in before.get("parts", []))
    return Earlier(Fraction(before.get("counted", 0)), Decimal(before.get("amount", "0.00")), parts)


def claimed(claims: dict[str, int]) -> RoleCount:
    """The counts of people by what became of their claims."""
    names = {"made_good": "upheld_after_rejection"}
    reasons = tuple(("counted", names.get(name, name), people) for name, people in claims.items())
    people = sum(claims.values())
    return RoleCount(people, people, Decimal(people - claims.get("rejected", 0)), 0, reasons)


def units_of(case: dict[str, Any]) -> tuple[Unit, ...]:
    """The people a case gives, whole numbers or decimals as they stand; a person of several components has a row for each, with their `key`."""
    return tuple(
        Unit(
            person.get("key", key),
            person.get("role", "treatment"),
            "edge",
            Decimal(person["value"]),
            person.get("window_end", PERIOD.end),
            Fraction(person.get("paid_before", 0)),
            person.get("component", ""),
        )
        for key, person in case["people"].items()
    )


def assess(pin: str, case: dict[str, Any]) -> Assessment:
    rule, given_case = rules()[pin], case["given"]
    return rule.assessed(seen_of(given_case), arguments(rule.parameters, case["with"]))


def seen_of(case: dict[str, Any]) -> Seen:
    """Everything a case lets a rule look at: `cohorts` and `outcomes` are results of their own by name, `earlier` what claims before it came to."""
    before = case.get("earlier", {})
    earlier = earlier_of(before)
    cohorts = {name: result_of(given) for name, given in case.get("cohorts", {}).items()}
    outcomes = {name: seen_of(given) for name, given in case.get("outcomes", {}).items()}
    units = units_of(case) if "people" in case else ()
    return Seen(result_of(case), PERIOD, lambda: units, lambda: cohorts, earlier, outcomes.__getitem__)


@pytest.mark.parametrize(("pin", "case"), CASES)
def test_case(pin: str, case: dict[str, Any]) -> None:
    if "refuses" in case:
        with pytest.raises((ValueError, KeyError)) as refused:
            assess(pin, case)
        assert refused.value.args == (case["refuses"],)
        return
    said, expected = assess(pin, case), case["expect"]
    assert (said.state, str(said.amount)) == (expected["state"], expected["amount"])
    assert said.reason == expected.get("reason", said.reason)
    assert list(said.arithmetic) == expected.get("arithmetic", list(said.arithmetic))
    if "lines" in expected:
        assert {line.key: line.amount for line in said.lines} == {key: Fraction(amount) for key, amount in expected["lines"].items()}
    assert said.fewest == expected.get("fewest", said.fewest)
    assert said.counted == Fraction(expected.get("counted", said.counted))
    assert said.shares == {name: Decimal(amount) for name, amount in expected.get("shares", said.shares).items()}
    assert said.reason
    assert said.arithmetic


def test_rules_that_price_persons_take_the_units_and_carry_their_pay_before() -> None:
    price = {PERIOD.start: Decimal("2.00")}
    given_to = {
        "per_unit@1": {"unit": "day", "price": price},
        "per_person_reaching@1": {"at_least": Decimal("26.0"), "unit": "week", "price": price, "priced_at": "window_end"},
        "per_claim@1": {"prices": {1: price}, "at_most": 5},
        "per_unit_between@1": {"unit": "week", "first": 27, "last": 52, "price": price},
        "pro_rata@1": {"unit": "month", "whole": 36, "more_than": 18, "full_price": price},
        "per_unit_by_component@1": {"unit": "week", "prices": {"job": price}},
    }
    assert {pin for pin, rule in rules().items() if rule.prices_persons} == set(given_to)
    people = {"people": {"a": {"value": 30, "paid_before": "1/3", "component": "job"}}}
    for pin, arguments_given in given_to.items():
        (line,) = assess(pin, {"given": people, "with": {**arguments_given, "role": "treatment"}}).lines
        assert (line.key, line.cohort, line.paid_before) == ("a", "edge", Fraction(1, 3))


def test_every_rule_has_a_case_file_and_every_case_file_a_rule() -> None:
    assert {found["rule"] for found in FILES.values()} == set(rules())
    assert all(rules()[found["rule"]].name == stem for stem, found in FILES.items())


@pytest.mark.parametrize("stem", sorted(FILES))
def test_the_cases_of_a_rule_show_both_answers_and_their_words(stem: str) -> None:
    cases = FILES[stem]["cases"]
    expected = [case["expect"] for case in cases if "expect" in case]
    assert {item["state"] for item in expected} == {"due", "not_met"}
    assert {item["state"] for item in expected if "arithmetic" in item and "reason" in item} == {"due", "not_met"}
    names = [case["name"] for case in cases]
    assert len(names) == len(set(names))
    assert all(name[0].isupper() and len(name.split()) > 3 for name in names)


@pytest.mark.parametrize("stem", sorted(FILES))
def test_what_is_not_met_is_nought_and_what_is_due_is_in_the_ledgers_spelling(stem: str) -> None:
    for case in FILES[stem]["cases"]:
        if "expect" in case:
            amount = assess(FILES[stem]["rule"], case).amount
            assert amount.as_tuple().exponent == -2
            assert (amount == 0) == (case["expect"]["state"] == "not_met")


@given(value=st.decimals(Decimal("0.000001"), Decimal("999999999999.999999"), places=6), price=st.decimals(Decimal("0.01"), Decimal("999999999999999.99"), places=2))
@PROPERTY
def test_a_price_a_person_is_exact_however_large(value: Decimal, price: Decimal) -> None:
    given_case = {"given": {"treatment": {"value": value, "counted": 1}}, "with": {"price": {PERIOD.start: price}, "role": "treatment"}}
    amount = assess("per_person@1", given_case).amount
    away = Fraction(amount) - Fraction(value) * Fraction(price)
    assert Fraction(-1, 200) < away <= Fraction(1, 200)


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        pytest.param(1 * Decimal("1251.50") * Decimal("0.67"), "838.51", id="838.505, where half to even gives 838.50"),
        pytest.param(Decimal("838.5049999"), "838.50", id="just under a half"),
        pytest.param(Decimal("838.5050001"), "838.51", id="just over a half"),
        pytest.param(Decimal("838.515"), "838.52", id="a half after an odd cent"),
        pytest.param(Decimal("75447.3265"), "75447.33", id="child A of the days out of care"),
        pytest.param(Decimal("40625.4835"), "40625.48", id="child B of the days out of care"),
        pytest.param(Decimal("25701.8365"), "25701.84", id="child D of the days out of care"),
        pytest.param(Decimal("1226.53255"), "1226.53", id="the indexed price of 2025"),
        pytest.param(Decimal("1260.8754614"), "1260.88", id="the indexed price of 2026, where the rounded chain gives 1260.87"),
        pytest.param(Fraction(1, 200), "0.01", id="half a cent"),
        pytest.param(Fraction(1, 200) - Fraction(1, 10**60), "0.00", id="less than half a cent by less than a decimal of 28 digits holds"),
        pytest.param(Fraction(2, 3), "0.67", id="two thirds"),
        pytest.param(Fraction(1, 3), "0.33", id="a third"),
        pytest.param(Decimal(0), "0.00", id="nought"),
        pytest.param(Decimal(250000), "250000.00", id="a whole amount"),
        pytest.param(Decimal("99.999"), "100.00", id="a carry"),
        pytest.param(Decimal("-838.505"), "-838.51", id="a counter-entry of a half"),
        pytest.param(Decimal("-2945.13"), "-2945.13", id="a counter-entry"),
        pytest.param(Decimal("-0.004"), "0.00", id="nought has no sign"),
        pytest.param(Decimal("123456789012345678901234567890.125"), "123456789012345678901234567890.13", id="more digits than a decimal computes with"),
    ],
)
def test_to_cents(amount: Decimal | Fraction, expected: str) -> None:
    assert str(to_cents(amount)) == expected


@given(amount=st.fractions(-(10**9), 10**9))
@PROPERTY
def test_to_cents_is_the_nearest_cent_and_turns_with_the_sign(amount: Fraction) -> None:
    cents = to_cents(amount)
    assert abs(Fraction(cents) - amount) <= Fraction(1, 200)
    assert to_cents(-amount) == -cents
    assert cents.as_tuple().exponent == -2


@pytest.mark.parametrize(
    ("share", "decimals", "expected"),
    [
        pytest.param(Fraction(3, 11), 2, "27.27 %", id="three elevenths"),
        pytest.param(Fraction(2, 9), 1, "22.2 %", id="48 of 216"),
        pytest.param(Fraction(11, 36), 1, "30.6 %", id="66 of 216"),
        pytest.param(Fraction(1124, 11284), 1, "10.0 %", id="9.961 shown as 10.0"),
        pytest.param(Fraction(1124, 11284), 2, "9.96 %", id="9.961 shown as 9.96"),
        pytest.param(Decimal("0.95"), 0, "95 %", id="a level"),
        pytest.param(Decimal("0.90"), 0, "90 %", id="a level that ends in nought"),
        pytest.param(Decimal("0.00125"), 2, "0.13 %", id="a half is rounded away from nought"),
        pytest.param(Decimal("-0.00125"), 2, "-0.13 %", id="a half below nought is rounded away from nought"),
        pytest.param(Fraction(-1, 12), 2, "-8.33 %", id="a twelfth below nought"),
        pytest.param(Decimal("-0.00001"), 2, "0.00 %", id="nought has no sign"),
        pytest.param(Fraction(0), 2, "0.00 %", id="nought"),
        pytest.param(Fraction(1), 2, "100.00 %", id="all"),
        pytest.param(Fraction(142, 100), 1, "142.0 %", id="more than all"),
        pytest.param(Decimal("0.999999"), 2, "100.00 %", id="nearly all, for people to read"),
    ],
)
def test_percent(share: Fraction | Decimal, decimals: int, expected: str) -> None:
    assert percent(share, decimals) == expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        pytest.param(dt.date(2024, 1, 1), "480.00", id="the first day"),
        pytest.param(dt.date(2024, 6, 30), "480.00", id="the day before the second amount"),
        pytest.param(dt.date(2024, 7, 1), "500.00", id="the day of the second amount"),
        pytest.param(dt.date(2025, 12, 31), "500.00", id="the day before the third"),
        pytest.param(dt.date(2026, 1, 1), "520.00", id="the day of the third"),
        pytest.param(dt.date(2099, 1, 1), "520.00", id="long after the last"),
    ],
)
def test_the_amount_on_a_day_is_the_last_one_that_holds_from_it_or_before(day: dt.date, expected: str) -> None:
    dated = DatedMoney({dt.date(2026, 1, 1): Decimal("520.00"), dt.date(2024, 1, 1): Decimal("480.00"), dt.date(2024, 7, 1): Decimal("500.00")})
    assert str(dated.on(day)) == expected


def test_no_amount_holds_the_day_before_the_first() -> None:
    with pytest.raises(ValueError, match="no amount holds on 2023-12-31; the first holds from 2024-01-01"):
        DatedMoney({dt.date(2024, 7, 1): Decimal(5), dt.date(2024, 1, 1): Decimal(4)}).on(dt.date(2023, 12, 31))


@pytest.mark.parametrize("amount", [Decimal("500.005"), Decimal("-0.01"), 500.0, True, "500.00", None])
def test_what_is_not_an_amount_of_money_is_refused(amount: object) -> None:
    with pytest.raises(ValidationError, match=r"is not an amount of money .*with at most two decimals"):
        DatedMoney({dt.date(2024, 1, 1): amount})  # type: ignore[dict-item]


@pytest.mark.parametrize("amount", [Decimal("0.00"), Decimal("500.10"), Decimal("500.100"), 500])
def test_amounts_of_at_most_two_decimals_are_taken(amount: Decimal) -> None:
    assert DatedMoney({dt.date(2024, 1, 1): amount}).on(dt.date(2024, 1, 1)) == amount


def test_an_amount_without_its_day_is_refused() -> None:
    for made in ({}, {"2024": Decimal(500)}, Decimal(500)):
        with pytest.raises(ValidationError, match="the day it holds from"):
            DatedMoney(made)  # type: ignore[arg-type]


def test_the_words_rules_share() -> None:
    roles = {"treatment": RoleCount(216, 216, Decimal(48), 0), "comparison": RoleCount(216, 216, Decimal(66), 0)}
    assert role_words(Result("c", "o", "", "outcome", "i@1", "k", roles)) == "48 of 216 (22.2 %) against 66 of 216 (30.6 %)"
    assert money(Decimal(1250)) == "1,250.00"
    assert [number(Fraction(value)) for value in ("1945/80", "-1945/80", "-1/1000", "1234567/1")] == ["24.31", "-24.31", "0.00", "1,234,567.00"]
    assert claim_words(PERIOD) == "2024-25 (2024-07-01 up to, not including, 2025-04-01)"


def test_of_a_matched_comparison_the_means_are_said() -> None:
    roles = {"treatment": RoleCount(90, 80, Decimal("1945.0"), 0), "comparison": RoleCount(170, 160, Decimal(2723), 0)}
    estimate = Estimate("matched@1", {"difference": Quantity(Decimal(0))})
    assert role_words(Result("c", "o", "", "outcome", "i@1", "k", roles, estimate=estimate)) == "mean 24.31 of 80 against mean 17.02 of 160"
