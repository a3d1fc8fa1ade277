"""The one writer of `warehouse.duckdb`: identity, staging, cohorts, unit rows and results. Opened for a step, closed after it.

Nothing in the warehouse is a truth: a damaged file is put aside and rebuilt from the archive.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pipelines.canonical import canonical
from pipelines.deliveries.archive import Delivery, data_of
from pipelines.errors import HomeBusyError
from pipelines.settings import DEFAULT_MEMORY_LIMIT, Home, sql_folder, sql_text

THREADS = 2
PERSON_DATA = 0o600


def connect(path: Path, home: Home, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    """A connection with bounded memory and its spill folder inside the home."""
    spill = home.root / ".spill"
    spill.mkdir(parents=True, exist_ok=True, mode=0o700)
    config: dict[str, str | bool | int | float | list[str]] = {"memory_limit": DEFAULT_MEMORY_LIMIT, "threads": THREADS, "temp_directory": str(spill)}
    return duckdb.connect(str(path), read_only=read_only, config=config)


@contextlib.contextmanager
def open_warehouse(home: Home) -> Iterator[Warehouse]:
    """The warehouse for writing, in one transaction: all of a step or none of it."""
    try:
        connection = connect(home.warehouse, home, read_only=False)
    except (duckdb.IOException, duckdb.SerializationException, duckdb.InternalException) as error:
        if "lock" in str(error).lower():
            raise HomeBusyError("the warehouse is open in another program", where=str(home.warehouse), next_step="close it; read the published copies instead") from None
        _put_aside(home)
        connection = connect(home.warehouse, home, read_only=False)
    home.warehouse.chmod(PERSON_DATA)
    try:
        connection.execute("begin")
        connection.execute(sql_text("warehouse/schema.sql"))
        yield Warehouse(connection, home)
        connection.execute("commit")
    finally:
        connection.close()


def _put_aside(home: Home) -> None:
    for path in (home.warehouse, home.warehouse.with_name(home.warehouse.name + ".wal")):
        if path.exists():
            path.replace(path.with_name(path.name + ".damaged"))


class Warehouse:
    """What steps may do to the warehouse. Tables are named in sql/warehouse/schema.sql; every statement stands there or takes parameters."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, home: Home) -> None:
        self.connection, self.home = connection, home

    def replace(self, table: str, frame: pl.DataFrame, subject: str | None = None) -> None:
        """Put `frame` in the place of the rows of `subject`, or of all rows."""
        if subject is None:
            self.connection.execute(f"delete from {table}")
        else:
            self.connection.execute(f"delete from {table} where subject = ?", [subject])
        self.connection.register("incoming", frame)
        self.connection.execute(f"insert into {table} by name select * from incoming")
        self.connection.unregister("incoming")

    def rows(self, table: str, subject: str) -> pl.DataFrame:
        """The rows of one subject."""
        return self.connection.execute(f"select * exclude (subject) from {table} where subject = ?", [subject]).pl()

    def note_deliveries(self, known: list[Delivery], used: dict[str, Delivery], lags: dict[str, int]) -> None:
        """What expectations need to know of deliveries and registers."""
        rows = [(d.register, d.id, d.sha256, d.known_from, d.is_accepted, used.get(d.register) == d, d.declared_through, d.covers_through, d.rows) for d in known]
        self.connection.execute("delete from quality.deliveries")
        if rows:
            self.connection.executemany("insert into quality.deliveries values (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        self.connection.execute("delete from quality.registers")
        if lags:
            self.connection.executemany("insert into quality.registers values (?, ?)", sorted(lags.items()))

    def note_built(self, subject: str, inputs: str, as_of: dt.date) -> None:
        self.connection.execute("insert or replace into quality.built values (?, ?, ?)", [subject, inputs, as_of])

    def forget(self, subject: str) -> None:
        """Drop what an earlier run built of `subject`, so that nothing stale can be read as tonight's."""
        for table in ("quality.built", "outcomes.results", "outcomes.indicator_values", "quality.checks"):
            self.connection.execute(f"delete from {table} where subject = ?", [subject])

    def is_built(self, subject: str, inputs: str) -> bool:
        """Whether `subject` stands in the warehouse exactly as these inputs would make it."""
        found = self.connection.execute("select inputs from quality.built where subject = ?", [subject]).fetchone()
        return found is not None and found[0] == inputs

    def show_delivered(self, register: str, delivery: Delivery) -> None:
        """`delivered.<register>`: the typed rows exactly as they came, for expectations to look at."""
        self.connection.execute("create schema if not exists delivered")
        self.connection.execute("use delivered")
        self.connection.read_parquet(str(data_of(self.home, delivery))).create_view(register, replace=True)
        self.connection.execute("use main")

    def enrolments(self, register: str, arm: str, enrolled_on: str) -> pl.LazyFrame:
        """person_id, enrolled_day and arm of a register that enrols people, by the columns the contract names."""
        columns = (duckdb.ColumnExpression("person_id"), duckdb.ColumnExpression(enrolled_on).alias("enrolled_day"), duckdb.ColumnExpression(arm).alias("arm"))
        rows = self.connection.table(f"staged.{register}").select(*columns).pl().lazy()
        return rows.with_columns(pl.col("enrolled_day").cast(pl.Date).cast(pl.Int32))

    def number(self, keys: pl.DataFrame) -> None:
        """Give the people of `keys` (person_key) numbers where they have none."""
        self.connection.register("arriving", keys)
        self.connection.execute(sql_text("warehouse/new_persons.sql"))
        self.connection.unregister("arriving")

    def results(self) -> dict[str, tuple[dict[str, Any] | None, str]]:
        """The result, as plain data, and the failure in words, by subject."""
        found = self.connection.execute("select subject, result, failure from outcomes.results order by subject").fetchall()
        return {subject: (json.loads(result), failure) for subject, result, failure in found}

    def stage(self, register: str, delivery: Delivery, person_key: str) -> None:
        """Run the register's staging SQL over a delivery: new people get the next dense numbers, in the order of their keys."""
        self.connection.read_parquet(str(data_of(self.home, delivery))).create_view("raw", replace=True)
        key = duckdb.ColumnExpression(person_key)
        self.connection.table("raw").select(key.alias("person_key")).distinct().create_view("arriving", replace=True)
        self.connection.execute(sql_text("warehouse/new_persons.sql"))
        self.connection.execute(sql_text(f"staging/{register}.sql"))
        self.connection.execute("drop view arriving")
        self.connection.execute("drop view raw")

    def table(self, name: str) -> pl.LazyFrame:
        """A staged table."""
        return self.connection.table(f"staged.{name}").pl().lazy()

    def persons(self) -> pl.DataFrame:
        """The map between dense numbers and delivered pseudonyms."""
        return self.connection.table("identity.persons").pl()

    def set_thresholds(self, subject: str, thresholds: dict[str, Decimal]) -> None:
        self.connection.execute("delete from quality.thresholds where subject = ?", [subject])
        if thresholds:
            self.connection.executemany("insert into quality.thresholds values (?, ?, ?)", [(subject, rule, value) for rule, value in sorted(thresholds.items())])

    def set_needs(self, subject: str, registers: tuple[str, ...], plausible: tuple[int, int]) -> None:
        self.connection.execute("delete from quality.needs where subject = ?", [subject])
        self.connection.executemany("insert into quality.needs values (?, ?)", [(subject, register) for register in registers])
        self.connection.execute("insert or replace into quality.plausible values (?, ?, ?)", [subject, *plausible])

    def set_cohort(self, subject: str, register: str, start: int, end: int) -> None:
        self.connection.execute("insert or replace into quality.cohorts values (?, ?, ?, ?)", [subject, register, start, end])

    def set_result(self, subject: str, result: dict[str, Any] | None, failure: str = "") -> None:
        text = canonical(result).decode() if result else "null"
        self.connection.execute("insert or replace into outcomes.results values (?, ?, ?)", [subject, text, failure])

    def make_expectation_views(self) -> None:
        """One view a rule of sql/expectations."""
        template = sql_text("warehouse/expectation_view.sql")
        for path in sorted((sql_folder() / "expectations").glob("*.sql")):
            self.connection.execute(template.format(rule=path.stem, body=path.read_text(encoding="utf-8")))
