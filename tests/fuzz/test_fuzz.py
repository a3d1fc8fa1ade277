"""Two thousand ways in which a delivery can be broken: each is refused in words or taken whole, in bounded time and memory."""

from __future__ import annotations

import datetime as dt
import multiprocessing
from collections import Counter
from concurrent.futures import TimeoutError as ReaderTimeoutError
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from fuzz.mutations import FORMATS, SECRET, mutation, original, register_of, rows
from pebble import ProcessExpired, ProcessPool

from pipelines.deliveries.formats import limit_worker, read_delivery
from pipelines.metering import peak_mib

MUTATIONS, AT_ONCE = 2000, 25
SECONDS, MIB = 60, 1200
DIED = "the reader died"


def attempt(folder: str, first: int) -> list[dict[str, Any]]:
    """What reading makes of the next mutations, and what it leaves on the disk; with the most memory this worker ever had."""
    return [_attempt(Path(folder), number) for number in range(first, first + AT_ONCE)]


def _attempt(folder: Path, number: int) -> dict[str, Any]:
    case = mutation(number)
    place = folder / str(number)
    place.mkdir()
    (place / "original").write_bytes(case.content)
    reading = read_delivery(str(place / "original"), str(place / "data.parquet"), register_of(case.form))
    left = sorted(path.name for path in place.iterdir() if path.name != "original")
    facts = {"number": number, "form": case.form, "kind": case.kind, "reason": reading.reason, "rows": reading.rows, "rejected": reading.rejected, "left": left}
    if (place / "data.parquet").exists():
        frame = pl.read_parquet(place / "data.parquet", memory_map=False)
        facts |= {"columns": frame.columns, "types": [str(kind) for kind in frame.dtypes], "height": frame.height}
    if (place / "rejects.parquet").exists():
        facts["rejected_rows"] = pl.read_parquet(place / "rejects.parquet", memory_map=False).get_column("data_row").n_unique()
    return {**facts, "peak_mib": peak_mib(Path("/proc/self"))}


def _one_by_one(pool: ProcessPool, folder: Path, first: int) -> list[dict[str, Any]]:
    """Each mutation of a batch that took its worker with it, alone: intake quarantines a file whose reader dies, and goes on."""
    found = []
    for number in range(first, first + AT_ONCE):
        apart = folder / f"alone-{number}"
        apart.mkdir()
        try:
            found.append(pool.schedule(_attempt, args=[apart, number], timeout=SECONDS).result())
        except ProcessExpired:
            case = mutation(number)
            left = [path.name for path in (apart / str(number)).iterdir() if path.name not in ("original", "data.parquet")]
            found.append({"number": number, "form": case.form, "kind": case.kind, "reason": DIED, "rows": 0, "rejected": 0, "left": left, "peak_mib": 0.0})
    return found


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    folder, found = tmp_path_factory.mktemp("mutated"), []
    with ProcessPool(max_workers=2, initializer=limit_worker, context=multiprocessing.get_context("spawn")) as pool:
        futures = {first: pool.schedule(attempt, args=[str(folder), first], timeout=SECONDS) for first in range(0, MUTATIONS, AT_ONCE)}
        for first, future in futures.items():
            try:
                found += future.result()
            except ProcessExpired:
                found += _one_by_one(pool, folder, first)
            except ReaderTimeoutError:
                pytest.fail(f"the mutations {first} to {first + AT_ONCE - 1} were not read within {SECONDS} seconds")
    return found


def test_every_mutation_is_answered(outcomes: list[dict[str, Any]]) -> None:
    assert [item["number"] for item in outcomes] == list(range(MUTATIONS))


def test_what_is_refused_is_refused_in_words_that_quote_nothing_and_leaves_nothing(outcomes: list[dict[str, Any]]) -> None:
    refused = [item for item in outcomes if item["reason"]]
    assert [item for item in refused if SECRET in item["reason"] or "010190" in item["reason"] or len(item["reason"]) < 10] == []
    assert [item for item in refused if item["left"] not in ([], ["rejects.parquet"])] == []


def test_what_is_taken_is_whole(outcomes: list[dict[str, Any]]) -> None:
    taken = [item for item in outcomes if not item["reason"]]
    assert [item for item in taken if item["rows"] != item["height"] or item["rejected"] != item.get("rejected_rows", 0)] == []
    agreed = {form: [column.name for column in register_of(form).table.properties] for form in FORMATS}
    assert [item for item in taken if item["columns"] != agreed[item["form"]]] == []
    assert {tuple(item["types"]) for item in taken if item["form"] != "sas"} <= {("String", "Date", "Date", "String", "Int64", "Decimal(precision=38, scale=6)")}


def test_no_worker_takes_more_than_its_memory_and_few_die(outcomes: list[dict[str, Any]]) -> None:
    assert max(item["peak_mib"] for item in outcomes) < MIB
    assert sum(item["reason"] == DIED for item in outcomes) <= MUTATIONS // 50


def test_every_format_is_refused_and_taken_among_them(outcomes: list[dict[str, Any]]) -> None:
    tried = Counter((item["form"], bool(item["reason"])) for item in outcomes)
    assert [form for form in FORMATS if not tried[form, True] or not tried[form, False]] == []


@pytest.mark.parametrize("kind", ["a CPR number in it", "a formula", "a gzip bomb", "a workbook bomb", "entities that grow", "a second sheet"])
def test_what_must_never_be_taken_never_is(outcomes: list[dict[str, Any]], kind: str) -> None:
    found = [item for item in outcomes if item["kind"] == kind]
    assert found
    assert [item for item in found if not item["reason"]] == []


@pytest.mark.parametrize("form", [form for form in FORMATS if form != "sas"])
def test_the_originals_are_taken_whole(tmp_path: Path, form: str) -> None:
    (tmp_path / "original").write_bytes(original(form))
    reading = read_delivery(str(tmp_path / "original"), str(tmp_path / "data.parquet"), register_of(form))
    assert (reading.reason, reading.rows, reading.rejected) == ("", rows().height, 0)
    assert pl.read_parquet(tmp_path / "data.parquet", memory_map=False).sort("pnr").equals(rows())


def test_a_published_sas_file_is_taken_with_its_numbers_and_days_whatever_the_case_of_its_columns(tmp_path: Path) -> None:
    (tmp_path / "original").write_bytes(original("sas"))
    reading = read_delivery(str(tmp_path / "original"), str(tmp_path / "data.parquet"), register_of("sas"))
    assert (reading.reason, reading.rows, reading.format, reading.covers_through) == ("", 5, "sas7bdat", "2018-05-06")
    assert pl.read_parquet(tmp_path / "data.parquet").rows()[2] == ("c", Decimal("-1000.3"), dt.date(1960, 1, 1), 3)
