"""The investment case worked by hand, to the cent: a case of three years, refunds by week and by amount, and what is not known."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from investing.case_given import contract, day, listed, made, placement, result, schedules, value

from pipelines.contracts.outcome import OutcomeContract
from pipelines.contracts.refunding import Refunding, on
from pipelines.contracts.value import PAYERS
from pipelines.contracts.valuing import year_of
from pipelines.investing.case import ENDS, Case, Found, Side, case
from pipelines.investing.realised import found_in, moved, states_of, undecided
from pipelines.investing.refunds import refund_of, share_of_week, share_of_year
from pipelines.investing.sums import carried, parts_in_cents, units_a_year


def money(side: Side | None, **asked: Any) -> str:
    assert side is not None
    return f"{side.total(**asked):,.2f}"


def test_three_years_worked_by_hand() -> None:
    """Ten people do four weeks better in 2024: 40 weeks, then 20 and 10. A week is worth 1,000.00 in prices of 2024; the index is 100, 102, 105.

    Saved:    2024 40 x 1,000.00 = 40,000.00; 2025 20 x 1,020.00 = 20,400.00; 2026 10 x 1,050.00 = 10,500.00.
    Refunded: the effect begins in week 27: of the first 52 weeks 26 at 30 % and 26 at 20 % = 25 %, then 20 %.
              2024 10,000.00; 2025 4,080.00; 2026 2,100.00 go back to the state.
    Costs:    30,000.00 of others in 2024; 5,250.00 of the municipality in 2026, in its prices = 5,000.00 of 2024.
    Payments: the municipality pays 25,500.00 in 2025, in its prices = 25,000.00 of 2024.

    In prices of 2024            2024        2025       2026
    municipality            30,000.00   -9,000.00   3,000.00
    state                   10,000.00    4,000.00   2,000.00
    others                 -30,000.00   25,000.00       0.00
    together                10,000.00   20,000.00   5,000.00

    At 5 %, year 2024 whole: municipality 30,000 - 9,000/1.05 + 3,000/1.1025 = 24,149.6599; state 15,623.5828; others -6,190.4762;
    together 33,582.7664. Rounded down they come to 33,582.75; the two cents missing go to the municipality and to others, which lost most.
    """
    side = made().expected["value"]
    assert [money(side, name="ydelse", what=("consequence",), year=year, is_nominal=True) for year in (2024, 2025, 2026)] == ["40,000.00", "20,400.00", "10,500.00"]
    assert [money(side, what=("refund",), payer="state", year=year, is_nominal=True) for year in (2024, 2025, 2026)] == ["10,000.00", "4,080.00", "2,100.00"]
    assert [money(side, payer="municipality", year=year) for year in (2024, 2025, 2026)] == ["30,000.00", "-9,000.00", "3,000.00"]
    assert [money(side, payer="state", year=year) for year in (2024, 2025, 2026)] == ["10,000.00", "4,000.00", "2,000.00"]
    assert [money(side, payer="others", year=year) for year in (2024, 2025, 2026)] == ["-30,000.00", "25,000.00", "0.00"]
    assert side.present() == {
        "municipality": Decimal("24149.66"),
        "region": Decimal("0.00"),
        "state": Decimal("15623.58"),
        "citizen": Decimal("0.00"),
        "others": Decimal("-6190.47"),
    }
    assert side.net() == Decimal("33582.77")
    assert (side.break_even(), side.break_even("municipality"), side.break_even("others")) == (2024, 2024, None)


def test_one_point_more_or_less_and_the_ends_of_the_interval() -> None:
    """Together 10,000, 20,000 and 5,000. At 4 %: 10,000 + 19,230.7692 + 4,622.7811; at 6 %: 10,000 + 18,867.9245 + 4,449.9822. With one week each
    instead of four 2024 is 10,000 - 30,000, 2025 is 5,000, 2026 is 2,500 - 5,000; at 5 % -20,000 + 4,761.9048 - 2,267.5737. With seven it is 40,000, 35,000 and
    12,500: 40,000 + 33,333.3333 + 11,337.8685."""
    less, agreed, more = made().sensitivity()
    assert (less.expected["value"], more.expected["value"]) == (Decimal("33853.55"), Decimal("33317.91"))
    assert agreed.expected == {"low": Decimal("-17505.67"), "value": Decimal("33582.77"), "high": Decimal("84671.20")}
    assert set(agreed.realised.values()) == {None}
    assert made().expected["low"].break_even() is None


def test_the_average_stands_beside_and_the_case_is_made_on_the_marginal() -> None:
    """At 1,500.00 a week in place of 1,000.00 the saved weeks of 2024 are 60,000.00."""
    found = made()
    assert money(found.average, what=("consequence",), year=2024) == "60,000.00"
    assert money(found.expected["value"], what=("consequence",), year=2024) == "40,000.00"


def by_claims(of: OutcomeContract, state: str, **given: Any) -> list[Found]:
    return found_in(of, {("uger", "p2024"): result(**given)}, {("betaling", "p2024"): state})


def realised(of: OutcomeContract, found: list[Found]) -> Case:
    return case(of, schedules(of), found, moved(of, [("kommune", 2025, Decimal("-20400.00")), ("udfoerer", 2025, Decimal("20400.00"))]))


def test_what_came_is_worked_from_the_estimate_and_its_interval() -> None:
    """Eight people, five weeks each [2, 8]: 40 weeks, between 16 and 64. 20,400.00 was paid in 2025, 20,000.00 of 2024."""
    of = contract()
    found = realised(of, by_claims(of, "due"))
    assert found.is_whole
    assert [money(found.realised[end], what=("consequence",), year=2024) for end in ENDS] == ["16,000.00", "40,000.00", "64,000.00"]
    assert money(found.realised["value"], payer="municipality", year=2025) == "-4,000.00"
    assert money(found.alike, name="ydelse", what=("consequence",)) == "70,000.00"
    assert found.sensitivity()[1].realised["value"] == found.expected["value"].net()


@pytest.mark.parametrize(
    ("state", "given", "why"), [("held", {}, "held"), ("not_due", {}, "not_due"), ("due", {"mean": "30"}, "not_estimated"), ("due", {"people": 0}, "nobody_counted")]
)
def test_what_is_held_or_not_estimated_is_not_known_and_never_nought(state: str, given: dict[str, Any], why: str) -> None:
    of = contract()
    found = realised(of, by_claims(of, state, **given))
    assert [item.not_known for item in found.not_known] == [why]
    assert not found.is_whole
    assert not found.has_results
    assert set(found.sensitivity()[1].realised.values()) == {None}


def test_a_claim_that_no_board_knows_is_not_known() -> None:
    of = contract()
    assert [item.not_known for item in found_in(of, {("uger", "p2024"): result()}, {})] == ["not_decided"]
    assert [item.not_known for item in found_in(of, {}, {("betaling", "p2024"): "due"})] == ["not_estimated"]


def test_a_payment_that_is_not_decided_leaves_its_payers_open_in_its_year() -> None:
    """The effect of 2024 is known, what is paid for it in 2025 is not: the sums of both purses are open in 2025, and nothing is told as a whole."""
    of = contract()
    found = case(of, schedules(of), by_claims(of, "due"), {}, [("betaling", "p2024")])
    assert (found.is_whole, found.has_results) == (False, True)
    assert [(payer, year) for payer in PAYERS for year in (2024, 2025, 2026) if found.is_open(payer, year)] == [("municipality", 2025), ("others", 2025)]
    assert (found.is_open(None, None), found.is_open("citizen", None)) == (True, False)
    assert undecided(of, {("betaling", "p2024"): "held"}) == [("betaling", "p2024")]
    assert undecided(of, {("betaling", "p2024"): "not_met"}) == []


def test_a_claim_period_that_is_not_known_leaves_open_what_would_follow_from_it() -> None:
    """The saving and its refund would last from 2024 to 2026; others have no part of it."""
    of = contract()
    found = realised(of, by_claims(of, "held"))
    open_places = [(payer, year) for payer in PAYERS for year in (2023, 2024, 2025, 2026, 2027) if found.is_open(payer, year)]
    assert open_places == [(payer, year) for payer in ("municipality", "state") for year in (2024, 2025, 2026)]


def test_where_less_is_better_the_sign_and_the_ends_turn() -> None:
    worth = value()
    worth["effects"][0]["better"] = "lower"
    of = contract(worth)
    (found,) = by_claims(of, "due", each="-5.0", low="-8.0", high="2.0")
    assert (found.each, found.low, found.high) == (5, -2, 8)


def test_without_a_comparison_the_mean_less_what_came_anyway_is_taken_and_has_no_interval() -> None:
    """A mean of 30 weeks, of which 40 % would have come anyway: 18."""
    worth = value()
    del worth["effects"][0]["interval"]
    worth["effects"][0].update(figure="mean", deadweight=Decimal("0.40"))
    of = contract(worth, is_compared=False)
    (found,) = by_claims(of, "due", mean="30")
    assert (found.each, found.low, found.high) == (18, None, None)
    whole = realised(of, [found])
    assert whole.without_comparison == ("uger",)
    assert (whole.realised["low"], whole.realised["high"]) == (None, None)
    assert money(whole.realised["value"], what=("consequence",), year=2024) == "144,000.00"


def test_what_was_spent_takes_the_place_of_what_was_agreed() -> None:
    worth = value()
    worth["costs"][0]["came_to"] = {2024: Decimal("31234.56")}
    found = made(worth)
    assert money(found.expected["value"], name="indsats") == "-30,000.00"
    assert money(found.realised["value"], name="indsats") == "-31,234.56"


def test_the_marginal_day_of_a_dear_placement_saves_the_municipality_a_quarter() -> None:
    """2,500,000.00 a year is 6,849.32 a day. Above 2,120,000.00 the state refunds 75 %, so the marginal day saves the municipality 1,712.33. Of the
    whole year it refunds 25 % of 820,000, 50 % of 440,000 and 75 % of 380,000 = 710,000.00, 28.4 %, so an average day would be 4,904.11."""
    worth = placement()
    worth["effects"][0]["expected"].update(each=Decimal("1.0"), people={"p2022": 1})
    of = contract(worth, periods=(2022,))
    found = case(of, schedules(of))
    asked: dict[str, Any] = {"payer": "municipality", "what": ("consequence", "refund")}
    assert money(found.expected["value"], what=("consequence",)) == "6,849.32"
    assert (money(found.expected["value"], **asked), money(found.average, **asked)) == ("1,712.33", "4,904.11")


@pytest.mark.parametrize(("days", "net"), [("365.0", "1,790,000.00"), ("1.0", "1,712.33"), ("100.0", "247,465.76"), ("-1.0", "-1,712.33")])
def test_a_whole_year_out_of_care_saves_what_the_year_cost_the_municipality(days: str, net: str) -> None:
    """365 days save 2,500,000 - 710,000. 100 days save 684,931.51, of which the topmost 380,000 are refunded at 75 % and the other 304,931.51 at 50 %: 285,000 +
    152,465.75 = 437,465.75 goes back to the state, and 247,465.76 is left. A day more in care costs what a day less saves."""
    worth = placement()
    worth["effects"][0]["expected"].update(each=Decimal(days), low=Decimal("-1.0"), high=Decimal("365.0"), people={"p2022": 1})
    of = contract(worth, periods=(2022,))
    side = case(of, schedules(of)).expected["value"]
    assert money(side, payer="municipality", what=("consequence", "refund")) == net


def test_a_year_has_as_many_days_as_it_has() -> None:
    """2,500,000.00 / 365 = 6,849.32, and / 366 = 6,830.60 in a leap year."""
    assert [units_a_year("day", year) for year in (2023, 2024, 2100, 2000)] == [365, 366, 365, 366]
    assert units_a_year("week", 2023) == Fraction(365, 7)
    worth = placement()
    worth["effects"][0]["expected"].update(each=Decimal("1.0"), people={"p2024": 1})
    of = contract(worth)
    assert money(case(of, schedules(of)).expected["value"], what=("consequence",)) == "6,830.60"


BENEFITS, DEAR = listed()["ydelser"], listed()["dyre_enkeltsager"]


@pytest.mark.parametrize(("week", "share"), [(1, "0.8"), (4, "0.8"), (5, "0.4"), (26, "0.4"), (27, "0.3"), (52, "0.3"), (53, "0.2"), (500, "0.2")])
def test_each_week_of_a_course_has_its_share(week: int, share: str) -> None:
    assert share_of_week(BENEFITS[0], week) == Fraction(share)


def test_a_year_from_the_first_week_has_the_mean_of_its_weeks() -> None:
    """4 x 80 % + 22 x 40 % + 26 x 30 % = 3.2 + 8.8 + 7.8 = 19.8 of 52 weeks; the next year is all at 20 %; a year from week 52 has one week at 30 %."""
    assert share_of_year(BENEFITS[0], 1, 0) == Fraction(198, 520)
    assert share_of_year(BENEFITS[0], 1, 1) == Fraction(1, 5)
    assert share_of_year(BENEFITS[0], 52, 0) == Fraction("0.3") / 52 + Fraction("0.2") * 51 / 52


def test_the_schedule_that_holds_is_that_of_the_day() -> None:
    assert on(BENEFITS, dt.date(2016, 1, 3)) is None
    levels = [(found.price_level, found.steps[0][0]) for found in (on(DEAR, dt.date(2021, 12, 31)), on(DEAR, dt.date(2022, 1, 1))) if found is not None]
    assert levels == [(2020, Decimal("830000.00")), (2022, Decimal("860000.00"))]


@pytest.mark.parametrize(("amount", "refund"), [(860_000, 0), (1_680_000, 205_000), (2_120_000, 425_000), (2_500_000, 710_000), (0, 0)])
def test_a_year_is_refunded_step_by_step(amount: int, refund: int) -> None:
    assert refund_of(DEAR[1], Fraction(amount), Fraction(1)) == refund


def test_the_steps_of_a_schedule_move_with_prices() -> None:
    """At prices 10 % higher, 946,000 takes the place of 860,000."""
    assert refund_of(DEAR[1], Fraction(946_000), Fraction(11, 10)) == 0
    assert refund_of(DEAR[1], Fraction(946_100), Fraction(11, 10)) == 25


def test_an_effect_is_of_the_year_in_which_its_claim_period_ends() -> None:
    """The period runs up to, and not including, its end: one that ends on 1 January is of the year before."""
    of = contract()
    (period,) = of.claims_of("uger")
    assert (period.end, year_of(period)) == (day(2025), 2024)


def test_payments_of_other_years_are_told_apart() -> None:
    of = contract()
    found = case(of, schedules(of), (), moved(of, [("kommune", 2027, Decimal("-10.00")), ("kommune", 2025, Decimal("-5.00"))]))
    assert dict(found.outside) == {"municipality": Decimal("-10.00")}
    assert money(found.realised["value"], what=("payment",), payer="municipality", is_nominal=True) == "-5.00"


def test_what_is_not_there_is_said_in_words() -> None:
    of = contract()
    assert of.value is not None
    with pytest.raises(ValueError, match="the index 'P/L' has no level for 2031"):
        carried(Fraction(1), of.value.index, 2024, 2031)
    with pytest.raises(ValueError, match=r"no discount rate holds on 2020-01-01; the first holds from 2021-01-01"):
        of.value.discount.rates.on(day(2020))
    with pytest.raises(ValueError, match="has no 'value', so there is no investment case"):
        case(of.model_copy(update={"value": None}), {})
    closed: Refunding = Refunding("week", day(2016), day(2017), None, BENEFITS[0].steps, "s")
    with pytest.raises(ValueError, match="the refund schedule 'ydelser' does not hold on 2024-01-01"):
        case(of, {"ydelser": (closed,)})


def test_only_final_claims_of_the_contract_say_how_it_stands() -> None:
    row = {"contract": "lille", "trigger": "betaling", "claim_period": "p2024", "kind": "final", "state": "due"}
    rows = [row, {**row, "kind": "on_account", "state": "held"}, {**row, "contract": "anden", "state": "held"}]
    assert states_of("lille", rows) == {("betaling", "p2024"): "due"}


def test_cents_go_to_those_that_lost_most_and_come_to_the_whole() -> None:
    """Three thirds of 0.05 are 0.016667 each: two cents to the first two."""
    thirds = parts_in_cents(dict.fromkeys("abc", Fraction(5, 300)))
    assert thirds == {"a": Decimal("0.02"), "b": Decimal("0.02"), "c": Decimal("0.01")}
    assert sum(parts_in_cents({"a": Fraction(-1, 300), "b": Fraction(-2, 300)}).values()) == Decimal("-0.01")
