"""A comparison group matched exactly: alike on every variable, nobody used twice, the treated without anybody beside them, and nothing in the
order of rows."""

from __future__ import annotations

import random
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from indicators.cohort import MEMBERS
from indicators.matching import CANDIDATES, MATCHED, VARIABLES, matches, with_comparison
from indicators.nearness import Nearest, NoDistanceError, placed

TREATED = pl.Schema({"person_id": pl.Int32, "person_key": pl.String, "enrolled_day": pl.Int32, "week": pl.Int32})
WEEK = 19_900
PROPERTY = settings(max_examples=80, deadline=None, derandomize=True, database=None)
Row = tuple[Any, ...]


def treated(person: int, key: str | None = None, *, day: int = WEEK + 8, week: int = WEEK) -> Row:
    return (person, key or f"t{person:03}", day, week)


def alike(
    person: int,
    place: int | None = None,
    *,
    week: int = WEEK,
    age: int | None = 22,
    sex: int = 1,
    benefit: int = 0,
    quarter: int = 2,
    weeks: tuple[int, int] = (30, 10),
    own: bool = False,
) -> Row:
    """A row of CANDIDATES: of a treated person (`own`) or of somebody who may stand beside one."""
    return (week, person, place or person, age, sex, benefit, quarter, *weeks, own)


def matched(treatment: list[Row], candidates: list[Row], *, on: tuple[str, ...] = VARIABLES, each: int = 1, nearest: Nearest | None = None) -> list[tuple[int, int, int]]:
    """(treated, comparison, day) of everyone matched, in the order they were served."""
    found = matches(pl.DataFrame(treatment, schema=TREATED, orient="row"), pl.DataFrame(candidates, schema=CANDIDATES, orient="row"), on=list(on), each=each, nearest=nearest)
    assert found.schema == MATCHED
    return [(beside, person, day) for person, day, beside in found.iter_rows()]


def test_somebody_alike_on_every_variable_takes_over_the_day_of_enrolment() -> None:
    assert matched([treated(1)], [alike(1, own=True), alike(11)]) == [(1, 11, WEEK + 8)]


@pytest.mark.parametrize(
    ("variable", "unlike"),
    [
        pytest.param("age", alike(11, age=23), id="age"),
        pytest.param("sex", alike(11, sex=2), id="sex"),
        pytest.param("benefit", alike(11, benefit=1), id="benefit"),
        pytest.param("weeks_on_benefit", alike(11, quarter=3), id="weeks on benefit"),
    ],
)
def test_somebody_unlike_on_one_variable_is_matched_only_where_the_contract_does_not_name_it(variable: str, unlike: Row) -> None:
    assert matched([treated(1)], [alike(1, own=True), unlike]) == []
    rest = tuple(name for name in VARIABLES if name != variable)
    assert matched([treated(1)], [alike(1, own=True), unlike], on=rest) == [(1, 11, WEEK + 8)]
    assert matched([treated(1)], [alike(1, own=True), unlike], on=(variable,)) == []


def test_somebody_alike_in_another_week_is_not_alike() -> None:
    assert matched([treated(1)], [alike(1, own=True), alike(11, week=WEEK + 7)]) == []


def test_a_variable_that_is_not_known_makes_nobody_alike() -> None:
    assert matched([treated(1)], [alike(1, age=None, own=True), alike(11, age=None)]) == []


def test_the_first_by_key_stand_beside_and_only_as_many_as_the_contract_says() -> None:
    three = [alike(13, 3), alike(11, 2), alike(12, 1)]
    assert matched([treated(1)], [alike(1, own=True), *three], each=2) == [(1, 12, WEEK + 8), (1, 11, WEEK + 8)]


def test_the_treated_are_served_by_day_and_then_by_key_until_the_cell_is_exhausted() -> None:
    own = [alike(person, own=True) for person in (1, 2, 3)]
    people = [treated(1, "t3", day=WEEK + 9), treated(2, "t2", day=WEEK + 8), treated(3, "t1", day=WEEK + 9)]
    assert matched(people, [*own, alike(11), alike(12), alike(13)], each=2) == [(2, 11, WEEK + 8), (2, 12, WEEK + 8), (3, 13, WEEK + 9)]


def test_nobody_is_used_twice_not_even_in_another_week() -> None:
    own = [alike(1, own=True), alike(2, week=WEEK + 7, own=True)]
    people = [treated(1), treated(2, day=WEEK + 15, week=WEEK + 7)]
    assert matched(people, [*own, alike(11), alike(11, week=WEEK + 7)]) == [(1, 11, WEEK + 8)]
    assert matched(people, [*own, alike(11), alike(11, week=WEEK + 7), alike(12, week=WEEK + 7)]) == [(1, 11, WEEK + 8), (2, 12, WEEK + 15)]


