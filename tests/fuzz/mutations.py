"""Valid deliveries of every format and what can happen to them on the way: bytes, columns, types, encodings, bombs and formulas.

Everything is made from the number of the mutation, so that one that fails can be made again. The keys are marked, so that a reason
that quotes one gives itself away.
"""

from __future__ import annotations

import datetime as dt
import gzip
import io
import random
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl

from pipelines.contracts.register import RegisterContract

SECRET = "LEAKME"
FORMATS = ("parquet", "csv", "windows", "gzip", "excel", "sas")
ROWS = 40
SAS_FILE = Path(__file__).resolve().parent.parent / "deliveries" / "sas" / "sample.sas7bdat"
BOMB = 24 << 20


def contract(columns: list[dict[str, Any]], key: str, coverage: str) -> RegisterContract:
    """A register contract of these columns that takes every format."""
    handling = {
        "permittedUse": "administration",
        "legalBasis": "Made for a test",
        "formats": ["parquet", "csv", "sas7bdat", "excel"],
        "deliveries": "whole_history",
        "coverage": {"column": coverage, "measured": "latest"},
        "reportingLagDays": 0,
        "personKey": key,
        "supplier": "kommune",
    }
    return RegisterContract.model_validate(
        {
            "apiVersion": "v3.1.0",
            "kind": "DataContract",
            "id": "visits",
            "name": "Visits",
            "version": "1.0.0",
            "status": "active",
            "description": {"purpose": "A test.", "limitations": "None.", "usage": "A test."},
            "schema": [{"name": "visits", "description": "One row a visit.", "properties": columns}],
            "slaProperties": [{"property": "frequency", "value": 1, "unit": "m"}, {"property": "latency", "value": 30, "unit": "d", "description": "A test."}],
            "customProperties": [{"property": name, "value": value} for name, value in handling.items()],
        }
    )


def _column(name: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "logicalType": kind, "description": f"The {name}.", **more}


@cache
def visits() -> RegisterContract:
    plain = [_column("visited_on", "date", required=True), _column("left_on", "date"), _column("place", "string"), _column("times", "integer"), _column("hours", "number")]
    return contract([_column("pnr", "string", primaryKey=True, required=True), *plain], "pnr", "visited_on")


@cache
def sas_visits() -> RegisterContract:
    return contract([_column("mychar", "string", required=True), _column("mynum", "number"), _column("mydate", "date"), _column("myord", "integer")], "mychar", "mydate")


def register_of(form: str) -> RegisterContract:
    return sas_visits() if form == "sas" else visits()


@cache
def rows() -> pl.DataFrame:
    day = dt.date(2025, 1, 1)
    return pl.DataFrame(
        {
            "pnr": [f"{SECRET}-{number:04}" for number in range(ROWS)],
            "visited_on": [day + dt.timedelta(days=number * 3) for number in range(ROWS)],
            "left_on": [None if number % 3 else day + dt.timedelta(days=number * 3 + 1) for number in range(ROWS)],
            "place": [("Sønder Allé; nr. 1", "Ærø", 'the "old" house\nat the back')[number % 3] for number in range(ROWS)],
            "times": [number % 7 for number in range(ROWS)],
            "hours": [number * 1.25 for number in range(ROWS)],
        }
    ).with_columns(pl.col("hours").cast(pl.Decimal(38, 6)))


def as_text(frame: pl.DataFrame, separator: str = ";") -> str:
    """CSV as Danish offices write it: dd-mm-yyyy and a decimal comma."""
    shown = frame.with_columns(pl.col(pl.Date).dt.strftime("%d-%m-%Y"), pl.col(pl.Decimal, pl.Float64).cast(pl.Float64).cast(pl.String).str.replace(".", ",", literal=True))
    return shown.write_csv(separator=separator, line_terminator="\r\n")


def as_workbook(frame: pl.DataFrame, change: Callable[[Any], None] = lambda _: None) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([name.replace("\x00", "?") for name in frame.columns])
    for row in frame.with_columns(pl.col(pl.Decimal).cast(pl.Float64)).iter_rows():
        sheet.append([value if isinstance(value, int | float | str | dt.date) or value is None else str(value) for value in row])
    change(sheet)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def as_bytes(form: str, frame: pl.DataFrame) -> bytes:
    """A table in a format. SAS has no writer: its file is a published one."""
    if form == "parquet":
        made = io.BytesIO()
        frame.write_parquet(made)
        return made.getvalue()
    if form == "excel":
        return as_workbook(frame)
    if form == "sas":
        return SAS_FILE.read_bytes()
    text = as_text(frame)
    return {"csv": text.encode("utf-8-sig"), "windows": text.encode("cp1252"), "gzip": gzip.compress(text.encode(), mtime=0)}[form]


