"""Reading person rows, for those entitled: queries of the evaluation tier, read only, each written down before it is asked.

Who reads says who they are and why. The log has no person value: of a query it keeps the hash alone. What the registers' terms keep for
statistics is not read here at all.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import getpass
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from pipelines import clock
from pipelines.canonical import canonical, text_digest
from pipelines.contracts.catalogue import Catalogue
from pipelines.deliveries.cpr import text_has_cpr
from pipelines.errors import HomeError, QueryError, ReadRefusedError
from pipelines.payments.vocabulary import vocabulary
from pipelines.settings import Home

PRIVATE = 0o600
PSEUDONYM = re.compile(r"[0-9a-f]{24}")
SPEAKABLE = (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException)
"""Errors of the engine that speak of the query and never of a row."""


@dataclass(frozen=True)
class Reader:
    """Who reads, and why, in their own words. Raises ReadRefusedError when either is missing, or when they name a person."""

    who: str
    why: str

    def __post_init__(self) -> None:
        missing = [name for name, said in (("--who", self.who), ("--reason", self.why)) if not said.strip()]
        if missing:
            raise ReadRefusedError("person rows are read by somebody, for a reason", next_step=f"say it with {' and '.join(missing)}")
        if any(text_has_cpr(said) or PSEUDONYM.search(said) for said in (self.who, self.why)):
            raise ReadRefusedError("the log of reads may not name a person who is counted", next_step="say who reads and why without a number or pseudonym of anybody's")


class Rows:
    """The evaluation tier, opened read only, for one reader. Nothing outside it can be read or written by a query."""

    def __init__(self, home: Home, reader: Reader, connection: duckdb.DuckDBPyConnection) -> None:
        self.home, self.reader, self.connection = home, reader, connection

    def ask(self, query: str, kind: str = "query") -> pa.Table:
        """Log one query, then ask it. Raises QueryError when it cannot be answered."""
        log(self.home, self.reader, kind, query)
        try:
            found = self.connection.execute(query)
            return found.to_arrow_table() if found.description else pa.table({})
        except duckdb.Error as error:
            words = str(error).split("\n", 1)[0] if isinstance(error, SPEAKABLE) else f"{type(error).__name__} (message withheld: it may quote a row)"
            raise QueryError(words, next_step="ask `from data_dictionary` for the tables and columns there are; nothing can be written here") from None


@contextlib.contextmanager
def opened(home: Home, made: Catalogue, reader: Reader) -> Iterator[Rows]:
    """The evaluation tier of the last night. Raises HomeError when there is none, ReadRefusedError when what is in it may not be read."""
    path = home.published / "evaluation.duckdb"
    if not path.exists():
        raise HomeError("no night has published person rows here", where="published/evaluation.duckdb", next_step="run `udbytte run`")
    with duckdb.connect(str(path), read_only=True, config={"enable_external_access": False, "lock_configuration": True}) as connection:
        refuse_statistics(made, _counted(connection))
        yield Rows(home, reader, connection)


def _counted(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str]]:
    """Contract, kind (`cohort` or `outcome`) and name of everything that there are person rows of."""
    asked = "select distinct contract, 'cohort', cohort from cohort_members union select distinct contract, 'outcome', outcome from indicator_values order by all"
    return connection.execute(asked).fetchall()


def refuse_statistics(made: Catalogue, counted: list[tuple[str, str, str]]) -> None:
    """Raise ReadRefusedError when person rows come from a register that may be used for statistics only, or from a contract that does not load."""
    for name, kind, part in counted:
        contract = made.contracts.get(name)
        if contract is None:
            raise ReadRefusedError("the contract that counts these people does not load, so what may be read cannot be told", where=name, next_step="mend the contract")
        registers = made.cohort_registers(contract.cohort(part)) if kind == "cohort" else made.outcome_registers(contract, contract.outcome(part), vocabulary())
        closed = sorted(register for register in registers if made.registers[register].handling.permitted_use != "administration")
        if closed:
            what = f"{', '.join(closed)} may be used for statistics only; its person rows stay where they are"
            raise ReadRefusedError(what, where=f"{name}/{part}", next_step="read the results in published/open.duckdb")


def log(home: Home, reader: Reader, kind: str, query: str) -> None:
    """Add a line about a read to `reads.jsonl`, on the disk before anything is shown. Raises HomeError when it cannot be written."""
    when = dt.datetime.fromtimestamp(clock.epoch(), dt.UTC).isoformat(timespec="seconds")
    said = {"read_at": when, "who": reader.who.strip(), "user": getpass.getuser(), "why": reader.why.strip(), "kind": kind, "query_sha256": text_digest(query)}
    try:
        descriptor = os.open(log_path(home), os.O_WRONLY | os.O_APPEND | os.O_CREAT, PRIVATE)
    except OSError as error:
        raise HomeError("that somebody read cannot be written down, so nothing is read", where="reads.jsonl", next_step=f"mend it ({error.strerror})") from None
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(canonical(said) + b"\n")
        stream.flush()
        os.fsync(stream.fileno())


def log_path(home: Home) -> Path:
    """The log of who read person rows and why: one line of JSON a query, file mode 0600."""
    return home.root / "reads.jsonl"
