"""The steps of one night, each restartable and each leaving the warehouse whole: what the Dagster assets call.

A step fetches, calls pure functions and records. Nothing here computes an indicator, an amount or a verdict.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import polars as pl

from indicators.cohort import MEMBERS, eligible, members
from indicators.evaluation.method import methods
from indicators.indicator import COHORT_SCHEMA, library
from indicators.result import Result, count_roles, result_from_data
from indicators.spells import day_number
from pipelines import __version__
from pipelines.canonical import digest
from pipelines.cohorts import Frozen, freeze, frozen_of
from pipelines.contracts.catalogue import REGISTER_PROFILE, Catalogue, arguments
from pipelines.contracts.outcome import ClaimPeriod, OutcomeContract, Payment
from pipelines.deliveries import archive, intake
from pipelines.deliveries.archive import Delivery
from pipelines.deliveries.intake import Receipt
from pipelines.errors import HomeError, without_values
from pipelines.fingerprint import Inputs
from pipelines.ledger import handover
from pipelines.ledger.journal import Entry, Journal, Reading, execution, freezing, read
from pipelines.ledger.settle import settle
from pipelines.metering import Step
from pipelines.payments.decide import Decision, decide_trigger, unprovable, unreadable
from pipelines.payments.vocabulary import catalogue
from pipelines.quality import gate
from pipelines.quality.checker import Checker
from pipelines.quality.checks import Check
from pipelines.quality.gate import GateVerdict, HoldReason
from pipelines.quality.record import save_checks, saved_checks
from pipelines.quality.suites import Suite, cohort_suite, outcome_suite, register_suite, thresholds
from pipelines.settings import Home
from pipelines.warehouse.writer import open_warehouse

Results = dict[str, tuple[dict[str, Any] | None, str]]


@dataclass
class Night:
    """One run for one as-of day in one home. Built once a run; every step is a method."""

    home: Home
    as_of: dt.date
    checker: Checker
    receipts: list[Receipt] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    posted: list[Entry] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    handovers: dict[str, str] = field(default_factory=dict)

    @cached_property
    def catalogue(self) -> Catalogue:
        return catalogue()

    @cached_property
    def is_what_if(self) -> bool:
        """Whether a later day was decided or entered already: then nothing is frozen, handed over or posted."""
        days = [handover.last_decided(self.home), *(entry.as_of for entry in self.ledger.entries)]
        return any(day is not None and self.as_of < day for day in days)

    @cached_property
    def ledger(self) -> Reading:
        """The ledger as it stood when the night began, proved."""
        return read(self.home)

    @cached_property
    def known(self) -> list[Delivery]:
        """The deliveries known on the as-of day. Read after intake."""
        return archive.known(self.home, self.as_of)

    @cached_property
    def used(self) -> dict[str, Delivery]:
        return archive.in_use(self.known)

    @cached_property
    def inputs(self) -> Inputs:
        return Inputs(self.catalogue, self.known)

    def take_in(self) -> list[Receipt]:
        """Take the inbox in. What comes now is known from the first as-of day not yet decided."""
        decided = handover.last_decided(self.home)
        known_from = self.as_of if decided is None else max(self.as_of, decided + dt.timedelta(days=1))
        self.receipts = intake.take_in(self.home, self.catalogue, known_from)
        with open_warehouse(self.home) as warehouse:
            lags = {name: register.handling.reporting_lag_days for name, register in self.catalogue.registers.items()}
            warehouse.note_deliveries(self.known, self.used, lags)
            warehouse.connection.execute("delete from quality.checks")
            warehouse.make_expectation_views()
        return self.receipts

    def build_register(self, name: str) -> list[Check]:
        """Stage a register's delivery in use, unless it is staged already, and check it."""
        register = self.catalogue.registers[name]
        suite, delivery = register_suite(self.catalogue, register), self.used.get(name)
        inputs = digest(self.inputs.register(register))
        with open_warehouse(self.home) as warehouse:
            profile = self.catalogue.profiles.get(REGISTER_PROFILE)
            warehouse.set_thresholds(suite.subject, thresholds(profile, "register"))
            if delivery is None:
                warehouse.forget(suite.subject)
            else:
                warehouse.show_delivered(name, delivery)
                if not warehouse.is_built(suite.subject, inputs):
                    warehouse.stage(name, delivery, register.handling.person_key)
            warehouse.note_built(suite.subject, inputs, self.as_of)
        return self._check(suite, has_delivery=delivery is not None)

    def build_cohort(self, contract: OutcomeContract, cohort_id: str) -> list[Check]:
        """Build a cohort, freeze it when its period is over and covered, and check it against the frozen list."""
        cohort, subject = contract.cohort(cohort_id), f"cohort:{contract.contract}/{cohort_id}"
        suite = cohort_suite(contract, self.catalogue.profiles[contract.gate.profile], cohort_id)
        with open_warehouse(self.home) as warehouse:
            found = members(
                warehouse.enrolments(cohort.register_name, cohort.arms.column, cohort.enrolled_on),
                start=cohort.enrolled.start,
                end=cohort.enrolled.end,
                treatment=cohort.arms.treatment,
                comparison=cohort.arms.comparison,
            ).collect()
            named = found.join(warehouse.persons(), on="person_id", how="left")
            if self._may_freeze(cohort.register_name, cohort.enrolled.end) and self._is_unfrozen(contract, cohort_id):
                freeze(self.home, contract.contract, cohort_id, self.as_of, named)
            frozen = self.frozen(contract, cohort_id)
            agreed = frozen.with_numbers(warehouse) if frozen else found
            warehouse.replace("outcomes.cohort_members", agreed.with_columns(subject=pl.lit(subject)), subject)
            warehouse.replace("quality.cohort_changes", (frozen.changes(warehouse, found) if frozen else NO_CHANGES).with_columns(subject=pl.lit(subject)), subject)
            warehouse.set_cohort(subject, cohort.register_name, day_number(cohort.enrolled.start), day_number(cohort.enrolled.end))
            warehouse.set_thresholds(subject, thresholds(self.catalogue.profiles[contract.gate.profile], "cohort"))
            warehouse.note_built(subject, digest(self.inputs.cohort(contract, cohort_id, self.frozen_hash(contract, cohort_id))), self.as_of)
        return self._check(suite)

    def _may_freeze(self, register: str, end: dt.date) -> bool:
        used = self.used.get(register)
        is_covered = used is not None and used.covers_through is not None and used.covers_through >= end - dt.timedelta(days=1)
        return is_covered and self.as_of >= end and not self.is_what_if

    def _is_unfrozen(self, contract: OutcomeContract, cohort_id: str) -> bool:
        """Whether nothing forbids freezing: the contract is executed as it stands, and the ledger knows of no earlier freezing."""
        return freezing(self.ledger.entries, contract.contract, cohort_id) is None and not self._blocked(contract)

    def frozen(self, contract: OutcomeContract, cohort_id: str) -> Frozen | None:
        """The frozen list of a cohort as known on the as-of day, or None."""
        return frozen_of(self.home, contract.contract, cohort_id, self.as_of)

    def frozen_hash(self, contract: OutcomeContract, cohort_id: str) -> str:
        frozen = self.frozen(contract, cohort_id)
        return frozen.sha256 if frozen else ""

    def build_outcome(self, contract: OutcomeContract, outcome_id: str) -> list[Check]:
        """Compute an outcome's unit rows and its result, and check them."""
        outcome, subject = contract.outcome(outcome_id), f"outcome:{contract.contract}/{outcome_id}"
        profile, measure = self.catalogue.profiles[contract.gate.profile], library()[outcome.indicator]
        looked_at = measure.registers or (contract.cohort(outcome.cohort).register_name,)
        given = arguments(measure.parameters, outcome.arguments)
        with open_warehouse(self.home) as warehouse:
            cohort = warehouse.rows("outcomes.cohort_members", f"cohort:{contract.contract}/{outcome.cohort}")
            chosen = eligible(cohort.lazy()).cast(COHORT_SCHEMA)
            rows = measure.rows(chosen, {name: warehouse.table(name) for name in measure.tables}, given, self._mature_until(measure.registers)).collect()
            result, failure = _result(contract, outcome_id, rows)
            warehouse.replace("outcomes.indicator_values", rows.with_columns(pl.col("status").cast(pl.String), subject=pl.lit(subject)), subject)
            warehouse.set_result(subject, result.as_data() if result else None, failure)
            warehouse.set_thresholds(subject, thresholds(profile, "outcome"))
            warehouse.set_needs(subject, looked_at, measure.plausible)
            warehouse.note_built(subject, digest(self.inputs.outcome(contract, outcome_id, self.frozen_hash(contract, outcome.cohort))), self.as_of)
        return self._check(outcome_suite(contract, profile, outcome_id))

    def _mature_until(self, registers: tuple[str, ...]) -> int:
        """The day before which every event is known: of the registers an indicator reads, the one that covers least, less its lag."""
        ends = [day_number(self.as_of) + 1]
        for name in registers:
            used = self.used.get(name)
            through = used.covers_through if used and used.covers_through else dt.date(1970, 1, 1)
            ends.append(day_number(through) + 1 - self.catalogue.registers[name].handling.reporting_lag_days)
        return min(ends)

    def _check(self, suite: Suite, *, has_delivery: bool = True) -> list[Check]:
        """Run a suite on the closed warehouse and record what it said."""
        checks = self.checker.run(self.home, suite, self.as_of, has_delivery=has_delivery)
        with open_warehouse(self.home) as warehouse:
            save_checks(warehouse, suite.subject, checks)
        return checks

    def checks_of(self, contract: OutcomeContract) -> list[Check]:
        """Tonight's checks of a contract's cohorts and of the outcomes that a trigger decides by now."""
        with open_warehouse(self.home) as warehouse:
            every = saved_checks(warehouse)
        not_due = self.not_due_subjects()
        return [check for check in every if check.subject.split(":", 1)[-1].startswith(f"{contract.contract}/") and check.subject not in not_due]

    def not_due_subjects(self) -> set[str]:
        """The outcomes that no trigger decides yet: what fails for them holds nothing and alarms nobody."""
        every = {f"outcome:{name}/{outcome.id}" for name, contract in self.catalogue.contracts.items() for outcome in contract.outcomes}
        due = {
            f"outcome:{name}/{payment.pays_for}"
            for name, contract in self.catalogue.contracts.items()
            for payment in contract.payments
            if any(self.as_of >= period.decided_from for period in payment.claim_periods)
        }
        return every - due

    def all_checks(self) -> list[Check]:
        """Every check of the night."""
        with open_warehouse(self.home) as warehouse:
            return saved_checks(warehouse)

    def decide_all(self) -> list[Decision]:
        """Decide every trigger and claim period from what stands in the warehouse, whatever failed before. Never raises for one contract."""
        with open_warehouse(self.home) as warehouse:
            checks, results = saved_checks(warehouse), warehouse.results()
        made: list[Decision] = []
        broken = sorted(self.catalogue.broken_contracts.items())
        made += [unreadable(name, self.as_of, [finding.sentence() for finding in findings]) for name, findings in broken]
        known = {*self.catalogue.contracts, *self.catalogue.broken_contracts}
        gone = sorted({entry.contract for entry in self.ledger.entries if entry.kind == "execution" and entry.as_of <= self.as_of} - known)
        made += [unreadable(name, self.as_of, [f"{name} is executed and its file is gone; restore data_contracts/outcomes/{name}.yaml"]) for name in gone]
        for name, contract in sorted(self.catalogue.contracts.items()):
            try:
                made += self._decide_contract(contract, checks, results)
            except Exception as error:
                words = f"{name} could not be decided: {without_values(error)}"
                self.problems.append(words)
                made += [unprovable(contract, payment, period, self.as_of, words) for payment in contract.payments for period in payment.claim_periods]
        self.decisions = made
        return made

    def _decide_contract(self, contract: OutcomeContract, checks: list[Check], results: Results) -> list[Decision]:
        blocked = self._blocked(contract)
        return [self._decide(contract, payment, period, checks, results, blocked) for payment in contract.payments for period in payment.claim_periods]

    def _decide(self, contract: OutcomeContract, payment: Payment, period: ClaimPeriod, checks: list[Check], results: Results, blocked: list[HoldReason]) -> Decision:
        found, failure = results.get(f"outcome:{contract.contract}/{payment.pays_for}", (None, ""))
        failed = [_no_estimate(contract, payment, failure)] if failure else []
        return decide_trigger(
            contract,
            payment,
            period,
            as_of=self.as_of,
            verdict=lambda: self._verdict(contract, payment, checks, [*blocked, *failed]),
            result=lambda: result_from_data(found) if found else None,
        )

    def _verdict(self, contract: OutcomeContract, payment: Payment, checks: list[Check], blocked: list[HoldReason]) -> GateVerdict:
        frozen = self.frozen_hash(contract, contract.outcome(payment.pays_for).cohort)
        fingerprint = digest(self.inputs.trigger(contract, payment, frozen))
        if not frozen:
            cohort = contract.outcome(payment.pays_for).cohort
            words = f"the cohort {cohort} is not frozen: its period is not over, or not covered by its register"
            blocked = [
                *blocked,
                HoldReason(
                    f"cohort:{contract.contract}/{cohort}", "cohort_is_frozen", "failed", words, "Wait for, or ask for, a delivery that covers the period.", "data_supplier"
                ),
            ]
        entered = freezing(self.ledger.entries, contract.contract, contract.outcome(payment.pays_for).cohort)
        if entered is not None and entered.as_of <= self.as_of and entered.body["sha256"] != frozen:
            words = f"the frozen list of {entered.body['cohort']} is not the one that {entered.name()} entered"
            blocked = [*blocked, HoldReason(f"cohort:{entered.about}", "cohort_is_the_frozen_one", "failed", words, "Restore archive/cohorts from a backup.", "data_engineer")]
        required = self.inputs.required(contract, payment, frozen)
        return gate.decide(required, checks, fingerprint=fingerprint, as_of=self.as_of, blocked=blocked)

    def _blocked(self, contract: OutcomeContract) -> list[HoldReason]:
        """Why nothing of a contract may be decided, from before any data: it is not executed, or its text changed since."""
        subject, remedy = f"contract:{contract.contract}", f"Once the parties have signed, run `udbytte execute {contract.contract}`."
        if REGISTER_PROFILE not in self.catalogue.profiles:
            words = f"the gate profile {REGISTER_PROFILE}, which every register is held to, does not load"
            return [HoldReason(subject, "register_profile_loads", "failed", words, "Mend the profile and run the night again.", "data_engineer")]
        if self.ledger.fault:
            return [HoldReason("ledger", "ledger_is_sound", "failed", self.ledger.fault, "Restore the ledger from a backup and run `udbytte verify`.", "data_engineer")]
        executed = execution(self.ledger.entries, contract.contract, contract.version)
        if executed is None or executed.as_of > self.as_of:
            return [HoldReason(subject, "contract_is_executed", "failed", f"version {contract.version} of {contract.contract} is not executed", remedy, "commissioner")]
        if executed.body["sha256"] != self.catalogue.digest_of(f"outcomes/{contract.contract}.yaml"):
            words = f"the text of {contract.contract} is not the one that was executed as version {contract.version}"
            return [HoldReason(subject, "contract_text_unchanged", "failed", words, "Restore the executed text, or give the amended one a new version.", "commissioner")]
        return [HoldReason(subject, rule, "failed", words, remedy, "commissioner") for rule, words, remedy in self._broken_promises(contract, executed)]

    def _broken_promises(self, contract: OutcomeContract, executed: Entry) -> list[tuple[str, str, str]]:
        """What else the ledger says about a contract that its text in force does not keep, as rule, words and remedy."""
        entries = [entry for entry in self.ledger.entries if entry.contract == contract.contract and entry.as_of <= self.as_of]
        newest = max(entry.body["version"] for entry in entries if entry.kind == "execution")
        named = {f"{contract.contract}/{payment.id}/{period.id}/" for payment in contract.payments for period in payment.claim_periods}
        orphans = sorted({entry.posting_key for entry in entries if entry.posting_key and not entry.posting_key.startswith(tuple(named))})
        changed = sorted(pin for pin, sha256 in self.catalogue.bound_profiles(contract).items() if executed.body["profiles"].get(pin) != sha256)
        found = []
        if newest > contract.version:
            found.append(
                (
                    "contract_is_newest",
                    f"version {newest} of {contract.contract} is executed and its file holds version {contract.version}",
                    "Put the newest executed text in force.",
                )
            )
        if orphans:
            words = f"{', '.join(orphans)} stands in the ledger and is not in this text; under another name it would be paid again"
            found.append(("posted_keys_are_named", words, "Keep the names of triggers and claim periods that were posted."))
        if changed:
            found.append(
                ("profile_unchanged", f"the gate profile {', '.join(changed)} is not the one the contract was executed with", "Restore it, or give the changed one a new version.")
            )
        return found

    def hand_over_and_settle(self) -> list[Entry]:
        """Seal tonight's decisions per contract, take them, and post what changed. A what-if does neither. One contract's trouble is a
        problem of the night and stops no other."""
        if self.is_what_if:
            self.notes.append(f"{self.as_of} is before the newest decided day: a what-if, nothing is handed over, posted or published")
            return []
        for name in sorted({decision.contract for decision in self.decisions} & set(self.catalogue.contracts)):
            try:
                path = handover.write(self.home, self._handover(name))
                self.handovers[name] = f"{path.parent.name}/{path.name}"
                journal = Journal(self.home)
                self.notes += journal.notes
                self.posted += settle(self.home, journal, [path])
            except Exception as error:
                self.problems.append(f"{name}: {without_values(error)}")
        return self.posted

    def _handover(self, name: str) -> dict[str, Any]:
        contract = self.catalogue.contracts[name]
        with open_warehouse(self.home) as warehouse:
            results = {key.split("/", 1)[1]: found for key, (found, _) in sorted(warehouse.results().items()) if key.startswith(f"outcome:{name}/")}
        return {
            "contract": {"id": name, "version": contract.version, "sha256": self.catalogue.digest_of(f"outcomes/{name}.yaml")},
            "as_of": self.as_of,
            "cohorts": {cohort.id: self._frozen_or_lost(contract, cohort.id) for cohort in contract.cohorts},
            "decisions": [decision.as_data() for decision in self.decisions if decision.contract == name],
            "results": results,
            "fingerprints": {payment.id: self._made_of(contract, payment) for payment in contract.payments},
            "disclosure": {"smallest_count": contract.disclosure.smallest_count, "readers": "the contract's parties"},
            "made_by": {"udbytte": __version__},
        }

    def _frozen_or_lost(self, contract: OutcomeContract, cohort_id: str) -> str:
        """The hash of a frozen list that is what the ledger says it is; empty when there is none, or another."""
        try:
            found = self.frozen_hash(contract, cohort_id)
        except HomeError:
            return ""
        entered = freezing(self.ledger.entries, contract.contract, cohort_id)
        return found if entered is None or entered.body["sha256"] == found else ""

    def _made_of(self, contract: OutcomeContract, payment: Payment) -> dict[str, Any]:
        """The parts of a decision's fingerprint; of one whose proof cannot be read, which is held, why it cannot."""
        try:
            return self.inputs.trigger(contract, payment, self.frozen_hash(contract, contract.outcome(payment.pays_for).cohort))
        except Exception as error:
            return {"unreadable": without_values(error)}


