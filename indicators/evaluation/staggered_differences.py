"""How much more those enrolled changed than others of the same time did, where cohorts were enrolled at different times."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl

from indicators.evaluation.evidence import ROLES, Evidence, exact_mean
from indicators.evaluation.means import t_reach
from indicators.evaluation.method import BEFORE, COHORTS, COMPARISON, UNIT_ROWS, method, quantity, rounded
from indicators.evaluation.regression import Cells, fitted_cells
from indicators.result import Estimate

FEWEST = 2
Told = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Part:
    """One cohort: its own difference of changes, exact, and how many of each group it has."""

    name: str
    difference: Fraction
    treated: int
    others: int


@method(
    "staggered_differences",
    version=1,
    intervals=["cluster_robust", "robust"],
    quantities=["difference"],
    needs=[COMPARISON, UNIT_ROWS, BEFORE, COHORTS],
)
def staggered_differences(evidence: Evidence, *, intervals: list[str], level: Decimal, decimals: int) -> Estimate:
    """Each person's value less their own before enrolment, held only against comparison people of the same cohort and so of the same time; nobody
    is compared with people of another cohort, who may be enrolled already. `difference` is the mean of the cohorts' own differences in
    differences, each by its number of treated people, exact (Callaway and Sant'Anna 2021; Sun and Abraham 2021). Intervals, of a regression with a term
    for each cohort and one for each cohort's treated, take the cohorts' sizes as given: `robust` by HC3 and Student's t, `cluster_robust` where people
    share clusters, with as many degrees of freedom as clusters less terms; HC3 is refused where a group of a cohort has fewer than ten people. Beside
    it stand each cohort's own difference and interval, by its own degrees of freedom, whether they differ more than chance lets them (Wald's F
    against the value it exceeds by chance as often as an interval misses), and what one coefficient for all cohorts (`two_way_fixed_effects`) or no
    cohorts at all (`as_one_cohort`) would have said.
    Raises ValueError with fewer than two cohorts, an empty
    group or a single person in one, when everybody changed alike, or there are fewer clusters than terms and one.
    """
    rows = evidence.rows("cohort", BEFORE).with_columns(change=pl.col("value") - pl.col("before"))
    parts = _parts(rows)
    treated = sum(part.treated for part in parts)
    weights = [Fraction(part.treated, treated) for part in parts]
    difference = sum((weight * part.difference for weight, part in zip(weights, parts, strict=True)), Fraction(0))
    fits = {name: fitted_cells(rows, "change", by_cluster=name == "cluster_robust") for name in intervals or ["robust"]}
    errors = {name: cells.error([float(weight) for weight in weights]) for name, cells in fits.items()}
    ends = [(name, *_reached(difference, errors[name], cells.freedom, level)) for name, cells in fits.items()] if intervals else []
    widest = max(sorted(errors), key=lambda name: errors[name])
    told = (*_apart(parts, fits[widest], level, decimals), *_unlike(fits[widest], level, decimals), *_naive(rows, parts, decimals))
    return Estimate(
        "staggered_differences@1",
        {"difference": quantity(difference, errors[widest], ends, level=level, decimals=decimals)},
        assumptions=(
            ("trend", "without the effort both groups of a cohort would have changed by the same"),
            ("people", "the same people before and after"),
            ("cohorts", "the effect may differ between them; the figure is their mean by treated people"),
        ),
        diagnostics=(*told, *_placebo(evidence, weights, level, decimals), *evidence.numbers, *evidence.attrition),
    )


def _parts(rows: pl.DataFrame) -> list[Part]:
    """The cohorts, by name. Raises ValueError for fewer than two, or one with nobody in a group."""
    names = sorted(rows["cohort"].unique())
    if len(names) < FEWEST:
        raise ValueError("there are fewer than two cohorts, so none was enrolled later than another; use difference_in_differences")
    found = []
    for name in names:
        arms = [rows.filter(cohort=name, role=role)["change"] for role in ROLES]
        for role, arm in zip(ROLES, arms, strict=True):
            if arm.is_empty():
                raise ValueError(f"nobody in the {role} group of the cohort {name} is counted, so nothing can be compared")
        found.append(Part(name, exact_mean(arms[0]) - exact_mean(arms[1]), len(arms[0]), len(arms[1])))
    return found


def _reached(value: Any, error: float, freedom: float, level: Decimal) -> tuple[float, float]:
    reach = t_reach(level, freedom) * error
    return float(value) - reach, float(value) + reach


def _apart(parts: list[Part], cells: Cells, level: Decimal, decimals: int) -> Told:
    """Each cohort's own difference, the ends of its interval and how many are counted in it. Raises ValueError for one in which nothing varies."""
    return tuple(line for place, part in enumerate(parts) for line in _one(part, place, cells, level, decimals))


