"""What stands under `data_contracts/`: what loaded, what did not and why, and what a contract may name.

What indicators, rules and methods exist is told by the caller (`Vocabulary`), so that this room needs none of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, create_model

from pipelines.canonical import digest
from pipelines.contracts.outcome import Cohort, Outcome, OutcomeContract
from pipelines.contracts.profile import Profile
from pipelines.contracts.refunding import Refunding
from pipelines.contracts.register import RegisterContract
from pipelines.contracts.relationships import names_of
from pipelines.contracts.source import Finding

Parameters = dict[str, tuple[Any, Any]]
REGISTER_PROFILE = "standard@1"
"""The gate profile every register is held to, whatever the contracts that use it name."""
MATCHED_FROM = ("bef", "dream")
"""The registers that say who is alike: residence, birth and sex; benefits."""
FAMILIES_FROM = "bef"
"""The register that says who is of one family."""


@dataclass(frozen=True)
class Code:
    """One row of a code list: the code, its group and the days, both included, between which it is valid (None is no limit)."""

    code: str
    label: str
    group: str
    valid_from: dt.date | None
    valid_to: dt.date | None


class Taking:
    """What takes arguments from a contract: an indicator, a payment rule or an adjuster. `definition` says what it is, in its own words."""

    parameters: Parameters
    definition: str

    @cached_property
    def model(self) -> type[BaseModel]:
        """What a contract may give it, strictly. Made once: many contracts name the same, and making one is slow."""
        return arguments_model(self.parameters)


@dataclass(frozen=True)
class IndicatorTerms(Taking):
    """`injected` are the parameters that the pipeline gives and no contract does; `ends_at_event` says that exposure is the time to an event, and `better`
    which way of its values is."""

    registers: tuple[str, ...]
    parameters: Parameters
    injected: tuple[str, ...] = ()
    definition: str = ""
    ends_at_event: bool = False
    better: Literal["higher", "lower", "neither"] = "neither"


@dataclass(frozen=True)
class RuleTerms(Taking):
    """`fits` takes every argument and raises ValueError, saying what to do, where they do not fit each other."""

    parameters: Parameters
    needs_comparison: bool
    prices_persons: bool = False
    has_one_price: bool = False
    definition: str = ""
    pays_multiples: bool = False
    fits: Callable[..., None] | None = None


@dataclass(frozen=True)
class AdjusterTerms(Taking):
    """`of` is what it changes: persons' `lines`, or the whole `amount`."""

    parameters: Parameters
    definition: str = ""
    of: str = "lines"


