"""What a decision was made of, as one hash: deliveries, agreed texts, code, expectations and the runtime lock.

Same fingerprint, same decision, to the cent, on any machine. It is evidence; the posting key, and never this, decides what is paid once.
"""

from __future__ import annotations

import datetime as dt
import importlib
import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from indicators.evaluation.method import modules_of_methods
from indicators.indicator import library
from indicators.treatments import Placing
from pipelines.canonical import digest, text_digest
from pipelines.contracts.catalogue import MATCHED_FROM, Catalogue, arguments, is_claimed_apart
from pipelines.contracts.external import is_external
from pipelines.contracts.outcome import ClaimPeriod, Cohort, Outcome, OutcomeContract, Payment
from pipelines.contracts.profile import Profile
from pipelines.contracts.register import RegisterContract
from pipelines.contracts.relationships import names_of
from pipelines.deliveries.archive import Delivery
from pipelines.deliveries.counting import in_use
from pipelines.payments.contract_wide import Given
from pipelines.payments.rule import rules
from pipelines.payments.vocabulary import vocabulary
from pipelines.quality.gate import Required
from pipelines.quality.registers import register_suite
from pipelines.quality.suites import Suite, cohort_suite, compared_outcomes, outcome_subject, outcome_suite, trigger_subject, trigger_suite
from pipelines.referral_log import Logged
from pipelines.settings import PACKAGE_ROOT, runtime_lock_digest, sql_text

STAGING_WIDE = ("pipelines.warehouse.wide", "pipelines.contracts.months", "pipelines.contracts.weeks")
COUNTING = ("newest_of_each_key", "newest_of_each_period", "register_facts")
MEASURING = (
    "indicators.care",
    "indicators.claims",
    "indicators.enrolments",
    "indicators.evaluation.evidence",
    "indicators.evaluation.method",
    "indicators.events",
    "indicators.indexed",
    "indicators.indicator",
    "indicators.milestones",
    "indicators.ordered",
    "indicators.own_weeks",
    "indicators.presence",
    "indicators.prices",
    "indicators.reaching",
    "indicators.result",
    "indicators.scores",
    "indicators.spells",
    "indicators.treatments",
    "indicators.windows",
)
Frozen = Mapping[str, str]
"""Hash of the frozen list of each cohort, by the cohort's id; empty before freezing."""


@cache
def source_digest(module: str) -> str:
    """SHA-256 of a module's source."""
    return text_digest(Path(inspect.getfile(importlib.import_module(module))).read_text(encoding="utf-8"))


def sources(modules: Iterable[str]) -> dict[str, str]:
    """Source digest by module name."""
    return {name: source_digest(name) for name in sorted(set(modules))}


@cache
def program_digest() -> str:
    """SHA-256 over everything that can move a decision: every source of measuring and deciding and all SQL, what only shows it left out."""
    benches, commands = ([path.name for path in (PACKAGE_ROOT / "pipelines").glob(names)] for names in ("bench*.py", "cli*.py"))
    left_out = tuple(PACKAGE_ROOT / "pipelines" / name for name in ("reports", "assets", "synthetic", "planning", *commands, "dev.py", "run.py", "steps.py", *benches))
    every = [path for part in ("indicators", "pipelines", "sql") for ending in ("*.py", "*.sql") for path in (PACKAGE_ROOT / part).rglob(ending)]
    counted = sorted(path for path in every if not any(path.is_relative_to(place) for place in left_out))
    return digest({path.relative_to(PACKAGE_ROOT).as_posix(): text_digest(path.read_text(encoding="utf-8")) for path in counted})


EarlierLists = Callable[[str, Cohort, dt.date], list[Logged]]
"""The lists of a contract's cohort that were logged before a day."""


def no_lists(_contract: str, _cohort: Cohort, _known_from: dt.date) -> list[Logged]:
    """A log in which nothing stands."""
    return []


GivenEstimates = Callable[[str, str], dict[str, dict[str, str]]]
"""The seal of the newest estimate that was given of a contract's outcome, by claim period."""
CHECKING = ("pipelines.contracts.external", "pipelines.estimates.checking", "pipelines.estimates.shape", "pipelines.estimates.standing")


def no_estimates(_contract: str, _outcome: str) -> dict[str, dict[str, str]]:
    """Nobody gave any."""
    return {}


