"""Rows with a value that did not convert: kept out of the typed copy and written beside it, one row a cell, with the reason.

`rejects.parquet`: data_row (Int64, 1-based), column (as the contract names it), reason (words without values), delivered (the cell as it came).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.deliveries.conversion import Typed
from pipelines.deliveries.opening import Handed
from pipelines.deliveries.refusal import RefusalError

REJECTS = "rejects.parquet"
GROUP_ROWS, GROUP_CELLS = 1 << 17, 1 << 26
"""A row group has so many rows, or so many cells where rows are wide: each of its columns costs every reader a kilobyte of footer."""
SCHEMA = {"data_row": pl.Int64, "column": pl.String, "reason": pl.String, "delivered": pl.String}


@dataclass(frozen=True)
class Passes:
    """What the first reading of a file found, what the second converts with, and the data rows that the second leaves out."""

    first: Typed
    second: Typed
    rejected: pl.Series


def rejected_rows(typed: Typed, rows: int) -> pl.Series:
    """The data rows that have a value which did not convert. Raises RefusalError when they are more than half of all."""
    lost = typed.not_converted()
    found = pl.concat([one.rows() for one in lost.values()]).unique().sort() if lost else pl.Series(dtype=pl.Int64)
    if 2 * found.len() > rows:
        raise RefusalError(f"{typed.problem()}; {found.len():,} of {rows:,} rows do not convert, so the file is not what was agreed")
    return found


def converted_again(handed: Handed, typed: Typed, target: Path) -> None:
    """Write all rows to `target` once more."""
    rows = 0
    with typed_copy(target) as write:
        for batch in handed.batches:
            made = typed.convert(batch, rows)
            if made is not None:
                write(made)
            rows += batch[0].len() if batch else 0


def without_rejects(handed: Handed, passes: Passes, target: Path) -> None:
    """Write the rows that convert to `target`, and the cells that do not beside it."""
    columns = {name: lost.rows() for name, lost in passes.first.not_converted().items()}
    rows = 0
    with typed_copy(target) as write, typed_copy(target.with_name(REJECTS)) as reject:
        for batch in handed.batches:
            number = pl.int_range(rows + 1, rows + 1 + (batch[0].len() if batch else 0), dtype=pl.Int64, eager=True)
            is_kept = ~number.is_in(passes.rejected.implode())
            made = passes.second.convert([column.filter(is_kept) for column in batch], rows)
            if made is not None:
                write(made)
            for name, places in columns.items():
                reject(_cells(passes, batch, name, number, places))
            rows += number.len()


def _cells(passes: Passes, batch: list[pl.Series], name: str, number: pl.Series, places: pl.Series) -> pl.DataFrame:
    """The rejected cells of one column among the rows of a batch."""
    column = batch[passes.first.names.index(name)]
    is_lost = number.is_in(places.implode())
    lost = pl.DataFrame({"data_row": number.filter(is_lost), "delivered": column.filter(is_lost).cast(pl.String)})
    return lost.select("data_row", column=pl.lit(name), reason=pl.lit(passes.first.reason(name)), delivered="delivered").cast(SCHEMA)  # type: ignore[arg-type]


class _Copy:
    """A Parquet file in the making. What it is given is gathered into row groups and written while the next rows are read."""

    def __init__(self, target: Path) -> None:
        self.target, self.gathered = target, list[pl.DataFrame]()
        self.writer: Any = None
        self.thread, self.written = ThreadPoolExecutor(1), Future[None]()
        self.written.set_result(None)

    def add(self, frame: pl.DataFrame) -> None:
        if frame.is_empty():
            return
        self.gathered.append(frame)
        rows = sum(part.height for part in self.gathered)
        if rows >= GROUP_ROWS or rows * frame.width >= GROUP_CELLS:
            self.hand_over()

    def hand_over(self) -> None:
        self.written.result()
        if self.gathered:
            self.written = self.thread.submit(self._write, pl.concat(self.gathered))
            self.gathered = []

    def _write(self, frame: pl.DataFrame) -> None:
        from pyarrow import parquet

        table = frame.to_arrow()
        if self.writer is None:
            self.writer = parquet.ParquetWriter(self.target, table.schema, compression="zstd")
        self.writer.write_table(table, row_group_size=table.num_rows)

    def close(self) -> None:
        self.thread.shutdown()
        if self.writer is not None:
            self.writer.close()


@contextlib.contextmanager
def typed_copy(target: Path) -> Iterator[Callable[[pl.DataFrame], None]]:
    """Writes frames to a Parquet file, in row groups. Whatever ends the block by an error leaves no file."""
    copy = _Copy(target)
    try:
        yield copy.add
        copy.hand_over()
        copy.written.result()
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    finally:
        copy.close()
