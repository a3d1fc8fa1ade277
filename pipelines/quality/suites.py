"""Suites: what must hold for a cohort, an outcome or a claim, derived from its contract and gate profile, never listed by hand.

A subject is `register:<id>`, `cohort:<contract>/<id>`, `outcome:<contract>/<id>` or `trigger:<contract>/<id>/<claim period>/<kind>`. A suite is plain
data: it is hashed, sent to the child process, and compared with what came back.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal

from indicators.prices import DatedMoney
from pipelines.canonical import digest
from pipelines.contracts.outcome import ClaimPeriod, OutcomeContract, Payment
from pipelines.contracts.profile import Profile, ProfileRule
from pipelines.settings import sql_text

REFERRALS = "referrals"
"""The register that lists who was referred, refused and enrolled."""
CAP_PER_PERSON = "cap_per_person@1"
Kind = Literal["not_null", "in_set", "row_count", "native", "counts_none", "view"]


@dataclass(frozen=True)
class Expectation:
    """One thing that must hold. `table` is the schema-qualified table or view; `arguments` is all the engine needs besides; `reads` are the
    registers whose deliveries it looks at besides its subject's own."""

    rule: str
    kind: Kind
    table: str
    arguments: dict[str, Any]
    severity: str
    dimension: str
    protects: str
    remedy: str
    cured_by: str
    threshold: str
    reads: tuple[str, ...] = ()

    def as_data(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Suite:
    """Everything that must hold for one subject."""

    subject: str
    expectations: tuple[Expectation, ...]

    def as_data(self) -> dict[str, Any]:
        return {"subject": self.subject, "expectations": [item.as_data() for item in self.expectations]}

    def digest(self) -> str:
        """Hash over every expectation with all its arguments and, for rules in SQL, their text."""
        return self._digest

    @cached_property
    def _digest(self) -> str:
        texts = {item.rule: sql_text(f"expectations/{item.rule}.sql") for item in self.expectations if item.kind == "view"}
        return hash_of(self.as_data(), texts, sql_text("warehouse/expectation_view.sql"))


def hash_of(suite: dict[str, Any], texts: dict[str, str], view: str) -> str:
    """The digest of a suite as plain data, with the text of its rules in SQL by name and of the view they are asked through."""
    return digest({"suite": suite, "sql": texts, "view": view})


def outcome_subject(contract: str, outcome: str, claim_period: str = "") -> str:
    """The subject of an outcome, or of the part of it that one claim period claims."""
    return f"outcome:{contract}/{outcome}" + (f"/{claim_period}" if claim_period else "")


def cohort_suite(contract: OutcomeContract, profile: Profile, cohort_id: str) -> Suite:
    """What must hold for a cohort."""
    cohort = contract.cohort(cohort_id)
    fits = {"compared": cohort.is_compared, "matched": cohort.matched is not None, "referred": cohort.register_name == REFERRALS, "judged": cohort.eligible is not None}
    return _profile_suite(profile, "cohort", f"cohort:{contract.contract}/{cohort_id}", contract, fits)


def outcome_suite(contract: OutcomeContract, profile: Profile, outcome_id: str, claim_period: str = "") -> Suite:
    """What must hold for an outcome, or for the part of it that one claim period claims."""
    outcome = contract.outcome(outcome_id)
    is_experienced = outcome.kind == "experienced"
    fits = {"compared": any(contract.cohort(name).is_compared for name in outcome.cohorts), "experienced": is_experienced, "registered": not is_experienced}
    return _profile_suite(profile, "outcome", outcome_subject(contract.contract, outcome_id, claim_period), contract, fits)


def trigger_subject(contract: str, trigger: str, claim_period: str, kind: str) -> str:
    """The subject of one claim of a trigger: its claim period and settlement."""
    return f"trigger:{contract}/{trigger}/{claim_period}/{kind}"


def trigger_suite(
    contract: OutcomeContract, profile: Profile, payment: Payment, period: ClaimPeriod, kind: str, *, prices_persons: bool, pays_multiples: bool = True, compares: bool = False
) -> Suite:
    """What must hold for one claim that would be decided, over its amount and its persons' lines. `pays_multiples` says that what its rule gives is
    a whole number of times one of its prices, `compares` that it goes by the estimate."""
    compare = contract.outcome(payment.outcome_of(kind)).compare
    is_plain = pays_multiples and not payment.adjust and payment.on_account is None and contract.caps is None
    fits = {
        "by_person": prices_persons,
        "capped": cap_of(payment) is not None,
        "one_price": is_plain and bool(prices_of(payment)),
        "settled_twice": payment.on_account is not None and kind == "final",
        "implying": contract.outcome(payment.outcome_of(kind)).implies is not None,
        "totalled": bool(contract.totals),
        "placebo": compares and compare is not None and compare.placebos is not None and compare.placebos.then == "hold",
    }
    return _profile_suite(profile, "trigger", trigger_subject(contract.contract, payment.id, period.id, kind), contract, fits)


def compared_outcomes(contract: OutcomeContract, profile: Profile, payment: Payment, kind: str) -> tuple[str, ...]:
    """The outcomes that the claim's own rules do compare it with: none that no rule of the profile asks for."""
    asked = {rule.only for rule in profile.rules if rule.on == "trigger"}
    faster = payment.on_account.pays_for if payment.on_account else None
    return tuple(name for name in contract.compared_with(payment, kind) if ("settled_twice" if name == faster else "implying") in asked)


def cap_of(payment: Payment) -> Decimal | None:
    """The most a person may bring by a payment, or None."""
    return next((Decimal(item.arguments["amount"]) for item in payment.adjust if item.pin == CAP_PER_PERSON), None)


def prices_of(payment: Payment) -> list[Decimal]:
    """Every price a payment's rule may pay by, whatever the day; none for a rule that has no price."""
    price = payment.rule.arguments.get("price")
    return sorted(set(DatedMoney.model_validate(price).root.values())) if isinstance(price, dict) else []


def thresholds(profile: Profile | None, on: str) -> dict[str, Decimal]:
    """Threshold by rule, for one kind of subject."""
    return {rule.rule: rule.threshold for rule in (profile.rules if profile else []) if rule.on == on}


def _profile_suite(profile: Profile, on: str, subject: str, contract: OutcomeContract, fits: dict[str, bool]) -> Suite:
    """The profile's rules for one kind of subject, those left out whose `only` does not fit it."""
    rules = [rule for rule in profile.rules if rule.on == on and (rule.only is None or fits.get(rule.only, False))]
    return Suite(subject, tuple(from_profile(rule, subject, _curer(contract, rule.cured_by)) for rule in rules))


def _curer(contract: OutcomeContract, role: str) -> str:
    """The parties of the contract with this role, or the role's own name."""
    return " or ".join(party.id for party in contract.parties if role in party.roles) or role


def from_profile(rule: ProfileRule, subject: str, cured_by: str) -> Expectation:
    """A rule of a profile as the expectation that it is for one subject."""
    return Expectation(
        rule.rule,
        "view",
        f"quality.{rule.rule}",
        {"subject": subject},
        rule.severity,
        rule.dimension,
        rule.protects,
        rule.remedy,
        cured_by,
        threshold_words(rule),
    )


def threshold_words(rule: ProfileRule) -> str:
    """The threshold, and by which clause and for what reason a contract has another than its profile."""
    said = format(rule.threshold.normalize(), "f")
    if rule.was is not None:
        return f"{said}, {'loosened' if change_of(rule) == 'loosened' else 'tightened'} from {rule.was.normalize():f} by {rule.clause}: {rule.because}"
    return f"{said}, added by {rule.clause}: {rule.because}" if rule.clause else said


def change_of(rule: ProfileRule) -> str:
    """What a contract did to a rule: `loosened` or `tightened` its profile's threshold, or `added` the rule; empty for a rule as its profile has it."""
    if rule.was is None:
        return "added" if rule.clause else ""
    is_at_most = "'at_most' as bound" in sql_text(f"expectations/{rule.rule}.sql")
    return "loosened" if (rule.threshold > rule.was) == is_at_most else "tightened"
