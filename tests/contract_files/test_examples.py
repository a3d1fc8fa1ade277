"""Every contract under `docs/examples` loads beside the shipped registers, and says itself what of it the program does not carry out."""

from __future__ import annotations

from pathlib import Path

import pytest
from contract_files.planted import Contracts, copied
from contract_files.schemas_asked import SHIPPED, refusals
from support import ROOT

from pipelines.contracts.carried import uncarried
from pipelines.payments.vocabulary import vocabulary
from pipelines.reports.annex.build import annex
from pipelines.reports.annex.printing import html_page, pdf
from pipelines.reports.phrases import LANGUAGES, Code

EXAMPLES = sorted((ROOT / "docs" / "examples").glob("*.yaml"))


@pytest.fixture
def beside(tmp_path: Path) -> Contracts:
    """The shipped contracts folder with the examples as its only outcome contracts."""
    made = copied(tmp_path)
    for path in EXAMPLES:
        made.write(f"outcomes/{path.name}", path.read_bytes())
    return made


def test_there_are_examples_and_each_model_without_a_shipped_contract_has_one(beside: Contracts) -> None:
    assert {contract.model for contract in beside.load().contracts.values()} >= {"conditional_grant"}


def test_every_example_loads_and_is_warned_of_nothing_but_what_is_not_carried_out(beside: Contracts) -> None:
    made = beside.load()
    assert beside.said() == []
    assert sorted(made.contracts) == [path.stem for path in EXAMPLES]
    not_carried = [term.words for contract in made.contracts.values() for term in uncarried(contract)]
    assert sorted(finding.message.partition(", which is not carried out")[0] for finding in made.warnings) == sorted(not_carried)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_example_has_an_annex_in_both_languages(beside: Contracts, language: Code) -> None:
    made = beside.load()
    for contract in made.contracts.values():
        document = annex(contract, made, vocabulary(), language)
        assert contract.title in html_page(document).decode()
        assert pdf(document).startswith(b"%PDF")


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_fits_the_schema_that_its_first_line_names(path: Path, beside: Contracts) -> None:
    named = path.read_text(encoding="utf-8").partition("\n")[0].partition("$schema=")[2]
    assert (path.parent / named).resolve() == SHIPPED / "schemas" / "outcome.schema.json"
    assert refusals(beside.folder / "outcomes" / path.name, beside.folder) == []


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_that_would_be_held_says_so_in_its_head(path: Path, beside: Contracts) -> None:
    contract = beside.load().contracts[path.stem]
    head = path.read_text(encoding="utf-8").partition("\ncontract:")[0]
    assert ("terms_are_carried_out" in head) is any(term.holds for term in uncarried(contract))
    assert f"examples/{path.name}" in (ROOT / "docs" / "contracts.md").read_text(encoding="utf-8")
