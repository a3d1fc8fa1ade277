"""What moves a posted decision: one table of acts, who may do each and within which deadline, and what one payer owes, state by state.

The table is the only place that says who may do what. Every amount of a line is in exactly one state. Nothing here reads a ledger: `book` goes
through its entries, `allowing` asks whether one more act is allowed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from pipelines.ledger.journal import Entry

NOUGHT = Decimal("0.00")
CLOCK, NIGHT = "the clock", "a true-up"
"""Who moves an amount that no person moves: a deadline that has passed, and a restated claim."""
MEASURING = frozenset({"evaluator", "data_supplier"})
"""Roles of a person who has part in measuring: none of them acts on what came of it."""
OWED = ("decided", "disputed", "approved", "paid", "refused")
"""States of what a claim comes to; together they are its amount less what true-ups took back."""
TAKEN_FROM = ("refused", "disputed", "decided", "approved")
"""What a true-up below nought takes back first, in this order; only then is something of what was paid to be returned."""


@dataclass(frozen=True)
class Transition:
    """One row: `act` moves an amount `before` -> `after` and is kept as an entry of `kind`. `by` is the side of the claim that may do it, or CLOCK or
    NIGHT; a person needs the `role` ("" is any that its party has), until the end of the contract's deadline `within`, counted from
    `counted_from`. `late` is what comes of it after that day. What comes from "" is outside of what
    was decided."""

    act: str
    kind: str
    before: str
    after: str
    by: str
    role: str = ""
    within: str = ""
    counted_from: str = ""
    late: str = ""


SILENT, RULED = "silence speaks", "still possible: it enters what was ruled"
TABLE = (
    Transition("approve", "approval", "decided", "approved", "payer", "payer", "approve", "decided", SILENT),
    Transition("silence_approves", "approval", "decided", "approved", CLOCK, "", "approve", "decided"),
    Transition("silence_refuses", "approval", "decided", "refused", CLOCK, "", "approve", "decided"),
    Transition("dispute", "dispute", "decided", "disputed", "payer", "payer", "object", "decided", "too late"),
    Transition("withdraw", "dispute", "disputed", "approved", "payer", "payer", "long_stop", "disputed", RULED),
    Transition("concede", "dispute", "disputed", "refused", "payee", "", "long_stop", "disputed", RULED),
    Transition("refer", "long_stop", "disputed", "disputed", CLOCK, "", "long_stop", "disputed"),
    Transition("lapse", "long_stop", "disputed", "refused", CLOCK, "", "long_stop", "disputed"),
    Transition("pay", "payment", "approved", "paid", "payer", "payer", "pay", "approved", "overdue, and still to be paid"),
    Transition("reverse", "reversal", "paid", "approved", "payer", "payer"),
    Transition("true_up", "true_up", "to_return", "paid", NIGHT),
    *(Transition("true_up", "true_up", state, "taken_back", NIGHT) for state in TAKEN_FROM),
    Transition("true_up", "true_up", "paid", "to_return", NIGHT),
    Transition("return", "reversal", "to_return", "returned", "payer", "payer", "pay", "to_return", "overdue, and still to be returned"),
    Transition("object", "dispute", "", "objected", "payee", "", "object", "decided", "too late"),
    Transition("withdraw", "dispute", "objected", "dropped", "payee", "", "long_stop", "objected", RULED),
    Transition("reject", "dispute", "objected", "rejected", "payer", "payer", "long_stop", "objected", RULED),
    Transition("refer", "long_stop", "objected", "objected", CLOCK, "", "long_stop", "objected"),
    Transition("lapse", "long_stop", "objected", "rejected", CLOCK, "", "long_stop", "objected"),
    Transition("refer", "long_stop", "held", "held", CLOCK, "", "long_stop", "held"),
    Transition("lapse", "long_stop", "held", "lapsed", CLOCK, "", "long_stop", "held"),
)
PERSONS = tuple(dict.fromkeys(row.act for row in TABLE if row.by in ("payer", "payee")))
"""Acts that people do."""


def rows(act: str) -> tuple[Transition, ...]:
    """The rows of an act; none for one that is not in the table."""
    return tuple(row for row in TABLE if row.act == act)


@dataclass(frozen=True)
class Tranche:
    """What came to be owed on a day and still waits for approval."""

    day: dt.date
    amount: Decimal


@dataclass(frozen=True)
class Line:
    """What one payer owes of one claim. `about` is the claim's key, `decided_on` the day it was decided or
    last restated, `opened` what waits for approval from the oldest, `amounts` those of every other
    state and `since` the day from which there is something in it without a break. `approved_at` is the number of the newest approval, `referred`
    the states whose long stop was entered, `newest` the entry that last moved it, `authors` who released the decision, as `names.same_name` has them."""

    about: str
    contract: str
    version: int
    payer: str
    payee: str
    currency: str
    newest: Entry
    decided_on: dt.date
    opened: tuple[Tranche, ...] = ()
    amounts: Mapping[str, Decimal] = field(default_factory=dict)
    since: Mapping[str, dt.date] = field(default_factory=dict)
    approved_at: int = 0
    referred: frozenset[str] = frozenset()
    authors: frozenset[str] = frozenset()

    def amount(self, state: str) -> Decimal:
        """How much of it is in a state."""
        return sum((item.amount for item in self.opened), NOUGHT) if state == "decided" else self.amounts.get(state, NOUGHT)

    def owed(self) -> Decimal:
        """What the claim comes to for this payer, net of true-ups."""
        return sum((self.amount(state) for state in OWED), NOUGHT)

    def moved(self, row: Transition, amount: Decimal, entry: Entry) -> Line:
        """The line after an act; what is only referred stays where it is."""
        if row.act == "refer":
            return replace(self, newest=entry, referred=self.referred | {row.before})
        changed = self.less(row.before, amount, oldest_first=row.by == CLOCK).put(row.after, amount, entry)
        return replace(changed, newest=entry, approved_at=entry.seq if row.after == "approved" and row.act != "reverse" else self.approved_at)

    def put(self, state: str, amount: Decimal, entry: Entry) -> Line:
        """The line with so much more in a state."""
        if state == "decided":
            return replace(self, newest=entry, opened=(*self.opened, Tranche(entry.as_of, amount)))
        since = {state: entry.as_of, **self.since}
        return replace(self, newest=entry, amounts={**self.amounts, state: self.amount(state) + amount}, since=since)

    def less(self, state: str, amount: Decimal, *, oldest_first: bool) -> Line:
        """The line with so much less in a state; "" is outside of it."""
        if not state:
            return self
        if state == "decided":
            return replace(self, opened=_taken(self.opened, amount) if oldest_first else _taken(self.opened[::-1], amount)[::-1])
        left = self.amount(state) - amount
        is_gone = not left
        since = {name: day for name, day in self.since.items() if name != state or not is_gone}
        return replace(self, amounts={**self.amounts, state: left}, since=since, referred=self.referred - {state} if is_gone else self.referred)

    def restated(self, difference: Decimal, entry: Entry) -> Line:
        """The line after a true-up. What it adds keeps what was to be returned, and the rest waits for approval; what it takes back is taken in the
        order of TAKEN_FROM, and the rest is to be returned of what was paid."""
        places = ("to_return",) if difference > 0 else (*TAKEN_FROM, "paid")
        line, left = self, abs(difference)
        for row in (row for state in places for row in rows("true_up") if row.before == state):
            part = left if row.before == "paid" else min(left, line.amount(row.before))
            line, left = (line.moved(row, part, entry), left - part) if part else (line, left)
        return replace(line.put("decided", left, entry) if difference > 0 and left else line, newest=entry, decided_on=entry.as_of)


def _taken(tranches: tuple[Tranche, ...], amount: Decimal) -> tuple[Tranche, ...]:
    """What is left of tranches when an amount is taken from the first on."""
    left, kept = amount, []
    for item in tranches:
        part = min(left, item.amount)
        left -= part
        if item.amount > part:
            kept.append(replace(item, amount=item.amount - part))
    return tuple(kept)


def markdown() -> str:
    """The table as a page shows it."""
    head = "| act | entry | from | to | by | role | deadline | counted from | after it |\n|---|---|---|---|---|---|---|---|---|\n"
    return head + "".join(f"| {' | '.join(_cells(row))} |\n" for row in TABLE)


def _cells(row: Transition) -> tuple[str, ...]:
    is_past = "once it is past" if row.by == CLOCK and row.within else row.late
    return (
        f"`{row.act}`",
        f"`{row.kind}`",
        row.before.replace("_", " ") or "outside",
        row.after.replace("_", " "),
        row.by,
        row.role or ("any" if row.by in ("payer", "payee") else ""),
        f"`{row.within}`" if row.within else "",
        row.counted_from.replace("_", " "),
        is_past,
    )
