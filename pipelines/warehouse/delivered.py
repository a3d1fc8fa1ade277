"""Views over the typed copies of what counts: `delivered.<register>` for expectations and staging, `rejected.<register>` for what did not
convert, and those of an earlier vintage. Every copy is proved by its hash before it is read."""

from __future__ import annotations

from pathlib import Path

import duckdb

from pipelines.canonical import file_digest
from pipelines.deliveries.archive import Delivery, data_of, folder_of
from pipelines.deliveries.counting import InUse
from pipelines.deliveries.rejects import REJECTS
from pipelines.errors import HomeError
from pipelines.settings import Home, sql_text
from pipelines.warehouse.rows import add_rows


def show(connection: duckdb.DuckDBPyConnection, home: Home, used: InUse, schema: str, name: str) -> None:
    """`<schema>.<name>`: the rows of a register that count, as they came. Raises HomeError when a copy is not what was taken in."""
    paths = [str(data_of(home, item)) for item in used.deliveries]
    connection.execute("delete from quality.counting where shown = ?", [f"{schema}.{name}"])
    is_whole = not used.newest_by or (len(paths) == 1 and all(item.counts for item in used.periods if item.sha256 == used.newest.sha256))
    if is_whole:
        _view(connection, schema, name, connection.read_parquet(paths, union_by_name=True))
        if used.periods:  # of periods that only the deliveries name, the same row may stand in each
            _view(connection, schema, f"{name}_as_it_came", connection.read_parquet(paths, union_by_name=True, filename=True))
        return
    _view(connection, schema, f"{name}_as_it_came", connection.read_parquet(paths, union_by_name=True, filename=True))
    add_rows(connection, "quality.counting", [(f"{schema}.{name}", *row) for row in _counting(used)])
    text = "newest_of_each_period" if used.periods else "newest_of_each_key"
    connection.execute(sql_text(f"warehouse/{text}.sql").format(schema=schema, name=name, key=", ".join(used.newest_by)))


def _counting(used: InUse) -> list[tuple[str, int, str]]:
    """Hash, number from the oldest, and period of what counts; the period is empty where rows are found by key."""
    numbers = {item.sha256: number for number, item in enumerate(used.deliveries)}
    return [(sha256, numbers[sha256], text) for sha256, text in used.counted_periods] or [(sha256, number, "") for sha256, number in numbers.items()]


def _view(connection: duckdb.DuckDBPyConnection, schema: str, name: str, rows: duckdb.DuckDBPyRelation) -> None:
    connection.execute(f"create schema if not exists {schema}")
    connection.execute(f"use {schema}")
    rows.create_view(name, replace=True)
    connection.execute("use main")


def show_rejected(connection: duckdb.DuckDBPyConnection, home: Home, used: InUse) -> None:
    """`rejected.<register>`: one row a cell that did not convert, of the deliveries in use. Raises HomeError as `show` does."""
    found = [str(_rejects_of(home, item)) for item in used.deliveries if item.rejects_sha256]
    if found:
        _view(connection, "rejected", used.register, connection.read_parquet(found, union_by_name=True))
    else:
        connection.execute("create schema if not exists rejected")
        connection.execute(sql_text("warehouse/no_rejects.sql").format(name=used.register))


def _rejects_of(home: Home, delivery: Delivery) -> Path:
    path = folder_of(home, delivery) / REJECTS
    if not path.exists() or file_digest(path) != delivery.rejects_sha256:
        raise HomeError("the rejects of the delivery are not what was taken in", where=f"archive/{delivery.register}", next_step="restore the archive from a backup")
    return path


def drop(connection: duckdb.DuckDBPyConnection, schema: str, name: str) -> None:
    """Take a view away again."""
    connection.execute(f"drop view if exists {schema}.{name}")
    connection.execute(f"drop view if exists {schema}.{name}_as_it_came")
    connection.execute("delete from quality.counting where shown = ?", [f"{schema}.{name}"])
