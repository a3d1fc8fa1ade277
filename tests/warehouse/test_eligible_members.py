"""Who a cohort counts, from staged registers made by hand: the same criteria for the treated, for a comparison arm and for matched people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indicators.spells import day_number
from pipelines.contracts.outcome import Cohort
from pipelines.freezing import compared, designed
from pipelines.measuring import enrolled
from pipelines.payments.vocabulary import catalogue
from pipelines.settings import Home
from pipelines.warehouse.writer import Warehouse, open_warehouse

QUARTERS = (dt.date(2023, 12, 31), dt.date(2024, 3, 31), dt.date(2024, 6, 30))
HOME = (QUARTERS[0], QUARTERS[2] + dt.timedelta(days=1), "851")
FROM, TO = dt.date(2024, 2, 1), dt.date(2024, 7, 1)
ENROLLED = dt.date(2024, 2, 26)
CRITERIA = {
    "withdrawn": {"clause": "§4", "column": "afslag_af"},
    "referral": {"clause": "§4", "on": "henvist_dato", "within": "P30D"},
    "age": {"clause": "§2", "at_least": 18, "below": 30},
    "residence": {"clause": "§2", "in": ["851"]},
    "not_in": [{"clause": "§3", "register": "buaf"}],
}
YEAR = (dt.date(2022, 1, 3), dt.date(2024, 12, 30))


def cohort(**more: Any) -> Cohort:
    said = {"id": "unge", "clause": "§1", "from": "referrals", "enrolled": {"from": FROM, "to": TO}, "enrolled_on": "indskrevet_dato", "eligible": CRITERIA}
    return Cohort.model_validate({**said, **more})


ARMS = {"column": "gruppe", "treatment": "edge", "comparison": "in_care"}
MATCHED = {"clause": "§5", "on": ["age", "sex"], "each": 1, "codes": "dream", "benefits": ["kontanthjaelp"]}


class Given:
    """Staged registers of people made by hand. Whoever is added without more is 22 years old, at home in 851 and in no care."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse, self.run = warehouse, warehouse.connection.execute
        self.run("create table staged.referrals (person_id integer, indsats varchar, gruppe varchar, henvist_dato date, indskrevet_dato date, afslag_af varchar)")
        self.run("create table staged.bef_person (person_id integer, birth_day integer, sex integer, municipality varchar)")
        self.run("create table staged.bef_days (day integer, number integer)")
        self.run("create table staged.bef_home (person_id integer, start_day integer, end_day integer, municipality varchar)")
        self.run("create table staged.bef_residence (person_id integer, start_day integer, end_day integer)")
        self.run("create table staged.dod (person_id integer, start_day integer, end_day integer)")
        self.run("create table staged.buaf (person_id integer, start_day integer, end_day integer, type varchar)")
        self.run("create table staged.dream (person_id integer, start_day integer, end_day integer, code smallint)")
        for number, quarter in enumerate(QUARTERS, start=1):
            self.run("insert into staged.bef_days values (?, ?)", [day_number(quarter), number])

    def person(self, number: int, *, born: dt.date = dt.date(2002, 1, 1), home: tuple[dt.date, dt.date, str] = HOME, died: dt.date | None = None, in_care: bool = False) -> None:
        start, end, kom = day_number(home[0]), day_number(home[1]), home[2]
        self.run("insert into identity.persons values (?, ?)", [number, f"p{number:03}"])
        self.run("insert into staged.bef_person values (?, ?, 1, ?)", [number, day_number(born), kom])
        self.run("insert into staged.bef_home values (?, ?, ?, ?)", [number, start, end, kom])
        self.run("insert into staged.bef_residence values (?, ?, ?)", [number, start, end])
        self.run("insert into staged.dream values (?, ?, ?, 730)", [number, *map(day_number, YEAR)])
        if died:
            self.run("insert into staged.dod values (?, ?, ?)", [number, day_number(died), day_number(died) + 1])
        if in_care:
            self.run("insert into staged.buaf values (?, ?, ?, 'opholdssted')", [number, *map(day_number, YEAR)])

    def referred(self, number: int, on: dt.date | None = ENROLLED, *, arm: str = "edge", waited: int = 10, refused: str | None = None) -> None:
        referral = (on or ENROLLED) - dt.timedelta(days=waited)
        self.run("insert into staged.referrals values (?, 'ungebro', ?, ?, ?, ?)", [number, arm, referral, on, refused])

    def members(self, given: Cohort) -> dict[int, tuple[str, str]]:
        """Role and reason by person, after matching."""
        found = compared(members := enrolled(self.warehouse, given), designed(self.warehouse, catalogue(), given, members))
        return {person: (role, reason) for person, role, _, _, reason in found.iter_rows()}


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Given]:
    with open_warehouse(Home(tmp_path)) as warehouse:
        yield Given(warehouse)


