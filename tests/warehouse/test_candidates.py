"""Who may stand beside a treated person: the SQL on staged tables made by hand."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from indicators.matching import CANDIDATES, matches
from indicators.spells import day_number
from pipelines.settings import Home, sql_text
from pipelines.warehouse.writer import Warehouse, open_warehouse

WEEK = dt.date(2024, 2, 19)
KONTANTHJAELP, UDDANNELSESHJAELP = 0, 1
BENEFITS = pl.DataFrame([(140, UDDANNELSESHJAELP), (730, KONTANTHJAELP), (731, KONTANTHJAELP)], schema={"code": pl.Int16, "grp": pl.Int32}, orient="row")
BORN = dt.date(2001, 5, 1)
YEAR = (dt.date(2023, 2, 27), dt.date(2024, 2, 26))
"""The fifty-two weeks up to and with WEEK."""
Spell = tuple[dt.date, dt.date, int]


def monday(weeks: int) -> dt.date:
    """The Monday so many weeks after WEEK."""
    return WEEK + dt.timedelta(days=7 * weeks)


class Given:
    """Staged tables of people made by hand, and what the SQL says of them."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse, self.asked = warehouse, list[tuple[int, dt.date]]()
        run = warehouse.connection.execute
        run("create table staged.dream (person_id integer, start_day integer, end_day integer, code smallint)")
        run("create table staged.bef_person (person_id integer, birth_day integer, sex integer, municipality varchar)")
        run("create table staged.bef_residence (person_id integer, start_day integer, end_day integer)")
        run("create table staged.referrals (person_id integer, indsats varchar)")

    def add(
        self,
        number: int,
        *spells: Spell,
        born: dt.date = BORN,
        sex: int = 1,
        home: tuple[dt.date, dt.date] = (dt.date(2023, 12, 31), dt.date(2026, 4, 1)),
        referred: str = "",
        treated_in: dt.date | None = None,
    ) -> None:
        """A person; without spells on kontanthjaelp for the whole year before. The treated are referred, as people are."""
        run = self.warehouse.connection.execute
        run("insert into identity.persons values (?, ?)", [number, f"p{number:03}"])
        for start, end, code in spells or ((*YEAR, 730),):
            run("insert into staged.dream values (?, ?, ?, ?)", [number, day_number(start), day_number(end), code])
        run("insert into staged.bef_person values (?, ?, ?, '101')", [number, day_number(born), sex])
        run("insert into staged.bef_residence values (?, ?, ?)", [number, *map(day_number, home)])
        if referred or treated_in:
            run("insert into staged.referrals values (?, ?)", [number, referred or "ungebro"])
        if treated_in:
            self.asked.append((number, treated_in))

    def candidates(self) -> pl.DataFrame:
        rows = [(number, day_number(week)) for number, week in self.asked]
        return self.warehouse.candidates(pl.DataFrame(rows, schema={"person_id": pl.Int32, "week": pl.Int32}, orient="row"), "referrals", BENEFITS)

    def seen(self) -> dict[int, dict[str, Any]]:
        """Rows by person, where everybody has one."""
        found = self.candidates()
        assert found["person_id"].is_unique().all()
        return {row["person_id"]: row for row in found.iter_rows(named=True)}


@pytest.fixture
def given(tmp_path: Path) -> Iterator[Given]:
    with open_warehouse(Home(tmp_path).prepare()) as warehouse:
        made = Given(warehouse)
        made.add(1, treated_in=WEEK)
        yield made


def test_everybody_looked_at_has_a_row_with_what_was_known_that_week(given: Given) -> None:
    given.add(2, (*YEAR, 731))
    given.add(3, (monday(-3), monday(2), 140))
    found = given.candidates()
    assert found.schema == CANDIDATES
    assert found.rows() == [
        (day_number(WEEK), 1, 1, 22, 1, KONTANTHJAELP, 3, 52, 0, True),
        (day_number(WEEK), 2, 2, 22, 1, KONTANTHJAELP, 3, 52, 0, False),
        (day_number(WEEK), 3, 3, 22, 1, UDDANNELSESHJAELP, 0, 4, 0, False),
    ]


def test_nobody_ever_referred_to_anything_is_a_candidate(given: Given) -> None:
    given.add(2, referred="ungebro")
    given.add(3, referred="trygt_hjem")
    given.add(4)
    assert set(given.seen()) == {1, 4}


