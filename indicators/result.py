"""A result: an indicator over a cohort and claim period, as counts and exact sums, never as floats."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

import polars as pl

DIGITS = 80
"""Digits that sums of squares are made with: a value has up to 18, its square up to 36, the others are for the number of people."""


@dataclass(frozen=True)
class RoleCount:
    """The people of one role. `value` is the sum over counted people, `squares` the sum of their squared values; `exposure` their days
    at risk. All sums are exact."""

    n: int
    n_counted: int
    value: Decimal
    exposure: int
    reasons: tuple[tuple[str, str, int], ...] = ()
    squares: Decimal = Decimal(0)

    @property
    def mean(self) -> Fraction:
        """Value a counted person: an exact ratio of sums. Raises ValueError when nobody is counted."""
        if self.n_counted == 0:
            raise ValueError("nobody is counted")
        return Fraction(self.value) / self.n_counted

    @property
    def variance(self) -> Fraction:
        """Of the values of counted people, with n - 1 below: exact. Raises ValueError for fewer than two."""
        if self.n_counted < 2:  # noqa: PLR2004
            raise ValueError("fewer than two people are counted, so how values vary is not known")
        return (Fraction(self.squares) - Fraction(self.value) ** 2 / self.n_counted) / (self.n_counted - 1)


@dataclass(frozen=True)
class Interval:
    """A confidence interval by a named method, rounded to the declared decimals."""

    name: str
    level: Decimal
    low: Decimal
    high: Decimal


@dataclass(frozen=True)
class Quantity:
    """One estimated quantity. `value` is rounded to the declared decimals; `exact` is the unrounded fraction where one exists."""

    value: Decimal
    exact: Fraction | None = None
    std_error: Decimal | None = None
    intervals: tuple[Interval, ...] = ()

    @property
    def compared(self) -> Fraction:
        """What rules compare: the exact fraction where there is one, else the rounded estimate."""
        return self.exact if self.exact is not None else Fraction(self.value)

    def interval(self, name: str) -> Interval:
        """The interval by method `name`. Raises KeyError when it was not computed."""
        for interval in self.intervals:
            if interval.name == name:
                return interval
        raise KeyError(name)


@dataclass(frozen=True)
class Placebo:
    """What the same method says of an outcome that the effort cannot move: its `quantity`, and whether an interval of it says that it `moves`. Where
    there is no estimate of it, `failure` says why."""

    outcome: str
    name: str = ""
    quantity: Quantity | None = None
    moves: bool = False
    failure: str = ""

    @property
    def is_still(self) -> bool:
        """Whether it was estimated and does not move."""
        return not self.moves and not self.failure


@dataclass(frozen=True)
class Estimate:
    """What a method of comparison says: named quantities, what was assumed and seen on the way, and what it says of placebos."""

    method: str
    quantities: dict[str, Quantity]
    assumptions: tuple[tuple[str, str], ...] = ()
    diagnostics: tuple[tuple[str, str], ...] = ()
    placebos: tuple[Placebo, ...] = ()


@dataclass(frozen=True)
class Result:
    """An indicator over a cohort, or over the part of it that one claim period claims: counts by role, and the estimate when the contract
    compares. `claim_period` is empty for the whole cohort."""

    contract: str
    outcome: str
    clause: str
    kind: str
    indicator: str
    cohort: str
    roles: dict[str, RoleCount]
    measure: str = "ratio_of_sums"
    estimate: Estimate | None = None
    claim_period: str = ""

    @property
    def n(self) -> int:
        return sum(role.n for role in self.roles.values())

    def as_data(self) -> dict[str, Any]:
        """Plain values (Decimal, Fraction, int, str) in a fixed order, for canonical JSON."""
        return {
            "contract": self.contract,
            "outcome": self.outcome,
            "clause": self.clause,
            "kind": self.kind,
            "indicator": self.indicator,
            "cohort": self.cohort,
            "claim_period": self.claim_period,
            "measure": self.measure,
            "roles": {
                name: {
                    "n": role.n,
                    "n_counted": role.n_counted,
                    "value": role.value,
                    "exposure": role.exposure,
                    "squares": role.squares,
                    "reasons": [list(reason) for reason in role.reasons],
                }
                for name, role in sorted(self.roles.items())
            },
            "estimate": None if self.estimate is None else _estimate_data(self.estimate),
        }


def _estimate_data(estimate: Estimate) -> dict[str, Any]:
    """Of an estimate without placebos nothing is said of them."""
    return {
        "method": estimate.method,
        "quantities": {name: _quantity_data(item) for name, item in sorted(estimate.quantities.items())},
        "assumptions": [list(item) for item in estimate.assumptions],
        "diagnostics": [list(item) for item in estimate.diagnostics],
        **({"placebos": [_placebo_data(item) for item in estimate.placebos]} if estimate.placebos else {}),
    }


def _quantity_data(item: Quantity) -> dict[str, Any]:
    intervals = {i.name: {"level": i.level, "low": i.low, "high": i.high} for i in item.intervals}
    return {"value": item.value, "exact": item.exact, "std_error": item.std_error, "intervals": intervals}


def _placebo_data(item: Placebo) -> dict[str, Any]:
    quantity = None if item.quantity is None else _quantity_data(item.quantity)
    return {"outcome": item.outcome, "name": item.name, "quantity": quantity, "moves": item.moves, "failure": item.failure}


def result_from_data(data: dict[str, Any]) -> Result:
    """The inverse of `Result.as_data` after a trip through JSON."""
    roles = {
        name: RoleCount(item["n"], item["n_counted"], Decimal(item["value"]), item["exposure"], tuple((a, b, c) for a, b, c in item["reasons"]), Decimal(item.get("squares", 0)))
        for name, item in data["roles"].items()
    }
    names = ("contract", "outcome", "clause", "kind", "indicator", "cohort")
    named = {name: data[name] for name in names}
    return Result(**named, roles=roles, measure=data["measure"], estimate=_estimate_from(data["estimate"]), claim_period=data.get("claim_period", ""))


def _estimate_from(data: dict[str, Any] | None) -> Estimate | None:
    if data is None:
        return None
    quantities = {name: _quantity_from(item) for name, item in data["quantities"].items()}
    pairs = {key: tuple((a, b) for a, b in data[key]) for key in ("assumptions", "diagnostics")}
    return Estimate(data["method"], quantities, **pairs, placebos=tuple(_placebo_from(item) for item in data.get("placebos", ())))


def _quantity_from(item: dict[str, Any]) -> Quantity:
    return Quantity(
        Decimal(item["value"]),
        Fraction(item["exact"]) if item["exact"] else None,
        Decimal(item["std_error"]) if item["std_error"] else None,
        tuple(Interval(key, Decimal(i["level"]), Decimal(i["low"]), Decimal(i["high"])) for key, i in sorted(item["intervals"].items())),
    )


def _placebo_from(item: dict[str, Any]) -> Placebo:
    return Placebo(item["outcome"], item["name"], None if item["quantity"] is None else _quantity_from(item["quantity"]), item["moves"], item["failure"])


@dataclass
class _Tally:
    n: int = 0
    counted: int = 0
    value: Decimal = Decimal(0)
    exposure: int = 0
    squares: Decimal = Decimal(0)
    reasons: list[tuple[str, str, int]] = field(default_factory=list)


def count_roles(rows: pl.DataFrame) -> dict[str, RoleCount]:
    """RoleCount by role from unit rows; reasons as (status, reason, people), sorted. Raises ValueError for a counted row without a value."""
    if rows.filter((pl.col("status") == "counted") & (pl.col("value").is_null() | pl.col("exposure").is_null())).height:
        raise ValueError("a counted unit has no value or no exposure")
    wide = pl.col("value").cast(pl.Decimal(38, 6))
    groups = rows.group_by("role", "status", "reason").agg(people=pl.len(), value=wide.sum(), exposure=pl.col("exposure").sum())
    tallies: dict[str, _Tally] = {}
    for role, status, reason, people, value, exposure in groups.sort(pl.col("role"), pl.col("status").cast(pl.String), pl.col("reason")).iter_rows():
        tally = tallies.setdefault(role, _Tally())
        tally.n += people
        tally.reasons.append((str(status), reason, people))
        if status == "counted":
            tally.counted += people
            tally.value += Decimal(value)
            tally.exposure += exposure
    values = rows.filter(pl.col("status") == "counted").group_by("role", "value").agg(people=pl.len()).sort("role", "value")
    with localcontext(prec=DIGITS):
        for role, value, people in values.iter_rows():
            tallies[role].squares += Decimal(value) ** 2 * people
        return {name: RoleCount(t.n, t.counted, t.value.normalize() + 0, t.exposure, tuple(t.reasons), t.squares.normalize() + 0) for name, t in tallies.items()}


def both_counts(some: dict[str, RoleCount], others: dict[str, RoleCount]) -> dict[str, RoleCount]:
    """RoleCount by role of two groups of people together, as `count_roles` would count them at once. Nobody may be in both."""
    return {role: _both(some[role], others[role]) if role in some and role in others else {**some, **others}[role] for role in sorted({*some, *others})}


def _both(some: RoleCount, others: RoleCount) -> RoleCount:
    people: Counter[tuple[str, str]] = Counter()
    for status, reason, count in (*some.reasons, *others.reasons):
        people[status, reason] += count
    with localcontext(prec=DIGITS):
        value, squares = (some.value + others.value).normalize() + 0, (some.squares + others.squares).normalize() + 0
    reasons = tuple((*named, count) for named, count in sorted(people.items()))
    return RoleCount(some.n + others.n, some.n_counted + others.n_counted, value, some.exposure + others.exposure, reasons, squares)
