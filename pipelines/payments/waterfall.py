"""What a waterfall pays on each distribution date: the money that came in, taken down the contract's steps in their order.

Pure: terms and inflows in, one row per distribution date out. Whatever comes in on a date goes out on it, to the cent.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from pipelines.contracts.waterfall import DayCount, Floor, InvestorClass, Waterfall
from pipelines.payments.rule import money, percent, to_cents
from pipelines.payments.waterfall_rows import NOUGHT, FloorInterest, Inflow, Return, Row, Totals, sum_of, totals, words

__all__ = ["FloorInterest", "Inflow", "Return", "Row", "Totals", "distribute", "sum_of", "totals", "waiting", "words"]

YEAR_DAYS: dict[DayCount, int] = {"act_365f": 365, "act_360": 360, "thirty_360": 360}
LONGEST_MONTH = 30


def distribute(terms: Waterfall, inflows: Sequence[Inflow], as_of: dt.date) -> list[Row]:
    """One row per distribution date up to and including `as_of`, in their order.

    A date distributes what came in after the date before it, up to and including itself; the first also all that came earlier.
    """
    books = _Books.opened(terms)
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
class _Books:
    """What stands between two dates. `counted` is the return that uses up the caps; it leaves out floor interest that does not count."""

    outstanding: dict[str, Decimal]
    owed: dict[str, Decimal]
    counted: dict[str, Decimal]
    returned: dict[str, Decimal]
    guaranteed: Decimal = NOUGHT
    repaid: Decimal = NOUGHT
    bonus: Decimal = NOUGHT

    @classmethod
    def opened(cls, terms: Waterfall) -> _Books:
        nought = {item.id: NOUGHT for item in terms.classes}
        return cls({item.id: to_cents(item.principal) for item in terms.classes}, owed=dict(nought), counted=dict(nought), returned=dict(nought))

    def room(self, item: InvestorClass) -> Decimal:
        """The return that the class's cap still allows."""
        return max(_cap(item) - self.counted[item.id], NOUGHT)

    def give(self, item: InvestorClass, amount: Decimal, *, counts: bool) -> None:
        self.returned[item.id] += amount
        self.counted[item.id] += amount if counts else NOUGHT


@dataclass
class _Distribution:
    """One date's money on its way down the steps; `cash` is what is left for the steps to come."""

    terms: Waterfall
    books: _Books
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
    lines: list[str] = field(default_factory=list)
    opening: dict[str, Decimal] = field(init=False)

    def __post_init__(self) -> None:
        """Interest of the time that has passed is on the principal of that time, whatever this date's earlier steps repay."""
        self.opening = dict(self.books.outstanding)

    def row(self) -> Row:
        """Take every step and say how it stands. What goes in must come out."""
        self.cash = inflow = sum_of(item.amount for item in self.came)
        self.lines.append(_came_words(self.came, self.date, inflow))
        takes = {"floor_interest": self._floors, "guarantor": self._guarantor, "return": self._return, "bonus": self._bonus, "reverts": self._rest}
        for step in self.terms.order:
            if step.repays:
                self._repay(step.repays)
            else:
                takes[step.written]()
        row = self._closed(inflow)
        assert row.paid_in == row.paid_out
        return replace(row, arithmetic=tuple(f"{line}   ({self.terms.clause})" for line in (*self.lines, _balance_words(row))))

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
            outstanding=dict(books.outstanding),
            guarantor_owed=books.guaranteed - books.repaid,
            return_to_date=dict(books.returned),
            arithmetic=(),
        )

    def _floors(self) -> None:
        for item in self.terms.classes:
            if item.floor:
                self._floor(item, item.floor)

    def _floor(self, item: InvestorClass, floor: Floor) -> None:
        start, end = max(item.drawn_on, self.since or item.drawn_on), min(self.date, item.floor_ends)
        days = _days(self.terms.day_count, start, end)
        owed = self.books.owed[item.id]
        base = self.opening[item.id] + (owed if floor.unpaid == "compounds" else NOUGHT)
        accrued = to_cents(Fraction(base) * Fraction(floor.rate) * days / YEAR_DAYS[self.terms.day_count])
        payable = min(accrued + owed, self.books.room(item)) if floor.counts_to_cap else accrued + owed
        from_inflow = min(payable, self.cash)
        from_guarantee = min(payable - from_inflow, self._guarantee_left())
        unpaid = payable - from_inflow - from_guarantee
        made = FloorInterest(days, base, accrued, owed, accrued + owed - payable, from_inflow, from_guarantee, unpaid)
        self._say_floor(item, floor, made, (start, end))
        self.floor_interest[item.id] = made
        self.cash -= from_inflow
        self.guarantee += from_guarantee
        self.books.guaranteed += from_guarantee
        self.books.owed[item.id] = NOUGHT if floor.unpaid == "lapses" else unpaid
        self.books.give(item, made.paid, counts=floor.counts_to_cap)

    def _guarantee_left(self) -> Decimal:
        return to_cents(self.terms.guarantee.limit) - self.books.guaranteed if self.terms.guarantee else NOUGHT

    def _say_floor(self, item: InvestorClass, floor: Floor, made: FloorInterest, period: tuple[dt.date, dt.date]) -> None:
        if not made.accrued + made.owed:
            return
        head = f"floor interest to {item.id}: "
        self.lines.extend(head + line for line in _accrual_words(item, floor, made, period, YEAR_DAYS[self.terms.day_count]))
        if made.from_guarantee and self.terms.guarantee:
            limit = f"limit {money(self.terms.guarantee.limit)} less {money(self.books.guaranteed)} paid before"
            sources = f"{money(made.from_inflow)} from what came in + {money(made.from_guarantee)} from the guarantor ({limit})"
            self.lines.append(f"{head}{sources} = {money(made.paid)}")
        if made.unpaid:
            fate = {"carried": "is carried without interest", "compounds": "is carried and bears interest", "lapses": "lapses"}[floor.unpaid]
            self.lines.append(f"{head}{money(made.paid)} paid, {money(made.unpaid)} {fate}")

    def _repay(self, name: str) -> None:
        outstanding = self.books.outstanding[name]
        paid = self._pay(outstanding, f"principal to {name}", "outstanding")
        self.principal[name] = paid
        self.books.outstanding[name] = outstanding - paid

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
        kept = {item.id: min(shares[item.id], self.books.room(item)) for item in classes}
        self._say_split(shares, {item.id: shares[item.id] - kept[item.id] for item in classes})
        spare = self.cash - sum_of(kept.values()) if self.terms.over_cap == "other_classes" else NOUGHT
        for item in classes:
            received = min(spare, self.books.room(item) - kept[item.id])
            spare -= received
            made = Return(shares[item.id], shares[item.id] - kept[item.id], received, kept[item.id] + received)
            if received:
                sum_words = f"{money(made.share)} + {money(received)} cut from others = {money(made.paid)}"
                self.lines.append(f"return to {item.id}: {sum_words}; {_cap_words(item, self.books)}")
            self.returns[item.id] = made
            self.cash -= made.paid
            self.books.give(item, made.paid, counts=True)

    def _say_split(self, shares: dict[str, Decimal], cut: dict[str, Decimal]) -> None:
        if not self.cash:
            return
        *first, last = shares
        said = [f"{percent_words((self.terms.return_split or {})[name])} = {money(shares[name])} to {name}" for name in first]
        residual = f"the residual {money(shares[last])} to {last}" if first else f"all to {last}"
        self.lines.append(f"return: {money(self.cash)}, of which {', '.join([*said, residual])}")
        for name in (name for name in shares if cut[name]):
            self.lines.append(f"return to {name}: {_cap_words(self.terms.of(name), self.books)}, {money(cut[name])} of {money(shares[name])} is cut")

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


