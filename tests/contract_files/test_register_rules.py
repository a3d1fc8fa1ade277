"""Rules that a register contract makes: options of columns, relationships to other registers, quality blocks. What is wrong in one is found at
load, with file, line and what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest
from contract_files.planted import ARRESTS, RELEASES, Contracts

from pipelines.contracts.expectations import NATIVE
from pipelines.contracts.options import OPTIONS_OF
from pipelines.contracts.relationships import ForeignKey, foreign_keys
from pipelines.quality.registers import register_suite

WHO5, REFERRALS, BUAF, PLACED = (f"registers/{name}.odcs.yaml" for name in ("who5", "referrals", "buaf", "case_placements"))
TO_RELEASES = "releases.odcs.yaml#/schema/releases/properties/person_id"


def said_of(contracts: Contracts, name: str) -> list[str]:
    """What is found in one file, without its place."""
    found = [sentence for sentence in contracts.said() if sentence.startswith(f"data_contracts/{name}:")]
    return [sentence.split(": ", 1)[1] for sentence in found]


def with_options(contracts: Contracts, column: str, options: str) -> int:
    """Give a column of `releases` options, and return their line."""
    before = f"      - name: {column}\n" if column != "person_id" else "        name: person_id\n"
    return contracts.replace(RELEASES, before, f"{before}        logicalTypeOptions: {options}\n") + 1


GOOD_OPTIONS = [
    ("person_id", "{pattern: '^[a-z]+-[0-9a-f]{16}$', minLength: 2, maxLength: 2}"),
    ("person_id", "{minLength: 0}"),
    ("age", "{minimum: 15, maximum: 15}"),
    ("age", "{exclusiveMinimum: -1, exclusiveMaximum: 1, multipleOf: 5}"),
    ("released_on", "{minimum: '2024-02-29', exclusiveMaximum: '2024-03-01'}"),
]


@pytest.mark.parametrize(("column", "options"), GOOD_OPTIONS)
def test_options_that_some_value_can_satisfy_are_taken(contracts: Contracts, column: str, options: str) -> None:
    with_options(contracts, column, options)
    assert contracts.said() == []


BAD_OPTIONS = [
    ("age", "{pattern: '^[0-9]$'}", "'pattern' is no option of 'age', which is of type integer; that has minimum, exclusiveMinimum, maximum, exclusiveMaximum, multipleOf"),
    ("arm", "{minimum: 1}", "'minimum' is no option of 'arm', which is of type string; that has pattern, minLength, maxLength"),
    ("released_on", "{multipleOf: 7}", "'multipleOf' is no option of 'released_on', which is of type date; that has minimum, exclusiveMinimum, maximum, exclusiveMaximum"),
    ("arm", "{patern: '^a$'}", "unknown key 'patern' in schema[0].properties[2].logicalTypeOptions; did you mean 'pattern'?"),
    (
        "arm",
        "{format: email}",
        f"unknown key 'format' in schema[0].properties[2].logicalTypeOptions; known: {', '.join(sorted({*OPTIONS_OF['string'], *OPTIONS_OF['integer']}))}",
    ),
    ("arm", "{pattern: '[a-z]+'}", "the pattern of 'arm' says nothing of the whole value; let it begin with ^ and end with $"),
    ("arm", "{pattern: '^[a-z$'}", "the pattern of 'arm' cannot be read as a regular expression of DuckDB (RE2): missing ]: [a-z$"),
    ("arm", "{pattern: '^(?=a)$'}", "the pattern of 'arm' cannot be read as a regular expression of DuckDB (RE2): invalid perl operator: (?="),
    ("arm", "{minLength: 3, maxLength: 2}", "no text of 'arm' can be at least 3 and at most 2 characters long"),
    ("arm", "{minLength: -1}", "schema[0].properties[2].logicalTypeOptions.minLength: input should be greater than or equal to 0"),
    ("age", "{minimum: 16, maximum: 15}", "no value of 'age' can be at least 16 and at most 15"),
    ("age", "{minimum: 15, exclusiveMaximum: 15}", "no value of 'age' can be at least 15 and below 15"),
    ("age", "{minimum: 1, exclusiveMinimum: 1}", "schema[0].properties[3].logicalTypeOptions: 'minimum' and 'exclusiveMinimum' are both given; one of them bounds the values"),
    ("age", "{minimum: 0.5}", "'0.5' is no bound of 'age', which is of type integer; write a whole number"),
    ("age", "{maximum: many}", "'many' is no bound of 'age', which is of type integer; write a whole number"),
    ("age", "{multipleOf: 0}", "no value of 'age' is a multiple of 0; give a number above nought"),
    ("age", "{}", "schema[0].properties[3].logicalTypeOptions: no option is given; leave 'logicalTypeOptions' out"),
    ("released_on", "{minimum: '2024-02-30'}", "'2024-02-30' is no bound of 'released_on', which is of type date; write a date that exists, in quotes, as '1900-01-01'"),
    ("released_on", "{minimum: '20240229'}", "'20240229' is no bound of 'released_on', which is of type date; write a date that exists, in quotes, as '1900-01-01'"),
    ("released_on", "{minimum: 2024-02-29}", "'2024-02-29' is no bound of 'released_on', which is of type date; write a date that exists, in quotes, as '1900-01-01'"),
    ("released_on", "{minimum: '2024-03-01', maximum: '2024-02-29'}", "no value of 'released_on' can be at least 2024-03-01 and at most 2024-02-29"),
]


@pytest.mark.parametrize(("column", "options", "message"), BAD_OPTIONS, ids=[f"{column} {options}" for column, options, _ in BAD_OPTIONS])
def test_options_that_mean_nothing_break_the_register_on_their_own_line(contracts: Contracts, column: str, options: str, message: str) -> None:
    line = with_options(contracts, column, options)
    said = [sentence for sentence in contracts.said() if sentence.startswith(f"data_contracts/{RELEASES}:")]
    assert said == [f"data_contracts/{RELEASES}:{line}: {message}"]


def test_a_number_has_bounds_of_at_most_six_decimals(danish: Contracts) -> None:
    bfl = "registers/bfl.odcs.yaml"
    line = danish.replace(bfl, "      - name: ajo_loentimer\n", "      - name: ajo_loentimer\n        logicalTypeOptions: {minimum: 0.1234560}\n")
    assert danish.said() == []
    danish.replace(bfl, "0.1234560", "0.1234567")
    (said,) = danish.said()
    assert said == f"data_contracts/{bfl}:{line + 1}: '0.1234567' is no bound of 'ajo_loentimer', which is of type number; write a number of at most 6 decimals"


def test_a_rule_may_not_be_called_as_one_that_the_contract_makes_itself(contracts: Contracts) -> None:
    with_options(contracts, "age", "{minimum: 15}")
    contracts.replace(RELEASES, "name: age_is_plausible", "name: age_is_in_range")
    assert said_of(contracts, RELEASES) == ["the rule name 'age_is_in_range' stands twice"]
    contracts.replace(RELEASES, "name: age_is_in_range", "name: person_id_is_given")
    assert said_of(contracts, RELEASES) == ["the rule name 'person_id_is_given' stands twice"]


def test_columns_that_repeat_have_no_options_and_refer_to_nothing(danish: Contracts) -> None:
    dream = "registers/dream.odcs.yaml"
    danish.replace(dream, "      - name: y_yyww\n", "      - name: y_yyww\n        logicalTypeOptions: {minimum: 0}\n")
    assert said_of(danish, dream) == ["'y_yyww' repeats, so it is an integer that may be empty; rules about them stand under the table"]


def keys(contracts: Contracts, register: str) -> list[tuple[tuple[str, ...], str, tuple[str, ...]]]:
    loaded = contracts.load()
    found: list[ForeignKey] = foreign_keys(loaded.registers, loaded.registers[register])
    return [(key.columns, key.register, key.keys) for key in found]


def test_a_relationship_names_the_columns_of_the_other_register_by_their_ids(contracts: Contracts) -> None:
    assert keys(contracts, "arrests") == [(("person_id",), "releases", ("person_id",))]
    contracts.replace(RELEASES, "      - id: person_id\n", "      - id: the-person\n")
    contracts.replace(ARRESTS, "properties/person_id", "properties/the-person")
    assert keys(contracts, "arrests") == [(("person_id",), "releases", ("person_id",))]


def refer(contracts: Contracts, relationships: str) -> int:
    """Give the table of `arrests` relationships in the place of its column's own, and return the line of the first."""
    contracts.replace(ARRESTS, f"        relationships:\n          - to: {TO_RELEASES}\n", "")
    return contracts.replace(ARRESTS, "    properties:\n", f"    relationships:\n{relationships}    properties:\n") + 1