def test_somebody_taken_elsewhere_is_passed_over_however_many_there_are() -> None:
    own = [alike(person, own=True) for person in range(1, 5)] + [alike(5, week=WEEK + 7, own=True)]
    people = [*(treated(person) for person in range(1, 5)), treated(5, day=WEEK + 15, week=WEEK + 7)]
    both = [row for person in range(11, 16) for row in (alike(person), alike(person, week=WEEK + 7))]
    assert matched(people, [*own, *both]) == [(1, 11, WEEK + 8), (2, 12, WEEK + 8), (3, 13, WEEK + 8), (4, 14, WEEK + 8), (5, 15, WEEK + 15)]


def test_a_treated_person_of_whom_nothing_is_known_that_week_has_nobody_beside_them() -> None:
    assert matched([treated(1), treated(2)], [alike(2, own=True), alike(11), alike(12)]) == [(2, 11, WEEK + 8)]


def test_a_treated_person_never_stands_beside_another() -> None:
    assert matched([treated(1), treated(2)], [alike(1, own=True), alike(2, own=True)]) == []


@pytest.mark.parametrize(("on", "words"), [((), "none named"), (("age", "municipality"), "municipality"), (("income", "civil_status"), "civil_status, income")])
def test_variables_that_are_not_known_are_refused_by_name(on: tuple[str, ...], words: str) -> None:
    with pytest.raises(ValueError, match=f"^matched on variables that are not known: {words}$"):
        matched([treated(1)], [alike(1, own=True)], on=on)


def test_nobody_treated_and_nobody_to_choose_from_is_nobody_matched() -> None:
    assert matched([], []) == matched([], [alike(11)]) == matched([treated(1)], []) == []


def members(*rows: Row) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=MEMBERS, orient="row")


def test_the_matched_join_the_cohort_as_its_comparison_and_the_unmatched_keep_their_place_and_say_so() -> None:
    found = members(
        (1, "treatment", WEEK + 8, "eligible", "enrolled"),
        (2, "treatment", WEEK + 9, "eligible", "enrolled"),
        (3, "none", None, "ineligible", "never_enrolled"),
        (4, "treatment", WEEK + 500, "ineligible", "enrolled_outside_period"),
    )
    beside = pl.DataFrame([(12, WEEK + 8, 1), (11, WEEK + 8, 1)], schema=MATCHED, orient="row")
    both = with_comparison(found, beside)
    assert both.schema == MEMBERS
    assert both.rows() == [
        (1, "treatment", WEEK + 8, "eligible", "enrolled"),
        (2, "treatment", WEEK + 9, "eligible", "enrolled_without_match"),
        (3, "none", None, "ineligible", "never_enrolled"),
        (4, "treatment", WEEK + 500, "ineligible", "enrolled_outside_period"),
        (11, "comparison", WEEK + 8, "eligible", "matched"),
        (12, "comparison", WEEK + 8, "eligible", "matched"),
    ]


def test_where_nobody_is_matched_every_treated_person_says_so_and_there_is_no_comparison() -> None:
    both = with_comparison(members((1, "treatment", WEEK + 8, "eligible", "enrolled")), pl.DataFrame(schema=MATCHED))
    assert both.rows() == [(1, "treatment", WEEK + 8, "eligible", "enrolled_without_match")]


@st.composite
def crowds(draw: st.DrawFn) -> tuple[list[Row], list[Row], tuple[str, ...], int]:
    cell = st.fixed_dictionaries(
        {
            "age": st.sampled_from([22, 23]),
            "sex": st.sampled_from([1, 2]),
            "benefit": st.sampled_from([0, 1]),
            "quarter": st.sampled_from([0, 1]),
            "weeks": st.tuples(st.integers(20, 23), st.integers(0, 3)),
        }
    )
    weeks = st.sampled_from([WEEK, WEEK + 7])
    people, rows = [], []
    for person, (week, later, own) in enumerate(draw(st.lists(st.tuples(weeks, st.integers(0, 2), cell), min_size=1, max_size=12))):
        people.append(treated(person, f"t{person * 7 % 13:02}", day=week + 7 + later, week=week))
        rows.append(alike(person, 500 + person, week=week, own=True, **own))
    for person, own in enumerate(draw(st.lists(cell, max_size=30)), start=100):
        rows += [alike(person, 1 + person * 11 % 31, week=week, **own) for week in draw(st.lists(weeks, min_size=1, max_size=2, unique=True))]
    return people, rows, tuple(draw(st.lists(st.sampled_from(VARIABLES), min_size=1, max_size=4, unique=True))), draw(st.integers(1, 3))