def _one(part: Part, place: int, cells: Cells, level: Decimal, decimals: int) -> Iterator[tuple[str, str]]:
    try:
        low, high = _reached(part.difference, cells.error(_alone(place, len(cells.values))), cells.own_freedom[place], level)
    except ValueError as error:
        raise ValueError(f"the cohort {part.name} gives no estimate: {error}") from error
    yield from ((f"{name}_{part.name}", str(rounded(value, decimals))) for name, value in (("difference", part.difference), ("low", low), ("high", high)))
    yield from ((f"n_treatment_{part.name}", str(part.treated)), (f"n_comparison_{part.name}", str(part.others)))


def _alone(place: int, among: int) -> list[float]:
    return [float(index == place) for index in range(among)]


def _unlike(cells: Cells, level: Decimal, decimals: int) -> Told:
    """Whether the cohorts' differences are further apart than chance lets them: Wald's F, and the value from which on it says so. No p-value: each
    cohort's interval stands beside it."""
    found, limit = cells.unlike(float(level))
    if found is None:
        return (("cohorts_compared", "how far they differ cannot be said: too few vary"),)
    words = "they differ by more than chance lets them" if found >= limit else "they differ by no more than chance may make them"
    return ("wald_f", str(rounded(found, decimals))), ("wald_f_limit", str(rounded(limit, decimals))), ("cohorts_compared", words)


def _naive(rows: pl.DataFrame, parts: list[Part], decimals: int) -> Told:
    """What a reader may be used to. One coefficient with an effect of each person and of each cohort's time weighs a cohort by how many it has and how
    evenly they are split, and not by whom it treats: n1 n0 / (n1 + n0), by Frisch, Waugh and Lovell. Without cohorts it is the plain difference of changes."""
    weights = [Fraction(part.treated * part.others, part.treated + part.others) for part in parts]
    one = sum((weight * part.difference for weight, part in zip(weights, parts, strict=True)), Fraction(0)) / sum(weights)
    means = [exact_mean(rows.filter(role=role)["change"]) for role in ROLES]
    return ("two_way_fixed_effects", str(rounded(one, decimals))), ("as_one_cohort", str(rounded(means[0] - means[1], decimals)))


def _placebo(evidence: Evidence, weights: list[Fraction], level: Decimal, decimals: int) -> Told:
    """The same figure between the two windows before enrolment, with its interval; nothing where the earlier one is not known of all."""
    if evidence.units["earlier"].null_count():
        return ()
    rows = evidence.rows().with_columns(change=pl.col("before") - pl.col("earlier"))
    try:
        cells = fitted_cells(rows, "change", by_cluster=False)
        value, error = sum(float(weight) * part for weight, part in zip(weights, cells.values, strict=True)), cells.error([float(weight) for weight in weights])
    except ValueError:
        return ()
    named = zip(("placebo_before", "placebo_before_low", "placebo_before_high"), (value, *_reached(value, error, cells.freedom, level)), strict=True)
    return tuple((name, str(rounded(number, decimals))) for name, number in named)
