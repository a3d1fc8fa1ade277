"""Least squares on the arm, by statsmodels: what several methods share."""

from __future__ import annotations

import math
from dataclasses import dataclass

import polars as pl

from indicators.evaluation.evidence import ROLES

FEWEST_CLUSTERS = 4
FEWEST_ROWS = 3
FEWEST_IN_AN_ARM = 2
NOISE = 1e-10
"""A standard error that is smaller than this beside the largest value is what computing leaves of nought."""
ALONE = 1 - 1e-9
"""The leverage from which a row is fitted by itself alone."""


@dataclass(frozen=True)
class Slope:
    """How much a value differs with the arm, its standard error, and the degrees of freedom of that."""

    value: float
    std_error: float
    freedom: float


def slope_on_arm(rows: pl.DataFrame, column: str, *, by_cluster: bool = False, covariates: tuple[str, ...] = (), spread: str = "HC3") -> Slope:
    """The coefficient of the treatment arm for `column`, with standard errors by `spread` (HC3 is robust to unequal spread, nonrobust takes it as
    equal), or robust to people of one cluster being alike. Raises ValueError, in words, for what has no estimate: an empty arm, no spread, too
    few people or clusters for the terms, or a covariate that follows from the others."""
    import numpy as np
    import statsmodels.api as sm

    arm = (rows["role"] == ROLES[0]).cast(pl.Float64).to_numpy()
    if arm.min() == arm.max():
        raise ValueError("everybody is in one group, so nothing can be compared")
    design = np.column_stack([np.ones(rows.height), arm, *(rows[name].cast(pl.Float64).to_numpy() for name in covariates)])
    if rows.height < design.shape[1] + FEWEST_ROWS - 2:
        raise ValueError(f"there are {rows.height} people for {design.shape[1]} terms, which is too few")
    if np.linalg.matrix_rank(design) < design.shape[1]:
        raise ValueError(f"one of {', '.join(covariates) or 'the terms'} follows from the others, so their parts cannot be told apart")
    for role in ROLES:
        if rows.filter(role=role).height < FEWEST_IN_AN_ARM:
            raise ValueError(f"the {role} group has one person, so how much it varies is not known")
    model = sm.OLS(rows[column].cast(pl.Float64).to_numpy(), design)
    if by_cluster:
        clusters = rows["cluster"].rank("dense").to_numpy()
        found, freedom = _clustered(rows, model, clusters, design.shape[1])
    else:
        if spread == "HC3" and np.linalg.qr(design)[0].__pow__(2).sum(axis=1).max() > ALONE:
            raise ValueError("one person alone decides a term of the model, so how sure it is cannot be said")
        found, freedom = model.fit(cov_type=spread), rows.height - design.shape[1]
    value, error = float(found.params[1]), float(found.bse[1])
    largest = float(np.abs(model.endog).max())
    if not math.isfinite(error) or error <= NOISE * max(abs(value), largest):
        raise ValueError("everybody in each group has the same value, so how sure the difference is cannot be said")
    return Slope(value, error, freedom)


def _clustered(rows: pl.DataFrame, model, clusters, terms: int):  # type: ignore[no-untyped-def]
    if rows["cluster"].null_count():
        raise ValueError("not everybody has a cluster, and the interval asks for each person's")
    count = rows["cluster"].n_unique()
    if count < max(FEWEST_CLUSTERS, terms + 1):
        raise ValueError(f"there are {count} clusters for {terms} terms, and an interval needs {max(FEWEST_CLUSTERS, terms + 1)} or more")
    for role in ROLES:
        if rows.filter(role=role)["cluster"].n_unique() < FEWEST_IN_AN_ARM:
            raise ValueError(f"the {role} group has one cluster, so how much it varies is not known")
    return model.fit(cov_type="cluster", cov_kwds={"groups": clusters}, use_t=True), count - terms
