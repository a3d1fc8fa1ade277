"""What the tests of rules that price persons share: results as counting these people would give them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from indicators.result import Result, RoleCount
from pipelines.payments.rule import Unit


def roles_of(units: Iterable[Unit]) -> dict[str, RoleCount]:
    """The counts of these people by role, all of them counted."""
    groups: dict[str, list[Decimal]] = {}
    for unit in units:
        groups.setdefault(unit.role, []).append(unit.value)
    return {role: RoleCount(len(values), len(values), sum(values, Decimal(0)), 0) for role, values in groups.items()}


def result_of(units: Iterable[Unit]) -> Result:
    """A result that counts these people, each once."""
    return Result("hjem", "hjemmedage", "Bilag 2 §1", "outcome", "days_out_of_care@1", "edge, in_care", roles_of(units))
