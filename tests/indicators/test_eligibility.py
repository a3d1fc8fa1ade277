"""Who is eligible by what registers say of the day before enrolment: every reason at its edge, and a second reading a day at a time.

Days are counted from the day of enrolment, day nought; the population was counted on day -30, and nobody but DEAD ever died.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from pydantic import ValidationError

from indicators.eligibility import BY_REGISTERS, EVERYWHERE, Age, Criteria, Facts, barred
from indicators.spells import day_number

ENROLLED = dt.date(2025, 2, 28)
COUNTED = -30
ADULT = Age(clause="§2", at_least=18, below=30)
HOMES = pl.Schema({"person_id": pl.Int32, "start_day": pl.Int32, "end_day": pl.Int32, "municipality": pl.String})
SPELLS = pl.Schema({"person_id": pl.Int32, "start_day": pl.Int32, "end_day": pl.Int32})
PEOPLE = pl.Schema({"person_id": pl.Int32, "enrolled_day": pl.Int32, "referred_day": pl.Int32})


@dataclass(frozen=True)
class Somebody:
    """One person: the day of enrolment, and all other days counted from it. `homes` are spells of days on which they were counted; of who is
    not `known` the population register has no row."""

    enrolled: dt.date = ENROLLED
    referred: int | None = -10
    born: dt.date | None = dt.date(2000, 6, 15)
    died: int | None = None
    homes: tuple[tuple[int, int, str], ...] = ((COUNTED, COUNTED + 1, "101"),)
    in_care: tuple[tuple[int, int], ...] = ()
    known: bool = True


def facts_of(people: dict[int, Somebody], days: Iterable[int]) -> Facts:
    def at(person: Somebody, day: int) -> int:
        return day_number(person.enrolled) + day

    births = [(number, person.born and day_number(person.born)) for number, person in people.items() if person.known]
    deaths = [(number, at(person, person.died), at(person, person.died) + 1) for number, person in people.items() if person.died is not None]
    homes = [(number, at(person, start), at(person, end), kom) for number, person in people.items() if person.known for start, end, kom in person.homes]
    stays = [(number, at(person, start), at(person, end)) for number, person in people.items() for start, end in person.in_care]
    return Facts(
        pl.LazyFrame(births, schema={"person_id": pl.Int32, "birth_day": pl.Int32}, orient="row"),
        pl.LazyFrame(deaths, schema=SPELLS, orient="row"),
        pl.LazyFrame([(day_number(ENROLLED) + day,) for day in days], schema={"day": pl.Int32}, orient="row"),
        pl.LazyFrame(homes, schema=HOMES, orient="row"),
        {"buaf": pl.LazyFrame(stays, schema=SPELLS, orient="row")},
    )


def asked(people: dict[int, Somebody]) -> pl.LazyFrame:
    rows = [(number, day_number(person.enrolled), None if person.referred is None else day_number(person.enrolled) + person.referred) for number, person in people.items()]
    return pl.LazyFrame(rows, schema=PEOPLE, orient="row")


def why(person: Somebody, criteria: Criteria, days: Iterable[int] = (COUNTED - 92, COUNTED, COUNTED + 92)) -> str | None:
    """Why one person is not eligible, or None."""
    (row,) = barred(asked({7: person}), facts_of({7: person}, days), criteria).collect().iter_rows()
    assert row[:2] == (7, day_number(person.enrolled))
    return row[2]  # type: ignore[no-any-return]


ALL = Criteria(ADULT, ("101", "751"), ("buaf",))
ANYWHERE = Criteria(municipalities=EVERYWHERE)


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        pytest.param(Somebody(), None, id="somebody of age, alive, at home here and in no care is eligible"),
        pytest.param(Somebody(known=False), "unlinked", id="a key that the population register never had"),
        pytest.param(Somebody(died=-1), "died_before_enrolment", id="dead the day before enrolment"),
        pytest.param(Somebody(died=0), None, id="who dies on the day of enrolment was enrolled alive"),
        pytest.param(Somebody(born=ENROLLED + dt.timedelta(days=1)), "born_after_enrolment", id="born the day after enrolment"),
        pytest.param(Somebody(born=ENROLLED - dt.timedelta(days=9)), "born_after_referral", id="born the day after the referral"),
        pytest.param(Somebody(born=None), "birth_day_unknown", id="no day of birth, and an age is asked for"),
        pytest.param(Somebody(born=dt.date(2007, 3, 1)), "too_young", id="of age the day after enrolment"),
        pytest.param(Somebody(born=dt.date(2007, 2, 28)), None, id="of age on the day of enrolment"),
        pytest.param(Somebody(born=dt.date(1995, 3, 1)), None, id="the day before the thirtieth birthday"),
        pytest.param(Somebody(born=dt.date(1995, 2, 28)), "too_old", id="the thirtieth birthday"),
        pytest.param(Somebody(homes=()), "not_resident", id="known, and not counted on the newest day before enrolment"),
        pytest.param(Somebody(homes=((COUNTED - 92, COUNTED, "101"), (COUNTED + 92, COUNTED + 93, "101"))), "not_resident", id="counted the time before and the time after"),
        pytest.param(Somebody(homes=((COUNTED, COUNTED + 1, "851"),)), "lives_elsewhere", id="counted in another municipality"),
        pytest.param(
            Somebody(homes=((COUNTED - 92, COUNTED + 1, "851"), (COUNTED + 92, COUNTED + 93, "101"))), "lives_elsewhere", id="who moves here after enrolment lived elsewhere"
        ),
        pytest.param(Somebody(homes=((COUNTED - 92, COUNTED + 1, "751"), (COUNTED + 92, COUNTED + 93, "851"))), None, id="who moves away after enrolment lived here"),
        pytest.param(Somebody(in_care=((-40, 0),)), "in_buaf", id="in care to the day of enrolment"),
        pytest.param(Somebody(in_care=((-40, -1), (0, 90))), None, id="out of care the day before, and in again on the day"),
        pytest.param(Somebody(in_care=((-1, 0),)), "in_buaf", id="in care the day before alone"),
    ],
)
def test_each_reason_has_its_edge(person: Somebody, expected: str | None) -> None:
    assert why(person, ALL) == expected


def test_the_reason_is_the_first_that_fits_in_the_stated_order() -> None:
    """Each of these people has everything wrong that the next one has, and one thing more."""
    wrong = [Somebody(in_care=((-9, 9),)), Somebody(homes=((COUNTED, COUNTED + 1, "851"),), in_care=((-9, 9),)), Somebody(homes=(), in_care=((-9, 9),))]
    wrong.append(replace(wrong[-1], born=dt.date(1990, 1, 1)))
    wrong.append(replace(wrong[-1], born=None))
    wrong.append(replace(wrong[-1], died=-5))
    wrong.append(replace(wrong[-1], known=False))
    assert [why(person, ALL) for person in wrong] == ["in_buaf", "lives_elsewhere", "not_resident", "too_old", "birth_day_unknown", "died_before_enrolment", "unlinked"]
    unborn = Somebody(born=ENROLLED + dt.timedelta(days=1), homes=())
    assert (why(unborn, ALL), why(replace(unborn, died=-5), ALL)) == ("born_after_enrolment", "died_before_enrolment")


def test_a_contract_may_let_those_count_whose_day_of_birth_nobody_knows() -> None:
    lenient = Age(clause="§2", at_least=18, below=30, birth_day_unknown="eligible")
    assert why(Somebody(born=None), Criteria(lenient)) is None
    assert why(Somebody(born=None), Criteria(ADULT)) == "birth_day_unknown"
    assert why(Somebody(born=None), ANYWHERE) is None, "where no age is asked for, none is needed"


def test_of_an_age_with_one_bound_the_other_is_free() -> None:
    assert why(Somebody(born=dt.date(1925, 1, 1)), Criteria(Age(clause="§2", at_least=18))) is None
    assert why(Somebody(born=ENROLLED), Criteria(Age(clause="§2", below=18)), days=(0,)) == "born_after_referral"
    assert why(Somebody(born=ENROLLED, referred=None), Criteria(Age(clause="§2", below=18))) is None


@pytest.mark.parametrize(("born", "expected"), [(dt.date(2008, 2, 29), None), (dt.date(2008, 3, 1), "too_young")])
def test_who_is_born_on_a_leap_day_comes_of_age_on_the_last_of_february(born: dt.date, expected: str | None) -> None:
    person = Somebody(enrolled=dt.date(2026, 2, 28), born=born)
    assert why(person, Criteria(Age(clause="§2", at_least=18))) == expected


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        pytest.param((-1,), None, id="counted the day before enrolment"),
        pytest.param((-101,), None, id="counted a hundred days before the day before"),
        pytest.param((-102,), "residence_unknown", id="and a day more: a count is missing between"),
        pytest.param((0, 92), "residence_unknown", id="the first count is on the day of enrolment: the register begins too late"),
        pytest.param((), "residence_unknown", id="nobody was ever counted"),
    ],
)
def test_residence_is_known_within_a_hundred_days_before_and_never_by_a_later_count(days: tuple[int, ...], expected: str | None) -> None:
    person = Somebody(homes=tuple((day, day + 1, "101") for day in days))
    assert why(person, ANYWHERE, days) == expected


def test_who_was_born_since_the_last_count_cannot_have_been_counted() -> None:
    newborn = Somebody(born=ENROLLED - dt.timedelta(days=12), homes=((COUNTED + 92, COUNTED + 93, "101"),))
    assert why(newborn, ANYWHERE) == "residence_unknown"
    assert why(replace(newborn, born=ENROLLED + dt.timedelta(days=COUNTED)), ANYWHERE) == "not_resident"


def test_the_day_of_enrolment_and_days_after_say_nothing() -> None:
    person = Somebody(died=0, in_care=((0, 400),), homes=((COUNTED, COUNTED + 1, "101"),))
    assert why(person, ALL, days=(COUNTED, 0, 62)) is None


@pytest.mark.parametrize("wrong", [{}, {"at_least": 30, "below": 30}, {"at_least": 31, "below": 30}, {"below": 0, "at_least": 0}, {"at_least": -1}, {"below": 121}])
def test_an_age_that_nobody_can_have_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        Age(clause="§2", **wrong)  # type: ignore[arg-type]


# The second reading.


def years_old(born: dt.date, on: dt.date) -> int:
    """Whole years, by calendar: the birthday of 29 February is the last of that month in other years."""
    is_leap = on.year % 4 == 0 and (on.year % 100 != 0 or on.year % 400 == 0)
    birthday = (2, 28) if (born.month, born.day) == (2, 29) and not is_leap else (born.month, born.day)
    return on.year - born.year - ((on.month, on.day) < birthday)


@dataclass(frozen=True)
class Asked:
    people: dict[int, Somebody] = field(default_factory=dict)
    days: tuple[int, ...] = ()
    criteria: Criteria = ALL


def read(person: Somebody, said: Asked) -> str | None:
    """The criteria once more, for one person, a day at a time."""
    if not person.known:
        return "unlinked"
    eve = day_number(person.enrolled) - 1
    if person.died is not None and person.died < 0:
        return "died_before_enrolment"
    if person.born and person.born > person.enrolled:
        return "born_after_enrolment"
    if person.born and person.referred is not None and day_number(person.born) > eve + 1 + person.referred:
        return "born_after_referral"
    return _age_read(person, said.criteria.age) or _home_read(person, said, eve) or _stay_read(person, said.criteria)


def _age_read(person: Somebody, age: Age | None) -> str | None:
    if age is None:
        return None
    if person.born is None:
        return "birth_day_unknown" if age.birth_day_unknown == "ineligible" else None
    years = years_old(person.born, person.enrolled)
    return "too_young" if age.at_least is not None and years < age.at_least else "too_old" if age.below is not None and years >= age.below else None


def _home_read(person: Somebody, said: Asked, eve: int) -> str | None:
    if said.criteria.municipalities is None:
        return None
    counted = {day_number(ENROLLED) + day for day in said.days}
    day = next((day for day in range(eve, eve - 101, -1) if day in counted), None)
    if day is None or (person.born and day_number(person.born) > day):
        return "residence_unknown"
    there = {kom for start, end, kom in person.homes if eve + 1 + start <= day < eve + 1 + end}
    if not there:
        return "not_resident"
    return None if not said.criteria.municipalities or there & set(said.criteria.municipalities) else "lives_elsewhere"


def _stay_read(person: Somebody, criteria: Criteria) -> str | None:
    is_in = any(-1 in range(start, end) for start, end in person.in_care)
    return "in_buaf" if is_in and criteria.barred_by else None


day = st.integers(-5, 5)
homes = st.lists(st.tuples(st.integers(-130, -20) | st.integers(-30, 5), st.integers(1, 160), st.sampled_from(["101", "751", "851", "851"])), max_size=3).map(
    lambda rows: tuple((a, a + n, k) for a, n, k in rows)
)
stays = st.lists(st.tuples(st.integers(-9, 0), st.integers(1, 12)), min_size=0, max_size=4).map(lambda rows: tuple((a, a + n) for a, n in rows))
borders = st.sampled_from(
    [dt.date(2007, 2, 28), dt.date(2008, 2, 29), dt.date(1995, 2, 28), dt.date(1996, 2, 29), dt.date(2025, 2, 20), dt.date(2025, 2, 20), dt.date(2026, 2, 25), dt.date(2025, 2, 10)]
)
births = st.builds(lambda date, shift: date + dt.timedelta(days=shift), borders, day) | st.dates(dt.date(1996, 1, 1), dt.date(2006, 1, 1)) | st.none()
somebody = st.builds(
    Somebody,
    enrolled=st.sampled_from([dt.date(2025, 2, 26), dt.date(2025, 2, 28), dt.date(2025, 2, 28), dt.date(2025, 3, 1), dt.date(2026, 2, 28), dt.date(2028, 2, 29)]),
    referred=st.none() | st.integers(-40, 0),
    born=births,
    died=st.none() | st.none() | st.none() | day,
    homes=homes,
    in_care=stays,
    known=st.sampled_from([True] * 9 + [False]),
)
ages = st.sampled_from([None, None, ADULT, Age(clause="§2", at_least=18), Age(clause="§2", below=30), Age(clause="§2", below=30, birth_day_unknown="eligible")])
places = st.sampled_from([None, EVERYWHERE, ("101",), ("101",), ("751",), ("101", "751")])
drawn = st.builds(
    Asked,
    people=st.lists(somebody, max_size=8).map(lambda people: dict(enumerate(people))),
    days=st.lists(st.integers(-120, 0) | st.sampled_from([-90, COUNTED, COUNTED, COUNTED, 336]), min_size=0, max_size=6).map(tuple),
    criteria=st.builds(lambda age, place, bars: Criteria(age, place, ("buaf",) if bars and place is not None else ()), ages, places, st.sampled_from([True, True, True, False])),
)


def said_of(made: Asked) -> dict[int, str | None]:
    found = barred(asked(made.people), facts_of(made.people, made.days), made.criteria).collect()
    return dict(found.select("person_id", "barred").iter_rows())


def test_it_says_what_a_second_reading_says_of_thousands_who_meet_every_reason_often() -> None:
    seen: Counter[str | None] = Counter()

    @given(made=drawn)
    @settings(max_examples=1_200, deadline=None, derandomize=True, database=None)
    def agree(made: Asked) -> None:
        expected = {number: read(person, made) for number, person in made.people.items()}
        seen.update(expected.values())
        assert said_of(made) == expected

    agree()
    assert sum(seen.values()) >= 2_000
    assert set(seen) == {*BY_REGISTERS, "in_buaf", None}
    assert all(count > 20 for count in seen.values()), seen


later = st.fixed_dictionaries({"died": st.none() | st.integers(0, 400), "homes": homes, "in_care": stays, "days": st.lists(st.integers(0, 400), max_size=3)})


@given(made=drawn, after=later)
@settings(max_examples=150, deadline=None, derandomize=True, database=None)
def test_what_happens_from_the_day_of_enrolment_on_changes_nothing(made: Asked, after: dict[str, Any]) -> None:
    """Deaths, counts and stays of later days are cut off, and others put in their place."""

    def cut(person: Somebody) -> Somebody:
        homes = tuple((start, min(end, 0), kom) for start, end, kom in person.homes if start < 0)
        stays = tuple((start, min(end, 0)) for start, end in person.in_care if start < 0)
        return replace(person, enrolled=ENROLLED, died=person.died if person.died is not None and person.died < 0 else None, homes=homes, in_care=stays)

    def going_on(person: Somebody) -> Somebody:
        homes = (*person.homes, *((start + 200, end + 200, kom) for start, end, kom in after["homes"]))
        stays = (*person.in_care, *((start + 50, end + 50) for start, end in after["in_care"]))
        return replace(person, died=after["died"] if person.died is None else person.died, homes=homes, in_care=stays)

    before = replace(made, people={number: cut(person) for number, person in made.people.items()}, days=tuple(day for day in made.days if day < 0))
    then = replace(before, people={number: going_on(person) for number, person in before.people.items()}, days=(*before.days, *after["days"]))
    assert said_of(then) == said_of(before)


@given(made=drawn, seed=st.integers(0, 1 << 30))
@settings(max_examples=60, deadline=None, derandomize=True, database=None)
def test_neither_other_people_nor_the_order_of_rows_changes_what_is_said_of_somebody(made: Asked, seed: int) -> None:
    found = said_of(made)
    assert {number: said_of(replace(made, people={number: person}))[number] for number, person in made.people.items()} == found
    facts, order = facts_of(made.people, made.days), random.Random(seed)
    shuffled = Facts(
        *(frame.collect().sample(fraction=1.0, shuffle=True, seed=order.randrange(1 << 30)).lazy() for frame in (facts.births, facts.deaths, facts.days, facts.homes)), facts.stays
    )
    again = barred(asked(made.people).collect().reverse().lazy(), shuffled, made.criteria).sort("person_id")
    assert_frame_equal(again.collect(), barred(asked(made.people), facts, made.criteria).sort("person_id").collect())
