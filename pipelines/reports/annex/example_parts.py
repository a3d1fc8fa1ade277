"""What every worked example is made of: a case with what goes in, and small helpers that make its counts."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from indicators.result import Estimate, Result, RoleCount
from pipelines.contracts.catalogue import arguments
from pipelines.contracts.outcome import Outcome, Payment
from pipelines.payments.rule import NOTHING_EARLIER, Earlier, Unit
from pipelines.reports.annex.draft import Draft

PEOPLE = 10
EACH = 10
"""What a person comes to in an example, in the indicator's unit."""


@dataclass(frozen=True)
class Case:
    """What goes in, in words, and what of it the deciding function asks for; `by_cohort` are results of each cohort apart, by outcome."""

    title: str
    given: tuple[str, ...]
    result: Result
    units: tuple[Unit, ...] = ()
    conditions: dict[str, Result] = field(default_factory=dict)
    earlier: Earlier = NOTHING_EARLIER
    by_cohort: dict[str, dict[str, Result]] = field(default_factory=dict)


def result_of(draft: Draft, outcome: Outcome, roles: dict[str, RoleCount], estimate: Estimate | None = None) -> Result:
    """A result of these counts, for an outcome of the contract."""
    return Result(draft.contract.contract, outcome.id, outcome.clause, outcome.kind, outcome.indicator, "", roles, estimate=estimate)


def count_of(n: int, value: Decimal, squares: Decimal = Decimal(0), reasons: tuple[tuple[str, str, int], ...] = ()) -> RoleCount:
    """So many people, all of them counted."""
    return RoleCount(n, n, value, n, reasons, squares)


def terms_of(draft: Draft, payment: Payment) -> dict[str, Any]:
    """What the contract gives the rule of a payment."""
    return arguments(draft.vocabulary.rules[payment.rule.pin].parameters, payment.rule.arguments)


def units_word(draft: Draft, unit: str) -> str:
    """Several of a unit, as the language says it."""
    from pipelines.reports.annex.payments import chosen

    return chosen(draft.words, "units", unit)
