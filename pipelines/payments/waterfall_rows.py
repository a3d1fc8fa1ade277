"""What a waterfall's distribution is made of: the money that comes in, a row per distribution date, and the totals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

from pipelines.contracts.investors import MONEY_LIMIT
from pipelines.payments.rule import to_cents

NOUGHT = Decimal("0.00")
WHERE_AGREED = ("premium", "protected", "protection")


def sum_of(amounts: Iterable[Decimal]) -> Decimal:
    """A sum of money, in cents even when there is nothing to sum."""
    return to_cents(sum(amounts, NOUGHT))


@dataclass(frozen=True)
class Inflow:
    """Money that came in on a day, what it was for, and who paid it where that is known. Raises ValueError unless it is nought or more, in
    whole cents."""

    day: dt.date
    amount: Decimal
    words: str
    payer: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.amount < MONEY_LIMIT or self.amount != to_cents(self.amount):
            raise ValueError(f"an inflow of {self.amount} on {self.day} cannot be distributed; it is nought or more, in whole cents, after any claw-back is set off")


@dataclass(frozen=True)
class FloorInterest:
    """One class's floor interest on one date: `days` of interest on what was outstanding day by day, `outstanding` at the end of them, make
    `accrued`, with `owed` from before.

    `cut` is what the return cap takes off; of the rest `from_inflow` and `from_guarantee` are paid and `unpaid` is not.
    """

    days: int
    outstanding: Decimal
    accrued: Decimal
    owed: Decimal
    cut: Decimal
    from_inflow: Decimal
    from_guarantee: Decimal
    unpaid: Decimal

    @property
    def paid(self) -> Decimal:
        return self.from_inflow + self.from_guarantee


@dataclass(frozen=True)
class Return:
    """One class's return on one date: its `share` by the split, less `cut` by its cap, plus `received` of what others' caps cut."""

    share: Decimal
    cut: Decimal
    received: Decimal
    paid: Decimal


@dataclass(frozen=True)
class Row:
    """One distribution date: what came in, what each step paid, and how it stands afterwards.

    `floor_interest` has the classes with a floor, `returns` those of the split, `principal` and the balances every class.
    `return_to_date` counts floor interest and premium; `bonus_cut` is what the bonus's cap took off. `premium` has the classes with one;
    `protected` is principal that a guarantor paid to a class, and `protection` what it got back for it, by that class.
    """

    date: dt.date
    inflow: Decimal
    guarantee: Decimal
    floor_interest: dict[str, FloorInterest]
    principal: dict[str, Decimal]
    guarantor: Decimal
    returns: dict[str, Return]
    bonus: Decimal
    bonus_cut: Decimal
    reverts: Decimal
    outstanding: dict[str, Decimal]
    guarantor_owed: Decimal
    return_to_date: dict[str, Decimal]
    arithmetic: tuple[str, ...]
    premium: dict[str, Decimal] = field(default_factory=dict)
    protected: dict[str, Decimal] = field(default_factory=dict)
    protection: dict[str, Decimal] = field(default_factory=dict)

    @property
    def paid_in(self) -> Decimal:
        return self.inflow + self.guarantee + sum_of(self.protected.values())

    @property
    def paid_out(self) -> Decimal:
        return sum_of(self.parts().values())

    def parts(self) -> dict[str, Decimal]:
        """What went out, by kind."""
        return {
            "floor interest": sum_of(item.paid for item in self.floor_interest.values()),
            "principal": sum_of(self.principal.values()),
            "protected": sum_of(self.protected.values()),
            "guarantor": self.guarantor,
            "protection": sum_of(self.protection.values()),
            "premium": sum_of(self.premium.values()),
            "return": sum_of(item.paid for item in self.returns.values()),
            "bonus": self.bonus,
            "reverts": self.reverts,
        }

    def as_data(self) -> dict[str, Any]:
        """Plain values only: text, whole numbers, decimals and dates. Premium and protection stand in it where the terms have them."""
        return _without_noughts({**asdict(self), "arithmetic": list(self.arithmetic)})


@dataclass(frozen=True)
class ClassTotal:
    """What one class got over all rows; `protected` is principal that a guarantor paid."""

    floor_interest: Decimal
    principal: Decimal
    returns: Decimal
    total: Decimal
    premium: Decimal = NOUGHT
    protected: Decimal = NOUGHT


@dataclass(frozen=True)
class Totals:
    """All rows together. What came in, the guarantee and what protected principal are what went out; `protection` is what that one got back."""

    inflow: Decimal
    guarantee: Decimal
    classes: dict[str, ClassTotal]
    guarantor: Decimal
    bonus: Decimal
    reverts: Decimal
    paid_in: Decimal
    paid_out: Decimal
    protected: Decimal = NOUGHT
    protection: Decimal = NOUGHT

    def as_data(self) -> dict[str, Any]:
        """Plain values only. Premium and protection stand in it where there were any."""
        made = asdict(self)
        made["classes"] = {name: _without_noughts(item) for name, item in made["classes"].items()}
        return _without_noughts(made)


def _without_noughts(made: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in made.items() if value or key not in WHERE_AGREED}


def totals(rows: Sequence[Row]) -> Totals:
    """Every column of the rows summed, and each class's own total."""
    names = list(rows[0].outstanding) if rows else []
    return Totals(
        inflow=sum_of(row.inflow for row in rows),
        guarantee=sum_of(row.guarantee for row in rows),
        classes={name: _class_total(rows, name) for name in names},
        guarantor=sum_of(row.guarantor for row in rows),
        bonus=sum_of(row.bonus for row in rows),
        reverts=sum_of(row.reverts for row in rows),
        paid_in=sum_of(row.paid_in for row in rows),
        paid_out=sum_of(row.paid_out for row in rows),
        protected=sum_of(amount for row in rows for amount in row.protected.values()),
        protection=sum_of(amount for row in rows for amount in row.protection.values()),
    )


def _class_total(rows: Sequence[Row], name: str) -> ClassTotal:
    floor = sum_of(row.floor_interest[name].paid for row in rows if name in row.floor_interest)
    principal = sum_of(row.principal[name] for row in rows)
    returns = sum_of(row.returns[name].paid for row in rows if name in row.returns)
    premium = sum_of(row.premium[name] for row in rows if name in row.premium)
    protected = sum_of(row.protected[name] for row in rows if name in row.protected)
    return ClassTotal(floor, principal, returns, floor + principal + returns + premium + protected, premium, protected)


def words(row: Row) -> list[str]:
    """The row's arithmetic for people to read, a line a step."""
    return list(row.arithmetic)
