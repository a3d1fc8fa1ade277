"""One method on each cohort apart, and the estimates put together."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from indicators.evaluation.evidence import Evidence
from indicators.evaluation.means import normal_reach
from indicators.evaluation.method import COHORTS, COMPARISON, Method, method, methods, quantity, rounded
from indicators.evaluation.parts import refuse_few
from indicators.result import Estimate

FEWEST = 2


@method("pooled", version=1, intervals=["normal"], quantities=["difference"], needs=[COMPARISON, COHORTS])
def pooled(evidence: Evidence, *, of: Annotated[str, Field(pattern=r"^[a-z_]+@[0-9]+$")], intervals: list[str], level: Decimal, decimals: int) -> Estimate:
    """The method `of` on each cohort apart, put together by the inverse of the estimates' variances, as one effect that all cohorts share (fixed
    effect): people are compared with those of their own cohort alone. Interval by the normal distribution. Cochran's Q and I2 say how far the cohorts
    disagree. Weights and interval take standard errors as known, which for few people they are not: a cohort with fewer than fifteen people in a group
    (or clusters, where those were drawn), or fewer than five expected with or without a yes-or-no event, is refused, whatever its method holds for by itself.
    Raises ValueError with fewer than two cohorts, or when one is refused or gives no estimate.
    """
    known = methods()
    if of not in known or "difference" not in known[of].quantities or of == "pooled@1" or any(default is ... for _, default in known[of].parameters.values()):
        raise ValueError(f"cohorts cannot be pooled by the method '{of}'; it needs one that gives a difference")
    if len(evidence.cohorts) < FEWEST:
        raise ValueError("there are fewer than two cohorts, so there is nothing to pool")
    made = {name: _of(known[of], cohort, name, level, decimals) for name, cohort in sorted(evidence.cohorts.items())}
    weights = {name: 1 / error**2 for name, (_, error, _) in made.items()}
    whole = sum(weights.values())
    value = sum(weight * made[name][0] for name, weight in weights.items()) / whole
    error = float(whole**-0.5)
    q = sum(weight * (made[name][0] - value) ** 2 for name, weight in weights.items())
    unlike = max(0.0, (q - (len(made) - 1)) / q) if q > 0 else 0.0
    reach = normal_reach(level) * error
    ends = [(name, value - reach, value + reach) for name in intervals]
    told = tuple((f"difference_{name}", str(rounded(found[0], decimals))) for name, found in made.items())
    return Estimate(
        "pooled@1",
        {"difference": quantity(value, error, ends, level=level, decimals=decimals)},
        assumptions=(("effect", "one and the same in every cohort"), *next(iter(made.values()))[2].assumptions),
        diagnostics=(*told, ("cochran_q", str(rounded(q, decimals))), ("i_squared", str(rounded(unlike, decimals))), *evidence.numbers, *evidence.attrition),
    )


def _of(inner: Method, cohort: Evidence, name: str, level: Decimal, decimals: int) -> tuple[float, float, Estimate]:
    try:
        refuse_few(inner, cohort)
        made = inner.estimate(cohort, intervals=[], level=level, decimals=decimals + 6)
    except ValueError as error:
        raise ValueError(f"the cohort {name} gives no estimate: {error}") from error
    found = made.quantities["difference"]
    if not found.std_error:
        raise ValueError(f"the cohort {name} gives no standard error, so its weight is not known")
    return float(found.value), float(found.std_error), made
