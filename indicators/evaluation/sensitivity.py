"""How strong something that nobody measured would have to be, to explain away what a method of comparison without a lot has found.

The E-value (VanderWeele and Ding 2017, Annals of Internal Medicine 167:268-274): the least risk ratio that an unmeasured cause would need with both
enrolment and outcome, beyond everything that is held equal, for the effect to be none. A diagnostic: it moves no estimate and pays nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from fractions import Fraction

from indicators.evaluation.evidence import is_yes_or_no
from indicators.evaluation.method import rounded
from indicators.result import Quantity, RoleCount

FROM_MEANS = 0.91
"""A standardised difference of means d is about a risk ratio of exp(0.91 d) (Chinn 2000, as VanderWeele and Ding use it)."""
PLACES = 2
NONE = 1.0
"""The risk ratio of no effect, and the E-value of what needs no explaining."""
Diagnostics = tuple[tuple[str, str], ...]


def e_value(ratio: float) -> float:
    """The E-value of a risk ratio, whichever way it goes: RR + sqrt(RR (RR - 1)), of 1 / RR below one. Raises ValueError for a ratio that is not
    above nought."""
    if not ratio > 0 or not math.isfinite(ratio):
        raise ValueError("a risk ratio is above nought")
    larger = max(ratio, 1 / ratio)
    return larger + math.sqrt(larger * (larger - 1))


def e_value_of_limit(low: float, high: float) -> float:
    """The E-value of the end of an interval of risk ratios that is nearest to no effect: 1 where the interval holds no effect. Raises ValueError for
    an end that it needs and is not above nought."""
    return NONE if low <= NONE <= high else e_value(low if low > NONE else high)


def sensitivity(difference: Quantity, treatment: RoleCount, comparison: RoleCount) -> Diagnostics:
    """`e_value` of a difference of means and `e_value_of_limit` of the end of its intervals that is nearest to nought, as diagnostics. Of a yes or no
    the difference is a risk ratio against the comparison group's share, which is taken as known; of another value it goes through the standardised
    difference, by the spread within the groups. Nothing where there is no such ratio."""
    if is_yes_or_no(treatment) and is_yes_or_no(comparison):
        share = comparison.mean
        return _said(difference, lambda end: float((share + end) / share) if share else 0.0)
    return of_spread(difference, _within(treatment, comparison))


def of_spread(difference: Quantity, variance: Fraction) -> Diagnostics:
    """The same of a difference of means whose values vary by `variance` within the groups; nothing where they do not."""
    spread = math.sqrt(variance)
    return _said(difference, lambda end: math.exp(FROM_MEANS * float(end) / spread)) if spread else ()


def variance_within(groups: Iterable[Iterable[Fraction]]) -> Fraction:
    """The variance of values around the means of their groups, with a degree of freedom taken for each; nought where there are too few."""
    total, freedom = Fraction(0), 0
    for group in groups:
        values = list(group)
        mean = sum(values, Fraction(0)) / len(values)
        total += sum(((value - mean) ** 2 for value in values), Fraction(0))
        freedom += len(values) - 1
    return total / freedom if freedom else Fraction(0)


def _within(*groups: RoleCount) -> Fraction:
    freedom = sum(group.n_counted - 1 for group in groups)
    return sum((group.variance * (group.n_counted - 1) for group in groups), Fraction(0)) / freedom


def _said(difference: Quantity, ratio: Callable[[Fraction], float]) -> Diagnostics:
    """The E-values of a quantity, of which `ratio` makes risk ratios; of several intervals the one that comes nearest to no effect."""
    try:
        own = [("e_value", e_value(ratio(difference.compared)))]
        ends = [e_value_of_limit(ratio(Fraction(item.low)), ratio(Fraction(item.high))) for item in difference.intervals]
    except (ValueError, OverflowError):
        return ()
    limit = [("e_value_of_limit", min(ends))] if ends else []
    return tuple((name, str(rounded(value, PLACES))) for name, value in (*own, *limit))
