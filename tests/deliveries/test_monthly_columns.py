"""Monthly columns of a wide register beside the weekly ones: however they are written, missing, misnamed or without a code; and months by
their names and weeks."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
from deliveries.handed import shipped
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.contracts.months import Month, month_after, month_name, month_of, months_missing_between
from pipelines.deliveries.formats import Reading, read_delivery

thorough = settings(deadline=None, database=None, derandomize=True, max_examples=120)
TEMPLATE = "branche_yyyy_mm"
WEEKS = pl.DataFrame({"PNR": ["hush-0", "hush-1"], "Y_2552": [130, None], "Y_2601": [None, 881]})
TWO = WEEKS.with_columns(BRANCHE_2025_12=pl.Series([11100, 412000]), BRANCHE_2026_01=pl.Series([None, 999999]))


def read(tmp_path: Path, content: str | pl.DataFrame) -> tuple[Reading, pl.DataFrame]:
    path, target = tmp_path / "original", tmp_path / "data.parquet"
    if isinstance(content, str):
        path.write_text(content, encoding="utf-8")
    else:
        content.write_parquet(path)
    reading = read_delivery(str(path), str(target), shipped().registers["dream"])
    assert "hush" not in reading.reason
    return reading, pl.read_parquet(target) if target.exists() else pl.DataFrame()


WAYS = {
    "whole numbers": TWO,
    "text with a nought in front": TWO.with_columns(BRANCHE_2025_12=pl.Series(["011100", "412000"])),
    "text with spaces and blanks": TWO.with_columns(BRANCHE_2025_12=pl.Series([" 011100 ", "412000"]), BRANCHE_2026_01=pl.Series(["  ", "999999"])),
    "floats with gaps, as pandas writes them": TWO.with_columns(BRANCHE_2026_01=pl.Series([float("nan"), 999999.0])),
    "lower case": TWO.rename(str.lower),
    "mixed case and another order": TWO.select("BRANCHE_2026_01", "Y_2601", pl.col("BRANCHE_2025_12").alias("Branche_2025_12"), "PNR", "Y_2552"),
    "csv": TWO.with_columns(BRANCHE_2025_12=pl.Series(["011100", "412000"])).write_csv(separator=";", null_value=""),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_same_industries_are_read_from_every_way_of_writing_them(tmp_path: Path, way: str) -> None:
    reading, rows = read(tmp_path, WAYS[way])
    assert reading.reason == ""
    assert rows.columns == ["pnr", "y_2552", "y_2601", "branche_2025_12", "branche_2026_01"]
    assert rows["branche_2025_12"].to_list() == [11100, 412000]
    assert rows["branche_2026_01"].to_list() == [None, 999999]
    assert rows.dtypes[1:] == [pl.Int16, pl.Int16, pl.Int32, pl.Int32]


REFUSED = {
    "no month": (WEEKS, "no monthly column 'branche_yyyy_mm' is in the file"),
    "a month 13": (
        TWO.with_columns(BRANCHE_2025_13=1),
        "the column 'branche_2025_13' names no month: months are 01 to 12 of a year of four digits; have the column named after its month",
    ),
    "a month 00": (
        TWO.with_columns(BRANCHE_2025_00=1),
        "the column 'branche_2025_00' names no month: months are 01 to 12 of a year of four digits; have the column named after its month",
    ),
    "a month missing": (TWO.with_columns(BRANCHE_2026_03=1), "the monthly column 2026-02 is missing between 2025-12 and 2026-03; every month from the first to the last is agreed"),
    "months missing over a new year": (
        TWO.with_columns(BRANCHE_2025_09=1),
        "the monthly columns from 2025-10 to 2025-11 are missing between 2025-09 and 2026-01; every month from the first to the last is agreed",
    ),
    "yes and no": (TWO.with_columns(BRANCHE_2026_01=True), "the column 'branche_2026_01' is delivered as Boolean where whole numbers are agreed"),
    "numbers of persons": (
        TWO.with_columns(BRANCHE_2026_01=pl.Series(["010203-1234", "1"])),
        "1 cell of the column 'branche_2026_01' looks like a CPR number; pseudonymise the file before it is delivered, and purge this one",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_months_that_are_not_what_was_agreed_refuse_the_file_in_words(tmp_path: Path, case: str) -> None:
    table, words = REFUSED[case]
    assert read(tmp_path, table)[0].reason == words


def test_months_neither_lengthen_nor_shorten_what_the_weeks_cover(tmp_path: Path) -> None:
    later = TWO.with_columns(BRANCHE_2026_02=pl.lit(412000), BRANCHE_2026_03=pl.lit(412000))
    earlier = WEEKS.with_columns(BRANCHE_2025_10=pl.lit(412000))
    none = WEEKS.with_columns(BRANCHE_2025_10=pl.lit(None, dtype=pl.Int32))
    assert [read(tmp_path, table)[0].covers_through for table in (TWO, later, earlier, none)] == ["2026-01-04"] * 4


EDGES = [
    ("branche_2020_12", "2020-11-30", "2021-01-03"),
    ("branche_2021_01", "2021-01-04", "2021-01-31"),
    ("branche_2026_01", "2025-12-29", "2026-02-01"),
    ("branche_2015_12", "2015-11-30", "2016-01-03"),
    ("branche_2009_01", "2008-12-29", "2009-02-01"),
    ("branche_2009_12", "2009-11-30", "2010-01-03"),
    ("branche_2010_01", "2010-01-04", "2010-01-31"),
    ("branche_2024_02", "2024-01-29", "2024-03-03"),
    ("branche_2021_07", "2021-06-28", "2021-08-01"),
]


@pytest.mark.parametrize(("name", "monday", "sunday"), EDGES)
def test_a_month_is_the_run_of_weeks_whose_thursday_lies_in_it(name: str, monday: str, sunday: str) -> None:
    month = month_of(TEMPLATE, name)
    assert month is not None
    assert (str(month.monday), str(month.sunday)) == (monday, sunday)


@thorough
@given(st.dates(dt.date(1991, 1, 1), dt.date(2099, 12, 31)))
def test_every_day_lies_in_the_month_of_the_thursday_of_its_week(day: dt.date) -> None:
    thursday = day + dt.timedelta(days=3 - day.weekday())
    month = Month(thursday.year, thursday.month)
    assert month.monday <= day <= month.sunday
    assert month.monday.weekday() == 0
    assert month.sunday + dt.timedelta(days=1) == month_after(month).monday


@pytest.mark.parametrize(
    "name", ["branche_2026", "branche_26_01", "branche_202601", "branche_2026_1", "branche2026_01", "xbranche_2026_01", "branche_2026_01 ", "branche_yyyy_mm", "y_2601", ""]
)
def test_another_form_of_name_is_another_column(name: str) -> None:
    assert month_of(TEMPLATE, name) is None


@thorough
@given(st.sets(st.integers(0, 60), min_size=1), st.integers(1991, 2080))
def test_the_missing_months_are_those_that_are_not_there(places: set[int], year: int) -> None:
    months = {place: Month(year + place // 12, place % 12 + 1) for place in range(61)}
    missing = []
    for first, last in months_missing_between(months[place] for place in places):
        month = first
        while month <= last:
            missing.append(month)
            month = month_after(month)
    assert missing == [months[place] for place in range(min(places), max(places)) if place not in places]
    assert all(month_of(TEMPLATE, month_name(TEMPLATE, month)) == month for month in months.values())
