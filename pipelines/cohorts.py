"""Frozen cohorts: the list of people a contract counts, written once, hashed, and never changed by what is delivered later.

`archive/cohorts/<contract>.<cohort>.json` holds the day, the list under delivered pseudonyms, its hash, and a seal over day and hash; file
mode 0600. Of a matched comparison it also holds who stands beside whom, and how alike the groups were: both are chosen once, with the list.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from indicators.balance import BALANCE, OVERLAP, Design
from indicators.cohort import MEMBERS, is_listed
from pipelines.canonical import canonical, digest
from pipelines.errors import HomeError
from pipelines.files import write_atomically
from pipelines.settings import Home

if TYPE_CHECKING:
    from pipelines.warehouse.writer import Warehouse

COUNTS = ("asked", "looked_at", "beside", "outside")
BESIDE = {"person_key": pl.String, "for_key": pl.String}
COLUMNS = ("person_key", "role", "enrolled_day", "status", "reason")


@dataclass(frozen=True)
class Match:
    """A matched comparison as it was chosen. `beside` has person_key and for_key: who stands beside whom; `balance` and `overlap` are those of
    indicators.balance, `counts` how many of the treated were `asked`, `looked_at`, have somebody `beside` them and stand `outside`."""

    beside: pl.DataFrame
    balance: pl.DataFrame
    overlap: pl.DataFrame
    counts: dict[str, int]

    @classmethod
    def of(cls, made: Design, persons: pl.DataFrame) -> Match:
        """Of a design; `persons` (person_id, person_key) are the people of this warehouse."""
        named = made.matched.join(persons.select("person_id", "person_key"), on="person_id")
        both = named.join(persons.select(for_person="person_id", for_key="person_key"), on="for_person").select("person_key", "for_key").sort("for_key", "person_key")
        return cls(both, made.balance, made.overlap, {name: getattr(made, name) for name in COUNTS})

    @classmethod
    def read(cls, data: dict[str, Any]) -> Match:
        """From what `data` of one gave. Raises KeyError or TypeError for anything else."""
        tables = {name: _table(data[name], schema) for name, schema in (("balance", BALANCE), ("overlap", OVERLAP))}
        return cls(pl.DataFrame(data["beside"], schema=BESIDE, orient="row"), **tables, counts={name: int(data["counts"][name]) for name in COUNTS})

    def data(self) -> dict[str, Any]:
        """As plain data."""
        return {"beside": _listed(self.beside), "balance": _listed(self.balance), "overlap": _listed(self.overlap), "counts": self.counts}

    def with_numbers(self, persons: pl.DataFrame) -> pl.DataFrame:
        """person_id and for_person, under the dense numbers of this warehouse."""
        first = self.beside.join(persons.select("person_key", "person_id"), on="person_key")
        return first.join(persons.select(for_key="person_key", for_person="person_id"), on="for_key").select("person_id", "for_person").sort("for_person", "person_id")


def _listed(frame: pl.DataFrame) -> list[list[Any]]:
    return [list(row) for row in frame.iter_rows()]


def _table(rows: list[list[Any]], schema: dict[str, Any]) -> pl.DataFrame:
    """Rows whose decimals came as text."""
    texts = {name: pl.String if isinstance(kind, pl.Decimal) else kind for name, kind in schema.items()}
    return pl.DataFrame(rows, schema=texts, orient="row").select(pl.col(name).cast(kind) for name, kind in schema.items())


@dataclass(frozen=True)
class Frozen:
    """A frozen cohort: the day it was frozen on, the hash of all that was, the rows themselves (COLUMNS, sorted by key), and of a matched comparison
    its Match."""

    as_of: dt.date
    sha256: str
    rows: pl.DataFrame
    match: Match | None = None

    def with_numbers(self, warehouse: Warehouse) -> pl.DataFrame:
        """The frozen members under the dense numbers of this warehouse."""
        warehouse.number(self.rows.select("person_key"))
        return self.rows.join(warehouse.persons(), on="person_key", how="left").select(list(MEMBERS)).cast(MEMBERS).sort("person_id")

    def changes(self, warehouse: Warehouse, found: pl.DataFrame, *, leaving_out: str = "") -> pl.DataFrame:
        """person_id and change (`added`, `gone` or `changed`) of everyone the newest enrolments and the frozen list disagree on.

        A register that goes on enrolling adds people of later periods: who is ineligible on both sides, or on the only side that has them,
        changes nothing. Nor does what other registers say now of somebody on the list: whether they were eligible was decided when it was
        frozen. Frozen rows with the reason `leaving_out` were not made from the register and are not compared with it.
        """
        agreed = self.with_numbers(warehouse).filter(pl.col("reason") != leaving_out).with_columns(is_agreed=pl.lit(1), is_listed=is_listed())
        both = agreed.join(found.with_columns(is_found=pl.lit(1), is_listed=is_listed()), on="person_id", how="full", coalesce=True, suffix="_now")
        differs = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_now")) for name in ("role", "enrolled_day", "is_listed"))
        change = pl.when(pl.col("is_agreed").is_null()).then(pl.lit("added")).when(pl.col("is_found").is_null()).then(pl.lit("gone")).otherwise(pl.lit("changed"))
        counts = (pl.col("status") == "eligible").fill_null(value=False) | (pl.col("status_now") == "eligible").fill_null(value=False)
        return both.filter(counts & (differs | pl.col("is_agreed").is_null() | pl.col("is_found").is_null())).select("person_id", change=change)


def _path(home: Home, contract: str, cohort: str) -> Path:
    return home.cohorts / f"{contract}.{cohort}.json"


def _rows(frame: pl.DataFrame) -> list[list[Any]]:
    return [list(row) for row in frame.select(COLUMNS).sort("person_key").iter_rows()]


def freeze(home: Home, contract: str, cohort: str, as_of: dt.date, members: pl.DataFrame, match: Match | None = None) -> None:
    """Write the list, once: a cohort that is frozen already stays as it is. `members` has COLUMNS."""
    path = _path(home, contract, cohort)
    if not path.exists():
        rows = _rows(members)
        more = {"match": match.data()} if match else {}
        facts = _facts(as_of, rows, more)
        write_atomically(path, canonical({**facts, "rows": rows, **more, "seal": digest(facts)}) + b"\n", mode=0o600)


def _facts(as_of: Any, rows: list[list[Any]], more: dict[str, Any]) -> dict[str, Any]:
    """What the seal is over: a list without a match has the hash that it always had."""
    return {"as_of": as_of, "sha256": digest({"rows": rows, **more} if more else rows)}


def frozen_of(home: Home, contract: str, cohort: str, as_of: dt.date) -> Frozen | None:
    """The frozen cohort as known on a day, or None. Raises HomeError when the list no longer gives its hash."""
    path = _path(home, contract, cohort)
    if not path.exists():
        return None
    facts = path.stat()
    frozen = _read(path, (facts.st_ino, facts.st_size, facts.st_mtime_ns))
    return frozen if frozen.as_of <= as_of else None


@lru_cache(maxsize=64)
def _read(path: Path, state: tuple[int, int, int]) -> Frozen:  # noqa: ARG001
    """A frozen list, proved; read once for each state of its file."""
    return proved(path)


def proved(path: Path) -> Frozen:
    """The frozen list in a file. Raises HomeError when it is not what was frozen."""
    try:
        raw = path.read_bytes()
        data = json.loads(raw)
        more = {"match": data["match"]} if "match" in data else {}
        facts = _facts(data["as_of"], data["rows"], more)
        frozen_on, is_whole = dt.date.fromisoformat(data["as_of"]), canonical({**facts, "rows": data["rows"], **more, "seal": digest(facts)}) + b"\n" == raw
        match = Match.read(data["match"]) if more and is_whole else None
    except (ValueError, KeyError, TypeError, RecursionError, pl.exceptions.PolarsError):
        is_whole = False
    if not is_whole:
        raise HomeError("the frozen cohort is not what was frozen", where=path.name, next_step="restore it from a backup; its payments are held until then")
    schema = {"person_key": pl.String, "role": pl.String, "enrolled_day": pl.Int32, "status": pl.String, "reason": pl.String}
    return Frozen(frozen_on, facts["sha256"], pl.DataFrame(data["rows"], schema=schema, orient="row"), match)
