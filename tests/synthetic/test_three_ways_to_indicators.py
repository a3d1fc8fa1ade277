"""The bench of indicators: people drawn alike every time, and three ways that say the same of each of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines import bench_indicators
from pipelines.bench_indicators import MEASURED, NUMBERS, TOGETHER, answers, asked_for, growth, indicators_table, measure_indicators
from pipelines.bench_pandas import WAYS
from pipelines.payments.vocabulary import catalogue
from pipelines.settings import Home, sql_folder
from pipelines.synthetic.crowd import ROWS_EACH, fill
from pipelines.warehouse.writer import connect, open_warehouse

PEOPLE = 4_000
REASONS = {"days_out_of_care": 11, "enrolled": 1, "rearrest": 6, "weeks_self_supporting": 10, "who5_change": 3}
"""How many different reasons come up: every one that these terms can give, in this claim period, at this size."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    made = Home(tmp_path_factory.mktemp("crowd") / "home").prepare()
    with open_warehouse(made) as warehouse:
        fill(warehouse, PEOPLE).write_parquet(made.root / "people.parquet")
    return made


def said(home: Home, way: str, name: str) -> pl.DataFrame:
    return answers(home, way, asked_for(name, pl.read_parquet(home.root / "people.parquet")))()


@pytest.mark.parametrize("name", sorted(MEASURED))
def test_the_three_ways_say_the_same_of_everybody(home: Home, name: str) -> None:
    own = said(home, "ours", name)
    assert own.columns == list(NUMBERS)
    assert own["person_id"].to_list() == list(range(1, PEOPLE + 1))
    for way in ("whole", "duckdb", "pandas"):
        assert own.equals(said(home, way, name)), way
    assert own["reason"].n_unique() >= REASONS[name]
    assert 0.3 < (own["status"] == "counted").mean() <= 1  # type: ignore[operator]


def test_every_indicator_of_the_samples_contracts_is_measured_with_the_terms_of_one() -> None:
    found = catalogue()
    pins = {outcome.indicator for contract in found.contracts.values() for outcome in contract.outcomes}
    assert {f"{name}@1" for name in MEASURED} == pins
    for name, (contract, outcome, _) in MEASURED.items():
        assert found.contracts[contract].outcome(outcome).indicator == f"{name}@1"
    assert set(WAYS) == set(MEASURED) <= {path.stem for path in (sql_folder() / "bench").glob("*.sql")}


def test_the_people_are_drawn_alike_and_have_twenty_rows_in_what_is_counted(home: Home, tmp_path: Path) -> None:
    again = Home(tmp_path / "again").prepare()
    with open_warehouse(again) as warehouse:
        assert fill(warehouse, PEOPLE).equals(pl.read_parquet(home.root / "people.parquet"))
    for table in ("arrests", "arrests_searched", "bef_person", "bef_residence", "buaf", "dod", "dream", "who5"):
        rows = [connect(one.warehouse, one, read_only=True).execute(f"from staged.{table}").pl() for one in (home, again)]
        assert rows[0].equals(rows[1])
        known = rows[0]["person_id"].n_unique()
        if table in {"buaf", "dream", "who5"}:
            assert rows[0].height == known * ROWS_EACH
            assert 0.97 * PEOPLE < known < PEOPLE


def test_a_way_that_says_something_else_is_an_error(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every way is played, and DuckDB's pretended answer has one person more."""

    def pretend(way: str, what: str, at: Home, *_: str) -> dict[str, Any]:
        if way != "fill":
            at.root.mkdir(exist_ok=True, parents=True)
            pl.DataFrame({"person_id": range(3 if way == "duckdb" else 2)}).write_parquet(at.root / f"{what}.{way}.parquet")
        return {"seconds": 1.0, "peak_mib": 1.0, "rows": 1}

    monkeypatch.setattr(bench_indicators, "_apart", pretend)
    with pytest.raises(ValueError, match="days_out_of_care: our way and duckdb do not say the same of everybody"):
        measure_indicators([2])


def row(people: int, name: str, seconds: float, peak: int, pandas_people: int) -> dict[str, Any]:
    ways = {f"{way}_{what}": 2.0 for way in ("whole", "duckdb", "pandas") for what in ("times_as_long", "peak_mib")}
    return {
        "people": people,
        "indicator": name,
        "rows": 20 * people,
        "pandas_people": pandas_people,
        "ours_seconds": 1.0,
        "ours_peak_mib": 9,
        **ways,
        "whole_seconds": seconds,
        "whole_peak_mib": peak,
    }


def test_what_is_scaled_is_said_and_so_is_how_seconds_grow() -> None:
    """Ten times the people in twelve times the seconds."""
    found = [row(100_000, "rearrest", 0.5, 300, 100_000), row(1_000_000, "rearrest", 6.0, 350, 200_000), row(100_000, TOGETHER, 1.0, 400, 100_000)]
    assert growth(found) == ["rearrest: 10.0 times the people take 12.0 times as long, in 350 MiB instead of 300"]
    shown = indicators_table(found)
    assert "pandas ran on 200,000 people where there were more; its seconds are scaled" in shown
    assert "scaled" not in indicators_table(found[:1])
