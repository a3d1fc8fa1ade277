"""Where a comparison gives no estimate, whatever looks at one is held with the method's own words; whatever does not is decided."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from home_days_given import AFTER_ALL, CONDITION, FIRST, payment, result_of, unit
from nights_given import town_at

from pipelines.canonical import canonical
from pipelines.payments.decide import Decision

SUBJECTS = ("outcome:hjem/hjemmedage/2024H2", "outcome:hjem/foreloebig/2024H2", "outcome:hjem/trivsel/2024H2")
FAILURE = "trial_means@1 gives no estimate: everybody in each group has the same value, so how sure the difference is cannot be said"
STEPS = {dt.date(2024, 7, 1): {0: 100, 5: 200}}
BY_ESTIMATE = {"step_table@1": {"figure": "difference", "steps": STEPS}}
BY_MEAN = {"step_table@1": {"figure": "mean", "steps": STEPS}}
THRESHOLD = {"threshold@1": {"measure": "relative_reduction", "at_least": "0.10", "amount": {dt.date(2024, 7, 1): "100.00"}}}


def subject_of(outcome: str) -> str:
    return next(subject for subject in SUBJECTS if f"/{outcome}" in subject)


def combined(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"combined@1": {"parts": list(parts), "pays": "sum"}}


def decided(folder: Path, rule: dict[str, Any], failing: str, kind: str = "final", *, is_twice: bool = False, **changes: Any) -> Decision:
    """The claim of one settlement when the outcome `failing` has counts and no estimate."""
    trigger = payment(rule=rule, adjust=[], claim_periods=[dict(FIRST)], **changes)
    if not is_twice:
        del trigger["on_account"], trigger["claim_periods"][0]["on_account_from"]
    town = town_at(folder, {}, trigger)
    deciding = town.deciding(AFTER_ALL)
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
