"""What may be wrong with the rules of a register contract: options of columns, quality blocks, and what they name. Findings in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipelines.contracts.expectations import NATIVE, PYTHON_TYPES, Arguments, Implementation, types_problem
from pipelines.contracts.register import Column, Quality, RegisterContract
from pipelines.contracts.source import Place, Source, nearest, parsed, validate

OF_CELLS = ("nullValues", "missingValues", "invalidValues")
"""Metrics that count cells of one column."""


def check_rules(contract: RegisterContract, source: Source) -> None:
    """Add to the findings of `source` what is wrong with every rule of the contract."""
    table: Place = ("schema", 0)
    for index, rule in enumerate(contract.table.quality):
        _check_rule(contract, None, rule, source, (*table, "quality", index))
    for place, column in enumerate(contract.table.properties):
        here = (*table, "properties", place)
        for words in option_findings(column):
            source.add((*here, "logicalTypeOptions"), words)
        for index, rule in enumerate(column.quality):
            _check_rule(contract, column, rule, source, (*here, "quality", index))


def option_findings(column: Column) -> Iterator[str]:
    """Whether the options of a column fit its type, leave a value that it can have, and have a pattern that can be asked."""
    if column.options is None:
        return
    words = column.options.problem(column.name, column.logical_type)
    if words:
        yield words
    elif column.options.pattern is not None:
        yield from pattern_findings(column.options.pattern, f"the pattern of '{column.name}'")


def pattern_findings(pattern: str, named: str) -> Iterator[str]:
    """Whether DuckDB, which will ask it, reads a pattern."""
    import duckdb

    written = pattern.replace("'", "''")  # as a text of SQL: a parameter would have DuckDB import pandas
    with duckdb.connect() as connection:
        try:
            connection.execute(f"select regexp_full_match('', '{written}')")
        except duckdb.Error as error:
            yield f"{named} cannot be read as a regular expression of DuckDB (RE2): {str(error).partition(': ')[2]}"


def _check_rule(contract: RegisterContract, column: Column | None, rule: Quality, source: Source, place: Place) -> None:
    if rule.type == "library":
        for words in _library_findings(contract, column, rule):
            source.add(place, words)
    elif rule.type == "custom":
        _check_native(contract, column, rule, source, place)


def _library_findings(contract: RegisterContract, column: Column | None, rule: Quality) -> Iterator[str]:
    given: dict[str, Any] = rule.arguments or {}
    is_of_cells = rule.metric in OF_CELLS or (rule.metric == "duplicateValues" and "properties" not in given)
    if is_of_cells and column is None:
        yield f"the rule '{rule.name}' counts cells of a column; put it under that column"
    if not is_of_cells and column is not None:
        yield f"the rule '{rule.name}' counts rows of the table; put it under the table"
    known = [item.name for item in contract.table.properties if not item.repeats]
    for name in given.get("properties", ()):
        if name not in known:
            yield f"the rule '{rule.name}' counts by the column '{name}', which is not in the schema{nearest(str(name), known)}"
    if column is not None:
        yield from _value_findings(column, rule, given)


def _value_findings(column: Column, rule: Quality, given: dict[str, Any]) -> Iterator[str]:
    for value in given.get("validValues", [value for value in given.get("missingValues", []) if value is not None]):
        if not isinstance(value, PYTHON_TYPES[column.logical_type]) or isinstance(value, bool):
            yield f"the rule '{rule.name}' names the value '{value}', and '{column.name}' is of type {column.logical_type}"
    if "pattern" in given:
        if column.logical_type != "string":
            yield f"the rule '{rule.name}' has a pattern, and '{column.name}' is of type {column.logical_type}"
        yield from pattern_findings(given["pattern"], f"the pattern of the rule '{rule.name}'")


def native_of(rule: Quality) -> tuple[str, dict[str, Any]]:
    """The expectation that a rule of type `custom` names, and its arguments. Of a contract that loaded."""
    made = Implementation.model_validate(_value_of(rule))
    return made.type, NATIVE[made.type].model_validate(made.kwargs).model_dump(by_alias=True, exclude_none=True)


def _value_of(rule: Quality) -> Any:
    return parsed(rule.implementation).value if isinstance(rule.implementation, str) else rule.implementation


def _check_native(contract: RegisterContract, column: Column | None, rule: Quality, source: Source, place: Place) -> None:
    """An expectation that is not there, arguments that it does not take, and columns that the register does not have."""
    at = (*place, "implementation")
    if isinstance(rule.implementation, str):
        said = parsed(rule.implementation)
        for finding in said.findings:
            source.add(at, f"the implementation of '{rule.name}': {finding.message}")
        if said.findings:
            return
    made = validate(Implementation, _value_of(rule), source, at)
    if made is None:
        return
    if made.type not in NATIVE:
        source.add((*at, "type"), f"there is no expectation '{made.type}' that a rule may name{nearest(made.type, list(NATIVE))}")
        return
    arguments = validate(NATIVE[made.type], made.kwargs, source, (*at, "kwargs"))
    for words in _native_findings(contract, column, rule, arguments) if arguments else ():
        source.add((*at, "kwargs"), words)


def _native_findings(contract: RegisterContract, column: Column | None, rule: Quality, arguments: Arguments) -> Iterator[str]:
    types = {item.name: str(item.logical_type) for item in contract.table.properties if not item.repeats}
    unknown = [name for name in arguments.columns() if name not in types]
    for name in unknown:
        yield f"the rule '{rule.name}' looks at the column '{name}', which is not in the schema{nearest(name, list(types))}"
    if not unknown and types_problem(arguments, types):
        yield f"the rule '{rule.name}': {types_problem(arguments, types)}"
    if column is not None and column.name not in arguments.columns():
        yield f"the rule '{rule.name}' stands under '{column.name}' and does not look at it; put it under what it looks at"
