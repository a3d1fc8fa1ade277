"""Where a comparison gives no estimate, whatever looks at one is held with the method's own words; whatever does not is decided."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from home_days_given import AFTER_ALL, CONDITION, FIRST, payment, result_of, unit
from nights_given import town_at

from pipelines.canonical import canonical
from pipelines.cohorts import Frozen
from pipelines.contracts.outcome import OutcomeContract
from pipelines.payments.decide import Decision

SUBJECTS = ("outcome:hjem/hjemmedage/2024H2", "outcome:hjem/foreloebig/2024H2", "outcome:hjem/trivsel/2024H2")
FAILURE = "trial_means@1 gives no estimate: everybody in each group has the same value, so how sure the difference is cannot be said"
STEPS = {0: Decimal("0.50"), 5: Decimal("1.00")}
BY_ESTIMATE = {"step_table@1": {"figure": "difference", "steps": STEPS, "of": {dt.date(2024, 7, 1): Decimal("200.00")}}}
BY_MEAN = {"step_table@1": {"figure": "mean", "steps": STEPS, "of": {dt.date(2024, 7, 1): Decimal("200.00")}}}
THRESHOLD = {"threshold@1": {"measure": "relative_reduction", "at_least": Decimal("0.10"), "amount": {dt.date(2024, 7, 1): Decimal("100.00")}}}


def subject_of(outcome: str) -> str:
    return next(subject for subject in SUBJECTS if f"/{outcome}" in subject)


def combined(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"combined@1": {"parts": list(parts), "pays": "sum"}}


def decided(
    folder: Path, rule: dict[str, Any], failing: str, kind: str = "final", *, is_twice: bool = False, frozen: Frozen | None = None, then: str = "not_met", **changes: Any
) -> Decision:
    """The claim of one settlement when the outcome `failing` has counts and no estimate; with a list of its cohort, that is too few below three people."""
    trigger = payment(rule=rule, adjust=[], claim_periods=[dict(FIRST)], **changes)
    if not is_twice:
        del trigger["on_account"], trigger["claim_periods"][0]["on_account_from"]
    few = {"clause": "Bilag 1 §6", "below": 3, "then": then}
    town = town_at(folder, {}, trigger)
    if frozen is not None:
        made = town.made.model_dump(by_alias=True)
        town.made = OutcomeContract.model_validate({**made, "cohorts": [{**made["cohorts"][0], "too_few": few}]})
    deciding = town.deciding(AFTER_ALL)
    if frozen is not None:
        deciding.frozen = lambda *_: frozen
    units = (unit("a", 6), unit("b", 8), unit("c", 4, role="comparison"))
    for subject in SUBJECTS:
        outcome = subject.split("/")[1]
        deciding.results[subject] = (json.loads(canonical(result_of(units, outcome).as_data())), FAILURE if outcome == failing else "")
    return next(item for item in deciding.contract(town.made) if item.kind == kind)


HELD = [
    (THRESHOLD, "hjemmedage"),
    (BY_ESTIMATE, "hjemmedage"),
    (combined({"rule": BY_ESTIMATE}, {"rule": BY_MEAN}), "hjemmedage"),
    (combined({"rule": BY_MEAN}, {"outcome": "trivsel", "rule": BY_ESTIMATE}), "trivsel"),
    (combined({"rule": BY_MEAN}, {"outcome": "trivsel", "rule": THRESHOLD}), "trivsel"),
]


@pytest.mark.parametrize(("rule", "failing"), HELD, ids=["threshold", "table", "part of several", "another outcome by a table", "another outcome by a threshold"])
def test_what_looks_at_an_estimate_is_held_in_the_methods_own_words(tmp_path: Path, rule: dict[str, Any], failing: str) -> None:
    made = decided(tmp_path, rule, failing)
    assert made.state == "held"
    assert [(hold["subject"], hold["rule"], hold["words"]) for hold in made.holds] == [(subject_of(failing), "estimate_exists", FAILURE)]


@pytest.mark.parametrize(("kind", "failing"), [("on_account", "foreloebig"), ("final", "hjemmedage")])
def test_a_settlement_is_held_by_the_estimate_of_its_own_outcome(tmp_path: Path, kind: str, failing: str) -> None:
    """On account the faster source is looked at, and finally the slower one."""
    made = decided(tmp_path, BY_ESTIMATE, failing, kind, is_twice=True)
    assert (made.state, [hold["rule"] for hold in made.holds], made.holds[0]["subject"]) == ("held", ["estimate_exists"], subject_of(failing))


NOT_HELD = [(BY_MEAN, "hjemmedage", {}), (BY_MEAN, "trivsel", {"requires": [CONDITION]}), (combined({"rule": BY_MEAN}, {"outcome": "trivsel", "rule": BY_MEAN}), "trivsel", {})]


@pytest.mark.parametrize(("rule", "failing", "changes"), NOT_HELD, ids=["mean", "condition", "mean of another"])
def test_what_looks_at_none_is_not_held_for_want_of_one(tmp_path: Path, rule: dict[str, Any], failing: str, changes: dict[str, Any]) -> None:
    made = decided(tmp_path, rule, failing, **changes)
    assert "estimate_exists" not in [hold["rule"] for hold in made.holds]


def people(treated: int, others: int) -> Frozen:
    rows = pl.DataFrame({"role": ["treatment"] * treated + ["comparison"] * others, "status": ["eligible"] * (treated + others)})
    return Frozen(AFTER_ALL, "c" * 64, rows)


FEW = [
    ("not_met", (2, 40), "not_met", []),
    ("held", (2, 40), "held", ["estimate_exists"]),
    ("not_met", (3, 40), "held", ["estimate_exists"]),
    ("not_met", (40, 2), "held", ["estimate_exists"]),
]


@pytest.mark.parametrize(("then", "counts", "state", "holds"), FEW, ids=["not met", "held", "enough", "few to compare with"])
@pytest.mark.parametrize("rule", [THRESHOLD, BY_ESTIMATE], ids=["threshold", "table"])
def test_too_few_people_are_what_the_contract_says_and_need_no_estimate(
    tmp_path: Path, rule: dict[str, Any], then: str, counts: tuple[int, int], state: str, holds: list[str]
) -> None:
    """Few people are why a comparison fails, and the contract has said what follows then. The least number is of those enrolled in the effort: comparison
    people do not make it up, nor are they counted against it."""
    made = decided(tmp_path, rule, "hjemmedage", frozen=people(*counts), then=then)
    assert (made.state, [hold["rule"] for hold in made.holds], made.amount) == (state, holds, 0)
    assert ("the cohort edge has fewer than 3 people" in made.reason) is (state == "not_met")


@pytest.mark.parametrize(("then", "state"), [("not_met", "not_met"), ("held", "held")])
def test_too_few_people_are_not_paid_for_whatever_is_estimated(tmp_path: Path, then: str, state: str) -> None:
    made = decided(tmp_path, BY_MEAN, "none", frozen=people(2, 40), then=then)
    assert (made.state, made.amount) == (state, 0)
    assert "the cohort edge has fewer than 3 people" in made.reason
