"""SIGKILL at random instants of posting: whatever it leaves, settling again gives the ledger of an undisturbed posting."""

from __future__ import annotations

import subprocess
import sys

from pipelines.bench_kills import LEFT, measure_kills

KILLS = 20


def test_a_posting_that_is_killed_and_run_again_leaves_the_undisturbed_ledger() -> None:
    found = measure_kills(KILLS, seed=1)
    assert found["same"] == KILLS
    assert sum(found["left"].values()) == KILLS
    assert set(found["left"]) == set(LEFT)
    assert found["left"]["part of them"] > 0


def test_what_is_killed_loads_no_heavy_library() -> None:
    loaded = subprocess.run([sys.executable, "-c", "import sys, pipelines.bench_kills; print(*sys.modules)"], capture_output=True, text=True, check=True).stdout.split()
    assert not {"polars", "duckdb", "dagster", "great_expectations", "pydantic", "typer", "indicators"} & set(loaded)