NO_CHANGES = pl.DataFrame(schema={"person_id": MEMBERS["person_id"], "change": pl.String})


def _result(contract: OutcomeContract, outcome_id: str, rows: pl.DataFrame) -> tuple[Result | None, str]:
    """The result of unit rows, with its estimate when the contract compares; or why there is none, in words."""
    outcome = contract.outcome(outcome_id)
    roles = count_roles(rows)
    plain = Result(contract.contract, outcome.id, outcome.clause, outcome.kind, outcome.indicator, outcome.cohort, roles)
    if outcome.compare is None:
        return plain, ""
    try:
        if set(roles) != {"treatment", "comparison"}:
            raise ValueError("one arm of the cohort has nobody in it")
        compare = outcome.compare
        estimate = methods()[compare.method].estimate(roles["treatment"], roles["comparison"], intervals=compare.intervals, level=compare.level, decimals=compare.decimals)
    except ValueError as error:
        return plain, f"{outcome.compare.method} gives no estimate: {error}"
    return Result(contract.contract, outcome.id, outcome.clause, outcome.kind, outcome.indicator, outcome.cohort, roles, estimate=estimate), ""


def _no_estimate(contract: OutcomeContract, payment: Payment, words: str) -> HoldReason:
    subject = f"outcome:{contract.contract}/{payment.pays_for}"
    return HoldReason(subject, "estimate_exists", "failed", words, "Ask the evaluator whether the method fits these data.", "evaluator")
