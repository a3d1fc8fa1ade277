"""What the staging SQL of each register makes of a few delivered rows, worked by hand. Person a is 1, b is 2, c is 17; d has no number."""

from __future__ import annotations

import datetime as dt
import hashlib
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.spells import day_number
from pipelines.settings import sql_text

OPEN = 262144


def day(text: str) -> int:
    return day_number(dt.date.fromisoformat(text))


def staged(register: str, columns: str, *rows: str, part: str = "") -> list[tuple[Any, ...]]:
    """The rows of `staged.<register>`, or of the table `part`, in their order, out of rows written as SQL."""
    with duckdb.connect() as connection:
        connection.execute("create schema staged; create schema identity")
        connection.execute("create table identity.persons as from (values ('a', 1), ('b', 2), ('c', 17)) as t(person_key, person_id)")
        connection.execute(f"create view raw as from (values {', '.join(rows)}) as t({columns})")
        connection.execute(sql_text(f"staging/{register}.sql"))
        return connection.execute(f"from staged.{part or register}").fetchall()


def test_an_emigration_is_a_spell_of_its_day() -> None:
    found = staged("vnds", "pnr, haend_dato, udv_land, referencetid", "('b', date '2025-03-01', '5180', date '2025-12-31')", "('a', date '2024-12-31', null, date '2024-12-31')")
    assert found == [(1, day("2024-12-31"), day("2025-01-01"), None), (2, day("2025-03-01"), day("2025-03-02"), "5180")]


def test_an_education_that_stands_in_two_years_is_staged_once_and_one_without_a_day_is_kept() -> None:
    rows = ("('a', '0310', date '2020-06-30')", "('a', '0310', date '2020-06-30')", "('a', '5165', date '2025-06-30')", "('b', '1009', null)")
    assert staged("udda", "pnr, hfaudd, hf_vfra", *rows) == [(1, day("2020-06-30"), "0310"), (1, day("2025-06-30"), "5165"), (2, None, "1009")]


@pytest.mark.parametrize(("delivered", "end"), [("date '2025-06-27'", day("2025-06-27")), ("null", OPEN), ("date '9999-12-31'", OPEN)])
@pytest.mark.parametrize(
    ("register", "columns", "first", "last"),
    [
        ("kotre", "pnr, elev3_vfra, elev3_vtil, udd, afg_art", "'a', date '2024-08-12'", "'1145', '1'"),
        ("buaf", "pnr, startdato, slutdato, ansted_klas", "'a', date '2024-08-12'", "'opholdssted'"),
        ("case_placements", "pnr, anbragt_fra, anbragt_til, anbringelsestype", "'a', date '2024-08-12'", "'opholdssted'"),
    ],
)
def test_a_spell_ends_before_its_last_day_and_one_without_an_end_goes_on(register: str, columns: str, first: str, last: str, delivered: str, end: int) -> None:
    ((person, start, until, *_),) = staged(register, columns, f"({first}, {delivered}, {last})")
    assert (person, start, until) == (1, day("2024-08-12"), end)


def test_a_job_has_its_last_day_in_it_and_keeps_its_hours_exact() -> None:
    columns = "pnr, arbnr, ajo_job_start_dato, ajo_job_slut_dato, ajo_loentimer, ajo_fuldtid_beskaeftiget"
    rows = ("('a', 'x', date '2025-05-01', date '2025-05-31', 160.33, 1.0)", "('a', 'y', date '2025-05-10', date '2025-05-10', null, 0.05)")
    assert staged("bfl", columns, *rows) == [
        (1, day("2025-05-01"), day("2025-06-01"), Decimal("160.33"), Decimal("1.0")),
        (1, day("2025-05-10"), day("2025-05-11"), None, Decimal("0.05")),
    ]


def test_a_decision_of_nobody_known_is_left_out_and_a_date_of_1599_is_no_date() -> None:
    columns = "pnr, journr, afg_ger9, afg_afgoedto, afg_sagadtox, afg_afgtyp3"
    rows = (
        "('a', 'j', '012345678', date '2025-02-03', date '2025-02-10', '121')",
        "('b', 'k', '012345678', date '2025-02-04', date '1599-12-31', '121')",
        "('d', 'l', '012345678', date '2025-02-05', null, '121')",
        "(null, 'm', '012345678', date '2025-02-05', null, '121')",
    )
    assert staged("kraf", columns, *rows) == [
        (1, day("2025-02-03"), day("2025-02-04"), day("2025-02-10"), "012345678", "121", "j"),
        (2, day("2025-02-04"), day("2025-02-05"), None, "012345678", "121", "k"),
    ]


