"""Which further rows are suppressed so that nothing small can be worked out, by mixed-integer programming, and the proof that it cannot.

For every protected number there must be two whole-numbered worlds, both in agreement with everything that is told and with every sum that an
outsider knows, in which the number differs by the smallest count at least. The worlds are what HiGHS finds; where there are none, it finds the
cheapest rows whose suppression makes them. The construction is Kelly, Golden and Assad (1992) for one protected cell at a time; what is chosen for
one cell counts as hidden for the next, and at the end each row that turned out to be needless is told after all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from pipelines.reports.disclosing.problem import Problem, Row, merged

SECONDS = 5.0
"""How long one question may take before everything it is about is suppressed."""
ROOM = 4
"""Worlds are looked for within so many smallest counts above twice the true number; a proof needs no more than that they are there."""
OPTIMAL, INFEASIBLE = 0, 2


class UnsolvedError(Exception):
    """The solver gave no answer in its time, or none that holds."""


@dataclass
class Solution:
    """The rows to be hidden beside those that were, and protected numbers that nothing can protect any more, since they follow from what was told
    before."""

    further: set[Row] = field(default_factory=set)
    lost: list[str] = field(default_factory=list)


def protect(problem: Problem, seconds: float = SECONDS) -> Solution:
    """The further rows to hide. Raises UnsolvedError when the solver fails; then nothing is known and everything has to be hidden."""
    whole = merged(problem)
    known = _Known(whole, whole.closed(row for row, told in whole.rows.items() if told.is_hidden))
    first, solution = known.hidden, Solution()
    for name in _protected(whole):
        if known.determines(name, seconds):
            found = _cheapest(whole, name, known, seconds)
            if found is None:
                solution.lost.append(name)
            else:
                known = known.when_hidden(whole.closed(known.hidden | found))
    solution.further = _needed(known, first, set(solution.lost), seconds) - first
    return solution


def leaks(problem: Problem, hidden: Iterable[Row], seconds: float = SECONDS) -> list[str]:
    """The protected numbers that an outsider can work out to within the smallest count when exactly `hidden` is hidden."""
    known = _Known(merged(problem), set(hidden))
    return [name for name in _protected(known.problem) if known.determines(name, seconds)]


def _protected(problem: Problem) -> list[str]:
    return sorted(name for name, quantity in problem.quantities.items() if quantity.is_protected)


def _needed(known: _Known, first: set[Row], lost: set[str], seconds: float) -> set[Row]:
    """The hidden rows, less those that can be told without any protected number becoming known."""
    problem = known.problem
    names = [name for name in _protected(problem) if name not in lost]
    for row in sorted(known.hidden - first, key=lambda item: (-problem.rows[item].cost, item)):
        tried = known.hidden - {row}
        if problem.closed(tried) == tried:
            without = known.when_hidden(tried)
            known = known if any(without.determines(name, seconds) for name in names) else without
    return known.hidden


def _cheapest(problem: Problem, name: str, known: _Known, seconds: float) -> set[Row] | None:
    """The rows of least cost whose suppression protects `name`, or None when none can."""
    choices = {row: told.cost for row, told in problem.rows.items() if row not in known.hidden and not told.is_locked}
    open_to_all = known.when_hidden(known.hidden | set(choices))
    if name not in open_to_all.free:
        return None
    names, sums = open_to_all.around(name)
    return _solve(_Worlds(problem, name, names, sums, choices), seconds)


class _Known:
    """What an outsider knows when `hidden` is hidden: `free` are the quantities that do not follow from what is told one sum at a time."""

    def __init__(self, problem: Problem, hidden: set[Row], sums_of: dict[str, list[int]] | None = None) -> None:
        self.problem, self.hidden = problem, hidden
        self.sums_of = _sums_of(problem) if sums_of is None else sums_of
        self.free = set(problem.quantities) - self._following({item for row, what in problem.rows.items() if row not in hidden for item in what.tells})

    def when_hidden(self, hidden: set[Row]) -> _Known:
        return _Known(self.problem, hidden, self.sums_of)

    def _following(self, told: set[str]) -> set[str]:
        """What is told, and what follows from it."""
        known, waiting = set(told), list(told)
        left = [len(coefficients.keys() - known) for coefficients in self.problem.sums]
        waiting = [next(iter(self.problem.sums[place].keys() - known)) for place, unknown in enumerate(left) if unknown == 1]
        while waiting:
            name = waiting.pop()
            if name not in known:
                known.add(name)
                for place in self.sums_of.get(name, ()):
                    left[place] -= 1
                    if left[place] == 1:
                        waiting += self.problem.sums[place].keys() - known
        return known

    def determines(self, name: str, seconds: float) -> bool:
        """Whether no two worlds that agree with all that is told differ in `name` by the smallest count."""
        if name not in self.free:
            return True
        if _Exchange(self, name).is_found():
            return False
        names, sums = self.around(name)
        return _solve(_Worlds(self.problem, name, names, sums, {}), seconds) is None

    def around(self, name: str) -> tuple[list[str], list[dict[str, int]]]:
        """The free quantities that hang together with `name`, and the sums between them."""
        found, waiting, sums = {name}, [name], set()
        while waiting:
            for place in self.sums_of.get(waiting.pop(), ()):
                if place not in sums:
                    sums.add(place)
                    more = [item for item in self.problem.sums[place] if item in self.free and item not in found]
                    found.update(more)
                    waiting += more
        return sorted(found), [{item: number for item, number in self.problem.sums[place].items() if item in self.free} for place in sorted(sums)]


def _sums_of(problem: Problem) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for place, coefficients in enumerate(problem.sums):
        for name in coefficients:
            found.setdefault(name, []).append(place)
    return found


class _Exchange:
    """A second world looked for by hand, since there mostly is one close by: one number is raised by the smallest count, and whatever sum no longer
    holds is mended by one other free number of it, and so on. What it finds is a proof; that it finds nothing says nothing."""

    STEPS = 150

    def __init__(self, known: _Known, name: str) -> None:
        self.known, self.steps = known, 0
        self.moved = {name: known.problem.smallest}

    def is_found(self) -> bool:
        self.steps += 1
        broken = self._broken()
        if broken is None or self.steps > self.STEPS:
            return broken is None
        coefficients, off = broken
        for name, coefficient in sorted(coefficients.items(), key=lambda item: len(self.known.sums_of[item[0]])):
            if name in self.known.free and name not in self.moved and off % coefficient == 0 and self._may(name, -off // coefficient):
                self.moved[name] = -off // coefficient
                if self.is_found():
                    return True
                del self.moved[name]
        return False

    def _broken(self) -> tuple[dict[str, int], int] | None:
        for name in self.moved:
            for place in self.known.sums_of.get(name, ()):
                coefficients = self.known.problem.sums[place]
                off = sum(coefficients[item] * by for item, by in self.moved.items() if item in coefficients)
                if off:
                    return coefficients, off
        return None

    def _may(self, name: str, by: int) -> bool:
        quantity = self.known.problem.quantities[name]
        return quantity.low is None or quantity.value + by >= quantity.low


@dataclass
class _Worlds:
    """Two worlds by how they differ from the true one, and which of `choices` (cost by row) are hidden."""

    problem: Problem
    name: str
    names: list[str]
    sums: list[dict[str, int]]
    choices: dict[Row, int]


def _solve(asked: _Worlds, seconds: float) -> set[Row] | None:
    """The rows chosen, none when no choice makes two worlds. Columns are the upper world, the lower world, then one a row to choose."""
    problem, place = asked.problem, {name: number for number, name in enumerate(asked.names)}
    size, width = len(place), problem.smallest
    rows = [row for row in asked.choices if any(item in place for item in problem.rows[row].tells) or _is_followed(asked, row, place)]
    low, high = _bounds(asked)
    entries: list[tuple[dict[int, int], float, float]] = [({place[asked.name]: 1, size + place[asked.name]: -1}, width, np.inf)]
    for coefficients in asked.sums:
        entries += [({shift + place[item]: number for item, number in coefficients.items()}, 0, 0) for shift in (0, size)]
    for number, row in enumerate(rows):
        column = 2 * size + number
        for item in (place[name] for name in problem.rows[row].tells if name in place):
            for shift in (0, size):
                entries.append(({shift + item: 1, column: -int(high[item])}, -np.inf, 0))
                entries.append(({shift + item: 1, column: -int(low[item])}, 0, np.inf))
        entries += [({column: -1, 2 * size + rows.index(other): 1}, 0, np.inf) for other in problem.rows[row].with_ if other in asked.choices and other in rows]
    bounds = Bounds(np.concatenate([low, low, np.zeros(len(rows))]), np.concatenate([high, high, np.ones(len(rows))]))
    cost = np.concatenate([np.zeros(2 * size), [asked.choices[row] for row in rows]])
    answer = _answer(cost, entries, bounds, seconds)
    return None if answer is None else {row for row, chosen in zip(rows, answer[2 * size :], strict=True) if chosen > 0.5}  # noqa: PLR2004 a whole number, as floats go


def _is_followed(asked: _Worlds, row: Row, place: dict[str, int]) -> bool:
    """Whether a row that tells nothing here is hidden with one that does; it costs something too."""
    return any(row in told.with_ and any(item in place for item in told.tells) for told in asked.problem.rows.values())


def _bounds(asked: _Worlds) -> tuple[np.ndarray, np.ndarray]:
    """How far each quantity may differ from its true value, downwards and upwards."""
    quantities = [asked.problem.quantities[name] for name in asked.names]
    reach = [2 * abs(item.value) + ROOM * asked.problem.smallest for item in quantities]
    low = [-far if item.low is None else item.low - item.value for item, far in zip(quantities, reach, strict=True)]
    return np.array(low, dtype=float), np.array(reach, dtype=float)


def _answer(cost: np.ndarray, entries: list[tuple[dict[int, int], float, float]], bounds: Bounds, seconds: float) -> np.ndarray | None:
    """The best point, or None when there is none. Raises UnsolvedError when neither is proved."""
    rows = [number for number, (coefficients, _, _) in enumerate(entries) for _ in coefficients]
    columns = [column for coefficients, _, _ in entries for column in coefficients]
    numbers = [float(number) for coefficients, _, _ in entries for number in coefficients.values()]
    matrix = csr_array((numbers, (rows, columns)), shape=(len(entries), len(cost)))
    limits = LinearConstraint(matrix, [low for _, low, _ in entries], [high for _, _, high in entries])
    try:
        found = milp(cost, integrality=np.ones(len(cost)), bounds=bounds, constraints=limits, options={"time_limit": seconds})
    except Exception as error:
        raise UnsolvedError(type(error).__name__) from error
    if found.status == INFEASIBLE:
        return None
    if found.status != OPTIMAL or found.x is None:
        raise UnsolvedError(f"status {found.status}")
    point = np.rint(found.x)
    if np.abs(point - found.x).max() > 1e-4 or np.any(matrix @ point < limits.lb - 0.5) or np.any(matrix @ point > limits.ub + 0.5):  # noqa: PLR2004 half of a whole number
        raise UnsolvedError("the point is not whole")
    return np.asarray(point)
