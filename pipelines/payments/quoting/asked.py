"""What a payment asks of an estimate, read from the arguments of its rule, however deep they stand: quantities, intervals and thresholds by name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, RootModel

from pipelines.contracts.outcome import OutcomeContract, Payment
from pipelines.payments.rule import rules

MEASURES = ("measure", "figure")
"""Arguments that name the quantity a rule looks at."""
MEAN = "mean"
"""The quantity that no comparison is needed for."""
THRESHOLDS = ("at_least", "threshold", "above", "below")
"""Arguments that a quantity is compared with."""
TABLES = ("steps", "pays")
"""Arguments that say what is paid from which quantity on: the quantity is the key."""
ALWAYS_SHARES = ("relative_reduction",)
SUMS_OF_MONEY = ("share_of_savings",)
"""Rules of outcomes that compare nothing whose figure is a sum, and no mean a person."""


@dataclass(frozen=True)
class Asked:
    """`measures` that a comparison estimates and `intervals`, by name, in the order they stand; `thresholds` that a quantity is held against."""

    measures: tuple[str, ...]
    intervals: tuple[str, ...]
    thresholds: tuple[Decimal, ...]


def asks(payment: Payment, outcome: str) -> Asked:
    """What the rule of a payment, and the rules it is put together of, look at by name of one outcome."""
    found = _of(payment, outcome)
    measures = tuple(dict.fromkeys(value for key, value in found if key in MEASURES and isinstance(value, str) and value != MEAN))
    intervals = tuple(dict.fromkeys(value for key, value in found if key == "interval" and isinstance(value, str)))
    return Asked(measures, intervals, tuple(threshold for key, value in found for threshold in _thresholds(key, value)))


def _of(payment: Payment, outcome: str) -> list[tuple[str, Any]]:
    """Every key of a payment's rule that is about an outcome, with its value."""
    return [(key, value) for scope, key, value in _scoped(payment.rule.root, payment.pays_for) if scope == outcome]


def _scoped(value: Any, scope: str) -> Iterator[tuple[str, str, Any]]:
    """The same of all outcomes: a part that names an outcome is about that one."""
    if isinstance(value, dict):
        inner = value.get("outcome", scope)
        for key, item in value.items():
            yield inner, str(key), item
            yield from _scoped(item, inner)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _scoped(item, scope)


def _thresholds(key: str, value: Any) -> Iterator[Decimal]:
    if key in THRESHOLDS and isinstance(value, Decimal):
        yield value
    if key in TABLES and isinstance(value, dict):
        yield from (Decimal(str(step)) for step in value if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", str(step)))


def argument(payment: Payment, outcome: str, name: str) -> Any:
    """The first argument of that name about an outcome, or None."""
    return next((value for key, value in _of(payment, outcome) if key == name), None)


def prices_persons(payment: Payment, outcome: str) -> bool:
    """Whether people of an outcome are worked out one by one: by the payment's rule, or one it is put together of."""
    return any(rules()[key].prices_persons for key, _ in _of(payment, outcome) if key in rules())


def needs_comparison(payment: Payment, outcome: str) -> bool:
    """Whether a rule of the payment compares the outcome's people with others."""
    return any(rules()[key].needs_comparison for key, _ in _of(payment, outcome) if key in rules())


def goes_by_estimate(payment: Payment, outcome: str) -> bool:
    """Whether a rule of the payment looks at what a comparison of the outcome's people says: it needs one, or names a quantity or an interval of it."""
    asked = asks(payment, outcome)
    return needs_comparison(payment, outcome) or bool(asked.measures or asked.intervals)


def named(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, RootModel):
        yield from named(value.root)
    elif isinstance(value, BaseModel):
        yield from named(dict(value))
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield str(key), inner
            yield from named(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from named(inner)


def shares_compared(contract: OutcomeContract, payment: Payment, outcome: str, measure: str) -> bool:
    """Whether a quantity is a share: by its name, as a difference of two shares, or because every threshold it is held against is one."""
    compare = contract.outcome(outcome).compare
    if measure in ALWAYS_SHARES or (measure != MEAN and compare is not None and compare.method.startswith("trial@")):
        return True
    found = [abs(value) for value in asks(payment, outcome).thresholds if value]
    return bool(found) and all(value <= 1 for value in found) and any(value < 1 for value in found)


def is_sum(payment: Payment) -> bool:
    """Whether a stated figure of the payment's outcome is a sum of money rather than a mean."""
    return payment.rule.pin.split("@")[0] in SUMS_OF_MONEY