@cache
def original(form: str) -> bytes:
    return as_bytes(form, rows())


@dataclass(frozen=True)
class Mutation:
    number: int
    form: str
    kind: str
    content: bytes


def mutation(number: int) -> Mutation:
    """The mutation of that number: of each format in turn, of a kind drawn for it."""
    draw, form = random.Random(number), FORMATS[number % len(FORMATS)]
    kinds = dict(BYTES) if form == "sas" else {**BYTES, **TABLES, **(TEXTS if form in ("csv", "windows", "gzip") else {}), **(BOOKS if form == "excel" else {})}
    kind = draw.choice(sorted(kinds))
    return Mutation(number, form, kind, kinds[kind](draw, form))


def _place(draw: random.Random, data: bytes, least: int = 0) -> int:
    return draw.randrange(least, max(least + 1, len(data)))


def _flipped(draw: random.Random, form: str) -> bytes:
    data = bytearray(original(form))
    for _ in range(draw.choice((1, 1, 3, 20))):
        data[_place(draw, data)] ^= 1 << draw.randrange(8)
    return bytes(data)


def _cut(draw: random.Random, form: str) -> bytes:
    return original(form)[: _place(draw, original(form))]


def _headless(draw: random.Random, form: str) -> bytes:
    return original(form)[_place(draw, original(form), 1) :]


def _hollow(draw: random.Random, form: str) -> bytes:
    data, first = original(form), _place(draw, original(form))
    return data[:first] + data[first + draw.choice((1, 10, 500)) :]


def _blanked(draw: random.Random, form: str) -> bytes:
    data, first = bytearray(original(form)), _place(draw, original(form))
    many = min(draw.choice((4, 64, 4096)), len(data) - first)
    data[first : first + many] = bytes(many)
    return bytes(data)


def _noisy(draw: random.Random, form: str) -> bytes:
    data, first = original(form), _place(draw, original(form))
    return data[:first] + draw.randbytes(draw.choice((1, 16, 600))) + data[first:]


def _twice(draw: random.Random, form: str) -> bytes:
    return original(form) + original(form)


def _of_another_format(draw: random.Random, form: str) -> bytes:
    return original(draw.choice(FORMATS))[: draw.choice((8, 512, 1 << 20))] + original(form)[8:]


BYTES: dict[str, Callable[[random.Random, str], bytes]] = {
    "bits flipped": _flipped,
    "cut short": _cut,
    "head gone": _headless,
    "middle gone": _hollow,
    "a run of noughts": _blanked,
    "noise inside": _noisy,
    "once more behind itself": _twice,
    "the head of another format": _of_another_format,
}


def _shuffled(draw: random.Random, form: str) -> bytes:
    return as_bytes(form, rows().select(draw.sample(rows().columns, rows().width)))


def _dropped(draw: random.Random, form: str) -> bytes:
    return as_bytes(form, rows().drop(draw.choice(rows().columns)))


def _renamed(draw: random.Random, form: str) -> bytes:
    old = draw.choice(rows().columns)
    return as_bytes(form, rows().rename({old: draw.choice((old.upper(), f" {old} ", f"{old}_", "", "0101011234", "x" * 10_000, "pnr\x00"))}) if old != "pnr" else rows())


def _retyped(draw: random.Random, form: str) -> bytes:
    name = draw.choice(rows().columns)
    value = draw.choice((pl.lit("2018-13"), pl.lit(1.5), pl.lit(99999999999999), pl.lit(None), pl.lit("=1+1"), pl.lit(True), pl.lit("12,5.3"), pl.lit("x" * 100_000)))
    share = draw.choice((1, 3, ROWS))
    return as_bytes(form, rows().with_columns(pl.when(pl.int_range(pl.len()) < share).then(value.cast(pl.String)).otherwise(pl.col(name).cast(pl.String)).alias(name)))


def _wide(draw: random.Random, form: str) -> bytes:
    return as_bytes(form, rows().with_columns([pl.lit(None, dtype=pl.String).alias(f"more_{number}") for number in range(draw.choice((200, 900)))]))