def test_columns_refer_together_where_the_table_says_so(contracts: Contracts) -> None:
    contracts.replace(RELEASES, "      - name: released_on\n", "      - id: day\n        name: released_on\n")
    day = "releases.odcs.yaml#/schema/releases/properties/day"
    refer(contracts, f"      - from: [arrests.person_id, arrests.followed_from]\n        to: [{TO_RELEASES}, {day}]\n        type: foreignKey\n")
    assert contracts.said() == []
    assert keys(contracts, "arrests") == [(("person_id", "followed_from"), "releases", ("person_id", "released_on"))]
    loaded = contracts.load()
    assert "person_id_and_followed_from_stand_in_releases" in [item.rule for item in register_suite(loaded, loaded.registers["arrests"]).expectations]


def test_a_register_may_refer_to_its_own_rows(contracts: Contracts) -> None:
    refer(contracts, "      - {from: arrests.searched_on, to: arrests.followed_to}\n")
    assert keys(contracts, "arrests") == [(("searched_on",), "arrests", ("followed_to",))]
    loaded = contracts.load()
    assert [item.reads for item in register_suite(loaded, loaded.registers["arrests"]).expectations if item.rule == "searched_on_stands_in_arrests"] == [()]


BAD_RELATIONSHIPS = [
    ("releases.person_id", "the register 'arrests' has no table 'releases' with a column of the name 'person_id'; did you mean 'person_id'?"),
    ("releases/person_id", "'releases/person_id' refers to nothing; write <table>.<column>, or <register>.odcs.yaml#/schema/<id>/properties/<id> for another register"),
    (
        TO_RELEASES.replace("properties/person_id", "properties/person"),
        "the register 'releases' has no table 'releases' with a column of the id 'person'; did you mean 'person_id'?",
    ),
    (TO_RELEASES.replace("properties/person_id", "properties/age"), "the register 'releases' has no table 'releases' with a column of the id 'age'; known: person_id"),
    (TO_RELEASES.replace("schema/releases", "schema/release"), "the register 'releases' has no table 'release' with a column of the id 'person_id'; did you mean 'person_id'?"),
    (TO_RELEASES.replace("releases.odcs", "relases.odcs"), "there is no register contract 'relases'; did you mean 'releases'?"),
    ("dod.odcs.yaml#/schema/dod/properties/pnr", "the register 'dod' has no table 'dod' with a column of the id 'pnr'; no column there has an id to be referred to by"),
]


