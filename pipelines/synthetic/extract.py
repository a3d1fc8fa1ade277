"""An extract to be delivered, small or large: large ones are made and written a piece at a time, so that no one holds them whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

Change = Callable[[pl.DataFrame], pl.DataFrame]
DATE_IN_LISTS = "%d-%m-%Y"


@dataclass(frozen=True)
class Extract:
    """One delivery to be written: its register, file, what its label claims, and its rows, whole or as what makes them piece by piece."""

    register: str
    file_name: str
    covers_through: dt.date
    rows: pl.DataFrame | Callable[[], Iterator[pl.DataFrame]]
    dates: str = "%Y-%m-%d"

    def pieces(self) -> Iterator[pl.DataFrame]:
        """The rows in their order, a frame at a time, made anew at every call."""
        yield from [self.rows] if isinstance(self.rows, pl.DataFrame) else self.rows()

    def table(self) -> pl.DataFrame:
        """All rows."""
        return self.rows if isinstance(self.rows, pl.DataFrame) else pl.concat(self.rows())

    def changed(self, change: Change) -> Extract:
        """The same extract with a change made to its rows, piece by piece where they come in pieces."""
        if isinstance(self.rows, pl.DataFrame):
            return replace(self, rows=change(self.rows))
        make = self.rows
        return replace(self, rows=lambda: (change(piece) for piece in make()))

    def write(self, path: Path) -> None:
        """Write CSV with semicolons, or Parquet: one row group a piece when it comes in pieces."""
        if path.suffix == ".csv":
            self.table().write_csv(path, separator=";", date_format=self.dates)
        elif isinstance(self.rows, pl.DataFrame):
            self.rows.write_parquet(path, compression="zstd")
        else:
            _write_pieces(self.pieces(), path)


def _write_pieces(pieces: Iterator[pl.DataFrame], path: Path) -> None:
    writer: pq.ParquetWriter | None = None
    try:
        for piece in pieces:
            table = piece.to_arrow(compat_level=pl.CompatLevel.oldest())
            if writer is None:
                few = [name for name, kind in piece.schema.items() if kind.is_integer() or name in {"KOM", "CIVST"}]
                writer = pq.ParquetWriter(path, table.schema, compression="zstd", use_dictionary=few, store_schema=False)
            writer.write_table(table, row_group_size=max(1, table.num_rows))
    finally:
        if writer is not None:
            writer.close()
