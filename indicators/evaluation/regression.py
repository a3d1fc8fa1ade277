"""Least squares on the arm, by statsmodels: what several methods share."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import polars as pl

from indicators.evaluation.evidence import ROLES

FEWEST_CLUSTERS = 4
FEWEST_ROWS = 3
FEWEST_IN_AN_ARM = 2
FEWEST_FOR_HC3 = 10
"""People in an arm below which HC3 with Student's t is too narrow when the other arm is larger: our own rule. Beside 60 others, 10 treated hold the true
difference 94 times in a hundred, 5 92 times, and 2 81 times."""
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


@dataclass(frozen=True)
class Cells:
    """How much a value differs with the arm in each cohort, by name of cohort, how those differences vary together, and the degrees of freedom: of all
    together, and of each cohort's own people (or clusters) less its two terms."""

    values: tuple[float, ...]
    covariance: Any
    freedom: float
    own_freedom: tuple[float, ...]
    largest: float

    def error(self, weights: list[float]) -> float:
        """The standard error of the differences put together by `weights`. Raises ValueError where nothing varies."""
        import numpy as np

        found = math.sqrt(max(0.0, float(np.array(weights) @ self.covariance @ np.array(weights))))
        if not math.isfinite(found) or found <= NOISE * self.largest:
            raise ValueError("everybody in each group has the same value, so how sure the difference is cannot be said")
        return found

    def unlike(self, level: float) -> tuple[float | None, float]:
        """Wald's F for all differences being one, and the value that it exceeds by chance in a share of 1 - level; no F where cohorts do not vary."""
        import numpy as np
        from scipy.special import fdtri

        apart = np.eye(len(self.values))[1:] - np.eye(len(self.values))[0]
        between, limit = apart @ self.covariance @ apart.T, float(fdtri(len(apart), self.freedom, level))
        if np.linalg.matrix_rank(between) < len(apart):
            return None, limit
        gaps = apart @ np.array(self.values)
        return float(gaps @ np.linalg.solve(between, gaps) / len(apart)), limit


def fitted_cells(rows: pl.DataFrame, column: str, *, by_cluster: bool) -> Cells:
    """The coefficients of each cohort's treatment arm in one regression of `column` with a term for each cohort and one for each cohort's arm. Raises
    ValueError, in words, for an empty or lone arm of a cohort, no spread, too few people in one for HC3, or too few clusters for the terms."""
    import numpy as np
    import statsmodels.api as sm

    names = sorted(rows["cohort"].unique())
    arm = (rows["role"] == ROLES[0]).cast(pl.Float64).to_numpy()
    own = np.column_stack([(rows["cohort"] == name).cast(pl.Float64).to_numpy() for name in names])
    _populated(rows, names, by_cluster=by_cluster)
    model = sm.OLS(rows[column].cast(pl.Float64).to_numpy(), np.column_stack([own, own * arm[:, None]]))
    terms = 2 * len(names)
    found, freedom = _clustered(rows, model, rows["cluster"].rank("dense").to_numpy(), terms) if by_cluster else (model.fit(cov_type="HC3"), rows.height - terms)
    arms = slice(len(names), terms)
    counted = [rows.filter(cohort=name)["cluster"].n_unique() if by_cluster else rows.filter(cohort=name).height for name in names]
    own_freedom = tuple(float(max(count - 2, 1)) for count in counted)
    return Cells(tuple(float(value) for value in found.params[arms]), found.cov_params()[arms, arms], freedom, own_freedom, float(np.abs(model.endog).max()))


def _populated(rows: pl.DataFrame, names: list[str], *, by_cluster: bool) -> None:
    """Raises ValueError unless each cohort has two or more people in each group, and two or more clusters where those are asked for, or else enough for HC3."""
    for name in names:
        for role in ROLES:
            cell = rows.filter(cohort=name, role=role)
            if cell.height < FEWEST_IN_AN_ARM:
                raise ValueError(f"the {role} group of the cohort {name} has {cell.height} people, and two or more are needed to say how much it varies")
            if not by_cluster and cell.height < FEWEST_FOR_HC3:
                raise ValueError(f"the {role} group of the cohort {name} has {cell.height} people, and an interval by HC3 needs {FEWEST_FOR_HC3}")
            if by_cluster and not cell["cluster"].null_count() and cell["cluster"].n_unique() < FEWEST_IN_AN_ARM:
                raise ValueError(f"the {role} group of the cohort {name} has one cluster, so how much it varies is not known")
