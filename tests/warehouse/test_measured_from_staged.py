"""Indicators as the night asks for them: delivered rows through each register's own staging SQL, a contract that loads, unit rows, and what the
coverage rule then waits for. One person, k, of 16 years, is enrolled on 1 July 2024."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from contract_files.planted import Contracts, copied
from contract_files.test_contracts_of_indicators import OUTCOMES, to_administer, with_outcome
from warehouse.measured_given import unit_rows

from indicators.indicator import library
from indicators.spells import day_number
from pipelines import measuring
from pipelines.contracts.catalogue import Catalogue
from pipelines.contracts.outcome import ClaimPeriod
from pipelines.deliveries.archive import Delivery
from pipelines.deliveries.counting import alone
from pipelines.settings import Home, sql_text
from pipelines.warehouse.writer import Warehouse, open_warehouse

ENROLLED, LATE = dt.date(2024, 7, 1), day_number(dt.date(2027, 1, 1))
HERE = [f"('k', date '{day}', 1, '101', date '2008-05-01')" for day in ("2024-03-31", "2024-06-30", "2024-09-30", "2024-12-31", "2025-03-31", "2025-06-30", "2025-09-30")]
COLUMNS = {
    "bef": "pnr, referencetid, koen, kom, foed_dag",
    "dod": "pnr, doddato",
    "kraf": "pnr, journr, afg_ger9, afg_afgoedto, afg_sagadtox, afg_afgtyp3",
    "krsi": "pnr, journr, sig_ger9, sig_ger1dto, sig_ger2dto, sig_sigtdto",
    "buaf": "pnr, startdato, slutdato, ansted_klas",
    "case_placements": "pnr, anbragt_fra, anbragt_til, anbringelsestype",
    "forsorg": "pnr, indflyt, udflyt, tael_aar, prodnr",
}
DELIVERED = {
    "bef": HERE,
    "dod": ["('x', date '2024-09-09')"],
    "kraf": ["('k', 'a', '012110350', date '2025-03-03', null, '111')", "('k', 'b', '012110350', date '2025-04-04', null, '500')"],
    "krsi": ["('k', 'a', '012110350', date '2024-08-30', null, date '2024-09-20')", "('k', 'b', '012110350', date '2024-07-20', null, date '2024-07-20')"],
    "buaf": ["('k', date '2024-10-01', date '2024-10-31', 'familiepleje')", "('k', date '2025-02-01', null, 'eget_vaerelse')"],
    "case_placements": ["('k', date '2024-09-30', date '2024-10-31', 'familiepleje')"],
    "forsorg": ["('k', date '2024-11-01', date '2024-11-15', 2024, '0000000001')", "('k', date '2025-01-05', date '2025-02-04', 2025, '0000000001')"],
}


@dataclass(frozen=True)
class Asked:
    """A contract with one outcome, and a warehouse in which registers are staged."""

    warehouse: Warehouse
    catalogue: Catalogue

    def rows(self, mature_until: int = LATE, claim: ClaimPeriod | None = None) -> pl.DataFrame:
        people = pl.DataFrame({"person_id": [1], "role": ["treatment"], "enrolled_day": [day_number(ENROLLED)], "cohort": ["edge"]})
        people = people.with_columns(pl.col("person_id", "enrolled_day").cast(pl.Int32))
        return unit_rows(self.warehouse, self.catalogue, "trygt_hjem", "ny", people, claim, mature_until)


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with open_warehouse(Home(tmp_path / "home")) as made:
        made.connection.execute("insert into identity.persons values (1, 'k'), (2, 'x')")
        for name, rows in DELIVERED.items():
            made.connection.execute(f"create or replace view raw as from (values {', '.join(rows)}) as t({COLUMNS[name]})")
            made.connection.execute(sql_text(f"staging/{name}.sql"))
        yield made


def asked(warehouse: Warehouse, folder: Path, said: str) -> Asked:
    contracts: Contracts = copied(folder, "trygt_hjem")
    to_administer(contracts)
    with_outcome(contracts, said)
    assert contracts.said() == []
    return Asked(warehouse, contracts.load())


YEAR = ClaimPeriod.model_validate({"id": "y", "from": dt.date(2024, 7, 1), "to": dt.date(2025, 7, 1), "decided_from": dt.date(2026, 7, 1)})
ANSWERS: dict[str, dict[str, Any]] = {
    "days_in_care by type of placement": {"reason": "placed_some_days", "value": Decimal(30), "exposure": 365},
    "entered_care by ISO weeks": {"reason": "entered_care", "value": Decimal(1), "exposure": 92},
    "reoffence decided within half a year": {"reason": "reoffended", "value": Decimal(1), "exposure": 61},
}


@pytest.mark.parametrize("name", sorted(OUTCOMES))
def test_a_contract_measures_what_its_registers_delivered(warehouse: Warehouse, tmp_path: Path, name: str) -> None:
    said = OUTCOMES[name]
    pin = said.split("indicator: ")[1].split()[0]
    claim = YEAR if "claim_period" in library()[pin].injected else None
    made = asked(warehouse, tmp_path, said)
    (row,) = made.rows(claim=claim).iter_rows(named=True)
    assert row["status"] == "counted", row
    assert {key: row[key] for key in ANSWERS[name]} == ANSWERS[name]


def test_the_months_a_decision_may_take_are_waited_for_by_the_rows_and_by_the_rule_of_coverage(warehouse: Warehouse, tmp_path: Path) -> None:
    """The window ends with 30 June 2025, the six months with the end of that year, and a lag of 92 days on 2 April 2026."""
    made = asked(warehouse, tmp_path, OUTCOMES["reoffence decided within half a year"])
    outcome, subject, needed = made.catalogue.contracts["trygt_hjem"].outcome("ny"), "outcome:trygt_hjem/ny", dt.date(2026, 4, 2)
    assert measuring.months_after(outcome) == 6
    lag = made.catalogue.registers["kraf"].handling.reporting_lag_days
    seen = {}
    for through in (needed - dt.timedelta(days=1), needed):
        rows = made.rows(mature_until=day_number(through) + 1 - lag)
        kraf = Delivery("kraf", "a" * 64, through, is_accepted=True, file_name="kraf.parquet", rows=2, declared_through=None, covers_through=through)
        warehouse.note_deliveries([kraf], {"kraf": alone(kraf)}, {"kraf": lag})
        warehouse.replace("outcomes.indicator_values", rows.with_columns(pl.col("status").cast(pl.String), subject=pl.lit(subject)), subject)
        warehouse.set_needs(subject, ("kraf",), (0, 1), measuring.months_after(outcome))
        warehouse.set_thresholds(subject, {"coverage_reaches_windows": Decimal(0)})
        warehouse.make_expectation_views()
        bad = warehouse.connection.execute("select is_bad, part from quality.coverage_reaches_windows where subject = ?", [subject]).fetchall()
        seen[through] = (rows["status"].to_list(), bad)
    assert seen == {needed - dt.timedelta(days=1): (["not_mature"], [(True, 1)]), needed: (["counted"], [(False, 0)])}
