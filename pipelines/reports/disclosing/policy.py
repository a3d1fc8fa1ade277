"""What a contract's policy says of one number: its rounding, and whether an amount is made up of too few people."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from fractions import Fraction
from typing import overload

from pipelines.contracts.outcome import Dominance
from pipelines.payments.decide import Decision


def is_dominated(decision: Decision, policy: Dominance) -> bool:
    """Whether the persons with the largest parts of an amount make up as much of it as the contract lets nobody know. An amount that is not made
    of persons' lines is dominated by nobody."""
    parts: Counter[str] = Counter()
    for line in decision.lines:
        parts[line.key] += abs(line.amount)  # type: ignore[assignment]
    total = Fraction(sum(parts.values()))
    largest = sum((Fraction(amount) for _, amount in parts.most_common(policy.persons)), Fraction(0))
    return total > 0 and largest >= Fraction(policy.share) * total


@overload
def rounded(value: None, base: int) -> None: ...
@overload
def rounded(value: int, base: int) -> int: ...
@overload
def rounded(value: Decimal, base: int) -> Decimal: ...
def rounded(value: Decimal | int | None, base: int) -> Decimal | int | None:
    """The nearest multiple of `base`, halves upwards: the same number is rounded alike wherever it stands, and a part never above its whole."""
    if value is None:
        return None
    nearest = int((Fraction(value) / base + Fraction(1, 2)) // 1) * base
    return nearest if isinstance(value, int) else Decimal(nearest)
