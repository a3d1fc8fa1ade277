"""Reading one delivered file inside a worker process: recognise, read, convert strictly, guard, measure.

Runs where a crash, a hang or a flood of memory harms nobody else. Every refusal is a sentence with places and counts and never a
delivered value; the engine's own messages, which quote cells, go nowhere.
"""

from __future__ import annotations

import contextlib
import csv
import os
import resource
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.contracts.register import RegisterContract
from pipelines.deliveries.conversion import Typed, is_agreed, missing_columns
from pipelines.deliveries.guard import Suspects, can_be_searched, suspects_in, text_has_cpr
from pipelines.deliveries.refusal import RefusalError

PARQUET_MAGIC = b"PAR1"
ADDRESS_SPACE = 8 << 30
CELLS_AT_ONCE = 8_000_000
MOST_ROWS = 1 << 18
BUFFER = 1 << 16
"""Bytes of each column that the Parquet reader holds; without a limit it holds whole columns of a row group."""


@dataclass(frozen=True)
class Reading:
    """What a worker says of one file. `reason` is empty when it was taken; then `rows` and coverage are measured."""

    reason: str = ""
    rows: int = 0
    format: str = ""
    covers_through: str = ""

    def as_data(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Handed:
    """A file that was opened: its column names as they came, and its rows, a batch of columns at a time."""

    names: list[str]
    format: str
    batches: Iterator[list[pl.Series]]


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
    """Every batch is searched, converted and written before the next is read; what refuses the file is said when all were seen."""
    if path.stat().st_size == 0:
        raise RefusalError("the file is empty (0 bytes)")
    handed = _open(path)
    names = _lowered(handed.names)
    search, rows = Search(names, register), 0
    typed, unlike = _agreed(register, names)
    with typed_copy(target) as write:
        for batch in handed.batches:
            search.add(batch)
            made = typed.convert(batch, rows) if typed else None
            if made is not None:
                write(made)
            rows += batch[0].len() if batch else 0
        search.refuse()
        if typed is None:
            raise RefusalError(unlike)
        typed.refuse()
        if not rows:
            raise RefusalError("the file has its columns but no rows")
        return Reading(rows=rows, format=handed.format, covers_through=str(typed.covers_through()))


def _agreed(register: RegisterContract, names: list[str]) -> tuple[Typed | None, str]:
    """What converts a delivery with these columns, or why they are not the agreed ones."""
    missing = missing_columns(register, names)
    try:
        return (None, missing) if missing else (Typed(register, names), "")
    except RefusalError as refusal:
        return None, str(refusal)


@contextlib.contextmanager
def typed_copy(target: Path) -> Iterator[Callable[[pl.DataFrame], None]]:
    """Writes frames to a Parquet file, each as a row group. Whatever ends the block by an error leaves no file."""
    from pyarrow import parquet

    opened: list[Any] = []

    def write(frame: pl.DataFrame) -> None:
        if frame.is_empty():
            return
        table = frame.to_arrow()
        if not opened:
            opened.append(parquet.ParquetWriter(target, table.schema, compression="zstd"))
        opened[0].write_table(table, row_group_size=table.num_rows)

    try:
        yield write
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    finally:
        for writer in opened:
            writer.close()


def _open(path: Path) -> Handed:
    with path.open("rb") as stream:
        head = stream.read(1 << 16)
    if head.startswith(PARQUET_MAGIC):
        return _open_parquet(path)
    if b"\x00" in head:
        raise RefusalError("the file is neither Parquet nor text")
    return _open_csv(path, head)


def _open_parquet(path: Path) -> Handed:
    from pyarrow import parquet

    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - 4))
        if stream.read(4) != PARQUET_MAGIC:
            raise RefusalError("the Parquet file is cut short: its footer is missing")
    with _damaged():
        opened = parquet.ParquetFile(path, buffer_size=BUFFER, pre_buffer=False)
    return Handed(list(opened.schema_arrow.names), "parquet", _parquet_batches(opened))


def _parquet_batches(opened: Any) -> Iterator[list[pl.Series]]:
    """Text is proved to be UTF-8 here: the engine that searches and converts it takes that for granted."""
    with _damaged():
        yield pl.DataFrame(pl.from_arrow(opened.schema_arrow.empty_table())).get_columns()
        for batch in opened.iter_batches(batch_size=rows_at_once(len(opened.schema_arrow.names))):
            batch.validate(full=True)
            yield pl.DataFrame(pl.from_arrow(batch)).get_columns()


def rows_at_once(columns: int) -> int:
    """So many rows of so many columns that a batch has about CELLS_AT_ONCE cells."""
    return max(1, min(CELLS_AT_ONCE // max(columns, 1), MOST_ROWS))


@contextlib.contextmanager
def _damaged() -> Iterator[None]:
    """Whatever the engine raises, panics included, says that the file is damaged. An end of the generator around it is no error."""
    try:
        yield
    except (RefusalError, MemoryError, GeneratorExit):
        raise
    except BaseException as error:
        raise RefusalError(f"the Parquet file is damaged ({type(error).__name__})") from None


def _open_csv(path: Path, head: bytes) -> Handed:
    """A line with nothing in it is no row."""
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
    return Handed([name or "" for name in lines.row(0)], "csv", (part.get_columns() for part in rows.iter_slices(rows_at_once(rows.width))))


def _refuse_short_rows(path: Path, separator: str) -> None:
    """The engine fills a row that is cut short with nothing, as if its last columns had been delivered empty."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = csv.reader(stream, delimiter=separator, strict=True)
        width = len(next(rows))
        for number, row in enumerate(rows, start=1):
            if row and len(row) != width:
                raise RefusalError(f"data row {number} has {len(row)} values under {width} columns; the file is cut or broken")


def _lowered(names: list[str]) -> list[str]:
    """The delivered names in lower case. One that stands twice, in whatever case, is refused."""
    found: dict[str, int] = {}
    for place, name in enumerate(names, start=1):
        lowered = name.strip().lstrip("\ufeff").lower()
        if text_has_cpr(name):
            raise RefusalError("a column name looks like a CPR number; the whole file is kept apart")
        if lowered in found:
            raise RefusalError(f"columns {found[lowered]} and {place} have the same name")
        found[lowered] = place
    return list(found)


class Search:
    """The guard over every delivered column, also those that are dropped: the archive keeps the file as it came."""

    def __init__(self, names: list[str], register: RegisterContract) -> None:
        self.names, self.register = names, register
        self.found = [Suspects() for _ in names]
        self.unsearchable: set[int] = set()

    def add(self, batch: list[pl.Series]) -> None:
        for place, (name, column) in enumerate(zip(self.names, batch, strict=True)):
            if not can_be_searched(column):
                self.unsearchable.add(place)
            else:
                self.found[place] += suspects_in(column, is_person_key=name == self.register.handling.person_key or "cpr" in name)

    def refuse(self) -> None:
        """Raises RefusalError for the first column, as delivered, that holds a number or that nobody can look into."""
        for place, name in enumerate(self.names):
            if place in self.unsearchable:
                raise RefusalError("a column holds lists, structures or binary values, in which nobody can look for CPR numbers; deliver plain columns")
            count = self.found[place].cells()
            if count:
                where = f"the column '{name}'" if is_agreed(self.register, name) else "a column that the register contract does not have"
                raise RefusalError(f"{count} cell{'s' if count > 1 else ''} of {where} look like CPR numbers; pseudonymise the file before it is delivered, and purge this one")
