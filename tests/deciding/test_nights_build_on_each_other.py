"""Nights that build on one another: what was given on account and finally, to whom, and what a killed or repeated night changes: nothing."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from home_days_given import AFTER_ALL, CONDITION, FIRST, contract, payment
from nights_given import Days, Town, claims, killed_after, town_at

from pipelines import lines
from pipelines.errors import HomeError
from pipelines.ledger.journal import read

MARCH, DECEMBER, SEPTEMBER = dt.date(2025, 3, 1), dt.date(2025, 12, 1), dt.date(2025, 9, 1)
DAYS = {
    "foreloebig/2024H2": {"a": 60, "b": 90},
    "hjemmedage/2024H2": {"a": 55, "b": 100},
    "foreloebig/2025H1": {"a": 80, "b": 20},
    "hjemmedage/2025H1": {"a": 80, "b": 10},
    "foreloebig/2025H2": {"a": 1, "b": 2},
    "hjemmedage/2025H2": {"a": 1, "b": 2},
}
"""At 10.00 a day and at most 1,000.00 a person."""
REACHING = payment(
    id="reaching",
    on_account=None,
    adjust=[],
    rule={"per_person_reaching@1": {"at_least": Decimal("50.0"), "unit": "week", "price": {dt.date(2024, 7, 1): Decimal("7.00")}, "priced_at": "window_end", "role": "treatment"}},
    claim_periods=[{name: value for name, value in FIRST.items() if name != "on_account_from"}],
)


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return town_at(tmp_path / "town", DAYS)


def test_in_one_night_each_claim_builds_on_those_before_it(town: Town) -> None:
    """a: 550.00, then 450.00 of 800.00 is left under the cap, then nothing; b: 1,000.00 at once, then nothing."""
    assert list(claims(town.night(AFTER_ALL))) == [
        ("hjemmedage/2024H2/on_account", "due", "1200.00"),
        ("hjemmedage/2024H2/final", "due", "350.00"),
        ("hjemmedage/2025H1/on_account", "due", "360.00"),
        ("hjemmedage/2025H1/final", "due", "90.00"),
        ("hjemmedage/2025H2/on_account", "not_met", "0.00"),
        ("hjemmedage/2025H2/final", "not_met", "0.00"),
    ]
    assert [entry.posting_key.split("/", 2)[2] for entry in read(town.home).entries[1:]] == [
        "2024H2/all/on_account",
        "2024H2/all/final",
        "2025H1/all/on_account",
        "2025H1/all/final",
        "2025H2/all/on_account",
        "2025H2/all/final",
    ]


def test_over_several_nights_an_account_counts_until_its_final_settlement_does(town: Town) -> None:
    """In March 80 per cent of 600.00 + 900.00. In September a has 400.00 left and b 100.00: 80 per cent of 500.00. In December the first
    period is settled: a 550.00; b, who has 100.00 of the second period, gets 900.00 of 1,000.00; 1,450.00 less 1,200.00."""
    town.night(MARCH)
    town.night(SEPTEMBER)
    town.night(DECEMBER)
    assert town.amounts() == {"hjemmedage/2024H2/on_account": "1200.00", "hjemmedage/2025H1/on_account": "400.00", "hjemmedage/2024H2/final": "250.00"}


def test_the_entry_binds_the_lines_and_the_ledger_names_nobody(town: Town) -> None:
    town.night(MARCH)
    entry = town.posted["hjemmedage/2024H2/on_account"]
    assert lines.kept(town.home, entry.body["lines_sha256"]) == {"a": Fraction(600), "b": Fraction(900)}
    assert b'"a"' not in town.home.ledger.read_bytes()


NOTHING_FIRST = {**DAYS, "foreloebig/2024H2": {"a": 0}, "hjemmedage/2024H2": {"a": 0}}
NOTHING_ON_ACCOUNT = {**DAYS, "foreloebig/2024H2": {"a": 0}}
NOTHING_FINALLY = {**DAYS, "hjemmedage/2024H2": {"a": 0}, "hjemmedage/2025H1": {"b": 0}}
NIGHTS = [
    pytest.param(DAYS, (), ("due", "due", "due", "due", "not_met", "not_met"), id="all decided"),
    pytest.param(NOTHING_FIRST, (), ("not_met", "not_met", "due", "due", "due", "due"), id="nothing in the first period"),
    pytest.param(NOTHING_ON_ACCOUNT, (), ("not_met", "due", "due", "due", "not_met", "not_met"), id="nothing on account"),
    pytest.param(NOTHING_FINALLY, (), ("due", "due", "due", "due", "due", "due"), id="nothing finally"),
    pytest.param(DAYS, ("foreloebig/2024H2",), ("held", "due", "due", "due", "not_met", "not_met"), id="first account held"),
    pytest.param(DAYS, ("hjemmedage/2024H2",), ("due", "held", "due", "due", "not_met", "not_met"), id="first final held"),
    pytest.param(DAYS, ("hjemmedage/2024H2", "foreloebig/2024H2", "hjemmedage/2025H1"), ("held", "held", "due", "held", "due", "due"), id="three held"),
]


@pytest.mark.parametrize("as_of", [MARCH, SEPTEMBER, DECEMBER, AFTER_ALL])
@pytest.mark.parametrize(("days", "stopped", "states"), NIGHTS)
def test_running_a_night_again_decides_the_same_and_leaves_the_same_files(tmp_path: Path, as_of: dt.date, days: Days, stopped: tuple[str, ...], states: tuple[str, ...]) -> None:
    town = replace(town_at(tmp_path, days), no_result=set(stopped))
    first = town.night(as_of)
    before = town.files()
    for _ in range(2):
        assert town.night(as_of) == first
        assert town.files() == before


@pytest.mark.parametrize(("days", "stopped", "states"), NIGHTS)
def test_a_night_that_was_killed_anywhere_and_is_run_again_leaves_the_same_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: Days, stopped: tuple[str, ...], states: tuple[str, ...]
) -> None:
    payments = (payment(id="a_days"), payment(), REACHING)
    whole = replace(town_at(tmp_path / "whole", days, *payments), no_result=set(stopped))
    expected = whole.night(AFTER_ALL)
    assert tuple(made.state for made in expected[:6]) == states
    written = len(read(whole.home).entries) - 1
    assert written == 13
    for entries in range(written):
        town = replace(town_at(tmp_path / f"{entries}", days, *payments), no_result=set(stopped))
        assert killed_after(monkeypatch, town, AFTER_ALL, entries)
        assert len(read(town.home).entries) == 1 + entries
        assert town.night(AFTER_ALL) == expected
        assert town.files() == whole.files()


def test_what_was_held_and_is_decided_when_the_night_is_run_again_counts_all_that_stands(town: Town) -> None:
    """b was given 100.00 of the second period, so that the first period's final settlement, held until then, gives b no more than 900.00
    of 1,000.00, and a 550.00; 1,450.00 less 1,200.00 on account."""
    town.no_result = {"hjemmedage/2024H2"}
    town.night(AFTER_ALL)
    town.no_result = set()
    again = town.night(AFTER_ALL)
    assert town.amounts()["hjemmedage/2024H2/final"] == "250.00"
    before = town.files()
    assert town.night(AFTER_ALL) == again
    assert town.files() == before


def test_an_account_held_until_after_the_final_settlement_is_never_paid(town: Town) -> None:
    town.no_result = {"foreloebig/2024H2"}
    assert [made.state for made in town.night(DECEMBER)[:2]] == ["held", "due"]
    town.no_result = set()
    for as_of in (DECEMBER, DECEMBER + dt.timedelta(days=1)):
        made = town.night(as_of)[0]
        assert (made.state, made.amount) == ("not_due", Decimal("0.00"))
        assert made.reason.startswith("claim period 2024H2 is settled finally by entry ")
    assert "hjemmedage/2024H2/on_account" not in town.posted
    assert town.amounts()["hjemmedage/2024H2/final"] == "1550.00"


def test_on_later_nights_a_settled_account_is_not_decided_again(town: Town) -> None:
    town.night(DECEMBER)
    town.days = {**DAYS, "foreloebig/2024H2": {"a": 1}}
    later = town.night(DECEMBER + dt.timedelta(days=1))
    assert (later[0].state, later[0].kind) == ("not_due", "on_account")
    assert [entry.kind for entry in read(town.home).entries].count("question") == 0


def test_a_posted_account_that_new_data_contradict_asks_a_question_and_the_final_settles_it(town: Town) -> None:
    town.night(MARCH)
    town.days = {**DAYS, "foreloebig/2024H2": {"a": 61, "b": 90}}
    town.night(dt.date(2025, 3, 2))
    question = read(town.home).entries[-1]
    assert (question.kind, question.body["found"]["amount"], question.body["posted"]["amount"]) == ("question", "1208.00", "1200.00")
    town.night(DECEMBER)
    assert town.amounts()["hjemmedage/2024H2/final"] == "350.00"


def test_restated_days_after_the_final_settlement_ask_and_pay_nothing(town: Town) -> None:
    town.night(AFTER_ALL)
    before = town.amounts()
    town.days = {**DAYS, "hjemmedage/2024H2": {"a": 50, "b": 100}}
    town.night(AFTER_ALL + dt.timedelta(days=1))
    assert town.amounts() == before
    assert [entry.body["found"]["amount"] for entry in read(town.home).entries if entry.kind == "question"] == ["300.00"]


def test_a_claim_decided_again_counts_only_what_was_posted_before_it(town: Town) -> None:
    town.night(MARCH)
    town.night(SEPTEMBER)
    again = town.night(dt.date(2025, 9, 2))
    assert [str(made.amount) for made in again if made.state == "due"] == ["1200.00", "400.00"]
    assert [entry.kind for entry in read(town.home).entries] == ["execution", "decision", "decision"]


def test_the_fingerprint_follows_what_a_claim_builds_on(town: Town, tmp_path: Path) -> None:
    town.night(AFTER_ALL)
    other = town_at(tmp_path / "other", {**DAYS, "hjemmedage/2024H2": {"a": 55, "b": 99}})
    other.night(AFTER_ALL)
    first, second = ({name: entry.body["fingerprint"] for name, entry in one.posted.items()} for one in (town, other))
    assert {name for name in first if first[name] != second[name]} == {
        "hjemmedage/2025H1/on_account",
        "hjemmedage/2025H1/final",
        "hjemmedage/2025H2/on_account",
        "hjemmedage/2025H2/final",
    }


def test_lost_lines_stop_the_deciding_and_nothing_is_posted(town: Town) -> None:
    town.night(MARCH)
    entry = town.posted["hjemmedage/2024H2/on_account"]
    (town.home.archive / "lines" / f"{entry.body['lines_sha256']}.json").unlink()
    before = town.home.ledger.read_bytes()
    with pytest.raises(HomeError, match="the persons' lines behind a posted entry are gone or altered"):
        town.night(DECEMBER)
    assert town.home.ledger.read_bytes() == before


def test_a_night_for_an_earlier_day_knows_only_what_was_posted_by_then(town: Town) -> None:
    town.night(MARCH)
    expected = town.decide(SEPTEMBER)
    town.night(SEPTEMBER)
    town.night(DECEMBER)
    assert town.decide(SEPTEMBER) == expected


def test_a_claim_that_was_first_posted_later_is_not_counted_on_an_earlier_day(town: Town) -> None:
    town.night(MARCH)
    expected = town.decide(SEPTEMBER)
    town.night(DECEMBER)
    assert town.amounts()["hjemmedage/2025H1/on_account"] == "360.00"
    assert next(str(made.amount) for made in expected if made.claim_period == "2025H1") == "400.00"
    assert town.decide(SEPTEMBER) == expected


def test_the_order_in_which_a_contract_writes_its_claim_periods_changes_nothing(town: Town, tmp_path: Path) -> None:
    other = town_at(tmp_path / "other", DAYS, payment(claim_periods=list(reversed(payment()["claim_periods"]))))
    assert other.night(AFTER_ALL) == town.night(AFTER_ALL)
    assert other.files() == town.files()


@pytest.mark.parametrize(("days", "stopped", "states"), NIGHTS)
def test_only_what_is_due_binds_lines(tmp_path: Path, days: Days, stopped: tuple[str, ...], states: tuple[str, ...]) -> None:
    decided = replace(town_at(tmp_path, days), no_result=set(stopped)).night(AFTER_ALL)
    assert {made.claim_period for made in decided if made.lines_sha256 and made.state != "due"} == set()
    assert all(made.lines_sha256 for made in decided if made.state == "due" and made.lines)


def test_another_triggers_payments_are_not_counted_to_a_persons_cap(tmp_path: Path) -> None:
    town = town_at(tmp_path, DAYS, payment(id="a_days"), payment())
    town.night(AFTER_ALL)
    amounts = town.amounts()
    assert {name.split("/", 1)[1]: amount for name, amount in amounts.items() if name.startswith("a_days")} == {
        name.split("/", 1)[1]: amount for name, amount in amounts.items() if name.startswith("hjemmedage")
    }


def test_an_amended_text_without_an_account_does_not_pay_the_account_again(town: Town) -> None:
    town.night(MARCH)
    periods = [{name: value for name, value in period.items() if name != "on_account_from"} for period in payment()["claim_periods"]]
    town.made = contract(payment(on_account=None, claim_periods=periods)).model_copy(update={"version": 2})
    town.executed(MARCH).night(DECEMBER)
    assert town.amounts()["hjemmedage/2024H2/final"] == "350.00"


def test_a_condition_that_fails_at_last_takes_the_whole_account_back_and_frees_the_cap(tmp_path: Path) -> None:
    town = town_at(tmp_path, {**DAYS, "trivsel/2024H2": {"a": 1, "b": 1}, "trivsel/2025H1": {"a": 1, "b": 1}}, payment(requires=[CONDITION]))
    town.night(MARCH)
    town.days = {**town.days, "trivsel/2024H2": {"a": -1, "b": -1}}
    town.night(DECEMBER)
    assert town.amounts() == {"hjemmedage/2024H2/on_account": "1200.00", "hjemmedage/2024H2/final": "-1200.00", "hjemmedage/2025H1/on_account": "800.00"}
    assert "lines_sha256" not in town.posted["hjemmedage/2024H2/final"].body
