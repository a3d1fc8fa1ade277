"""What a waterfall pays on each distribution date: the money that came in, taken down the contract's steps in their order.

Pure: terms and inflows in, one row per distribution date out. Whatever comes in on a date goes out on it, to the cent.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from pipelines.contracts.investors import Draw, Floor, InvestorClass, Protection
from pipelines.contracts.waterfall import Step, Waterfall
from pipelines.payments.interest import YEAR_DAYS, days_between
from pipelines.payments.rule import money, to_cents
from pipelines.payments.waterfall_books import Books
from pipelines.payments.waterfall_rows import NOUGHT, FloorInterest, Inflow, Return, Row, Totals, sum_of, totals, words
from pipelines.payments.waterfall_words import (
    Stretch,
    accrual_words,
    balance_words,
    came_words,
    cap_words,
    drawn_words,
    percent_words,
    premium_words,
    protection_words,
)

__all__ = ["FloorInterest", "Inflow", "Return", "Row", "Totals", "distribute", "sum_of", "totals", "waiting", "words"]


def distribute(terms: Waterfall, inflows: Sequence[Inflow], as_of: dt.date) -> list[Row]:
    """One row per distribution date up to and including `as_of`, in their order.

    A date distributes what came in after the date before it, up to and including itself; the first also all that came earlier.
    """
    books = Books(terms)
    rows: list[Row] = []
    since: dt.date | None = None
    for date in terms.distributed_on:
        if date > as_of:
            break
        came = [item for item in inflows if item.day <= date and (since is None or item.day > since)]
        rows.append(_Distribution(terms, books, since, date, came).row())
        since = date
    return rows


def waiting(terms: Waterfall, inflows: Sequence[Inflow], as_of: dt.date) -> Decimal:
    """What has come in by `as_of` and no distribution date up to `as_of` has distributed."""
    last = max((date for date in terms.distributed_on if date <= as_of), default=dt.date.min)
    return sum_of(item.amount for item in inflows if last < item.day <= as_of)


@dataclass
class _Distribution:
    """One date's money on its way down the steps; `cash` is what is left for the steps to come."""

    terms: Waterfall
    books: Books
    since: dt.date | None
    date: dt.date
    came: list[Inflow]
    cash: Decimal = NOUGHT
    guarantee: Decimal = NOUGHT
    guarantor: Decimal = NOUGHT
    bonus: Decimal = NOUGHT
    bonus_cut: Decimal = NOUGHT
    reverts: Decimal = NOUGHT
    floor_interest: dict[str, FloorInterest] = field(default_factory=dict)
    principal: dict[str, Decimal] = field(default_factory=dict)
    returns: dict[str, Return] = field(default_factory=dict)
    premium: dict[str, Decimal] = field(default_factory=dict)
    protected: dict[str, Decimal] = field(default_factory=dict)
    protection: dict[str, Decimal] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    opening: dict[str, Decimal] = field(init=False)
    new: dict[str, list[Draw]] = field(init=False)

    def __post_init__(self) -> None:
        """Interest of the time that has passed is on the principal of that time, whatever this date's earlier steps repay."""
        self.opening = {item.id: self.books.outstanding[item.id] for item in self.terms.classes}
        self.new = {item.id: [draw for draw in item.put_in if draw.on <= self.date and (self.since is None or draw.on > self.since)] for item in self.terms.classes}
        for name, draws in self.new.items():
            self.books.outstanding[name] += sum_of(draw.amount for draw in draws)

    def row(self) -> Row:
        """Take every step and say how it stands. What goes in must come out."""
        self.cash = inflow = sum_of(item.amount for item in self.came)
        self.books.came += inflow
        self.lines.append(came_words(self.came, self.date, inflow))
        self._say_drawn()
        for step in self.terms.order:
            self._take(step)
        self._protect()
        row = self._closed(inflow)
        assert row.paid_in == row.paid_out
        return replace(row, arithmetic=tuple(f"{line}   ({self.terms.clause})" for line in (*self.lines, balance_words(row))))

    def _take(self, step: Step) -> None:
        of_all = {"floor_interest": self._floors, "guarantor": self._guarantor, "return": self._return, "bonus": self._bonus, "reverts": self._rest}
        of_one = {"principal": self._repay, "premium": self._premium, "protection": self._unprotect}
        if step.of is None:
            of_all[step.kind]()
        else:
            of_one[step.kind](self.terms.of(step.of))

    def _say_drawn(self) -> None:
        for item in self.terms.classes:
            if self.new[item.id] and (item.draws is not None or item.drawn is not None):
                self.lines.append(drawn_words(item, self.new[item.id], self.books.drawn(item, self.date)))

    def _closed(self, inflow: Decimal) -> Row:
        books = self.books
        return Row(
            date=self.date,
            inflow=inflow,
            guarantee=self.guarantee,
            floor_interest=self.floor_interest,
            principal={item.id: self.principal[item.id] for item in self.terms.classes},
            guarantor=self.guarantor,
            returns=self.returns,
            bonus=self.bonus,
            bonus_cut=self.bonus_cut,
            reverts=self.reverts,
            outstanding={item.id: books.outstanding[item.id] for item in self.terms.classes},
            guarantor_owed=books.guaranteed - books.repaid,
            return_to_date={item.id: books.returned[item.id] for item in self.terms.classes},
            arithmetic=(),
            premium=self.premium,
            protected=self.protected,
            protection=self.protection,
        )

    def _floors(self) -> None:
        for item in self.terms.classes:
            if item.floor:
                self._floor(item, item.floor)

    def _floor(self, item: InvestorClass, floor: Floor) -> None:
        owed = self.books.owed[item.id]
        bearing = owed if floor.unpaid == "compounds" else NOUGHT
        stretches = self._stretches(item, bearing)
        accrued = to_cents(sum((Fraction(stretch.base) * stretch.days for stretch in stretches), Fraction(0)) * Fraction(floor.rate) / YEAR_DAYS[self.terms.day_count])
        payable = min(accrued + owed, self.books.room(item, self.date)) if floor.counts_to_cap else accrued + owed
        from_inflow = min(payable, self.cash)
        from_guarantee = min(payable - from_inflow, self._guarantee_left())
        unpaid = payable - from_inflow - from_guarantee
        days, standing = sum(stretch.days for stretch in stretches), sum_of((self.opening[item.id], bearing, *(draw.amount for draw in self.new[item.id])))
        made = FloorInterest(days, standing, accrued, owed, accrued + owed - payable, from_inflow, from_guarantee, unpaid)
        self._say_floor(item, floor, made, stretches)
        self.floor_interest[item.id] = made
        self.cash -= from_inflow
        self.guarantee += from_guarantee
        self.books.guaranteed += from_guarantee
        self.books.owed[item.id] = NOUGHT if floor.unpaid == "lapses" else unpaid
        self.books.give(item, made.paid, self.date, counts=floor.counts_to_cap)

    def _stretches(self, item: InvestorClass, bearing: Decimal) -> list[Stretch]:
        """The days of floor interest since the last date, by what bore it: what was outstanding then, and each draw from its own day on."""
        end, base, made = min(self.date, item.floor_ends), self.opening[item.id] + bearing, []
        starts = [(self.since or item.first_drawn, NOUGHT), *((draw.on, draw.amount) for draw in self.new[item.id])]
        for (day, amount), until in zip(starts, [*(day for day, _ in starts[1:]), end], strict=True):
            base += amount
            if min(until, end) > day:
                made.append(Stretch(day, min(until, end), days_between(self.terms.day_count, day, min(until, end)), base))
        return [stretch for stretch in made if stretch.base] or made

    def _guarantee_left(self) -> Decimal:
        return to_cents(self.terms.guarantee.limit) - self.books.guaranteed if self.terms.guarantee else NOUGHT

    def _say_floor(self, item: InvestorClass, floor: Floor, made: FloorInterest, stretches: Sequence[Stretch]) -> None:
        if not made.accrued + made.owed:
            return
        head = f"floor interest to {item.id}: "
        self.lines.extend(head + line for line in accrual_words(item, floor, made, stretches, YEAR_DAYS[self.terms.day_count]))
        if made.from_guarantee and self.terms.guarantee:
            limit = f"limit {money(self.terms.guarantee.limit)} less {money(self.books.guaranteed)} paid before"
            sources = f"{money(made.from_inflow)} from what came in + {money(made.from_guarantee)} from the guarantor ({limit})"
            self.lines.append(f"{head}{sources} = {money(made.paid)}")
        if made.unpaid:
            fate = {"carried": "is carried without interest", "compounds": "is carried and bears interest", "lapses": "lapses"}[floor.unpaid]
            self.lines.append(f"{head}{money(made.paid)} paid, {money(made.unpaid)} {fate}")

    def _repay(self, item: InvestorClass) -> None:
        paid = self._pay(self.books.outstanding[item.id], f"principal to {item.id}", "outstanding")
        self.principal[item.id] = paid
        self.books.repay(item.id, paid, self.date)

    def _premium(self, item: InvestorClass) -> None:
        assert item.premium is not None
        share = item.premium.at(self.books.came)
        due = max(to_cents(Fraction(self.books.drawn(item, self.date)) * Fraction(share)) - self.books.premium[item.id], NOUGHT)
        allowed = min(due, self.books.room(item, self.date))
        self.premium[item.id] = paid = min(allowed, self.cash)
        if due or not share:
            self.lines.append(premium_words(item, item.premium, self.books, self.date, due, paid))
        if allowed < due:
            self.lines.append(f"premium to {item.id}: {cap_words(item, self.books, self.date)}, {money(due - allowed)} of {money(due)} is cut")
        self.cash -= paid
        self.books.premium[item.id] += paid
        self.books.give(item, paid, self.date, counts=True)

    def _protect(self) -> None:
        """What a guarantor of principal pays on its day, when the steps of that day are taken."""
        for item in self.terms.classes:
            if item.protection:
                paid = self._protection(item, item.protection) if self.date == self.terms.protected_on(item) else NOUGHT
                self.protected[item.id] = paid
                self.books.protected[item.id] += paid
                self.books.repay(item.id, paid, self.date)

    def _protection(self, item: InvestorClass, protection: Protection) -> Decimal:
        outstanding, drawn = self.books.outstanding[item.id], self.books.drawn(item, self.date)
        share = Fraction(protection.share)
        owed = to_cents(Fraction(outstanding) * share) if protection.of == "loss" else max(to_cents(Fraction(drawn) * share) - (drawn - outstanding), NOUGHT)
        paid = owed if protection.limit is None else min(owed, to_cents(protection.limit))
        if outstanding:
            self.lines.append(f"protection of {item.id}: {protection_words(item, self.books, self.date, owed, paid)}")
        return paid

    def _unprotect(self, item: InvestorClass) -> None:
        assert item.protection is not None
        paid = self._pay(self.books.protected[item.id] - self.books.unprotected[item.id], f"back to {item.protection.by} for {item.id}", "owed")
        self.protection[item.id] = paid
        self.books.unprotected[item.id] += paid

    def _guarantor(self) -> None:
        assert self.terms.guarantee is not None
        self.guarantor = self._pay(self.books.guaranteed - self.books.repaid, f"back to the guarantor {self.terms.guarantee.guarantor}", "owed")
        self.books.repaid += self.guarantor

    def _pay(self, due: Decimal, what: str, word: str) -> Decimal:
        """As much of `due` as there is money for."""
        paid = min(due, self.cash)
        self.cash -= paid
        if due:
            self.lines.append(f"{what}: {money(paid)} of {money(due)} {word}, {money(due - paid)} remains")
        return paid

    def _return(self) -> None:
        assert self.terms.return_split is not None
        shares = _split(self.cash, self.terms.return_split)
        classes = [self.terms.of(name) for name in shares]
        kept = {item.id: min(shares[item.id], self.books.room(item, self.date)) for item in classes}
        self._say_split(shares, {item.id: shares[item.id] - kept[item.id] for item in classes})
        spare = self.cash - sum_of(kept.values()) if self.terms.over_cap == "other_classes" else NOUGHT
        for item in classes:
            received = min(spare, self.books.room(item, self.date) - kept[item.id])
            spare -= received
            made = Return(shares[item.id], shares[item.id] - kept[item.id], received, kept[item.id] + received)
            if received:
                sum_words = f"{money(made.share)} + {money(received)} cut from others = {money(made.paid)}"
                self.lines.append(f"return to {item.id}: {sum_words}; {cap_words(item, self.books, self.date)}")
            self.returns[item.id] = made
            self.cash -= made.paid
            self.books.give(item, made.paid, self.date, counts=True)

    def _say_split(self, shares: dict[str, Decimal], cut: dict[str, Decimal]) -> None:
        if not self.cash:
            return
        *first, last = shares
        said = [f"{percent_words((self.terms.return_split or {})[name])} = {money(shares[name])} to {name}" for name in first]
        residual = f"the residual {money(shares[last])} to {last}" if first else f"all to {last}"
        self.lines.append(f"return: {money(self.cash)}, of which {', '.join([*said, residual])}")
        for name in (name for name in shares if cut[name]):
            self.lines.append(f"return to {name}: {cap_words(self.terms.of(name), self.books, self.date)}, {money(cut[name])} of {money(shares[name])} is cut")

    def _bonus(self) -> None:
        assert self.terms.bonus is not None
        bonus = self.terms.bonus
        share = to_cents(Fraction(self.cash) * Fraction(bonus.share))
        self.bonus = share if bonus.cap is None else min(share, to_cents(bonus.cap) - self.books.bonus)
        self.bonus_cut = share - self.bonus
        if self.cash:
            cap = f"; at most {money(bonus.cap)} less {money(self.books.bonus)} before: {money(self.bonus)}" if bonus.cap is not None else ""
            self.lines.append(f"bonus to {bonus.to}: {money(self.cash)} x {percent_words(bonus.share)} = {money(share)}{cap}")
        self.cash -= self.bonus
        self.books.bonus += self.bonus

    def _rest(self) -> None:
        self.reverts, self.cash = self.cash, NOUGHT
        if self.reverts:
            self.lines.append(f"the rest reverts to {self.terms.reverts_to}: {money(self.reverts)}")


def _split(cash: Decimal, split: dict[str, Decimal]) -> dict[str, Decimal]:
    """`cash` by shares, each rounded half up in the order written; the last takes the residual."""
    *first, last = split
    shares: dict[str, Decimal] = {}
    left = cash
    for name in first:
        shares[name] = min(to_cents(Fraction(cash) * Fraction(split[name])), left)
        left -= shares[name]
    return {**shares, last: left}
