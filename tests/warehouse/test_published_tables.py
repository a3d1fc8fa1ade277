"""Published files: documented to the last column, readable and never half-written, with stable names; and the views, on a night written by hand."""

from __future__ import annotations

import stat
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import published_given
import pyarrow.parquet as pq
import pytest
from support import ROOT

from pipelines.bench_publishing import measure_publishing
from pipelines.reports.table_pages import KEPT, PAGE, TIERS, broken, dictionary, kept_schema, page, read_schema, schema

NUMBERS = ("INTEGER", "BIGINT", "DOUBLE", "DECIMAL", "HUGEINT")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return published_given.write(tmp_path_factory.mktemp("published"))


def ask(folder: Path, query: str, tier: str = "evaluation") -> list[tuple[Any, ...]]:
    with duckdb.connect(str(folder / f"{tier}.duckdb"), read_only=True) as connection:
        return connection.execute(query).fetchall()


@pytest.mark.parametrize("tier", TIERS)
def test_every_column_of_every_table_and_view_has_a_comment_and_a_row_in_the_dictionary_and_every_number_a_unit(published: Path, tier: str) -> None:
    columns = ask(published, "select table_name, column_name, data_type, comment from duckdb_columns() where not internal", tier)
    listed = {
        (table, column): rest for table, column, *rest in ask(published, "select table_name, column_name, table_meaning, column_meaning, source, unit from data_dictionary", tier)
    }
    assert {(table, column) for table, column, *_ in columns} == set(listed)
    assert [place for place, (table, meaning, source, _) in listed.items() if not (table and meaning and source)] == []
    without = [(table, column) for table, column, kind, _ in columns if kind.split("(")[0] in NUMBERS and not listed[table, column][3]]
    assert without == []
    assert [(table, column) for table, column, kind, _ in columns if kind in ("VARCHAR", "DATE", "BOOLEAN") and listed[table, column][3]] == []


@pytest.mark.parametrize("tier", TIERS)
def test_a_table_says_the_most_open_tier_that_has_it(published: Path, tier: str) -> None:
    own = set(ask(published, "select distinct table_name, tier from data_dictionary", tier))
    allowed = TIERS[: TIERS.index(tier) + 1]
    assert {said for _, said in own} == set(allowed)
    everywhere = {name for name, said in set(ask(published, "select distinct table_name, tier from data_dictionary")) if said in allowed}
    assert {name for name, _ in own} == everywhere


@pytest.mark.parametrize("tier", TIERS)
def test_parquet_lies_beside_each_table_and_view_with_the_same_rows_decimals_and_what_the_dictionary_says(published: Path, tier: str) -> None:
    names = {name for (name,) in ask(published, "select distinct table_name from data_dictionary", tier)}
    assert {path.stem for path in (published / tier).iterdir()} == names
    for name in names:
        assert pl.read_parquet(published / tier / f"{name}.parquet").height == ask(published, f"select count(*) from {name}", tier)[0][0], name
    found = pq.read_schema(published / tier / "payment_decisions.parquet")
    assert str(found.field("amount").type) == "decimal128(18, 2)"
    assert found.field("amount").metadata[b"unit"] == b"see column currency"
    assert found.field("amount").metadata[b"description"].startswith(b"What is due, in the currency")
    assert found.metadata[b"tier"] == b"open"


def test_files_are_for_whom_they_are_meant_and_in_the_format_that_every_duckdb_since_1_0_reads(published: Path) -> None:
    for tier, mode in (("open", 0o644), ("party", 0o640), ("evaluation", 0o600)):
        files = [published / f"{tier}.duckdb", *(published / tier).iterdir()]
        assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {mode}
        tags = ask(published, "select tags::varchar from duckdb_databases() where not internal", tier)
        assert "v1.0.0" in str(tags), tags


def test_a_reader_keeps_the_night_that_it_opened_and_a_table_that_is_gone_leaves_no_parquet(tmp_path: Path) -> None:
    folder = published_given.write(tmp_path)
    stale = folder / "open" / "of_another_version.parquet"
    stale.write_bytes(b"")
    with duckdb.connect(str(folder / "open.duckdb"), read_only=True) as reading:
        before = (folder / "open.duckdb").stat().st_ino
        published_given.write(folder)
        assert reading.execute("select count(*) from payment_decisions").fetchone() == (2,)
    assert (folder / "open.duckdb").stat().st_ino != before
    assert not stale.exists()
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []


def test_everything_that_could_be_published_says_unit_source_and_tier() -> None:
    rows = dictionary()
    assert [row["table_name"] for row in rows if not row["source"] or row["tier"] not in TIERS or not row["column_meaning"]] == []
    assert [(row["table_name"], row["column_name"]) for row in rows if row["data_type"].split("(")[0] in NUMBERS and not row["unit"]] == []


def test_names_and_types_are_those_that_were_promised() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert broken(read_schema(KEPT.read_text(encoding="utf-8")), schema(dictionary()), changelog) == []
    assert kept_schema() == KEPT.read_text(encoding="utf-8"), "docs/tables.schema is not current; run `make docs` and commit what it changes"
    assert page() == PAGE.read_text(encoding="utf-8"), "docs/tables.md is not current; run `make docs` and commit what it changes"


