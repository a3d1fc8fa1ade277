"""How a contract measures and compares, in words that can be held against another version of it: what each outcome is measured by, over whom, with
which window, and by which method it is compared with whom. Clauses, titles and prices are none of it.

An execution enters this in the ledger, so that an amendment made after results exist can be told from one made before, in any home.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipelines.contracts.differences import words_of
from pipelines.contracts.outcome import Cohort, Outcome, OutcomeContract

OF_OUTCOME = ("cohort", "indicator", "reads", "with", "claimed_by", "unit", "combine", "months_before", "compare")
OF_COHORT = ("from", "where", "enrolled", "enrolled_on", "arms", "matched", "eligible", "after_enrolment")
SAYS_NOTHING = ("clause", "errors")
"""Keys that choose no figure: where a term is agreed, and how wrong the parties let the method be."""
Design = dict[str, Any]
"""`outcomes`: the terms of each by their place; `pays_for`: the outcomes that each trigger rests on."""


def designed(contract: OutcomeContract) -> Design:
    """The Design of a contract, as plain data."""
    outcomes = {outcome.id: {**dict(_of_outcome(outcome)), **dict(_of_cohorts(contract, outcome))} for outcome in contract.outcomes}
    pays_for = {payment.id: list(contract.resting_on(name for kind in payment.kinds for name in payment.outcomes_of(kind))) for payment in contract.payments}
    return {"outcomes": outcomes, "pays_for": pays_for}


def _of_outcome(outcome: Outcome) -> Iterator[tuple[str, str]]:
    said = outcome.terms()
    for key in OF_OUTCOME:
        yield from _flat(key, said.get(key))


def _of_cohorts(contract: OutcomeContract, outcome: Outcome) -> Iterator[tuple[str, str]]:
    for name in outcome.cohorts:
        said = _cohort(contract.cohort(name))
        for key in OF_COHORT:
            yield from _flat(f"cohorts[{name}].{key}", said.get(key))


def _cohort(cohort: Cohort) -> dict[str, Any]:
    return cohort.terms()


def _flat(place: str, value: Any) -> Iterator[tuple[str, str]]:
    """Each term under its place, as its file writes it; of what is not said at all nothing, so that more can be said later."""
    if isinstance(value, dict):
        for key, part in value.items():
            if key not in SAYS_NOTHING:
                yield from _flat(f"{place}.{key}", part)
    elif value not in (None, [], ""):
        yield place, words_of(value)