def test_a_charge_is_its_offences_first_day_and_one_of_an_unknown_day_is_left_out() -> None:
    columns = "pnr, journr, sig_ger9, sig_ger1dto, sig_ger2dto, sig_sigtdto"
    rows = (
        "('a', 'j', '012345678', date '2025-02-03', date '2025-02-05', date '2025-02-10')",
        "('a', 'k', '012345678', date '1599-12-31', date '1599-12-31', date '2025-02-10')",
        "('b', 'l', '112345678', date '2025-02-03', date '1599-12-31', date '2025-02-03')",
        "('b', 'm', '012345678', null, null, date '2025-02-10')",
        "('d', 'n', '012345678', date '2025-02-03', null, date '2025-02-10')",
    )
    assert staged("krsi", columns, *rows) == [
        (1, day("2025-02-03"), day("2025-02-04"), day("2025-02-10"), "012345678", "j"),
        (2, day("2025-02-03"), day("2025-02-04"), day("2025-02-03"), "112345678", "l"),
    ]


def test_a_month_of_school_is_its_days_and_a_month_that_does_not_exist_is_none() -> None:
    columns = "pnr, institutionsnummer, skoleaar, maaned, dagesyg, dagelovfra, dageulovfra, dageialtfra, dageaktiv"
    rows = ("('a', 's', '2023/2024', 202402, 1.5, 1.0, 0.0, 2.5, 19)", "('a', 's', '2024/2025', 202412, 0.0, 0.0, 1.0, 1.0, 15)", "('b', 's', '2024/2025', 202413, 0, 0, 0, 0, 0)")
    found = staged("skolefravaer", columns, *rows)
    assert [row[:4] for row in found] == [(1, day("2024-02-01"), day("2024-03-01"), "s"), (1, day("2024-12-01"), day("2025-01-01"), "s")]
    assert found[0][4:] == (Decimal("1.5"), Decimal(1), Decimal(0), Decimal("2.5"), 19)


def test_the_newest_year_says_how_a_stay_at_a_shelter_went_and_none_is_known_beyond_its_year() -> None:
    columns = "pnr, indflyt, udflyt, tael_aar, prodnr"
    rows = (
        "('a', date '2024-11-20', null, 2024, '0000000001')",
        "('a', date '2024-11-20', date '2025-02-01', 2025, '0000000001')",
        "('b', date '2024-11-20', null, 2024, '0000000001')",
        "('b', date '2024-11-20', date '2024-11-22', 2024, '0000000002')",
        "('c', date '2025-03-01', date '9999-12-31', 2025, '0000000001')",
    )
    assert staged("forsorg", columns, *rows) == [
        (1, day("2024-11-20"), day("2025-02-01"), "shelter"),
        (17, day("2025-03-01"), day("2026-01-01"), "shelter"),
        (2, day("2024-11-20"), day("2024-11-22"), "shelter"),
        (2, day("2024-11-20"), day("2025-01-01"), "shelter"),
    ]


def test_a_claim_is_staged_as_delivered_with_its_days_as_a_spell_and_its_lot() -> None:
    columns = "claim_id, claimant, pnr, outcome, reached_on, claimed_on, document_sha256, ended_on, udtraeksdato"
    rows = (
        "('k1', 'udfoerer', 'b', 'tenancy', date '2025-02-01', date '2025-02-03', 'f0', date '2025-02-20', date '2025-03-01')",
        "('k2', 'udfoerer', 'b', 'tenancy_6', date '2025-08-01', date '2025-08-03', 'f1', null, date '2025-09-01')",
        "('k3', 'udfoerer', 'b', 'tenancy', date '2025-08-01', date '2025-08-03', 'f2', date '9999-12-31', date '2025-09-01')",
    )
    lots = [hashlib.sha256(text.encode()).hexdigest() for text in ("b k1", "b k2", "b k3")]
    first, second = dt.date(2025, 2, 1), dt.date(2025, 8, 1)
    assert staged("claims", columns, *rows) == [
        (2, "k1", "udfoerer", "tenancy", first, dt.date(2025, 2, 3), "f0", dt.date(2025, 2, 20), day("2025-02-01"), day("2025-02-20"), day("2025-02-03"), "tenancy", lots[0]),
        (2, "k2", "udfoerer", "tenancy_6", second, dt.date(2025, 8, 3), "f1", None, day("2025-08-01"), day("2025-08-01"), day("2025-08-03"), "tenancy_6", lots[1]),
        (2, "k3", "udfoerer", "tenancy", second, dt.date(2025, 8, 3), "f2", dt.date(9999, 12, 31), day("2025-08-01"), OPEN, day("2025-08-03"), "tenancy", lots[2]),
    ]


def test_a_check_is_staged_by_its_claim() -> None:
    columns = "claim_id, pnr, checked_on, result, checker, udtraeksdato"
    rows = ("('k2', 'a', date '2025-02-03', 'does_not_hold', 'x', date '2025-03-01')", "('k1', 'a', date '2025-02-04', 'holds', 'x', date '2025-03-01')")
    assert staged("claim_checks", columns, *rows) == [(1, "k1", day("2025-02-04"), "holds"), (1, "k2", day("2025-02-03"), "does_not_hold")]


