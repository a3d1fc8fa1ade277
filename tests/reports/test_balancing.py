"""Balance and overlap from rows made by hand: what is drawn, what stands out, and that few people are a state and never a nought."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

import pytest
from reports.evaluated_given import balance, balanced, binned, overlap

from pipelines.reports.balancing import balance_table, blocks, covariate, love_drawn, overlap_drawn, overlap_table, tells_nobody, told
from pipelines.reports.blocks import NOTHING, Block, Paragraph, Plot, Table
from pipelines.reports.phrases import Language

DANISH, ENGLISH = Language("da"), Language("en")
FIGURES = ("0.5", "0.5", "0.5", "0.0", "0.0", "1.0", "1.0")


def cells(table: Table, language: Language = ENGLISH) -> list[list[str]]:
    return [[cell(language).striptags() for cell in row] for row in table.rows]


def paragraphs(found: list[Block]) -> str:
    return " ".join(block.words(ENGLISH).striptags() for block in found if isinstance(block, Paragraph))


@pytest.mark.parametrize(
    ("share", "people", "is_told"),
    [("0.05", 100, True), ("0.04", 100, False), ("0.95", 100, True), ("0.96", 100, False), ("0.00", 100, True), ("1.00", 100, True), ("2.50", 100, True), ("0.50", 4, False)],
)
def test_a_share_that_stands_for_four_people_is_suppressed_and_one_for_five_is_not(share: str, people: int, is_told: bool) -> None:
    row = balanced("x", share, *FIGURES[1:], n=(people, 100, 100))
    assert tells_nobody(row, 5) is is_told


def test_a_count_that_is_not_given_is_suppressed_with_its_means() -> None:
    (row,) = cells(balance_table([balanced("age", *FIGURES, n=(100, None, 100))], 5))
    assert row == ["age", *["suppressed"] * 4, "0.00", "0.00", "suppressed", "suppressed"]


def test_the_table_of_balance_has_every_figure_and_marks_what_is_apart() -> None:
    table = balance_table(balance(), 5)
    rows = cells(table)
    assert rows[0] == ["age", "23.410", "23.410", "25.900", "23.480", "-0.83", "-0.02", "0.91", "0.98"]
    assert rows[4][:5] == ["benefit: fleksjob", *["suppressed"] * 4]
    assert rows[5][5:] == [str(NOTHING(ENGLISH))] * 4
    is_strong = [["problem" in cell(ENGLISH) for cell in row[5:7]] for row in table.rows]
    assert is_strong == [[True, False], [True, False], [True, True], [True, False], [False, False], [False, False]]
    assert cells(table, DANISH)[0][:2] == ["alder", "23,410"]


def test_the_love_plot_has_a_ring_and_a_dot_for_each_difference_and_an_upright_at_a_tenth() -> None:
    drawn = str(love_drawn(balance(), ENGLISH))
    rings, dots = re.findall(r'<circle cx="([\d.]+)"[^>]*fill="var\(--card\)"', drawn), re.findall(r'<circle cx="([\d.]+)"[^>]*fill="var\(--due\)"', drawn)
    assert (len(rings), len(dots)) == (5, 5), "one that nobody varies in has no mark"
    (upright,) = re.findall(r'<line x1="([\d.]+)" y1="0" x2="\1"[^>]*stroke-dasharray="5 4"', drawn)
    over = [float(x) > float(upright) for x in dots]
    assert over == [False, False, True, False, False]
    assert [float(x) > float(upright) for x in rings] == [True, True, True, True, False]


def test_what_lies_apart_after_matching_is_said_in_words() -> None:
    words = paragraphs(blocks("unge", balance(), [], 5))
    assert "The largest difference is 0.83 standard deviations before matching and 0.14 after; 1 of 6 lie above 0.1 after it." in words
    assert "How alike the groups of this cohort are is not known yet" in paragraphs(blocks("unge", [], [], 5))


def test_the_limit_of_the_contract_is_an_upright_of_its_own() -> None:
    drawn = str(love_drawn(balance(), ENGLISH, Fraction("0.25")))
    whole = [float(x) for x in re.findall(r'<line x1="([\d.]+)" y1="0" x2="\1" y2="[\d.]+" stroke="var\(--ink\)"/>', drawn)]
    dashed = [float(x) for x in re.findall(r'<line x1="([\d.]+)" y1="0" x2="\1"[^>]*stroke-dasharray="5 4"', drawn)]
    assert len(whole) == len(dashed) == 1
    assert whole[0] > dashed[0]
    found = blocks("unge", balance(), [], 5, Fraction("0.25"))
    keys = [key.words(ENGLISH).striptags() for block in found if isinstance(block, Plot) for key in block.key]
    assert keys[-1] == "0.25, what the contract allows after matching"


def counted(*counts: int | None) -> list[dict[str, Any]]:
    return [binned(f"0.{place}", f"0.{place + 1}", count, count, count) for place, count in enumerate(counts)]


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ((0, 5, 9), [0, 5, 9]),
        ((4, 3, 9), [None, None, 9]),
        ((4, 7, 9), [None, None, 9]),
        ((4, 0, 9, 7), [None, 0, 9, None]),
        ((None, 6, 9), [None, None, 9]),
        ((None, 0), [None, 0]),
    ],
)
def test_few_people_are_hidden_and_never_one_bin_alone(counts: tuple[int | None, ...], shown: list[int | None]) -> None:
    assert told(counted(*counts), "n_before", 5) == shown


def test_a_suppressed_bin_is_a_state_and_no_nought() -> None:
    rows = cells(overlap_table(overlap(), 5))
    assert rows[8] == ["0.80 to 0.90", "suppressed", "suppressed", "suppressed"]
    assert rows[9] == ["0.90 to 1.00", "10", "0", "0"]
    drawn = str(overlap_drawn(overlap(), 5, ENGLISH))
    assert drawn.count('stroke-dasharray="2 2"') == sum(row[1:].count("suppressed") for row in rows)
    assert cells(overlap_table(overlap(), 5), DANISH)[8][1] == "diskretioneret"


def test_treated_people_without_a_candidate_are_said_to_have_none() -> None:
    assert "In 1 of 10 stretches there are treated people and no candidates" in paragraphs(blocks("unge", [], overlap(), 5))
    assert "Wherever treated people lie there are candidates too." in paragraphs(blocks("unge", [], overlap()[:9], 5))


def test_histograms_are_shares_of_their_own_group_above_and_below_one_line() -> None:
    drawn = str(overlap_drawn(counted(10, 30), 5, ENGLISH))
    columns = [(float(y), float(height)) for y, height in re.findall(r'<rect x="[\d.]+" y="([\d.]+)" width="[\d.]+" height="([\d.]+)"', drawn)]
    middle = 96
    above, below = [item for item in columns if item[0] < middle], [item for item in columns if item[0] == middle]
    assert (len(above), len(below)) == (2, 4)
    assert above[1][1] == pytest.approx(3 * above[0][1], abs=0.2)
    assert all(y + height == pytest.approx(middle, abs=0.2) for y, height in above)


def test_a_level_is_named_by_its_covariate_and_a_covariate_without_words_as_it_is() -> None:
    assert covariate("benefit=uddannelseshjaelp")(DANISH).striptags() == "ydelse: uddannelseshjaelp"
    assert covariate("prior_arrests")(DANISH).striptags() == "prior arrests"


def without_ends() -> list[dict[str, Any]]:
    """The overlap as it is published."""
    found = overlap()
    return [{**found[0], "low": None}, *found[1:-1], {**found[-1], "high": None}]


def test_the_first_and_the_last_stretch_go_on_and_are_drawn_as_long_as_the_others() -> None:
    rows, of_ends = cells(overlap_table(without_ends(), 5)), cells(overlap_table(overlap(), 5))
    assert (rows[0][0], rows[1][0], rows[9][0]) == ("up to 0.10", "0.10 to 0.20", "0.90 and above")
    assert [row[1:] for row in rows] == [row[1:] for row in of_ends]
    assert cells(overlap_table(without_ends(), 5), DANISH)[9][0] == "0,90 og derover"
    assert overlap_drawn(without_ends()[::-1], 5, ENGLISH) == overlap_drawn(overlap(), 5, ENGLISH)
    assert blocks("unge", [], without_ends(), 5)


def test_a_stretch_without_any_end_is_a_state_and_is_drawn() -> None:
    alone = [binned("0", "0", 10, 20, 6) | {"low": None, "high": None}]
    assert cells(overlap_table(alone, 5))[0] == ["suppressed", "10", "20", "6"]
    assert "<rect" in overlap_drawn(alone, 5, ENGLISH)
    pair = [{**alone[0], "high": "0.4"}, {**alone[0], "low": "0.4"}]
    assert "<rect" in overlap_drawn(pair, 5, ENGLISH)


def test_a_row_of_few_people_without_figures_is_a_state_in_every_cell_and_has_no_mark() -> None:
    few = balanced("age", *[None] * 7, n=(3, 5200, 6))
    (row,) = cells(balance_table([few], 5))
    assert row == ["age", *["suppressed"] * 8]
    assert "<circle" not in love_drawn([few], ENGLISH)
    assert blocks("unge", [few], [], 5)
