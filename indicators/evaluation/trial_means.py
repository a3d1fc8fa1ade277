"""A trial by intention to treat on a value: two means compared."""

from __future__ import annotations

from decimal import Decimal

from indicators.evaluation.evidence import ROLES, Evidence
from indicators.evaluation.exact import RefusedIntervalError, can_be_redrawn, redrawn, those_that_hold
from indicators.evaluation.means import means_of, relative, welch
from indicators.evaluation.method import COMPARISON, UNIT_ROWS, method, quantity
from indicators.result import Estimate, Quantity

FEW = 10
"""People in an arm below which an interval by Student's t rests on their values being normal, which nobody can see of so few."""


@method("trial_means", version=1, intervals=["student", "welch"], quantities=["difference", "relative_reduction"])
def trial_means(evidence: Evidence, *, intervals: list[str], level: Decimal, decimals: int) -> Estimate:
    """People drawn by lot, all counted where the lot put them. `difference` is the treatment group's mean less the comparison group's, with an
    interval by Welch (1947): unequal variances, Satterthwaite's degrees of freedom, Student's t; or by Student (1908): equal variances. `relative_reduction` is (comparison -
    treatment) / comparison, exact and without an interval. Raises ValueError when an arm has fewer than two people counted, nobody's value
    differs in either, or the comparison's mean is nought.
    """
    from indicators.evaluation.method import rounded

    treatment, comparison = evidence.both()
    difference = welch(treatment, comparison, intervals=intervals, level=level, decimals=decimals)
    reduction = relative(treatment.mean - comparison.mean, comparison.mean)
    return Estimate(
        "trial_means@1",
        {"difference": difference, "relative_reduction": Quantity(rounded(reduction, decimals), reduction)},
        assumptions=(("assignment", "by lot, as the contract's cohort states"), ("analysis", "by intention to treat")),
        diagnostics=means_of(("comparison", comparison), ("treatment", treatment), decimals=decimals) + evidence.attrition,
    )


@method("trial_means", version=2, intervals=["permutation", "student", "welch"], quantities=["difference", "relative_reduction"], needs=[COMPARISON, UNIT_ROWS])
def trial_means_2(evidence: Evidence, *, intervals: list[str], level: Decimal, decimals: int) -> Estimate:
    """As `trial_means@1`, and it holds for few people: where an arm has fewer than ten counted, Welch's and Student's intervals are refused, and
    `permutation` is to be named, which rests on the lot alone and not on how values spread: those effects, one and the same for everybody, under which
    what was seen is not among the most extreme of every way in which the treated could have been drawn (Fisher 1935; Garthwaite 1996). Up to 200,000 such
    ways are all gone through; of more, 19,999 are drawn (fewer for more than 2,000 people, and never fewer than 1,999) by the generator PCG64 with the seed
    1935, so that everybody finds the same. Where several intervals are named, one that is refused is left out. A comparison group's mean of nought is no
    hindrance: there is then no relative reduction. Raises ValueError when an arm has fewer than two people counted, nobody's value differs, or every interval
    named is refused.
    """
    from indicators.evaluation.method import rounded

    treatment, comparison = evidence.both()
    by_t = welch(treatment, comparison, intervals=[name for name in intervals if name != "permutation"], level=level, decimals=decimals)
    difference = treatment.mean - comparison.mean
    ends, left_out = those_that_hold(intervals, lambda name: _redrawn(evidence, level) if name == "permutation" else _by_t(evidence, by_t, name, level))
    made = {"difference": quantity(difference, by_t.std_error, ends, level=level, decimals=decimals)}
    if comparison.value:
        reduction = relative(difference, comparison.mean)
        made["relative_reduction"] = Quantity(rounded(reduction, decimals), reduction)
    return Estimate(
        "trial_means@2",
        made,
        assumptions=(("assignment", "by lot, as the contract's cohort states"), ("analysis", "by intention to treat")),
        diagnostics=(*means_of(("comparison", comparison), ("treatment", treatment), decimals=decimals), *evidence.numbers, *left_out, *evidence.attrition),
    )


def _by_t(evidence: Evidence, found: Quantity, name: str, level: Decimal) -> tuple[Decimal, Decimal]:
    """Both ends of an interval by Student's t, which is refused for few people."""
    numbers = [role.n_counted for role in evidence.both()]
    if min(numbers) < FEW:
        words = f"an arm has {min(numbers)} people, and the interval {name} needs {FEW}"
        raise RefusedIntervalError(words, "permutation" if can_be_redrawn(min(numbers), sum(numbers), float(level)) else "")
    ends = found.interval(name)
    return ends.low, ends.high


def _redrawn(evidence: Evidence, level: Decimal) -> tuple[float, float]:
    rows = evidence.rows("value")
    treated, others = ([float(value) for value in rows.filter(role=role)["value"]] for role in ROLES)
    return redrawn(treated, others, float(level))
