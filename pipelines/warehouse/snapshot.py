"""Publishing: a fresh DuckDB file and Parquet beside it, moved into place in one step. Readers never wait and never see half a file.

Files are written in the storage format every DuckDB since 1.0 reads. An open handle keeps reading the file it opened.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import duckdb
import polars as pl

from pipelines.files import sync_folder
from pipelines.settings import sql_text

STORAGE = "v1.0.0"
PRIVATE, PRIVATE_FOLDER, FOLDER = 0o600, 0o700, 0o755


def publish(folder: Path, tier: str, tables: dict[str, pl.DataFrame], views: tuple[str, ...], *, mode: int) -> None:
    """Write `folder/<tier>.duckdb` and `folder/<tier>/<table>.parquet` from frames whose columns are those of `sql/published/<table>.sql`."""
    folder.mkdir(parents=True, exist_ok=True)
    half = folder / f".{tier}.writing"
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(mode=PRIVATE_FOLDER)
    parquet = half / "parquet"
    parquet.mkdir(mode=PRIVATE_FOLDER if mode == PRIVATE else FOLDER)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{half / 'database'}' as published (storage_version '{STORAGE}')")
        connection.execute("use published")
        for name, frame in tables.items():
            connection.execute(sql_text(f"published/{name}.sql"))
            connection.register("incoming", frame)
            connection.execute(f"insert into {name} by name select * from incoming")
            connection.unregister("incoming")
        for view in views:
            connection.execute(sql_text(f"views/{view}.sql"))
        connection.execute(sql_text("published/data_dictionary.sql"))
        for name in (*tables, "data_dictionary"):
            connection.table(name).pl().write_parquet(parquet / f"{name}.parquet", compression="zstd")
        connection.execute("use memory")
        connection.execute("detach published")
    _move(folder, tier, half, mode)


def _move(folder: Path, tier: str, half: Path, mode: int) -> None:
    beside = folder / tier
    beside.mkdir(exist_ok=True)
    beside.chmod(PRIVATE_FOLDER if mode == PRIVATE else FOLDER)
    for path in sorted((half / "parquet").iterdir()):
        path.chmod(mode)
        os.replace(path, beside / path.name)
    (half / "database").chmod(mode)
    os.replace(half / "database", folder / f"{tier}.duckdb")
    sync_folder(folder)
    shutil.rmtree(half)
