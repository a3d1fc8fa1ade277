"""Only the plain part of YAML is taken, whatever a file holds becomes a finding, and nothing is ever raised."""

from __future__ import annotations

import pytest
from contract_files.planted import TARP, Contracts


def in_tarp(line: int, message: str) -> str:
    return f"data_contracts/{TARP}:{line}: {message}"


@pytest.mark.parametrize("value", ["&here {profile: standard@1}", "!!map {profile: standard@1}", "!gate {profile: standard@1}"])
def test_anchors_and_tags_are_refused_on_their_line(contracts: Contracts, value: str) -> None:
    line = contracts.replace(TARP, "{profile: standard@1}", value)
    assert contracts.said() == [in_tarp(line, "anchors, aliases and tags are not allowed in a contract; write the value out")]


def test_aliases_that_would_grow_without_bound_are_refused(contracts: Contracts) -> None:
    layers = ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30))]
    contracts.write(TARP, "\n".join(layers))
    assert contracts.said() == [in_tarp(1, "anchors, aliases and tags are not allowed in a contract; write the value out")]


def test_a_duplicate_key_is_refused_on_its_second_line(contracts: Contracts) -> None:
    line = contracts.replace(TARP, "    payer: state\n", "    payer: state\n    payer: state\n", after="id: intake") + 1
    assert contracts.said() == [in_tarp(line, "the key 'payer' stands twice in payments[0]")]


def test_a_date_key_that_stands_twice_is_refused(contracts: Contracts) -> None:
    line = contracts.replace(TARP, "{2024-07-01: 500.00}", "{2024-07-01: 500.00, 2024-07-01: 600.00}")
    assert contracts.said() == [in_tarp(line, "the key '2024-07-01' stands twice in payments[0].rule.per_person@1.price")]


@pytest.mark.parametrize("nothing", ["", " null", " ~"])
def test_a_key_without_a_value_is_refused_rather_than_read_as_left_out(contracts: Contracts, nothing: str) -> None:
    line = contracts.append(TARP, f"deadlines:{nothing}\n")
    assert contracts.said() == [in_tarp(line, "the key 'deadlines' has no value; write one, or leave the key out")]


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_nesting_deep_enough_to_fell_a_parser_is_refused(contracts: Contracts, opening: str) -> None:
    contracts.write(TARP, "a: 1\nb:\n  " + opening * 100_000)
    assert contracts.said() == [in_tarp(3, "nested more than 50 deep; a contract is written by people")]


def test_a_key_that_is_a_list_is_refused(contracts: Contracts) -> None:
    line = contracts.append(TARP, "? [a, b]\n: c\n")
    assert contracts.said() == [in_tarp(line, "a key of the file is a list or a mapping; a key is one word")]


def test_a_file_that_is_too_large_is_not_read(contracts: Contracts) -> None:
    contracts.append(TARP, "#" * (1 << 20))
    assert contracts.said() == [in_tarp(1, "the file is larger than 1,048,576 bytes; a contract is written by people")]


def test_a_file_of_just_the_largest_size_is_read(contracts: Contracts) -> None:
    size = len(contracts.text(TARP).encode())
    contracts.append(TARP, "#" * ((1 << 20) - size))
    assert contracts.said() == []


@pytest.mark.parametrize("content", [b"contract: \xff\n", "contract: prøve\n".encode("latin-1"), "contract: tarp\n".encode("utf-16")])
def test_a_file_that_is_not_utf_8_is_refused(contracts: Contracts, content: bytes) -> None:
    contracts.write(TARP, content)
    assert contracts.said() == [in_tarp(1, "the file cannot be read as UTF-8 text (UnicodeDecodeError)")]


@pytest.mark.parametrize("content", ["", "# nothing\n", "- a\n- b\n", "tarp\n"])
def test_a_file_without_keys_says_so(contracts: Contracts, content: str) -> None:
    contracts.write(TARP, content)
    assert contracts.said() == [in_tarp(1, "the file: keys with values are needed here")]


def test_text_that_is_no_yaml_is_refused_on_its_line(contracts: Contracts) -> None:
    line = contracts.replace(TARP, "  - id: enrolment", "\t- id: enrolment")
    assert contracts.said() == [in_tarp(line, "not valid YAML: found character that cannot start any token")]


def test_a_control_character_is_refused(contracts: Contracts) -> None:
    contracts.replace(TARP, "title: Fin", "title: \x07Fin")
    assert contracts.said() == [in_tarp(1, "not valid YAML: it holds a character YAML does not allow")]


def test_a_second_document_in_a_file_is_refused(contracts: Contracts) -> None:
    line = contracts.append(TARP, "---\ncontract: other\n")
    (said,) = contracts.said()
    assert said.startswith(in_tarp(line, "not valid YAML"))


def test_a_folder_with_a_contract_s_name_is_a_finding(contracts: Contracts) -> None:
    (contracts.folder / "outcomes" / "other.yaml").mkdir()
    (said,) = contracts.said()
    assert said.startswith("data_contracts/outcomes/other.yaml:1: the file cannot be read")


def test_windows_line_ends_and_a_byte_order_mark_change_nothing(contracts: Contracts) -> None:
    contracts.write(TARP, b"\xef\xbb\xbf" + contracts.text(TARP).replace("\n", "\r\n").encode())
    assert contracts.said() == []


@pytest.mark.parametrize("name", ["outcomes/tarp2.yml", "profiles/other.YML", "registers/arrests.yaml", "registers/other.yml"])
def test_a_file_that_its_name_would_leave_unread_is_a_finding(contracts: Contracts, name: str) -> None:
    contracts.write(name, "a: 1\n")
    (said,) = contracts.said()
    assert said.startswith(f"data_contracts/{name}:1: this file is not read")


def test_a_contract_is_called_what_its_file_is_called(contracts: Contracts) -> None:
    line = contracts.replace(TARP, "contract: tarp", "contract: tarp")
    (contracts.folder / TARP).rename(contracts.folder / "outcomes" / "trap.yaml")
    loaded = contracts.load()
    assert [finding.sentence() for finding in loaded.findings()] == [f"data_contracts/outcomes/trap.yaml:{line}: the contract's name 'tarp' is not the file's name 'trap'"]
    assert loaded.contracts == {}


def test_a_second_contract_under_another_file_name_does_not_touch_the_first(contracts: Contracts) -> None:
    contracts.write("outcomes/copy.yaml", contracts.text(TARP))
    loaded = contracts.load()
    assert sorted(loaded.contracts) == ["tarp"]
    assert sorted(loaded.broken_contracts) == ["copy"]
