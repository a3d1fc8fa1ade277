"""Reading one delivered file: what is taken and how, what is refused and in which words."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from deliveries.handed import HEADER, ROWS, frame, releases, text_of

from pipelines.contracts.register import RegisterContract
from pipelines.deliveries.formats import Reading, read_delivery
from pipelines.deliveries.texts import NOT_A_TABLE

CPR = "010203-1234"


def read(tmp_path: Path, content: bytes | str, register: RegisterContract | None = None) -> tuple[Reading, pl.DataFrame | None]:
    path, target = tmp_path / "original", tmp_path / "data.parquet"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    reading = read_delivery(str(path), str(target), register or releases())
    return reading, pl.read_parquet(target) if target.exists() else None


def parquet(tmp_path: Path, table: pl.DataFrame) -> bytes:
    table.write_parquet(tmp_path / "made.parquet")
    return (tmp_path / "made.parquet").read_bytes()


def refusal(tmp_path: Path, content: bytes | str, register: RegisterContract | None = None) -> str:
    """Why a file is refused. Nothing is written for a refused file, and nothing delivered is said."""
    reading, rows = read(tmp_path, content, register)
    assert rows is None
    assert "hush" not in reading.reason
    assert CPR not in reading.reason
    return reading.reason


def with_column(name: str, logical_type: str) -> RegisterContract:
    """The register of releases with one more column."""
    data = releases().model_dump(by_alias=True)
    data["schema"][0]["properties"].append({"name": name, "logicalType": logical_type, "description": "One more."})
    return RegisterContract.model_validate(data)


@pytest.mark.parametrize(
    "content",
    [
        text_of(*ROWS),
        text_of(*ROWS).rstrip("\n"),
        text_of(*ROWS, end="\r\n"),
        text_of(*ROWS).replace(";", ","),
        text_of(*ROWS).replace(";", "\t"),
        "\ufeff" + text_of(*ROWS),
        text_of(*ROWS, header="Person_ID;RELEASED_ON; arm ;Age"),
        text_of("hush-one;01-07-2024;aid;30", "hush-two;14-07-2024;no_aid;41", "hush-three;30-09-2024;aid;22"),
        text_of(*(f"{row};extra" for row in ROWS), header=HEADER + ";cell_phone"),
        text_of("30;aid;2024-07-01;hush-one", "41;no_aid;2024-07-14;hush-two", "22;aid;2024-09-30;hush-three", header="age;arm;released_on;person_id"),
        text_of(*(f" {row} " for row in ROWS)),
        text_of('"hush-one";"2024-07-01";"aid";"30"', *ROWS[1:], header='"person_id";"released_on";"arm";"age"'),
        '\ufeff"person_id";"released_on";"arm";"age"\n' + "\n".join(ROWS),
        text_of(*ROWS) + "\n\n",
        text_of(*ROWS[:1]) + "\n" + "\n".join(ROWS[1:]),
    ],
    ids=[
        "semicolon",
        "no last line end",
        "windows",
        "comma",
        "tab",
        "bom",
        "mixed case",
        "danish dates",
        "extra column",
        "other order",
        "spaces",
        "quoted",
        "bom and quotes",
        "blank end",
        "blank between",
    ],
)
def test_the_same_table_is_read_from_every_way_of_writing_it(tmp_path: Path, content: str) -> None:
    reading, rows = read(tmp_path, content)
    assert (reading.reason, reading.rows, reading.format, reading.covers_through) == ("", 3, "csv", "2024-09-30")
    assert rows is not None
    assert rows.equals(frame())


def test_the_same_table_is_read_from_parquet_whatever_its_integers_and_its_case(tmp_path: Path) -> None:
    table = frame().with_columns(pl.col("age").cast(pl.Int16), extra=pl.lit(1)).rename({"person_id": "PERSON_ID"})
    reading, rows = read(tmp_path, parquet(tmp_path, table))
    assert (reading.reason, reading.rows, reading.format, reading.covers_through) == ("", 3, "parquet", "2024-09-30")
    assert rows is not None
    assert rows.equals(frame())


def test_a_line_break_inside_quotes_is_part_of_the_value(tmp_path: Path) -> None:
    reading, rows = read(tmp_path, text_of('"hush\none";2024-07-01;aid;30', *ROWS[1:]))
    assert reading.rows == 3
    assert rows is not None
    assert rows["person_id"][0] == "hush\none"


def test_an_empty_cell_is_nothing_and_keeps_its_row(tmp_path: Path) -> None:
    reading, rows = read(tmp_path, text_of("hush-one;2024-07-01;;30", "hush-two;2024-07-14;aid;", "hush-three;2024-07-15;aid;1"))
    assert reading.rows == 3
    assert rows is not None
    assert (rows["arm"].to_list(), rows["age"].to_list()) == ([None, "aid", "aid"], [30, None, 1])


def test_coverage_is_measured_as_the_contract_says(tmp_path: Path) -> None:
    data = releases().model_dump(by_alias=True)
    for item in data["customProperties"]:
        if item["property"] == "coverage":
            item["value"] = {"column": "released_on", "measured": "earliest"}
    reading, _ = read(tmp_path, text_of(*ROWS), RegisterContract.model_validate(data))
    assert reading.covers_through == "2024-07-01"


REFUSED = {
    "no bytes": ("", "the file is empty (0 bytes); deliver it again"),
    "header alone": (HEADER + "\n", "the file has its columns but no rows; deliver it again with them"),
    "header alone, no line end": (HEADER, "the file has its columns but no rows; deliver it again with them"),
    "blank line": ("\n", "the file has no header and no rows"),
    "no header": ("\n".join(ROWS), "the columns 'person_id', 'released_on', 'arm', 'age' are missing"),
    "column missing": (text_of("hush-one;2024-07-01;aid", header="person_id;released_on;arm"), "the column 'age' is missing"),
    "column twice": (
        text_of("hush-one;2024-07-01;aid;30;31", header=HEADER + ";age"),
        "columns 4 and 5 have the same name",
    ),
    "column twice in another case": (text_of("hush-one;2024-07-01;aid;30;31", header=HEADER + ";AGE"), "columns 4 and 5 have the same name"),
    "no date at all": (text_of("hush-one;;aid;30"), "coverage cannot be measured: the column 'released_on' is empty in every row"),
    "a row too long": (text_of(*ROWS, "hush-4;2024-07-01;aid;4;5"), "data row 4 has 5 values under 4 columns; the file is cut or broken, so have it delivered whole"),
    "a row cut short": (text_of(*ROWS, "hush-4;2024-07-01;aid"), "data row 4 has 3 values under 4 columns; the file is cut or broken, so have it delivered whole"),
    "a row of a key alone": (text_of(*ROWS) + "hush-4", "data row 4 has 1 value under 4 columns; the file is cut or broken, so have it delivered whole"),
    "an open quote": (text_of(*ROWS, 'hush-4;2024-07-01;"aid;4', *ROWS), NOT_A_TABLE),
    "two encodings": (
        text_of("hush-one;2024-07-01;l\u00e5s;30").encode("latin-1") + "hush-two;2024-07-01;l\u00e5s;30".encode(),
        "the text is in UTF-8 in some places and in another encoding in others; have it written anew in one encoding",
    ),
    "a byte that no encoding has": (
        text_of("hush-one;2024-07-01;?;30").encode().replace(b"?", b"\x81"),
        "the text is neither UTF-8 nor windows-1252; have it written anew in one of them",
    ),
    "garbage": (bytes(range(256)) * 400, "the file is neither Parquet, SAS7BDAT, an Excel workbook nor text; check how it was exported"),
    "a dashed number in the key": (
        text_of(ROWS[0], f"{CPR};2024-07-01;aid;30"),
        "1 cell of the column 'person_id' looks like a CPR number; pseudonymise the file before it is delivered, and purge this one",
    ),
    "plain numbers in the key": (
        text_of("0102031234;2024-07-01;aid;30", "0405061234;2024-07-01;aid;30"),
        "2 cells of the column 'person_id' look like CPR numbers; pseudonymise the file before it is delivered, and purge this one",
    ),
    "a number inside another column": (
        text_of(f"hush-one;2024-07-01;see {CPR};30"),
        "1 cell of the column 'arm' looks like a CPR number; pseudonymise the file before it is delivered, and purge this one",
    ),
    "a number in a column that is dropped": (
        text_of(f"hush-one;2024-07-01;aid;30;{CPR}", header=HEADER + ";hush"),
        "1 cell of a column that the register contract does not have looks like a CPR number; pseudonymise the file before it is delivered, and purge this one",
    ),
    "a column named for it that is dropped": (
        text_of("hush-one;2024-07-01;aid;30;0102031234", header=HEADER + ";CPRNR"),
        "1 cell of a column that the register contract does not have looks like a CPR number; pseudonymise the file before it is delivered, and purge this one",
    ),
    "a number for a column name": (
        text_of("hush-one;2024-07-01;aid;30;1", header=f"{HEADER};{CPR}"),
        "a column name looks like a CPR number; the whole file is kept apart",
    ),
    "numbers and no header": (f"{CPR};2024-07-01;aid;30\n", "a column name looks like a CPR number; the whole file is kept apart"),
}


REJECTED = {
    "text where a date belongs": (text_of(ROWS[0], "hush-two;hush;aid;41"), [(2, "released_on", "hush")]),
    "a date that does not exist": (text_of(ROWS[0], "hush-two;2024-02-30;aid;41"), [(2, "released_on", "2024-02-30")]),
    "two ways of writing dates": (text_of(*ROWS, "hush-4;01-07-2024;aid;4"), [(4, "released_on", "01-07-2024")]),
    "month before day": (text_of(ROWS[0], "hush-two;07-14-2024;aid;41"), [(2, "released_on", "07-14-2024")]),
    "a date cut by a digit": (text_of(ROWS[0], "hush-one;2024-07-1;aid;30"), [(2, "released_on", "2024-07-1")]),
    "a year of two digits": (text_of("hush-one;01-07-24;aid;30", ROWS[0]), [(1, "released_on", "01-07-24")]),
    "a date with a sign": (text_of("hush-one;+2024-07-01;aid;30", ROWS[0]), [(1, "released_on", "+2024-07-01")]),
    "text where a number belongs": (text_of("hush-one;2024-07-01;aid;old", *ROWS, "x;2024-07-01;aid;1.5"), [(1, "age", "old"), (5, "age", "1.5")]),
    "a number too large": (text_of("hush-one;2024-07-01;aid;99999999999999999999", ROWS[0]), [(1, "age", "99999999999999999999")]),
    "two cells of one row": (text_of(ROWS[0], "hush-two;hush;aid;old"), [(2, "age", "old"), (2, "released_on", "hush")]),
}


@pytest.mark.parametrize("case", REJECTED)
def test_a_row_that_does_not_convert_is_rejected_with_column_and_value_and_the_others_are_taken(tmp_path: Path, case: str) -> None:
    content, cells = REJECTED[case]
    places = {row for row, _, _ in cells}
    reading, rows = read(tmp_path, content)
    assert rows is not None
    assert (reading.reason, reading.rejected, reading.rows) == ("", len(places), rows.height)
    assert rows.height == len(content.splitlines()) - 1 - len(places)
    rejects = pl.read_parquet(tmp_path / "rejects.parquet")
    assert rejects.sort("data_row", "column").select("data_row", "column", "delivered").rows() == cells
    assert "hush" not in " ".join(rejects["reason"])


def test_a_file_of_which_more_than_half_is_rejected_is_not_what_was_agreed(tmp_path: Path) -> None:
    half = text_of(ROWS[0], "hush-two;hush;aid;41")
    assert read(tmp_path, half)[0].rejected == 1
    words = "2 values are not a date in the column 'released_on', first in data row 1; 2 of 3 rows do not convert, so the file is not what was agreed"
    assert refusal(tmp_path, text_of("hush-1;hush;aid;1", "hush-2;hush;aid;2", ROWS[0])) == words
    assert sorted(path.name for path in tmp_path.iterdir()) == ["original"]


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-8", "utf-8-sig", "utf-16"])
def test_danish_letters_are_read_from_every_encoding_that_offices_use(tmp_path: Path, encoding: str) -> None:
    mark = "\u2019" if encoding != "latin-1" else "'"
    reading, rows = read(tmp_path, text_of(f"hush-one;2024-07-01;S\u00f8nder {mark} \u00c6r\u00f8;30", *ROWS).encode(encoding))
    assert reading.reason == ""
    assert rows is not None
    assert rows["arm"][0] == f"S\u00f8nder {mark} \u00c6r\u00f8"


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_is_not_what_was_agreed_is_refused_in_words_without_values(tmp_path: Path, case: str) -> None:
    content, words = REFUSED[case]
    assert refusal(tmp_path, content) == words


@pytest.mark.parametrize("column", [pl.lit("hush"), pl.lit(1.5), pl.lit(20240701), pl.lit(True)], ids=["text", "float", "integer", "boolean"])
def test_a_parquet_column_of_another_type_is_refused(tmp_path: Path, column: pl.Expr) -> None:
    words = refusal(tmp_path, parquet(tmp_path, frame().with_columns(released_on=column)))
    assert "released_on" in words
    assert "date" in words


@pytest.mark.parametrize("column", [pl.lit(["010203-1234"]), pl.struct(a=pl.lit("010203-1234")), pl.lit(b"010203-1234")], ids=["list", "structure", "binary"])
def test_a_column_that_nobody_can_search_for_cpr_numbers_is_refused(tmp_path: Path, column: pl.Expr) -> None:
    words = refusal(tmp_path, parquet(tmp_path, frame().with_columns(extra=column)))
    assert words == "a column holds lists, structures or binary values, in which nobody can look for CPR numbers; deliver plain columns"


@pytest.mark.parametrize(
    ("hour", "words"), [(0, ""), (12, "3 values are not a date in the column 'released_on', first in data row 1; 3 of 3 rows do not convert, so the file is not what was agreed")]
)
def test_a_moment_is_a_date_only_at_midnight(tmp_path: Path, hour: int, words: str) -> None:
    moments = frame().with_columns(released_on=pl.col("released_on").cast(pl.Datetime) + pl.duration(hours=hour))
    assert read(tmp_path, parquet(tmp_path, moments))[0].reason == words


@pytest.mark.parametrize("kind", [pl.Int64, pl.UInt64])
def test_a_person_key_of_whole_numbers_that_look_like_cpr_is_refused_with_and_without_its_leading_nought(tmp_path: Path, kind: type[pl.DataType]) -> None:
    keys = pl.Series("person_id", [102031234, 3112991234, 7], dtype=kind)
    words = refusal(tmp_path, parquet(tmp_path, frame().with_columns(keys)))
    assert words.startswith("2 cells of the column 'person_id' look like CPR numbers")


def test_a_person_key_of_small_numbers_is_a_pseudonym(tmp_path: Path) -> None:
    reading, rows = read(tmp_path, parquet(tmp_path, frame().with_columns(person_id=pl.Series([1, 2, 3]))))
    assert reading.reason == ""
    assert rows is not None
    assert rows["person_id"].to_list() == ["1", "2", "3"]


def test_an_integer_elsewhere_may_have_ten_digits(tmp_path: Path) -> None:
    assert read(tmp_path, parquet(tmp_path, frame().with_columns(age=pl.lit(102031234))))[0].reason == ""


@pytest.mark.parametrize("part", [0.3, 0.6, 0.9, 0.99])
def test_a_parquet_file_cut_anywhere_is_refused(tmp_path: Path, part: float) -> None:
    whole = parquet(tmp_path, frame())
    assert refusal(tmp_path, whole[: int(len(whole) * part)]) == "the Parquet file is cut short: its footer is missing; deliver it again"


def test_a_parquet_file_with_its_middle_missing_is_refused(tmp_path: Path) -> None:
    whole = parquet(tmp_path, frame())
    assert refusal(tmp_path, whole[:40] + whole[-8:]).startswith("the Parquet file is damaged (")


def test_a_parquet_file_without_rows_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, parquet(tmp_path, frame().clear())) == "the file has its columns but no rows; deliver it again with them"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("1234.56", Decimal("1234.56")),
        ("-0.000001", Decimal("-0.000001")),
        ("7", Decimal(7)),
        ("1234,56", Decimal("1234.56")),
        ("1.234,56", Decimal("1234.56")),
        ("1.234.567,5", Decimal("1234567.5")),
        ("12.34,5", None),
        ("1,2,3", None),
        ("1e5", None),
        ("0.1234567", None),
        ("1.234.567", Decimal(1234567)),
        (".5", None),
        ("nan", None),
    ],
)
def test_a_number_is_taken_exactly_or_not_at_all(tmp_path: Path, written: str, expected: Decimal | None) -> None:
    content = text_of(f"hush-one;2024-07-01;aid;30;{written}", header=HEADER + ";income")
    reading, rows = read(tmp_path, content, with_column("income", "number"))
    if expected is None:
        assert reading.reason.startswith("1 value is not a number in the column 'income', first in data row 1;")
    else:
        assert rows is not None
        assert rows["income"].to_list() == [expected]


def test_parquet_decimals_are_taken_to_the_last_digit(tmp_path: Path) -> None:
    register = with_column("income", "number")
    exact = frame().with_columns(income=pl.Series([Decimal("10.25"), None, Decimal("-3.10")], dtype=pl.Decimal(12, 2)))
    reading, rows = read(tmp_path, parquet(tmp_path, exact), register)
    assert reading.reason == ""
    assert rows is not None
    assert rows["income"].to_list() == [Decimal("10.25"), None, Decimal("-3.10")]
    (tmp_path / "data.parquet").unlink()
    finer = exact.with_columns(income=pl.Series([Decimal("0.12345678"), None, None], dtype=pl.Decimal(12, 8)))
    reading, rows = read(tmp_path, parquet(tmp_path, finer), register)
    assert (reading.rows, reading.rejected) == (2, 1)


def test_floats_are_taken_to_six_decimals_and_what_is_no_number_is_not(tmp_path: Path) -> None:
    floats = frame().with_columns(income=pl.Series([1.1, float("nan"), float("inf")]), age=pl.Series([30.0, None, 22.0]))
    reading, rows = read(tmp_path, parquet(tmp_path, floats), with_column("income", "number"))
    assert rows is not None
    assert (reading.rejected, rows["income"].to_list(), rows["age"].to_list()) == (1, [Decimal("1.1"), None], [30, None])


@pytest.mark.parametrize(
    ("written", "taken", "rejected"),
    [
        (("1.5", "2,5", "3,5"), ["2.5", "3.5"], 1),
        (("1,5", "2", "1.234,5"), ["1.5", "2", "1234.5"], 0),
        (("1.5", "2", "1.234"), ["1.5", "2", "1.234"], 0),
        (("1,5", "1,25", "1.234"), ["1.5", "1.25"], 1),
    ],
)
def test_the_decimals_of_a_file_are_written_in_one_way(tmp_path: Path, written: tuple[str, ...], taken: list[str], rejected: int) -> None:
    content = text_of(*(f"{row};{number}" for row, number in zip(ROWS, written, strict=True)), header=HEADER + ";income")
    reading, rows = read(tmp_path, content, with_column("income", "number"))
    assert rows is not None
    assert (reading.rejected, rows["income"].to_list()) == (rejected, [Decimal(number) for number in taken])


def test_a_column_of_nothing_is_taken_where_the_contract_has_its_type(tmp_path: Path) -> None:
    reading, rows = read(tmp_path, parquet(tmp_path, frame().with_columns(age=pl.lit(None))))
    assert reading.reason == ""
    assert rows is not None
    assert rows["age"].dtype == pl.Int64


def test_dates_at_the_ends_of_months_and_leap_years_are_read_as_written(tmp_path: Path) -> None:
    written = ["29-02-2024", "31-12-1999", "01-01-2000"]
    _, rows = read(tmp_path, text_of(*(f"hush-{n};{day};aid;30" for n, day in enumerate(written))))
    assert rows is not None
    assert rows["released_on"].to_list() == [dt.date(2024, 2, 29), dt.date(1999, 12, 31), dt.date(2000, 1, 1)]
