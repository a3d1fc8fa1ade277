"""What a contract says of all its payments together: caps of years, in all and of payers, shares of payers, second chances and too few people."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.canonical import canonical
from pipelines.contracts.outcome import OutcomeContract
from pipelines.payments.contract_wide import Given, Paid, difference_of, earlier_of, given_from, paid_of, rooms, second_chance, too_few

PROPERTY = settings(max_examples=200, deadline=None, derandomize=True, database=None)
NIGHT = dt.date(2026, 6, 30)
PERIODS: list[dict[str, Any]] = [
    {"id": "2024", "from": dt.date(2024, 7, 1), "to": dt.date(2024, 11, 1), "decided_from": dt.date(2025, 6, 1)},
    {"id": "winter", "from": dt.date(2024, 11, 1), "to": dt.date(2025, 2, 1), "decided_from": dt.date(2025, 6, 1)},
    {"id": "2025", "from": dt.date(2025, 2, 1), "to": dt.date(2025, 7, 1), "decided_from": dt.date(2026, 6, 1)},
]
PER_PERSON = {"per_person@1": {"price": {dt.date(2024, 6, 1): Decimal("10.00")}, "role": "treatment"}}


def payment(name: str = "job", **more: Any) -> dict[str, Any]:
    return {"id": name, "clause": "§1", "pays_for": "job", "payer": "kommune", "payee": "hus", "rule": PER_PERSON, "claim_periods": PERIODS, **more}


def contract(*payments: dict[str, Any], too_few: dict[str, Any] | None = None, **more: Any) -> OutcomeContract:
    enrolled = {"from": dt.date(2024, 7, 1), "to": dt.date(2025, 1, 1)}
    cohort = {"id": "edge", "clause": "§2", "from": "referrals", "enrolled": enrolled, "enrolled_on": "dato", **({"too_few": too_few} if too_few else {})}
    plain = {
        "contract": "hjem",
        "version": 1,
        "title": "Hjem",
        "model": "payment_by_results",
        "currency": "DKK",
        "term": {"from": dt.date(2024, 6, 1), "to": dt.date(2027, 7, 1)},
        "parties": [{"id": name, "name": name, "roles": ["payer"]} for name in ("kommune", "fond", "hus")],
        "cohorts": [cohort],
        "outcomes": [{"id": "job", "clause": "§3", "kind": "outcome", "cohort": "edge", "indicator": "enrolled@1"}],
        "payments": list(payments) or [payment()],
        "gate": {"profile": "standard@1"},
    }
    return OutcomeContract.model_validate({**plain, **more})


def gave(amount: Any, period: str = "2024", trigger: str = "job", kind: str = "final", **more: Any) -> Given:
    return replace(Given(trigger, period, kind, dt.date(2025, 6, 1), Decimal(amount)), **more)


def pay(made: OutcomeContract, amount: str, *before: Given, period: int = 2, trigger: int = 0, shares: dict[str, Decimal] | None = None) -> Paid:
    agreed = made.payments[trigger]
    return paid_of(made, agreed, agreed.claim_periods[period], Decimal(amount), as_of=NIGHT, given=before, shares=shares)


IN_ALL = {"in_all": {"clause": "§9", "amount": Decimal("1000.00")}}


@pytest.mark.parametrize(
    ("amount", "before", "paid"),
    [("999.99", "0.00", "999.99"), ("1000.00", "0.00", "1000.00"), ("1000.01", "0.00", "1000.00"), ("600.01", "400.00", "600.00"), ("1.00", "1200.00", "0.00")],
)
def test_a_cap_in_all_leaves_room_for_what_every_payment_gave(amount: str, before: str, paid: str) -> None:
    made = contract(payment(), payment("bolig"), caps=IN_ALL)
    assert str(pay(made, amount, gave(before, trigger="bolig")).amount) == paid


def test_what_a_cap_takes_is_said_with_its_clause() -> None:
    found = pay(contract(caps=IN_ALL), "600.01", gave("400.00"))
    assert found.words == ("the cap of 1,000.00 in all less 400.00 given before leaves 600.00: 600.01 - 0.01 = 600.00   (§9)",)
    assert pay(contract(caps=IN_ALL), "600.00", gave("400.00")).words == ()


def test_what_is_paid_back_is_not_capped_and_makes_room() -> None:
    assert str(pay(contract(caps=IN_ALL), "-50.00", gave("1000.00")).amount) == "-50.00"
    assert str(pay(contract(caps=IN_ALL), "80.00", gave("1000.00"), gave("-50.00")).amount) == "50.00"


def year_cap(by: str = "claim_period", excess: str = "lapses", year: str = "calendar", amount: str = "1000.00") -> dict[str, Any]:
    return {"per_year": {"clause": "§9", "amount": Decimal(amount), "year": year, "by": by, "excess": excess}}


@pytest.mark.parametrize("by", ["claim_period", "payment", "service_day"])
def test_another_years_payments_take_no_room(by: str) -> None:
    """One for 2024 that was paid in 2025, and one for 2025 that is paid in 2026."""
    assert str(pay(contract(caps=year_cap(by)), "600.00", gave("700.00", "2024")).amount) == "600.00"


def test_the_same_years_payments_do() -> None:
    found = pay(contract(caps=year_cap("payment")), "600.00", gave("700.00", "2024", as_of=dt.date(2026, 1, 1)))
    assert str(found.amount) == "300.00"
    assert found.words == ("the cap of 1,000.00 for 2026 less 700.00 given before leaves 300.00 of 600.00; 300.00 lapses   (§9)",)


def test_a_period_over_new_year_is_of_both_years_by_its_days_of_service() -> None:
    """61 of 92 days are of 2024 and 31 of 2025: of 920.00 610.00 and 310.00. 2024 has 500.00 left, so 110.00 is cut."""
    found = pay(contract(caps=year_cap("service_day")), "920.00", gave("500.00", "2024"), period=1)
    assert str(found.amount) == "810.00"
    assert found.words == ("the cap of 1,000.00 for 2024 less 500.00 given before leaves 500.00 of 610.00; 110.00 lapses   (§9)",)


def test_the_contracts_own_year_begins_on_its_first_day() -> None:
    """The term begins on 1 June. What ends in October 2024 and January 2025 is of its first year, what ends on 30 June 2025 of its second."""
    made = contract(caps=year_cap(year="contract"))
    assert str(pay(made, "600.00", gave("700.00", "2024"), period=1).amount) == "300.00"
    assert str(pay(made, "600.00", gave("700.00", "winter")).amount) == "600.00"
    assert str(pay(contract(caps=year_cap()), "600.00", gave("700.00", "winter")).amount) == "300.00"


def test_what_is_carried_is_paid_in_the_next_year_as_far_as_its_cap_goes() -> None:
    made = contract(caps=year_cap(excess="carried"))
    first = pay(made, "1300.00", period=0)
    assert (str(first.amount), str(first.carried)) == ("1000.00", "300.00")
    second = pay(made, "800.00", gave("1000.00", "2024", carried=first.carried))
    assert (str(second.amount), str(second.carried)) == ("1000.00", "-200.00")
    assert second.words[0] == "300.00 carried from before: 800.00 + 300.00 = 1,100.00   (§9)"
    assert first.carried + second.carried == 100


def test_what_lapses_never_comes_back() -> None:
    made = contract(caps=year_cap())
    assert pay(made, "1300.00", period=0).carried == 0
    assert str(pay(made, "800.00", gave("1000.00", "2024", carried=Decimal("300.00"))).amount) == "800.00"


SPLIT = {"clause": "§7", "shares": {"kommune": Decimal("0.70"), "fond": Decimal("0.30")}}


@pytest.mark.parametrize(
    ("amount", "fond", "kommune"), [("100.00", "30.00", "70.00"), ("0.05", "0.02", "0.03"), ("0.01", "0.00", "0.01"), ("-0.05", "-0.02", "-0.03"), ("0.00", "0.00", "0.00")]
)
def test_payers_share_every_amount_and_the_payer_takes_the_residual(amount: str, fond: str, kommune: str) -> None:
    found = pay(contract(payment(split=SPLIT)), amount)
    assert {name: str(part) for name, part in found.shares.items()} == {"kommune": kommune, "fond": fond}
    assert str(found.amount) == amount


def test_no_payer_is_left_with_less_than_nought_of_a_cent() -> None:
    halves = {"clause": "§7", "shares": {"fond": Decimal("0.50"), "hus": Decimal("0.50"), "kommune": Decimal("0.00")}}
    assert {name: str(part) for name, part in pay(contract(payment(split=halves)), "0.01").shares.items()} == {"fond": "0.01", "hus": "0.00", "kommune": "0.00"}
    assert {name: str(part) for name, part in pay(contract(payment(split=halves)), "-0.01").shares.items()} == {"fond": "-0.01", "hus": "0.00", "kommune": "0.00"}


def test_shares_are_said() -> None:
    assert pay(contract(payment(split=SPLIT)), "0.05").words == ("shared by payers: kommune 70.00 % = 0.03, fond 30.00 % = 0.02; kommune takes the residual   (§7)",)


def test_what_a_rule_says_each_payer_owes_comes_before_the_contracts_shares() -> None:
    found = pay(contract(payment(split=SPLIT)), "100.00", shares={"kommune": Decimal("20.00"), "fond": Decimal("180.00")})
    assert found.shares == {"kommune": Decimal("10.00"), "fond": Decimal("90.00")}


def test_a_payers_cap_cuts_its_own_part_and_nobody_pays_it_instead() -> None:
    caps = {"per_payer": {"fond": {"clause": "§9", "amount": Decimal("100.00")}}}
    made = contract(payment(split=SPLIT), payment("bolig", payer="fond"), caps=caps)
    found = pay(made, "200.00", gave("50.00", shares={"kommune": Decimal("35.00"), "fond": Decimal("15.00")}), gave("40.00", trigger="bolig"))
    assert found.shares == {"kommune": Decimal("140.00"), "fond": Decimal("45.00")}
    assert str(found.amount) == "185.00"
    assert found.words[-1] == "the cap of 100.00 on what fond pays less 55.00 given before leaves 45.00: 60.00 - 15.00 = 45.00   (§9)"
    assert str(pay(made, "200.00", gave("50.00", trigger="bolig"), trigger=1).amount) == "50.00"


ALL_YEARS = [{"id": "alle", "from": dt.date(2024, 7, 1), "to": dt.date(2025, 7, 1), "decided_from": NIGHT}]
SECOND = payment("sammen", unless_paid={"clause": "§8", "payments": ["job"]}, claim_periods=ALL_YEARS)


def chance(*before: Given) -> tuple[str, str]:
    made = contract(payment(), SECOND)
    return second_chance(made, made.payments[1], made.payments[1].claim_periods[0], before)


def test_a_second_chance_waits_for_every_first_one() -> None:
    words = "job winter, job 2025 is not decided finally, and this is paid only when nothing was given for it"
    assert chance(gave("0.00", "2024"), gave("9.00", "2025", kind="on_account")) == ("held", words)


def test_a_second_chance_is_for_those_that_got_nothing() -> None:
    nothing = [gave("0.00", period) for period in ("2024", "winter", "2025")]
    assert chance(*nothing) == ("", "")
    assert chance(*nothing[:2], gave("9.00", "2025", kind="on_account"), gave("-9.00", "2025")) == ("", "")
    assert chance(*nothing[:2], gave("9.00", "2025")) == ("not_met", "job 2025 was paid by itself, so there is no second chance")
    assert second_chance(contract(), contract().payments[0], contract().payments[0].claim_periods[0], ()) == ("", "")


@pytest.mark.parametrize(("then", "state"), [("not_met", "not_met"), ("fallback", "not_met"), ("held", "held"), ("merged_with_next", "held"), (None, "")])
def test_a_cohort_of_too_few_is_what_the_contract_says(then: str | None, state: str) -> None:
    made = contract(too_few={"clause": "§6", "below": 80, "then": then} if then else None)
    assert too_few(made, made.payments[0], ["edge"]) == ((state, "the cohort edge has fewer than 80 people   (§6)") if state else ("", ""))
    assert too_few(made, made.payments[0], []) == ("", "")


def test_what_a_contract_falls_back_on_is_not_refused_for_the_same_few_people() -> None:
    made = contract(payment(), SECOND, too_few={"clause": "§6", "below": 80, "then": "fallback"})
    assert [too_few(made, item, ["edge"])[0] for item in made.payments] == ["not_met", ""]


def test_what_earlier_claims_came_to_counts_each_claim_period_once() -> None:
    made = contract(payment(), payment("bolig"))
    before = [
        gave("80.00", "2024", kind="on_account", counted=Fraction(8)),
        gave("20.00", "2024", counted=Fraction(10)),
        gave("7.00", "winter", kind="on_account", counted=Fraction(7)),
        gave("9.00", "2025", counted=Fraction(99)),
        gave("9.00", "2024", trigger="bolig", counted=Fraction(99)),
    ]
    found = earlier_of(made.payments[0], made.payments[0].claim_periods[2], before)
    assert (found.counted, found.amount) == (Fraction(17), Decimal("107.00"))


def test_those_that_count_on_from_this_one_are_left_out_of_what_it_counts_on_from() -> None:
    """2024 and then winter were settled on account; the final one of 2024 is numbered from nought again, and winter's after it."""
    made = contract()
    job, (first, second, _) = made.payments[0], made.payments[0].claim_periods
    before = [gave("80.00", "2024", kind="on_account", counted=Fraction(8)), gave("7.00", "winter", kind="on_account", counted=Fraction(7))]
    assert (earlier_of(job, first, before).counted, earlier_of(job, first, before).given) == (0, Decimal("7.00"))
    assert (earlier_of(job, second, before).counted, earlier_of(job, second, before).amount) == (8, Decimal("80.00"))


