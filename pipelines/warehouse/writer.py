"""The one writer of `warehouse.duckdb`: identity, staging, cohorts, unit rows and results. Opened for a step, closed after it.

Nothing in the warehouse is a truth: a damaged file is put aside and rebuilt from the archive.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
from duckdb.sqltypes import VARCHAR

from indicators.matching import CANDIDATES
from indicators.windows import DAYS_A_WEEK
from pipelines.canonical import canonical, text_digest
from pipelines.contracts.catalogue import Code
from pipelines.contracts.periods import Span, span_of
from pipelines.deliveries.archive import Delivery, folder_of
from pipelines.deliveries.counting import InUse
from pipelines.errors import HomeBusyError
from pipelines.settings import DEFAULT_MEMORY_LIMIT, Home, sql_folder, sql_text
from pipelines.warehouse.delivered import show, show_rejected
from pipelines.warehouse.rows import add_rows
from pipelines.warehouse.staged import rows_about
from pipelines.warehouse.wide import Int32s, RepeatedSpells, months_covered, weeks_covered

THREADS = 2
PERSON_DATA = 0o600
REFUSED_BY_PROVIDER = "udfoerer"
"""The code of the code list `afslag` for a refusal by the provider."""
MEMORY_LIMIT_BESIDE_BLOCKS = "300MB"


def connect(path: Path, home: Home, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    """A connection with bounded memory and its spill folder inside the home. Texts leave it as polars keeps them, in half the time."""
    spill = home.root / ".spill"
    spill.mkdir(parents=True, exist_ok=True, mode=0o700)
    config: dict[str, str | bool | int | float | list[str]] = {"memory_limit": DEFAULT_MEMORY_LIMIT, "threads": THREADS, "temp_directory": str(spill)}
    config.update(produce_arrow_string_view=True, arrow_output_version="1.4")
    return duckdb.connect(str(path), read_only=read_only, config=config)


def run_over_spells(connection: duckdb.DuckDBPyConnection, sql: str, spells: dict[str, RepeatedSpells]) -> None:
    """Run a file of `sql` that finds each of `spells` under its name. The engine sorts them on disk beyond a part of its memory, since the
    blocks that they are made of take the rest."""
    for name, stream in spells.items():
        connection.register(name, stream)
    if spells:
        connection.execute("set memory_limit = ?", [MEMORY_LIMIT_BESIDE_BLOCKS])
    try:
        connection.execute(sql_text(sql))
    finally:
        connection.execute("set memory_limit = ?", [DEFAULT_MEMORY_LIMIT])
        for name in spells:
            connection.unregister(name)


@contextlib.contextmanager
def open_warehouse(home: Home) -> Iterator[Warehouse]:
    """The warehouse for writing, in one transaction: all of a step or none of it."""
    try:
        connection = connect(home.warehouse, home, read_only=False)
    except (duckdb.IOException, duckdb.SerializationException, duckdb.InternalException) as error:
        if "lock" in str(error).lower():
            raise HomeBusyError("the warehouse is open in another program", where=str(home.warehouse), next_step="close it; read the published copies instead") from None
        _put_aside(home, "damaged")
        connection = connect(home.warehouse, home, read_only=False)
    is_current = _is_current(connection)
    is_new = not is_current and _is_new(connection)
    if not is_new and not is_current:
        connection.close()
        _put_aside(home, "outdated")
        connection, is_new = connect(home.warehouse, home, read_only=False), True
    home.warehouse.chmod(PERSON_DATA)
    try:
        connection.execute("begin")
        if is_new:
            connection.execute(sql_text("warehouse/schema.sql"))
            connection.execute("insert into quality.schema values (?)", [_schema_digest()])
        yield Warehouse(connection, home)
        connection.execute("commit")
    finally:
        connection.close()


@contextlib.contextmanager
def kept_open(home: Home) -> Iterator[None]:
    """While the block runs, `open_warehouse` costs next to nothing: the engine reads the file once, and not for each of many small questions. Each
    still has a transaction of its own. Only where the warehouse was opened before, and where no other process asks it meanwhile."""
    try:
        connection = connect(home.warehouse, home, read_only=False)
    except duckdb.Error:
        yield  # what is wrong with the file is told, or mended, where it is opened
        return
    try:
        yield
    finally:
        connection.close()


def _schema_digest() -> str:
    return text_digest(sql_text("warehouse/schema.sql"))


def _is_new(connection: duckdb.DuckDBPyConnection) -> bool:
    return connection.execute("select count(*) from duckdb_tables()").fetchone() == (0,)


def _is_current(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the file was made by the schema in force; one made by another is rebuilt from the archive."""
    try:
        return connection.execute("select digest from quality.schema").fetchall() == [(_schema_digest(),)]
    except duckdb.CatalogException:
        return False


