"""The monthly industries of the sample's DREAM: consistent with the weeks, and not said of every blank one."""

from __future__ import annotations

import datetime as dt
import re

import polars as pl
from synthetic.drawn import Delivered, monday_of, weeks_in

HELP = {130, 133, 140, 143, 720, 723, 724, 727, 730, 733, 734, 737}


def months_in(rows: pl.DataFrame) -> list[str]:
    return [name for name in rows.columns if name.startswith("BRANCHE_")]


def by_month(dream: pl.DataFrame) -> pl.DataFrame:
    """PNR, month, industry, and the set of codes of the weeks whose Thursday lies in the month."""
    of_week = {name: f"BRANCHE_{monday_of(name) + dt.timedelta(days=3):%Y_%m}" for name in weeks_in(dream)}
    weeks = dream.unpivot(weeks_in(dream), index="PNR", variable_name="week", value_name="code").with_columns(month=pl.col("week").replace_strict(of_week))
    codes = weeks.group_by("PNR", "month").agg(pl.col("code").fill_null(0).unique().alias("codes"))
    industries = dream.unpivot(months_in(dream), index="PNR", variable_name="month", value_name="industry")
    return industries.join(codes, on=["PNR", "month"])


def test_months_run_from_the_first_week_to_some_weeks_before_the_last(clean: Delivered) -> None:
    months = months_in(clean["dream"])
    assert (len(months), months[0], months[-1]) == (52, "BRANCHE_2022_01", "BRANCHE_2026_04")
    assert months == sorted(months)
    assert all(re.fullmatch("BRANCHE_20[0-9]{2}_[0-9]{2}", name) and clean["dream"][name].dtype == pl.Int32 for name in months)
    assert weeks_in(clean["dream"])[-1] == "Y_2620", "weeks go on into May"


def test_a_wage_is_consistent_with_the_weeks_and_a_blank_month_may_be_without(clean: Delivered) -> None:
    months = by_month(clean["dream"])
    paid = pl.col("industry").is_not_null()

    def share_of(code: int) -> float:
        alone = months.filter(pl.col("codes") == pl.lit([code], dtype=pl.List(pl.Int16)))
        return alone.filter(paid).height / alone.height

    assert 0.75 < share_of(0) < 0.9, "some support themselves without a wage"
    assert share_of(771) == 1.0
    assert 0.45 < share_of(651) < 0.65
    assert {code: share_of(code) for code in (783, 997, 998, 999, 621, 111)} == dict.fromkeys((783, 997, 998, 999, 621, 111), 0.0)
    only_help = months.filter(pl.col("codes").list.eval(pl.element().is_in(sorted(HELP))).list.all())
    assert 0.02 < only_help.filter(paid).height / only_help.height < 0.15


def test_industries_are_whole_numbers_of_five_or_six_digits_and_change_with_the_job(clean: Delivered) -> None:
    months = by_month(clean["dream"]).drop_nulls("industry")
    assert months["industry"].is_between(10000, 999999).all()
    assert months["industry"].n_unique() > 10
    of_each = months.group_by("PNR").agg(pl.col("industry").n_unique())["industry"]
    assert 0.02 < (of_each > 1).mean() < 0.9


def test_nobody_of_fourteen_has_a_wage(clean: Delivered) -> None:
    births = clean["bef"].unique("PNR").select("PNR", "FOED_DAG")
    months = by_month(clean["dream"]).drop_nulls("industry").join(births, on="PNR")
    last_day = pl.col("month").str.strip_prefix("BRANCHE_").str.to_date("%Y_%m").dt.month_end()
    assert months.filter(last_day + pl.duration(days=6) < pl.col("FOED_DAG").dt.offset_by("15y")).height == 0