def one_by_one(people: list[Row], rows: list[Row], on: tuple[str, ...], each: int) -> list[tuple[int, int, int]]:
    """The same choice by looking at everybody for everybody."""
    names = list(CANDIDATES)
    known = [dict(zip(names, row, strict=True)) for row in rows]
    taken: set[int] = set()
    made = []
    for person, _, day, week in sorted(people, key=lambda row: (row[2], row[1])):
        (self_,) = [row for row in known if row["is_treated"] and row["person_id"] == person and row["week"] == week]
        near = [row for row in known if not row["is_treated"] and row["week"] == week and all(row[name] == self_[name] for name in on)]
        free = [row["person_id"] for row in sorted(near, key=lambda row: row["place"]) if row["person_id"] not in taken]
        made += [(person, other, day) for other in free[:each]]
        taken.update(free[:each])
    return made


@given(crowd=crowds(), order=st.integers(0, 999))
@PROPERTY
def test_everybody_is_matched_as_by_looking_at_everybody_for_everybody_whatever_the_order_of_rows(crowd: tuple[list[Row], list[Row], tuple[str, ...], int], order: int) -> None:
    people, rows, on, each = crowd
    expected = one_by_one(people, rows, on, each)
    assert matched(people, rows, on=on, each=each) == expected
    chance = random.Random(order)
    chance.shuffle(people)
    chance.shuffle(rows)
    assert matched(people, rows, on=on, each=each) == expected
    used = [other for _, other, _ in expected]
    assert len(used) == len(set(used))


@given(crowd=crowds())
@PROPERTY
def test_people_unlike_everybody_change_nobodys_match(crowd: tuple[list[Row], list[Row], tuple[str, ...], int]) -> None:
    people, rows, on, each = crowd
    more = [*rows, *(alike(900 + place, 600 + place, week=WEEK + 700) for place in range(5))]
    assert matched(people, more, on=on, each=each) == matched(people, rows, on=on, each=each)


def test_the_order_of_matches_does_not_reach_the_cohort() -> None:
    found = members((1, "treatment", WEEK + 8, "eligible", "enrolled"), (2, "treatment", WEEK + 9, "eligible", "enrolled"))
    beside = pl.DataFrame([(12, WEEK + 8, 1), (11, WEEK + 9, 2)], schema=MATCHED, orient="row")
    assert_frame_equal(with_comparison(found, beside), with_comparison(found.reverse(), beside.reverse()))


def with_distance(people: list[Row], rows: list[Row], on: tuple[str, ...], each: int, nearest: Nearest) -> list[tuple[int, int, int]]:
    """The choice of the nearest by looking at everybody for everybody: those as near by place. Who stands nowhere is near nobody."""
    known = [dict(zip(CANDIDATES, row, strict=True)) for row in rows]
    where = placed(pl.DataFrame(rows, schema=CANDIDATES, orient="row"), nearest)
    names = list(nearest.variables)
    at = {tuple(row[name] for name in names): [row[axis] for axis in where.axes] for row in where.points.iter_rows(named=True)}
    taken: dict[int, int] = {}
    made = []
    for person, _, day, week in sorted(people, key=lambda row: (row[2], row[1])):
        (self_,) = [row for row in known if row["is_treated"] and row["person_id"] == person]

        def off(row: dict[str, Any], self_: dict[str, Any] = self_) -> int:
            one, other = (at.get(tuple(item[name] for name in names)) for item in (self_, row))
            return sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) if one and other else 1 << 62

        near = [
            row
            for row in known
            if not row["is_treated"]
            and row["week"] == week
            and all(row[name] == self_[name] for name in on)
            and off(row) <= where.reach**2
            and all(abs(row[name] - self_[name]) <= most for name, most in nearest.calipers.items())
            and (row["person_id"] not in taken or (nearest.with_replacement and taken[row["person_id"]] == week))
        ]
        chosen = [row["person_id"] for row in sorted(near, key=lambda row: (off(row), row["place"]))][:each]
        taken.update(dict.fromkeys(chosen, week))
        made += [(person, other, day) for other in chosen]
    return made


