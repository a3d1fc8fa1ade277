"""Deciding every trigger of a contract from what stands in the warehouse and the ledger: what it needs, what blocks it, what was given before.

Nothing here computes an indicator, an amount or a verdict; the pure functions that do are asked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

import polars as pl

from indicators.result import Result, result_from_data
from pipelines import lines
from pipelines.canonical import digest
from pipelines.cohorts import Frozen
from pipelines.contracts.carried import uncarried
from pipelines.contracts.catalogue import REGISTER_PROFILE, Catalogue
from pipelines.contracts.external import external, is_external
from pipelines.contracts.outcome import ClaimPeriod, Outcome, OutcomeContract, Payment
from pipelines.fingerprint import Claim, Inputs, period_of
from pipelines.ledger import true_up
from pipelines.ledger.index import Index
from pipelines.ledger.journal import Entry, Reading, execution, freezing, is_lapsed, logged
from pipelines.lines import Paid, Step
from pipelines.payments.adjusters import counts_on
from pipelines.payments.contract_wide import Given, earlier_of, looks_back, too_few
from pipelines.payments.decide import BENEFICIARIES, FINAL, ON_ACCOUNT, Decision, Known, Standing, decide_trigger
from pipelines.payments.quoting.asked import goes_by_estimate
from pipelines.payments.rule import Unit
from pipelines.quality import gate
from pipelines.quality.checks import Check
from pipelines.quality.gate import GateVerdict, HoldReason, Override, Required
from pipelines.quality.suites import Suite, outcome_subject
from pipelines.referral_log import lists
from pipelines.restating import Restated, paid_on
from pipelines.settings import Home

DECIDED = ("due", "not_met")


@dataclass(frozen=True)
class Proof:
    """What a verdict was given on: the plain data whose digest is the fingerprint, every expectation that was required with its suites, and
    reasons from before any of them could run."""

    inputs: dict[str, Any]
    required: tuple[Required, ...]
    suites: tuple[Suite, ...]
    blocked: tuple[HoldReason, ...]


@dataclass
class _Night:
    """What stands of a contract, by posting key, its entries of earlier nights, and what had been given when a claim was first looked at tonight (`seen`); `paid` is that and what
    this night posted since, should it be run again."""

    standing: dict[str, Entry]
    entries: list[Entry] = field(default_factory=list)
    paid: Paid = field(default_factory=Paid)
    seen: Paid = field(default_factory=Paid)


@dataclass(frozen=True)
class _Before:
    """What stands before one claim: the newest settlement of its trigger's other claim periods, and everything that the contract gave. `since` is the
    newest of those that only came after a claim that was posted: what they gave its persons, a true-up cannot give again."""

    steps: list[Step]
    given: list[Given]
    since: list[Step] = field(default_factory=list)

    @classmethod
    def of(cls, known: Paid, payment: Payment, period: ClaimPeriod, place: int | None) -> _Before:
        return cls(known.before(payment.id, period.id, place), known.given(place))

    @classmethod
    def of_posted(cls, night: _Night, payment: Payment, period: ClaimPeriod, place: int) -> _Before:
        """Of a claim that was posted before tonight: what stood then, as true-ups left it."""
        own = (payment.id, period.id)
        return cls(night.paid.before(*own, place, night.seen), night.paid.given(place, own, night.seen), night.seen.since(*own, place))

    def built_on(self) -> tuple[str, ...]:
        """What a claim's persons' lines build on, each by its hash."""
        return (*(f"{step.given.claim_period}:{step.sha256}" for step in self.steps), *(f"since:{step.given.claim_period}:{step.sha256}" for step in self.since))


Results = dict[str, tuple[dict[str, Any] | None, str]]


@dataclass
class Deciding:
    """What a night knows when it decides. `frozen` gives the frozen list of a cohort; `units` the counted people of an outcome's subject.
    `proposed` are the claims that were checked as they would be decided, by posting key, each with the digest of what was checked; one that
    is not there is only proposed. `empty` are the cohorts, by subject, that are closed and have nobody in them. `by_cohort` gives the results
    of an outcome's subject for each of its cohorts. `proofs` are what each verdict was given on, by posting key."""

    home: Home
    as_of: dt.date
    catalogue: Catalogue
    ledger: Reading
    inputs: Inputs
    checks: list[Check]
    results: Results
    frozen: Callable[[OutcomeContract, str], Frozen | None]
    units: Callable[[str], list[Unit]]
    proposed: dict[str, str] = field(default_factory=dict)
    empty: AbstractSet[str] = frozenset()
    by_cohort: Callable[[OutcomeContract, Outcome, str], dict[str, Result]] = lambda *_: {}
    proofs: dict[str, Proof] = field(default_factory=dict)

    @cached_property
    def _index(self) -> Index:
        return Index(self.ledger.entries)

    @cached_property
    def _checked(self) -> dict[tuple[str, str], list[Check]]:
        """The checks of tonight by what they are of, so that a claim costs the same however many there are."""
        found: dict[tuple[str, str], list[Check]] = {}
        for check in self.checks:
            found.setdefault((check.subject, check.rule), []).append(check)
        return found

    def contract(self, contract: OutcomeContract) -> list[Decision]:
        """Every trigger, claim period and settlement of a contract, in the order they build on one another."""
        blocked = blocks(self.catalogue, self.ledger, contract, self.as_of)
        night = _Night(self._posted(contract), [entry for entry in self.ledger.entries if entry.contract == contract.contract and entry.as_of < self.as_of])
        for entry in sorted(night.standing.values(), key=lambda item: item.seq):
            night.paid.add_posted(self.home, entry)
            if entry.as_of < self.as_of:
                night.seen.add_posted(self.home, entry)
        return [decision for payment in contract.payments for decision in self._payment(contract, payment, blocked, night)]

    def _payment(self, contract: OutcomeContract, payment: Payment, blocked: list[HoldReason], night: _Night) -> list[Decision]:
        """Every claim of one trigger."""
        made = []
        for period in sorted(payment.claim_periods, key=lambda item: item.start):
            for kind in payment.kinds:
                decision = self._decide(contract, payment, period, kind, blocked, night)
                made.append(decision)
                self._looked_at(decision, night)
        return made

    def _looked_at(self, decision: Decision, night: _Night) -> None:
        """Let later claims see what a claim gives tonight, be it posted already, when the night is run again."""
        settles = decision.true_up is not None and decision.true_up["settles"]
        key = true_up.key_of(decision.posting_key, decision.true_up["number"]) if decision.true_up and settles else decision.posting_key
        own = night.standing.get(key)
        if own is not None and own.as_of == self.as_of:
            night.seen.add_posted(self.home, own)
        elif own is None and decision.state in DECIDED:
            for known in (night.paid, night.seen):
                known.add_true_up(decision) if settles else known.add_tonight(decision)

    def _posted(self, contract: OutcomeContract) -> dict[str, Entry]:
        """What stands of a contract by the as-of day, by posting key. An entry of a trigger or claim period that the text has not blocks the contract
        before anything is asked of it."""
        named = {f"{contract.contract}/{payment.id}/{period.id}" for payment in contract.payments for period in payment.claim_periods}
        return {entry.posting_key: entry for entry in self.ledger.entries if entry.posting_key.rsplit("/", 2)[0] in named and entry.as_of <= self.as_of}

    def _decide(self, contract: OutcomeContract, payment: Payment, period: ClaimPeriod, kind: str, blocked: list[HoldReason], night: _Night) -> Decision:
        """One claim: a posted one as it was when it was posted, and another as it was first looked at tonight, so that a night that is run
        again says the same. One that would now be posted nonetheless is decided on everything that stands."""
        begins = f"{contract.contract}/{payment.id}/{period.id}/{BENEFICIARIES}"
        own, final = night.standing.get(f"{begins}/{kind}"), night.standing.get(f"{begins}/{FINAL}") if kind == ON_ACCOUNT else None
        account = self._on_account(payment, period, kind, night.standing.get(f"{begins}/{ON_ACCOUNT}"), night.paid)
        first = Standing(account, final.seq if final and final.as_of < self.as_of else None, paid_on(contract, own, self.as_of))
        if own is not None and own.as_of < self.as_of and contract.true_up is not None:
            decision = self._judge(contract, payment, period, kind, blocked, first, _Before.of_posted(night, payment, period, own.seq))
            return replace(decision, true_up=self._true_up(contract, payment, period, decision, night))
        known, place = (night.paid, own.seq) if own else (night.seen, None)
        decision = self._judge(contract, payment, period, kind, blocked, first, _Before.of(known, payment, period, place))
        if own is None and decision.state in DECIDED and len(night.paid.steps) > len(night.seen.steps):
            return self._judge(contract, payment, period, kind, blocked, Standing(account, final.seq if final else None), _Before.of(night.paid, payment, period, None))
        return decision

    def _true_up(self, contract: OutcomeContract, payment: Payment, period: ClaimPeriod, decision: Decision, night: _Night) -> dict[str, Any] | None:
        """What a decision moves of a claim that was settled finally; nothing while it is held."""
        stands = true_up.position(night.entries, decision.posting_key)
        if stands is None or decision.kind != FINAL or decision.state not in DECIDED:
            return None
        made_of = self.proofs[decision.posting_key].inputs
        return Restated(self.home, contract, payment, period, decision, stands, night.seen.given(None), made_of, night.entries).as_data()

    def _judge(self, contract: OutcomeContract, payment: Payment, period: ClaimPeriod, kind: str, blocked: list[HoldReason], standing: Standing, before: _Before) -> Decision:
        account = [f"on_account:{standing.on_account}"] if standing.on_account else []
        given = tuple(before.given) if looks_back(contract, payment, counts=counts_on(payment)) else ()
        short = tuple(name for name in dict.fromkeys(contract.outcome(payment.outcome_of(kind)).cohorts) if self._is_too_few(contract, name))
        claim = Claim(period, kind, (*before.built_on(), *account), given, short, standing.paid_on)
        subjects = {name: outcome_subject(contract.contract, name, period_of(contract.outcome(name), period)) for name in contract.resting_on(payment.outcomes_of(kind))}
        known = Known(
            verdict=lambda: self._verdict(contract, payment, claim, subjects, blocked),
            result=lambda: self._result(subjects[payment.outcome_of(kind)]),
            condition=lambda name: self._result(subjects[name]),
            units=lambda: self._units(subjects[payment.outcome_of(kind)], lines.sums([*before.steps, *before.since])),
            standing=standing,
            by_cohort=lambda name: self.by_cohort(contract, contract.outcome(name), subjects[name]),
            earlier=earlier_of(payment, period, given),
            given=given,
            too_few=short,
        )
        decision = decide_trigger(contract, payment, period, known, as_of=self.as_of, kind=kind)
        return replace(decision, lines_sha256=lines.sha256_of(decision) if decision.state == "due" else "")

    def _lapsed(self, contract: OutcomeContract, posting_key: str) -> list[HoldReason]:
        """That a claim was held past its long stop and lapsed, by a night before tonight."""
        entry = next((item for item in self._lapses if item.about == posting_key), None)
        if entry is None:
            return []
        words, remedy = f"the claim lapsed on {entry.as_of}: its long stop was past", "None: by the contract such a claim lapses, and is never decided."
        return [HoldReason(f"contract:{contract.contract}", "claim_has_not_lapsed", "failed", words, remedy, "nobody")]

    @cached_property
    def _lapses(self) -> list[Entry]:
        return [entry for entry in self.ledger.entries if entry.as_of < self.as_of and is_lapsed([entry])]

    def _is_too_few(self, contract: OutcomeContract, cohort: str) -> bool:
        """Whether a cohort closed with fewer people than the contract agrees on: treated and eligible, by its frozen list."""
        terms = contract.cohort(cohort).too_few
        frozen = self.frozen(contract, cohort) if terms is not None else None
        if terms is None or frozen is None:
            return False
        return frozen.rows.filter((pl.col("role") == "treatment") & (pl.col("status") == "eligible")).height < terms.below

    def _on_account(self, payment: Payment, period: ClaimPeriod, kind: str, posted: Entry | None, paid: Paid) -> Decimal:
        """What this claim period was given on account, by the ledger or else earlier tonight."""
        if kind != FINAL:
            return Decimal("0.00")
        if posted is not None:
            return Decimal(posted.body["amount"])
        return paid.tonight_amount(payment.id, period.id, ON_ACCOUNT)

    def _units(self, subject: str, before: dict[str, Any]) -> tuple[Unit, ...]:
        return tuple(replace(unit, paid_before=before.get(unit.key, unit.paid_before)) for unit in self.units(subject))

    def _result(self, subject: str) -> Result | None:
        found, _ = self.results.get(subject, (None, ""))
        return result_from_data(found) if found else None

    def _verdict(self, contract: OutcomeContract, payment: Payment, claim: Claim, subjects: dict[str, str], blocked: list[HoldReason]) -> GateVerdict:
        cohorts = dict.fromkeys(name for outcome in subjects for name in contract.outcome(outcome).cohorts)
        found = {name: self.frozen(contract, name) for name in cohorts}
        frozen = {name: item.sha256 if item else "" for name, item in found.items()}
        key = f"{contract.contract}/{payment.id}/{claim.period.id}/{BENEFICIARIES}/{claim.kind}"
        reasons = [*blocked, *self._lapsed(contract, key), *(reason for name, sha256 in frozen.items() for reason in self._frozen_as_entered(contract, name, sha256))]
        reasons += self._without_estimate(contract, payment, claim, subjects)
        made, required = self.inputs.trigger(contract, payment, frozen, claim), self.inputs.required(contract, payment, frozen, claim)
        own = self.inputs.claim_suite(contract, payment, claim)
        verdict = self._judged(made, required, reasons, key)
        if verdict.state == "open" and key in self.proposed:
            required += [Required(own.subject, item.rule, self.proposed[key], own.digest()) for item in own.expectations]
            verdict = self._judged(made, required, reasons, key)
        self.proofs[key] = Proof(made, tuple(required), (*self.inputs.suites(contract, payment, claim), own), tuple(reasons))
        return verdict

    def _without_estimate(self, contract: OutcomeContract, payment: Payment, claim: Claim, subjects: dict[str, str]) -> list[HoldReason]:
        """Why there is no estimate of an outcome whose estimate the payment's rule, or a part of it, looks at; nothing of a claim that the contract
        refuses for its few people, whatever would be estimated of them."""
        if too_few(contract, payment, claim.too_few)[0] == "not_met":
            return []
        own = payment.outcome_of(claim.kind)
        failures = {name: self.results.get(subject, (None, ""))[1] for name, subject in subjects.items()}
        lacking = [name for name, words in failures.items() if words and goes_by_estimate(payment, payment.pays_for if name == own else name)]
        return [HoldReason(subjects[name], "estimate_exists", "failed", failures[name], *_estimate_cure(contract.outcome(name))) for name in lacking]

    def _judged(self, made: dict[str, Any], required: list[Required], reasons: list[HoldReason], key: str) -> GateVerdict:
        """The gate's verdict on these expectations, after the overrides of the claim; a released claim is still held to its own suite."""
        checks = [check for key in dict.fromkeys((item.subject, item.rule) for item in required) for check in self._checked.get(key, [])]
        verdict = gate.decide(required, checks, fingerprint=digest(made), as_of=self.as_of, blocked=reasons, basis=basis_of(made))
        return verdict if reasons else released(verdict, self._index.about(key), key, self.as_of)

    def _frozen_as_entered(self, contract: OutcomeContract, cohort: str, sha256: str) -> list[HoldReason]:
        """Why a cohort is not the one that was frozen: nobody is in it, it is not frozen yet, or the ledger entered another list."""
        subject, found = f"cohort:{contract.contract}/{cohort}", []
        if not sha256 and subject in self.empty:
            words = f"nobody is in the cohort {cohort}: its list enrols nobody in its period who is eligible"
            remedy = "Ask the supplier whether the list is whole and the commissioner whom it enrolled; where nobody is counted nothing is paid."
            found.append(HoldReason(subject, "cohort_has_people", "failed", words, remedy, "data_supplier"))
        elif not sha256:
            words = f"the cohort {cohort} is not frozen: its period is not over, or not covered by the registers it is made from"
            found.append(HoldReason(subject, "cohort_is_frozen", "failed", words, "Wait for, or ask for, a delivery that covers the period.", "data_supplier"))
        found += self._log_as_entered(contract, cohort)
        entered = freezing(self._index.of_contract("freeze", contract.contract), contract.contract, cohort)
        if entered is not None and entered.as_of <= self.as_of and entered.body["sha256"] != sha256:
            words = f"the frozen list of {cohort} is not the one that {entered.name()} entered"
            found.append(HoldReason(subject, "cohort_is_the_frozen_one", "failed", words, "Restore archive/cohorts from a backup.", "data_engineer"))
        return found

    def _log_as_entered(self, contract: OutcomeContract, cohort: str) -> list[HoldReason]:
        """Why the log of a cohort's referrals is not the one that the ledger entered: a list of it is gone, or another stands in its place."""
        entered = [entry for entry in logged(self._index.of_contract("referrals", contract.contract), contract.contract, cohort) if entry.as_of <= self.as_of]
        kept = {item.sha256 for item in lists(self.home, contract.contract, cohort, self.as_of)} if entered else set()
        lost = next((entry for entry in entered if entry.body["sha256"] not in kept), None)
        if lost is None:
            return []
        words = f"the log of the referrals of {cohort} has not the list that {lost.name()} entered"
        return [
            HoldReason(f"cohort:{contract.contract}/{cohort}", "referral_log_is_the_entered_one", "failed", words, "Restore archive/referral_logs from a backup.", "data_engineer")
        ]


