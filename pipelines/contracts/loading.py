"""Everything under `data_contracts/`, loaded and checked against what the code offers. A file with findings breaks only itself."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipelines.canonical import file_digest
from pipelines.contracts.agreement import ContractCheck
from pipelines.contracts.catalogue import REGISTER_PROFILE, Catalogue, Code, Vocabulary
from pipelines.contracts.comparing import error_doubts
from pipelines.contracts.gates import INDISPENSABLE
from pipelines.contracts.outcome import OutcomeContract
from pipelines.contracts.profile import Profile
from pipelines.contracts.refunding import read_refunds
from pipelines.contracts.register import Handling, RegisterContract
from pipelines.contracts.relationships import findings as relationship_findings
from pipelines.contracts.relationships import in_cycles
from pipelines.contracts.repeating import calendar_findings, handling_findings, repeating_findings
from pipelines.contracts.rule_findings import check_rules
from pipelines.contracts.rule_names import unnamed
from pipelines.contracts.source import Finding, Place, Source, file_name, nearest, read, validate
from pipelines.contracts.strict import CustomProperty
from pipelines.contracts.valuing import value_doubts
from pipelines.contracts.whole import doubts

LARGEST_LIST = 16 << 20


def load(folder: Path, vocabulary: Vocabulary) -> Catalogue:
    """Load everything under `folder`. Never raises for a broken file: what is wrong is in the catalogue's findings."""
    made = Catalogue(folder)
    _load_codelists(made)
    _load_refunds(made)
    sources = {name: source for path in _files(made, "registers", ".odcs.yaml") for name, source in [_load_register(made, path, vocabulary)]}
    _check_relationships(made, sources)
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


def _load_refunds(made: Catalogue) -> None:
    """A list that is wrong is left out with a warning: no payment rests on it, so it stops none."""
    for path in sorted((made.folder / "refunds").glob("*.csv")):
        source = Source(file_name(path, made.folder))
        found = read_refunds(path, source)
        if source.findings:
            made.warnings += [replace(finding, severity="warning") for finding in source.findings]
        else:
            made.refunds[path.stem] = found
            made.digests[f"refunds/{path.name}"] = file_digest(path)


def _codes(path: Path, source: Source) -> tuple[Code, ...]:
    """The rows of one list, in its order. A code may stand again for other days."""
    codes: list[Code] = []
    periods: dict[str, list[Code]] = {}
    try:
        if path.stat().st_size > LARGEST_LIST:
            source.add((), f"the file is larger than {LARGEST_LIST:,} bytes; leave out what no register has")
            return ()
        reader = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""), strict=True)
        for row in reader:
            codes.append(_code(row, reader.line_num, source))
            earlier = periods.setdefault(codes[-1].code, [])
            _check_code(codes[-1], earlier, reader.line_num, source)
            earlier.append(codes[-1])
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        source.add((), f"the code list cannot be read as CSV in UTF-8 ({type(error).__name__})")
        return ()
    if not codes or "code" not in (reader.fieldnames or ()):
        source.findings = [Finding(source.file, 1, "a code list needs a 'code' column and at least one code")]
    return tuple(codes)


def _check_code(code: Code, earlier: list[Code], line: int, source: Source) -> None:
    """A row has a code, and stands beside the `earlier` rows of that code with days of its own."""
    if not code.code.strip():
        source.add_on(line, "this row has no code")
    elif any(code.valid_from == other.valid_from for other in earlier):
        source.add_on(line, f"the code '{code.code}' stands twice from the same day")
    for group in sorted({other.group for other in earlier if other.group != code.group and _overlap(code, other)}):
        source.add_on(line, f"the code '{code.code}' is in the groups '{group}' and '{code.group}' on one day; let the earlier period end before the later begins")


def _overlap(one: Code, other: Code) -> bool:
    """Whether two periods of a code have a day in common."""
    first, later = sorted((one, other), key=lambda code: code.valid_from or dt.date.min)
    return first.valid_to is None or (later.valid_from or dt.date.min) <= first.valid_to


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


def _load_register(made: Catalogue, path: Path, vocabulary: Vocabulary) -> tuple[str, Source]:
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
    return name, source


def _check_relationships(made: Catalogue, sources: dict[str, Source]) -> None:
    """Break every register whose relationships are not right, and then every register that refers to one that broke; last those that refer to
    each other in a ring."""
    while True:
        found = {name: list(relationship_findings(made.registers, made.broken_registers, contract)) for name, contract in made.registers.items()}
        if not any(found.values()):
            rings = in_cycles(made.registers)
            found = {name: [(("schema", 0), f"the registers {ring} refer to each other in a ring; none could be checked before the others")] for name, ring in rings.items()}
        broken = {name: findings for name, findings in found.items() if findings}
        for name, findings in broken.items():
            for place, words in findings:
                sources[name].add(place, words)
            made.broken_registers[name] = sources[name].findings
            del made.registers[name]
        if not broken:
            return


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
        for where, named in (("personKey", handling.person_key), ("coverage", handling.coverage.measured_from), ("period", handling.period)):
            if named is not None and named not in known:
                source.add(("customProperties", where), f"the column '{named}' is not in the schema{nearest(named, list(known))}")
        for where, words in handling_findings(handling, known):
            source.add(("customProperties", where), words)
    for words in calendar_findings(contract):
        source.add(("slaProperties",), words)
    _check_names(contract, source)
    check_rules(contract, source)
    _check_columns(made, contract, source)


def _check_columns(made: Catalogue, contract: RegisterContract, source: Source) -> None:
    for twice in _twice(column.name for column in contract.table.properties):
        source.add(("schema", 0, "properties"), f"the column '{twice}' stands twice")
    for twice in _twice(column.id for column in contract.table.properties if column.id):
        source.add(("schema", 0, "properties"), f"the id '{twice}' stands twice")
    for index, column in enumerate(contract.table.properties):
        place: Place = ("schema", 0, "properties", index)
        _check_properties(column.custom_properties, ["codelist", "repeats"], source, (*place, "customProperties"))
        if column.codelist is not None and column.codelist not in made.codelists:
            source.add(place, f"there is no code list '{column.codelist}'{nearest(column.codelist, list(made.codelists))}")
        for words in repeating_findings(contract, column, made.codelists.get(column.codelist or "", ())) if column.repeats is not None else ():
            source.add(place, words)


def _check_names(contract: RegisterContract, source: Source) -> None:
    for twice in _twice([*(rule.name for rule in contract.rules()), *unnamed(contract)]):
        source.add(("schema",), f"the rule name '{twice}' stands twice")
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
        if item.clause is not None or item.was is not None:
            source.add(("rules", index), "a profile cites no clause and says nothing of other thresholds; a contract that changes or adds a rule does")
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
        ContractCheck(made, vocabulary, contract, source).run(path.stem)
    if contract is None or source.findings:
        made.broken_contracts[path.stem] = source.findings
    else:
        made.contracts[contract.contract] = contract
        made.warnings += doubts(contract, source) + error_doubts(contract, vocabulary.methods, source) + value_doubts(contract, made.refunds, source)
        made.digests[f"outcomes/{path.name}"] = source.sha256
