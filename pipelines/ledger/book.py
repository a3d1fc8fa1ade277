"""The book: where every amount of every claim stands, gone through entry by entry. Pure: entries in, states out.

What a person or the clock did is taken as it stands; `allowing` says whether it was allowed, before it is taken.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from pipelines.ledger.agreeing import Agreed
from pipelines.ledger.journal import Entry
from pipelines.ledger.names import same_name
from pipelines.ledger.transitions import MEASURING, NOUGHT, Line, rows

STATES = ("decided", "disputed", "approved", "to_return", "objected", "paid", "refused", "returned", "taken_back", "rejected", "dropped")
"""In the order they are told: what waits for somebody first."""
EXTERNAL = ("expert", "arbitration", "court")
"""Who decides after a long stop, as a contract's `then` names it."""


@dataclass(frozen=True)
class Person:
    """Who signs for a party of a contract by which key, in which roles. `measures` says that they have part in measuring or settling, too."""

    contract: str
    party: str
    name: str
    roles: tuple[str, ...]
    public_key: str
    measures: bool
    entry: Entry
    is_withdrawn: bool = False


@dataclass(frozen=True)
class Held:
    """A claim that is held: since which night without a break, the entry that last said so, and what its long stop came to, if anything."""

    about: str
    contract: str
    since: dt.date
    newest: Entry
    stopped: str = ""


