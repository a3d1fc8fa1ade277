"""Who pays and who gets how much in which quarter, and how much of what investors put in is truly at risk.

Pure: terms and money that comes in, in; tables out. What is expected and what happened are two calls with two lists of inflows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pipelines.contracts.investors import InvestorClass, IrrCap
from pipelines.contracts.waterfall import Waterfall
from pipelines.payments.interest import RATE_DECIMALS, irr
from pipelines.payments.rule import money, number, percent
from pipelines.payments.waterfall import Inflow, Row, distribute, sum_of, totals
from pipelines.payments.waterfall_rows import NOUGHT

MONTHS_A_QUARTER = 3
LAST_QUARTER = 4


@dataclass(frozen=True)
class Flow:
    """Money of one party on a day: above nought it gets, below it pays. `kind` is what for, as `draw` or `principal`."""

    day: dt.date
    party: str
    kind: str
    amount: Decimal


@dataclass(frozen=True)
class PartyQuarter:
    """One party in one calendar quarter, as `2025Q1`: what it `paid` and `got`, the `net` of both, and the net from the first quarter on."""

    party: str
    quarter: str
    paid: Decimal
    got: Decimal
    net: Decimal
    cumulative: Decimal


@dataclass(frozen=True)
class CashFlow:
    """Every flow in the order of its day, and a row per party and quarter: each party has every quarter from the first flow to the last."""

    flows: tuple[Flow, ...]
    quarters: tuple[PartyQuarter, ...]

    def as_data(self) -> dict[str, Any]:
        """Plain values only: text, decimals and dates."""
        return asdict(self)


@dataclass(frozen=True)
class Rates:
    """A class's internal rate of return a year so far, from the days on which its money was to be put in and from those on which it was. None where
    there is none, as when nothing came back."""

    scheduled: Decimal | None
    actual: Decimal | None


@dataclass(frozen=True)
class AtRisk:
    """What one class would lose were nothing to come in but what is certain: `drawn` less what it `got`, never below nought, and as a `share` of
    what was drawn."""

    name: str
    drawn: Decimal
    got: Decimal
    lost: Decimal
    share: Fraction
    arithmetic: tuple[str, ...]

    def as_data(self) -> dict[str, Any]:
        """Plain values only; the share is rounded to declared decimals, halves up."""
        return {**asdict(self), "share": Decimal(number(self.share, RATE_DECIMALS)), "arithmetic": list(self.arithmetic)}


def cash_flow(terms: Waterfall, inflows: Sequence[Inflow], as_of: dt.date, *, drawn_to: str = "") -> CashFlow:
    """What every party of the waterfall pays and gets up to and including `as_of`: with `terms.as_scheduled()` as it was agreed, with `terms` as it
    was drawn as far as that is told.

    An inflow is paid by its `payer`, or by whoever the rest reverts to where it names none. What investors put in goes to `drawn_to`; it is not
    followed further where that is not said.
    """
    flows = sorted(
        (flow for flow in (*_drawn(terms, drawn_to), *_came(terms, inflows), *_distributed(terms, inflows, as_of)) if flow.amount and flow.day <= as_of),
        key=lambda flow: (flow.day, flow.party, flow.kind),
    )
    return CashFlow(tuple(flows), tuple(_quarters(flows)))


def share_at_risk(terms: Waterfall, certain: Sequence[Inflow] = ()) -> dict[str, AtRisk]:
    """By class, the share of what it puts in that is lost when nothing comes in but `certain`: standing charges and whatever else is paid
    without results. Every class is drawn as agreed, and guarantees, floors and protections do what they would."""
    agreed = terms.as_scheduled()
    summed = totals(distribute(agreed, certain, agreed.distributed_on[-1])).classes
    return {item.id: _at_risk(item.id, item.agreed, summed[item.id].total, sum_of(inflow.amount for inflow in certain)) for item in agreed.classes}


def rates(terms: Waterfall, rows: Sequence[Row], decimals: int = RATE_DECIMALS) -> dict[str, Rates]:
    """By class, its rate of return over the rows, to declared decimals. What is still outstanding counts as lost; the days of a year are those
    of the class's own cap, or of the waterfall."""
    return {item.id: _rates(terms, item, rows, decimals) for item in terms.classes}