class Inputs:
    """Digests of what each subject of a run is built from. `known` are the deliveries known on the as-of day, `earlier` the lists of referrals
    that were logged, `estimates` those that evaluators gave. What a
    claim needs is asked for each claim twice and more: every suite is made once, and what a subject is built from is
    hashed once for each frozen list."""

    def __init__(self, catalogue: Catalogue, known: list[Delivery], earlier: EarlierLists = no_lists, estimates: GivenEstimates = no_estimates) -> None:
        self.catalogue, self.known, self._earlier, self._estimates = catalogue, known, earlier, estimates
        self.used = in_use(known, catalogue.registers)
        self._registers: dict[str, dict[str, Any]] = {}
        self._suites: dict[str, Suite] = {}
        self._digests: dict[tuple[str, str, tuple[tuple[str, str], ...]], str] = {}

    def register(self, register: RegisterContract) -> dict[str, Any]:
        """A register: every delivery known of it in order, which of them count and for what, its contract, its code lists, its staging, and the
        same of every register that it refers to, as a digest: its expectations look at their deliveries too."""
        if register.id not in self._registers:
            referred = {name: digest(self.register(self.catalogue.registers[name])) for name in names_of(register)}
            self._registers[register.id] = {**self.staged(register), **({"refers_to": referred} if referred else {})}
        return self._registers[register.id]

    def _suite(self, subject: str, make: Callable[[], Suite]) -> Suite:
        if subject not in self._suites:
            self._suites[subject] = make()
        return self._suites[subject]

    def _register_suite(self, name: str) -> Suite:
        return self._suite(f"register:{name}", lambda: register_suite(self.catalogue, self.catalogue.registers[name]))

    def _cohort_suite(self, contract: OutcomeContract, profile: Profile, name: str) -> Suite:
        return self._suite(f"cohort:{contract.contract}/{name}", lambda: cohort_suite(contract, profile, name))

    def _outcome_suite(self, contract: OutcomeContract, profile: Profile, name: str, period: str) -> Suite:
        return self._suite(outcome_subject(contract.contract, name, period), lambda: outcome_suite(contract, profile, name, period))

    def waits(self, subject: str, rule: str) -> bool:
        """Whether a register's rule looks at another register, of which nothing is delivered."""
        suite = self._register_suite(subject.removeprefix("register:"))
        return any(item.rule == rule and not set(item.reads) <= set(self.used) for item in suite.expectations)

    def staged(self, register: RegisterContract) -> dict[str, Any]:
        """What the staged table of a register is made from: all of `register`, less what it refers to."""
        return {
            "deliveries": [[item.sha256, item.is_accepted, item.declared_through, item.data_sha256, item.reference_period] for item in self.known if item.register == register.id],
            "in_use": self._in_use(register.id),
            "contract": self.catalogue.digest_of(f"registers/{register.id}.odcs.yaml"),
            "codelists": {name: self.catalogue.digest_of(f"codelists/{name}.csv") for name in register.codelists()},
            "staging": text_digest(sql_text(f"staging/{register.id}.sql")),
            "counting": {name: text_digest(sql_text(f"warehouse/{name}.sql")) for name in COUNTING},
            **({"code": sources(STAGING_WIDE)} if register.weekly else {}),
        }

    def _in_use(self, name: str) -> dict[str, Any]:
        """What counts of a register: its deliveries from the oldest, the periods that each counts for, and how far that covers."""
        used = self.used.get(name)
        if used is None:
            return {}
        return {"deliveries": [item.sha256 for item in used.deliveries], "periods": used.counted_periods, "covers_through": used.covers_through}

    def cohort(self, contract: OutcomeContract, cohort_id: str, frozen: str) -> dict[str, Any]:
        """A cohort: the registers it is made from, its clause, the code that makes it, and the hash of the frozen list."""
        cohort = contract.cohort(cohort_id)
        named = {"register": self.register(self.catalogue.registers[cohort.register_name])}
        code = ["indicators.cohort", "indicators.referrals"]
        if cohort.matched is not None:
            named["matched_from"] = {name: self.register(self.catalogue.registers[name]) for name in MATCHED_FROM}
            named["candidates"] = {
                "sql": text_digest("".join(sql_text(f"warehouse/{name}.sql") for name in ("candidates", "places", "known_before"))),
                "codes": self.catalogue.digest_of(f"codelists/{cohort.matched.codes}.csv"),
            }
            code += ["indicators.balance", "indicators.matching", "indicators.nearness"]
        if cohort.eligible is not None and cohort.eligible.asks_registers:
            named["eligible_from"] = {name: self.register(self.catalogue.registers[name]) for name in cohort.eligible.registers}
            code += ["indicators.eligibility", "indicators.presence", "indicators.windows"]
        if cohort.is_compared:
            code.append("indicators.contamination")
            named.update(self._beside(contract, cohort))
        return {**named, **self._logged(contract, cohort), "terms": digest(cohort.terms()), "code": sources(code), "frozen": frozen}

    def _beside(self, contract: OutcomeContract, cohort: Cohort) -> dict[str, Any]:
        """The contract's other cohorts, which its comparison people may come into: their terms, and registers that are not its own."""
        others = [other for other in contract.cohorts if other.id != cohort.id]
        registers = {other.register_name: self.register(self.catalogue.registers[other.register_name]) for other in others if other.register_name != cohort.register_name}
        return {"beside": {"terms": {other.id: digest(other.terms()) for other in others}, "registers": registers}} if others else {}

    def _logged(self, contract: OutcomeContract, cohort: Cohort) -> dict[str, Any]:
        """The lists of referrals that a cohort's newest one is held against; nothing while it is the first."""
        used = self.used.get(cohort.register_name)
        lists = self._earlier(contract.contract, cohort, used.newest.known_from) if used else []
        return {"logged": [item.sha256 for item in lists]} if lists else {}

    def outcome(self, contract: OutcomeContract, outcome_id: str, frozen: Frozen) -> dict[str, Any]:
        """An outcome: its cohorts, every register it needs, its terms, the code lists it places, and the code of its indicator and method."""
        outcome = contract.outcome(outcome_id)
        measure = library()[outcome.indicator]
        code = [*MEASURING, measure.module]
        looked_at: tuple[str, ...] = ()
        is_given = is_external(outcome.compare)
        if is_given:
            code += CHECKING
        elif outcome.compare is not None:
            code += modules_of_methods()
            looked_at = contract.seen_by(outcome_id)
        grouped = {"sql": text_digest(sql_text("warehouse/families.sql")), "code": sources(["indicators.households"])} if outcome.unit == "household" else {}
        registers = self.catalogue.with_referred(self.catalogue.outcome_registers(contract, outcome, vocabulary()))
        return {
            "cohorts": {name: self.cohort(contract, name, frozen[name]) for name in outcome.cohorts},
            "registers": {name: self.register(self.catalogue.registers[name]) for name in registers},
            "terms": digest(outcome.terms()),
            "codelists": {name: self.catalogue.digest_of(f"codelists/{name}.csv") for name in placed_lists(outcome)},
            "code": sources(code),
            **({"households": grouped} if grouped else {}),
            **(self._given(contract, outcome_id) if is_given else {}),
            **({"looked_at": {name: self.outcome(contract, name, frozen) for name in looked_at}} if looked_at else {}),
        }

    def _given(self, contract: OutcomeContract, outcome_id: str) -> dict[str, Any]:
        """The estimates that were given of an outcome, and what they are held against beside its terms: the version, and when each claim is over."""
        claims = {claim.id: claim.end for claim in contract.claims_of(outcome_id)}
        return {"estimates": self._estimates(contract.contract, outcome_id), "estimated_for": {"version": contract.version, "claims": claims}}

    def trigger(self, contract: OutcomeContract, payment: Payment, frozen: Frozen, claim: Claim) -> dict[str, Any]:
        """A decision: its outcomes, those and the registers of totals from outside that it is compared with, the whole contract, its rule, what
        was paid before, every suite it is gated by, the program and the runtime lock."""
        paid_for, *required = payment.outcomes_of(claim.kind)
        compared = compared_outcomes(contract, self.catalogue.gate_of(contract), payment, claim.kind)
        return {
            "outcome": self.outcome(contract, paid_for, frozen),
            "requires": {name: self.outcome(contract, name, frozen) for name in required},
            **({"compared": {name: self.outcome(contract, name, frozen) for name in compared}} if compared else {}),
            **({"totals": self._totalled(contract)} if contract.totals else {}),
            "claim": claim.as_data(),
            "contract": {"id": contract.contract, "version": contract.version, "sha256": self.catalogue.digest_of(f"outcomes/{contract.contract}.yaml")},
            "profile": {contract.gate.profile: digest(self.catalogue.gate_of(contract).model_dump(mode="json"))},
            "code": sources([rules()[payment.rule.pin].module]),
            "suites": {suite.subject: suite.digest() for suite in [*self.suites(contract, payment, claim), self.claim_suite(contract, payment, claim)]},
            "program": program_digest(),
            "lock": runtime_lock_digest(),
        }

    def _totalled(self, contract: OutcomeContract) -> dict[str, Any]:
        names = self.catalogue.with_referred(item.register_name for item in contract.totals)
        return {name: self.register(self.catalogue.registers[name]) for name in names}

    def suites(self, contract: OutcomeContract, payment: Payment, claim: Claim) -> list[Suite]:
        """Every suite a trigger depends on before its amount is known, derived from the contract: its registers' and those of the registers that
        they refer to, its cohorts' and its outcomes', those of the outcomes that it is compared with included."""
        profile = self.catalogue.gate_of(contract)
        outcomes = [contract.outcome(name) for name in (*contract.resting_on(payment.outcomes_of(claim.kind)), *compared_outcomes(contract, profile, payment, claim.kind))]
        names = dict.fromkeys(name for outcome in outcomes for name in self.catalogue.outcome_registers(contract, outcome, vocabulary()))
        names.update(dict.fromkeys(item.register_name for item in contract.totals))
        cohorts = dict.fromkeys(name for outcome in outcomes for name in outcome.cohorts)
        return [
            *(self._register_suite(name) for name in self.catalogue.with_referred(names)),
            *(self._cohort_suite(contract, profile, name) for name in cohorts),
            *(self._outcome_suite(contract, profile, outcome.id, period_of(outcome, claim.period)) for outcome in outcomes),
        ]

    def declared(self, claims: Callable[[OutcomeContract, Outcome], list[str]]) -> list[Suite]:
        """Every suite that must hold by the catalogue: of all registers, and of the cohorts and outcomes of all contracts; `claims` gives the claim
        periods under which an outcome has a result of its own, or an empty one for all."""
        made = [self._register_suite(name) for name in self.catalogue.registers]
        for contract in self.catalogue.contracts.values():
            profile = self.catalogue.gate_of(contract)
            made += [cohort_suite(contract, profile, cohort.id) for cohort in contract.cohorts]
            made += [outcome_suite(contract, profile, outcome.id, period) for outcome in contract.outcomes for period in claims(contract, outcome)]
        return made

    def claim_suite(self, contract: OutcomeContract, payment: Payment, claim: Claim) -> Suite:
        """What must hold for the claim itself, once its amount is known."""
        profile, rule = self.catalogue.gate_of(contract), rules()[payment.rule.pin]
        subject = trigger_subject(contract.contract, payment.id, claim.period.id, claim.kind)
        return self._suite(subject, lambda: trigger_suite(contract, profile, payment, claim.period, claim.kind, **rule.traits))

    def required(self, contract: OutcomeContract, payment: Payment, frozen: Frozen, claim: Claim) -> list[Required]:
        """Every expectation a trigger needs, with the digests it must have been evaluated on."""
        return [
            Required(suite.subject, item.rule, inputs, of_suite)
            for suite in self.suites(contract, payment, claim)
            for inputs, of_suite in [(self._digest_of(contract, suite.subject, frozen), suite.digest())]
            for item in suite.expectations
        ]

    def _digest_of(self, contract: OutcomeContract, subject: str, frozen: Frozen) -> str:
        key = (contract.contract, subject, tuple(sorted(frozen.items())))
        if key not in self._digests:
            self._digests[key] = digest(self._parts(contract, subject, frozen))
        return self._digests[key]

    def _parts(self, contract: OutcomeContract, subject: str, frozen: Frozen) -> dict[str, Any]:
        """What a subject is built from."""
        kind, _, name = subject.partition(":")
        if kind == "register":
            return self.register(self.catalogue.registers[name])
        own = name.split("/")[1]
        return self.cohort(contract, own, frozen[own]) if kind == "cohort" else self.outcome(contract, own, frozen)


