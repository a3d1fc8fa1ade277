"""A trial in which groups of people, not people, were drawn by lot."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from indicators.evaluation.evidence import ROLES, Evidence
from indicators.evaluation.means import relative, t_reach
from indicators.evaluation.method import CLUSTER, COMPARISON, UNIT_ROWS, method, quantity, rounded
from indicators.evaluation.regression import NOISE, slope_on_arm
from indicators.result import Estimate, Quantity

FEWEST_IN_AN_ARM = 2
FEW = 30
"""Clusters below which standard errors that rest on their number are too small, and the means of clusters are compared: Donner and Klar (2000)."""


@method("cluster_trial", version=1, intervals=["cluster_means", "cluster_robust"], quantities=["difference", "relative_reduction"], needs=[COMPARISON, UNIT_ROWS, CLUSTER])
def cluster_trial(evidence: Evidence, *, intervals: list[str], level: Decimal, decimals: int) -> Estimate:
    """Clusters drawn by lot, everybody in one counted where the lot put it. `difference` is the treatment group's mean less the comparison
    group's, exact, each person counting once. `cluster_means` holds the clusters' own means against each other by Welch and Student's t, and is
    exact for however few there are: it is about the difference of those means, each cluster counting once, which stands beside it as
    `difference_of_clusters`. Where clusters differ in size and large ones have other results than small ones, the two differences differ, and the one by
    person may lie outside that interval; it is said where it does. `cluster_robust` (Liang and Zeger 1986, clusters less two degrees of freedom) is
    refused below thirty clusters. Raises ValueError when an arm has fewer than two clusters, one cluster is in both, or nothing varies.
    """
    from indicators.evaluation.means import means_of

    treatment, comparison = evidence.both()
    rows = evidence.rows("cluster")
    means = _cluster_means(rows)
    difference = treatment.mean - comparison.mean
    ends = [(name, *_ends(rows, means, name, level, float(difference))) for name in intervals]
    reduction = relative(difference, comparison.mean)
    made = quantity(difference, _error(means), ends, level=level, decimals=decimals)
    counts = tuple((f"clusters_{role}", str(means.filter(role=role).height)) for role in sorted(ROLES))
    return Estimate(
        "cluster_trial@1",
        {"difference": made, "relative_reduction": Quantity(rounded(reduction, decimals), reduction)},
        assumptions=(("assignment", "whole clusters by lot, as the contract's cohort states"), ("analysis", "by intention to treat")),
        diagnostics=(*counts, *_of_clusters(means, made, decimals), *means_of(("comparison", comparison), ("treatment", treatment), decimals=decimals), *evidence.attrition),
    )


def _cluster_means(rows: pl.DataFrame) -> pl.DataFrame:
    """A row a cluster: role and mean. Raises ValueError for too few, or one in both arms."""
    means = rows.group_by("role", "cluster").agg(mean=pl.col("value").cast(pl.Float64).mean()).sort("role", "cluster")
    if means["cluster"].n_unique() < means.height:
        raise ValueError("a cluster has people in both groups, so it was not the cluster that was drawn")
    for role in ROLES:
        if (count := means.filter(role=role).height) < FEWEST_IN_AN_ARM:
            raise ValueError(f"the {role} group has {count} cluster(s), and two or more are needed to say how sure the difference is")
    return means


def _between(means: pl.DataFrame) -> float:
    """The mean of the treatment group's clusters less that of the comparison group's, each cluster counting once."""
    found = [float(means.filter(role=role)["mean"].mean()) for role in ROLES]  # type: ignore[arg-type]
    return found[0] - found[1]


def _of_clusters(means: pl.DataFrame, made: Quantity, decimals: int) -> tuple[tuple[str, str], ...]:
    """The difference that the interval of clusters' means is about, and that the one by person lies outside that interval, where it does."""
    told = ("difference_of_clusters", str(rounded(_between(means), decimals)))
    ends = [item for item in made.intervals if item.name == "cluster_means"]
    is_outside = any(not item.low <= made.value <= item.high for item in ends)
    said = ("difference_by_person", "lies outside the interval of the clusters' means: large clusters have other results than small ones")
    return (told, said) if is_outside else (told,)


def _parts(means: pl.DataFrame) -> list[tuple[float, int]]:
    """Variance of the mean of each arm's clusters, and their number."""
    return [(float(arm["mean"].var()) / arm.height, arm.height) for arm in (means.filter(role=role) for role in ROLES)]  # type: ignore[arg-type]


def _error(means: pl.DataFrame) -> float:
    error = sum(part for part, _ in _parts(means)) ** 0.5
    if error <= NOISE * float(means["mean"].abs().max()):  # type: ignore[arg-type]
        raise ValueError("all clusters of each group have the same mean, so how sure the difference is cannot be said")
    return float(error)


def _ends(rows: pl.DataFrame, means: pl.DataFrame, name: str, level: Decimal, difference: float) -> tuple[float, float]:
    if name == "cluster_robust":
        if means.height < FEW:
            raise ValueError(f"there are {means.height} clusters, and an interval by cluster_robust needs {FEW}; use cluster_means")
        slope = slope_on_arm(rows, "value", by_cluster=True)
        reach = t_reach(level, slope.freedom) * slope.std_error
        return difference - reach, difference + reach
    error, parts = _error(means), _parts(means)
    freedom = error**4 / sum(part**2 / (n - 1) for part, n in parts if part)
    middle, reach = _between(means), t_reach(level, freedom) * error
    return middle - reach, middle + reach
