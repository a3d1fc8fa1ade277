"""Caps, shares of payers, second chances and too few people, from deciding to the ledger and back: nights of one contract."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from home_days_given import PER_DAY, payment
from nights_given import Town, town_at

from pipelines.cohorts import Frozen
from pipelines.contracts.outcome import OutcomeContract
from pipelines.ledger.journal import read

MARCH, DECEMBER, JUNE = dt.date(2025, 3, 1), dt.date(2025, 12, 1), dt.date(2026, 6, 15)
FINALS = {"hjemmedage/2024H2": {"a": 60, "b": 40}, "hjemmedage/2025H1": {"a": 50, "b": 30}}
PARTIES = [{"id": name, "name": name, "roles": roles} for name, roles in {"kommune": ["payer"], "fond": ["payer"], "familiehuset": ["provider"]}.items()]


def plain(name: str = "hjemmedage", **more: Any) -> dict[str, Any]:
    """A payment of 10.00 a day, finally only, for two claim periods."""
    made = payment(id=name, adjust=[], **more)
    del made["on_account"]
    return {**made, "claim_periods": [{key: day for key, day in period.items() if key != "on_account_from"} for period in made["claim_periods"]][:2]}


def agreed(folder: Path, *payments: dict[str, Any], days: Any = None, **terms: Any) -> Town:
    town = town_at(folder, days or FINALS)
    town.made = OutcomeContract.model_validate({**town.made.model_dump(by_alias=True), "parties": PARTIES, "payments": list(payments) or [plain()], **terms})
    return town


IN_ALL = {"in_all": {"clause": "§9", "amount": Decimal("1500.00")}}


def test_a_cap_in_all_leaves_the_later_claim_what_the_earlier_one_left(tmp_path: Path) -> None:
    town = agreed(tmp_path, caps=IN_ALL)
    town.night(DECEMBER)
    assert town.amounts() == {"hjemmedage/2024H2/final": "1000.00"}
    town.night(JUNE)
    assert town.amounts() == {"hjemmedage/2024H2/final": "1000.00", "hjemmedage/2025H1/final": "500.00"}
    assert town.posted["hjemmedage/2025H1/final"].body["reason"] == "80 days at 10.00 each, 500.00 after the contract's caps"


def test_claims_of_one_night_share_a_cap_in_the_order_of_the_contract(tmp_path: Path) -> None:
    town = agreed(tmp_path, caps=IN_ALL)
    town.night(JUNE)
    assert town.amounts() == {"hjemmedage/2024H2/final": "1000.00", "hjemmedage/2025H1/final": "500.00"}


def test_a_night_that_is_run_again_says_the_same_under_a_cap(tmp_path: Path) -> None:
    town = agreed(tmp_path, caps=IN_ALL)
    first = town.night(JUNE)
    files = town.files()
    assert [(item.amount, item.fingerprint) for item in town.night(JUNE)] == [(item.amount, item.fingerprint) for item in first]
    assert town.files() == files


def test_a_posted_claim_is_said_as_it_was_when_it_was_posted(tmp_path: Path) -> None:
    """The first claim was held while the second was paid; what the second left is the first's, and the second stays what it was."""
    town = agreed(tmp_path, caps=IN_ALL)
    town.no_result = {"hjemmedage/2024H2"}
    town.night(JUNE)
    assert town.amounts() == {"hjemmedage/2025H1/final": "800.00"}
    town.no_result = set()
    first, second = town.night(JUNE + dt.timedelta(days=1))
    assert (str(first.amount), str(second.amount)) == ("700.00", "800.00")
    assert town.amounts() == {"hjemmedage/2024H2/final": "700.00", "hjemmedage/2025H1/final": "800.00"}


def test_payments_are_posted_in_the_order_they_share_a_cap_in(tmp_path: Path) -> None:
    """What stands first in the contract has its part first, whatever it is called; and nothing is asked of either afterwards."""
    town = agreed(tmp_path, plain("sidst_i_alfabetet"), plain("anden", payee="kommune"), caps=IN_ALL, days={"hjemmedage/2024H2": {"a": 100}})
    town.night(DECEMBER)
    assert town.amounts() == {"sidst_i_alfabetet/2024H2/final": "1000.00", "anden/2024H2/final": "500.00"}
    again = town.night(DECEMBER + dt.timedelta(days=1))
    assert [str(item.amount) for item in again if item.claim_period == "2024H2"] == ["1000.00", "500.00"]
    assert "question" not in {entry.kind for entry in read(town.home).entries}


