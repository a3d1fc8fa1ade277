"""What of the open tables is frozen: the figures of a claim once a decision of it stands in the ledger, those of a cohort once its list is closed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipelines.contracts.outcome import OutcomeContract
from pipelines.fingerprint import period_of
from pipelines.reports.disclosing.known import DECISIONS, result_row
from pipelines.reports.disclosing.problem import Row


@dataclass(frozen=True)
class Frozen:
    """The rows of results and decisions that are frozen, and the cohorts (`contract/cohort`) that are; the names of every contract's `outcomes` and
    of its cohorts' `lists`."""

    rows: frozenset[Row]
    cohorts: frozenset[str]
    outcomes: Mapping[str, frozenset[str]]
    lists: Mapping[str, frozenset[str]]

    def is_frozen(self, row: Row) -> bool:
        """Whether a row may tell anything yet. Rows about registers are of no claim, so they always may."""
        table, *named = row
        if table in ("indicator_results", "payment_decisions"):
            return row in self.rows
        if table == "gate_checks":
            return self._subject(named[0])
        if table == "gaming_figures" and named[2]:
            return self._about(named[0], named[2])
        return True

    def _subject(self, subject: str) -> bool:
        kind, _, name = subject.partition(":")
        parts = name.split("/")
        if kind == "outcome":
            return result_row(parts[0], parts[1], "/".join(parts[2:])) in self.rows
        if kind == "trigger":
            return (DECISIONS, *parts) in self.rows
        return kind != "cohort" or name in self.cohorts

    def _about(self, contract: str, about: str) -> bool:
        """A figure about a cohort waits for its list, one about an outcome for the first of its results; any other is about neither."""
        if about in self.outcomes.get(contract, ()):
            return any(row[:3] == ("indicator_results", contract, about) for row in self.rows)
        return about not in self.lists.get(contract, ()) or f"{contract}/{about}" in self.cohorts


def frozen(contracts: Mapping[str, OutcomeContract], posted: Iterable[tuple[str, str, str, str]], cohorts: Iterable[str]) -> Frozen:
    """`posted` are the claims (contract, trigger, claim period, settlement) that an entry stands for, `cohorts` the frozen ones."""
    rows: set[Row] = set()
    for name, trigger, claim_period, kind in posted:
        rows.add((DECISIONS, name, trigger, claim_period, kind))
        contract = contracts.get(name)
        payment = next((item for item in contract.payments if item.id == trigger), None) if contract else None
        period = next((item for item in payment.claim_periods if item.id == claim_period), None) if payment else None
        if contract and payment and period:
            named = (*payment.outcomes_of(kind), *contract.compared_with(payment, kind))
            rows |= {result_row(name, item, period_of(contract.outcome(item), period)) for item in named}
    outcomes = {name: frozenset(item.id for item in contract.outcomes) for name, contract in contracts.items()}
    lists = {name: frozenset(item.id for item in contract.cohorts) for name, contract in contracts.items()}
    return Frozen(frozenset(rows), frozenset(cohorts), outcomes, lists)
