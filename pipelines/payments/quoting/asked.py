"""What a payment asks of an estimate, read from the arguments of its rule, however deep they stand: quantities, intervals and thresholds by name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pipelines.contracts.outcome import OutcomeContract, Payment

THRESHOLDS = ("at_least", "threshold", "floor", "cap", "full_from", "above", "below")
"""Arguments that a quantity is compared with."""
ALWAYS_SHARES = ("relative_reduction",)


@dataclass(frozen=True)
class Asked:
    """`measures` and `intervals` by name, in the order they stand; `thresholds` that a quantity is held against."""

    measures: tuple[str, ...]
    intervals: tuple[str, ...]
    thresholds: tuple[Decimal, ...]


def asks(payment: Payment) -> Asked:
    """What the rule of a payment looks at by name."""
    found = list(named(payment.rule.arguments))
    texts = {name: tuple(dict.fromkeys(value for key, value in found if key == name and isinstance(value, str))) for name in ("measure", "interval")}
    return Asked(texts["measure"], texts["interval"], tuple(value for key, value in found if key in THRESHOLDS and isinstance(value, Decimal)))


def argument(payment: Payment, name: str) -> Any:
    """The first argument of that name, or None."""
    return next((value for key, value in named(payment.rule.arguments) if key == name), None)


def named(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield str(key), inner
            yield from named(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from named(inner)


def shares_compared(contract: OutcomeContract, payment: Payment, measure: str) -> bool:
    """Whether a quantity is a share: by its name, as a difference of two shares, or because every threshold it is held against is one."""
    compare = contract.outcome(payment.pays_for).compare
    if measure in ALWAYS_SHARES or (compare is not None and compare.method.startswith("trial@")):
        return True
    found = [abs(value) for value in asks(payment).thresholds if value]
    return bool(found) and all(value < 1 for value in found)
