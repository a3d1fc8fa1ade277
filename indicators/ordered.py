"""Rows in the order of people and days.

Staged tables are stored in that order, so that putting rows in order mostly means to see that they are. Rows in any other order are
sorted: what comes out is the same.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

_DAY_WIDTH = 1 << 32


def known_order(rows: pl.DataFrame) -> pl.DataFrame:
    """`rows`, which say of themselves that people stand in order where they do: joins and groups by person are then several times as fast."""
    return rows.with_columns(pl.col("person_id").set_sorted()) if rows["person_id"].is_sorted() else rows


def in_order(rows: pl.LazyFrame, day: str, *then: str) -> pl.LazyFrame:
    """`rows` (person_id, `day` as a day number, and whatever else) sorted by person, day and `then`."""
    ordered = rows.map_batches(lambda frame: _ordered(frame, day, then), projection_pushdown=False)
    return ordered.with_columns(pl.col("person_id").set_sorted())


def summed(rows: pl.LazyFrame, sums: Mapping[str, pl.Expr], **more: pl.Expr) -> pl.LazyFrame:
    """One row a person, sorted: person_id, each of `sums` (Int64; of whole numbers, none of them null), and what `more` says of a person's rows.
    `rows` are as `in_order` leaves them. One running sum over everybody, looked at where one person ends, takes a third of the time that a
    sum for each person takes."""
    running = rows.with_columns(number.cast(pl.Int64).alias(name) for name, number in sums.items()).with_columns(pl.col(*sums).cum_sum())
    reached = running.group_by("person_id", maintain_order=True).agg(pl.col(*sums).last(), **more)
    return reached.with_columns(pl.col(*sums) - pl.col(*sums).shift(fill_value=0))


def _ordered(frame: pl.DataFrame, day: str, then: tuple[str, ...]) -> pl.DataFrame:
    """Where people and days are in order already, only the rows of one person and day have to change places, among each other."""
    line = frame.select(pl.col("person_id").cast(pl.Int64) * _DAY_WIDTH + pl.col(day)).to_series()
    if line.null_count() or not line.is_sorted():
        return frame.sort("person_id", day, *then)
    if not then:
        return frame
    again = (line.slice(1) == line.head(-1)).arg_true()
    if again.is_empty():
        return frame
    places = pl.concat([again, again + 1]).unique().sort()
    tied = frame[places].sort("person_id", day, *then)
    moved = [name for name in frame.columns if name not in {"person_id", day}]
    return frame.with_columns(frame[name].scatter(places, tied[name]) for name in moved)
