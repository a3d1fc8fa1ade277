"""What tables said on every night: a night writes its own small file and no other, and every day can be asked for."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.warehouse.said import keep

TABLE = "payment_decisions"
SCHEMA = {"as_of": pl.Date, "contract": pl.String, "trigger": pl.String, "claim_period": pl.String, "settlement": pl.String, "state": pl.String, "amount": pl.Decimal(18, 2)}
FIRST = dt.date(2026, 1, 1)


def night(as_of: dt.date, **claims: tuple[str, str] | None) -> pl.DataFrame:
    """State and amount by claim period."""
    rows = [(as_of, "tarp", "reduction", period, "final", state, Decimal(amount)) for period, (state, amount) in claims.items()]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def put(folder: Path, as_of: dt.date, **claims: tuple[str, str] | None) -> pl.DataFrame:
    return keep(folder, TABLE, night(as_of, **claims), as_of, mode=0o640).rows


def stretches(rows: pl.DataFrame) -> list[tuple[Any, ...]]:
    return rows.select("claim_period", "as_of", "until_as_of", "state").rows()


def day(number: int) -> dt.date:
    return FIRST + dt.timedelta(days=number)


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / TABLE).glob("*")} if (folder / TABLE).exists() else {}


def test_a_night_adds_only_what_it_says_otherwise_and_touches_no_other_file(tmp_path: Path) -> None:
    put(tmp_path, day(0), q1=("held", "0.00"), q2=("not_due", "0.00"))
    before = files(tmp_path)
    put(tmp_path, day(1), q1=("held", "0.00"), q2=("not_due", "0.00"))
    assert files(tmp_path) == before
    rows = put(tmp_path, day(9), q1=("due", "100.00"), q2=("not_due", "0.00"))
    assert {name: content for name, content in files(tmp_path).items() if name in before} == before
    assert pl.read_parquet(tmp_path / TABLE / f"{day(9)}.parquet")["claim_period"].to_list() == ["q1"]
    assert stretches(rows) == [("q1", day(0), day(9), "held"), ("q1", day(9), None, "due"), ("q2", day(0), None, "not_due")]


def test_a_night_that_is_run_again_writes_the_same_and_one_that_comes_out_otherwise_replaces_its_own(tmp_path: Path) -> None:
    put(tmp_path, day(0), q1=("held", "0.00"))
    put(tmp_path, day(1), q1=("due", "100.00"))
    before = files(tmp_path)
    assert stretches(put(tmp_path, day(1), q1=("due", "100.00"))) == [("q1", day(0), day(1), "held"), ("q1", day(1), None, "due")]
    assert files(tmp_path) == before
    assert stretches(put(tmp_path, day(1), q1=("held", "0.00"))) == [("q1", day(0), None, "held")]
    assert set(files(tmp_path)) == {f"{day(0)}.parquet"}


def test_what_is_said_no_more_ends_and_may_come_again(tmp_path: Path) -> None:
    put(tmp_path, day(0), q1=("held", "0.00"))
    assert stretches(put(tmp_path, day(1))) == [("q1", day(0), day(1), "held")]
    assert stretches(put(tmp_path, day(2), q1=("held", "0.00"))) == [("q1", day(0), day(1), "held"), ("q1", day(2), None, "held")]


def test_a_file_that_cannot_be_read_is_said_and_left_out(tmp_path: Path) -> None:
    put(tmp_path, day(0), q1=("held", "0.00"))
    put(tmp_path, day(1), q1=("due", "100.00"))
    (tmp_path / TABLE / f"{day(1)}.parquet").write_bytes(b"PAR1 and then nothing")
    found = keep(tmp_path, TABLE, night(day(2), q1=("due", "100.00")), day(2), mode=0o640)
    assert [fault.partition(" cannot")[0] for fault in found.faults] == [f"published/history/{TABLE}/{day(1)}.parquet"]
    assert stretches(found.rows) == [("q1", day(0), day(2), "held"), ("q1", day(2), None, "due")]


def test_a_column_that_an_earlier_version_did_not_have_is_empty_then(tmp_path: Path) -> None:
    put(tmp_path, day(0), q1=("due", "100.00"))
    wider = night(day(1), q1=("due", "100.00")).with_columns(payer=pl.lit("state"))
    rows = keep(tmp_path, TABLE, wider, day(1), mode=0o640).rows
    assert rows["payer"].to_list() == [None, "state"]


SAID = st.sampled_from([("held", "0.00"), ("due", "100.00"), ("due", "90.00"), None])


@settings(max_examples=25, deadline=None)
@given(nights=st.lists(st.tuples(SAID, SAID), min_size=1, max_size=6))
def test_every_day_can_be_asked_for(tmp_path_factory: pytest.TempPathFactory, nights: list[tuple[Any, Any]]) -> None:
    folder = tmp_path_factory.mktemp("said")
    told = [{name: said for name, said in zip(("q1", "q2"), pair, strict=True) if said} for pair in nights]
    for number, claims in enumerate(told):
        rows = put(folder, day(2 * number), **claims)
    for number, claims in enumerate(told):
        for asked in (day(2 * number), day(2 * number + 1)):
            stood = rows.filter((pl.col("as_of") <= asked) & (pl.col("until_as_of").is_null() | (pl.col("until_as_of") > asked)))
            assert {period: (state, str(amount)) for period, state, amount in stood.select("claim_period", "state", "amount").rows()} == claims
