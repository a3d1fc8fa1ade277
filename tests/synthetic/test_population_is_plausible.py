"""The people of the extract look like a municipality's: sizes, ages, sexes, families, moves and deaths lie in stated bands."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from synthetic.drawn import Delivered, monday_of, weeks_in

from pipelines.deliveries.guard import cells_with_cpr

YEAR_END = dt.date(2024, 12, 31)


def residents(clean: Delivered, day: dt.date = YEAR_END) -> pl.DataFrame:
    """BEF of one day with age in years."""
    return clean["bef"].filter(pl.col("REFERENCETID") == day).with_columns(age=pl.lit(day).dt.year() - pl.col("FOED_DAG").dt.year())


def share(rows: pl.DataFrame, condition: pl.Expr) -> float:
    return rows.filter(condition).height / rows.height


def test_the_extract_has_ten_thousand_people_each_under_one_pseudonym(clean: Delivered) -> None:
    keys = clean.sample.population.pnr
    everyone = keys.gather(range(len(keys)))
    assert everyone.len() == everyone.n_unique() == 10_000
    seen = clean["bef"].get_column("PNR").n_unique()
    assert 9_980 <= seen <= 10_000, "a few come and go between two quarters"
    assert set(clean["dod"]["PNR"]) | set(clean["dream"]["PNR"]) | set(clean["referrals"]["pnr"]) | set(clean["buaf"]["PNR"]) <= set(everyone)


def test_columns_are_those_of_the_registers(clean: Delivered) -> None:
    assert clean["bef"].columns == ["PNR", "REFERENCETID", "KOM", "KOEN", "FOED_DAG", "CIVST", "FAMILIE_ID"]
    assert clean["dod"].columns == ["PNR", "DODDATO"]
    assert clean["buaf"].columns == ["PNR", "STARTDATO", "SLUTDATO", "VARIGHED", "ANSTED_KLAS", "NYKOM"]
    assert clean["case_placements"].columns == ["pnr", "anbragt_fra", "anbragt_til", "anbringelsestype", "udtraeksdato"]
    assert clean["who5"].columns == ["pnr", "besvaret_dato", "instrument_version", "interviewer", *(f"who5_{item}" for item in range(1, 6)), "udtraeksdato"]
    assert clean["referrals"].columns == ["pnr", "indsats", "gruppe", "henvist_dato", "indskrevet_dato", "afslag_af", "udtraeksdato"]
    weeks = weeks_in(clean["dream"])
    assert (len(weeks), weeks[0], weeks[-1]) == (228, "Y_2201", "Y_2620")
    assert [monday_of(name) for name in weeks] == [dt.date(2022, 1, 3) + dt.timedelta(weeks=number) for number in range(228)]


def test_sexes_ages_and_municipalities_lie_in_their_bands(clean: Delivered) -> None:
    rows = residents(clean)
    assert 0.46 < share(rows, pl.col("KOEN") == 2) < 0.54
    assert 0.46 < share(rows.filter(pl.col("age") >= 18), pl.col("KOEN") == 2) < 0.54
    assert 0.12 < share(rows, pl.col("age") < 18) < 0.17
    assert 0.30 < share(rows, pl.col("age").is_between(18, 30)) < 0.42, "the pool of young people is a third of the extract"
    assert 0.10 < share(rows, pl.col("age") >= 65) < 0.18
    assert rows["age"].max() < 102
    assert 0.90 < share(rows, pl.col("KOM") == "851") < 0.97
    assert rows["KOM"].str.contains("^[0-9]{3}$").all()
    assert set(rows["CIVST"]) == {"U", "G", "F", "E"}


def test_some_families_move_and_move_together(clean: Delivered) -> None:
    homes = clean["bef"].group_by("FAMILIE_ID", "REFERENCETID").agg(pl.col("KOM").n_unique())
    assert homes["KOM"].max() == 1
    moved = clean["bef"].group_by("PNR").agg(pl.col("KOM").n_unique())
    assert 0.03 < share(moved, pl.col("KOM") == 2) < 0.08


def test_children_live_with_somebody_grown_up(clean: Delivered) -> None:
    rows = residents(clean)
    with_adults = rows.filter(pl.col("age") >= 18).get_column("FAMILIE_ID").unique().implode()
    assert share(rows.filter(pl.col("age") < 17), pl.col("FAMILIE_ID").is_in(with_adults)) > 0.97
    largest = rows.group_by("FAMILIE_ID").len()["len"].max()
    assert largest < 15


def test_deaths_are_a_plausible_number_and_known_to_the_last_day_of_2025(clean: Delivered) -> None:
    days = clean["dod"]["DODDATO"]
    assert 60 < days.len() < 240
    assert (days.min() >= dt.date(2024, 1, 1), days.max()) == (True, dt.date(2025, 12, 31))
    assert clean["dod"]["PNR"].is_unique().all()


def test_the_dead_are_in_no_later_population_and_their_weeks_say_so(clean: Delivered) -> None:
    died = clean["bef"].join(clean["dod"], on="PNR")
    assert died.height > 0
    assert died.filter(pl.col("REFERENCETID") >= pl.col("DODDATO")).height == 0
    weeks = clean["dream"].join(clean["dod"], on="PNR").unpivot(weeks_in(clean["dream"]), index=["PNR", "DODDATO"], variable_name="week", value_name="code")
    after = pl.col("week").map_elements(monday_of, return_dtype=pl.Date) > pl.col("DODDATO")
    assert weeks.filter(after & (pl.col("code").fill_null(0) != 999)).height == 0
    assert weeks.filter(~after & (pl.col("code") == 999)).height == 0


def test_some_of_the_background_come_and_go_and_weeks_elsewhere_say_so(clean: Delivered) -> None:
    quarters = clean["bef"].group_by("PNR").agg(pl.len(), first=pl.col("REFERENCETID").min(), last=pl.col("REFERENCETID").max(), born=pl.col("FOED_DAG").first())
    came = quarters.filter((pl.col("first") > dt.date(2024, 3, 31)) & (pl.col("born") < dt.date(2006, 1, 1)))
    gone = quarters.filter(pl.col("last") < dt.date(2026, 3, 31)).join(clean["dod"], on="PNR", how="anti")
    assert came.height > 20
    assert gone.height > 10
    assert clean["dream"].join(came, on="PNR", how="semi").filter(pl.col("Y_2410") != 997).height == 0


def test_the_referred_stay_alive_and_resident_in_the_municipality(clean: Delivered) -> None:
    theirs = clean["bef"].join(clean["referrals"], left_on="PNR", right_on="pnr", how="semi").filter(pl.col("FOED_DAG") < dt.date(2023, 12, 31))
    counted = theirs.group_by("PNR").len()
    assert counted["len"].unique().to_list() == [10]
    assert theirs["KOM"].unique().to_list() == ["851"]
    assert clean["dod"].join(clean["referrals"], left_on="PNR", right_on="pnr", how="semi").height == 0


@pytest.mark.parametrize("register", ["bef", "dod", "dream", "buaf", "case_placements", "who5", "referrals"])
def test_no_cell_of_any_register_looks_like_a_cpr_number(clean: Delivered, register: str) -> None:
    for column in clean[register].get_columns():
        assert cells_with_cpr(column, is_person_key=column.name.lower() == "pnr") == 0
    assert clean[register][:, 0].str.contains("^dk-[0-9a-f]{16}$").all()


def test_rows_lie_in_a_fixed_order(clean: Delivered) -> None:
    assert clean["dream"]["PNR"].is_sorted()
    orders = {
        "bef": ("REFERENCETID", "PNR"),
        "dod": ("DODDATO", "PNR"),
        "buaf": ("PNR", "STARTDATO"),
        "case_placements": ("pnr", "anbragt_fra"),
        "who5": ("besvaret_dato", "pnr"),
        "referrals": ("henvist_dato", "pnr"),
    }
    for register, order in orders.items():
        assert clean[register].equals(clean[register].sort(order, maintain_order=True)), register
        assert clean[register].select(order).is_unique().all(), register
