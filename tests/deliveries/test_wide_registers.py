"""Wide registers: one column a week, however it is written; weeks that are missing, misnamed or hold what is no code; what they cover."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import polars as pl
import pytest
from deliveries.handed import HEADER, frame, releases, shipped, text_of
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.contracts.weeks import Week, missing_between, week_after, week_name, week_of
from pipelines.deliveries import batches
from pipelines.deliveries.formats import Reading, read_delivery

thorough = settings(deadline=None, database=None, derandomize=True, max_examples=120)
TEMPLATE = "y_yyww"
WEEKS = ("y_2552", "y_2601", "y_2602")


def read(tmp_path: Path, content: bytes | str | pl.DataFrame) -> tuple[Reading, pl.DataFrame | None]:
    path, target = tmp_path / "original", tmp_path / "data.parquet"
    target.unlink(missing_ok=True)
    if isinstance(content, pl.DataFrame):
        content.write_parquet(path)
    else:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    reading = read_delivery(str(path), str(target), shipped().registers["dream"])
    assert target.exists() == (not reading.reason)
    return reading, pl.read_parquet(target) if target.exists() else None


def wide(**weeks: list[int | None]) -> pl.DataFrame:
    """Rows under weekly columns and one month, with keys."""
    rows = len(next(iter(weeks.values())))
    codes = {name: pl.Series(codes, dtype=pl.Int64) for name, codes in weeks.items()}
    return pl.DataFrame({"PNR": [f"hush-{row}" for row in range(rows)], **codes, "BRANCHE_2026_01": pl.Series([11100] * rows)})


THREE = wide(Y_2552=[130, None], Y_2601=[None, 881], Y_2602=[111, None])
TYPED = pl.DataFrame(
    {"pnr": ["hush-0", "hush-1"], **{name: pl.Series(THREE[name.upper()], dtype=pl.Int16) for name in WEEKS}, "branche_2026_01": pl.Series([11100, 11100], dtype=pl.Int32)}
)


def csv_of(table: pl.DataFrame, blank: str = "") -> str:
    return table.write_csv(separator=";", null_value=blank)


@pytest.mark.parametrize(
    "content",
    [
        THREE,
        THREE.cast({name.upper(): pl.Int16 for name in WEEKS}),
        THREE.cast({"Y_2552": pl.UInt64, "Y_2601": pl.Int32}),
        THREE.cast({name.upper(): pl.String for name in WEEKS}),
        THREE.cast({"Y_2601": pl.String}).with_columns(pl.col("Y_2601").fill_null("")),
        THREE.cast({name.upper(): pl.String for name in WEEKS}).with_columns(pl.format("  {} ", pl.col(name.upper()).fill_null("")).alias(name.upper()) for name in WEEKS),
        THREE.cast({name.upper(): pl.Float64 for name in WEEKS}),
        THREE.cast({"Y_2601": pl.Float64}).with_columns(pl.col("Y_2601").fill_null(float("nan"))),
        THREE.rename(str.lower),
        THREE.rename({"Y_2601": "y_2601"}),
        THREE.select("Y_2602", "PNR", "BRANCHE_2026_01", "Y_2552", "Y_2601"),
        THREE.with_columns(BRANCHE_2025=pl.lit(1), Y_26=pl.lit(1), Y_202601=pl.lit(1), Z_2601=pl.lit(1), MY_2601=pl.lit(1)),
        csv_of(THREE),
        csv_of(THREE.rename(str.lower), " "),
        csv_of(THREE, '" "'),
    ],
    ids=[
        "parquet",
        "small",
        "unsigned",
        "text",
        "blank text",
        "spaces",
        "floats",
        "floats with gaps",
        "lower case",
        "mixed case",
        "other order",
        "other columns",
        "csv",
        "csv of spaces",
        "csv of quoted spaces",
    ],
)
def test_the_same_weeks_are_read_from_every_way_of_writing_them(tmp_path: Path, content: pl.DataFrame | str) -> None:
    reading, rows = read(tmp_path, content)
    assert (reading.reason, reading.rows, reading.covers_through) == ("", 2, "2026-01-11")
    assert rows is not None
    assert rows.equals(TYPED)
    assert rows.schema == TYPED.schema


def test_a_column_of_nothing_but_nulls_is_a_blank_week(tmp_path: Path) -> None:
    reading, rows = read(tmp_path, THREE.with_columns(Y_2601=pl.lit(None)))
    assert reading.reason == ""
    assert rows is not None
    assert rows["y_2601"].to_list() == [None, None]


def refusal(tmp_path: Path, content: pl.DataFrame | str) -> str:
    """Why a file is refused, in words without a key."""
    reading, _ = read(tmp_path, content)
    assert "hush" not in reading.reason
    return reading.reason


GAPS = {
    "one week": (["Y_2551", "Y_2601"], "the weekly column 2025-W52 is missing between 2025-W51 and 2026-W01"),
    "the 53rd week of a year that has it": (["Y_2652", "Y_2701"], "the weekly column 2026-W53 is missing between 2026-W52 and 2027-W01"),
    "ten weeks": (
        [week_name(TEMPLATE, week) for week in [Week(2025, 9), Week(2025, 10), Week(2025, 21)]],
        "the weekly columns from 2025-W11 to 2025-W20 are missing between 2025-W09 and 2025-W21",
    ),
    "over the turn of the century": (["Y_9952", "Y_0002"], "the weekly column 2000-W01 is missing between 1999-W52 and 2000-W02"),
    "two runs": (["Y_2501", "Y_2503", "Y_2506"], "the weekly columns 2025-W02, from 2025-W04 to 2025-W05 are missing between 2025-W01 and 2025-W06"),
    "many runs": (
        [f"Y_25{week:02}" for week in range(1, 18, 2)],
        "the weekly columns 2025-W02, 2025-W04, 2025-W06, 2025-W08, 2025-W10 and in 3 more places are missing between 2025-W01 and 2025-W17",
    ),
}


@pytest.mark.parametrize("case", GAPS)
def test_weeks_missing_between_the_first_and_the_last_refuse_the_file_and_are_named(tmp_path: Path, case: str) -> None:
    names, words = GAPS[case]
    table = wide(**{name: [130, 130] for name in names})
    assert refusal(tmp_path, table) == f"{words}; every week from the first to the last is agreed"


@pytest.mark.parametrize("names", [["Y_2653", "Y_2701"], ["Y_2052", "Y_2053", "Y_2101"], ["Y_9253", "Y_9301"], ["Y_9952", "Y_0001"], ["Y_2552", "Y_2601"], ["Y_9132"], ["Y_9001"]])
def test_weeks_that_follow_each_other_over_the_end_of_a_year_have_no_gap(tmp_path: Path, names: list[str]) -> None:
    reading, rows = read(tmp_path, wide(**{name: [130] for name in reversed(names)}))
    assert reading.reason == ""
    assert rows is not None
    assert rows.columns == ["pnr", *(name.lower() for name in names), "branche_2026_01"]


MISNAMED = {
    "Y_2553": "the column 'y_2553' names no ISO week: 2025 has the weeks 1 to 52; have the column named after its week",
    "Y_2600": "the column 'y_2600' names no ISO week: 2026 has the weeks 1 to 53; have the column named after its week",
    "Y_2654": "the column 'y_2654' names no ISO week: 2026 has the weeks 1 to 53; have the column named after its week",
    "Y_9153": "the column 'y_9153' names no ISO week: 1991 has the weeks 1 to 52; have the column named after its week",
}


@pytest.mark.parametrize("name", MISNAMED)
def test_a_column_that_names_no_week_refuses_the_file(tmp_path: Path, name: str) -> None:
    assert refusal(tmp_path, THREE.with_columns(pl.lit(130).alias(name))) == MISNAMED[name]


REJECTED = {
    "too large": (THREE.with_columns(Y_2601=pl.Series([32767, 32768])), [(2, "y_2601", "32768")]),
    "too small": (THREE.with_columns(Y_2601=pl.Series([-32769, -32768])), [(1, "y_2601", "-32769")]),
    "a half": (THREE.with_columns(Y_2601=pl.Series(["130.5", "130"])), [(1, "y_2601", "130.5")]),
    "a point": (THREE.with_columns(Y_2601=pl.Series(["130", "130.0"])), [(2, "y_2601", "130.0")]),
    "a letter": (csv_of(THREE).replace("881", "88I"), [(2, "y_2601", "88I")]),
    "a power": (csv_of(THREE).replace("881", "1e2"), [(2, "y_2601", "1e2")]),
    "several columns of one row": (
        THREE.with_columns(Y_2602=pl.Series([1, 99999]), Y_2552=pl.Series([130, 40000])).select("PNR", "Y_2602", "Y_2601", "Y_2552", "BRANCHE_2026_01"),
        [(2, "y_2552", "40000"), (2, "y_2602", "99999")],
    ),
    "a float that is no whole number": (THREE.with_columns(Y_2601=pl.Series([130.0, 130.5])), [(2, "y_2601", "130.5")]),
}


@pytest.mark.parametrize("case", REJECTED)
def test_a_row_with_a_week_that_is_no_code_is_rejected_and_the_others_are_taken(tmp_path: Path, case: str) -> None:
    content, cells = REJECTED[case]
    reading, rows = read(tmp_path, content)
    assert (reading.reason, reading.rows, reading.rejected) == ("", 1, 1)
    assert rows is not None
    assert rows["pnr"].to_list() == [TYPED["pnr"][2 - cells[0][0]]]
    rejects = pl.read_parquet(tmp_path / "rejects.parquet")
    assert rejects.sort("column").select("data_row", "column", "delivered").rows() == cells


NO_WHOLE_NUMBER = "not a whole number from -32768 to 32767 in the column"
LOST = {
    "far too large": (
        THREE.with_columns(Y_2601=pl.Series([1 << 63, 1 << 40], dtype=pl.UInt64)),
        f"2 values are {NO_WHOLE_NUMBER} 'y_2601', first in data row 1; 2 of 2 rows do not convert, so the file is not what was agreed",
    ),
    "several columns, in the order of the weeks": (
        THREE.with_columns(Y_2602=pl.lit(99999), Y_2552=pl.Series([130, 40000])).select("PNR", "Y_2602", "Y_2601", "Y_2552", "BRANCHE_2026_01"),
        f"1 value is {NO_WHOLE_NUMBER} 'y_2552', first in data row 2; 1 more weekly column has such values; 2 of 2 rows do not convert, so the file is not what was agreed",
    ),
    "a float beyond every number": (
        THREE.with_columns(Y_2601=pl.Series([float("inf"), 1e9])),
        f"2 values are {NO_WHOLE_NUMBER} 'y_2601', first in data row 1; 2 of 2 rows do not convert, so the file is not what was agreed",
    ),
    "yes and no": (THREE.with_columns(Y_2601=pl.lit(value=True)), "the column 'y_2601' is delivered as Boolean where whole numbers are agreed"),
    "no weeks": (THREE.select("PNR"), "no weekly column 'y_yyww' is in the file"),
    "no key": (THREE.drop("PNR"), "the column 'pnr' is missing"),
    "one week twice": (THREE.with_columns(y_2601=pl.lit(1)), "columns 3 and 6 have the same name"),
    "no rows": (THREE.clear(), "the file has its columns but no rows; deliver it again with them"),
    "no code at all": (THREE.with_columns(pl.lit(None).alias(name.upper()) for name in WEEKS), "coverage cannot be measured: no weekly column has a code in any row"),
    "no code but the blank one": (THREE.with_columns(pl.lit(0).alias(name.upper()) for name in WEEKS), "coverage cannot be measured: no weekly column has a code in any row"),
    "a number of a person in a week": (
        THREE.with_columns(Y_2601=pl.Series(["130", "010203-1234"])),
        "1 cell of the column 'y_2601' looks like a CPR number; pseudonymise the file before it is delivered, and purge this one",
    ),
    "plain numbers of persons in a week": (
        THREE.with_columns(Y_2601=pl.Series(["0102031234", "0102031235"])),
        "2 cells of the column 'y_2601' look like CPR numbers; pseudonymise the file before it is delivered, and purge this one",
    ),
    "numbers of persons in a column that names no week": (
        THREE.with_columns(Y_2553=pl.lit("010203-1234")),
        "2 cells of a column that the register contract does not have look like CPR numbers; pseudonymise the file before it is delivered, and purge this one",
    ),
    "numbers of persons before a gap": (
        THREE.drop("Y_2601").with_columns(PNR=pl.lit("010203-1234")),
        "2 cells of the column 'pnr' look like CPR numbers; pseudonymise the file before it is delivered, and purge this one",
    ),
}


@pytest.mark.parametrize("case", LOST)
def test_a_wide_file_that_is_not_what_was_agreed_is_refused_in_words_without_values(tmp_path: Path, case: str) -> None:
    content, words = LOST[case]
    assert refusal(tmp_path, content) == words


@pytest.mark.parametrize(
    ("last", "through"),
    [
        ([None, 130], "2026-01-11"),
        ([None, -1], "2026-01-11"),
        ([None, None], "2026-01-04"),
        ([0, 0], "2026-01-04"),
        ([0, None], "2026-01-04"),
    ],
)
def test_a_wide_register_covers_through_the_sunday_of_its_last_week_with_a_code(tmp_path: Path, last: list[int | None], through: str) -> None:
    assert read(tmp_path, wide(Y_2552=[130, 130], Y_2601=[None, 130], Y_2602=last))[0].covers_through == through


def test_a_blank_week_before_one_with_a_code_is_covered(tmp_path: Path) -> None:
    assert read(tmp_path, wide(Y_2552=[None], Y_2601=[None], Y_2602=[130], Y_2603=[None]))[0].covers_through == "2026-01-11"


def test_the_53rd_week_is_covered_to_its_sunday(tmp_path: Path) -> None:
    assert read(tmp_path, wide(Y_2652=[130], Y_2653=[130]))[0].covers_through == "2027-01-03"


code = st.one_of(st.none(), st.sampled_from([0, 130, 881, 999]), st.integers(-40_000, 40_000))
tables = st.integers(1, 4).flatmap(lambda weeks: st.lists(st.lists(code, min_size=weeks, max_size=weeks), min_size=1, max_size=12))


@thorough
@given(rows=tables, is_text=st.booleans(), cells=st.integers(1, 40), groups=st.integers(1, 5))
def test_nothing_depends_on_where_a_batch_ends(tmp_path_factory: pytest.TempPathFactory, rows: list[list[int | None]], is_text: bool, cells: int, groups: int) -> None:
    tmp_path = tmp_path_factory.mktemp("batches")
    table = wide(**{f"Y_26{week + 1:02}": list(codes) for week, codes in enumerate(zip(*rows, strict=True))})
    made = io.BytesIO()
    (table.cast(dict.fromkeys(table.columns, pl.String)) if is_text else table).write_parquet(made, row_group_size=groups)
    whole = read(tmp_path, made.getvalue())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batches, "CELLS_AT_ONCE", cells)
        parts = read(tmp_path, made.getvalue())
    assert parts[0] == whole[0]
    assert (parts[1] is None) == (whole[1] is None)
    assert parts[1] is None or whole[1] is None or parts[1].equals(whole[1])


@pytest.mark.parametrize("rows_at_once", [1, 2, 3])
@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({}, ""),
        ({"released_on": ["01-07-2024", "14-07-2024", "30-09-2024"]}, ""),
        ({"released_on": ["14-07-2024", "2024-07-01", "x"]}, "2 values are not a date in the column 'released_on', first in data row 1"),
        ({"age": ["1", "x", "y"]}, "2 values are not a integer in the column 'age', first in data row 2"),
        ({"arm": ["0102031234", "aid", "0405061234"]}, "2 cells of the column 'arm' look like CPR numbers"),
        ({"arm": ["aid", "no_aid", "0405061234"]}, "1 cell of the column 'arm' looks like a CPR number"),
        ({"arm": ["aid", "no_aid", "040506-1234"], "age": ["x", "1", "2"]}, "1 cell of the column 'arm' looks like a CPR number"),
        ({"released_on": ["", "", ""]}, "coverage cannot be measured: the column 'released_on' is empty in every row"),
    ],
)
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_plain_register_is_judged_over_all_its_batches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows_at_once: int, changed: dict[str, list[str]], words: str, kind: str
) -> None:
    table = frame().cast(pl.String).with_columns(**{name: pl.Series(values) for name, values in changed.items()})
    monkeypatch.setattr(batches, "CELLS_AT_ONCE", rows_at_once * table.width)
    path = tmp_path / "original"
    if kind == "csv":
        path.write_text(text_of(*(";".join(row) for row in table.iter_rows()), header=HEADER), encoding="utf-8")
    else:
        table.write_parquet(path)
    reading = read_delivery(str(path), str(tmp_path / "data.parquet"), releases())
    assert reading.reason.split(";")[0] == words
    if not words:
        rows = pl.read_parquet(tmp_path / "data.parquet")
        assert (reading.rows, reading.covers_through) == (3, "2024-09-30")
        assert rows.select("person_id", "released_on", "age").equals(frame().select("person_id", "released_on", "age"))


def test_text_that_is_not_utf_8_in_a_parquet_file_is_damage(tmp_path: Path) -> None:
    made = io.BytesIO()
    pl.DataFrame({"PNR": ["hush-\u00e5\u00e5\u00e5\u00e5"], "Y_2601": [130]}).write_parquet(made, compression="uncompressed", statistics=False, use_pyarrow=False)
    broken = made.getvalue().replace("\u00e5\u00e5\u00e5\u00e5".encode(), b"\xe5" * 8)
    assert broken != made.getvalue()
    assert refusal(tmp_path, broken).startswith("the Parquet file is damaged (")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["y_2601", "y_9132", "y_2053", "y_0001", "y_9052"])
def test_a_column_name_and_its_week_say_the_same(name: str) -> None:
    week = week_of(TEMPLATE, name)
    assert week is not None
    assert week_name(TEMPLATE, week) == name


@pytest.mark.parametrize("name", ["y_26", "y_260", "y_26011", "y_26a1", "y_202601", "x_2601", "y2601", "y_2601 ", "yy_2601", "y_\u0662\u0666\u0660\u0661", "", "y_yyww"])
def test_another_form_of_name_is_another_column(name: str) -> None:
    assert week_of(TEMPLATE, name) is None


mondays = st.integers(0, 5000).map(lambda weeks: dt.date(1991, 1, 7) + dt.timedelta(weeks=weeks))


def week_at(day: dt.date) -> Week:
    return Week(*day.isocalendar()[:2])


@thorough
@given(mondays)
def test_every_week_of_a_century_is_named_followed_and_dated_by_the_iso_calendar(monday: dt.date) -> None:
    week = week_at(monday)
    assert week_of(TEMPLATE, week_name(TEMPLATE, week)) == week
    assert (week.monday, week.sunday) == (monday, monday + dt.timedelta(days=6))
    assert week_after(week) == week_at(monday + dt.timedelta(days=7))


@thorough
@given(st.sets(st.integers(0, 70), min_size=1), mondays)
def test_the_missing_weeks_are_those_that_are_not_there(places: set[int], monday: dt.date) -> None:
    weeks = [monday + dt.timedelta(weeks=place) for place in places]
    missing = []
    for first, last in missing_between(map(week_at, weeks)):
        day = first.monday
        while day <= last.monday:
            missing.append(day)
            day += dt.timedelta(days=7)
    assert missing == [monday + dt.timedelta(weeks=place) for place in range(min(places), max(places)) if place not in places]
