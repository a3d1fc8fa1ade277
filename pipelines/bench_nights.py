"""Nights by the hundred for a bench: one engine and one reader for all of them, and copies of one home whose registers are staged and checked.

A home with a defect is such a copy in which the registers that the defect touches are delivered anew; it decides to the byte what a home
that was made with the defect does.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from pebble import ProcessPool

from pipelines.canonical import digest
from pipelines.contracts.catalogue import Catalogue
from pipelines.deliveries.intake import readers
from pipelines.night import Night
from pipelines.payments.decide import Decision
from pipelines.payments.vocabulary import catalogue
from pipelines.quality.checker import Checker
from pipelines.quality.checks import Check, Tally
from pipelines.settings import Home
from pipelines.steps import run_steps
from pipelines.synthetic import danish, tarp
from pipelines.synthetic.extract import Extract
from pipelines.synthetic.home import SAMPLE_KEY, execute, lay
from pipelines.warehouse.vintages import changes_of
from pipelines.warehouse.writer import open_warehouse


@dataclass(frozen=True)
class Helpers:
    """What many nights of one process share."""

    checker: Checker
    reader: ProcessPool


@contextmanager
def helpers() -> Iterator[Helpers]:
    """An engine and a reader, ended with the block."""
    checker = Checker().start()
    try:
        with readers() as reader:
            yield Helpers(checker, reader)
    finally:
        checker.stop()


@dataclass(frozen=True)
class Seen:
    """What a night said: of each claim, by posting key; of every check that did not pass, by subject and rule; the states of its receipts and
    how many people changed since the vintage before, by register; and what went wrong."""

    decisions: dict[str, Decision]
    not_passed: Mapping[tuple[str, str], str]
    receipts: dict[str, list[str]]
    changed: dict[str, int]
    problems: list[str]


def seen(night: Night) -> Seen:
    """What a night said, once its steps are run."""
    receipts: dict[str, list[str]] = {}
    for receipt in night.receipts:
        receipts.setdefault(receipt.register, []).append(receipt.state)
    changed: dict[str, int] = {}
    with open_warehouse(night.home) as warehouse:
        for change in changes_of(warehouse):
            changed[change.register] = changed.get(change.register, 0) + (change.changed if change.column else 0)
    not_passed = {(check.subject, check.rule): check.verdict for check in night.all_checks() if check.verdict != "passed"}
    return Seen({item.posting_key: item for item in night.decisions}, not_passed, receipts, changed, list(night.problems))


@dataclass
class _NightOfACopy(Night):
    """A night in a copy. `checked` are the checks of each register in the home it is a copy of: where the register's inputs are the same here,
    it is staged as it must be, and they are what would be said again."""

    checked: dict[str, list[Check]] = field(default_factory=dict)

    def build_register(self, name: str) -> list[Check]:
        checks, inputs = self.checked[name], digest(self.inputs.register(self.catalogue.registers[name]))
        if {check.inputs for check in checks} != {inputs}:
            return super().build_register(name)
        tally = Tally(f"register:{name}", len(checks), len(checks))
        self.tallied[tally.subject], self._unsaved[tally.subject] = tally, (tally, checks)
        return checks


@dataclass(frozen=True)
class CleanHome:
    """A home of the clean sample before its first night, its registers staged and checked, with the extracts that were delivered to it."""

    home: Home
    extracts: tuple[Extract, ...]
    agreed: Catalogue
    checked: dict[str, list[Check]]
    shared: Helpers

    def touched(self, extracts: Sequence[Extract]) -> set[str]:
        """The registers of which these extracts are others than the clean ones."""
        own, others = {id(item) for item in self.extracts}, {id(item) for item in extracts}
        return {item.register for item in (*self.extracts, *extracts) if not {id(item)} <= own & others}

    def night(self, extracts: Sequence[Extract]) -> Seen:
        """The night of a home that got these extracts in the place of the clean ones."""
        with tempfile.TemporaryDirectory() as folder:
            home = self.copy(Path(folder) / "home", extracts)
            night = _NightOfACopy(home, tarp.AS_OF, self.shared.checker, self.shared.reader, checked=self.checked)
            night.catalogue = self.agreed
            return seen(run_steps(night))

    def copy(self, place: Path, extracts: Sequence[Extract]) -> Home:
        """A copy of the home in which the registers touched wait in the inbox, what became known on an earlier day taken in."""
        home, touched = Home(place), self.touched(extracts)
        shutil.copytree(self.home.root, home.root)
        for register in touched:
            shutil.rmtree(home.archive / register, ignore_errors=True)
        lay(home, self.agreed, [item for item in extracts if item.register in touched], self.shared.reader)
        return home


def clean_home(shared: Helpers, folder: Path, people: int = danish.PEOPLE, seed: int = danish.SEED) -> CleanHome:
    """The clean sample's home in `folder`, up to and with the checks of its registers. What it delivers is kept, so that defects are planted in
    it and nothing is drawn twice."""
    extracts = tuple(map(_kept, (*tarp.extracts(), *danish.draw(people, seed).extracts())))
    home, agreed = Home(folder / "clean"), catalogue()
    home.prepare(key=SAMPLE_KEY)
    lay(home, agreed, extracts, shared.reader)
    execute(home)
    home.settle_in(pinned_as_of=tarp.AS_OF, sample="clean")
    night = Night(home, tarp.AS_OF, shared.checker, shared.reader)
    night.take_in()
    checked = {name: night.build_register(name) for name in night.catalogue.registers}
    night.all_checks()
    return CleanHome(home, extracts, agreed, checked, shared)


def _kept(extract: Extract) -> Extract:
    """The same extract, its pieces made once."""
    if not callable(extract.rows):
        return extract
    pieces = list(extract.pieces())
    return replace(extract, rows=partial(iter, pieces))
