"""`udbytte bench --indicators N`: every indicator of the sample's contracts over N people with twenty rows each in what it counts, three ways.

Ours is what a night computes, a slice of the people at a time; beside it the same in SQL written by hand for DuckDB (`sql/bench`) and in
pandas. All ways read the same staged tables and must say the same of everybody: status, reason, exposure and value. The evidence that a
night keeps of everybody is counted apart, since neither of the others gives any. Each way runs in a process of its own. Only ratios mean
anything.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
from rich.console import Console
from rich.table import Table

from indicators.indicator import VALUE
from indicators.treatments import CodeSet, Treatments
from pipelines import clock, measuring
from pipelines.measuring import Asked
from pipelines.metering import PROCESS, peak_mib
from pipelines.payments.vocabulary import catalogue
from pipelines.settings import Home, sql_text
from pipelines.synthetic.crowd import fill
from pipelines.together import computed
from pipelines.warehouse.writer import connect, open_warehouse

MEASURED = {
    "days_out_of_care": ("trygt_hjem", "hjemmedage", "2025H1"),
    "weeks_self_supporting": ("ungebro", "uger", ""),
    "who5_change": ("trygt_hjem", "trivsel", "2025H1"),
    "rearrest": ("tarp", "rearrest_52_weeks", ""),
    "enrolled": ("tarp", "enrolment", ""),
}
"""The contract, outcome and claim period whose terms each indicator is measured with."""
TOGETHER = "all in one reading"
MATURE_UNTIL = 20_423
"""2025-12-01, before which every event is known: most windows are over by then."""
NUMBERS = ("person_id", "status", "reason", "exposure", "value")
ROUNDS = 3
PANDAS_AT_MOST = 1_000_000
"""More people than this do not fit into the memory that pandas needs: it runs on so many, and what they take is scaled."""
HAND_TUNED_MEMORY = "8GB"
"""DuckDB is not held to our limit: it would write to disk what it can keep."""


def measure_indicators(sizes: list[int], pandas_at_most: int = PANDAS_AT_MOST) -> list[dict[str, Any]]:
    """Each size, smallest first: one element an indicator, and one for all of them together, with the fastest seconds of each way, how many times
    as long the other ways take as ours, and peak memory. Raises ValueError when two ways differ about anybody."""
    made: list[dict[str, Any]] = []
    for people in sorted(set(sizes)):
        with tempfile.TemporaryDirectory() as folder:
            home = Home(Path(folder) / "home")
            _apart("fill", str(people), home)
            found = [_measured(home, name, people, pandas_at_most) for name in MEASURED]
            made += [*found, _together(home, people, found)]
    return made


def _measured(home: Home, name: str, people: int, pandas_at_most: int) -> dict[str, Any]:
    """One indicator: ours, ours with evidence and DuckDB in turn, then pandas once."""
    ways = ("ours", "whole", "duckdb")
    turns = [{way: _apart(way, name, home) for way in ways} for _ in range(ROUNDS)]
    best = {way: min((turn[way] for turn in turns), key=lambda item: item["seconds"]) for way in ways}
    of = min(people, pandas_at_most)
    best["pandas"] = _apart("pandas", name, home, str(of))
    _same(home, name, of)
    best["pandas"]["seconds"] *= people / of
    return {"people": people, "indicator": name, "rows": best["ours"]["rows"], "pandas_people": of, **_compared(best)}


def _together(home: Home, people: int, found: list[dict[str, Any]]) -> dict[str, Any]:
    """All indicators in one reading, beside the sum of what the other ways take one after the other."""
    turns = [{way: _apart(way, TOGETHER, home) for way in ("ours", "whole")} for _ in range(ROUNDS)]
    own = {way: min((turn[way] for turn in turns), key=lambda item: item["seconds"]) for way in ("ours", "whole")}
    others = {way: {"seconds": sum(item[f"{way}_seconds"] for item in found), "peak_mib": max(item[f"{way}_peak_mib"] for item in found)} for way in ("duckdb", "pandas")}
    return {"people": people, "indicator": TOGETHER, "rows": own["ours"]["rows"], "pandas_people": found[0]["pandas_people"], **_compared({**own, **others})}


def _compared(best: dict[str, dict[str, Any]]) -> dict[str, Any]:
    own = best["ours"]["seconds"]
    return {
        **{f"{way}_seconds": round(item["seconds"], 3) for way, item in best.items()},
        **{f"{way}_peak_mib": round(item["peak_mib"]) for way, item in best.items()},
        **{f"{way}_times_as_long": round(best[way]["seconds"] / own, 2) for way in best if way != "ours"},
    }


def _same(home: Home, name: str, pandas_people: int) -> None:
    """Raise ValueError unless the answers that were left in the home are the same."""
    own = pl.read_parquet(home.root / f"{name}.ours.parquet")
    for way, mine in {"duckdb": own, "whole": own, "pandas": own.filter(pl.col("person_id") <= pandas_people)}.items():
        if not mine.equals(pl.read_parquet(home.root / f"{name}.{way}.parquet")):
            raise ValueError(f"{name}: our way and {way} do not say the same of everybody; nothing can be said of their speed")


def _apart(way: str, what: str, home: Home, *more: str) -> dict[str, Any]:
    done = subprocess.run([sys.executable, "-m", "pipelines.bench_indicators", way, what, str(home.root), *more], stdout=subprocess.PIPE, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def indicators_table(found: list[dict[str, Any]]) -> str:
    """The measurement as a table for people; from two sizes on with how seconds grow with people."""
    console = Console(width=150, record=True, file=io.StringIO(), highlight=False)
    heads = ("People", "Indicator", "Rows read", "Ours, s", "MiB", "With evidence: times as long", "MiB", "DuckDB: times as long", "MiB", "pandas: times as long", "MiB")
    made = Table(*heads)
    for item in found:
        own = (f"{item['people']:,}", item["indicator"], f"{item['rows']:,}", f"{item['ours_seconds']:.2f}", str(item["ours_peak_mib"]))
        made.add_row(*own, *(str(item[f"{way}_{what}"]) for way in ("whole", "duckdb", "pandas") for what in ("times_as_long", "peak_mib")))
    console.print(made)
    if any(item["pandas_people"] < item["people"] for item in found):
        console.print(f"pandas ran on {max(item['pandas_people'] for item in found):,} people where there were more; its seconds are scaled")
    for line in growth(found):
        console.print(line)
    return console.export_text()


def growth(found: list[dict[str, Any]]) -> list[str]:
    """How many times as long the most people take as the fewest, with evidence, in words: a line an indicator. None for a single size."""
    said = []
    for name in dict.fromkeys(item["indicator"] for item in found):
        sizes = sorted((item for item in found if item["indicator"] == name), key=lambda item: item["people"])
        least, most = sizes[0], sizes[-1]
        if least is not most and least["whole_seconds"]:
            times, longer = most["people"] / least["people"], most["whole_seconds"] / least["whole_seconds"]
            said.append(f"{name}: {times:.1f} times the people take {longer:.1f} times as long, in {most['whole_peak_mib']} MiB instead of {least['whole_peak_mib']}")
    return said


def asked_for(what: str, people: pl.DataFrame) -> list[Asked]:
    """What is computed for an indicator, or for all of them, with the terms of the contract that has it."""
    found, made = catalogue(), []
    for name in MEASURED if what == TOGETHER else [what]:
        contract = found.contracts[MEASURED[name][0]]
        outcome, claims = contract.outcome(MEASURED[name][1]), contract.claims_of(MEASURED[name][1])
        claim = next((claim for claim in claims if claim.id == MEASURED[name][2]), claims[0])
        made.append(measuring.asked(found, contract, outcome, people, claim, MATURE_UNTIL))
    return made


def _ours(home: Home, asked: list[Asked]) -> pl.DataFrame:
    """Our way; of the last indicator, what is to be compared."""
    made = []
    for _, item, rows in computed(connect(home.warehouse, home, read_only=True), asked):
        if not isinstance(rows, pl.DataFrame):
            raise rows
        if item is asked[-1]:
            made.append(rows.select(NUMBERS))
    return pl.concat(made)


def _duckdb(home: Home, item: Asked) -> duckdb.DuckDBPyRelation:
    """By hand: the file of the indicator's name, which makes the table `answer` of a view `asked` and of the codes that a contract places."""
    text = sql_text(f"bench/{item.measure.name}.sql")
    connection = connect(home.warehouse, home, read_only=True)
    connection.execute("set memory_limit = ?", [HAND_TUNED_MEMORY])
    for view, frame in {"asked": item.people, **_placings(item.terms)}.items():
        connection.register(view, frame)
    connection.execute(text, {key: value for key, value in _numbers(item.terms).items() if f"${key}" in text})
    return connection.table("answer")


