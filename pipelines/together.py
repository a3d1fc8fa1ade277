"""Measuring together: whatever can be measured is, in one reading of the staged tables, and waits for the step of its own outcome.

A night has many outcomes on few registers, each a step of its own that a check may stop. So that ten outcomes on one register read it
once, the first step computes what the others will ask for, a slice of the people at a time. What a row says depends on its own outcome
alone: each sees the rows of its own people only, and what fails fails when its own step asks.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import polars as pl
from polars.exceptions import PanicException

from indicators.spells import day_number
from pipelines import measuring
from pipelines.canonical import digest
from pipelines.contracts.catalogue import Catalogue, is_claimed_apart
from pipelines.contracts.outcome import ClaimPeriod, Outcome, OutcomeContract
from pipelines.deliveries.counting import InUse
from pipelines.fingerprint import Inputs
from pipelines.measuring import Asked
from pipelines.payments.vocabulary import vocabulary
from pipelines.quality.suites import outcome_subject
from pipelines.settings import Home
from pipelines.warehouse.staged import PEOPLE_AT_ONCE, Reading, Slice, about, between, placed
from pipelines.warehouse.writer import Warehouse

Members = dict[tuple[str, ...], pl.DataFrame]


@dataclass(frozen=True)
class Kept:
    """Unit rows that wait: what they were made from, the folder they lie in, and what went wrong in computing them, if anything did."""

    made_from: str
    folder: Path
    wrong: BaseException | None


class Waiting:
    """Unit rows on their way from the reading that computed them to the step that records them. They wait on disk, where a crash leaves no
    more than the next night clears away."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._kept: dict[str, Kept] = {}
        self._folders = 0

    def names(self) -> set[str]:
        """Of what rows wait."""
        return set(self._kept)

    def has(self, name: str, made_from: str) -> bool:
        """Whether the rows of this name were computed, or failed, from just what they would be computed from now."""
        return name in self._kept and self._kept[name].made_from == made_from

    def measure(self, connection: duckdb.DuckDBPyConnection, asked: Sequence[Asked], at_once: int = PEOPLE_AT_ONCE) -> None:
        """Compute everything asked for in one reading. What goes wrong with one is kept for its own step. Nothing waits of a reading that does
        not come to its end."""
        folders = {item.name: self._empty_folder() for item in asked}
        wrong: dict[str, BaseException] = {}
        for number, item, rows in computed(connection, asked, at_once):
            if isinstance(rows, pl.DataFrame):
                rows.write_ipc(folders[item.name] / f"{number:06}.arrow")
            else:
                wrong[item.name] = rows
        self._kept |= {item.name: Kept(item.made_from, folders[item.name], wrong.get(item.name)) for item in asked}

    def _empty_folder(self) -> Path:
        if not self._folders:
            self.clear()
            self.folder.mkdir(parents=True, mode=0o700)
        self._folders += 1
        folder = self.folder / str(self._folders)
        folder.mkdir(mode=0o700)
        return folder

    def rows(self, name: str) -> Iterator[pl.DataFrame]:
        """The rows computed under a name, a slice at a time, in the order staged tables have. Raises what went wrong in computing them."""
        kept = self._kept[name]
        if kept.wrong:
            raise kept.wrong
        for path in sorted(kept.folder.iterdir()):
            yield pl.read_ipc(path)

    def clear(self) -> None:
        """Forget everything that waits."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self._kept, self._folders = {}, 0


def computed(connection: duckdb.DuckDBPyConnection, asked: Sequence[Asked], at_once: int = PEOPLE_AT_ONCE) -> Iterator[tuple[int, Asked, pl.DataFrame | BaseException]]:
    """The unit rows of everything asked for, a slice of the people at a time, numbered; or what went wrong, after which nothing more comes of that
    one. Each row of a staged table is read at most once for all of them."""
    own = {key: placed(people) for key, people in {id(item.people): item.people for item in asked}.items()}
    everybody = all_of(list(own.values()))
    failed: set[str] = set()
    for number, part in enumerate(Reading(connection, everybody, at_once).slices()):
        for item in asked:
            people = between(own[id(item.people)], part.after, part.last)
            if item.name not in failed and (people.height or number == 0):
                rows = _rows(item, people, part)
                failed |= set() if isinstance(rows, pl.DataFrame) else {item.name}
                yield number, item, rows


def all_of(groups: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Everybody in some groups of placed people, each once, placed."""
    persons = [group.select("person_id", "place") for group in groups]
    return persons[0] if len(persons) == 1 else pl.concat(persons).unique().sort("place")


def _rows(item: Asked, people: pl.DataFrame, part: Slice) -> pl.DataFrame | BaseException:
    """One outcome's rows of a slice, made from the rows of its own people; or what went wrong. An engine's panic is no Exception."""
    is_all = people.height == part.persons.height
    try:
        return item.rows(people, {name: part.table(name) if is_all else about(part.table(name), people) for name in item.tables.values()})
    except (Exception, PanicException) as error:
        return error


