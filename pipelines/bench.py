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


def measure() -> dict[str, Any]:
    """Make a sample home in a temporary folder, run its night twice, each in a fresh process, and return what the second one measured."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "UDBYTTE_HOME": str(Path(folder) / "home")}
        from pipelines.synthetic.home import make

        make(Home(Path(folder) / "home"))
        found: dict[str, Any] = {}
        for which in ("first", "second"):
            begun = clock.seconds()
            out = subprocess.run([sys.executable, "-m", "pipelines.bench"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
            found[f"{which}_run_seconds"] = round(clock.seconds() - begun, 2)
            found.update(json.loads(out.stdout.splitlines()[-1]))
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return {**found, "largest_process_mib": round(largest, 1)}


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
        "great_expectations_peak_mib": round(checker.peak_mib, 1),
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
