"""What a contract may say of matched people: which methods fit how they were found, and what of a likeness is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from contract_files.planted import Contracts, copied

UNGEBRO = "outcomes/ungebro.yaml"
ON = "      on: [age, sex, benefit, weeks_on_benefit]\n"
NEAREST = "      on: [sex]\n      nearest: {by: propensity, of: [age, weeks_last_year], within: 0.2}\n"
AGAIN = NEAREST.replace("within: 0.2", "within: 0.2, with_replacement: true")
COMPARE = "compare: {method: matched@1, intervals: [welch]"
SETS = "compare: {method: matched_sets@1, intervals: [set_means]"
ALONE = "      unmatched_at_most: 0.10\n"
LEVEL = "      each: 2\n"


@pytest.fixture
def contracts(tmp_path: Path) -> Contracts:
    """The bond, without the investment case that goes by another interval."""
    made = copied(tmp_path, "ungebro")
    path = made.folder / UNGEBRO
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.index("# What the effect is worth.")] if "# What the effect is worth." in text else text, encoding="utf-8")
    return made


def said(contracts: Contracts, *changes: tuple[str, str]) -> list[str]:
    for old, new in changes:
        contracts.replace(UNGEBRO, old, new)
    return [finding.message for finding in contracts.load().findings()]


BY_SETS = ((ON, NEAREST), (COMPARE, SETS), ("interval: welch", "interval: set_means"), (LEVEL, LEVEL + ALONE))


def test_sets_of_the_nearest_load(contracts: Contracts) -> None:
    assert said(contracts, *BY_SETS) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param([(ON, NEAREST)], "'matched@1' is for people matched exactly, and does not weigh those beside each", id="means of the nearest"),
        pytest.param(
            [(COMPARE, COMPARE.replace("matched@1", "trial_means@2"))], "'trial_means@2' takes people to be drawn by lot, and the cohort's comparison is matched", id="a lot"
        ),
        pytest.param([*BY_SETS[:3]], "windows that end in different claim periods take sets apart; say in 'unmatched_at_most'", id="sets apart without a limit"),
        pytest.param([(ON, AGAIN), *BY_SETS[1:]], "set_means needs sets that are apart, and 'with_replacement' lets somebody stand in several", id="sets that are not apart"),
        pytest.param(
            [*BY_SETS, ("    indicator: weeks_self_supporting@1\n", "    indicator: weeks_self_supporting@1\n    unit: household\n    combine: total\n")],
            "people are matched one by one, and 'uger' counts households",
            id="households",
        ),
        pytest.param([(ON, NEAREST.replace("[sex]", "[benefit]"))], "a matched comparison is of the same age and sex at least", id="not of one sex"),
        pytest.param([(ON, NEAREST.replace("[sex]", "[sex, age]"))], "age is matched exactly, so nobody is nearer by it", id="exact and near"),
        pytest.param(
            [(COMPARE, "compare: {method: blend@1, with: {parts: [{method: matched_sets@1, weight: 1.0}]}, intervals: [conservative]")],
            "'blend@1' cannot use 'matched_sets@1', which compares matched sets",
            id="sets in a blend",
        ),
    ],
)
def test_what_does_not_fit_how_people_were_found_is_refused(contracts: Contracts, changes: list[tuple[str, str]], words: str) -> None:
    found = said(contracts, *changes)
    assert any(words in message for message in found), found


def test_matched_people_are_no_arm(tmp_path: Path) -> None:
    contracts = copied(tmp_path, "tarp")
    contracts.replace("outcomes/tarp.yaml", "compare: {method: trial@1, intervals: [agresti_caffo, newcombe]", "compare: {method: matched@1, intervals: [welch]")
    assert any("'matched@1' compares people matched exactly, and the cohort's comparison is an arm" in finding.message for finding in contracts.load().findings())
