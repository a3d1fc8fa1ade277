"""A wide file of any size, and how long it takes to make spells of it: as staging does, and beside it in the two usual ways.

Each way runs in a process of its own on the same file, so that its peak memory is its own, and all three must give the same spells.
"""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from indicators.spells import SHARDS
from pipelines import clock
from pipelines.contracts.weeks import Week, week_after, week_name
from pipelines.metering import PROCESS, peak_mib
from pipelines.settings import Home, sql_text
from pipelines.warehouse.wide import Int16s, RepeatedSpells, months_covered, weeks_covered
from pipelines.warehouse.writer import connect, run_over_spells

WEEKS = 1822
FIRST = Week(1991, 32)
"""Where weekly benefit codes begin in Denmark."""
TEMPLATE = "y_yyww"
MONTHS = "branche_yyyy_mm"
"""There are no monthly columns in the file: what is measured is the weeks."""
CODES = (0, 0, 0, 0, 0, 0, 130, 131, 730, 111, 211, 651, 771, 881, 890, 783)
CHANGES_EVERY = 16
SEED = 1991
BLOCK = 5_000
Made = Callable[[], pl.DataFrame]
"""What reads the spells that a way has made, which is no part of making them."""


def measure_wide(people: int, weeks: int = WEEKS) -> dict[str, Any]:
    """Seconds and peak memory of three ways from one wide file of `people` rows to the same sorted spells, and how many times as long
    the other two take as ours. Raises ValueError when they do not give the same."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_wide(folder / "wide.parquet", people, weeks)
        found = {way: _in_own_process(way, folder) for way in WAYS}
        made = {way: pl.read_parquet(folder / f"{way}.parquet") for way in WAYS}
    if not all(made["ours"].equals(frame) for frame in made.values()):
        raise ValueError("the ways from weeks to spells do not give the same spells")
    seconds, own = {way: item["seconds"] for way, item in found.items()}, found["ours"]["seconds"]
    return {
        "people": people,
        "weeks": weeks,
        "spells": made["ours"].height,
        "cells_per_second": round(people * weeks / own),
        **{f"{way}_seconds": round(value, 2) for way, value in seconds.items()},
        **{f"{way}_peak_mib": round(item["peak_mib"]) for way, item in found.items()},
        **{f"{way}_times_as_long": round(value / own, 1) for way, value in seconds.items() if way != "ours"},
    }


def write_wide(path: Path, people: int, weeks: int = WEEKS) -> None:
    """A typed copy with person_id 1..people and so many weekly columns; a code stands for sixteen weeks on average. Always the same."""
    from pyarrow import parquet

    rng, names = np.random.default_rng(SEED), [week_name(TEMPLATE, week) for week in _weeks(weeks)]
    opened: list[Any] = []
    for first in range(0, people, BLOCK):
        block = _codes(rng, min(BLOCK, people - first), weeks)
        columns = [pl.Series(name, block[:, place]).replace(0, None) for place, name in enumerate(names)]
        table = pl.DataFrame([pl.int_range(first + 1, first + block.shape[0] + 1, dtype=pl.Int32, eager=True).alias("person_id"), *columns]).to_arrow()
        opened = opened or [parquet.ParquetWriter(path, table.schema, compression="zstd")]
        opened[0].write_table(table)
    for writer in opened:
        writer.close()


def _weeks(count: int) -> Iterator[Week]:
    week = FIRST
    for _ in range(count):
        yield week
        week = week_after(week)


def _codes(rng: np.random.Generator, people: int, weeks: int) -> Int16s:
    """people x weeks codes that stand for a while: a week that does not change repeats the one before."""
    is_new = rng.random((people, weeks)) < 1 / CHANGES_EVERY
    is_new[:, 0] = True
    drawn = rng.choice(np.array(CODES, dtype=np.int16), (people, weeks))
    since = np.maximum.accumulate(np.where(is_new, np.arange(weeks), 0), axis=1)
    made: Int16s = np.take_along_axis(drawn, since, axis=1)
    return made


def _in_own_process(way: str, folder: Path) -> dict[str, float]:
    done = subprocess.run([sys.executable, "-m", "pipelines.synthetic.wide", way, str(folder)], stdout=subprocess.PIPE, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _ours(path: Path) -> Made:
    connection = connect(path.with_name("ours.duckdb"), Home(path.parent), read_only=False)
    persons = connection.read_parquet(str(path)).select("person_id").pl()["person_id"].to_numpy()
    connection.execute("create schema staged")
    weeks = RepeatedSpells(path, persons, weeks_covered(path, TEMPLATE, None), "code")
    months = RepeatedSpells(path, persons, months_covered(path, MONTHS), "industry")
    run_over_spells(connection, "staging/dream.sql", {"spells": weeks, "branches": months})
    return connection.table("staged.dream").pl


def _duckdb(path: Path) -> Made:
    connection = connect(path.with_name("duckdb.duckdb"), Home(path.parent), read_only=False)
    connection.execute("set memory_limit = '8GB'")
    names, bounds = weeks_covered(path, TEMPLATE, None)
    connection.register("mondays", pl.DataFrame({"week": names, "day": bounds[:-1]}, schema={"week": pl.String, "day": pl.Int32}))
    connection.read_parquet(str(path)).create_view("delivered")
    connection.execute(sql_text("bench/spells_by_unpivot.sql"))
    return connection.table("by_unpivot").pl


def _polars(path: Path) -> Made:
    names, bounds = weeks_covered(path, TEMPLATE, None)
    long = (
        pl.scan_parquet(path)
        .rename({name: str(day) for name, day in zip(names, bounds[:-1], strict=True)})
        .unpivot(index="person_id", variable_name="start_day", value_name="code")
    )
    placed = long.with_columns(pl.col("start_day").cast(pl.Int32), pl.col("code").fill_null(0)).sort("person_id", "start_day")
    firsts = placed.filter(pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift()) for name in ("person_id", "code")))
    is_last = pl.col("person_id").ne_missing(pl.col("person_id").shift(-1))
    until = pl.when(is_last).then(int(bounds[-1])).otherwise(pl.col("start_day").shift(-1)).cast(pl.Int32)
    spells = firsts.select("person_id", "start_day", until.alias("end_day"), "code")
    made = spells.sort(pl.col("person_id") % SHARDS, "person_id", "start_day").collect()
    return lambda: made


WAYS: dict[str, Callable[[Path], Made]] = {"ours": _ours, "duckdb": _duckdb, "polars": _polars}


def main(way: str, folder: Path) -> None:
    """Go one way, print what it took, and leave the spells in the folder. No way is charged for loading libraries."""
    importlib.import_module("pyarrow.parquet")
    begun = clock.seconds()
    made = WAYS[way](folder / "wide.parquet")
    took = {"seconds": clock.seconds() - begun, "peak_mib": peak_mib(PROCESS)}
    made().write_parquet(folder / f"{way}.parquet")
    print(json.dumps(took))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
