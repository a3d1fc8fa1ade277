"""From effects to money: a line for each consequence, payer and budget year, what is refunded of it, costs, and payments from one payer to another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from pipelines.contracts.refunding import Refunding, on
from pipelines.contracts.value import PAYERS, Basis, Consequence, PayerKind, Value, ValueCost
from pipelines.investing.refunds import refund_of, share_of_year, topmost
from pipelines.investing.sums import NOUGHT, carried, cents, parts_in_cents, price_in

What = Literal["consequence", "refund", "cost", "payment"]
Transfers = Mapping[tuple[PayerKind, int], Decimal]
"""What each payer got less what it paid in a year because of the contract's payments, in the prices of that year. `others` are left out: what the
named ones pay they get, and the other way round."""
Schedules = Mapping[str, tuple[Refunding, ...]]


@dataclass(frozen=True)
class Arising:
    """An effect as it comes in one budget year: so many `people`, and `each` the units of effect a person, good when above nought."""

    outcome: str
    period: str
    year: int
    people: int
    each: Fraction

    @property
    def units(self) -> Fraction:
        return self.people * self.each


@dataclass(frozen=True)
class Line:
    """What one payer gains in one budget year, a loss below nought, in whole cents: in the prices of that year (`nominal`), and in those of the case
    (`real`). `name` is that of a consequence or a cost, `payments` for payments."""

    what: What
    name: str
    payer: PayerKind
    year: int
    nominal: Decimal
    real: Decimal


def _lines(value: Value, what: What, name: str, year: int, nominal: Mapping[PayerKind, Decimal]) -> list[Line]:
    """The lines of one thing in one year. In the prices of the case too the parts come to the whole."""
    real = parts_in_cents({payer: carried(Fraction(amount), value.index, year, value.price_level) for payer, amount in nominal.items()})
    return [Line(what, name, payer, year, amount, real[payer]) for payer, amount in nominal.items() if amount]


def of_consequences(value: Value, effects: Iterable[Arising], schedules: Schedules, basis: Basis) -> list[Line]:
    """Every line of every consequence and its refund, as far as the budget years reach."""
    found = list(effects)
    return [
        line
        for item in value.consequences
        for effect in found
        if effect.outcome == item.follows
        for after, share in item.lasts.root.items()
        if effect.year + after in value.years
        for line in _of_year(value, item, effect, after, Fraction(share), schedules, basis)
    ]


def _of_year(value: Value, item: Consequence, effect: Arising, after: int, share: Fraction, schedules: Schedules, basis: Basis) -> list[Line]:
    """One consequence of one effect in the year so many after it came."""
    year, sign = effect.year + after, -1 if item.kind == "cost" else 1
    price = _price(value, item, year, basis)
    gross = sign * effect.units * share * price
    exact = {payer: gross * Fraction(part) for payer, part in item.shares.given.items()}
    made = _lines(value, "consequence", item.id, year, parts_in_cents(exact))
    if item.refund is None:
        return made
    schedule = on(schedules[item.refund.schedule], dt.date(year, 1, 1))
    if schedule is None:
        raise ValueError(f"the refund schedule '{item.refund.schedule}' does not hold on {year}-01-01")
    if item.refund.from_week is not None:
        back = exact["municipality"] * share_of_year(schedule, item.refund.from_week, after)
    else:
        saved = sign * effect.each * share * price
        back = _by_amount(value, item, schedule, year, saved, basis) * effect.people * Fraction(item.shares.municipality)
    refunded = cents(back)
    return [*made, *_lines(value, "refund", item.id, year, {"municipality": -refunded, "state": refunded})]


def _price(value: Value, item: Consequence, year: int, basis: Basis) -> Fraction:
    """What one unit of the effect is worth in a budget year, in its prices: the amount that holds on its first day."""
    amount = Fraction((item.price.marginal if basis == "marginal" else item.price.average).on(dt.date(year, 1, 1)))
    return price_in(amount, value, item.price.price_level, item.unit, year, is_a_year=item.price.per == "year")


def _by_amount(value: Value, item: Consequence, schedule: Refunding, year: int, saved: Fraction, basis: Basis) -> Fraction:
    """What the state keeps of what is saved of one person's course: of the topmost part of it where the case is marginal, of an even part where it is
    the average."""
    assert item.refund is not None
    assert item.refund.amount_a_year is not None
    assert item.refund.price_level is not None
    assert schedule.price_level is not None
    whole = carried(Fraction(item.refund.amount_a_year), value.index, item.refund.price_level, year)
    move = carried(Fraction(1), value.index, schedule.price_level, year)
    if basis == "marginal":
        return topmost(schedule, whole, saved, move)
    return saved * refund_of(schedule, whole, move) / whole if whole else Fraction(0)


def of_costs(value: Value, *, is_realised: bool) -> list[Line]:
    """Every cost. What was really spent takes the place of what was agreed in the years that it is said for."""
    return [line for cost in value.costs for year in value.years.all for line in _cost(value, cost, year, is_realised=is_realised)]


def _cost(value: Value, cost: ValueCost, year: int, *, is_realised: bool) -> list[Line]:
    spent = cost.came_to.root.get(year) if cost.came_to is not None and is_realised else None
    agreed = cost.amounts.root.get(year, NOUGHT)
    nominal = spent if spent is not None else cents(carried(Fraction(agreed), value.index, cost.price_level, year))
    return _lines(value, "cost", cost.id, year, {cost.payer: -nominal})


def of_payments(value: Value, transfers: Transfers) -> list[Line]:
    """What the contract's payments move between payers: together nothing. Those of years outside the budget years are not here."""
    made: list[Line] = []
    for year in value.years.all:
        named: dict[PayerKind, Decimal] = {payer: transfers[payer, year] for payer in PAYERS if payer != "others" and (payer, year) in transfers}
        made += _lines(value, "payment", "payments", year, {**named, "others": -sum(named.values(), NOUGHT)}) if named else []
    return made