def test_on_account_and_final_count_once_each_towards_a_cap(tmp_path: Path) -> None:
    """On account 80 % of 600.00 = 480.00; finally 1,000.00, of which 480.00 is paid and 220.00 is left of 700.00."""
    town = agreed(
        tmp_path, payment(adjust=[]), days={"foreloebig/2024H2": {"a": 60}, "hjemmedage/2024H2": {"a": 100}}, caps={"in_all": {"clause": "§9", "amount": Decimal("700.00")}}
    )
    town.night(MARCH)
    town.night(DECEMBER)
    assert town.amounts() == {"hjemmedage/2024H2/on_account": "480.00", "hjemmedage/2024H2/final": "220.00"}


def test_payers_shares_are_posted_with_the_amount(tmp_path: Path) -> None:
    split = {"clause": "§7", "shares": {"kommune": Decimal("0.70"), "fond": Decimal("0.30")}}
    town = agreed(tmp_path, plain(split=split), caps={"per_payer": {"fond": {"clause": "§9", "amount": Decimal("400.00")}}})
    town.night(JUNE)
    assert {name: entry.body["shares"] for name, entry in town.posted.items()} == {
        "hjemmedage/2024H2/final": {"kommune": "700.00", "fond": "300.00"},
        "hjemmedage/2025H1/final": {"kommune": "560.00", "fond": "100.00"},
    }
    assert town.amounts()["hjemmedage/2025H1/final"] == "660.00"


def test_what_a_year_carries_is_paid_by_a_later_night(tmp_path: Path) -> None:
    caps = {"per_year": {"clause": "§9", "amount": Decimal("900.00"), "year": "calendar", "by": "claim_period", "excess": "carried"}}
    town = agreed(tmp_path, caps=caps)
    town.night(DECEMBER)
    town.night(JUNE)
    assert town.amounts() == {"hjemmedage/2024H2/final": "900.00", "hjemmedage/2025H1/final": "900.00"}
    assert [entry.body["carried"] for entry in town.posted.values()] == ["100.00", "-100.00"]


SECOND = plain("sammen", rule={**PER_DAY}, payee="kommune", unless_paid={"clause": "§8", "payments": ["hjemmedage"]})


@pytest.mark.parametrize(("days", "paid"), [({"a": 0}, {"hjemmedage": "0.00", "sammen": "0.00"}), ({"a": 9}, {"hjemmedage": "90.00", "sammen": "0.00"})])
def test_a_second_chance_is_decided_after_the_first(tmp_path: Path, days: dict[str, int], paid: dict[str, str]) -> None:
    town = agreed(tmp_path, plain(), SECOND, days={"hjemmedage/2024H2": days})
    decisions = {item.trigger: item for item in town.night(DECEMBER) if item.claim_period == "2024H2"}
    assert {name: str(item.amount) for name, item in decisions.items()} == paid
    assert ("was paid by itself" in decisions["sammen"].reason) is bool(days["a"])


def test_a_second_chance_is_held_while_the_first_is(tmp_path: Path) -> None:
    town = agreed(tmp_path, plain(), {**SECOND, "pays_for": "foreloebig"}, days={"foreloebig/2024H2": {"a": 9}})
    second = next(item for item in town.night(DECEMBER) if (item.trigger, item.claim_period) == ("sammen", "2024H2"))
    assert second.holds[0]["rule"] == "first_chances_are_decided"
    assert town.amounts() == {}


@pytest.mark.parametrize(("people", "then", "state"), [(3, "not_met", "due"), (2, "not_met", "not_met"), (2, "held", "held")])
def test_a_closed_cohort_of_too_few_is_counted_by_its_frozen_list(tmp_path: Path, people: int, then: str, state: str) -> None:
    town = agreed(tmp_path)
    cohort = {**town.made.model_dump(by_alias=True)["cohorts"][0], "too_few": {"clause": "§6", "below": 3, "then": then}}
    town.made = OutcomeContract.model_validate({**town.made.model_dump(by_alias=True), "cohorts": [cohort]})
    frozen = pl.DataFrame({"role": ["treatment"] * people + ["comparison", "treatment"], "status": ["eligible"] * people + ["eligible", "ineligible"]})
    deciding = town.deciding(DECEMBER)
    deciding.frozen = lambda *_: Frozen(DECEMBER, "c" * 64, frozen)
    first = deciding.contract(town.made)[0]
    assert first.state == state
    assert ("fewer than 3 people" in first.reason) is (state != "due")


