"""Publishing: a fresh DuckDB file and Parquet beside it, moved into place in one step. Readers never wait and never see half a file.

Files are written in the storage format every DuckDB since 1.0 reads. An open handle keeps reading the file it opened.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.files import sync_folder
from pipelines.settings import sql_text

STORAGE = "v1.0.0"
PRIVATE, PRIVATE_FOLDER, FOLDER = 0o600, 0o700, 0o755


def publish(folder: Path, tier: str, tables: dict[str, pl.DataFrame], views: tuple[str, ...], *, mode: int) -> None:
    """Write `folder/<tier>.duckdb` and `folder/<tier>/<table or view>.parquet` from frames whose columns are those of `sql/published/<table>.sql`."""
    folder.mkdir(parents=True, exist_ok=True)
    half = folder / f".{tier}.writing"
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(mode=PRIVATE_FOLDER)
    parquet = half / "parquet"
    parquet.mkdir(mode=PRIVATE_FOLDER if mode == PRIVATE else FOLDER)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{half / 'database'}' as published (storage_version '{STORAGE}')")
        connection.execute("use published")
        connection.execute("begin")
        for name, frame in tables.items():
            connection.execute(sql_text(f"published/{name}.sql"))
            connection.register("incoming", frame)
            connection.execute(f"insert into {name} by name select * from incoming")
            connection.unregister("incoming")
        for view in views:
            connection.execute(sql_text(f"views/{view}.sql"))
        connection.execute(sql_text("published/data_dictionary.sql"))
        connection.execute("commit")
        said = connection.table("data_dictionary").pl()
        for name in said["table_name"].unique(maintain_order=True):
            _write_parquet(connection.table(name).to_arrow_table(), said.filter(table_name=name).to_dicts(), parquet / f"{name}.parquet")
        connection.execute("use memory")
        connection.execute("detach published")
    _move(folder, tier, half, mode)


def _write_parquet(found: pa.Table, said: list[dict[str, str]], path: Path) -> None:
    """Write a table or view with what the dictionary says of it: of every column as metadata of its field, of the table as that of the file."""
    meanings = {row["column_name"]: {"description": row["column_meaning"], **({"unit": row["unit"]} if row["unit"] else {})} for row in said}
    about = {"description": said[0]["table_meaning"], "source": said[0]["source"], "tier": said[0]["tier"]}
    schema = pa.schema([field.with_metadata(meanings[field.name]) for field in found.schema], metadata=about)
    pq.write_table(found.cast(schema), path, compression="zstd")


def _move(folder: Path, tier: str, half: Path, mode: int) -> None:
    beside = folder / tier
    beside.mkdir(exist_ok=True)
    beside.chmod(PRIVATE_FOLDER if mode == PRIVATE else FOLDER)
    made = sorted((half / "parquet").iterdir())
    for path in made:
        path.chmod(mode)
        os.replace(path, beside / path.name)
    for path in set(beside.iterdir()) - {beside / path.name for path in made}:
        path.unlink()
    (half / "database").chmod(mode)
    os.replace(half / "database", folder / f"{tier}.duckdb")
    sync_folder(folder)
    shutil.rmtree(half)
