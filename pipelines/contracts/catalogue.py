"""Everything under `data_contracts/`, loaded and checked against what the code offers. A file with findings breaks only itself.

What indicators, rules and methods exist is told by the caller (`Vocabulary`), so that this room needs none of them.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, create_model

from pipelines.canonical import file_digest
from pipelines.contracts.outcome import Cohort, DatedMoney, Outcome, OutcomeContract, Payment
from pipelines.contracts.profile import Profile
from pipelines.contracts.register import Handling, RegisterContract
from pipelines.contracts.source import Finding, Place, Source, nearest, read, validate

Parameters = dict[str, tuple[Any, Any]]
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class IndicatorTerms:
    registers: tuple[str, ...]
    parameters: Parameters


@dataclass(frozen=True)
class RuleTerms:
    parameters: Parameters
    needs_comparison: bool


@dataclass(frozen=True)
class MethodTerms:
    intervals: tuple[str, ...]
    quantities: tuple[str, ...]


@dataclass(frozen=True)
class Vocabulary:
    """What a contract may name: indicators, payment rules and methods by pin, and the expectations a profile may use."""

    indicators: dict[str, IndicatorTerms]
    rules: dict[str, RuleTerms]
    methods: dict[str, MethodTerms]
    expectations: tuple[str, ...]


@dataclass
class Catalogue:
    """What loaded, what did not and why, and the hash of every file."""

    folder: Path
    registers: dict[str, RegisterContract] = field(default_factory=dict)
    contracts: dict[str, OutcomeContract] = field(default_factory=dict)
    profiles: dict[str, Profile] = field(default_factory=dict)
    codelists: dict[str, tuple[str, ...]] = field(default_factory=dict)
    broken_registers: dict[str, list[Finding]] = field(default_factory=dict)
    broken_contracts: dict[str, list[Finding]] = field(default_factory=dict)
    broken_others: dict[str, list[Finding]] = field(default_factory=dict)

    def findings(self) -> list[Finding]:
        """Everything wrong anywhere, in file and line order."""
        every = [*self.broken_registers.values(), *self.broken_contracts.values(), *self.broken_others.values()]
        return sorted({finding for findings in every for finding in findings})

    def digest_of(self, relative: str) -> str:
        """SHA-256 of one file under the catalogue's folder."""
        return file_digest(self.folder / relative)

    def outcome_registers(self, contract: OutcomeContract, outcome: Outcome, vocabulary: Vocabulary) -> tuple[str, ...]:
        """Every register one outcome needs: the cohort's own first, then its indicator's, by name."""
        own = contract.cohort(outcome.cohort).register_name
        return (own, *sorted(set(vocabulary.indicators[outcome.indicator].registers) - {own}))


def load(folder: Path, vocabulary: Vocabulary) -> Catalogue:
    """Load everything under `folder`. Never raises for a broken file: what is wrong is in the catalogue's findings."""
    made = Catalogue(folder)
    _load_codelists(made)
    for path in sorted((folder / "registers").glob("*.yaml")):
        _load_register(made, path)
    for path in sorted((folder / "profiles").glob("*.yaml")):
        _load_profile(made, path, vocabulary)
    for path in sorted((folder / "outcomes").glob("*.yaml")):
        _load_contract(made, path, vocabulary)
    return made


def _load_codelists(made: Catalogue) -> None:
    for path in sorted((made.folder / "codelists").glob("*.csv")):
        rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
        if rows and "code" in rows[0]:
            made.codelists[path.stem] = tuple(row["code"] for row in rows)
        else:
            made.broken_others[path.stem] = [Finding(f"data_contracts/codelists/{path.name}", 1, "a code list needs a 'code' column and at least one code")]


def _load_register(made: Catalogue, path: Path) -> None:
    name = path.name.removesuffix(".yaml").removesuffix(".odcs")
    source = read(path, root=made.folder)
    contract = None if source.findings else validate(RegisterContract, source.value, source)
    if contract is not None:
        _check_register(made, contract, name, source)
    if contract is None or source.findings:
        made.broken_registers[name] = source.findings
    else:
        made.registers[name] = contract


