"""Whose money a contract has moved so far, as plain data: what each payer owes and has paid, what investors put in and got back, by year.
From the entries of the ledger, the flows of the waterfall and the contract's own terms. Pure; nothing is estimated here.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from pipelines.investing.case import Case
from pipelines.ledger.accounts import OWED, Transaction
from pipelines.payments.cash_flow import AtRisk, Flow, Rates

Data = dict[str, Any]
NOUGHT = Decimal("0.00")
SIGN = {"payable": -1, "paid": -1, "receivable": 1, "received": 1}
"""What turns an account's amounts into what is owed or paid: credits stand below nought."""
BACK = ("principal", "protected")
"""Kinds of flows that give investors back what they put in."""
GAIN = ("floor_interest", "premium", "return")
"""Kinds of flows that give investors more than they put in."""
PARTS = {"draw": "put_in", **dict.fromkeys(BACK, "back"), **dict.fromkeys(GAIN, "gain"), "bonus": "bonus", "reverts": "reverts"}
"""What a flow of the waterfall is part of; what guarantors give is `guaranteed`, what they get back `guarantor`."""


@dataclass(frozen=True)
class NotReckoned:
    """Why the case of a contract is not there: the refund list that is missing or does not fit, or the kind of error that stopped it."""

    refunds: str = ""
    error: str = ""


@dataclass(frozen=True)
class Invested:
    """What the page of one contract is made from. `terms` is the contract as plain data; `made` the transactions of its entries; `flows` what the
    waterfall moved so far, outcome payments left out; `straight` the triggers whose payees keep what is due to them; `agreed` the draws that were
    agreed; `waiting` what came in and is not distributed yet; `rates` and `at_risk` by class of investors; `not_met` how many claims of a trigger were not
    met; `case` what the effect is worth, where the contract reckons it, and `no_case` why it could not be reckoned. `fault` says why
    the entries give no accounts, where they do not."""

    terms: Data
    made: Sequence[Transaction] = ()
    flows: Sequence[Flow] = ()
    straight: frozenset[str] = frozenset()
    agreed: Sequence[Flow] = ()
    waiting: Decimal = NOUGHT
    rates: Mapping[str, Rates] = field(default_factory=dict)
    at_risk: Mapping[str, AtRisk] = field(default_factory=dict)
    not_met: Mapping[str, int] = field(default_factory=dict)
    fault: str = ""
    case: Case | None = None
    no_case: NotReckoned | None = None

    @property
    def contract(self) -> str:
        return str(self.terms["contract"])

    @property
    def currency(self) -> str:
        return str(self.terms["currency"])

    @property
    def language(self) -> str:
        return str(self.terms.get("language") or "en")


@dataclass(frozen=True)
class Budget:
    """One party in one year: what became due from it and what it paid of that; what it put in, as investor or guarantor; and what it got: what became
    due to it, and what the waterfall gave it. `net` is what it got less what it put in and what became due from it."""

    party: str
    year: int
    due: Decimal
    paid: Decimal
    put_in: Decimal
    got: Decimal

    @property
    def net(self) -> Decimal:
        return self.got - self.put_in - self.due


@dataclass(frozen=True)
class Payer:
    """What became due from a payer in all, what it paid, and the cap that the contract has for it, if any."""

    party: str
    due: Decimal
    paid: Decimal
    cap: Decimal | None

    @property
    def owes(self) -> Decimal:
        return self.due - self.paid


@dataclass(frozen=True)
class Investor:
    """What one investor put in by the day, of what was agreed; what came back of it, and what on top. `name` is that of its class. `rate` is its rate of
    return a year so far, what is still out counted as lost, None where there is none; `at_risk` the share it loses when no result is paid."""

    name: str
    party: str
    agreed: Decimal
    put_in: Decimal
    back: Decimal
    gain: Decimal
    rate: Decimal | None
    at_risk: Decimal | None

    @property
    def still_out(self) -> Decimal:
        return max(NOUGHT, self.put_in - self.back)


def due_by(made: Iterable[Transaction], account: str, *, owed: bool) -> dict[tuple[str, int], Decimal]:
    """Amounts above nought by party and year of the entry's day, of one account: of what is owed by decisions and true-ups, or of what was paid."""
    total: dict[tuple[str, int], Decimal] = defaultdict(lambda: NOUGHT)
    for item in made:
        if (item.entry.kind in OWED) is owed:
            for posting in item.postings:
                if posting.account == account:
                    total[posting.party, item.entry.as_of.year] += SIGN[account] * posting.amount
    return dict(total)


