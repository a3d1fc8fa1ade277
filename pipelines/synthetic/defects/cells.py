"""Defects of values, codes and keys: the file is what was agreed, and what stands in it is wrong."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import polars as pl

from pipelines.synthetic.defects.planting import Wrong, changed, defect, every, first, in_last, last, put, table
from pipelines.synthetic.extract import Extract

HELD = "the register fails its check, and what rests on it is held"
BLANK_KEYS = 37
KONTANTHJAELP, UDDANNELSESHJAELP = 730, 720


@defect("kraf", "AFG_GER9 is cut to four digits", HELD, "offence_has_nine_digits")
def truncated_code(clean: Sequence[Extract]) -> Wrong:
    return in_last(clean, "kraf", lambda rows: rows.with_columns(pl.col("AFG_GER9").str.slice(0, 4)))


@defect("udda", "HFAUDD went through a number and lost its leading noughts", HELD, "education_has_four_digits")
def leading_zero_lost(clean: Sequence[Extract]) -> Wrong:
    return in_last(clean, "udda", lambda rows: rows.with_columns(pl.col("HFAUDD").str.strip_chars_start("0")))


@defect("kraf", "people who come again have the key 0, as in the real delivery of 2014", HELD, "person_keys_are_no_placeholders")
def reused_key(clean: Sequence[Extract]) -> Wrong:
    return in_last(clean, "kraf", put("PNR", pl.lit("0"), every(20)))


@defect("bef", "one person's key stands in another one's rows, so that it has two days of birth", HELD, "one_key_is_one_person")
def colliding_key(clean: Sequence[Extract]) -> Wrong:
    rows = next(last(clean, "bef").pieces())
    born, keys = rows.get_column("FOED_DAG"), rows.get_column("PNR")
    one = str(keys[0])
    other = str(keys.filter(born != born[0])[0])
    last_quarter = table(clean, "bef").get_column("REFERENCETID").max()
    gone = (pl.col("PNR") == one) & (pl.col("REFERENCETID") == last_quarter)
    made = in_last(clean, "bef", lambda all_rows: put("PNR", pl.lit(one), (pl.col("PNR") == other) & (pl.col("REFERENCETID") == last_quarter))(all_rows.filter(~gone)))
    return Wrong(made.extracts, one, f"the rows are those of {other}")


@defect("claims", "some keys are written in capitals, as another system writes them", HELD, "keys_are_of_one_form")
def keys_of_two_forms(clean: Sequence[Extract]) -> Wrong:
    return in_last(clean, "claims", put("pnr", pl.col("pnr").str.to_uppercase(), first()))


@defect("forsorg", f"{BLANK_KEYS} keys are blank, or half of them where there are fewer", HELD, "pnr_is_given")
def blank_keys(clean: Sequence[Extract]) -> Wrong:
    count = min(BLANK_KEYS, table(clean, "forsorg").height // 2)
    return in_last(clean, "forsorg", put("PNR", pl.lit(None, dtype=pl.String), first(count)))


@defect("buaf", "one placement has a type that no code list has", HELD, "ansted_klas_is_a_known_code")
def unknown_code(clean: Sequence[Extract]) -> Wrong:
    return in_last(clean, "buaf", put("ANSTED_KLAS", pl.lit("hotel"), first()))


@defect("dream", "uddannelseshjaelp, which ended on 1 July 2025, is paid in a week of August 2025", HELD, "y_yyww_is_a_known_code")
def ended_code_used_after_2025_07_01(clean: Sequence[Extract]) -> Wrong:
    return in_last(clean, "dream", put("Y_2533", pl.lit(UDDANNELSESHJAELP, dtype=pl.Int16), pl.col("Y_2533") == KONTANTHJAELP))


@defect("kotre", "the two days of one enrolment have changed places", HELD, "enrolment_runs_forward")
def dates_swapped(clean: Sequence[Extract]) -> Wrong:
    def swap(rows: pl.DataFrame) -> pl.DataFrame:
        is_first = (pl.col("ELEV3_VTIL") > pl.col("ELEV3_VFRA")) & ((pl.col("ELEV3_VTIL") > pl.col("ELEV3_VFRA")).cum_sum() == 1)
        start, end = (pl.when(is_first).then(other).otherwise(own) for own, other in (("ELEV3_VFRA", "ELEV3_VTIL"), ("ELEV3_VTIL", "ELEV3_VFRA")))
        return rows.with_columns(ELEV3_VFRA=start, ELEV3_VTIL=end)

    return in_last(clean, "kotre", swap)


@defect("forsorg", "the day somebody moved in is in a month that does not exist, such as 2018-13", "the rows are rejects and count for nothing; " + HELD, "rejects_are_few")
def impossible_dates(clean: Sequence[Extract]) -> Wrong:
    days = pl.when(first(2)).then(pl.lit("01-13-2025")).otherwise(pl.col("INDFLYT").dt.strftime("%d-%m-%Y"))
    return in_last(clean, "forsorg", lambda rows: rows.with_columns(INDFLYT=days))


@defect("skolefravaer", "some days of illness are written with a point, the others with a comma", "the rows are rejects and count for nothing; " + HELD, "rejects_are_few")
def decimal_point_and_comma_mixed(clean: Sequence[Extract]) -> Wrong:
    comma = pl.col("DAGESYG").cast(pl.String).str.replace(".", ",", literal=True)
    mixed = pl.when(every(50)).then(pl.lit("1.5")).otherwise(comma)
    return in_last(clean, "skolefravaer", lambda rows: rows.with_columns(DAGESYG=mixed))


@defect("bfl", "paid hours are typed as text, some with the word for hours behind", "the rows are rejects and count for nothing; " + HELD, "rejects_are_few")
def amounts_typed_as_text(clean: Sequence[Extract]) -> Wrong:
    typed = pl.col("AJO_LOENTIMER").cast(pl.String)
    return in_last(clean, "bfl", lambda rows: rows.with_columns(AJO_LOENTIMER=pl.when(every(30)).then(typed + " timer").otherwise(typed)))


@defect("kotre", "five rows stand twice", HELD, "no_row_stands_twice")
def duplicate_rows(clean: Sequence[Extract]) -> Wrong:
    return in_last(clean, "kotre", lambda rows: pl.concat([rows, rows.head(5)]).sort("PNR", "ELEV3_VFRA"))


@defect("dod", "somebody dies on 1 January 2027, after the extract was made", "the register does not cover days that nobody can know; " + HELD, "coverage_is_not_ahead")
def future_dates(clean: Sequence[Extract]) -> Wrong:
    return in_last(clean, "dod", put("DODDATO", pl.lit(dt.date(2027, 1, 1)), pl.int_range(pl.len()) == pl.len() - 1))


@defect("skolefravaer", "all days of absence are more than those for illness, with leave and without together, in some rows", HELD, "absence_adds_up")
def total_exceeds_parts(clean: Sequence[Extract]) -> Wrong:
    return in_last(clean, "skolefravaer", put("DAGEIALTFRA", pl.col("DAGEIALTFRA") + 1, every(100)))


@defect("forsorg", "more stays end than began: one is counted in a year after it ended", HELD, "stay_is_of_its_year")
def ended_exceeds_begun(clean: Sequence[Extract]) -> Wrong:
    ended = pl.col("INDFLYT").dt.offset_by("-2y")
    both = [pl.when(first()).then(ended).otherwise(name).alias(name) for name in ("INDFLYT", "UDFLYT")]
    return in_last(clean, "forsorg", lambda rows: rows.with_columns(both))


@defect("claims", "a claim has no document", HELD, "document_sha256_is_given")
def claims_without_document(clean: Sequence[Extract]) -> Wrong:
    return in_last(clean, "claims", put("document_sha256", pl.lit(None, dtype=pl.String), first()))


@defect("claims", "one document stands behind the claims of two people", "the register warns; the document is looked at", "document_proves_one_person")
def one_document_for_two_people(clean: Sequence[Extract]) -> Wrong:
    return Wrong(changed(clean, claims=put("document_sha256", pl.col("document_sha256").first(), first(2))))


@defect("claims", "an outcome is claimed before it was reached", HELD, "claimed_after_it_was_reached")
def claimed_too_early(clean: Sequence[Extract]) -> Wrong:
    return in_last(clean, "claims", put("claimed_on", pl.col("reached_on").dt.offset_by("-40d"), first()))


@defect("udda", "two people are under one key: it has two highest educations from the same day", HELD, "one_education_from_a_day")
def two_educations_under_one_key(clean: Sequence[Extract]) -> Wrong:
    def add(rows: pl.DataFrame) -> pl.DataFrame:
        known = rows.filter(pl.col("HF_VFRA").is_not_null()).head(1)
        return pl.concat([rows, known.with_columns(HFAUDD=pl.lit("6240"))]).sort("PNR")

    return in_last(clean, "udda", add)


@defect("vnds", "the emigrations of a year stand in the year after", HELD, "emigrated_within_the_year")
def rows_of_another_year(clean: Sequence[Extract]) -> Wrong:
    return in_last(clean, "vnds", put("HAEND_DATO", pl.col("HAEND_DATO").dt.offset_by("-1y"), first()))


ALL = (
    truncated_code,
    leading_zero_lost,
    reused_key,
    colliding_key,
    keys_of_two_forms,
    blank_keys,
    unknown_code,
    ended_code_used_after_2025_07_01,
    dates_swapped,
    impossible_dates,
    decimal_point_and_comma_mixed,
    amounts_typed_as_text,
    duplicate_rows,
    future_dates,
    total_exceeds_parts,
    ended_exceeds_begun,
    claims_without_document,
    one_document_for_two_people,
    claimed_too_early,
    two_educations_under_one_key,
    rows_of_another_year,
)
