"""The log of referrals: what a list lost of those before it and what came late, by hand and against an independent reading."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.referrals import HISTORY, LOGGED, came_late, departed, logged, referred_on, repeated, withdrawn
from indicators.spells import day_number

MARCH, JUNE = day_number(dt.date(2024, 3, 1)), day_number(dt.date(2024, 6, 1))
Row = tuple[str, int | None, str | None, int | None, bool]
ANNA: Row = ("anna", MARCH, "edge", MARCH + 10, False)
BO: Row = ("bo", MARCH + 1, "edge", None, False)


def listed(*rows: Row) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=LOGGED, orient="row")


def lists(*every: list[Row]) -> pl.DataFrame:
    """HISTORY of lists, from the oldest."""
    rows = [(*row, place) for place, found in enumerate(every) for row in found]
    return pl.DataFrame(rows, schema=HISTORY, orient="row")


def lost(newest: list[Row], *earlier: list[Row]) -> list[tuple[str, str, int]]:
    """Person, departure and the first list with the referral."""
    return [(person, why, place) for person, place, why in departed(lists(*earlier), listed(*newest)).iter_rows()]


CHANGED: dict[str, Row] = {
    "another day of referral": ("anna", MARCH + 1, "edge", MARCH + 10, False),
    "another arm": ("anna", MARCH, "in_care", MARCH + 10, False),
    "an arm that is taken out": ("anna", MARCH, None, MARCH + 10, False),
    "a later enrolment": ("anna", MARCH, "edge", MARCH + 11, False),
    "an earlier enrolment": ("anna", MARCH, "edge", MARCH + 9, False),
    "an enrolment that is taken out": ("anna", MARCH, "edge", None, False),
    "a withdrawal after enrolment": ("anna", MARCH, "edge", MARCH + 10, True),
}


@pytest.mark.parametrize("change", sorted(CHANGED))
def test_a_referral_that_stands_otherwise_than_it_first_did_is_changed(change: str) -> None:
    assert lost([CHANGED[change], BO], [ANNA, BO]) == [("anna", "changed", 0)]


def test_a_list_that_stands_or_grows_has_lost_nothing() -> None:
    assert lost([ANNA, BO], [ANNA, BO]) == []
    assert lost([BO, ("carl", MARCH + 2, "edge", None, False), ANNA], [ANNA, BO]) == []
    assert lost([ANNA], []) == []


def test_what_was_empty_may_be_filled_in_and_who_was_not_enrolled_may_be_withdrawn() -> None:
    assert lost([("bo", MARCH + 1, "edge", MARCH + 20, False)], [BO]) == []
    assert lost([("bo", MARCH + 1, "edge", None, True)], [BO]) == []
    assert lost([("bo", MARCH + 1, "edge", MARCH, False)], [("bo", MARCH + 1, None, None, False)]) == []


def test_a_person_whom_the_newest_list_does_not_name_is_gone_with_every_referral() -> None:
    again: Row = ("anna", MARCH + 40, "edge", None, False)
    assert lost([BO], [ANNA, BO], [ANNA, again, BO]) == [("anna", "gone", 0), ("anna", "gone", 1)]
    assert lost([BO, again], [ANNA, BO], [ANNA, again, BO]) == [("anna", "changed", 0)]


def test_what_any_earlier_list_had_is_asked_for_and_not_only_the_last() -> None:
    assert lost([BO], [ANNA, BO], [BO], [BO]) == [("anna", "gone", 0)]


def test_a_list_that_puts_an_earlier_one_right_again_has_lost_nothing() -> None:
    for wrong in (*CHANGED.values(), BO):
        if wrong[1] == MARCH:
            assert lost([ANNA, BO], [ANNA, BO], [wrong, BO]) == [], wrong
    assert lost([ANNA, BO], [ANNA, BO], [BO]) == []
    assert lost([ANNA], [ANNA], [CHANGED["another day of referral"]]) == [("anna", "changed", 1)]


def test_a_list_without_days_of_referral_is_held_by_its_people_and_their_order() -> None:
    first, second = ("anna", None, "aid", MARCH, False), ("anna", None, "aid", MARCH + 50, False)
    assert lost([first, second], [first]) == []
    assert lost([second], [first]) == [("anna", "changed", 0)]
    assert lost([first, first], [first, second]) == [("anna", "changed", 0)]
    assert lost([first], [("anna", None, "aid", None, False)]) == []


COVERED = [MARCH + 30, MARCH + 60, MARCH + 90, MARCH + 120]
"""The first list covers through 31 March, and each thirty days more than the one before."""


def late(*every: list[Row]) -> list[tuple[str, int]]:
    return [(person, place) for person, _, place in came_late(lists(*every), COVERED, referred_on()).iter_rows()]


def test_a_referral_is_late_whose_day_a_list_before_it_covered_without_it() -> None:
    on_the_edge, after = ("carl", MARCH + 30, "edge", None, False), ("dina", MARCH + 31, "edge", None, False)
    assert late([ANNA], [ANNA, on_the_edge, after]) == [("carl", 1)]
    assert late([ANNA, on_the_edge]) == []
    assert late([ANNA], [ANNA], [ANNA, after]) == [("dina", 2)]
    assert late([], [("eva", None, "edge", MARCH + 30, False), ("finn", None, "edge", None, False)]) == [("eva", 1)]


def test_an_enrolment_is_back_dated_that_the_list_before_covered_and_did_not_show() -> None:
    enrolled: Row = ("bo", MARCH + 1, "edge", MARCH + 30, False)
    in_time: Row = ("bo", MARCH + 1, "edge", MARCH + 31, False)
    assert came_late(lists([BO], [enrolled]), COVERED, pl.col("enrolled_day")).rows() == [("bo", MARCH + 30, 1)]
    assert came_late(lists([BO], [in_time]), COVERED, pl.col("enrolled_day")).rows() == []


def test_a_list_counts_what_is_repeated_and_what_was_withdrawn() -> None:
    again: Row = ("anna", MARCH + 40, "edge", None, True)
    assert (repeated(listed(ANNA, BO, again)), withdrawn(listed(ANNA, BO, again))) == (2, 1)
    assert (repeated(listed()), withdrawn(listed())) == (0, 0)


def test_a_log_ends_where_the_period_of_its_cohort_ends() -> None:
    rows: list[Row] = [
        ("a", JUNE - 1, None, JUNE, False),
        ("b", JUNE - 9, None, JUNE - 1, False),
        ("c", JUNE, None, None, False),
        ("d", JUNE - 1, None, None, False),
        ("e", None, None, None, False),
    ]
    assert logged(listed(*rows).lazy(), end_day=JUNE)["person_key"].to_list() == ["b", "d", "e"]


ROWS = st.tuples(
    st.sampled_from(["anna", "bo", "carl"]),
    st.sampled_from([MARCH, MARCH + 1]),
    st.sampled_from([None, "edge", "in_care"]),
    st.sampled_from([None, MARCH + 5, MARCH + 6]),
    st.booleans(),
)
LISTS = st.lists(st.lists(ROWS, max_size=4, unique_by=lambda row: row[:2]), min_size=1, max_size=4)


def read_lost(earlier: list[list[Row]], newest: list[Row]) -> Counter[tuple[str, str, int]]:
    """The same by hand: a walk over every referral that any earlier list had."""
    found: Counter[tuple[str, str, int]] = Counter()
    for named in {row[:2] for rows in earlier for row in rows}:
        seen = [(place, row) for place, rows in enumerate(earlier) for row in rows if row[:2] == named]
        arm = next((row[2] for _, row in seen if row[2] is not None), None)
        enrolment = next((row for _, row in seen if row[3] is not None), None)
        now = next((row for row in newest if row[:2] == named), None)
        stands = now is not None
        if now is not None and arm is not None:
            stands = stands and now[2] == arm
        if now is not None and enrolment is not None:
            stands = stands and now[3] == enrolment[3] and (enrolment[4] or not now[4])
        if not stands:
            found[(named[0], "changed" if any(row[0] == named[0] for row in newest) else "gone", seen[0][0])] += 1
    return found


SEEN: Counter[str] = Counter()


@settings(max_examples=1000, deadline=None, derandomize=True, database=None)
@given(LISTS, st.lists(ROWS, max_size=4, unique_by=lambda row: row[:2]), st.randoms(use_true_random=False))
def check_lost(earlier: list[list[Row]], newest: list[Row], random: Any) -> None:
    expected = read_lost(earlier, newest)
    assert Counter(lost(newest, *earlier)) == expected
    SEEN.update(why for _, why, _ in expected.elements())
    mixed = [random.sample(rows, len(rows)) for rows in (*earlier, newest)]
    assert Counter(lost(mixed[-1], *mixed[:-1])) == expected


def test_what_was_lost_is_what_an_independent_reading_finds_whatever_the_order_of_rows() -> None:
    check_lost()
    assert min(SEEN["gone"], SEEN["changed"]) > 60, SEEN


DAYS = st.tuples(st.sampled_from(["anna", "bo"]), st.sampled_from([MARCH + 30, MARCH + 31, MARCH + 60, MARCH + 61]), st.none(), st.none(), st.booleans())


@settings(max_examples=500, deadline=None, derandomize=True, database=None)
@given(st.lists(st.lists(DAYS, max_size=3, unique_by=lambda row: row[:2]), min_size=1, max_size=4))
def test_who_came_late_is_what_an_independent_reading_finds(every: list[list[Row]]) -> None:
    expected = []
    for person, day in {row[:2] for rows in every for row in rows}:
        first = next(place for place, rows in enumerate(every) if any(row[:2] == (person, day) for row in rows))
        if first > 0 and day is not None and day <= COVERED[first - 1]:
            expected.append((person, first))
    assert sorted(late(*every)) == sorted(expected)
