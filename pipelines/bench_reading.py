"""`udbytte bench --reading`: how fast a delivery of N rows is read, staged and recognised, beside what the database alone would need.

Every way has the same rows and is measured in this process, one after the other; only the ratios mean anything.
"""

from __future__ import annotations

import datetime as dt
import io
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
from rich.console import Console
from rich.table import Table

from pipelines import clock
from pipelines.canonical import file_digest
from pipelines.contracts.catalogue import Catalogue
from pipelines.contracts.register import RegisterContract
from pipelines.deliveries import archive
from pipelines.deliveries.counting import in_use
from pipelines.deliveries.formats import read_delivery
from pipelines.deliveries.inbox import deliver
from pipelines.deliveries.intake import take_in
from pipelines.payments.vocabulary import catalogue
from pipelines.settings import Home, sql_text
from pipelines.warehouse.writer import THREADS, open_warehouse

REGISTER = "bfl"
DAY = dt.date(2026, 6, 30)
ENCODINGS = {"csv, utf-8": "utf-8", "csv, latin-1": "latin-1", "csv, windows-1252": "cp1252"}
MARKS = {"utf-8": "''", "latin-1": "''", "cp1252": "chr(8217)"}


def measure_reading(rows: int) -> list[dict[str, Any]]:
    """One element a way: what was done, seconds, seconds of the database alone, and their ratio (1 is as fast as the database)."""
    register = catalogue().registers[REGISTER]
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        made = [_reading(place, register, name, encoding, rows) for name, encoding in ENCODINGS.items()]
        return [*made, *_staging(place, catalogue(), rows), _again(place)]


def _database(place: Path) -> duckdb.DuckDBPyConnection:
    for left in place.glob("bare.duckdb*"):
        left.unlink()
    return duckdb.connect(str(place / "bare.duckdb"), config={"threads": THREADS, "memory_limit": "1GB"})


def _timed(work: Callable[[], Any]) -> float:
    begun = clock.seconds()
    work()
    return clock.seconds() - begun


def _said(name: str, seconds: float, bare: float) -> dict[str, Any]:
    return {"what": name, "seconds": round(seconds, 2), "bare_seconds": round(bare, 2), "ratio": round(bare / seconds, 2)}


def _reading(place: Path, register: RegisterContract, name: str, encoding: str, rows: int) -> dict[str, Any]:
    """A CSV file to its typed, searched and proved copy, beside the database's reader into a table. Where that does not know the encoding,
    it reads the same rows in UTF-8."""
    path, target = place / "delivered.csv", place / "data.parquet"
    with duckdb.connect() as maker:
        frame = maker.execute(sql_text("bench/jobs.sql").format(rows=rows, mark=MARKS[encoding])).pl()
    shown = frame.with_columns(pl.col(pl.Date).dt.strftime("%d-%m-%Y"), pl.col(pl.Float64).cast(pl.String).str.replace(".", ",", literal=True))
    read_as = "utf-8" if encoding == "cp1252" else encoding
    path.write_bytes(shown.write_csv(separator=";").encode(encoding))
    alike = place / "alike.csv"
    alike.write_bytes(shown.write_csv(separator=";").encode(read_as))
    with _database(place) as alone:
        given = {"path": str(alike), "encoding": read_as}
        bare = _timed(lambda: alone.execute(sql_text("bench/read_csv_bare.sql"), given))
    read: list[str] = []
    seconds = _timed(lambda: read.append(read_delivery(str(path), str(target), register).reason))
    if read != [""]:
        raise AssertionError(f"the bench's own file was refused: {read[0]}")
    return _said(f"{name}, to its typed copy", seconds, bare)


def _staging(place: Path, agreed: Catalogue, rows: int) -> list[dict[str, Any]]:
    """A Parquet delivery, taken in, to its staged table: people numbered for the first time, and known already."""
    file = place / "delivered.parquet"
    with duckdb.connect() as maker:
        maker.execute(sql_text("bench/jobs.sql").format(rows=rows, mark="''")).pl().drop("sted").write_parquet(file)
    home = Home(place / "home").prepare()
    intake = _timed(lambda: (deliver(home, file, REGISTER, reference_period="2025H1"), take_in(home, agreed, DAY)))
    with _database(place) as alone:
        bare = _timed(lambda: alone.read_parquet(str(file)).create("bare"))
    register, used = agreed.registers[REGISTER], in_use(archive.known(home, DAY), agreed.registers)[REGISTER]
    made = [_said("parquet, taken in: copied, hashed, searched, typed", intake, bare)]
    for name in ("parquet, staged with people new", "parquet, staged with people known"):
        with open_warehouse(home) as warehouse:
            made.append(_said(name, _timed(lambda: warehouse.stage(REGISTER, used, register.handling.person_key)), bare))
    return made


def _again(place: Path) -> dict[str, Any]:
    """The same file once more, beside its hash alone."""
    home, file = Home(place / "home"), place / "delivered.parquet"
    bare = _timed(lambda: file_digest(file))
    deliver(home, file, REGISTER, reference_period="2025H1")
    return _said("parquet, delivered again", _timed(lambda: take_in(home, catalogue(), DAY)), bare)


def reading_table(found: list[dict[str, Any]]) -> str:
    """The measurement as a table for people."""
    console = Console(width=110, record=True, file=io.StringIO(), highlight=False)
    made = Table("What", "Seconds", "The database alone, or the hash, s", "Ratio")
    for item in found:
        made.add_row(item["what"], f"{item['seconds']:.2f}", f"{item['bare_seconds']:.2f}", f"{item['ratio']:.2f}")
    console.print(made)
    return console.export_text()
