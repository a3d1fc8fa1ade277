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

from pipelines.ledger import transitions
from pipelines.ledger.journal import Entry
from pipelines.reports.tables import MONEY, Schema

OWED = ("decision", "true_up")
NEXT = "next_statement"
NOUGHT = Decimal("0.00")
PARTS = ("approved", "disputed", "refused", "paid")
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
    on account or finally. `settled_with` is the claim period whose statement has it in its total, empty while it waits for one. `parts` is, by
    payer, what of an amount above nought is approved, disputed, refused and paid."""

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
        """Where a party's amount of the line stands; None where nothing above nought is owed."""
        mine = [parts for payer, parts in self.parts.items() if role == "payee" or payer == party]
        return {name: sum((parts[name] for parts in mine), NOUGHT) for name in PARTS} if mine else None

    def sides(self) -> list[tuple[str, str]]:
        """Everybody it concerns, each with the role."""
        return [*((payer, "payer") for payer in self.shares), (self.payee, "payee")]


def lines(entries: Iterable[Entry], as_of: dt.date) -> list[Line]:
    """Every line posted up to a day, in the order of the ledger."""
    known = [entry for entry in entries if entry.as_of <= as_of]
    owed = [entry for entry in known if entry.kind in OWED]
    acts = _acts(known)
    stood: dict[str, Decimal] = defaultdict(lambda: NOUGHT)
    made = []
    for entry in owed:
        _, trigger, period, _, settlement = entry.about.split("/")
        claim = f"{entry.contract}/{trigger}/{period}"
        made.append(
            Line(
                entry=entry,
                trigger=trigger,
                claim_period=period,
                settlement=settlement,
                settled_with=_settled_with(entry, period, owed),
                currency=entry.body["currency"],
                payee=entry.body["payee"],
                shares={payer: Decimal(share) for payer, share in (entry.body.get("shares") or {entry.body["payer"]: entry.body["amount"]}).items()},
                earlier=stood[claim],
                parts={
                    payer: {name: getattr(line, name) for name in PARTS}
                    for payer, line in transitions.lines_of([entry, *acts[entry.posting_key]], entry.posting_key, as_of).items()
                },
            )
        )
        stood[claim] += Decimal(entry.body["amount"])
    return made


def _acts(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    """The acts about each posted decision or true-up, by its posting key."""
    found: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        if "act" in entry.body:
            found[entry.body["act"]["claim"]].append(entry)
    return found


def _settled_with(entry: Entry, period: str, owed: Iterable[Entry]) -> str:
    """The claim period whose statement has an entry in its total; empty while there is none yet."""
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
