"""The rows of published tables that say how alike a matched comparison is to the treated.

Their figures are of what was known of people themselves: of few people a mean is as good as a person, and the end of a stretch may be one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import polars as pl

from indicators.balance import BALANCE, FIGURE, OVERLAP
from pipelines.contracts.outcome import Disclosure
from pipelines.reports.tables import Schema
from pipelines.warehouse.writer import Warehouse

OF: Schema = {"as_of": pl.Date, "contract": pl.String, "cohort": pl.String}
COUNTS = ("n_treatment", "n_treatment_after", "n_before", "n_after")
TABLES: dict[str, Schema] = {"balance": {**OF, **BALANCE}, "overlap": {**OF, **OVERLAP}}


def matching_tables(warehouse: Warehouse, as_of: dt.date, smallest: Mapping[str, int]) -> dict[str, pl.DataFrame]:
    """`balance` and `overlap` of every frozen cohort with a matched comparison, in the order of contracts, cohorts and what was known. `smallest` is the
    smallest count of people that is told, by contract."""
    found = {name: _named(warehouse.connection.table(f"outcomes.{name}").pl(), schema, as_of) for name, schema in TABLES.items()}
    return {"balance": _of_enough(found["balance"], smallest), "overlap": _without_ends(found["overlap"])}


def _of_enough(rows: pl.DataFrame, smallest: Mapping[str, int]) -> pl.DataFrame:
    """Rows of `balance` without the figures of groups of few people; a row of which one group is small has none, as they tell each other's."""
    least = pl.col("contract").replace_strict(dict(smallest), default=Disclosure().smallest_count, return_dtype=pl.Int64)
    is_small = pl.any_horizontal((pl.col(name) > 0) & (pl.col(name) < least) for name in COUNTS)
    return rows.with_columns(pl.when(~is_small).then(pl.col(name)).alias(name) for name, kind in BALANCE.items() if kind == FIGURE)


def _without_ends(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of `overlap` without the two ends, where the least and the most likely person stand."""
    of = ("contract", "cohort")
    low, high = pl.col("low"), pl.col("high")
    return rows.with_columns(low=pl.when(low > low.min().over(of)).then(low), high=pl.when(high < high.max().over(of)).then(high))


def _named(rows: pl.DataFrame, schema: Schema, as_of: dt.date) -> pl.DataFrame:
    about = pl.col("subject").str.strip_prefix("cohort:").str.split_exact("/", 1).struct
    named = rows.with_columns(as_of=pl.lit(as_of), contract=about.field("field_0"), cohort=about.field("field_1"))
    return named.sort("contract", "cohort", "place").select(pl.col(name).cast(kind) for name, kind in schema.items())
