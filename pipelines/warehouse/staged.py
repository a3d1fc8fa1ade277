"""Staged tables as measuring reads them: a slice of the people at a time, in the order they are stored in, each row once.

What belongs here: finding the rows of some people without looking at a table twice. What is computed of them is not known here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

import duckdb
import polars as pl
from duckdb.sqltypes import VARCHAR
from polars.exceptions import PanicException

from indicators.spells import SHARDS
from indicators.treatments import CODE_COLUMNS
from pipelines.errors import HomeError
from pipelines.settings import sql_text

if TYPE_CHECKING:
    import pyarrow as pa

PEOPLE_AT_ONCE = 65_536
"""People of a slice: a shard of a million. Fewer are read and measured in one go."""
ROWS_AT_ONCE = 1_000_000
"""Rows of a table that are on their way at once, when it is read from its first to its last."""
READ_AHEAD = "8MB"
"""How much of a table the engine reads before it is asked for: enough that each of its threads has something to read."""
_SHARD_WIDTH = 1 << 32


def place(person: pl.Expr) -> pl.Expr:
    """Where a person's rows stand in every staged table: by shard, then by person."""
    return (person % SHARDS).cast(pl.Int64) * _SHARD_WIDTH + person


def placed(people: pl.DataFrame) -> pl.DataFrame:
    """`people` (person_id and whatever else) with `place`, sorted by it."""
    return people.with_columns(place=place(pl.col("person_id"))).sort("place")


def between(people: pl.DataFrame, after: int, last: int) -> pl.DataFrame:
    """The rows of a frame sorted by `place` that stand after one place, up to and including another."""
    first, end = (people["place"].search_sorted(bound, side="right") for bound in (after, last))
    return people.slice(first, end - first)


@dataclass
class Slice:
    """Some people, all those between two places, and the rows of the staged tables about them."""

    after: int
    last: int
    persons: pl.DataFrame
    reading: Reading
    _read: dict[str, pl.DataFrame] = field(default_factory=dict)

    def table(self, name: str) -> pl.DataFrame:
        """The rows of a staged table about these people, read when first asked for. Raises HomeError when it is not stored by shard."""
        if name not in self._read:
            self._read[name] = self.reading.rows(name, self)
        return self._read[name]


class Reading:
    """One reading of the staged tables for `people` (placed, each once). Its slices come in the order in which tables are stored, so that a
    table is read from its first row to its last however many people there are; at most a slice of it is held."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, people: pl.DataFrame, at_once: int = PEOPLE_AT_ONCE) -> None:
        self.connection, self.at_once = connection, at_once
        self.people = people.select("person_id", "place")
        self._begun: dict[str, _Stored] = {}
        self._broken: dict[str, BaseException] = {}

    @property
    def is_whole(self) -> bool:
        """Whether everybody is read in one go."""
        return self.people.height <= self.at_once

    def slices(self) -> Iterator[Slice]:
        """Every slice once, none of two shards unless it is the only one; one that the next has followed may not be asked any more."""
        after = -1
        for shard in self._shards():
            for first in range(0, max(shard.height, int(self.is_whole)), self.at_once):
                persons = shard.slice(first, self.at_once)
                last = persons["place"][-1] if persons.height else after
                yield Slice(after, last, persons, self)
                after = last

    def _shards(self) -> list[pl.DataFrame]:
        begins = [shard * _SHARD_WIDTH - 1 for shard in range(SHARDS + 1)]
        return [self.people] if self.is_whole else [between(self.people, begin, end) for begin, end in pairwise(begins)]

    def rows(self, name: str, part: Slice) -> pl.DataFrame:
        """The rows of a staged table about the people of a slice: found by the engine when they are all there are, else cut from the order of
        the table. What goes wrong with a table goes wrong for everybody who asks for it from then on: nobody may go on after a gap."""
        if name in self._broken:
            raise self._broken[name]
        try:
            return with_categories(rows_about(self.connection, name, part.persons)) if self.is_whole else self._stored(name).up_to(part)
        except (Exception, PanicException) as error:
            self._broken[name] = error
            raise

    def _stored(self, name: str) -> _Stored:
        if name not in self._begun:
            self._begun[name] = _Stored(self.connection, name)
        return self._begun[name]


def about(rows: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """The rows about some people, both in the order of places. Where the rows are about nobody else, which only takes a look at where one
    person follows another, they are returned as they are."""
    if runs(rows["person_id"])["value"].is_in(people["person_id"].implode()).all():
        return rows
    return rows.filter(pl.col("person_id").is_in(people["person_id"].implode()))


def runs(persons: pl.Series) -> pl.DataFrame:
    """`value` and `len` of each run of one person in a column."""
    return persons.rle().struct.unnest()


def with_categories(rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` with their codes, where they are texts, as categories."""
    return rows.with_columns(pl.col(name).cast(pl.Categorical) for name in CODE_COLUMNS if rows.schema.get(name) == pl.String)