def budgets(seen: Invested) -> list[Budget]:
    """Every party and year in which something moved, by party in the contract's order and then by year. Who only passes money on, as an
    intermediary does, has none."""
    due, paid = due_by(seen.made, "payable", owed=True), due_by(seen.made, "paid", owed=False)
    put_in: dict[tuple[str, int], Decimal] = defaultdict(lambda: NOUGHT)
    kept = [item for item in seen.made if item.claim.split("/")[1] in seen.straight]
    got: dict[tuple[str, int], Decimal] = defaultdict(lambda: NOUGHT, due_by(kept, "receivable", owed=True))
    for flow in seen.flows:
        side = put_in if flow.amount < 0 else got
        side[flow.party, flow.day.year] += abs(flow.amount)
    order = [party["id"] for party in seen.terms["parties"]]
    keys = sorted({*due, *paid, *put_in, *got}, key=lambda key: (order.index(key[0]) if key[0] in order else len(order), key))
    made = [Budget(*key, due.get(key, NOUGHT), paid.get(key, NOUGHT), put_in.get(key, NOUGHT), got.get(key, NOUGHT)) for key in keys]
    return [item for item in made if item.due or item.paid or item.put_in or item.got]


def payers(seen: Invested) -> list[Payer]:
    """Every party that a payment of the contract is due from, in the contract's order, also while nothing is due."""
    due, paid = _in_all(due_by(seen.made, "payable", owed=True)), _in_all(due_by(seen.made, "paid", owed=False))
    caps = (seen.terms.get("caps") or {}).get("per_payer") or {}
    named = {name for payment in seen.terms["payments"] for name in (payment.get("payer"), *((payment.get("split") or {}).get("shares") or {})) if name}
    order = [party["id"] for party in seen.terms["parties"] if party["id"] in {*named, *due, *paid}]
    return [Payer(name, due.get(name, NOUGHT), paid.get(name, NOUGHT), Decimal(caps[name]["amount"]) if name in caps else None) for name in order]


def _in_all(by_year: Mapping[tuple[str, int], Decimal]) -> dict[str, Decimal]:
    total: dict[str, Decimal] = defaultdict(lambda: NOUGHT)
    for (party, _), amount in by_year.items():
        total[party] += amount
    return dict(total)


def investors(seen: Invested, as_of: dt.date) -> list[Investor]:
    """Every investor, in the contract's order of classes; the classes of one that has several are put together."""
    classes = (seen.terms.get("waterfall") or {}).get("classes") or []
    together: dict[str, list[str]] = {}
    for item in classes:
        together.setdefault(item["investor"], []).append(item["id"])
    return [_investor(seen, party, names, as_of) for party, names in together.items()]


def _investor(seen: Invested, party: str, names: Sequence[str], as_of: dt.date) -> Investor:
    agreed = sum((-flow.amount for flow in seen.agreed if (flow.party, flow.kind) == (party, "draw")), NOUGHT)
    sums = {kind: sum((abs(flow.amount) for flow in seen.flows if flow.party == party and flow.day <= as_of and flow.kind in kinds), NOUGHT) for kind, kinds in _KINDS.items()}
    rate = seen.rates[names[0]].actual if len(names) == 1 and names[0] in seen.rates else None
    drawn, lost = (sum((getattr(seen.at_risk[name], what) for name in names if name in seen.at_risk), NOUGHT) for what in ("drawn", "lost"))
    return Investor(" + ".join(names), party, agreed, sums["put_in"], sums["back"], sums["gain"], rate, lost / drawn if drawn else None)


_KINDS = {"put_in": ("draw",), "back": BACK, "gain": GAIN}


def part_of(flow: Flow) -> str:
    """What a flow is part of, in the drawing of the contract's money."""
    if flow.amount < 0 and flow.kind != "draw":
        return "guaranteed"
    return PARTS.get(flow.kind, "guarantor")


def expected_by(seen: Invested, as_of: dt.date) -> dict[str, Decimal]:
    """By trigger, what the parties expected of its claim periods that could be decided by a day; triggers of which nothing was said are left out."""
    total: dict[str, Decimal] = {}
    for payment, period in _expecting(seen):
        if dt.date.fromisoformat(str(period["decided_from"])) <= as_of:
            total[payment] = total.get(payment, NOUGHT) + Decimal(period["expected"])
    return total


def expected_years(seen: Invested) -> dict[int, Decimal]:
    """By year in which a claim period is decided finally, what the parties expected of it."""
    total: dict[int, Decimal] = defaultdict(lambda: NOUGHT)
    for _, period in _expecting(seen):
        total[dt.date.fromisoformat(str(period["decided_from"])).year] += Decimal(period["expected"])
    return dict(total)


def _expecting(seen: Invested) -> list[tuple[str, Data]]:
    return [(payment["id"], period) for payment in seen.terms["payments"] for period in payment["claim_periods"] if period.get("expected") is not None]


def by_year(seen: Invested) -> tuple[tuple[int, ...], dict[str, tuple[Decimal, ...]]]:
    """Years from the first to the last in which something moved, and by part what moved in each: money in above nought, money out below."""
    total: dict[tuple[str, int], Decimal] = defaultdict(lambda: NOUGHT)
    for (_, year), amount in due_by(seen.made, "payable", owed=True).items():
        total["due_payments", year] += amount
    for flow in seen.flows:
        total[part_of(flow), flow.day.year] -= flow.amount
    found = {year for (_, year), amount in total.items() if amount}
    years = tuple(range(min(found), max(found) + 1)) if found else ()
    parts = list(dict.fromkeys(part for part, _ in total))
    return years, {part: tuple(total.get((part, year), NOUGHT) for year in years) for part in parts}
