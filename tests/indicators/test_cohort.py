"""Who a contract counts by its list: the edges of the enrolment period, people enrolled twice, late, before their referral or never, arms the
contract does not name, cohorts that share people."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from indicators.cohort import BY_LIST, LISTED, MEMBERS, closed_on, eligible, first_cohort, is_listed, listed, members
from indicators.indicator import COHORT_SCHEMA
from indicators.spells import day_number

START, END = dt.date(2024, 7, 1), dt.date(2025, 4, 1)
ENROLMENTS = pl.Schema({"person_id": pl.Int32, "enrolled_day": pl.Int32, "arm": pl.String, "referred_day": pl.Int32, "is_withdrawn": pl.Boolean})
Enrolment = tuple[int, dt.date | None, str | None]


def cohort(*enrolments: Enrolment, arms: tuple[str | None, str | None] = ("aid", "no_aid")) -> pl.DataFrame:
    rows = [(person, None if day is None else day_number(day), arm, None, False) for person, day, arm in enrolments]
    return members(listed(pl.LazyFrame(rows, schema=ENROLMENTS, orient="row"), start=START, end=END, treatment=arms[0], comparison=arms[1])).collect()


def said(*enrolments: Enrolment) -> dict[int, tuple[str, str, str]]:
    """Role, status and reason by person."""
    return {person: (role, status, reason) for person, role, _, status, reason in cohort(*enrolments).iter_rows()}


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        pytest.param(dt.date(2024, 6, 30), ("treatment", "ineligible", "enrolled_outside_period"), id="the day before the period"),
        pytest.param(dt.date(2024, 7, 1), ("treatment", "eligible", "enrolled"), id="the first day"),
        pytest.param(dt.date(2025, 3, 31), ("treatment", "eligible", "enrolled"), id="the last day"),
        pytest.param(dt.date(2025, 4, 1), ("treatment", "ineligible", "enrolled_outside_period"), id="the day the period ends on"),
        pytest.param(dt.date(2025, 4, 2), ("treatment", "ineligible", "enrolled_outside_period"), id="the day after it"),
    ],
)
def test_the_enrolment_period_has_its_first_day_and_not_its_end(day: dt.date, expected: tuple[str, str, str]) -> None:
    assert said((1, day, "aid")) == {1: expected}


def test_each_named_arm_has_its_role() -> None:
    assert said((1, START, "aid"), (2, START, "no_aid")) == {1: ("treatment", "eligible", "enrolled"), 2: ("comparison", "eligible", "enrolled")}


@pytest.mark.parametrize("arm", ["waiting_list", "AID", "aid ", "", None])
def test_an_arm_the_contract_does_not_name_keeps_a_row_and_its_reason(arm: str | None) -> None:
    assert said((1, START, arm)) == {1: ("none", "ineligible", "in_no_named_arm")}


def test_outside_the_period_is_said_before_the_arm() -> None:
    assert said((1, END, "waiting_list")) == {1: ("none", "ineligible", "enrolled_outside_period")}


def test_somebody_enrolled_twice_counts_once_from_the_first_time() -> None:
    found = cohort((1, dt.date(2024, 9, 1), "no_aid"), (1, dt.date(2024, 8, 1), "aid"))
    assert found.rows() == [(1, "treatment", day_number(dt.date(2024, 8, 1)), "eligible", "enrolled")]


def test_somebody_first_enrolled_before_the_period_does_not_enter_by_a_second_enrolment() -> None:
    found = cohort((1, dt.date(2024, 8, 1), "aid"), (1, dt.date(2024, 6, 30), "aid"))
    assert found.rows() == [(1, "treatment", day_number(dt.date(2024, 6, 30)), "ineligible", "enrolled_outside_period")]


def test_an_enrolment_after_the_period_takes_nobody_out() -> None:
    assert said((1, dt.date(2025, 5, 1), "no_aid"), (1, dt.date(2025, 3, 31), "aid")) == {1: ("treatment", "eligible", "enrolled")}


def test_somebody_enrolled_into_two_arms_on_one_day_is_in_neither_whatever_the_order_of_rows() -> None:
    both = ((1, dt.date(2024, 8, 1), "aid"), (1, dt.date(2024, 8, 1), "no_aid"))
    assert said(*both) == said(*reversed(both)) == {1: ("none", "ineligible", "in_two_arms")}


def test_a_second_arm_on_a_later_day_does_not_take_somebody_out_of_the_first() -> None:
    assert said((1, dt.date(2024, 8, 1), "no_aid"), (1, dt.date(2024, 8, 2), "aid")) == {1: ("comparison", "eligible", "enrolled")}


def test_nobody_enrolled_is_a_cohort_of_nobody() -> None:
    found = cohort()
    assert found.height == 0
    assert found.schema == MEMBERS


def test_the_members_have_their_declared_columns_and_stand_in_the_order_of_people() -> None:
    found = cohort((9, START, "aid"), (2, START, "no_aid"), (17, END, "aid"))
    assert found.schema == MEMBERS
    assert found["person_id"].to_list() == [2, 9, 17]


def test_an_indicator_looks_at_the_eligible_only() -> None:
    found = eligible(cohort((1, START, "aid"), (2, END, "aid"), (3, START, "waiting_list"), (4, START, "no_aid")).lazy()).collect()
    assert found.schema == COHORT_SCHEMA
    assert found.rows() == [(1, "treatment", day_number(START)), (4, "comparison", day_number(START))]


NO_ARMS = (None, None)


@pytest.mark.parametrize("arm", ["aid", "no_aid", "", None])
def test_without_named_arms_everyone_enrolled_in_the_period_is_in_the_treatment_group(arm: str | None) -> None:
    found = cohort((1, START, arm), (2, END, arm), (3, START - dt.timedelta(days=1), arm), (4, END - dt.timedelta(days=1), arm), arms=NO_ARMS)
    assert [(person, role, status, reason) for person, role, _, status, reason in found.iter_rows()] == [
        (1, "treatment", "eligible", "enrolled"),
        (2, "treatment", "ineligible", "enrolled_outside_period"),
        (3, "treatment", "ineligible", "enrolled_outside_period"),
        (4, "treatment", "eligible", "enrolled"),
    ]


def test_without_named_arms_two_arms_on_one_day_tear_nobody() -> None:
    assert cohort((1, START, "aid"), (1, START, "no_aid"), arms=NO_ARMS).rows() == [(1, "treatment", day_number(START), "eligible", "enrolled")]


def test_somebody_referred_and_never_enrolled_keeps_a_row_without_a_day() -> None:
    found = cohort((1, None, None), (2, None, None), (2, None, None), (3, START, None), arms=NO_ARMS)
    assert found.schema == MEMBERS
    assert found.rows() == [
        (1, "none", None, "ineligible", "never_enrolled"),
        (2, "none", None, "ineligible", "never_enrolled"),
        (3, "treatment", day_number(START), "eligible", "enrolled"),
    ]
    assert eligible(found.lazy()).collect()["person_id"].to_list() == [3]


def test_with_named_arms_somebody_never_enrolled_is_in_none_of_the_groups_that_count() -> None:
    assert {person: rest[1:] for person, rest in said((1, None, "aid"), (2, None, None), (3, None, "waiting_list")).items()} == dict.fromkeys(
        (1, 2, 3), ("ineligible", "never_enrolled")
    )


@pytest.mark.parametrize("arms", [("aid", "no_aid"), NO_ARMS])
def test_a_refused_referral_takes_nothing_from_one_that_led_to_an_enrolment(arms: tuple[str | None, str | None]) -> None:
    rows: list[Enrolment] = [(1, None, "aid"), (1, dt.date(2024, 8, 1), "aid"), (1, None, "no_aid"), (1, dt.date(2024, 9, 1), "no_aid")]
    expected = [(1, "treatment", day_number(dt.date(2024, 8, 1)), "eligible", "enrolled")]
    assert cohort(*rows, arms=arms).rows() == cohort(*reversed(rows), arms=arms).rows() == expected


COHORTS = pl.Schema({**COHORT_SCHEMA, "cohort": pl.String, "place": pl.Int32})
Membership = tuple[int, str, int, str, int]


def of_first(*rows: Membership) -> list[Membership]:
    return first_cohort(pl.LazyFrame(rows, schema=COHORTS, orient="row")).collect().rows()


def test_somebody_in_two_cohorts_counts_in_the_one_they_were_enrolled_into_first() -> None:
    edge, in_care = (7, "treatment", 20_001, "edge", 0), (7, "treatment", 20_000, "in_care", 1)
    assert of_first(edge, in_care) == of_first(in_care, edge) == [in_care]


def test_of_two_enrolments_on_one_day_the_cohort_that_the_contract_names_first_counts() -> None:
    edge, in_care = (7, "treatment", 20_000, "edge", 1), (7, "treatment", 20_000, "in_care", 0)
    assert of_first(edge, in_care) == of_first(in_care, edge) == [in_care]


def test_people_of_several_cohorts_stand_once_each_in_the_order_of_people() -> None:
    rows: list[Membership] = [
        (9, "treatment", 20_000, "edge", 0),
        (2, "treatment", 20_003, "in_care", 1),
        (9, "treatment", 20_002, "in_care", 1),
        (4, "comparison", 20_000, "edge", 0),
    ]
    assert of_first(*rows) == [rows[1], rows[3], rows[0]]
    assert of_first() == []


membership = st.tuples(st.integers(0, 8), st.just("treatment"), st.integers(20_000, 20_004), st.sampled_from([0, 1, 2]))


@given(drawn=st.lists(membership, max_size=25, unique_by=lambda row: (row[0], row[3])), order=st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None, derandomize=True, database=None)
def test_everybody_of_several_cohorts_counts_once_whatever_the_order_of_rows(drawn: list[tuple[int, str, int, int]], order: object) -> None:
    rows: list[Membership] = [(person, role, day, "abc"[place], place) for person, role, day, place in drawn]
    expected = [min((row for row in rows if row[0] == person), key=lambda row: (row[2], row[4])) for person in sorted({row[0] for row in rows})]
    order.shuffle(rows)  # type: ignore[attr-defined]
    assert of_first(*rows) == expected


enrolment = st.tuples(st.integers(0, 20), st.dates(START - dt.timedelta(days=3), END + dt.timedelta(days=3)), st.sampled_from(["aid", "no_aid", "waiting_list"]))


@given(enrolments=st.lists(enrolment, max_size=40), order=st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None, derandomize=True, database=None)
def test_nobody_vanishes_and_the_order_of_rows_changes_nothing(enrolments: list[Enrolment], order: object) -> None:
    found = cohort(*enrolments)
    assert found["person_id"].to_list() == sorted({person for person, _, _ in enrolments})
    first = {person: min(day for who, day, _ in enrolments if who == person) for person, _, _ in enrolments}
    for person, role, day, status, _ in found.iter_rows():
        assert day == day_number(first[person])
        assert (status == "eligible") == (START <= first[person] < END and role != "none")
    shuffled = list(enrolments)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    assert_frame_equal(cohort(*shuffled), found)


REFERRED = dt.date(2024, 8, 1)
Referral = tuple[int, dt.date | None, str | None, dt.date | None, bool]


def by_referral(*rows: Referral, within: int | None = None, needs_referral: bool = True, arms: tuple[str | None, str | None] = NO_ARMS) -> dict[int, tuple[int | None, str]]:
    """Days from REFERRED to the enrolment that counts, and the reason, by person; `rows` are person, enrolment, arm, referral and whether it
    was withdrawn."""
    numbers = [(person, enrolled and day_number(enrolled), arm, referred and day_number(referred), gone) for person, enrolled, arm, referred, gone in rows]
    made = listed(
        pl.LazyFrame(numbers, schema=ENROLMENTS, orient="row"), start=START, end=END, treatment=arms[0], comparison=arms[1], needs_referral=needs_referral, within=within
    ).collect()
    assert made.schema == LISTED
    return {person: (day and day - day_number(REFERRED), reason) for person, _, day, _, reason, _ in made.iter_rows()}


def later(days: int) -> dt.date:
    return REFERRED + dt.timedelta(days=days)


@pytest.mark.parametrize(
    ("days", "reason"),
    [
        pytest.param(-1, "enrolled_before_referral", id="the day before the referral"),
        pytest.param(0, "enrolled", id="the day of the referral"),
        pytest.param(30, "enrolled", id="the last day that the contract gives"),
        pytest.param(31, "enrolled_too_late", id="the day after that"),
    ],
)
def test_an_enrolment_counts_from_the_day_of_referral_to_the_last_day_the_contract_gives(days: int, reason: str) -> None:
    assert by_referral((1, later(days), None, REFERRED, False), within=30) == {1: (days, reason)}


def test_a_contract_without_such_a_term_waits_for_ever_and_still_counts_nobody_before_the_referral() -> None:
    assert by_referral((1, later(200), None, REFERRED, False), (2, later(-1), None, REFERRED, False)) == {1: (200, "enrolled"), 2: (-1, "enrolled_before_referral")}


def test_a_referral_without_a_day_counts_nobody_where_the_contract_asks_for_it_and_everybody_where_it_does_not() -> None:
    row = (1, REFERRED, None, None, False)
    assert by_referral(row, within=30) == by_referral(row) == {1: (0, "referral_unknown")}
    assert by_referral(row, needs_referral=False) == {1: (0, "enrolled")}


def test_of_two_referrals_that_led_to_enrolment_on_one_day_the_first_counts_whatever_the_order_of_rows() -> None:
    """Whoever is referred anew the day before cannot be late no more."""
    rows: list[Referral] = [(1, later(40), None, later(39), False), (1, later(40), None, REFERRED, False)]
    assert by_referral(*rows, within=30) == by_referral(*reversed(rows), within=30) == {1: (40, "enrolled_too_late")}


def test_a_second_referral_with_its_own_enrolment_changes_nothing() -> None:
    assert by_referral((1, later(10), None, REFERRED, False), (1, later(70), None, later(60), False), within=30) == {1: (10, "enrolled")}


def test_a_withdrawn_referral_enrolled_nobody_and_the_next_one_counts() -> None:
    gone = (1, later(5), None, REFERRED, True)
    assert by_referral(gone) == {1: (5, "withdrawn_before_enrolment")}
    assert by_referral(gone, (1, later(60), None, later(50), False), within=30) == {1: (60, "enrolled")}
    assert by_referral((2, None, None, REFERRED, True)) == {2: (None, "never_enrolled")}


def test_somebody_whose_every_referral_was_withdrawn_keeps_the_first_day() -> None:
    rows: list[Referral] = [(1, later(9), None, later(8), True), (1, later(5), None, REFERRED, True), (1, None, None, later(90), False)]
    assert by_referral(*rows) == by_referral(*reversed(rows)) == {1: (5, "withdrawn_before_enrolment")}


def test_the_reason_is_the_first_that_fits_in_the_stated_order() -> None:
    rows: list[Referral] = [
        (1, None, "aid", None, True),
        (2, dt.date(2024, 6, 1), "waiting_list", later(9), True),
        (3, dt.date(2024, 6, 1), "waiting_list", later(9), False),
        (4, START, "aid", later(9), False),
        (4, START, "no_aid", later(9), False),
        (5, START, "waiting_list", later(9), False),
        (6, START, "aid", None, False),
        (7, START, "aid", later(9), False),
        (8, later(99), "no_aid", later(9), False),
        (9, later(39), "no_aid", later(9), False),
    ]
    assert [reason for _, reason in by_referral(*rows, within=30, arms=("aid", "no_aid")).values()] == [*BY_LIST, "enrolled"]


def full_at(size: int, *enrolled: int, barred: tuple[int, ...] = ()) -> list[str]:
    """The reasons of people 1, 2, ... enrolled so many days after the first could be, of whom some are barred."""
    rows = [(number, later(day), None, None, False) for number, day in enumerate(enrolled, 1)]
    people = listed(pl.LazyFrame(rows, schema=ENROLMENTS, orient="row"), start=START, end=END, treatment=None, comparison=None)
    out = pl.LazyFrame(
        [(number, later(enrolled[number - 1]), "too_old") for number in barred], {"person_id": pl.Int32, "enrolled_day": pl.Int32, "barred": pl.String}, orient="row"
    )
    return members(people, out, at_size=size).collect()["reason"].to_list()


IN, OUT = "enrolled", "enrolled_after_closing"


@pytest.mark.parametrize(
    ("size", "enrolled", "expected"),
    [
        pytest.param(3, (0, 1), [IN, IN], id="it is never full"),
        pytest.param(2, (0, 1), [IN, IN], id="it is full with the last"),
        pytest.param(2, (0, 1, 2), [IN, IN, OUT], id="one comes the day after"),
        pytest.param(2, (2, 0, 1), [OUT, IN, IN], id="the day of enrolment counts, not the place in the list"),
        pytest.param(2, (0, 1, 1, 2), [IN, IN, IN, OUT], id="everyone of the day on which it is full is in it"),
        pytest.param(1, (0, 0, 0), [IN, IN, IN], id="it is full on its first day"),
    ],
)
def test_a_cohort_that_closes_by_size_takes_nobody_after_the_day_it_is_full(size: int, enrolled: tuple[int, ...], expected: list[str]) -> None:
    assert full_at(size, *enrolled) == expected


def test_who_is_not_eligible_takes_nobodys_place() -> None:
    assert full_at(2, 0, 1, 2, 3, barred=(1,)) == ["too_old", IN, IN, OUT]


@pytest.mark.parametrize(("size", "expected"), [(1, 0), (2, 5), (3, None)])
def test_the_day_a_cohort_is_full_is_that_of_the_person_who_fills_it(size: int, expected: int | None) -> None:
    rows = [(1, "treatment", 5, "eligible", "enrolled"), (2, "treatment", 0, "eligible", "enrolled"), (3, "treatment", 3, "ineligible", "too_old")]
    assert closed_on(pl.DataFrame(rows, schema=MEMBERS, orient="row"), size) == expected


def test_on_the_list_is_who_is_eligible_or_is_not_for_what_registers_say() -> None:
    rows = [(number, "treatment", 1, "eligible" if reason == "enrolled" else "ineligible", reason) for number, reason in enumerate((*BY_LIST, "enrolled", "too_old", "in_buaf"))]
    assert pl.DataFrame(rows, schema=MEMBERS, orient="row").select(is_listed())["status"].to_list() == [False] * len(BY_LIST) + [True] * 3


referral = st.tuples(
    st.integers(0, 5),
    st.none() | st.dates(START - dt.timedelta(days=3), START + dt.timedelta(days=40)),
    st.sampled_from(["aid", "no_aid"]),
    st.none() | st.dates(START - dt.timedelta(days=40), START + dt.timedelta(days=3)),
    st.booleans(),
)


def one_by_one(rows: list[Referral], person: int) -> tuple[dt.date | None, str]:
    """The rule again, a row at a time."""
    own = [row for row in rows if row[0] == person]
    stood = [row for row in own if row[1] and not row[4]]
    gone = [row for row in own if row[1] and row[4]]
    if not stood:
        return (min(row[1] for row in gone if row[1]), "withdrawn_before_enrolment") if gone else (None, "never_enrolled")
    day = min(row[1] for row in stood if row[1])
    of_day = [row for row in stood if row[1] == day]
    referred = [row[3] for row in of_day if row[3]]
    wrong = {
        "enrolled_outside_period": not START <= day < END,
        "in_two_arms": len({row[2] for row in of_day}) > 1,
        "referral_unknown": not referred,
        "enrolled_before_referral": bool(referred) and day < min(referred),
        "enrolled_too_late": bool(referred) and (day - min(referred)).days > 30,
    }
    return day, next((reason for reason, holds in wrong.items() if holds), "enrolled")


@given(rows=st.lists(referral, max_size=25), order=st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None, derandomize=True, database=None)
def test_every_person_gets_what_a_second_reading_row_by_row_gives_whatever_their_order_and_whatever_the_arms_are_called(rows: list[Referral], order: object) -> None:
    found = by_referral(*rows, within=30, arms=("aid", "no_aid"))
    expected = {person: one_by_one(rows, person) for person in {row[0] for row in rows}}
    assert found == {person: (day and (day - REFERRED).days, reason) for person, (day, reason) in expected.items()}
    shuffled = list(rows)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    assert by_referral(*shuffled, within=30, arms=("no_aid", "aid")) == found
