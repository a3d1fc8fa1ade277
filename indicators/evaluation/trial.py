"""A trial by intention to treat on a yes-or-no outcome: two proportions compared."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from indicators.evaluation.evidence import Evidence
from indicators.evaluation.method import method, rounded
from indicators.result import Estimate, Interval, Quantity, RoleCount

STATSMODELS_NAMES = {"newcombe": "newcomb", "agresti_caffo": "agresti-caffo"}


@method("trial", version=1, intervals=list(STATSMODELS_NAMES), quantities=["difference", "relative_reduction"])
def trial(evidence: Evidence, *, intervals: list[str], level: Decimal, decimals: int) -> Estimate:
    """People drawn by lot, all counted where the lot put them. `difference` is the treatment proportion less the comparison
    proportion, with an interval by each method named; `relative_reduction` is (comparison - treatment) / comparison, exact and
    without an interval. Raises ValueError when an arm is empty, a value is not a count of people, or nobody in the comparison
    had the event. Intervals: Newcombe 1998 (hybrid score); Agresti and Caffo 2000.
    """
    treatment, comparison = evidence.both()
    for role in (treatment, comparison):
        if role.value != int(role.value) or not 0 <= role.value <= role.n_counted:
            raise ValueError("a trial of proportions needs one yes or no a person")
    if comparison.value == 0:
        raise ValueError("nobody in the comparison group had the event, so a relative reduction does not exist")
    difference = treatment.mean - comparison.mean
    reduction = -difference / comparison.mean
    found = tuple(_interval(treatment, comparison, name, level, decimals) for name in sorted(intervals))
    variance = sum((role.mean * (1 - role.mean) / role.n_counted for role in (treatment, comparison)), Fraction(0))
    return Estimate(
        "trial@1",
        {
            "difference": Quantity(rounded(difference, decimals), difference, rounded(float(variance) ** 0.5, decimals), found),
            "relative_reduction": Quantity(rounded(reduction, decimals), reduction),
        },
        assumptions=(("assignment", "by lot, as the contract's cohort states"), ("analysis", "by intention to treat")),
        diagnostics=evidence.attrition,
    )


def _interval(treatment: RoleCount, comparison: RoleCount, name: str, level: Decimal, decimals: int) -> Interval:
    from statsmodels.stats.proportion import confint_proportions_2indep

    counts = (int(treatment.value), treatment.n_counted, int(comparison.value), comparison.n_counted)
    low, high = confint_proportions_2indep(*counts, method=STATSMODELS_NAMES[name], compare="diff", alpha=float(1 - level))
    return Interval(name, level, rounded(low, decimals), rounded(high, decimals))