def rows_about(connection: duckdb.DuckDBPyConnection, name: str, persons: pl.DataFrame) -> pl.DataFrame:
    """The rows of a whole staged table about a few people."""
    connection.register("wanted", persons.select("person_id"))
    try:
        return connection.execute(f"from staged.{name} semi join wanted using (person_id)").pl()
    finally:
        connection.unregister("wanted")


class _Stored:
    """A staged table on its way from the first row to the last, as one stream. A stream lasts until its connection is asked something else,
    so each table has a connection of its own. Codes that are texts come as categories."""

    held: pl.DataFrame
    persons: pl.DataFrame
    passed: int

    def __init__(self, connection: duckdb.DuckDBPyConnection, name: str) -> None:
        self.name, self.stood_last = name, -1
        self.batches = _stream(connection.cursor(), name)
        self._hold(self.batches.schema.empty_table())

    def up_to(self, part: Slice) -> pl.DataFrame:
        """The rows about the people of a slice; what stands before it and after the slice before it is passed over."""
        found: list[pl.DataFrame] = []
        while True:
            reached = self.persons["place"].search_sorted(part.last, side="right")
            end = self.persons["end"][reached - 1] if reached else self.passed
            found.append(about(self.held.slice(self.passed, end - self.passed), part.persons))
            self.passed, self.persons = end, self.persons.slice(reached)
            batch = None if self.persons.height else next(self.batches, None)
            if batch is None:
                return pl.concat(found, rechunk=True)
            self._hold(batch)

    def _hold(self, batch: pa.Table | pa.RecordBatch) -> None:
        """Have the next rows in hand, and in `persons` where each person in them stands, and the number of the row after their last."""
        self.held, self.passed = pl.DataFrame(pl.from_arrow(batch)), 0
        self.persons = runs(self.held["person_id"]).select(place=place(pl.col("value")), end=pl.col("len").cum_sum())
        places = self.persons["place"]
        if places.len():
            if places[0] < self.stood_last or not places.is_sorted():
                raise HomeError(f"the staged table {self.name} is not stored by shard", where=f"sql/staging: {self.name}", next_step="let its SQL order it by shard and person")
            self.stood_last = places[-1]


def _stream(connection: duckdb.DuckDBPyConnection, name: str) -> pa.RecordBatchReader:
    """The rows of a staged table as batches of a size, from the first to the last."""
    stored = connection.table(f"staged.{name}")
    text = [column for column, kind in zip(stored.columns, stored.types, strict=True) if column in CODE_COLUMNS and kind == VARCHAR]
    for column in text:
        connection.execute(sql_text("warehouse/coded.sql").format(table=name, column=column))
    connection.execute("set streaming_buffer_size = ?", [READ_AHEAD])
    coded = [f"cast({column} as coded) as {column}" if column in text else column for column in stored.columns]
    return connection.execute(f"select {', '.join(coded)} from staged.{name}").to_arrow_reader(ROWS_AT_ONCE)