def _estimate_cure(outcome: Outcome) -> tuple[str, str]:
    """What releases an outcome without an estimate, and who can."""
    if outcome.compare is not None and is_external(outcome.compare):
        return "Give one that holds with `udbytte estimate give`, or restore archive/estimates from a backup.", external(outcome.compare).by
    return "Ask the evaluator whether the method fits these data.", "evaluator"


def basis_of(inputs: dict[str, Any]) -> str:
    """The digest of what a claim is decided from, less what earlier claims gave: it stands still when they are posted."""
    return digest({**inputs, "claim": {**{name: part for name, part in inputs["claim"].items() if name != "given"}, "before": []}})


def overrides(entries: Iterable[Entry], posting_key: str, as_of: dt.date) -> list[Entry]:
    """The overrides of a posting key that stand by a day, in their order."""
    return [entry for entry in entries if entry.kind == "override" and entry.about == posting_key and entry.as_of <= as_of]


def released(verdict: GateVerdict, entries: Iterable[Entry], posting_key: str, as_of: dt.date) -> GateVerdict:
    """`verdict` after the overrides of a posting key by a day. What holds from before any expectation could run is never released."""
    for entry in overrides(entries, posting_key, as_of):
        causes = frozenset((cause["subject"], cause["rule"]) for cause in entry.body["causes"])
        verdict = gate.release(verdict, Override(entry.seq, entry.body["basis"], causes, released_words(entry)))
    return verdict


