"""Estimates that an evaluator gives, as a contract says them: what is refused, what is warned of, what is said in the annex and fingerprinted."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from contract_files.planted import Contracts, copied

from pipelines.contracts.outcome import OutcomeContract
from pipelines.errors import EstimateRefusedError
from pipelines.estimates.keeping import unsigned
from pipelines.fingerprint import CHECKING, Inputs, source_digest
from pipelines.payments.quoting.checking import checked
from pipelines.payments.quoting.results_file import read
from pipelines.payments.vocabulary import vocabulary
from pipelines.reports.annex.document import Paragraph, Points, Table
from pipelines.reports.annex.draft import Draft
from pipelines.reports.annex.evaluation import evaluation
from pipelines.reports.annex.wording import Wording
from pipelines.reports.phrases import Code
from pipelines.simulating.simulation import runs, summed, without_effect

TARP = "outcomes/tarp.yaml"
COMPUTED = "compare: {method: trial@1, intervals: [agresti_caffo, newcombe], level: 0.95, decimals: 6}"
GIVEN = """compare:
      method: external@1
      with: {by: institute, quantities: [difference, relative_reduction], unit: share of those counted, at_least: {treatment: 100, comparison: 90}, at_latest: P150D}
      intervals: [stated]
      level: 0.95
      decimals: 6"""


@pytest.fixture
def contracts(tmp_path: Path) -> Contracts:
    """The contract of the published experiment, whose first comparison the institute makes."""
    made = copied(tmp_path, "tarp")
    made.replace(TARP, COMPUTED, GIVEN)
    made.replace(TARP, "interval: agresti_caffo", "interval: stated")
    return made


def said(contracts: Contracts) -> list[str]:
    return [finding.message for finding in contracts.load().findings()]


def agreed(contracts: Contracts) -> OutcomeContract:
    return contracts.load().contracts["tarp"]


def test_an_estimate_that_is_given_loads(contracts: Contracts) -> None:
    assert said(contracts) == []


REFUSED = [
    ("by: institute", "by: police", "'police' gives the estimate and does not have the role 'evaluator'"),
    ("by: institute", "by: institut", "there is no party 'institut'; did you mean 'institute'?"),
    ("quantities: [difference,", "quantities: [diference,", "there is no quantity 'diference'; did you mean 'difference'?"),
    ("quantities: [difference, relative_reduction]", "quantities: [difference]", "there is no measure 'relative_reduction'; known: difference"),
    ("intervals: [stated]", "intervals: [statedd]", "there is no interval 'statedd'; did you mean 'stated'?"),
    ("at_latest: P150D", "states: matched@9", "there is no method 'matched@9'; did you mean 'matched@1'?"),
    ("at_latest: P150D", "states: external@1", "there is no method 'external@1'"),
    ("at_latest: P150D", "at_latst: P150D", "unknown key 'at_latst' in outcomes[1].compare.with; did you mean 'at_latest'?"),
    (
        "at_least: {treatment: 100, comparison: 90}",
        "at_least: {comparison: 90}",
        "outcomes[1].compare.with: 'at_least' says how many people must be counted, and names no 'treatment'",
    ),
    ("at_least: {treatment: 100,", "at_least: {treatment: 0,", "outcomes[1].compare.with.at_least.treatment: input should be greater than or equal to 1"),
    ("unit: share of those counted, ", "", "'unit' is missing from outcomes[1].compare.with"),
    (
        "method: external@1",
        "method: external@1\n      clusters: arm",
        "the estimate is given by 'institute', and nothing here looks at 'clusters'; leave it out, and have the file say it under its assumptions",
    ),
]


@pytest.mark.parametrize(("old", "new", "words"), REFUSED, ids=[words for *_, words in REFUSED])
def test_what_does_not_fit_is_refused(contracts: Contracts, old: str, new: str, words: str) -> None:
    contracts.replace(TARP, old, new)
    assert any(message.startswith(words) for message in said(contracts)), said(contracts)


LIMIT = "errors: {clause: Schedule 1 §9, pays_for_nothing: 0.06}"


def warned(contracts: Contracts) -> list[str]:
    return [finding.message for finding in contracts.load().warnings if "pays for nothing" in finding.message]


def test_a_limit_of_errors_that_nobody_can_check_is_warned_of(contracts: Contracts) -> None:
    contracts.replace(TARP, "method: external@1", f"method: external@1\n      {LIMIT}")
    (words,) = warned(contracts)
    assert words.startswith("how often 'external@1' pays for nothing is not known, and Schedule 1 §9 allows 6.0 %")


def test_the_errors_of_a_method_of_ours_that_the_file_must_state_are_known(contracts: Contracts) -> None:
    contracts.replace(TARP, "method: external@1", f"method: external@1\n      {LIMIT}")
    contracts.replace(TARP, "at_latest: P150D", "states: validated_count@1")
    assert warned(contracts)
    assert all(words.startswith("'validated_count@1' pays for nothing in ") for words in warned(contracts))


def annexed(contracts: Contracts, language: Code) -> tuple[str, list[str]]:
    """What the annex says of how outcomes are compared, and the tables of errors it shows."""
    found = contracts.load()
    made = found.contracts["tarp"]
    blocks = evaluation(Draft(made, found, vocabulary(), Wording(language, "USD"), ""))
    text = " ".join([*(item.text for item in blocks if isinstance(item, Paragraph)), *(line for item in blocks if isinstance(item, Points) for line in item.items)])
    return text, [item.caption for item in blocks if isinstance(item, Table)]


def test_the_annex_says_who_estimates_and_that_its_errors_are_not_known(contracts: Contracts) -> None:
    contracts.replace(TARP, "method: external@1", f"method: external@1\n      {LIMIT}")
    text, tables = annexed(contracts, "en")
    for words in ("is not computed here (external@1)", "“institute”", "It has not computed the figures itself", "within 150 days", "at least 90 people", "any method"):
        assert words.lower() in text.lower(), words
    assert "is not known here, and no table shows it" in text
    assert "CANNOT BE CHECKED HERE" in text
    assert [title for title in tables if "external" in title] == []
    assert "beregnes ikke her" in annexed(contracts, "da")[0]


def test_the_annex_shows_the_errors_of_the_method_that_must_be_stated(contracts: Contracts) -> None:
    contracts.replace(TARP, "at_latest: P150D", "states: regression_adjusted@1")
    text, tables = annexed(contracts, "en")
    assert "The file must state the method regression_adjusted@1" in text
    assert any("regression_adjusted@1" in title for title in tables)
    assert "not known here" not in text


def test_a_given_estimate_is_in_the_fingerprint_and_so_is_the_code_that_checks_it(contracts: Contracts) -> None:
    found = contracts.load()
    made, seal = found.contracts["tarp"], {"sha256": "a" * 64, "public_key": "b" * 64, "signature": "c" * 128}
    without = Inputs(found, []).outcome(made, "rearrest_52_weeks", {"released": ""})
    given = Inputs(found, [], estimates=lambda *_: {"": seal}).outcome(made, "rearrest_52_weeks", {"released": ""})
    assert (without["estimates"], given["estimates"]) == ({}, {"": seal})
    assert {name: given["code"][name] for name in CHECKING} == {name: source_digest(name) for name in CHECKING}
    computed = Inputs(found, [], estimates=lambda *_: {"": seal}).outcome(made, "rearrest_104_weeks", {"released": ""})
    assert "estimates" not in computed


def test_a_form_has_what_the_contract_says_and_no_figure(contracts: Contracts) -> None:
    found = contracts.load()
    made = unsigned(found, "tarp", "rearrest_52_weeks", "")
    assert (made["by"], made["version"], made["cohorts"], sorted(made["quantities"])) == ("institute", 1, ["released"], ["difference", "relative_reduction"])
    assert made["quantities"]["difference"] == {"unit": "share of those counted", "value": "", "std_error": "", "intervals": {"stated": {"level": "0.95", "low": "", "high": ""}}}
    lacking = (
        (("tarp", "rearrest_104_weeks", ""), "no such outcome"),
        (("tarp", "rearrest_52_weeks", "2024-25"), "no such claim period"),
        (("tarpe", "x", ""), "no contract"),
    )
    for named, words in lacking:
        with pytest.raises(EstimateRefusedError, match=words):
            unsigned(found, *named)


LEVELS = """outcome;cohort;period;enrolled;persons;comparison
enrolment;released;2024-25;216;216;
rearrest_52_weeks;released;2024-25;216;66;66/216
rearrest_104_weeks;released;2024-25;216;80;80/216
"""


def test_a_simulation_draws_it_as_a_plain_comparison_of_means(contracts: Contracts, tmp_path: Path) -> None:
    """Without an effect it pays on a reduction of a tenth about as often as the trial that it stands in for, and is never held for want of a figure."""
    found = contracts.load()
    made, path = found.contracts["tarp"], tmp_path / "without.csv"
    path.write_text(LEVELS, encoding="utf-8")
    rows, findings = checked(made, read(path), path.name)
    assert not findings
    at = summed(made, Fraction(0), runs(made, without_effect(rows), found.gate_of(made), Fraction(0), 40))
    assert (at.held["reduction"], at.held["certain_reduction"]) == (0, 0)
    assert 0.05 < at.pays["reduction"] < 0.55
    assert at.pays["certain_reduction"] < 0.2
