"""The steps of a night in this process, in the order and with the blocking that Dagster gives them: what decides a home when hundreds are to
be decided. Nothing is published: a night that people read is run by Dagster.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from graphlib import TopologicalSorter
from typing import TypeVar

from pipelines.contracts.outcome import OutcomeContract
from pipelines.contracts.relationships import names_of
from pipelines.errors import without_values
from pipelines.locking import locked
from pipelines.metering import metered
from pipelines.night import Night
from pipelines.payments.vocabulary import vocabulary
from pipelines.quality.checks import HOLDING, Check

Made = TypeVar("Made")


class StoppedError(Exception):
    """A step that stopped, in words that name type and place only."""


def noted(night: Night, step: str, work: Callable[[], Made]) -> Made:
    """Call `work`, measured. An error is noted in the night's summary and goes on as StoppedError, without what it quoted."""
    try:
        with metered(night.steps, step):
            return work()
    except Exception as error:
        words = f"{step}: {without_values(error)}"
        night.problems.append(words)
    raise StoppedError(words)


def run_steps(night: Night) -> Night:
    """Every step of `night` from its inbox to its ledger. What rests on a register that does not hold, or on a step that stopped, is left
    out; deciding and settling come whatever stopped. Raises HomeBusyError when another process holds the home."""
    with locked(night.home):
        _walked(_Walk(night))
    return night


def _walked(walk: _Walk) -> None:
    night = walk.night
    walk.step("inbox", "taking in the inbox", (), night.take_in)
    refers = {name: names_of(register) for name, register in night.catalogue.registers.items()}
    for name in TopologicalSorter(refers).static_order():
        needs = ("inbox", *(f"register:{other}" for other in refers[name]))
        walk.checked(f"register:{name}", f"register {name}", needs, partial(night.build_register, name))
    for build in (_build_cohorts, _build_outcomes):
        for contract in night.catalogue.contracts.values():
            build(walk, contract)
    walk.step("decisions", "deciding", (), night.decide_all)
    walk.step("ledger", "settling", ("decisions",), night.hand_over_and_settle)


def _build_cohorts(walk: _Walk, contract: OutcomeContract) -> None:
    for cohort in contract.cohorts:
        needs = [f"register:{name}" for name in walk.night.catalogue.cohort_registers(cohort)]
        walk.step(_cohort(contract, cohort.id), f"cohort {contract.contract}/{cohort.id}", needs, partial(walk.night.build_cohort, contract, cohort.id))


def _build_outcomes(walk: _Walk, contract: OutcomeContract) -> None:
    night, catalogue = walk.night, walk.night.catalogue
    for outcome in contract.in_order():
        registers = (f"register:{name}" for name in catalogue.outcome_registers(contract, outcome, vocabulary()))
        looked_at = (_outcome(contract, name) for name in contract.resting_on([outcome.id])[1:])
        needs = [*(_cohort(contract, name) for name in outcome.cohorts), *registers, *looked_at]
        named = _outcome(contract, outcome.id)
        walk.step(named, named, needs, partial(night.build_outcome, contract, outcome.id))


def _outcome(contract: OutcomeContract, outcome: str) -> str:
    return f"outcome {contract.contract}/{outcome}"


def _cohort(contract: OutcomeContract, cohort: str) -> str:
    return f"cohort:{contract.contract}/{cohort}"


@dataclass
class _Walk:
    """What of a night was left out or stopped so far: nothing that rests on it is tried."""

    night: Night
    blocked: set[str] = field(default_factory=set)

    def step(self, name: str, words: str, needs: Iterable[str], work: Callable[[], Made]) -> Made | None:
        """The step's result, or None when it was left out or stopped."""
        if not self.blocked.isdisjoint(needs):
            self.blocked.add(name)
            return None
        try:
            return noted(self.night, words, work)
        except StoppedError:
            self.blocked.add(name)
            return None

    def checked(self, name: str, words: str, needs: Iterable[str], work: Callable[[], list[Check]]) -> None:
        """A step whose own check blocks: one expectation that does not hold is enough."""
        if any(check.verdict in HOLDING for check in self.step(name, words, needs, work) or ()):
            self.blocked.add(name)
