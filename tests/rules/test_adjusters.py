"""Adjusters: each at its edges, in the order a contract names them, and what must be true of them whoever the people are."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from persons_given import result_of
from pydantic import ValidationError
from test_rules import PERIOD

from pipelines.contracts.catalogue import arguments
from pipelines.payments.adjusters import Adjusted, Adjuster, adjusted, adjusters
from pipelines.payments.rule import Assessment, Line, Seen, Unit, rules, to_cents

PROPERTY = settings(max_examples=150, deadline=None, derandomize=True, database=None)
DEADWEIGHT = {"shares": {"edge": Decimal("0.33"), "in_care": Decimal("0.0")}}
HALF_UP, HALF_EVEN = ({"mode": mode, "at": "person_line"} for mode in ("half_up", "half_even"))
CAP = {"amount": Decimal("400000.00"), "over": "contract_life"}


def line(amount: Any, cohort: str = "edge", before: Any = 0, key: str = "a") -> Line:
    return Line(key, cohort, Fraction(amount), Fraction(before))


def step(pin: str, given: dict[str, Any]) -> tuple[Adjuster, dict[str, Any]]:
    """One adjuster with a contract's arguments, checked as a contract's are."""
    return adjusters()[pin], arguments(adjusters()[pin].parameters, given)


def adjust(pin: str, given: dict[str, Any], *lines: Line) -> Adjusted:
    adjuster, checked = step(pin, given)
    return adjuster.adjust(lines, **checked)


def amounts(found: Adjusted) -> list[Fraction]:
    return [item.amount for item in found.lines]


def test_deadweight_takes_its_cohorts_share_of_each_line_exactly() -> None:
    found = adjust("deadweight@1", DEADWEIGHT, line("112607.95"), line("64347.40", "in_care", key="b"), line("0.01", key="c"))
    assert amounts(found) == [Fraction("75447.3265"), Fraction("64347.40"), Fraction("0.0067")]
    assert found.words == "less deadweight (edge 0.33, in_care 0.0): 176,955.36 - 37,160.63"


@pytest.mark.parametrize(("share", "left"), [("0.0", "100.00"), ("1.0", "0.00"), ("0.5", "50.00"), ("0.333333", "66.6667")])
def test_the_whole_share_takes_all_and_nought_takes_nothing(share: str, left: str) -> None:
    assert amounts(adjust("deadweight@1", {"shares": {"edge": Decimal(share)}}, line(100))) == [Fraction(left)]


def test_a_cohort_that_is_not_named_is_refused_and_not_taken_for_nought() -> None:
    with pytest.raises(KeyError, match="in_care"):
        adjust("deadweight@1", {"shares": {"edge": Decimal("0.33")}}, line(100), line(100, "in_care", key="b"))


@pytest.mark.parametrize("share", [Decimal("-0.01"), Decimal("1.01"), 0.5, "0.5", None])
def test_a_share_is_a_decimal_from_nought_to_one(share: Any) -> None:
    with pytest.raises(ValidationError):
        step("deadweight@1", {"shares": {"edge": share}})


def test_deadweight_says_how_few_people_of_a_cohort_its_sum_speaks_of() -> None:
    edge = [line(1, key=str(number)) for number in range(7)]
    assert adjust("deadweight@1", DEADWEIGHT, *edge).fewest == 7
    assert adjust("deadweight@1", DEADWEIGHT, *edge, line(1, "in_care", key="b")).fewest == 1
    assert adjust("deadweight@1", DEADWEIGHT).fewest is None


@pytest.mark.parametrize(
    ("amount", "up", "even"),
    [
        pytest.param("838.505", "838.51", "838.50", id="one day at 1,251.50 less 33 per cent"),
        pytest.param("838.515", "838.52", "838.52", id="a half after an odd cent"),
        pytest.param("838.5049999", "838.50", "838.50", id="just under a half"),
        pytest.param("838.5050001", "838.51", "838.51", id="just over a half"),
        pytest.param("0.005", "0.01", "0.00", id="half a cent"),
        pytest.param("0.015", "0.02", "0.02", id="one cent and a half"),
        pytest.param("2/3", "0.67", "0.67", id="two thirds"),
        pytest.param("75447.3265", "75447.33", "75447.33", id="a carry"),
        pytest.param("0", "0.00", "0.00", id="nought"),
        pytest.param("99.995", "100.00", "100.00", id="a carry through"),
        pytest.param("123456789012345678901234567890.125", "123456789012345678901234567890.13", "123456789012345678901234567890.12", id="more digits than a decimal computes with"),
    ],
)
def test_halves_go_up_or_to_the_even_cent_as_the_contract_says(amount: str, up: str, even: str) -> None:
    assert amounts(adjust("rounded@1", HALF_UP, line(amount))) == [Fraction(up)]
    assert amounts(adjust("rounded@1", HALF_EVEN, line(amount))) == [Fraction(even)]


def test_each_persons_line_is_rounded_and_not_the_sum() -> None:
    three = [line("0.005", key=key) for key in "abc"]
    assert (adjust("rounded@1", HALF_UP, *three).words, adjust("rounded@1", HALF_EVEN, *three).words) == (
        "rounded half up to 0.01 for each person = 0.03",
        "rounded half even to 0.01 for each person = 0.00",
    )
    assert adjust("rounded@1", HALF_UP, *three).fewest is None


@pytest.mark.parametrize("given", [{"mode": "half_up"}, {"mode": "down", "at": "person_line"}, {"mode": "half_up", "at": "sum"}])
def test_a_rounding_is_named_whole_and_by_a_known_name(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        step("rounded@1", given)


@pytest.mark.parametrize(
    ("amount", "before", "paid"),
    [
        pytest.param("70000.00", "330000.00", "70000.00", id="exactly up to the cap"),
        pytest.param("70000.01", "330000.00", "70000.00", id="a cent over"),
        pytest.param("69999.99", "330000.00", "69999.99", id="a cent under"),
        pytest.param("75447.33", "330000.00", "70000.00", id="child A"),
        pytest.param("25701.84", "390000.00", "10000.00", id="child D"),
        pytest.param("1.00", "400000.00", "0.00", id="at the cap before"),
        pytest.param("1.00", "399999.99", "0.01", id="a cent under the cap before"),
        pytest.param("1.00", "400000.01", "0.00", id="over the cap before: nothing, and nothing taken back"),
        pytest.param("450000.00", "0", "400000.00", id="over the cap at once"),
        pytest.param("400000.00", "0", "400000.00", id="the whole cap at once"),
        pytest.param("0", "0", "0.00", id="nothing"),
        pytest.param("0.005", "399999.997", "0.003", id="exact where nothing was rounded"),
    ],
)
def test_a_line_and_what_was_paid_before_come_to_at_most_the_cap(amount: str, before: str, paid: str) -> None:
    assert amounts(adjust("cap_per_person@1", CAP, line(amount, before=before))) == [Fraction(paid)]


def test_the_cap_says_what_it_takes_and_of_how_few() -> None:
    cut, whole = line("75447.33", before="330000.00"), line("40625.48", before="100000.00", key="b")
    found = adjust("cap_per_person@1", CAP, cut, whole)
    assert found.words == "cap of 400,000.00 a person over the contract life: - 5,447.33 = 110,625.48"
    assert (found.fewest, adjust("cap_per_person@1", CAP, whole).fewest) == (1, None)
    assert adjust("cap_per_person@1", CAP, whole).words == "cap of 400,000.00 a person over the contract life: - 0.00 = 40,625.48"


@pytest.mark.parametrize(
    "given", [{"amount": Decimal("-1.00"), "over": "contract_life"}, {"amount": Decimal("0.001"), "over": "contract_life"}, {**CAP, "over": "year"}, {**CAP, "x": 1}]
)
def test_a_cap_is_an_amount_of_money_over_a_known_time(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        step("cap_per_person@1", given)


def test_a_cap_is_each_persons_own_and_room_of_one_is_not_anothers() -> None:
    lines = [line("500000.00"), line("1.00", key="b")]
    assert amounts(adjust("cap_per_person@1", CAP, *lines)) == [Fraction(400000), Fraction(1)]


def test_uplift_adds_its_cohorts_share_of_each_line_exactly_and_says_of_how_few() -> None:
    shares = {"shares": {"edge": Decimal("0.40"), "in_care": Decimal("0.0")}}
    found = adjust("uplift@1", shares, line("1000.00"), line("500.00", "in_care", key="b"), line("0.01", key="c"))
    assert amounts(found) == [Fraction(1400), Fraction(500), Fraction("0.014")]
    assert (found.words, found.fewest) == ("uplift (edge 0.40, in_care 0.0): 1,500.01 + 400.00", 1)
    with pytest.raises(KeyError, match="in_care"):
        adjust("uplift@1", {"shares": {"edge": Decimal("0.40")}}, line(100, "in_care"))


def test_every_adjuster_says_what_it_does_and_has_a_version() -> None:
    assert {pin for pin, item in adjusters().items() if item.of == "lines"} == {"cap_per_person@1", "deadweight@1", "rounded@1", "uplift@1"}
    assert all(item.definition and item.pin == pin for pin, item in adjusters().items())


SEEN = Seen(result_of(()), PERIOD)
SAID = Assessment("due", Decimal("0.02"), "3 days at 0.01 each", ("said",), tuple(line("0.005", key=key) for key in "abc"), 9)


def test_without_adjusters_an_assessment_of_lines_stays_as_the_rule_gave_it() -> None:
    assert adjusted(SAID, [], SEEN) == SAID


def test_steps_are_said_in_their_order_and_the_reason_says_what_is_left() -> None:
    found = adjusted(SAID, [step("rounded@1", HALF_UP), step("cap_per_person@1", {**CAP, "amount": Decimal("0.01")})], SEEN)
    assert (found.state, str(found.amount), found.fewest) == ("due", "0.03", 9)
    assert found.reason == "3 days at 0.01 each, 0.03 after adjusters"
    assert found.arithmetic == ("said", "rounded half up to 0.01 for each person = 0.03", "cap of 0.01 a person over the contract life: - 0.00 = 0.03")


def test_a_step_that_changes_no_amount_adds_nothing_to_the_reason() -> None:
    found = adjusted(SAID, [step("cap_per_person@1", CAP)], SEEN)
    assert (found.reason, found.fewest) == (SAID.reason, 9)


def test_the_fewest_of_every_step_is_kept() -> None:
    steps = [step("deadweight@1", {"shares": {"edge": Decimal("0.0")}}), step("cap_per_person@1", {**CAP, "amount": Decimal("0.00")})]
    assert adjusted(SAID, steps[:1], SEEN).fewest == 3
    assert adjusted(replace(SAID, fewest=None), steps, SEEN).fewest == 3
    assert adjusted(replace(SAID, fewest=2), steps, SEEN).fewest == 2


def test_what_is_cut_to_nothing_is_not_met_and_nought() -> None:
    found = adjusted(SAID, [step("cap_per_person@1", {**CAP, "amount": Decimal("0.00")})], SEEN)
    assert (found.state, str(found.amount)) == ("not_met", "0.00")
    assert found.reason == "3 days at 0.01 each, 0.00 after adjusters"


DAYS = st.integers(0, 92) | st.decimals(0, 92, places=6)
PEOPLE = st.lists(st.tuples(st.sampled_from(["edge", "in_care"]), DAYS, st.integers(0, 450_000_00)), max_size=12).map(
    lambda rows: tuple(Unit(f"p{place}", "treatment", cohort, Decimal(days), PERIOD.end, Fraction(before, 100)) for place, (cohort, days, before) in enumerate(rows))
)
CHAINS = st.permutations([("deadweight@1", DEADWEIGHT), ("rounded@1", HALF_UP), ("cap_per_person@1", CAP)])


def priced(units: tuple[Unit, ...], chain: list[tuple[str, dict[str, Any]]]) -> Assessment:
    rule = rules()["per_unit@1"]
    given = arguments(rule.parameters, {"unit": "day", "price": {PERIOD.start: Decimal("1237.45")}, "role": "treatment"})
    seen = Seen(result_of(units), PERIOD, lambda: units)
    return adjusted(rule.assessed(seen, given), [step(pin, terms) for pin, terms in chain], seen)


@given(people=PEOPLE, chain=CHAINS, places=st.lists(st.booleans(), min_size=12, max_size=12))
@PROPERTY
def test_two_groups_of_people_come_to_what_both_together_do(people: tuple[Unit, ...], chain: list[tuple[str, dict[str, Any]]], places: list[bool]) -> None:
    parts = [priced(tuple(unit for unit, place in zip(people, places, strict=False) if place is side), chain) for side in (True, False)]
    whole = priced(people, chain)
    assert sorted((item for part in parts for item in part.lines), key=lambda item: item.key) == sorted(whole.lines, key=lambda item: item.key)
    assert to_cents(sum((item.amount for part in parts for item in part.lines), Fraction(0))) == whole.amount
    if chain[-1][0] == "rounded@1":
        assert sum(part.amount for part in parts) == whole.amount


@given(people=PEOPLE, chain=CHAINS, data=st.data())
@PROPERTY
def test_the_order_of_people_changes_nothing(people: tuple[Unit, ...], chain: list[tuple[str, dict[str, Any]]], data: st.DataObject) -> None:
    turned, whole = priced(tuple(data.draw(st.permutations(people))), chain), priced(people, chain)
    assert sorted(turned.lines, key=lambda item: item.key) == sorted(whole.lines, key=lambda item: item.key)
    assert replace(turned, lines=()) == replace(whole, lines=())


@given(people=PEOPLE, chain=CHAINS)
@PROPERTY
def test_no_step_makes_a_line_negative_and_only_rounding_makes_one_larger(people: tuple[Unit, ...], chain: list[tuple[str, dict[str, Any]]]) -> None:
    for until in range(1, len(chain) + 1):
        before, after = priced(people, chain[: until - 1]), priced(people, chain[:until])
        most = Fraction(1, 200) if chain[until - 1][0] == "rounded@1" else Fraction(0)
        for earlier, later in zip(before.lines, after.lines, strict=True):
            assert 0 <= later.amount <= earlier.amount + most
            assert (later.key, later.cohort, later.paid_before) == (earlier.key, earlier.cohort, earlier.paid_before)
