"""Defects of files and deliveries: cut, renamed, empty, too few, too late, twice, or of keys that nobody knows."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from pipelines.synthetic.defects.people import NOBODY
from pipelines.synthetic.defects.planting import KNOWN_ALREADY, QUARANTINE, VINTAGES, Wrong, after, defect, every, first, in_last, last, put, swapped
from pipelines.synthetic.extract import Change, Extract

REFUSED = "the file is quarantined with a reason, nothing of it is loaded, and what rests on the register is held"
CHANGED_TYPES = 19


@defect("bef", "the same file is delivered twice, under two names", "the second one is known already, and nothing changes", KNOWN_ALREADY)
def duplicate_delivery(clean: Sequence[Extract]) -> Wrong:
    return swapped(clean, "bef", lambda item: [item, replace(item, file_name=f"kopi_af_{item.file_name}")])


@defect("forsorg", "a year that is known comes again with fewer rows", "the register warns or fails its check, and the two deliveries are compared", "same_period_same_rows")
def same_period_other_rows(clean: Sequence[Extract]) -> Wrong:
    fewer = every(4)
    return swapped(clean, "forsorg", lambda item: after(item, replace(item.changed(lambda rows: rows.filter(~fewer)), file_name=f"ny_{item.file_name}")))


@defect("vnds", "the newest delivery is of 2023, and two later years should have come", "what rests on the register is held until they come", "register_is_on_time")
def late_register(clean: Sequence[Extract]) -> Wrong:
    return Wrong([item for item in clean if item.register != "vnds" or item.reference_period == "2023"])


@defect("kotre", "the whole register comes again under keys that nobody knows", "nobody is taken for somebody else; what rests on it is held", "known_people_are_known_again")
def rekeyed_delivery(clean: Sequence[Extract]) -> Wrong:
    def rekeyed(rows: pl.DataFrame) -> pl.DataFrame:
        keys = [f"dk-{hashlib.sha256(f'again {key}'.encode()).hexdigest()[:16]}" for key in rows.get_column("PNR")]
        return rows.with_columns(pl.Series("PNR", keys)).sort("PNR", "ELEV3_VFRA")

    return swapped(clean, "kotre", lambda item: after(item, replace(item.whole().changed(rekeyed), file_name=f"ny_{item.file_name}")))


@defect("kotre", "the whole register comes again with half of its rows", "the missing half does not read as no education; what rests on it is held", "rows_did_not_collapse")
def rows_collapse(clean: Sequence[Extract]) -> Wrong:
    return swapped(clean, "kotre", lambda item: after(item, replace(item.whole().changed(lambda rows: rows.filter(every(2))), file_name=f"ny_{item.file_name}")))


@defect(
    "buaf",
    f"the placements come again with {CHANGED_TYPES} other types and later ends",
    "what was decided stands; what is decided from now on is decided on the corrected days; what changed between the two is a table and a line of the summary",
    VINTAGES,
    moves=True,
)
def restated_placements(clean: Sequence[Extract]) -> Wrong:
    other = pl.when(pl.col("ANSTED_KLAS") == "opholdssted").then(pl.lit("doegninstitution")).otherwise(pl.lit("opholdssted"))
    changed_type = pl.when(first(CHANGED_TYPES)).then(other).otherwise("ANSTED_KLAS").alias("ANSTED_KLAS")
    is_moved = every(10) & (pl.col("SLUTDATO") < dt.date(2025, 6, 1))
    later = pl.when(is_moved).then(pl.col("SLUTDATO").dt.offset_by("3d")).otherwise("SLUTDATO").alias("SLUTDATO")
    longer = pl.when(is_moved).then(pl.col("VARIGHED") + 3).otherwise("VARIGHED").alias("VARIGHED")
    return swapped(
        clean, "buaf", lambda item: after(item, replace(item.changed(lambda rows: rows.with_columns(changed_type, later, longer)), file_name=f"rettet_{item.file_name}"))
    )


@defect(
    "buaf",
    "the placements come again and the days of every second one are counted by another rule",
    "the register warns; days at home are counted from the dates, and nothing changes",
    "restatement_is_small",
)
def rows_rewritten(clean: Sequence[Extract]) -> Wrong:
    return _again(clean, put("VARIGHED", pl.col("VARIGHED") + 1, every(2)))


@defect(
    "buaf",
    "the placements come again with one type recoded as another that counts alike",
    "the register warns, and somebody asks what was recoded; nothing changes",
    "codes_do_not_drift",
)
def types_recoded(clean: Sequence[Extract]) -> Wrong:
    return _again(clean, put("ANSTED_KLAS", pl.lit("netvaerkspleje"), pl.col("ANSTED_KLAS") == "familiepleje"))


@defect(
    "buaf",
    "the placements come again and the municipality is empty for one in ten",
    "a column that was not filled does not read as nothing; what rests on the register is held",
    "empty_cells_do_not_spread",
)
def cells_emptied(clean: Sequence[Extract]) -> Wrong:
    return _again(clean, put("NYKOM", pl.lit(None, dtype=pl.String), every(10)))


def _again(clean: Sequence[Extract], change: Change) -> Wrong:
    """BUAF as it was known, and once more with a change."""
    return swapped(clean, "buaf", lambda item: after(item, replace(item.changed(change), file_name=f"ny_{item.file_name}")))


@defect("bef", "two deliveries that differ come on one night", "nobody chooses between them; what rests on the register is held", "one_delivery_a_night")
def two_deliveries_one_night(clean: Sequence[Extract]) -> Wrong:
    return swapped(clean, "bef", lambda item: [item, replace(item.whole().changed(lambda rows: rows.tail(-1)), file_name=f"ny_{item.file_name}")])


@defect("kraf", "the year 2024 is left out", "what comes after the gap does not count as covered", "periods_are_unbroken")
def missing_period(clean: Sequence[Extract]) -> Wrong:
    last(clean, "kraf")
    return Wrong([item for item in clean if item.register != "kraf" or item.reference_period != "2024"])


@defect("buaf", "a newer file is refused, and an older one is there", "an older delivery does not pay in place of a refused one", "newest_delivery_accepted")
def newest_refused(clean: Sequence[Extract]) -> Wrong:
    return swapped(clean, "buaf", lambda item: after(item, replace(item.changed(lambda rows: rows.drop("STARTDATO")), file_name=f"ny_{item.file_name}")))


@defect("skolefravaer", "the file in windows-1252 was cut on its way", REFUSED, QUARANTINE)
def windows_1252_cut(clean: Sequence[Extract]) -> Wrong:
    return swapped(clean, "skolefravaer", lambda item: [replace(item, damage=lambda data: data[: len(data) * 3 // 5])])


@defect("udda", "the file is cut in its middle", REFUSED, QUARANTINE)
def parquet_cut(clean: Sequence[Extract]) -> Wrong:
    return swapped(clean, "udda", lambda item: [replace(item, damage=lambda data: data[: len(data) // 2])])


@defect("dod", "the file has its columns and no rows", "an empty file does not read as if nobody had died", QUARANTINE)
def empty_delivery(clean: Sequence[Extract]) -> Wrong:
    return in_last(clean, "dod", lambda rows: rows.clear())


@defect("bef", "the column KOM has another name", REFUSED, QUARANTINE)
def columns_renamed(clean: Sequence[Extract]) -> Wrong:
    return in_last(clean, "bef", lambda rows: rows.rename({"KOM": "KOMMUNE"}))


@defect("kraf", "the column AFG_AFGTYP3 is missing", REFUSED, QUARANTINE)
def column_missing(clean: Sequence[Extract]) -> Wrong:
    return in_last(clean, "kraf", lambda rows: rows.drop("AFG_AFGTYP3"))


@defect("bef", "the manifest declares one row more than the file has", REFUSED, QUARANTINE)
def manifest_rows_differ(clean: Sequence[Extract]) -> Wrong:
    return swapped(clean, "bef", lambda item: [replace(item, declared_rows=item.table().height + 1)])


@defect("referrals", "the file's name has what looks like a CPR number", "the file is quarantined, and the number is in no message", QUARANTINE)
def cpr_in_file_name(clean: Sequence[Extract]) -> Wrong:
    return swapped(clean, "referrals", lambda item: [replace(item, file_name=f"henvisning_{NOBODY}.csv")])


@defect("case_placements", "a column is named after what looks like a CPR number", "the file is quarantined, and the number is in no message", QUARANTINE)
def cpr_as_column_name(clean: Sequence[Extract]) -> Wrong:
    return in_last(clean, "case_placements", lambda rows: rows.with_columns(pl.lit("x").alias(NOBODY)))


@defect("udda", "the newest year is delivered without a word of which year it is", REFUSED, QUARANTINE)
def period_not_declared(clean: Sequence[Extract]) -> Wrong:
    return swapped(clean, "udda", lambda item: [replace(item, reference_period="")])


ALL = (
    duplicate_delivery,
    same_period_other_rows,
    late_register,
    rekeyed_delivery,
    rows_collapse,
    restated_placements,
    rows_rewritten,
    types_recoded,
    cells_emptied,
    two_deliveries_one_night,
    missing_period,
    newest_refused,
    windows_1252_cut,
    parquet_cut,
    empty_delivery,
    columns_renamed,
    column_missing,
    manifest_rows_differ,
    cpr_in_file_name,
    cpr_as_column_name,
    period_not_declared,
)