def test_what_readers_would_miss_is_told_in_words_unless_the_changelog_names_it() -> None:
    before = {"results": {"n": "BIGINT", "value": "DECIMAL(38,6)"}, "checks": {"rule": "VARCHAR"}}
    now = {"results": {"value": "DOUBLE", "more": "BIGINT"}}
    found = broken(before, now, "")
    assert [words.partition(";")[0] for words in found] == ["the table checks is gone", "the column results.n is gone", "the column results.value was DECIMAL(38,6) and is DOUBLE"]
    assert broken(before, now, "`checks` and `results.n` are gone, `results.value` is a double") == []
    assert broken(before, {**before, "results": {**before["results"], "more": "BIGINT"}}, "") == []


def test_a_result_stands_on_one_row_with_its_comparison(published: Path) -> None:
    rows = ask(published, "select n_counted, value, value_per_counted, comparison_value, comparison_value_per_counted from results_by_period", "open")
    assert rows == [(216, Decimal(48), pytest.approx(48 / 216), Decimal(66), pytest.approx(66 / 216))]


def test_a_threshold_stands_beside_its_estimate_and_what_was_decided(published: Path) -> None:
    rows = ask(published, "select trigger, measured, interval_low, interval_high, distance, state from results_against_thresholds order by trigger", "open")
    assert rows == [
        ("certain", Decimal("-0.083333"), Decimal("-0.165046"), Decimal("-0.000151"), Decimal("-0.083333"), "held"),
        ("reduction", Decimal("0.272727"), None, None, Decimal("0.172727"), "due"),
    ]


def test_a_held_claim_says_for_how_many_days(published: Path) -> None:
    assert ask(published, "select trigger, days_held, reason from held_claims", "open") == [("certain", 10, "arrests are late")]


def test_the_funnel_goes_from_referred_to_counted(published: Path) -> None:
    steps = ask(published, "select place, step, role, reason, people from funnel where role in ('', 'none', 'treatment') order by outcome, place, reason")
    assert steps == [
        (1, "referred", "", "", 440),
        (2, "ineligible", "none", "never_enrolled", 8),
        (3, "eligible", "treatment", "enrolled", 216),
        (4, "claimed", "treatment", "", 216),
        (5, "not_observed", "treatment", "unlinked", 2),
        (6, "counted", "treatment", "arrested", 48),
        (6, "counted", "treatment", "not_arrested", 166),
    ]


def test_payments_stand_by_party_and_quarter_with_true_ups_set_off(published: Path) -> None:
    rows = ask(published, "select party, role, year, quarter, amount, entries from payments_by_quarter", "party")
    assert rows == [
        ("aid", "payee", 2026, 2, Decimal("250000.00"), 1),
        ("aid", "payee", 2026, 3, Decimal("-1000.00"), 1),
        ("fund", "payer", 2026, 2, Decimal("75000.00"), 1),
        ("state", "payer", 2026, 2, Decimal("175000.00"), 1),
        ("state", "payer", 2026, 3, Decimal("-1000.00"), 1),
    ]


def test_what_was_said_on_a_day_is_that_of_its_night_or_of_the_newest_before_it(published: Path) -> None:
    asked = "select trigger, state, amount from payment_decisions_on('{}') order by trigger"
    early = [("certain", "not_due", Decimal("0.00")), ("reduction", "not_due", Decimal("0.00"))]
    assert ask(published, asked.format("2026-03-30")) == []
    assert ask(published, asked.format("2026-03-31")) == ask(published, asked.format("2026-06-29")) == early
    assert (
        ask(published, asked.format("2026-06-30"))
        == ask(published, asked.format("2030-01-01"))
        == [("certain", "held", Decimal("0.00")), ("reduction", "due", Decimal("250000.00"))]
    )


def test_revisions_say_what_moved_between_two_nights(published: Path) -> None:
    assert ask(published, "select trigger, state_before, state, amount_moved from decision_revisions order by trigger") == [
        ("certain", "not_due", "held", Decimal("0.00")),
        ("reduction", "not_due", "due", Decimal("250000.00")),
    ]
    moved = ask(published, "select role, n_counted_before, n_counted, value_moved from result_revisions order by role")
    assert moved == [("comparison", 215, 216, Decimal(1)), ("treatment", 215, 216, Decimal(1))]


def test_a_person_row_has_its_value_and_its_evidence(published: Path) -> None:
    (row,) = ask(published, "select person, enrolled_on::varchar, value, evidence[1].code, evidence[1].from_day::varchar from person_rows")
    assert row == ("p1", "2024-09-01", Decimal(1), "arrest", "2025-01-01")


def test_the_bench_publishes_what_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CONTRACTS", "NIGHTS", "RULES", "REPEATED"):
        monkeypatch.setattr(f"pipelines.bench_publishing.{name}", 1)
    found = measure_publishing(30)
    assert (found["people"], found["person_rows"]) == (30, 60)
    assert set(found["seconds"]) == {"person rows", "the past", "open and party", "evaluation"}
