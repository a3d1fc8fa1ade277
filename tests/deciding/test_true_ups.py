"""A later delivery restates what was paid: only the difference is posted, inside the window, once, behind an open gate and within the caps."""

from __future__ import annotations

import datetime as dt
import tempfile
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from home_days_given import FIRST, SECOND, payment
from hypothesis import given, settings
from hypothesis import strategies as st
from nights_given import PASSED, Days, Town, killed_after
from true_ups_given import (
    CLAIM,
    DAYS_AT_HOME,
    FIRST_DAYS,
    PAID_ON,
    RESTATED_DAYS,
    RESTATED_ON,
    TERMS,
    WINDOW_ENDS,
    RestatedTown,
    agreed,
    six,
)

from pipelines import lines
from pipelines.ledger.journal import Entry

DAY = dt.timedelta(days=1)
FINAL, TRUE_UP = f"{CLAIM}/final", f"{CLAIM}/true_up_1"
CAP_CLAUSE = {"clause": "Bilag 3 §9"}


def restated(town: RestatedTown, as_of: dt.date = RESTATED_ON, days: dict[str, Any] | None = None) -> list[Entry]:
    """The entries of a night after the delivery that restates three children."""
    before = len(town.entries)
    town.restate(days or RESTATED_DAYS, "first", "second")
    town.night(as_of)
    return town.entries[before:]


@pytest.fixture
def town(tmp_path: Path) -> RestatedTown:
    """The six children, paid 255,445.66."""
    made = six(tmp_path / "town")
    made.night(PAID_ON)
    assert made.amounts() == {FINAL: "255445.66"}
    return made


def test_only_the_difference_is_posted(town: RestatedTown) -> None:
    (entry,) = restated(town)
    assert (entry.kind, entry.posting_key, entry.about) == ("true_up", "hjem/hjemmedage/2025Q2/all/true_up_1", "hjem/hjemmedage/2025Q2/all/final")
    assert (entry.body["amount"], entry.body["total"], entry.body["before"]) == ("-2945.13", "252500.53", "255445.66")
    assert entry.body["reason"] == "settled again at 252,500.53, of which 255,445.66 was posted: 2,945.13 to be paid back"
    assert town.amounts()[FINAL] == "255445.66", "nothing is edited"


def test_whose_days_changed_is_counted_and_one_moves_no_money_because_of_the_cap(town: RestatedTown) -> None:
    """A's 88 days would be 72,960.05 and are still cut to 70,000.00; B 11,607.28 less; C 8,662.15 more; D, E and F as before."""
    then = lines.kept(town.home, town.posted[FINAL].body["lines_sha256"])
    (entry,) = restated(town)
    now = lines.kept(town.home, entry.body["lines_sha256"])
    moved = {key: str(Decimal(float(now[key] - then[key])).quantize(Decimal("0.01"))) for key in then}
    assert moved == {"A": "0.00", "B": "-11607.28", "C": "8662.15", "D": "0.00", "E": "0.00", "F": "0.00"}
    assert entry.body["moved"] == {"up": 1, "down": 1, "no_money": 1, "unchanged": 3}


def test_the_entry_says_which_delivery_and_why_and_names_nobody(town: RestatedTown) -> None:
    (entry,) = restated(town)
    assert (entry.body["cause"], entry.body["changed"]) == ("data_error", {"deliveries": {"buaf": ["second"]}})
    assert not {"A", "B", "C", "lines", "rows"} & set(str(entry.body).replace("'", " ").split())


def test_the_same_restatement_again_gives_no_entry(town: RestatedTown) -> None:
    restated(town)
    assert restated(town, RESTATED_ON + DAY) == []
    town.restate(RESTATED_DAYS, "first", "second", "third, which says the same")
    town.night(RESTATED_ON + 2 * DAY)
    assert len(town.entries) == 3


@pytest.mark.parametrize("by", ["service_day", "claim_period", "payment"])
def test_a_cap_for_a_year_that_bound_and_still_binds_moves_nothing(tmp_path: Path, by: str) -> None:
    """250,000.00 of 255,445.66, and then of 252,500.53, also when the correction comes in the year after."""
    cap = {"per_year": {**CAP_CLAUSE, "amount": Decimal("250000.00"), "year": "calendar", "by": by, "excess": "lapses"}}
    town = six(tmp_path, agreed(caps=cap, terms={**TERMS, "until": "P12M"}))
    town.night(PAID_ON)
    for as_of in (RESTATED_ON, dt.date(2026, 2, 1)):
        restated(town, as_of)
    assert town.amounts() == {FINAL: "250000.00", TRUE_UP: "0.00"}
    assert town.posted[TRUE_UP].body["moved"] == {"up": 1, "down": 1, "no_money": 1, "unchanged": 3}
    assert len(town.entries) == 3


