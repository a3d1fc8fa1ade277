"""A quote with all that is said beside it, as plain data: its payments and totals, its cash flow, its waterfall, its cliffs, and the same of what
was expected."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pipelines.payments.cash_flow import CashFlow, PartyQuarter, of_flows
from pipelines.payments.quoting.cash import Cash, cash, paid_on
from pipelines.payments.quoting.cliffs import Cliffs, Move, Near, Steps
from pipelines.payments.quoting.quote import NOUGHT, Quote, Quoted, payer_shares, totals

NO_RESULT = "no result is given, so nothing is paid"
TOTALS = ("outcome", "claim_period", "payer", "payee")


@dataclass(frozen=True)
class Told:
    """What is told of a contract: the quote, that of what was `expected` where that is given, and its `cliffs` where they were looked for."""

    quote: Quote
    expected: Quote | None = None
    cliffs: Cliffs | None = None


def as_data(told: Told) -> dict[str, Any]:
    """Everything, for JSON and pages: text, whole numbers, decimals and dates."""
    contract, money_in = told.quote.contract, cash(told.quote)
    expected = cash(told.expected) if told.expected is not None else None
    return {
        "is_quote": True,
        "contract": contract.contract,
        "version": contract.version,
        "title": contract.title,
        "language": contract.language,
        "currency": contract.currency,
        "amount": told.quote.amount,
        "not_paid": told.quote.not_paid,
        "payments": [_payment(told.quote, item) for item in told.quote.quoted],
        "totals": {by: totals(told.quote.quoted, by=by) for by in TOTALS},
        "notes": list(told.quote.notes),
        "cash_flow": [_quarter(row, other) for row, other in _quarters(money_in.flow, expected.flow if expected else None)],
        "waterfall": _waterfall(told.quote, money_in),
        "expected": _expected(told.quote, told.expected) if told.expected is not None else None,
        "cliffs": _cliffs(told.cliffs) if told.cliffs is not None else None,
    }


def _payment(found: Quote, item: Quoted) -> dict[str, Any]:
    decision = item.decision
    return {
        "payment": item.payment.id,
        "outcome": item.payment.outcome_of(item.kind),
        "claim_period": item.period.id,
        "settlement": item.kind,
        "state": item.state,
        "amount": item.amount,
        "clause": item.payment.clause,
        "cohorts": list(item.cohorts),
        "lines": list(item.lines),
        "payers": payer_shares(item),
        "payee": item.payment.payee,
        "decided_from": item.period.decided_on(item.kind),
        "paid_by": paid_on(found.contract, item),
        "reason": decision.reason if decision is not None else NO_RESULT,
        "arithmetic": list(decision.arithmetic) if decision is not None else [],
        "holds": list(decision.holds) if decision is not None else [],
    }


def _quarters(actual: CashFlow, expected: CashFlow | None) -> Iterator[tuple[PartyQuarter, PartyQuarter | None]]:
    """Both by the same parties and quarters, from the first that either has to the last."""
    spans = of_flows([*actual.flows, *(expected.flows if expected else ())]).quarters
    first, other = _spread(spans, actual), _spread(spans, expected)
    yield from ((row, other[index] if expected is not None else None) for index, row in enumerate(first))


def _spread(spans: tuple[PartyQuarter, ...], flow: CashFlow | None) -> list[PartyQuarter]:
    """A row for each of the spans: the flow's own, or nothing, with what was reached before."""
    own = {(row.party, row.quarter): row for row in (flow.quarters if flow is not None else ())}
    reached: dict[str, Decimal] = {}
    made = []
    for span in spans:
        row = own.get((span.party, span.quarter)) or PartyQuarter(span.party, span.quarter, NOUGHT, NOUGHT, NOUGHT, reached.get(span.party, NOUGHT))
        reached[span.party] = row.cumulative
        made.append(row)
    return made


def _quarter(row: PartyQuarter, other: PartyQuarter | None) -> dict[str, Any]:
    named = {"party": row.party, "quarter": row.quarter, "paid": row.paid, "got": row.got, "net": row.net, "cumulative": row.cumulative}
    return named if other is None else {**named, "expected_net": other.net, "expected_cumulative": other.cumulative}


def _waterfall(found: Quote, money_in: Cash) -> dict[str, Any] | None:
    terms = found.contract.waterfall
    if terms is None:
        return None
    return {
        "clause": terms.clause,
        "rows": [row.as_data() for row in money_in.rows],
        "waiting": money_in.waiting,
        "classes": [item.id for item in terms.classes],
        "rates": {name: {"scheduled": rate.scheduled, "actual": rate.actual} for name, rate in money_in.rates.items()},
        "at_risk": {name: item.as_data() for name, item in money_in.at_risk.items()},
        **{name: getattr(terms, name) is not None for name in ("guarantee", "bonus")},
    }


def _expected(found: Quote, expected: Quote) -> dict[str, Any]:
    """What was expected beside what is quoted, claim by claim."""
    sums = [{(item.payment.id, item.period.id, item.kind): item.amount for item in side.quoted} for side in (expected, found)]
    keys = [(payment.id, period.id, kind) for payment in found.contract.payments for period in payment.claim_periods for kind in payment.kinds]
    rows = [(key, sums[0].get(key, NOUGHT), sums[1].get(key, NOUGHT)) for key in keys if key in sums[0] or key in sums[1]]
    named = ("payment", "claim_period", "settlement")
    claims = [{**dict(zip(named, key, strict=True)), "expected": before, "quoted": now, "difference": now - before} for key, before, now in rows]
    return {"amount": expected.amount, "difference": found.amount - expected.amount, "claims": claims, "notes": list(expected.notes)}


def _cliffs(found: Cliffs) -> dict[str, Any]:
    return {"why_not": found.why_not, "steps": [_steps(item) for item in found.steps]}


def _steps(item: Steps) -> dict[str, Any]:
    names = ("line", "outcome", "cohort", "period", "group", "of", "now", "is_searched")
    ways = {"more": _move(item.more), "less": _move(item.less), "ahead": _near(item.ahead), "behind": _near(item.behind)}
    return {**{name: getattr(item, name) for name in names}, **ways}


def _move(move: Move | None) -> dict[str, Any] | None:
    return None if move is None else {"amount": move.amount, "is_cliff": move.is_cliff, "payments": list(move.cliffs)}


def _near(near: Near | None) -> dict[str, Any] | None:
    return None if near is None else {"at": near.at, "away": near.away, "amount": near.move.amount, "payments": list(near.move.cliffs)}
