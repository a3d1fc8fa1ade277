"""What an outsider knows, as whole numbers: quantities, how they add up, and which row of a table tells which of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from indicators.disclosure import is_small

Row = tuple[str, ...]
"""A row of an open table: the table's name, then what names the row in it."""


@dataclass
class Quantity:
    """One number an outsider may look for. `is_protected` says that no knowledge may come near it; `low` is the least it could be as far as
    everybody knows, None when it may be below nought."""

    value: int
    low: int | None = 0
    is_protected: bool = False


@dataclass
class Told:
    """One row: what it `tells`, what it would cost a reader to lose it, and whether it is `hidden` already or `locked`, having been told before.
    `with_` names the rows that are hidden where this one is, since their words or counts are of the same people."""

    cost: int
    tells: list[str] = field(default_factory=list)
    is_hidden: bool = False
    is_locked: bool = False
    with_: set[Row] = field(default_factory=set)


@dataclass
class Problem:
    """Quantities by name, the sums between them (coefficients by name; they come to nought), and rows. `smallest` is the
    smallest count that may be told, and the width that knowledge of a protected quantity must leave."""

    smallest: int
    quantities: dict[str, Quantity] = field(default_factory=dict)
    sums: list[dict[str, int]] = field(default_factory=list)
    rows: dict[Row, Told] = field(default_factory=dict)
    same: list[tuple[str, str]] = field(default_factory=list)

    def count(self, name: str, value: int, *, of_people: bool = True) -> str:
        """Add a count of people, protected when it is small (or of anything else, never protected)."""
        self.quantities.setdefault(name, Quantity(value, 0, of_people and is_small(value, self.smallest)))
        return name

    def difference(self, name: str, of: str, less: str) -> str:
        """Add what two quantities differ by, whichever way; protected when it is of few."""
        value = self.quantities[of].value - self.quantities[less].value
        self.quantities[name] = Quantity(value, None, is_small(abs(value), self.smallest))
        self.sums.append({of: 1, less: -1, name: -1})
        return name

    def rest(self, name: str, total: str, parts: Iterable[str], *, of_people: bool = True) -> str | None:
        """Add what is left of `total` beside `parts`, where it is not below nought; else nothing follows, and nothing is added."""
        return self.left(name, [total], list(parts), of_people=of_people)

    def left(self, name: str, totals: list[str], parts: list[str], *, of_people: bool = True) -> str | None:
        """Add what is left of several totals together beside `parts`."""
        left = self._sum(totals) - self._sum(parts)
        if left < 0:
            return None
        self.count(name, left, of_people=of_people)
        self.sums.append({**dict.fromkeys(totals, 1), **dict.fromkeys(parts, -1), name: -1})
        return name

    def whole(self, name: str, totals: list[str], parts: list[str]) -> None:
        """As `left`, where an outsider can see that the parts are all there is of the totals, if nothing is left."""
        if self._sum(totals) == self._sum(parts):
            self.sums.append({**dict.fromkeys(totals, 1), **dict.fromkeys(parts, -1)})
        else:
            self.left(name, totals, parts)

    def _sum(self, names: list[str]) -> int:
        return sum(self.quantities[name].value for name in names)

    def protect(self, names: Iterable[str]) -> None:
        """Let no knowledge come near these numbers, however large they are."""
        for name in names:
            self.quantities[name].is_protected = True

    def equal(self, one: str, other: str) -> None:
        """Two names of one number, as an outsider may see that they are. Those that differ are left alone."""
        if self.quantities[one].value == self.quantities[other].value:
            self.same.append((one, other))

    def closed(self, hidden: Iterable[Row]) -> set[Row]:
        """Rows, and all that are hidden with them."""
        found: set[Row] = set()
        waiting = list(hidden)
        while waiting:
            row = waiting.pop()
            if row not in found:
                found.add(row)
                waiting += [other for other in self.rows[row].with_ if other in self.rows and not self.rows[other].is_locked]
        return found


def merged(problem: Problem) -> Problem:
    """The same problem with one name for each number: what is the same is known together, told together and protected together."""
    first = _firsts(problem)
    made = Problem(problem.smallest)
    for name, quantity in problem.quantities.items():
        kept = made.quantities.setdefault(first[name], Quantity(quantity.value, quantity.low))
        kept.is_protected |= quantity.is_protected
        kept.low = quantity.low if kept.low is None else kept.low if quantity.low is None else max(kept.low, quantity.low)
    for coefficients in problem.sums:
        renamed: dict[str, int] = {}
        for name, coefficient in coefficients.items():
            renamed[first[name]] = renamed.get(first[name], 0) + coefficient
        made.sums.append({name: coefficient for name, coefficient in renamed.items() if coefficient})
    for row, told in problem.rows.items():
        made.rows[row] = Told(told.cost, list(dict.fromkeys(first[name] for name in told.tells)), told.is_hidden, told.is_locked, told.with_)
    return made


def _firsts(problem: Problem) -> dict[str, str]:
    """For each name, the one that stands for it."""
    parent = {name: name for name in problem.quantities}

    def root(name: str) -> str:
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for one, other in problem.same:
        parent[root(other)] = root(one)
    return {name: root(name) for name in parent}
