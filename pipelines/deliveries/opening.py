"""Opening a delivered file: which format it is, by what is in it and never by its name, and its rows, a batch of columns at a time."""

from __future__ import annotations

import contextlib
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.deliveries.batches import rows_at_once
from pipelines.deliveries.refusal import RefusalError

PARQUET, GZIP, ZIP, OLE = b"PAR1", b"\x1f\x8b", b"PK", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SAS = bytes(12) + bytes.fromhex("c2ea8160b31411cfbd92080009c7318c181f1011")
HEAD = 1 << 16
BUFFER = 1 << 16
"""Bytes of each column that the Parquet reader holds; without a limit it holds whole columns of a row group."""
MOST_INFLATED, LARGEST_RATIO, SMALL = 64 << 30, 200, 16 << 20
SHOWN = {"parquet": "Parquet", "csv": "CSV", "sas7bdat": "SAS7BDAT", "excel": "an Excel workbook"}


@dataclass(frozen=True)
class Handed:
    """A file that was opened: its column names as they came, and its rows, a batch of columns at a time, the first batch without rows."""

    names: list[str]
    format: str
    batches: Iterator[list[pl.Series]]


def opened(path: Path, beside: Path, formats: Sequence[str]) -> Handed:
    """Open a file that is one of `formats`. `beside` is a folder for what has to be unpacked to be read; the caller clears it.

    Raises RefusalError, in words, for another format and for a file that is no table.
    """
    found, path = _recognised(path, beside)
    if found not in formats:
        taken = " or ".join(SHOWN[name] for name in formats)
        raise RefusalError(f"the file is {SHOWN[found]} and the register takes {taken}; deliver it as that")
    if found == "parquet":
        return _open_parquet(path, "Parquet")
    if found == "sas7bdat":
        return _open_sas(path, beside)
    if found == "excel":
        from pipelines.deliveries.workbooks import open_workbook

        names, batches = open_workbook(path)
    else:
        from pipelines.deliveries.texts import open_text

        names, batches = open_text(path)
    return Handed(names, found, batches)


def _recognised(path: Path, beside: Path) -> tuple[str, Path]:
    """The format by the first bytes, and where it lies: gzip is unpacked first, once."""
    head = _head(path)
    if head.startswith(GZIP):
        inflate(path, beside / "inflated")
        path = beside / "inflated"
        head = _head(path)
        if head.startswith(GZIP):
            raise RefusalError("the file is compressed twice; compress it once")
    if head.startswith(PARQUET):
        return "parquet", path
    if head.startswith(SAS):
        return "sas7bdat", path
    if head.startswith(ZIP):
        return "excel", path
    if head.startswith(OLE):
        raise RefusalError("the file is a workbook of an old kind or one with a password; save it as .xlsx without a password, or deliver CSV")
    if b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise RefusalError("the file is neither Parquet, SAS7BDAT, an Excel workbook nor text; check how it was exported")
    return "csv", path


def _head(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(HEAD)


def inflate(path: Path, target: Path) -> None:
    """Unpack gzip. Raises RefusalError for what is damaged, cut, or grows out of all proportion."""
    packed, inflated, machine = 0, 0, zlib.decompressobj(wbits=31)
    with path.open("rb") as source, target.open("wb") as made:
        while chunk := machine.unconsumed_tail or source.read(HEAD):
            packed += 0 if machine.unconsumed_tail else len(chunk)
            try:
                part = machine.decompress(chunk, HEAD * 16)
            except zlib.error:
                raise RefusalError("the compressed file is damaged; deliver it again") from None
            inflated += made.write(part)
            if inflated > MOST_INFLATED or (inflated > SMALL and inflated > LARGEST_RATIO * packed):
                raise RefusalError("the compressed file grows out of all proportion when it is unpacked; deliver it as Parquet, or not compressed")
            if machine.eof:
                break
        if not machine.eof:
            raise RefusalError("the compressed file is cut short; deliver it again")
        if machine.unused_data or source.read(1):
            raise RefusalError("the compressed file goes on after its end; compress one file alone")


def _open_sas(path: Path, beside: Path) -> Handed:
    """Read through a Parquet copy, which the engine writes in bounded memory and in the order of the rows. It goes by the file's ending."""
    from polars_readstat import scan_readstat

    named = beside / "file.sas7bdat"
    named.unlink(missing_ok=True)
    named.symlink_to(path.resolve())
    with damaged("SAS7BDAT"):
        scan_readstat(str(named), preserve_order=True).sink_parquet(beside / "sas", compression="lz4")
    handed = _open_parquet(beside / "sas", "SAS7BDAT")
    return Handed(handed.names, "sas7bdat", handed.batches)


def _open_parquet(path: Path, shown: str) -> Handed:
    from pyarrow import parquet

    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - 4))
        if stream.read(4) != PARQUET:
            raise RefusalError("the Parquet file is cut short: its footer is missing; deliver it again")
    with damaged(shown):
        read = parquet.ParquetFile(path, buffer_size=BUFFER, pre_buffer=False)
    return Handed(list(read.schema_arrow.names), "parquet", _parquet_batches(read, shown))


def _parquet_batches(read: Any, shown: str) -> Iterator[list[pl.Series]]:
    """Text is proved to be UTF-8 here: the engine that searches and converts it takes that for granted."""
    with damaged(shown):
        yield pl.DataFrame(pl.from_arrow(read.schema_arrow.empty_table())).get_columns()
        for batch in read.iter_batches(batch_size=rows_at_once(len(read.schema_arrow.names))):
            batch.validate(full=True)
            yield pl.DataFrame(pl.from_arrow(batch)).get_columns()


@contextlib.contextmanager
def damaged(shown: str) -> Iterator[None]:
    """Whatever the engine raises, panics included, says that the file is damaged. An end of the generator around it is no error."""
    try:
        yield
    except (RefusalError, MemoryError, GeneratorExit):
        raise
    except BaseException as error:
        raise RefusalError(f"the {shown} file is damaged ({type(error).__name__}); deliver it again") from None
