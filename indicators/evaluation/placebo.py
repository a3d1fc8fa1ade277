"""An outcome that the effort cannot have moved, estimated as the one that is paid for: what it shows is not the effort's."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from indicators.result import Estimate, Placebo

NO_EFFECT = {"difference": Decimal(0), "log_hazard_ratio": Decimal(0), "rate_ratio": Decimal(1)}
"""What a quantity is without an effect, for the quantities that a placebo is judged by."""
WITHOUT = "the method gives no quantity that is known to be nought without an effect"


def placebo_of(outcome: str, estimate: Callable[[], Estimate]) -> Placebo:
    """What the method says of a placebo. It moves where an interval that the contract names does not hold no effect: with several, where any does
    not. Where there is no estimate, why stands in its stead, and nobody knows that it does not move."""
    try:
        found = estimate().quantities
    except ValueError as error:
        return Placebo(outcome, failure=str(error))
    name = next((name for name in NO_EFFECT if name in found), None)
    if name is None:
        return Placebo(outcome, failure=WITHOUT)
    outside = [item for item in found[name].intervals if not item.low <= NO_EFFECT[name] <= item.high]
    return Placebo(outcome, name, found[name], moves=bool(outside))