WRONG: dict[str, dict[str, Any]] = {
    "died_before_enrolment": {"died": ENROLLED - dt.timedelta(days=1)},
    "born_after_enrolment": {"born": ENROLLED + dt.timedelta(days=1)},
    "too_young": {"born": dt.date(2006, 2, 27)},
    "too_old": {"born": dt.date(1994, 2, 26)},
    "not_resident": {"home": (QUARTERS[1], HOME[1], "851")},
    "lives_elsewhere": {"home": (*HOME[:2], "751")},
    "in_buaf": {"in_care": True},
}


def test_nobody_vanishes_and_each_reason_of_list_and_registers_is_said_once(made: Given) -> None:
    for number, life in enumerate(WRONG.values(), start=10):
        made.person(number, **life)
        made.referred(number)
    for number in range(1, 7):
        made.person(number)
    made.referred(1)
    made.referred(2, None)
    made.referred(3, refused="borger")
    made.referred(4, TO)
    made.referred(5, waited=-1)
    made.referred(6, waited=31)
    made.referred(7)
    expected = {
        1: "enrolled",
        2: "never_enrolled",
        3: "withdrawn_before_enrolment",
        4: "enrolled_outside_period",
        5: "enrolled_before_referral",
        6: "enrolled_too_late",
        7: "unlinked",
    }
    found = made.members(cohort())
    assert {person: reason for person, (_, reason) in found.items()} == expected | dict(enumerate(WRONG, start=10))


@pytest.mark.parametrize("reason", sorted(WRONG))
def test_a_criterion_takes_the_same_people_out_of_both_arms(made: Given, reason: str) -> None:
    for number, arm in enumerate(("edge", "in_care", "edge", "in_care"), start=1):
        made.person(number, **(WRONG[reason] if number > 2 else {}))
        made.referred(number, arm=arm)
    roles = ("treatment", "comparison")
    assert made.members(cohort(arms=ARMS)) == {number: (roles[(number - 1) % 2], "enrolled" if number <= 2 else reason) for number in range(1, 5)}


def test_without_criteria_the_list_decides_alone_and_no_register_is_looked_at(tmp_path: Path) -> None:
    with open_warehouse(Home(tmp_path)) as warehouse:
        warehouse.connection.execute("create table staged.referrals as select 1 as person_id, 'edge' as gruppe, date '2024-02-26' as indskrevet_dato")
        assert enrolled(warehouse, cohort(eligible=None)).rows() == [(1, "treatment", day_number(ENROLLED), "eligible", "enrolled")]
        assert enrolled(warehouse, cohort(eligible=None, arms=ARMS)).rows() == [(1, "treatment", day_number(ENROLLED), "eligible", "enrolled")]


@pytest.mark.parametrize("reason", sorted(set(WRONG) - {"born_after_enrolment", "not_resident", "too_young", "too_old"}))
def test_whoever_would_not_be_eligible_stands_beside_nobody(made: Given, reason: str) -> None:
    """Person 2 comes first by key and is passed over; person 3 is taken."""
    for number in (1, 2, 3):
        made.person(number, **(WRONG[reason] if number == 2 else {}))
    made.referred(1)
    assert made.members(cohort(matched=MATCHED)) == {1: ("treatment", "enrolled"), 3: ("comparison", "matched")}
    assert made.members(cohort(matched=MATCHED, eligible={"age": CRITERIA["age"]}))[2 if reason != "died_before_enrolment" else 3] == ("comparison", "matched")


