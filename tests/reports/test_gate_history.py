"""What every rule said on every night: kept by day, sealed, and published with the small counts hidden."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.quality.checks import Check, Verdict
from pipelines.quality.history import COLUMNS, Past, history, pasts, record
from pipelines.reports.gate_history import gate_history
from pipelines.settings import Home
from pipelines.warehouse.snapshot import publish

DAYS = [dt.date(2025, 12, 31), *(dt.date(2026, 1, day) for day in range(1, 5))]
PAYMENTS = {"payment_decisions": pl.DataFrame(schema={"as_of": pl.Date})}


def check(rule: str, verdict: Verdict, subject: str = "register:bef", counts: tuple[int | None, int | None] = (0, 1000)) -> Check:
    return Check(subject, rule, verdict, "error", *counts, "", "0", "", "why", "do", "coverage", "kommune", "inputs", "suite", DAYS[0])


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Five nights: `late` is red from the second, green on the third, red ever since; `never` never is; an outcome is red and not yet due."""
    home = Home(tmp_path / "home")
    said: list[Verdict] = ["passed", "failed", "passed", "not_evaluated", "errored"]
    for day, verdict in zip(DAYS, said, strict=True):
        of_night = [check("late", verdict), check("never", "warned"), check("waits", "failed", "outcome:tarp/lasting")]
        record(home, day, of_night, {"outcome:tarp/lasting"})
    return home


@pytest.fixture
def published(home: Home) -> duckdb.DuckDBPyConnection:
    publish(home.published, "open", {**PAYMENTS, "gate_history": gate_history(history(home, DAYS[-1]).rows, 5)}, ("red_rules", "rule_history"), mode=0o644)
    return duckdb.connect(str(home.published / "open.duckdb"), read_only=True)


def test_the_same_night_writes_the_same_bytes_and_keeps_nothing_twice(home: Home) -> None:
    before = {path: path.read_bytes() for path in home.verdicts.rglob("*.jsonl")}
    record(home, DAYS[0], [check("late", "passed"), check("never", "warned"), check("waits", "failed", "outcome:tarp/lasting")], {"outcome:tarp/lasting"})
    assert {path: path.read_bytes() for path in home.verdicts.rglob("*.jsonl")} == before


def test_a_day_run_again_replaces_its_own_file_alone_and_keeps_what_it_said_before(home: Home) -> None:
    before = {path.name: path.read_bytes() for path in home.verdicts.glob("*.jsonl")}
    record(home, DAYS[1], [check("late", "passed")], set())
    after = {path.name: path.read_bytes() for path in home.verdicts.glob("*.jsonl")}
    assert {name for name in before if before[name] != after[name]} == {f"{DAYS[1]}.jsonl"}
    (kept,) = (home.verdicts / "earlier").iterdir()
    assert kept.read_bytes() == before[f"{DAYS[1]}.jsonl"]
    assert kept.name.startswith(f"{DAYS[1]}-")


def test_a_night_sees_the_days_up_to_its_own(home: Home) -> None:
    rows = history(home, DAYS[2]).rows
    assert rows["as_of"].unique().sort().to_list() == DAYS[:3]
    assert rows.schema == COLUMNS
    assert history(Home(home.root / "empty"), DAYS[0]).rows.schema == COLUMNS


@pytest.mark.parametrize("damage", [b"", b"{}\n", b"no json\n{}\n"])
def test_a_day_whose_file_was_touched_is_left_out_and_named(home: Home, damage: bytes) -> None:
    (home.verdicts / f"{DAYS[1]}.jsonl").write_bytes(damage)
    found = history(home, DAYS[-1])
    assert DAYS[1] not in found.rows["as_of"].to_list()
    assert found.faults == ("verdicts/2026-01-01.jsonl is not what was written; restore it from a backup",)


def test_a_line_changed_under_its_seal_is_found(home: Home) -> None:
    path = home.verdicts / f"{DAYS[1]}.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"verdict":"failed"', b'"verdict":"passed"'))
    assert len(history(home, DAYS[-1]).faults) == 1


def test_how_a_rule_did_on_the_last_nights(home: Home) -> None:
    found = pasts(history(home, DAYS[-1]).rows, nights=3)
    assert found["register:bef", "late"] == Past(3, 2, DAYS[-1])
    assert found["register:bef", "never"] == Past(3, 0, None)
    assert found["outcome:tarp/lasting", "waits"] == Past(3, 0, None)


def test_how_often_a_rule_was_red_in_a_year(published: duckdb.DuckDBPyConnection) -> None:
    rows = published.execute("select year, rule, nights, nights_red, nights_warned, first_red_on, last_red_on from rule_history order by year, rule").fetchall()
    assert rows == [
        (2025, "late", 1, 0, 0, None, None),
        (2025, "never", 1, 0, 1, None, None),
        (2025, "waits", 1, 0, 0, None, None),
        (2026, "late", 4, 3, 0, DAYS[1], DAYS[4]),
        (2026, "never", 4, 0, 4, None, None),
        (2026, "waits", 4, 0, 0, None, None),
    ]


def test_since_when_a_rule_is_red(published: duckdb.DuckDBPyConnection) -> None:
    assert published.execute("select belongs_to, rule, verdict, red_since, nights_red from red_rules").fetchall() == [("bef", "late", "errored", DAYS[3], 2)]


def test_a_rule_that_no_night_asks_any_more_is_not_red(home: Home) -> None:
    record(home, dt.date(2026, 1, 5), [check("never", "passed")], set())
    publish(home.published, "party", {**PAYMENTS, "gate_history": gate_history(history(home, dt.date(2026, 1, 5)).rows, 0)}, ("red_rules", "rule_history"), mode=0o640)
    with duckdb.connect(str(home.published / "party.duckdb"), read_only=True) as connection:
        assert connection.execute("select rule from red_rules").fetchall() == []


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ([(0, 1000)], [True]),
        ([(3, 1000)], [False]),
        ([(997, 1000)], [False]),
        ([(50, 1000), (52, 1000)], [False, False]),
        ([(50, 1000), (50, 1002), (50, 2000)], [False, False, True]),
        ([(50, 1000), (50, 1000)], [True, True]),
        ([(50, 1000), (55, 1000)], [True, True]),
        ([(None, None), (None, 0)], [True, True]),
    ],
)
def test_no_count_is_shown_that_tells_of_few_by_itself_or_beside_another_night(tmp_path: Path, counts: list[tuple[int | None, int | None]], shown: list[bool]) -> None:
    home = Home(tmp_path)
    for day, pair in zip(DAYS, counts, strict=False):
        record(home, day, [check("rule", "passed", counts=pair), check("other", "passed", counts=(500, 1001))], set())
    rows = history(home, DAYS[-1]).rows
    for smallest, expected in ((5, shown), (0, [True] * len(shown))):
        found = gate_history(rows, smallest).filter(pl.col("rule") == "rule")
        assert found["counts_state"].to_list() == ["shown" if item else "suppressed" for item in expected]
        assert found.select("numerator", "denominator").rows() == [pair if item else (None, None) for pair, item in zip(counts, expected, strict=True)]
