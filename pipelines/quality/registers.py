"""The suite of a register: every rule of its ODCS contract as an expectation named by what it protects, and the profile's rules for any register.

What Great Expectations counts itself is asked of it; what it would count by numbering all rows (keys), by binary floats (decimals) or not at
all (regular expressions, rows of two tables) is a query of `sql/quality/`, whose one row an expectation of ours reads.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from pipelines.contracts import rule_names
from pipelines.contracts.catalogue import REGISTER_PROFILE, Catalogue
from pipelines.contracts.options import Options, above, below
from pipelines.contracts.profile import Profile
from pipelines.contracts.register import Column, Quality, RegisterContract
from pipelines.contracts.relationships import ForeignKey, foreign_keys
from pipelines.contracts.rule_findings import native_of
from pipelines.quality.suites import Expectation, Kind, Suite, from_profile, thresholds
from pipelines.settings import sql_text

DELIVER_AGAIN = "Ask the supplier to correct the register and to deliver the whole of it again."


def register_suite(catalogue: Catalogue, register: RegisterContract) -> Suite:
    """What the register's ODCS contract says of its delivered table, and the profile's rules for any register."""
    table, supplier = f"delivered.{register.id}", register.handling.supplier
    made = [item for column in register.table.properties for item in _of_column(catalogue, column, table, supplier)]
    if len(register.primary_key) > 1:
        made.append(_counted(rule_names.KEY_IS_UNIQUE, table, _shared_by_rows(*register.primary_key), "uniqueness", "No row of the register counts twice.", supplier))
    made += [_foreign_key(catalogue, key, table, supplier) for key in foreign_keys(catalogue.registers, register)]
    made += [_of_quality(rule, table, _column_of(register, rule), supplier) for rule in register.rules()]
    profile = catalogue.profiles.get(REGISTER_PROFILE)
    limits = register_thresholds(profile, register)
    rules = [
        from_profile(rule.model_copy(update={"threshold": limits[rule.rule]}), f"register:{register.id}", supplier)
        for rule in (profile.rules if profile else [])
        if rule.on == "register"
    ]
    return Suite(f"register:{register.id}", (*rules, *made))


def register_thresholds(profile: Profile | None, register: RegisterContract) -> dict[str, Decimal]:
    """Threshold by rule for a register: the share of rows that may fail to convert is its own contract's."""
    found = thresholds(profile, "register")
    return {**found, **({"rejects_are_few": register.handling.most_rejected} if "rejects_are_few" in found else {})}


def _written(rule: str, kind: Kind, table: str, arguments: dict[str, Any], dimension: str, protects: str, supplier: str) -> Expectation:
    return Expectation(rule, kind, table, arguments, "error", dimension, protects, DELIVER_AGAIN, supplier, "0")


def _counted(rule: str, table: str, query: str, dimension: str, protects: str, supplier: str) -> Expectation:
    return _written(rule, "counts_none", table, {"query": query}, dimension, protects, supplier)


def _of_column(catalogue: Catalogue, column: Column, table: str, supplier: str) -> Iterator[Expectation]:
    name = column.name
    if column.required or column.primary_key:
        yield _written(rule_names.is_given(name), "not_null", table, {"column": name}, "completeness", f"{column.description} It is never empty.", supplier)
    if column.unique:
        yield _counted(rule_names.is_unique(name), table, _shared_by_rows(name), "uniqueness", "No row of the register counts twice.", supplier)
    if column.codelist is not None and column.repeats:
        yield _weekly_codes(name, column.codelist, f"staged.{table.removeprefix('delivered.')}", supplier)
    elif column.codelist is not None:
        arguments = {"column": name, "values": list(catalogue.codelists[column.codelist])}
        yield _written(rule_names.is_a_known_code(name), "in_set", table, arguments, "conformity", f"Every code stands in the code list {column.codelist}.", supplier)
    if column.options is not None:
        yield from _of_options(column, column.options, table, supplier)


