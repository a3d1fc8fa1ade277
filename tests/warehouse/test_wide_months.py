"""From monthly columns to spells of industries: weeks by their Thursday, months that were not delivered, and an oracle that asks of every
week what its month says."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.spells import day_number
from pipelines.canonical import file_digest
from pipelines.contracts.months import Month, month_name
from pipelines.contracts.weeks import Week, week_name
from pipelines.deliveries.archive import Delivery
from pipelines.deliveries.counting import alone
from pipelines.settings import Home
from pipelines.warehouse import wide
from pipelines.warehouse.writer import open_warehouse

thorough = settings(deadline=None, database=None, derandomize=True, max_examples=60)
WEEKLY, MONTHLY = "y_yyww", "branche_yyyy_mm"
Industries = list[int | None]


def month_at(first: tuple[int, int], place: int) -> Month:
    months = first[0] * 12 + first[1] - 1 + place
    return Month(months // 12, months % 12 + 1)


def covers(home: Home) -> tuple[str, str] | None:
    """The first and the last day of staged.dream_branche_covers; None when it names none."""
    with open_warehouse(home) as warehouse:
        ((start, end),) = warehouse.connection.execute("select start_day, end_day from staged.dream_branche_covers").fetchall()
    day = dt.date(1970, 1, 1)
    return None if start is None else (str(day + dt.timedelta(days=start)), str(day + dt.timedelta(days=end - 1)))


def staged(home: Home, first: tuple[int, int], people: list[Industries], through: str = "2026-01-18", group: int = 100) -> list[tuple[int, str, str, int]]:
    """person, first day, last day and industry of the rows of staged.dream_branche, in their order. The weeks are three that end on 18 January 2026."""
    months = {month_name(MONTHLY, month_at(first, place)): pl.Series([row[place] for row in people], dtype=pl.Int32) for place in range(len(people[0]))}
    weeks = {week_name(WEEKLY, Week(2026, number)): pl.Series([130] * len(people), dtype=pl.Int16) for number in (1, 2, 3)}
    folder = home.archive / "dream" / "made"
    folder.mkdir(parents=True, exist_ok=True)
    pl.DataFrame({"pnr": [f"p{number:03}" for number in range(len(people))], **weeks, **months}).write_parquet(folder / "data.parquet", row_group_size=group)
    delivery = Delivery(
        "dream", "made", dt.date(2026, 6, 1), True, "dream.parquet", covers_through=dt.date.fromisoformat(through), data_sha256=file_digest(folder / "data.parquet")
    )
    with open_warehouse(home) as warehouse:
        warehouse.stage("dream", alone(delivery), "pnr", WEEKLY, MONTHLY)
        rows = warehouse.connection.execute("select * from staged.dream_branche").fetchall()
        kinds = [row[:2] for row in warehouse.connection.execute("describe staged.dream_branche").fetchall()]
    assert kinds == [("person_id", "INTEGER"), ("start_day", "INTEGER"), ("end_day", "INTEGER"), ("industry", "INTEGER")]
    day = dt.date(1970, 1, 1)
    return [(person, str(day + dt.timedelta(days=start)), str(day + dt.timedelta(days=end - 1)), industry) for person, start, end, industry in rows]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_the_week_that_begins_on_29_december_2025_has_the_industry_of_january(home: Home) -> None:
    assert staged(home, (2025, 12), [[412000, 861000]]) == [(1, "2025-12-01", "2025-12-28", 412000), (1, "2025-12-29", "2026-02-01", 861000)]


def test_the_53rd_week_of_2020_has_the_industry_of_december(home: Home) -> None:
    assert staged(home, (2020, 12), [[412000, 861000]]) == [(1, "2020-11-30", "2021-01-03", 412000), (1, "2021-01-04", "2021-01-31", 861000)]


def test_equal_neighbouring_months_are_one_spell_and_months_without_a_wage_are_industry_nought(home: Home) -> None:
    assert staged(home, (2025, 10), [[11100, 11100, None, 0], [None, 0, None, 412000]]) == [
        (1, "2025-09-29", "2025-11-30", 11100),
        (1, "2025-12-01", "2026-02-01", 0),
        (2, "2025-09-29", "2025-12-28", 0),
        (2, "2025-12-29", "2026-02-01", 412000),
    ]


def test_of_months_in_which_nobody_has_an_industry_at_either_end_nothing_is_said(home: Home) -> None:
    """September, January and February were not delivered; November was, and one of the two had no wage in it."""
    people: list[Industries] = [[None, 412000, None, None, 0, None], [0, None, None, 861000, None, 0]]
    assert staged(home, (2025, 9), people) == [
        (1, "2025-09-29", "2025-11-02", 412000),
        (1, "2025-11-03", "2025-12-28", 0),
        (2, "2025-09-29", "2025-11-30", 0),
        (2, "2025-12-01", "2025-12-28", 861000),
    ]
    assert covers(home) == ("2025-09-29", "2025-12-28")


def test_months_in_which_nobody_ever_has_an_industry_say_nothing_of_anyone(home: Home) -> None:
    assert staged(home, (2025, 11), [[None, 0], [0, None]]) == []
    assert covers(home) is None


@pytest.mark.parametrize("through", ["2026-01-18", "2026-01-04", "2025-12-28"])
def test_months_run_ahead_of_the_weeks_or_behind_them_each_by_its_own_coverage(home: Home, through: str) -> None:
    ahead = staged(home, (2026, 1), [[412000, 412000, 861000]], through)
    assert ahead == [(1, "2025-12-29", "2026-03-01", 412000), (1, "2026-03-02", "2026-03-29", 861000)]
    assert staged(home, (2025, 10), [[412000, None]], through) == [(1, "2025-09-29", "2025-11-02", 412000)]


cells = st.one_of(st.none(), st.sampled_from([0, 11100, 412000]), st.integers(1, 999999))
tables = st.integers(1, 14).flatmap(lambda months: st.lists(st.lists(cells, min_size=months, max_size=months), min_size=1, max_size=20))


@thorough
@given(people=tables, year=st.integers(2008, 2030), number=st.integers(1, 12), most=st.integers(1, 9), group=st.integers(1, 25))
def test_every_week_has_the_industry_of_the_month_of_its_thursday(
    tmp_path_factory: pytest.TempPathFactory, people: list[Industries], year: int, number: int, most: int, group: int
) -> None:
    path = tmp_path_factory.mktemp("any") / "data.parquet"
    months = {month_name(MONTHLY, month_at((year, number), place)): pl.Series([row[place] for row in people], dtype=pl.Int32) for place in range(len(people[0]))}
    pl.DataFrame(months).write_parquet(path, row_group_size=group)
    persons = np.arange(1, len(people) + 1, dtype=np.int32)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wide, "MOST_ROWS", most)
        blocks = list(wide.RepeatedSpells(path, persons, wide.months_covered(path, MONTHLY), "industry").blocks())
    found = [tuple(map(int, spell)) for block in blocks for spell in zip(*block, strict=True)]
    said = {(person, monday): industry for person, start, end, industry in found for monday in range(start, end, 7)}
    assert said == by_thursdays(people, year, number)
    assert [spell[:2] for spell in found] == sorted(spell[:2] for spell in found)
    assert all(a[3] != b[3] for a, b in pairwise(found) if a[0] == b[0]), "neighbouring spells of one person differ"


def by_thursdays(people: list[Industries], year: int, number: int) -> dict[tuple[int, int], int]:
    """The industry of every person and Monday from the first month in which anyone has one to the last; the first row is of that month of the year."""
    told = [place for place in range(len(people[0])) if any(row[place] for row in people)]
    made: dict[tuple[int, int], int] = {}
    monday = dt.date(year, 1, 1) - dt.timedelta(days=dt.date(year, 1, 1).weekday() + 35)
    while monday < dt.date(year + 3, 1, 1):
        thursday = monday + dt.timedelta(days=3)
        place = (thursday.year - year) * 12 + thursday.month - number
        if told and min(told) <= place <= max(told):
            made.update({(person, day_number(monday)): row[place] or 0 for person, row in enumerate(people, start=1)})
        monday += dt.timedelta(days=7)
    return made
