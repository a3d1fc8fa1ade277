"""The CPR guard catches what has the shape and a date that exists, and lets ordinary columns be."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.deliveries.guard import cells_with_cpr, text_has_cpr
from pipelines.deliveries.intake import shown_name

thorough = settings(deadline=None, database=None, derandomize=True, max_examples=150)

BIRTHS = st.dates(dt.date(1900, 1, 1), dt.date(2099, 12, 31)).map(lambda day: day.strftime("%d%m%y"))
SERIALS = st.from_regex(r"\A[0-9]{4}\Z", fullmatch=True)
SEPARATORS = st.sampled_from(["-", " ", "\u2013", " - ", "\u00a0"])
WORDS = st.text(st.characters(blacklist_categories=("Nd", "Cs"), blacklist_characters="-"), max_size=12)


def exists(digits: str) -> bool:
    """Whether DDMMYY is a day of the 20th or the 21st century."""
    for century in (1900, 2000):
        try:
            dt.date(century + int(digits[4:6]), int(digits[2:4]), int(digits[:2]))
        except ValueError:
            continue
        return True
    return False


def hits(values: list[str | None] | list[int | None], *, key: bool, kind: pl.DataType | type[pl.DataType] = pl.String) -> int:
    return cells_with_cpr(pl.Series("column", values, dtype=kind), is_person_key=key)


@thorough
@given(BIRTHS, SERIALS, SEPARATORS)
def test_a_dashed_number_with_a_date_that_exists_is_caught_everywhere(birth: str, serial: str, separator: str) -> None:
    number = f"{birth}{separator}{serial}"
    assert hits([number, None, "kept"], key=False) == 1
    assert hits([number, None, "kept"], key=True) == 1
    assert text_has_cpr(number)


@thorough
@given(BIRTHS, SERIALS, WORDS, WORDS)
def test_a_dashed_number_is_caught_inside_any_words(birth: str, serial: str, before: str, after: str) -> None:
    text = f"{before}{birth}-{serial}{after}"
    assert hits([text], key=False) == 1
    assert hits([text], key=True) == 1
    assert text_has_cpr(text)


@thorough
@given(BIRTHS, SERIALS)
def test_ten_plain_digits_are_caught_in_a_person_key_and_in_a_name_as_text_and_as_a_number(birth: str, serial: str) -> None:
    assert hits([f" {birth}{serial} "], key=True) == 1
    assert hits([int(birth + serial)], key=True, kind=pl.Int64) == 1
    assert text_has_cpr(f"extract_{birth}{serial}.csv")


@thorough
@given(st.from_regex(r"\A[0-9]{6}\Z", fullmatch=True).filter(lambda digits: not exists(digits)), SERIALS)
def test_a_date_that_does_not_exist_is_no_number_of_a_person(digits: str, serial: str) -> None:
    assert hits([f"{digits}-{serial}", digits + serial], key=True) == 0
    assert hits([f"{digits}-{serial}"], key=False) == 0
    assert not text_has_cpr(f"{digits}-{serial}")


@thorough
@given(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=20))
def test_whole_numbers_outside_a_person_key_are_never_taken_for_one(numbers: list[int]) -> None:
    assert hits(numbers, key=False, kind=pl.Int64) == 0
    assert hits([str(number) for number in numbers], key=False) == 0


@thorough
@given(st.lists(st.dates(dt.date(1, 1, 1)), max_size=20))
def test_dates_are_never_taken_for_one(days: list[dt.date]) -> None:
    written = [*(day.isoformat() for day in days), *(f"{day:%d-%m-}{day.year:04}" for day in days), *(f"{day.isoformat()} 12:30:00" for day in days)]
    assert hits(written, key=False) == 0
    assert cells_with_cpr(pl.Series(days, dtype=pl.Date), is_person_key=False) == 0


@thorough
@given(st.lists(st.one_of(st.from_regex(r"\A[A-Z]{1,3}[0-9]{1,8}\Z"), st.from_regex(r"\A[0-9]{1,4}-[0-9]{1,6}\Z"), st.decimals(-(10**9), 10**9, places=2).map(str)), max_size=20))
def test_codes_and_amounts_are_never_taken_for_one(codes: list[str]) -> None:
    assert hits(codes, key=False) == 0


@thorough
@given(st.lists(st.uuids().map(str), max_size=20))
def test_random_identifiers_are_never_taken_for_one(identifiers: list[str]) -> None:
    assert hits(identifiers, key=False) == 0
    assert hits([identifier.upper() for identifier in identifiers], key=True) == 0


@pytest.mark.parametrize("key", [False, True])
def test_the_groups_of_an_identifier_that_look_like_a_number_are_not_one(key: bool) -> None:
    identifier = "ab010101-1234-4abc-8abc-0123456789ab"
    assert hits([identifier], key=key) == 0
    assert hits([f"{identifier} 010101-1234"], key=key) == 1


def test_a_number_after_one_whose_date_does_not_exist_is_still_caught() -> None:
    assert hits(["case 999999-9999, person 010203-1234"], key=False) == 1


@pytest.mark.parametrize(("birth", "expected"), [("290200", 1), ("290204", 1), ("290296", 1), ("290201", 0), ("290202", 0), ("300204", 0), ("310404", 0), ("310504", 1)])
def test_the_last_days_of_months_follow_the_calendar(birth: str, expected: int) -> None:
    assert hits([f"{birth}-1234"], key=False) == expected


@pytest.mark.parametrize("text", ["1010203-1234", "010203-12345", "010203-123", "01020-1234", "20240701_1234", "2024-07-01", "010203_1234"])
def test_another_number_of_digits_is_another_thing(text: str) -> None:
    assert hits([text], key=False) == 0
    assert not text_has_cpr(text)


def test_every_cell_counts_once_and_empty_ones_never() -> None:
    assert hits(["010203-1234 040506-1234", None, "", "040506-1234"], key=False) == 2


@pytest.mark.parametrize("column", [pl.Series([1.5]), pl.Series([True]), pl.Series([None]), pl.Series([dt.date(2001, 2, 3)]), pl.Series([], dtype=pl.String)])
def test_other_types_and_empty_columns_hold_none(column: pl.Series) -> None:
    assert cells_with_cpr(column, is_person_key=True) == 0


@thorough
@given(BIRTHS, SERIALS, st.sampled_from(["", "-", " "]), WORDS)
def test_a_file_name_with_a_number_in_it_is_never_shown(birth: str, serial: str, separator: str, before: str) -> None:
    shown = shown_name(f"{before}{birth}{separator}{serial}.csv")
    assert serial not in shown
    assert birth not in shown


@thorough
@given(st.text(max_size=200))
def test_a_shown_name_is_short_and_has_no_character_that_moves_a_cursor(name: str) -> None:
    shown = shown_name(name)
    assert len(shown) <= 80
    assert shown.isprintable()


@pytest.mark.parametrize("text", ["010203.1234", "010203_1234", "010203/1234", "010203  1234", "010203 - 1234", "10203123" + "4"])
def test_a_person_key_is_caught_however_its_parts_are_set_apart_and_with_its_leading_nought_lost(text: str) -> None:
    assert hits([text], key=True) == 1


def test_a_column_that_is_mostly_plain_numbers_of_the_shape_is_a_key_under_another_name() -> None:
    assert hits(["0102031234", "0405061234", None], key=False) == 2
    assert hits(["0102031234", "4711", "4712"], key=False) == 0


def test_a_column_of_categories_is_searched_like_text() -> None:
    assert cells_with_cpr(pl.Series(["010203-1234", "a"], dtype=pl.Categorical), is_person_key=False) == 1