@dataclass(frozen=True)
class Part:
    """An amount of a claim in one state: who it waits for and until when, "" and None where for nobody or without an agreed day; what `then` follows.
    It waits for parties of the contract, or for one of EXTERNAL."""

    payer: str
    state: str
    amount: Decimal
    waits_for: str
    until: dt.date | None
    is_overdue: bool
    then: str

    def as_data(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass
class Book:
    """Every claim's lines by payer, every held claim, what was agreed by contract and version, who signs, how far the ledger is anchored, and which
    references of payments were used."""

    lines: dict[str, dict[str, Line]] = field(default_factory=dict)
    held: dict[str, Held] = field(default_factory=dict)
    agreed: dict[str, dict[int, Agreed]] = field(default_factory=dict)
    people: dict[tuple[str, str], Person] = field(default_factory=dict)
    anchored: int = 0
    references: dict[tuple[str, str], Entry] = field(default_factory=dict)
    _released: dict[int, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Book:
        """The book after these entries, which must be proved."""
        book = cls()
        for entry in entries:
            book.take(entry)
        return book

    def take(self, entry: Entry) -> None:
        """Go one entry on."""
        if entry.kind == "decision":
            self._decide(entry)
        elif "act" in entry.body:
            self._act(entry)
        elif entry.kind == "true_up":
            self._restate(entry)
        elif entry.kind == "hold":
            before = self.held.get(entry.about)
            self.held[entry.about] = replace(before, newest=entry) if before else Held(entry.about, entry.contract, entry.as_of, entry)
        else:
            self._note(entry)

    def _note(self, entry: Entry) -> None:
        """What is neither a claim nor an act."""
        if entry.kind == "execution":
            self.agreed.setdefault(entry.contract, {})[entry.body["version"]] = Agreed.of(entry.body)
        elif entry.kind == "signatory":
            person = _person(entry)
            self.people[entry.contract, person.public_key] = person
        elif entry.kind == "anchor":
            self.anchored = max(self.anchored, entry.body["seq"])
        elif entry.kind == "override":
            self._released[entry.seq] = frozenset(same_name(str(item["name"])) for item in entry.body["by"])

    def _decide(self, entry: Entry) -> None:
        body, authors = entry.body, self._released.get(entry.body.get("overridden_by", 0), frozenset())
        self.held.pop(entry.about, None)
        shares = body.get("shares") or {body["payer"]: body["amount"]}
        found = {}
        for payer, amount in shares.items():
            line = Line(entry.about, entry.contract, body.get("contract_version", 0), payer, body["payee"], body["currency"], entry, entry.as_of, authors=authors)
            found[payer] = line.restated(Decimal(amount), entry)
        self.lines[entry.about] = found

    def _restate(self, entry: Entry) -> None:
        found, body = self.lines.get(entry.about, {}), entry.body
        for payer, amount in (body.get("shares") or {body["payer"]: body["amount"]}).items():
            line = found.get(payer) or Line(entry.about, entry.contract, body.get("contract_version", 0), payer, body["payee"], body["currency"], entry, entry.as_of)
            found[payer] = line.restated(Decimal(amount), entry)
        self.lines[entry.about] = found

    def _act(self, entry: Entry) -> None:
        act = entry.body["act"]
        held, line = self.held.get(entry.about), self.lines.get(entry.about, {}).get(act.get("payer", ""))
        if act.get("from") == "held":
            if held is not None:
                self.held[entry.about] = replace(held, newest=entry, stopped=act["act"])
            return
        row = next((row for row in rows(act.get("act", "")) if row.before == act.get("from")), None)
        if line is not None and row is not None:
            self.lines[entry.about][act["payer"]] = line.moved(row, Decimal(act["amount"]), entry)
        if "reference" in act:
            self.references.setdefault((entry.contract, act["reference"]), entry)
        for part in act.get("set_off", []):
            self._set_off(part, act["payer"], entry)

    def _set_off(self, part: dict[str, Any], payer: str, entry: Entry) -> None:
        """What a payment kept of what was to be returned of another claim."""
        line = self.lines.get(part["claim"], {}).get(payer)
        if line is not None:
            self.lines[part["claim"]][payer] = line.moved(rows("return")[0], Decimal(part["amount"]), entry)

    def newest(self, contract: str) -> Agreed:
        """What the newest executed version of a contract agreed on."""
        versions = self.agreed.get(contract, {})
        return versions[max(versions)] if versions else Agreed()

    def agreed_of(self, line: Line) -> Agreed:
        """What was agreed where a line's claim was decided."""
        return self.agreed.get(line.contract, {}).get(line.version, Agreed())

    def measures(self, person: Person) -> bool:
        """Whether a person, by name, has part in measuring anywhere in the contract."""
        same = [item for item in self.people.values() if item.contract == person.contract and same_name(item.name) == same_name(person.name)]
        return any(item.measures or MEASURING & set(item.roles) for item in same)

    def last_day(self, line: Line, state: str, within: str) -> dt.date | None:
        """The last day of a deadline for what is in a state; of what is decided, of the oldest part."""
        begun = _since(line, state)
        return None if begun is None else self.agreed_of(line).terms.last(within, begun)

    def silent(self, line: Line, as_of: dt.date) -> Decimal:
        """How much of what is decided nobody approved or disputed in time, by a day."""
        return sum((item.amount for item in line.opened if self._is_past(line, item.day, as_of)), NOUGHT)

    def _is_past(self, line: Line, day: dt.date, as_of: dt.date) -> bool:
        last = self.agreed_of(line).terms.last("approve", day)
        return last is not None and last < as_of

    def open_to_dispute(self, line: Line, as_of: dt.date) -> Decimal:
        """How much of what is decided may still be disputed on a day: what may no longer be approved may no longer be disputed either."""
        terms = self.agreed_of(line).terms
        days = [(item, [last for name in ("approve", "object") if (last := terms.last(name, item.day)) is not None]) for item in line.opened]
        return sum((item.amount for item, last in days if not last or as_of <= min(last)), NOUGHT)

    def parts(self, claim: str, as_of: dt.date) -> list[Part]:
        """Where every amount of a claim stands on a day, who waits for whom and until when."""
        return [part for line in self.lines.get(claim, {}).values() for part in self._parts(line, as_of)]

    def _parts(self, line: Line, as_of: dt.date) -> list[Part]:
        return [self._part(line, state, amount, as_of) for state in STATES if (amount := line.amount(state))]

    def _part(self, line: Line, state: str, amount: Decimal, as_of: dt.date) -> Part:
        terms = self.agreed_of(line).terms
        who = {"decided": line.payer, "disputed": f"{line.payer}, {line.payee}", "approved": line.payer, "to_return": line.payee, "objected": line.payer}.get(state, "")
        until = self.last_day(line, state, {"decided": "approve", "approved": "pay", "to_return": "pay"}.get(state, "long_stop")) if who else None
        is_past = until is not None and until < as_of
        then = {"decided": f"silence_{terms.silence}" if terms.silence else "", "disputed": terms.then or "", "objected": terms.then or ""}.get(state, "")
        if is_past and then in EXTERNAL:
            return Part(line.payer, state, amount, then, None, True, "")
        return Part(line.payer, state, amount, who, until, is_past, then)


def _since(line: Line, state: str) -> dt.date | None:
    if state == "decided":
        return line.opened[0].day if line.opened else None
    return line.since.get(state)


def _person(entry: Entry) -> Person:
    body: Mapping[str, Any] = entry.body
    return Person(entry.contract, body["party"], body["person"], tuple(body["roles"]), body["public_key"], bool(body.get("measures")), entry, bool(body.get("withdrawn")))