def _cap(item: InvestorClass) -> Decimal:
    return to_cents(Fraction(item.principal) * Fraction(item.return_cap))


def _days(day_count: DayCount, start: dt.date, end: dt.date) -> int:
    """Days of interest in [start, end); nought when there are none."""
    if end <= start:
        return 0
    if day_count != "thirty_360":
        return (end - start).days
    return 360 * (end.year - start.year) + 30 * (end.month - start.month) + min(end.day, LONGEST_MONTH) - min(start.day, LONGEST_MONTH)


def _split(cash: Decimal, split: dict[str, Decimal]) -> dict[str, Decimal]:
    """`cash` by shares, each rounded half up in the order written; the last takes the residual."""
    *first, last = split
    shares: dict[str, Decimal] = {}
    left = cash
    for name in first:
        shares[name] = min(to_cents(Fraction(cash) * Fraction(split[name])), left)
        left -= shares[name]
    return {**shares, last: left}


def percent_words(share: Decimal) -> str:
    """`40.00 %`, with as many decimals as the contract's own number has."""
    exponent = share.as_tuple().exponent
    return percent(share, max(2, -exponent - 2) if isinstance(exponent, int) else 2)


def _came_words(came: list[Inflow], date: dt.date, inflow: Decimal) -> str:
    """What came in, by day and purpose, summed."""
    summed: dict[tuple[dt.date, str], Decimal] = {}
    for item in came:
        summed[item.day, item.words] = summed.get((item.day, item.words), NOUGHT) + item.amount
    said = [f"{words} ({day}) {money(amount)}" for (day, words), amount in sorted(summed.items()) if amount]
    return f"in by {date}: {' + '.join(said) or 'nothing'}{f' = {money(inflow)}' if len(said) > 1 else ''}"


def _accrual_words(item: InvestorClass, floor: Floor, made: FloorInterest, period: tuple[dt.date, dt.date], year_days: int) -> list[str]:
    lines: list[str] = []
    if made.accrued:
        ends = " (the floor ends there)" if period[1] == item.floor_ends else ""
        lines.append(f"{money(made.outstanding)} x {percent_words(floor.rate)} x {made.days}/{year_days} days from {period[0]} to {period[1]}{ends} = {money(made.accrued)}")
    if made.owed:
        lines.append(f"{money(made.accrued)} + {money(made.owed)} owed from before = {money(made.accrued + made.owed)}")
    if made.cut:
        lines.append(f"the return cap of {percent_words(item.return_cap)} over the life takes {money(made.cut)} off, {money(made.accrued + made.owed - made.cut)} is left")
    return lines


def _cap_words(item: InvestorClass, books: _Books) -> str:
    cap = f"{money(to_cents(item.principal))} x {percent_words(item.return_cap)} = {money(_cap(item))}"
    return f"cap {cap} less {money(books.counted[item.id])} before leaves {money(books.room(item))}"


def _balance_words(row: Row) -> str:
    """In equals out, with the parts that are not nought."""
    inflow = f"{money(row.inflow)} in" + (f" + {money(row.guarantee)} guarantee" if row.guarantee else "")
    parts = " + ".join(f"{name} {money(amount)}" for name, amount in row.parts().items() if amount)
    return f"{inflow} = {money(row.paid_out)} out" + (f": {parts}" if parts else "")
