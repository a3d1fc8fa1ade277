"""The same people before and after, compared with nobody else."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from indicators.evaluation.evidence import Evidence, exact_mean
from indicators.evaluation.means import relative, t_reach
from indicators.evaluation.method import BEFORE, UNIT_ROWS, method, quantity, rounded
from indicators.result import Estimate, Quantity

FEWEST = 2


@method("before_after", version=1, intervals=["t"], quantities=["difference", "relative_reduction"], needs=[UNIT_ROWS, BEFORE])
def before_after(evidence: Evidence, *, intervals: list[str], level: Decimal, decimals: int) -> Estimate:
    """Each treated person's value less their own before enrolment; `difference` is the mean of that, exact, with an interval by Student's t on
    the persons' differences. `relative_reduction` is (before - after) / before of the two means, exact and without an interval. People who
    enrol at their worst get better by themselves: that, and everything else that time does, is paid for too. Raises ValueError with fewer
    than two people, when everybody changed alike, or when the mean before is nought.
    """
    rows = evidence.rows(BEFORE).filter(role="treatment")
    if rows.height < FEWEST:
        raise ValueError("fewer than two people have a value before and after, so how sure the change is cannot be said")
    changes = rows["value"] - rows["before"]
    mean = exact_mean(changes)
    variance = sum(((Fraction(change) - mean) ** 2 for change in changes), Fraction(0)) / (len(changes) - 1)
    if variance == 0:
        raise ValueError("everybody changed by the same, so how sure the change is cannot be said")
    before = exact_mean(rows["before"])
    error = float(variance / len(changes)) ** 0.5
    reach = t_reach(level, len(changes) - 1) * error
    reduction = relative(mean, before)
    ends = [(name, float(mean) - reach, float(mean) + reach) for name in intervals]
    return Estimate(
        "before_after@1",
        {"difference": quantity(mean, error, ends, level=level, decimals=decimals), "relative_reduction": Quantity(rounded(reduction, decimals), reduction)},
        assumptions=(("comparison", "the same people before: without the effort they would have stayed as they were"),),
        diagnostics=(("mean_before", str(rounded(before, decimals))), *evidence.numbers, *evidence.attrition),
    )
