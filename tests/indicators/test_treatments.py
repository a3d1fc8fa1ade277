"""How a contract places codes: every code in exactly one place, said in words where it is not; and in which weeks a code may stand."""

from __future__ import annotations

import datetime as dt
import itertools

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from staged_by_hand import code_rows, table

from indicators.spells import day_number, day_of
from indicators.treatments import CodeSet, Treatments, coded, placed_spells, with_days_unplaced
from pipelines.measuring import code_rows as code_rows_of
from pipelines.payments.vocabulary import catalogue

KNOWN = [("0", "blank"), ("730", "help"), ("731", "help"), ("881", "leave"), ("999", "dead")]
WINDOWS = pl.Schema({"person_id": pl.Int32, "window_start": pl.Int32, "window_end": pl.Int32})
PROPERTY = settings(max_examples=150, deadline=None, derandomize=True, database=None)


def treatments(**placed: list[str | int]) -> Treatments:
    return Treatments.model_validate({"codes": "dream", "success": ["blank"], "failure": ["help"], "pause": ["leave"], "stop": ["dead"], **placed})


def test_a_placing_of_every_group_has_nothing_wrong_with_it() -> None:
    assert treatments().findings(KNOWN) == []


def test_codes_may_be_placed_one_by_one_as_text_or_as_numbers() -> None:
    assert treatments(failure=[730, "731"]).findings(KNOWN) == []


def test_codes_of_one_group_may_be_placed_apart() -> None:
    assert treatments(failure=["730"], neutral=["731"]).findings(KNOWN) == []


@pytest.mark.parametrize(
    ("placed", "said"),
    [
        pytest.param(
            {"failure": ["hjelp"]},
            [
                "'hjelp' is neither a code nor a group of the code list dream",
                "2 codes of the code list dream are placed nowhere; every code has a treatment: help (2 codes)",
            ],
            id="a name that is not there",
        ),
        pytest.param({"neutral": ["870"]}, ["'870' is neither a code nor a group of the code list dream"], id="a code that is not there"),
        pytest.param({"neutral": ["help"]}, ["'help' is placed twice; a code has one treatment"], id="a group in two treatments"),
        pytest.param({"failure": ["help", "help"]}, ["'help' is placed twice; a code has one treatment"], id="a group twice in one treatment"),
        pytest.param({"failure": [730, "730", 731]}, ["'730' is placed twice; a code has one treatment"], id="a code as number and as text"),
        pytest.param({"neutral": ["730"]}, ["the code 730 is placed, and its group help as well; name one of them"], id="a code and its group"),
        pytest.param({"failure": ["730"]}, ["the code 731 of the code list dream is placed nowhere; every code has a treatment"], id="a code forgotten"),
        pytest.param(
            {"failure": ["730"], "stop": []},
            ["2 codes of the code list dream are placed nowhere; every code has a treatment: 731, dead"],
            id="a group of which one code has a place, and a group without any",
        ),
        pytest.param({"stop": []}, ["the code 999 of the code list dream is placed nowhere; every code has a treatment"], id="a treatment left empty"),
    ],
)
def test_what_is_wrong_with_a_placing_is_said_in_words(placed: dict[str, list[str | int]], said: list[str]) -> None:
    assert treatments(**placed).findings(KNOWN) == said


def test_a_code_that_is_its_own_group_is_placed_once_by_its_name() -> None:
    known = [("familiepleje", "anbragt"), ("eget_vaerelse", "eget_vaerelse")]
    assert CodeSet(codes="placement_type", counts=["anbragt"], does_not_count=["eget_vaerelse"]).findings(known) == []


def test_codes_without_a_group_are_placed_by_their_own_names() -> None:
    known = [("familiepleje", ""), ("eget_vaerelse", "")]
    assert CodeSet(codes="placement_type", counts=["familiepleje"], does_not_count=["eget_vaerelse"]).findings(known) == []
    assert CodeSet(codes="placement_type", counts=["familiepleje"]).findings(known) == [
        "the code eget_vaerelse of the code list placement_type is placed nowhere; every code has a treatment"
    ]


