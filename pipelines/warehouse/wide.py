"""From one column a week, or a month, to spells: row-wise change detection over a block of rows at a time.

A wide register has one row a person and one column a period. What is staged of it is the layout of every spell: a person's equal
neighbouring periods become one row, blank ones are code 0, and every period the delivery covers is in one. A week after the last one in
which any code stands was not delivered, whatever columns there are for it, so nothing is said of it; nor of a month after the last, or
before the first, in which anyone has a code.
"""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from indicators.spells import day_number
from indicators.windows import DAYS_A_WEEK
from pipelines.contracts.months import Month, month_of
from pipelines.contracts.weeks import week_of

Int16s = npt.NDArray[np.int16]
Int32s = npt.NDArray[np.int32]
Codes = npt.NDArray[np.int16] | npt.NDArray[np.int32]
MOST_ROWS = 1 << 16
"""The rows of a block are numbered in 16 bits, so that sorting by them is a radix sort."""
MOST_CELLS = 1 << 23
WORKERS = 2


class Periods(NamedTuple):
    """The columns to read, in the order of their time, and the day numbers on which each begins; one more is the end of the last."""

    names: list[str]
    bounds: Int32s


class RepeatedSpells:
    """The spells of a delivery's typed copy, streamed to whoever scans it through Arrow, anew at every scan and never whole in memory.

    One row a spell: person_id, start_day, end_day and `value`, which holds the codes; in the order of the file's rows, and of time within
    each. `persons` has the dense number of every row of the file, negative where it has none; such rows give no spells.
    """

    def __init__(self, path: Path, persons: Int32s, periods: Periods, value: str) -> None:
        self.path, self.persons, self.periods, self.value = path, persons, periods, value

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        import pyarrow as pa

        code = pa.int16() if self.value == "code" else pa.int32()
        schema = pa.schema([("person_id", pa.int32()), ("start_day", pa.int32()), ("end_day", pa.int32()), (self.value, code)])
        batches = (pa.record_batch(list(columns), schema=schema) for columns in self.blocks())
        return pa.RecordBatchReader.from_batches(schema, batches).__arrow_c_stream__(requested_schema)

    def blocks(self) -> Iterator[tuple[Int32s, Int32s, Int32s, Codes]]:
        """person_id, start_day, end_day and code of the spells of each block of rows; the next blocks are made while one is used."""
        if not self.periods.names:
            return
        cells = pl.scan_parquet(self.path, glob=False).select(self.periods.names)
        waiting: deque[Future[tuple[Int32s, Int32s, Int32s, Codes]]] = deque()
        with ThreadPoolExecutor(WORKERS) as pool:
            for first, rows in row_ranges(self.path, len(self.periods.names)):
                waiting.append(pool.submit(self._block, cells, first, rows))
                if len(waiting) > WORKERS:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()

    def _block(self, cells: pl.LazyFrame, first: int, rows: int) -> tuple[Int32s, Int32s, Int32s, Codes]:
        persons = self.persons[first : first + rows]
        row, start_day, end_day, code = spells_of(by_period(cells.slice(first, rows).collect()), self.periods.bounds)
        person = persons[row]
        if persons.min() >= 0:
            return person, start_day, end_day, code
        known = person >= 0
        return person[known], start_day[known], end_day[known], code[known]


def by_period(block: pl.DataFrame) -> Codes:
    """The codes of a block with a row a period and a column a person, 0 where there is none: one column after another, filled at once."""
    end_to_end = pl.concat([column.alias("code") for column in block.get_columns()], rechunk=True)
    return end_to_end.fill_null(0).to_numpy().reshape(block.width, block.height)


def spells_of(codes: Codes, bounds: Int32s) -> tuple[Int32s, Int32s, Int32s, Codes]:
    """The spells of a block of at least one period: row, start_day, end_day and code, sorted by row and day.

    `codes` has a row a period and a column a person, so that each period is compared with the one before in one sweep of memory.
    """
    begins = np.ones(codes.shape, dtype=np.bool_)
    np.not_equal(codes[1:], codes[:-1], out=begins[1:])
    place = np.flatnonzero(begins)
    period, row = np.divmod(place.astype(np.int32), np.int32(codes.shape[1]))
    order = np.argsort(row.astype(np.uint16), kind="stable")
    period, row, code = period[order], row[order], codes.reshape(-1)[place[order]]
    is_last = np.append(row[1:] != row[:-1], True)
    until = np.where(is_last, np.int32(codes.shape[0]), np.append(period[1:], np.int32(0)))
    return row, bounds[period], bounds[until], code


def row_ranges(path: Path, columns: int) -> Iterator[tuple[int, int]]:
    """First row and number of rows of the blocks to read a typed copy in: its row groups, which bound what is in memory at once; one of
    more than MOST_ROWS rows or MOST_CELLS cells in parts."""
    from pyarrow import parquet

    facts, first = parquet.read_metadata(path), 0
    groups = [facts.row_group(group).num_rows for group in range(facts.num_row_groups)]
    del facts
    most = max(1, min(MOST_ROWS, MOST_CELLS // columns))
    for rows in groups:
        yield from ((first + start, min(most, rows - start)) for start in range(0, rows, most))
        first += rows


def weeks_covered(path: Path, template: str, through: dt.date | None) -> Periods:
    """The weekly columns up to the day covered, None for the last day that there is a column for, with their Mondays."""
    found = {name: week_of(template, name) for name in pl.read_parquet_schema(path)}
    mondays = {name: day_number(week.monday) for name, week in found.items() if week is not None and (through is None or week.monday <= through)}
    ordered = sorted(mondays.items(), key=lambda item: item[1])
    return Periods([name for name, _ in ordered], np.array([*(day for _, day in ordered), *(day + DAYS_A_WEEK for _, day in ordered[-1:])], dtype=np.int32))


def months_covered(path: Path, template: str) -> Periods:
    """The monthly columns from the first to the last in which anyone has a code, with the Mondays their weeks begin on.

    Reads only the columns from each end up to one with a code.
    """
    cells = pl.scan_parquet(path, glob=False)
    named = {name: month_of(template, name) for name in pl.read_parquet_schema(path)}
    months: dict[str, Month] = {name: month for name, month in named.items() if month is not None}
    every = sorted(months, key=lambda name: months[name])
    first = next((place for place, name in enumerate(every) if _has_codes(cells, name)), len(every))
    last = next((place for place in range(len(every) - 1, first - 1, -1) if _has_codes(cells, every[place])), first - 1)
    names = every[first : last + 1]
    ends = [months[name].sunday for name in names[-1:]]
    return Periods(names, np.array([*(day_number(months[name].monday) for name in names), *(day_number(end) + 1 for end in ends)], dtype=np.int32))


def _has_codes(cells: pl.LazyFrame, name: str) -> bool:
    return bool(cells.select((pl.col(name) != 0).any()).collect(engine="streaming").item())
