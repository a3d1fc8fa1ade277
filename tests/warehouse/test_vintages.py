"""What changed between two vintages, by hand and against an oracle; and the facts that say whether keys and rows are what they seem."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from warehouse.delivered_by_hand import Archive, contract, day, educations, emigrations, placements, rows_of

from pipelines.reports.changes import sentences
from pipelines.reports.tables import delivery_changes
from pipelines.settings import Home
from pipelines.warehouse import vintages
from pipelines.warehouse.vintages import Change

COUNTS = ("people_added", "people_gone", "people_in_both", "people_changed", "rows_before", "rows_after")


@pytest.fixture
def kept(tmp_path: Path) -> Archive:
    return Archive(Home(tmp_path))


def numbers(change: Change) -> tuple[int, int, int, int]:
    return change.added, change.gone, change.in_both, change.changed


def test_people_added_gone_and_changed_are_counted_by_column(kept: Archive) -> None:
    kept.deliver("buaf", "2026-03-01", placements(("a", "2025-01-01", None), ("b", "2025-01-01", None), ("c", "2025-01-01", None), ("g", "2025-01-01", None)))
    kept.deliver("buaf", "2026-04-01", placements(("c", "2025-01-01", None), ("n", "2025-03-01", None), ("a", "2025-01-01", "2025-05-01"), ("b", "2025-01-02", "2025-05-01")))
    found = kept.changes("2026-04-01", "buaf")
    assert {column: numbers(change) for column, change in found.items()} == {
        "": (1, 1, 3, 2),
        "startdato": (1, 1, 3, 1),
        "slutdato": (1, 1, 3, 2),
        "varighed": (1, 1, 3, 0),
        "ansted_klas": (1, 1, 3, 0),
        "nykom": (1, 1, 3, 0),
    }
    assert {(change.before_known_from, change.known_from, change.rows_before, change.rows_after) for change in found.values()} == {(day("2026-03-01"), day("2026-04-01"), 4, 4)}


def test_the_order_of_rows_is_no_change_and_a_row_more_is_one_in_every_column(kept: Archive) -> None:
    first = placements(("a", "2025-01-01", None), ("a", "2025-03-01", None), ("b", "2025-01-01", None))
    kept.deliver("buaf", "2026-03-01", first)
    kept.deliver("buaf", "2026-04-01", first.reverse())
    assert {numbers(change) for change in kept.changes("2026-04-01", "buaf").values()} == {(0, 0, 2, 0)}
    kept.deliver("buaf", "2026-05-01", first.vstack(first.slice(2, 1)))
    assert {numbers(change) for change in kept.changes("2026-05-01", "buaf").values()} == {(0, 0, 2, 1)}


def test_values_swapped_between_a_person_s_rows_change_the_row_and_no_column(kept: Archive) -> None:
    kept.deliver("buaf", "2026-03-01", placements(("a", "2025-01-01", "2025-06-01"), ("a", "2025-03-01", "2025-07-01")))
    kept.deliver("buaf", "2026-04-01", placements(("a", "2025-01-01", "2025-07-01"), ("a", "2025-03-01", "2025-06-01")))
    assert {column for column, change in kept.changes("2026-04-01", "buaf").items() if change.changed} == {""}


def test_rows_without_a_key_are_rows_and_nobody(kept: Archive) -> None:
    kept.deliver("buaf", "2026-03-01", rows_of("buaf", [("a", dt.date(2025, 1, 1))], slutdato=None, varighed=None, ansted_klas="x", nykom=None))
    kept.deliver("buaf", "2026-04-01", rows_of("buaf", [("a", dt.date(2025, 1, 1)), (None, dt.date(2025, 1, 1))], slutdato=None, varighed=None, ansted_klas="x", nykom=None))
    change = kept.changes("2026-04-01", "buaf")[""]
    assert (numbers(change), change.rows_before, change.rows_after) == ((0, 0, 1, 0), 1, 2)


def test_an_appended_period_and_a_restated_one_are_compared_over_all_that_counts(kept: Archive) -> None:
    kept.deliver("vnds", "2026-01-01", emigrations(("a", "2023-05-01", "5180"), ("b", "2023-05-01", "5180"), year=2023))
    assert kept.changes("2026-01-01", "vnds") == {}
    kept.deliver("vnds", "2026-02-01", emigrations(("a", "2024-05-01", "5180"), ("c", "2024-05-01", "5180"), year=2024))
    added = kept.changes("2026-02-01", "vnds")
    assert (numbers(added[""]), added[""].rows_before, added[""].rows_after) == ((1, 0, 2, 1), 2, 4)
    kept.deliver("vnds", "2026-03-01", emigrations(("a", "2023-05-01", "5120"), year=2023))
    restated = kept.changes("2026-03-01", "vnds")
    assert {column: numbers(change) for column, change in restated.items()} == {
        "": (0, 1, 2, 1),
        "haend_dato": (0, 1, 2, 0),
        "udv_land": (0, 1, 2, 1),
        "referencetid": (0, 1, 2, 0),
    }


def test_two_deliveries_of_one_day_are_one_vintage(kept: Archive) -> None:
    for year in (2022, 2023, 2024):
        kept.deliver("vnds", "2026-01-01" if year == 2022 else "2026-02-01", emigrations((f"p{year}", f"{year}-05-01", "5180"), year=year))
    change = kept.changes("2026-02-01", "vnds")[""]
    assert (change.added, change.rows_before, change.rows_after, change.before_known_from) == (2, 1, 3, day("2026-01-01"))


def test_an_earlier_day_has_its_own_vintages(kept: Archive) -> None:
    for month, last in enumerate(("2025-05-01", "2025-06-01", "2025-06-01"), 1):
        kept.deliver("buaf", f"2026-0{month}-01", placements(("a", "2025-01-01", last), *((f"n{month}", "2025-01-01", None) for _ in range(month == 3))))
    assert kept.changes("2026-03-01", "buaf")[""].added == 1
    assert numbers(kept.changes("2026-02-28", "buaf")["slutdato"]) == (0, 0, 1, 1)
    assert kept.changes("2026-01-31", "buaf") == {}


def test_a_pair_is_compared_once(kept: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    kept.deliver("buaf", "2026-03-01", placements(("a", "2025-01-01", None)))
    kept.deliver("buaf", "2026-04-01", placements(("b", "2025-01-01", None)))
    first = kept.changes("2026-04-01", "buaf")
    monkeypatch.setattr(vintages, "_compared", lambda *_: pytest.fail("it was compared again"))
    assert kept.changes("2026-04-02", "buaf") == first


def weeks(people: dict[str, list[int | None]], first: str = "y_2602") -> pl.DataFrame:
    """DREAM of ISO weeks from the second of 2026 on."""
    count, start = len(next(iter(people.values()))), int(first[-2:])
    columns = {f"y_26{start + place:02}": pl.Series([codes[place] for codes in people.values()], dtype=pl.Int16) for place in range(count)}
    return pl.DataFrame({"pnr": list(people), **columns})


def test_weekly_columns_are_one_row_with_the_weeks_that_differ(kept: Archive) -> None:
    before = {"a": [130, 130, 130, 130], "b": [130, None, None, 130], "c": [651] * 4, "gone": [130] * 4}
    after = {"new": [130] * 5, "c": [651, 651, 651, 651, 130], "b": [130, 881, 0, 130, 130], "a": [130, 130, 881, 882, 130]}
    kept.deliver("dream", "2026-03-01", weeks(before), through="2026-02-01")
    kept.deliver("dream", "2026-04-01", weeks(after), through="2026-02-08")
    found = kept.changes("2026-04-01", "dream")
    weekly = contract("dream").weekly
    assert weekly is not None
    assert (numbers(found[weekly.name]), found[weekly.name].weeks) == ((1, 1, 3, 2), 3)
    assert (numbers(found[""]), found[""].rows_before, found[""].rows_after) == ((1, 1, 3, 2), 4, 4)
    assert "y_2602" not in found


def test_only_weeks_that_both_vintages_cover_are_compared(kept: Archive) -> None:
    kept.deliver("dream", "2026-03-01", weeks({"a": [130, 130, 130]}), through="2026-01-25")
    kept.deliver("dream", "2026-04-01", weeks({"a": [130, 881, 881]}, first="y_2603"), through="2026-02-01")
    weekly = contract("dream").weekly
    assert weekly is not None
    assert kept.changes("2026-04-01", "dream")[weekly.name].weeks == 1


def oracle(before: list[tuple[Any, ...]], after: list[tuple[Any, ...]], columns: list[str]) -> dict[str, tuple[int, int, int, int]]:
    """What changed, person by person."""
    people = [{row[0] for row in rows} for rows in (before, after)]
    both = people[0] & people[1]

    def differ(key: str, places: list[int]) -> bool:
        counted = [Counter(tuple(row[place] for place in places) for row in rows if row[0] == key) for rows in (before, after)]
        return counted[0] != counted[1]

    shown = {"": list(range(1, len(columns) + 1)), **{name: [place] for place, name in enumerate(columns, 1)}}
    return {name: (len(people[1] - people[0]), len(people[0] - people[1]), len(both), sum(differ(key, places) for key in both)) for name, places in shown.items()}


def test_against_an_oracle_that_goes_person_by_person(kept: Archive) -> None:
    drawn = random.Random(7)
    deliveries = []
    for _ in range(2):
        keys = [f"p{drawn.randrange(40):02}" for _ in range(70)]
        deliveries.append([(key, dt.date(2025, 1, drawn.randint(1, 3)), dt.date(2025, 6, 1) if drawn.random() < 0.5 else None) for key in keys])
    for month, rows in enumerate(deliveries, 1):
        kept.deliver("buaf", f"2026-0{month}-01", rows_of("buaf", rows, varighed=None, ansted_klas="familiepleje", nykom="101"))
    found = kept.changes("2026-02-01", "buaf")
    said = {column: numbers(change) for column, change in found.items() if column in ("", "startdato", "slutdato")}
    assert said == oracle(deliveries[0], deliveries[1], ["startdato", "slutdato"])


def change(column: str, *, added: int = 0, gone: int = 0, in_both: int = 500, changed: int = 0, rows: tuple[int, int] = (500, 500), weeks: int | None = None) -> Change:
    return Change("buaf", day("2026-06-30"), day("2026-07-01"), column, added, gone, in_both, changed, weeks, *rows)


def test_a_line_of_the_summary_says_what_changed() -> None:
    found = [change("", added=12, gone=7, changed=15, rows=(507, 512)), change("slutdato", added=12, gone=7, changed=15, rows=(507, 512))]
    assert sentences(found, 5) == ["buaf: 12 people added, 7 gone, slutdato changed for 15 people against the vintage known from 2026-06-30"]
    assert sentences([change(""), change("slutdato")], 5) == ["buaf: nobody came, went or changed against the vintage known from 2026-06-30"]


@pytest.mark.parametrize(
    "few",
    [
        change("slutdato", added=3),
        change("slutdato", gone=4),
        change("slutdato", changed=1),
        change("slutdato", changed=497),
        change("slutdato", in_both=4),
        change("slutdato", weeks=2, changed=20),
        change("slutdato", rows=(500, 502)),
    ],
)
def test_a_number_of_few_people_withholds_all_of_its_register(few: Change) -> None:
    other = [change(""), few, change("nykom", changed=100)]
    (told,) = sentences(other, 5)
    assert told.startswith("buaf: people or values changed against the vintage known from 2026-06-30")
    assert not any(character.isdigit() for character in told.replace("2026-06-30", ""))
    table = delivery_changes(other, day("2026-07-01"), 5)
    assert set(table["counts_state"]) == {"suppressed"}
    assert all(table[name].null_count() == 3 for name in COUNTS)
    assert set(delivery_changes(other, day("2026-07-01"), 0)["counts_state"]) == {"shown"}


def test_five_and_nought_are_told() -> None:
    assert set(delivery_changes([change("", added=5, changed=5, rows=(500, 505))], day("2026-07-01"), 5)["counts_state"]) == {"shown"}


def keyed(*keys: str | None) -> pl.DataFrame:
    return rows_of("dod", [(key, dt.date(2025, 1, 1)) for key in keys])


@pytest.mark.parametrize(
    ("keys", "placeholders"),
    [
        (["0012", "0345", "9876"], 0),
        (["", "0345", "9876"], 1),
        (["0", "00000000", "0345"], 2),
        (["9999", "0345", "1234"], 1),
        (["9999", "10000", "12345"], 0),
        (["9", "10", "11"], 0),
        (["NA", "null", " ukendt ", "-", "XXXX", "Nadja"], 5),
        ([None, "0345"], 0),
    ],
)
def test_stand_ins_for_a_missing_key_are_counted(kept: Archive, keys: list[str | None], placeholders: int) -> None:
    kept.deliver("dod", "2026-01-01", keyed(*keys))
    assert kept.facts("2026-01-01", "dod")["placeholders"] == (placeholders, sum(key is not None for key in keys))


@pytest.mark.parametrize(
    ("keys", "others"),
    [
        (["p1", "p2", "p10", "p200"], 0),
        (["1", "20", "300"], 0),
        (["0012", "0345", "9876"], 0),
        (["0012", "345", "9876", "8123"], 1),
        (["a1b2", "c3d4", "1234", "dead"], 0),
        (["a1b2", "c3d4", "dead", "DEAD"], 1),
        (["aB1x", "cD4y", "dead", "1234", "Qr5t"], 0),
        (["ab-1x", "cd-4y", "ef+5z", "0a-77"], 1),
        (["0012", "0345", "NA"], 0),
        ([], 0),
    ],
)
def test_keys_of_another_form_are_counted(kept: Archive, keys: list[str], others: int) -> None:
    kept.deliver("dod", "2026-01-01", keyed(*keys))
    assert kept.facts("2026-01-01", "dod")["other_forms"][0] == others


def test_a_key_with_two_days_of_birth_or_two_sexes_is_two_people(kept: Archive) -> None:
    born, other = day("2000-01-01"), day("2000-01-02")
    people = {"a": (born, 1, born, 1), "b": (born, 1, other, 1), "c": (born, 1, born, 2), "d": (None, 2, born, 2)}
    quarters = [
        rows_of("bef", [(key,) for key in people], referencetid=day(quarter), kom="101", civst=None, familie_id="f", foed_dag=None, koen=None).with_columns(
            foed_dag=pl.Series([said[2 * place] for said in people.values()], dtype=pl.Date), koen=pl.Series([said[2 * place + 1] for said in people.values()], dtype=pl.Int32)
        )
        for place, quarter in enumerate(("2025-03-31", "2025-06-30"))
    ]
    kept.deliver("bef", "2026-01-01", pl.concat(quarters))
    assert kept.facts("2026-01-01", "bef")["two_people"] == (2, 4)


def test_rows_that_repeat_another_in_every_column_are_counted(kept: Archive) -> None:
    kept.deliver(
        "buaf",
        "2026-01-01",
        placements(("a", "2025-01-01", None), ("a", "2025-01-01", None), ("a", "2025-01-01", None), ("a", "2025-01-01", "2025-02-01"), ("b", "2025-01-01", None)),
    )
    assert kept.facts("2026-01-01", "buaf")["rows_again"] == (2, 5)


def test_the_same_row_in_two_declared_periods_is_no_repetition(kept: Archive) -> None:
    kept.deliver("udda", "2026-01-01", educations(("a", "0310")), period="2023")
    kept.deliver("udda", "2026-02-01", educations(("a", "0310"), ("b", "0310"), ("b", "0310")), period="2024")
    assert kept.facts("2026-02-01", "udda")["rows_again"] == (1, 4)