def test_a_code_in_two_groups_by_two_periods_needs_a_place_for_each() -> None:
    known = [*KNOWN, ("720", "help"), ("720", "study")]
    assert treatments(neutral=["study"]).findings(known) == []
    assert treatments().findings(known) == ["the code 720 of the code list dream is placed nowhere; every code has a treatment"]


def test_a_placing_takes_no_name_that_is_none_of_the_five_treatments() -> None:
    with pytest.raises(ValidationError, match="succes"):
        Treatments.model_validate({"codes": "dream", "success": [], "failure": [], "succes": ["blank"]})


def test_rows_say_where_the_contract_puts_each_code_and_leave_out_what_it_puts_nowhere() -> None:
    codes = code_rows([[0, "blank"], [730, "help"], [731, "help"], [881, "leave"]])
    made = treatments(failure=["731"], neutral=[730], pause=[]).rows(codes)
    assert dict(made.select("code", "placed").iter_rows()) == {"0": "success", "730": "neutral", "731": "failure"}
    own = CodeSet(codes="placement_type", counts=["anbragt"], does_not_count=["eget"]).rows(code_rows([["familiepleje", "anbragt"], ["eget", "eget"]]))
    assert dict(own.select("code", "placed").iter_rows()) == {"familiepleje": "counts", "eget": "does_not_count"}


def weekly(*rows: list[object], **placed: list[str | int]) -> list[tuple[int, str, dt.date, dt.date]]:
    made = treatments(**placed).weekly(code_rows(rows))
    assert made.schema == {"code": pl.Int16, "placed": pl.String, "start_day": pl.Int32, "end_day": pl.Int32}
    return [(code, treatment, day_of(start), day_of(end)) for code, treatment, start, end in made.sort("code", "start_day").iter_rows()]


@pytest.mark.parametrize(
    ("first", "last", "start", "end"),
    [
        pytest.param(dt.date(2014, 1, 1), dt.date(2025, 6, 30), dt.date(2013, 12, 30), dt.date(2025, 7, 7), id="from a Wednesday to a Monday"),
        pytest.param(dt.date(2014, 1, 6), dt.date(2025, 6, 29), dt.date(2014, 1, 6), dt.date(2025, 6, 30), id="from a Monday to a Sunday"),
        pytest.param(dt.date(2014, 1, 5), dt.date(2025, 7, 5), dt.date(2013, 12, 30), dt.date(2025, 7, 7), id="from a Sunday to a Saturday"),
        pytest.param(dt.date(2025, 7, 2), dt.date(2025, 7, 2), dt.date(2025, 6, 30), dt.date(2025, 7, 7), id="one day"),
        pytest.param(dt.date(2020, 12, 31), dt.date(2021, 1, 1), dt.date(2020, 12, 28), dt.date(2021, 1, 4), id="in the 53rd week"),
    ],
)
def test_a_code_may_stand_in_every_week_that_has_a_day_of_its_validity(first: dt.date, last: dt.date, start: dt.date, end: dt.date) -> None:
    assert weekly([730, "help", first, last]) == [(730, "failure", start, end)]


def test_a_code_without_limits_may_stand_in_every_week_there_is() -> None:
    made = treatments().weekly(code_rows([[730, "help"], [731, "help", None, dt.date(2025, 6, 30)], [0, "blank", dt.date(2014, 1, 1)]]))
    spans = {code: (start, end) for code, _, start, end in made.iter_rows()}
    ever, never = day_number(dt.date(1900, 1, 1)), day_number(dt.date(2200, 1, 1))
    assert spans[730][0] < ever < never < spans[730][1]
    assert spans[731][0] < ever
    assert day_of(spans[731][1]) == dt.date(2025, 7, 7)
    assert day_of(spans[0][0]) == dt.date(2013, 12, 30)
    assert never < spans[0][1]


