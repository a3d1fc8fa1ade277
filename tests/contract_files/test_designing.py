"""Locked before looking: each term by which something is measured or compared is part of what is signed, and of what a decision was made of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from contract_files.planted import TARP, UNGEBRO, Contracts, copied
from reports.annex_given import NAME, full

from pipelines.canonical import digest
from pipelines.contracts.catalogue import Catalogue
from pipelines.contracts.designing import designed
from pipelines.contracts.outcome import OutcomeContract
from pipelines.fingerprint import Claim, Inputs

FROZEN = dict.fromkeys(("unge", "boern", "lod", "released"), "f" * 64)
FULL_TERMS = [
    ("method: difference_in_differences@1\n", "method: blend@1\n"),
    ("before: job_foer\n", "before: job_tidligere\n"),
    ("earlier: job_tidligere\n", "earlier: job_foer\n"),
    ("covariates: [klarer_foer]", "covariates: [klarer_foer, job_foer]"),
    ("clusters: indsats", "clusters: gruppe"),
    ("lacking_at_most: 0.07", "lacking_at_most: 0.08"),
    ("intervals: [robust]", "intervals: [cluster_robust]"),
    ("level: 0.91", "level: 0.92"),
    ("decimals: 5", "decimals: 4"),
    ("with: {baseline: 21.5}", "with: {baseline: 21.4}"),
    ("on: [sex, benefit]", "on: [sex]"),
    ("by: propensity", "by: mahalanobis"),
    ("of: [age, weeks_year_before]", "of: [age]"),
    ("within: 0.23", "within: 0.24"),
    ("calipers: {age: 7", "calipers: {age: 8"),
    ("with_replacement: true", "with_replacement: false"),
    ("unmatched_at_most: 0.13", "unmatched_at_most: 0.12"),
    ("differs_at_most: 0.14", "differs_at_most: 0.15"),
    ("each: 3", "each: 2"),
    ("benefits: [kontanthjaelp, uddannelseshjaelp]", "benefits: [kontanthjaelp]"),
    ("weeks: 51", "weeks: 52"),
    ("from_week: 5", "from_week: 6"),
    ("pause_at_most: 12", "pause_at_most: 13"),
    ("months_before: 16", "months_before: 15"),
    ("enrolled: {from: 2024-02-06", "enrolled: {from: 2024-02-07"),
    ("died: failure", "died: stop"),
]
"""One key at a time of `compare`, of `matched`, of the window and of who counts."""
SILENT = [
    ("title: Uger med løn", "title: Uger i job"),
    ("clause: Bilag 2 §203", "clause: Bilag 2 §999"),
    ("clause: Bilag 1 §17", "clause: Bilag 1 §99"),
    ("pays_for_nothing: 0.11", "pays_for_nothing: 0.12"),
    ("2024-07-01: 1187.35", "2024-07-01: 1187.36"),
]
"""Names, clauses, prices, and how wrong a method may be: none of it makes a figure."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Contracts, Catalogue]:
    contracts, _ = full(tmp_path_factory.mktemp("full"))
    return contracts, contracts.load()


def parsed(contracts: Contracts, old: str, new: str) -> OutcomeContract:
    """The contract with everything, one text of it changed; read and not checked, so that any term can be another."""
    from pipelines.contracts.source import read

    text = contracts.text(NAME)
    assert old in text
    contracts.write(NAME, text.replace(old, new, 1))
    try:
        return OutcomeContract.model_validate(read(contracts.folder / NAME, root=contracts.folder).value)
    finally:
        contracts.write(NAME, text)


def of(catalogue: Catalogue, contract: OutcomeContract, outcome: str) -> str:
    return digest(Inputs(catalogue, []).outcome(contract, outcome, FROZEN))


@pytest.mark.parametrize(("old", "new"), FULL_TERMS)
def test_every_term_of_a_comparison_moves_the_fingerprint_and_what_is_signed(made: tuple[Contracts, Catalogue], old: str, new: str) -> None:
    contracts, catalogue = made
    was, now = catalogue.contracts["alt"], parsed(contracts, old, new)
    both = [(item, of(catalogue, was, item), of(catalogue, now, item)) for item in ("job", "klarer_sig")]
    assert any(before != after for _, before, after in both), "the digest of what the outcome is built from"
    assert designed(was) != designed(now)


@pytest.mark.parametrize(("old", "new"), SILENT)
def test_what_makes_no_figure_changes_no_design(made: tuple[Contracts, Catalogue], old: str, new: str) -> None:
    contracts, catalogue = made
    assert designed(catalogue.contracts["alt"]) == designed(parsed(contracts, old, new))


def test_a_design_says_each_term_by_its_place(tmp_path: Path) -> None:
    said: dict[str, Any] = designed(copied(tmp_path, "ungebro").load().contracts["ungebro"])
    terms = said["outcomes"]["uger"]
    assert {place: terms[place] for place in ("compare.method", "compare.intervals", "compare.level", "with.weeks", "cohorts[unge].matched.each", "cohorts[unge].matched.on")} == {
        "compare.method": "matched@1",
        "compare.intervals": "[welch]",
        "compare.level": "0.95",
        "with.weeks": "52",
        "cohorts[unge].matched.each": "2",
        "cohorts[unge].matched.on": "[age, sex, benefit, weeks_on_benefit]",
    }
    assert said["pays_for"] == {"selvforsoergelse": ["uger"], "effekt": ["uger"]}
    assert not [place for place in terms if place.endswith("clause")]


@pytest.mark.parametrize(("file", "name", "old", "new"), [(TARP, "tarp", "level: 0.95", "level: 0.90"), (UNGEBRO, "ungebro", "each: 2", "each: 3")])
def test_a_term_moves_the_fingerprint_of_the_decision_itself(tmp_path: Path, file: str, name: str, old: str, new: str) -> None:
    contracts = copied(tmp_path, name)
    before = _decision(contracts.load(), name)
    contracts.replace(file, old, new)
    assert contracts.said() == []
    assert _decision(contracts.load(), name) != before


def _decision(catalogue: Catalogue, name: str) -> str:
    """The fingerprint of the contract's second trigger and first claim period."""
    contract = catalogue.contracts[name]
    payment = contract.payments[1]
    return digest(Inputs(catalogue, []).trigger(contract, payment, FROZEN, Claim(payment.claim_periods[0], "final")))
