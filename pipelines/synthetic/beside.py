"""The registers beside those that the sample's contracts read: their deliveries, by period where a register appends."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import polars as pl

from indicators.claims import DOES_NOT_HOLD
from pipelines.synthetic import absence, claims, education, jobs, justice, migration, shelters
from pipelines.synthetic.drawing import NEVER, date_of
from pipelines.synthetic.extract import DATE_IN_LISTS, Extract
from pipelines.synthetic.linked import Linked
from pipelines.synthetic.shelters import Stays

REGISTERS = ("vnds", "udda", "kotre", "bfl", "kraf", "krsi", "skolefravaer", "forsorg", "claims", "claim_checks")
YEARS = (2023, 2024, 2025)
EDUCATION_YEARS, SCHOOL_YEARS = (2024, 2025), (2023, 2024)
QUARTERS = {"2025Q2": (4, 5, 6), "2025Q3": (7, 8, 9)}


def extracts(linked: Linked, stays: Stays, dream: Callable[[], Iterator[pl.DataFrame]]) -> list[Extract]:
    """All deliveries without a defect. A year of a small sample in which nothing happened has none."""
    made = [_year("vnds", year, migration.vnds(linked, year), "HAEND_DATO") for year in YEARS]
    made += [_education(linked, year) for year in EDUCATION_YEARS]
    made += [Extract("kotre", "kotre_2025_09_30.parquet", dt.date(2025, 9, 1), partial(education.kotre, linked))]
    made += [_jobs(linked, dream, quarter) for quarter in QUARTERS]
    made += [_year("kraf", year, justice.kraf(linked, year), "AFG_AFGOEDTO") for year in YEARS]
    made += [_year("krsi", year, justice.krsi(linked, year), "SIG_SIGTDTO") for year in YEARS]
    made += [_absence(linked, year) for year in SCHOOL_YEARS]
    made += [_shelters(year, shelters.forsorg(linked, stays, year)) for year in YEARS]
    return [item for item in [*made, *_claims(linked, stays)] if not (isinstance(item.rows, pl.DataFrame) and item.rows.is_empty())]


def _through(rows: pl.DataFrame, column: str, year: int) -> dt.date:
    """The last day that a year's rows cover: its label claims no more."""
    last = rows.get_column(column).max()
    return last if isinstance(last, dt.date) else dt.date(year, 12, 31)


def _year(register: str, year: int, rows: pl.DataFrame, column: str) -> Extract:
    return Extract(register, f"{register}_{year}.parquet", _through(rows, column, year), rows, reference_period=str(year))


def _education(linked: Linked, year: int) -> Extract:
    return Extract("udda", f"udda_{year}.parquet", dt.date(year, 6, 30), partial(education.udda, linked, year), reference_period=str(year))


def _jobs(linked: Linked, dream: Callable[[], Iterator[pl.DataFrame]], quarter: str) -> Extract:
    months = tuple(dt.date(int(quarter[:4]), month, 1) for month in QUARTERS[quarter])
    last = (months[-1] + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
    return Extract("bfl", f"bfl_{quarter.lower()}.parquet", last, lambda: jobs.bfl(linked.seed, dream(), months), reference_period=quarter)


def _absence(linked: Linked, year: int) -> Extract:
    """As a compressed CSV in windows-1252 with decimal commas."""
    name = f"skolefravaer_{year}_{year + 1}.csv.gz"
    rows = partial(absence.skolefravaer, linked, year)
    return Extract("skolefravaer", name, dt.date(year + 1, 6, 30), rows, reference_period=f"{year}/{year + 1}", encoding="cp1252", decimal_comma=True)


def _shelters(year: int, rows: pl.DataFrame) -> Extract:
    """As a CSV in UTF-8 with a byte order mark and days first."""
    return Extract("forsorg", f"forsorg_{year}.csv", _through(rows, "INDFLYT", year), rows, DATE_IN_LISTS, reference_period=str(year), encoding="utf-8-sig")


def _claims(linked: Linked, stays: Stays) -> list[Extract]:
    """The whole list as a workbook, known for a week before the corrections come, and these as a CSV in windows-1252; and what was checked."""
    whole = claims.claims(linked, stays)
    return [
        Extract("claims", "krav_2026_06_15.xlsx", date_of(claims.EXTRACTED), whole, known_from=date_of(claims.EXTRACTED)),
        Extract("claims", "krav_rettelser_2026_06_22.csv", date_of(claims.CORRECTED), claims.corrections(whole), DATE_IN_LISTS, encoding="cp1252"),
        Extract("claim_checks", "kontrol_2026_06_15.csv", date_of(claims.EXTRACTED), claims.checks(linked.seed, whole), DATE_IN_LISTS),
    ]


def truth(linked: Linked, stays: Stays) -> dict[str, Any]:
    """What was drawn for these registers, counted before any of it was written."""
    whole, last = claims.claims(linked, stays), linked.last_day
    return {
        "what": "one pseudonym a person in every register: nobody learns, works, stays, is decided about or claimed for after a death or a departure",
        "shelters": {"stays": len(stays.person), "people": len(set(stays.person.tolist())), "on_help": int(linked.is_helped[stays.person].sum())},
        "claims": {"claims": whole.height, "corrected": claims.corrections(whole).height},
        "claim_checks": _checked(claims.checks(linked.seed, whole)),
        "gone": {"dead": int((linked.people.dies < NEVER).sum()), "emigrated": int((linked.people.leaves < NEVER).sum()), "either": int((last < NEVER).sum())},
    }


def _checked(checks: pl.DataFrame) -> dict[str, int]:
    return {"checked": checks.height, "do_not_hold": checks.filter(pl.col("result") == DOES_NOT_HOLD).height}
