"""One payment statement: what a claim period brought one party as payer or as recipient, from the lines of the ledger. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from pipelines.contracts.outcome import OutcomeContract
from pipelines.reports.statements.lines import NOUGHT, PARTS, Line

ALL = ""
"""In place of a claim period: all of them."""
SIDES = ("payer", "payee")


@dataclass(frozen=True)
class Terms:
    """What a statement needs to know of a contract: its title and language, its parties' names and numbers (`cvr`, `ean`), its periods (half-open) by id, what it says of VAT, and
    how many days it gives to pay an approved amount; empty where its text does not load."""

    contract: str
    title: str = ""
    language: str = "en"
    names: Mapping[str, str] = field(default_factory=dict)
    periods: Mapping[str, tuple[dt.date, dt.date]] = field(default_factory=dict)
    outcomes: Mapping[str, tuple[str, str, str]] = field(default_factory=dict)
    pays_for: Mapping[str, str] = field(default_factory=dict)
    vat: str = "unsaid"
    pay_days: int | None = None
    numbers: Mapping[str, dict[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, contract: OutcomeContract) -> Terms:
        """The terms of a contract that loads. `outcomes` has clause, indicator and unit by outcome, `pays_for` the outcome by trigger."""
        return cls(
            contract=contract.contract,
            title=contract.title,
            language=contract.language,
            names={party.id: party.name for party in contract.parties},
            numbers={party.id: {name: number for name in ("cvr", "ean") if (number := getattr(party, name))} for party in contract.parties},
            periods={period.id: (period.start, period.end) for payment in contract.payments for period in payment.claim_periods},
            outcomes={item.id: (item.clause, item.indicator, item.unit) for item in contract.outcomes},
            pays_for={payment.id: payment.pays_for for payment in contract.payments},
            vat=contract.amounts.vat if contract.amounts else "unsaid",
            pay_days=contract.deadlines.pay.days if contract.deadlines and contract.deadlines.pay else None,
        )

    def name(self, party: str) -> str:
        return self.names.get(party, party)


@dataclass(frozen=True)
class Statement:
    """`lines` are those in the total; `elsewhere` are true-ups of the period that another statement has in its total. `role` is payer or payee."""

    terms: Terms
    period: str
    party: str
    role: str
    lines: tuple[Line, ...]
    elsewhere: tuple[Line, ...] = ()

    @property
    def currency(self) -> str:
        return (*self.lines, *self.elsewhere)[0].currency

    @property
    def total(self) -> Decimal:
        return sum((self.amount(line) for line in self.lines), NOUGHT)

    @property
    def through(self) -> Line:
        """The newest line it has."""
        return max((*self.lines, *self.elsewhere), key=lambda line: line.entry.seq)

    @property
    def others(self) -> tuple[str, ...]:
        """Who pays, or who is paid, on the other side."""
        both = (*self.lines, *self.elsewhere)
        found = [line.payee for line in both] if self.role == "payer" else [payer for line in both for payer in line.shares]
        return tuple(dict.fromkeys(found))

    @property
    def has_shares(self) -> bool:
        """Whether some amount is not the party's alone."""
        return any(self.amount(line) != line.amount for line in (*self.lines, *self.elsewhere))

    def amount(self, line: Line) -> Decimal:
        return line.amount_of(self.party, self.role)

    def parts(self) -> dict[str, Decimal]:
        """Where the claims that were decided here stand, with all their true-ups, also those that another statement has in its total."""
        found = [parts for line in self.lines if (parts := line.parts_of(self.party, self.role)) is not None]
        return {name: sum((parts[name] for parts in found), NOUGHT) for name in PARTS}

    def as_data(self) -> dict[str, Any]:
        """Plain values, amounts as text."""
        return {
            "format": "udbytte.statement/1",
            "contract": self.terms.contract,
            "title": self.terms.title,
            "claim_period": self.period,
            "party": {"id": self.party, "name": self.terms.name(self.party), "role": self.role},
            "counterparties": [{"id": other, "name": self.terms.name(other)} for other in self.others],
            "currency": self.currency,
            "total": str(self.total),
            "stands": {name: str(amount) for name, amount in self.parts().items()},
            "lines": [self._line(line) for line in self.lines],
            "elsewhere": [self._line(line) for line in self.elsewhere],
        }

    def _line(self, line: Line) -> dict[str, Any]:
        body = line.entry.body
        said = {name: body[name] for name in ("clause", "state", "reason", "arithmetic")}
        amounts = {"amount": str(line.amount), "party_amount": str(self.amount(line)), "earlier_posted": str(line.earlier)}
        about = {"ledger_entry": line.entry.seq, "posted_on": str(line.entry.as_of), "kind": line.entry.kind, "cause": body.get("cause", "")}
        return {**about, "claim_period": line.claim_period, "settled_with": line.settled_with, "trigger": line.trigger, "settlement": line.settlement, **said, **amounts}


def statement(made: Iterable[Line], terms: Terms, period: str, party: str, role: str) -> Statement | None:
    """The statement of a claim period, or of all (`ALL`), for a party as `payer` or `payee`; None where the ledger has nothing of it."""
    mine = [line for line in made if line.contract == terms.contract and (party, role) in line.sides()]
    lines = tuple(line for line in mine if period in (ALL, line.settled_with) and line.settled_with)
    waiting = (line for line in mine if (period == ALL and not line.settled_with) or (period != ALL and line.claim_period == period != line.settled_with))
    elsewhere = tuple(waiting)
    return Statement(terms, period, party, role, lines, elsewhere) if lines or elsewhere else None


def every(made: Iterable[Line], terms: Mapping[str, Terms]) -> list[Statement]:
    """Every statement there is of single claim periods, by contract, period, party and role."""
    of: dict[str, list[Line]] = {}
    for line in made:
        of.setdefault(line.contract, []).append(line)
    found = []
    for contract, lines in sorted(of.items()):
        places = {(period, *side) for line in lines for period in (line.claim_period, line.settled_with) if period for side in line.sides()}
        found += [statement(lines, terms.get(contract) or Terms(contract), *place) for place in sorted(places)]
    return [item for item in found if item is not None]
