"""Small rows put into tables, a few hundred in a statement: a statement for each row costs ten times as much."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb

ROWS_AT_ONCE = 500


def add_rows(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows that hold a value for every column of `table`, in its order; `table` may name its columns."""
    for start in range(0, len(rows), ROWS_AT_ONCE):
        some = rows[start : start + ROWS_AT_ONCE]
        marks = ", ".join(f"({', '.join('?' for _ in row)})" for row in some)
        connection.execute(f"insert into {table} values {marks}", [value for row in some for value in row])
