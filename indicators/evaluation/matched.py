"""A comparison group matched exactly: two means compared, the people beside each treated person standing for what would have been."""

from __future__ import annotations

from decimal import Decimal

from indicators.evaluation.evidence import Evidence
from indicators.evaluation.means import means_of, welch
from indicators.evaluation.method import method
from indicators.evaluation.sensitivity import sensitivity
from indicators.result import Estimate


@method("matched", version=1, intervals=["welch"], quantities=["difference"])
def matched(evidence: Evidence, *, intervals: list[str], level: Decimal, decimals: int) -> Estimate:
    """`difference` is the treatment group's mean less the matched comparison group's, with an interval by Welch (1947): unequal
    variances, Satterthwaite's degrees of freedom, Student's t. Pairs are not used: people matched alike vary no more together than at
    random or more, so the interval is as wide as it should be or wider. Raises ValueError when an arm has fewer than two people counted
    or nobody's value differs in either.
    """
    treatment, comparison = evidence.both()
    difference = welch(treatment, comparison, intervals=intervals, level=level, decimals=decimals)
    return Estimate(
        "matched@1",
        {"difference": difference},
        assumptions=(("comparison", "matched exactly on the contract's variables, known before enrolment"), ("analysis", "by intention to treat")),
        diagnostics=means_of(("comparison", comparison), ("treatment", treatment), decimals=decimals) + sensitivity(difference, treatment, comparison) + evidence.attrition,
    )