def test_what_is_carried_and_still_owed_takes_room_under_a_cap_over_the_life() -> None:
    job = contract().payments[0]
    assert earlier_of(job, job.claim_periods[2], [gave("600.00", carried=Decimal("400.00"))]).given == Decimal("1000.00")


def test_a_year_that_a_cap_cut_keeps_what_it_was_left_and_not_its_days_share() -> None:
    """Of 920.00 for winter 610.00 are of 2024 and 310.00 of 2025; with 300.00 a year both are 300.00, and 2025 has nothing left."""
    made = contract(caps=year_cap("service_day", amount="300.00"))
    winter = pay(made, "920.00", period=1)
    assert (str(winter.amount), winter.years) == ("600.00", {"2024": Decimal("300.00"), "2025": Decimal("300.00")})
    assert pay(made, "500.00", gave("600.00", "winter", years=winter.years)).amount == 0


def test_what_is_paid_back_uses_up_what_was_brought() -> None:
    made = contract(caps=year_cap(excess="carried"))
    found = pay(made, "-600.00", gave("1000.00", "2024", carried=Decimal("100.00")))
    assert (str(found.amount), str(found.carried)) == ("-500.00", "-100.00")


def test_a_claim_that_is_refused_brings_nothing() -> None:
    made = contract(caps=year_cap(excess="carried"))
    found = paid_of(made, made.payments[0], made.payments[0].claim_periods[2], Decimal(0), as_of=NIGHT, given=[gave("0.00", carried=Decimal("100.00"))], brings=False)
    assert (found.amount, found.carried) == (0, 0)