CHOSEN: list[int] = []
NEAREST = st.builds(
    Nearest,
    by=st.sampled_from(["propensity", "mahalanobis"]),
    of=st.sampled_from([("weeks_last_year",), ("weeks_last_year", "weeks_year_before"), ("age", "weeks_year_before"), ("benefit", "weeks_last_year")]),
    within=st.sampled_from([0.05, 0.5, 3.0]),
    calipers=st.sampled_from([{}, {"weeks_last_year": 1}]),
    with_replacement=st.booleans(),
)


@given(crowd=crowds(), nearest=NEAREST, order=st.integers(0, 999))
@settings(PROPERTY, max_examples=150)
def test_the_nearest_are_chosen_as_by_looking_at_everybody_for_everybody(crowd: tuple[list[Row], list[Row], tuple[str, ...], int], nearest: Nearest, order: int) -> None:
    people, rows, _, each = crowd
    try:
        expected = with_distance(people, rows, ("sex",), each, nearest)
    except NoDistanceError:
        return
    CHOSEN.append(len(expected))
    assert matched(people, rows, on=("sex",), each=each, nearest=nearest) == expected
    random.Random(order).shuffle(rows)
    assert matched(people, rows, on=("sex",), each=each, nearest=nearest) == expected


def test_the_crowds_whose_nearest_were_chosen_were_many_and_many_were_chosen() -> None:
    assert len(CHOSEN) > 25
    assert sum(CHOSEN) > 25


def test_with_replacement_one_person_stands_beside_two_of_the_same_week_and_of_no_other() -> None:
    own = [alike(1, weeks=(30, 3), own=True), alike(2, weeks=(31, 1), own=True), alike(3, weeks=(30, 2), week=WEEK + 7, own=True)]
    people = [treated(1), treated(2), treated(3, day=WEEK + 15, week=WEEK + 7)]
    rows = [*own, alike(11, weeks=(30, 1)), alike(12, weeks=(40, 5)), alike(11, weeks=(30, 1), week=WEEK + 7), alike(13, weeks=(35, 0), week=WEEK + 7)]
    again = Nearest("mahalanobis", ("weeks_last_year",), 9.0, with_replacement=True)
    assert matched(people, rows, on=("sex",), nearest=again) == [(1, 11, WEEK + 8), (2, 11, WEEK + 8), (3, 13, WEEK + 15)]
    once = Nearest("mahalanobis", ("weeks_last_year",), 9.0)
    assert matched(people, rows, on=("sex",), nearest=once) == [(1, 11, WEEK + 8), (2, 12, WEEK + 8), (3, 13, WEEK + 15)]
    both = with_comparison(
        members(*((person, "treatment", WEEK + 8, "eligible", "enrolled") for person in (1, 2))), pl.DataFrame([(11, WEEK + 9, 1), (11, WEEK + 8, 2)], schema=MATCHED, orient="row")
    )
    assert both.filter(role="comparison").select("person_id", "enrolled_day").rows() == [(11, WEEK + 8)]


def test_of_those_as_near_the_first_by_place_are_chosen_whichever_side_they_stand_on() -> None:
    rows = [alike(1, age=40, own=True), *(alike(10 + place, 20 + place, age=39) for place in range(3)), *(alike(20 + place, 10 + place, age=41) for place in range(3))]
    rows += [alike(30, 99, age=50)]
    near = Nearest("mahalanobis", ("age",), 9.0)
    assert [other for _, other, _ in matched([treated(1)], rows, on=("sex",), each=4, nearest=near)] == [20, 21, 22, 10]


def test_a_kind_that_nobody_treated_is_of_moves_no_caliper() -> None:
    """Nobody on the second benefit was enrolled: who may stand beside whom is as if they were not there."""
    ages = [(20, 4), (24, 9), (30, 6), (36, 2)]
    own = [alike(person, age=age, own=True) for person, age in enumerate((20, 24, 24, 30), start=1)]
    others = [alike(100 * age + copy, age=age) for age, copies in ages for copy in range(copies)]
    apart = [alike(9000 + copy, age=22, benefit=1) for copy in range(12)]
    near = Nearest("propensity", ("age", "benefit"), 0.2)
    people = [treated(person) for person in (1, 2, 3, 4)]
    alone, beside = (placed(pl.DataFrame(rows, schema=CANDIDATES, orient="row"), near) for rows in ([*own, *others], [*own, *others, *apart]))
    assert beside.reach == alone.reach
    assert matched(people, [*own, *others, *apart], on=("sex",), nearest=near) == matched(people, [*own, *others], on=("sex",), nearest=near)
