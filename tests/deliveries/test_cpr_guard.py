"""The CPR guard catches what has the shape and a date that exists, and lets ordinary columns be."""

from __future__ import annotations

import datetime as dt
import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.bench_guard import KEYS, OTHERS, SHAPES, cpr_numbers, measure_guard
from pipelines.deliveries.cpr import birthday, folded, have_checks, have_dates
from pipelines.deliveries.guard import Suspects, anything_has_cpr, cells_with_cpr, names_a_person, suspects_in, text_has_cpr
from pipelines.deliveries.manifest import read_manifest, shown_name
from pipelines.deliveries.split_numbers import SplitSearch

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


@pytest.mark.parametrize("text", ["1010203-1234", "010203-12345", "010203-123", "01020-1234", "20240701_1234", "2024-07-01"])
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


RIGHT = "0102031237"
"""Its check digit by hand: 4*0 + 3*1 + 2*0 + 7*2 + 6*0 + 5*3 + 4*1 + 3*2 + 2*3 + 1*7 = 55 = 5 * 11."""
HEX = [f"{number * 0x9E3779B97F4A7C15 % (1 << 128):032x}" for number in range(1, 400)]
CODES = [str(number) for number in range(1000, 1400)]


def uniform(count: int, seed: int = 7) -> list[int]:
    draw = random.Random(seed)
    return [draw.randrange(10**10) for _ in range(count)]


def real(count: int, seed: int = 7) -> list[str]:
    return cpr_numbers(np.random.default_rng(seed), count)


def test_the_check_digit_and_the_date_of_whole_numbers_by_hand() -> None:
    numbers = np.array([102031237, 102031234, 3112991230, 3113991230, 2902010000, 2902040000, 3001010000, 3002010000, 9999999999, 0])
    assert have_dates(numbers).tolist() == [True, True, True, False, False, True, True, False, False, False]
    assert have_checks(np.array([102031237, 102031234, 0])).tolist() == [True, False, True]


@thorough
@given(st.integers(0, 10**10 - 1))
def test_dates_of_numbers_are_those_of_the_calendar(number: int) -> None:
    assert bool(have_dates(np.array([number]))[0]) == exists(f"{number:010}")


@pytest.mark.parametrize(
    ("number", "year"),
    [
        ("0101573000", 1957),
        ("0101364000", 2036),
        ("0101374000", 1937),
        ("0101575000", 2057),
        ("0101585000", 1858),
        ("0101008999", 2000),
        ("0101369000", 2036),
        ("0101379000", 1937),
        ("0101000000", 1900),
    ],
)
def test_the_first_digit_of_the_serial_says_the_century(number: str, year: int) -> None:
    assert birthday(number) == dt.date(year, 1, 1)


@pytest.mark.parametrize(
    "text",
    [
        "\uff10\uff11\uff10\uff12\uff10\uff13\uff0d\uff11\uff12\uff13\uff17",
        "010203\u22121237",
        "010203\u20111237",
        "010203\u00a01237",
        "010203\u00ad1237",
        "0102\u200b03-1237",
        "\u0660\u0661\u0660\u0662\u0660\u0663-\u0661\u0662\u0663\u0667",
        "født 01.02.03-1237",
        "01 02 03 1237",
        "01-02-03-1237",
        "010203  -  1237",
        '{"cpr": 102031237, "navn": "x"}',
        "CPR-nr.: 0102031237",
        "personnummer 0102031237",
        "<pnr>102031237</pnr>",
    ],
)
def test_every_way_of_writing_one_is_caught_alone_among_a_thousand_others(text: str) -> None:
    assert hits([text, *HEX, *CODES, "nogle ord"], key=False) == 1
    assert hits([text, *HEX], key=True) == 1
    assert text_has_cpr(f"om {text} .csv")


@pytest.mark.parametrize(
    "text", [RIGHT, "0102031234", "  0102031237 ", "0102031237.0", "0102031237,00", "010203_1237", "ringede om 0102031234 i dag", "[17,0102031234]", "sag_0102031234_a"]
)
@pytest.mark.parametrize("others", [HEX, ["anbragt", "hjemme", "i gang"] * 50], ids=["hex", "words"])
def test_ten_digits_are_alien_to_a_column_of_other_things(text: str, others: list[str]) -> None:
    assert hits([*others, text], key=False) == 1
    assert hits([*others, text], key=True) == 1


def test_ten_digits_among_plain_numbers_need_a_right_check_digit_unless_they_are_many() -> None:
    assert hits([*CODES, RIGHT], key=False) == 1
    assert hits([*CODES, "0102031234"], key=False) == 0
    wrong = [
        ten for ten in (f"{day:02}{month:02}701{serial:03}" for day in range(1, 29, 4) for month in (3, 9) for serial in (101, 202)) if not have_checks(np.array([int(ten)]))[0]
    ]
    assert hits([*CODES, *wrong], key=False) == len(wrong) > 8


