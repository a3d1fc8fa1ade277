"""Placebos beside an estimate: on the contract's page in both languages, and in the annex with what follows when one moves."""

from __future__ import annotations

import copy
from typing import Any

from reports.outline import outline
from reports.site_given import material, written

INTERVAL = {"level": "0.95", "low": "0.4000", "high": "2.1000"}
MOVES = {
    "outcome": "weeks_before",
    "name": "difference",
    "quantity": {"value": "1.2500", "exact": None, "std_error": "0.4000", "intervals": {"welch": INTERVAL}},
    "moves": True,
    "failure": "",
}
STILL = {**MOVES, "outcome": "income_before", "moves": False}
UNKNOWN = {"outcome": "age", "name": "", "quantity": None, "moves": False, "failure": "everybody in each group has the same value, so how sure the difference is cannot be said"}


def page(*placebos: dict[str, Any]) -> str:
    """The page of a contract whose first estimate has these placebos."""
    usual = material()
    sealed = copy.deepcopy(dict(usual.sealed))
    sealed["ungebro"]["results"]["effect/2025Q1"]["estimate"]["placebos"] = list(placebos)
    made = written(material(sealed=sealed))["contracts/ungebro.html"]
    outline(made)
    return made.decode()


def test_each_placebo_stands_beside_the_estimate_with_its_interval_and_whether_it_moves() -> None:
    shown = page(MOVES, STILL, UNKNOWN)
    assert shown.count("Moves what it cannot move.") == shown.count("Bevæger det, den ikke kan bevæge.") == 1
    assert shown.count("Stands still, as it should.") == shown.count("Står stille, som den skal.") == 1
    assert shown.count("No estimate.") == 1
    assert "Placebo: weeks before" in shown
    assert "1.2500" in shown
    assert "1,2500" in shown
    assert "alle i hver gruppe har samme værdi, så forskellens sikkerhed kan ikke angives" in shown
    assert "Placebo" not in page()
