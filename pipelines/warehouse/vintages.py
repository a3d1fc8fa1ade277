"""What changed between two vintages of a register: what counts of it now against what counted before.

Counted over the typed rows of both by person key, exactly and whatever their order; once a pair, and kept. Columns that repeat are
compared as spells, over the weeks that both vintages cover.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from indicators.disclosure import SUPPRESSED, is_small, state_of
from pipelines.contracts.register import RegisterContract
from pipelines.deliveries.archive import folder_of
from pipelines.deliveries.counting import InUse
from pipelines.settings import sql_text
from pipelines.warehouse.delivered import drop, show
from pipelines.warehouse.rows import add_rows
from pipelines.warehouse.wide import Periods, RepeatedSpells, months_covered, weeks_covered
from pipelines.warehouse.writer import Warehouse, run_over_spells

WHOLE_ROW = ""
TEMPORARY = ("changed_rows", "people_of_vintages", "changed_spells", "common_weeks")


@dataclass(frozen=True)
class Change:
    """One row of quality.vintage_changes with the days its vintages became known."""

    register: str
    before_known_from: dt.date
    known_from: dt.date
    column: str
    added: int
    gone: int
    in_both: int
    changed: int
    weeks: int | None
    rows_before: int
    rows_after: int

    @property
    def counts(self) -> tuple[int | None, ...]:
        return (self.added, self.gone, self.in_both, self.changed, self.weeks, self.rows_before, self.rows_after)

    def is_small(self, smallest: int) -> bool:
        """Whether a number of it, or one that follows from them, is of too few people to be told."""
        parts = state_of(self.in_both, [self.changed], smallest) == SUPPRESSED
        beside = (self.added, self.gone, self.in_both + self.added, self.in_both + self.gone, abs(self.rows_after - self.rows_before), self.weeks or 0)
        return parts or any(is_small(count, smallest) for count in beside)


def note_vintage(warehouse: Warehouse, register: RegisterContract, used: InUse | None, before: InUse | None) -> None:
    """Note which vintage is in use and which was before, and what changed between them unless that is known."""
    connection = warehouse.connection
    connection.execute("delete from quality.vintages where register = ?", [register.id])
    if used is None or before is None:
        return
    pair = (register.id, before.vintage, used.vintage)
    connection.execute("insert into quality.vintages values (?, ?, ?, ?, ?)", [*pair, before.newest.known_from, used.newest.known_from])
    if connection.execute("select 1 from quality.vintage_changes where register = ? and before = ? and after = ?", [*pair]).fetchone() is None:
        rows, moved = _compared(warehouse, register, used, before)
        add_rows(connection, "quality.vintage_changes", [(*pair, *found) for found in rows])
        add_rows(connection, "quality.vintage_drift", [(*pair, *found) for found in moved])


def changes_of(warehouse: Warehouse) -> list[Change]:
    """What changed in each register between the vintage before and the one in use, by register, the whole row first."""
    return [Change(*row) for row in warehouse.connection.execute(sql_text("warehouse/changes_in_use.sql")).fetchall()]


def _compared(warehouse: Warehouse, register: RegisterContract, used: InUse, before: InUse) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """Rows of quality.vintage_changes and of quality.vintage_drift after the pair. `delivered.<register>` is there already."""
    connection, key = warehouse.connection, register.handling.person_key
    show(connection, warehouse.home, before, "vintage", register.id)
    try:
        connection.execute(sql_text("warehouse/people_of_vintages.sql").format(register=register.id, person_key=key))
        people = _one(connection, sql_text("warehouse/people_counted.sql"))
        rows = [*_one(connection, f"select count(*) from vintage.{register.id}"), *_one(connection, f"select count(*) from delivered.{register.id}")]
        columns = _columns_of_both(connection, register)
        found = [*_plain(connection, register, columns), *_repeated(warehouse, register, used, before)]
        if register.weekly is not None:
            found.insert(0, (WHOLE_ROW, max((changed for _, changed, _ in found), default=0), None))
        return [(column, *people, changed, weeks, *rows) for column, changed, weeks in found], _drift(connection, register, columns)
    finally:
        drop(connection, "vintage", register.id)
        for name in TEMPORARY:
            connection.execute(f"drop table if exists {name}")


def _drift(connection: duckdb.DuckDBPyConnection, register: RegisterContract, columns: list[str]) -> list[tuple[Any, ...]]:
    """Measure, column, part and whole of how far the newer vintage moved. `changed_rows` is there where a column beside the key is."""
    found: list[tuple[Any, ...]] = []
    codes = {column.name for column in register.table.properties if column.codelist and not column.repeats}
    coverage = register.handling.coverage
    looked_up = coverage.column if coverage.measured == "earliest" else None
    kept = [name for name in columns if name != looked_up]
    if len(kept) > 1:
        found.append(("rows_gone", WHOLE_ROW, *_one(connection, sql_text("warehouse/drift_of_rows.sql").format(register=register.id, columns=", ".join(kept)))))
    for name in columns[1:]:
        found.append(("empty", name, *_one(connection, sql_text("warehouse/drift_of_empty.sql").format(register=register.id, column=name))))
        if name in codes:
            found.append(("codes", name, *_one(connection, sql_text("warehouse/drift_of_codes.sql").format(register=register.id, column=name))))
    return found


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    found = connection.execute(query).fetchone()
    return found if found is not None else ()


def _columns_of_both(connection: duckdb.DuckDBPyConnection, register: RegisterContract) -> list[str]:
    """The agreed columns, those that repeat left out, that both vintages have; the person key first."""
    named = [set(connection.sql(f"from {schema}.{register.id}").columns) for schema in ("delivered", "vintage")]
    key = register.handling.person_key
    agreed = [column.name for column in register.table.properties if not column.repeats and column.name != key]
    return [key, *(name for name in agreed if all(name in columns for columns in named))]


def _plain(connection: duckdb.DuckDBPyConnection, register: RegisterContract, columns: list[str]) -> list[tuple[str, int, int | None]]:
    """Column, people changed and None, of the row as a whole and of each column; nothing for a register of repeating columns alone."""
    key = register.handling.person_key
    if columns == [key]:
        return [] if register.weekly else [(WHOLE_ROW, 0, None)]
    connection.execute(sql_text("warehouse/changed_rows.sql").format(register=register.id, columns=", ".join(columns)))
    query = sql_text("warehouse/changed_column.sql")
    groups = {WHOLE_ROW: ", ".join(columns), **{name: f"{key}, {name}" for name in columns[1:]}}
    found: list[tuple[str, int, int | None]] = [(name, int(_one(connection, query.format(person_key=key, grouped=grouped))[0]), None) for name, grouped in groups.items()]
    return found[1:] if register.weekly else found


def _repeated(warehouse: Warehouse, register: RegisterContract, used: InUse, before: InUse) -> list[tuple[str, int, int | None]]:
    """Template, people changed and weeks changed, of each kind of column that repeats."""
    found: list[tuple[str, int, int | None]] = []
    paths = [folder_of(warehouse.home, item.newest) / "data.parquet" for item in (before, used)]
    if register.weekly is None:
        return found
    warehouse.number_people_of(f"vintage.{register.id}", register.handling.person_key)
    periods = [weeks_covered(path, register.weekly.name, item.covers_through) for path, item in zip(paths, (before, used), strict=True)]
    found.append(_repeated_column(warehouse, register, register.weekly.name, "code", paths, periods))
    if register.monthly is not None:
        periods = [months_covered(path, register.monthly.name) for path in paths]
        found.append(_repeated_column(warehouse, register, register.monthly.name, "industry", paths, periods))
    return found


def _repeated_column(warehouse: Warehouse, register: RegisterContract, template: str, value: str, paths: list[Path], periods: list[Periods]) -> tuple[str, int, int | None]:
    connection, key = warehouse.connection, register.handling.person_key
    if not all(item.names for item in periods):
        return template, 0, 0
    common = [max(int(item.bounds[0]) for item in periods), min(int(item.bounds[-1]) for item in periods)]
    connection.execute("create or replace temp table common_weeks (start_day integer, end_day integer)")
    connection.execute("insert into common_weeks values (?, ?)", common)
    streams = [RepeatedSpells(path, warehouse.persons_in_order(path, key), item, value) for path, item in zip(paths, periods, strict=True)]
    run_over_spells(connection, "warehouse/changed_spells.sql", dict(zip(("before_spells", "after_spells"), streams, strict=True)))
    people, weeks = _one(connection, sql_text("warehouse/changed_weeks.sql"))
    return template, int(people), int(weeks)
