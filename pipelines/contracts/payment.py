"""Payments of an outcome contract: the triggers that turn an outcome into money, their claim periods, rules, adjusters and conditions."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, RootModel, StringConstraints, field_validator, model_validator

from pipelines.contracts.agreed import Money, Split
from pipelines.contracts.strict import Name, Strict, Words

Pin = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*@[1-9][0-9]*$")]
Kind = Literal["final", "on_account"]


class ClaimPeriod(Strict):
    """The period a payment is claimed for, half-open, the first as-of day it is decided on, and the first one it is decided on account.
    Its `id` stands for the same days in the whole contract: two payments share a name only when they share the days.
    `expected` is what the parties expected it to be paid when they agreed: nothing is computed from it, and it stands beside what came."""

    id: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z_-]*$", max_length=40)]
    start: dt.date = Field(alias="from")
    end: dt.date = Field(alias="to")
    on_account_from: dt.date | None = None
    decided_from: dt.date
    expected: Money | None = None

    def terms(self) -> dict[str, Any]:
        """What the contract says of it, as plain data, without what was expected of it: a digest of it stands whatever that is."""
        return self.model_dump(mode="json", by_alias=True, exclude={"expected"})

    @model_validator(mode="after")
    def _forward(self) -> ClaimPeriod:
        if not self.start < self.end <= self.decided_from:
            raise ValueError(f"needs from ({self.start}) before to ({self.end}) and decided_from ({self.decided_from}) not before to")
        if self.on_account_from is not None and not self.end <= self.on_account_from <= self.decided_from:
            raise ValueError(f"needs on_account_from ({self.on_account_from}) not before to ({self.end}) and not after decided_from ({self.decided_from})")
        return self

    def decided_on(self, kind: str) -> dt.date:
        """The first as-of day on which the claim is decided, `on_account` or `final`."""
        return self.on_account_from if kind == "on_account" and self.on_account_from else self.decided_from


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

    @property
    def weighed(self) -> tuple[str, ...]:
        """The outcomes that its arguments name, at whatever depth: under `outcome`, or listed under `outcomes`."""
        return tuple(dict.fromkeys(_outcomes_in(self.arguments)))


def _outcomes_in(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            named = [item] if key == "outcome" else item if key == "outcomes" else None
            yield from [name for name in named if isinstance(name, str)] if isinstance(named, list) else _outcomes_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from _outcomes_in(item)


class PinnedAdjuster(PinnedRule):
    """One adjuster by name and version, with its arguments: `{deadweight@1: {...}}`."""


class Condition(Strict):
    """Another outcome that must hold before this trigger pays: `rule` by its pin, and the least share of people who must have answered."""

    outcome: Name
    rule: Pin
    clause: Words
    min_response: Annotated[Decimal, Field(gt=0, le=1)]


class OnAccount(Strict):
    """A share of the amount paid before the final settlement, from an outcome of the same indicator that a faster source gives."""

    clause: Words
    pays_for: Name
    share: Annotated[Decimal, Field(gt=0, le=1)]


class UnlessPaid(Strict):
    """A second chance: the trigger pays nothing when any of the `payments` named gave anything for a claim period that ends by this one's end,
    and waits until each of these is decided finally."""

    clause: Words
    payments: list[Name] = Field(min_length=1)


class Payment(Strict):
    """A trigger: the clause that turns one outcome into money, by one rule and its adjusters in the order they stand in."""

    id: Name
    clause: Words
    pays_for: Name
    payer: Name
    payee: Name
    split: Split | None = None
    unless_paid: UnlessPaid | None = None
    requires: list[Condition] = Field(default_factory=list)
    on_account: OnAccount | None = None
    rule: PinnedRule
    adjust: list[PinnedAdjuster] = Field(default_factory=list)
    claim_periods: list[ClaimPeriod] = Field(min_length=1)

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """How each claim period is settled, in the order it is decided."""
        return ("on_account", "final") if self.on_account else ("final",)

    def outcome_of(self, kind: str) -> str:
        """The outcome that a settlement pays for."""
        return self.on_account.pays_for if kind == "on_account" and self.on_account else self.pays_for

    def outcomes_of(self, kind: str) -> tuple[str, ...]:
        """Every outcome that a settlement depends on: what it pays for first, then its conditions, then those its rule and adjusters weigh."""
        weighed = (name for pinned in (self.rule, *self.adjust) for name in pinned.weighed)
        return tuple(dict.fromkeys((self.outcome_of(kind), *(condition.outcome for condition in self.requires), *weighed)))

    @model_validator(mode="after")
    def _payer_shares(self) -> Payment:
        if self.split is not None and self.payer not in self.split.shares:
            raise ValueError(f"'{self.payer}' pays and has no share in 'split'; it takes what rounding leaves, so name its share")
        return self

    @model_validator(mode="after")
    def _on_account_days(self) -> Payment:
        for period in self.claim_periods:
            if (period.on_account_from is None) != (self.on_account is None):
                raise ValueError(f"claim period {period.id}: 'on_account_from' and the payment's 'on_account' go together; give both or neither")
        return self