def _rates(terms: Waterfall, item: InvestorClass, rows: Sequence[Row], decimals: int) -> Rates:
    got = [(row.date, flow.amount) for row in rows for flow in _to_class(row, item.id, item.investor)]
    until = max((row.date for row in rows), default=dt.date.min)
    day_count = (item.return_cap.day_count if isinstance(item.return_cap, IrrCap) else None) or terms.day_count
    drawn = (item.as_scheduled(until), [draw for draw in item.put_in if draw.on <= until])
    scheduled, actual = (irr([*((draw.on, -draw.amount) for draw in draws), *got], day_count, decimals) for draws in drawn)
    return Rates(scheduled, actual)


def _at_risk(name: str, drawn: Decimal, got: Decimal, certain: Decimal) -> AtRisk:
    lost = max(drawn - got, NOUGHT)
    share = Fraction(lost) / Fraction(drawn)
    source = f"{money(certain)} comes in whatever the results" if certain else "nothing comes in"
    back = f"{name}: {source}, and of {money(drawn)} put in {money(got)} comes back"
    return AtRisk(name, drawn, got, lost, share, (back, f"{name}: truly at risk {money(lost)} / {money(drawn)} = {percent(share)}"))


def _drawn(terms: Waterfall, drawn_to: str) -> Iterator[Flow]:
    for item in terms.classes:
        for draw in item.put_in:
            yield Flow(draw.on, item.investor, "draw", -draw.amount)
            if drawn_to:
                yield Flow(draw.on, drawn_to, "draw", draw.amount)


def _came(terms: Waterfall, inflows: Sequence[Inflow]) -> Iterator[Flow]:
    yield from (Flow(item.day, item.payer or terms.reverts_to, "payment", -item.amount) for item in inflows)


def _distributed(terms: Waterfall, inflows: Sequence[Inflow], as_of: dt.date) -> Iterator[Flow]:
    for row in distribute(terms, inflows, as_of):
        for item in terms.classes:
            yield from _to_class(row, item.id, item.investor)
            if item.protection:
                yield Flow(row.date, item.protection.by, "protected", -row.protected[item.id])
                yield Flow(row.date, item.protection.by, "protection", row.protection.get(item.id, NOUGHT))
        if terms.guarantee:
            yield Flow(row.date, terms.guarantee.guarantor, "guarantee", -row.guarantee)
            yield Flow(row.date, terms.guarantee.guarantor, "guarantor", row.guarantor)
        if terms.bonus:
            yield Flow(row.date, terms.bonus.to, "bonus", row.bonus)
        yield Flow(row.date, terms.reverts_to, "reverts", row.reverts)


def _to_class(row: Row, name: str, investor: str) -> Iterator[Flow]:
    if name in row.floor_interest:
        yield Flow(row.date, investor, "floor_interest", row.floor_interest[name].paid)
    yield Flow(row.date, investor, "principal", row.principal[name])
    yield Flow(row.date, investor, "protected", row.protected.get(name, NOUGHT))
    yield Flow(row.date, investor, "premium", row.premium.get(name, NOUGHT))
    if name in row.returns:
        yield Flow(row.date, investor, "return", row.returns[name].paid)


def of_flows(flows: Sequence[Flow]) -> CashFlow:
    """Any flows in the order of their day, and by party and quarter."""
    ordered = sorted((flow for flow in flows if flow.amount), key=lambda flow: (flow.day, flow.party, flow.kind))
    return CashFlow(tuple(ordered), tuple(_quarters(ordered)))


def _quarters(flows: Sequence[Flow]) -> Iterator[PartyQuarter]:
    if not flows:
        return
    spanned = list(_spanned(flows[0].day, flows[-1].day))
    for party in dict.fromkeys(flow.party for flow in flows):
        cumulative = NOUGHT
        for quarter in spanned:
            amounts = [flow.amount for flow in flows if flow.party == party and quarter_of(flow.day) == quarter]
            paid, got = sum_of(-amount for amount in amounts if amount < 0), sum_of(amount for amount in amounts if amount > 0)
            cumulative += got - paid
            yield PartyQuarter(party, quarter, paid, got, got - paid, cumulative)


def quarter_of(day: dt.date) -> str:
    """The calendar quarter of a day, as `2025Q1`."""
    return f"{day.year}Q{(day.month - 1) // MONTHS_A_QUARTER + 1}"


def _spanned(first: dt.date, last: dt.date) -> Iterator[str]:
    year, quarter = first.year, (first.month - 1) // MONTHS_A_QUARTER + 1
    while (name := f"{year}Q{quarter}") <= quarter_of(last):
        yield name
        year, quarter = (year, quarter + 1) if quarter < LAST_QUARTER else (year + 1, 1)