def test_a_week_in_which_two_periods_of_a_code_meet_is_the_earlier_ones() -> None:
    rows = [[720, "study", dt.date(2025, 7, 2)], [720, "help", None, dt.date(2025, 7, 1)]]
    for order in (rows, rows[::-1]):
        spans = [(treatment, start, end) for _, treatment, start, end in treatments(neutral=["study"]).weekly(code_rows(order)).iter_rows()]
        assert [(treatment, day_of(start) if treatment == "neutral" else None, day_of(end) if treatment == "failure" else None) for treatment, start, end in spans] == [
            ("failure", None, dt.date(2025, 7, 7)),
            ("neutral", dt.date(2025, 7, 7), None),
        ]


def test_two_periods_that_meet_between_two_weeks_leave_each_its_own() -> None:
    assert weekly([720, "help", dt.date(2025, 1, 6), dt.date(2025, 6, 29)], [720, "study", dt.date(2025, 6, 30), dt.date(2025, 12, 28)], neutral=["study"]) == [
        (720, "failure", dt.date(2025, 1, 6), dt.date(2025, 6, 30)),
        (720, "neutral", dt.date(2025, 6, 30), dt.date(2025, 12, 29)),
    ]


def test_a_period_within_a_week_that_an_earlier_one_has_is_left_out() -> None:
    assert weekly([720, "help", dt.date(2025, 6, 1), dt.date(2025, 7, 1)], [720, "study", dt.date(2025, 7, 2), dt.date(2025, 7, 4)], neutral=["study"]) == [
        (720, "failure", dt.date(2025, 5, 26), dt.date(2025, 7, 7))
    ]


def test_the_shipped_placing_lets_the_abolished_benefits_stand_to_the_week_of_30_june_2025_and_no_longer() -> None:
    shipped = catalogue()
    placing = Treatments.model_validate(shipped.contracts["ungebro"].outcome("uger").arguments["states"])
    codes = code_rows_of(shipped, "dream")
    made = placing.weekly(codes).with_columns(pl.col("code").cast(pl.String)).join(codes.select("code", "group").unique(), on="code")
    ends = {group: {day_of(end) for end in spans["end_day"]} for (group,), spans in made.group_by("group") if group in {"uddannelseshjaelp", "integrationsydelse"}}
    assert ends == {"uddannelseshjaelp": {dt.date(2025, 7, 7)}, "integrationsydelse": {dt.date(2025, 7, 7)}}
    assert set(made.filter(pl.col("group").is_in(["uddannelseshjaelp", "integrationsydelse", "kontanthjaelp"]))["placed"]) == {"failure"}
    assert made.filter(pl.col("group") == "kontanthjaelp")["end_day"].min() > day_number(dt.date(2100, 1, 1))
    treated = {name: set(made.filter(pl.col("placed") == name)["code"]) for name in ("success", "neutral", "pause", "stop")}
    assert treated == {"success": {"0", "100", "121", "122", "123", "511"}, "neutral": {"651", "652", "771"}, "pause": {"881"}, "stop": {"997", "998", "999"}}


period = st.tuples(st.integers(0, 60), st.integers(0, 30), st.sampled_from(["blank", "help", "leave", "dead"]))


@given(drawn=st.lists(period, min_size=1, max_size=4, unique_by=lambda item: item[0]), begins=st.sampled_from([dt.date(2025, 6, 1), dt.date(1969, 12, 1)]))
@PROPERTY
def test_no_week_has_a_code_twice_and_each_week_with_a_valid_day_has_it_once(drawn: list[tuple[int, int, str]], begins: dt.date) -> None:
    spans = sorted((begins + dt.timedelta(days=first), begins + dt.timedelta(days=first + length), group) for first, length, group in drawn)
    made = treatments().weekly(code_rows([[720, group, first, last] for first, last, group in spans]))
    place = {"blank": "success", "help": "failure", "leave": "pause", "dead": "stop"}
    monday = begins - dt.timedelta(days=begins.weekday() + 7)
    for week in range(20):
        days = [monday + dt.timedelta(days=7 * week + day) for day in range(7)]
        valid = [group for first, last, group in spans if any(first <= day <= last for day in days)]
        found = made.filter((pl.col("start_day") <= day_number(days[0])) & (pl.col("end_day") >= day_number(days[6]) + 1))["placed"].to_list()
        assert len(found) == bool(valid)
        if not _overlap(spans):
            assert found == [place[group] for group in valid[:1]]