BEF = "pnr, referencetid, kom, koen, foed_dag"


def counted(key: str, quarter: str, kom: str, born: str = "2000-01-01") -> str:
    return f"('{key}', date '{quarter}', '{kom}', 1, date '{born}')"


QUARTERS = ("2024-03-31", "2024-06-30", "2024-09-30", "2024-12-31")


def test_the_days_on_which_the_population_was_counted_are_those_of_its_quarters_whoever_was_there() -> None:
    rows = [counted("d", QUARTERS[0], "101"), *(counted("a", quarter, "101") for quarter in reversed(QUARTERS[1:]))]
    assert staged("bef", BEF, *rows, part="bef_days") == [(day(quarter), number) for number, quarter in enumerate(QUARTERS, start=1)]


def test_a_home_is_a_spell_of_quarters_in_a_row_in_one_municipality_and_residence_goes_on_wherever_they_live() -> None:
    moves = [counted("a", QUARTERS[0], "101"), counted("a", QUARTERS[1], "101"), counted("a", QUARTERS[2], "851"), counted("a", QUARTERS[3], "101")]
    away = [counted("b", QUARTERS[0], "101"), counted("b", QUARTERS[2], "101"), counted("b", QUARTERS[3], "101")]
    nowhere = [counted("c", QUARTERS[1], "101").replace("'101'", "null")]
    rows = [*away, *reversed(moves), *nowhere]
    assert staged("bef", BEF, *rows, part="bef_home") == [
        (1, day("2024-03-31"), day("2024-07-01"), "101"),
        (1, day("2024-09-30"), day("2024-10-01"), "851"),
        (1, day("2024-12-31"), day("2025-01-01"), "101"),
        (17, day("2024-06-30"), day("2024-07-01"), None),
        (2, day("2024-03-31"), day("2024-04-01"), "101"),
        (2, day("2024-09-30"), day("2025-01-01"), "101"),
    ]
    assert staged("bef", BEF, *rows, part="bef_residence") == [
        (1, day("2024-03-31"), day("2025-01-01")),
        (17, day("2024-06-30"), day("2024-07-01")),
        (2, day("2024-03-31"), day("2024-04-01")),
        (2, day("2024-09-30"), day("2025-01-01")),
    ]


def test_somebody_delivered_twice_in_a_quarter_lives_there_once_and_in_two_places_in_both() -> None:
    rows = [counted("a", QUARTERS[0], "101"), counted("a", QUARTERS[0], "101"), counted("a", QUARTERS[0], "851"), counted("a", QUARTERS[2], "851")]
    rows.append(counted("b", QUARTERS[1], "101"))
    assert [row for row in staged("bef", BEF, *rows, part="bef_home") if row[0] == 1] == [
        (1, day("2024-03-31"), day("2024-04-01"), "101"),
        (1, day("2024-03-31"), day("2024-04-01"), "851"),
        (1, day("2024-09-30"), day("2024-10-01"), "851"),
    ]
    assert [row for row in staged("bef", BEF, *rows, part="bef_residence") if row[0] == 1] == [
        (1, day("2024-03-31"), day("2024-04-01")),
        (1, day("2024-09-30"), day("2024-10-01")),
    ]


@given(seen=st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 6), st.sampled_from(["101", "851"])), max_size=20))
@settings(max_examples=40, deadline=None, derandomize=True, database=None)
def test_homes_and_residence_are_what_a_reading_quarter_by_quarter_gives(seen: list[tuple[str, int, str]]) -> None:
    """Person c is counted in every quarter, so that none is missing from the register."""
    every = [(dt.date(2023, 1, 1) + dt.timedelta(days=91 * number)).isoformat() for number in range(7)]
    rows = [counted(key, every[number], kom) for key, number, kom in [*seen, *(("c", number, "101") for number in range(7))]]

    def spells(numbers: set[int]) -> list[tuple[int, int]]:
        firsts = [number for number in sorted(numbers) if number - 1 not in numbers]
        lasts = [number for number in sorted(numbers) if number + 1 not in numbers]
        return [(day(every[first]), day(every[last]) + 1) for first, last in zip(firsts, lasts, strict=True)]

    homes = {(person, *spell, kom) for person, key in ((1, "a"), (2, "b")) for kom in ("101", "851") for spell in spells({n for k, n, m in seen if (k, m) == (key, kom)})}
    residence = {(person, *spell) for person, key in ((1, "a"), (2, "b")) for spell in spells({n for k, n, _ in seen if k == key})}
    assert {row for row in staged("bef", BEF, *rows, part="bef_home") if row[0] != 17} == homes
    assert [row for row in staged("bef", BEF, *rows, part="bef_residence") if row[0] != 17] == sorted(residence)