def _with_numbers(draw: random.Random, form: str) -> bytes:
    name = draw.choice(("pnr", "place"))
    return as_bytes(form, rows().with_columns(pl.when(pl.int_range(pl.len()) == draw.randrange(ROWS)).then(pl.lit("010190-1234")).otherwise(name).alias(name)))


TABLES: dict[str, Callable[[random.Random, str], bytes]] = {
    "columns in another order": _shuffled,
    "a column gone": _dropped,
    "a column renamed": _renamed,
    "a column of another type": _retyped,
    "absurdly wide": _wide,
    "a CPR number in it": _with_numbers,
}


def _encoded(draw: random.Random, form: str) -> bytes:
    return as_text(rows()).encode(draw.choice(("utf-16", "utf-16-le", "utf-32", "cp1252", "cp850", "mac_roman", "utf-8-sig")), "replace")


def _mixed(draw: random.Random, form: str) -> bytes:
    text = as_text(rows())
    return text[: len(text) // 2].encode() + text[len(text) // 2 :].encode("cp1252")


def _other_marks(draw: random.Random, form: str) -> bytes:
    old, new = draw.choice(((";", "|"), ('"', "'"), ("\r\n", "\r"), (",", "."), ("-", "/"), ("\r\n", "\n\n"), (";", ";;")))
    return as_text(rows()).replace(old, new).encode()


def _gzip_bomb(draw: random.Random, form: str) -> bytes:
    return gzip.compress(as_text(rows()).encode() + bytes([draw.choice((0, 32, 59))]) * BOMB, compresslevel=1, mtime=0)


def _gzip_in_gzip(draw: random.Random, form: str) -> bytes:
    return gzip.compress(gzip.compress(as_text(rows()).encode(), mtime=0), mtime=0)


def _endless_quote(draw: random.Random, form: str) -> bytes:
    data = as_text(rows()).encode()
    first = _place(draw, data)
    return data[:first] + b'"' + data[first:]


TEXTS: dict[str, Callable[[random.Random, str], bytes]] = {
    "another encoding": _encoded,
    "two encodings": _mixed,
    "other marks": _other_marks,
    "a gzip bomb": _gzip_bomb,
    "gzip in gzip": _gzip_in_gzip,
    "a quote that does not end": _endless_quote,
}


def _formula(draw: random.Random, form: str) -> bytes:
    def put(sheet: Any) -> None:
        sheet.cell(row=draw.randrange(2, ROWS), column=draw.randrange(1, 7)).value = draw.choice(("=1+1", '=HYPERLINK("x","y")', "=cmd|'/c x'!A1", "=A1"))

    return as_workbook(rows(), put)


def _second_sheet(draw: random.Random, form: str) -> bytes:
    return as_workbook(rows(), lambda sheet: sheet.parent.create_sheet("more").append(["pnr", "visited_on"]))


def _workbook_bomb(draw: random.Random, form: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(original("excel"))) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
        for item in old.infolist():
            content = old.read(item)
            new.writestr(item.filename, content.replace(b"<sheetData>", b"<sheetData>" + b" " * BOMB) if "sheet1" in item.filename else content)
    return made.getvalue()


def _entities(draw: random.Random, form: str) -> bytes:
    """An XML that grows by its own entities."""
    bomb = b'<!DOCTYPE z [<!ENTITY a "' + b"a" * 1000 + b'"><!ENTITY b "' + b"&a;" * 1000 + b'"><!ENTITY c "' + b"&b;" * 1000 + b'">]><z>&c;</z>'
    made, part = io.BytesIO(), draw.choice(("xl/workbook.xml", "xl/styles.xml", "xl/worksheets/sheet1.xml"))
    with zipfile.ZipFile(io.BytesIO(original("excel"))) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            new.writestr(item.filename, bomb if item.filename == part else old.read(item))
    return made.getvalue()


def _inner_paths(draw: random.Random, form: str) -> bytes:
    made = io.BytesIO(original("excel"))
    with zipfile.ZipFile(made, "a") as book:
        book.writestr(draw.choice(("../../escaped", "/escaped", "xl\\..\\escaped")), b"outside")
    return made.getvalue()


BOOKS: dict[str, Callable[[random.Random, str], bytes]] = {
    "a formula": _formula,
    "a second sheet": _second_sheet,
    "a workbook bomb": _workbook_bomb,
    "entities that grow": _entities,
    "paths inside": _inner_paths,
}