def test_what_falls_below_the_cap_is_paid_back_as_far_as_it_falls(tmp_path: Path) -> None:
    cap = {"per_year": {**CAP_CLAUSE, "amount": Decimal("254000.00"), "year": "calendar", "by": "claim_period", "excess": "lapses"}}
    town = six(tmp_path, agreed(caps=cap))
    town.night(PAID_ON)
    restated(town)
    assert town.amounts() == {FINAL: "254000.00", TRUE_UP: "-1499.47"}


@pytest.mark.parametrize(("as_of", "settles"), [(WINDOW_ENDS - DAY, True), (WINDOW_ENDS, False), (WINDOW_ENDS + DAY, False)])
def test_the_window_is_half_open_and_outside_it_nothing_is_paid(town: RestatedTown, as_of: dt.date, settles: bool) -> None:
    (entry,) = restated(town, as_of)
    if settles:
        assert (entry.kind, entry.body["amount"]) == ("true_up", "-2945.13")
    else:
        assert (entry.kind, entry.posting_key, entry.body["found"]) == ("question", "", {"state": "due", "amount": "252500.53"})
        assert entry.body["why"] == "it is settled again before 2026-01-01, and not from then on"
        assert town.amounts() == {FINAL: "255445.66"}


@pytest.mark.parametrize(("until", "ends"), [("P30D", dt.date(2025, 10, 31)), ("P2M", dt.date(2025, 12, 1)), ("P1Y", dt.date(2026, 10, 1))])
def test_the_window_may_run_from_the_day_of_payment(tmp_path: Path, until: str, ends: dt.date) -> None:
    for name, as_of in (("in", ends - DAY), ("out", ends)):
        town = six(tmp_path / name, agreed(terms={**TERMS, "from": "payment", "until": until}))
        town.night(PAID_ON)
        (entry,) = restated(town, as_of)
        assert entry.kind == ("true_up" if name == "in" else "question")


def test_without_terms_for_it_the_question_stays_open(tmp_path: Path) -> None:
    town = six(tmp_path, agreed(terms={}))
    town.night(PAID_ON)
    (entry,) = restated(town)
    assert (entry.kind, entry.body["found"], "why" in entry.body) == ("question", {"state": "due", "amount": "252500.53"}, False)
    assert restated(town, RESTATED_ON + DAY) == []


@pytest.mark.parametrize(("below", "kind"), [("2945.12", "true_up"), ("2945.13", "true_up"), ("2945.14", "question")])
def test_differences_below_the_agreed_amount_are_recorded_alone(tmp_path: Path, below: str, kind: str) -> None:
    town = six(tmp_path, agreed(terms={**TERMS, "below": Decimal(below)}))
    town.night(PAID_ON)
    (entry,) = restated(town)
    assert entry.kind == kind
    if kind == "question":
        assert entry.body["why"] == "differences below 2,945.14 are not settled"
        (entry,) = restated(town, RESTATED_ON + DAY, {**RESTATED_DAYS, "B": 34})
        assert (entry.kind, entry.body["amount"]) == ("true_up", "-3774.22"), "counted from what is posted, not from what was asked"


def test_while_the_gate_holds_nothing_moves_either_way(town: RestatedTown) -> None:
    town.check = replace(PASSED, verdict="failed", reason="buaf is late")
    assert restated(town) == []
    town.check = PASSED
    (entry,) = restated(town, RESTATED_ON + DAY)
    assert entry.body["amount"] == "-2945.13"


def test_a_second_restatement_counts_on_from_the_first(town: RestatedTown) -> None:
    restated(town)
    (entry,) = restated(town, RESTATED_ON + DAY, FIRST_DAYS)
    assert (entry.posting_key.split("/")[-1], entry.body["amount"], entry.body["before"]) == ("true_up_2", "2945.13", "252500.53")
    assert sum(map(Decimal, town.amounts().values())) == Decimal("255445.66")


def test_when_nothing_counts_any_more_all_is_paid_back_and_back_again(town: RestatedTown) -> None:
    (entry,) = restated(town, days=dict.fromkeys(FIRST_DAYS, 0))
    assert (entry.body["state"], entry.body["amount"], "lines_sha256" in entry.body) == ("not_met", "-255445.66", False)
    (entry,) = restated(town, RESTATED_ON + DAY, FIRST_DAYS)
    assert (entry.body["state"], entry.body["amount"]) == ("due", "255445.66")


