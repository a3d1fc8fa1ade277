"""Everything under `data_contracts/`, loaded and checked against what the code offers. A file with findings breaks only itself.

What indicators, rules and methods exist is told by the caller (`Vocabulary`), so that this room needs none of them.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, create_model

from indicators.treatments import CodeSet, Treatments
from pipelines.canonical import digest, file_digest
from pipelines.contracts.outcome import Cohort, DatedMoney, Matched, Outcome, OutcomeContract, Payment
from pipelines.contracts.profile import Profile
from pipelines.contracts.register import CustomProperty, Handling, RegisterContract
from pipelines.contracts.repeating import handling_findings, repeating_findings
from pipelines.contracts.source import Finding, Place, Source, file_name, nearest, read, validate
from pipelines.contracts.waterfall import Waterfall

Parameters = dict[str, tuple[Any, Any]]
INDISPENSABLE = ("cohort_period_covered", "coverage_reaches_windows", "follow_up_is_complete", "frozen_cohort_unchanged")
REGISTER_PROFILE = "standard@1"
"""The gate profile every register is held to, whatever the contracts that use it name."""
M = TypeVar("M", bound=BaseModel)
MATCHED_FROM = ("bef", "dream")
"""The registers that say who is alike: residence, birth and sex; benefits."""
QUOTE = "'"
CELL_METRICS = ("nullValues", "duplicateValues", "invalidValues")


@dataclass(frozen=True)
class Code:
    """One row of a code list: the code, its group and the days, both included, between which it is valid (None is no limit)."""

    code: str
    label: str
    group: str
    valid_from: dt.date | None
    valid_to: dt.date | None


@dataclass(frozen=True)
class IndicatorTerms:
    """`injected` are the parameters that the pipeline gives and no contract does."""

    registers: tuple[str, ...]
    parameters: Parameters
    injected: tuple[str, ...] = ()


@dataclass(frozen=True)
class RuleTerms:
    parameters: Parameters
    needs_comparison: bool
    prices_persons: bool = False


@dataclass(frozen=True)
class MethodTerms:
    intervals: tuple[str, ...]
    quantities: tuple[str, ...]


@dataclass(frozen=True)
class Vocabulary:
    """What a contract may name: indicators, payment rules, methods, adjusters and conditions by pin, and the expectations a profile may
    use, and the registers that have staging SQL."""

    indicators: dict[str, IndicatorTerms]
    rules: dict[str, RuleTerms]
    methods: dict[str, MethodTerms]
    expectations: tuple[str, ...]
    staged: tuple[str, ...]
    adjusters: dict[str, Parameters] = field(default_factory=dict)
    conditions: tuple[str, ...] = ()


@dataclass
class Catalogue:
    """What loaded, what did not and why, and the hash of every file."""

    folder: Path
    registers: dict[str, RegisterContract] = field(default_factory=dict)
    contracts: dict[str, OutcomeContract] = field(default_factory=dict)
    profiles: dict[str, Profile] = field(default_factory=dict)
    codelists: dict[str, tuple[str, ...]] = field(default_factory=dict)
    codes: dict[str, tuple[Code, ...]] = field(default_factory=dict)
    broken_registers: dict[str, list[Finding]] = field(default_factory=dict)
    broken_contracts: dict[str, list[Finding]] = field(default_factory=dict)
    broken_others: dict[str, list[Finding]] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)

    def findings(self) -> list[Finding]:
        """Everything wrong anywhere, in file and line order."""
        every = [*self.broken_registers.values(), *self.broken_contracts.values(), *self.broken_others.values()]
        return sorted({finding for findings in every for finding in findings})

    def digest_of(self, relative: str) -> str:
        """SHA-256 of the very bytes that a file was loaded from."""
        return self.digests[relative]

    def profile_digest(self, pin: str) -> str:
        """Hash of everything a gate profile says; empty when it does not load."""
        return digest(self.profiles[pin].model_dump(mode="json")) if pin in self.profiles else ""

    def bound_profiles(self, contract: OutcomeContract) -> dict[str, str]:
        """The gate profiles a contract is executed with: its own and the one every register is held to, by pin, hashed."""
        return {pin: self.profile_digest(pin) for pin in sorted({contract.gate.profile, REGISTER_PROFILE})}

    def outcome_registers(self, contract: OutcomeContract, outcome: Outcome, vocabulary: Vocabulary) -> tuple[str, ...]:
        """Every register one outcome needs: those of its cohorts first, then its indicator's, by name."""
        own = tuple(dict.fromkeys(name for cohort in outcome.cohorts for name in self.cohort_registers(contract.cohort(cohort))))
        return (*own, *sorted(set(self.read_registers(outcome, vocabulary)) - set(own)))

    def read_registers(self, outcome: Outcome, vocabulary: Vocabulary) -> tuple[str, ...]:
        """The registers an outcome's indicator reads, each under the name of the register that stands for it."""
        return tuple(outcome.reads.get(name, name) for name in vocabulary.indicators[outcome.indicator].registers)

    def cohort_registers(self, cohort: Cohort) -> tuple[str, ...]:
        """The registers a cohort is made from: the one that enrols, and those a matched comparison is chosen from."""
        return (cohort.register_name, *(MATCHED_FROM if cohort.matched else ()))


