"""A night that plans: decided by other texts, in a scratch copy of a home, measuring anew only what those texts change.

What stands in the copied warehouse was built on this as-of day from the very data and definitions that would be used now; it is what a whole
night would make again. Everything is decided anew, and every claim is checked as it would be decided.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from pipelines.canonical import digest
from pipelines.contracts.catalogue import REGISTER_PROFILE
from pipelines.contracts.outcome import OutcomeContract
from pipelines.deliveries.intake import Receipt
from pipelines.ledger.journal import Entry
from pipelines.night import Night
from pipelines.payments.decide import Decision
from pipelines.quality.checks import Check, Tally
from pipelines.quality.record import saved_checks, saved_tallies
from pipelines.quality.registers import register_suite, register_thresholds
from pipelines.quality.suites import Suite, cohort_suite, outcome_subject, outcome_suite, thresholds
from pipelines.warehouse.writer import connect


@dataclass
class PlannedNight(Night):
    """A night of a scratch home whose `catalogue` and `ledger` are given. It hands nothing over. `measured` are the subjects that it built
    anew, in their order."""

    measured: list[str] = field(default_factory=list)
    _built: dict[str, str] = field(default_factory=dict)
    _saved: dict[str, list[Check]] = field(default_factory=dict)
    _tallies: dict[str, Tally] = field(default_factory=dict)

    def take_in(self, *, is_patient: bool = False) -> list[Receipt]:
        """Nothing waits in a scratch home; what stands there of this day is kept in mind."""
        with self._warehouse() as warehouse:
            self._built = warehouse.built_from(self.as_of)
            self._tallies = saved_tallies(warehouse)
            for check in saved_checks(warehouse):
                self._saved.setdefault(check.subject, []).append(check)
        return super().take_in(is_patient=is_patient)

    def build_register(self, name: str) -> list[Check]:
        register = self.catalogue.registers[name]
        suite, made_from = register_suite(self.catalogue, register), digest(self.inputs.register(register))
        limits = register_thresholds(self.catalogue.profiles.get(REGISTER_PROFILE), register)
        standing = self._standing([(suite, made_from)], limits)
        return self._anew(suite.subject, super().build_register(name)) if standing is None else standing

    def build_cohort(self, contract: OutcomeContract, cohort_id: str) -> list[Check]:
        """A cohort that is not frozen is built again: signed, it may be frozen tonight."""
        suite, frozen = cohort_suite(contract, self.catalogue.gate_of(contract), cohort_id), self.frozen_hash(contract, cohort_id)
        limits = thresholds(self.catalogue.gate_of(contract), "cohort")
        standing = self._standing([(suite, digest(self.inputs.cohort(contract, cohort_id, frozen)))], limits) if frozen else None
        return self._anew(suite.subject, super().build_cohort(contract, cohort_id)) if standing is None else standing

    def build_outcome(self, contract: OutcomeContract, outcome_id: str) -> list[Check]:
        outcome, profile = contract.outcome(outcome_id), self.catalogue.gate_of(contract)
        made_from = digest(self.inputs.outcome(contract, outcome_id, self.frozen_hashes(contract, [outcome_id])))
        claims = [claim.id if claim else "" for claim in self.together.claims(contract, outcome)]
        standing = self._standing([(outcome_suite(contract, profile, outcome_id, claim), made_from) for claim in claims], thresholds(profile, "outcome"))
        if standing is None:
            return self._anew(outcome_subject(contract.contract, outcome_id), super().build_outcome(contract, outcome_id))
        self.together.leave_out(contract, outcome)
        return standing

    def _anew(self, subject: str, checks: list[Check]) -> list[Check]:
        self.measured.append(subject)
        return checks

    def _standing(self, suites: Sequence[tuple[Suite, str]], limits: Mapping[str, Decimal]) -> list[Check] | None:
        """The checks of subjects that stand as they would be built, those of another suite asked anew; None when one is to be built."""
        if any(self._built.get(suite.subject) != made_from for suite, made_from in suites):
            return None
        asked = [suite for suite, made_from in suites if not self._is_checked(suite, made_from)]
        kept = {suite.subject for suite, _ in suites} - {suite.subject for suite in asked}
        self._unsaved.update({subject: (self._tallies[subject], self._saved[subject]) for subject in kept})
        if asked:
            with self._warehouse() as warehouse:
                for suite in asked:
                    warehouse.set_thresholds(suite.subject, dict(limits))
        return [*(check for subject in sorted(kept) for check in self._saved[subject]), *(self._check(*asked) if asked else [])]

    def _is_checked(self, suite: Suite, made_from: str) -> bool:
        """Whether just this was asked of a subject as it stands."""
        saved = self._saved.get(suite.subject, [])
        is_same = all((check.as_of, check.inputs, check.suite) == (self.as_of, made_from, suite.digest()) for check in saved)
        return is_same and suite.subject in self._tallies and sorted(check.rule for check in saved) == sorted(item.rule for item in suite.expectations)

    def decide_all(self) -> list[Decision]:
        """As any night, on a warehouse that stays open meanwhile: opening it for each step is what takes longest here."""
        with contextlib.closing(connect(self.home.warehouse, self.home, read_only=False)):
            return super().decide_all()

    def hand_over_and_settle(self) -> list[Entry]:
        """A plan hands nothing over and posts nothing."""
        return []

    def results(self) -> dict[str, tuple[dict[str, Any] | None, str]]:
        """What was measured, by subject."""
        with self._warehouse() as warehouse:
            return warehouse.results(self.as_of)
