"""Register contracts, profiles and code lists: what is wrong in one breaks it and what needs it, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from contract_files.planted import ARMS, ARRESTS, RELEASES, STANDARD, TARP, Contracts
from open_data_contract_standard.model import OpenDataContractStandard

from pipelines.payments.vocabulary import vocabulary
from pipelines.settings import PACKAGE_ROOT

SHIPPED = sorted((PACKAGE_ROOT / "data_contracts" / "registers").glob("*.yaml"))
ENROLMENT_ONLY = """
contract: intake_only
version: 1
title: Pays for enrolment alone
model: payment_by_results
currency: DKK
term: {from: 2024-06-01, to: 2028-07-01}
parties:
  - {id: state, name: The state, roles: [commissioner, payer]}
  - {id: aid_programme, name: The aid programme, roles: [provider]}
cohorts:
  - id: released
    clause: §1
    from: releases
    enrolled: {from: 2024-07-01, to: 2025-04-01}
    enrolled_on: released_on
    arms: {column: arm, treatment: aid, comparison: no_aid}
outcomes:
  - {id: enrolment, clause: §2, kind: activity, cohort: released, indicator: enrolled@1}
payments:
  - id: intake
    clause: §3
    pays_for: enrolment
    payer: state
    payee: aid_programme
    rule: {per_person@1: {price: {2024-07-01: 500.00}, role: treatment}}
    claim_periods:
      - {id: first, from: 2024-07-01, to: 2025-04-01, decided_from: 2025-05-01}