@pytest.mark.parametrize(("to", "message"), BAD_RELATIONSHIPS, ids=[to for to, _ in BAD_RELATIONSHIPS])
def test_a_relationship_to_what_is_not_there_breaks_the_register_on_its_own_line(contracts: Contracts, to: str, message: str) -> None:
    line = contracts.replace(ARRESTS, TO_RELEASES, to)
    said = [sentence for sentence in contracts.said() if sentence.startswith(f"data_contracts/{ARRESTS}:")]
    assert said == [f"data_contracts/{ARRESTS}:{line}: {message}"]
    assert sorted(contracts.load().broken_contracts) == ["tarp"]


BAD_TABLE_RELATIONSHIPS = [
    (f"{{from: [arrests.person_id], to: {TO_RELEASES}}}", "schema[0].relationships[0]: 'from' and 'to' name as many columns, both one or both a list"),
    (f"{{from: [arrests.person_id, arrests.searched_on], to: [{TO_RELEASES}]}}", "schema[0].relationships[0]: 'from' and 'to' name as many columns, both one or both a list"),
    (f"{{to: {TO_RELEASES}}}", "'from' is missing from schema[0].relationships[0]"),
    (f"{{from: arrests.person, to: {TO_RELEASES}}}", "'from' is no column of this register; did you mean 'person_id'?"),
    (f"{{from: arrests.searched_on, to: {TO_RELEASES}}}", "'searched_on' is of type date and 'person_id' of 'releases' of type string; they are never the same"),
    (f"{{from: arrests.person_id, to: {TO_RELEASES}, type: primaryKey}}", "schema[0].relationships[0].type: input should be 'foreignKey'"),
    (f"{{from: arrests.person_id, to: {TO_RELEASES}, customProperties: [{{property: remdy, value: x}}]}}", "unknown property 'remdy' in customProperties; did you mean 'remedy'?"),
    (
        f"{{from: arrests.person_id, to: {TO_RELEASES}, customProperties: [{{property: severity, value: info}}]}}",
        "schema[0].relationships[0]: the severity of a relationship is 'error' or 'warning'",
    ),
    (
        f"{{from: [arrests.person_id, arrests.person_id], to: [{TO_RELEASES}, referrals.odcs.yaml#/schema/referrals/properties/pnr]}}",
        "the columns that are referred to together are of 2 registers; they must be of one",
    ),
]