def _overlap(spans: list[tuple[dt.date, dt.date, str]]) -> bool:
    return any(later[0] <= earlier[1] for earlier, later in itertools.pairwise(spans))


def test_a_spell_of_a_set_of_codes_is_cut_to_the_days_its_code_is_valid_and_one_placed_nowhere_is_left_out() -> None:
    kinds = CodeSet(codes="stay_type", counts=["bolig"], does_not_count=["shelter"])
    codes = code_rows([["tenancy", "bolig", dt.date(2025, 1, 1), dt.date(2025, 6, 30)], ["shelter", "herberg"]])
    stays = [
        [1, dt.date(2024, 12, 1), dt.date(2025, 9, 1), "tenancy"],
        [1, dt.date(2025, 6, 30), dt.date(2025, 7, 2), "tenancy"],
        [1, dt.date(2025, 7, 1), dt.date(2025, 9, 1), "tenancy"],
        [2, dt.date(2025, 3, 1), dt.date(2025, 4, 1), "shelter"],
        [2, dt.date(2025, 3, 1), dt.date(2025, 4, 1), "caravan"],
    ]
    found = placed_spells(table("forsorg", stays), kinds, codes).collect()
    assert [(row[0], day_of(row[1]), day_of(row[2]), *row[3:]) for row in found.sort("person_id", "start_day").iter_rows()] == [
        (1, dt.date(2025, 1, 1), dt.date(2025, 7, 1), "tenancy", "counts"),
        (1, dt.date(2025, 6, 30), dt.date(2025, 7, 1), "tenancy", "counts"),
        (2, dt.date(2025, 3, 1), dt.date(2025, 4, 1), "shelter", "does_not_count"),
    ]


def test_spells_have_their_code_as_text_from_whichever_column_has_it() -> None:
    assert coded(table("dream", [[1, 0, 7, 730]])).collect().rows() == [(1, 0, 7, "730")]
    assert coded(table("forsorg", [[1, 0, 7, "shelter"]])).collect().rows() == [(1, 0, 7, "shelter")]
    with pytest.raises(ValueError, match="read a register whose spells have one"):
        coded(table("arrests", [[1, 0, 7]]))


def test_somebody_with_a_day_of_a_code_that_is_placed_nowhere_is_named_and_only_for_days_inside_their_window() -> None:
    kinds = CodeSet(codes="stay_type", counts=["bolig"], does_not_count=["shelter"])
    codes = code_rows(
        [["tenancy", "bolig", None, dt.date(2025, 6, 30)], ["supported", "bolig", None, dt.date(2025, 3, 31)], ["supported", "bolig", dt.date(2025, 4, 1)], ["shelter", "herberg"]]
    )
    first, last = dt.date(2025, 1, 1), dt.date(2025, 12, 31)
    stays = {
        1: [(first, dt.date(2025, 7, 1), "tenancy")],
        2: [(first, dt.date(2025, 7, 2), "tenancy")],
        3: [(first, last, "supported"), (first, last, "shelter")],
        4: [(dt.date(2025, 2, 1), dt.date(2025, 2, 2), "caravan")],
        5: [(dt.date(2024, 2, 1), first, "caravan"), (dt.date(2026, 1, 1), dt.date(2026, 2, 1), "caravan"), (last, first, "caravan")],
    }
    rows = [[person, *stay] for person, own in stays.items() for stay in own]
    windows = pl.LazyFrame({"person_id": list(stays), "window_start": day_number(first), "window_end": day_number(dt.date(2026, 1, 1))}, schema=WINDOWS)
    assert sorted(with_days_unplaced(table("forsorg", rows), windows, kinds, codes).collect()["person_id"]) == [2, 4]