gate: {profile: standard@1}
"""


def said_of(contracts: Contracts, name: str) -> list[str]:
    """The findings of one file, without what they break elsewhere."""
    return [sentence for sentence in contracts.said() if sentence.startswith(f"data_contracts/{name}:")]


def test_the_shipped_contracts_load_without_a_finding(contracts: Contracts) -> None:
    loaded = contracts.load()
    assert [finding.sentence() for finding in loaded.findings()] == []
    named = {part: {path.name.split(".")[0] for path in (contracts.folder / part).iterdir()} for part in ("registers", "outcomes", "codelists", "profiles")}
    assert named == {
        "registers": set(loaded.registers),
        "outcomes": set(loaded.contracts),
        "codelists": set(loaded.codelists),
        "profiles": {pin.split("@")[0] for pin in loaded.profiles},
    }


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_standard_s_own_model_reads_every_register_file_whole(path: Path) -> None:
    read = OpenDataContractStandard.from_file(str(path))
    assert read.model_dump(by_alias=True, exclude_unset=True) == yaml.safe_load(path.read_text(encoding="utf-8"))


def test_there_is_a_shipped_register_to_read() -> None:
    assert len(SHIPPED) >= 2


def test_a_broken_register_breaks_only_the_contracts_that_need_it(contracts: Contracts) -> None:
    contracts.write("outcomes/intake_only.yaml", ENROLMENT_ONLY)
    line = contracts.replace(ARRESTS, "status: active", "status: actief")
    loaded = contracts.load()
    assert sorted(loaded.contracts) == ["intake_only"]
    assert sorted(loaded.broken_contracts) == ["tarp"]
    assert "releases" in loaded.registers
    assert "arrests" not in loaded.registers
    assert loaded.broken_registers["arrests"][0].line == line
    assert {finding.message for finding in loaded.broken_contracts["tarp"]} == {"'rearrest@1' needs the register 'arrests', whose contract does not load; mend it first"}


def test_a_broken_cohort_register_breaks_every_contract_that_counts_from_it(contracts: Contracts) -> None:
    contracts.write("outcomes/intake_only.yaml", ENROLMENT_ONLY)
    contracts.replace(RELEASES, "status: active", "status: actief")
    loaded = contracts.load()
    assert sorted(loaded.broken_contracts) == ["intake_only", "tarp"]
    assert loaded.broken_contracts["intake_only"][0].message == "the register contract 'releases' does not load; mend it first"


def test_a_register_that_is_not_there_is_named_where_it_is_needed(contracts: Contracts) -> None:
    (contracts.folder / ARRESTS).unlink()
    said = contracts.said()
    assert len(said) == 2
    assert all("there is no register contract for rearrest@1 named 'arrests'" in sentence for sentence in said)


def test_a_register_is_called_what_its_file_is_called(contracts: Contracts) -> None:
    line = contracts.replace(ARRESTS, "id: arrests", "id: arrest")
    assert said_of(contracts, ARRESTS) == [f"data_contracts/{ARRESTS}:{line}: the id 'arrest' is not the file's name 'arrests'"]


def test_a_register_without_staging_sql_is_refused(contracts: Contracts) -> None:
    contracts.write("registers/visits.odcs.yaml", contracts.text(ARRESTS).replace("id: arrests", "id: visits"))
    assert "visits" not in vocabulary().staged
    (said,) = contracts.said()
    assert "there is no sql/staging/visits.sql" in said


MISTAKES = [
    ("description: The first day the search looked at.", "descripton: x", "unknown key 'descripton' in schema[0].properties[2]; did you mean 'description'?"),
    ("logicalType: date", "logicalType: timestamp", "schema[0].properties[1].logicalType: input should be 'string', 'integer', 'number' or 'date'"),
    ("permittedUse", "permitedUse", "unknown key 'permitedUse' in customProperties; did you mean 'permittedUse'?"),
    ("value: administration}", "value: anything}", "customProperties.permittedUse: input should be 'administration' or 'statistics'"),
    ("value: 30\n", "value: true\n", "customProperties.reportingLagDays: input should be a valid integer"),
    ("value: 30\n", "value: -1\n", "customProperties.reportingLagDays: input should be greater than or equal to 0"),
    ("column: searched_on, ", "column: serched_on, ", "the column 'serched_on' is not in the schema; did you mean 'searched_on'?"),
    ("column: searched_on, ", "column: person_id, ", "coverage is measured from a date, and 'person_id' is not one"),
    ("value: person_id}", "value: person}", "the column 'person' is not in the schema"),
    ("{property: supplier, value: police}", "{property: permittedUse, value: statistics}", "the property 'permittedUse' stands twice in customProperties"),
    ("name: followed_to", "name: followed_from", "the column 'followed_from' stands twice"),
    ("name: arrest_inside_follow_up", "name: follow_up_runs_forward", "the rule name 'follow_up_runs_forward' stands twice"),
    ("mustBeGreaterThan: 0", "unit: rows", "schema[0].quality[0]: a rule has exactly one bound"),
    ("metric: rowCount", "metric: duplicateValues", "schema[0].quality[0]: a duplicateValues rule needs 'mustBe: 0'"),
    ("metric: rowCount", "metric: invalidValues", "schema[0].quality[0]: an invalidValues rule needs 'arguments: {validValues: [...]}' or 'arguments: {pattern: ...}'"),
    ("{property: remedy, value: Ask the supplier for the whole register.}", "{property: remdy, value: x}", "schema[0].quality[0]: customProperties needs a 'remedy'"),
    ("${table} where arrested_on", "arrests where arrested_on", "a rule of type 'sql' needs a query that counts the bad rows of ${table}, and 'mustBe: 0'"),
    (
        "            type: sql\n",
        "            type: sql\n            metric: rowCount\n",
        "a rule of type 'library' has a metric, one of type 'sql' a query and one of type 'custom' an implementation; none has another's",
    ),
    ("        metric: rowCount\n        mustBeGreaterThan: 0", "        metric: nullValues\n        mustBe: 0", "the rule 'register_is_not_empty' counts cells of a column"),
]


@pytest.mark.parametrize(("old", "new", "message"), MISTAKES, ids=[message[:50] for _, _, message in MISTAKES])
def test_a_mistake_in_a_register_contract_is_a_finding_of_its_file(contracts: Contracts, old: str, new: str, message: str) -> None:
    contracts.replace(ARRESTS, old, new)
    loaded = contracts.load()
    assert "arrests" not in loaded.registers
    assert any(message in finding.message for finding in loaded.broken_registers["arrests"])


def test_a_misspelt_property_is_found_on_its_own_line(contracts: Contracts) -> None:
    line = contracts.replace(ARRESTS, "permittedUse", "permitedUse")
    assert f"data_contracts/{ARRESTS}:{line}: unknown key 'permitedUse' in customProperties; did you mean 'permittedUse'?" in contracts.said()


def test_a_misspelt_code_list_property_does_not_switch_the_check_off(contracts: Contracts) -> None:
    line = contracts.replace(RELEASES, "property: codelist", "property: codelst")
    assert said_of(contracts, RELEASES) == [f"data_contracts/{RELEASES}:{line}: unknown property 'codelst' in customProperties; did you mean 'codelist'?"]


def test_a_code_list_that_does_not_exist_is_refused(contracts: Contracts) -> None:
    contracts.replace(RELEASES, "value: trial_arm", "value: trail_arm")
    (said,) = said_of(contracts, RELEASES)
    assert said.endswith("there is no code list 'trail_arm'; did you mean 'trial_arm'?")


def test_a_column_without_a_code_list_has_no_codes_to_name(contracts: Contracts) -> None:
    contracts.replace(RELEASES, "        customProperties:\n          - {property: codelist, value: trial_arm}\n", "")
    assert [sentence.split(": ", 1)[1] for sentence in contracts.said()] == [
        "there is no code for comparison 'no_aid' since the column 'arm' has no code list",
        "there is no code for treatment 'aid' since the column 'arm' has no code list",
    ]


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (b"code,label\naid,\xe6\n", 1, "cannot be read as CSV in UTF-8"),
        (b"", 1, "needs a 'code' column and at least one code"),
        (b"code,label\n", 1, "needs a 'code' column and at least one code"),
        (b"kode,label\naid,a\nno_aid,b\n", 1, "needs a 'code' column and at least one code"),
        (b"label,code\nx,aid\ny\n", 3, "this row has no code"),
        (b"code,label\naid,a\n ,b\n", 3, "this row has no code"),
        (b"code,label\naid,a\nno_aid,b\naid,c\n", 4, "the code 'aid' stands twice from the same day"),
        (b'code,label\naid,"a\nno_aid,b\n', 1, "cannot be read as CSV in UTF-8"),
    ],
)
def test_a_code_list_that_does_not_hold_is_a_finding_and_never_an_error(contracts: Contracts, content: bytes, line: int, message: str) -> None:
    contracts.write(ARMS, content)
    loaded = contracts.load()
    said = [finding.sentence() for finding in loaded.broken_others[ARMS]]
    assert said[0].startswith(f"data_contracts/{ARMS}:{line}: ")
    assert message in said[0]
    assert sorted(loaded.broken_registers) == ["arrests", "releases"], "arrests refers to releases"
    assert sorted(loaded.broken_contracts) == ["tarp"]


def test_a_code_may_stand_again_from_another_day(contracts: Contracts) -> None:
    contracts.append(ARMS, "aid,Financial aid anew,1999-01-01,,x\n")
    loaded = contracts.load()
    assert loaded.findings() == []
    assert loaded.codelists["trial_arm"] == ("aid", "no_aid")


def test_a_code_list_saved_with_a_byte_order_mark_is_the_same_list(contracts: Contracts) -> None:
    contracts.write(ARMS, b"\xef\xbb\xbf" + contracts.text(ARMS).encode())
    assert contracts.load().codelists["trial_arm"] == ("aid", "no_aid")


def test_an_expectation_that_does_not_exist_breaks_the_profile_and_who_uses_it(contracts: Contracts) -> None:
    line = contracts.replace(STANDARD, "rule: cohort_is_linked", "rule: cohort_is_lined")
    gate = contracts.replace(TARP, "gate:", "gate:")
    assert contracts.said() == [
        f"data_contracts/{TARP}:{gate}: there is no gate profile 'standard@1'; known: strict@1",
        f"data_contracts/{STANDARD}:{line}: there is no expectation 'cohort_is_lined'; did you mean 'cohort_is_linked'?",
    ]


@pytest.mark.parametrize("key", ["because", "since", "remedy", "protects"])
def test_a_threshold_without_its_dated_reason_is_refused(contracts: Contracts, key: str) -> None:
    lines = contracts.text(STANDARD).splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("  - rule:"))
    gone = next(number for number, line in enumerate(lines) if line.startswith(f"    {key}:"))
    contracts.write(STANDARD, "\n".join([*lines[:gone], *lines[gone + 1 :]]))
    (said,) = said_of(contracts, STANDARD)
    assert said == f"data_contracts/{STANDARD}:{first + 1}: '{key}' is missing from rules[0]"


def test_one_rule_with_two_thresholds_says_neither(contracts: Contracts) -> None:
    text = contracts.text(STANDARD)
    again = text[text.index("  - rule: cohort_is_linked") : text.index("  - rule: response_has_a_floor")].replace("0.98", "0.10")
    line = contracts.append(STANDARD, again)
    assert said_of(contracts, STANDARD) == [f"data_contracts/{STANDARD}:{line}: the rule 'cohort_is_linked' stands twice for one outcome; which threshold holds is not said"]
    assert contracts.load().contracts == {}


def test_a_profile_that_calls_itself_another_one_cannot_take_its_place(contracts: Contracts) -> None:
    contracts.write("profiles/zealous.yaml", contracts.text(STANDARD).replace("threshold: 0.98", "threshold: 0.10"))
    loaded = contracts.load()
    assert {finding.message for finding in loaded.broken_others["profiles/zealous.yaml"]} == {
        "the profile's name 'standard' is not the file's name 'zealous'",
        "the profile 'standard@1' stands in another file already",
    }
    linked = next(rule for rule in loaded.profiles["standard@1"].rules if rule.rule == "cohort_is_linked")
    assert str(linked.threshold) == "0.98"


def test_findings_are_named_below_whatever_folder_the_contracts_lie_in(contracts: Contracts) -> None:
    elsewhere = Contracts(contracts.folder.rename(contracts.folder.with_name("agreed")))
    elsewhere.write(ARMS, "")
    elsewhere.replace(TARP, "currency: USD", "curency: USD")
    assert {sentence.split("/")[0] for sentence in elsewhere.said()} == {"agreed"}