@pytest.mark.parametrize(("written", "message"), BAD_TABLE_RELATIONSHIPS, ids=[message for _, message in BAD_TABLE_RELATIONSHIPS])
def test_a_relationship_that_means_nothing_breaks_the_register(contracts: Contracts, written: str, message: str) -> None:
    refer(contracts, f"      - {written}\n")
    assert said_of(contracts, ARRESTS) == [message]


def test_a_register_that_refers_to_one_that_does_not_load_does_not_load_either(danish: Contracts) -> None:
    danish.replace(REFERRALS, "status: active", "status: actief")
    loaded = danish.load()
    assert sorted(loaded.broken_registers) == ["referrals", "who5"]
    assert [finding.message for finding in loaded.broken_registers["who5"]] == ["the register contract 'referrals' does not load; mend it first"]


def test_registers_are_not_checked_against_each_other_where_one_is_for_statistics_only(contracts: Contracts) -> None:
    contracts.replace(ARRESTS, "value: administration}", "value: statistics}")
    assert said_of(contracts, ARRESTS) == ["'arrests' is for statistics and 'releases' for administration; neither may be checked against the other"]


def test_registers_that_refer_to_each_other_in_a_ring_break_and_so_does_what_refers_to_them(danish: Contracts) -> None:
    danish.replace(WHO5, "  - name: who5\n", "  - id: who5\n    name: who5\n")
    danish.replace(WHO5, "      - name: pnr\n", "      - id: pnr\n        name: pnr\n")
    danish.replace(
        REFERRALS, "        classification: pseudonym\n", "        classification: pseudonym\n        relationships: [{to: who5.odcs.yaml#/schema/who5/properties/pnr}]\n"
    )
    beside = "        classification: pseudonym\n        relationships: [{to: referrals.odcs.yaml#/schema/referrals/properties/pnr}]\n"
    danish.replace(BUAF, "        classification: pseudonym\n", beside)
    loaded = danish.load()
    ring = "the registers referrals -> who5 -> referrals refer to each other in a ring; none could be checked before the others"
    said = {name: [finding.message for finding in findings] for name, findings in loaded.broken_registers.items()}
    assert said == {"referrals": [ring], "who5": [ring], "buaf": ["the register contract 'referrals' does not load; mend it first"]}


CUSTOM = """
          - name: planted
            type: custom
            engine: greatExpectations
            implementation: {implementation}
            description: It holds.
            dimension: conformity
            customProperties: [{{property: remedy, value: Mend it.}}]
"""


def with_custom(contracts: Contracts, implementation: str) -> int:
    """Put a quality block of type `custom` first under the column `age` of `releases`, and return the line of its implementation."""
    block = CUSTOM.format(implementation=implementation)
    return contracts.replace(RELEASES, "        quality:\n", f"        quality:{block}", after="name: age") + 4


GOOD_CUSTOM = [
    "{type: expect_column_values_to_be_between, kwargs: {column: age, min_value: 15, mostly: 0.95}}",
    "{type: expect_column_values_to_be_in_set, kwargs: {column: age, value_set: [15, 16]}}",
    '"type: expect_column_values_to_not_be_null\\nkwargs: {column: age}"',
]


@pytest.mark.parametrize("implementation", GOOD_CUSTOM)
def test_a_block_for_great_expectations_is_taken_as_keys_or_as_text(contracts: Contracts, implementation: str) -> None:
    with_custom(contracts, implementation)
    assert contracts.said() == []


def native(name: str, kwargs: str) -> str:
    return f"{{type: {name}, kwargs: {kwargs}}}"


