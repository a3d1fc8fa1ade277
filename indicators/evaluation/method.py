"""What a method of comparison declares, and rounding estimates to their declared decimals."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from functools import cache
from typing import Any

from indicators.evaluation.evidence import Evidence
from indicators.result import Estimate, Interval, Quantity

GIVEN = ("intervals", "level", "decimals")
"""Keyword parameters that the contract gives beside the terms of a method."""
COMPARISON, UNIT_ROWS, BEFORE, EARLIER, CLUSTER, SETS, COHORTS, TIME = "comparison", "units", "before", "earlier", "cluster", "sets", "cohorts", "time"
NEEDS = (COMPARISON, UNIT_ROWS, BEFORE, EARLIER, CLUSTER, SETS, COHORTS, TIME)
"""What a method may need beside the sums of the treatment group: a comparison group, a row a unit, or a column of those; who stands beside whom; several
cohorts; the time to an event as exposure."""


@dataclass(frozen=True)
class Method:
    """One version of one method. `estimate(evidence, intervals=, level=, decimals=, **terms)` gives the Estimate."""

    name: str
    version: int
    intervals: tuple[str, ...]
    quantities: tuple[str, ...]
    needs: tuple[str, ...]
    definition: str
    module: str
    estimate: Callable[..., Estimate]

    @property
    def pin(self) -> str:
        return f"{self.name}@{self.version}"

    @property
    def parameters(self) -> dict[str, tuple[Any, Any]]:
        """What a contract gives it under `with`: type and default (`...` when it must)."""
        hints = inspect.get_annotations(self.estimate, eval_str=True)
        pars = inspect.signature(self.estimate).parameters.values()
        given = [par for par in pars if par.kind is par.KEYWORD_ONLY and par.name not in GIVEN]
        return {par.name: (hints[par.name], ... if par.default is par.empty else par.default) for par in given}


def method(name: str, *, version: int, intervals: Sequence[str], quantities: Sequence[str], needs: Iterable[str] = (COMPARISON,)) -> Callable[[Callable[..., Estimate]], Method]:
    """Declare a method with the intervals and quantities a contract may name, and what of NEEDS it looks at. Raises ValueError for another need."""
    needed = tuple(needs)
    if unknown := set(needed) - set(NEEDS):
        raise ValueError(f"{name}@{version} needs {', '.join(sorted(unknown))}, which nobody can give it")

    def declare(estimate: Callable[..., Estimate]) -> Method:
        return Method(name, version, tuple(intervals), tuple(quantities), needed, estimate.__doc__ or "", estimate.__module__, estimate)

    return declare


@cache
def methods() -> dict[str, Method]:
    """Every method of `indicators/evaluation`, by pin."""
    import indicators.evaluation as package
    from indicators.indicator import discover

    return {item.pin: item for item in discover(package, Method)}


def modules_of_methods() -> list[str]:
    """Every module that an estimate may be computed with: a method may use another, and all of them share some."""
    import pkgutil

    import indicators.evaluation as package

    return [f"{package.__name__}.{info.name}" for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda item: item.name)]


def rounded(value: Any, decimals: int) -> Decimal:
    """A float, Decimal or Fraction as a Decimal of `decimals` places, half to even. Estimates pass here before any rule or hash. Raises
    ValueError, in words, for a number that is none."""
    exact = value if isinstance(value, Fraction) else Fraction(value) if isinstance(value, Decimal) else _fraction(float(value))
    scaled = exact * 10**decimals
    return Decimal(round(scaled)).scaleb(-decimals).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN)


def _fraction(value: float) -> Fraction:
    try:
        return Fraction(value)
    except (ValueError, OverflowError) as error:
        raise ValueError("the figures give no number: they vary too little, or one follows from the others") from error


def quantity(value: Any, error: Any, ends: Iterable[tuple[str, Any, Any]], *, level: Decimal, decimals: int) -> Quantity:
    """A quantity rounded to its decimals: with its exact value where `value` is a Fraction, its standard error unless that is None, and an
    interval for each (name, low, high)."""
    found = tuple(Interval(name, level, rounded(low, decimals), rounded(high, decimals)) for name, low, high in sorted(ends))
    std_error = None if error is None else rounded(error, decimals)
    return Quantity(rounded(value, decimals), value if isinstance(value, Fraction) else None, std_error, found)


__all__ = ["Evidence", "Method", "method", "methods", "quantity", "rounded"]
