"""A home whose archive is filled by hand: deliveries of a few rows of the shipped registers, known from the days that a test says."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache
from typing import Any

import polars as pl

from pipelines.canonical import file_digest, text_digest
from pipelines.contracts.catalogue import Catalogue
from pipelines.contracts.register import RegisterContract
from pipelines.deliveries import archive
from pipelines.deliveries.archive import Delivery
from pipelines.deliveries.counting import InUse, in_use, periods_of, vintage_before
from pipelines.payments.vocabulary import catalogue
from pipelines.settings import Home
from pipelines.warehouse.facts import note_facts
from pipelines.warehouse.vintages import Change, changes_of, note_vintage
from pipelines.warehouse.writer import Warehouse, open_warehouse

TYPES: dict[str, Any] = {"string": pl.String, "integer": pl.Int32, "number": pl.Decimal(18, 6), "date": pl.Date}
Rows = list[tuple[Any, ...]]


@cache
def shipped() -> Catalogue:
    return catalogue()


def contract(name: str) -> RegisterContract:
    return shipped().registers[name]


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@dataclass
class Archive:
    """Deliveries made by hand in a home."""

    home: Home

    def deliver(self, register: str, known_from: str, rows: pl.DataFrame, *, through: str | None = None, period: str = "", mark: str = "") -> Delivery:
        """Archive `rows`, typed, as a delivery known from a day. `mark` tells apart deliveries of the same rows."""
        sha256 = text_digest(f"{register} {rows.write_json()} {period} {mark}")
        working = self.home.archive / ".incoming" / "file"
        working.mkdir(parents=True)
        rows.write_parquet(working / "data.parquet")
        periods = periods_of(contract(register), working / "data.parquet", period)
        made = Delivery(
            register,
            sha256,
            day(known_from),
            True,
            f"{register}.parquet",
            "parquet",
            rows.height,
            None,
            day(through) if through else None,
            data_sha256=file_digest(working / "data.parquet"),
            reference_period=period,
            periods=periods,
        )
        archive.keep(self.home, made, working)
        return made

    def used(self, as_of: str, register: str) -> InUse:
        """What counts of a register on a day."""
        return in_use(archive.known(self.home, day(as_of)), shipped().registers)[register]

    def stage(self, as_of: str, register: str) -> list[tuple[Any, ...]]:
        """The rows that count on a day, in order, after they were staged, with facts and vintage noted; as people are called, by their keys."""
        return self.look(as_of, register, lambda warehouse: sorted(warehouse.connection.execute(f"select * from delivered.{register}").fetchall(), key=repr))

    def changes(self, as_of: str, register: str) -> dict[str, Change]:
        """What changed by column, as of a day."""
        return {change.column: change for change in self.look(as_of, register, changes_of)}

    def look(self, as_of: str, register: str, what: Any) -> Any:
        """Stage a register as known on a day, and ask the warehouse something."""
        agreed, known = contract(register), archive.known(self.home, day(as_of))
        used = in_use(known, shipped().registers)
        with open_warehouse(self.home) as warehouse:
            warehouse.note_deliveries(known, used, dict.fromkeys(used, 0))
            stage(warehouse, agreed, used[register])
            note_vintage(warehouse, agreed, used[register], vintage_before(known, agreed, used[register]))
            return what(warehouse)

    def facts(self, as_of: str, register: str) -> dict[str, tuple[int, int]]:
        """Part and whole by fact."""
        query = "select fact, part, whole from quality.register_facts where register = ?"
        rows = self.look(as_of, register, lambda warehouse: warehouse.connection.execute(query, [register]).fetchall())
        return {fact: (part, whole) for fact, part, whole in rows}


def stage(warehouse: Warehouse, agreed: RegisterContract, used: InUse) -> None:
    weekly, monthly = (column.name if column else None for column in (agreed.weekly, agreed.monthly))
    warehouse.stage(agreed.id, used, agreed.handling.person_key, weekly, monthly)
    note_facts(warehouse, agreed)


def rows_of(register: str, rows: Rows, **always: Any) -> pl.DataFrame:
    """Typed rows of a register: `rows` in the order of its columns but for those that are `always` the same; columns that repeat are left out."""
    columns = [column for column in contract(register).table.properties if not column.repeats]
    named = [column.name for column in columns if column.name not in always]
    data = {column.name: [always[column.name]] * len(rows) if column.name in always else [row[named.index(column.name)] for row in rows] for column in columns}
    return pl.DataFrame(data, schema={column.name: TYPES[column.logical_type] for column in columns})


def placements(*rows: tuple[str, str, str | None]) -> pl.DataFrame:
    """BUAF: key, first day and last, in foster care."""
    typed = [(key, day(start), day(end) if end else None) for key, start, end in rows]
    return rows_of("buaf", typed, varighed=None, ansted_klas="familiepleje", nykom="101")


def emigrations(*rows: tuple[str, str, str], year: int) -> pl.DataFrame:
    """VNDS: key, day and country, all of one year."""
    return rows_of("vnds", [(key, day(on), country) for key, on, country in rows], referencetid=dt.date(year, 12, 31))


def educations(*rows: tuple[str, str]) -> pl.DataFrame:
    """UDDA: key and education; the period is what the delivery declares."""
    return rows_of("udda", list(rows), hf_vfra=dt.date(2020, 6, 30))


def claims(*rows: tuple[str, str, str]) -> pl.DataFrame:
    """Documented claims: claim, person and outcome."""
    days = {"reached_on": dt.date(2026, 1, 1), "claimed_on": dt.date(2026, 2, 1), "ended_on": None, "udtraeksdato": dt.date(2026, 3, 1)}
    always = {"claimant": "udfoerer", "document_sha256": "a" * 64, **days}
    return rows_of("claims", list(rows), **always)