BAD_CUSTOM = [
    (
        native("expect_column_values_to_be_beetween", "{column: age}"),
        "there is no expectation 'expect_column_values_to_be_beetween' that a rule may name; did you mean 'expect_column_values_to_be_between'?",
    ),
    (native("expect_column_max_to_be_between", "{column: age, max_value: 100}"), "there is no expectation 'expect_column_max_to_be_between' that a rule may name"),
    (
        native("expect_column_values_to_be_between", "{column: age, minValue: 1}"),
        "unknown key 'minValue' in schema[0].properties[3].quality[0].implementation.kwargs; did you mean 'min_value'?",
    ),
    (
        native("expect_column_values_to_be_between", "{column: agee, min_value: 1}"),
        "the rule 'planted' looks at the column 'agee', which is not in the schema; did you mean 'age'?",
    ),
    (native("expect_column_values_to_be_between", "{column: age}"), "schema[0].properties[3].quality[0].implementation.kwargs: give 'min_value', 'max_value' or both"),
    (
        native("expect_column_values_to_be_between", "{column: age, min_value: 2, max_value: 1}"),
        "schema[0].properties[3].quality[0].implementation.kwargs: no value is at least 2 and at most 1",
    ),
    (native("expect_column_values_to_be_between", "{column: age, min_value: young}"), "the rule 'planted': 'young' is compared with 'age', which is of type integer"),
    (native("expect_column_value_lengths_to_equal", "{column: age, value: 2}"), "the rule 'planted': only a text has a length, and 'age' is of type integer"),
    (native("expect_column_values_to_not_be_null", "{column: arm}"), "the rule 'planted' stands under 'age' and does not look at it; put it under what it looks at"),
    (
        native("expect_column_values_to_not_be_null", "{column: age, mostly: 1.5}"),
        "schema[0].properties[3].quality[0].implementation.kwargs.mostly: input should be less than 1",
    ),
    ("{type: expect_column_values_to_not_be_null, kwarg: {column: age}}", "unknown key 'kwarg' in schema[0].properties[3].quality[0].implementation; did you mean 'kwargs'?"),
    ("{kwargs: {column: age}}", "'type' is missing from schema[0].properties[3].quality[0].implementation"),
    ("[]", "an implementation is keys with values, 'type' and 'kwargs', or a text that holds them"),
    ('"type: [x"', "the implementation of 'planted': not valid YAML: did not find expected ',' or ']'"),
    ('"just words"', "schema[0].properties[3].quality[0].implementation: keys with values are needed here"),
]


@pytest.mark.parametrize(("implementation", "message"), BAD_CUSTOM, ids=[implementation for implementation, _ in BAD_CUSTOM])
def test_a_block_that_great_expectations_could_not_run_breaks_the_register(contracts: Contracts, implementation: str, message: str) -> None:
    line = with_custom(contracts, implementation)
    said = [sentence for sentence in contracts.said() if sentence.startswith(f"data_contracts/{RELEASES}:")]
    assert any(message in sentence for sentence in said), said
    assert all(sentence.startswith((f"data_contracts/{RELEASES}:{line}: ", f"data_contracts/{RELEASES}:{line - 3}: ")) for sentence in said), "the block, or its implementation"


def test_decimals_are_not_compared_by_an_engine_that_makes_floats_of_them(danish: Contracts) -> None:
    block = CUSTOM.format(implementation=native("expect_column_values_to_be_between", "{column: ajo_loentimer, min_value: 0}"))
    danish.replace("registers/bfl.odcs.yaml", "        quality:\n", f"        quality:{block}", after="name: ajo_loentimer")
    (said,) = danish.said()
    assert said.endswith("'ajo_loentimer' is of type number, which this engine compares by binary floats; use 'logicalTypeOptions' or a rule of type 'sql'")


BLOCKS = [
    ("type: sql\n", "type: sql\n            threshold: 3\n", "unknown key 'threshold' in schema[0].properties[3].quality[0]"),
    ("type: sql\n", "type: soda\n", "schema[0].properties[3].quality[0].type: input should be 'library', 'sql' or 'custom'"),
    ("type: sql\n", "type: sql\n            engine: greatExpectations\n", "a rule of type 'sql' has no 'engine'"),
    ("type: sql\n", "type: sql\n            arguments: {a: 1}\n", "a rule of type 'sql' has no 'arguments'"),
    ("severity: error\n            query", "severity: fatal\n            query", "schema[0].properties[3].quality[0].severity: input should be 'error' or 'warning'"),
]