def _pandas(home: Home, item: Asked) -> Any:
    """In pandas, of the people given: what is read is theirs alone."""
    from pipelines.bench_pandas import WAYS

    last, placings = item.people["person_id"].max(), {view: frame.to_pandas() for view, frame in _placings(item.terms).items()}
    connection = connect(home.warehouse, home, read_only=True)
    terms = {**item.terms, **placings, **({"counting": list(placings["counting"]["type"])} if "counting" in placings else {})}
    return WAYS[item.measure.name](lambda table: connection.execute(f"from staged.{table} where person_id <= ?", [last]).df(), item.people.to_pandas(), terms, MATURE_UNTIL)


def _placings(terms: dict[str, Any]) -> dict[str, pl.DataFrame]:
    """The codes that a contract places, as both other ways are given them."""
    made = {}
    for value in terms.values():
        if isinstance(value, Treatments):
            made["placed"] = value.weekly(terms["codes"])
        if isinstance(value, CodeSet):
            made["counting"] = value.rows(terms["codes"]).filter(pl.col("placed") == "counts").select(type="code").unique()
    return made


def _numbers(terms: dict[str, Any]) -> dict[str, int]:
    claim = terms.get("claim_period", (0, 0))
    return {"mature_until": MATURE_UNTIL, "from_day": claim[0], "to_day": claim[1], **{key: value for key, value in terms.items() if isinstance(value, int)}}


