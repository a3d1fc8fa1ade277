"""From weekly columns to spells: by hand, and against an oracle that walks every person's weeks one by one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.spells import day_number
from pipelines.canonical import file_digest
from pipelines.contracts.catalogue import Code
from pipelines.contracts.weeks import Week, week_name
from pipelines.deliveries.archive import Delivery
from pipelines.deliveries.counting import alone
from pipelines.payments.vocabulary import catalogue
from pipelines.quality.registers import register_suite
from pipelines.settings import Home
from pipelines.warehouse import wide
from pipelines.warehouse.writer import Warehouse, open_warehouse

thorough = settings(deadline=None, database=None, derandomize=True, max_examples=60)
TEMPLATE = "y_yyww"
SHARDS = 16
Spell = tuple[int, int, int, int]
Codes = list[int | None]


def week_at(monday: dt.date) -> Week:
    return Week(*monday.isocalendar()[:2])


def typed(first: dt.date, people: list[tuple[str | None, Codes]]) -> pl.DataFrame:
    """The typed copy of a delivery whose first week begins on the Monday `first`."""
    weeks = len(people[0][1])
    names = [week_name(TEMPLATE, week_at(first + dt.timedelta(weeks=place))) for place in range(weeks)]
    columns = {name: pl.Series([codes[place] for _, codes in people], dtype=pl.Int16) for place, name in enumerate(names)}
    return pl.DataFrame({"pnr": pl.Series([key for key, _ in people], dtype=pl.String), **columns})


def staged(home: Home, rows: pl.DataFrame, through: dt.date | None = None, *, group: int = 100, look: Callable[[Warehouse], object] | None = None) -> list[Spell]:
    """The rows of staged.dream, in their order, after staging `rows`."""
    folder = home.archive / "dream" / "made"
    folder.mkdir(parents=True, exist_ok=True)
    rows.write_parquet(folder / "data.parquet", row_group_size=group)
    delivery = Delivery("dream", "made", dt.date(2026, 6, 1), True, "dream.parquet", covers_through=through, data_sha256=file_digest(folder / "data.parquet"))
    with open_warehouse(home) as warehouse:
        warehouse.stage("dream", alone(delivery), "pnr", TEMPLATE, "branche_yyyy_mm")
        if look is not None:
            look(warehouse)
        return warehouse.connection.execute("select * from staged.dream").fetchall()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


MONDAY = dt.date(2025, 12, 22)
D = day_number(MONDAY)


def test_equal_neighbouring_weeks_are_one_spell_and_blank_weeks_are_code_nought(home: Home) -> None:
    people: list[tuple[str | None, Codes]] = [("a", [130, 130, None, 130]), ("b", [None, None, None, None]), ("c", [881, 0, None, 881])]
    assert staged(home, typed(MONDAY, people)) == [
        (1, D, D + 14, 130),
        (1, D + 14, D + 21, 0),
        (1, D + 21, D + 28, 130),
        (2, D, D + 28, 0),
        (3, D, D + 7, 881),
        (3, D + 7, D + 21, 0),
        (3, D + 21, D + 28, 881),
    ]


def test_the_columns_of_the_staged_table_are_a_spell_s_and_a_small_code(home: Home) -> None:
    kinds: list[tuple[str, str]] = []
    staged(home, typed(MONDAY, [("a", [130])]), look=lambda warehouse: kinds.extend(row[:2] for row in warehouse.connection.execute("describe staged.dream").fetchall()))
    assert kinds == [("person_id", "INTEGER"), ("start_day", "INTEGER"), ("end_day", "INTEGER"), ("code", "SMALLINT")]


def test_a_spell_runs_on_over_the_53rd_week_and_the_new_year(home: Home) -> None:
    first = dt.date(2026, 12, 21)
    rows = typed(first, [("a", [130, 130, 130, 651])])
    assert rows.columns == ["pnr", "y_2652", "y_2653", "y_2701", "y_2702"]
    begin = day_number(first)
    assert staged(home, rows) == [(1, begin, begin + 21, 130), (1, begin + 21, begin + 28, 651)]


def test_spells_lie_by_shard_person_and_start_whatever_the_order_of_the_file(home: Home) -> None:
    people: list[tuple[str | None, Codes]] = [(f"{number:03}", [number % 3, 7]) for number in range(40)]
    found = staged(home, typed(MONDAY, people[::-1]))
    assert found == sorted(found, key=lambda spell: (spell[0] % SHARDS, spell[0], spell[1]))
    assert {spell[0]: spell[3] for spell in found if spell[1] == D} == {number + 1: number % 3 for number in range(40)}


def test_weeks_after_the_day_covered_are_not_delivered_and_never_blank(home: Home) -> None:
    rows = typed(MONDAY, [("a", [130, None, 130, None, None]), ("b", [None, None, None, None, None])])
    assert staged(home, rows, MONDAY + dt.timedelta(days=20)) == [(1, D, D + 7, 130), (1, D + 7, D + 14, 0), (1, D + 14, D + 21, 130), (2, D, D + 21, 0)]
    assert staged(home, rows, MONDAY - dt.timedelta(days=1)) == []


def test_a_row_without_a_key_is_nobody_and_a_person_delivered_twice_keeps_both_rows(home: Home) -> None:
    people: list[tuple[str | None, Codes]] = [("b", [130, 881]), (None, [771, 771]), ("a", [651, 651]), ("b", [130, 130])]
    assert staged(home, typed(MONDAY, people)) == [(1, D, D + 14, 651), (2, D, D + 7, 130), (2, D, D + 14, 130), (2, D + 7, D + 14, 881)]


def test_nobody_with_a_key_leaves_no_spells(home: Home) -> None:
    assert staged(home, typed(MONDAY, [(None, [130])])) == []


def test_known_people_keep_their_numbers_and_new_ones_are_numbered_on_in_the_order_of_their_keys(home: Home) -> None:
    staged(home, typed(MONDAY, [("m", [1])]))
    people: list[tuple[str | None, Codes]] = [("z", [26]), ("m", [13]), ("a", [1])]
    assert {spell[0]: spell[3] for spell in staged(home, typed(MONDAY, people))} == {1: 13, 2: 1, 3: 26}


def test_columns_that_name_no_week_are_let_be(home: Home) -> None:
    assert staged(home, typed(MONDAY, [("a", [130])]).with_columns(kom=pl.lit("101"), y_26=pl.lit(1))) == [(1, D, D + 7, 130)]


def test_spells_may_be_read_more_than_once(home: Home) -> None:
    path = home.root / "data.parquet"
    typed(MONDAY, [("a", [130, None]), ("b", [651, 651])]).write_parquet(path)
    with open_warehouse(home) as warehouse:
        persons = pl.Series([1, 2], dtype=pl.Int32).to_numpy()
        warehouse.connection.register("spells", wide.RepeatedSpells(path, persons, wide.weeks_covered(path, TEMPLATE, None), "code"))
        for _ in range(2):
            assert warehouse.connection.execute("select count(*), sum(code) from spells").fetchall() == [(3, 781)]


def by_walking(first: dt.date, people: list[tuple[str | None, Codes]], through: dt.date | None) -> list[Spell]:
    """Every person's weeks one after another, blank ones as 0, a new spell wherever the code is another one."""
    numbers = {key: number for number, key in enumerate(sorted({key for key, _ in people if key is not None}), start=1)}
    found: list[Spell] = []
    for key, codes in people:
        spells: list[Spell] = []
        for place, code in enumerate(codes):
            monday = first + dt.timedelta(weeks=place)
            if key is None or (through is not None and monday > through):
                continue
            day = day_number(monday)
            if spells and spells[-1][3] == (code or 0):
                spells[-1] = (*spells[-1][:2], day + 7, code or 0)
            else:
                spells.append((numbers[key], day, day + 7, code or 0))
        found += spells
    return sorted(found, key=lambda spell: (spell[0] % SHARDS, *spell))


