"""Reading one delivered file inside a worker process: recognise, read, convert strictly, guard, measure.

Runs where a crash, a hang or a flood of memory harms nobody else. Every refusal is a sentence with places and counts and never a
delivered value; the engine's own messages, which quote cells, go nowhere.
"""

from __future__ import annotations

import csv
import os
import resource
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.contracts.register import Column, RegisterContract
from pipelines.deliveries.guard import can_be_searched, cells_with_cpr, text_has_cpr

PARQUET_MAGIC = b"PAR1"
DATE_FORMATS = ("%Y-%m-%d", "%d-%m-%Y")
SHAPES = {"date": r"^(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{2}-[0-9]{2}-[0-9]{4})$", "number": r"^[+-]?[0-9]+(?:\.[0-9]{1,6})?$"}
TARGET: dict[str, pl.DataType | type[pl.DataType]] = {"string": pl.String, "integer": pl.Int64, "number": pl.Decimal(38, 6), "date": pl.Date}
ADDRESS_SPACE = 8 << 30


class RefusalError(Exception):
    """Why a file is not taken, in words without values."""


@dataclass(frozen=True)
class Reading:
    """What a worker says of one file. `reason` is empty when it was taken; then `rows` and coverage are measured."""

    reason: str = ""
    rows: int = 0
    format: str = ""
    covers_through: str = ""

    def as_data(self) -> dict[str, Any]:
        return asdict(self)


Raw = list[tuple[str, pl.Series]]


def limit_worker() -> None:
    """Bound what a worker may take, and close its mouth: an engine's panic prints what it stumbled over."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def read_delivery(path: str, target: str, register: RegisterContract) -> Reading:
    """Read `path` as a delivery of `register` and write the typed rows to `target` as Parquet.

    Never raises: whatever goes wrong comes back as a reason. Panics of the reading engine are no Exception, so BaseException it is.
    """
    try:
        return _read(Path(path), Path(target), register)
    except RefusalError as refusal:
        return Reading(reason=str(refusal))
    except MemoryError:
        return Reading(reason="the file needs more memory than a reader may take")
    except BaseException as error:
        return Reading(reason=f"the file could not be read to the end ({type(error).__name__}); it is damaged or not what its name says")


def _read(path: Path, target: Path, register: RegisterContract) -> Reading:
    if path.stat().st_size == 0:
        raise RefusalError("the file is empty (0 bytes)")
    raw, kind = _load(path)
    found = _named(raw)
    _guard(found, register)
    named = _agreed(found, register)
    typed = pl.DataFrame([_convert(named[column.name], column) for column in register.table.properties])
    if typed.height == 0:
        raise RefusalError("the file has its columns but no rows")
    measured = typed[register.handling.coverage.column]
    day = measured.min() if register.handling.coverage.measured == "earliest" else measured.max()
    if day is None:
        raise RefusalError(f"coverage cannot be measured: the column '{measured.name}' is empty in every row")
    typed.write_parquet(target, compression="zstd", statistics=True)
    return Reading(rows=typed.height, format=kind, covers_through=str(day))


def _load(path: Path) -> tuple[Raw, str]:
    with path.open("rb") as stream:
        head = stream.read(1 << 16)
    if head.startswith(PARQUET_MAGIC):
        table = _load_parquet(path)
        return list(zip(table.columns, table.get_columns(), strict=True)), "parquet"
    if b"\x00" in head:
        raise RefusalError("the file is neither Parquet nor text")
    return _load_csv(path, head), "csv"


def _load_parquet(path: Path) -> pl.DataFrame:
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - 4))
        if stream.read(4) != PARQUET_MAGIC:
            raise RefusalError("the Parquet file is cut short: its footer is missing")
    try:
        return pl.read_parquet(path, memory_map=False, glob=False)
    except BaseException as error:
        raise RefusalError(f"the Parquet file is damaged ({type(error).__name__})") from None


def _load_csv(path: Path, head: bytes) -> Raw:
    """The columns with their names as delivered. A line with nothing in it is no row."""
    first = head.split(b"\n", 1)[0]
    separator = max((";", ",", "\t"), key=lambda mark: first.count(mark.encode()))
    try:
        lines = pl.read_csv(path, separator=separator, has_header=False, infer_schema=False, encoding="utf8", glob=False)
        if lines.get_columns()[-1].null_count():
            _refuse_short_rows(path, separator)
    except pl.exceptions.NoDataError:
        raise RefusalError("the file has no header and no rows") from None
    except (pl.exceptions.ComputeError, csv.Error):
        raise RefusalError("the text is not a table in UTF-8 with the same number of columns in every row") from None
    rows = lines.slice(1).filter(~pl.all_horizontal(pl.all().is_null()))
    return [(name or "", column) for name, column in zip(lines.row(0), rows.get_columns(), strict=True)]


def _refuse_short_rows(path: Path, separator: str) -> None:
    """The engine fills a row that is cut short with nothing, as if its last columns had been delivered empty."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = csv.reader(stream, delimiter=separator, strict=True)
        width = len(next(rows))
        for number, row in enumerate(rows, start=1):
            if row and len(row) != width:
                raise RefusalError(f"data row {number} has {len(row)} values under {width} columns; the file is cut or broken")


