"""Households as the night measures them: siblings of one family by delivered rows of the population register, and what their contract then says.

Three are enrolled on 1 July 2024: a and b, of one family when the population was last counted before it, and c, whose family is another. The
clause counts days in care in three years; a was placed for thirty days and b for ten.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from contract_files.planted import copied
from contract_files.test_contracts_of_indicators import OUTCOMES, TRYGT_HJEM, with_outcome
from warehouse.measured_given import unit_rows

from indicators.households import LARGEST_HOUSEHOLD
from indicators.spells import day_number
from pipelines import measuring
from pipelines.contracts.outcome import ClaimPeriod
from pipelines.payments.vocabulary import vocabulary
from pipelines.settings import Home, sql_text
from pipelines.together import Together
from pipelines.warehouse.writer import Warehouse, open_warehouse

ENROLLED, LATE = day_number(dt.date(2024, 7, 1)), day_number(dt.date(2030, 1, 1))
QUARTERS = [(year, month, day) for year in (2024, 2025, 2026, 2027) for month, day in ((3, 31), (6, 30), (9, 30), (12, 31))]
BEF = "pnr, referencetid, koen, kom, foed_dag, familie_id"
COUNTED = [
    f"('{who}', date '{year}-{month:02}-{day}', 1, '101', date '2015-05-01', '{family}')"
    for year, month, day in QUARTERS
    for who, family in (("a", "moved" if (year, month) > (2024, 6) else "ours"), ("b", "ours"), ("c", "theirs"))
]
PLACED = ["('a', date '2024-10-01', date '2024-10-31', 'familiepleje')", "('b', date '2025-02-01', date '2025-02-11', 'familiepleje')"]
CLAIM = ClaimPeriod.model_validate({"id": "all", "from": dt.date(2024, 7, 1), "to": dt.date(2027, 7, 1), "decided_from": dt.date(2030, 1, 1)})
DAYS = OUTCOMES["days_in_care by type of placement"].rstrip("\n")


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    delivered = {"bef": (BEF, COUNTED), "buaf": ("pnr, startdato, slutdato, ansted_klas", PLACED), "dod": ("pnr, doddato", ["('x', date '2024-09-09')"])}
    with open_warehouse(Home(tmp_path / "home")) as made:
        made.connection.execute("create schema delivered")
        made.connection.execute("insert into identity.persons values (1, 'a'), (2, 'b'), (3, 'c'), (9, 'x')")
        for name, (columns, rows) in delivered.items():
            made.connection.execute(f"create or replace table delivered.{name} as from (values {', '.join(rows)}) as t({columns})")
            made.connection.execute(f"create or replace view raw as from delivered.{name}")
            made.connection.execute(sql_text(f"staging/{name}.sql"))
        yield made


def measured(warehouse: Warehouse, folder: Path, unit: str, mature_until: int = LATE, at_once: int = 3) -> dict[int, Any]:
    contracts = copied(folder, "trygt_hjem")
    with_outcome(contracts, f"{DAYS}\n{unit}")
    assert contracts.said() == []
    people = pl.DataFrame({"person_id": [1, 2, 3], "role": "treatment", "enrolled_day": ENROLLED, "cohort": ["edge", "in_care", "edge"]})
    people = people.cast({"person_id": pl.Int32, "enrolled_day": pl.Int32})
    rows = unit_rows(warehouse, contracts.load(), "trygt_hjem", "ny", people, CLAIM, mature_until, at_once)
    return {row["person_id"]: row for row in rows.iter_rows(named=True)}


THREE_YEARS = 365 * 3


@pytest.mark.parametrize(("combine", "value", "exposure"), [("total", 40, 2 * THREE_YEARS), ("everybody", 10, 2 * THREE_YEARS), ("anybody", 30, 2 * THREE_YEARS)])
def test_siblings_are_one_unit(warehouse: Warehouse, tmp_path: Path, combine: str, value: int, exposure: int) -> None:
    rows = measured(warehouse, tmp_path, f"    unit: household\n    combine: {combine}\n")
    assert list(rows) == [1, 3]
    assert (rows[1]["status"], rows[1]["value"], rows[1]["exposure"]) == ("counted", Decimal(value), exposure)
    assert (rows[3]["value"], rows[3]["exposure"], rows[3]["cohort"]) == (0, THREE_YEARS, "edge")
    assert len(rows[1]["evidence"]) == 2


@pytest.mark.parametrize("combine", ["total", "everybody", "anybody"])
def test_siblings_who_are_computed_in_different_slices_are_one_unit_all_the_same(warehouse: Warehouse, tmp_path: Path, combine: str) -> None:
    warehouse.connection.execute("commit; begin")
    said = f"    unit: household\n    combine: {combine}\n"
    assert measured(warehouse, tmp_path / "slices", said, at_once=1) == measured(warehouse, tmp_path / "whole", said)


def test_persons_are_what_is_counted_where_nothing_else_is_said(warehouse: Warehouse, tmp_path: Path) -> None:
    assert {number: row["value"] for number, row in measured(warehouse, tmp_path, "").items()} == {1: 30, 2: 10, 3: 0}
    assert {row["value"] for row in measured(warehouse, tmp_path / "again", "    unit: person\n").values()} == {30, 10, 0}


def test_a_household_waits_for_the_data_of_its_people(warehouse: Warehouse, tmp_path: Path) -> None:
    rows = measured(warehouse, tmp_path, "    unit: household\n    combine: total\n", mature_until=day_number(dt.date(2026, 1, 1)))
    assert {row["status"] for row in rows.values()} == {"not_mature"}


def test_a_day_that_has_somebody_in_two_families_says_nothing_of_theirs(warehouse: Warehouse, tmp_path: Path) -> None:
    warehouse.connection.execute("insert into delivered.bef values ('b', date '2024-06-30', 1, '101', date '2015-05-01', 'theirs')")
    rows = measured(warehouse, tmp_path, "    unit: household\n    combine: total\n")
    assert {number: (row["status"], row["reason"], row["value"]) for number, row in rows.items()} == {
        1: ("counted", "placed_some_days", 30),
        2: ("not_observed", "household_unknown", None),
        3: ("counted", "at_home_throughout", 0),
    }


def test_who_is_of_one_family_is_seen_on_the_day_of_enrolment_whenever_an_outcome_is_measured(warehouse: Warehouse, tmp_path: Path) -> None:
    """The outcome looks at the year before; a year before enrolment a lived with c, and on the day itself with b."""
    for who, family in (("a", "theirs"), ("b", "ours"), ("c", "theirs")):
        warehouse.connection.execute(f"insert into delivered.bef values ('{who}', date '2023-06-30', 1, '101', date '2015-05-01', '{family}')")
    contracts = copied(tmp_path, "trygt_hjem")
    with_outcome(contracts, f"{DAYS}\n    unit: household\n    combine: total\n    months_before: 12\n")
    assert contracts.said() == []
    made = contracts.load()
    contract, outcome = made.contracts["trygt_hjem"], made.contracts["trygt_hjem"].outcome("ny")
    people = pl.DataFrame({"person_id": [1, 2, 3], "enrolled_day": [ENROLLED] * 3}, schema={"person_id": pl.Int32, "enrolled_day": pl.Int32})
    listed = people.with_columns(subject=pl.lit(f"cohort:trygt_hjem/{outcome.cohorts[0]}"), role=pl.lit("treatment"), status=pl.lit("eligible"), reason=pl.lit("enrolled"))
    warehouse.add("outcomes.cohort_members", listed)
    together = Together(warehouse.home, dt.date(2030, 1, 1), made, None, {}, lambda *_: "")  # type: ignore[arg-type]
    members = measuring.outcome_members(warehouse, contract, outcome)
    assert set(members["enrolled_day"]) == {day_number(dt.date(2023, 7, 1))}
    together.waiting.measure(warehouse.connection, [measuring.asked(made, contract, outcome, members, CLAIM, LATE)])
    rows = pl.concat(together.rows(warehouse, contract, outcome, CLAIM)).sort("person_id")
    assert rows["person_id"].to_list() == [1, 3]


def test_an_outcome_of_households_needs_the_register_of_families_and_sums_are_believed_further(tmp_path: Path) -> None:
    contracts = copied(tmp_path, "trygt_hjem")
    with_outcome(contracts, "\n    indicator: who5_change@1\n    with: {years: 3, baseline_days: 14}\n    unit: household\n    combine: total\n")
    assert contracts.said() == []
    made = contracts.load()
    contract = made.contracts["trygt_hjem"]
    assert made.read_registers(contract.outcome("ny"), vocabulary()) == ("who5", "bef")
    assert measuring.plausible(contract.outcome("ny")) == (-100 * LARGEST_HOUSEHOLD, 100 * LARGEST_HOUSEHOLD)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("    unit: household\n", "counts households, and does not say what one counts for; give combine: total, everybody or anybody"),
        ("    combine: total\n", "combines people (total) and counts persons; say unit: household, or leave combine out"),
        ("    unit: family\n", "input should be 'person' or 'household'"),
    ],
)
def test_terms_of_households_that_cannot_be_are_refused_where_they_stand(tmp_path: Path, said: str, words: str) -> None:
    contracts = copied(tmp_path, "trygt_hjem")
    with_outcome(contracts, f"{DAYS}\n{said}")
    line = contracts.text(TRYGT_HJEM).split("  - id: ny")[0].count("\n") + 1
    (found,) = contracts.said()
    assert words in found, found
    assert found.startswith(f"data_contracts/{TRYGT_HJEM}:")
    assert abs(int(found.split(":")[1]) - line) < 12