def load(folder: Path, vocabulary: Vocabulary) -> Catalogue:
    """Load everything under `folder`. Never raises for a broken file: what is wrong is in the catalogue's findings."""
    made = Catalogue(folder)
    _load_codelists(made)
    for path in _files(made, "registers", ".odcs.yaml"):
        _load_register(made, path, vocabulary)
    for path in _files(made, "profiles", ".yaml"):
        _load_profile(made, path, vocabulary)
    for path in _files(made, "outcomes", ".yaml"):
        _load_contract(made, path, vocabulary)
    return made


def _files(made: Catalogue, part: str, ending: str) -> list[Path]:
    """The YAML files of one folder, by name. One whose name has another ending is not read, and that is a finding."""
    every = [path for path in sorted((made.folder / part).glob("*")) if path.suffix.lower() in (".yaml", ".yml")]
    for path in every:
        if not path.name.endswith(ending):
            made.broken_others[f"{part}/{path.name}"] = [Finding(file_name(path, made.folder), 1, f"this file is not read; the files of {part}/ are named <name>{ending}")]
    return [path for path in every if path.name.endswith(ending)]


def _load_codelists(made: Catalogue) -> None:
    for path in sorted((made.folder / "codelists").glob("*.csv")):
        source = Source(file_name(path, made.folder))
        codes = _codes(path, source)
        if source.findings:
            made.broken_others[f"codelists/{path.name}"] = source.findings
        else:
            made.codelists[path.stem] = tuple(dict.fromkeys(code.code for code in codes))
            made.codes[path.stem] = codes
            made.digests[f"codelists/{path.name}"] = file_digest(path)


def _codes(path: Path, source: Source) -> tuple[Code, ...]:
    """The rows of one list, in its order. A code may stand again with another first day."""
    codes: list[Code] = []
    seen: set[tuple[str, str]] = set()
    try:
        reader = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""), strict=True)
        for row in reader:
            code, since = row.get("code") or "", row.get("valid_from") or ""
            if not code.strip() or (code, since) in seen:
                source.add_on(reader.line_num, f"the code '{code}' stands twice from the same day" if code.strip() else "this row has no code")
            seen.add((code, since))
            codes.append(_code(row, reader.line_num, source))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        source.add((), f"the code list cannot be read as CSV in UTF-8 ({type(error).__name__})")
        return ()
    if not codes or "code" not in (reader.fieldnames or ()):
        source.findings = [Finding(source.file, 1, "a code list needs a 'code' column and at least one code")]
    return tuple(codes)


def _code(row: dict[str, Any], line: int, source: Source) -> Code:
    days: list[dt.date | None] = []
    for name in ("valid_from", "valid_to"):
        text = row.get(name) or ""
        try:
            days.append(dt.date.fromisoformat(text) if text else None)
        except ValueError:
            source.add_on(line, f"'{text}' in {name} is not a date that exists; write YYYY-MM-DD")
            days.append(None)
    if days[0] and days[1] and days[1] < days[0]:
        source.add_on(line, f"the code '{row.get('code')}' is valid to {days[1]}, before it is valid from {days[0]}")
    return Code(row.get("code") or "", row.get("label") or "", row.get("group") or "", days[0], days[1])


def _load_register(made: Catalogue, path: Path, vocabulary: Vocabulary) -> None:
    name = path.name.removesuffix(".odcs.yaml")
    source = read(path, root=made.folder)
    contract = None if source.findings else validate(RegisterContract, source.value, source)
    if contract is not None:
        _check_register(made, contract, name, source)
        if name not in vocabulary.staged:
            source.add(("id",), f"there is no sql/staging/{name}.sql, so nothing can be made of its deliveries; write it")
    if contract is None or source.findings:
        made.broken_registers[name] = source.findings
    else:
        made.registers[name] = contract
        made.digests[f"registers/{path.name}"] = source.sha256