def test_a_first_chance_that_is_owed_what_a_year_carries_is_paid() -> None:
    nothing = [gave("0.00", period) for period in ("2024", "winter")]
    assert chance(*nothing, gave("0.00", "2025", carried=Decimal("400.00")))[0] == "not_met"


CAPPED = {"per_payer": {"fond": {"clause": "§9", "amount": Decimal("100.00")}}}


def test_payers_finally_pay_what_they_owe_of_the_whole_less_what_they_gave_on_account() -> None:
    """On account 80 % of 1,000.00: fond's 240.00 is cut to 100.00, and 660.00 are given. Of the whole fond owes 100.00 and kommune 700.00."""
    made = contract(payment(split=SPLIT), caps=CAPPED)
    account = pay(made, "800.00")
    assert account.shares == {"kommune": Decimal("560.00"), "fond": Decimal("100.00")}
    found = pay(made, "340.00", gave("660.00", "2025", kind="on_account", shares=account.shares))
    assert found.shares == {"kommune": Decimal("140.00"), "fond": Decimal("0.00")}
    assert found.words[-1] == "less given by each before: kommune 700.00 - 560.00 = 140.00, fond 100.00 - 100.00 = 0.00"


def test_payers_get_back_what_they_gave_more_than_they_owe() -> None:
    made = contract(payment(split=SPLIT), caps=CAPPED)
    shares = {"kommune": Decimal("560.00"), "fond": Decimal("100.00")}
    found = pay(made, "-60.00", gave("660.00", "2025", kind="on_account", shares=shares))
    assert (str(found.amount), found.shares) == ("-140.00", {"kommune": Decimal("-140.00"), "fond": Decimal("0.00")})


