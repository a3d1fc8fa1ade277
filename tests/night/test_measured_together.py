"""A night measures together what it can: the first outcome's step reads each staged table once for all of them. Nobody can tell from what is
recorded: every outcome has the rows, the result and the inputs that it has when it is measured alone.

Nothing is checked here, so the engine is left out: what runs are the night's own steps, on the sample.
"""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from indicators.indicator import library
from pipelines import measuring
from pipelines.contracts.outcome import Outcome, OutcomeContract
from pipelines.deliveries.intake import readers
from pipelines.night import Night
from pipelines.quality.checker import Evaluated
from pipelines.settings import Home
from pipelines.synthetic import tarp
from pipelines.synthetic.home import make
from pipelines.together import Together
from pipelines.warehouse import staged
from pipelines.warehouse.writer import open_warehouse

PEOPLE = 1_000
Recorded = dict[str, tuple[list[tuple[Any, ...]], ...]]


class NothingChecked:
    """Stands where the engine does, and finds nothing."""

    def evaluate(self, *_: Any, **__: Any) -> Evaluated:
        return Evaluated([], [])


def night_of(home: Home) -> Night:
    return Night(home, tarp.AS_OF, NothingChecked())  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home of the sample with every register staged and every cohort frozen, and no outcome measured."""
    home = Home(tmp_path_factory.mktemp("together") / "home")
    with readers() as reader:
        make(home, people=PEOPLE, reader=reader)
        night = Night(home, tarp.AS_OF, NothingChecked(), reader)  # type: ignore[arg-type]
        night.take_in()
    for name in night.catalogue.registers:
        night.build_register(name)
    for contract in night.catalogue.contracts.values():
        for cohort in contract.cohorts:
            night.build_cohort(contract, cohort.id)
    return home


@pytest.fixture
def home(ready: Home, tmp_path: Path) -> Home:
    return Home(Path(shutil.copytree(ready.root, tmp_path / "home")))


def outcomes(night: Night) -> list[tuple[OutcomeContract, Outcome]]:
    return [(contract, outcome) for contract in night.catalogue.contracts.values() for outcome in contract.outcomes]


def recorded(home: Home) -> Recorded:
    """What stands in the warehouse of each outcome and claim period: its rows, its result, and what it was built from."""
    asked = (
        "select * from outcomes.indicator_values where subject = ? order by person_id",
        "select * from outcomes.results where subject = ?",
        "select * from quality.built where subject = ?",
    )
    with open_warehouse(home) as warehouse:
        subjects = [row[0] for row in warehouse.connection.execute("select subject from quality.built where subject like 'outcome:%'").fetchall()]
        return {subject: tuple(warehouse.connection.execute(text, [subject]).fetchall() for text in asked) for subject in subjects}


@pytest.fixture(scope="module")
def alone(ready: Home, tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """What is recorded when every outcome has a night of its own in which nothing else is measured."""
    home, found = Home(Path(shutil.copytree(ready.root, tmp_path_factory.mktemp("alone") / "home"))), Recorded()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Together, "_asked_beside", lambda *_: [])
        for contract, outcome in outcomes(night_of(home)):
            night_of(home).build_outcome(contract, outcome.id)
    found = recorded(home)
    assert {subject.split("/")[1] for subject in found} == {outcome.id for _, outcome in outcomes(night_of(home))}
    assert all(rows and result and built for rows, result, built in found.values())
    return found


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each staged table was read for measuring."""
    counted: Counter[str] = Counter()
    real = staged.rows_about

    def counting(connection: Any, name: str, persons: pl.DataFrame) -> pl.DataFrame:
        counted[name] += 1
        return real(connection, name, persons)

    monkeypatch.setattr(staged, "rows_about", counting)
    return counted


def test_a_nights_outcomes_read_each_table_once_and_record_what_each_records_alone(home: Home, alone: Recorded, reads: Counter[str]) -> None:
    night = night_of(home)
    for contract, outcome in reversed(outcomes(night)):
        night.build_outcome(contract, outcome.id)
    read_by = [outcome.reads.get(part, part) for _, outcome in outcomes(night) for part in library()[outcome.indicator].tables]
    assert len(read_by) > len(set(read_by)), "otherwise nothing is shared"
    assert reads == Counter(set(read_by))
    assert recorded(home) == alone


def test_in_slices_a_night_records_the_same(home: Home, alone: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    real = staged.Reading
    monkeypatch.setattr("pipelines.together.Reading", lambda connection, people, _: real(connection, people, 3))
    night = night_of(home)
    for contract, outcome in outcomes(night):
        night.build_outcome(contract, outcome.id)
    assert recorded(home) == alone


def test_an_outcome_that_cannot_be_measured_stops_no_other(home: Home, alone: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    real = measuring.asked

    def failing(*given: Any) -> measuring.Asked:
        made = real(*given)
        return replace(made, tables={"answers": "nowhere"}) if made.name.startswith("trygt_hjem/trivsel/") else made

    monkeypatch.setattr(measuring, "asked", failing)
    night = night_of(home)
    failed = []
    for contract, outcome in outcomes(night):
        try:
            night.build_outcome(contract, outcome.id)
        except Exception as error:
            failed.append((outcome.id, type(error).__name__))
    assert failed == [("trivsel", "CatalogException")]
    assert recorded(home) == {subject: found for subject, found in alone.items() if "/trivsel/" not in subject}


def test_nothing_is_measured_before_everything_it_is_made_from_was_built_tonight(home: Home) -> None:
    night = night_of(home)
    (contract, first), (_, second), *_ = [item for item in outcomes(night) if item[0].contract == "trygt_hjem"]
    with open_warehouse(home) as warehouse:
        warehouse.connection.execute("update quality.built set as_of = as_of - 1 where subject = 'register:dream'")
        warehouse.connection.execute("update quality.built set inputs = 'others' where subject = 'register:arrests'")
    night.build_outcome(contract, first.id)
    waiting = night.together.waiting.names()
    assert {name.split("/")[1] for name in waiting} == {"enrolment", "hjemmedage", "hjemmedage_foreloebig", "trivsel"}
    assert second.id in {name.split("/")[1] for name in waiting}


def test_rows_that_wait_are_not_used_for_other_inputs_than_they_were_computed_from(home: Home, monkeypatch: pytest.MonkeyPatch, reads: Counter[str]) -> None:
    night = night_of(home)
    (contract, first), (_, second), *_ = [item for item in outcomes(night) if item[0].contract == "trygt_hjem"]
    night.build_outcome(contract, first.id)
    before = reads["bef_person"]
    monkeypatch.setattr(night.together, "frozen_hash", lambda *_: "another list")
    night.build_outcome(contract, second.id)
    assert (before, reads["bef_person"]) == (1, 2)


def test_nothing_waits_once_the_night_decides(home: Home) -> None:
    night = night_of(home)
    contract, outcome = outcomes(night)[0]
    night.build_outcome(contract, outcome.id)
    folder = home.root / ".spill" / "unit_rows"
    assert list(folder.rglob("*.arrow"))
    night.decide_all()
    assert not folder.exists()
