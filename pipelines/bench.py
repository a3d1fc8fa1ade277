"""`udbytte bench`: the sample's night in a process of its own, by step, beside what Dagster and Great Expectations need to start.

Shares and ratios are what a bench says; seconds drift from machine to machine.
"""

from __future__ import annotations

import io
import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from pipelines import clock
from pipelines.metering import Step, metered, peak_mib
from pipelines.settings import Home

USUAL_PEOPLE = 10_000
NATION = 7_200_000
"""The people of a national file of weekly benefits."""


def measure(people: int = USUAL_PEOPLE) -> dict[str, Any]:
    """Make a sample home in a temporary folder, run its night twice, each in a fresh process, and return what the second one measured.

    The first run takes the deliveries in, stages them and freezes the cohorts; `largest_process_mib` is over both runs and everything
    they started.
    """
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "UDBYTTE_HOME": str(Path(folder) / "home")}
        make_home(environment, people)
        found: dict[str, Any] = {"people": people}
        for which in ("first", "second"):
            said = run_night_apart(environment)
            found[f"{which}_run_seconds"] = round(said.pop("seconds"), 2)
            found[f"{which}_run_largest_process_mib"] = said.pop("largest_process_mib")
            found.update(said)
    return found


def make_home(environment: dict[str, str], people: int) -> None:
    """Make the sample home that an environment names, in a process of its own."""
    make = "import sys\nfrom pipelines.settings import Home\nfrom pipelines.synthetic.home import make\nmake(Home.here(), people=int(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", make, str(people)], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)