def _put_aside(home: Home, why: str) -> None:
    for path in (home.warehouse, home.warehouse.with_name(home.warehouse.name + ".wal")):
        if path.exists():
            path.replace(path.with_name(f"{path.name}.{why}"))


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
        self.add(table, frame)

    def add(self, table: str, frame: pl.DataFrame) -> None:
        """Put `frame` beside the rows that are there."""
        self.connection.register("incoming", frame)
        self.connection.execute(f"insert into {table} by name select * from incoming")
        self.connection.unregister("incoming")

    def rows(self, table: str, subject: str) -> pl.DataFrame:
        """The rows of one subject."""
        return self.connection.execute(f"select * exclude (subject) from {table} where subject = ?", [subject]).pl()

    def note_deliveries(self, known: list[Delivery], used: Mapping[str, InUse], lags: Mapping[str, int], due: Mapping[str, tuple[dt.date, int]] | None = None) -> None:
        """What expectations need to know of deliveries and registers. `due` says, per register, by which day more than what is covered was
        expected, and how many days ago that was."""
        counting = {item for found in used.values() for item in found.deliveries}
        self._fill(
            "quality.deliveries",
            [(d.register, d.id, d.sha256, d.known_from, d.is_accepted, d in counting, d.declared_through, d.covers_through, d.rows, d.reference_period, d.rejected) for d in known],
        )
        self._fill("quality.delivery_periods", [*_periods_in(used.values()), *_periods_refused(known)])
        self._fill("quality.breaks", [row for found in used.values() for row in _breaks(found)])
        self._fill("quality.registers", [(name, lag, *(due or {}).get(name, (None, 0))) for name, lag in sorted(lags.items())])

    def _fill(self, table: str, rows: list[tuple[Any, ...]]) -> None:
        """Put `rows` in the place of everything in a table."""
        self.connection.execute(f"delete from {table}")
        add_rows(self.connection, table, rows)

    def note_codes(self, codelist: str, codes: tuple[Code, ...]) -> None:
        """The codes of a list with the days between which each is valid, for expectations to look up."""
        self.connection.execute("delete from quality.codes where codelist = ?", [codelist])
        add_rows(self.connection, "quality.codes", [(codelist, code.code, code.valid_from, code.valid_to) for code in codes])

    def note_built(self, subject: str, inputs: str, as_of: dt.date) -> None:
        self.connection.execute("insert or replace into quality.built values (?, ?, ?)", [subject, inputs, as_of])

    def forget(self, subject: str) -> None:
        """Drop what an earlier run built of `subject`, so that nothing stale can be read as tonight's."""
        for table in ("quality.built", "outcomes.results", "outcomes.indicator_values", "quality.checks", "quality.tallies"):
            self.connection.execute(f"delete from {table} where subject = ?", [subject])

    def built_on(self, subject: str, inputs: str) -> dt.date | None:
        """The as-of day on which `subject` was last made from exactly these inputs, as it still stands in the warehouse; None when it is not."""
        found = self.connection.execute("select as_of from quality.built where subject = ? and inputs = ?", [subject, inputs]).fetchone()
        return found[0] if found else None

    def built_subjects(self, as_of: dt.date) -> set[str]:
        """Everything that was made on an as-of day, as it still stands in the warehouse."""
        return {subject for (subject,) in self.connection.execute("select subject from quality.built where as_of = ?", [as_of]).fetchall()}

    def built_from(self, as_of: dt.date) -> dict[str, str]:
        """What everything that was made on an as-of day was made from, as it still stands in the warehouse, by subject."""
        return dict(self.connection.execute("select subject, inputs from quality.built where as_of = ?", [as_of]).fetchall())

    def show_delivered(self, register: str, used: InUse) -> None:
        """`delivered.<register>`: the typed rows that count, exactly as they came, for expectations and staging to look at; and
        `rejected.<register>`, the cells of theirs that did not convert."""
        show(self.connection, self.home, used, "delivered", register)
        show_rejected(self.connection, self.home, used)

    def enrolments(self, register: str, columns: Mapping[str, str | None], where: Mapping[str, str]) -> pl.LazyFrame:
        """person_id, enrolled_day, arm, referred_day and is_withdrawn of the rows of a register that enrols people. `columns` says which of its
        columns each of `enrolled_day`, `arm`, `referred_day` and `withdrawn` is; what none is, is null, and nobody withdrew."""
        rows = self.connection.table(f"staged.{register}")
        for column, value in where.items():
            rows = rows.filter(duckdb.ColumnExpression(column) == duckdb.ConstantExpression(value))
        named = {name: duckdb.ColumnExpression(column) if column else duckdb.ConstantExpression(None).cast(VARCHAR) for name, column in columns.items()}
        found = rows.select(duckdb.ColumnExpression("person_id"), *(expression.alias(name) for name, expression in named.items())).pl().lazy()
        days = pl.col("enrolled_day", "referred_day").cast(pl.Date).cast(pl.Int32)
        return found.with_columns(days, is_withdrawn=pl.col("withdrawn").is_not_null()).drop("withdrawn")

    def refusals(self, where: dict[str, str], start: dt.date, end: dt.date) -> tuple[int, int]:
        """How many were referred in a half-open period, and how many of them the provider refused."""
        rows = self.connection.table("staged.referrals")
        for column, value in where.items():
            rows = rows.filter(duckdb.ColumnExpression(column) == duckdb.ConstantExpression(value))
        made = rows.pl().filter(pl.col("henvist_dato").is_between(start, end, closed="left"))
        return made.height, made.filter(pl.col("afslag_af") == REFUSED_BY_PROVIDER).height

    def count_of(self, register: str, what: str) -> int:
        """How many `rows` or `people` a register delivers."""
        rows = self.connection.table(f"staged.{register}")
        found = (rows.aggregate("count(*)") if what == "rows" else rows.aggregate("count(distinct person_id)")).fetchone()
        return int(found[0]) if found else 0

    def candidates(self, treated: pl.DataFrame, register: str, benefits: pl.DataFrame, *, years: int = 0) -> pl.DataFrame:
        """CANDIDATES of indicators.matching for `treated` (person_id, week), who are at most so many `years` older or younger than one of them.
        `benefits` (code, grp) are the codes of the benefits named, with the number of their group; nobody whom `register` ever named is a candidate. Each week
        sees what was known by its end, and nothing that came after."""
        referred = self.connection.table(f"staged.{register}").select("person_id").distinct().pl()
        run, found = self.connection.execute, []
        run(sql_text("warehouse/places.sql"))
        self.connection.register("benefits", benefits)
        self.connection.register("referred", referred)
        for week, asked in treated.select("week", "person_id").sort("week").group_by("week", maintain_order=True):
            self.connection.register("asked", asked)
            run(sql_text("warehouse/known_before.sql").format(until=int(str(week[0])) + DAYS_A_WEEK))
            found.append(run(sql_text("warehouse/candidates.sql"), {"week": week[0], "years": years}).pl())
            self.connection.unregister("asked")
        for name in ("benefits", "referred"):
            self.connection.unregister(name)
        run("drop table places")
        for name in ("dream", "residence", "person"):
            run(f"drop view if exists known_{name}")
        return pl.concat(found).cast(CANDIDATES) if found else pl.DataFrame(schema=CANDIDATES)

    def families(self, people: pl.DataFrame) -> pl.LazyFrame:
        """FAMILIES of indicators.households: of `people` (person_id), every day on which the population was counted and they with it."""
        self.connection.register("wanted", people.select("person_id").unique())
        found = self.connection.execute(sql_text("warehouse/families.sql")).pl()
        self.connection.unregister("wanted")
        return found.lazy()

    def number(self, keys: pl.DataFrame) -> None:
        """Give the people of `keys` (person_key) numbers where they have none."""
        self.connection.register("arriving", keys)
        self.connection.execute(sql_text("warehouse/new_persons.sql"))
        self.connection.unregister("arriving")

    def results(self, as_of: dt.date) -> dict[str, tuple[dict[str, Any] | None, str]]:
        """The result, as plain data, and the failure in words, by subject: of everything that this as-of day's night has built."""
        query = "select subject, result, failure from outcomes.results join quality.built using (subject) where as_of = ? order by subject"
        found = self.connection.execute(query, [as_of]).fetchall()
        return {subject: (json.loads(result), failure) for subject, result, failure in found}

    def stage(self, register: str, used: InUse, person_key: str, weekly: str | None = None, monthly: str | None = None) -> None:
        """Show what is delivered of a register and run its staging SQL over it: new people get the next dense numbers, in the order of their keys.

        `weekly` and `monthly` are the templates of the columns of a wide register that repeat; its SQL finds them as `spells` and
        `branches` (warehouse/wide.py).
        """
        self.show_delivered(register, used)
        self.connection.execute(f"create or replace view raw as from delivered.{register}")
        self.number_people_of("raw", person_key)
        spells: dict[str, RepeatedSpells] = {}
        if weekly is not None:
            path = folder_of(self.home, used.newest) / "data.parquet"
            persons = self.persons_in_order(path, person_key)
            spells["spells"] = RepeatedSpells(path, persons, weeks_covered(path, weekly, used.covers_through), "code")
            if monthly is not None:
                spells["branches"] = RepeatedSpells(path, persons, months_covered(path, monthly), "industry")
        run_over_spells(self.connection, f"staging/{register}.sql", spells)
        self.connection.execute("drop view raw")

    def number_people_of(self, table: str, person_key: str) -> None:
        """Give the people of a table numbers where they have none, in the order of their keys."""
        self.connection.execute(f"create or replace view arriving as select distinct {person_key} as person_key from {table}")
        self.connection.execute(sql_text("warehouse/new_persons.sql"))
        self.connection.execute("drop view arriving")

    def persons_in_order(self, path: Path, person_key: str) -> Int32s:
        """The dense number of each row of a typed copy, in the order of its rows; -1 where the key is empty."""
        columns = (duckdb.ColumnExpression("file_row_number").alias("row_number"), duckdb.ColumnExpression(person_key).alias("person_key"))
        self.connection.read_parquet(str(path), file_row_number=True).select(*columns).create_view("arriving_rows", replace=True)
        persons = self.connection.execute(sql_text("warehouse/person_of_each_row.sql")).pl()["person_id"].to_numpy()
        self.connection.execute("drop view arriving_rows")
        return persons

    def table(self, name: str, persons: pl.DataFrame) -> pl.LazyFrame:
        """The rows of a staged table that are about `persons` (person_id): what is read is as large as their number, whatever the register holds."""
        return rows_about(self.connection, name, persons.select("person_id").unique()).lazy()

    def reference_days(self) -> pl.LazyFrame:
        """The days on which the population register counted: day."""
        return self.connection.table("staged.bef_days").pl().lazy()

    def persons(self) -> pl.DataFrame:
        """The map between dense numbers and delivered pseudonyms."""
        return self.connection.table("identity.persons").pl()

    def set_thresholds(self, subject: str, thresholds: dict[str, Decimal]) -> None:
        self.connection.execute("delete from quality.thresholds where subject = ?", [subject])
        add_rows(self.connection, "quality.thresholds", [(subject, rule, value) for rule, value in sorted(thresholds.items())])

    def set_needs(self, subject: str, registers: tuple[str, ...], plausible: tuple[int, int], months_after: int = 0) -> None:
        """What an outcome needs: these registers, covered so many months beyond its last window, and values inside what is plausible."""
        self.connection.execute("delete from quality.needs where subject = ?", [subject])
        add_rows(self.connection, "quality.needs", [(subject, register, months_after) for register in registers])
        self.connection.execute("insert or replace into quality.plausible values (?, ?, ?)", [subject, *plausible])

    def set_cohort(self, subject: str, register: str, start: int, end: int, arms: int) -> None:
        self.connection.execute("insert or replace into quality.cohorts values (?, ?, ?, ?, ?)", [subject, register, start, end, arms])

    def set_outcome(self, subject: str, contract: str, outcome: str, indicator: str) -> None:
        self.connection.execute("insert or replace into quality.outcomes values (?, ?, ?, ?)", [subject, contract, outcome, indicator])

    def set_refusals(self, subject: str, referred: int, by_provider: int) -> None:
        self.connection.execute("insert or replace into quality.refusals values (?, ?, ?)", [subject, referred, by_provider])

    def set_referral_log(self, subject: str, *said: Any) -> None:
        """What a cohort's newest list says beside those before it: the columns of quality.referral_log after its subject."""
        self.forget_referral_log(subject)
        add_rows(self.connection, "quality.referral_log", [(subject, *said)])

    def forget_referral_log(self, subject: str) -> None:
        self.connection.execute("delete from quality.referral_log where subject = ?", [subject])

    def set_result(self, subject: str, result: dict[str, Any] | None, failure: str = "") -> None:
        text = canonical(result).decode() if result else "null"
        self.connection.execute("insert or replace into outcomes.results values (?, ?, ?)", [subject, text, failure])
        self.connection.execute("delete from quality.placebos where subject = ?", [subject])
        estimate = (result or {}).get("estimate") or {}
        add_rows(self.connection, "quality.placebos", [(subject, item["outcome"], not item["moves"] and not item["failure"]) for item in estimate.get("placebos", ())])

    def make_expectation_views(self) -> None:
        """One view a rule of sql/expectations."""
        template = sql_text("warehouse/expectation_view.sql")
        for path in sorted((sql_folder() / "expectations").glob("*.sql")):
            self.connection.execute(template.format(rule=path.stem, body=path.read_text(encoding="utf-8")))


def _periods_in(used: Iterable[InUse]) -> Iterator[tuple[Any, ...]]:
    """Rows of quality.delivery_periods for what was accepted."""
    for found in used:
        for item in found.periods:
            yield (found.register, item.sha256, item.known_from, item.text, *_days(item.span), item.rows, True, item.counts)


def _periods_refused(known: list[Delivery]) -> Iterator[tuple[Any, ...]]:
    """Rows of quality.delivery_periods for what refused deliveries say they are of."""
    for item in known:
        if not item.is_accepted and item.reference_period:
            yield (item.register, item.sha256, item.known_from, item.reference_period, *_days(span_of(item.reference_period)), item.rows, False, False)


def _days(span: Span | None) -> tuple[dt.date | None, dt.date | None]:
    return (span.start, span.end) if span else (None, None)


def _breaks(found: InUse) -> Iterator[tuple[Any, ...]]:
    """The row of quality.breaks of a register, where its periods do not follow each other."""
    if found.missing or found.overlapping or found.unreadable:
        days = sum((span.end - span.start).days for span in found.missing)
        yield (found.register, *_days(found.missing[0] if found.missing else None), days, found.overlapping, found.unreadable)
