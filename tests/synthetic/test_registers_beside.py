"""The registers beside each other tell of the same people: nobody learns, works or is decided about before their time or after their end."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
from synthetic.drawn import Delivered

from pipelines.synthetic.workbook import write_workbook

END = dt.date(9999, 1, 1)


@pytest.fixture(scope="module")
def people(clean: Delivered) -> pl.DataFrame:
    """One row a person: day of birth, and the day of death or of leaving the country, END for most."""
    sample = clean.sample.population
    born = pl.Series(sample.born).cast(pl.Date)
    gone = pl.Series([int(day) for day in clean.sample.linked.last_day])
    made = pl.DataFrame({"PNR": sample.pnr.gather(range(len(born))), "born": born, "gone": gone.set(gone >= 1 << 20, None).cast(pl.Date).fill_null(END)})
    return made.with_columns(fifteen=pl.col("born").dt.offset_by("15y"))


def joined(rows: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """The rows with their people; everybody is known."""
    made = rows.rename({name: name.upper() for name in rows.columns}).join(people, on="PNR", how="left")
    assert made["born"].null_count() == 0
    return made


def test_nobody_learns_before_fifteen_or_after_the_end(clean: Delivered, people: pl.DataFrame) -> None:
    spells = joined(clean["kotre"], people)
    assert (spells["ELEV3_VFRA"] > spells["fifteen"]).all()
    assert (spells["ELEV3_VFRA"] < spells["gone"]).all()
    assert (spells["ELEV3_VTIL"].drop_nulls() >= spells.filter(pl.col("ELEV3_VTIL").is_not_null())["ELEV3_VFRA"]).all()
    assert ((spells["AFG_ART"] == "4") == spells["ELEV3_VTIL"].is_null()).all()
    completed = joined(clean["udda"], people)
    assert (completed["HF_VFRA"].drop_nulls() > completed.filter(pl.col("HF_VFRA").is_not_null())["fifteen"]).all()


def test_the_highest_education_is_one_that_somebody_was_enrolled_in(clean: Delivered) -> None:
    """All but school, which is not in KOTRE, and the educations of those who came from abroad, which have no day."""
    known = clean["udda"].filter((pl.col("HFAUDD") != "0010") & pl.col("HF_VFRA").is_not_null())
    assert known.height > 5_000
    assert known.join(clean["kotre"], left_on=["PNR", "HFAUDD", "HF_VFRA"], right_on=["PNR", "UDD", "ELEV3_VTIL"], how="anti").height == 0


def test_nobody_has_a_lower_education_a_year_later(clean: Delivered) -> None:
    both = clean["udda"].group_by("PNR", maintain_order=True).agg(pl.col("HF_VFRA").first().alias("before"), pl.col("HF_VFRA").last().alias("after"), pl.len())
    both = both.filter(pl.col("len") == 2).drop_nulls()
    assert (both["after"] >= both["before"]).all()
    assert (both["after"] > both["before"]).sum() > 20


def test_a_job_stands_in_exactly_the_months_with_an_industry(clean: Delivered) -> None:
    for month in range(4, 10):
        jobs = set(clean["bfl"].filter(pl.col("AJO_JOB_SLUT_DATO").dt.month() == month)["PNR"])
        assert jobs == set(clean["dream"].filter(pl.col(f"BRANCHE_2025_{month:02}").is_not_null())["PNR"])
    assert (clean["bfl"]["AJO_JOB_START_DATO"] <= clean["bfl"]["AJO_JOB_SLUT_DATO"]).all()
    assert clean["bfl"]["AJO_LOENTIMER"].is_between(0, 161).all()


def test_no_decision_or_stay_is_about_a_child_or_after_the_end(clean: Delivered, people: pl.DataFrame) -> None:
    decided, stays = joined(clean["kraf"], people), joined(clean["forsorg"], people)
    assert (decided["AFG_AFGOEDTO"] >= decided["fifteen"]).all()
    assert (decided["AFG_AFGOEDTO"] < decided["gone"]).all()
    men = decided.join(clean["bef"].unique("PNR"), on="PNR").select((pl.col("KOEN") == 1).mean()).item()
    assert men > 0.65
    assert (stays["INDFLYT"] >= stays["fifteen"].dt.offset_by("3y")).all()
    assert (stays["INDFLYT"] < stays["gone"]).all()
    on_help = clean["dream"].filter(pl.any_horizontal(pl.col("^Y_.*$").is_in([720, 723, 724, 727, 730, 733, 734, 737, 130, 133, 140, 143])))["PNR"]
    assert stays["PNR"].is_in(on_help.implode()).mean() > 0.6


def test_a_charge_comes_before_the_decision_of_its_case_and_some_have_none(clean: Delivered, people: pl.DataFrame) -> None:
    charges = joined(clean["krsi"], people)
    assert (charges["SIG_GER1DTO"] <= charges["SIG_SIGTDTO"]).all()
    known = charges.filter(pl.col("SIG_GER1DTO") > dt.date(1600, 1, 1))
    assert 0.9 < known.height / charges.height < 1
    assert (known["SIG_GER1DTO"] >= known["fifteen"].dt.offset_by("-1d")).all()
    assert charges.select(pl.struct("PNR", "JOURNR", "SIG_GER9").is_unique().all()).item()
    both = known.join(clean["kraf"], on=["PNR", "JOURNR"])
    assert (both["SIG_SIGTDTO"] <= both["AFG_AFGOEDTO"]).all()
    assert (both["SIG_GER9"] == both["AFG_GER9"]).all()
    assert 0.6 < both.height / known.height < 0.95
    assert clean["kraf"].filter(pl.col("AFG_AFGOEDTO") >= dt.date(2024, 1, 1)).join(charges, on=["PNR", "JOURNR"], how="anti").height == 0


def test_a_stay_across_two_years_is_open_in_the_first(clean: Delivered) -> None:
    rows = clean["forsorg"].sort("TAEL_AAR")
    again = rows.filter(pl.len().over("PNR", "INDFLYT", "PRODNR") > 1)
    assert again.height > 2
    first = again.group_by("PNR", "INDFLYT", "PRODNR", maintain_order=True).first()
    assert first["UDFLYT"].null_count() == first.height


def test_absence_is_of_pupils_and_adds_up(clean: Delivered, people: pl.DataFrame) -> None:
    rows = joined(clean["skolefravaer"], people)
    year = rows["SKOLEAAR"].str.slice(0, 4).cast(pl.Int32)
    assert (year - rows["born"].dt.year()).is_between(6, 15).all()
    assert (rows["DAGEIALTFRA"] == rows["DAGESYG"] + rows["DAGELOVFRA"] + rows["DAGEULOVFRA"]).all()
    assert (rows["DAGEIALTFRA"] <= rows["DAGEAKTIV"]).all()
    winter, summer = (rows.filter(pl.col("MAANED") % 100 == month)["DAGESYG"].mean() for month in (2, 8))
    assert float(str(winter)) > 1.5 * float(str(summer))


def test_emigrants_of_a_year_are_gone_from_the_population_after_it(clean: Delivered) -> None:
    last = clean["bef"].filter(pl.col("REFERENCETID") == dt.date(2026, 3, 31))["PNR"]
    left = clean["vnds"].filter(pl.col("HAEND_DATO") >= dt.date(2024, 1, 1))["PNR"]
    assert len(left) > 10
    assert not left.is_in(last.implode()).any()


def test_a_claim_follows_a_stay_by_half_a_year_and_a_correction_has_its_number(clean: Delivered) -> None:
    whole, corrected = (item.table() for item in clean.extracts if item.register == "claims")
    moved = clean["forsorg"].select(pl.col("PNR").alias("pnr"), reached_on=pl.col("UDFLYT").dt.offset_by("183d"))
    moved_out = whole.join(moved, on=["pnr", "reached_on"], how="anti")["reached_on"].dt.offset_by("-183d")
    assert len(moved_out) < 0.2 * whole.height
    assert (~moved_out.is_between(dt.date(2023, 1, 1), dt.date(2025, 12, 31))).all(), "stays that ended in no year that is delivered"
    assert whole["claim_id"].is_unique().all()
    assert corrected.join(whole, on=["claim_id", "pnr"], how="anti").height == 0
    assert (corrected["claimed_on"] >= corrected["reached_on"]).all()


def test_about_a_quarter_of_the_claims_is_checked_after_they_were_made_and_few_of_them_do_not_hold(clean: Delivered) -> None:
    (whole, _), checked = (item.table() for item in clean.extracts if item.register == "claims"), clean["claim_checks"]
    both = checked.join(whole, on=["claim_id", "pnr"])
    assert both.height == checked.height
    assert (both["checked_on"] >= both["claimed_on"]).all()
    assert (both["checked_on"] <= both["udtraeksdato"]).all()
    assert 0.1 < checked.height / whole.height < 0.4
    assert set(checked["result"]) <= {"holds", "does_not_hold"}
    assert (checked["result"] == "holds").mean() > 0.7  # type: ignore[operator]


def test_the_formats_are_those_that_danish_offices_send(clean: Delivered, tmp_path: Path) -> None:
    files = {item.file_name: item for item in clean.extracts}
    for name in ("skolefravaer_2024_2025.csv.gz", "forsorg_2025.csv", "krav_2026_06_15.xlsx", "krav_rettelser_2026_06_22.csv"):
        files[name].write(tmp_path / name)
    assert (tmp_path / "forsorg_2025.csv").read_bytes().startswith(b"\xef\xbb\xbfPNR;INDFLYT;")
    assert (
        "Ålykke".encode("cp1252") in (tmp_path / "krav_rettelser_2026_06_22.csv").read_bytes() or "ø".encode("cp1252") in (tmp_path / "krav_rettelser_2026_06_22.csv").read_bytes()
    )
    absence = pl.read_csv(tmp_path / "skolefravaer_2024_2025.csv.gz", separator=";", decimal_comma=True)
    assert absence["DAGESYG"].sum() == clean["skolefravaer"].filter(pl.col("SKOLEAAR") == "2024/2025")["DAGESYG"].sum()


def test_a_workbook_has_the_same_bytes_every_time(tmp_path: Path) -> None:
    rows = pl.DataFrame({"navn": ["Nøglen", None], "dag": [dt.date(2026, 1, 2), None]})
    for name in ("one.xlsx", "other.xlsx"):
        write_workbook(rows, tmp_path / name)
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "other.xlsx").read_bytes()
