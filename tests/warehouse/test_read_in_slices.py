"""Unit rows computed a slice of the people at a time: the same to the byte however the people are cut, from tables that are read once; and
whatever goes wrong with one outcome is its own."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from indicators.spells import SHARDS
from pipelines.bench_indicators import MEASURED, TOGETHER, asked_for
from pipelines.errors import HomeError
from pipelines.measuring import Asked
from pipelines.settings import Home
from pipelines.synthetic.crowd import fill
from pipelines.together import Waiting, computed
from pipelines.warehouse import staged
from pipelines.warehouse.staged import Reading, placed
from pipelines.warehouse.writer import connect, open_warehouse

PEOPLE = 120
FEW = settings(max_examples=6, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate])
TABLES = ("arrests", "arrests_searched", "bef_person", "bef_residence", "buaf", "dod", "dream", "who5")


class Watched:
    """A connection that notes each reading of a staged table, its own and those of its cursors; and each look at what codes a column has."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, read: list[str], looked: list[str] | None = None) -> None:
        self.connection, self.read, self.looked = connection, read, [] if looked is None else looked

    def execute(self, text: str, *given: Any) -> duckdb.DuckDBPyConnection:
        is_look = "create or replace temp type" in text
        statements = [line for line in text.splitlines() if not line.startswith("--")]
        (self.looked if is_look else self.read).extend(word.removeprefix("staged.") for word in " ".join(statements).split() if word.startswith("staged."))
        return self.connection.execute(text, *given)

    def cursor(self) -> Watched:
        return Watched(self.connection.cursor(), self.read, self.looked)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.connection, name)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    made = Home(tmp_path_factory.mktemp("crowd") / "home").prepare()
    with open_warehouse(made) as warehouse:
        fill(warehouse, PEOPLE).write_parquet(made.root / "people.parquet")
    return made


