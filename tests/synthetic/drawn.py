"""What the tests of the sample share: the drawn sample, its deliveries as tables, and a recount of weeks from DREAM as delivered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from pipelines.synthetic.danish import Sample
from pipelines.synthetic.extract import Extract

SELF_SUPPORTING = {0, 100, 121, 122, 123, 511}
LEFT_OUT = {651, 652, 771}
LEAVE = 881
ENDS = {997, 998, 999}


@dataclass(frozen=True)
class Delivered:
    """A sample, its clean Danish extracts and their rows; of a register that comes in several deliveries those of all."""

    sample: Sample
    extracts: list[Extract]
    tables: dict[str, pl.DataFrame]

    def __getitem__(self, register: str) -> pl.DataFrame:
        return self.tables[register]

    def enrolled(self, group: str, before: dt.date) -> pl.DataFrame:
        """The referrals of a cohort: enrolled in its group before a day."""
        return self["referrals"].filter((pl.col("gruppe") == group) & (pl.col("indskrevet_dato") < before))


def delivered(sample: Sample) -> Delivered:
    extracts = sample.extracts()
    names = dict.fromkeys(item.register for item in extracts)
    return Delivered(sample, extracts, {name: pl.concat([item.table() for item in extracts if item.register == name]) for name in names})


def monday_of(column: str) -> dt.date:
    """The Monday of a weekly column such as Y_2401."""
    return dt.date.fromisocalendar(2000 + int(column[2:4]), int(column[4:6]), 1)


def weeks_in(rows: pl.DataFrame) -> list[str]:
    """The weekly columns of DREAM as delivered, in their order."""
    return [name for name in rows.columns if name.startswith("Y_")]


def history(row: Mapping[str, object]) -> list[tuple[dt.date, int]]:
    """Monday and code, 0 for a blank week, of one delivered row."""
    return [(monday_of(name), int(str(code or 0))) for name, code in row.items() if name.startswith("Y_")]


def weeks_in_window(weeks: list[tuple[dt.date, int]], enrolled: dt.date) -> tuple[int, dt.date]:
    """Weeks self-supporting in the 52 weeks from the Monday on or after enrolment, each week of leave giving one more, thirteen at most; and the day after the last."""
    start = enrolled + dt.timedelta(days=-enrolled.weekday() % 7)
    inside, leave, successes = 0, 0, 0
    for monday, code in weeks:
        if monday < start:
            continue
        if inside == 52 + min(leave, 13) or code in ENDS:
            break
        inside += 1
        leave += code == LEAVE
        successes += code in SELF_SUPPORTING
    return successes, start + dt.timedelta(weeks=52 + min(leave, 13))
