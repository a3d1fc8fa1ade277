"""`docs/tables.md`: every published table and view with its columns, made from the comments in `sql/published` and `sql/views`, and the words
by which a schema that changed under its readers is told. `make docs` writes the page."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import duckdb

from pipelines.files import write_atomically
from pipelines.reports.publication import EVALUATION_VIEWS
from pipelines.reports.rule_pages import markdown
from pipelines.settings import PACKAGE_ROOT, sql_folder, sql_text

PAGE = PACKAGE_ROOT / "docs" / "tables.md"
KEPT = PACKAGE_ROOT / "docs" / "tables.schema"
DICTIONARY = "data_dictionary"
TIERS = ("open", "party", "evaluation")
Schema = dict[str, dict[str, str]]
"""Types in DuckDB by column, by table or view."""


def dictionary() -> list[dict[str, Any]]:
    """The data dictionary of the evaluation tier, which has every table and view, without its rows."""
    with duckdb.connect() as connection:
        for table in sorted(path.stem for path in (sql_folder() / "published").glob("*.sql") if path.stem != DICTIONARY):
            connection.execute(sql_text(f"published/{table}.sql"))
        for view in EVALUATION_VIEWS:
            connection.execute(sql_text(f"views/{view}.sql"))
        connection.execute(sql_text(f"published/{DICTIONARY}.sql"))
        return connection.table(DICTIONARY).pl().to_dicts()


def schema(rows: list[dict[str, Any]]) -> Schema:
    """What the dictionary says of types."""
    found: Schema = {}
    for row in rows:
        found.setdefault(row["table_name"], {})[row["column_name"]] = row["data_type"]
    return found


def broken(before: Schema, now: Schema, changelog: str) -> list[str]:
    """What a reader of the tables as they were would no longer find, in words, where the changelog does not name it as `table` or `table.column`."""
    gone = [name for name in before if name not in now and f"`{name}`" not in changelog]
    said = [f"the table {name} is gone; bring it back, or say so in CHANGELOG.md as `{name}`, and run `make docs`" for name in gone]
    for table, columns in before.items():
        for column, kind in columns.items() if table in now else ():
            other = now[table].get(column)
            if other != kind and f"`{table}.{column}`" not in changelog:
                what = "is gone" if other is None else f"was {kind} and is {other}"
                said.append(f"the column {table}.{column} {what}; bring it back, or say so in CHANGELOG.md as `{table}.{column}`, and run `make docs`")
    return said


def page() -> str:
    """The text of the page."""
    rows = dictionary()
    tables = [(name, list(columns)) for name, columns in groupby(rows, key=lambda row: row["table_name"])]
    by_tier = {tier: [(name, columns) for name, columns in tables if columns[0]["tier"] == tier] for tier in TIERS}
    return markdown().get_template("tables.md").render(by_tier=by_tier)


def kept_schema() -> str:
    """The schema of today as it is kept: a line a column."""
    return "".join(f"{row['table_name']}.{row['column_name']}: {row['data_type']}\n" for row in dictionary())


def read_schema(text: str) -> Schema:
    """A kept schema."""
    found: Schema = {}
    for line in text.splitlines():
        place, _, kind = line.partition(": ")
        table, _, column = place.partition(".")
        found.setdefault(table, {})[column] = kind
    return found


def write() -> None:
    """Write the page and the kept schema anew. Ends with words, and writes nothing, when readers would miss something that the changelog does not name."""
    missed = broken(read_schema(KEPT.read_text(encoding="utf-8")), schema(dictionary()), (PACKAGE_ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    if missed:
        raise SystemExit("\n".join(missed))
    write_atomically(PAGE, page().encode())
    write_atomically(KEPT, kept_schema().encode())


if __name__ == "__main__":
    write()
