"""The children's cohorts, their placements in two registers that nearly agree, and what they answer."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
from synthetic.drawn import Delivered

from pipelines.synthetic.danish import whole_buaf
from pipelines.synthetic.extract import Extract

START, CLOSED = dt.date(2024, 7, 1), dt.date(2025, 1, 1)
HALF_YEARS = {"2024H2": (START, CLOSED), "2025H1": (CLOSED, dt.date(2025, 7, 1)), "2025H2": (dt.date(2025, 7, 1), dt.date(2026, 1, 1))}
FAR = dt.date(2030, 1, 1)


def extract(clean: Delivered, register: str) -> Extract:
    return next(item for item in clean.extracts if item.register == register)


def case_spells(clean: Delivered) -> pl.DataFrame:
    return clean["case_placements"].select(PNR="pnr", start="anbragt_fra", end="anbragt_til", type="anbringelsestype")


def buaf_spells(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select("PNR", start="STARTDATO", end="SLUTDATO", type="ANSTED_KLAS")


def placed_on(spells: pl.DataFrame, pnr: str, day: dt.date) -> bool:
    return any(start <= day < (end or FAR) for start, end in spells.filter(pl.col("PNR") == pnr).select("start", "end").iter_rows())


def test_cohorts_have_their_sizes_and_their_children_are_placed_or_at_home(clean: Delivered) -> None:
    for group, size in {"edge": 140, "in_care": 60}.items():
        cohort = clean.enrolled(group, CLOSED)
        assert cohort.height == cohort["pnr"].n_unique() == size
        assert cohort["indskrevet_dato"].min() >= START
        assert cohort["indsats"].unique().to_list() == ["trygt_hjem"]
        placed = [placed_on(case_spells(clean), pnr, day) for pnr, day in cohort.select("pnr", "indskrevet_dato").iter_rows()]
        assert set(placed) == {group == "in_care"}


def test_children_are_minors_when_enrolled_and_a_few_become_eighteen_inside(clean: Delivered) -> None:
    cohort = pl.concat([clean.enrolled(group, CLOSED) for group in ("edge", "in_care")])
    born = clean["bef"].unique("PNR").join(cohort, left_on="PNR", right_on="pnr")
    grown = born["FOED_DAG"].dt.offset_by("18y")
    assert (grown > born["indskrevet_dato"]).all()
    assert 5 <= (grown < dt.date(2026, 6, 15)).sum() <= 40


def test_some_edge_children_are_placed_later_and_some_in_care_go_home(clean: Delivered) -> None:
    later = case_spells(clean).join(clean.enrolled("edge", CLOSED), left_on="PNR", right_on="pnr").filter(pl.col("start") > pl.col("indskrevet_dato"))
    assert 15 <= later["PNR"].n_unique() <= 60
    home = [not placed_on(case_spells(clean), pnr, dt.date(2026, 1, 1)) for pnr in clean.enrolled("in_care", CLOSED)["pnr"]]
    assert 12 <= sum(home) <= 45


def test_buaf_ends_in_june_2025_whatever_its_label_says(clean: Delivered) -> None:
    item, rows = extract(clean, "buaf"), clean["buaf"]
    assert (item.file_name, item.covers_through) == ("buaf_2025_12_31.parquet", dt.date(2025, 12, 31))
    assert rows["STARTDATO"].max() == dt.date(2025, 6, 28)
    assert rows["SLUTDATO"].drop_nulls().max() <= dt.date(2025, 6, 30)
    closed = rows.filter(pl.col("SLUTDATO").is_not_null())
    assert (closed["SLUTDATO"] > closed["STARTDATO"]).all()
    assert ((closed["SLUTDATO"] - closed["STARTDATO"]).dt.total_days() == closed["VARIGHED"]).all()
    assert (rows["SLUTDATO"].is_null() == rows["VARIGHED"].is_null()).all()


def test_a_later_buaf_repeats_the_whole_history_and_goes_on_to_may_2026(clean: Delivered) -> None:
    later = whole_buaf()
    rows = later.table()
    assert (later.register, later.covers_through, rows["STARTDATO"].max()) == ("buaf", dt.date(2026, 5, 31), dt.date(2026, 5, 29))
    assert clean["buaf"].join(rows, on=["PNR", "STARTDATO", "ANSTED_KLAS"], how="anti").height == 0
    closed = clean["buaf"].filter(pl.col("SLUTDATO").is_not_null())
    assert closed.join(rows, on=clean["buaf"].columns, how="anti").height == 0
    assert rows.height > clean["buaf"].height


def test_the_case_system_agrees_with_buaf_but_for_a_few_days_of_a_few_placements(clean: Delivered) -> None:
    theirs, ours = case_spells(clean), buaf_spells(clean.sample.whole_buaf().table()).filter(pl.col("start") < dt.date(2026, 5, 1))
    same_start = ours.join(theirs, on=["PNR", "start", "type"], suffix="_case")
    known_ends = same_start.filter(pl.col("end").is_not_null())
    off = ours.height - same_start.height + known_ends.filter(pl.col("end") != pl.col("end_case")).height
    assert 2 <= off <= 0.04 * ours.height
    assert clean["case_placements"]["anbragt_fra"].max() < dt.date(2026, 6, 15)
    assert clean["case_placements"]["udtraeksdato"].unique().to_list() == [dt.date(2026, 6, 15)]


def test_no_two_placements_of_a_child_overlap_in_either_register(clean: Delivered) -> None:
    for spells in (case_spells(clean), buaf_spells(clean["buaf"])):
        ordered = spells.sort("PNR", "start").with_columns(before=pl.col("end").fill_null(FAR).shift().over("PNR"))
        assert ordered.filter(pl.col("before") > pl.col("start")).height == 0


def test_days_out_of_care_in_the_truth_are_those_of_the_delivered_placements(clean: Delivered) -> None:
    truth = clean.sample.truth()["trygt_hjem"]["days_out_of_care"]
    births = dict(clean["bef"].unique("PNR").select("PNR", pl.col("FOED_DAG").dt.offset_by("18y")).iter_rows())
    sources = {"case_placements": case_spells(clean), "buaf": buaf_spells(clean.sample.whole_buaf().table())}
    for name, spells in sources.items():
        care = spells.filter(pl.col("type") != "eget_vaerelse").with_columns(pl.col("end").fill_null(FAR))
        for group in ("edge", "in_care"):
            for period, (first, end) in HALF_YEARS.items():
                days = 0
                for pnr, enrolled in clean.enrolled(group, CLOSED).select("pnr", "indskrevet_dato").iter_rows():
                    opens, closes = max(first, enrolled), min(end, births[pnr])
                    inside = [(max(start, opens), min(stop, closes)) for start, stop in care.filter(pl.col("PNR") == pnr).select("start", "end").iter_rows()]
                    days += max(0, (closes - opens).days) - sum(max(0, (stop - start).days) for start, stop in inside)
                assert truth[name][group][period] == days, (name, group, period)
    assert all(truth["buaf"][group]["2024H2"] != truth["case_placements"][group]["2024H2"] for group in ("edge", "in_care"))


def test_answers_begin_within_a_fortnight_and_most_children_answer_again(clean: Delivered) -> None:
    cohort = pl.concat([clean.enrolled(group, CLOSED) for group in ("edge", "in_care")])
    answers = clean["who5"].join(cohort.select("pnr", "indskrevet_dato"), on="pnr")
    first = answers.group_by("pnr").agg(pl.col("besvaret_dato").min(), pl.col("indskrevet_dato").first())
    waited = (first["besvaret_dato"] - first["indskrevet_dato"]).dt.total_days()
    assert (first.height, waited.min() >= 0, waited.max() <= 14) == (200, True, True)
    for period, (begin, end) in HALF_YEARS.items():
        after = answers.filter((pl.col("besvaret_dato") > pl.col("indskrevet_dato") + pl.duration(days=14)) & pl.col("besvaret_dato").is_between(begin, end, closed="left"))
        assert 0.72 < after["pnr"].n_unique() / 200 < 0.92, period
    items = clean["who5"].select("^who5_.*$").unpivot()["value"]
    assert set(items.drop_nulls()) == {0, 1, 2, 3, 4, 5}
    assert 0 < items.null_count() < 0.01 * items.len()


def test_answers_get_a_few_points_better_as_the_truth_says(clean: Delivered) -> None:
    complete = (
        clean["who5"]
        .drop_nulls()
        .with_columns(score=4 * pl.sum_horizontal("^who5_.*$"))
        .join(pl.concat([clean.enrolled(group, CLOSED) for group in ("edge", "in_care")]).select("pnr", "indskrevet_dato"), on="pnr")
    )
    is_first = pl.col("besvaret_dato") <= pl.col("indskrevet_dato") + pl.duration(days=14)
    before = complete.filter(is_first).select("pnr", before="score")
    truth = clean.sample.truth()["trygt_hjem"]["who5"]
    for period, (begin, end) in HALF_YEARS.items():
        after = complete.filter(~is_first & pl.col("besvaret_dato").is_between(begin, end, closed="left")).join(before, on="pnr")
        change = (after["score"] - after["before"]).mean()
        assert abs(float(truth[period]["mean_change"]) - change) < 0.001
        assert 2 < change < 9


def test_lists_are_written_as_a_municipality_writes_them(clean: Delivered, tmp_path: Path) -> None:
    extract(clean, "case_placements").write(tmp_path / "list.csv")
    lines = (tmp_path / "list.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "pnr;anbragt_fra;anbragt_til;anbringelsestype;udtraeksdato"
    assert lines[1].endswith(";15-06-2026")
    assert len(lines) == clean["case_placements"].height + 1


def test_a_large_register_is_written_a_row_group_a_piece_and_reads_back_as_it_was(clean: Delivered, tmp_path: Path) -> None:
    extract(clean, "bef").write(tmp_path / "bef.parquet")
    back = pl.read_parquet(tmp_path / "bef.parquet", memory_map=False)
    assert back.equals(clean["bef"])
    assert back.schema == clean["bef"].schema
