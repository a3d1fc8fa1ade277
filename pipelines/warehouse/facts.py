"""Facts about what is delivered of a register, counted once when it is staged and judged by expectations every night."""

from __future__ import annotations

from pipelines.contracts.register import RegisterContract
from pipelines.settings import sql_text
from pipelines.warehouse.writer import Warehouse

SAME_FOR_LIFE = ("foed_dag", "foedselsdato", "birth_day", "koen", "sex")
"""Columns, of whatever register, that say the same of a person in every row and every year."""


def note_facts(warehouse: Warehouse, register: RegisterContract) -> None:
    """Fill quality.register_facts over `delivered.<register>`. Where only the deliveries name periods, a row stands twice within one alone."""
    columns = [column.name for column in register.table.properties]
    lasting = [name for name in SAME_FOR_LIFE if name in columns]
    key = list(register.primary_key) or [register.handling.person_key]
    is_declared = register.handling.deliveries == "appends" and register.handling.period is None and _knows_files(warehouse, register.id)
    names = {
        "register": register.id,
        "person_key": register.handling.person_key,
        "key": ", ".join(["filename", *key] if is_declared else key),
        "rows": f"delivered.{register.id}_as_it_came" if is_declared else f"delivered.{register.id}",
        "differs": " or ".join(f"min({name}) <> max({name})" for name in lasting) or "false",
    }
    warehouse.connection.execute(sql_text("warehouse/register_facts.sql").format(**names))


def _knows_files(warehouse: Warehouse, name: str) -> bool:
    """Whether there is a view that says which delivery each row came in."""
    query = "select count(*) from duckdb_views() where schema_name = 'delivered' and view_name = ?"
    return warehouse.connection.execute(query, [f"{name}_as_it_came"]).fetchone() == (1,)
