"""Windows: the Monday of a week, a person's own first Monday, and the same date years later."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from indicators.spells import day_number, day_of
from indicators.treatments import EVER
from indicators.windows import first_monday, monday_of, months_later, same_date

DAYS = [dt.date(1899, 12, 25) + dt.timedelta(days=day) for day in range(84_000)]
FRAME = pl.DataFrame({"day": pl.Series([day_number(day) for day in DAYS], dtype=pl.Int32)})


def test_the_monday_of_every_day_of_two_centuries_is_that_of_the_calendar() -> None:
    found = FRAME.select(monday_of(pl.col("day")))["day"]
    assert found.dtype == pl.Int32
    assert found.to_list() == [day_number(day - dt.timedelta(days=day.weekday())) for day in DAYS]


def test_a_persons_own_weeks_begin_on_the_first_monday_that_is_not_before_the_day() -> None:
    found = FRAME.select(first_monday("day"))["day"]
    assert found.dtype == pl.Int32
    for day, monday in zip(DAYS, map(day_of, found), strict=True):
        assert monday.weekday() == 0
        assert 0 <= (monday - day).days < 7


def test_the_limits_of_a_code_without_limits_are_before_and_after_every_week() -> None:
    start, end = (pl.select(monday_of(pl.lit(day))).item() for day in EVER)
    assert start < day_number(DAYS[0])
    assert end > day_number(DAYS[-1])


@pytest.mark.parametrize(
    ("day", "years", "later"),
    [
        pytest.param(dt.date(2024, 7, 1), 3, dt.date(2027, 7, 1), id="an ordinary day"),
        pytest.param(dt.date(2024, 2, 29), 3, dt.date(2027, 2, 28), id="29 February into an ordinary year"),
        pytest.param(dt.date(2024, 2, 29), 4, dt.date(2028, 2, 29), id="29 February into a leap year"),
        pytest.param(dt.date(2023, 2, 28), 1, dt.date(2024, 2, 28), id="28 February into a leap year"),
        pytest.param(dt.date(2024, 3, 1), 1, dt.date(2025, 3, 1), id="the day after 29 February"),
        pytest.param(dt.date(2024, 12, 31), 18, dt.date(2042, 12, 31), id="the last of a year"),
        pytest.param(dt.date(1952, 2, 29), 18, dt.date(1970, 2, 28), id="from before day nought"),
    ],
)
def test_the_same_date_years_later(day: dt.date, years: int, later: dt.date) -> None:
    found = pl.DataFrame({"day": pl.Series([day_number(day)], dtype=pl.Int32)}).select(same_date(pl.col("day"), years))["day"]
    assert found.dtype == pl.Int32
    assert day_of(found[0]) == later


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        pytest.param(dt.date(2024, 7, 1), 0, dt.date(2024, 7, 1), id="no month"),
        pytest.param(dt.date(2024, 7, 1), 12, dt.date(2025, 7, 1), id="a year"),
        pytest.param(dt.date(2023, 8, 31), 3, dt.date(2023, 11, 30), id="into a month of thirty days"),
        pytest.param(dt.date(2023, 8, 31), 6, dt.date(2024, 2, 29), id="into February of a leap year"),
        pytest.param(dt.date(2024, 8, 31), 6, dt.date(2025, 2, 28), id="into February of another"),
        pytest.param(dt.date(2024, 2, 29), 1, dt.date(2024, 3, 29), id="the last of February is its day number"),
        pytest.param(dt.date(1969, 12, 31), 2, dt.date(1970, 2, 28), id="over day nought"),
    ],
)
def test_the_same_day_number_months_later(day: dt.date, months: int, later: dt.date) -> None:
    found = pl.DataFrame({"day": pl.Series([day_number(day)], dtype=pl.Int32)}).select(months_later(pl.col("day"), months))["day"]
    assert found.dtype == pl.Int32
    assert day_of(found[0]) == later
