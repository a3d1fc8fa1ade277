"""What the published tables said on every as-of day: one small Parquet file a table and night, with the rows that say otherwise than the night before.

A night writes its own file, rewrites no other, and writes none where nothing changed; run again, it writes the same. From all files
together comes one row for each stretch of nights that said the same.
"""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.files import write_atomically

KEYS = {
    "indicator_results": ("contract", "outcome", "claim_period", "role"),
    "payment_decisions": ("contract", "trigger", "claim_period", "settlement"),
}
"""The tables whose past is kept, each with what its rows are about."""
GONE = "is_gone"
UNREADABLE = (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError)


@dataclass(frozen=True)
class Past:
    """What a table said, by stretch of nights, and the files of it that cannot be read, in words."""

    rows: pl.DataFrame
    faults: tuple[str, ...]


def keep(folder: Path, table: str, tonight: pl.DataFrame, as_of: dt.date, *, mode: int) -> Past:
    """Keep what a table says on a day, and return its whole past: the columns of `tonight`, of which `as_of` is the first day that said so, and
    `until_as_of`, the first day after it that did not, null while it stands. What later days said, if any, is left out."""
    key = KEYS[table]
    earlier, faults = _earlier(folder / table, tonight.schema, as_of)
    stood = earlier.sort("as_of").unique(key, keep="last").filter(~pl.col(GONE))
    said = [name for name in tonight.columns if name != "as_of"]
    other = tonight.join(stood, on=said, how="anti", nulls_equal=True).with_columns(pl.lit(value=False).alias(GONE))
    gone = stood.join(tonight, on=key, how="anti").with_columns(pl.lit(as_of).alias("as_of"), pl.lit(value=True).alias(GONE))
    new = pl.concat([other, gone.select(other.columns)]).sort(*key)
    _write(folder / table / f"{as_of}.parquet", new, mode)
    return Past(_stretches(pl.concat([earlier.select(new.columns), new]), key), faults)


def _earlier(folder: Path, schema: pl.Schema, as_of: dt.date) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """The rows of all files of earlier days, and what could not be read. What a file does not have, as an earlier version wrote it, is empty."""
    files = sorted(path for path in folder.glob("*.parquet") if path.stem < as_of.isoformat())
    wanted = pl.Schema({**schema, GONE: pl.Boolean()})
    try:
        return _read(files, wanted), ()
    except UNREADABLE:
        bad = [path for path in files if not _is_whole(path, wanted)]
        words = tuple(f"published/history/{folder.name}/{path.name} cannot be read, and what that night said anew is not in the history; restore it from a backup" for path in bad)
        return _read([path for path in files if path not in bad], wanted), words


def _read(files: list[Path], wanted: pl.Schema) -> pl.DataFrame:
    if not files:
        return pl.DataFrame(schema=wanted)
    return pl.scan_parquet(files, schema=wanted, missing_columns="insert", extra_columns="ignore").collect()


def _is_whole(path: Path, wanted: pl.Schema) -> bool:
    try:
        _read([path], wanted)
    except UNREADABLE:
        return False
    return True


def _write(path: Path, rows: pl.DataFrame, mode: int) -> None:
    """Put the night's file in place, or take it away where the night says nothing new."""
    if rows.is_empty():
        path.unlink(missing_ok=True)
        return
    content = io.BytesIO()
    rows.write_parquet(content, compression="zstd")
    write_atomically(path, content.getvalue(), mode=mode)


def _stretches(rows: pl.DataFrame, key: tuple[str, ...]) -> pl.DataFrame:
    """One row a stretch of nights that said the same of a key."""
    ended = rows.sort(*key, "as_of").with_columns(until_as_of=pl.col("as_of").shift(-1).over(key))
    return ended.filter(~pl.col(GONE)).drop(GONE)
