"""Each defect changes exactly what its note says, and nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import polars as pl
import pytest
from synthetic.drawn import Delivered

from pipelines.deliveries.guard import cells_with_cpr
from pipelines.errors import HomeError
from pipelines.synthetic import tarp
from pipelines.synthetic.danish import draw
from pipelines.synthetic.defects import DEFECTS, MISSING, NOBODY, Note, child_at_home, plant
from pipelines.synthetic.extract import Extract

SMALL = 2_000
PERSON_DEFECTS = ["person_dies", "person_moves", "person_emigrates", "person_referred_twice"]


@pytest.fixture(scope="module")
def extracts(clean: Delivered) -> list[Extract]:
    """Every clean extract of a sample home, as tables."""
    return [*tarp.extracts(), *(item.whole() for item in clean.extracts)]


def planted(name: str, extracts: Sequence[Extract]) -> tuple[dict[str, pl.DataFrame], dict[str, pl.DataFrame], Note]:
    """What a defect changes: the tables before and after of the registers that differ, and its note."""
    made, note = plant(name, extracts)
    assert [(item.register, item.file_name, item.covers_through) for item in made] == [(item.register, item.file_name, item.covers_through) for item in extracts]
    pairs = [(clean.register, clean.table(), wrong.table()) for clean, wrong in zip(extracts, made, strict=True)]
    changed = [(register, before, after) for register, before, after in pairs if not before.equals(after)]
    both: tuple[dict[str, pl.DataFrame], dict[str, pl.DataFrame]] = {}, {}
    for register in {register for register, _, _ in changed}:
        both[0][register] = pl.concat([before for name, before, _ in pairs if name == register])
        both[1][register] = pl.concat([after for name, _, after in pairs if name == register])
    return *both, note


def gone(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Rows that were there and are not any more. All of `after` was there before, in the same order."""
    lost = before.join(after, on=before.columns, how="anti", nulls_equal=True)
    assert before.join(lost, on=before.columns, how="anti", nulls_equal=True).equals(after)
    return lost


def changed_cells(before: pl.DataFrame, after: pl.DataFrame) -> list[tuple[int, str]]:
    """Row and column of every cell that differs."""
    assert (before.columns, before.height) == (after.columns, after.height)
    return [(row, name) for name in before.columns for row in (before[name].ne_missing(after[name])).arg_true().to_list()]


ASKED_FOR = {
    *("buaf_ends_before_start", "cpr_in_referrals", "dream_lacks_ten_weeks", "label_beyond_coverage", "person_dies", "person_emigrates", "person_moves"),
    *("person_referred_twice", "person_unlinked", "missing_weeks", "duplicate_delivery", "truncated_code", "leading_zero_lost", "late_register", "reused_key"),
}


def test_the_defects_are_those_that_were_asked_for_and_more_than_25() -> None:
    assert set(DEFECTS) > ASKED_FOR
    assert len(DEFECTS) > 25
    assert all(name == item.name for name, item in DEFECTS.items())


def test_an_unknown_defect_is_refused_with_the_names_there_are(extracts: list[Extract]) -> None:
    with pytest.raises(HomeError, match="no defect called 'person_dy'") as error:
        plant("person_dy", extracts)
    assert all(name in error.value.sentence() for name in DEFECTS)


def test_a_label_beyond_coverage_touches_the_searches_alone(extracts: list[Extract]) -> None:
    before, after, note = planted("label_beyond_coverage", extracts)
    assert (list(after), note.register, note.whom) == (["arrests"], "arrests", "")
    assert after["arrests"]["searched_on"].max() == dt.date(2025, 12, 31)
    assert before["arrests"]["person_id"].equals(after["arrests"]["person_id"])


