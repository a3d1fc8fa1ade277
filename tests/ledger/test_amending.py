"""Changing how something is measured after it was decided by: told for good, whatever the name of it; and silent before any decision."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from ledger_acts import TEXT, day, decision, home_at

from pipelines.ledger.amending import Amended, amendments, proposed_amendments
from pipelines.ledger.journal import Journal

COMPARED = {"cohort": "released", "indicator": "rearrest@1", "with.weeks": "52", "compare.method": "trial@1", "compare.level": "0.95"}
INTAKE = {"cohort": "released", "indicator": "enrolled@1"}


def design(rests: dict[str, list[str]] | None = None, **outcomes: dict[str, str]) -> dict[str, Any]:
    return {"outcomes": {"rearrest": COMPARED, "intake": INTAKE, **outcomes}, "pays_for": rests or {"reduction": ["rearrest"], "intake": ["intake"]}}


OTHER_METHOD = {**COMPARED, "compare.method": "matched@1", "compare.level": "0.9"}


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    made = Journal(home_at(tmp_path))
    made.execute("tarp", 1, TEXT, ["state"], day(-900), design=design())
    return made


def signed(journal: Journal, version: int, made: dict[str, Any], on: dt.date) -> list[Amended]:
    journal.execute("tarp", version, str(version) * 64, ["state"], on, design=made)
    return amendments(journal.entries, "tarp")


def test_a_change_before_any_decision_is_silent(journal: Journal) -> None:
    assert signed(journal, 2, design(rearrest=OTHER_METHOD), day(1)) == []
    journal.post_decision(decision(as_of=day(2)), "h1")
    assert amendments(journal.entries, "tarp") == [], "what is decided afterwards rests on the new terms"


def test_a_change_after_two_decisions_says_what_when_and_how_many_and_stays_said(journal: Journal) -> None:
    journal.post_decision(decision(as_of=day(1)), "h1")
    journal.post_decision(decision("reduction", as_of=day(3), posting_key="tarp/reduction/2025-26/all/final"), "h2")
    journal.post_decision(decision("intake", as_of=day(0) + dt.timedelta(days=4)), "h2")
    (found,) = signed(journal, 2, design(rearrest=OTHER_METHOD), day(5))
    changes = (("compare.level", "0.95", "0.9"), ("compare.method", "trial@1", "matched@1"))
    assert found == Amended("tarp", 2, 1, "rearrest", "rearrest", changes, day(1), 2, ("reduction",))
    assert found.sentence() == (
        f"version 2 of tarp changes how rearrest is measured; results were first seen on {day(1)}, and 2 decisions rest on the old terms "
        "(compare.level: 0.95 -> 0.9, compare.method: trial@1 -> matched@1)"
    )
    assert signed(journal, 3, design(rearrest=OTHER_METHOD), day(6)) == [found], "a later version that leaves it as it is takes nothing back"


def test_a_hold_shows_nobody_a_result(journal: Journal) -> None:
    from ledger_acts import held

    journal.post_hold(held(as_of=day(1)), "h1")
    assert signed(journal, 2, design(rearrest=OTHER_METHOD), day(2)) == []


def test_another_outcome_that_was_decided_does_not_matter(journal: Journal) -> None:
    journal.post_decision(decision("intake", as_of=day(1)), "h1")
    assert signed(journal, 2, design(rearrest=OTHER_METHOD), day(2)) == []


@pytest.mark.parametrize(
    ("rests", "outcomes"),
    [
        pytest.param(
            {"reduction": ["rearrest_anew"], "intake": ["intake"]}, {"rearrest_anew": {**OTHER_METHOD, "indicator": "rearrest@2"}}, id="the trigger pays for a new outcome"
        ),
        pytest.param(
            {"reduction": ["rearrest"], "intake": ["intake"], "more": ["rearrest_anew"]}, {"rearrest_anew": OTHER_METHOD}, id="a new trigger pays for it, measured otherwise"
        ),
    ],
)
def test_another_name_hides_no_change(journal: Journal, rests: dict[str, list[str]], outcomes: dict[str, dict[str, str]]) -> None:
    journal.post_decision(decision(as_of=day(1)), "h1")
    (found,) = signed(journal, 2, design(rests, **outcomes), day(2))
    assert (found.outcome, found.was, found.decisions) == ("rearrest_anew", "rearrest", 1)
    assert "rearrest_anew (before: rearrest)" in found.sentence()
    assert "1 decision rests on the old terms" in found.sentence()


def test_a_trigger_that_pays_for_an_outcome_that_was_there_already_is_told_of(journal: Journal) -> None:
    journal.post_decision(decision(as_of=day(1)), "h1")
    (found,) = signed(journal, 2, design({"reduction": ["intake"], "intake": ["intake"]}), day(2))
    assert (found.was, found.outcome) == ("rearrest", "intake")
    assert ("compare.method", "trial@1", "-") in found.changes


def test_a_proposed_text_is_told_of_before_anybody_signs_it_and_an_edit_of_the_signed_one_too(journal: Journal) -> None:
    known: dict[str, Any] = {}
    assert proposed_amendments(journal.entries, "tarp", (2, design(rearrest=OTHER_METHOD)), known) == []
    journal.post_decision(decision(as_of=day(1)), "h1")
    for version in (1, 2):
        (found,) = proposed_amendments(journal.entries, "tarp", (version, design(rearrest=OTHER_METHOD)), known)
        assert (found.version, found.before, found.decisions) == (version, 1, 1)
        assert amendments(journal.entries, "tarp", (version, design(rearrest=OTHER_METHOD))) == [found]
    assert proposed_amendments(journal.entries, "tarp", (2, design()), known) == []


def test_an_execution_that_says_no_terms_is_known_by_its_text_or_not_at_all(tmp_path: Path) -> None:
    journal = Journal(home_at(tmp_path))
    journal.execute("tarp", 1, TEXT, ["state"], day(-900))
    journal.post_decision(decision(as_of=day(1)), "h1")
    wanted = (1, design(rearrest=OTHER_METHOD))
    assert proposed_amendments(journal.entries, "tarp", wanted, {}) == []
    assert [item.decisions for item in proposed_amendments(journal.entries, "tarp", wanted, {TEXT: design()})] == [1]