def run_night_apart(environment: dict[str, str]) -> dict[str, Any]:
    """Run the night of the home that an environment names in a fresh process: what it measured of itself, and `seconds` from start to end."""
    begun = clock.seconds()
    out = subprocess.run([sys.executable, "-m", "pipelines.bench"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    measured: dict[str, Any] = json.loads(out.stdout.splitlines()[-1])
    return {**measured, "seconds": clock.seconds() - begun}


def measure_sizes(sizes: list[int]) -> list[dict[str, Any]]:
    """The night at several sizes, smallest first, each with what a further 1,000 people cost in seconds beside the size before it."""
    made: list[dict[str, Any]] = []
    for people in sorted(set(sizes)):
        found = measure(people)
        if made:
            more = (found["first_run_seconds"] - made[-1]["first_run_seconds"]) / (people - made[-1]["people"]) * 1000
            found["seconds_per_1000_more_people"] = round(more, 4)
        made.append(found)
    return made


def measure_wide_sizes(sizes: list[int]) -> list[dict[str, Any]]:
    """Weekly columns to spells at several sizes, smallest first: ours, DuckDB's unpivot with a window, polars' unpivot with a sort."""
    from pipelines.synthetic.wide import measure_wide

    return [measure_wide(people) for people in sorted(set(sizes))]


def wide_table(found: list[dict[str, Any]]) -> str:
    """Weekly columns to spells, as a table for people, and from two sizes on what a whole country would take."""
    console = Console(width=130, record=True, file=io.StringIO(), highlight=False)
    made = Table("People x weeks", "Ours, s", "Million cells a second", "Ours, MiB", "DuckDB: times as long", "DuckDB, MiB", "Polars: times as long", "Polars, MiB")
    for item in found:
        own = (f"{item['ours_seconds']:.2f}", f"{item['cells_per_second'] / 1e6:.1f}", str(item["ours_peak_mib"]))
        others = [str(item[f"{way}_{what}"]) for way in ("duckdb", "polars") for what in ("times_as_long", "peak_mib")]
        made.add_row(f"{item['people']:,} x {item['weeks']:,}", *own, *others)
    console.print(made)
    if len(found) > 1:
        fit = wide_fit(found)
        console.print(
            f"least squares over {len(found)} sizes: {fit['seconds_before']:.2f} s + {fit['seconds_per_million_people']:.1f} s a million people; "
            f"{NATION:,} people: {fit['minutes_for_a_nation']:.1f} minutes; largest memory of ours: {fit['largest_peak_mib']} MiB"
        )
    return console.export_text()


def wide_fit(found: list[dict[str, Any]]) -> dict[str, Any]:
    """What ours takes as a straight line of people, by least squares over at least two sizes, and what the line says of a whole country."""
    import numpy as np

    people = np.array([item["people"] for item in found], dtype=np.float64)
    seconds = np.array([item["ours_seconds"] for item in found], dtype=np.float64)
    (before, per_person), *_ = np.linalg.lstsq(np.column_stack([np.ones_like(people), people]), seconds, rcond=None)
    return {
        "seconds_before": float(before),
        "seconds_per_million_people": float(per_person) * 1e6,
        "minutes_for_a_nation": float(before + per_person * NATION) / 60,
        "largest_peak_mib": max(item["ours_peak_mib"] for item in found),
    }


def sizes_table(found: list[dict[str, Any]]) -> str:
    """The night at several sizes, as a table for people. Memory is the most of any one process, the readers and the engine included."""
    console = Console(width=130, record=True, file=io.StringIO(), highlight=False)
    made = Table("People", "First night, s", "Second night, s", "Largest process, MiB", "Night, MiB", "Great Expectations, MiB", "Seconds per 1,000 more people")
    for item in found:
        memory = max(item["first_run_largest_process_mib"], item["second_run_largest_process_mib"])
        more = f"{item['seconds_per_1000_more_people']:.4f}" if "seconds_per_1000_more_people" in item else "-"
        numbers = (f"{item['first_run_seconds']:.1f}", f"{item['second_run_seconds']:.1f}", f"{memory:.0f}", f"{item['night_peak_mib']:.0f}")
        made.add_row(f"{item['people']:,}", *numbers, f"{item['great_expectations_peak_mib']:.0f}", more)
    console.print(made)
    return console.export_text()


def _night() -> dict[str, Any]:
    """One night in this process. The share of start-up is what the run waited for, not what went on beside it."""
    whole: list[Step] = []
    outside: list[Step] = []
    with metered(whole, "night"):
        from pipelines.quality.checker import checker_of_this_process

        checker = checker_of_this_process()
        with metered(outside, "dagster: import and definitions"):
            from pipelines.run import run_night
        home = Home.here()
        with metered(outside, "dagster: the run"):
            night = run_night(home, home.as_of(None))
    steps = sum(step.seconds for step in night.steps)
    run = next(step for step in outside if step.name == "dagster: the run").seconds
    dagster = outside[0].seconds + run - steps
    engine_wait = checker.seconds_waiting_to_start
    total = whole[0].seconds
    return {
        "steps": [{"name": step.name, "seconds": round(step.seconds, 3), "peak_mib": round(step.peak_mib, 1)} for step in night.steps],
        "night_seconds": round(total, 2),
        "dagster_seconds": round(dagster, 2),
        "dagster_share": round(dagster / total, 3),
        "great_expectations_ready_after_seconds": round(checker.seconds_to_ready, 2),
        "great_expectations_waited_for_seconds": round(engine_wait, 2),
        "great_expectations_start_share": round(engine_wait / total, 3),
        "great_expectations_checking_seconds": round(checker.seconds_waiting - engine_wait, 2),
        "data_docs_seconds": round(checker.seconds_for_docs, 2),
        "great_expectations_peak_mib": round(checker.peak_mib, 1),
        "largest_process_mib": round(max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024, 1),
        "night_peak_mib": round(max((peak_mib(Path("/proc/self")), *(step.peak_mib for step in night.steps))), 1),
    }


def table(found: dict[str, Any]) -> str:
    """The measurement as a table for people."""
    console = Console(width=110, record=True, file=io.StringIO(), highlight=False)
    made = Table("Step", "Seconds", "Share", "Peak MiB")
    for step in found["steps"]:
        made.add_row(step["name"], f"{step['seconds']:.2f}", f"{step['seconds'] / found['night_seconds']:.0%}", f"{step['peak_mib']:.0f}")
    console.print(made)
    facts = [(name.replace("_", " "), value) for name, value in found.items() if name != "steps"]
    for name, value in facts:
        console.print(f"{name}: {value:.1%}" if name.endswith("share") else f"{name}: {value}")
    return console.export_text()


if __name__ == "__main__":
    print(json.dumps(_night()))
