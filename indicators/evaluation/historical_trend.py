"""What earlier years lead one to expect, by a straight line through them."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Annotated

from pydantic import Field

from indicators.evaluation.evidence import Evidence
from indicators.evaluation.means import t_reach
from indicators.evaluation.method import method, quantity, rounded
from indicators.result import Estimate

Year = Annotated[int, Field(ge=1900, le=2200)]
FEWEST_YEARS = 4
"""Years that a line is drawn through at least: two would fit any line, three leave one degree of freedom for how far years stray from it."""


@method("historical_trend", version=1, intervals=["prediction"], quantities=["difference", "relative_reduction"], needs=[])
def historical_trend(evidence: Evidence, *, year: Year, history: dict[Year, Decimal], intervals: list[str], level: Decimal, decimals: int) -> Estimate:
    """A straight line by least squares through the yearly means of `history`, carried on to `year`, says what to expect; `difference` is the
    treatment group's mean less that, `relative_reduction` (expected - mean) / expected. The interval is the line's prediction interval for a
    new year, by Student's t: years stray from their line for reasons that no number of people makes up for. Raises ValueError with fewer
    than four years, a year that lies in its own history, a history on one line to the last digit, or an expectation of nought.
    """
    role = evidence.alone()
    if len(history) < FEWEST_YEARS:
        raise ValueError(f"the history has {len(history)} years, and a line with a prediction needs {FEWEST_YEARS} or more")
    if year <= max(history):
        raise ValueError(f"{year} does not lie after its own history, which ends in {max(history)}")
    expected, error = _expected(history, year)
    if expected == 0:
        raise ValueError("the line expects nought, so a relative reduction does not exist")
    difference = role.mean - expected
    reach = t_reach(level, len(history) - 2) * error
    ends = [(name, float(difference) - reach, float(difference) + reach) for name in intervals]
    sides = [(name, -high / float(expected), -low / float(expected)) for name, low, high in ends]
    turned = [(name, min(pair), max(pair)) for name, *pair in sides]
    return Estimate(
        "historical_trend@1",
        {
            "difference": quantity(difference, error, ends, level=level, decimals=decimals),
            "relative_reduction": quantity(-difference / expected, None, turned, level=level, decimals=decimals),
        },
        assumptions=(("trend", "a straight line, which would have gone on without the effort"), ("people", "those enrolled are like those of earlier years")),
        diagnostics=(("expected", str(rounded(expected, decimals))), ("years", str(len(history))), *evidence.numbers, *evidence.attrition),
    )


def _expected(history: dict[int, Decimal], year: int) -> tuple[Fraction, float]:
    """The line's value in a year, exact, and the standard error of a new year there."""
    years = [Fraction(item) for item in sorted(history)]
    means = [Fraction(history[item]) for item in sorted(history)]
    n = len(years)
    middle, level = sum(years, Fraction(0)) / n, sum(means, Fraction(0)) / n
    spread = sum(((item - middle) ** 2 for item in years), Fraction(0))
    slope = sum(((item - middle) * (mean - level) for item, mean in zip(years, means, strict=True)), Fraction(0)) / spread
    strays = sum(((mean - level - slope * (item - middle)) ** 2 for item, mean in zip(years, means, strict=True)), Fraction(0))
    if strays == 0:
        raise ValueError("the history lies on one line to the last digit, so how far a year strays from it cannot be said")
    variance = strays / (n - 2) * (1 + Fraction(1, n) + (year - middle) ** 2 / spread)
    return level + slope * (year - middle), float(variance) ** 0.5