@pytest.mark.parametrize(("old", "new", "message"), BLOCKS, ids=[message for _, _, message in BLOCKS])
def test_a_quality_block_with_a_key_that_nothing_acts_on_does_not_load(contracts: Contracts, old: str, new: str, message: str) -> None:
    contracts.replace(RELEASES, old, new, after="name: age_is_plausible")
    loaded = contracts.load()
    assert "releases" in loaded.broken_registers
    assert any(message in finding.message for finding in loaded.broken_registers["releases"])


LIBRARY = [
    ("metric: invalidValues\n            arguments: {pattern: '^[a-z_]+$'}\n            mustBe: 0", ""),
    ("metric: missingValues\n            arguments: {missingValues: [null, '', 'N/A']}\n            mustBe: 0", ""),
    (
        "metric: invalidValues\n            arguments: {validValues: [aid], pattern: '^a$'}\n            mustBe: 0",
        "an invalidValues rule needs 'arguments: {validValues: [...]}' or 'arguments: {pattern: ...}'",
    ),
    ("metric: invalidValues\n            arguments: {validValues: [1]}\n            mustBe: 0", "the rule 'planted' names the value '1', and 'arm' is of type string"),
    (
        "metric: invalidValues\n            arguments: {pattern: '^[a$'}\n            mustBe: 0",
        "the pattern of the rule 'planted' cannot be read as a regular expression of DuckDB (RE2): missing ]: [a$",
    ),
    ("metric: invalidValues\n            arguments: {validValues: aid}\n            mustBe: 0", "the argument 'validValues' of invalidValues is a list of at least one"),
    ("metric: invalidValues\n            arguments: {validValues: []}\n            mustBe: 0", "the argument 'validValues' of invalidValues is a list of at least one"),
    ("metric: invalidValues\n            arguments: {pattern: 7}\n            mustBe: 0", "the argument 'pattern' of invalidValues is a text"),
    ("metric: duplicateValues\n            arguments: {properties: []}\n            mustBe: 0", "the argument 'properties' of duplicateValues is a list of at least one"),
    ("metric: missingValues\n            mustBe: 0", "a missingValues rule needs 'arguments: {missingValues: [...]}', the values that stand for none"),
    ("metric: nullValues\n            arguments: {mostly: 1}\n            mustBe: 0", "unknown argument 'mostly' of nullValues, which has none"),
    ("metric: duplicateValues\n            arguments: {properties: [arm, agee]}\n            mustBe: 0", "counts rows of the table; put it under the table"),
    ("metric: rowCount\n            mustBe: 0", "the rule 'planted' counts rows of the table; put it under the table"),
]


@pytest.mark.parametrize(("metric", "message"), LIBRARY, ids=[metric.replace("\n            ", " ") for metric, _ in LIBRARY])
def test_what_a_library_metric_may_be_given(contracts: Contracts, metric: str, message: str) -> None:
    block = f"        quality:\n          - name: planted\n            type: library\n            {metric}\n            description: x\n            dimension: conformity\n"
    contracts.replace(RELEASES, "      - name: arm\n", f"      - name: arm\n{block}            customProperties: [{{property: remedy, value: x}}]\n")
    said = said_of(contracts, RELEASES)
    assert said == [] if not message else any(message in words for words in said)


def test_rows_may_be_counted_by_columns_named_under_the_table(contracts: Contracts) -> None:
    block = (
        "      - name: planted\n        type: library\n        metric: duplicateValues\n        arguments: {properties: [arm, agee]}\n        mustBe: 0\n        description: x\n"
    )
    more = "        dimension: uniqueness\n        customProperties: [{property: remedy, value: x}]\n"
    contracts.replace(RELEASES, "    quality:\n      - name: register_is_not_empty", f"    quality:\n{block}{more}      - name: register_is_not_empty")
    assert said_of(contracts, RELEASES) == ["the rule 'planted' counts by the column 'agee', which is not in the schema; did you mean 'age'?"]
    contracts.replace(RELEASES, "agee", "age")
    assert contracts.said() == []


def test_no_expectation_that_reports_cells_may_be_named() -> None:
    assert not [name for name in NATIVE if any(part in name for part in ("_min_", "_max_", "most_common", "distinct", "quantile", "unique_value_count", "_sum_to_be"))]


def test_the_shipped_registers_make_use_of_every_way_to_say_a_rule(contracts: Contracts) -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in (Path(contracts.folder) / "registers").iterdir())
    assert all(words in text for words in ("relationships:", "logicalTypeOptions:", "type: sql", "type: library", "type: custom", "codelist"))
