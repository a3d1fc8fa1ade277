"""Windows: the Monday of a week, a person's own first Monday, the same date years later, windows in every unit, and what a pause does."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from walked import calendar_later

from indicators.spells import SPELL_SCHEMA, day_number, day_of
from indicators.treatments import EVER
from indicators.windows import LONGEST, CountedUnit, Window, first_monday, later, monday_of, months_later, paused_by, same_date, whole_units

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


def window(unit: str, start: int, end: int) -> Window:
    return Window.model_validate({"unit": unit, "from": start, "to": end})


def days_of(made: Window, day: dt.date) -> tuple[dt.date, dt.date]:
    """First day of a window of somebody whose day this is, and the day after its last."""
    frame = pl.DataFrame({"enrolled_day": pl.Series([day_number(day)], dtype=pl.Int32)}).select(made.after("enrolled_day"))
    assert frame.schema == {"window_start": pl.Int32, "window_end": pl.Int32}
    return (day_of(frame["window_start"][0]), day_of(frame["window_end"][0]))


@pytest.mark.parametrize(
    ("unit", "start", "end", "day", "first", "after_last"),
    [
        pytest.param("days", 0, 1, dt.date(2024, 2, 28), dt.date(2024, 2, 28), dt.date(2024, 2, 29), id="one day"),
        pytest.param("days", 1, 2, dt.date(2024, 2, 28), dt.date(2024, 2, 29), dt.date(2024, 3, 1), id="29 February alone"),
        pytest.param("days", 0, 365, dt.date(2024, 1, 1), dt.date(2024, 1, 1), dt.date(2024, 12, 31), id="365 days of a leap year"),
        pytest.param("days", 0, 365, dt.date(2025, 1, 1), dt.date(2025, 1, 1), dt.date(2026, 1, 1), id="365 days of an ordinary year"),
        pytest.param("weeks", 0, 52, dt.date(2024, 7, 1), dt.date(2024, 7, 1), dt.date(2025, 6, 30), id="52 weeks from a Monday"),
        pytest.param("weeks", 2, 3, dt.date(2024, 7, 3), dt.date(2024, 7, 17), dt.date(2024, 7, 24), id="the third week from a Wednesday"),
        pytest.param("iso_weeks", 0, 1, dt.date(2024, 7, 1), dt.date(2024, 7, 1), dt.date(2024, 7, 8), id="an ISO week from its Monday"),
        pytest.param("iso_weeks", 0, 1, dt.date(2024, 7, 2), dt.date(2024, 7, 8), dt.date(2024, 7, 15), id="an ISO week from a Tuesday"),
        pytest.param("iso_weeks", 0, 1, dt.date(2020, 12, 28), dt.date(2020, 12, 28), dt.date(2021, 1, 4), id="week 53 of 2020"),
        pytest.param("iso_weeks", 0, 53, dt.date(2020, 1, 1), dt.date(2020, 1, 6), dt.date(2021, 1, 11), id="53 weeks of 2020 from its week 2"),
        pytest.param("iso_weeks", 0, 52, dt.date(2019, 12, 30), dt.date(2019, 12, 30), dt.date(2020, 12, 28), id="52 of the 53 weeks of 2020"),
        pytest.param("iso_weeks", 0, 52, dt.date(2021, 1, 4), dt.date(2021, 1, 4), dt.date(2022, 1, 3), id="the 52 weeks of 2021"),
        pytest.param("months", 0, 1, dt.date(2024, 1, 31), dt.date(2024, 1, 31), dt.date(2024, 2, 29), id="a month from 31 January of a leap year"),
        pytest.param("months", 1, 2, dt.date(2025, 1, 31), dt.date(2025, 2, 28), dt.date(2025, 3, 31), id="the second month from 31 January"),
        pytest.param("months", 0, 12, dt.date(2024, 2, 29), dt.date(2024, 2, 29), dt.date(2025, 2, 28), id="a year from 29 February"),
        pytest.param("months", 0, 48, dt.date(2024, 2, 29), dt.date(2024, 2, 29), dt.date(2028, 2, 29), id="four years from 29 February"),
        pytest.param("months", 0, 2, dt.date(1969, 12, 31), dt.date(1969, 12, 31), dt.date(1970, 2, 28), id="over day nought"),
        pytest.param("calendar_months", 0, 1, dt.date(2024, 2, 1), dt.date(2024, 2, 1), dt.date(2024, 3, 1), id="the month that begins on the day"),
        pytest.param("calendar_months", 0, 2, dt.date(2024, 1, 2), dt.date(2024, 2, 1), dt.date(2024, 4, 1), id="the two months that begin after the day"),
        pytest.param("calendar_quarters", 0, 1, dt.date(2024, 7, 1), dt.date(2024, 7, 1), dt.date(2024, 10, 1), id="the quarter that begins on the day"),
        pytest.param("calendar_quarters", 1, 3, dt.date(2024, 8, 15), dt.date(2025, 1, 1), dt.date(2025, 7, 1), id="the second and third quarter after the day"),
        pytest.param("calendar_years", 0, 1, dt.date(2023, 1, 2), dt.date(2024, 1, 1), dt.date(2025, 1, 1), id="the leap year after the day"),
        pytest.param("calendar_years", 0, 1, dt.date(2024, 1, 1), dt.date(2024, 1, 1), dt.date(2025, 1, 1), id="the leap year that begins on the day"),
    ],
)
def test_a_window_begins_and_ends_where_the_calendar_says(unit: str, start: int, end: int, day: dt.date, first: dt.date, after_last: dt.date) -> None:
    assert days_of(window(unit, start, end), day) == (first, after_last)


@pytest.mark.parametrize("unit", list(LONGEST))
@pytest.mark.parametrize("count", [0, 1, 5])
def test_every_day_of_years_around_a_leap_year_a_week_53_and_day_nought_reaches_the_day_of_the_calendar(unit: Any, count: int) -> None:
    days = [start + dt.timedelta(days=more) for start in (dt.date(1967, 6, 1), dt.date(2019, 6, 1), dt.date(2099, 6, 1)) for more in range(1600)]
    frame = pl.DataFrame({"day": pl.Series([day_number(day) for day in days], dtype=pl.Int32)})
    found = frame.select(later(pl.col("day"), count, unit).alias("day"))["day"]
    assert found.dtype == pl.Int32
    assert [day_of(day) for day in found] == [calendar_later(day, count, unit) for day in days]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"unit": "months", "from": 12, "to": 6}, "a window from 12 to 6 months ends before it starts"),
        ({"unit": "iso_weeks", "from": 4, "to": 4}, "a window from 4 to 4 iso weeks has no day; 'to' is the first day that is not in it"),
        ({"unit": "days", "to": 0}, "a window from 0 to 0 days has no day"),
        ({"unit": "months", "to": 121}, "a window to 121 months is longer than ten years, which is 120"),
        ({"unit": "days", "to": -1}, "a window from 0 to -1 days ends before it starts"),
        ({"unit": "days", "from": -1, "to": 3}, "greater than or equal to 0"),
        ({"unit": "fortnights", "to": 3}, "'days', 'weeks', 'iso_weeks', 'months'"),
        ({"unit": "days", "to": 3, "until": 4}, "Extra inputs are not permitted"),
        ({"unit": "days", "to": 3.0}, "valid integer"),
    ],
)
def test_a_window_that_cannot_be_is_refused_in_words(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words.replace("(", "\\(")):
        Window.model_validate(given)


@pytest.mark.parametrize("unit", list(LONGEST))
def test_the_longest_window_in_each_unit_is_ten_years(unit: str) -> None:
    first, after_last = days_of(window(unit, 0, LONGEST[unit]), dt.date(2024, 1, 1))
    assert dt.date(2033, 12, 20) < after_last <= dt.date(2034, 1, 1)
    assert (after_last - first).days <= LONGEST["days"]


WINDOW = pl.Schema({"person_id": pl.Int32, "window_start": pl.Int32, "window_end": pl.Int32})
Spells = list[tuple[int, int]]


def paused(pauses: Spells, length: int, at_most: int, begins: int = 0) -> int:
    """How many days later the window of a person ends for their pauses; somebody without any stands beside them."""
    frame = pl.LazyFrame([(7, begins, begins + length), (8, begins, begins + length)], schema=WINDOW, orient="row")
    spells = pl.LazyFrame([(7, begins + start, begins + end) for start, end in pauses], schema=SPELL_SCHEMA, orient="row")
    found = paused_by(frame, spells, at_most).collect().sort("person_id")
    assert found.schema == WINDOW
    assert found["window_end"][1] == begins + length
    return int(found["window_end"][0]) - begins - length


@pytest.mark.parametrize(
    ("pauses", "at_most", "days"),
    [
        pytest.param([], 100, 0, id="no pause"),
        pytest.param([(2, 5)], 100, 3, id="three days inside"),
        pytest.param([(-5, 2)], 100, 2, id="only the days inside"),
        pytest.param([(9, 12)], 100, 3, id="one that begins on the last day, whole"),
        pytest.param([(10, 12)], 100, 0, id="one that begins when the days have passed"),
        pytest.param([(2, 5), (12, 14)], 100, 5, id="one that begins in the days that a pause added"),
        pytest.param([(2, 5), (13, 15)], 100, 3, id="one that begins after them"),
        pytest.param([(2, 5), (4, 6)], 100, 4, id="two that overlap"),
        pytest.param([(2, 5), (5, 6)], 100, 4, id="two that touch"),
        pytest.param([(0, 500)], 60, 60, id="one without an end, up to the most"),
        pytest.param([(2, 5)], 3, 3, id="exactly the most"),
        pytest.param([(2, 5)], 2, 2, id="a day more than the most"),
        pytest.param([(2, 5)], 0, 0, id="where none may be added"),
    ],
)
@pytest.mark.parametrize("begins", [-400, -3, 0, 20_000])
def test_a_window_of_ten_days_is_longer_by_the_days_it_is_paused(pauses: Spells, at_most: int, days: int, begins: int) -> None:
    assert paused(pauses, 10, at_most, begins) == days


@given(
    pauses=st.lists(st.tuples(st.integers(-3, 25), st.integers(1, 6)), max_size=5),
    length=st.integers(1, 12),
    at_most=st.integers(0, 12),
)
@settings(max_examples=300, deadline=None, derandomize=True, database=None)
def test_a_paused_window_is_what_a_walk_through_its_days_finds(pauses: Spells, length: int, at_most: int) -> None:
    spells = [(start, start + days) for start, days in pauses]
    passed = stood = day = 0
    while passed < length:
        is_paused = any(start <= day < end for start, end in spells)
        stood, passed, day = stood + is_paused, passed + (not is_paused), day + 1
    assert paused(spells, length, at_most) == min(stood, at_most)


def units(start: dt.date, end: dt.date, unit: CountedUnit, anchor: dt.date) -> int:
    days = {"start": start, "end": end, "anchor": anchor}
    frame = pl.DataFrame({name: pl.Series([day_number(day)], dtype=pl.Int32) for name, day in days.items()})
    found = frame.select(whole_units(pl.col("start"), pl.col("end"), unit, pl.col("anchor")).alias("units"))["units"]
    assert found.dtype == pl.Int64
    return int(found[0])


@pytest.mark.parametrize(
    ("unit", "start", "end", "whole"),
    [
        ("days", dt.date(2024, 2, 28), dt.date(2024, 3, 1), 2),
        ("days", dt.date(2024, 3, 1), dt.date(2024, 2, 28), 0),
        ("iso_weeks", dt.date(2020, 12, 28), dt.date(2021, 1, 4), 1),
        ("iso_weeks", dt.date(2020, 12, 28), dt.date(2021, 1, 3), 0),
        ("iso_weeks", dt.date(2020, 12, 29), dt.date(2021, 1, 11), 1),
        ("iso_weeks", dt.date(2019, 12, 30), dt.date(2021, 1, 4), 53),
        ("calendar_months", dt.date(2024, 2, 1), dt.date(2024, 3, 1), 1),
        ("calendar_months", dt.date(2024, 2, 1), dt.date(2024, 2, 29), 0),
        ("calendar_months", dt.date(2024, 2, 2), dt.date(2024, 4, 1), 1),
        ("calendar_months", dt.date(2023, 12, 1), dt.date(2024, 3, 31), 3),
        ("months", dt.date(2024, 1, 31), dt.date(2024, 2, 29), 1),
        ("months", dt.date(2024, 1, 31), dt.date(2024, 2, 28), 0),
        ("months", dt.date(2024, 2, 29), dt.date(2024, 3, 31), 1),
        ("months", dt.date(2024, 2, 29), dt.date(2024, 3, 30), 0),
        ("months", dt.date(2024, 3, 1), dt.date(2024, 5, 31), 2),
        ("months", dt.date(2024, 3, 1), dt.date(2024, 5, 30), 1),
        ("months", dt.date(2024, 1, 31), dt.date(2025, 1, 31), 12),
    ],
)
def test_whole_units_between_two_days_of_somebody_enrolled_on_31_january_2024(unit: CountedUnit, start: dt.date, end: dt.date, whole: int) -> None:
    anchor = min(start, dt.date(2024, 1, 31)) if unit != "months" else dt.date(2024, 1, 31)
    assert units(start, end, unit, anchor) == whole


@given(first=st.integers(0, 800), start=st.integers(0, 120), length=st.integers(-2, 120), unit=st.sampled_from(["days", "iso_weeks", "months", "calendar_months"]))
@settings(max_examples=400, deadline=None, derandomize=True, database=None)
def test_whole_units_are_those_whose_every_day_is_inside(first: int, start: int, length: int, unit: Any) -> None:
    anchor = dt.date(2019, 11, 25) + dt.timedelta(days=first)
    begins, ends = anchor + dt.timedelta(days=start), anchor + dt.timedelta(days=start + length)
    base = anchor if unit == "months" else anchor - dt.timedelta(days=40)
    bounds = [calendar_later(base, count, unit) for count in range(300)]
    inside = [one for one, other in itertools.pairwise(bounds) if one >= begins and other <= ends]
    assert units(begins, ends, unit, anchor) == len(inside)


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
