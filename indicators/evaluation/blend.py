"""Several methods on the same people, each with a weight."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from indicators.evaluation.evidence import Evidence
from indicators.evaluation.means import normal_reach
from indicators.evaluation.method import BEFORE, COMPARISON, UNIT_ROWS, method, methods, quantity, rounded
from indicators.evaluation.parts import refuse_few
from indicators.result import Estimate


class Part(BaseModel):
    """One method of a blend, pinned, with its weight."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    method: Annotated[str, Field(pattern=r"^[a-z_]+@[0-9]+$")]
    weight: Annotated[Decimal, Field(gt=0, lt=1)]


@method("blend", version=1, intervals=["conservative"], quantities=["difference"], needs=[COMPARISON, UNIT_ROWS, BEFORE])
def blend(evidence: Evidence, *, parts: list[Part], intervals: list[str], level: Decimal, decimals: int) -> Estimate:
    """`difference` is the weighted sum of the parts' differences, weights adding up to one. Its standard error is the weighted sum of theirs, which is
    the largest it can be whatever the parts have in common, since they look at the same people; the interval (`conservative`) is normal. It
    takes their standard errors as known: fewer than fifteen people in a group (or clusters, where a part is of clusters), or fewer than five expected with
    or without a yes-or-no event, are refused, whatever a part holds for by itself.
    Raises ValueError when weights do not add up to one, a part has no difference, or gives no estimate.
    """
    if sum((part.weight for part in parts), Decimal(0)) != 1:
        raise ValueError(f"the weights of a blend add up to {sum((part.weight for part in parts), Decimal(0))}, and should to 1")
    known, made = methods(), []
    for part in parts:
        if part.method not in known or "difference" not in known[part.method].quantities or part.method == "blend@1" or _terms(known[part.method].parameters):
            raise ValueError(f"a blend cannot use the method '{part.method}'; it needs one that gives a difference without terms of its own")
        refuse_few(known[part.method], evidence)
        made.append((part, known[part.method].estimate(evidence, intervals=[], level=level, decimals=decimals + 6)))
    value = sum((Fraction(part.weight) * item.quantities["difference"].compared for part, item in made), Fraction(0))
    error = sum(float(part.weight) * float(item.quantities["difference"].std_error or 0) for part, item in made)
    reach = normal_reach(level) * error
    ends = [(name, float(value) - reach, float(value) + reach) for name in intervals]
    told = tuple((f"{part.method}_difference", str(rounded(item.quantities["difference"].value, decimals))) for part, item in made)
    assumed = tuple((f"{part.method}: {name}", words) for part, item in made for name, words in item.assumptions)
    difference = quantity(value, error, ends, level=level, decimals=decimals)
    return Estimate("blend@1", {"difference": difference}, assumptions=assumed, diagnostics=(*told, *evidence.numbers, *evidence.attrition))


def _terms(parameters: Mapping[str, tuple[Any, Any]]) -> bool:
    """Whether a method must be given terms."""
    return any(default is ... for _, default in parameters.values())
