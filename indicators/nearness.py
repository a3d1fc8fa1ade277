"""How near people are to each other by what was known of them before enrolment: by their propensity to be enrolled, or by Mahalanobis' distance.

Distances are whole millionths, so that who is nearest is the same on every machine, and ties are ties.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

import polars as pl

NUMBERS = ("age", "weeks_last_year", "weeks_year_before")
"""What stands as a number in a distance: age in whole years; weeks on one of the contract's benefits in the 52 weeks up to and with the week
before enrolment, and in the 52 weeks before those."""
KINDS = ("sex", "benefit", "weeks_on_benefit")
"""What stands as one column for each value but the first."""
MILLION = 1_000_000
FARTHEST = 300
"""Up to here squares of differences in millionths add up in 64 bits, and beyond it nobody is near anybody."""
TOLD_APART = "the treated can be told from everybody else for certain, so nobody is like them; leave out the variable that tells them, or choose from more people"
FLAT = 1e-9
LARGEST_COEFFICIENT = 12.0
"""A standardised coefficient that is larger comes of people who can be told apart for certain."""


class NoDistanceError(ValueError):
    """There is no distance by which somebody could be near, in words."""


@dataclass(frozen=True)
class Nearest:
    """What near means. `by` is `propensity`: the logit of the chance to be enrolled, by logistic regression on `of` (Rosenbaum and Rubin 1983);
    or `mahalanobis`: the distance in `of` with the spread within groups, and what varies together, taken out (Rubin 1980).

    Somebody farther off than `within` is not near: in standard deviations of the logit, where 0.2 is usual (Austin 2011), or in Mahalanobis'
    own unit. Nor is somebody who differs by more than a caliper says in one variable, in its unit. With `with_replacement` somebody may stand beside several
    treated people who were enrolled from the same week.
    """

    by: Literal["propensity", "mahalanobis"]
    of: tuple[str, ...]
    within: float
    calipers: dict[str, int] = field(default_factory=dict)
    with_replacement: bool = False

    @property
    def variables(self) -> tuple[str, ...]:
        """Everything it looks at, in order and once."""
        return tuple(dict.fromkeys((*self.of, *self.calipers)))


@dataclass(frozen=True)
class Placed:
    """Where every kind of person stands: `points` has the variables and the whole coordinates `at_0`, `at_1`, ...; `reach` is how far, in the same
    unit, somebody may be off. Whose chance to be enrolled is nought or one for certain, since nobody or everybody of their kind was, stands nowhere."""

    points: pl.DataFrame
    reach: int

    @property
    def axes(self) -> list[str]:
        return [name for name in self.points.columns if name.startswith("at_")]


def placed(candidates: pl.DataFrame, near: Nearest) -> Placed:
    """Where everybody of `candidates` (the variables, is_treated) stands. People alike in every variable are one point, weighed by their number.

    Raises NoDistanceError, in words, where nothing varies, one variable follows from the others, or the treated can be told from everybody else for
    certain: then nobody is like them, and a model of who is enrolled does not exist.
    """
    counted = candidates.drop_nulls(near.variables).group_by(*near.variables, "is_treated").len().sort(*near.variables, "is_treated")
    if counted["is_treated"].all() or not counted["is_treated"].any():
        raise NoDistanceError("nobody is to be matched, or there is nobody to choose from")
    counted = _of_both(counted, near) if near.by == "propensity" else counted
    columns = _columns(counted, near.of)
    points = _logits(columns, counted) if near.by == "propensity" else _whitened(columns, counted)
    unit = _spread(points[:, 0], counted) if near.by == "propensity" else 1.0
    if not (abs(points) <= FARTHEST).all():
        raise NoDistanceError("somebody stands too far from everybody else for a distance; leave out the variable that sets them apart, or match on it exactly")
    axes = [pl.Series(f"at_{index}", (points[:, index] * MILLION).round()).cast(pl.Int64) for index in range(points.shape[1])]
    return Placed(counted.select(near.variables).with_columns(*axes).unique(maintain_order=True), round(near.within * unit * MILLION))


def _of_both(counted: pl.DataFrame, near: Nearest) -> pl.DataFrame:
    """Those whose every kind has treated people and others: of no other kind is there a chance to estimate."""
    kinds = [name for name in near.of if name in KINDS]
    while True:
        left = counted
        for name in kinds:
            both = left.group_by(name).agg(own=pl.col("is_treated").any(), others=(~pl.col("is_treated")).any()).filter("own", "others").select(name)
            left = left.join(both, on=name, how="semi", maintain_order="left")
        if left.height == counted.height:
            break
        counted = left
    if counted.is_empty():
        raise NoDistanceError(TOLD_APART)
    return counted


def _columns(counted: pl.DataFrame, of: Iterable[str]) -> Any:
    """A standardised column for each number, and one for each value but the first of what is of a kind; what does not vary is left out."""
    import numpy as np

    weights = counted["len"].to_numpy().astype(float)
    made, named = [], []
    for name in of:
        values = counted[name].to_numpy().astype(float)
        parts = [values] if name in NUMBERS else [(values == level).astype(float) for level in np.unique(values)[1:]]
        for part in parts:
            mean = np.average(part, weights=weights)
            spread = np.average((part - mean) ** 2, weights=weights) ** 0.5
            if spread > FLAT:
                made.append((part - mean) / spread)
                named.append(name)
    if not made:
        raise NoDistanceError(f"everybody is alike in {', '.join(of)}, so nobody is nearer than another")
    table = np.column_stack(made)
    for width in range(2, table.shape[1] + 1):
        if np.linalg.matrix_rank(table[:, :width] * weights[:, None] ** 0.5) < width:
            raise NoDistanceError(f"'{named[width - 1]}' follows from the variables before it, so it cannot be told apart from them; leave it out")
    return table


def _logits(columns: Any, counted: pl.DataFrame) -> Any:
    """The logit of the chance to be enrolled, of each point."""
    import numpy as np
    import statsmodels.api as sm
    from statsmodels.tools.sm_exceptions import PerfectSeparationError

    design = np.column_stack([np.ones(len(columns)), columns])
    treated, weights = counted["is_treated"].cast(pl.Float64).to_numpy(), counted["len"].to_numpy().astype(float)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = sm.GLM(treated, design, family=sm.families.Binomial(), freq_weights=weights).fit(maxiter=50, tol=1e-12)
        except (PerfectSeparationError, np.linalg.LinAlgError) as error:
            raise NoDistanceError(TOLD_APART) from error
    if not found.converged or not np.isfinite(found.params).all() or np.abs(found.params[1:]).max() > LARGEST_COEFFICIENT:
        raise NoDistanceError(TOLD_APART)
    return (design @ found.params)[:, None]


def _spread(logits: Any, counted: pl.DataFrame) -> float:
    """The standard deviation of the logit: of both groups, each counted alike."""
    import numpy as np

    weights, treated = counted["len"].to_numpy().astype(float), counted["is_treated"].to_numpy()
    variances = [np.cov(logits[group], fweights=weights[group].astype(int)) if weights[group].sum() > 1 else 0.0 for group in (treated, ~treated)]
    return float((sum(variances) / 2) ** 0.5)


def _whitened(columns: Any, counted: pl.DataFrame) -> Any:
    """The columns turned and stretched so that plain distance is Mahalanobis' distance, by the spread within both groups."""
    import numpy as np

    weights, treated = counted["len"].to_numpy(), counted["is_treated"].to_numpy()
    scatter = np.zeros((columns.shape[1],) * 2)
    for group in (treated, ~treated):
        off = columns[group] - np.average(columns[group], axis=0, weights=weights[group])
        scatter += (off * weights[group][:, None]).T @ off
    within = scatter / max(int(weights.sum()) - 2, 1)
    if np.linalg.matrix_rank(within) < len(within):
        raise NoDistanceError("a variable is the same for everybody of a group, so a distance does not exist; leave it out, or match on it exactly")
    return np.linalg.solve(np.linalg.cholesky(within), columns.T).T
