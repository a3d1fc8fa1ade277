"""A trial by intention to treat on a yes-or-no outcome: two proportions compared."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from indicators.evaluation.evidence import Evidence
from indicators.evaluation.exact import FEWEST_EXPECTED, MOST_PEOPLE, RefusedIntervalError, TwoShares, small_numbers, smallest_expected, those_that_hold
from indicators.evaluation.method import method, quantity, rounded
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


@method("trial", version=2, intervals=["agresti_caffo", "exact", "newcombe"], quantities=["difference", "relative_reduction"])
def trial_2(evidence: Evidence, *, intervals: list[str], level: Decimal, decimals: int) -> Estimate:
    """As `trial@1`, and it holds for small numbers: where fewer than five people would be expected in one of the four groups with and without the event, were both
    arms alike (Cochran 1954), the intervals of Newcombe and of Agresti and Caffo are refused, and `exact` is to be named: every result that the two arms could
    have had, whatever the share of the event, by the score of Miettinen and Nurminen (Chan and Zhang 1999). It never holds the true difference less often than
    its level says, and is given for up to 2,000 people of both arms together. Where several intervals are named, one that is refused is left out. Nobody of the
    comparison group with the event is no hindrance: there is then no relative reduction. Raises ValueError when an arm is empty, a value is not a count of
    people, nobody or everybody had the event, or every interval named is refused.
    """
    treatment, comparison = evidence.both()
    for role in (treatment, comparison):
        if role.value != int(role.value) or not 0 <= role.value <= role.n_counted:
            raise ValueError("a trial of proportions needs one yes or no a person")
    expected = smallest_expected(treatment, comparison)
    if expected == 0:
        raise ValueError("nobody, or everybody, had the event in both groups, so how sure the difference is cannot be said")
    ends, left_out = those_that_hold(intervals, lambda name: _ends(treatment, comparison, name, level, expected))
    difference = treatment.mean - comparison.mean
    variance = sum((role.mean * (1 - role.mean) / role.n_counted for role in (treatment, comparison)), Fraction(0))
    made = {"difference": quantity(difference, float(variance) ** 0.5, ends, level=level, decimals=decimals)}
    if comparison.value:
        made["relative_reduction"] = quantity(-difference / comparison.mean, None, [], level=level, decimals=decimals)
    return Estimate(
        "trial@2",
        made,
        assumptions=(("assignment", "by lot, as the contract's cohort states"), ("analysis", "by intention to treat")),
        diagnostics=(("smallest_expected", str(rounded(expected, 1))), *left_out, *evidence.attrition),
    )


def _ends(treatment: RoleCount, comparison: RoleCount, name: str, level: Decimal, expected: float) -> tuple[Decimal | float, Decimal | float]:
    """Both ends of one interval; a large-sample one is refused for small numbers, and the exact one for more people than it can be worked out for."""
    people = treatment.n_counted + comparison.n_counted
    if name != "exact":
        if expected < FEWEST_EXPECTED:
            raise small_numbers(expected, name, people)
        found = _interval(treatment, comparison, name, level, 12)
        return found.low, found.high
    if people > MOST_PEOPLE:
        words = f"the exact interval is worked out for up to {MOST_PEOPLE} people, and there are {people}"
        raise RefusedIntervalError(words, "newcombe" if expected >= FEWEST_EXPECTED else "")
    return TwoShares(int(treatment.value), treatment.n_counted, int(comparison.value), comparison.n_counted).interval(float(level))
