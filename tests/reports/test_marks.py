"""Marks on an axis: round values, everything inside the drawing, shapes and not colours alone, the same bytes each time."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.reports.web.marks import GLYPHS, Bin, Guide, Mark, Row, Shape, ends, halves, rows, ticks

PROPERTY = settings(max_examples=30, deadline=None, derandomize=True, database=None)
NUMBERS = st.fractions(min_value=-1000, max_value=1000, max_denominator=1000)


def plain(value: Fraction) -> str:
    return f"{float(value):g}"


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [("0", "1", ["0", "0.5", "1"]), ("-2", "7", ["0", "5"]), ("-17", "2", ["-15", "-10", "-5", "0"]), ("0", "0.083", ["0", "0.05"]), ("0.1", "0.9", ["0.2", "0.4", "0.6", "0.8"])],
)
def test_an_axis_has_round_values(low: str, high: str, expected: list[str]) -> None:
    assert [plain(value) for value in ticks(Fraction(low), Fraction(high))] == expected


@PROPERTY
@given(st.lists(NUMBERS, min_size=1, max_size=9))
def test_an_axis_holds_everything_and_has_a_value_to_read(values: list[Fraction]) -> None:
    low, high = ends(values)
    assert low < min(values) <= max(values) < high
    found = ticks(low, high)
    assert 1 <= len(found) <= 9
    assert all(low <= value <= high for value in found)


@PROPERTY
@given(st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), min_size=1, max_size=6), st.booleans())
def test_every_mark_lies_inside_the_drawing_and_in_the_order_of_its_value(found: list[tuple[Fraction, ...]], beside: bool) -> None:
    spans = [sorted(item) for item in found]
    made = [Row("a name", (Mark(middle),), (low, high), "said") for low, middle, high in spans]
    drawn = str(rows(made, [Guide(Fraction(0))], ends([value for item in spans for value in item]), "t", plain, beside=beside))
    at = [float(x) for x in re.findall(r'<circle cx="([\d.]+)"', drawn)]
    assert len(at) == len(made)
    assert all(0 <= x <= 360 for x in at)
    placed = sorted(zip((middle for _, middle, _ in spans), at, strict=True))
    assert [x for _, x in placed] == sorted(at)


@pytest.mark.parametrize("shape", GLYPHS)
def test_each_shape_is_drawn_as_itself(shape: Shape) -> None:
    others = {other: str(rows([Row("n", (Mark(Fraction(1), other),))], [], (Fraction(0), Fraction(2)), "t", plain)) for other in GLYPHS}
    assert [other for other, drawn in others.items() if drawn == others[shape]] == [shape]


def test_names_that_would_like_to_be_more_are_escaped_and_long_ones_cut() -> None:
    row = Row("<script>alert(1)</script> " + "long " * 60, (Mark(Fraction(1)),), None, "<b>")
    for beside in (True, False):
        drawn = str(rows([row], [], (Fraction(0), Fraction(2)), "<i>", plain, beside=beside))
        assert "<script" not in drawn
        assert "<b>" not in drawn
        assert "…" in drawn


def test_the_same_data_give_the_same_bytes_in_the_colours_of_the_page_alone() -> None:
    bins = [Bin(Fraction(0), Fraction(1), Fraction(1), Fraction(1, 2), None), Bin(Fraction(1), Fraction(2), Fraction(0), Fraction(1, 2), Fraction(1))]
    first, second = (str(halves(bins, ("up", "down"), "t", plain)) for _ in range(2))
    assert first == second
    assert not re.search(r"#[0-9a-fA-F]{3,6}|http|style=| class=| id=", first)


def test_a_guide_outside_the_axis_is_not_drawn() -> None:
    drawn = str(rows([Row("n", (Mark(Fraction(1)),))], [Guide(Fraction(9))], (Fraction(0), Fraction(2)), "t", plain))
    assert 'stroke-dasharray="5 4"' not in drawn
