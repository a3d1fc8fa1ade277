"""What was reached, counted and checked, and compared with nobody."""

from __future__ import annotations

from decimal import Decimal

from indicators.evaluation.evidence import Evidence
from indicators.evaluation.level import level_of
from indicators.evaluation.method import method
from indicators.result import Estimate

WARNING = "paid without comparison: what would have been reached without the effort is not known"


@method("validated_count", version=1, intervals=["clopper_pearson", "t", "wilson"], quantities=["mean"], needs=[])
def validated_count(evidence: Evidence, *, intervals: list[str], level: Decimal, decimals: int) -> Estimate:
    """No comparison: `mean` is what a counted person reached, as a share where the value is yes or no. It is what was seen, and not what the
    effort gave: how often such a clause pays for nothing is said beside it. Intervals: Wilson (1927) and Clopper and Pearson (1934) for a
    yes or no, Student's t (`t`) for any value. Raises ValueError when nobody is counted, or an interval for a yes or no is asked of another
    value.
    """
    role = evidence.alone()
    return Estimate(
        "validated_count@1",
        {"mean": level_of(role, intervals=intervals, level=level, decimals=decimals)},
        assumptions=(("comparison", WARNING),),
        diagnostics=evidence.numbers + evidence.attrition,
    )
