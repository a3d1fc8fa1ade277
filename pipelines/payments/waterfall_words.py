"""The arithmetic of a waterfall in words, with its numbers filled in: a line a step, each line what the steps of one day did."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from pipelines.contracts.investors import Draw, Floor, InvestorClass, IrrCap, Premium
from pipelines.payments.rule import money, number, percent
from pipelines.payments.waterfall_books import Books
from pipelines.payments.waterfall_rows import NOUGHT, FloorInterest, Inflow, Row, sum_of


class Stretch(NamedTuple):
    """Days on which the same amount bears interest."""

    start: dt.date
    end: dt.date
    days: int
    base: Decimal


def percent_words(share: Decimal) -> str:
    """`40.00 %`, with as many decimals as the contract's own number has."""
    exponent = share.as_tuple().exponent
    return percent(share, max(2, -exponent - 2) if isinstance(exponent, int) else 2)


def came_words(came: list[Inflow], date: dt.date, inflow: Decimal) -> str:
    """What came in, by day and purpose, summed."""
    summed: dict[tuple[dt.date, str], Decimal] = {}
    for item in came:
        summed[item.day, item.words] = summed.get((item.day, item.words), NOUGHT) + item.amount
    said = [f"{words} ({day}) {money(amount)}" for (day, words), amount in sorted(summed.items()) if amount]
    return f"in by {date}: {' + '.join(said) or 'nothing'}{f' = {money(inflow)}' if len(said) > 1 else ''}"


def drawn_words(item: InvestorClass, draws: Sequence[Draw], total: Decimal) -> str:
    """What a class that draws in parts has put in since the last date, and in all."""
    said = " + ".join(f"{money(draw.amount)} on {draw.on}" for draw in draws)
    return f"put in by {item.id}: {said}; {money(total)} in all"


def accrual_words(item: InvestorClass, floor: Floor, made: FloorInterest, stretches: Sequence[Stretch], year_days: int) -> list[str]:
    """How floor interest was worked out, what is owed from before, and what the cap takes off."""
    lines: list[str] = []
    if made.accrued:
        lines.append(_interest_words(item, floor, made, stretches, year_days))
    if made.owed:
        lines.append(f"{money(made.accrued)} + {money(made.owed)} owed from before = {money(made.accrued + made.owed)}")
    if made.cut:
        cap = f"IRR of {percent_words(item.return_cap.irr)}" if isinstance(item.return_cap, IrrCap) else percent_words(item.return_cap)
        lines.append(f"the return cap of {cap} over the life takes {money(made.cut)} off, {money(made.accrued + made.owed - made.cut)} is left")
    return lines


def _interest_words(item: InvestorClass, floor: Floor, made: FloorInterest, stretches: Sequence[Stretch], year_days: int) -> str:
    start, end = stretches[0].start, stretches[-1].end
    ends = " (the floor ends there)" if end == item.floor_ends else ""
    if len(stretches) == 1:
        return f"{money(stretches[0].base)} x {percent_words(floor.rate)} x {stretches[0].days}/{year_days} days from {start} to {end}{ends} = {money(made.accrued)}"
    parts = " + ".join(f"{money(stretch.base)} x {stretch.days} days" for stretch in stretches)
    return f"({parts}) x {percent_words(floor.rate)} / {year_days} from {start} to {end}{ends} = {money(made.accrued)}"


def cap_words(item: InvestorClass, books: Books, date: dt.date) -> str:
    """How much return a class's cap still allows."""
    room = money(books.room(item, date))
    if isinstance(item.return_cap, IrrCap):
        put_in, got = books.valued(item, item.return_cap, date)
        outstanding = books.outstanding[item.id]
        less = f" less {money(outstanding)} outstanding" if outstanding else ""
        dates = "scheduled" if item.return_cap.on == "scheduled" else "actual"
        rate = percent_words(item.return_cap.irr)
        return f"at {rate} a year on {dates} dates what was put in is worth {number(put_in)} on {date} and what was got {number(got)}{less}, which leaves {room}"
    cap = f"{money(books.drawn(item, date))} x {percent_words(item.return_cap)} = {money(books.cap(item, date))}"
    return f"cap {cap} less {money(books.counted[item.id])} before leaves {room}"


def premium_words(item: InvestorClass, premium: Premium, books: Books, date: dt.date, due: Decimal, paid: Decimal) -> str:
    """What a premium comes to by a day, less what was paid of it before."""
    drawn, share, before = books.drawn(item, date), percent_words(premium.at(books.came)), money(books.premium[item.id])
    goals = f"{money(books.came)} of {money(premium.all_goals)} came in, so the premium is {share}; " if premium.all_goals is not None else ""
    return f"premium to {item.id}: {goals}{money(drawn)} x {share} less {before} before = {money(due)}, of which {money(paid)} is paid"


def protection_words(item: InvestorClass, books: Books, date: dt.date, owed: Decimal, paid: Decimal) -> str:
    """What a guarantor of principal pays."""
    protection = item.protection
    assert protection is not None
    drawn, outstanding, share = books.drawn(item, date), books.outstanding[item.id], percent_words(protection.share)
    limit = f"; at most {money(protection.limit)}: {money(paid)}" if protection.limit is not None else ""
    if protection.of == "loss":
        return f"{money(outstanding)} outstanding x {share} = {money(owed)} from {protection.by}{limit}"
    return f"{money(drawn)} x {share} less {money(drawn - outstanding)} repaid = {money(owed)} from {protection.by}{limit}"


def balance_words(row: Row) -> str:
    """In equals out, with the parts that are not nought."""
    inflow = f"{money(row.inflow)} in" + (f" + {money(row.guarantee)} guarantee" if row.guarantee else "")
    protected = sum_of(row.protected.values())
    inflow += f" + {money(protected)} protection" if protected else ""
    parts = " + ".join(f"{PARTS.get(name, name)} {money(amount)}" for name, amount in row.parts().items() if amount)
    return f"{inflow} = {money(row.paid_out)} out" + (f": {parts}" if parts else "")


PARTS = {"protected": "protected principal", "protection": "back for protection"}
"""What a part is called in words, where that is not its name."""