def test_a_treated_person_is_looked_at_in_their_own_week_and_in_no_other(given: Given) -> None:
    given.add(2, (*YEAR, 730), (YEAR[1], monday(9), 730), treated_in=monday(4))
    given.add(3, (YEAR[0], monday(9), 730))
    weeks = sorted((number, week, own) for week, number, *_, own in given.candidates().iter_rows())
    assert weeks == [(1, day_number(WEEK), True), (2, day_number(monday(4)), True), (3, day_number(WEEK), False), (3, day_number(monday(4)), False)]


@pytest.mark.parametrize(
    ("spell", "is_candidate"),
    [
        pytest.param((monday(-5), monday(0), 730), False, id="to the week before"),
        pytest.param((monday(-5), monday(1), 730), True, id="to that week"),
        pytest.param((monday(0), monday(1), 730), True, id="that week alone"),
        pytest.param((monday(1), monday(9), 730), False, id="from the week after"),
        pytest.param((monday(-5), monday(5), 651), False, id="on something that is not named"),
        pytest.param((monday(-5), monday(5), 0), False, id="on nothing"),
    ],
)
def test_a_candidate_is_on_a_named_benefit_in_that_week(given: Given, spell: Spell, is_candidate: bool) -> None:
    given.add(2, spell)
    assert (2 in given.seen()) == is_candidate


@pytest.mark.parametrize(
    ("home", "is_candidate"),
    [
        pytest.param((dt.date(2023, 12, 31), WEEK), False, id="gone by that Monday"),
        pytest.param((dt.date(2023, 12, 31), WEEK + dt.timedelta(days=1)), True, id="there on that Monday"),
        pytest.param((WEEK, dt.date(2026, 4, 1)), True, id="from that Monday"),
        pytest.param((WEEK + dt.timedelta(days=1), dt.date(2026, 4, 1)), False, id="from the Tuesday"),
    ],
)
def test_a_candidate_is_resident_on_the_monday_of_that_week(given: Given, home: tuple[dt.date, dt.date], is_candidate: bool) -> None:
    given.add(2, home=home)
    assert (2 in given.seen()) == is_candidate


@pytest.mark.parametrize(
    ("born", "age"),
    [
        pytest.param(dt.date(2001, 2, 19), 23, id="birthday on the Monday"),
        pytest.param(dt.date(2001, 2, 20), 22, id="birthday on the Tuesday"),
        pytest.param(dt.date(2001, 2, 18), 23, id="birthday on the Sunday before"),
        pytest.param(dt.date(2000, 2, 29), 23, id="born on 29 February"),
        pytest.param(dt.date(2001, 12, 31), 22, id="late in the year"),
    ],
)
def test_age_is_in_whole_years_on_the_monday_of_that_week(given: Given, born: dt.date, age: int) -> None:
    given.add(2, born=born, treated_in=WEEK)
    assert given.seen()[2]["age"] == age


def test_whoever_has_an_age_or_a_sex_that_nobody_treated_in_that_week_has_is_left_out(given: Given) -> None:
    given.add(2, born=dt.date(2003, 1, 1))
    given.add(3, sex=2)
    given.add(4, born=dt.date(2001, 12, 1))
    assert set(given.seen()) == {1, 4}


@pytest.mark.parametrize(("weeks", "quarter"), [(1, 0), (13, 0), (14, 1), (26, 1), (27, 2), (39, 2), (40, 3), (52, 3), (53, 3), (104, 3)])
def test_weeks_on_benefit_are_those_of_the_year_up_to_and_with_that_week_in_quarters(given: Given, weeks: int, quarter: int) -> None:
    given.add(2, (monday(1 - weeks), monday(20), 730))
    assert given.seen()[2]["weeks_on_benefit"] == quarter


def test_weeks_of_every_named_benefit_add_up_and_others_do_not(given: Given) -> None:
    given.add(2, (monday(-20), monday(-13), 140), (monday(-13), monday(-6), 651), (monday(-6), monday(1), 730))
    given.add(3, (monday(-20), monday(-14), 140), (monday(-13), monday(-6), 0), (monday(-6), monday(1), 730))
    assert {number: row["weeks_on_benefit"] for number, row in given.seen().items() if number > 1} == {2: 1, 3: 0}


