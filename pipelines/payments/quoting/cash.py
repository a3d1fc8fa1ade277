"""When the money of a quote moves, and between whom: what falls due, what a waterfall then does with it, and both by calendar quarter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from pipelines.contracts.outcome import OutcomeContract
from pipelines.payments.cash_flow import AtRisk, CashFlow, Flow, Rates, cash_flow, of_flows, rates, share_at_risk
from pipelines.payments.certain import certain
from pipelines.payments.quoting.quote import NOUGHT, Quote, Quoted, payer_shares
from pipelines.payments.waterfall import Inflow, Row, distribute, waiting


@dataclass(frozen=True)
class Cash:
    """The flows of a quote by party and quarter. Of a contract with a waterfall `rows` are its distributions, `waiting` what comes in after the last of
    them, `rates` each class's return a year, and `at_risk` what each would lose were nothing paid for results."""

    flow: CashFlow
    rows: tuple[Row, ...] = ()
    waiting: Decimal = NOUGHT
    rates: dict[str, Rates] = field(default_factory=dict)
    at_risk: dict[str, AtRisk] = field(default_factory=dict)


def cash(found: Quote) -> Cash:
    """The cash flow of a quote. Amounts are paid on the day they are decided from, or as many days later as the contract gives for paying."""
    terms = found.contract.waterfall
    if terms is None:
        return Cash(of_flows([flow for item in found.quoted for flow in _direct(found.contract, item)]))
    came = inflows(found)
    last = max(terms.distributed_on[-1], *(item.day for item in came)) if came else terms.distributed_on[-1]
    rows = distribute(terms, came, last)
    straight = [flow for item in found.quoted if not found.contract.fills_waterfall(item.payment) for flow in _direct(found.contract, item)]
    through = cash_flow(terms, came, last)
    both = of_flows([*through.flows, *straight]) if straight else through
    return Cash(both, tuple(rows), waiting(terms, came, last), rates(terms, rows), share_at_risk(terms, certain(found.contract)))


def paid_on(contract: OutcomeContract, item: Quoted) -> dt.date:
    """The day a quoted amount is paid by at the latest."""
    days = contract.deadlines.pay.days if contract.deadlines is not None and contract.deadlines.pay is not None else 0
    return item.period.decided_on(item.kind) + dt.timedelta(days=days)


def inflows(found: Quote) -> list[Inflow]:
    """What comes in, by day and payer. What one has to have back is set off against what it pays next."""
    sums: dict[tuple[dt.date, str], Decimal] = {}
    for item in (item for item in found.quoted if found.contract.fills_waterfall(item.payment)):
        for payer, amount in payer_shares(item).items():
            place = (paid_on(found.contract, item), payer)
            sums[place] = sums.get(place, NOUGHT) + amount
    owed: dict[str, Decimal] = {}
    made = []
    for (day, payer), amount in sorted(sums.items()):
        rest = amount + owed.get(payer, NOUGHT)
        owed[payer] = min(rest, NOUGHT)
        if rest > 0:
            made.append(Inflow(day, rest, f"quoted payments of {day}", payer))
    return made


def _direct(contract: OutcomeContract, item: Quoted) -> Sequence[Flow]:
    """From each payer to the payee; the other way what is to be paid back."""
    day = paid_on(contract, item)
    shares = [(payer, amount) for payer, amount in payer_shares(item).items() if amount]
    out = [Flow(day, payer, "payment", -amount) for payer, amount in shares]
    return [*out, *(Flow(day, item.payment.payee, "payment", amount) for _, amount in shares)]
