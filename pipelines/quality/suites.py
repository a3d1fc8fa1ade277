"""Suites: what must hold for a register, a cohort or an outcome, derived from its contract and gate profile, never listed by hand.

A subject is `register:<id>`, `cohort:<contract>/<id>`, `outcome:<contract>/<id>` or `trigger:<contract>/<id>/<claim period>/<kind>`. A suite is plain
data: it is hashed, sent to the child process, and compared with what came back.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal

from pipelines.canonical import digest
from pipelines.contracts.catalogue import REGISTER_PROFILE, Catalogue
from pipelines.contracts.outcome import ClaimPeriod, OutcomeContract, Payment
from pipelines.contracts.profile import Profile, ProfileRule
from pipelines.contracts.register import Column, Quality, RegisterContract
from pipelines.settings import sql_text

REFERRALS = "referrals"
"""The register that lists who was referred, refused and enrolled."""
CAP_PER_PERSON = "cap_per_person@1"
Kind = Literal["not_null", "in_set", "row_count", "counts_none", "view"]


@dataclass(frozen=True)
class Expectation:
    """One thing that must hold. `table` is the schema-qualified table or view; `arguments` is all the engine needs besides."""

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


def register_suite(catalogue: Catalogue, register: RegisterContract) -> Suite:
    """What the register's ODCS contract says of its delivered table, and the profile's rules for any register."""
    table = f"delivered.{register.id}"
    supplier = register.handling.supplier
    made = [item for column in register.table.properties for item in _column_expectations(catalogue, column, table, supplier)]
    key = tuple(column.name for column in register.table.properties if column.primary_key)
    if len(key) > 1:
        made.append(_written("key_is_unique", "counts_none", table, {"query": _shared_by_rows(*key)}, "uniqueness", "No row of the register counts twice.", supplier))
    made += [_from_quality(rule, table, _column_of(register, rule), supplier) for rule in register.rules()]
    profile = catalogue.profiles.get(REGISTER_PROFILE)
    limits = register_thresholds(profile, register)
    rules = [
        _from_profile(rule.model_copy(update={"threshold": limits[rule.rule]}), f"register:{register.id}", supplier)
        for rule in (profile.rules if profile else [])
        if rule.on == "register"
    ]
    return Suite(f"register:{register.id}", (*rules, *made))


def outcome_subject(contract: str, outcome: str, claim_period: str = "") -> str:
    """The subject of an outcome, or of the part of it that one claim period claims."""
    return f"outcome:{contract}/{outcome}" + (f"/{claim_period}" if claim_period else "")


def cohort_suite(contract: OutcomeContract, profile: Profile, cohort_id: str) -> Suite:
    """What must hold for a cohort."""
    cohort = contract.cohort(cohort_id)
    fits = {"compared": cohort.is_compared, "matched": cohort.matched is not None, "referred": cohort.register_name == REFERRALS}
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


def trigger_suite(contract: OutcomeContract, profile: Profile, payment: Payment, period: ClaimPeriod, kind: str, *, prices_persons: bool) -> Suite:
    """What must hold for one claim that would be decided, over its amount and its persons' lines."""
    is_plain = not payment.adjust and payment.on_account is None
    fits = {
        "by_person": prices_persons,
        "capped": cap_of(payment) is not None,
        "one_price": is_plain and bool(prices_of(payment)),
        "settled_twice": payment.on_account is not None and kind == "final",
        "implying": contract.outcome(payment.outcome_of(kind)).implies is not None,
        "totalled": bool(contract.totals),
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
    return sorted({Decimal(amount) for amount in price.values()}) if isinstance(price, dict) else []


def thresholds(profile: Profile | None, on: str) -> dict[str, Decimal]:
    """Threshold by rule, for one kind of subject."""
    return {rule.rule: rule.threshold for rule in (profile.rules if profile else []) if rule.on == on}


def register_thresholds(profile: Profile | None, register: RegisterContract) -> dict[str, Decimal]:
    """Threshold by rule for a register: the share of rows that may fail to convert is its own contract's."""
    found = thresholds(profile, "register")
    return {**found, **({"rejects_are_few": register.handling.most_rejected} if "rejects_are_few" in found else {})}


def _profile_suite(profile: Profile, on: str, subject: str, contract: OutcomeContract, fits: dict[str, bool]) -> Suite:
    """The profile's rules for one kind of subject, those left out whose `only` does not fit it."""
    rules = [rule for rule in profile.rules if rule.on == on and (rule.only is None or fits.get(rule.only, False))]
    return Suite(subject, tuple(_from_profile(rule, subject, _curer(contract, rule.cured_by)) for rule in rules))


def _curer(contract: OutcomeContract, role: str) -> str:
    """The parties of the contract with this role, or the role's own name."""
    return " or ".join(party.id for party in contract.parties if role in party.roles) or role


def _from_profile(rule: ProfileRule, subject: str, cured_by: str) -> Expectation:
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
        is_looser = rule.threshold > rule.was if "'at_most' as bound" in sql_text(f"expectations/{rule.rule}.sql") else rule.threshold < rule.was
        return f"{said}, {'loosened' if is_looser else 'tightened'} from {rule.was.normalize():f} by {rule.clause}: {rule.because}"
    return f"{said}, added by {rule.clause}: {rule.because}" if rule.clause else said


def _written(rule: str, kind: Kind, table: str, arguments: dict[str, Any], dimension: str, protects: str, supplier: str) -> Expectation:
    remedy = "Ask the supplier to correct the register and to deliver the whole of it again."
    return Expectation(rule, kind, table, arguments, "error", dimension, protects, remedy, supplier, "0")


def _column_expectations(catalogue: Catalogue, column: Column, table: str, supplier: str) -> list[Expectation]:
    made: list[Expectation] = []
    if column.required or column.primary_key:
        made.append(_written(f"{column.name}_is_given", "not_null", table, {"column": column.name}, "completeness", f"{column.description} It is never empty.", supplier))
    if column.unique:
        made.append(
            _written(f"{column.name}_is_unique", "counts_none", table, {"query": _shared_by_rows(column.name)}, "uniqueness", "No row of the register counts twice.", supplier)
        )
    if column.codelist is not None and column.repeats:
        made.append(_weekly_codes(column.name, column.codelist, f"staged.{table.removeprefix('delivered.')}", supplier))
    elif column.codelist is not None:
        arguments = {"column": column.name, "values": list(catalogue.codelists[column.codelist])}
        made.append(_written(f"{column.name}_is_a_known_code", "in_set", table, arguments, "conformity", f"Every code stands in the code list {column.codelist}.", supplier))
    return made


def _weekly_codes(name: str, codelist: str, table: str, supplier: str) -> Expectation:
    """All weekly columns in one expectation, over the spells they were staged as."""
    query = sql_text("quality/code_is_known_in_every_week.sql").replace("{codelist}", codelist.replace("'", "''"))
    remedy = (
        f"Look up which codes and weeks they are. A code that is right is added to the code list {codelist} with its days and their source; "
        "one that is wrong is corrected by the supplier, who delivers the whole register again."
    )
    protects = f"Every week's code stands in the code list {codelist} and is valid on a day of that week; what an unknown one means is never guessed."
    return Expectation(f"{name}_is_a_known_code", "counts_none", table, {"query": query}, "error", "conformity", protects, remedy, supplier, "0")


def _shared_by_rows(*columns: str) -> str:
    """The query that counts rows which share a key. Great Expectations' own numbers all rows by key in windows, at five times the memory."""
    names = ", ".join(f'"{column}"' for column in columns)
    texts = ", ".join(f'cast("{column}" as varchar)' for column in columns)
    return sql_text("quality/key_is_unique.sql").replace("{columns_as_text}", texts).replace("{columns}", names)


def _column_of(register: RegisterContract, rule: Quality) -> str:
    return next((column.name for column in register.table.properties if rule in column.quality), "")


def _from_quality(rule: Quality, table: str, column: str, supplier: str) -> Expectation:
    low, high = rule.bounds()
    forms: dict[str | None, tuple[Kind, dict[str, Any], str]] = {
        None: ("counts_none", {"query": (rule.query or "").replace("${table}", "{batch}")}, "0"),
        "nullValues": ("not_null", {"column": column}, "0"),
        "duplicateValues": ("counts_none", {"query": _shared_by_rows(column)}, "0"),
        "invalidValues": ("in_set", {"column": column, "values": list((rule.arguments or {}).get("validValues", []))}, "0"),
        "rowCount": ("row_count", {"least": low, "most": high}, f"{'' if low is None else low}..{'' if high is None else high}"),
    }
    kind, arguments, threshold = forms[rule.metric]
    return Expectation(rule.name, kind, table, arguments, rule.severity, rule.dimension, rule.description, rule.remedy, supplier, threshold)
