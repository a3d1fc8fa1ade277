"""Intervals that hold however few people there are: what each arrangement that could have come out is worth, added up and not approximated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from math import comb
from typing import Any

import numpy as np

from indicators.result import RoleCount

FEWEST_EXPECTED = 5
"""Cochran (1954), Some methods for strengthening the common chi-square tests, Biometrics 10, 417-451: below five expected in a cell of a table of two by
two, a large-sample interval is not to be relied on."""
LARGEST_GROUP = 250
"""People a group, up to which every outcome of two groups is gone through in a few seconds."""
SHARES, STEP, BEYOND, HALVINGS = 201, 0.01, 3, 30
"""How finely the unknown share of the comparison group is gone through; the steps in which an end is looked for, how many more are looked at beyond
the first one that is rejected, and how often the last of them is halved."""
NEAR = 1e-9
MOST_WAYS = 200_000
"""Ways of drawing the treated, up to which each is gone through."""
Array = Any


def smallest_expected(treatment: RoleCount, comparison: RoleCount) -> float:
    """The smallest of the four numbers of people with and without the event that would be expected, were both groups alike."""
    people = treatment.n_counted + comparison.n_counted
    events = int(treatment.value + comparison.value)
    return min(treatment.n_counted, comparison.n_counted) * min(events, people - events) / people


@dataclass(frozen=True)
class TwoShares:
    """So many of so many in each of two groups (`x` of `n`, and `y` of `m`), and every other pair that could have been."""

    x: int
    n: int
    y: int
    m: int

    @cached_property
    def _logs(self) -> tuple[Array, Array]:
        """The logarithms of how many ways there are to each number of events, in each group."""
        from scipy.special import gammaln

        return tuple(gammaln(size + 1) - gammaln(np.arange(size + 1) + 1) - gammaln(size - np.arange(size + 1) + 1) for size in (self.n, self.m))

    def chance(self, difference: float, *, above: bool) -> float:
        """The largest chance, whatever the comparison group's share may be, of a pair at least as far above (or below) `difference` as what was seen:
        the p-value of Chan and Zhang (1999), by the score of Miettinen and Nurminen (1985). At no difference it is Barnard's (1945)."""
        scores = _scores(np.arange(self.n + 1)[:, None] / self.n, np.arange(self.m + 1)[None, :] / self.m, self.n, self.m, difference)
        seen = scores[self.x, self.y]
        as_far = (scores >= seen - NEAR if above else scores <= seen + NEAR).astype(float)
        low, high = max(0.0, -difference), min(1.0, 1 - difference)
        found = self._chances(np.linspace(low, high, SHARES), difference, as_far)
        best, width = low + (high - low) * int(found.argmax()) / (SHARES - 1), (high - low) / (SHARES - 1)
        closer = np.linspace(max(low, best - width), min(high, best + width), SHARES // 4)
        return float(max(found.max(), self._chances(closer, difference, as_far).max()))

    def _chances(self, shares: Array, difference: float, as_far: Array) -> Array:
        first, second = (_binomial(logs, size, share) for logs, size, share in zip(self._logs, (self.n, self.m), (shares + difference, shares), strict=True))
        return ((first @ as_far) * second).sum(axis=1)

    def interval(self, level: float) -> tuple[float, float]:
        """Both ends of the exact interval of the difference of shares, each side with half of what the level leaves."""
        return self._end(level, above=True), self._end(level, above=False)

    def _end(self, level: float, *, above: bool) -> float:
        """The lower end is the last difference, going down from what was seen, whose chance of so much or more exceeds half of what the level leaves."""
        step, limit = (-STEP if above else STEP), (-1.0 if above else 1.0)
        return _last(lambda difference: self.chance(difference, above=above) > (1 - level) / 2, self.x / self.n - self.y / self.m, step, limit)


def _last(holds: Callable[[float], bool], start: float, step: float, limit: float) -> float:
    """The furthest place from `start` towards `limit` that `holds`: in steps, a few beyond the first that does not, and then by halving."""
    inside, place, misses = start, start, 0
    while misses <= BEYOND and place != limit:
        place = max(place + step, limit) if step < 0 else min(place + step, limit)
        inside, misses = (place, 0) if holds(place) else (inside, misses + 1)
    if inside == limit:
        return limit
    outside = max(inside + step, limit) if step < 0 else min(inside + step, limit)
    for _ in range(HALVINGS):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if holds(middle) else (inside, middle)
    return outside


def _binomial(logs: Array, size: int, shares: Array) -> Array:
    """The chance of each number of events for each share: a row a share."""
    from scipy.special import xlog1py, xlogy

    events, share = np.arange(size + 1)[None, :], np.clip(shares, 0.0, 1.0)[:, None]
    return np.exp(logs[None, :] + xlogy(events, share) + xlog1py(size - events, -share))


def _scores(first: Array, second: Array, n: int, m: int, difference: float) -> Array:
    """How far each pair of shares lies from `difference`, in standard errors under it: Miettinen and Nurminen's score, without their factor of n by n - 1."""
    fitted = _fitted(first, second, m / n, difference)
    variance = (fitted + difference) * (1 - fitted - difference) / n + fitted * (1 - fitted) / m
    gap = first - second - difference
    with np.errstate(divide="ignore", invalid="ignore"):
        scores = gap / np.sqrt(np.maximum(variance, 0.0))
    return np.where(np.abs(gap) < NEAR, 0.0, scores)


def _fitted(first: Array, second: Array, ratio: float, difference: float) -> Array:
    """The comparison group's likeliest share when the other's is `difference` more: the root of a cubic, by its cosine."""
    a = 1 + ratio
    b = -(1 + ratio + first + ratio * second + difference * (ratio + 2))
    c = difference**2 + difference * (2 * first + ratio + 1) + first + ratio * second
    d = -first * difference * (1 + difference)
    v = b**3 / (3 * a) ** 3 - b * c / (6 * a**2) + d / (2 * a)
    u = np.where(v >= 0, 1.0, -1.0) * np.sqrt(np.maximum(b**2 / (3 * a) ** 2 - c / (3 * a), 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        cosine = np.where(u == 0, 0.0, v / u**3)
    w = (np.pi + np.arccos(np.clip(cosine, -1.0, 1.0))) / 3
    return np.clip(2 * u * np.cos(w) - b / (3 * a) - difference, max(0.0, -difference), min(1.0, 1 - difference))


def redrawn(treated: list[float], others: list[float], level: float) -> tuple[float, float]:
    """Both ends of the interval of a difference of means that rests on the lot alone (Fisher 1935; inverted as by Garthwaite 1996): the effects, one and the
    same for everybody, under which what was seen is not among the most extreme of every way in which the treated could have been drawn. Raises
    ValueError, in words, for too many ways to go through, or so few that none is extreme."""
    people, size = len(treated) + len(others), len(treated)
    ways = comb(people, size)
    rank = int((1 - level) / 2 * ways + NEAR)
    if ways > MOST_WAYS:
        raise ValueError(f"there are too many ways of drawing {size} of {people} to go through each; name the interval 'welch'")
    if rank < 1:
        raise ValueError(f"there are {ways} ways of drawing {size} of {people}, and at this level none of them is extreme")
    values, others_n = np.array([*treated, *others]), people - size
    drawn = np.array(list(combinations(range(people), size))[1:])
    sums, kept = values[drawn].sum(axis=1), (drawn < size).sum(axis=1)
    means = sums / size - (values.sum() - sums) / others_n
    shares = kept / size - (size - kept) / others_n
    seen = values[:size].mean() - values[size:].mean()
    turning = np.sort((seen - means) / (1 - shares))
    return float(turning[rank - 1]), float(turning[-rank])


def small_words(expected: float, name: str) -> str:
    """Why a large-sample interval is refused."""
    words = f"{expected:.1f} people would be expected in the smallest of the four groups with and without the event, and the interval {name} needs {FEWEST_EXPECTED}"
    return f"{words} (Cochran 1954); name the interval 'exact'"
