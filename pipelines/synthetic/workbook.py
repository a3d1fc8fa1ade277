"""A table as an Excel workbook with the same bytes every time: nothing in it says when it was written."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path

import polars as pl

WRITTEN = dt.datetime(2026, 6, 15, 12, 0, 0)  # noqa: DTZ001 - a workbook's own times have no zone
IN_ZIP = (2026, 6, 15, 12, 0, 0)


def write_workbook(rows: pl.DataFrame, path: Path) -> None:
    """One sheet with a row of names, dates as dates and texts as texts."""
    from openpyxl import Workbook
    from openpyxl.writer.excel import ExcelWriter

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Liste")
    sheet.append(rows.columns)
    for row in rows.iter_rows():
        sheet.append(row)
    book.properties.created = book.properties.modified = WRITTEN
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        ExcelWriter(book, archive).write_data()
    _rewritten(made, path)


def _rewritten(made: io.BytesIO, path: Path) -> None:
    """The same members with one fixed time each."""
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            new.writestr(zipfile.ZipInfo(item.filename, IN_ZIP), old.read(item), zipfile.ZIP_DEFLATED)
