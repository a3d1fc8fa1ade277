"""One row of results as a quote is made from it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction

DIGITS = 80
"""Digits that sums are made with: no cell has so many."""


@dataclass(frozen=True)
class Compared:
    """The comparison group's figure: `sum` over `people`, or a figure a person when `people` is None."""

    sum: Decimal
    people: int | None = None

    @property
    def mean(self) -> Fraction:
        return Fraction(self.sum) / (self.people or 1)

    def over(self, people: int) -> tuple[Decimal, int]:
        """Sum and people: its own, or those of a group as large as the treated one. Exact."""
        if self.people is not None:
            return self.sum, self.people
        with localcontext(prec=DIGITS):
            return self.sum * people, people


@dataclass(frozen=True)
class Row:
    """What one line of a results file says. Cells that were left empty are None, or empty text."""

    line: int
    outcome: str
    cohort: str
    period: str
    group: str = ""
    component: str = ""
    enrolled: int | None = None
    counted: int | None = None
    persons: int | None = None
    claims: int | None = None
    units: Decimal | None = None
    value: Decimal | None = None
    comparison: Compared | None = None
    interval: tuple[Decimal, Decimal] | None = None
    paid_before: Decimal | None = None
    currency: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        """What no other row of a file has as well."""
        return self.outcome, self.cohort, self.period, self.group, self.component

    @property
    def n(self) -> int:
        """Everybody whom the row speaks of."""
        return self.enrolled if self.enrolled is not None else (self.persons or self.counted or 0)

    @property
    def n_counted(self) -> int:
        """Those of them whose result is known."""
        return self.counted if self.counted is not None else self.n

    @property
    def with_result(self) -> int:
        return self.persons if self.persons is not None else self.n_counted

    def total(self, *, is_compared: bool) -> Decimal:
        """What they come to together: units, else claims, else, where nothing is compared, the mean a person over all who count, else people."""
        if self.units is not None:
            return self.units
        if self.claims is not None:
            return Decimal(self.claims)
        if self.value is not None and not is_compared:
            with localcontext(prec=DIGITS):
                return self.value * self.n_counted
        return Decimal(self.with_result)