def _named(raw: Raw) -> dict[str, pl.Series]:
    """The delivered columns by name in lower case. A name that stands twice, in whatever case, is refused."""
    found: dict[str, pl.Series] = {}
    for name, column in raw:
        lowered = name.strip().lstrip("\ufeff").lower()
        if text_has_cpr(name):
            raise RefusalError("a column name looks like a CPR number; the whole file is kept apart")
        if lowered in found:
            raise RefusalError(f"columns {list(found).index(lowered) + 1} and {len(found) + 1} have the same name")
        found[lowered] = column
    return found


def _guard(found: dict[str, pl.Series], register: RegisterContract) -> None:
    """Every delivered column is searched, also those that are dropped: the archive keeps the file as it came."""
    agreed = {column.name for column in register.table.properties}
    for name, column in found.items():
        if not can_be_searched(column):
            raise RefusalError("a column holds lists, structures or binary values, in which nobody can look for CPR numbers; deliver plain columns")
        count = cells_with_cpr(column, is_person_key=name == register.handling.person_key or "cpr" in name)
        if count:
            where = f"the column '{name}'" if name in agreed else "a column that the register contract does not have"
            raise RefusalError(f"{count} cell{'s' if count > 1 else ''} of {where} look like CPR numbers; pseudonymise the file before it is delivered, and purge this one")


def _agreed(found: dict[str, pl.Series], register: RegisterContract) -> pl.DataFrame:
    """The contract's columns in the contract's order. One that is missing is refused; more than agreed is dropped."""
    missing = [column.name for column in register.table.properties if column.name not in found]
    if missing:
        names = ", ".join(repr(name) for name in missing)
        raise RefusalError(f"the columns {names} are missing" if len(missing) > 1 else f"the column {names} is missing")
    return pl.DataFrame([found[column.name].alias(column.name) for column in register.table.properties])


def _convert(column: pl.Series, declared: Column) -> pl.Series:
    """A column as its declared type, strictly: a value that will not convert refuses the file, with the first row it stands in.

    Text loses the spaces around it, and text of nothing else is nothing.
    """
    wanted = TARGET[declared.logical_type]
    if column.dtype == wanted != pl.String:
        return column
    if column.dtype == pl.String:
        text = column.str.strip_chars()
        text = text.set(text == "", None)
        made = _from_text(text, declared)
        lost = text.is_not_null() & made.is_null()
    elif column.dtype.is_integer() and declared.logical_type in ("string", "integer", "number"):
        made = column.cast(wanted, strict=False)
        lost = column.is_not_null() & made.is_null()
    elif column.dtype.is_decimal() and declared.logical_type == "number":
        made = column.cast(wanted, strict=False)
        lost = column.is_not_null() & (made.is_null() | (made != column))
    elif column.dtype == pl.Datetime and declared.logical_type == "date":
        made = column.dt.date()
        lost = column.is_not_null() & (column != made.cast(column.dtype))
    elif column.dtype == pl.Null:
        return column.cast(wanted)
    else:
        raise RefusalError(f"the column '{declared.name}' is delivered as {column.dtype.base_type().__name__} where a {declared.logical_type} is agreed")
    if lost.any():
        count, first = int(lost.sum()), lost.arg_true()[0] + 1
        values = "1 value is" if count == 1 else f"{count} values are"
        raise RefusalError(f"{values} not a {declared.logical_type} in the column '{declared.name}', first in data row {first}")
    return made


def _from_text(text: pl.Series, declared: Column) -> pl.Series:
    shape = SHAPES.get(declared.logical_type)
    if shape is not None:
        text = pl.select(pl.when(text.str.contains(shape)).then(text).alias(text.name)).to_series()
    if declared.logical_type == "date":
        made = [text.str.to_date(pattern, strict=False, exact=True) for pattern in DATE_FORMATS]
        return made[0] if made[0].null_count() <= made[1].null_count() else made[1]
    return text.cast(TARGET[declared.logical_type], strict=False)
