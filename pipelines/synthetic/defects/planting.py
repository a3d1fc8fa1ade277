"""What defects are made of: a name, the register it is planted in, what is wrong, what must happen, what finds it, and the function that plants it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import polars as pl

from pipelines.errors import HomeError
from pipelines.synthetic.extract import Change, Extract

QUARANTINE, KNOWN_ALREADY, VINTAGES, NOTHING = "quarantine", "known_already", "vintages", "nothing"
"""What finds a defect when it is no rule: intake refuses the file, or knows its bytes; the table of vintages shows what changed; or nothing has to."""
EARLIER = dt.date(2026, 6, 20)
"""The day on which a delivery became known that a defective one follows; the sample takes it in then."""


@dataclass(frozen=True)
class Note:
    """What the truth file says of a defect. `whom` is empty when it happens to nobody. `found_by` is the rule that fails or warns, or one of the other findings."""

    register: str
    what: str
    whom: str
    must_happen: str
    found_by: str


@dataclass(frozen=True)
class Wrong:
    """What a defect makes of the clean extracts, to whom, and what only the planting knows of it."""

    extracts: list[Extract]
    whom: str = ""
    detail: str = ""


Planted = tuple[list[Extract], Note]


@dataclass(frozen=True)
class Defect:
    """A defect of the catalogue. Called with clean extracts it returns them with the defect, and its note.

    `on` are the subjects, or the beginnings of them, in whose suites `found_by` is a rule: the register's, where nothing else is said. `holds`
    is the rule that holds on `held_on` where what finds the defect is none, or only warns. `moves` says that what is left to decide may rightly
    come out otherwise than without the defect.
    """

    name: str
    register: str
    what: str
    must_happen: str
    found_by: str
    plant: Callable[[Sequence[Extract]], Wrong]
    on: tuple[str, ...]
    holds: str
    held_on: tuple[str, ...]
    moves: bool

    def __call__(self, clean: Sequence[Extract]) -> Planted:
        made = self.plant(clean)
        what = f"{self.what}: {made.detail}" if made.detail else self.what
        return made.extracts, Note(self.register, what, made.whom, self.must_happen, self.found_by)


def defect(
    register: str, what: str, then: str, found_by: str, *, on: tuple[str, ...] = (), holds: str = "", held_on: tuple[str, ...] = (), moves: bool = False
) -> Callable[[Callable[[Sequence[Extract]], Wrong]], Defect]:
    """Make a defect of the function that plants it, under its name. A file that intake refuses is held by its register, whatever comes of it."""
    own = (f"register:{register}",)
    rule = "newest_delivery_accepted" if found_by == QUARANTINE else holds
    return lambda plant: Defect(plant.__name__, register, what, then, found_by, plant, on or own, rule, held_on or own, moves)


def table(extracts: Sequence[Extract], register: str) -> pl.DataFrame:
    """All rows of the last delivery of a register among `extracts`."""
    return last(extracts, register).table()


def last(extracts: Sequence[Extract], register: str) -> Extract:
    """The last delivery of a register. Raises HomeError when the sample has none."""
    found = [item for item in extracts if item.register == register]
    if not found:
        raise HomeError(f"the sample has no delivery of {register} to plant this in", next_step="use the contracts that come with the package, or more --people")
    return found[-1]


def changed(extracts: Sequence[Extract], **changes: Change) -> list[Extract]:
    """The extracts with a change made to every delivery of the registers named, and all others as they are."""
    return [item.changed(changes[item.register]) if item.register in changes else item for item in extracts]


def in_last(extracts: Sequence[Extract], register: str, change: Change) -> Wrong:
    """A change made to all rows at once of a register's last delivery."""
    return swapped(extracts, register, lambda item: [item.whole().changed(change)])


def swapped(extracts: Sequence[Extract], register: str, make: Callable[[Extract], list[Extract]]) -> Wrong:
    """Other deliveries in the place of a register's last one."""
    target = last(extracts, register)
    return Wrong([made for item in extracts for made in (make(item) if item is target else [item])])


def after(clean: Extract, wrong: Extract) -> list[Extract]:
    """The clean delivery, known from an earlier day, and the defective one that waits."""
    return [replace(clean, known_from=EARLIER), wrong]


def put(column: str, value: pl.Expr, when: pl.Expr) -> Change:
    return lambda rows: rows.with_columns(pl.when(when).then(value).otherwise(column).alias(column))


def without(when: pl.Expr) -> Change:
    return lambda rows: rows.filter(~when)


def every(step: int) -> pl.Expr:
    """One row in `step`, the first included."""
    return pl.int_range(pl.len()) % step == 0


def first(count: int = 1) -> pl.Expr:
    return pl.int_range(pl.len()) < count
