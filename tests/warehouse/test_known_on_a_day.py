"""As known on a day: what counts of whole histories, appended periods and corrections, and that what comes later changes nothing of it."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warehouse import delivered_by_hand as by_hand
from warehouse.delivered_by_hand import Archive, claims, contract, day, educations, emigrations, placements

from pipelines.canonical import file_digest
from pipelines.contracts.periods import Span, missing_between, span_of
from pipelines.deliveries import archive
from pipelines.deliveries.archive import Delivery
from pipelines.deliveries.counting import in_use, periods_of, still_counts
from pipelines.deliveries.refusal import RefusalError
from pipelines.errors import HomeError
from pipelines.fingerprint import Inputs
from pipelines.settings import Home

thorough = settings(deadline=None, database=None, derandomize=True, max_examples=60)


@pytest.fixture
def kept(tmp_path: Path) -> Archive:
    return Archive(Home(tmp_path))


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2025", "2025-01-01", "2025-12-31"),
        ("2025H1", "2025-01-01", "2025-06-30"),
        ("2025H2", "2025-07-01", "2025-12-31"),
        ("2025Q4", "2025-10-01", "2025-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2024-12", "2024-12-01", "2024-12-31"),
        ("2025W01", "2024-12-30", "2025-01-05"),
        ("2020W53", "2020-12-28", "2021-01-03"),
        ("2024/2025", "2024-08-01", "2025-07-31"),
        ("2025-01-01/2025-01-01", "2025-01-01", "2025-01-01"),
        ("2025-01-15/2025-03-31", "2025-01-15", "2025-03-31"),
    ],
)
def test_a_reference_period_stands_for_its_days(text: str, first: str, last: str) -> None:
    assert span_of(text) == Span(day(first), day(last) + dt.timedelta(days=1))


@pytest.mark.parametrize(
    "text", ["", "25", "2025H3", "2025Q0", "2025-13", "2025W53", "2025W00", "2024/2026", "2025/2024", "2025-02-01/2025-01-01", "2025-02-30/2025-03-01", "0000", "9999"]
)
def test_what_is_no_period_stands_for_nothing(text: str) -> None:
    assert span_of(text) is None


def test_a_last_day_ends_a_period_as_long_as_the_frequency() -> None:
    assert span_of("2024-12-31", months=12) == Span(day("2024-01-01"), day("2025-01-01"))
    assert span_of("2025-09-30", months=3) == Span(day("2025-07-01"), day("2025-10-01"))
    assert span_of("2025-01-05", days=7) == Span(day("2024-12-30"), day("2025-01-06"))
    assert span_of("2024-12-30", months=12) is None


def test_what_is_missing_lies_between_the_first_period_and_the_last() -> None:
    spans = [span for text in ("2025", "2022Q1", "2022Q2", "2022", "2023-03") if (span := span_of(text))]
    assert missing_between(spans) == [Span(day("2023-01-01"), day("2023-03-01")), Span(day("2023-04-01"), day("2025-01-01"))]
    assert missing_between([]) == []


def test_of_whole_histories_the_newest_counts_and_an_earlier_day_still_knows_the_earlier(kept: Archive) -> None:
    kept.deliver("buaf", "2026-03-01", placements(("a", "2025-01-01", None), ("b", "2025-02-01", None)), through="2025-02-01")
    as_it_was = kept.stage("2026-03-31", "buaf")
    kept.deliver("buaf", "2026-04-01", placements(("a", "2025-01-01", "2025-06-01")), through="2025-01-01")
    assert [row[:3] for row in kept.stage("2026-04-01", "buaf")] == [("a", day("2025-01-01"), day("2025-06-01"))]
    assert kept.used("2026-04-01", "buaf").covers_through == day("2025-01-01")
    assert kept.stage("2026-03-31", "buaf") == as_it_was
    assert len(as_it_was) == 2


def test_of_appended_periods_each_counts_as_its_newest_delivery_has_it(kept: Archive) -> None:
    kept.deliver("vnds", "2026-01-01", emigrations(("a", "2023-05-01", "5180"), ("b", "2023-06-01", "5180"), year=2023), through="2023-06-01")
    kept.deliver("vnds", "2026-02-01", emigrations(("c", "2024-05-01", "5180"), year=2024), through="2024-05-01")
    before = kept.stage("2026-02-28", "vnds")
    assert [row[0] for row in before] == ["a", "b", "c"]
    kept.deliver("vnds", "2026-03-01", emigrations(("a", "2023-05-01", "5120"), year=2023), through="2023-05-01")
    assert [row[:3] for row in kept.stage("2026-03-01", "vnds")] == [("a", day("2023-05-01"), "5120"), ("c", day("2024-05-01"), "5180")]
    used = kept.used("2026-03-01", "vnds")
    assert (len(used.deliveries), used.rows, used.covers_through) == (2, 2, day("2024-05-01"))
    assert kept.stage("2026-02-28", "vnds") == before


def test_a_delivery_of_two_years_counts_for_the_one_that_was_not_delivered_again(kept: Archive) -> None:
    both = emigrations(("a", "2023-05-01", "5180"), year=2023).vstack(emigrations(("b", "2024-12-05", "5180"), year=2024))
    kept.deliver("vnds", "2026-01-01", both, through="2024-12-05")
    kept.deliver("vnds", "2026-02-01", emigrations(("c", "2024-02-01", "5180"), year=2024), through="2024-02-01")
    assert [row[0] for row in kept.stage("2026-02-01", "vnds")] == ["a", "c"]
    assert kept.used("2026-02-01", "vnds").covers_through == day("2024-02-01"), "the older delivery's December was replaced"


def test_periods_that_deliveries_declare_are_replaced_whole_and_by_longer_ones(kept: Archive) -> None:
    kept.deliver("udda", "2026-01-01", educations(("a", "0310"), ("b", "0310")), period="2023")
    kept.deliver("udda", "2026-02-01", educations(("a", "0320")), period="2024")
    assert [row[:2] for row in kept.stage("2026-02-01", "udda")] == [("a", "0310"), ("a", "0320"), ("b", "0310")]
    kept.deliver("udda", "2026-03-01", educations(("a", "0399")), period="2024")
    assert [row[:2] for row in kept.stage("2026-03-01", "udda")] == [("a", "0310"), ("a", "0399"), ("b", "0310")]
    kept.deliver("udda", "2026-04-01", educations(("z", "0310")), period="2023-01-01/2024-12-31")
    assert [row[0] for row in kept.stage("2026-04-01", "udda")] == ["z"]


def test_of_corrections_each_key_counts_as_its_newest_row_has_it(kept: Archive) -> None:
    kept.deliver("claims", "2026-03-01", claims(("k1", "a", "tenancy_6"), ("k2", "b", "tenancy_6")), through="2026-03-01")
    before = kept.stage("2026-03-31", "claims")
    kept.deliver("claims", "2026-04-01", claims(("k2", "b", "tenancy_12"), ("k3", "c", "tenancy_6")), through="2026-04-01")
    columns = [column.name for column in contract("claims").table.properties]
    said = [(row[columns.index("claim_id")], row[columns.index("outcome")]) for row in kept.stage("2026-04-01", "claims")]
    assert said == [("k1", "tenancy_6"), ("k2", "tenancy_12"), ("k3", "tenancy_6")]
    assert kept.stage("2026-03-31", "claims") == before


def test_a_key_that_one_delivery_has_twice_stands_twice_for_its_rule_to_find(kept: Archive) -> None:
    kept.deliver("claims", "2026-03-01", claims(("k1", "a", "tenancy_6")), through="2026-03-01")
    kept.deliver("claims", "2026-04-01", claims(("k1", "a", "tenancy_6"), ("k1", "a", "tenancy_12")), through="2026-04-01")
    assert len(kept.stage("2026-04-01", "claims")) == 2


def test_coverage_stops_before_a_period_that_nobody_delivered(kept: Archive) -> None:
    for year in (2021, 2022, 2024):
        kept.deliver("vnds", "2026-01-01", emigrations(("a", f"{year}-12-20", "5180"), year=year), through=f"{year}-12-20")
    used = kept.used("2026-01-01", "vnds")
    assert (used.covers_through, used.missing) == (day("2022-12-31"), (Span(day("2023-01-01"), day("2024-01-01")),))
    query = "select covers_through, (select missing_days from quality.breaks) from quality.in_use where register = 'vnds'"
    assert kept.look("2026-01-01", "vnds", lambda warehouse: warehouse.connection.execute(query).fetchall()) == [(day("2022-12-31"), 365)]
    kept.deliver("vnds", "2026-02-01", emigrations(("a", "2023-01-20", "5180"), year=2023), through="2023-01-20")
    assert kept.used("2026-02-01", "vnds").covers_through == day("2024-12-20")


def test_the_same_bytes_again_are_counted_once_where_they_came_last(kept: Archive) -> None:
    first = kept.deliver("claims", "2026-03-01", claims(("k1", "a", "tenancy_6")), through="2026-03-01")
    kept.deliver("claims", "2026-04-01", claims(("k1", "a", "tenancy_12")), through="2026-04-01")
    archive.arrive_again(kept.home, first, day("2026-05-01"))
    columns = [column.name for column in contract("claims").table.properties]
    assert [row[columns.index("outcome")] for row in kept.stage("2026-05-01", "claims")] == ["tenancy_6"]
    assert len(kept.used("2026-05-01", "claims").deliveries) == 2


def test_a_copy_that_is_not_what_was_taken_in_is_not_read(kept: Archive) -> None:
    made = kept.deliver("vnds", "2026-01-01", emigrations(("a", "2023-05-01", "5180"), year=2023))
    kept.deliver("vnds", "2026-02-01", emigrations(("b", "2024-05-01", "5180"), year=2024))
    emigrations(("z", "2023-05-01", "5180"), year=2023).write_parquet(archive.folder_of(kept.home, made) / "data.parquet")
    with pytest.raises(HomeError, match="not what was taken in"):
        kept.stage("2026-02-01", "vnds")


RESTATED = {
    "buaf": (placements(("a", "2025-01-01", None)), placements(("a", "2025-01-01", "2025-02-01")), ""),
    "vnds": (emigrations(("a", "2025-01-01", "5180"), year=2025), emigrations(("a", "2025-01-01", "5120"), year=2025), ""),
    "udda": (educations(("a", "0310")), educations(("a", "0320")), "2025"),
    "claims": (claims(("k1", "a", "tenancy_6")), claims(("k1", "a", "tenancy_12")), ""),
}


@pytest.mark.parametrize("register", sorted(RESTATED))
def test_what_comes_after_a_decided_day_changes_neither_its_rows_nor_what_its_decisions_are_made_of(kept: Archive, register: str) -> None:
    first, second, period = RESTATED[register]
    kept.deliver(register, "2026-03-01", first, through="2025-01-01", period=period)
    decided = (kept.stage("2026-03-31", register), made_of(kept, "2026-03-31", register))
    kept.deliver(register, "2026-04-01", second, through="2025-01-01", period=period)
    tonight = (kept.stage("2026-04-30", register), made_of(kept, "2026-04-30", register))
    assert (kept.stage("2026-03-31", register), made_of(kept, "2026-03-31", register)) == decided
    assert tonight[0] != decided[0]
    assert tonight[1] != decided[1]


def made_of(kept: Archive, as_of: str, register: str) -> object:
    return Inputs(by_hand.shipped(), archive.known(kept.home, day(as_of))).register(contract(register))


def test_every_delivery_that_counts_is_in_the_fingerprint_with_what_it_counts_for(kept: Archive) -> None:
    one = kept.deliver("vnds", "2026-01-01", emigrations(("a", "2023-05-01", "5180"), year=2023))
    two = kept.deliver("vnds", "2026-02-01", emigrations(("b", "2024-05-01", "5180"), year=2024))
    made = Inputs(by_hand.shipped(), archive.known(kept.home, day("2026-02-01"))).register(contract("vnds"))
    assert made["in_use"]["deliveries"] == [one.sha256, two.sha256]
    assert made["in_use"]["periods"] == ((one.sha256, "2023-12-31"), (two.sha256, "2024-12-31"))


def test_an_appended_delivery_of_no_period_is_refused(tmp_path: Path) -> None:
    educations(("a", "0310")).write_parquet(tmp_path / "data.parquet")
    with pytest.raises(RefusalError, match="the manifest declares none"):
        periods_of(contract("udda"), tmp_path / "data.parquet", "")
    with pytest.raises(RefusalError, match="not of a known form"):
        periods_of(contract("udda"), tmp_path / "data.parquet", "last year")
    assert periods_of(contract("udda"), tmp_path / "data.parquet", "2025") == (("2025", 1),)


def appended(period: str, known_from: str, sha256: str, *, is_accepted: bool = True) -> Delivery:
    return Delivery("udda", sha256, day(known_from), is_accepted, "f", rows=1, reference_period=period, periods=((period, 1),) if is_accepted else ())


@pytest.mark.parametrize(
    ("later", "stands"),
    [
        ([], True),
        ([appended("2025", "2026-02-01", "b")], True),
        ([appended("2024", "2026-02-01", "b")], False),
        ([appended("2023-01-01/2024-12-31", "2026-02-01", "b")], False),
        ([appended("2025", "2026-02-01", "b", is_accepted=False)], False),
    ],
)
def test_the_same_bytes_say_nothing_new_while_their_period_stands(later: list[Delivery], stands: bool) -> None:
    known = [appended("2024", "2026-01-01", "a"), *later]
    assert still_counts(known, contract("udda"), "a") is stands
    assert still_counts(known, contract("udda"), "unknown") is False


@thorough
@given(st.lists(st.tuples(st.sampled_from([2021, 2022, 2023, 2024]), st.integers(0, 3)), min_size=1, max_size=8))
def test_for_each_period_exactly_the_newest_delivery_counts(came: list[tuple[int, int]]) -> None:
    every = [appended(str(year), f"2026-01-0{days + 1}", f"{number:04}") for number, (year, days) in enumerate(came)]
    every.sort(key=lambda item: (item.known_from, item.sha256))
    used = in_use(every, by_hand.shipped().registers)["udda"]
    newest = {item.reference_period: item.sha256 for item in every}
    assert {text: sha256 for sha256, text in used.counted_periods} == newest
    assert used.rows == len(newest)


def test_rejects_of_what_is_in_use_are_a_table_and_proved(kept: Archive) -> None:
    made = kept.deliver("buaf", "2026-03-01", placements(("a", "2025-01-01", None)))
    query = 'select data_row, "column", reason, delivered from rejected.buaf'
    assert kept.look("2026-03-01", "buaf", lambda warehouse: warehouse.connection.execute(query).fetchall()) == []
    row = {"data_row": 2, "column": "startdato", "reason": "not a date", "delivered": "soon"}
    path = archive.folder_of(kept.home, made) / "rejects.parquet"
    pl.DataFrame([row]).write_parquet(path)
    facts = archive.folder_of(kept.home, made) / "delivery.json"
    facts.write_bytes(archive.sealed({name: value for name, value in json.loads(facts.read_bytes()).items() if name != "seal"} | {"rejects_sha256": file_digest(path)}))
    assert kept.look("2026-03-01", "buaf", lambda warehouse: warehouse.connection.execute(query).fetchall()) == [tuple(row.values())]
    pl.DataFrame([row, row]).write_parquet(path)
    with pytest.raises(HomeError, match="rejects of the delivery"):
        kept.stage("2026-03-01", "buaf")
