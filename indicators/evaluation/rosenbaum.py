"""How far two people who look alike may differ in their odds of being enrolled, before a matched comparison shows nothing any more.

Rosenbaum's bounds (2002, Observational Studies, chapter 4): within a matched set, what nobody measured may make one person's odds of being the treated
one up to gamma times another's. Each gamma gives the worst case that the data allow; the largest gamma at which the worst case still finds something is
what is reported. With several people beside each treated person the worst case is that of Gastwirth, Krieger and Rosenbaum (2000), set by set.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import polars as pl

from indicators.evaluation.evidence import ROLES

UNTREATED = ROLES[1]
NOTHING_FOUND = "nothing is found even without any"
LARGEST, STEP = 10.0, 0.05
"""Gammas are looked for up to LARGEST, in steps."""
NOISE = 1e-9
"""Below this a difference of scores is what computing leaves of nought."""
Set = tuple[float, ...]
"""The scores of a matched set, the treated person's first."""
Sizes = list[tuple[Any, Any]]


def worst_deviate(sets: Sequence[Set], gamma: float) -> float:
    """By how many standard deviations the treated's sum of scores exceeds the most that a hidden bias of `gamma` gives it without an effect; by the
    normal distribution of many sets. Raises ValueError where no set's scores differ."""
    return _deviate(_by_size(sets), gamma)


def _by_size(sets: Sequence[Set]) -> Sizes:
    """The sets of each size together, a row a set: the treated's scores, and everybody's in order."""
    import numpy as np

    sizes = sorted({len(scores) for scores in sets})
    tables = [np.array([scores for scores in sets if len(scores) == size], dtype=float) for size in sizes]
    return [(table[:, 0], np.sort(table, axis=1)) for table in tables]


def _deviate(sizes: Sizes, gamma: float) -> float:
    parts = [_worst(ordered, gamma) for _, ordered in sizes]
    mean, variance = (sum(float(part[place].sum()) for part in parts) for place in (0, 1))
    if variance <= NOISE:
        raise ValueError("within each matched set everybody has the same value, so nothing can be said of what is hidden")
    return (sum(float(own.sum()) for own, _ in sizes) - mean) / math.sqrt(variance)


def _worst(ordered: Any, gamma: float) -> tuple[Any, Any]:
    """Of sets of one size the largest mean that the treated one can have under a bias of `gamma`, and of those that reach it the largest variance: the
    unmeasured cause stands with the people of the highest scores, however many of them."""
    import numpy as np

    size = ordered.shape[1]
    best = np.full((2, len(ordered)), -np.inf)
    for high in range(1, size):
        weights = np.array([1.0] * (size - high) + [gamma] * high) / (size - high + gamma * high)
        mean = ordered @ weights
        variance = np.maximum((ordered**2) @ weights - mean**2, 0.0)
        is_worse = (mean > best[0] + NOISE) | ((np.abs(mean - best[0]) <= NOISE) & (variance > best[1]))
        best = np.where(is_worse, np.stack([mean, variance]), best)
    return best[0], best[1]


def upper_tail(deviate: float) -> float:
    """The chance of as much or more by the normal distribution."""
    return 0.5 * math.erfc(deviate / math.sqrt(2))


def hidden_bias(sets: Sequence[Set], level: float) -> float | None:
    """The largest gamma, in steps, at which the worst case still finds that the treated differ, at a two-sided `level`; None where it is not found even
    without any hidden bias. Raises ValueError as `worst_deviate` does."""
    risen = sum(scores[0] - sum(scores) / len(scores) for scores in sets) >= 0
    turned = list(sets) if risen else [tuple(-score for score in scores) for scores in sets]
    sizes = _by_size(turned)
    if upper_tail(_deviate(sizes, 1.0)) > (1 - level) / 2:
        return None
    least, most = 0, round((LARGEST - 1) / STEP)
    while least < most:
        middle = (least + most + 1) // 2
        is_found = upper_tail(_deviate(sizes, 1 + middle * STEP)) <= (1 - level) / 2
        least, most = (middle, most) if is_found else (least, middle - 1)
    return round(1 + least * STEP, 2)


def bears(sets: pl.DataFrame, level: Decimal) -> tuple[tuple[str, str], ...]:
    """The largest `hidden_bias` that SETS bear, as a diagnostic. Nothing where somebody stands in several sets, which are not apart then, or where within
    each of them everybody has the same value."""
    if sets.filter(pl.col("role") == UNTREATED)["person"].is_duplicated().any():
        return ()
    try:
        found = hidden_bias(scored(sets), float(level))
    except ValueError:
        return ()
    return (("hidden_bias", NOTHING_FOUND if found is None else f"{found:.2f}"),)


def scored(units: pl.DataFrame) -> list[Set]:
    """The matched sets of people with a `set`, a role and a value, the treated person's score first: of pairs the rank of the difference (Wilcoxon 1945), for the one with
    more; of larger sets the rank of how far each is from the set's mean (Hodges and Lehmann 1962). A set without both groups is left out."""
    whole = pl.col("set").is_not_null()
    rows = units.filter(whole).select("set", treated=pl.col("role") == "treatment", value=pl.col("value").cast(pl.Float64))
    both = rows.filter((pl.col("treated").sum().over("set") == 1) & (pl.len().over("set") > 1)).sort("set", "treated", "value", descending=[False, True, False])
    apart = both.with_columns(away=(pl.col("value") - pl.col("value").mean().over("set")).round(9))
    is_pairs = bool(apart.is_empty() or apart.select((pl.len().over("set") == 2).all()).item())  # noqa: PLR2004  a treated person and one beside them
    ranked = apart.with_columns(score=_of_pairs() if is_pairs else pl.col("away").rank())
    return [tuple(scores) for scores in ranked.group_by("set", maintain_order=True).agg("score")["score"].to_list()]


def _of_pairs() -> pl.Expr:
    """The rank of a pair's difference for the one with more; pairs without one are ranked with the others and count for nothing (Pratt 1959)."""
    rank = (pl.col("away").abs().rank() + 0.5) / 2
    return pl.when(pl.col("away") > 0).then(rank).otherwise(0.0)
