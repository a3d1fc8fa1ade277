"""`udbytte check`: all findings at once, errors first, each with file, line, clause, what is wrong and what to do; and how fast, without what it
does not need."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from contract_files.planted import TARP, TRYGT_HJEM, Contracts
from support import ROOT, udbytte

from pipelines.contracts.remedies import REMEDIES, remedy_of, without_remedy
from pipelines.contracts.source import Finding
from pipelines.reports.checking import summary, words

CONTRACT_ERROR = 3


def counted(contracts: Contracts) -> str:
    """What the last line says of a folder in which everything holds."""
    said = []
    for part, what in (("outcomes", "contract"), ("registers", "register"), ("profiles", "gate profile"), ("codelists", "code list")):
        files = len(list((contracts.folder / part).iterdir()))
        said.append(f"{files} {what}{'s' if files > 1 else ''}")
    return f"In order: {', '.join(said)}."


def asked(contracts: Contracts, *options: str) -> subprocess.CompletedProcess[str]:
    return udbytte(contracts.folder.parent / "home", "check", *options, contracts=contracts.folder)


def test_contracts_that_hold_say_how_many_and_end_well(contracts: Contracts) -> None:
    done = asked(contracts)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{counted(contracts)} Found: no errors, no warnings.\n"


def test_everything_is_found_at_once_errors_first_and_the_exit_code_is_that_of_contracts(danish: Contracts) -> None:
    danish.replace(TRYGT_HJEM, "roles: [evaluator]", "roles: [evaluator, payer]")
    paid = danish.replace("outcomes/ungebro.yaml", "payer: kommune", "payer: komune")
    listed = danish.append("codelists/claim_check.csv", ",x,,,,x\n")
    done = asked(danish, "--json")
    assert done.returncode == CONTRACT_ERROR
    shown: dict[str, Any] = json.loads(done.stdout)
    assert (shown["errors"], shown["warnings"]) == (len(shown["findings"]) - 1, 1)
    assert [item["severity"] for item in shown["findings"]] == ["error"] * shown["errors"] + ["warning"]
    assert {"severity", "file", "line", "clause", "what", "remedy"} == set(shown["findings"][0])
    assert all(item["what"] and item["remedy"] for item in shown["findings"])
    assert [(item["file"], item["line"], item["clause"]) for item in shown["findings"] if "komune" in item["what"]] == [
        ("data_contracts/outcomes/ungebro.yaml", paid, "Bilag 3 §1"),
    ]
    assert any((item["file"], item["line"], item["what"]) == ("data_contracts/codelists/claim_check.csv", listed, "this row has no code") for item in shown["findings"])
    assert f"{shown['errors']} errors in" in done.stderr
    assert "run `udbytte check` again" in done.stderr


def test_warnings_alone_are_no_failure(danish: Contracts) -> None:
    line = danish.replace(TRYGT_HJEM, "roles: [evaluator]", "roles: [evaluator, payer]")
    done = asked(danish)
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        f"warning data_contracts/{TRYGT_HJEM}:{line}: 'evaluator' is payer, and nothing in the contract says what it does as one",
        "  -> say it, or take the role out",
        f"{counted(danish)} Found: no errors, 1 warning.",
    ]


def test_a_finding_is_said_with_its_clause_and_its_remedy_apart(contracts: Contracts) -> None:
    line = contracts.replace(TARP, "payer: state", "payer: sate")
    shown = summary(contracts.load())
    assert words(shown).splitlines()[:2] == [
        f"error data_contracts/{TARP}:{line} (Schedule 2 §1): there is no party 'sate'; did you mean 'state'?",
        "  -> write the name that was meant",
    ]


@pytest.mark.parametrize(
    ("message", "what", "remedy"),
    [
        ("the key 'x' has no value; write one, or leave the key out", "the key 'x' has no value", "write one, or leave the key out"),
        ("'clause' is missing from payments[0]", "'clause' is missing from payments[0]", "add it; an editor that knows the schema says what it takes"),
        ("nobody has said what to do", "nobody has said what to do", ""),
    ],
)
def test_what_is_wrong_and_what_to_do_are_told_apart(message: str, what: str, remedy: str) -> None:
    assert (without_remedy(message), remedy_of(message)) == (what, remedy)


def test_no_remedy_is_empty_and_none_stands_twice_for_the_same_words() -> None:
    patterns = [pattern for pattern, _ in REMEDIES]
    assert len(set(patterns)) == len(patterns)
    assert all(remedy for _, remedy in REMEDIES)


def test_findings_sort_by_file_and_line() -> None:
    found = [Finding("b", 1, "x"), Finding("a", 9, "x", "§2"), Finding("a", 2, "x")]
    assert [(item.file, item.line) for item in sorted(found)] == [("a", 2), ("a", 9), ("b", 1)]


HEAVY = """
import sys
from pipelines.reports.checking import checked
found = checked()
assert found["errors"] == 0, found
print([name for name in ("dagster", "great_expectations", "statsmodels", "lifelines", "pandas", "sqlalchemy") if name in sys.modules])
"""


def test_checking_imports_neither_dagster_nor_great_expectations() -> None:
    done = subprocess.run([sys.executable, "-c", HEAVY], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_bench_checks_as_many_contracts_as_it_is_asked_for_in_a_process_of_its_own() -> None:
    from pipelines.bench_contracts import contracts_table, measure_contracts

    found = measure_contracts(200)
    assert (found["contracts"], found["errors"], found["heavy"]) == (200, 0, [])
    assert 0 < found["check_seconds"] < found["whole_seconds"]
    assert found["check_cpu_seconds"] < 2, "two hundred contracts are loaded and checked in less than two seconds of work"
    assert "200 contracts" in contracts_table(found)


def test_a_folder_that_is_not_there_is_no_folder_without_mistakes(tmp_path: Path) -> None:
    done = udbytte(tmp_path / "home", "check", contracts=tmp_path / "nowhere")
    assert done.returncode == CONTRACT_ERROR
    assert "there is no such folder of contracts" in done.stderr