def _check_register(made: Catalogue, contract: RegisterContract, name: str, source: Source) -> None:
    if contract.id != name:
        source.add(("id",), f"the id '{contract.id}' is not the file's name '{name}'")
    given = {item.property: item.value for item in contract.custom_properties}
    handling = validate(Handling, given, source, ("customProperties",))
    known = {column.name: column for column in contract.table.properties}
    if handling is not None:
        for named in (handling.person_key, handling.coverage.column):
            if named not in known:
                source.add(("customProperties",), f"the column '{named}' is not in the schema{nearest(named, list(known))}")
        if handling.coverage.column in known and known[handling.coverage.column].logical_type != "date":
            source.add(("customProperties",), f"coverage is measured from a date, and '{handling.coverage.column}' is not one")
    names = [rule.name for rule in contract.rules()]
    for twice in sorted({rule for rule in names if names.count(rule) > 1}):
        source.add(("schema",), f"the rule name '{twice}' stands twice")
    for index, column in enumerate(contract.table.properties):
        if column.codelist is not None and column.codelist not in made.codelists:
            place: Place = ("schema", 0, "properties", index)
            source.add(place, f"there is no code list '{column.codelist}'{nearest(column.codelist, list(made.codelists))}")


def _load_profile(made: Catalogue, path: Path, vocabulary: Vocabulary) -> None:
    source = read(path, root=made.folder)
    profile = None if source.findings else validate(Profile, source.value, source)
    for index, rule in enumerate(profile.rules if profile else []):
        if rule.rule not in vocabulary.expectations:
            source.add(("rules", index, "rule"), f"there is no expectation '{rule.rule}'{nearest(rule.rule, list(vocabulary.expectations))}")
    if profile is None or source.findings:
        made.broken_others[path.stem] = source.findings
    else:
        made.profiles[profile.pin] = profile


def _load_contract(made: Catalogue, path: Path, vocabulary: Vocabulary) -> None:
    source = read(path, root=made.folder)
    contract = None if source.findings else validate(OutcomeContract, source.value, source)
    if contract is not None:
        _ContractCheck(made, vocabulary, contract, source).run(path.stem)
    if contract is None or source.findings:
        made.broken_contracts[path.stem] = source.findings
    else:
        made.contracts[contract.contract] = contract