def test_payers_share_the_difference_as_they_share_the_amount(tmp_path: Path) -> None:
    """30 % of -2,945.13 is -883.539, so -883.54; the payer takes the rest."""
    split = {"clause": "Bilag 3 §4", "shares": {"kommune": Decimal("0.70"), "fond": Decimal("0.30")}}
    town = six(tmp_path, agreed({**DAYS_AT_HOME, "split": split}))
    town.night(PAID_ON)
    (entry,) = restated(town)
    assert entry.body["shares"] == {"fond": "-883.54", "kommune": "-2061.59"}


def test_a_night_that_is_run_again_leaves_the_same(town: RestatedTown) -> None:
    restated(town)
    files = town.files()
    town.night(RESTATED_ON)
    assert town.files() == files


def test_a_killed_night_ends_as_an_undisturbed_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ends = []
    for entries in (None, 0, 1, 2):
        town = two_claims(tmp_path / str(entries))
        town.night(dt.date(2026, 6, 1))
        town.days = {"hjemmedage/2024H2": {"a": 40, "b": 90}, "hjemmedage/2025H1": {"a": 80, "b": 20}}
        if entries is not None:
            killed_after(monkeypatch, town, dt.date(2026, 6, 20), entries)
        town.night(dt.date(2026, 6, 20))
        ends.append(town.files())
    assert [end == ends[0] for end in ends] == [True] * 4


PLAIN = payment(on_account=None, claim_periods=[{name: value for name, value in period.items() if name != "on_account_from"} for period in (FIRST, SECOND)])
"""10.00 a day, at most 1,000.00 a person over both claim periods."""


def two_claims(folder: Path, **more: Any) -> RestatedTown:
    return six(folder, agreed(PLAIN, terms={**TERMS, "until": "P5Y"}, **more), {"hjemmedage/2024H2": {"a": 60, "b": 90}, "hjemmedage/2025H1": {"a": 80, "b": 20}})


def both_paid(folder: Path, **more: Any) -> RestatedTown:
    town = two_claims(folder, **more)
    town.night(dt.date(2026, 7, 1))
    return town


def test_a_later_claim_sees_what_a_true_up_left_of_the_cap_of_a_person(tmp_path: Path) -> None:
    """a 600.00, restated to 400.00: of 800.00 then 600.00 is left under the cap, and not 400.00."""
    town = two_claims(tmp_path)
    town.night(dt.date(2026, 6, 1))
    town.days = {**town.days, "hjemmedage/2024H2": {"a": 40, "b": 90}}
    town.night(dt.date(2026, 6, 2))
    town.night(dt.date(2026, 7, 1))
    assert town.amounts() == {"hjemmedage/2024H2/final": "1500.00", "hjemmedage/2024H2/true_up_1": "-200.00", "hjemmedage/2025H1/final": "700.00"}


def test_a_claim_that_was_cut_gets_the_room_that_an_earlier_true_up_made(tmp_path: Path) -> None:
    """a 600.00 and 400.00 of 800.00; the first restated to 400.00 leaves 600.00 for the second."""
    town = both_paid(tmp_path)
    town.days = {**town.days, "hjemmedage/2024H2": {"a": 40, "b": 90}}
    town.night(dt.date(2026, 7, 2))
    assert town.amounts() == {
        "hjemmedage/2024H2/final": "1500.00",
        "hjemmedage/2025H1/final": "500.00",
        "hjemmedage/2024H2/true_up_1": "-200.00",
        "hjemmedage/2025H1/true_up_1": "200.00",
    }
    files = town.files()
    town.night(dt.date(2026, 7, 2))
    assert town.files() == files


def test_an_earlier_claim_cannot_give_a_person_again_what_a_later_one_gave(tmp_path: Path) -> None:
    """b 900.00, and 100.00 of 200.00 in the later claim: ten days more in the first find the cap used up."""
    town = both_paid(tmp_path)
    town.days = {**town.days, "hjemmedage/2024H2": {"a": 60, "b": 100}}
    town.night(dt.date(2026, 7, 2))
    assert town.amounts()["hjemmedage/2024H2/final"] == "1500.00"
    assert sum(map(Decimal, town.amounts().values())) == Decimal("2000.00")


def test_what_is_more_is_settled_only_where_the_cap_in_all_leaves_room(tmp_path: Path) -> None:
    """1,500.00 and 500.00 of a cap of 2,050.00; the first claim's person c adds 100.00, of which 50.00 has room; the rest stays a question."""
    town = both_paid(tmp_path, caps={"in_all": {**CAP_CLAUSE, "amount": Decimal("2050.00")}})
    town.days = {**town.days, "hjemmedage/2024H2": {"a": 60, "b": 90, "c": 10}}
    town.night(dt.date(2026, 7, 2))
    assert town.amounts()["hjemmedage/2024H2/true_up_1"] == "50.00"
    town.night(dt.date(2026, 7, 3))
    town.night(dt.date(2026, 7, 4))
    question = town.newest
    assert (question.kind, question.as_of, question.body["why"]) == ("question", dt.date(2026, 7, 3), "the contract's caps leave nothing of it")
    assert sum(map(Decimal, town.amounts().values())) == Decimal("2050.00")