def _check_register(made: Catalogue, contract: RegisterContract, name: str, source: Source) -> None:
    if contract.id != name:
        source.add(("id",), f"the id '{contract.id}' is not the file's name '{name}'")
    if contract.status != "active":
        source.add(("status",), f"the register contract is '{contract.status}'; only an active one is acted on")
    _check_properties(contract.custom_properties, None, source, ("customProperties",))
    given = {item.property: item.value for item in contract.custom_properties}
    handling = validate(Handling, given, source, ("customProperties",))
    known = {column.name: column for column in contract.table.properties}
    if handling is not None:
        for named in (handling.person_key, handling.coverage.measured_from):
            if named not in known:
                source.add(("customProperties",), f"the column '{named}' is not in the schema{nearest(named, list(known))}")
        for words in handling_findings(handling, known):
            source.add(("customProperties",), words)
    _check_rules(contract, source)
    _check_columns(made, contract, source)


def _check_columns(made: Catalogue, contract: RegisterContract, source: Source) -> None:
    for twice in _twice(column.name for column in contract.table.properties):
        source.add(("schema", 0, "properties"), f"the column '{twice}' stands twice")
    for index, column in enumerate(contract.table.properties):
        place: Place = ("schema", 0, "properties", index)
        _check_properties(column.custom_properties, ["codelist", "repeats"], source, (*place, "customProperties"))
        if column.codelist is not None and column.codelist not in made.codelists:
            source.add(place, f"there is no code list '{column.codelist}'{nearest(column.codelist, list(made.codelists))}")
        for words in repeating_findings(contract, column, made.codelists.get(column.codelist or "", ())) if column.repeats is not None else ():
            source.add(place, words)


def _check_rules(contract: RegisterContract, source: Source) -> None:
    for twice in _twice(rule.name for rule in contract.rules()):
        source.add(("schema",), f"the rule name '{twice}' stands twice")
    for index, rule in enumerate(contract.table.quality):
        if rule.metric in CELL_METRICS:
            source.add(("schema", 0, "quality", index), f"the rule '{rule.name}' counts cells of a column; put it under that column")
    for rule in contract.rules():
        _check_properties(rule.custom_properties, ["remedy"], source, ("schema",))


def _check_properties(given: list[CustomProperty], known: list[str] | None, source: Source, place: Place) -> None:
    """Custom properties are keys in all but form: one that stands twice or that nothing acts on is a finding. None takes any."""
    for index, item in enumerate(given):
        if known is not None and item.property not in known:
            source.add((*place, index), f"unknown property '{item.property}' in customProperties{nearest(item.property, known)}")
        if any(item.property == earlier.property for earlier in given[:index]):
            source.add((*place, index), f"the property '{item.property}' stands twice in customProperties")
        source.lines.setdefault((*place, item.property), source.line((*place, index)))


def _twice(names: Iterable[str]) -> list[str]:
    return sorted(name for name, count in Counter(names).items() if count > 1)


def _load_profile(made: Catalogue, path: Path, vocabulary: Vocabulary) -> None:
    source = read(path, root=made.folder)
    profile = None if source.findings else validate(Profile, source.value, source)
    for index, rule in enumerate(profile.rules if profile else []):
        if rule.rule not in vocabulary.expectations:
            source.add(("rules", index, "rule"), f"there is no expectation '{rule.rule}'{nearest(rule.rule, list(vocabulary.expectations))}")
        if any((rule.rule, rule.on) == (earlier.rule, earlier.on) for earlier in (profile.rules if profile else [])[:index]):
            source.add(("rules", index, "rule"), f"the rule '{rule.rule}' stands twice for one {rule.on}; which threshold holds is not said")
    if profile is not None and profile.profile != path.stem.split(".")[0]:
        source.add(("profile",), f"the profile's name '{profile.profile}' is not the file's name '{path.stem}'")
    if profile is not None and profile.pin in made.profiles:
        source.add(("version",), f"the profile '{profile.pin}' stands in another file already")
    if profile is not None:
        _check_profile(profile, source)
    if profile is None or source.findings:
        made.broken_others[f"profiles/{path.name}"] = source.findings
    else:
        made.profiles[profile.pin] = profile