@pytest.mark.parametrize("kind", [pl.Int64, pl.UInt64, pl.Float64, pl.Decimal(12, 0), pl.Decimal(12, 2)], ids=str)
def test_numbers_as_numbers_are_caught_with_and_without_their_leading_nought(kind: Any) -> None:
    numbers = [int(ten) for ten in real(50)]
    assert any(number < 10**9 for number in numbers)
    column = pl.Series([*numbers, None]).cast(kind)
    for is_key in (False, True):
        assert cells_with_cpr(column, is_person_key=is_key) == 50
        assert cells_with_cpr(pl.Series([1000, 2000, int(RIGHT), None]).cast(kind), is_person_key=is_key) == 1


def test_a_column_with_decimals_and_one_of_what_is_no_number_hold_none() -> None:
    assert cells_with_cpr(pl.Series([1202031234.5, 1.0]), is_person_key=False) == 0
    assert cells_with_cpr(pl.Series([float("nan"), float("inf"), 3.0]), is_person_key=True) == 0
    assert cells_with_cpr(pl.Series([float("nan"), float(RIGHT)]), is_person_key=True) == 1
    assert cells_with_cpr(pl.Series([2**63 - 1, -(2**63)]), is_person_key=True) == 0
    assert cells_with_cpr(pl.Series([2**64 - 1, int(RIGHT)], dtype=pl.UInt64), is_person_key=True) == 1


def test_one_among_many_random_ten_digit_pseudonyms_looks_like_any_other_and_many_do_not() -> None:
    pseudonyms = uniform(20_000)
    dated = int(have_dates(np.array(pseudonyms)).sum())
    assert 600 < dated < 860
    for numbers in (pseudonyms, [*pseudonyms, int(RIGHT)]):
        assert hits(numbers, key=True, kind=pl.Int64) == 0
        assert hits([f"{number:010}" for number in numbers], key=True) == 0
    mixed = [f"{number:010}" for number in pseudonyms] + real(200)
    assert hits(mixed, key=True) > 200
    assert hits(mixed, key=False) > 200


def test_dates_decide_alone_when_more_than_half_have_one() -> None:
    wrong = [f"{day:02}0370{serial}" for day in range(1, 29) for serial in ("1101", "2202", "3303")]
    wrong = [ten for ten in wrong if not have_checks(np.array([int(ten)]))[0]][:60]
    never = [f"99{number:08}" for number in range(0, 61 * 1234, 1234)]
    for key in (False, True):
        assert hits([*wrong, *never[:59], "hjemme"], key=key) == 60
        assert hits([*wrong, *never[:60], "hjemme"], key=key) == 0
        assert hits([*wrong[:20], *never[:59], "hjemme"], key=key) == 0


def test_workplaces_and_numbers_in_sequence_share_a_day_of_the_month_and_are_none() -> None:
    assert hits(list(range(1_001_000_000, 1_012_999_999, 40_013)), key=False, kind=pl.Int64) == 0
    assert hits([str(number) for number in range(1_003_000_000, 1_003_000_400)], key=False) == 0
    assert hits(list(range(2_801_000_000, 2_801_000_400)), key=False, kind=pl.Int64) == 0
    assert hits([1_003_456_789] * 9, key=False, kind=pl.Int64) == 0
    assert hits([1_003_456_789] * 9 + [int(ten) for ten in real(30)], key=False, kind=pl.Int64) >= 30


def test_numbers_that_all_have_a_right_check_digit_for_another_reason_are_none() -> None:
    drawn = np.array(uniform(60_000, seed=3))
    accounts = drawn[have_checks(drawn)].tolist()
    assert len(accounts) > 4000
    assert hits(accounts, key=False, kind=pl.Int64) == 0


def test_a_column_of_companies_and_people_is_caught_for_its_people() -> None:
    companies = [str(number) for number in uniform(400) if len(str(number)) == 8] + [str(10_000_000 + number) for number in uniform(300, 9) if number < 10**10]
    companies = [text[:8] for text in companies]
    assert hits([*companies, *real(3, seed=2)], key=False) == 3


@thorough
@given(
    st.lists(st.sampled_from([RIGHT, "0405061234", "040506-1234", "102031237", "note 0102031237", "hjemme", "4711", "1003456789", HEX[3], None]), max_size=30),
    st.integers(1, 7),
    st.booleans(),
)
def test_the_parts_of_a_column_add_up_to_it(cells: list[str | None], size: int, key: bool) -> None:
    column = pl.Series(cells, dtype=pl.String)
    parts = sum((suspects_in(column.slice(start, size), is_person_key=key) for start in range(0, len(cells), size)), Suspects())
    assert parts.cells() == suspects_in(column, is_person_key=key).cells()


def test_what_is_suspected_is_never_shown() -> None:
    assert "102031237" not in repr(suspects_in(pl.Series([RIGHT, f"om {RIGHT}"]), is_person_key=True))


def test_few_different_texts_and_many_are_searched_alike() -> None:
    few = ["anbragt", "ringede om 010203-1237", RIGHT, "i gang"]
    assert hits(few * 600, key=False) == hits([*few * 600, *(f"nr {number}" for number in range(5000))], key=False) == 1200


