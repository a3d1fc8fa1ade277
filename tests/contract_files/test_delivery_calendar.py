"""When a delivery is late, by the calendar of its register contract; and what is wrong with a contract that does not say."""

from __future__ import annotations

import csv
import datetime as dt
from itertools import pairwise
from pathlib import Path

import pytest
from contract_files.planted import ARRESTS, Contracts
from hypothesis import given
from hypothesis import strategies as st

from pipelines.contracts.register import Calendar
from pipelines.payments.vocabulary import catalogue

CORRECTED = "value: corrections}\n  - {property: period, value: outcome}\n"
FREQUENCY = "  - {property: frequency, value: 1, unit: m}\n"
KRAF, CLAIMS, SCHOOL, DREAM = (f"registers/{name}.odcs.yaml" for name in ("kraf", "claims", "skolefravaer", "dream"))
DUE = {
    "a year to its last day": (Calendar(1, "y", 100), "2024-12-31", "2026-04-10"),
    "a year whose last event is of 28 December": (Calendar(1, "y", 100), "2024-12-28", "2026-04-10"),
    "BUAF of November, which holds data to June": (Calendar(1, "y", 172), "2025-06-30", "2026-12-19"),
    "a quarter": (Calendar(3, "m", 83), "2026-03-31", "2026-09-21"),
    "a quarter into the next year": (Calendar(3, "m", 0), "2025-11-30", "2026-02-28"),
    "a month into a leap day": (Calendar(1, "m", 0), "2024-01-31", "2024-02-29"),
    "a month from a leap day": (Calendar(1, "m", 31), "2024-02-29", "2024-05-01"),
    "two weeks from a Sunday": (Calendar(2, "w", 3), "2026-06-28", "2026-07-15"),
    "a day": (Calendar(1, "d", 0), "2026-12-31", "2027-01-01"),
}


@pytest.mark.parametrize("case", DUE)
def test_a_delivery_is_due_when_the_next_period_has_ended_and_been_released(case: str) -> None:
    calendar, covers_through, due = DUE[case]
    assert calendar.expected_by(dt.date.fromisoformat(covers_through)) == dt.date.fromisoformat(due)


@given(st.builds(Calendar, st.integers(1, 60), st.sampled_from("dwmy"), st.integers(0, 3660)), st.dates(dt.date(1991, 8, 5), dt.date(2200, 1, 1)), st.integers(1, 400))
def test_what_covers_more_is_never_due_earlier_and_never_before_its_latency(calendar: Calendar, day: dt.date, later: int) -> None:
    due = calendar.expected_by(day)
    assert due > day + dt.timedelta(days=calendar.latency)
    assert calendar.expected_by(day + dt.timedelta(days=later)) >= due


def test_a_register_of_statistics_denmark_is_waited_for_as_long_as_it_has_ever_taken() -> None:
    with (Path(__file__).parent / "publication_lag.csv").open(encoding="utf-8", newline="") as file:
        most = {row["register"]: int(row["max_lag_days"]) for row in csv.DictReader(file)}
    latency = {register.table.physical_name: register.calendar.latency for register in catalogue().registers.values()}
    measured = sorted(set(latency) & set(most))
    assert measured == ["BEF", "BFL", "BUAF", "DREAM", "KOTRE", "KRAF", "KRSI", "UDDA", "UDD_FOLKESKOLE_FRAVAER_STIL"]
    assert {name: latency[name] for name in measured} == {name: most[name] for name in measured}


def test_every_register_argues_its_latency_and_its_lag() -> None:
    for register in catalogue().registers.values():
        assert all(level.description for level in register.sla_properties if level.property == "latency")
        assert all(item.description for item in register.custom_properties if item.property in ("reportingLagDays", "mostRejected"))


MISTAKES = {
    "no frequency": (ARRESTS, FREQUENCY, "", "slaProperties", "'frequency' stands 0 times in slaProperties and is needed once: how often a delivery comes"),
    "no latency": (ARRESTS, "property: latency", "property: frequency", "slaProperties", "'latency' stands 0 times in slaProperties"),
    "two frequencies": (ARRESTS, FREQUENCY, FREQUENCY * 2, "slaProperties", "'frequency' stands 2 times in slaProperties"),
    "a latency in months": (ARRESTS, "    unit: d\n", "    unit: m\n", "slaProperties", "the latency is in days; write 'unit: d'"),
    "a frequency of hours": (ARRESTS, "unit: m}", "unit: h}", "value: 1, unit: h", "unit: input should be 'd', 'w', 'm' or 'y'"),
    "a frequency of nothing": (ARRESTS, "value: 1, unit: m}", "value: 0, unit: m}", "value: 0, unit: m", "value: input should be greater than or equal to 1"),
    "a service level that nothing acts on": (ARRESTS, "property: frequency", "property: retention", "property: retention", "input should be 'frequency' or 'latency'"),
    "a format twice": (ARRESTS, "[parquet, csv]", "[parquet, parquet]", "formats", "a format stands twice; name each that may come once"),
    "a period that is no column": (
        SCHOOL,
        "value: skoleaar}",
        "value: skolear}",
        "property: period",
        "the column 'skolear' is not in the schema",
    ),
    "a period that is the person": (SCHOOL, "value: skoleaar}", "value: pnr}", "property: period", "'pnr' cannot name the period of a row"),
    "a period of corrections": (
        CLAIMS,
        "value: corrections}\n",
        CORRECTED,
        "custom",
        "only a register whose deliveries are 'appends'",
    ),
    "corrections without a key": (
        CLAIMS,
        "        primaryKey: true\n        primaryKeyPosition: 1\n",
        "",
        "property: deliveries",
        "finds the row it corrects by the primary key",
    ),
    "the latest month of a date": (
        KRAF,
        "measured: latest}",
        "measured: latest_month}",
        "property: coverage",
        "whole numbers, written yyyymm, and 'afg_afgoedto' is not one",
    ),
    "the latest day of months": (SCHOOL, "measured: latest_month}", "measured: latest}", "property: coverage", "coverage is measured from a date, and 'maaned' is not one"),
    "the latest month of weeks": (DREAM, "{columns: y_yyww, measured: last_week}", "{column: y_yyww, measured: latest_month}", "property: coverage", "and 'y_yyww' is not one"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_about_how_deliveries_come_is_found_where_it_stands(contracts: Contracts, case: str) -> None:
    file, old, new, at, message = MISTAKES[case]
    contracts.replace(file, old, new)
    name = file.removeprefix("registers/").removesuffix(".odcs.yaml")
    loaded = contracts.load()
    assert name not in loaded.registers
    found = [finding for finding in loaded.broken_registers[name] if message in finding.message]
    assert len(found) == 1
    assert at in contracts.text(file).splitlines()[found[0].line - 1]


def test_a_reason_may_stand_beside_a_value_and_is_never_empty(contracts: Contracts) -> None:
    contracts.replace(ARRESTS, "value: police}", "value: police, description: The police search their own register.}")
    assert contracts.said() == []
    contracts.replace(ARRESTS, "description: The police search their own register.", 'description: " "')
    assert any("customProperties" in finding.message and "at least 1 character" in finding.message for finding in contracts.load().broken_registers["arrests"])


@pytest.mark.parametrize(("earlier", "later"), list(pairwise(["2025-12-31", "2026-01-01", "2026-01-31", "2026-02-01"])))
def test_a_month_is_read_as_whole(earlier: str, later: str) -> None:
    due = [Calendar(1, "m", 0).expected_by(dt.date.fromisoformat(day)) for day in (earlier, later)]
    assert (due[0] == due[1]) == (earlier[:7] == later[:7])
