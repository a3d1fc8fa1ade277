"""A comparison group matched exactly: two means compared, the people beside each treated person standing for what would have been."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from indicators.evaluation.method import both_counted, method, rounded
from indicators.result import Estimate, Interval, Quantity, RoleCount


@method("matched", version=1, intervals=["welch"], quantities=["difference"])
def matched(treatment: RoleCount, comparison: RoleCount, *, intervals: list[str], level: Decimal, decimals: int) -> Estimate:
    """`difference` is the treatment group's mean less the matched comparison group's, with an interval by Welch (1947): unequal
    variances, Satterthwaite's degrees of freedom, Student's t. Pairs are not used: people matched alike vary no more together than at
    random or more, so the interval is as wide as it should be or wider. Raises ValueError when an arm has fewer than two people counted
    or nobody's value differs in either.
    """
    both_counted(treatment, comparison)
    parts = [role.variance / role.n_counted for role in (treatment, comparison)]
    variance = sum(parts, Fraction(0))
    if variance == 0:
        raise ValueError("everybody in each group has the same value, so how sure the difference is cannot be said")
    freedom = variance**2 / sum((part**2 / (role.n_counted - 1) for part, role in zip(parts, (treatment, comparison), strict=True)), Fraction(0))
    difference = treatment.mean - comparison.mean
    error = float(variance) ** 0.5
    found = tuple(_interval(name, level, float(freedom), float(difference), error, decimals) for name in sorted(intervals))
    counts = (("comparison", comparison), ("treatment", treatment))
    return Estimate(
        "matched@1",
        {"difference": Quantity(rounded(difference, decimals), difference, rounded(error, decimals), found)},
        assumptions=(("comparison", "matched exactly on the contract's variables, known before enrolment"), ("analysis", "by intention to treat")),
        diagnostics=tuple((f"mean_{name}", str(rounded(role.mean, decimals))) for name, role in counts)
        + tuple((f"attrition_{name}", str(role.n - role.n_counted)) for name, role in counts),
    )


def _interval(name: str, level: Decimal, freedom: float, difference: float, error: float, decimals: int) -> Interval:
    from scipy.special import stdtrit

    reach = float(stdtrit(freedom, float((1 + level) / 2))) * error
    return Interval(name, level, rounded(difference - reach, decimals), rounded(difference + reach, decimals))
