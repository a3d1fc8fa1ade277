"""How alike the groups of a matched cohort are, as pages are given it: the rows of the warehouse in their order, each with its cohort, exact."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import polars as pl

from indicators.balance import BALANCE, OVERLAP
from pipelines.reports.balancing import blocks
from pipelines.reports.knowing import likeness
from pipelines.reports.tables_of_matching import matching_tables
from pipelines.settings import Home
from pipelines.warehouse.writer import open_warehouse

FIGURE = Decimal("0.100001")


def rows(schema: dict[str, pl.DataType | type[pl.DataType]], names: list[str], subject: str) -> pl.DataFrame:
    """A row a name, from the last place to the first; every figure is FIGURE, every count 100, and what may be null is."""
    said = {pl.String: lambda name: name, pl.Int64: lambda _: 100}
    made = {column: [said.get(kind, lambda _: FIGURE)(name) for name in names] for column, kind in schema.items()}
    if "smd_after" in made:
        made["smd_after"] = [None for _ in names]
    frame = pl.DataFrame(made, schema=schema)
    return frame.with_columns(subject=pl.lit(subject), place=pl.Series(range(len(names) - 1, -1, -1), dtype=pl.Int32))


def test_rows_come_in_their_order_with_their_cohort_and_of_no_other_contract(tmp_path: Path) -> None:
    with open_warehouse(Home(tmp_path).prepare()) as warehouse:
        for subject in ("cohort:ungebro/unge", "cohort:ungebro_2/unge"):
            warehouse.replace("outcomes.balance", rows(BALANCE, ["sex=1", "age"], subject), subject)
            warehouse.replace("outcomes.overlap", rows(OVERLAP, ["", ""], subject), subject)
        tables = matching_tables(warehouse, dt.date(2026, 6, 30))
    found = likeness(tables, "ungebro")
    assert likeness(tables, "tarp") == {"balance": [], "overlap": []}
    assert [(row["cohort"], row["covariate"], row["smd_before"], row["smd_after"], row["n_after"]) for row in found["balance"]] == [
        ("unge", "age", FIGURE, None, 100),
        ("unge", "sex=1", FIGURE, None, 100),
    ]
    assert [row["low"] for row in found["overlap"]] == [FIGURE, FIGURE]
    assert len(blocks("unge", found["balance"], found["overlap"], 5)) == 9, "what the warehouse has is what the page needs"
