"""How much more one group changed than the other did in the same time."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl

from indicators.evaluation.evidence import ROLES, Evidence, exact_mean
from indicators.evaluation.means import t_reach
from indicators.evaluation.method import BEFORE, COMPARISON, UNIT_ROWS, method, quantity, rounded
from indicators.evaluation.regression import slope_on_arm
from indicators.evaluation.sensitivity import of_spread, variance_within
from indicators.result import Estimate


@method(
    "difference_in_differences",
    version=1,
    intervals=["cluster_robust", "robust"],
    quantities=["difference"],
    needs=[COMPARISON, UNIT_ROWS, BEFORE],
)
def difference_in_differences(evidence: Evidence, *, intervals: list[str], level: Decimal, decimals: int) -> Estimate:
    """Each person's value less their own before enrolment; `difference` is the mean change of the treatment group less that of the comparison
    group, exact. Intervals: `robust` by MacKinnon and White's HC3 (1985) and Student's t, `cluster_robust` where people share clusters, with
    as many degrees of freedom as clusters less two (Donald and Lang 2007). Where an earlier window is known too, the same difference between
    the two windows before enrolment is given as `placebo_before`, which should be near nought if the groups were on their way alike.
    Raises ValueError when a group is empty, everybody changed alike, or there are three clusters or fewer.
    """
    rows = evidence.rows(BEFORE).with_columns(change=pl.col("value") - pl.col("before"))
    means = [exact_mean(rows.filter(role=role)["change"]) for role in ROLES]
    difference = means[0] - means[1]
    ends, errors = [], {}
    for name in intervals or ["robust"]:
        slope = slope_on_arm(rows, "change", by_cluster=name == "cluster_robust")
        errors[name] = slope.std_error
        reach = t_reach(level, slope.freedom) * slope.std_error
        ends.append((name, float(difference) - reach, float(difference) + reach))
    within = variance_within([Fraction(change) for change in rows.filter(role=role)["change"]] for role in ROLES)
    made = quantity(difference, max(errors.values()), ends if intervals else [], level=level, decimals=decimals)
    return Estimate(
        "difference_in_differences@1",
        {"difference": made},
        assumptions=(("trend", "without the effort both groups would have changed by the same"), ("people", "the same people before and after")),
        diagnostics=(*_changes(means, decimals), *of_spread(made, within), *placebo(evidence, level, decimals), *evidence.numbers, *evidence.attrition),
    )


def _changes(means: list[Fraction], decimals: int) -> tuple[tuple[str, str], ...]:
    return tuple((f"change_{role}", str(rounded(mean, decimals))) for role, mean in sorted(zip(ROLES, means, strict=True)))


def placebo(evidence: Evidence, level: Decimal, decimals: int) -> tuple[tuple[str, str], ...]:
    """The difference in differences between the two windows before enrolment, with its interval; nothing where the earlier one is not known of all."""
    rows: Any = evidence.units
    if rows.is_empty() or rows["earlier"].null_count() or rows["before"].null_count():
        return ()
    rows = evidence.rows().with_columns(change=pl.col("before") - pl.col("earlier"))
    try:
        slope = slope_on_arm(rows, "change", by_cluster=False)
    except ValueError:
        return ()
    reach = t_reach(level, slope.freedom) * slope.std_error
    named = (("placebo_before", slope.value), ("placebo_before_low", slope.value - reach), ("placebo_before_high", slope.value + reach))
    return tuple((name, str(rounded(value, decimals))) for name, value in named)
