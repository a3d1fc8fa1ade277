"""Excel workbooks: one sheet, its names in the first row, its cells as text in one way of writing. Nothing that was computed is taken."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.deliveries.refusal import RefusalError

MOST_ROWS, MOST_COLUMNS = 200_000, 1_000
MOST_INFLATED, LARGEST_RATIO, SMALL = 512 << 20, 200, 16 << 20
PART = 8_192
LARGEST_WHOLE = 1 << 53
DAMAGED = "the workbook is damaged; have it saved anew as .xlsx"


def open_workbook(path: Path) -> tuple[list[str], Iterator[list[pl.Series]]]:
    """Names as they came, and rows as text: days as yyyy-mm-dd, numbers with a decimal point. Raises RefusalError for what is not taken."""
    import openpyxl

    _refuse_bomb(path)
    try:
        book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()), read_only=True, data_only=False, keep_links=False)
        rows = _rows(book)
        names = ["" if value is None else str(value) for value in next(rows, [])]
    except RefusalError:
        raise
    except Exception as error:
        raise RefusalError(f"{DAMAGED} ({type(error).__name__})") from None
    while names and not names[-1].strip():
        names.pop()
    if not names:
        raise RefusalError("the sheet has no header and no rows")
    return names, _batches(rows, names)


def _refuse_bomb(path: Path) -> None:
    """A workbook is a zip: what it says it inflates to is looked at before, and the reader stops at what is said."""
    try:
        with zipfile.ZipFile(path) as book:
            parts = book.infolist()
            inflated = sum(part.file_size for part in parts)
            if inflated > MOST_INFLATED or (inflated > SMALL and inflated > LARGEST_RATIO * path.stat().st_size):
                raise RefusalError("the workbook grows out of all proportion when it is opened; deliver a plain list, or CSV")
            if not any(part.filename == "xl/workbook.xml" for part in parts):
                raise RefusalError("the file is a zip archive and no .xlsx workbook; deliver the file that is in it")
            if any(part.flag_bits & 1 for part in parts):
                raise RefusalError("the workbook is encrypted; deliver it without a password")
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, OverflowError):
        raise RefusalError(DAMAGED) from None


def _rows(book: Any) -> Iterator[tuple[Any, ...]]:
    """The rows of the one sheet that has any."""
    filled = [sheet for sheet in book.worksheets if any(any(value is not None for value in row) for row in sheet.iter_rows(max_row=20, max_col=50, values_only=True))]
    if len(filled) > 1:
        raise RefusalError(f"the workbook has {len(filled)} sheets with something in them; deliver the one that is the list")
    if filled:
        filled[0].reset_dimensions()
        yield from filled[0].iter_rows(max_col=MOST_COLUMNS + 1, values_only=True)


def _batches(rows: Iterator[tuple[Any, ...]], names: list[str]) -> Iterator[list[pl.Series]]:
    """Parts of the sheet, as columns. What refuses the workbook for its formulas is said when all of it was read."""
    if len(names) > MOST_COLUMNS:
        raise RefusalError(f"the sheet has more than {MOST_COLUMNS} columns; deliver it as CSV")
    formulas = [0] * len(names)
    yield _columns([], names)
    cells = _cells(rows, len(names), formulas)
    try:
        while part := list(islice(cells, PART)):
            yield _columns(part, names)
    except (RefusalError, GeneratorExit, MemoryError):
        raise
    except Exception as error:
        raise RefusalError(f"{DAMAGED} ({type(error).__name__})") from None
    for place, count in enumerate(formulas, start=1):
        if count:
            found = f"{count} cell{'s' if count > 1 else ''} of column {place} hold a formula"
            raise RefusalError(f"{found}; what it shows was computed elsewhere, so paste it as values and deliver again")


def _cells(rows: Iterator[tuple[Any, ...]], width: int, formulas: list[int]) -> Iterator[list[str | None]]:
    """The rows as text, as wide as the header. A row with nothing in it is no row."""
    filled = (row for row in rows if any(value is not None for value in row))
    for number, row in enumerate(filled, start=1):
        if number > MOST_ROWS:
            raise RefusalError(f"the sheet has more than {MOST_ROWS:,} rows; deliver it as CSV")
        if any(value is not None for value in row[width:]):
            raise RefusalError(f"data row {number} has values beyond the {width} columns that have a name; name them or leave them out")
        yield [_text(value, formulas, place) for place, value in enumerate((*row, *[None] * width)[:width])]


def _columns(rows: list[list[str | None]], names: list[str]) -> list[pl.Series]:
    return [pl.Series(f"c{place}", [row[place] for row in rows], dtype=pl.String) for place in range(len(names))]


def _text(value: Any, formulas: list[int], place: int) -> str | None:
    """A cell in the one way of writing. What is neither text, number nor day is written so that no type takes it."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < LARGEST_WHOLE else format(value, ".15g")
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if value is None or isinstance(value, str | int):
        formulas[place] += isinstance(value, str) and value.startswith("=")
        return value if value is None else str(value)
    formulas[place] += 1
    return None
