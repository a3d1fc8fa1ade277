"""The lines of payment statements, from the entries of the ledger alone: one for each decision and true-up that was posted.

Every line stands in the total of exactly one statement. A true-up of a contract that settles with the next statement stands in that of the
claim period for which something is decided next, on the same night or later; until then it waits. So the totals of all statements, and what
waits, are what the ledger comes to.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from pipelines.ledger.book import Book
from pipelines.ledger.journal import Entry
from pipelines.reports.tables import MONEY, Schema

OWED = ("decision", "true_up")
NEXT = "next_statement"
NOUGHT = Decimal("0.00")
PARTS = ("decided", "approved", "disputed", "refused", "to_return", "paid")
"""Where a claim stands, true-ups included: states of `pipelines.ledger.transitions`."""
STATEMENTS: Schema = {
    "contract": pl.String,
    "claim_period": pl.String,
    "settled_with": pl.String,
    "party": pl.String,
    "role": pl.String,
    "trigger": pl.String,
    "clause": pl.String,
    "settlement": pl.String,
    "kind": pl.String,
    "state": pl.String,
    "ledger_entry": pl.Int64,
    "posted_on": pl.Date,
    "amount": MONEY,
    "party_amount": MONEY,
    "earlier_posted": MONEY,
    **dict.fromkeys(PARTS, MONEY),
    "currency": pl.String,
    "reason": pl.String,
    "arithmetic": pl.String,
}


@dataclass(frozen=True)
class Line:
    """One entry that says what is owed. `shares` is what each payer owes of it, together its amount. `earlier` is what stood of the claim before,
    on account or finally. `settled_with` is the claim period whose statement has it in its total, empty while it waits for one. `parts` is of a
    decision, by payer, where its claim stands with all its true-ups; `pay_by` the last day to pay it, once nothing of it waits for approval."""

    entry: Entry
    trigger: str
    claim_period: str
    settlement: str
    settled_with: str
    currency: str
    payee: str
    shares: Mapping[str, Decimal]
    earlier: Decimal
    parts: Mapping[str, Mapping[str, Decimal]]
    pay_by: Mapping[str, dt.date | None]

    @property
    def contract(self) -> str:
        return self.entry.contract

    @property
    def amount(self) -> Decimal:
        return Decimal(self.entry.body["amount"])

    def amount_of(self, party: str, role: str) -> Decimal:
        """What the line is to a party: its share as `payer`, all of it as `payee`. Nought where it is neither."""
        if role == "payer":
            return self.shares.get(party, NOUGHT)
        return self.amount if party == self.payee else NOUGHT

    def parts_of(self, party: str, role: str) -> dict[str, Decimal] | None:
        """Where a party's part of the claim stands; None for a true-up, which is in what its claim comes to."""
        mine = [parts for payer, parts in self.parts.items() if role == "payee" or payer == party]
        return {name: sum((parts[name] for parts in mine), NOUGHT) for name in PARTS} if mine else None

    def sides(self) -> list[tuple[str, str]]:
        """Everybody it concerns, each with the role."""
        return [*((payer, "payer") for payer in self.shares), (self.payee, "payee")]


def lines(entries: Iterable[Entry], as_of: dt.date) -> list[Line]:
    """Every line posted up to a day, in the order of the ledger."""
    known = [entry for entry in entries if entry.as_of <= as_of]
    owed, book = [entry for entry in known if entry.kind in OWED], Book.of(known)
    stood: dict[str, Decimal] = defaultdict(lambda: NOUGHT)
    made = []
    for entry in owed:
        claim = entry.about.rsplit("/", 2)[0]
        made.append(_line(entry, _settled_with(entry, owed), stood[claim], book))
        stood[claim] += Decimal(entry.body["amount"])
    return made


def _line(entry: Entry, settled_with: str, earlier: Decimal, book: Book) -> Line:
    body, of_claim = entry.body, book.lines.get(entry.about, {}) if entry.kind == "decision" else {}
    _, trigger, period, _, settlement = entry.about.split("/")
    return Line(
        entry=entry,
        trigger=trigger,
        claim_period=period,
        settlement=settlement,
        settled_with=settled_with,
        currency=body["currency"],
        payee=body["payee"],
        shares={payer: Decimal(share) for payer, share in (body.get("shares") or {body["payer"]: body["amount"]}).items()},
        earlier=earlier,
        parts={payer: {name: item.amount(name) for name in PARTS} for payer, item in of_claim.items()},
        pay_by={payer: None if item.amount("decided") or item.amount("disputed") else book.last_day(item, "approved", "pay") for payer, item in of_claim.items()},
    )


def _settled_with(entry: Entry, owed: Iterable[Entry]) -> str:
    """The claim period whose statement has an entry in its total; empty while there is none yet."""
    period = entry.about.split("/")[2]
    if entry.kind != "true_up" or entry.body.get("settle") != NEXT:
        return period
    later = [item for item in owed if item.kind == "decision" and item.contract == entry.contract and item.as_of >= entry.as_of]
    newest = min(later, key=lambda item: (item.as_of, item.seq), default=None)
    return newest.about.split("/")[2] if newest else ""


def statements(made: Iterable[Line]) -> pl.DataFrame:
    """`statements`."""
    rows = []
    for line in made:
        body = line.entry.body
        for party, role in line.sides():
            parts = line.parts_of(party, role) or dict.fromkeys(PARTS)
            place = (line.contract, line.claim_period, line.settled_with, party, role, line.trigger, body["clause"], line.settlement)
            amounts = (line.amount, line.amount_of(party, role), line.earlier, *parts.values())
            rows.append((*place, line.entry.kind, body["state"], line.entry.seq, line.entry.as_of, *amounts, line.currency, body["reason"], "\n".join(body["arithmetic"])))
    return pl.DataFrame(rows, schema=STATEMENTS, orient="row")
