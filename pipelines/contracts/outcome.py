"""The outcome contract: parties, cohorts, outcomes and payments of one agreement, read strictly.

Every price and amount is keyed by the day it holds from, and every part that moves money cites its clause.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, RootModel, StringConstraints, field_validator, model_validator

from pipelines.contracts.register import Name, Strict, Words

CENTS = 2
MONEY_LIMIT = Decimal(10) ** 15
Pin = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*@[1-9][0-9]*$")]
Money = Annotated[Decimal, Field(ge=0, decimal_places=2, max_digits=18)]
Role = Literal["commissioner", "payer", "provider", "investor", "guarantor", "intermediary", "evaluator", "data_supplier"]


class DatedMoney(RootModel[dict[dt.date, Decimal]]):
    """An amount of money keyed by the first day it holds."""

    @field_validator("root", mode="before")
    @classmethod
    def _dated(cls, value: Any) -> Any:
        if not isinstance(value, dict) or not value:
            raise ValueError("an amount needs the day it holds from, as {2024-01-01: 1000.00}")
        for day, amount in value.items():
            if not isinstance(day, dt.date):
                raise ValueError(f"'{day}' is not a date; an amount is keyed by the day it holds from, as {{2024-01-01: 1000.00}}")
            if isinstance(amount, bool) or not isinstance(amount, Decimal | int) or not 0 <= amount < MONEY_LIMIT or Decimal(amount) != round(Decimal(amount), CENTS):
                raise ValueError(f"'{amount}' is not an amount of money below {MONEY_LIMIT:,} with at most two decimals")
        return {day: Decimal(amount) for day, amount in value.items()}

    def on(self, day: dt.date) -> Decimal:
        """The amount that holds on `day`. Raises ValueError before the first."""
        days = [start for start in self.root if start <= day]
        if not days:
            raise ValueError(f"no amount holds on {day}; the first holds from {min(self.root)}")
        return self.root[max(days)]


class Party(Strict):
    id: Name
    name: Words
    roles: list[Role] = Field(min_length=1)


class Term(Strict):
    """Half-open: the contract runs from `from` up to, and not including, `to`."""

    start: dt.date = Field(alias="from")
    end: dt.date = Field(alias="to")

    @model_validator(mode="after")
    def _forward(self) -> Term:
        if self.end <= self.start:
            raise ValueError(f"'to' ({self.end}) must be after 'from' ({self.start})")
        return self


class Arms(Strict):
    """Which delivered code is the treatment group and which the comparison."""

    column: Name
    treatment: Words
    comparison: Words

    @model_validator(mode="after")
    def _apart(self) -> Arms:
        if self.treatment == self.comparison:
            raise ValueError(f"treatment and comparison are the same code '{self.treatment}'")
        return self


class Cohort(Strict):
    """Who is counted: everyone the register enrols in `enrolled`, by intention to treat; frozen once that period is covered."""

    id: Name
    clause: Words
    register_name: Name = Field(alias="from")
    enrolled: Term
    enrolled_on: Name
    arms: Arms


class Comparison(Strict):
    method: Pin
    intervals: list[Name] = Field(min_length=1)
    level: Annotated[Decimal, Field(gt=0, lt=1)]
    decimals: Annotated[int, Field(ge=1, le=12)]


class Outcome(Strict):
    """What is measured, over which cohort, by which pinned indicator."""

    id: Name
    clause: Words
    kind: Literal["activity", "output", "outcome", "experienced"]
    cohort: Name
    indicator: Pin
    arguments: dict[Name, Any] = Field(default_factory=dict, alias="with")
    compare: Comparison | None = None


class ClaimPeriod(Strict):
    """The period a payment is claimed for, half-open, and the first as-of day it is decided on."""

    id: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z_-]*$", max_length=40)]
    start: dt.date = Field(alias="from")
    end: dt.date = Field(alias="to")
    decided_from: dt.date

    @model_validator(mode="after")
    def _forward(self) -> ClaimPeriod:
        if not self.start < self.end <= self.decided_from:
            raise ValueError(f"needs from ({self.start}) before to ({self.end}) and decided_from ({self.decided_from}) not before to")
        return self


class PinnedRule(RootModel[dict[str, dict[str, Any]]]):
    """One payment rule by name and version, with its arguments: `{threshold@1: {...}}`."""

    @field_validator("root")
    @classmethod
    def _one(cls, value: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        if len(value) != 1:
            raise ValueError("a payment has exactly one rule, written {name@version: {...}}")
        pin = next(iter(value))
        if not re.fullmatch(r"[a-z][a-z0-9_]*@[1-9][0-9]*", pin):
            raise ValueError(f"'{pin}' does not pin a version; write it as {pin.split('@')[0]}@1")
        return value

    @property
    def pin(self) -> str:
        return next(iter(self.root))

    @property
    def arguments(self) -> dict[str, Any]:
        return self.root[self.pin]


class Payment(Strict):
    """A trigger: the clause that turns one outcome into money."""

    id: Name
    clause: Words
    pays_for: Name
    payer: Name
    payee: Name
    rule: PinnedRule
    claim_periods: list[ClaimPeriod] = Field(min_length=1)


class Gate(Strict):
    profile: Pin


class Disclosure(Strict):
    """Counts below `smallest_count` are suppressed wherever anyone may read."""

    smallest_count: Annotated[int, Field(ge=3, le=100)] = 5


class OutcomeContract(Strict):
    """One agreement. References inside it are checked here; references to what code offers are checked by the catalogue."""

    contract: Name
    version: Annotated[int, Field(ge=1)]
    title: Words
    model: Literal["payment_by_results", "social_impact_bond", "conditional_grant"]
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    term: Term
    parties: list[Party] = Field(min_length=2)
    cohorts: list[Cohort] = Field(min_length=1)
    outcomes: list[Outcome] = Field(min_length=1)
    payments: list[Payment] = Field(min_length=1)
    gate: Gate
    disclosure: Disclosure = Disclosure()

    def cohort(self, name: str) -> Cohort:
        return next(cohort for cohort in self.cohorts if cohort.id == name)

    def outcome(self, name: str) -> Outcome:
        return next(outcome for outcome in self.outcomes if outcome.id == name)
