"""From one column a week to spells: row-wise change detection over a block of rows at a time.

A wide register has one row a person and one column a week. What is staged of it is the layout of every spell: a person's equal
neighbouring weeks become one row, blank weeks are code 0, and every week the delivery covers is in one. A week after the last one in
which any code stands was not delivered, whatever columns there are for it, so nothing is said of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from indicators.spells import day_number
from indicators.windows import DAYS_A_WEEK
from pipelines.contracts.weeks import week_of

Int16s = npt.NDArray[np.int16]
Int32s = npt.NDArray[np.int32]
MOST_ROWS = 1 << 16
"""The rows of a block are numbered in 16 bits, so that sorting by them is a radix sort."""


class WeeklySpells:
    """The spells of a delivery's typed copy, streamed to whoever scans it through Arrow, anew at every scan and never whole in memory.

    One row a spell: person_id, start_day, end_day, code; in the order of the file's rows, and of time within each. `persons` has the
    dense number of every row of the file, negative where it has none; such rows give no spells. `through` is the last day that the
    delivery covers, or None for the last day it has a column for.
    """

    def __init__(self, path: Path, persons: Int32s, template: str, through: dt.date | None) -> None:
        self.path, self.persons = path, persons
        self.mondays = mondays_of(path, template, through)

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        import pyarrow as pa

        schema = pa.schema([("person_id", pa.int32()), ("start_day", pa.int32()), ("end_day", pa.int32()), ("code", pa.int16())])
        batches = (pa.record_batch(list(columns), schema=schema) for columns in self.blocks())
        return pa.RecordBatchReader.from_batches(schema, batches).__arrow_c_stream__(requested_schema)

    def blocks(self) -> Iterator[tuple[Int32s, Int32s, Int32s, Int16s]]:
        """person_id, start_day, end_day and code of the spells of each block of rows."""
        names, days = list(self.mondays), np.fromiter(self.mondays.values(), np.int32)
        if not names:
            return
        weeks_of = pl.scan_parquet(self.path, glob=False).select(pl.col(names).fill_null(0))
        for first, rows in row_ranges(self.path):
            persons = self.persons[first : first + rows]
            row, start_day, end_day, code = spells_of(weeks_of.slice(first, rows).collect().to_numpy(order="fortran").T, days)
            known = persons[row] >= 0
            yield persons[row][known], start_day[known], end_day[known], code[known]


def row_ranges(path: Path) -> Iterator[tuple[int, int]]:
    """First row and number of rows of the blocks to read a typed copy in: its row groups, which bound what is in memory at once; one of
    more than MOST_ROWS in parts."""
    from pyarrow import parquet

    facts, first = parquet.read_metadata(path), 0
    for group in range(facts.num_row_groups):
        rows = facts.row_group(group).num_rows
        yield from ((first + start, min(MOST_ROWS, rows - start)) for start in range(0, rows, MOST_ROWS))
        first += rows


def mondays_of(path: Path, template: str, through: dt.date | None) -> dict[str, int]:
    """The Monday, as a day number, of each weekly column up to the day covered, in the order of the weeks."""
    from pyarrow import parquet

    weeks = {name: week_of(template, name) for name in parquet.read_schema(path).names}
    mondays = {name: day_number(week.monday) for name, week in weeks.items() if week is not None and (through is None or week.monday <= through)}
    return dict(sorted(mondays.items(), key=lambda item: item[1]))


def spells_of(weeks: Int16s, mondays: Int32s) -> tuple[npt.NDArray[np.intp], Int32s, Int32s, Int16s]:
    """The spells of a block of at least one week: row, start_day, end_day and code, sorted by row and day.

    `weeks` has a row a week and a column a person, so that each week is compared with the one before in one sweep of memory.
    """
    begins = np.ones(weeks.shape, dtype=np.bool_)
    np.not_equal(weeks[1:], weeks[:-1], out=begins[1:])
    week, row = np.divmod(np.flatnonzero(begins), weeks.shape[1])
    order = np.argsort(row.astype(np.uint16), kind="stable")
    week, row = week[order], row[order]
    is_last = np.append(row[1:] != row[:-1], True)
    ends = np.append(mondays, mondays[-1] + DAYS_A_WEEK).astype(np.int32)
    until = np.where(is_last, len(mondays), np.append(week[1:], 0))
    return row, ends[week], ends[until], weeks[week, row]