keys = st.one_of(st.none(), st.sampled_from([f"p{number:02}" for number in range(20)]))
codes = st.one_of(st.none(), st.sampled_from([0, 0, 130, 881]), st.integers(-32768, 32767))
rows = st.integers(1, 9).flatmap(lambda weeks: st.lists(st.tuples(keys, st.lists(codes, min_size=weeks, max_size=weeks)), min_size=1, max_size=25))


@thorough
@given(people=rows, weeks_before=st.integers(0, 1900), covered=st.one_of(st.none(), st.integers(-1, 70)), most=st.integers(1, 12), group=st.integers(1, 30))
def test_any_weeks_give_the_spells_that_walking_them_gives_whatever_the_size_of_a_block(
    tmp_path_factory: pytest.TempPathFactory, people: list[tuple[str | None, Codes]], weeks_before: int, covered: int | None, most: int, group: int
) -> None:
    first = dt.date(1991, 1, 7) + dt.timedelta(weeks=weeks_before)
    through = None if covered is None else first + dt.timedelta(days=covered)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wide, "MOST_ROWS", most)
        assert staged(Home(tmp_path_factory.mktemp("any")), typed(first, people), through, group=group) == by_walking(first, people, through)


DREAM = catalogue().registers["dream"]
KNOWN = next(item for item in register_suite(catalogue(), DREAM).expectations if item.rule == "y_yyww_is_a_known_code")


def unknown(home: Home, people: list[tuple[str | None, Codes]], listed: list[tuple[str, str, str]], first: dt.date = MONDAY) -> int:
    """How many spells hold a code that is not valid in one of their weeks, by a list of (code, first day, last day; empty is no limit)."""
    counted: list[int] = []

    def count(warehouse: Warehouse) -> None:
        days = [(code, *(dt.date.fromisoformat(day) if day else None for day in limits)) for code, *limits in listed]
        warehouse.note_codes("another", (Code("1", "", "", None, None), Code("130", "", "", None, None)))
        warehouse.note_codes("dream", tuple(Code(code, "", "", since, until) for code, since, until in days))
        counted.append(warehouse.connection.execute(KNOWN.arguments["query"].replace("{batch}", KNOWN.table)).fetchall()[0][0])

    staged(home, typed(first, people), look=count)
    return counted[0]


