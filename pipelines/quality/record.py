"""Checks kept in the warehouse: tonight's of each subject, for the decision step to re-read."""

from __future__ import annotations

from pipelines.quality.checks import Check
from pipelines.warehouse.rows import add_rows
from pipelines.warehouse.writer import Warehouse

COLUMNS = ", ".join(Check.__dataclass_fields__)


def save_checks(warehouse: Warehouse, subject: str, checks: list[Check]) -> None:
    """Put tonight's checks of a subject in the place of earlier ones."""
    warehouse.connection.execute("delete from quality.checks where subject = ?", [subject])
    add_rows(warehouse.connection, f"quality.checks ({COLUMNS})", [tuple(check.as_data().values()) for check in checks])


def saved_checks(warehouse: Warehouse) -> list[Check]:
    """Every check on record, by subject and rule."""
    return [Check(*row) for row in warehouse.connection.execute(f"select {COLUMNS} from quality.checks order by subject, rule").fetchall()]
