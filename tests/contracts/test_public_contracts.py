"""Contracts whose figures are public, replayed to the cent: each figure follows from the terms, or the difference is said with its reason."""

from __future__ import annotations

import shutil
from collections import Counter
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from contract_files.schemas_asked import refusals
from contracts.contracts_given import HERE, Figure, amount, arithmetic, catalogue, figures, items, quote_of, results
from contracts.page import counted, table_of
from support import ROOT, SHIPPED, udbytte

from pipelines.payments.quoting.quote import Quote

CONTRACTS = tuple(dict.fromkeys(figure.contract for figure in figures()))


@cache
def published(contract: str, given: str = "") -> Quote:
    return quote_of(contract, results(contract, given))


def test_every_contract_loads_beside_what_is_shipped_with_nothing_to_say_of_it() -> None:
    """Two worked cases claim for the days alone that their sums are about, and are warned of the days between."""
    found = catalogue()
    said = [finding.sentence() for finding in (*found.findings(), *found.warnings)]
    between = [Path(sentence.split(":")[0]).stem for sentence in said if "no claim period of" in sentence]
    assert [sentence for sentence in said if "no claim period of" not in sentence] == []
    assert Counter(between) == {"case_indexed": 1, "case_waterfall": 4}
    assert sorted(found.contracts) == sorted(path.stem for path in HERE.rglob("*.yaml"))


@pytest.mark.parametrize("path", sorted(HERE.rglob("*.yaml")), ids=lambda path: path.stem)
def test_every_contract_fits_the_published_schema(path: Path, tmp_path: Path) -> None:
    made = tmp_path / "outcomes" / path.name
    made.parent.mkdir()
    shutil.copy(path, made)
    assert refusals(made, tmp_path) == []


def test_there_is_a_figure_of_every_public_contract() -> None:
    assert {path.stem for path in HERE.glob("*.csv")} - {"figures"} == set(CONTRACTS)


@pytest.mark.parametrize("figure", figures(), ids=lambda figure: f"{figure.contract}: {figure.figure}")
def test_a_published_figure_follows_or_its_difference_is_said(figure: Figure) -> None:
    found = published(figure.contract, figure.given)
    if not figure.is_amount:
        assert figure.published in arithmetic(found, figure.at)
        return
    assert amount(found, figure.at) == figure.amount
    assert bool(figure.quoted) == bool(figure.why)
    assert not figure.quoted or Decimal(figure.quoted) != Decimal(figure.published)


@pytest.mark.parametrize("contract", CONTRACTS)
def test_every_amount_is_one_of_a_published_figure(contract: str) -> None:
    """No payment comes to anything that no figure speaks of."""
    of_results = [figure for figure in figures() if figure.contract == contract and not figure.given]
    told = {id(item) for figure in of_results if figure.at != "total" for item in items(published(contract), figure.at)}
    assert [item.payment.id for item in published(contract).quoted if item.amount and id(item) not in told] == []


@pytest.mark.parametrize("contract", CONTRACTS)
def test_the_page_of_public_contracts_has_every_figure(contract: str) -> None:
    text = (ROOT / "docs" / "public_contracts.md").read_text(encoding="utf-8")
    assert f"[`{contract}.yaml`](../tests/contracts/{contract}.yaml)" in text
    assert table_of(contract) in text, f"the table of {contract} is not current; it is:\n{table_of(contract)}"
    whole, differ = counted()
    assert f"Of {whole} figures {whole - differ} follow from the terms to the cent. For the other {differ} the difference" in text


@pytest.mark.parametrize("contract", CONTRACTS)
def test_every_contract_names_its_source_in_its_head_and_in_the_list(contract: str) -> None:
    assert "\n# Source: " in (HERE / f"{contract}.yaml").read_text(encoding="utf-8")
    assert f"`{contract}`" in (HERE / "README.md").read_text(encoding="utf-8")


def test_the_command_quotes_23_outcomes_as_a_quote(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(SHIPPED, tmp_path / "data_contracts"))
    shutil.copy(HERE / "project_apollo.yaml", folder / "outcomes")
    done = udbytte(tmp_path / "home", "quote", "project_apollo", "--results", str(HERE / "project_apollo.csv"), contracts=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert "QUOTE" in done.stdout
    assert "848,760.00" in done.stdout
    assert "21 persons x 220.00 (price on 2018-10-01) = 4,620.00   (Public record, outcome pricing 17)" in done.stdout
