"""Contracts whose figures are public, replayed to the cent: each figure follows from the terms, or the difference is said with its reason."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

import pytest
from contracts.contracts_given import HERE, Figure, amount, arithmetic, catalogue, figures, items, quote_of, results

from pipelines.payments.quoting.quote import Quote

CONTRACTS = tuple(dict.fromkeys(figure.contract for figure in figures()))


@cache
def published(contract: str, given: str = "") -> Quote:
    return quote_of(contract, results(contract, given))


def test_every_contract_loads_beside_what_is_shipped_with_nothing_to_say_of_it() -> None:
    found = catalogue()
    assert [finding.sentence() for finding in (*found.findings(), *found.warnings)] == []
    assert sorted(found.contracts) == sorted(path.stem for path in HERE.rglob("*.yaml"))


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
