"""The rows of published tables that say how alike a matched comparison is to the treated."""

from __future__ import annotations

import datetime as dt

import polars as pl

from indicators.balance import BALANCE, OVERLAP
from pipelines.reports.tables import Schema
from pipelines.warehouse.writer import Warehouse

OF: Schema = {"as_of": pl.Date, "contract": pl.String, "cohort": pl.String}
TABLES: dict[str, Schema] = {"balance": {**OF, **BALANCE}, "overlap": {**OF, **OVERLAP}}


def matching_tables(warehouse: Warehouse, as_of: dt.date) -> dict[str, pl.DataFrame]:
    """`balance` and `overlap` of every frozen cohort with a matched comparison, in the order of contracts, cohorts and what was known."""
    return {name: _named(warehouse.connection.table(f"outcomes.{name}").pl(), schema, as_of) for name, schema in TABLES.items()}


def _named(rows: pl.DataFrame, schema: Schema, as_of: dt.date) -> pl.DataFrame:
    about = pl.col("subject").str.strip_prefix("cohort:").str.split_exact("/", 1).struct
    named = rows.with_columns(as_of=pl.lit(as_of), contract=about.field("field_0"), cohort=about.field("field_1"))
    return named.sort("contract", "cohort", "place").select(pl.col(name).cast(kind) for name, kind in schema.items())