def _check_profile(profile: Profile, source: Source) -> None:
    """Without these no payment is proved, whatever a profile is for; and registers are held to one profile."""
    held = {rule.rule for rule in profile.rules if rule.severity == "error"}
    for rule in sorted(set(INDISPENSABLE) - held):
        source.add(("rules",), f"the rule '{rule}' is missing or only warns; no payment is proved without it")
    for index, item in enumerate(profile.rules):
        may_be = (None, "registered") if item.rule == "follow_up_is_complete" else (None,)
        if item.rule in INDISPENSABLE and item.only not in may_be:
            source.add(("rules", index, "only"), f"the rule '{item.rule}' holds everywhere; no payment is proved without it")
    if any(item.only == "registered" for item in profile.rules) and "response_has_a_floor" not in held:
        source.add(("rules",), "a profile that counts registered outcomes only needs 'response_has_a_floor' for the experienced ones")
    if profile.pin != REGISTER_PROFILE and any(rule.on == "register" for rule in profile.rules):
        source.add(("rules",), f"rules for registers stand in {REGISTER_PROFILE}, which holds every register; here they would not be run")


def _load_contract(made: Catalogue, path: Path, vocabulary: Vocabulary) -> None:
    source = read(path, root=made.folder)
    contract = None if source.findings else validate(OutcomeContract, source.value, source)
    if contract is not None:
        _ContractCheck(made, vocabulary, contract, source).run(path.stem)
    if contract is None or source.findings:
        made.broken_contracts[path.stem] = source.findings
    else:
        made.contracts[contract.contract] = contract
        made.digests[f"outcomes/{path.name}"] = source.sha256


