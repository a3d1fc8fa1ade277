"""The JSON Schemas that editors complete by: current, without a network, and strict about every shape. That they agree with the loader about
every mistake that the other tests of this folder plant is asked at each of their loads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from contract_files.planted import STANDARD, TARP, TRYGT_HJEM, UNGEBRO, Contracts
from contract_files.schemas_asked import KINDS, SHIPPED, refusals

from pipelines.contracts.source import read
from pipelines.payments.vocabulary import vocabulary
from pipelines.reports.schema_files import FOLDER, schemas, write

FILES = [path for part in KINDS for path in sorted((SHIPPED / part).glob("*.yaml"))]
MODELINE = "# yaml-language-server: $schema=../schemas/{}.schema.json"


def schema(kind: str) -> dict[str, Any]:
    made: dict[str, Any] = json.loads((FOLDER / f"{kind}.schema.json").read_text(encoding="utf-8"))
    return made


def test_every_schema_is_as_it_would_be_written_now() -> None:
    found = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()}
    assert found == schemas(), "data_contracts/schemas is not current; run `make docs` and commit what it changes"


def test_a_schema_of_what_is_gone_is_removed(tmp_path: Path) -> None:
    (tmp_path / "gone.schema.json").write_text("{}", encoding="utf-8")
    write(tmp_path)
    assert {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == schemas()


@pytest.mark.parametrize("kind", KINDS.values())
def test_a_schema_is_one_by_either_draft_and_names_nothing_that_a_network_would_be_asked_for(kind: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema(kind))
    jsonschema.Draft7Validator.check_schema(schema(kind))
    text = (FOLDER / f"{kind}.schema.json").read_text(encoding="utf-8")
    assert "://" not in text
    assert '"$id"' not in text


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_shipped_file_fits_its_schema_and_says_which_it_is(path: Path) -> None:
    assert refusals(path, SHIPPED) == []
    assert path.read_text(encoding="utf-8").splitlines()[0] == MODELINE.format(KINDS[path.parent.name])


def test_an_editor_completes_every_name_that_the_code_offers() -> None:
    parts, offered = schema("outcome")["$defs"], vocabulary()
    assert parts["Outcome"]["properties"]["indicator"]["enum"] == list(offered.indicators)
    assert all(parts["Outcome"]["properties"]["indicator"]["enumDescriptions"])
    assert list(parts["PinnedRule"]["properties"]) == list(offered.rules)
    assert list(parts["PinnedAdjuster"]["properties"]) == list(offered.adjusters)
    assert parts["Condition"]["properties"]["rule"]["enum"] == list(offered.conditions)
    assert parts["Comparison"]["properties"]["method"]["enum"] == list(offered.methods)
    assert parts["GateChange"]["properties"]["rule"]["enum"] == list(offered.expectations)
    assert parts["Cohort"]["properties"]["from"]["enum"] == list(offered.staged)


def test_an_editor_completes_the_arguments_of_each_pin_and_says_what_it_is() -> None:
    parts, offered = schema("outcome")["$defs"], vocabulary()
    taken = {branch["if"]["properties"]["indicator"]["const"]: branch["then"]["properties"]["with"] for branch in parts["Outcome"]["allOf"]}
    for pin, terms in {**offered.indicators, **offered.rules, **offered.adjusters}.items():
        given = taken.get(pin) or parts["PinnedRule"]["properties"].get(pin) or parts["PinnedAdjuster"]["properties"][pin]
        assert list(given["properties"]) == list(terms.parameters), pin
        assert given["additionalProperties"] is False, pin
        assert given["description"], pin
        assert "Raises" not in given["description"], pin


def test_a_key_says_what_its_model_says_of_it() -> None:
    parts = schema("outcome")["$defs"]
    assert parts["Outcome"]["properties"]["reads"]["description"].startswith("`reads` says which register stands for a part")
    assert parts["Term"]["properties"]["to"]["description"].startswith("Half-open")
    assert parts["Payment"]["properties"]["clause"]["description"] == "Where the signed agreement says so."
    assert "description" not in parts["Bonus"]["properties"]["to"]


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (TARP, "{2024-07-01: 500.00}", "500.00", "is not of type 'object'"),
        (TARP, "{2024-07-01: 500.00}", "{}", "should be non-empty"),
        (TARP, "{2024-07-01: 500.00}", "{first: 500.00}", "'first' is not a 'date'"),
        (TARP, "{2024-07-01: 500.00}", "{2024-07-01: -1.00}", "is less than the minimum of 0"),
        (TARP, "{2024-07-01: 500.00}", "{2024-07-01: '500.00'}", "is not of type 'number'"),
        (TARP, "{2024-07-01: 500.00}", "{2024-07-01: 1000000000000001.00}", "is greater than the maximum"),
        (TARP, "{per_person@1: {price: {2024-07-01: 500.00}, role: treatment}}", "{}", "should be non-empty"),
        (TARP, "per_person@1", "per_person", "'per_person' was unexpected"),
        (TARP, "per_person@1", "per_person@2", "'per_person@2' was unexpected"),
        (TARP, "rearrest@1", "rearrest@2", "'rearrest@2' is not one of"),
        (TARP, "role: treatment", "role: treatments", "'treatments' is not one of"),
        (TARP, "measure: relative_reduction", "measure: reduction", "'reduction' is not one of"),
        (TARP, "interval: agresti_caffo", "interval: agresti", "'agresti' is not one of"),
        (TARP, "[agresti_caffo, newcombe]", "[welch]", "'welch' is not one of"),
        (TARP, "with: {weeks: 52}", "with: {weeks: 0}", "0 is less than the minimum of 1"),
        (TARP, "    with: {weeks: 52}\n", "", "'with' is a required property"),
        (TARP, "indicator: enrolled@1", "indicator: enrolled@1\n    with: {weeks: 52}", "'weeks' was unexpected"),
        (TARP, "from: releases", "from: relases", "'relases' is not one of"),
        (TARP, "clause: Schedule 1 §1", "clause: ' '", "does not match"),
        (TRYGT_HJEM, "reads: {placements: buaf}", "reads: {placement: buaf}", "'placement' was unexpected"),
        (TRYGT_HJEM, "reads: {placements: buaf}", "reads: {placements: buaff}", "'buaff' is not one of"),
        (TRYGT_HJEM, "rule: not_worse@1", "rule: not_worse@2", "'not_worse@2' is not one of"),
        (TRYGT_HJEM, "deadweight@1", "deadwait@1", "'deadwait@1' was unexpected"),
        (TRYGT_HJEM, "cure_hold: P60D", "cure_hold: 60 days", "does not match"),
        (TRYGT_HJEM, "amount: 400000.00", "amount: -1.00", "is less than the minimum of 0"),
        (UNGEBRO, "on: [age, sex,", "on: [age, shoe_size,", "'shoe_size' is not one of"),
        (UNGEBRO, "residence: {clause: Bilag 1 §2 stk. 4, in: any}", "residence: {clause: Bilag 1 §2 stk. 4, in: [851]}", "is not valid under any of the given schemas"),
        (UNGEBRO, "principal: 6000000.00", "principal: 0.00", "is less than or equal to the minimum of 0"),
        (UNGEBRO, "share: 0.50", "share: 50.00", "is greater than the maximum of 1"),
        (UNGEBRO, "order: [floor_interest", "order: [floor", "is not valid under any of the given schemas"),
        (UNGEBRO, "gate: {profile: standard@1}", "gate: {profile: standard}", "does not match"),
        (STANDARD, "rule: cohort_is_linked", "rule: cohort_is_lined", "'cohort_is_lined' is not one of"),
        ("registers/who5.odcs.yaml", "{property: codelist, value: interviewer}", "{property: codlist, value: interviewer}", "'codlist' is not one of"),
        ("registers/who5.odcs.yaml", "type: sql", "type: library", "'metric' is a required property"),
        ("registers/who5.odcs.yaml", "property: permittedUse", "property: permitedUse", "does not contain items matching the given schema"),
    ],
)
def test_a_mistake_of_shape_is_underlined_while_it_is_written_and_refused_when_it_is_loaded(tmp_path: Path, name: str, old: str, new: str, said: str) -> None:
    from contract_files.planted import copied

    contracts = copied(tmp_path, "tarp", "ungebro", "trygt_hjem")
    contracts.replace(name, old, new)
    found = refusals(contracts.folder / name, contracts.folder)
    assert any(said in words for words in found), found
    assert any(sentence.startswith(f"data_contracts/{name}:") for sentence in contracts.said())


def test_a_key_has_the_one_spelling_that_the_schema_has(contracts: Contracts) -> None:
    line = contracts.replace(TARP, "term: {from: 2024-06-01", "term: {start: 2024-06-01")
    missing, unknown = contracts.said()
    assert missing == f"data_contracts/{TARP}:{line}: 'from' is missing from term"
    assert unknown.startswith(f"data_contracts/{TARP}:{line}: unknown key 'start' in term")


def test_the_first_line_of_a_file_is_no_part_of_what_it_says(contracts: Contracts) -> None:
    before = read(contracts.folder / TARP, root=contracts.folder).value
    contracts.write(TARP, contracts.text(TARP).split("\n", 1)[1])
    assert read(contracts.folder / TARP, root=contracts.folder).value == before