def test_what_a_cap_carried_on_follows_a_restatement_that_moves_nothing_itself(tmp_path: Path) -> None:
    """Of 1,500 counted at 1.00 the cap of a year leaves 1,000.00 and carries 500.00; the next year's 200.00 comes to 700.00. When 1,400 were counted, the
    first claim still comes to 1,000.00, carries 400.00, and the second comes to 600.00."""
    tiered = {"tiered_by_volume@1": {"tiers": {1: {dt.date(2024, 7, 1): Decimal("1.00")}}, "unit": "day", "role": "treatment"}}
    cap = {"per_year": {**CAP_CLAUSE, "amount": Decimal("1000.00"), "year": "calendar", "by": "claim_period", "excess": "carried"}}
    made = agreed({**PLAIN, "rule": tiered, "adjust": []}, caps=cap, terms={**TERMS, "until": "P5Y"})
    town = six(tmp_path, made, {"hjemmedage/2024H2": {"x": 1500}, "hjemmedage/2025H1": {"x": 200}})
    town.night(dt.date(2026, 7, 1))
    assert list(town.amounts().values()) == ["1000.00", "700.00"]
    town.days = {**town.days, "hjemmedage/2024H2": {"x": 1400}}
    for day in (2, 3):
        town.night(dt.date(2026, 7, day))
    assert town.amounts() == {
        "hjemmedage/2024H2/final": "1000.00",
        "hjemmedage/2025H1/final": "700.00",
        "hjemmedage/2024H2/true_up_1": "0.00",
        "hjemmedage/2025H1/true_up_1": "-100.00",
    }


def test_what_was_paid_on_account_is_part_of_what_was_posted(tmp_path: Path) -> None:
    """480.00 on account of 600.00, settled with 120.00; restated to 550.00."""
    made = agreed(payment(claim_periods=[FIRST]), terms={**TERMS, "until": "P5Y"})
    town = six(tmp_path, made, {"foreloebig/2024H2": {"x": 60}, "hjemmedage/2024H2": {"x": 60}})
    town.night(dt.date(2025, 3, 1))
    town.night(dt.date(2025, 12, 1))
    town.days = {**town.days, "hjemmedage/2024H2": {"x": 55}}
    town.night(dt.date(2025, 12, 2))
    body = town.posted["hjemmedage/2024H2/true_up_1"].body
    assert (body["amount"], body["before"], body["total"]) == ("-50.00", "600.00", "550.00")


PEOPLE = st.dictionaries(st.sampled_from(["a", "b", "c"]), st.integers(0, 150), max_size=3)
NIGHTS = st.lists(st.fixed_dictionaries({"hjemmedage/2024H2": PEOPLE, "hjemmedage/2025H1": PEOPLE}), min_size=2, max_size=4)


@settings(max_examples=25, deadline=None, derandomize=True, database=None)
@given(nights=NIGHTS, cap=st.sampled_from(["900.00", "1700.00", "9000.00"]))
def test_however_often_it_is_restated_no_cap_is_passed_and_nothing_is_posted_twice(nights: list[Days], cap: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        town = two_claims(Path(folder), caps={"in_all": {**CAP_CLAUSE, "amount": Decimal(cap)}})
        for number, days in enumerate(nights):
            town.days = days
            as_of = dt.date(2026, 6, 10) + dt.timedelta(days=5 * number)
            town.night(as_of)
            files = town.files()
            town.night(as_of)
            assert town.files() == files
            assert Decimal(0) <= sum(map(Decimal, town.amounts().values())) <= Decimal(cap)
            assert all(amount <= 1000 for amount in given_to(town).values())
        for later in range(3):
            before = len(town.entries)
            town.night(dt.date(2026, 8, 1) + later * DAY)
        assert len(town.entries) == before, "what nothing new was delivered for comes to rest"


def given_to(town: Town) -> dict[str, Fraction]:
    """What each person's newest lines give over both claims, by the ledger alone."""
    newest: dict[str, dict[str, Fraction]] = {}
    for name, entry in town.posted.items():
        sha256 = entry.body.get("lines_sha256", "")
        newest[name.split("/")[1]] = lines.kept(town.home, sha256) if sha256 else {}
    total: dict[str, Fraction] = {}
    for people in newest.values():
        for key, amount in people.items():
            total[key] = total.get(key, Fraction(0)) + amount
    return total
