"""Two groups compared, with what was known of people before held equal by regression."""

from __future__ import annotations

from decimal import Decimal

from indicators.evaluation.evidence import Evidence
from indicators.evaluation.means import means_of, t_reach
from indicators.evaluation.method import COMPARISON, UNIT_ROWS, method, quantity
from indicators.evaluation.regression import slope_on_arm
from indicators.evaluation.sensitivity import sensitivity
from indicators.result import Estimate

SPREAD = {"classical": "nonrobust", "robust": "HC3"}


@method("regression_adjusted", version=1, intervals=["classical", "robust"], quantities=["difference"], needs=[COMPARISON, UNIT_ROWS])
def regression_adjusted(evidence: Evidence, *, intervals: list[str], level: Decimal, decimals: int) -> Estimate:
    """Least squares of the value on the arm and every covariate the contract names, each by itself and in a straight line; `difference` is the
    arm's coefficient. Intervals: `robust` by MacKinnon and White's HC3 (1985), `classical` with spread
    taken as equal, both by Student's t. Only what is named is held equal. Raises ValueError when a
    group is empty, no covariate is named, one follows from the others, there are too few people for the terms, or nothing varies.
    """
    treatment, comparison = evidence.both()
    if not evidence.covariates:
        raise ValueError("no covariate is named, so there is nothing to hold equal")
    rows = evidence.rows("value", *evidence.covariates)
    slopes = {name: slope_on_arm(rows, "value", covariates=tuple(evidence.covariates), spread=SPREAD[name]) for name in SPREAD}
    slope = slopes["robust"]
    reaches = {name: t_reach(level, item.freedom) * item.std_error for name, item in slopes.items()}
    ends = [(name, slope.value - reaches[name], slope.value + reaches[name]) for name in intervals]
    difference = quantity(slope.value, slope.std_error, ends, level=level, decimals=decimals)
    means = means_of(("comparison", comparison), ("treatment", treatment), decimals=decimals)
    return Estimate(
        "regression_adjusted@1",
        {"difference": difference},
        assumptions=(("comparison", "people alike on every covariate would have fared alike without the effort"), ("form", "each covariate moves the value in a straight line")),
        diagnostics=(*means, *sensitivity(difference, treatment, comparison), *evidence.numbers, *evidence.attrition),
    )