def test_a_candidate_must_be_eligible_on_every_day_that_they_may_take_over(made: Given) -> None:
    """Somebody who turns thirty between two enrolments of a week could stand beside the first alone; they stand beside nobody."""
    later = ENROLLED + dt.timedelta(days=3)
    for number, born in ((1, dt.date(1994, 3, 1)), (2, dt.date(1994, 2, 28)), (3, dt.date(1994, 3, 1))):
        made.person(number, born=born)
    made.referred(1)
    made.person(4, born=dt.date(1994, 3, 20))
    made.referred(4, later)
    assert made.members(cohort(matched=MATCHED)) == {1: ("treatment", "enrolled"), 3: ("comparison", "matched"), 4: ("treatment", "enrolled_without_match")}


def test_nobody_is_enrolled_and_nobody_is_asked_about(made: Given) -> None:
    assert made.members(cohort()) == made.members(cohort(arms=ARMS)) == made.members(cohort(matched=MATCHED)) == {}


def test_enrolled_before_the_register_begins_is_a_reason(made: Given) -> None:
    made.person(1)
    made.referred(1, dt.date(2023, 12, 31))
    early = {"enrolled": {"from": dt.date(2023, 12, 1), "to": TO}}
    assert made.members(cohort(**early)) == {1: ("treatment", "residence_unknown")}


lives = st.lists(st.tuples(st.sampled_from([None, *sorted(WRONG)]), st.sampled_from(["edge", "in_care", "later"]), st.integers(-3, 33)), max_size=8)


@given(drawn=lives)
@settings(max_examples=25, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_calling_the_arms_otherwise_changes_nobody_s_status(made: Given, drawn: list[tuple[str | None, str, int]]) -> None:
    for table in ("staged.referrals", "identity.persons", "staged.bef_person", "staged.bef_home", "staged.bef_residence", "staged.dod", "staged.buaf", "staged.dream"):
        made.run(f"delete from {table}")
    for number, (reason, arm, waited) in enumerate(drawn, start=1):
        made.person(number, **(WRONG[reason] if reason else {}))
        made.referred(number, arm=arm, waited=waited)
    one, other = made.members(cohort(arms=ARMS)), made.members(cohort(arms={**ARMS, "treatment": "in_care", "comparison": "edge"}))
    swapped = {"treatment": "comparison", "comparison": "treatment", "none": "none"}
    assert {person: (swapped[role], reason) for person, (role, reason) in one.items()} == other
    assert set(one) == set(range(1, len(drawn) + 1))


def test_everyone_who_is_matched_is_eligible_on_the_day_they_take_over(made: Given) -> None:
    """Everyone in the comparison group passes the criteria asked again as if they had been enrolled themselves."""
    for number in range(1, 241):
        reason = sorted(WRONG)[number % len(WRONG)] if number % 3 == 0 else None
        made.person(number, **{"born": dt.date(1996 + number % 9, 1 + number % 12, 1 + number % 28), **(WRONG[reason] if reason else {})})
        if number % 4 == 1:
            made.referred(number, ENROLLED + dt.timedelta(days=number % 60))
    given = cohort(matched={**MATCHED, "on": ["age", "sex"]})
    found = compared(members := enrolled(made.warehouse, given), designed(made.warehouse, catalogue(), given, members))
    matched = found.filter(pl.col("reason") == "matched")
    assert matched.height > 20
    made.run("delete from staged.referrals")
    for person, day in matched.select("person_id", pl.col("enrolled_day").cast(pl.Date)).iter_rows():
        made.referred(person, day)
    assert set(enrolled(made.warehouse, given)["reason"]) == {"enrolled"}
