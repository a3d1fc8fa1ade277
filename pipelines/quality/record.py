"""Checks kept in the warehouse: tonight's of each subject, for the decision step to re-read; and how many were declared and run of each."""

from __future__ import annotations

from pipelines.quality.checks import Check, Tally
from pipelines.warehouse.rows import add_rows
from pipelines.warehouse.writer import Warehouse

COLUMNS = ", ".join(Check.__dataclass_fields__)


def save_checks(warehouse: Warehouse, tally: Tally, checks: list[Check]) -> None:
    """Put tonight's checks of a subject, and their tally, in the place of earlier ones."""
    warehouse.connection.execute("delete from quality.checks where subject = ?", [tally.subject])
    add_rows(warehouse.connection, f"quality.checks ({COLUMNS})", [tuple(check.as_data().values()) for check in checks])
    warehouse.connection.execute("insert or replace into quality.tallies values (?, ?, ?, ?)", [tally.subject, tally.declared, tally.run, tally.unasked])


def saved_checks(warehouse: Warehouse) -> list[Check]:
    """Every check on record, by subject and rule."""
    return [Check(*row) for row in warehouse.connection.execute(f"select {COLUMNS} from quality.checks order by subject, rule").fetchall()]


def saved_tallies(warehouse: Warehouse) -> dict[str, Tally]:
    """Tonight's tallies by subject."""
    return {row[0]: Tally(*row) for row in warehouse.connection.execute("select subject, declared, run, unasked from quality.tallies order by subject").fetchall()}
