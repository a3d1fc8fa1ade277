"""A trial by intention to treat on a value: two means compared."""

from __future__ import annotations

from decimal import Decimal

from indicators.evaluation.evidence import ROLES, Evidence
from indicators.evaluation.exact import redrawn
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
    what was seen is not among the most extreme of every way in which the treated could have been drawn (Fisher 1935; Garthwaite 1996). It is given for up to
    200,000 such ways, as ten of twenty has. A comparison group's mean of nought is no hindrance: there is then no relative reduction. Raises
    ValueError when an arm has fewer than two people counted, nobody's value differs, or an interval is refused.
    """
    from indicators.evaluation.method import rounded

    treatment, comparison = evidence.both()
    fewest = min(treatment.n_counted, comparison.n_counted)
    by_t = [name for name in intervals if name != "permutation"]
    if by_t and fewest < FEW:
        raise ValueError(f"an arm has {fewest} people, and the interval {by_t[0]} needs {FEW}; name the interval 'permutation'")
    plain = welch(treatment, comparison, intervals=by_t, level=level, decimals=decimals)
    difference = treatment.mean - comparison.mean
    ends = [("permutation", *_redrawn(evidence, level))] if "permutation" in intervals else []
    drawn = quantity(difference, plain.std_error, ends, level=level, decimals=decimals)
    made = {"difference": Quantity(plain.value, plain.exact, plain.std_error, (*drawn.intervals, *plain.intervals))}
    if comparison.value:
        reduction = relative(difference, comparison.mean)
        made["relative_reduction"] = Quantity(rounded(reduction, decimals), reduction)
    return Estimate(
        "trial_means@2",
        made,
        assumptions=(("assignment", "by lot, as the contract's cohort states"), ("analysis", "by intention to treat")),
        diagnostics=(*means_of(("comparison", comparison), ("treatment", treatment), decimals=decimals), *evidence.numbers, *evidence.attrition),
    )


def _redrawn(evidence: Evidence, level: Decimal) -> tuple[float, float]:
    rows = evidence.rows("value")
    treated, others = ([float(value) for value in rows.filter(role=role)["value"]] for role in ROLES)
    return redrawn(treated, others, float(level))
