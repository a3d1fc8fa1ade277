"""A level agreed in the contract, that the people counted are held against."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from indicators.evaluation.evidence import Evidence
from indicators.evaluation.level import level_of
from indicators.evaluation.means import relative
from indicators.evaluation.method import method, quantity
from indicators.result import Estimate, Quantity


@method("fixed_baseline", version=1, intervals=["clopper_pearson", "t", "wilson"], quantities=["difference", "relative_reduction"], needs=[])
def fixed_baseline(evidence: Evidence, *, baseline: Decimal, intervals: list[str], level: Decimal, decimals: int) -> Estimate:
    """The treatment group's mean held against `baseline`, a mean that the contract agreed and that is taken as known without error.
    `difference` is mean - baseline, `relative_reduction` (baseline - mean) / baseline, both exact, with the interval of the mean: Wilson
    (1927), Clopper and Pearson (1934) for a yes or no, Student's t for any value. Whatever else moved the mean since the baseline was
    measured is paid for too. Raises ValueError when nobody is counted, an interval does not fit the value, or the baseline is nought.
    """
    role = evidence.alone()
    mean = level_of(role, intervals=intervals, level=level, decimals=decimals + 6)
    agreed = Fraction(baseline)
    ends = [(item.name, Fraction(item.low), Fraction(item.high)) for item in mean.intervals]
    moved = quantity(role.mean - agreed, mean.std_error, [(name, low - agreed, high - agreed) for name, low, high in ends], level=level, decimals=decimals)
    return Estimate(
        "fixed_baseline@1",
        {"difference": moved, "relative_reduction": _reduced(role.mean, agreed, ends, level, decimals)},
        assumptions=(
            ("baseline", "the contract's own figure, taken as known without error"),
            ("comparison", "nothing but the effort moved the mean since the baseline was measured"),
        ),
        diagnostics=(("baseline", str(baseline)), *evidence.numbers, *evidence.attrition),
    )


def _reduced(mean: Fraction, agreed: Fraction, ends: list[tuple[str, Fraction, Fraction]], level: Decimal, decimals: int) -> Quantity:
    """The reduction with its interval, which turns round: the highest mean is the smallest reduction. With a negative baseline it does not."""
    sides = [(name, relative(high - agreed, agreed), relative(low - agreed, agreed)) for name, low, high in ends]
    turned = [(name, float(min(pair)), float(max(pair))) for name, *pair in sides]
    return quantity(relative(mean - agreed, agreed), None, turned, level=level, decimals=decimals)
