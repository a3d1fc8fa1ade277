"""How high one group stands, and how sure that is."""

from __future__ import annotations

from decimal import Decimal

from indicators.evaluation.evidence import is_yes_or_no
from indicators.evaluation.means import t_reach
from indicators.evaluation.method import quantity
from indicators.result import Quantity, RoleCount

OF_A_SHARE = {"wilson": "wilson", "clopper_pearson": "beta"}
"""Intervals of a share, and what statsmodels calls them."""
FEWEST_EXPECTED = 5
"""Events, and people without one, below which an interval that rests on a large sample is not to be had: Cochran (1954)."""


def level_of(role: RoleCount, *, intervals: list[str], level: Decimal, decimals: int) -> Quantity:
    """The mean of a group, exact, with each interval named: `wilson` and `clopper_pearson` of a share, `t` of any value. Raises ValueError
    for an interval that does not fit the values."""
    ends = [(name, *ends_of(role, name, level)) for name in intervals]
    error = float(role.variance / role.n_counted) ** 0.5 if role.n_counted > 1 else None
    return quantity(role.mean, error, ends, level=level, decimals=decimals)


def ends_of(role: RoleCount, name: str, level: Decimal) -> tuple[float, float]:
    """Both ends of the interval called `name`."""
    if name in OF_A_SHARE:
        return _share(role, name, level)
    if is_yes_or_no(role) and min(role.value, role.n_counted - role.value) < FEWEST_EXPECTED:
        raise ValueError(f"fewer than {FEWEST_EXPECTED} people had it or had it not, so an interval by Student's t would not hold; use clopper_pearson")
    if role.variance == 0:
        raise ValueError("everybody has the same value, so how sure the mean is cannot be said")
    reach = t_reach(level, role.n_counted - 1) * float(role.variance / role.n_counted) ** 0.5
    return float(role.mean) - reach, float(role.mean) + reach


def _share(role: RoleCount, name: str, level: Decimal) -> tuple[float, float]:
    from statsmodels.stats.proportion import proportion_confint

    if not is_yes_or_no(role):
        raise ValueError(f"an interval by {name} needs one yes or no a person")
    low, high = proportion_confint(int(role.value), role.n_counted, alpha=float(1 - level), method=OF_A_SHARE[name])
    return float(low), float(high)