ALWAYS = [("0", "", ""), ("130", "", "")]
SUNDAY, NEXT = MONDAY + dt.timedelta(days=6), MONDAY + dt.timedelta(days=7)
VALIDITY: dict[str, tuple[Codes, list[tuple[str, str, str]], int]] = {
    "codes without a limit": ([130, None, 130], ALWAYS, 0),
    "a code that is not listed": ([130, 870, None], ALWAYS, 1),
    "two spells of one": ([870, 130, 870], ALWAYS, 2),
    "a list of nothing": ([130, 130, None], [], 2),
    "a blank week where blank is not listed": ([130, None, None], [("130", "", "")], 1),
    "a last day on the Monday of the week": ([140, 0, 0], [*ALWAYS, ("140", "", str(MONDAY))], 0),
    "a last day on the Sunday before": ([140, 0, 0], [*ALWAYS, ("140", "", str(MONDAY - dt.timedelta(days=1)))], 1),
    "a first day on the Sunday of the week": ([140, 0, 0], [*ALWAYS, ("140", str(SUNDAY), "")], 0),
    "a first day on the Monday after": ([140, 0, 0], [*ALWAYS, ("140", str(NEXT), "")], 1),
    "a spell that runs a week too long": ([140, 140, 0], [*ALWAYS, ("140", "", str(SUNDAY))], 1),
    "a spell over two periods that share a week": ([140, 140, 0], [*ALWAYS, ("140", "", str(SUNDAY)), ("140", str(SUNDAY), "")], 0),
    "a spell over two periods that touch": ([140, 140, 0], [*ALWAYS, ("140", "", str(SUNDAY)), ("140", str(NEXT), "")], 0),
    "a spell over the week between two periods": (
        [140, 140, 140],
        [*ALWAYS, ("140", "", str(MONDAY)), ("140", str(MONDAY + dt.timedelta(days=14)), "")],
        1,
    ),
    "spells inside two periods apart": ([140, 0, 140], [*ALWAYS, ("140", "", str(MONDAY)), ("140", str(MONDAY + dt.timedelta(days=14)), "")], 0),
    "a short period inside a long one": (
        [140, 140, 140],
        [*ALWAYS, ("140", str(MONDAY), ""), ("140", str(NEXT), str(NEXT)), ("140", "", str(SUNDAY))],
        0,
    ),
}


@pytest.mark.parametrize("case", VALIDITY)
def test_a_code_is_known_in_a_week_when_it_is_valid_on_any_day_of_it(home: Home, case: str) -> None:
    weeks, listed, expected = VALIDITY[case]
    assert unknown(home, [("a", weeks)], listed) == expected
    assert unknown(home, [("a", weeks), ("b", weeks), ("c", [0, 0, 0])], listed) - 2 * expected == (0 if ("0", "", "") in listed else 1)


def test_the_shipped_list_ends_the_help_that_was_abolished_on_the_first_of_july_2025(home: Home) -> None:
    shipped = [(code.code, str(code.valid_from or ""), str(code.valid_to or "")) for code in catalogue().codes["dream"]]
    last_week = dt.date(2025, 6, 30)
    assert unknown(home, [("a", [720, 730])], shipped, last_week) == 0
    assert unknown(home, [("a", [720, 720])], shipped, last_week) == 1
    assert unknown(home, [("a", [None, 870])], shipped, last_week) == 1


def test_what_was_abolished_and_introduced_in_2018_is_known_in_its_weeks_alone(home: Home) -> None:
    shipped = [(code.code, str(code.valid_from or ""), str(code.valid_to or "")) for code in catalogue().codes["dream"]]
    last_week = dt.date(2018, 3, 26)
    assert unknown(home, [("a", [112, 115])], shipped, last_week) == 0
    assert unknown(home, [("a", [112, 112]), ("b", [126, 126]), ("c", [115, 115])], shipped, last_week) == 2


def test_integration_benefit_is_known_from_its_first_week(home: Home) -> None:
    shipped = [(code.code, str(code.valid_from or ""), str(code.valid_to or "")) for code in catalogue().codes["dream"]]
    first_week = dt.date(2015, 8, 31)
    assert unknown(home, [("a", [700, 700])], shipped, first_week) == 0
    assert unknown(home, [("a", [700, 700])], shipped, first_week - dt.timedelta(days=7)) == 1


def test_every_code_of_the_shipped_list_says_what_it_rests_on() -> None:
    path = catalogue().folder / "codelists" / "dream.csv"
    rows = pl.read_csv(path, infer_schema=False)
    assert rows["source"].null_count() == 0
    dated = rows.filter(pl.col("valid_from").is_not_null() | pl.col("valid_to").is_not_null())
    assert dated.filter(~pl.col("source").str.contains("; ")).height == 0, "a day has a source beside that of its code"
    assert all(group.isascii() and group.islower() and group.replace("_", "").isalpha() for group in rows["group"])
