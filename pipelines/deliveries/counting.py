"""What counts of several deliveries of a register: of a whole history the newest; of appended periods, for each the newest that has it;
of corrections, row by row, the newest with the same primary key.

Newer is what became known later; of two known the same day, what covers more, then the hash: an order without meaning that the gate
does not let through.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from pipelines.canonical import digest
from pipelines.contracts.periods import Span, missing_between, span_of
from pipelines.contracts.register import DAYS_OF, MONTHS_OF, RegisterContract
from pipelines.deliveries.archive import Delivery
from pipelines.deliveries.refusal import RefusalError

MOST_PERIODS = 2_000
ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """A period of a delivery: as it is written, how many rows it has, the days it stands for (None when it is no period), and whether
    this delivery is the newest that has it."""

    sha256: str
    known_from: dt.date
    text: str
    rows: int
    span: Span | None
    counts: bool


@dataclass(frozen=True)
class InUse:
    """What counts of one register on an as-of day. `deliveries` are those that count for any row, oldest to newest; `periods` those of all
    accepted deliveries of a register that appends. `newest_by` are the columns by whose values the newest delivery of a row is
    found: none when each delivery counts whole. `missing` are days between the first period and the last that no delivery has:
    coverage stops before them. `rows` counts a corrected row each time it came.
    """

    register: str
    deliveries: tuple[Delivery, ...]
    covers_through: dt.date | None
    rows: int
    newest_by: tuple[str, ...] = ()
    periods: tuple[Period, ...] = ()
    missing: tuple[Span, ...] = ()

    @property
    def newest(self) -> Delivery:
        return self.deliveries[-1]

    @property
    def rejected(self) -> int:
        return sum(item.rejected for item in self.deliveries)

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(item.id for item in self.deliveries)

    @property
    def vintage(self) -> str:
        """A digest of what counts: the same for the same rows in use."""
        return digest([self.counted_periods or [item.sha256 for item in self.deliveries], self.newest_by])[:16]

    @property
    def counted_periods(self) -> tuple[tuple[str, str], ...]:
        """Hash of the delivery and period, of every period that counts."""
        return tuple((item.sha256, item.text) for item in self.periods if item.counts)

    @property
    def unreadable(self) -> int:
        """How many of the periods that count are of no known form."""
        return sum(item.counts and item.span is None for item in self.periods)

    @property
    def overlapping(self) -> int:
        """How many periods that count begin before the one before them ends: their days may be counted twice."""
        spans = sorted(item.span for item in self.periods if item.counts and item.span is not None)
        return sum(one.overlaps(other) for one, other in pairwise(spans))


def alone(delivery: Delivery) -> InUse:
    """One delivery that counts whole."""
    return InUse(delivery.register, (delivery,), delivery.covers_through, delivery.rows)


def in_use(every: Iterable[Delivery], registers: Mapping[str, RegisterContract]) -> dict[str, InUse]:
    """What counts per register of deliveries in their order; registers without an accepted one are left out."""
    accepted: dict[str, list[Delivery]] = {}
    for item in every:
        if item.is_accepted and item.register in registers:
            accepted.setdefault(item.register, []).append(item)
    return {name: _in_use(registers[name], _last_arrivals(items)) for name, items in accepted.items()}


def due(used: Mapping[str, InUse], registers: Mapping[str, RegisterContract], as_of: dt.date) -> dict[str, tuple[dt.date, int]]:
    """Per register of which something covers anything, the day by which more than that was expected, and how many days before `as_of` that was."""
    found = {name: registers[name].expected_by(item.covers_through) for name, item in used.items() if item.covers_through is not None}
    return {name: (day, max((as_of - day).days, 0)) for name, day in found.items()}


def _last_arrivals(items: list[Delivery]) -> list[Delivery]:
    """Each delivery once, where it came last."""
    last: dict[str, Delivery] = {}
    for item in reversed(items):
        last.setdefault(item.sha256, item)
    return list(last.values())[::-1]


def _in_use(register: RegisterContract, items: list[Delivery]) -> InUse:
    if register.handling.deliveries == "whole_history":
        return alone(items[-1])
    if register.handling.deliveries == "corrections":
        key = register.primary_key
        return InUse(register.id, tuple(items), _latest(item.covers_through for item in items), sum(item.rows for item in items), key)
    return _appended(register, items)


def _appended(register: RegisterContract, items: list[Delivery]) -> InUse:
    periods = newest_periods(register, items)
    used = [item for item in items if any(period.counts and period.sha256 == item.sha256 for period in periods)]
    missing = missing_between([period.span for period in periods if period.counts and period.span is not None])
    through = _latest(_reach(item, periods) for item in used)
    if missing and through is not None:
        through = min(through, missing[0].start - ONE_DAY)
    by = (register.handling.period,) if register.handling.period else ()
    return InUse(register.id, tuple(used), through, sum(period.rows for period in periods if period.counts), by, tuple(periods), tuple(missing))


def newest_periods(register: RegisterContract, items: list[Delivery]) -> list[Period]:
    """Every period of every delivery, oldest delivery first, with whether it counts: none does that a newer delivery has, alone or within
    a longer period. A delivery that says nothing of its periods is of one of its own."""
    made: list[Period] = []
    for item in reversed(items):
        for text, rows in reversed(item.periods or ((item.reference_period or item.id, item.rows),)):
            span = _span_of(register, text)
            is_newest = not any(_has(newer, text, span) for newer in made if newer.sha256 != item.sha256)
            made.append(Period(item.sha256, item.known_from, text, rows, span, is_newest))
    return made[::-1]


def _has(newer: Period, text: str, span: Span | None) -> bool:
    return newer.text == text or (newer.span is not None and span is not None and newer.span.covers(span))


def _span_of(register: RegisterContract, text: str) -> Span | None:
    """The days of a period; one written as its last day is as long as the register's frequency says."""
    level = next((level for level in register.sla_properties if level.property == "frequency"), None)
    if level is None:
        return span_of(text)
    every, unit = level.value, level.unit
    return span_of(text, every * MONTHS_OF[unit] if unit in MONTHS_OF else None, every * DAYS_OF[unit] if unit in DAYS_OF else None)


