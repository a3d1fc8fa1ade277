"""What an investment case could be misread as is refused: people valued twice, a ratio as a number of units, a mean as an effect."""

from __future__ import annotations

from pathlib import Path

import pytest
from contract_files.planted import UNGEBRO
from contract_files.test_value_terms import VALUE, listed, shipped

from pipelines.contracts.outcome import OutcomeContract
from pipelines.contracts.source import read, validate
from pipelines.contracts.valuing import check_value, value_doubts
from pipelines.payments.vocabulary import vocabulary

QUARTERS = "{2025Q1: 45, 2025Q2: 86, 2025Q3: 76, 2025Q4: 96, 2026H1: 30}"
OF_THE_YEAR = "      - {id: 2025Y, from: 2025-01-01, to: 2026-01-01, decided_from: 2026-06-15, expected: 1200000.00}\n"
OF_QUARTERS = "".join(
    f"      - {{id: 2025Q{quarter}, from: 2025-{start}, to: {end}, decided_from: 2026-06-15, expected: 300000.00}}\n"
    for quarter, start, end in ((1, "01-01", "2025-04-01"), (2, "04-01", "2025-07-01"), (3, "07-01", "2025-10-01"), (4, "10-01", "2026-01-01"))
)
BY_YEAR = (OF_QUARTERS, OF_THE_YEAR)
"""The second payment claims the whole of 2025 at once, the first by quarters."""
COMPARE = "compare: {method: matched@1, intervals: [welch], level: 0.95, decimals: 6}"


def contract_of(folder: Path, *changes: tuple[str, str]) -> tuple[OutcomeContract, list[str], list[str]]:
    """The sample's contract after changes anywhere in its text, what is wrong with its case, and what is doubtful."""
    text = shipped()
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    path = folder / "data_contracts" / UNGEBRO
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    source = read(path, root=folder / "data_contracts")
    made = validate(OutcomeContract, source.value, source)
    assert made is not None, source.findings
    check_value(made, listed(), vocabulary().indicators, vocabulary().methods, source)
    return made, [finding.message for finding in source.findings], [finding.message for finding in value_doubts(made, listed(), source)]


def said_of(folder: Path, *changes: tuple[str, str]) -> list[str]:
    return contract_of(folder, *changes)[1]


TWICE = "'2025Y' shares days with '2025Q1', and whoever counts in both would be valued twice; name one of the two, so that each day stands once"


@pytest.mark.parametrize("people", ["{2025Y: 303, 2025Q1: 45, 2025Q2: 86, 2025Q3: 76, 2025Q4: 96, 2026H1: 30}", "{2025Y: 303, 2025Q1: 0, 2026H1: 30}"])
def test_nobody_is_valued_in_two_claim_periods_that_share_a_day(tmp_path: Path, people: str) -> None:
    """Nought expected in one of them would not help: what came of it is counted whatever was expected."""
    assert TWICE in said_of(tmp_path, BY_YEAR, (QUARTERS, people))


@pytest.mark.parametrize("people", [QUARTERS, "{2025Y: 303, 2026H1: 30}"])
def test_claim_periods_that_have_all_days_once_are_enough(tmp_path: Path, people: str) -> None:
    assert said_of(tmp_path, BY_YEAR, (QUARTERS, people)) == []


def test_days_that_no_claim_period_named_has_are_missing(tmp_path: Path) -> None:
    said = said_of(tmp_path, BY_YEAR, (QUARTERS, "{2025Q1: 45, 2025Q2: 86, 2025Q4: 96, 2026H1: 30}"))
    assert said == ["how many people are expected in 2025Y, 2025Q3 is missing; give them, nought where none are"]


@pytest.mark.parametrize(
    ("method", "figure"),
    [("event_rate_ratio@1", "rate_ratio"), ("event_rate_ratio@1", "relative_reduction"), ("trial_means@1", "relative_reduction"), ("time_to_event@1", "hazard_ratio")],
)
def test_a_ratio_is_no_number_of_units(tmp_path: Path, method: str, figure: str) -> None:
    said = said_of(tmp_path, (COMPARE, COMPARE.replace("matched@1", method)), ("figure: difference", f"figure: {figure}"))
    assert said == [f"'{figure}' is no number of units, and a price a unit cannot be put on it; write figure: difference, or compare by a method that estimates one"]


VALIDATED = (COMPARE, "compare: {method: validated_count@1, intervals: [t], level: 0.95, decimals: 6}")


def test_a_count_that_is_validated_is_no_comparison(tmp_path: Path) -> None:
    said = said_of(tmp_path, VALIDATED, ("figure: difference\n      interval: welch", "figure: mean\n      interval: t"))
    assert said == ["'uger' is compared with nothing, so say under 'deadweight' which share of it would have come anyway; nought is an assumption as well"]
    whole = "figure: mean\n      deadweight: 0.3"
    assert said_of(tmp_path, VALIDATED, ("figure: difference\n      interval: welch", f"{whole}\n      interval: t")) == []
    assert said_of(tmp_path, VALIDATED, ("figure: difference\n      interval: welch", whole)) == []
    assert said_of(tmp_path, VALIDATED, ("figure: difference\n      interval: welch", f"{whole}\n      interval: welch")) == ["there is no interval 'welch' of 'uger'; known: t"]


def test_better_is_what_the_indicator_says(tmp_path: Path) -> None:
    said = said_of(tmp_path, ("better: higher\n      expected", "better: lower\n      expected"))
    assert said == ["'uger' is measured by weeks_self_supporting@1, of which higher is better; write better: higher"]


def test_a_mean_of_what_should_be_less_is_no_gain(tmp_path: Path) -> None:
    changes = (VALIDATED, ("figure: difference\n      interval: welch\n      better: higher", "figure: mean\n      deadweight: 0.3\n      better: lower"))
    words = "'uger' is compared with nothing, and its mean is no gain where lower is better; compare it, or value an outcome of which more is better"
    assert words in said_of(tmp_path, *changes)


def test_a_party_that_pays_and_is_in_no_purse_is_warned_of(tmp_path: Path) -> None:
    *_, doubts = contract_of(tmp_path, ("payers: {municipality: [kommune]}", "payers: {state: [fond]}"))
    assert doubts == ["'kommune' pays and is in no purse, so it is reckoned with all others; name it under 'payers', also where it is one of the others"]
    *_, doubts = contract_of(tmp_path, ("payers: {municipality: [kommune]}", "payers: {others: [kommune]}"))
    assert doubts == []
    assert VALUE in shipped()


def test_a_year_in_which_the_waterfall_moves_money_and_the_case_does_not_look_is_warned_of(tmp_path: Path) -> None:
    *_, doubts = contract_of(tmp_path, ("2027-06-30, 2028-06-30]", "2027-06-30, 2031-06-30]"))
    assert doubts == ["the waterfall moves money in 2031, outside the budget years 2024 to 2029, and that is not counted; add the year"]