@dataclass(frozen=True)
class Claim:
    """What of a trigger is decided: claim period, settlement, the hashes of what it builds on (lines and amounts posted before), what the contract
    gave before where it goes by that, the cohorts that are too few, and the day a posted claim was paid on where a cap goes by it."""

    period: ClaimPeriod
    kind: str
    before: tuple[str, ...] = ()
    given: tuple[Given, ...] = ()
    too_few: tuple[str, ...] = ()
    paid_on: dt.date | None = None

    def as_data(self) -> dict[str, Any]:
        """Plain values; of what does not bear on the claim nothing."""
        given = {"given": [item.as_data() for item in self.given]} if self.given else {}
        short = {"too_few": list(self.too_few)} if self.too_few else {}
        day = {"paid_on": self.paid_on} if self.paid_on else {}
        return {"period": self.period.id, "kind": self.kind, "before": list(self.before), **given, **short, **day}


def period_of(outcome: Outcome, period: ClaimPeriod) -> str:
    """The claim period under which an outcome's result is kept: empty when one result stands for the whole cohort."""
    return period.id if is_claimed_apart(outcome, vocabulary().indicators[outcome.indicator]) else ""


def placed_lists(outcome: Outcome) -> list[str]:
    """The code lists whose codes an outcome places."""
    given = arguments(library()[outcome.indicator].parameters, outcome.arguments)
    return sorted({value.codes for value in given.values() if isinstance(value, Placing)})
