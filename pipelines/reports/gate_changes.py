"""What contracts changed in their gates: loosened rules stand apart wherever anyone looks, with the clause and the reason."""

from __future__ import annotations

from typing import Any

from pipelines.contracts.catalogue import Catalogue
from pipelines.contracts.outcome import OutcomeContract
from pipelines.contracts.profile import ProfileRule
from pipelines.quality.suites import change_of

ORDER = ("loosened", "added", "tightened")


def gate_changes(catalogue: Catalogue) -> list[dict[str, Any]]:
    """One row a rule that a contract changed or added: contract, rule, change, the thresholds before and now, clause and reason, and the
    language of both. Loosened ones
    come first: each lets something through that the profile would hold."""
    found = [_row(contract, rule) for _, contract in sorted(catalogue.contracts.items()) for rule in catalogue.gate_of(contract).rules if rule.clause]
    return sorted(found, key=lambda row: ORDER.index(row["change"]))


def _row(contract: OutcomeContract, rule: ProfileRule) -> dict[str, Any]:
    was = "" if rule.was is None else f"{rule.was.normalize():f}"
    now = f"{rule.threshold.normalize():f}"
    said = {"clause": rule.clause, "because": rule.because, "language": contract.language}
    return {"contract": contract.contract, "rule": rule.rule, "change": change_of(rule), "was": was, "now": now, **said}