def test_all_is_paid_back_to_those_who_gave_it() -> None:
    shares = {"kommune": Decimal("5600.00"), "fond": Decimal("2400.00")}
    found = pay(contract(), "-8000.00", gave("8000.00", "2025", kind="on_account", shares=shares))
    assert found.shares == {"kommune": Decimal("-5600.00"), "fond": Decimal("-2400.00")}


def test_what_was_given_comes_back_from_plain_data() -> None:
    made = gave("20.00", counted=Fraction(1, 3), carried=Decimal("-5.00"), shares={"fond": Decimal("6.00")})
    assert given_from(json.loads(canonical(made.as_data()))) == made


AMOUNTS = st.decimals(Decimal("0.01"), 10**6, places=2)


@given(amounts=st.lists(AMOUNTS, min_size=1, max_size=3), cap=AMOUNTS, share=st.decimals(Decimal("0.01"), Decimal("0.99"), places=2), excess=st.sampled_from(["lapses", "carried"]))
@PROPERTY
def test_whatever_the_amounts_shares_are_whole_and_no_cap_is_passed(amounts: list[Decimal], cap: Decimal, share: Decimal, excess: str) -> None:
    split = {"clause": "§7", "shares": {"kommune": 1 - share, "fond": share}}
    caps = {**year_cap("service_day", excess, amount=str(cap)), "in_all": {"clause": "§9", "amount": cap + 1}}
    made = contract(payment(split=split), caps=caps)
    before: list[Given] = []
    for place, amount in enumerate(amounts):
        found = pay(made, str(amount), *before, period=place)
        assert sum(found.shares.values()) == found.amount >= 0
        before.append(gave(found.amount, PERIODS[place]["id"], carried=found.carried, shares=found.shares))
    assert sum(item.amount for item in before) <= cap + 1
    assert sum(item.amount for item in before) <= sum(amounts)


def test_what_a_true_up_is_of_which_year_stays_with_it() -> None:
    """2024 is full at 300.00; winter comes to 920.00, of which 300.00 is of 2025, which is then full too."""
    made = contract(caps=year_cap("service_day", amount="300.00"))
    job = made.payments[0]
    before = [gave("300.00", "2024"), gave("0.00", "winter")]
    more = difference_of(made, job, job.claim_periods[1], Decimal("920.00"), as_of=NIGHT, given=before)
    assert (more.amount, more.years) == (Decimal("300.00"), {"2024": Decimal("0.00"), "2025": Decimal("300.00")})
    stands = [*before, gave(more.amount, "winter", kind="true_up_1", years=more.years)]
    back = difference_of(made, job, job.claim_periods[1], Decimal("-300.00"), as_of=NIGHT, given=stands)
    assert back.years == {"2024": Decimal("0.00"), "2025": Decimal("-300.00")}
    used = {room.of: room.used for room in rooms(made, [*stands, gave(back.amount, "winter", kind="true_up_2", years=back.years)])}
    assert used == {"2024": Decimal("300.00"), "2025": Decimal("0.00")}
