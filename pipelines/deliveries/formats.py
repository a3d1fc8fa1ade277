"""Reading one delivered file inside a worker process: recognise, read, convert strictly, guard, measure.

Runs where a crash, a hang or a flood of memory harms nobody else. Every refusal is a sentence with places and counts and never a
delivered value; the engine's own messages, which quote cells, go nowhere.
"""

from __future__ import annotations

import os
import resource
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.contracts.register import RegisterContract
from pipelines.deliveries.conversion import Typed, is_agreed, missing_columns
from pipelines.deliveries.guard import Suspects, can_be_searched, names_a_person, suspects_in, text_has_cpr
from pipelines.deliveries.opening import Handed, opened
from pipelines.deliveries.refusal import RefusalError
from pipelines.deliveries.rejects import REJECTS, Passes, converted_again, rejected_rows, typed_copy, without_rejects
from pipelines.deliveries.split_numbers import SplitSearch

ADDRESS_SPACE = 8 << 30


@dataclass(frozen=True)
class Reading:
    """What a worker says of one file. `reason` is empty when it was taken; then `rows`, coverage and `rejected` are measured: rows taken,
    and rows that did not convert and lie in `rejects.parquet` beside the typed copy."""

    reason: str = ""
    rows: int = 0
    format: str = ""
    covers_through: str = ""
    rejected: int = 0

    def as_data(self) -> dict[str, Any]:
        return asdict(self)


def limit_worker() -> None:
    """Bound what a worker may take, and close its mouth: an engine's panic prints what it stumbled over."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def read_delivery(path: str, target: str, register: RegisterContract) -> Reading:
    """Read `path` as a delivery of `register` and write the typed rows to `target` as Parquet.

    Never raises: whatever goes wrong comes back as a reason. Panics of the reading engine are no Exception, so BaseException it is.
    """
    reading = _tried(Path(path), Path(target), register)
    if reading.reason:
        for left in (Path(target), Path(target).with_name(REJECTS)):
            left.unlink(missing_ok=True)
    return reading


def _tried(path: Path, target: Path, register: RegisterContract) -> Reading:
    try:
        return _read(path, target, register)
    except RefusalError as refusal:
        return Reading(reason=str(refusal))
    except MemoryError:
        return Reading(reason="the file needs more memory than a reader may take; deliver it as Parquet, or in parts")
    except BaseException as error:
        return Reading(reason=f"the file could not be read to the end ({type(error).__name__}); it is damaged or not what its name says, so deliver it again")


def _read(path: Path, target: Path, register: RegisterContract) -> Reading:
    """Every batch is searched, converted and written before the next is read; what refuses the file is said when all were seen.

    Where its text turns out to be written in another way than it began, the file is read again. Where rows did not convert, it is read
    once more without them, and they are written beside what was taken.
    """
    if path.stat().st_size == 0:
        raise RefusalError("the file is empty (0 bytes); deliver it again")
    with tempfile.TemporaryDirectory(prefix=".unpacked-", dir=target.parent) as beside:
        formats = list(register.handling.formats)
        handed = opened(path, Path(beside), formats)
        names = _lowered(handed.names)
        typed, rows = _first_pass(handed, names, target, register)
        if typed.was_misread():
            again = Typed(register, names, typed.shown())
            converted_again(opened(path, Path(beside), formats), again, target)
            typed = again
        rejected = rejected_rows(typed, rows)
        if rejected.len():
            handed = opened(path, Path(beside), formats)
            measured = Typed(register, names, typed.shown())
            without_rejects(handed, Passes(typed, measured, rejected), target)
            typed = measured
        return Reading(rows=rows - rejected.len(), format=handed.format, covers_through=str(typed.covers_through()), rejected=rejected.len())


def _first_pass(handed: Handed, names: list[str], target: Path, register: RegisterContract) -> tuple[Typed, int]:
    """Search and convert everything. Raises RefusalError for what refuses the file; returns what was converted, and how many rows there are."""
    search, rows = Search(names, register), 0
    typed, unlike = _agreed(register, names)
    with ThreadPoolExecutor(1) as beside, typed_copy(target) as write:
        for batch in handed.batches:
            searched = beside.submit(search.add, batch)
            made = typed.convert(batch, rows) if typed else None
            if made is not None:
                write(made)
            rows += batch[0].len() if batch else 0
            searched.result()
        search.refuse()
        if typed is None:
            raise RefusalError(unlike)
        typed.refuse()
        if not rows:
            raise RefusalError("the file has its columns but no rows; deliver it again with them")
    return typed, rows


def _agreed(register: RegisterContract, names: list[str]) -> tuple[Typed | None, str]:
    """What converts a delivery with these columns, or why they are not the agreed ones."""
    missing = missing_columns(register, names)
    try:
        return (None, missing) if missing else (Typed(register, names), "")
    except RefusalError as refusal:
        return None, str(refusal)


def _lowered(names: list[str]) -> list[str]:
    """The delivered names in lower case. One that stands twice, in whatever case, is refused."""
    found: dict[str, int] = {}
    for place, name in enumerate(names, start=1):
        lowered = name.strip().lstrip("\ufeff").lower()
        if text_has_cpr(name):
            raise RefusalError("a column name looks like a CPR number; the whole file is kept apart")
        if lowered in found:
            raise RefusalError(f"columns {found[lowered]} and {place} have the same name")
        found[lowered] = place
    return list(found)


class Search:
    """The guard over every delivered column, also those that are dropped: the archive keeps the file as it came."""

    def __init__(self, names: list[str], register: RegisterContract) -> None:
        self.names, self.register = names, register
        self.found = [Suspects() for _ in names]
        self.unsearchable: set[int] = set()
        self.split = SplitSearch()

    def add(self, batch: list[pl.Series]) -> None:
        for place, (name, column) in enumerate(zip(self.names, batch, strict=True)):
            if not can_be_searched(column):
                self.unsearchable.add(place)
            else:
                self.found[place] += suspects_in(column, is_person_key=name == self.register.handling.person_key or names_a_person(name))
        self.split.add(batch)

    def refuse(self) -> None:
        """Raises RefusalError for the first column, as delivered, that holds a number or that nobody can look into."""
        for place, name in enumerate(self.names):
            if place in self.unsearchable:
                raise RefusalError("a column holds lists, structures or binary values, in which nobody can look for CPR numbers; deliver plain columns")
            count = self.found[place].cells()
            if count:
                where = f"the column '{name}'" if is_agreed(self.register, name) else "a column that the register contract does not have"
                found = f"{count} cells of {where} look like CPR numbers" if count > 1 else f"1 cell of {where} looks like a CPR number"
                raise RefusalError(f"{found}; pseudonymise the file before it is delivered, and purge this one")
        if self.split.found():
            places = ", ".join(str(place + 1) for place in self.split.found()[0])
            raise RefusalError(f"the columns {places} together look like CPR numbers cut in two; pseudonymise the file before it is delivered, and purge this one")
