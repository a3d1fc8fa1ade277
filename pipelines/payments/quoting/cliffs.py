"""Cliffs: where one person, one claim or one unit more or less moves a lot of money.

A move is ordinary when it is no bigger than the price of one, where the payment's rule names a price, and else no bigger than the moves beside
it; anything bigger is a cliff. The quote is made again for every move, so a cliff is one of all that the contract says, caps included.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, localcontext
from typing import Any, Literal

from pydantic import RootModel

from pipelines.contracts.catalogue import arguments
from pipelines.contracts.outcome import OutcomeContract, Payment
from pipelines.contracts.profile import Profile
from pipelines.payments.quoting.asked import named, prices_persons
from pipelines.payments.quoting.given import DIGITS, Row
from pipelines.payments.quoting.quote import NOUGHT, Memo, quoted
from pipelines.payments.rule import rules

Of = Literal["person", "claim", "unit"]
MOST_ONE_BY_ONE = 20_000
"""People in all whose amounts are worked out one by one, above which no cliffs are looked for: each move would take them all anew."""
MOST_TRIES = 200
"""How many quotes the search for one cliff may take."""
MOST_WORK, A_QUOTE = 150_000, 20
"""How much all searches together may take, in people worked out one by one; and what a quote costs beside them."""
PRICES = ("full_price", "tiers")
"""Arguments, beside those that begin with `price`, that are prices of one."""
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Move:
    """What one more, or one less, moves: `amount` in all, and the payments that have a cliff there."""

    amount: Decimal
    cliffs: tuple[str, ...] = ()

    @property
    def is_cliff(self) -> bool:
        return bool(self.cliffs)


@dataclass(frozen=True)
class Near:
    """The nearest cliff in one direction: the first count that has it, how many away that is, and what it moves."""

    at: Decimal
    away: int
    move: Move


@dataclass(frozen=True)
class Steps:
    """One row of results, and what moves when one `of` it is more or less. `more` and `less` are None where the cohort or nought leaves no room.
    `is_searched` is False where the nearest cliffs were not found within so many tries; what is given then stands nonetheless."""

    line: int
    outcome: str
    cohort: str
    period: str
    group: str
    of: Of
    now: Decimal
    more: Move | None
    less: Move | None
    ahead: Near | None = None
    behind: Near | None = None
    is_searched: bool = True


@dataclass(frozen=True)
class Cliffs:
    """Every row's steps, or why none were looked for."""

    steps: tuple[Steps, ...]
    why_not: str = ""


def cliffs(contract: OutcomeContract, rows: Sequence[Row], gate: Profile) -> Cliffs:
    """The steps of every row that moves money. Rows as `checking.checked` gives them."""
    pricing = {payment.pays_for for payment in contract.payments if prices_persons(payment, payment.pays_for)}
    people = sum(row.n_counted for row in rows if row.outcome in pricing)
    if people > MOST_ONE_BY_ONE:
        return Cliffs((), f"cliffs are looked for among at most {MOST_ONE_BY_ONE:,} people whose amounts are worked out one by one, and there are {people:,}")
    memo: Memo = {}
    work = _Work()
    return Cliffs(tuple(steps for place in range(len(rows)) for of in _varied(rows[place]) for steps in _Row(contract, rows, place, of, gate, memo, work).steps()))


@dataclass
class _Work:
    """What the searches have taken so far."""

    done: int = 0

    @property
    def is_over(self) -> bool:
        return self.done > MOST_WORK


def _varied(row: Row) -> Iterator[Of]:
    """What of a row can be one more or less."""
    yield "person"
    if row.claims is not None:
        yield "claim"
    if row.units is not None:
        yield "unit"


