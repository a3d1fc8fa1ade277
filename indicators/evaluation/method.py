"""What a method of comparison declares, and rounding estimates to their declared decimals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from functools import cache
from typing import Any

from indicators.result import Estimate, RoleCount


@dataclass(frozen=True)
class Method:
    """One version of one method. `estimate(treatment, comparison, intervals=, level=, decimals=)` gives the Estimate."""

    name: str
    version: int
    intervals: tuple[str, ...]
    quantities: tuple[str, ...]
    definition: str
    module: str
    estimate: Callable[..., Estimate]

    @property
    def pin(self) -> str:
        return f"{self.name}@{self.version}"


def method(name: str, *, version: int, intervals: list[str], quantities: list[str]) -> Callable[[Callable[..., Estimate]], Method]:
    """Declare a method with the intervals and quantities a contract may name."""

    def declare(estimate: Callable[..., Estimate]) -> Method:
        return Method(name, version, tuple(intervals), tuple(quantities), estimate.__doc__ or "", estimate.__module__, estimate)

    return declare


@cache
def methods() -> dict[str, Method]:
    """Every method of `indicators/evaluation`, by pin."""
    import indicators.evaluation as package
    from indicators.indicator import discover

    return {item.pin: item for item in discover(package, Method)}


def rounded(value: Any, decimals: int) -> Decimal:
    """A float, Decimal or Fraction as a Decimal of `decimals` places, half to even. Estimates pass here before any rule or hash."""
    exact = Fraction(value) if isinstance(value, Fraction) else Fraction(float(value)) if not isinstance(value, Decimal) else Fraction(value)
    scaled = exact * 10**decimals
    return Decimal(round(scaled)).scaleb(-decimals).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN)


def both_counted(treatment: RoleCount, comparison: RoleCount) -> None:
    """Raise ValueError, in words, unless both arms have somebody counted."""
    for words, role in (("treatment group", treatment), ("comparison group", comparison)):
        if role.n_counted == 0:
            raise ValueError(f"nobody in the {words} is counted, so nothing can be compared")
