"""Who waits for whom: since when a claim is held by each of its causes, who can cure it, and by which days.

Holds are entered in the ledger when their causes change, so a cause has stood since the first of the unbroken run of holds that names it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.ledger.journal import Entry


@dataclass(frozen=True)
class Limits:
    """How many days a contract gives for curing a cause of a hold, and how many a claim may be held at all; what follows `then`. None where nothing
    is agreed."""

    cure_hold: int | None = None
    long_stop: int | None = None
    then: str | None = None


@dataclass(frozen=True)
class Waiting:
    """One cause of a hold: `since` is the as-of day it first held the claim without a break, `days` how long ago that was, `cured_by` who can
    cure it, `cure_by` the day the contract gives for it, `long_stop` the day after which the claim may wait no longer, whatever holds it,
    each None where nothing is agreed; `is_overdue` says that the first of them is past, `then` what follows the long stop, and `is_stopped` that it is
    past and so has followed."""

    subject: str
    rule: str
    since: dt.date
    days: int
    cured_by: str
    cure_by: dt.date | None
    long_stop: dt.date | None
    is_overdue: bool
    then: str = ""
    is_stopped: bool = False

    def as_data(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def waiting(holds: Sequence[dict[str, Any]], posting_key: str, entries: Iterable[Entry], as_of: dt.date, limits: Limits) -> list[Waiting]:
    """Each cause of a held claim, in the order of `holds`. One that no entry names is of tonight."""
    run = _unbroken(entries, posting_key, as_of)
    long_stop = _after(min((entry.as_of for entry in run), default=as_of), limits.long_stop)
    return [_cause(hold, _since(hold, run, as_of), as_of, limits, long_stop) for hold in holds]


def _cause(hold: dict[str, Any], since: dt.date, as_of: dt.date, limits: Limits, long_stop: dt.date | None) -> Waiting:
    cure_by = _after(since, limits.cure_hold)
    is_overdue = any(day is not None and day < as_of for day in (cure_by, long_stop))
    return Waiting(
        hold["subject"], hold["rule"], since, (as_of - since).days, hold["cured_by"], cure_by, long_stop, is_overdue, limits.then or "", long_stop is not None and long_stop < as_of
    )


def _since(hold: dict[str, Any], run: Iterable[Entry], as_of: dt.date) -> dt.date:
    """The first night of the newest unbroken run of holds that names this cause."""
    since = as_of
    for entry in run:
        if not any((cause["subject"], cause["rule"]) == (hold["subject"], hold["rule"]) for cause in entry.body["causes"]):
            break
        since = entry.as_of
    return since


def _after(day: dt.date, days: int | None) -> dt.date | None:
    return None if days is None else day + dt.timedelta(days=days)


def _unbroken(entries: Iterable[Entry], posting_key: str, as_of: dt.date) -> list[Entry]:
    """The holds of a claim by a day, newest first, back to whatever else was said of it. An override leaves the causes standing."""
    about = [entry for entry in entries if entry.about == posting_key and entry.as_of <= as_of and entry.kind != "override" and "act" not in entry.body]
    run: list[Entry] = []
    for entry in reversed(about):
        if entry.kind != "hold":
            break
        run.append(entry)
    return run
