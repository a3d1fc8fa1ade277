"""What moves a posted decision: one table of acts, who may do each and within which deadline, and where every part of a claim stands.

The table is the only place where roles are checked. A decision is owed by one or several payers; each has a line of its own, and every
amount of a line is in exactly one part: decided, disputed, approved, paid, or refused. Every deadline runs from an entry's day, that day
not counted and the last one included.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from pipelines.ledger.journal import Entry

NOUGHT = Decimal("0.00")
OPENS = ("decision", "true_up")
"""Kinds of entries that say what somebody owes; each by its own posting key."""
MEASURING = frozenset({"evaluator", "data_supplier"})
"""Roles of a person who has part in measuring: none of them approves, disputes or pays what came of it."""


@dataclass(frozen=True)
class Transition:
    """One row: `act` moves an amount `before` -> `after`, kept as an entry of `kind`. `side` may do it ("" is nobody: it comes by the clock),
    a person with the `role` for their party ("" is any), `within` the contract's deadline of that name, from the day named in `counted_from`."""

    act: str
    kind: str
    before: str
    after: str
    side: str
    role: str
    within: str
    counted_from: str


TABLE = (
    Transition("approve", "approval", "decided", "approved", "payer", "payer", "approve", "the decision, or the entry that reopened the part"),
    Transition("silence_approves", "approval", "decided", "approved", "", "", "", "the deadline `approve`, once it has passed"),
    Transition("silence_refuses", "approval", "decided", "refused", "", "", "", "the deadline `approve`, once it has passed"),
    Transition("dispute", "dispute", "decided", "disputed", "payer", "payer", "object", "the decision"),
    Transition("withdraw", "dispute", "disputed", "decided", "payer", "payer", "", ""),
    Transition("concede", "dispute", "disputed", "refused", "payee", "", "", ""),
    Transition("pay", "payment", "approved", "paid", "payer", "payer", "", ""),
)
ACTS = {row.act: row for row in TABLE}


@dataclass(frozen=True)
class Terms:
    """Days that a contract gives to approve, object and pay, and what silence means; None where nothing is agreed."""

    approve: int | None = None
    silence: str | None = None
    object: int | None = None
    pay: int | None = None

    @classmethod
    def of(cls, deadlines: Any) -> Terms:
        """The terms of a contract's `deadlines`, or none."""
        days = {name: getattr(deadlines, name, None) for name in ("approve", "object", "pay")}
        return cls(**{name: item.days if item else None for name, item in days.items()}, silence=getattr(deadlines, "silence", None))


@dataclass(frozen=True)
class Line:
    """What one payer owes by a decision, by part; `about` is the key of the claim it is of. `reopened` is the newest day a part became
    open to approval, `approved_on` that of the newest approval, `newest` the entry that last spoke of the line."""

    claim: str
    about: str
    payer: str
    payee: str
    decided_on: dt.date
    reopened: dt.date
    newest: Entry
    decided: Decimal
    disputed: Decimal = NOUGHT
    approved: Decimal = NOUGHT
    paid: Decimal = NOUGHT
    refused: Decimal = NOUGHT
    approved_on: dt.date | None = None

    def moved(self, row: Transition, amount: Decimal, entry: Entry) -> Line:
        """The line after an act."""
        days: dict[str, Any] = {"reopened": entry.as_of} if row.after == "decided" else {"approved_on": entry.as_of} if row.after == "approved" else {}
        return replace(self, newest=entry, **days, **{row.before: getattr(self, row.before) - amount, row.after: getattr(self, row.after) + amount})


@dataclass(frozen=True)
class Part:
    """An amount of a line that stands in one state: who it waits for, and until when; "" and None where for nobody or without end."""

    payer: str
    state: str
    amount: Decimal
    waits_for: str
    until: dt.date | None
    is_overdue: bool


def lines_of(entries: Iterable[Entry], claim: str, as_of: dt.date) -> dict[str, Line]:
    """The line of each payer of a claim on a day, by payer; empty where nothing that is due was decided by then."""
    found: dict[str, Line] = {}
    for entry in entries:
        if entry.as_of > as_of:
            continue
        if entry.kind in OPENS and entry.posting_key == claim and Decimal(entry.body["amount"]) > 0:
            found = {payer: _opened(entry, payer, Decimal(amount)) for payer, amount in _shares(entry.body).items()}
        elif "act" in entry.body and entry.body["act"]["claim"] == claim and entry.body["act"]["payer"] in found:
            act = entry.body["act"]
            found[act["payer"]] = found[act["payer"]].moved(ACTS[act["act"]], Decimal(act["amount"]), entry)
    return found


def _shares(body: dict[str, Any]) -> dict[str, str]:
    return {payer: amount for payer, amount in (body.get("shares") or {body["payer"]: body["amount"]}).items() if Decimal(amount) > 0}


def _opened(entry: Entry, payer: str, amount: Decimal) -> Line:
    return Line(entry.posting_key, entry.about, payer, entry.body["payee"], entry.as_of, entry.as_of, entry, amount)


def deadline(row: Transition, line: Line, terms: Terms) -> dt.date | None:
    """The last day on which an act may move a part of a line; None where no deadline is agreed. What may no longer be approved may no longer be
    disputed either: silence has spoken."""
    approve = _after(line.reopened, terms.approve)
    if row.within == "approve":
        return approve
    days = [day for day in (approve, _after(line.decided_on, terms.object)) if day is not None]
    return min(days, default=None) if row.within == "object" else None


def refusal(row: Transition, line: Line, party: str, roles: Iterable[str], *, measures: bool) -> str:
    """Why a person of a party with these roles may not do an act to a line, in words; empty when they may. The one check of roles."""
    allowed = {"payer": line.payer, "payee": line.payee}.get(row.side)
    if allowed is None:
        return "nobody does that: it comes by the clock"
    if party != allowed:
        return f"{party} is not the {row.side} of it; {allowed} is"
    if row.role and row.role not in roles:
        return f"this person has not the role {row.role}"
    return "a person who has part in measuring may not act on what came of it" if row.side == "payer" and measures else ""


def parts(line: Line, terms: Terms, as_of: dt.date) -> list[Part]:
    """Where every amount of a line stands on a day, who waits for whom and until when."""
    pay_by = _after(line.approved_on, terms.pay) if line.approved_on else None
    waits = {"decided": (line.payer, deadline(ACTS["approve"], line, terms)), "disputed": (f"{line.payer}, {line.payee}", None), "approved": (line.payer, pay_by)}
    found = []
    for state in ("decided", "disputed", "approved", "paid", "refused"):
        amount, (who, until) = getattr(line, state), waits.get(state, ("", None))
        if amount:
            found.append(Part(line.payer, state, amount, who, until, until is not None and until < as_of))
    return found


def _after(day: dt.date, days: int | None) -> dt.date | None:
    return None if days is None else day + dt.timedelta(days=days)


def markdown() -> str:
    """The table as a page shows it."""
    head = "| act | entry | from | to | by | role | deadline | counted from |\n|---|---|---|---|---|---|---|---|\n"
    cells = (
        (f"`{row.act}`", f"`{row.kind}`", row.before, row.after, row.side or "the clock", row.role or "any", f"`{row.within}`" if row.within else "", row.counted_from)
        for row in TABLE
    )
    return head + "".join(f"| {' | '.join(cell)} |\n" for cell in cells)
