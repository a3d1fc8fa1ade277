"""What a night does with the list that enrols a cohort: log it, hold it against every list logged before, and note what came of that."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Collection
from typing import Any

import polars as pl

from indicators.contamination import CONTAMINATED, contaminated
from indicators.referrals import came_late, departed, logged, referred_on, repeated, withdrawn
from indicators.spells import day_number
from pipelines import referral_log
from pipelines.contracts.outcome import Cohort, OutcomeContract
from pipelines.deliveries.counting import InUse
from pipelines.errors import HomeError
from pipelines.measuring import enrolments
from pipelines.quality.suites import REFERRALS
from pipelines.referral_log import Logged
from pipelines.settings import Home
from pipelines.warehouse.writer import Warehouse


def note_contamination(warehouse: Warehouse, contract: OutcomeContract, cohort: Cohort, members: pl.DataFrame, staged: Collection[str]) -> None:
    """Note who of the comparison group in MEMBERS of a cohort came into the programme afterwards: by its own register, and by those of the contract's other
    cohorts, as far as they are `staged`."""
    subject = f"cohort:{contract.contract}/{cohort.id}"
    entries = [_entries(warehouse, other) for other in contract.cohorts if other.register_name in staged] if cohort.is_compared else []
    found = contaminated(members.lazy(), pl.concat(entries)) if entries else pl.DataFrame(schema=CONTAMINATED)
    warehouse.replace("quality.contaminated", found.rename({"cohort": "came_by"}).with_columns(subject=pl.lit(subject)), subject)


def _entries(warehouse: Warehouse, cohort: Cohort) -> pl.LazyFrame:
    """Who was referred to a cohort or enrolled in it to be treated."""
    rows = enrolments(warehouse, cohort)
    treated = rows if cohort.arms is None else rows.filter(pl.col("arm").cast(pl.String) == cohort.arms.treatment)
    return treated.select("person_id", "enrolled_day", "referred_day", "is_withdrawn", cohort=pl.lit(cohort.id))


def log_referrals(warehouse: Warehouse, contract: str, cohort: Cohort, used: InUse | None, as_of: dt.date, *, is_kept: bool) -> None:
    """Note what tonight's list of a cohort says beside the lists before it, and log it with `is_kept`. Raises HomeError when the log is damaged."""
    subject = f"cohort:{contract}/{cohort.id}"
    if cohort.register_name == REFERRALS:
        warehouse.set_refusals(subject, *warehouse.refusals(cohort.where, cohort.enrolled.start, cohort.enrolled.end))
    if used is None or used.covers_through is None:
        warehouse.forget_referral_log(subject)
        return
    rows = newest_list(warehouse, cohort)
    before = referral_log.earlier(warehouse.home, contract, cohort, used.newest.known_from)
    warehouse.set_referral_log(subject, *_said(before, rows, used))
    if is_kept:
        referral_log.keep(warehouse.home, contract, cohort, as_of, used.covers_through, rows)


def newest_list(warehouse: Warehouse, cohort: Cohort) -> pl.DataFrame:
    """LOGGED of what counts of a cohort's register now."""
    rows = enrolments(warehouse, cohort).join(warehouse.persons().lazy(), on="person_id")
    return logged(rows, end_day=day_number(cohort.enrolled.end))


def covered_days(before: list[Logged], used: InUse) -> list[int]:
    """The last day that each list covers, tonight's as the newest."""
    return [day_number(day) for day in (*(item.covers_through for item in before), used.covers_through or used.newest.known_from)]


def lists_until(before: list[Logged], rows: pl.DataFrame) -> pl.DataFrame:
    """HISTORY of the lists before, and of tonight's as the newest of them."""
    return pl.concat([referral_log.history(before), rows.with_columns(place=pl.lit(len(before), dtype=pl.Int32))])


def logs_entered(home: Home, contract: OutcomeContract, as_of: dt.date) -> dict[str, dict[str, Any]]:
    """What the ledger enters of each cohort's newest list by a day. Of a log that is damaged, which holds its claims, nothing."""
    found: dict[str, dict[str, Any]] = {}
    for cohort in contract.cohorts:
        with contextlib.suppress(HomeError):
            known = referral_log.lists(home, contract.contract, cohort.id, as_of)
            if known:
                found[cohort.id] = known[-1].as_entered()
    return found


def _said(before: list[Logged], rows: pl.DataFrame, used: InUse) -> tuple[int, int, int, int, int, int, int, dt.date | None, dt.date]:
    """The columns of quality.referral_log after its subject."""
    every = lists_until(before, rows)
    lost = departed(referral_log.history(before), rows)
    since = before[lost["place"][0]].as_of if lost.height else None
    gone = lost.filter(pl.col("departure") == "gone").height
    late = came_late(every, covered_days(before, used), referred_on()).height
    known = every.filter(pl.col("place") < len(before)).select("person_key", "referred_day").unique().height
    return rows.height, known, gone, lost.height - gone, late, repeated(rows), withdrawn(rows), since, used.newest.known_from
