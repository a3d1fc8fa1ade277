"""A claim that its gate compares with another outcome rests on what that outcome was made from, tonight: never on what an earlier night left."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from support import only

from pipelines.bench_nights import Helpers, helpers
from pipelines.deliveries.inbox import deliver
from pipelines.night import Night
from pipelines.payments.decide import Decision, causes
from pipelines.settings import Home
from pipelines.steps import run_steps
from pipelines.synthetic import tarp
from pipelines.synthetic.danish import draw
from pipelines.synthetic.extract import Extract
from pipelines.synthetic.home import make

FINAL = "trygt_hjem/hjemmedage/2025H1/all/final"


@pytest.fixture(scope="module")
def shared() -> Iterator[Helpers]:
    with helpers() as made:
        yield made


def hand_in(home: Home, folder: Path, extract: Extract) -> None:
    path = folder / extract.file_name
    extract.write(path)
    deliver(home, path, extract.register, covers_through=extract.covers_through)


def decided(home: Home, days: int, shared: Helpers) -> Decision:
    """The final settlement in the night so many days after the sample's."""
    night = run_steps(Night(home, tarp.AS_OF + dt.timedelta(days=days), shared.checker, shared.reader))
    assert night.problems == []
    return next(item for item in night.decisions if item.posting_key == FINAL)


def test_a_final_settlement_waits_for_the_source_it_is_compared_with(shared: Helpers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UDBYTTE_CONTRACTS", str(only("trygt_hjem")))
    home, sample = Home(tmp_path / "home"), draw()
    right = next(item for item in sample.extracts() if item.register == "case_placements")
    backwards = pl.when(pl.int_range(pl.len()) == 0).then(pl.col("anbragt_fra").dt.offset_by("-5d")).otherwise("anbragt_til").alias("anbragt_til")
    make(home, reader=shared.reader)
    assert [cause["rule"] for cause in causes(decided(home, 0, shared).holds)] == ["coverage_reaches_windows"]
    hand_in(home, tmp_path, sample.whole_buaf())
    hand_in(home, tmp_path, replace(right, file_name="anbringelser_2026_06_30.csv").changed(lambda rows: rows.with_columns(backwards)))
    held = decided(home, 1, shared)
    assert held.state == "held", "the register covers the half-year, and the case system, which it must agree with, does not hold tonight"
    assert [(cause["subject"], cause["rule"]) for cause in causes(held.holds)] == [("register:case_placements", "placement_runs_forward")]
    hand_in(home, tmp_path, replace(right, file_name="anbringelser_2026_07_01.csv").changed(lambda rows: rows.sort("pnr", "anbragt_fra")))
    assert decided(home, 2, shared).state == "due"