def answers(home: Home, way: str, asked: list[Asked]) -> Callable[[], pl.DataFrame]:
    """Go one way, and return what reads its answer in the one form all are compared in: NUMBERS by person. Reading it is no part of any way."""
    if way == "duckdb":
        relation = _duckdb(home, *asked)
        return lambda: _one_form(relation.pl())
    if way == "pandas":
        frame = _pandas(home, *asked)
        return lambda: _one_form(pl.from_pandas(frame))
    rows = _ours(home, [item.only(NUMBERS) if way == "ours" else item for item in asked])
    return lambda: _one_form(rows)


def _one_form(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select("person_id", pl.col("status", "reason").cast(pl.String), pl.col("exposure").cast(pl.Int64), pl.col("value").cast(VALUE)).sort("person_id")


def _rows(home: Home, asked: list[Asked]) -> int:
    """Rows of the staged tables that are read."""
    connection = connect(home.warehouse, home, read_only=True)
    counts = [connection.execute(f"select count(*) from staged.{table}").fetchone() for table in {table for item in asked for table in item.tables.values()}]
    return sum(int(row[0]) for row in counts if row)


def _main(way: str, what: str, folder: str, *more: str) -> dict[str, Any]:
    """One way in this process. None is charged for loading libraries, nor for leaving its answer where it can be compared."""
    home = Home(Path(folder))
    if way == "fill":
        with open_warehouse(home.prepare()) as warehouse:
            fill(warehouse, int(what)).write_parquet(home.root / "people.parquet")
        return {}
    import pipelines.bench_pandas  # noqa: F401 - DuckDB looks for pandas whenever it is handed a frame

    people = pl.read_parquet(home.root / "people.parquet")
    if way == "pandas":
        people = people.filter(pl.col("person_id") <= int(more[0]))
    asked = asked_for(what, people)
    begun = clock.seconds()
    answer = answers(home, way, asked)
    took = {"seconds": clock.seconds() - begun, "peak_mib": peak_mib(PROCESS), "rows": _rows(home, asked)}
    answer().write_parquet(home.root / f"{what}.{way}.parquet")
    return took


if __name__ == "__main__":
    print(json.dumps(_main(*sys.argv[1:])))