def released_words(entry: Entry) -> str:
    """Who released a hold, and why."""
    people = " and ".join(f"{item['name']} ({item['party']})" for item in entry.body["by"])
    return f"released by {people}: {entry.body['because']}"


def blocks(catalogue: Catalogue, ledger: Reading, contract: OutcomeContract, as_of: dt.date) -> list[HoldReason]:
    """Why nothing of a contract may be decided, from before any data: it is not executed, or its text changed since."""
    subject, remedy = f"contract:{contract.contract}", f"Once the parties have signed, run `udbytte execute {contract.contract}`."
    if REGISTER_PROFILE not in catalogue.profiles:
        words = f"the gate profile {REGISTER_PROFILE}, which every register is held to, does not load"
        return [HoldReason(subject, "register_profile_loads", "failed", words, "Mend the profile and run the night again.", "data_engineer")]
    if ledger.fault:
        return [HoldReason("ledger", "ledger_is_sound", "failed", ledger.fault, "Restore the ledger from a backup and run `udbytte verify`.", "data_engineer")]
    executed = execution(ledger.entries, contract.contract, contract.version)
    if executed is None or executed.as_of > as_of:
        return [HoldReason(subject, "contract_is_executed", "failed", f"version {contract.version} of {contract.contract} is not executed", remedy, "commissioner")]
    if executed.body["sha256"] != catalogue.digest_of(f"outcomes/{contract.contract}.yaml"):
        words = f"the text of {contract.contract} is not the one that was executed as version {contract.version}"
        return [HoldReason(subject, "contract_text_unchanged", "failed", words, "Restore the executed text, or give the amended one a new version.", "commissioner")]
    waiting = [term for term in uncarried(contract) if term.holds]
    if waiting:
        clauses = ", ".join(dict.fromkeys(term.clause for term in waiting))
        remedy = "Agree on terms that are carried out, or decide these claims by hand."
        return [HoldReason(subject, "terms_are_carried_out", "failed", f"the program does not carry out what is agreed in {clauses}", remedy, "commissioner")]
    entries = [entry for entry in ledger.entries if entry.contract == contract.contract and entry.as_of <= as_of]
    return [HoldReason(subject, rule, "failed", words, remedy, "commissioner") for rule, words, remedy in _broken_promises(catalogue, contract, executed, entries)]


