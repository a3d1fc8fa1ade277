"""What stands between two dates of a waterfall: what each class put in, is owed and has got, and how much return its cap still allows."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from pipelines.contracts.investors import InvestorClass, IrrCap
from pipelines.contracts.waterfall import Waterfall
from pipelines.payments.interest import Flow, worth
from pipelines.payments.rule import to_cents
from pipelines.payments.waterfall_rows import NOUGHT, sum_of


def _noughts() -> defaultdict[str, Decimal]:
    return defaultdict(lambda: NOUGHT)


@dataclass
class Books:
    """Amounts by class. `counted` is the return that uses up a cap that is a share, and `got` the money that uses up one that is a rate; both leave
    out floor interest that does not count. `premium` and `returned` are parts of what was paid, `protected` and `unprotected` what a guarantor
    of principal paid and got back; `came` is all that came in."""

    terms: Waterfall
    outstanding: dict[str, Decimal] = field(default_factory=_noughts)
    owed: dict[str, Decimal] = field(default_factory=_noughts)
    counted: dict[str, Decimal] = field(default_factory=_noughts)
    returned: dict[str, Decimal] = field(default_factory=_noughts)
    premium: dict[str, Decimal] = field(default_factory=_noughts)
    protected: dict[str, Decimal] = field(default_factory=_noughts)
    unprotected: dict[str, Decimal] = field(default_factory=_noughts)
    got: dict[str, list[Flow]] = field(default_factory=lambda: defaultdict(list))
    came: Decimal = NOUGHT
    guaranteed: Decimal = NOUGHT
    repaid: Decimal = NOUGHT
    bonus: Decimal = NOUGHT

    def drawn(self, item: InvestorClass, date: dt.date) -> Decimal:
        """What the class has put in by a day, that day included."""
        return sum_of(draw.amount for draw in item.put_in if draw.on <= date)

    def cap(self, item: InvestorClass, date: dt.date) -> Decimal:
        """The most return of a class with a cap that is a share of what it has put in."""
        assert not isinstance(item.return_cap, IrrCap)
        return to_cents(Fraction(self.drawn(item, date)) * Fraction(item.return_cap))

    def room(self, item: InvestorClass, date: dt.date) -> Decimal:
        """The return that the class's cap still allows on a day."""
        if isinstance(item.return_cap, IrrCap):
            put_in, got = self.valued(item, item.return_cap, date)
            return _down(put_in - got - Fraction(self.outstanding[item.id]))
        return max(self.cap(item, date) - self.counted[item.id], NOUGHT)

    def valued(self, item: InvestorClass, cap: IrrCap, date: dt.date) -> tuple[Fraction, Fraction]:
        """What the class put in and what it got, each worth on a day at the rate it is capped at. Principal that is still outstanding is to come
        back, and so leaves that much less room for return: nothing that comes later could then lift the class over its rate."""
        day_count = cap.day_count or self.terms.day_count
        draws = item.as_scheduled(date) if cap.on == "scheduled" else [draw for draw in item.put_in if draw.on <= date]
        return worth([(draw.on, draw.amount) for draw in draws], cap.irr, date, day_count), worth(self.got[item.id], cap.irr, date, day_count)

    def give(self, item: InvestorClass, amount: Decimal, date: dt.date, *, counts: bool) -> None:
        """Enter a return: floor interest, a premium, or a part of the split."""
        self.returned[item.id] += amount
        if counts:
            self.counted[item.id] += amount
            self.got[item.id].append((date, amount))

    def repay(self, name: str, amount: Decimal, date: dt.date) -> None:
        """Enter principal that came back, from whomever."""
        self.outstanding[name] -= amount
        self.got[name].append((date, amount))


def _down(amount: Fraction) -> Decimal:
    """Down to the cent, so that a cap is never exceeded; nought for less than nought."""
    return to_cents(Fraction(int(amount * 100), 100)) if amount > 0 else NOUGHT