def _of_options(column: Column, options: Options, table: str, supplier: str) -> Iterator[Expectation]:
    """What `logicalTypeOptions` say. A cell that is empty is of every form and in every range; whether it may be is said by `required`."""
    name = column.name
    if options.pattern is not None:
        protects = f"Every value of {name} is written as agreed ({options.pattern}); one of another form names something else or nothing."
        yield _counted(rule_names.has_its_form(name), table, _of_another_form(name, options.pattern), "conformity", protects, supplier)
    if options.has_length:
        kwargs = {"column": name, "min_value": options.min_length, "max_value": options.max_length}
        arguments = {"type": "expect_column_value_lengths_to_be_between", "kwargs": {key: value for key, value in kwargs.items() if value is not None}}
        protects = f"Every value of {name} is as long as agreed; a longer or shorter one was cut or padded."
        yield _written(rule_names.has_its_length(name), "native", table, arguments, "conformity", protects, supplier)
    if options.has_range:
        low, high = options.low(column.logical_type), options.high(column.logical_type)
        outside = [f'"{name}" {"<" if low[1] else "<="} {_literal(low[0])}'] if low else []
        outside += [f'"{name}" {">" if high[1] else ">="} {_literal(high[0])}'] if high else []
        query = sql_text("quality/value_is_in_range.sql").replace("{outside}", " or ".join(outside))
        said = " and ".join([*([above(low)] if low else []), *([below(high)] if high else [])])
        yield _counted(rule_names.is_in_range(name), table, query, "conformity", f"Every value of {name} is {said}; nothing else can be true.", supplier)
    if options.multiple_of is not None:
        query = sql_text("quality/value_is_in_whole_steps.sql").replace("{column}", name).replace("{step}", _literal(options.multiple_of))
        yield _counted(rule_names.is_in_whole_steps(name), table, query, "conformity", f"Every value of {name} is a multiple of {options.multiple_of}.", supplier)


def _of_another_form(column: str, pattern: str) -> str:
    return sql_text("quality/value_has_its_form.sql").replace("{column}", column).replace("{pattern}", _literal(pattern))


def _weekly_codes(name: str, codelist: str, table: str, supplier: str) -> Expectation:
    """All weekly columns in one expectation, over the spells they were staged as."""
    query = sql_text("quality/code_is_known_in_every_week.sql").replace("{codelist}", codelist.replace("'", "''"))
    remedy = (
        f"Look up which codes and weeks they are. A code that is right is added to the code list {codelist} with its days and their source; "
        "one that is wrong is corrected by the supplier, who delivers the whole register again."
    )
    protects = f"Every week's code stands in the code list {codelist} and is valid on a day of that week; what an unknown one means is never guessed."
    return Expectation(rule_names.is_a_known_code(name), "counts_none", table, {"query": query}, "error", "conformity", protects, remedy, supplier, "0")


def _foreign_key(catalogue: Catalogue, key: ForeignKey, table: str, supplier: str) -> Expectation:
    """Rows that refer to a row of another register which is not there. It looks at both deliveries."""
    pairs = list(zip(key.columns, key.keys, strict=True))
    query = sql_text("quality/values_stand_in_register.sql").replace("{register}", f"delivered.{key.register}")
    query = query.replace("{are_given}", " and ".join(f'referring."{mine}" is not null' for mine, _ in pairs))
    query = query.replace("{are_the_same}", " and ".join(f'referred."{other}" = referring."{mine}"' for mine, other in pairs))
    rule, own = rule_names.stands_in(key.columns, key.register), table.removeprefix("delivered.")
    protects = f"Every row of {own} belongs, by {' and '.join(key.columns)}, to a row of {key.register}; one that belongs to none is of somebody or something else."
    asked = catalogue.registers[key.register].handling.supplier
    remedy = key.terms.remedy or f"Ask {supplier} where these rows of {own} come from, and {asked} whether {key.register} lacks any; whose register is wrong delivers it again."
    reads = () if key.register == own else (key.register,)
    return Expectation(rule, "counts_none", table, {"query": query}, key.terms.severity, "consistency", protects, remedy, supplier, "0", reads)


