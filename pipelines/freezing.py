"""Freezing a cohort: the comparison that is matched to it is chosen with the list, once, and by nothing that came after."""

from __future__ import annotations

import datetime as dt

import polars as pl

from indicators.balance import BALANCE, OVERLAP, Design, design
from indicators.matching import MATCHED, with_comparison
from indicators.nearness import Nearest, NoDistanceError
from indicators.windows import DAYS_A_WEEK, monday_of
from pipelines.cohorts import Frozen, Match, freeze
from pipelines.contracts.catalogue import Catalogue
from pipelines.contracts.outcome import Cohort
from pipelines.measuring import bars, code_rows
from pipelines.warehouse.writer import Warehouse


def freeze_members(warehouse: Warehouse, catalogue: Catalogue, contract: str, cohort: Cohort, as_of: dt.date, found: pl.DataFrame) -> str:
    """Freeze MEMBERS of a cohort with the comparison that is matched to them. Where none can be, nobody is frozen, and why is told."""
    try:
        made, persons = designed(warehouse, catalogue, cohort, found), warehouse.persons()
    except NoDistanceError as error:
        return f"cohort {contract}/{cohort.id}: no comparison can be matched: {error}"
    whole = compared(found, made)
    freeze(warehouse.home, contract, cohort.id, as_of, whole.join(persons, on="person_id", how="left"), Match.of(made, persons) if made else None)
    return ""


def compared(found: pl.DataFrame, made: Design | None) -> pl.DataFrame:
    """MEMBERS with the comparison that was designed, if any."""
    return with_comparison(found, made.matched) if made else found


def beside_nobody(found: pl.DataFrame) -> pl.DataFrame:
    """MEMBERS of a cohort to whom nobody could be matched tonight: the gate names it, and another night tries again."""
    return with_comparison(found, pl.DataFrame(schema=MATCHED))


def designed(warehouse: Warehouse, catalogue: Catalogue, cohort: Cohort, found: pl.DataFrame) -> Design | None:
    """The comparison group that the contract matches to MEMBERS, by what was known in the week before each enrolment; None where it matches nobody.
    Raises ValueError, in words, where there is no distance by which to choose."""
    agreed = cohort.matched
    if agreed is None:
        return None
    week = (monday_of(pl.col("enrolled_day")) - DAYS_A_WEEK).cast(pl.Int32)
    treated = found.filter(pl.col("status") == "eligible").join(warehouse.persons(), on="person_id").select("person_id", "person_key", "enrolled_day", week=week)
    groups = sorted(set(agreed.benefits))
    numbers = pl.DataFrame({"group": groups, "grp": range(len(groups))}, schema={"group": pl.String, "grp": pl.Int32})
    codes = code_rows(catalogue, agreed.codes).join(numbers, on="group").select(pl.col("code").cast(pl.Int16), "grp").unique().sort("code", "grp")
    candidates = _eligible_candidates(warehouse, cohort, treated, warehouse.candidates(treated, cohort.register_name, codes, years=agreed.years))
    if not treated.is_empty() and candidates["is_treated"].all():
        raise NoDistanceError("there is nobody to choose from")
    near = agreed.nearest
    nearest = Nearest(near.by, tuple(near.variables), float(near.within), dict(near.calipers.items()), near.with_replacement) if near else None
    return design(treated, candidates, on=list(agreed.variables), each=agreed.each, nearest=nearest, benefits=groups)


def _eligible_candidates(warehouse: Warehouse, cohort: Cohort, treated: pl.DataFrame, candidates: pl.DataFrame) -> pl.DataFrame:
    """The candidates for a comparison who are eligible by the rules of the treated, on every day of enrolment that they may take over."""
    pool = candidates.filter(~pl.col("is_treated")).select("person_id", "week").join(treated.select("week", "enrolled_day").unique(), on="week")
    found = bars(warehouse, cohort, pool.select("person_id", "enrolled_day", referred_day=pl.lit(None, dtype=pl.Int32)).unique())
    if found is None:
        return candidates
    out = pool.lazy().join(found.filter(pl.col("barred").is_not_null()), on=["person_id", "enrolled_day"]).select("person_id", "week").unique().collect()
    return candidates.join(out.with_columns(is_treated=pl.lit(value=False)), on=["person_id", "week", "is_treated"], how="anti", maintain_order="left")


def record_match(warehouse: Warehouse, subject: str, frozen: Frozen | None) -> None:
    """Put who stands beside whom in a frozen cohort, and how alike that made the groups, in the place of a subject's; nobody where nobody was matched."""
    match = frozen.match if frozen else None
    sets = match.with_numbers(warehouse.persons()) if match else pl.DataFrame(schema={"person_id": pl.Int32, "for_person": pl.Int32})
    warehouse.replace("outcomes.matched_sets", sets.with_columns(subject=pl.lit(subject)), subject)
    for table, rows in (("balance", match.balance if match else pl.DataFrame(schema=BALANCE)), ("overlap", match.overlap if match else pl.DataFrame(schema=OVERLAP))):
        warehouse.replace(f"outcomes.{table}", rows.with_row_index("place").with_columns(pl.col("place").cast(pl.Int32), subject=pl.lit(subject)), subject)