@dataclass
class _Row:
    """One row, varied in one way. `amounts` are what each payment comes to by how many more."""

    contract: OutcomeContract
    rows: Sequence[Row]
    place: int
    of: Of
    gate: Profile
    memo: Memo
    work: _Work
    amounts: dict[int, dict[str, Decimal]] = field(default_factory=dict)

    def steps(self) -> Iterator[Steps]:
        """The row's steps, when any of them, or anything within the cohort, moves money."""
        row, now = self.rows[self.place], self._now(self.rows[self.place])
        ahead, behind = self._search(1), self._search(-1)
        more, less = self._move(0, 1), self._move(0, -1)
        if any(move is not None and move.amount for move in (more, less)) or ahead[0] or behind[0]:
            yield Steps(row.line, row.outcome, row.cohort, row.period, row.group, self.of, now, more, less, ahead[0], behind[0], ahead[1] and behind[1])

    def _now(self, row: Row) -> Decimal:
        found = {"person": row.with_result, "claim": row.claims, "unit": row.units}[self.of]
        return Decimal(found if found is not None else 0)

    def _search(self, way: int) -> tuple[Near | None, bool]:
        """The nearest cliff that way, and whether all the way to the end was looked at. Steps of one size are passed by doubling."""
        at, tries, room = 0, len(self.amounts), self._room(way)
        while at < room and len(self.amounts) - tries < MOST_TRIES and not self.work.is_over:
            move = self._move(at * way, way)
            if move is None:
                return None, True
            if move.is_cliff:
                return Near(self._now(self.rows[self.place]) + (at + 1) * way, at + 1, move), True
            at += self._even(at, way, room)
        return None, at >= room

    def _even(self, at: int, way: int, room: int) -> int:
        """How many steps from here are of one size, one at least."""
        left = room - at
        if self._is_even(at, left, way) and self._is_even(at, -(-left // 2), way):
            return left
        width = 1
        while at + 2 * width <= room and self._is_even(at, 2 * width, way):
            width *= 2
        low, high = width, min(2 * width, left)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._is_even(at, middle, way) else (low, middle)
        return low

    def _is_even(self, at: int, width: int, way: int) -> bool:
        """Whether so many steps move each payment as far as the first of them does, so many times, but for half a step of rounding. People who bring
        units, in whole ones, move it now by one more and now by one less: of them half of the steps move half as far as all, but for one."""
        if self.of == "person" and self.rows[self.place].units:
            return self._is_halved(at, width, way)
        start, first, end = (self._amounts((at + further) * way) for further in (0, 1, width))
        if start is None or first is None or end is None:
            return False
        return all(abs(end[name] - start[name] - width * (first[name] - start[name])) <= max(5 * CENT, abs(first[name] - start[name]) / 2) for name in start)

    def _is_halved(self, at: int, width: int, way: int) -> bool:
        half = width // 2
        start, first, middle, end = (self._amounts((at + further) * way) for further in (0, 1, half, width))
        if start is None or first is None or middle is None or end is None:
            return False
        return all(abs(width * (middle[name] - start[name]) - half * (end[name] - start[name])) <= width * max(5 * CENT, abs(first[name] - start[name])) for name in start)

    def _room(self, way: int) -> int:
        """How far there can be more, or less, within the cohort."""
        row = self.rows[self.place]
        if way < 0:
            return int(self._now(row)) - ((row.persons or 0) if self.of == "claim" else 0)
        size = next((cohort.closes.at_size for cohort in self.contract.cohorts if cohort.id == row.cohort and cohort.closes is not None), None)
        top = row.counted if row.counted is not None else row.enrolled if row.enrolled is not None else size
        if self.of == "person":
            return max(0, (top if top is not None else 2 * row.with_result) - row.with_result)
        return max(1, int(self._now(row)))

    def _move(self, at: int, way: int) -> Move | None:
        """What the step from `at` to one further moves; None where there is no room for it."""
        before, after = self._amounts(at), self._amounts(at + way)
        if before is None or after is None:
            return None
        moved = {name: after[name] - before[name] for name in before}
        found = tuple(payment.id for payment in self.contract.payments if moved[payment.id] and self._is_cliff(payment, at, way, abs(moved[payment.id])))
        return Move(sum(moved.values(), NOUGHT), found)

    def _is_cliff(self, payment: Payment, at: int, way: int, moved: Decimal) -> bool:
        price = price_of_one(payment, self._ends())
        if price is not None:
            return moved > price * self._each() + CENT
        beside = [self._step(payment.id, at - way, way), self._step(payment.id, at + way, way)]
        return moved > min((step for step in beside if step is not None), default=NOUGHT) * Decimal("1.02") + CENT

    def _each(self) -> int:
        """How many of what has a price one more brings: a person brings as many units or claims as the others have."""
        row = self.rows[self.place]
        total = row.units if row.units is not None else row.claims
        return max(1, -(-int(total) // max(1, row.with_result))) if self.of == "person" and total else 1

    def _ends(self) -> dt.date:
        row = self.rows[self.place]
        return next(period.end for period in self.contract.claims_of(row.outcome) if period.id == row.period)

    def _step(self, payment: str, at: int, way: int) -> Decimal | None:
        before, after = self._amounts(at), self._amounts(at + way)
        return None if before is None or after is None else abs(after[payment] - before[payment])

    def _one_by_one(self) -> int:
        """How many people are worked out one by one when the row changes."""
        row = self.rows[self.place]
        pays = (payment for payment in self.contract.payments if row.outcome in payment.outcomes_of("final") and prices_persons(payment, payment.pays_for))
        return sum(other.n_counted for payment in pays for other in self.rows if other.outcome == payment.pays_for and other.period == row.period)

    def _amounts(self, more: int) -> dict[str, Decimal] | None:
        """What each payment comes to with so many more, or fewer; None where that cannot be."""
        if more not in self.amounts:
            row = varied(self.rows[self.place], self.of, more)
            if row is None:
                return None
            rows = [*self.rows[: self.place], row, *self.rows[self.place + 1 :]]
            made = dict.fromkeys((payment.id for payment in self.contract.payments), NOUGHT)
            for item in quoted(self.contract, rows, self.gate, self.memo):
                made[item.payment.id] += item.amount
            self.amounts[more] = made
            self.work.done += A_QUOTE + self._one_by_one()
        return self.amounts[more]


def varied(row: Row, of: Of, more: int) -> Row | None:
    """The row with so many more of something, or fewer; None where that cannot be. A person brings as many units, or claims, as the others have on
    the average, in whole ones."""
    if of == "unit":
        units = (row.units or Decimal(0)) + more
        return replace(row, units=units) if units >= 0 and (row.with_result or not units) else None
    if of == "claim":
        claims = (row.claims or 0) + more
        return replace(row, claims=claims) if claims >= (row.persons or 0) else None
    return _persons(row, more)


def _persons(row: Row, more: int) -> Row | None:
    people = row.with_result + more
    if people < 0 or more == 0:
        return row if more == 0 else None
    if row.persons is None:
        return replace(row, enrolled=people) if row.counted is None and row.units is None else None
    if row.enrolled is not None and people > row.n_counted:
        return None
    with localcontext(prec=DIGITS):
        units = None if row.units is None else row.units * people // max(1, row.persons)
    claims = None if row.claims is None else row.claims * people // max(1, row.persons)
    return replace(row, persons=people, units=units, claims=claims)


def price_of_one(payment: Payment, by: dt.date) -> Decimal | None:
    """The highest price of one that the rule names and that holds before `by`, with the highest uplift; None for a rule without a price."""
    rule = rules()[payment.rule.pin]
    given = arguments(rule.parameters, payment.rule.arguments)
    found = [amount for key, value in named(given) if key.startswith("price") or key in PRICES for amount in _amounts_in(value, by)]
    if not found:
        return None
    uplifts = [value for item in payment.adjust if item.pin.startswith("uplift@") for _, value in named(item.arguments) if isinstance(value, Decimal)]
    return max(found) * (1 + max(uplifts, default=Decimal(0)))


def _amounts_in(value: Any, by: dt.date) -> Iterator[Decimal]:
    """Amounts that hold before `by`, however deep they stand."""
    if isinstance(value, RootModel):
        yield from _amounts_in(value.root, by)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(key, dt.date):
                yield from [Decimal(inner)] if key < by else []
            else:
                yield from _amounts_in(inner, by)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _amounts_in(inner, by)