@dataclass
class _ContractCheck:
    """Every reference of one contract, checked against the contract itself, the catalogue and the vocabulary."""

    made: Catalogue
    vocabulary: Vocabulary
    contract: OutcomeContract
    source: Source

    def run(self, stem: str) -> None:
        self._same_periods()
        if self.contract.waterfall is not None:
            self._waterfall(self.contract.waterfall)
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
            for earlier in self.contract.payments[:index]:
                if (payment.pays_for, payment.rule.pin, payment.payee) == (earlier.pays_for, earlier.rule.pin, earlier.payee):
                    words = f"'{payment.id}' pays {payment.payee} for '{payment.pays_for}' by {payment.rule.pin}, and '{earlier.id}' does already; one result is paid once"
                    self.source.add(("payments", index), words)
        self._known(self.contract.gate.profile, self.made.profiles, "gate profile", ("gate", "profile"))

    def _same_periods(self) -> None:
        """A claim period's name stands for the same days in the whole contract: results are kept under it."""
        seen: dict[str, tuple[dt.date, dt.date]] = {}
        for index, payment in enumerate(self.contract.payments):
            for place, period in enumerate(payment.claim_periods):
                if seen.setdefault(period.id, (period.start, period.end)) != (period.start, period.end):
                    self.source.add(("payments", index, "claim_periods", place), f"the claim period {period.id} has other days elsewhere in the contract; give it another name")

    def _waterfall(self, terms: Waterfall) -> None:
        parties = {party.id: party for party in self.contract.parties}
        if self.contract.model == "payment_by_results":
            self.source.add(("waterfall",), "a contract of payment by results has no investors to repay; take the waterfall out, or change the model")
        for place, party, role in terms.parties_used():
            where: Place = ("waterfall", *place)
            if self._known(party, parties, "party", where) and role not in parties[party].roles:
                self.source.add(where, f"'{party}' stands in the waterfall as {role} and does not have that role")

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
            self._may_administer(register.id, (*place, "from"))
            known = {column.name: column for column in register.table.properties}
            if self._known(cohort.enrolled_on, known, f"column of {register.id}", (*place, "enrolled_on")) and known[cohort.enrolled_on].logical_type != "date":
                self.source.add((*place, "enrolled_on"), f"the column '{cohort.enrolled_on}' is not a date")
            for name, value in cohort.where.items():
                self._column_code(register, name, value, f"code of {name}", (*place, "where", name))
            if cohort.arms is not None and self._known(cohort.arms.column, known, f"column of {register.id}", (*place, "arms", "column")):
                for arm in ("treatment", "comparison"):
                    self._column_code(register, cohort.arms.column, getattr(cohort.arms, arm), f"code for {arm}", (*place, "arms", arm))
        if cohort.matched is not None:
            self._matched(cohort.matched, (*place, "matched"))

    def _column_code(self, register: RegisterContract, column: str, code: str, what: str, place: Place) -> None:
        """Whether a column is there and its code list has the code."""
        known = {item.name: item for item in register.table.properties}
        if self._known(column, known, f"column of {register.id}", place):
            self._known(code, self.made.codelists.get(known[column].codelist or "", ()), what, place)

    def _matched(self, matched: Matched, place: Place) -> None:
        for register in MATCHED_FROM:
            self._register(register, "a matched comparison", place)
        if self._known(matched.codes, self.made.codes, "code list", (*place, "codes")):
            groups = {code.group for code in self.made.codes[matched.codes]}
            for index, group in enumerate(matched.benefits):
                self._known(group, groups, f"group of the code list {matched.codes} called", (*place, "benefits", index))

    def _register(self, register: str, needed_by: str, place: Place) -> None:
        if register in self.made.broken_registers:
            self.source.add(place, f"{needed_by} needs the register '{register}', whose contract does not load; mend it first")
        elif self._known(register, self.made.registers, f"register contract for {needed_by.strip(QUOTE)} named", place):
            self._may_administer(register, place)

    def _may_administer(self, register: str, place: Place) -> None:
        """Statistics data may not be used to administer: measuring and paying in one home is administration."""
        if self.made.registers[register].handling.permitted_use != "administration":
            self.source.add(place, f"the register '{register}' may be used for statistics only, and a payment decided here would use it to administer")

    def _outcome(self, outcome: Outcome, place: Place) -> None:
        cohorts = {cohort.id: cohort for cohort in self.contract.cohorts}
        for name in outcome.cohorts:
            self._known(name, cohorts, "cohort", (*place, "cohort"))
        named = [cohorts[name] for name in outcome.cohorts if name in cohorts]
        if any(cohort.after_enrolment != named[0].after_enrolment or cohort.is_compared != named[0].is_compared for cohort in named):
            self.source.add((*place, "cohort"), "cohorts that are counted together need the same 'after_enrolment', and all a comparison group or none")
        if self._known(outcome.indicator, self.vocabulary.indicators, "indicator", (*place, "indicator")):
            terms = self.vocabulary.indicators[outcome.indicator]
            given = self._arguments(terms.parameters, outcome.arguments, (*place, "with"))
            self._placings(given, (*place, "with"))
            for role in outcome.reads:
                self._known(role, terms.registers, f"register that {outcome.indicator} reads called", (*place, "reads", role))
            for register in terms.registers:
                is_bound = register in outcome.reads
                self._register(outcome.reads.get(register, register), f"'{outcome.indicator}'", (*place, "reads", register) if is_bound else (*place, "indicator"))
            if outcome.claimed_by == "window_end" and "claim_period" in terms.injected:
                self.source.add((*place, "claimed_by"), f"'{outcome.indicator}' is computed for each claim period; leave 'claimed_by' out")
        if outcome.compare and self._known(outcome.compare.method, self.vocabulary.methods, "method", (*place, "compare", "method")):
            for index, name in enumerate(outcome.compare.intervals):
                self._known(name, self.vocabulary.methods[outcome.compare.method].intervals, "interval", (*place, "compare", "intervals", index))
        if outcome.compare and not all(cohorts[name].is_compared for name in outcome.cohorts if name in cohorts):
            self.source.add((*place, "compare"), "the cohort has no comparison group; give it 'arms' or 'matched'")

    def _placings(self, given: BaseModel | None, place: Place) -> None:
        """Whether every placing of codes names a known list and gives each of its codes one place."""
        for name in type(given).model_fields if given else ():
            value = getattr(given, name)
            if isinstance(value, Treatments | CodeSet) and self._known(value.codes, self.made.codes, "code list", (*place, name, "codes")):
                for words in value.findings([(code.code, code.group) for code in self.made.codes[value.codes]]):
                    self.source.add((*place, name), words)

    def _payment(self, payment: Payment, place: Place) -> None:
        outcomes = {outcome.id: outcome for outcome in self.contract.outcomes}
        parties = {party.id: party for party in self.contract.parties}
        if self._known(payment.payer, parties, "party", (*place, "payer")) and "payer" not in parties[payment.payer].roles:
            self.source.add((*place, "payer"), f"'{payment.payer}' pays but does not have the role 'payer'")
        self._known(payment.payee, parties, "party", (*place, "payee"))
        is_outcome = self._known(payment.pays_for, outcomes, "outcome", (*place, "pays_for"))
        self._claim_periods(payment, outcomes.get(payment.pays_for), (*place, "claim_periods"))
        self._conditions(payment, outcomes, place)
        rule_place = (*place, "rule", payment.rule.pin)
        if self._known(payment.rule.pin, self.vocabulary.rules, "payment rule", rule_place):
            rule = self.vocabulary.rules[payment.rule.pin]
            given = self._arguments(rule.parameters, payment.rule.arguments, rule_place)
            if is_outcome and given is not None:
                self._rule_fits(payment, given, outcomes[payment.pays_for], rule, rule_place)
            if payment.adjust and not rule.prices_persons:
                self.source.add((*place, "adjust"), f"'{payment.rule.pin}' prices no persons, so there are no lines to adjust")
        for index, step in enumerate(payment.adjust):
            step_place = (*place, "adjust", index, step.pin)
            if self._known(step.pin, self.vocabulary.adjusters, "adjuster", step_place):
                given = self._arguments(self.vocabulary.adjusters[step.pin], step.arguments, step_place)
                self._shares(given, outcomes.get(payment.pays_for), step_place)

    def _shares(self, given: BaseModel | None, outcome: Outcome | None, place: Place) -> None:
        """Whether an adjuster that names cohorts names those of the outcome, each of them and no other."""
        shares = getattr(given, "shares", None)
        if outcome is not None and isinstance(shares, dict) and set(shares) != set(outcome.cohorts):
            self.source.add((*place, "shares"), f"needs exactly one share for each cohort of '{outcome.id}': {', '.join(outcome.cohorts)}")

    def _conditions(self, payment: Payment, outcomes: dict[str, Outcome], place: Place) -> None:
        for index, condition in enumerate(payment.requires):
            self._known(condition.outcome, outcomes, "outcome", (*place, "requires", index, "outcome"))
            self._known(condition.rule, self.vocabulary.conditions, "condition", (*place, "requires", index, "rule"))
        if payment.on_account is None or not self._known(payment.on_account.pays_for, outcomes, "outcome", (*place, "on_account", "pays_for")):
            return
        own, final = outcomes[payment.on_account.pays_for], outcomes.get(payment.pays_for)
        if final is not None and (own.indicator, own.cohorts, own.arguments) != (final.indicator, final.cohorts, final.arguments):
            self.source.add((*place, "on_account", "pays_for"), f"'{own.id}' is not the same indicator over the same cohorts as '{final.id}', so it is no part of it")

    def _claim_periods(self, payment: Payment, outcome: Outcome | None, place: Place) -> None:
        terms = self.vocabulary.indicators.get(outcome.indicator) if outcome else None
        is_apart = outcome is not None and terms is not None and is_claimed_apart(outcome, terms)
        for index, period in enumerate(payment.claim_periods):
            if period.start < self.contract.term.start or period.end > self.contract.term.end:
                self.source.add((*place, index), f"the claim period {period.id} reaches outside the contract's term")
            for earlier in payment.claim_periods[:index]:
                if earlier.id == period.id:
                    self.source.add((*place, index, "id"), f"the claim period {period.id} stands twice in the payment '{payment.id}'")
                elif period.start < earlier.end and earlier.start < period.end:
                    self.source.add((*place, index), f"the claim period {period.id} overlaps {earlier.id}; a day is claimed once")
                elif not is_apart:
                    self.source.add((*place, index), f"'{payment.pays_for}' has one result, over its whole cohort, and {earlier.id} claims it; {period.id} would pay it again")

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


def is_claimed_apart(outcome: Outcome, terms: IndicatorTerms) -> bool:
    """Whether each claim period has a result of its own: by its indicator, or because it claims the people whose window ends in it."""
    return outcome.claimed_by == "window_end" or "claim_period" in terms.injected


def arguments_model(parameters: Parameters) -> type[BaseModel]:
    """A strict model of keyword parameters, for checking what a contract gives an indicator or a rule."""
    fields: dict[str, Any] = {name: (kind, default) for name, (kind, default) in parameters.items()}
    return create_model("Arguments", __config__=ConfigDict(extra="forbid", frozen=True, strict=True), **fields)


def arguments(parameters: Parameters, given: dict[str, Any]) -> dict[str, Any]:
    """Checked arguments ready to call with. Raises pydantic's ValidationError; the catalogue has checked them before."""
    made = arguments_model(parameters).model_validate(given)
    return {name: getattr(made, name) for name in parameters}