@dataclass
class Together:
    """The outcomes of one night, and the unit rows of those that were computed before their step."""

    home: Home
    as_of: dt.date
    catalogue: Catalogue
    inputs: Inputs
    used: Mapping[str, InUse]
    frozen_hash: Callable[[OutcomeContract, str], str]
    _begun: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.waiting = Waiting(self.home.root / ".spill" / "unit_rows")

    def claims(self, contract: OutcomeContract, outcome: Outcome) -> list[ClaimPeriod | None]:
        """The claim periods of an outcome that are decided by now, where each has a result of its own; else the whole cohort, as None."""
        is_apart = is_claimed_apart(outcome, vocabulary().indicators[outcome.indicator])
        return [claim for claim in contract.claims_of(outcome.id) if is_decided(contract, outcome.id, claim, self.as_of)] if is_apart else [None]

    def prepare(self, warehouse: Warehouse, contract: OutcomeContract, outcome: Outcome) -> None:
        """Have the unit rows of an outcome, with those of every other one that has its inputs and not yet had its step. What is read is read
        apart from the step's own transaction, which goes on whatever fails."""
        made_from = self._made_from(contract, outcome)
        self._begun.add((contract.contract, outcome.id))
        if all(self.waiting.has(measuring.name_of(contract, outcome, claim), made_from) for claim in self.claims(contract, outcome)):
            return
        with warehouse.connection.cursor() as cursor:
            apart, members = Warehouse(cursor, self.home), Members()
            asked = self._asked(apart, contract, outcome, members)
            for other in self.catalogue.contracts.values():
                asked += [item for one in other.outcomes for item in self._asked_beside(apart, other, one, members)]
            self.waiting.measure(cursor, asked)

    def leave_out(self, contract: OutcomeContract, outcome: Outcome) -> None:
        """Have nothing computed for an outcome whose rows stand already."""
        self._begun.add((contract.contract, outcome.id))

    def rows(self, warehouse: Warehouse, contract: OutcomeContract, outcome: Outcome, claim: ClaimPeriod | None) -> Iterator[pl.DataFrame]:
        """The unit rows that a claim of a prepared outcome claims, a slice at a time, those of households in one. Raises what went wrong in
        computing them."""
        slices = self.waiting.rows(measuring.name_of(contract, outcome, claim))
        if outcome.combine is not None:
            slices = iter([measuring.by_household(warehouse, measuring.enrolled_members(warehouse, contract, outcome), outcome.combine, slices)])
        return (measuring.claimed(rows, outcome, claim) for rows in slices)

    def _asked(self, warehouse: Warehouse, contract: OutcomeContract, outcome: Outcome, members: Members) -> list[Asked]:
        """What an outcome has to be computed for: each of its claims, or one for all that claim from the same rows."""
        cohorts = (contract.contract, str(outcome.months_before or 0), *outcome.cohorts)
        if cohorts not in members:
            members[cohorts] = measuring.outcome_members(warehouse, contract, outcome)
        made_from, until = self._made_from(contract, outcome), self._mature_until(outcome)
        every = [measuring.asked(self.catalogue, contract, outcome, members[cohorts], claim, until, made_from) for claim in self.claims(contract, outcome)]
        return list({item.name: item for item in reversed(every)}.values())

    def _asked_beside(self, warehouse: Warehouse, contract: OutcomeContract, outcome: Outcome, members: Members) -> list[Asked]:
        """The same of an outcome whose own step is still to come, if everything it is made from was built tonight. If anything is wrong with
        it, its own step says so."""
        try:
            if (contract.contract, outcome.id) in self._begun or not self._is_ready(warehouse, contract, outcome):
                return []
            return self._asked(warehouse, contract, outcome, members)
        except (Exception, PanicException):
            return []

    def _is_ready(self, warehouse: Warehouse, contract: OutcomeContract, outcome: Outcome) -> bool:
        return all(warehouse.built_on(subject, made_from) == self.as_of for subject, made_from in self._needed(contract, outcome).items())

    def _needed(self, contract: OutcomeContract, outcome: Outcome) -> dict[str, str]:
        """The subjects an outcome is made from, each with the digest of what it must have been built from."""
        registers = self.catalogue.outcome_registers(contract, outcome, vocabulary())
        needed = {f"register:{name}": digest(self.inputs.register(self.catalogue.registers[name])) for name in registers}
        cohorts = {name: self.inputs.cohort(contract, name, self.frozen_hash(contract, name)) for name in outcome.cohorts}
        return {**needed, **{f"cohort:{contract.contract}/{name}": digest(made) for name, made in cohorts.items()}}

    def _made_from(self, contract: OutcomeContract, outcome: Outcome) -> str:
        return digest(self.inputs.outcome(contract, outcome.id, {name: self.frozen_hash(contract, name) for name in outcome.cohorts}))

    def _mature_until(self, outcome: Outcome) -> int:
        """The day before which every event is known: of the registers an indicator reads, the one that covers least, less its lag."""
        ends = [day_number(self.as_of) + 1]
        for name in self.catalogue.read_registers(outcome, vocabulary()):
            used = self.used.get(name)
            through = used.covers_through if used and used.covers_through else dt.date(1970, 1, 1)
            ends.append(day_number(through) + 1 - self.catalogue.registers[name].handling.reporting_lag_days)
        return min(ends)


def is_decided(contract: OutcomeContract, outcome_id: str, claim: ClaimPeriod, as_of: dt.date) -> bool:
    """Whether some trigger decides this claim period of an outcome by a day."""
    return any(
        as_of >= period.decided_on(kind)
        for payment in contract.payments
        for kind in payment.kinds
        for period in payment.claim_periods
        if period.id == claim.id and outcome_id in (*payment.outcomes_of(kind), *contract.compared_with(payment, kind))
    )


def undecided(contract: OutcomeContract, as_of: dt.date) -> set[str]:
    """The subjects of a contract's outcomes that no trigger decides by a day, nor looks at through the comparison of one that it does."""
    decided = [outcome.id for outcome in contract.outcomes if any(is_decided(contract, outcome.id, claim, as_of) for claim in contract.claims_of(outcome.id))]
    return {outcome_subject(contract.contract, outcome.id) for outcome in contract.outcomes if outcome.id not in contract.resting_on(decided)}
