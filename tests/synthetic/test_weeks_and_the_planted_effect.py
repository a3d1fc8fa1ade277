"""Weekly histories follow the law and the calendar, and the effect in the truth is the one that the delivered weeks show."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from decimal import Decimal
from statistics import mean, stdev

import polars as pl
from synthetic.drawn import Delivered, history, monday_of, weeks_in, weeks_in_window

from pipelines.synthetic.danish import draw

CLOSED = dt.date(2025, 2, 1)
LAW_CHANGE = dt.date(2025, 6, 30)
UDDANNELSESHJAELP = [720, 723, 724, 727, 140, 143]
KONTANTHJAELP = [730, 733, 734, 737, 130, 133]
KINDS = {**dict.fromkeys(UDDANNELSESHJAELP, "uddannelseshjaelp"), **dict.fromkeys(KONTANTHJAELP, "kontanthjaelp")}
BECAME = {720: 730, 723: 733, 724: 734, 727: 737, 140: 130, 143: 133}


def counted(drawn: Delivered) -> dict[str, tuple[int, dt.date]]:
    """Weeks self-supporting and the day after the window, by enrolled person, from DREAM as delivered."""
    rows = drawn["dream"].join(drawn.enrolled("unge", CLOSED).select("pnr", "indskrevet_dato"), left_on="PNR", right_on="pnr")
    return {row["PNR"]: weeks_in_window(history(row), row["indskrevet_dato"]) for row in rows.iter_rows(named=True)}


def codes_in(drawn: Delivered, weeks: list[str]) -> Counter[int]:
    return Counter(drawn["dream"].select(weeks).unpivot().get_column("value").drop_nulls().to_list())


def test_the_cohort_has_324_young_people_of_both_sexes(clean: Delivered) -> None:
    cohort = clean.enrolled("unge", CLOSED)
    assert cohort.height == cohort["pnr"].n_unique() == 324
    assert cohort["indskrevet_dato"].min() >= dt.date(2024, 2, 1)
    assert cohort["indsats"].unique().to_list() == ["ungebro"]
    people = clean["bef"].unique("PNR").join(cohort, left_on="PNR", right_on="pnr")
    eighteen = people["FOED_DAG"].dt.offset_by("18y") <= people["indskrevet_dato"]
    thirty = people["FOED_DAG"].dt.offset_by("30y") > people["indskrevet_dato"]
    assert (eighteen & thirty).all()
    assert 0.38 < (people["KOEN"] == 2).mean() < 0.55


def test_refusals_and_later_referrals_are_listed_without_doubles(clean: Delivered) -> None:
    rows = clean["referrals"].filter(pl.col("indsats") == "ungebro")
    assert rows["pnr"].is_unique().all()
    assert rows.filter(pl.col("indskrevet_dato").is_null()).height == 40
    assert rows.filter(pl.col("indskrevet_dato") >= CLOSED).height == 60
    assert (rows["indskrevet_dato"].is_null() == rows["afslag_af"].is_not_null()).all()
    assert set(rows["afslag_af"].drop_nulls()) == {"kommune", "udfoerer", "borger"}
    assert rows["indskrevet_dato"].max() > dt.date(2026, 4, 1)
    assert (rows["indskrevet_dato"].drop_nulls() < dt.date(2026, 6, 15)).all()


def test_from_the_law_change_on_nobody_has_uddannelseshjaelp_and_paths_go_on(clean: Delivered) -> None:
    before = [name for name in weeks_in(clean["dream"]) if monday_of(name) < LAW_CHANGE]
    after = [name for name in weeks_in(clean["dream"]) if monday_of(name) >= LAW_CHANGE]
    assert after[0] == "Y_2527"
    assert not set(codes_in(clean, after)) & set(UDDANNELSESHJAELP)
    assert set(UDDANNELSESHJAELP) <= set(codes_in(clean, before))
    pairs = clean["dream"].filter(pl.col("Y_2526").is_in(list(BECAME))).select("Y_2526", became=pl.col("Y_2526").replace_strict(BECAME), now="Y_2527")
    assert 0.85 < (pairs["became"] == pairs["now"].fill_null(0)).mean() < 1.0


def test_all_codes_are_those_of_the_sample(clean: Delivered) -> None:
    assert set(codes_in(clean, weeks_in(clean["dream"]))) == {*UDDANNELSESHJAELP, *KONTANTHJAELP, 651, 111, 890, 881, 783, 771, 621, 997, 998, 999}


def test_dream_holds_everyone_of_sixteen_and_nobody_younger(clean: Delivered) -> None:
    grown = clean["bef"].unique("PNR").filter(pl.col("FOED_DAG").dt.offset_by("16y") <= dt.date(2026, 5, 17))
    assert grown.join(clean["dream"], on="PNR", how="anti").height == 0
    assert clean["dream"].join(clean["bef"].unique("PNR").join(grown, on="PNR", how="anti"), on="PNR", how="semi").height == 0


def test_nobody_has_help_before_eighteen_or_anything_else_than_pension_from_67(clean: Delivered) -> None:
    births = clean["bef"].unique("PNR").select("PNR", "FOED_DAG")
    weeks = clean["dream"].join(births, on="PNR").unpivot(weeks_in(clean["dream"]), index=["PNR", "FOED_DAG"], variable_name="week", value_name="code")
    weeks = weeks.with_columns(monday=pl.col("week").replace_strict({name: monday_of(name) for name in weeks_in(clean["dream"])}))
    young = weeks.filter(pl.col("monday") < pl.col("FOED_DAG").dt.offset_by("18y"))
    assert set(young["code"].fill_null(0)) <= {0, 997}
    old = weeks.filter(pl.col("monday") >= pl.col("FOED_DAG").dt.offset_by("67y"))
    assert set(old["code"].fill_null(0)) <= {997, 998, 999}


def test_spells_last_and_leave_is_mostly_womens(clean: Delivered) -> None:
    pool = clean["dream"].filter(pl.any_horizontal(pl.col("^Y_.*$").is_in([*UDDANNELSESHJAELP, *KONTANTHJAELP])))
    changes = [sum(a != b for (_, a), (_, b) in itertools.pairwise(weeks)) for weeks in map(history, pool.iter_rows(named=True))]
    assert 4 < mean(changes) < 25, "of 227 pairs of neighbouring weeks"
    on_leave = clean["dream"].filter(pl.any_horizontal(pl.col("^Y_.*$") == 881)).join(clean["bef"].unique("PNR"), on="PNR")
    assert (on_leave["KOEN"] == 2).mean() > 0.6


def test_the_planted_effect_is_the_one_a_recount_of_delivered_weeks_gives(clean: Delivered, without_effect: Delivered) -> None:
    truth = clean.sample.truth()["ungebro"]
    with_, without = counted(clean), counted(without_effect)
    assert with_.keys() == without.keys()
    assert truth["overall"]["weeks"] == sum(weeks for weeks, _ in with_.values())
    assert truth["overall"]["weeks_without"] == sum(weeks for weeks, _ in without.values())
    effect = Decimal(truth["overall"]["weeks"] - truth["overall"]["weeks_without"]) / 324
    assert abs(truth["overall"]["effect_weeks"] - effect) < Decimal("0.0002")
    assert truth["overall"]["reached_26_weeks"] == sum(weeks >= 26 for weeks, _ in with_.values())


def test_the_effect_by_claim_quarter_adds_up_to_the_whole(clean: Delivered) -> None:
    truth = clean.sample.truth()["ungebro"]
    quarters = Counter(f"{end.year}Q{(end.month + 2) // 3}" for _, end in counted(clean).values())
    assert {name: found["people"] for name, found in truth["by_claim_quarter"].items()} == dict(quarters)
    assert list(truth["by_claim_quarter"]) == ["2025Q1", "2025Q2", "2025Q3", "2025Q4", "2026Q1"]
    for figure in ("people", "weeks", "weeks_without", "weeks_at_risk", "never_at_risk"):
        assert sum(found[figure] for found in truth["by_claim_quarter"].values()) == truth["overall"][figure]


def test_the_effect_is_of_the_size_that_was_meant(clean: Delivered) -> None:
    overall = clean.sample.truth()["ungebro"]["overall"]
    weeks = [weeks for weeks, _ in counted(clean).values()]
    assert Decimal("6.5") < overall["effect_weeks"] < Decimal("8.5")
    assert 14 < stdev(weeks) < 19
    assert 0.42 < overall["reached_26_weeks"] / 324 < 0.60


def test_over_seeds_the_average_effect_is_seven_to_eight_weeks() -> None:
    effects = [draw(seed=seed).truth()["ungebro"]["overall"]["effect_weeks"] for seed in range(8)]
    assert Decimal(7) < sum(effects) / len(effects) < Decimal(8)


def test_without_effect_there_is_none_and_nothing_else_changes(clean: Delivered, without_effect: Delivered) -> None:
    truth = without_effect.sample.truth()["ungebro"]
    assert (truth["has_effect"], truth["overall"]["effect_weeks"]) == (False, 0)
    assert all(found["effect_weeks"] == 0 for found in truth["by_claim_quarter"].values())
    assert truth["overall"]["mean_weeks"] == clean.sample.truth()["ungebro"]["overall"]["mean_weeks_without"]
    assert [name for name in clean.tables if not clean[name].equals(without_effect[name])] == ["dream", "bfl"]
    helped = clean["referrals"].filter((pl.col("indsats") == "ungebro") & pl.col("indskrevet_dato").is_not_null())
    others = clean["dream"].join(helped, left_on="PNR", right_on="pnr", how="anti")
    assert others.equals(without_effect["dream"].join(helped, left_on="PNR", right_on="pnr", how="anti"))


def test_nothing_changes_before_the_window_begins(clean: Delivered, without_effect: Delivered) -> None:
    cohort = dict(clean.enrolled("unge", CLOSED).select("pnr", "indskrevet_dato").iter_rows())
    plain = {row["PNR"]: history(row) for row in without_effect["dream"].iter_rows(named=True) if row["PNR"] in cohort}
    for row in clean["dream"].iter_rows(named=True):
        enrolled = cohort.get(row["PNR"])
        if enrolled is not None:
            start = enrolled + dt.timedelta(days=-enrolled.weekday() % 7)
            assert [week for week in history(row) if week[0] <= start] == [week for week in plain[row["PNR"]] if week[0] <= start]


def cell(codes: list[int], born: dt.date, sex: int, week: int) -> tuple[int, int, str, int]:
    """Age, sex, benefit and quarters of a year on help of somebody on help in that week, from 0 in 2022-W01."""
    monday = dt.date(2022, 1, 3) + dt.timedelta(weeks=week)
    age = monday.year - born.year - ((monday.month, monday.day) < (born.month, born.day))
    return age, sex, KINDS[codes[week]], (sum(code in KINDS for code in codes[week - 51 : week + 1]) - 1) // 13


def test_every_enrolled_person_has_at_least_three_others_in_their_cell(clean: Delivered) -> None:
    """Everyone is on help in the week before enrolment, and so are three never referred of the same age, sex, benefit and weeks on help."""
    births = {row["PNR"]: (row["FOED_DAG"], row["KOEN"]) for row in clean["bef"].unique("PNR").iter_rows(named=True)}
    histories = {row["PNR"]: [code for _, code in history(row)] for row in clean["dream"].iter_rows(named=True)}
    enrolled: dict[int, list[str]] = {}
    for pnr, day in clean.enrolled("unge", CLOSED).select("pnr", "indskrevet_dato").iter_rows():
        enrolled.setdefault((day - dt.date(2022, 1, 3)).days // 7 - 1, []).append(pnr)
    others = histories.keys() - set(clean["referrals"]["pnr"])
    for week, people in enrolled.items():
        found = Counter(cell(histories[pnr], *births[pnr], week) for pnr in others if histories[pnr][week] in KINDS)
        assert all(found[cell(histories[pnr], *births[pnr], week)] >= 3 for pnr in people)
    assert sum(map(len, enrolled.values())) == 324