def _reach(item: Delivery, periods: list[Period]) -> dt.date | None:
    """The day a delivery covers through by the rows that count: no further than its last such period where a newer one has a later."""
    own = [period for period in periods if period.sha256 == item.sha256]
    ends = [period.span.end - ONE_DAY for period in own if period.counts and period.span is not None]
    if item.covers_through is None or not ends or all(period.counts for period in own):
        return item.covers_through
    return min(item.covers_through, max(ends))


def _latest(days: Iterable[dt.date | None]) -> dt.date | None:
    return max((day for day in days if day is not None), default=None)


def periods_of(register: RegisterContract, data: Path, reference_period: str) -> tuple[tuple[str, int], ...]:
    """The periods of a delivery's typed rows with their rows, for intake to record: by the column that the contract names, else the one
    declared. Nothing for a register that does not append. Raises RefusalError where no period can be told."""
    import polars as pl

    handling = register.handling
    if reference_period and span_of(reference_period) is None:
        raise RefusalError("the reference period is not of a known form; write it as 2025, 2025H1, 2025Q4, 2025-06, 2025W23, 2024/2025 or 2025-01-01/2025-03-31")
    if handling.deliveries != "appends":
        return ()
    rows = pl.scan_parquet(data, glob=False)
    if handling.period is None:
        if not reference_period:
            raise RefusalError("every delivery of this register is of a period, and the manifest declares none; give it a 'reference_period'")
        return ((reference_period, int(rows.select(pl.len()).collect().item())),)
    found = rows.group_by(pl.col(handling.period).cast(pl.String).fill_null("")).len().sort(handling.period).collect()
    if found.height > MOST_PERIODS:
        raise RefusalError(f"the column '{handling.period}' names the period of a row, and {found.height} different ones stand in it; at most {MOST_PERIODS} are taken")
    return tuple((str(text), int(count)) for text, count in found.iter_rows())


def still_counts(known: Iterable[Delivery], register: RegisterContract, sha256: str) -> bool:
    """Whether a delivery that came before is what its supplier stands by, so that the same bytes once more say nothing new: nothing came
    after it, or, of appended periods, nothing that was refused or has days of its periods."""
    of_register = [item for item in known if item.register == register.id]
    places = [place for place, item in enumerate(of_register) if item.sha256 == sha256]
    if not places:
        return False
    later = of_register[places[-1] + 1 :]
    if register.handling.deliveries != "appends":
        return not later
    if not all(item.is_accepted for item in later):
        return False
    own = newest_periods(register, [of_register[places[-1]], *later])
    return all(period.counts for period in own if period.sha256 == sha256)


def vintage_before(known: Iterable[Delivery], register: RegisterContract, used: InUse) -> InUse | None:
    """What counted of a register before what counts of it now, or None when nothing did."""
    items = [item for item in known if item.register == register.id and item.is_accepted]
    for day in sorted({item.known_from for item in items}, reverse=True):
        found = in_use([item for item in items if item.known_from < day], {register.id: register}).get(register.id)
        if found is None or found.vintage != used.vintage:
            return found
    return None
