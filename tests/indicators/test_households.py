"""Households: who is of one, what is known of it, and what it counts for, on families worked by hand."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from indicators.households import FAMILIES, HOUSEHOLDS, household_rows, households
from indicators.indicator import COHORT_SCHEMA, UNIT_ROWS
from indicators.spells import day_number

COUNTED = [dt.date(2024, 6, 30), dt.date(2024, 9, 30), dt.date(2024, 12, 31)]
Enrolled = tuple[int, dt.date] | tuple[int, dt.date, str]


def grouped(people: list[Enrolled], seen: dict[dt.date, dict[int, str | None]]) -> dict[int, tuple[int | None, int]]:
    """Household and place by person."""
    cohort = [(person, role[0] if role else "treatment", day_number(day)) for person, day, *role in people]
    families = [(person, day_number(day), name) for day, names in seen.items() for person, name in names.items()]
    days = pl.LazyFrame({"day": [day_number(day) for day in seen]}, {"day": pl.Int32})
    found = households(pl.LazyFrame(cohort, COHORT_SCHEMA, orient="row"), pl.LazyFrame(families, FAMILIES, orient="row"), days).collect()
    assert found.schema == HOUSEHOLDS
    return {person: (household, place) for person, household, place in found.iter_rows()}


JULY, OCTOBER = dt.date(2024, 7, 15), dt.date(2024, 10, 15)


def test_two_of_one_family_are_one_household_and_the_first_enrolled_stands_for_it() -> None:
    seen = {COUNTED[0]: {1: "a", 2: "a", 3: "b"}, COUNTED[1]: {1: "a", 2: "a", 3: "b"}}
    assert grouped([(1, OCTOBER), (2, JULY), (3, JULY)], seen) == {1: (2, 2), 2: (2, 1), 3: (3, 1)}


def test_of_two_enrolled_on_one_day_the_smaller_number_comes_first() -> None:
    assert grouped([(8, JULY), (4, JULY)], {COUNTED[0]: {8: "a", 4: "a"}}) == {4: (4, 1), 8: (4, 2)}


def test_the_family_is_that_of_the_last_count_before_ones_own_enrolment() -> None:
    apart = {COUNTED[0]: {1: "a", 2: "b"}, COUNTED[1]: {1: "a", 2: "a"}}
    assert grouped([(1, JULY), (2, OCTOBER)], apart) == {1: (1, 1), 2: (1, 2)}
    assert grouped([(1, JULY), (2, JULY)], apart) == {1: (1, 1), 2: (2, 1)}


def test_a_count_on_the_day_of_enrolment_is_not_before_it() -> None:
    moved = {COUNTED[0]: {1: "a", 2: "a"}, COUNTED[1]: {1: "a", 2: "b"}}
    assert grouped([(1, COUNTED[1]), (2, COUNTED[1])], moved) == {1: (1, 1), 2: (1, 2)}
    later = COUNTED[1] + dt.timedelta(days=1)
    assert grouped([(1, later), (2, later)], moved) == {1: (1, 1), 2: (2, 1)}


def test_a_count_that_has_nobody_of_the_cohort_was_still_the_last() -> None:
    assert grouped([(1, OCTOBER)], {COUNTED[0]: {1: "a"}, COUNTED[1]: {}}) == {1: (None, 1)}


def test_who_was_not_counted_last_time_or_has_no_family_is_of_no_known_household() -> None:
    assert grouped([(1, OCTOBER), (2, OCTOBER), (3, OCTOBER)], {COUNTED[0]: {1: "a", 2: "a"}, COUNTED[1]: {2: None, 9: "a"}}) == {1: (None, 1), 2: (None, 1), 3: (None, 1)}


@pytest.mark.parametrize(("days", "household"), [(100, 1), (101, 1), (102, None)])
def test_a_count_proves_a_family_for_a_quarter_and_a_little(days: int, household: int | None) -> None:
    """The day before enrolment is at most a hundred days after the count."""
    assert grouped([(1, COUNTED[2] + dt.timedelta(days=days))], {COUNTED[2]: {1: "a"}})[1] == (household, 1)


def test_people_of_two_roles_are_of_two_households() -> None:
    seen = {COUNTED[0]: {1: "a", 2: "a", 3: "a"}}
    assert grouped([(1, JULY, "comparison"), (2, JULY, "treatment"), (3, JULY, "treatment")], seen) == {1: (1, 1), 2: (2, 1), 3: (2, 2)}


def row(person: int, status: str, reason: str, value: str | None = None, exposure: int | None = None, window: tuple[int, int] = (100, 200)) -> dict[str, Any]:
    evidence = [{"start_day": window[0], "end_day": window[1], "code": f"of {person}"}]
    counted = {"value": None if value is None else Decimal(value), "exposure": exposure}
    return {"person_id": person, "role": "treatment", "status": status, "reason": reason, "component": None, **_days(window), **counted, "evidence": evidence}


def _days(window: tuple[int, int]) -> dict[str, int]:
    return {"window_start": window[0], "window_end": window[1]}


SIBLINGS = pl.LazyFrame([(1, 1, 1), (2, 1, 2), (3, 1, 3), (4, None, 1)], HOUSEHOLDS, orient="row")


def united(*rows: dict[str, Any], combine: str = "total") -> dict[int, dict[str, Any]]:
    found = household_rows(pl.LazyFrame(list(rows), UNIT_ROWS), SIBLINGS, combine).collect()  # type: ignore[arg-type]
    assert found.schema == pl.Schema(UNIT_ROWS)
    return {made["person_id"]: made for made in found.iter_rows(named=True)}


FEW = row(1, "counted", "in_care", "10", 100)
MORE = row(2, "counted", "at_home", "90.5", 95, (110, 205))


@pytest.mark.parametrize(("combine", "value", "reason"), [("total", "100.5", "in_care"), ("everybody", "10", "in_care"), ("anybody", "90.5", "at_home")])
def test_a_household_counts_for_all_its_people_for_the_last_of_them_or_for_the_best(combine: str, value: str, reason: str) -> None:
    made = united(FEW, MORE, combine=combine)
    assert list(made) == [1]
    said = made[1]
    assert (said["status"], said["reason"], said["value"], said["exposure"]) == ("counted", reason, Decimal(value), 195)
    assert (said["window_start"], said["window_end"]) == (100, 205)
    assert [item["code"] for item in said["evidence"]] == ["of 1", "of 2"]


def test_of_two_who_decide_alike_the_first_enrolled_gives_the_reason() -> None:
    one, other = row(2, "counted", "second", "5", 9), row(1, "counted", "first", "5", 9)
    assert {united(one, other, combine=how)[1]["reason"] for how in ("total", "everybody", "anybody")} == {"first"}


@pytest.mark.parametrize("combine", ["total", "everybody", "anybody"])
def test_what_is_not_known_of_one_is_not_known_of_the_household(combine: str) -> None:
    unseen = row(3, "not_observed", "unlinked")
    made = united(FEW, MORE, unseen, combine=combine)[1]
    assert (made["status"], made["reason"], made["value"], made["exposure"]) == ("not_observed", "unlinked", None, None)
    waits = united(FEW, row(2, "not_mature", "window_not_covered_yet"), unseen, combine=combine)[1]
    assert (waits["status"], waits["reason"], waits["value"], waits["exposure"]) == ("not_mature", "window_not_covered_yet", None, None)


def test_who_is_ineligible_leaves_the_household_as_it_is() -> None:
    out = row(1, "ineligible", "died_before_enrolment", window=(0, 999))
    made = united(out, MORE, combine="everybody")
    assert list(made) == [1]
    assert (made[1]["status"], made[1]["value"], made[1]["window_start"], made[1]["window_end"]) == ("counted", Decimal("90.5"), 110, 205)
    alone = united(out, row(2, "ineligible", "outside_claim_period", window=(100, 100)))[1]
    assert (alone["status"], alone["reason"], alone["value"]) == ("ineligible", "died_before_enrolment", None)


def test_who_has_no_known_family_is_not_observed_unless_ineligible() -> None:
    assert [united(row(4, "counted", "at_home", "1", 1))[4][name] for name in ("status", "reason", "value", "exposure")] == ["not_observed", "household_unknown", None, None]
    assert united(row(4, "ineligible", "outside_claim_period"))[4]["reason"] == "outside_claim_period"
    assert united(row(4, "not_mature", "window_not_covered_yet"))[4]["reason"] == "household_unknown"


people = st.lists(
    st.tuples(st.integers(1, 12), st.sampled_from([JULY, OCTOBER, COUNTED[1]]), st.sampled_from(["treatment", "comparison"])), max_size=8, unique_by=lambda made: made[0]
)
families = st.dictionaries(st.integers(1, 12), st.sampled_from(["a", "b", "c", None]), max_size=12)
values = st.lists(
    st.sampled_from([("counted", "a", "3", 7), ("counted", "b", "4", 7), ("not_observed", "unlinked", None, None), ("ineligible", "died", None, None)]), min_size=12, max_size=12
)


@given(people=people, counts=st.lists(families, min_size=3, max_size=3), said=values, combine=st.sampled_from(["total", "everybody", "anybody"]), seed=st.integers(0, 99))
@settings(max_examples=150, deadline=None, derandomize=True, database=None)
def test_order_changes_nothing_and_everybody_is_in_one_household(people: list[Any], counts: list[Any], said: list[Any], combine: Any, seed: int) -> None:
    cohort = pl.DataFrame([(person, role, day_number(day)) for person, day, role in people], COHORT_SCHEMA, orient="row")
    seen = pl.DataFrame([(person, day_number(day), name) for day, names in zip(COUNTED, counts, strict=True) for person, name in names.items()], FAMILIES, orient="row")
    rows = pl.DataFrame([row(person, *said[person - 1]) for person, *_ in people], UNIT_ROWS)
    days = pl.LazyFrame({"day": [day_number(day) for day in COUNTED]}, {"day": pl.Int32})
    found = households(cohort.lazy(), seen.lazy(), days).collect()
    again = households(cohort.sample(fraction=1, shuffle=True, seed=seed).lazy(), seen.sample(fraction=1, shuffle=True, seed=seed).lazy(), days).collect()
    assert_frame_equal(found, again)
    made = household_rows(rows.lazy(), found.lazy(), combine).collect()
    assert_frame_equal(made, household_rows(rows.sample(fraction=1, shuffle=True, seed=seed).lazy(), found.lazy(), combine).collect())
    assert made.height == found.select(pl.coalesce("household", "person_id").n_unique()).item()
    assert set(found["person_id"]) == {person for person, *_ in people}