def test_weeks_before_the_year_and_after_that_week_do_not_count(given: Given) -> None:
    given.add(2, (monday(-90), monday(-51), 730), (monday(0), monday(1), 730), (monday(1), monday(40), 730))
    given.add(3, (monday(-64), monday(-38), 730), (monday(0), monday(40), 730))
    assert {number: row["weeks_on_benefit"] for number, row in given.seen().items() if number > 1} == {2: 0, 3: 1}


def test_a_treated_person_who_had_no_named_benefit_that_week_is_not_looked_at(given: Given) -> None:
    given.add(2, (monday(-9), monday(0), 730), (monday(0), monday(9), 0), treated_in=WEEK)
    given.add(3, home=(dt.date(2023, 12, 31), WEEK), treated_in=WEEK)
    assert set(given.seen()) == {1}


def test_nobody_asked_about_is_nobody_looked_at(given: Given) -> None:
    given.add(2)
    given.asked.clear()
    found = given.candidates()
    assert found.schema == CANDIDATES
    assert found.height == 0


def test_rows_stand_by_week_and_key_and_what_was_registered_for_the_query_is_gone(given: Given) -> None:
    given.add(9)
    given.add(4)
    assert given.candidates().select("person_id", "place").rows() == [(1, 1), (4, 2), (9, 3)]
    assert {name for (name,) in given.warehouse.connection.execute("select view_name from duckdb_views() where not internal").fetchall()} & {
        "asked",
        "benefits",
        "referred",
    } == set()


def test_from_staged_tables_to_a_matched_comparison(given: Given) -> None:
    given.add(2, (*YEAR, 731))
    given.add(3, referred="trygt_hjem")
    given.add(4, (monday(-3), monday(2), 730))
    given.add(5, sex=2)
    given.add(6)
    day = day_number(dt.date(2024, 2, 28))
    treated = pl.DataFrame([(1, "p001", day, day_number(WEEK))], schema={"person_id": pl.Int32, "person_key": pl.String, "enrolled_day": pl.Int32, "week": pl.Int32}, orient="row")
    on = ["age", "sex", "benefit", "weeks_on_benefit"]
    assert matches(treated, given.candidates(), on=on, each=2).rows() == [(2, day, 1), (6, day, 1)]


AFTERWARDS = {
    "everybody loses the benefit": "update staged.dream set end_day = {until} where end_day > {until}",
    "everybody supports themselves for years": "insert into staged.dream select distinct person_id, {until}, {until} + 700, 0 from staged.bef_person",
    "everybody stays on the benefit for years": "insert into staged.dream select distinct person_id, {until}, {until} + 700, 730 from staged.bef_person",
    "everybody leaves the country": "update staged.bef_residence set end_day = {until} where end_day > {until}",
    "everybody who left comes back": "insert into staged.bef_residence select distinct person_id, {until} + 30, {until} + 900 from staged.bef_person",
}
"""What may happen from the Monday of the week of enrolment on."""


@pytest.mark.parametrize("what", sorted(AFTERWARDS))
def test_whatever_happens_from_enrolment_on_changes_nobody_who_may_be_chosen(given: Given, what: str) -> None:
    """Of the first week nothing changes; and of no week where it happens after the last."""
    for number in range(2, 30):
        given.add(number, (monday(-60 + number), monday(number % 9 - 2), 730), (monday(number % 9 - 2), monday(40), 140 if number % 2 else 651))
    given.add(30, (*YEAR, 730), (YEAR[1], monday(9), 730), treated_in=monday(4))
    before = given.candidates()
    assert 5 < before.height < 60
    first, last = WEEK, monday(4)
    for until, told in ((last + dt.timedelta(days=7), before), (first + dt.timedelta(days=7), before.filter(week=day_number(first)))):
        given.warehouse.connection.execute(AFTERWARDS[what].format(until=day_number(until)))
        found = given.candidates()
        assert found.filter(pl.col("week").is_in(told["week"].unique().to_list())).equals(told)


def test_the_sql_that_chooses_reads_nothing_but_what_was_known_before() -> None:
    text = sql_text("warehouse/candidates.sql")
    read = set(re.findall(r"(?:from|join)\s+([a-z_.]+)", "\n".join(line for line in text.splitlines() if not line.startswith("--"))))
    assert read <= {"known_dream", "known_residence", "known_person", "benefits", "asked", "referred", "places", "weeks_of_each", "alike", "cells"}
    shown = sql_text("warehouse/known_before.sql")
    assert shown.count("where start_day < {until}") == shown.count("least(end_day, {until})") == 2, "each table of spells is cut on both sides"