@pytest.mark.parametrize("name", ["cpr", "CPRNR", "pnr", "mor_pnr", "person_id", "personnummer", "PERSNR"])
def test_a_column_called_so_is_one_of_persons(name: str) -> None:
    assert names_a_person(name)


@pytest.mark.parametrize("name", ["arbejdssted", "journr", "cvrnr", "p_nr", "beloeb", "y_2601"])
def test_a_column_called_otherwise_is_not(name: str) -> None:
    assert not names_a_person(name)


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("010203%2D1237.csv", True),
        ("sag_010203_1237.csv", True),
        ("sag_010203_1234.csv", False),
        ("010203.1237", True),
        ("102031237.csv", True),
        ("102031234.csv", False),
        ("udtraek_20240701_1234.csv", False),
        ("bef_2024-07-01T120000.parquet", False),
        ("0102031237ab0102031237ab0102031237ab.csv", False),
        ("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", False),
        ("branche_2008_01", False),
    ],
)
def test_names_with_loose_parts_need_a_right_check_digit_and_hashes_are_none(name: str, is_one: bool) -> None:
    assert text_has_cpr(name) == is_one


@pytest.mark.parametrize("said", [{"sender": f"om {RIGHT}"}, {"rows": int(RIGHT)}, {"010203-1237": 1}, {"a": [1, {"b": ["010203-1237"]}]}, {"a": float(RIGHT)}])
def test_a_manifest_with_a_number_anywhere_is_one_that_is_not_followed(tmp_path: Path, said: dict[str, Any]) -> None:
    assert anything_has_cpr(said)
    (tmp_path / "a.csv.manifest.json").write_text(json.dumps(said), encoding="utf-8")
    problem = read_manifest(tmp_path / "a.csv").problem
    assert problem
    assert "0102031237" not in problem


def test_a_manifest_without_one_is_followed() -> None:
    hashes = [f"{number * 0x9E3779B97F4A7C15F39CC0605CEDC835 % (1 << 256):064x}" for number in range(1, 500)]
    assert not any(
        anything_has_cpr({"sha256": text, "rows": 7_200_000, "covers_through": "2025-06-30", "reference_period": "2025H1", "sender": "Aarhus Kommune"}) for text in hashes
    )


def split(*columns: pl.Series) -> list[tuple[int, int]]:
    """What is found in a table given in two batches, after one without rows."""
    search = SplitSearch()
    for start, size in ((0, 0), (0, 7), (7, 10_000)):
        search.add([column.slice(start, size) for column in columns])
    return search.found()


def test_numbers_cut_in_two_are_found_by_their_check_digits() -> None:
    numbers = pl.Series(real(60))
    birth, serial, other = numbers.str.head(6), numbers.str.tail(4), pl.Series(["x"] * 60)
    assert split(birth, other, serial) == [(0, 2)]
    assert split(serial, birth) == [(1, 0)]
    assert split(birth.cast(pl.Int64), serial.cast(pl.Int32)) == [(0, 1)]
    days = pl.Series([birthday(ten) for ten in numbers], dtype=pl.Date)
    for written in (days, days.cast(pl.String), days.dt.strftime("%d-%m-%Y"), days.dt.strftime("%d%m%Y"), days.dt.strftime("%d.%m.%y")):
        assert split(written, serial) == [(0, 1)]


def test_a_date_beside_any_other_number_is_none() -> None:
    draw = random.Random(5)
    births = pl.Series([ten[:6] for ten in real(500)])
    assert split(births, pl.Series([str(draw.randrange(1000, 9991)) for _ in range(500)])) == []
    assert split(births, pl.Series([2024] * 500)) == []
    assert split(pl.Series([dt.date(2024, 1, 1)] * 500), pl.Series(list(range(1000, 1500)))) == []


def test_text_of_any_script_is_folded_and_plain_text_is_left_as_it_is() -> None:
    assert folded("æøå 010203-1237") == "æøå 010203-1237"
    assert folded("\u200b\uff11\u2014\u0662\u00a0x") == "1-2 x"


def test_both_rates_are_the_same_for_the_same_seed_and_are_what_is_said_of_them() -> None:
    found = measure_guard(3, trials=1)
    open_shapes = {"dashed", "spaced", "full-width digits", "dash of another script", "in free text, dashed", "in JSON, called cpr, nought lost", "parts of the date apart"}
    assert open_shapes <= {shape.name for shape in SHAPES}
    assert [row for row in found["misses"] if row["missed"] and row["shape"] in open_shapes] == []
    assert [row for row in found["misses"] if row["missed"] and row["share"] == "all"] == []
    assert found["miss_rate"] <= 0.02
    assert found["false_alarm_rate_longest"] <= 0.01
    assert len(found["false_alarms"]) > 3 * len(OTHERS) > len(KEYS)
    assert real(20) == real(20) != real(20, seed=8)