def test_one_cell_of_the_referrals_looks_like_a_cpr_number_and_is_nobodys(extracts: list[Extract]) -> None:
    before, after, note = planted("cpr_in_referrals", extracts)
    assert changed_cells(before["referrals"], after["referrals"]) == [(0, "pnr")]
    assert cells_with_cpr(after["referrals"]["pnr"], is_person_key=True) == 1
    assert note.whom == before["referrals"]["pnr"][0]
    digits, weights = [int(sign) for sign in NOBODY if sign.isdigit()], (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
    assert sum(digit * weight for digit, weight in zip(digits, weights, strict=True)) % 11


def test_ten_weeks_in_the_middle_of_dream_are_missing(extracts: list[Extract]) -> None:
    before, after, note = planted("dream_lacks_ten_weeks", extracts)
    columns = before["dream"].columns
    assert [name for name in columns if name not in after["dream"].columns] == list(MISSING)
    assert len(MISSING) == 10
    assert 50 < columns.index(MISSING[0]) < columns.index(MISSING[-1]) < 178
    assert before["dream"].drop(MISSING).equals(after["dream"])
    assert note.whom == ""


def test_one_placement_of_a_child_in_care_ends_before_it_starts(extracts: list[Extract]) -> None:
    before, after, note = planted("buaf_ends_before_start", extracts)
    [(row, column)] = changed_cells(before["buaf"], after["buaf"])
    assert (column, after["buaf"]["PNR"][row]) == ("SLUTDATO", note.whom)
    assert after["buaf"]["SLUTDATO"][row] == after["buaf"]["STARTDATO"][row] - dt.timedelta(days=5)
    referrals = next(item for item in extracts if item.register == "referrals").table()
    [(group, enrolled)] = referrals.filter(pl.col("pnr") == note.whom).select("gruppe", "indskrevet_dato").rows()
    assert (group, enrolled < dt.date(2025, 1, 1)) == ("in_care", True)


def test_the_child_is_the_first_that_is_always_at_home_and_the_same_for_every_defect(clean: Delivered, extracts: list[Extract]) -> None:
    whom = child_at_home(extracts)
    [(group, enrolled)] = clean["referrals"].filter(pl.col("pnr") == whom).select("gruppe", "indskrevet_dato").rows()
    assert (group, dt.date(2024, 7, 1) <= enrolled <= dt.date(2024, 9, 30)) == ("edge", True)
    rows = clean["bef"].filter(pl.col("PNR") == whom)
    assert (rows.height, rows["KOM"].unique().to_list()) == (10, ["851"])
    assert rows["FOED_DAG"][0] > dt.date(2009, 1, 1)
    since = [
        clean["buaf"].filter((pl.col("PNR") == whom) & (pl.col("SLUTDATO").is_null() | (pl.col("SLUTDATO") > dt.date(2024, 7, 1)))),
        clean["case_placements"].filter((pl.col("pnr") == whom) & (pl.col("anbragt_til").is_null() | (pl.col("anbragt_til") > dt.date(2024, 7, 1)))),
    ]
    assert [spells.height for spells in since] == [0, 0]
    assert {planted(name, extracts)[2].whom for name in PERSON_DEFECTS} == {whom}


def test_a_person_who_dies_is_in_dod_and_in_no_later_population(extracts: list[Extract]) -> None:
    before, after, note = planted("person_dies", extracts)
    assert set(after) >= {"bef", "dod", "who5"}
    assert set(after) <= {"bef", "dod", "who5", "skolefravaer"}
    lost = gone(before["bef"], after["bef"])
    assert (lost["PNR"].unique().to_list(), lost["REFERENCETID"].min(), lost.height) == ([note.whom], dt.date(2024, 12, 31), 6)
    assert gone(after["dod"], before["dod"]).rows() == [(note.whom, dt.date(2024, 10, 15))]
    silent = gone(before["who5"], after["who5"])
    assert (silent["pnr"].unique().to_list(), silent["besvaret_dato"].min() >= dt.date(2024, 10, 15)) == ([note.whom], True)
    assert after["dod"]["DODDATO"].is_sorted()


def test_a_person_who_moves_is_in_the_population_of_another_municipality(extracts: list[Extract]) -> None:
    before, after, note = planted("person_moves", extracts)
    assert set(after) == {"bef"}
    cells = changed_cells(before["bef"], after["bef"])
    assert {column for _, column in cells} == {"KOM"}
    moved = after["bef"][[row for row, _ in cells]]
    assert (moved["PNR"].unique().to_list(), moved["KOM"].unique().to_list(), moved["REFERENCETID"].min(), moved.height) == ([note.whom], ["751"], dt.date(2025, 3, 31), 5)


def test_a_person_who_emigrates_is_in_no_later_population_and_not_in_dod(extracts: list[Extract]) -> None:
    before, after, note = planted("person_emigrates", extracts)
    assert set(after) >= {"bef", "who5"}
    assert set(after) <= {"bef", "who5", "skolefravaer"}
    lost = gone(before["bef"], after["bef"])
    assert (lost["PNR"].unique().to_list(), lost["REFERENCETID"].min(), lost.height) == ([note.whom], dt.date(2024, 12, 31), 6)
    assert gone(before["who5"], after["who5"])["besvaret_dato"].min() > dt.date(2024, 9, 30)


def test_an_unlinked_person_is_in_the_referrals_and_nowhere_else(clean: Delivered, extracts: list[Extract]) -> None:
    before, after, note = planted("person_unlinked", extracts)
    [(row, column)] = changed_cells(before["referrals"], after["referrals"])
    assert (column, after["referrals"]["pnr"][row], before["referrals"]["pnr"][row]) == ("pnr", note.whom, child_at_home(extracts))
    assert not any(note.whom in clean[register].select(pl.col("^(?i)pnr$")).to_series() for register in clean.tables)
    assert cells_with_cpr(after["referrals"]["pnr"], is_person_key=True) == 0


def test_a_person_referred_twice_has_a_second_row_with_later_days(extracts: list[Extract]) -> None:
    before, after, note = planted("person_referred_twice", extracts)
    assert set(after) == {"referrals"}
    second = gone(after["referrals"], before["referrals"])
    first = before["referrals"].filter(pl.col("pnr") == note.whom)
    assert (first.height, second.height) == (1, 1)
    assert second.drop("henvist_dato", "indskrevet_dato").equals(first.drop("henvist_dato", "indskrevet_dato"))
    assert second["indskrevet_dato"][0] - first["indskrevet_dato"][0] == dt.timedelta(days=61)
    assert second["indskrevet_dato"][0] < dt.date(2025, 1, 1)


def test_every_defect_fits_into_a_small_sample_too() -> None:
    small = [*tarp.extracts(), *draw(SMALL).extracts()]
    for name in DEFECTS:
        made, note = plant(name, small)
        assert [id(item) for item in made] != [id(item) for item in small], name
        assert note.register in {item.register for item in small}


def test_every_note_says_what_was_done_and_what_must_happen(extracts: list[Extract]) -> None:
    for name in DEFECTS:
        _, note = plant(name, extracts)
        assert note.what
        assert note.must_happen
        assert note.found_by
        assert note.register in {item.register for item in extracts}