@dataclass
class _ContractCheck:
    """Every reference of one contract, checked against the contract itself, the catalogue and the vocabulary."""

    made: Catalogue
    vocabulary: Vocabulary
    contract: OutcomeContract
    source: Source

    def run(self, stem: str) -> None:
        if self.contract.contract != stem:
            self.source.add(("contract",), f"the contract's name '{self.contract.contract}' is not the file's name '{stem}'")
        for key in ("parties", "cohorts", "outcomes", "payments"):
            self._unique_ids(key)
        for index, cohort in enumerate(self.contract.cohorts):
            self._cohort(cohort, ("cohorts", index))
        for index, outcome in enumerate(self.contract.outcomes):
            self._outcome(outcome, ("outcomes", index))
        for index, payment in enumerate(self.contract.payments):
            self._payment(payment, ("payments", index))
        self._known(self.contract.gate.profile, self.made.profiles, "gate profile", ("gate", "profile"))

    def _known(self, name: str, known: Any, what: str, place: Place) -> bool:
        if name not in known:
            self.source.add(place, f"there is no {what} '{name}'{nearest(name, list(known))}")
        return name in known

    def _unique_ids(self, key: str) -> None:
        seen: set[str] = set()
        for index, item in enumerate(getattr(self.contract, key)):
            if item.id in seen:
                self.source.add((key, index, "id"), f"the id '{item.id}' stands twice in {key}")
            seen.add(item.id)

    def _cohort(self, cohort: Cohort, place: Place) -> None:
        if cohort.register_name in self.made.broken_registers:
            self.source.add((*place, "from"), f"the register contract '{cohort.register_name}' does not load; mend it first")
        elif self._known(cohort.register_name, self.made.registers, "register", (*place, "from")):
            register = self.made.registers[cohort.register_name]
            known = {column.name: column for column in register.table.properties}
            if self._known(cohort.enrolled_on, known, f"column of {register.id}", (*place, "enrolled_on")) and known[cohort.enrolled_on].logical_type != "date":
                self.source.add((*place, "enrolled_on"), f"the column '{cohort.enrolled_on}' is not a date")
            if self._known(cohort.arms.column, known, f"column of {register.id}", (*place, "arms", "column")):
                codes = self.made.codelists.get(known[cohort.arms.column].codelist or "", ())
                for arm in ("treatment", "comparison"):
                    self._known(getattr(cohort.arms, arm), codes, f"code for {arm}", (*place, "arms", arm))

    def _outcome(self, outcome: Outcome, place: Place) -> None:
        self._known(outcome.cohort, {cohort.id: cohort for cohort in self.contract.cohorts}, "cohort", (*place, "cohort"))
        if self._known(outcome.indicator, self.vocabulary.indicators, "indicator", (*place, "indicator")):
            terms = self.vocabulary.indicators[outcome.indicator]
            self._arguments(terms.parameters, outcome.arguments, (*place, "with"))
            for register in terms.registers:
                if register in self.made.broken_registers:
                    self.source.add((*place, "indicator"), f"'{outcome.indicator}' needs the register '{register}', whose contract does not load; mend it first")
                else:
                    self._known(register, self.made.registers, f"register contract for {outcome.indicator} named", (*place, "indicator"))
        if outcome.compare and self._known(outcome.compare.method, self.vocabulary.methods, "method", (*place, "compare", "method")):
            for index, name in enumerate(outcome.compare.intervals):
                self._known(name, self.vocabulary.methods[outcome.compare.method].intervals, "interval", (*place, "compare", "intervals", index))

    def _payment(self, payment: Payment, place: Place) -> None:
        outcomes = {outcome.id: outcome for outcome in self.contract.outcomes}
        parties = {party.id: party for party in self.contract.parties}
        if self._known(payment.payer, parties, "party", (*place, "payer")) and "payer" not in parties[payment.payer].roles:
            self.source.add((*place, "payer"), f"'{payment.payer}' pays but does not have the role 'payer'")
        self._known(payment.payee, parties, "party", (*place, "payee"))
        is_outcome = self._known(payment.pays_for, outcomes, "outcome", (*place, "pays_for"))
        for index, period in enumerate(payment.claim_periods):
            if period.start < self.contract.term.start or period.end > self.contract.term.end:
                self.source.add((*place, "claim_periods", index), f"the claim period {period.id} reaches outside the contract's term")
        rule_place = (*place, "rule", payment.rule.pin)
        if self._known(payment.rule.pin, self.vocabulary.rules, "payment rule", rule_place):
            rule = self.vocabulary.rules[payment.rule.pin]
            given = self._arguments(rule.parameters, payment.rule.arguments, rule_place)
            if is_outcome and given is not None:
                self._rule_fits(payment, given, outcomes[payment.pays_for], rule, rule_place)

    def _rule_fits(self, payment: Payment, given: BaseModel, outcome: Outcome, rule: RuleTerms, place: Place) -> None:
        arguments = {name: getattr(given, name) for name in rule.parameters}
        for name, value in arguments.items():
            if isinstance(value, DatedMoney):
                self._holds(value, payment, (*place, name))
        if rule.needs_comparison and outcome.compare is None:
            self.source.add(place, f"'{payment.rule.pin}' pays on a comparison, and the outcome '{outcome.id}' has no 'compare'")
        if rule.needs_comparison and outcome.compare and outcome.compare.method in self.vocabulary.methods:
            self._known(arguments["measure"], self.vocabulary.methods[outcome.compare.method].quantities, "measure", (*place, "measure"))
            if "interval" in arguments:
                self._known(arguments["interval"], outcome.compare.intervals, f"interval in outcome '{outcome.id}' called", (*place, "interval"))
        if arguments.get("role") not in (None, "treatment", "comparison"):
            self._known(arguments["role"], ["treatment", "comparison"], "role", (*place, "role"))

    def _holds(self, amount: DatedMoney, payment: Payment, place: Place) -> None:
        first: dt.date = min(period.start for period in payment.claim_periods)
        if min(amount.root) > first:
            self.source.add(place, f"no amount holds on {first}, the first day of a claim period; the first holds from {min(amount.root)}")

    def _arguments(self, parameters: Parameters, given: dict[str, Any], place: Place) -> BaseModel | None:
        return validate(arguments_model(parameters), given, self.source, place)


def arguments_model(parameters: Parameters) -> type[BaseModel]:
    """A strict model of keyword parameters, for checking what a contract gives an indicator or a rule."""
    fields: dict[str, Any] = {name: (kind, default) for name, (kind, default) in parameters.items()}
    return create_model("Arguments", __config__=ConfigDict(extra="forbid", frozen=True, strict=True), **fields)


def arguments(parameters: Parameters, given: dict[str, Any]) -> dict[str, Any]:
    """Checked arguments ready to call with. Raises pydantic's ValidationError; the catalogue has checked them before."""
    made = arguments_model(parameters).model_validate(given)
    return {name: getattr(made, name) for name in parameters}
