"""Intervals that hold however few people there are: what each arrangement that could have come out is worth, added up and not approximated."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from math import comb
from typing import Any

import numpy as np

from indicators.result import RoleCount

FEWEST_EXPECTED = 5
"""Cochran (1954), Some methods for strengthening the common chi-square tests, Biometrics 10, 417-451: below five expected in a cell of a table of two by
two, a large-sample interval is not to be relied on."""
MOST_PEOPLE = 2_000
"""People of both groups together, up to which every outcome of two groups is gone through in a few seconds."""
SHARES, SHARES_A_ROOT = 201, 12
"""How finely the unknown share of the comparison group is gone through: at least so many places, and so many times the root of how many people there are,
closer together towards nought and one, where a share says more."""
FINEST = 1e-8
"""How finely the end of an interval is looked for."""
NEAR = 1e-9
REACH, SLACK = 9, 40
"""Standard deviations, and events beyond them, outside which a number of events has a chance below 1e-16."""
MOST_WAYS, DRAWS, FEWEST_DRAWS, SEED = 200_000, 19_999, 1_999, 1935
"""Ways of drawing the smaller arm, up to which each is gone through; how many are drawn of more, at least, and by which seed."""
MOST_NUMBERS, A_BLOCK = 40_000_000, 1_000_000
"""Numbers that are drawn, one a person and way, before ways become fewer; how many at a time."""
Array = Any
Ends = tuple[Decimal | float, Decimal | float]


class RefusedIntervalError(ValueError):
    """An interval that does not hold for these numbers: why, and which one does, if any."""

    def __init__(self, why: str, instead: str = "") -> None:
        super().__init__(f"{why}; name the interval '{instead}'" if instead else why)
        self.why = why


def those_that_hold(names: Iterable[str], ends: Callable[[str], Ends]) -> tuple[list[tuple[str, Decimal | float, Decimal | float]], tuple[tuple[str, str], ...]]:
    """The ends of every named interval that is not refused, and why each of the others is left out, as diagnostics: nobody can know when they agree what the
    numbers will be, so several may be named. Raises the first refusal when none is left."""
    found: list[tuple[str, Decimal | float, Decimal | float]] = []
    refused: dict[str, RefusedIntervalError] = {}
    for name in names:
        try:
            found.append((name, *ends(name)))
        except RefusedIntervalError as error:
            refused[name] = error
    if refused and not found:
        raise next(iter(refused.values()))
    return found, tuple((f"left_out_{name}", error.why) for name, error in sorted(refused.items()))


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

    @property
    def swapped(self) -> TwoShares:
        """The same with the groups changed about."""
        return TwoShares(self.y, self.m, self.x, self.n)

    def chance(self, difference: float, *, above: bool) -> float:
        """The largest chance, whatever the comparison group's share may be, of a pair at least as far above (or below) `difference` as what was seen:
        the p-value of Chan and Zhang (1999), by the score of Miettinen and Nurminen (1985). At no difference it is Barnard's (1945)."""
        return self._most(difference, difference) if above else self.swapped.chance(-difference, above=True)

    def interval(self, level: float) -> tuple[float, float]:
        """Both ends of the exact interval of the difference of shares, each side with half of what the level leaves."""
        return self.lower_end((1 - level) / 2), -self.swapped.lower_end((1 - level) / 2)

    def lower_end(self, tail: float) -> float:
        """The lower end: the least difference whose chance of so much or more exceeds `tail`, however many below what was seen do not. From the outside in,
        each stretch of differences is ruled out whole, or else halved."""
        stretches = [(-1.0, self.x / self.n - self.y / self.m)]
        while stretches:
            outer, inner = stretches.pop()
            if self._most(outer, inner) <= tail:
                continue
            if inner - outer < FINEST:
                return outer
            middle = (outer + inner) / 2
            stretches += [(middle, inner), (outer, middle)]
        return self.x / self.n - self.y / self.m

    def _most(self, outer: float, inner: float) -> float:
        """No chance of so much or more is larger at any difference from `outer` up to `inner`. A score falls as the difference rises, so whatever is as far
        above as what was seen somewhere between them has at `outer` at least the score that was seen at `inner`; and so much or more is likeliest at `inner`."""
        seen = float(_scores(np.array([self.x / self.n]), np.array([self.y / self.m]), self.n, self.m, inner)[0])
        fewer, low, high = self._fewer(outer, seen), max(0.0, -inner), min(1.0, 1 - inner)
        turns = np.linspace(0, np.pi / 2, max(SHARES, int(SHARES_A_ROOT * math.sqrt(self.n + self.m))))
        found = self._chances(low + (high - low) * np.sin(turns) ** 2, inner, fewer)
        best = int(found.argmax())
        closer = np.linspace(turns[max(best - 1, 0)], turns[min(best + 1, len(turns) - 1)], SHARES // 4)
        return float(max(found.max(), self._chances(low + (high - low) * np.sin(closer) ** 2, inner, fewer).max()))

    def _fewer(self, difference: float, least: float) -> Array:
        """For each number of events of the one group, how many numbers of the other (from none up) leave a score of at least `least`."""
        first = np.arange(self.n + 1) / self.n
        low, high = np.zeros(self.n + 1, dtype=int), np.full(self.n + 1, self.m + 1)
        for _ in range((self.m + 1).bit_length()):
            middle = (low + high) // 2
            is_far = _scores(first, np.minimum(middle, self.m) / self.m, self.n, self.m, difference) >= least - NEAR
            low, high = np.where(is_far & (low < high), middle + 1, low), np.where(is_far, high, middle)
        return low

    def _chances(self, shares: Array, difference: float, fewer: Array) -> Array:
        """For each share of the one group, the chance of fewer events in it than `fewer` says of those in the other."""
        starts, first = _binomial(self.n, shares + difference)
        others, second = _binomial(self.m, shares)
        places = fewer[starts[:, None] + np.arange(first.shape[1])[None, :]] - others[:, None]
        below = np.concatenate([np.zeros((len(shares), 1)), second.cumsum(axis=1)], axis=1)
        return (first * np.take_along_axis(below, np.clip(places, 0, second.shape[1]), axis=1)).sum(axis=1)


def _binomial(size: int, shares: Array) -> tuple[Array, Array]:
    """For each share a row: from which number of events on, and the chance of each from there, as far as any has one to speak of."""
    from scipy.special import gammaln

    share, around = np.clip(shares, 1e-300, 1 - 1e-16), int(REACH * math.sqrt(size / 4)) + SLACK
    width = min(size + 1, 2 * around + 1)
    starts = np.clip((size * share).astype(int) - around, 0, size + 1 - width)
    logs = gammaln(size + 1) - gammaln(np.arange(size + 1) + 1) - gammaln(size - np.arange(size + 1) + 1)
    events = starts[:, None] + np.arange(width)[None, :]
    return starts, np.exp(logs[events] + events * np.log(share)[:, None] + (size - events) * np.log1p(-share)[:, None])


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
    same for everybody, under which what was seen is not among the most extreme of the ways in which the arms could have been drawn: every one, or beside what
    was seen so many drawn of them, which holds as often (Dwass 1957). Raises RefusedIntervalError for so few ways that none is extreme."""
    if len(others) < len(treated):
        low, high = redrawn(others, treated, level)
        return -high, -low
    values, size = np.array([*treated, *others]), len(treated)
    sums, kept = _ways(values, size)
    rank = _rank(len(sums) + 1, level) - int((kept == size).sum())
    if rank < 1:
        raise RefusedIntervalError(f"there are {len(sums) + 1} ways of drawing {size} of {len(values)}, and at this level none of them is extreme")
    sums, kept = sums[kept < size], kept[kept < size]
    means = sums / size - (values.sum() - sums) / len(others)
    shares = kept / size - (size - kept) / len(others)
    turning = np.sort((values[:size].mean() - values[size:].mean() - means) / (1 - shares))
    return float(turning[rank - 1]), float(turning[-rank])


def can_be_redrawn(size: int, people: int, level: float) -> bool:
    """Whether there are ways enough of drawing `size` of `people` for one to be extreme."""
    return _rank(min(comb(people, size), MOST_WAYS), level) >= 1


def _rank(ways: int, level: float) -> int:
    return int((1 - level) / 2 * ways + NEAR)


def _ways(values: Array, size: int) -> tuple[Array, Array]:
    """Of each way of drawing `size` but the one that was seen, which is the first: the sum of what was drawn, and how many of the first are in it again."""
    made = [(values[rows].sum(axis=1), (rows < size).sum(axis=1)) for rows in _drawn(len(values), size)]
    sums, kept = (np.concatenate(part) for part in zip(*made, strict=True))
    return sums, kept


def _drawn(people: int, size: int) -> Iterator[Array]:
    """A row a way, in order within it: each but the first where they are few, and else so many by the seed, a block at a time."""
    if comb(people, size) <= MOST_WAYS:
        yield np.array(list(combinations(range(people), size)))[1:]
        return
    lot, left = np.random.Generator(np.random.PCG64(SEED)), min(DRAWS, max(FEWEST_DRAWS, MOST_NUMBERS // people))
    while left > 0:
        rows = min(left, max(1, A_BLOCK // people))
        numbers = lot.integers(0, 2**63, size=(rows, people), dtype=np.int64)
        yield np.sort(np.argpartition(numbers, size, axis=1)[:, :size], axis=1)
        left -= rows


def small_numbers(expected: float, name: str, people: int) -> RefusedIntervalError:
    """The refusal of a large-sample interval."""
    words = f"{expected:.1f} people would be expected in the smallest of the four groups with and without the event, and the interval {name} needs {FEWEST_EXPECTED}"
    return RefusedIntervalError(f"{words} (Cochran 1954)", "exact" if people <= MOST_PEOPLE else "")
