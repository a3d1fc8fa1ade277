"""An extract to be delivered, small or large: large ones are made and written a piece at a time, so that no one holds them whole."""

from __future__ import annotations

import datetime as dt
import gzip
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

Change = Callable[[pl.DataFrame], pl.DataFrame]
Rows = pl.DataFrame | Callable[[], Iterator[pl.DataFrame]]
DATE_IN_LISTS = "%d-%m-%Y"


@dataclass(frozen=True)
class Extract:
    """One delivery to be written: its register, file, what its label claims, and its rows, whole or as what makes them piece by piece.

    `dates`, `encoding` and `decimal_comma` say how a CSV is written. `damage` changes the written bytes; `declared_rows` is what a
    manifest says of its rows. `known_from` is the earlier day on which it was taken in, when it does not wait in the inbox.
    """

    register: str
    file_name: str
    covers_through: dt.date
    rows: Rows
    dates: str = "%Y-%m-%d"
    reference_period: str = ""
    encoding: str = "utf-8"
    decimal_comma: bool = False
    damage: Callable[[bytes], bytes] | None = None
    declared_rows: int | None = None
    known_from: dt.date | None = None

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

    def whole(self) -> Extract:
        """The same extract with all rows in memory, to change something that only the whole shows."""
        return replace(self, rows=self.table())

    def write(self, path: Path) -> None:
        """Write CSV with semicolons, a workbook, or Parquet: one row group a piece when it comes in pieces."""
        if path.name.endswith((".csv", ".csv.gz")):
            self._write_csv(path)
        elif path.suffix == ".xlsx":
            from pipelines.synthetic.workbook import write_workbook

            write_workbook(self.table(), path)
        elif isinstance(self.rows, pl.DataFrame):
            self.rows.write_parquet(path, compression="zstd")
        else:
            _write_pieces(self.pieces(), path)
        if self.damage:
            path.write_bytes(self.damage(path.read_bytes()))

    def _write_csv(self, path: Path) -> None:
        with path.open("wb") as file, gzip.GzipFile("", "wb", fileobj=file, mtime=0) if path.suffix == ".gz" else io.BufferedWriter(file) as out:
            for number, piece in enumerate(self.pieces()):
                text = self._texts(piece).write_csv(include_header=number == 0, separator=";", date_format=self.dates)
                encoding = "utf-8" if number and self.encoding == "utf-8-sig" else self.encoding
                out.write(text.encode(encoding))

    def _texts(self, piece: pl.DataFrame) -> pl.DataFrame:
        """Numbers as Danish offices write them, where the extract is written so."""
        return piece.with_columns(pl.selectors.float().cast(pl.String).str.replace(".", ",", literal=True)) if self.decimal_comma else piece


def _write_pieces(pieces: Iterator[pl.DataFrame], path: Path) -> None:
    writer: pq.ParquetWriter | None = None
    try:
        for piece in pieces:
            table = piece.to_arrow(compat_level=pl.CompatLevel.oldest())
            if writer is None:
                few = [name for name, kind in piece.schema.items() if kind.is_integer() or name in {"KOM", "CIVST", "HFAUDD", "UDD", "AFG_ART", "ARBNR"}]
                writer = pq.ParquetWriter(path, table.schema, compression="zstd", use_dictionary=few, store_schema=False)
            writer.write_table(table, row_group_size=max(1, table.num_rows))
    finally:
        if writer is not None:
            writer.close()
