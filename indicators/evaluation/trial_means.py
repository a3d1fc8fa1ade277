"""A trial by intention to treat on a value: two means compared."""

from __future__ import annotations

from decimal import Decimal

from indicators.evaluation.evidence import Evidence
from indicators.evaluation.means import means_of, relative, welch
from indicators.evaluation.method import method
from indicators.result import Estimate, Quantity


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
