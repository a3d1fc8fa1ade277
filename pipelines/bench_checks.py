"""`udbytte bench --checks N`: what the gate costs over N people, beside the same counts written by hand in SQL and asked of DuckDB alone.

Both ways ask one warehouse that a night has filled, one expectation after the other, in a process of their own with the same memory limit
and threads; they must count the same. Only ratios and shares mean anything.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console
from rich.table import Table

from pipelines import clock
from pipelines.metering import peak_mib
from pipelines.payments.vocabulary import catalogue
from pipelines.quality.checker import Checker
from pipelines.quality.registers import register_suite
from pipelines.quality.suites import Expectation
from pipelines.settings import DEFAULT_MEMORY_LIMIT, Home, sql_text
from pipelines.warehouse.writer import THREADS

ROUNDS = 3
Counted = tuple[str, str, int | None, int | None]
"""Subject, rule, numerator and denominator."""


def measure_checks(people: int) -> dict[str, Any]:
    """Make a sample home of so many people, run its night, then ask every register's suite both ways, ROUNDS times in turn. `ratio` is of the
    fastest of each; `share_of_night` is the fastest of ours beside the whole first night."""
    from pipelines.bench import make_home, run_night_apart

    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "UDBYTTE_HOME": str(Path(folder) / "home")}
        make_home(environment, people)
        night = run_night_apart(environment)
        asked = [(_apart(environment, "ours"), _apart(environment, "by_hand")) for _ in range(ROUNDS)]
    ours, by_hand = (min((pair[place] for pair in asked), key=lambda item: item["seconds"]) for place in (0, 1))
    if any(pair[0]["counted"] != pair[1]["counted"] for pair in asked):
        raise ValueError("the two ways do not count the same; nothing can be said of their speed")
    return {
        "people": people,
        "rows": ours["rows"],
        "expectations": len(ours["counted"]),
        "not_asked_by_hand": ours["left_out"],
        "night_seconds": round(night["seconds"], 2),
        "ours_seconds": round(ours["seconds"], 2),
        "by_hand_seconds": round(by_hand["seconds"], 2),
        "ratio": round(ours["seconds"] / by_hand["seconds"], 3),
        "share_of_night": round(ours["seconds"] / night["seconds"], 3),
        "ours_peak_mib": round(max(pair[0]["peak_mib"] for pair in asked)),
        "by_hand_peak_mib": round(max(pair[1]["peak_mib"] for pair in asked)),
    }


def checks_table(found: dict[str, Any]) -> str:
    """The measurement as a table for people."""
    console = Console(width=110, record=True, file=io.StringIO(), highlight=False)
    made = Table(f"{found['expectations']} expectations over {found['rows']:,} rows of {found['people']:,} people", "Seconds", "Peak MiB")
    made.add_row("the gate", f"{found['ours_seconds']:.2f}", str(found["ours_peak_mib"]))
    made.add_row("the same counts by hand in SQL", f"{found['by_hand_seconds']:.2f}", str(found["by_hand_peak_mib"]))
    console.print(made)
    console.print(f"the gate takes {found['ratio']:.2f} times as long as by hand, and {found['share_of_night']:.1%} of a first night of {found['night_seconds']:.0f} s")
    if found["not_asked_by_hand"]:
        console.print(f"left out on both sides, for want of a form by hand: {', '.join(found['not_asked_by_hand'])}")
    return console.export_text()


def _apart(environment: dict[str, str], way: str) -> dict[str, Any]:
    """Ask one way in a process of its own."""
    done = subprocess.run([sys.executable, "-m", "pipelines.bench_checks", way], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def suites() -> list[Any]:
    """The suite of every register that is delivered, less what has no form by hand, and the names of that."""
    made = catalogue()
    return [register_suite(made, register) for _, register in sorted(made.registers.items())]


def by_hand(item: Expectation) -> str | None:
    """One query that counts what an expectation counts: numerator and denominator. None for a kind that has no form here."""
    kind: str = item.kind
    column = str(item.arguments.get("column", ""))
    if kind == "not_null":
        return f'select count(*) filter (where "{column}" is null), count(*) from {item.table}'
    if kind == "in_set":
        values = ", ".join("'" + str(value).replace("'", "''") + "'" for value in item.arguments["values"])
        return f'select count(*) filter (where "{column}" is not null and cast("{column}" as varchar) not in ({values})), count(*) from {item.table}'
    if kind == "row_count":
        return f"select count(*), count(*) from {item.table}"
    if kind == "counts_none":
        return f"select ({item.arguments['query'].replace('{batch}', item.table)}), (select count(*) from {item.table})"
    if kind == "view":
        asked = sql_text("quality/judged_row.sql").replace("{view}", item.table).replace("{subject}", item.arguments["subject"]).replace("{batch}", "")
        return f"select numerator, denominator from ({asked.split(chr(10), 1)[1]})"
    return None


def _by_hand(home: Home) -> list[Counted]:
    connection = duckdb.connect(str(home.warehouse), read_only=True, config={"memory_limit": DEFAULT_MEMORY_LIMIT, "threads": THREADS})
    found: list[Counted] = []
    for suite in suites():
        for item in suite.expectations:
            query = by_hand(item)
            if query is not None:
                row = connection.execute(query).fetchone()
                found.append((suite.subject, item.rule, *(row or (None, 0))))
    return found


def _ours(home: Home, checker: Checker) -> list[Counted]:
    checks = checker.evaluate(home, suites(), dt.date.min).checks
    asked = {(suite.subject, item.rule) for suite in suites() for item in suite.expectations if by_hand(item) is not None}
    return [(check.subject, check.rule, check.numerator, check.denominator) for check in checks if (check.subject, check.rule) in asked]


def _main(way: str) -> dict[str, Any]:
    """One way in this process; the engine is started and warm before the clock is."""
    home = Home.here()
    rows = _rows(home)
    left_out = sorted({item.rule for suite in suites() for item in suite.expectations if by_hand(item) is None})
    if way == "by_hand":
        begun = clock.seconds()
        counted = _by_hand(home)
        return {"seconds": clock.seconds() - begun, "peak_mib": peak_mib(Path("/proc/self")), "counted": counted, "rows": rows, "left_out": left_out}
    checker = Checker().start()
    try:
        checker.evaluate(home, suites()[:1], dt.date.min)
        begun = clock.seconds()
        counted = _ours(home, checker)
        seconds = clock.seconds() - begun
    finally:
        checker.stop()
    return {"seconds": seconds, "peak_mib": checker.peak_mib, "counted": counted, "rows": rows, "left_out": left_out}


def _rows(home: Home) -> int:
    """Rows of everything that is delivered and staged as spells."""
    connection = duckdb.connect(str(home.warehouse), read_only=True)
    tables = connection.execute("select schema_name, table_name from duckdb_tables() where schema_name in ('delivered', 'staged')").fetchall()
    views = connection.execute("select schema_name, view_name from duckdb_views() where schema_name in ('delivered', 'staged') and not internal").fetchall()
    counts = [connection.execute(f'select count(*) from "{schema}"."{name}"').fetchone() for schema, name in (*tables, *views)]
    return sum(int(row[0]) for row in counts if row)


if __name__ == "__main__":
    print(json.dumps(_main(sys.argv[1])))
