"""Conditions: what else must hold of another outcome before a trigger pays. Too few answers hold the payment; they never refuse it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from indicators.result import Result, RoleCount
from pipelines.payments.rule import number, percent


@dataclass(frozen=True)
class Judged:
    """`met`, `not_met`, or `unanswered` when too few answered to say; and why, in one sentence."""

    state: Literal["met", "not_met", "unanswered"]
    words: str


@dataclass(frozen=True)
class ConditionRule:
    """One version of one condition."""

    name: str
    version: int
    definition: str
    judge: Callable[[Result, Decimal], Judged]

    @property
    def pin(self) -> str:
        return f"{self.name}@{self.version}"


def _looked_at(role: RoleCount) -> int:
    """The people of a role who could have been counted: all but those with no time at risk."""
    return role.n - sum(people for status, _, people in role.reasons if status == "ineligible")


def not_worse(result: Result, min_response: Decimal) -> Judged:
    """Met when the mean change of the treated who answered is not below nought: exact, so nought itself is enough. When the share who
    answered is below `min_response`, nothing is said: exactly that share is enough."""
    role = result.roles.get("treatment")
    asked = _looked_at(role) if role else 0
    if role is None or asked == 0 or Fraction(role.n_counted, asked) < Fraction(min_response):
        answered = percent(Fraction(role.n_counted, asked), 1) if role and asked else "nobody"
        return Judged("unanswered", f"{result.outcome.replace('_', ' ')}: {answered} answered, and {percent(min_response, 1)} is needed")
    said = f"{result.outcome.replace('_', ' ')}: mean change {number(role.mean)} ({percent(Fraction(role.n_counted, asked), 1)} answered)"
    return Judged("met", f"{said} is not below 0") if role.mean >= 0 else Judged("not_met", f"{said} is below 0")


_ALL = (ConditionRule("not_worse", 1, inspect.cleandoc(not_worse.__doc__ or ""), not_worse),)


def conditions() -> dict[str, ConditionRule]:
    """Every condition, by pin."""
    return {item.pin: item for item in _ALL}