def _broken_promises(catalogue: Catalogue, contract: OutcomeContract, executed: Entry, entries: list[Entry]) -> list[tuple[str, str, str]]:
    """What else the ledger says about a contract that its text in force does not keep, as rule, words and remedy."""
    newest = max(entry.body["version"] for entry in entries if entry.kind == "execution")
    named = {f"{contract.contract}/{payment.id}/{period.id}/" for payment in contract.payments for period in payment.claim_periods}
    orphans = sorted({entry.posting_key for entry in entries if entry.posting_key and not entry.posting_key.startswith(tuple(named))})
    changed = sorted(pin for pin, sha256 in catalogue.bound_profiles(contract).items() if executed.body["profiles"].get(pin) != sha256)
    found = []
    if newest > contract.version:
        words = f"version {newest} of {contract.contract} is executed and its file holds version {contract.version}"
        found.append(("contract_is_newest", words, "Put the newest executed text in force."))
    if orphans:
        words = f"{', '.join(orphans)} stands in the ledger and is not in this text; under another name it would be paid again"
        found.append(("posted_keys_are_named", words, "Keep the names of triggers and claim periods that were posted."))
    if changed:
        words = f"the gate profile {', '.join(changed)} is not the one the contract was executed with"
        found.append(("profile_unchanged", words, "Restore it, or give the changed one a new version."))
    return found