TIERED = {"tiered_by_volume@1": {"tiers": {1: {dt.date(2024, 7, 1): Decimal("10.00")}, 121: {dt.date(2024, 7, 1): Decimal("1.00")}}, "unit": "day", "role": "treatment"}}
BONUS = {"per_person@1": {"price": {dt.date(2024, 7, 1): Decimal("100.00")}, "role": "treatment"}}
TOGETHER = {"combined@1": {"pays": "sum", "parts": [{"rule": TIERED}, {"weight": Decimal("0.50"), "rule": BONUS}]}}


@pytest.mark.parametrize(
    ("rule", "first", "second"),
    [
        pytest.param(TIERED, "1000.00", "260.00", id="of 80 days 20 are below the 121st in all: 200.00 + 60.00"),
        pytest.param(
            {"combined@1": {"pays": "sum", "parts": [{"rule": TIERED}, {"weight": Decimal("0.50"), "rule": BONUS}]}},
            "6000.00",
            "4260.00",
            id="and a bonus, of half of 100.00 a day",
        ),
    ],
)
@pytest.mark.parametrize("nights", [[DECEMBER, JUNE], [JUNE]])
def test_a_price_by_volume_counts_on_from_night_to_night(tmp_path: Path, rule: dict[str, Any], first: str, second: str, nights: list[dt.date]) -> None:
    town = agreed(tmp_path, plain(rule=rule))
    for night in nights:
        town.night(night)
    assert town.amounts() == {"hjemmedage/2024H2/final": first, "hjemmedage/2025H1/final": second}
    assert [str(item.amount) for item in town.night(JUNE + dt.timedelta(days=1)) if item.claim_period != "2025H2"] == [first, second]


PERSONS_CAP = {"cap_per_person@1": {"amount": Decimal("1000.00"), "over": "contract_life"}}
AT_LEAST_THREE = {"minimum_cohort@1": {"people": 3, "role": "treatment", "otherwise": "nothing"}}


@pytest.mark.parametrize("nights", [[DECEMBER, JUNE], [JUNE, JUNE], [JUNE]])
def test_a_claim_that_pays_nothing_takes_no_room_under_a_persons_cap(tmp_path: Path, nights: list[dt.date]) -> None:
    """Two people are too few in the first claim period, so that nothing is given for them; in the second there are three."""
    town = agreed(
        tmp_path, {**plain(), "adjust": [PERSONS_CAP, AT_LEAST_THREE]}, days={"hjemmedage/2024H2": {"a": 90, "b": 90}, "hjemmedage/2025H1": {"a": 100, "b": 100, "c": 100}}
    )
    for night in nights:
        town.night(night)
    assert town.amounts() == {"hjemmedage/2024H2/final": "0.00", "hjemmedage/2025H1/final": "3000.00"}
    assert "question" not in {entry.kind for entry in read(town.home).entries}


def test_a_least_amount_adds_up_to_its_lines_where_nobody_has_one(tmp_path: Path) -> None:
    guaranteed = {"guaranteed@1": {"at_least": {dt.date(2024, 7, 1): Decimal("500.00")}}}
    reaching = {
        "per_person_reaching@1": {"at_least": Decimal("90.0"), "unit": "day", "price": {dt.date(2024, 7, 1): Decimal("9.00")}, "priced_at": "window_end", "role": "treatment"}
    }
    town = agreed(tmp_path, {**plain(rule=reaching), "adjust": [guaranteed]})
    first = town.decide(DECEMBER)[0]
    assert (str(first.amount), str(first.adjusted), first.lines) == ("500.00", "500.00", ())


@pytest.mark.parametrize("nights", [[MARCH, dt.date(2025, 9, 1), DECEMBER, JUNE], [JUNE]])
def test_on_account_and_finally_each_period_is_numbered_after_those_that_came_first(tmp_path: Path, nights: list[dt.date]) -> None:
    """100 days each, 10.00 for the first 120 and 1.00 from the 121st: 1,000.00 and 200.00 + 80.00, whichever settlement comes between."""
    days = {f"{name}/{period}": {"a": 100} for name in ("foreloebig", "hjemmedage") for period in ("2024H2", "2025H1")}
    town = agreed(tmp_path, payment(rule=TIERED, adjust=[]), days=days)
    for night in nights:
        town.night(night)
    given = {period: sum((Decimal(amount) for name, amount in town.amounts().items() if period in name), Decimal(0)) for period in ("2024H2", "2025H1")}
    assert given == {"2024H2": Decimal("1000.00"), "2025H1": Decimal("280.00")}