@dataclass(frozen=True)
class MethodTerms(Taking):
    """`needs` is what it looks at beside the sums of the treated. `paid_for_nothing` and `missed` say how often it does, in each scenario that it was
    tried in: by its estimate alone, and by its whole interval."""

    intervals: tuple[str, ...]
    quantities: tuple[str, ...]
    needs: tuple[str, ...] = ()
    parameters: Parameters = field(default_factory=dict)
    definition: str = ""
    paid_for_nothing: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    missed: Mapping[str, tuple[float, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Vocabulary:
    """What a contract may name: indicators, payment rules, methods, adjusters and conditions by pin, and the expectations a profile may
    use, and the registers that have staging SQL."""

    indicators: dict[str, IndicatorTerms]
    rules: dict[str, RuleTerms]
    methods: dict[str, MethodTerms]
    expectations: tuple[str, ...]
    staged: tuple[str, ...]
    adjusters: dict[str, AdjusterTerms] = field(default_factory=dict)
    conditions: tuple[str, ...] = ()


@dataclass
class Catalogue:
    """What loaded, what did not and why, and the hash of every file."""

    folder: Path
    registers: dict[str, RegisterContract] = field(default_factory=dict)
    contracts: dict[str, OutcomeContract] = field(default_factory=dict)
    profiles: dict[str, Profile] = field(default_factory=dict)
    codelists: dict[str, tuple[str, ...]] = field(default_factory=dict)
    codes: dict[str, tuple[Code, ...]] = field(default_factory=dict)
    refunds: dict[str, tuple[Refunding, ...]] = field(default_factory=dict)
    broken_registers: dict[str, list[Finding]] = field(default_factory=dict)
    broken_contracts: dict[str, list[Finding]] = field(default_factory=dict)
    broken_others: dict[str, list[Finding]] = field(default_factory=dict)
    warnings: list[Finding] = field(default_factory=list)
    digests: dict[str, str] = field(default_factory=dict)

    def findings(self) -> list[Finding]:
        """Everything wrong anywhere, in file and line order."""
        every = [*self.broken_registers.values(), *self.broken_contracts.values(), *self.broken_others.values()]
        return sorted({finding for findings in every for finding in findings})

    def digest_of(self, relative: str) -> str:
        """SHA-256 of the very bytes that a file was loaded from."""
        return self.digests[relative]

    def gate_of(self, contract: OutcomeContract) -> Profile:
        """The rules a contract's cohorts and outcomes are held to: its profile's, as the contract changes them and adds to them."""
        return self.profiles[contract.gate.profile].agreed(contract.gate)

    def profile_digest(self, pin: str) -> str:
        """Hash of everything a gate profile says; empty when it does not load."""
        return digest(self.profiles[pin].model_dump(mode="json")) if pin in self.profiles else ""

    def bound_profiles(self, contract: OutcomeContract) -> dict[str, str]:
        """The gate profiles a contract is executed with: its own and the one every register is held to, by pin, hashed."""
        return {pin: self.profile_digest(pin) for pin in sorted({contract.gate.profile, REGISTER_PROFILE})}

    def outcome_registers(self, contract: OutcomeContract, outcome: Outcome, vocabulary: Vocabulary) -> tuple[str, ...]:
        """Every register one outcome needs: those of its cohorts first, then its indicator's, by name."""
        own = tuple(dict.fromkeys(name for cohort in outcome.cohorts for name in self.cohort_registers(contract.cohort(cohort))))
        return (*own, *sorted(set(self.read_registers(outcome, vocabulary)) - set(own)))

    def with_referred(self, names: Iterable[str]) -> tuple[str, ...]:
        """Registers, and after them every register that their relationships refer to, of whatever length the way: what their own expectations
        look at must itself hold."""
        found = dict.fromkeys(names)
        left = list(found)
        while left:
            further = [name for name in names_of(self.registers[left.pop(0)]) if name not in found]
            found.update(dict.fromkeys(further))
            left += further
        return tuple(found)

    def read_registers(self, outcome: Outcome, vocabulary: Vocabulary) -> tuple[str, ...]:
        """The registers an outcome's indicator reads, each under the name of the register that stands for it, and the one that says who is of one
        household where those are counted."""
        read = [outcome.reads.get(name, name) for name in vocabulary.indicators[outcome.indicator].registers]
        return tuple(dict.fromkeys([*read, *([FAMILIES_FROM] if outcome.unit == "household" else [])]))

    def cohort_registers(self, cohort: Cohort) -> tuple[str, ...]:
        """The registers a cohort is made from: the one that enrols, those a matched comparison is chosen from, and those that say who is eligible."""
        asked = cohort.eligible.registers if cohort.eligible else ()
        return tuple(dict.fromkeys((cohort.register_name, *(MATCHED_FROM if cohort.matched else ()), *asked)))


def is_claimed_apart(outcome: Outcome, terms: IndicatorTerms) -> bool:
    """Whether each claim period has a result of its own: by its indicator, or because it claims the people whose window ends in it."""
    return outcome.claimed_by == "window_end" or "claim_period" in terms.injected


def arguments_model(parameters: Parameters) -> type[BaseModel]:
    """A strict model of keyword parameters, for checking what a contract gives an indicator or a rule."""
    fields: dict[str, Any] = {name: (kind, default) for name, (kind, default) in parameters.items()}
    return create_model("Arguments", __config__=ConfigDict(extra="forbid", frozen=True, strict=True), **fields)


@cache
def _model_of(parameters: tuple[tuple[str, tuple[Any, Any]], ...]) -> type[BaseModel]:
    return arguments_model(dict(parameters))


def arguments(parameters: Parameters, given: dict[str, Any]) -> dict[str, Any]:
    """Checked arguments ready to call with. Raises pydantic's ValidationError; the catalogue has checked them before. The model is made once for
    the same parameters, where these can be told apart by hash: making one takes longer than all the rest."""
    try:
        model = _model_of(tuple(parameters.items()))
    except TypeError:
        model = arguments_model(parameters)
    made = model.model_validate(given)
    return {name: getattr(made, name) for name in parameters}
