"""When a cohort may be frozen, and what is said of one that is not: its period, the registers that say who is eligible, and nobody in it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from nights_given import Town, town_at

from indicators.cohort import MEMBERS
from indicators.referrals import LOGGED
from indicators.spells import day_number
from pipelines.contracts.outcome import Cohort
from pipelines.deliveries.archive import Delivery
from pipelines.deliveries.counting import InUse, alone
from pipelines.ledger.journal import Journal
from pipelines.measuring import has_people, is_covered, last_day
from pipelines.payments.vocabulary import catalogue
from pipelines.referral_log import keep, lists

MARCH = dt.date(2025, 3, 1)
SAID = {"id": "unge", "clause": "§1", "from": "referrals", "enrolled": {"from": dt.date(2024, 2, 1), "to": dt.date(2025, 2, 1)}, "enrolled_on": "indskrevet_dato"}
MATCHED = {"clause": "§3", "on": ["age", "sex"], "each": 1, "codes": "dream", "benefits": ["kontanthjaelp"]}
ANYWHERE = {"clause": "§2", "in": "any"}


def used(**through: str) -> dict[str, InUse]:
    """What counts of each register, by the day that it covers through."""
    days = {name: dt.date.fromisoformat(text) for name, text in through.items()}
    return {name: alone(Delivery(name, "a" * 64, day, True, "file", rows=9, covers_through=day)) for name, day in days.items()}


def covered(more: dict[str, Any], **through: str) -> bool:
    cohort = Cohort.model_validate({**SAID, **more})
    return is_covered(catalogue(), used(**through), cohort, last_day(cohort, pl.DataFrame(schema=MEMBERS)))


@pytest.mark.parametrize(("through", "expected"), [("2025-01-30", False), ("2025-01-31", True)])
def test_the_list_must_cover_the_last_day_of_enrolment(through: str, expected: bool) -> None:
    assert covered({}, referrals=through) is expected


def test_a_list_that_nobody_delivered_covers_nothing() -> None:
    assert not covered({})
    assert not covered({"eligible": {"residence": ANYWHERE}}, referrals="2025-06-15", bef="2025-03-31")


@pytest.mark.parametrize(("bef", "dod", "expected"), [("2025-01-30", "2025-01-30", True), ("2025-01-29", "2025-01-30", False), ("2025-01-30", "2025-01-29", False)])
def test_registers_that_say_who_is_eligible_must_cover_the_day_before_the_last_enrolment(bef: str, dod: str, expected: bool) -> None:
    assert covered({"eligible": {"residence": ANYWHERE}}, referrals="2025-01-31", bef=bef, dod=dod) is expected


@pytest.mark.parametrize(("buaf", "expected"), [("2025-04-29", False), ("2025-04-30", True)])
def test_a_register_of_stays_must_have_had_its_reporting_lag_since(buaf: str, expected: bool) -> None:
    """BUAF may still lack for ninety days what happened on 30 January."""
    asked = {"eligible": {"residence": ANYWHERE, "not_in": [{"clause": "§4", "register": "buaf"}]}}
    assert covered(asked, referrals="2025-01-31", bef="2025-03-31", dod="2025-12-31", buaf=buaf) is expected


def test_criteria_of_the_list_alone_wait_for_no_other_register() -> None:
    assert covered({"eligible": {"withdrawn": {"clause": "§4", "column": "afslag_af"}}}, referrals="2025-01-31")


def test_a_matched_comparison_needs_its_registers_to_the_last_day_as_well() -> None:
    enough = {"referrals": "2025-01-31", "bef": "2025-01-31", "dream": "2025-01-31", "dod": "2025-01-30"}
    asked = {"matched": MATCHED, "eligible": {"residence": ANYWHERE}}
    assert covered(asked, **enough)
    assert not covered(asked, **{**enough, "bef": "2025-01-30"})
    assert not covered(asked, **{**enough, "dream": "2025-01-30"})


def test_a_cohort_that_closes_by_size_has_its_last_day_when_it_is_full_and_waits_for_no_later_one() -> None:
    cohort = Cohort.model_validate({**SAID, "closes": {"clause": "§5", "at_size": 2}})
    rows = [(number, "treatment", day_number(dt.date(2024, 3, number)), "eligible", "enrolled") for number in (1, 9)]
    one, both = (pl.DataFrame(rows[:count], schema=MEMBERS, orient="row") for count in (1, 2))
    assert (last_day(cohort, one), last_day(cohort, both)) == (dt.date(2025, 1, 31), dt.date(2024, 3, 9))
    assert last_day(Cohort.model_validate(SAID), both) == dt.date(2025, 1, 31)
    assert is_covered(catalogue(), used(referrals="2024-03-09"), cohort, last_day(cohort, both))
    assert not is_covered(catalogue(), used(referrals="2024-03-08"), cohort, last_day(cohort, both))


def test_somebody_is_in_a_cohort_who_is_eligible() -> None:
    rows = [(1, "treatment", 20000, "ineligible", "too_old"), (2, "none", None, "ineligible", "never_enrolled")]
    assert not has_people(pl.DataFrame(schema=MEMBERS))
    assert not has_people(pl.DataFrame(rows, schema=MEMBERS, orient="row"))
    assert has_people(pl.DataFrame([*rows, (3, "treatment", 20000, "eligible", "enrolled")], schema=MEMBERS, orient="row"))


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return town_at(tmp_path / "town", {"foreloebig/2024H2": {"a": 60}})


def held_by(town: Town, *, empty: bool) -> list[tuple[str, str, str]]:
    """Subject, rule and words of what holds the first claim while nothing is frozen."""
    made = town.deciding(MARCH)
    made.frozen = lambda *_: None  # type: ignore[method-assign]
    made.empty = {f"cohort:hjem/{town.made.cohorts[0].id}"} if empty else frozenset()
    decision = next(item for item in made.contract(town.made) if item.claim_period == "2024H2" and item.kind == "on_account")
    assert decision.state == "held"
    return [(hold["subject"], hold["rule"], hold["words"]) for hold in decision.holds]


def test_a_closed_cohort_with_nobody_in_it_says_so_by_name(town: Town) -> None:
    name = town.made.cohorts[0].id
    words = f"nobody is in the cohort {name}: its list enrols nobody in its period who is eligible"
    assert held_by(town, empty=True)[0] == (f"cohort:hjem/{name}", "cohort_has_people", words)
    assert "cohort_is_frozen" not in {rule for subject, rule, _ in held_by(town, empty=True) if subject == f"cohort:hjem/{name}"}
    assert held_by(town, empty=False)[0][1] == "cohort_is_frozen"


def test_a_cohort_that_is_frozen_is_never_said_to_be_empty(town: Town) -> None:
    made = town.deciding(MARCH)
    made.empty = {f"cohort:hjem/{cohort.id}" for cohort in town.made.cohorts}
    assert not [hold for decision in made.contract(town.made) for hold in decision.holds if hold["rule"] == "cohort_has_people"]


def test_a_claim_is_held_while_the_log_of_referrals_has_not_what_the_ledger_entered(town: Town) -> None:
    cohort = town.made.cohorts[0]
    rows = pl.DataFrame([("a", 20000, None, 20001, False)], schema=LOGGED, orient="row")
    keep(town.home, "hjem", cohort, MARCH, MARCH, rows)
    said = lists(town.home, "hjem", cohort.id, MARCH)[0].as_entered()
    assert Journal(town.home).post_referrals("hjem", cohort.id, said, MARCH)
    assert held_rules(town) == set()
    log = town.home.archive / "referral_logs" / f"hjem.{cohort.id}" / "000001.json"
    log.unlink()
    words = f"the log of the referrals of {cohort.id} has not the list that entry 2 (referrals, hjem/{cohort.id}, as of 2025-03-01) entered"
    assert held_rules(town) == {(f"cohort:hjem/{cohort.id}", "referral_log_is_the_entered_one", words)}
    keep(town.home, "hjem", cohort, MARCH, MARCH, rows.with_columns(enrolled_day=pl.lit(20002, dtype=pl.Int32)))
    assert held_rules(town) == {(f"cohort:hjem/{cohort.id}", "referral_log_is_the_entered_one", words)}


def held_rules(town: Town) -> set[tuple[str, str, str]]:
    """Subject, rule and words of every hold by which a claim is held."""
    return {(hold["subject"], hold["rule"], hold["words"]) for decision in town.decide(MARCH) if decision.state == "held" for hold in decision.holds}
