"""Rows of results as a payment rule sees them: counts by role, the estimate, the people one by one, and each cohort apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import cached_property

from indicators.evaluation.method import rounded
from indicators.result import Estimate, Interval, Quantity, Result, RoleCount, both_counts
from pipelines.contracts.outcome import ClaimPeriod, Outcome, OutcomeContract, Payment
from pipelines.payments.quoting.asked import argument, asks, is_sum, prices_persons
from pipelines.payments.quoting.given import DIGITS, Row
from pipelines.payments.rule import Unit

MOST_UNITS = 100_000
"""People that one claim may have whose amounts are worked out one by one."""
STATED = "stated"
"""The method of an estimate that is written down and not made from counts."""


@dataclass(frozen=True)
class Claimed:
    """The rows of one payment and claim period, as its rule is to see them. `paid` is what earlier claims of the quote gave, by person key."""

    contract: OutcomeContract
    payment: Payment
    outcome: Outcome
    period: ClaimPeriod
    rows: tuple[Row, ...]
    paid: dict[str, Fraction] = field(default_factory=dict)

    def result(self) -> Result | None:
        """The result over all rows; None when there are none."""
        return self._result(self.rows) if self.rows else None

    def by_cohort(self) -> dict[str, Result]:
        """The same for each cohort apart, without an estimate."""
        names = dict.fromkeys(row.cohort for row in self.rows)
        return {name: self._result([row for row in self.rows if row.cohort == name], is_estimated=False, cohort=name) for name in names}

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        """One unit a person who counts. Those of a row have what it gives spread over those with the result as evenly as whole units allow."""
        return tuple(unit for row in self.rows for unit in self._people(row))

    def people(self) -> int:
        """How many people are worked out one by one, once for each component."""
        return sum(row.n_counted for row in self.rows)

    def _people(self, row: Row) -> list[Unit]:
        values = spread(self.total(row), row.with_result) + [Decimal(0)] * (row.n_counted - row.with_result)
        begins = f"{row.outcome}/{row.cohort}/{row.group}" if row.group else f"{row.outcome}/{row.cohort}/{row.period}/"
        before = None if row.paid_before is None else Fraction(row.paid_before)
        made, role = [], self.role
        for place, value in enumerate(values):
            key = f"{begins}/{place}"
            paid = before if before is not None else self.paid.get(key, Fraction(0))
            made.append(Unit(key, role, row.cohort, value, self.period.end, paid, row.component))
        return made

    @property
    def role(self) -> str:
        return str(argument(self.payment, self.outcome.id, "role") or "treatment")

    def total(self, row: Row) -> Decimal:
        """What the people of a row come to. Where the payment asks what a person's own result reaches and the row does not say what it is, those
        with the result have just that."""
        least = argument(self.payment, self.outcome.id, "at_least") if prices_persons(self.payment, self.outcome.id) else None
        is_compared = self.outcome.compare is not None
        if isinstance(least, Decimal) and row.units is None and row.claims is None and (row.value is None or is_compared):
            return least * row.with_result
        if is_sum(self.payment) and row.units is None and row.claims is None and row.value is not None and self.outcome.id == self.payment.pays_for:
            return row.value
        return row.total(is_compared=is_compared)

    def _result(self, rows: Sequence[Row], *, is_estimated: bool = True, cohort: str = "") -> Result:
        roles: dict[str, RoleCount] = {}
        for row in rows:
            roles = both_counts(roles, self._roles(row, is_new=row is first_of(row, rows)))
        named = (self.contract.contract, self.outcome.id, self.outcome.clause, self.outcome.kind, self.outcome.indicator)
        estimate = self._estimate(rows, roles) if is_estimated else None
        return Result(*named, cohort or ", ".join(self.outcome.cohorts), roles, estimate=estimate, claim_period=self.period.id)

    def _roles(self, row: Row, *, is_new: bool) -> dict[str, RoleCount]:
        """The people of a row, and beside them the comparison group's where it is given. Those of another component are the same people, and are
        not counted again (`is_new`)."""
        roles = {self.role: _count(row.n if is_new else 0, row.n_counted if is_new else 0, self.total(row), _reasons(row) if is_new else ())}
        if row.comparison is not None:
            total, people = row.comparison.over(row.n_counted)
            roles["comparison"] = _count(people, people, total, (("counted", "as_given", people),))
        return roles

    def _estimate(self, rows: Sequence[Row], roles: dict[str, RoleCount]) -> Estimate | None:
        """What the contract compares: as the row states it, else worked out from the two groups. None when nothing is compared, or nothing known."""
        asked, compare = asks(self.payment, self.outcome.id), self.outcome.compare
        if compare is None and not asked.measures:
            return None
        found = computed(roles[self.role], roles["comparison"], compare.decimals if compare else 6) if "comparison" in roles else {}
        row = rows[0]
        if row.value is not None:
            named = asked.measures or tuple(found) or ("difference",)
            found |= {name: Quantity(row.value, Fraction(row.value)) for name in named}
        if row.interval is not None and compare is not None:
            ends = tuple(Interval(name, compare.level, *row.interval) for name in asked.intervals or compare.intervals)
            found = {name: Quantity(item.value, item.exact, None, ends) for name, item in found.items()}
        method = compare.method if compare is not None and "comparison" in roles else STATED
        return Estimate(method, found) if found else None


def first_of(row: Row, rows: Sequence[Row]) -> Row:
    """The row of the same people that counts them: of several components the one with the most."""
    return max((other for other in rows if (other.cohort, other.group) == (row.cohort, row.group)), key=lambda other: (other.n_counted, -other.line))


def spread(total: Decimal, people: int) -> list[Decimal]:
    """A total over people as evenly as whole units allow: the first have one more, and a part of a unit is one person's. The sum is the total."""
    if not people:
        return []
    with localcontext(prec=DIGITS):
        each = total // people
        rest = total - each * people
        more = int(rest)
        part = rest - more
        return [each + (1 if place < more else 0) + (part if place == more else Decimal(0)) for place in range(people)]


def computed(treated: RoleCount, compared: RoleCount, decimals: int) -> dict[str, Quantity]:
    """What two groups' means say: how far the first is above the second, and how far below it as a share of it. Exact."""
    if not treated.n_counted or not compared.n_counted:
        return {}
    difference = treated.mean - compared.mean
    made = {"difference": Quantity(rounded(difference, decimals), difference)}
    if compared.mean:
        reduction = -difference / compared.mean
        made["relative_reduction"] = Quantity(rounded(reduction, decimals), reduction)
    return made


def _count(n: int, counted: int, total: Decimal, reasons: tuple[tuple[str, str, int], ...]) -> RoleCount:
    with localcontext(prec=DIGITS):
        return RoleCount(n, counted, total.normalize() + 0, 0, reasons)


def _reasons(row: Row) -> tuple[tuple[str, str, int], ...]:
    """Claims stand as they are given, each checked and upheld; people are counted, or their result is not known."""
    if row.claims is not None:
        return (("counted", "upheld", row.claims),)
    unknown = row.n - row.n_counted
    return (("counted", "as_given", row.n_counted), *((("not_observed", "no_result", unknown),) if unknown else ()))
