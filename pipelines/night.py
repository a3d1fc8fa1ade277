"""The steps of one night, each restartable and each leaving the warehouse whole: what the Dagster assets call.

A step fetches, calls pure functions and records. Nothing here computes an indicator, an amount or a verdict.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property, partial
from typing import Any

import polars as pl
from pebble import ProcessPool

from indicators.result import Result
from indicators.spells import day_number
from pipelines import __version__, lines, measuring, proposing, referral_log, referring
from pipelines.canonical import digest
from pipelines.cohorts import Frozen, frozen_of
from pipelines.contracts.catalogue import REGISTER_PROFILE, Catalogue
from pipelines.contracts.external import EXTERNAL, is_external
from pipelines.contracts.outcome import ClaimPeriod, Outcome, OutcomeContract, Payment
from pipelines.contracts.relationships import names_of
from pipelines.deciding import Deciding, Proof, blocks
from pipelines.deliveries import archive, intake
from pipelines.deliveries.archive import Delivery
from pipelines.deliveries.counting import InUse, due, in_use, vintage_before
from pipelines.deliveries.intake import Receipt
from pipelines.errors import HomeError, without_values
from pipelines.estimates.keeping import files_of
from pipelines.estimates.standing import with_estimate
from pipelines.evidencing import estimated
from pipelines.fingerprint import Claim, Inputs
from pipelines.freezing import beside_nobody, freeze_members, record_match
from pipelines.ledger import estimating, handover, true_up
from pipelines.ledger.approving import clock
from pipelines.ledger.journal import Entry, Journal, Reading, freezing, read
from pipelines.ledger.settle import settle
from pipelines.measuring import results_by_cohort
from pipelines.metering import Step
from pipelines.payments.decide import FINAL, Decision, unprovable, unreadable
from pipelines.payments.rule import Unit
from pipelines.payments.vocabulary import catalogue, vocabulary
from pipelines.quality.checker import Checker
from pipelines.quality.checks import Check, Tally
from pipelines.quality.record import save_checks, saved_checks, saved_tallies
from pipelines.quality.registers import register_suite, register_thresholds
from pipelines.quality.suites import Suite, cohort_suite, outcome_subject, outcome_suite, thresholds
from pipelines.settings import Home
from pipelines.together import Together, undecided
from pipelines.warehouse.vintages import note_vintage
from pipelines.warehouse.writer import Warehouse, kept_open, open_warehouse


@dataclass
class Night:
    """One run for one as-of day in one home. Built once a run; every step is a method. `reader` reads deliveries; else intake starts its own."""

    home: Home
    as_of: dt.date
    checker: Checker
    reader: ProcessPool | None = None
    receipts: list[Receipt] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    posted: list[Entry] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    proofs: dict[str, Proof] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    handovers: dict[str, str] = field(default_factory=dict)
    tallied: dict[str, Tally] = field(default_factory=dict)
    _empty: set[str] = field(default_factory=set)
    _unsaved: dict[str, tuple[Tally, list[Check]]] = field(default_factory=dict)
    _units_read: dict[str, list[Unit]] = field(default_factory=dict)

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
    def used(self) -> dict[str, InUse]:
        """What counts of each register on the as-of day."""
        return in_use(self.known, self.catalogue.registers)

    @cached_property
    def inputs(self) -> Inputs:
        return Inputs(self.catalogue, self.known, partial(referral_log.earlier, self.home), partial(estimating.seals, self.ledger.entries, self.as_of))

    @cached_property
    def together(self) -> Together:
        """The outcomes of the night, which are measured together."""
        return Together(self.home, self.as_of, self.catalogue, self.inputs, self.used, self.frozen_hash)

    def take_in(self, *, is_patient: bool = False) -> list[Receipt]:
        """Take the inbox in. What comes now is known from the first as-of day not yet decided."""
        self.receipts = intake.take_in(self.home, self.catalogue, handover.first_undecided(self.home, self.as_of), is_patient=is_patient, reader=self.reader)
        with self._warehouse() as warehouse:
            lags = {name: register.handling.reporting_lag_days for name, register in self.catalogue.registers.items()}
            warehouse.note_deliveries(self.known, self.used, lags, due(self.used, self.catalogue.registers, self.as_of))
            warehouse.connection.execute("delete from quality.checks")
            warehouse.connection.execute("delete from quality.tallies")
            warehouse.make_expectation_views()
        return self.receipts

    def check_arrivals(self) -> list[Check]:
        """Stage and check every register that something came of, or that refers to one, each for itself: what stops one is a problem, and stops
        no other. What waits for a register of which nothing is delivered says nothing of the one that came, and is left out."""
        came = {item.register for item in self.receipts if item.state in ("accepted", "known_already")} & set(self.catalogue.registers)
        made: list[Check] = []
        for name in sorted(came | {name for name in self.used if came & set(names_of(self.catalogue.registers[name]))}):
            try:
                made += self.build_register(name)
            except Exception as error:
                self.problems.append(f"{name}: {without_values(error)}")
        with self._warehouse():  # nothing comes after them that would save them
            return [check for check in made if not self.inputs.waits(check.subject, check.rule)]

    def build_register(self, name: str) -> list[Check]:
        """Stage what counts of a register and of those it refers to, unless it is staged already, compare it with the vintage before, and check it."""
        register = self.catalogue.registers[name]
        suite, used = register_suite(self.catalogue, register), self.used.get(name)
        with self._warehouse() as warehouse:
            profile = self.catalogue.profiles.get(REGISTER_PROFILE)
            warehouse.set_thresholds(suite.subject, register_thresholds(profile, register))
            for codelist in register.codelists():
                warehouse.note_codes(codelist, self.catalogue.codes[codelist])
            if used is None:
                warehouse.forget(suite.subject)
            for other in names_of(register):
                measuring.stage(warehouse, self.inputs, self.catalogue.registers[other], self.as_of, is_once=True)
            measuring.stage(warehouse, self.inputs, register, self.as_of)
            note_vintage(warehouse, register, used, vintage_before(self.known, register, used) if used else None)
            warehouse.note_built(suite.subject, digest(self.inputs.register(register)), self.as_of)
        return self._check(suite)

    def build_cohort(self, contract: OutcomeContract, cohort_id: str) -> list[Check]:
        """Build a cohort, freeze it when its period is over and covered and somebody is in it, and check it against the frozen list."""
        cohort, subject = contract.cohort(cohort_id), f"cohort:{contract.contract}/{cohort_id}"
        suite = cohort_suite(contract, self.catalogue.gate_of(contract), cohort_id)
        with self._warehouse() as warehouse:
            found = measuring.enrolled(warehouse, cohort)
            last_day, frozen = measuring.last_day(cohort, found), self.frozen(contract, cohort_id)
            is_closed = self.as_of > last_day and measuring.is_covered(self.catalogue, self.used, cohort, last_day)
            if frozen is None and is_closed and not measuring.has_people(found):
                self._empty.add(subject)
            elif frozen is None and is_closed and not self.is_what_if and self._is_unfrozen(contract, cohort_id):
                why_not = freeze_members(warehouse, self.catalogue, contract.contract, cohort, self.as_of, found)
                if why_not:
                    found = beside_nobody(found)
                    self.notes.append(why_not)
                frozen = self.frozen(contract, cohort_id)
            agreed = frozen.with_numbers(warehouse) if frozen else found
            warehouse.replace("outcomes.cohort_members", agreed.with_columns(subject=pl.lit(subject)), subject)
            record_match(warehouse, subject, frozen)
            warehouse.replace("quality.cohort_changes", measuring.changed(warehouse, cohort, frozen, found).with_columns(subject=pl.lit(subject)), subject)
            referring.note_contamination(warehouse, contract, cohort, agreed, self.used)
            is_kept = not self.is_what_if and not blocks(self.catalogue, self.ledger, contract, self.as_of)
            referring.log_referrals(warehouse, contract.contract, cohort, self.used.get(cohort.register_name), self.as_of, is_kept=is_kept)
            warehouse.set_cohort(subject, cohort.register_name, day_number(cohort.enrolled.start), day_number(last_day) + 1, 2 if cohort.is_compared else 1)
            warehouse.set_thresholds(subject, thresholds(self.catalogue.gate_of(contract), "cohort"))
            warehouse.note_built(subject, digest(self.inputs.cohort(contract, cohort_id, self.frozen_hash(contract, cohort_id))), self.as_of)
        return self._check(suite)

    def _is_unfrozen(self, contract: OutcomeContract, cohort_id: str) -> bool:
        """Whether nothing forbids freezing: the contract is executed as it stands, and the ledger knows of no earlier freezing."""
        return freezing(self.ledger.entries, contract.contract, cohort_id) is None and not blocks(self.catalogue, self.ledger, contract, self.as_of)

    def frozen(self, contract: OutcomeContract, cohort_id: str) -> Frozen | None:
        """The frozen list of a cohort as known on the as-of day, or None."""
        return frozen_of(self.home, contract.contract, cohort_id, self.as_of)

    def frozen_hash(self, contract: OutcomeContract, cohort_id: str) -> str:
        frozen = self.frozen(contract, cohort_id)
        return frozen.sha256 if frozen else ""

    def frozen_hashes(self, contract: OutcomeContract, outcomes: Iterable[str]) -> dict[str, str]:
        """The hash of the frozen list of every cohort that some outcomes are measured over."""
        return {name: self.frozen_hash(contract, name) for outcome in outcomes for name in contract.outcome(outcome).cohorts}

    def build_outcome(self, contract: OutcomeContract, outcome_id: str) -> list[Check]:
        """Compute an outcome's unit rows and its result, for each claim period that is decided by now where each has its own, and check them."""
        outcome = contract.outcome(outcome_id)
        with self._warehouse() as warehouse:
            self.together.prepare(warehouse, contract, outcome)
            suites = [self._record_claim(warehouse, contract, outcome, claim) for claim in self.together.claims(contract, outcome)]
        return self._check(*suites)

    def _record_claim(self, warehouse: Warehouse, contract: OutcomeContract, outcome: Outcome, claim: ClaimPeriod | None) -> Suite:
        """Put the rows and the result of a claim into the warehouse with what its expectations need, and return its suite."""
        period = claim.id if claim else ""
        subject = outcome_subject(contract.contract, outcome.id, period)
        profile = self.catalogue.gate_of(contract)
        looked_at = self.catalogue.read_registers(outcome, vocabulary()) or tuple(contract.cohort(name).register_name for name in outcome.cohorts)
        roles = measuring.record_rows(warehouse, subject, self.together.rows(warehouse, contract, outcome, claim))
        if is_external(outcome.compare):
            plain = measuring.counted(contract, outcome, roles, period)
            result, failure = with_estimate(self.home, self.ledger.entries, contract, outcome, plain, self.as_of)
        else:
            result, failure = measuring.result_of(contract, outcome, roles, partial(estimated, warehouse, contract, outcome, subject, roles), period)
        warehouse.set_outcome(subject, contract.contract, outcome.id, outcome.indicator)
        warehouse.set_result(subject, result.as_data() if result else None, failure)
        warehouse.set_thresholds(subject, thresholds(profile, "outcome"))
        warehouse.set_needs(subject, tuple(dict.fromkeys(looked_at)), measuring.plausible(outcome), measuring.months_after(outcome))
        warehouse.note_built(subject, digest(self.inputs.outcome(contract, outcome.id, self.frozen_hashes(contract, [outcome.id]))), self.as_of)
        return outcome_suite(contract, profile, outcome.id, period)

    @contextlib.contextmanager
    def _warehouse(self) -> Iterator[Warehouse]:
        """The warehouse for a step, with every check made so far: opening it is dear, so checks wait for the next step that does.
        Those of a night that ends before are asked again by the next one."""
        with open_warehouse(self.home) as warehouse:
            for tally, checks in self._unsaved.values():
                save_checks(warehouse, tally, checks)
            yield warehouse
        self._unsaved.clear()

    def _check(self, *suites: Suite) -> list[Check]:
        """Run suites on the closed warehouse and record what they said, and how much of what they declare ran: what did not is a problem of the night."""
        undelivered = set(self.catalogue.registers) - set(self.used)
        found = self.checker.evaluate(self.home, suites, self.as_of, undelivered=undelivered)
        for tally in found.tallies:
            self.tallied[tally.subject] = tally
            self._unsaved[tally.subject] = (tally, [check for check in found.checks if check.subject == tally.subject])
            if not tally.is_whole:
                self.problems.append(f"{tally.subject}: {tally.words()}; what did not run holds what needs it, so run the night again")
        return found.checks

    def tallies(self) -> dict[str, Tally]:
        """Of every suite that the catalogue declares and of every one that was asked tonight, how many expectations were declared and how many ran,
        by subject. None ran of a suite that a step before it kept from being asked."""
        with self._warehouse() as warehouse:
            found = saved_tallies(warehouse)
        declared = self.inputs.declared(lambda contract, outcome: [claim.id if claim else "" for claim in self.together.claims(contract, outcome)])
        return dict(sorted({**{suite.subject: Tally(suite.subject, len(suite.expectations), 0) for suite in declared}, **found}.items()))

    def checks_of(self, contract: OutcomeContract) -> list[Check]:
        """Tonight's checks of a contract's cohorts and of the outcomes that a trigger decides by now."""
        with self._warehouse() as warehouse:
            every = saved_checks(warehouse)
        not_due = self.not_due_subjects()
        return [check for check in every if check.subject.split(":", 1)[-1].startswith(f"{contract.contract}/") and check.subject not in not_due]

    def not_due_subjects(self) -> set[str]:
        """The outcomes that no trigger decides yet: what fails for them holds nothing and alarms nobody."""
        return {subject for contract in self.catalogue.contracts.values() for subject in undecided(contract, self.as_of)}

    def all_checks(self) -> list[Check]:
        """Every check of the night."""
        with self._warehouse() as warehouse:
            return saved_checks(warehouse)

    def decide_all(self) -> list[Decision]:
        """Decide every trigger and claim period from what stands in the warehouse, whatever failed before, and check each claim as it would be
        decided. Never raises for one contract."""
        self.together.waiting.clear()
        self.decisions = proposing.settled(kept_open(self.home)(self._decided_by), self._check_proposals)
        return self.decisions

    def _decided_by(self, proposed: dict[str, str]) -> list[Decision]:
        """Every decision, with the claims of `proposed` held to what their checks said."""
        with self._warehouse() as warehouse:
            checks, results = saved_checks(warehouse), warehouse.results(self.as_of)
        deciding = Deciding(self.home, self.as_of, self.catalogue, self.ledger, self.inputs, checks, results, self.frozen, self._units, proposed, self._empty, self._by_cohort)
        made: list[Decision] = []
        broken = sorted(self.catalogue.broken_contracts.items())
        made += [unreadable(name, self.as_of, [finding.sentence() for finding in findings]) for name, findings in broken]
        known = {*self.catalogue.contracts, *self.catalogue.broken_contracts}
        gone = sorted({entry.contract for entry in self.ledger.entries if entry.kind == "execution" and entry.as_of <= self.as_of} - known)
        made += [unreadable(name, self.as_of, [f"{name} is executed and its file is gone; restore data_contracts/outcomes/{name}.yaml"]) for name in gone]
        for name, contract in sorted(self.catalogue.contracts.items()):
            try:
                made += deciding.contract(contract)
            except Exception as error:
                words = f"{name} could not be decided: {without_values(error)}"
                self.problems = [*(problem for problem in self.problems if problem != words), words]
                claims = [(payment, period, kind) for payment in contract.payments for period in payment.claim_periods for kind in payment.kinds]
                made += [unprovable(contract, payment, period, self.as_of, words, kind) for payment, period, kind in claims]
        self.proofs = deciding.proofs
        return made

    def _check_proposals(self, proposed: list[Decision]) -> None:
        """Check claims as they would be decided. What cannot even be proposed has no check and so is held."""
        with self._warehouse() as warehouse:
            suites, problems = proposing.propose(warehouse, self.catalogue, proposed, self._posted_lines)
        self.problems += [words for words in problems if words not in self.problems]
        self._check(*suites)

    def _posted_lines(self, posting_key: str) -> dict[str, Fraction] | None:
        """The persons' amounts of the decision that stands for a posting key by the as-of day, as true-ups of earlier nights left them; None while
        none stands. Raises HomeError when they are gone."""
        stands = true_up.position((entry for entry in self.ledger.entries if entry.as_of <= self.as_of), posting_key, self.as_of)
        if stands is None:
            return None
        return lines.kept(self.home, stands.lines_sha256) if stands.lines_sha256 else {}

    def _units(self, subject: str) -> list[Unit]:
        """The counted people of an outcome's subject, for rules that price persons; by key."""
        if subject in self._units_read:
            return self._units_read[subject]
        with self._warehouse() as warehouse:
            rows = warehouse.rows("outcomes.indicator_values", subject).filter(pl.col("status") == "counted").join(warehouse.persons(), on="person_id").sort("person_key")
        self._units_read[subject] = measuring.priced(rows)
        return self._units_read[subject]

    def _by_cohort(self, contract: OutcomeContract, outcome: Outcome, subject: str) -> dict[str, Result]:
        """The results of an outcome's subject for each of its cohorts."""
        with self._warehouse() as warehouse:
            rows = warehouse.rows("outcomes.indicator_values", subject)
        return results_by_cohort(contract, outcome, rows, subject.split("/")[2] if subject.count("/") > 1 else "")

    def hand_over_and_settle(self) -> list[Entry]:
        """Seal tonight's decisions per contract, take them, and post what changed. A what-if does neither. One contract's trouble stops no other."""
        if self.is_what_if:
            self.notes.append(f"{self.as_of} is before the newest decided day: a what-if, nothing is handed over, posted or published")
            return []
        with kept_open(self.home):
            for name in sorted({decision.contract for decision in self.decisions} & set(self.catalogue.contracts)):
                self._settle(name)
        self._let_the_clock_run()
        return self.posted

    def _settle(self, name: str) -> None:
        try:
            for decision in self.decisions:
                if decision.contract == name:
                    lines.keep(self.home, decision)
            path = handover.write(self.home, self._handover(name))
            self.handovers[name] = f"{path.parent.name}/{path.name}"
            journal = Journal(self.home)
            self.notes += journal.notes
            self.posted += settle(self.home, journal, [path])
        except Exception as error:
            self.problems.append(f"{name}: {without_values(error)}")

    def _let_the_clock_run(self) -> None:
        """Enter what silence and long stops came to by tonight, for every contract of the ledger, whether its text loads or not."""
        try:
            self.posted += clock(Journal(self.home), self.as_of)
        except Exception as error:
            self.problems.append(f"ledger: {without_values(error)}")

    def _handover(self, name: str) -> dict[str, Any]:
        contract = self.catalogue.contracts[name]
        with self._warehouse() as warehouse:
            results = {key.split("/", 1)[1]: found for key, (found, _) in sorted(warehouse.results(self.as_of).items()) if key.startswith(f"outcome:{name}/")}
        given = [key for key, result in results.items() if result and (result["estimate"] or {}).get("method") == EXTERNAL]
        files = files_of(self.home, self.ledger.entries, contract, given, self.as_of)
        return {
            "contract": {"id": name, "version": contract.version, "sha256": self.catalogue.digest_of(f"outcomes/{name}.yaml")},
            "as_of": self.as_of,
            "referral_logs": referring.logs_entered(self.home, contract, self.as_of),
            "cohorts": {cohort.id: self._frozen_or_lost(contract, cohort.id) for cohort in contract.cohorts},
            "decisions": [decision.as_data() for decision in self.decisions if decision.contract == name],
            "results": results,
            **({"estimates": files} if files else {}),
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
        """The parts of a trigger's fingerprint that all its claims share; of one whose proof cannot be read, which is held, why it cannot."""
        try:
            claim = Claim(payment.claim_periods[0], FINAL)
            made = self.inputs.trigger(contract, payment, self.frozen_hashes(contract, payment.outcomes_of(FINAL)), claim)
        except Exception as error:
            return {"unreadable": without_values(error)}
        return {name: part for name, part in made.items() if name not in ("claim", "suites")}
