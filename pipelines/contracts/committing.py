"""What each party of a contract has committed itself to at most, as plain data: by caps, by what investors put in, by guarantees and referrals.

A party whose contract caps nothing has committed itself to whatever comes out, and is not here.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pipelines.canonical import plain
from pipelines.contracts.agreed import CapAYear
from pipelines.contracts.investors import InvestorClass
from pipelines.contracts.outcome import OutcomeContract
from pipelines.contracts.years import year_of


def committed(contract: OutcomeContract) -> list[dict[str, Any]]:
    """Each commitment: the `parties` bound by it together, the `role` they have in it, the `amount` at most, `over` the contract or each `year`, and the
    `clause`. One of a year says how amounts are placed in years; one of investors says which class it is of, and what is put in on which day."""
    made: list[dict[str, Any]] = plain([{**item, "currency": contract.currency} for item in (*_capped(contract), *_put_in(contract), *_referred(contract))])
    return made


def _item(parties: list[str], role: str, amount: Decimal, clause: str, **more: Any) -> dict[str, Any]:
    return {"parties": parties, "role": role, "amount": amount, "over": "contract", "clause": clause, **more}


def _capped(contract: OutcomeContract) -> Iterator[dict[str, Any]]:
    caps = contract.caps
    if caps is None:
        return
    payers = [party.id for party in contract.parties if "payer" in party.roles]
    if caps.in_all is not None:
        yield _item(payers, "payer", caps.in_all.amount, caps.in_all.clause)
    for name, cap in caps.per_payer.items():
        yield _item([name], "payer", cap.amount, cap.clause)
    if caps.per_year is not None:
        yield _item(payers, "payer", caps.per_year.amount, caps.per_year.clause, over="year", **_placed(contract, caps.per_year))


def _placed(contract: OutcomeContract, cap: CapAYear) -> dict[str, Any]:
    """How amounts are placed in years: by the day they are decided on, from the day a year `begins`; or by `shares` of each trigger's claim period."""
    start = contract.term.start
    begins = f"{start:%m-%d}" if cap.year == "contract" else "01-01"
    if cap.by == "payment":
        return {"begins": begins}
    return {
        "begins": begins,
        "shares": {
            f"{payment.id}/{period.id}": _shares(period.start if cap.by == "service_day" else period.end - dt.timedelta(days=1), period.end, begins)
            for payment in contract.payments
            for period in payment.claim_periods
        },
    }


def _shares(start: dt.date, end: dt.date, begins: str) -> dict[str, Fraction]:
    """The share of the days from `start` up to `end` that lies in each year."""
    days = Counter(year_of(start + dt.timedelta(days=number), begins) for number in range((end - start).days))
    return {year: Fraction(count, days.total()) for year, count in sorted(days.items())}


def _put_in(contract: OutcomeContract) -> Iterator[dict[str, Any]]:
    terms = contract.waterfall
    if terms is None:
        return
    for item in terms.classes:
        draws = {draw.on.isoformat(): draw.amount for draw in item.scheduled}
        yield _item([item.investor], "investor", item.agreed, terms.clause, of=item.id, draws=draws)
    if terms.guarantee is not None:
        yield _item([terms.guarantee.guarantor], "guarantor", terms.guarantee.limit, terms.clause)
    for item in terms.classes:
        if item.protection is not None:
            yield _item([item.protection.by], "guarantor", _protected(item), terms.clause, of=item.id)


def _protected(item: InvestorClass) -> Decimal:
    """The most that whoever protects a class's principal may come to pay: its share of all of it, at most the limit."""
    assert item.protection is not None
    most = Fraction(item.protection.share) * Fraction(item.agreed)
    cents = -int(-most * 100 // 1)
    whole = Decimal(cents).scaleb(-2)
    return whole if item.protection.limit is None else min(whole, item.protection.limit)


def _referred(contract: OutcomeContract) -> Iterator[dict[str, Any]]:
    terms = contract.referrals
    if terms is not None:
        yield _item([terms.by], "commissioner", terms.minimum * terms.shortfall_price, terms.clause)