@pytest.fixture
def connection(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(home.warehouse, home, read_only=True) as made:
        yield made


@pytest.fixture
def asked(home: Home) -> list[Asked]:
    return asked_for(TOGETHER, pl.read_parquet(home.root / "people.parquet"))


def in_bytes(frames: Sequence[pl.DataFrame]) -> bytes:
    stream = io.BytesIO()
    pl.concat(frames).write_parquet(stream)
    return stream.getvalue()


def rows_of(connection: Any, asked: Sequence[Asked], at_once: int) -> dict[str, bytes]:
    """The rows of each outcome, to the byte."""
    found: dict[str, list[pl.DataFrame]] = {}
    for _, item, rows in computed(connection, asked, at_once):
        assert isinstance(rows, pl.DataFrame), rows
        found.setdefault(item.name, []).append(rows)
    return {name: in_bytes(frames) for name, frames in found.items()}


def test_any_cut_of_the_people_gives_the_same_bytes(connection: duckdb.DuckDBPyConnection, asked: list[Asked], monkeypatch: pytest.MonkeyPatch) -> None:
    whole = rows_of(connection, asked, PEOPLE)
    assert len(whole) == len(MEASURED)

    @given(at_once=st.integers(2, PEOPLE - 1), rows_at_once=st.sampled_from([31, 100, 2_048, 100_000]), is_shuffled=st.booleans())
    @example(at_once=1, rows_at_once=100_000, is_shuffled=True)
    @FEW
    def agree(at_once: int, rows_at_once: int, is_shuffled: bool) -> None:
        monkeypatch.setattr(staged, "ROWS_AT_ONCE", rows_at_once)
        people = [item.people.sample(fraction=1, shuffle=True, seed=at_once) if is_shuffled else item.people for item in asked]
        assert rows_of(connection, [replace(item, people=some) for item, some in zip(asked, people, strict=True)], at_once) == whole

    agree()


def test_rows_stand_by_shard_and_person_with_nobody_left_out(connection: duckdb.DuckDBPyConnection, asked: list[Asked]) -> None:
    for at_once in (PEOPLE, 9):
        for item in asked:
            persons = pl.concat([rows for _, _, rows in computed(connection, [item], at_once) if isinstance(rows, pl.DataFrame)])["person_id"].to_list()
            assert persons == sorted(range(1, PEOPLE + 1), key=lambda person: (person % SHARDS, person))


@pytest.mark.parametrize("at_once", [3, 8, 64, PEOPLE])
def test_ten_outcomes_read_each_table_once(connection: duckdb.DuckDBPyConnection, asked: list[Asked], at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """In slices of any size, from tables that come in pieces, and in one go."""
    monkeypatch.setattr(staged, "ROWS_AT_ONCE", 333)
    twice = [*asked, *(replace(item, name=f"{item.name} again") for item in asked)]
    watched = Watched(connection, [])
    assert len(rows_of(watched, twice, at_once)) == 10
    assert sorted(watched.read) == sorted(TABLES)
    assert watched.looked == ([] if at_once == PEOPLE else ["buaf"]), "only a table whose codes are texts, and only that column of it"


def test_an_outcomes_rows_do_not_depend_on_who_else_is_asked_about(connection: duckdb.DuckDBPyConnection, asked: list[Asked]) -> None:
    """Each of its own people, of whom the others have some: alone and beside the others."""
    own = [replace(item, people=item.people.filter(pl.col("person_id") % 5 >= number)) for number, item in enumerate(asked)]
    for at_once in (PEOPLE, 7):
        together = rows_of(connection, own, at_once)
        assert together == {item.name: rows_of(connection, [item], at_once)[item.name] for item in own}


def test_what_is_not_asked_of_a_row_is_not_in_it(connection: duckdb.DuckDBPyConnection, asked: list[Asked]) -> None:
    for item in asked:
        whole = pl.concat([rows for _, _, rows in computed(connection, [item], 50) if isinstance(rows, pl.DataFrame)])
        some = pl.concat([rows for _, _, rows in computed(connection, [item.only(("person_id", "status", "value"))], 50) if isinstance(rows, pl.DataFrame)])
        assert_frame_equal(some, whole.select("person_id", "status", "value", "cohort"))


@pytest.mark.parametrize("at_once", [PEOPLE, 40])
@pytest.mark.parametrize("wrong", ["no table", "an error", "a panic"])
def test_what_goes_wrong_with_one_is_raised_for_that_one_alone(home: Home, asked: list[Asked], at_once: int, wrong: str, tmp_path: Path) -> None:
    whole = dict.fromkeys(item.name for item in asked[1:])
    broken = spoiled(asked[0], wrong)
    waiting = Waiting(tmp_path / "waiting")
    with open_warehouse(home) as warehouse, warehouse.connection.cursor() as apart:
        for name, rows in rows_of(apart, asked[1:], at_once).items():
            whole[name] = rows
        waiting.measure(apart, [broken, *asked[1:]], at_once)
        with pytest.raises((duckdb.CatalogException, ValueError, pl.exceptions.PanicException)):
            list(waiting.rows(broken.name))
        assert {item.name: in_bytes(list(waiting.rows(item.name))) for item in asked[1:]} == whole
        assert warehouse.connection.execute("select count(*) from staged.dream").fetchall()[0][0] > 0, "the step's own transaction goes on"


def spoiled(item: Asked, wrong: str) -> Asked:
    """An outcome that fails: at its table, in making its plan, or in the engine."""
    if wrong == "no table":
        return replace(item, tables=dict.fromkeys(item.tables, "nothing"))

    def compute(*_: Any, **__: Any) -> pl.LazyFrame:
        if wrong == "an error":
            raise ValueError("this indicator fails")
        raise pl.exceptions.PanicException("this engine panics")

    return replace(item, measure=replace(item.measure, compute=compute), tables={})


def test_rows_wait_on_disk_for_whoever_asks_with_the_same_inputs_and_are_gone_when_cleared(connection: duckdb.DuckDBPyConnection, asked: list[Asked], tmp_path: Path) -> None:
    waiting = Waiting(tmp_path / "waiting")
    item = replace(asked[0], made_from="these inputs")
    waiting.measure(connection, [item], 50)
    assert waiting.has(item.name, "these inputs")
    assert not waiting.has(item.name, "other inputs")
    assert in_bytes(list(waiting.rows(item.name))) == rows_of(connection, [item], PEOPLE)[item.name]
    assert (tmp_path / "waiting").stat().st_mode & 0o077 == 0
    waiting.clear()
    assert not (tmp_path / "waiting").exists()
    assert not waiting.has(item.name, "these inputs")


def test_a_table_that_is_not_stored_by_shard_is_refused() -> None:
    people = placed(pl.DataFrame({"person_id": range(1, 40)}, schema={"person_id": pl.Int32}))
    with duckdb.connect() as made:
        made.execute("create schema staged; create table staged.spells as select cast(n as integer) as person_id, 0 as start_day, 1 as end_day from range(1, 40) as t(n)")
        whole = [part.table("spells") for part in Reading(made, people, 39).slices()]
        assert [rows.height for rows in whole] == [39]
        with pytest.raises(HomeError, match="the staged table spells is not stored by shard"):
            [part.table("spells") for part in Reading(made, people, 38).slices()]


def test_slices_are_of_one_shard_each_and_nobody_is_in_two() -> None:
    people = placed(pl.DataFrame({"person_id": [person for person in range(1, 200) if person % SHARDS != 3]}, schema={"person_id": pl.Int32}))
    with duckdb.connect() as made:
        slices = [part.persons["person_id"].to_list() for part in Reading(made, people, 5).slices()]
        assert all(len(part) <= 5 and len({person % SHARDS for person in part}) == 1 for part in slices)
        assert [person for part in slices for person in part] == people["person_id"].to_list()
        assert [part.persons.height for part in Reading(made, people.clear()).slices()] == [0], "so that a table that is missing is missed all the same"


def test_people_with_no_rows_and_people_nobody_asks_about_are_passed_over() -> None:
    """Sparse on both sides: rows of persons 2, 34, 50 in one shard, asked about 18, 34 and 66, one at a time."""
    people = placed(pl.DataFrame({"person_id": [66, 18, 34]}, schema={"person_id": pl.Int32}))
    with duckdb.connect() as made:
        made.execute("create schema staged; create table staged.dod as from (values (2, 7), (34, 8), (34, 9), (50, 1)) as t(person_id, start_day)")
        found = [part.table("dod").rows() for part in Reading(made, people, 1).slices()]
    assert found == [[], [(34, 8), (34, 9)], []]


@pytest.mark.parametrize("at_once", [1, 9])
def test_codes_come_as_categories_and_are_what_is_stored(at_once: int) -> None:
    """Texts with an empty one among them; numbers, and texts that are no codes, come as they are, and a table without a row has its columns."""
    people = placed(pl.DataFrame({"person_id": range(1, 9)}, schema={"person_id": pl.Int32}))
    stored = "select cast(n % 8 + 1 as integer) as person_id, case n % 3 when 0 then 'b''ø' when 1 then 'a' end as type, n as code, 'x' as note from range(40) as t(n)"
    with duckdb.connect() as made:
        made.execute(
            f"create schema staged; create table staged.stays as from ({stored}) order by person_id % 16, person_id, code; create table staged.none as from staged.stays limit 0"
        )
        reading = Reading(made, people, at_once)
        found = [(part.table("stays"), part.table("none")) for part in reading.slices()]
        rows, nothing = (pl.concat(part) for part in zip(*found, strict=True))
        assert rows.rows() == made.execute("from staged.stays").fetchall()
    assert rows.schema == nothing.schema
    assert dict(rows.schema) == {"person_id": pl.Int32, "type": pl.Categorical, "code": pl.Int64, "note": pl.String}


class Breaking:
    """A connection whose streams break off after a number of batches, once each; what is asked anew goes well."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, after: int) -> None:
        self.connection, self.after = connection, after

    def cursor(self) -> Breaking:
        return self

    def execute(self, _text: str, *_given: Any) -> Any:
        return self

    def table(self, name: str) -> duckdb.DuckDBPyRelation:
        return self.connection.table(name)

    def to_arrow_reader(self, at_once: int) -> Any:
        real = self.connection.execute("from staged.spells").to_arrow_reader(at_once)
        return Broken(real, self.after)


class Broken:
    def __init__(self, real: Any, after: int) -> None:
        self.real, self.schema, self.left = real, real.schema, after

    def __next__(self) -> Any:
        self.left -= 1
        if self.left == -1:
            raise OSError("the disk does not answer")
        return next(self.real)


def test_nobody_goes_on_after_a_table_broke_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rows that were on their way when the disk did not answer are missing for good: whoever asks later for this table is told so, in
    this slice and in every one after it."""
    monkeypatch.setattr(staged, "ROWS_AT_ONCE", 2_048)
    people = placed(pl.DataFrame({"person_id": range(1, 9)}, schema={"person_id": pl.Int32}))
    made_of = "select cast(n % 8 + 1 as integer) as person_id, n as start_day, n + 1 as end_day from range(40_000) as t(n) order by person_id % 16, person_id"
    with duckdb.connect() as made:
        made.execute(f"create schema staged; create table staged.spells as {made_of}")
        found = []
        for part in Reading(Breaking(made, 9), people, 1).slices():  # type: ignore[arg-type]
            for _ in range(2):
                try:
                    found.append(part.table("spells").height)
                except OSError:
                    found.append(-1)
        assert found == [5_000] * 6 + [-1] * 10


def test_nothing_waits_of_a_reading_that_does_not_come_to_its_end(
    connection: duckdb.DuckDBPyConnection, asked: list[Asked], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full when the second slice is kept: no step after it may take the first for all there is."""
    waiting, real, kept = Waiting(tmp_path / "waiting"), pl.DataFrame.write_ipc, list[Path]()

    def write(rows: pl.DataFrame, path: Path) -> None:
        if len(kept) == len(asked):
            raise OSError("no space left on device")
        kept.append(path)
        real(rows, path)

    with monkeypatch.context() as patched:
        patched.setattr(pl.DataFrame, "write_ipc", write)
        with pytest.raises(OSError, match="no space left"):
            waiting.measure(connection, asked, 9)
    assert waiting.names() == set()
    assert not waiting.has(asked[0].name, asked[0].made_from)
    waiting.measure(connection, asked, 9)
    assert {item.name: in_bytes(list(waiting.rows(item.name))) for item in asked} == rows_of(connection, asked, PEOPLE)
