"""Means compared: what methods on values share."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

from indicators.evaluation.method import quantity
from indicators.result import Quantity, RoleCount


def welch(treatment: RoleCount, comparison: RoleCount, *, intervals: list[str], level: Decimal, decimals: int) -> Quantity:
    """The treatment group's mean less the comparison group's, exact. Intervals: `welch` (1947), unequal variances, Satterthwaite's degrees of
    freedom, Student's t; `student` (1908), equal variances. Raises ValueError when a group has fewer than two people counted or nobody's value differs in either."""
    groups = (treatment, comparison)
    parts = [role.variance / role.n_counted for role in groups]
    variance = sum(parts, Fraction(0))
    if variance == 0:
        raise ValueError("everybody in each group has the same value, so how sure the difference is cannot be said")
    freedom = variance**2 / sum((part**2 / (role.n_counted - 1) for part, role in zip(parts, groups, strict=True)), Fraction(0))
    difference, error = treatment.mean - comparison.mean, float(variance) ** 0.5
    reaches = {"welch": t_reach(level, float(freedom)) * error, "student": _student(treatment, comparison, level)}
    ends = [(name, float(difference) - reaches[name], float(difference) + reaches[name]) for name in intervals]
    return quantity(difference, error, ends, level=level, decimals=decimals)


def _student(treatment: RoleCount, comparison: RoleCount, level: Decimal) -> float:
    """How far the interval of two means reaches when both groups spread alike."""
    freedom = treatment.n_counted + comparison.n_counted - 2
    spread = sum((role.variance * (role.n_counted - 1) for role in (treatment, comparison)), Fraction(0)) / freedom
    return t_reach(level, freedom) * math.sqrt(spread * (Fraction(1, treatment.n_counted) + Fraction(1, comparison.n_counted)))


def t_reach(level: Decimal, freedom: float) -> float:
    """How many standard errors an interval reaches to each side, by Student's t."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, float((1 + level) / 2)))


def normal_reach(level: Decimal) -> float:
    """How many standard errors an interval reaches to each side, by the normal distribution."""
    from scipy.special import ndtri

    return float(ndtri(float((1 + level) / 2)))


def means_of(*named: tuple[str, RoleCount], decimals: int) -> tuple[tuple[str, str], ...]:
    """The mean of each group as diagnostics."""
    from indicators.evaluation.method import rounded

    return tuple((f"mean_{name}", str(rounded(role.mean, decimals))) for name, role in sorted(named))


def relative(difference: Fraction, reference: Fraction) -> Fraction:
    """How much less than the reference: -difference / reference. Raises ValueError for a reference of nought."""
    if reference == 0:
        raise ValueError("the figure it is compared with is nought, so a relative reduction does not exist")
    return -difference / reference