def _shared_by_rows(*columns: str) -> str:
    """The query that counts rows which share a key. Great Expectations' own numbers all rows by key in windows, at five times the memory."""
    names = ", ".join(f'"{column}"' for column in columns)
    texts = ", ".join(f'cast("{column}" as varchar)' for column in columns)
    return sql_text("quality/key_is_unique.sql").replace("{columns_as_text}", texts).replace("{columns}", names)


def _column_of(register: RegisterContract, rule: Quality) -> Column | None:
    return next((column for column in register.table.properties if rule in column.quality), None)


def _of_quality(rule: Quality, table: str, column: Column | None, supplier: str) -> Expectation:
    kind, arguments, threshold = {"sql": _of_sql, "library": _of_library, "custom": _of_custom}[rule.type](rule, column)
    return Expectation(rule.name, kind, table, arguments, rule.severity, rule.dimension, rule.description, rule.remedy, supplier, threshold)


Asked = tuple[Kind, dict[str, Any], str]
"""Kind, arguments and threshold of an expectation."""


def _of_sql(rule: Quality, column: Column | None) -> Asked:  # noqa: ARG001
    return "counts_none", {"query": (rule.query or "").replace("${table}", "{batch}")}, "0"


def _of_library(rule: Quality, column: Column | None) -> Asked:
    name, given = column.name if column else "", rule.arguments or {}
    if rule.metric == "rowCount":
        low, high = rule.bounds()
        return "row_count", {"least": low, "most": high}, _between(low, high)
    if rule.metric == "nullValues":
        return "not_null", {"column": name}, "0"
    if rule.metric == "duplicateValues":
        return "counts_none", {"query": _shared_by_rows(*given.get("properties", [name]))}, "0"
    if "pattern" in given:
        return "counts_none", {"query": _of_another_form(name, given["pattern"])}, "0"
    values = given.get("validValues")
    if values is not None and all(isinstance(value, str | int) for value in values):
        return "in_set", {"column": name, "values": values}, "0"
    text = "quality/value_is_one_of.sql" if values is not None else "quality/value_stands_for_none.sql"
    listed = [value for value in values or given["missingValues"] if value is not None]
    query = sql_text(text).replace("{column}", name).replace("{values}", ", ".join(map(_literal, listed)) or "null")
    counts_empty = "true" if None in given.get("missingValues", []) else "false"
    return "counts_none", {"query": query.replace("{counts_empty}", counts_empty)}, "0"


def _of_custom(rule: Quality, column: Column | None) -> Asked:  # noqa: ARG001
    name, kwargs = native_of(rule)
    threshold = "0"
    if name == "expect_table_row_count_to_equal":
        threshold = str(kwargs["value"])
    elif name == "expect_table_row_count_to_be_between":
        threshold = _between(kwargs.get("min_value"), kwargs.get("max_value"))
    elif "mostly" in kwargs:
        threshold = f"{(1 - Decimal(kwargs['mostly'])).normalize():f}"
    return "native", {"type": name, "kwargs": as_plain(kwargs)}, threshold


def _between(low: int | None, high: int | None) -> str:
    return f"{'' if low is None else low}..{'' if high is None else high}"


def as_plain(value: Any) -> Any:
    """Arguments as JSON has them: a date as `{"date": ...}` and a decimal as `{"decimal": ...}`, which the engine reads back."""
    if isinstance(value, dict):
        return {key: as_plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_plain(item) for item in value]
    if isinstance(value, dt.date):
        return {"date": value.isoformat()}
    return {"decimal": f"{value:f}"} if isinstance(value, Decimal) else value


def _literal(value: str | int | Decimal | dt.date) -> str:
    """A value of a contract as SQL writes it."""
    if isinstance(value, dt.date):
        return f"date '{value.isoformat()}'"
    if isinstance(value, str):
        escaped = value.replace("'", "''")
        return f"'{escaped}'"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
