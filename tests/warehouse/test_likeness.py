"""How alike the groups of a matched cohort are, as pages are given it: the rows of the warehouse in their order, each with its cohort, exact."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

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
        tables = matching_tables(warehouse, dt.date(2026, 6, 30), {})
    found = likeness(tables, "ungebro")
    assert likeness(tables, "tarp") == {"balance": [], "overlap": []}
    assert [(row["cohort"], row["covariate"], row["smd_before"], row["smd_after"], row["n_after"]) for row in found["balance"]] == [
        ("unge", "age", FIGURE, None, 100),
        ("unge", "sex=1", FIGURE, None, 100),
    ]
    assert [(row["low"], row["high"], row["n_before"]) for row in found["overlap"]] == [(None, None, 100), (None, None, 100)]
    assert len(blocks("unge", found["balance"], found["overlap"], 5)) == 9, "what the warehouse has is what the page needs"


def likened(folder: Path, overlap: pl.DataFrame | None = None, **counts: int) -> dict[str, list[dict[str, object]]]:
    """What is published of the cohort of two contracts, of which the one tells no count below 20 and of the other nothing is known; `counts` are in every
    row of `balance`."""
    with open_warehouse(Home(folder).prepare()) as warehouse:
        for subject in ("cohort:ungebro/unge", "cohort:ungebro_2/unge"):
            balance = rows(BALANCE, ["sex=1", "age"], subject).with_columns(pl.lit(count, dtype=pl.Int64).alias(name) for name, count in counts.items())
            warehouse.replace("outcomes.balance", balance, subject)
            if overlap is not None:
                warehouse.replace("outcomes.overlap", overlap.with_columns(subject=pl.lit(subject)), subject)
        tables = matching_tables(warehouse, dt.date(2026, 6, 30), {"ungebro": 20})
    return {f"{name} of {contract}": found for contract in ("ungebro", "ungebro_2") for name, found in likeness(tables, contract).items()}


FIGURES = [name for name, kind in BALANCE.items() if kind == pl.Decimal(18, 6) and name != "smd_after"]


@pytest.mark.parametrize(
    ("counts", "is_told", "is_told_elsewhere"),
    [
        ({"n_treatment": 20, "n_treatment_after": 20}, True, True),
        ({"n_treatment": 19}, False, True),
        ({"n_treatment_after": 19}, False, True),
        ({"n_treatment_after": 1}, False, False),
        ({"n_before": 4}, False, False),
        ({"n_after": 4}, False, False),
        ({"n_treatment_after": 0, "n_after": 0}, True, True),
    ],
)
def test_of_few_people_a_row_has_its_counts_and_no_figures(tmp_path: Path, counts: dict[str, int], is_told: bool, is_told_elsewhere: bool) -> None:
    """Of one treated person the mean of ages is the person's age. Where nothing says the smallest count, it is five."""
    found = likened(tmp_path, **counts)
    for name, is_shown in (("balance of ungebro", is_told), ("balance of ungebro_2", is_told_elsewhere)):
        assert [[row[column] for column in FIGURES] for row in found[name]] == [[FIGURE if is_shown else None] * len(FIGURES)] * 2
        assert [{column: row[column] for column in counts} for row in found[name]] == [counts] * 2


def test_nobody_reads_where_the_least_and_the_most_likely_person_stand(tmp_path: Path) -> None:
    edges = [Decimal(value) for value in ("-2.5", "-1", "0.5", "2")]
    made = pl.DataFrame({"low": edges[:3], "high": edges[1:], "n_treatment": [1, 20, 3], "n_before": [30, 20, 1], "n_after": [1, 9, 1]}, schema=OVERLAP)
    found = likened(tmp_path, made.with_columns(place=pl.Series([0, 1, 2], dtype=pl.Int32)))
    for name in ("overlap of ungebro", "overlap of ungebro_2"):
        assert [(row["low"], row["high"], row["n_treatment"]) for row in found[name]] == [(None, edges[1], 1), (edges[1], edges[2], 20), (edges[2], None, 3)]
