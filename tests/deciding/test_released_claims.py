"""A released claim is decided for its basis alone, is still held to what is asked of every claim, and to what holds it beside what was released."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from nights_given import PASSED, GivenInputs, Town, town_at

from pipelines.deciding import Deciding
from pipelines.ledger.journal import Journal, read
from pipelines.payments.decide import Decision
from pipelines.quality.suites import Expectation, Suite

MARCH = dt.date(2025, 3, 1)
CLAIM = "hjem/hjemmedage/2024H2/all/on_account"
FAILED = replace(PASSED, verdict="failed", numerator=0, reason="0 of 9")
ADDS_UP = Expectation("lines_add_up", "view", "quality.lines_add_up", {}, "error", "accuracy", "", "", "evaluator", "0")
OWN = replace(
    PASSED, subject="trigger:hjem/hjemmedage/2024H2/on_account", rule="lines_add_up", inputs="p", suite=Suite("trigger:hjem/hjemmedage/2024H2/on_account", (ADDS_UP,)).digest()
)
BY = [{"name": "Bo Lind", "party": "familiehuset"}, {"name": "Anna Holm", "party": "kommune"}]


@dataclass(frozen=True)
class OwnSuite(GivenInputs):
    """Every claim has one expectation of its own; `mark` moves every fingerprint."""

    mark: str = ""

    def claim_suite(self, *arguments: Any) -> Suite:
        return Suite(super().claim_suite(*arguments).subject, (ADDS_UP,))

    def trigger(self, *arguments: Any) -> dict[str, Any]:
        return {**super().trigger(*arguments), "mark": self.mark}


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return town_at(tmp_path / "town", {"foreloebig/2024H2": {"a": 60}})


def deciding(town: Town, *checks: Any, mark: str = "") -> Deciding:
    made = town.deciding(MARCH)
    made.inputs, made.checks, made.proposed = OwnSuite(mark), [replace(check, as_of=MARCH) for check in checks], {CLAIM: "p"}  # type: ignore[assignment]
    return made


def decided(town: Town, *checks: Any, mark: str = "") -> Decision:
    return next(item for item in deciding(town, *checks, mark=mark).contract(town.made) if item.posting_key == CLAIM)


def release(town: Town, *rules: str, mark: str = "") -> int:
    """Enter the override of these causes of the claim as it is held now, and return its number."""
    held = decided(town, FAILED, OWN, mark=mark)
    assert held.state == "held"
    subjects = {"key_is_given": PASSED.subject, "lines_add_up": OWN.subject}
    causes = [{"subject": subjects[rule], "rule": rule, "verdict": "failed", "words": "0 of 9"} for rule in rules]
    body = {"fingerprint": held.fingerprint, "basis": held.basis, "causes": causes, "by": BY, "because": "talt"}
    entry = Journal(town.home).post_override(CLAIM, "hjem", body, MARCH)
    assert entry is not None
    return entry.seq


def test_a_released_claim_is_due_and_says_by_which_entry(town: Town) -> None:
    seq = release(town, "key_is_given")
    found = decided(town, FAILED, OWN)
    assert (found.state, found.overridden_by, found.reason.split(";")[0]) == ("due", seq, f"released by entry {seq}")
    assert [(item["rule"], item["verdict"]) for item in found.warnings] == [("key_is_given", "overridden")]


def test_it_is_still_held_to_its_own_suite(town: Town) -> None:
    release(town, "key_is_given")
    for own in (replace(OWN, verdict="failed"), replace(OWN, inputs="another proposal"), None):
        found = decided(town, FAILED, *([own] if own else []))
        assert (found.state, sorted(item["rule"] for item in found.holds)) == ("held", ["key_is_given", "lines_add_up"])


def test_an_override_of_both_releases_both(town: Town) -> None:
    release(town, "key_is_given", "lines_add_up")
    found = decided(town, FAILED, replace(OWN, verdict="failed"))
    assert (found.state, sorted(item["rule"] for item in found.warnings)) == ("due", ["key_is_given", "lines_add_up"])


def test_other_data_or_code_hold_again(town: Town) -> None:
    release(town, "key_is_given")
    assert decided(town, FAILED, OWN, mark="another delivery").state == "held"


def test_a_claim_that_nothing_holds_any_more_is_decided_without_its_override(town: Town) -> None:
    release(town, "key_is_given")
    found = decided(town, PASSED, OWN)
    assert (found.state, found.overridden_by) == ("due", 0)


def test_what_came_before_any_expectation_is_never_released(town: Town) -> None:
    release(town, "key_is_given")
    made = deciding(town, FAILED, OWN)
    made.ledger = replace(read(town.home), entries=[entry for entry in read(town.home).entries if entry.kind != "execution"])
    assert {item.state for item in made.contract(town.made) if item.posting_key == CLAIM} == {"held"}
