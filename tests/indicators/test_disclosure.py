"""Which counts may be read by anyone: the smallest count, and what can be worked out from the numbers beside it."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.disclosure import SHOWN, SUPPRESSED, is_small, state_of

PROPERTY = settings(max_examples=400, deadline=None, derandomize=True, database=None)


@pytest.mark.parametrize(("count", "expected"), [(0, False), (1, True), (2, True), (3, True), (4, True), (5, False), (6, False)])
def test_one_to_four_people_are_few_and_nought_or_five_are_not(count: int, *, expected: bool) -> None:
    assert is_small(count, 5) is expected


@pytest.mark.parametrize(("smallest", "count", "expected"), [(0, 1, False), (1, 1, False), (2, 1, True), (3, 2, True), (3, 3, False), (10, 9, True), (10, 10, False)])
def test_the_smallest_count_shown_is_the_contracts(smallest: int, count: int, *, expected: bool) -> None:
    assert is_small(count, smallest) is expected


@pytest.mark.parametrize(
    ("total", "parts", "expected"),
    [
        pytest.param(0, [], SHOWN, id="nobody"),
        pytest.param(1, [], SUPPRESSED, id="a total of one"),
        pytest.param(4, [], SUPPRESSED, id="a total of four"),
        pytest.param(5, [], SHOWN, id="a total of five"),
        pytest.param(216, [0], SHOWN, id="a part of nought"),
        pytest.param(216, [1], SUPPRESSED, id="a part of one"),
        pytest.param(216, [4], SUPPRESSED, id="a part of four"),
        pytest.param(216, [5], SHOWN, id="a part of five"),
        pytest.param(216, [211], SHOWN, id="all but five"),
        pytest.param(216, [212], SUPPRESSED, id="all but four"),
        pytest.param(216, [215], SUPPRESSED, id="all but one"),
        pytest.param(216, [216], SHOWN, id="all"),
        pytest.param(10, [5], SHOWN, id="five and five"),
        pytest.param(9, [5], SUPPRESSED, id="five and four"),
        pytest.param(4, [0], SUPPRESSED, id="a small total beside a part of nought"),
        pytest.param(216, [48, 168], SHOWN, id="two large parts and nobody left"),
        pytest.param(216, [48, 165, 3], SUPPRESSED, id="a small part among large ones"),
        pytest.param(216, [48, 165], SUPPRESSED, id="three people left beside two large parts"),
        pytest.param(216, [48, 163], SHOWN, id="five people left beside two large parts"),
    ],
)
def test_a_part_beside_a_shown_total(total: int, parts: list[int], expected: str) -> None:
    assert state_of(total, parts, 5) == expected


def test_a_smallest_count_of_nought_shows_everything() -> None:
    assert state_of(3, [1, 2], 0) == SHOWN


def test_parts_may_be_read_once() -> None:
    assert state_of(216, iter([48, 3]), 5) == SUPPRESSED
    assert state_of(216, iter([48, 165]), 5) == SUPPRESSED


counts = st.one_of(st.integers(0, 7), st.integers(0, 400))


@given(named=st.lists(counts, max_size=5), unnamed=counts)
@PROPERTY
def test_from_a_shown_row_no_count_of_one_to_four_can_be_worked_out(named: list[int], unnamed: int) -> None:
    total = sum(named) + unnamed
    if state_of(total, named, 5) == SHOWN:
        groups = [*named, unnamed]
        unions = [sum(chosen) for size in range(len(groups) + 1) for chosen in combinations(groups, size)]
        assert not set(unions) & {1, 2, 3, 4}
        assert not {total - union for union in unions} & {1, 2, 3, 4}


@given(named=st.lists(st.one_of(st.just(0), st.integers(5, 400)), max_size=5), unnamed=st.one_of(st.just(0), st.integers(5, 400)))
@PROPERTY
def test_a_row_of_large_groups_and_empty_ones_is_shown(named: list[int], unnamed: int) -> None:
    assert state_of(sum(named) + unnamed, named, 5) == SHOWN


@given(named=st.lists(counts, max_size=4), few=st.integers(1, 4))
@PROPERTY
def test_a_row_with_a_small_group_is_suppressed_whether_the_group_is_named_or_left(named: list[int], few: int) -> None:
    total = sum(named) + few
    assert state_of(total, [*named, few], 5) == SUPPRESSED
    assert state_of(total, named, 5) == SUPPRESSED
