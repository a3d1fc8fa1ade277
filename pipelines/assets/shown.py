"""What the Dagster UI shows of an asset: its owner, its columns and where they come from, and a preview. Aggregates alone: Dagster keeps its events,
so no value of a person may be in one, and counts of few people are suppressed as in an open table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import dagster as dg
import duckdb
from dagster import TableColumn, TableColumnConstraints, TableColumnDep, TableColumnLineage, TableRecord, TableSchema

from indicators.disclosure import SHOWN, SUPPRESSED, state_of
from pipelines.contracts.outcome import Cohort, OutcomeContract
from pipelines.contracts.register import RegisterContract
from pipelines.deliveries.counting import InUse
from pipelines.errors import without_values
from pipelines.ledger.journal import Entry
from pipelines.night import Night
from pipelines.payments.decide import Decision
from pipelines.quality.suites import outcome_subject
from pipelines.settings import sql_text
from pipelines.warehouse.writer import open_warehouse

OPERATORS = ["team:data_engineers"]
"""Who owns what is nobody's by a contract."""
MANY = 200
"""How many rows a preview shows at most."""


def owners_of(contract: OutcomeContract) -> list[str]:
    """Whom to ask about what a contract counts: its commissioners."""
    return [f"team:{party.id}" for party in contract.parties if "commissioner" in party.roles] or OPERATORS


def register_columns(register: RegisterContract) -> TableSchema:
    """The columns that a delivery of a register must have, as its contract says them."""
    return TableSchema(
        [
            TableColumn(
                name=column.name,
                type=column.logical_type,
                description=column.description,
                constraints=TableColumnConstraints(nullable=not column.required, unique=column.unique, other=[f"code list {column.codelist}"] if column.codelist else []),
            )
            for column in register.tables[0].properties
        ]
    )


@cache
def published_columns(table: str) -> TableSchema:
    """The columns of a published table, with what each holds, from the SQL that makes it."""
    with duckdb.connect() as connection:
        connection.execute(sql_text(f"published/{table}.sql"))
        rows = connection.execute("select column_name, lower(data_type), comment from duckdb_columns() where table_name = ? order by column_index", [table]).fetchall()
    return TableSchema([TableColumn(name=name, type=kind, description=comment) for name, kind, comment in rows])


def cohort_lineage(cohort: Cohort, register: RegisterContract | None, key: dg.AssetKey) -> TableColumnLineage:
    """Which delivered columns a cohort's are made from."""
    if register is None:
        return TableColumnLineage({})
    made = {"person": register.handling.person_key, "enrolled_on": cohort.enrolled_on, "role": cohort.arms.column if cohort.arms else None}
    return TableColumnLineage({name: [TableColumnDep(key, column)] for name, column in made.items() if column})


def outcome_lineage(cohorts: Iterable[dg.AssetKey]) -> TableColumnLineage:
    """Whom an outcome is measured of: the rows of its cohorts. What is counted of them is in no one column; the asset's own upstream says from which registers."""
    keys = list(cohorts)
    return TableColumnLineage({name: [TableColumnDep(key, name) for key in keys] for name in ("person", "role")})


def preview(rows: Sequence[Mapping[str, Any]]) -> dg.MetadataValue[Any]:
    """Rows as a table; every cell as text, a number as a number."""
    records = [TableRecord({name: value if isinstance(value, bool | int) else str(value) for name, value in row.items()}) for row in rows[:MANY]]
    names = list(rows[0]) if rows else ["nothing"]
    return dg.MetadataValue.table(records, TableSchema([TableColumn(name, "number" if rows and isinstance(rows[0][name], int) else "string") for name in names]))


def deliveries(used: InUse | None) -> dg.MetadataValue[Any]:
    """The deliveries that count for a register: what they are called, and how far they reach."""
    found = used.deliveries if used else ()
    return preview([{"delivery": item.id, "known from": item.known_from, "covers through": item.covers_through, "rows": item.rows, "rejected": item.rejected} for item in found])


def safely(show: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
    """What `show` gives. What cannot be shown stops nothing, and says why without what it quoted."""
    try:
        return show()
    except Exception as error:
        return {"preview": f"could not be made: {without_values(error)}"}


def cohort_metadata(night: Night, contract: OutcomeContract, cohort: str) -> dict[str, Any]:
    """How many members a cohort has by role and status."""
    query = "select role, status, count(*) from outcomes.cohort_members where subject = ? group by all order by all"
    with open_warehouse(night.home) as warehouse:
        found = warehouse.connection.execute(query, [f"cohort:{contract.contract}/{cohort}"]).fetchall()
    smallest, total = contract.disclosure.smallest_count, sum(people for _, _, people in found)
    state = state_of(total, [people for _, _, people in found], smallest)
    rows = [{"role": role, "status": status, "people": people if state == SHOWN else SUPPRESSED} for role, status, people in found]
    return {"dagster/row_count": total, "members": preview(rows)} if state == SHOWN else {"members": preview(rows)}


def outcome_metadata(night: Night, contract: OutcomeContract, outcome: str) -> dict[str, Any]:
    """An outcome's results by claim period and role: how many are counted of how many, and what their values come to."""
    subject = outcome_subject(contract.contract, outcome)
    with open_warehouse(night.home) as warehouse:
        found = {name: result for name, (result, _) in warehouse.results(night.as_of).items() if name == subject or name.startswith(f"{subject}/")}
    rows = [row for result in found.values() if result for row in _roles(result, contract.disclosure.smallest_count)]
    made: dict[str, Any] = {"results": preview(rows)}
    if rows and not any(SUPPRESSED in row.values() for row in rows):
        made["dagster/row_count"] = sum(row["people"] for row in rows)
    return made


def _roles(result: Mapping[str, Any], smallest: int) -> list[dict[str, Any]]:
    made = []
    for role, counts in result["roles"].items():
        people, counted = counts["n"], counts["n_counted"]
        is_shown = state_of(people, [counted], smallest) == SHOWN and _tells_of_nobody(counts, smallest)
        numbers = (people, counted, counts["value"]) if is_shown else (SUPPRESSED,) * 3
        made.append({"claim period": result.get("claim_period") or "all", "role": role, **dict(zip(("people", "counted", "value"), numbers, strict=True))})
    return made


def _tells_of_nobody(counts: Mapping[str, Any], smallest: int) -> bool:
    """Whether the sum of values, where it may be a count of people, is none of few: nor are those counted who are not in it."""
    value = int(float(counts["value"]))
    return not 0 <= value <= counts["n_counted"] or state_of(counts["n_counted"], [value], smallest) == SHOWN


def decided(decisions: Iterable[Decision]) -> dg.MetadataValue[Any]:
    """The board, as the parties see it."""
    rows = [
        {"claim": f"{item.contract}/{item.trigger} {item.claim_period} ({item.kind.replace('_', ' ')})", "state": item.state.replace("_", " "), "reason": item.reason}
        for item in decisions
    ]
    return preview(rows)


def entries(posted: Iterable[Entry]) -> dg.MetadataValue[Any]:
    """The entries that a night posted."""
    return preview([{"entry": entry.seq, "kind": entry.kind, "about": entry.about or entry.contract} for entry in posted])
