"""Every defect of the catalogue is found by the name it gives: dropped, taken in, staged and checked by the register's own suite.

One home takes a defect of each register at a time, so that a few of them show the whole catalogue; the reader works in this process.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import pytest

import pipelines.night
from pipelines.deliveries import intake
from pipelines.deliveries.inbox import deliver
from pipelines.night import Night
from pipelines.payments.vocabulary import catalogue
from pipelines.quality.checker import Checker
from pipelines.quality.registers import register_suite
from pipelines.quality.suites import Suite
from pipelines.settings import Home
from pipelines.synthetic import tarp
from pipelines.synthetic.danish import draw
from pipelines.synthetic.defects import DEFECTS, KNOWN_ALREADY, NOTHING, QUARANTINE, VINTAGES, plant
from pipelines.synthetic.extract import Extract
from pipelines.synthetic.home import SAMPLE_KEY
from pipelines.warehouse.writer import open_warehouse

PEOPLE = 2_000
CATALOGUE = catalogue()
NAMED = {register: {item.found_by for item in DEFECTS.values() if item.register == register} for register in CATALOGUE.registers}
"""By register, what the catalogue says finds its defects."""


class _Done:
    def __init__(self, made: object) -> None:
        self.made = made

    def result(self) -> object:
        return self.made


class _ReaderHere:
    """Reads in this process what intake gives to a process of its own."""

    def __init__(self, **options: object) -> None:
        pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def schedule(self, read: Callable[..., object], args: list[Any], **limits: float) -> _Done:
        assert limits
        return _Done(read(*args))


@dataclass(frozen=True)
class Found:
    """What was said of one register: verdicts by rule, states of its receipts, and people changed since the vintage before, by column."""

    verdicts: dict[str, str]
    receipts: tuple[str, ...]
    changes: dict[str, int]

    def names(self) -> set[str]:
        """Everything that found something."""
        states = {"quarantined": QUARANTINE, "known_already": KNOWN_ALREADY}
        rules = {rule for rule, verdict in self.verdicts.items() if verdict != "passed"}
        return rules | {states[state] for state in self.receipts if state in states} | ({VINTAGES} if sum(self.changes.values()) else set())


Asked = Callable[[list[Extract], dict[str, set[str]]], dict[str, Found]]


@pytest.fixture(scope="module")
def clean() -> list[Extract]:
    """The clean extracts of a small sample, with their rows."""
    return [item if callable(item.rows) and item.register == "bef" else item.whole() for item in (*tarp.extracts(), *draw(PEOPLE).extracts())]


@pytest.fixture(scope="module")
def checker() -> Iterator[Checker]:
    made = Checker().start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def asked(clean: list[Extract], checker: Checker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    """Takes extracts in, in a home of their own, checks some registers, and gives what was found, by register."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(intake, "ProcessPool", _ReaderHere)
        yield lambda extracts, checked: ask(Home(tmp_path_factory.mktemp("defects") / "home"), extracts, checked, checker)


def ask(home: Home, extracts: list[Extract], checked: dict[str, set[str]], checker: Checker) -> dict[str, Found]:
    """What was found of each register; only those in `checked` are staged, and checked by the rules named, or by all where a defect needs no finding."""
    home.prepare(key=SAMPLE_KEY)
    home.settle_in(pinned_as_of=tarp.AS_OF, sample="clean")
    for day in sorted({item.known_from for item in extracts if item.known_from}):
        drop(home, [item for item in extracts if item.known_from == day])
        intake.take_in(home, CATALOGUE, day)
    drop(home, [item for item in extracts if item.known_from is None])
    night = Night(home, tarp.AS_OF, checker)
    receipts = night.take_in()
    verdicts = {register: verdicts_of(night, register, rules) for register, rules in checked.items()}
    changes = changes_of(home)
    made = {}
    for register in dict.fromkeys(item.register for item in extracts):
        states = tuple(receipt.state for receipt in receipts if receipt.register == register)
        made[register] = Found(verdicts.get(register, {}), states, changes.get(register, {}))
    return made


def verdicts_of(night: Night, register: str, rules: set[str]) -> dict[str, str]:
    """The verdicts of a register once it is staged: of the rules named, or of all where nothing has to be found."""
    suite = register_suite(CATALOGUE, CATALOGUE.registers[register])
    asked = suite if NOTHING in rules else Suite(suite.subject, tuple(item for item in suite.expectations if item.rule in rules))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(pipelines.night, "register_suite", lambda *_: asked)
        return {check.rule: check.verdict for check in night.build_register(register)}


def drop(home: Home, extracts: list[Extract]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for item in extracts:
            path = Path(folder) / item.file_name
            item.write(path)
            deliver(home, path, item.register, covers_through=item.covers_through, reference_period=item.reference_period, rows=item.declared_rows)


def changes_of(home: Home) -> dict[str, dict[str, int]]:
    """By register and column, how many people changed since the vintage before."""
    made: dict[str, dict[str, int]] = {}
    with open_warehouse(home) as warehouse:
        query = "select register, column_name, people_changed from quality.vintage_changes where column_name <> ''"
        for register, column, people in warehouse.connection.execute(query).fetchall():
            made.setdefault(register, {})[column] = people
    return made


def rounds() -> list[list[str]]:
    """The catalogue in as few parts as there are defects of one register: no part has two of one."""
    made: list[dict[str, str]] = []
    for name, item in DEFECTS.items():
        free = next((part for part in made if item.register not in part), None)
        if free is None:
            made.append(free := {})
        free[item.register] = name
    return [list(part.values()) for part in made]


@pytest.fixture(scope="module")
def found_clean(clean: list[Extract], asked: Asked) -> dict[str, Found]:
    return asked(clean, {register: names - {NOTHING} for register, names in NAMED.items()})


def test_nothing_is_found_in_the_clean_sample_but_the_claims_that_were_corrected(found_clean: dict[str, Found]) -> None:
    said = {register: found.names() for register, found in found_clean.items()}
    assert {register: names for register, names in said.items() if names} == {"claims": {VINTAGES}}
    assert set(said) == set(CATALOGUE.registers)


@pytest.mark.parametrize("names", rounds(), ids=lambda names: names[0])
def test_each_defect_is_found_by_its_name(names: list[str], clean: list[Extract], asked: Asked, found_clean: dict[str, Found]) -> None:
    made: list[Extract] = []
    for name in names:
        extracts, note = plant(name, clean)
        made += [replace(item) for item in extracts if item.register == note.register]
    found = asked(made, {item.register: {item.found_by} for item in map(DEFECTS.__getitem__, names) if item.found_by not in {QUARANTINE, KNOWN_ALREADY}})
    missed = {}
    for name in names:
        item = DEFECTS[name]
        new = found[item.register].names() - found_clean[item.register].names()
        if item.found_by not in new and not (item.found_by == NOTHING and not new):
            missed[name] = (item.found_by, sorted(new), found[item.register].receipts)
    assert not missed


def test_the_catalogue_names_rules_that_there_are(found_clean: dict[str, Found]) -> None:
    for register, names in NAMED.items():
        assert names - {QUARANTINE, KNOWN_ALREADY, VINTAGES, NOTHING} == set(found_clean[register].verdicts)
