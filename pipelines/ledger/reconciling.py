"""Matching what the ledger says was paid with what a bank says moved: pure, over small shapes; and entering, once, what matches.

A movement is known by our reference alone, never by a likely amount or day. Whatever does not fit is named, and changes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from pipelines.canonical import plain, text_digest
from pipelines.errors import LedgerError
from pipelines.ledger.bank.shapes import OWN, Booked, Direction, Moved, Statement, alike, reference_of
from pipelines.ledger.journal import Entry, Journal

KIND = "reconciliation"
MOVES: dict[str, Direction] = {"payment": "out", "reversal": "in"}
CALLS_FOR = ("approval", "payment", "reversal")
"""Kinds after which another transfer may be called for."""
OTHER: dict[Direction, Direction] = {"out": "in", "in": "out"}
DAYS_APART = 5
"""How many days before or after the day that an entry says a bank may book: a weekend with holidays on both sides."""
Fault = Literal["missing", "doubled", "foreign", "wrong_amount", "wrong_currency", "wrong_date", "reversed_by_bank"]


@dataclass(frozen=True)
class Mismatch:
    """One thing that does not fit, in words: the `entry` of ours that it is about (0 for none) and the `place` in the file ("" for none)."""

    fault: Fault
    entry: int
    place: str
    words: str


@dataclass(frozen=True)
class Known:
    """What an earlier file confirmed of a payment, so that the same movement in another file is not taken for a second one."""

    day: dt.date
    bank_id: str
    amount: Decimal
    currency: str

    def is_same(self, line: Booked) -> bool:
        if (line.amount, line.currency) != (self.amount, self.currency):
            return False
        if self.bank_id and line.bank_id:
            return self.bank_id == text_digest(line.bank_id)
        return self.day == line.day


@dataclass
class Found:
    """What a file comes to: `matches` that are new, how many were `known` from before, are `awaited` because the file ends before their day, or are
    `others` on the account; and every mismatch."""

    matches: list[tuple[Moved, Booked]] = field(default_factory=list)
    mismatches: list[Mismatch] = field(default_factory=list)
    known: int = 0
    awaited: int = 0
    others: int = 0


@dataclass(frozen=True)
class Terms:
    """How a file is read: as knowledge of which day, how many `days` apart a booking may be, and whether the account is `shared` with other business, so
    that what has none of our references is no concern of ours."""

    as_of: dt.date
    days: int = DAYS_APART
    shared: bool = False


def reference_for(entries: Iterable[Entry], claim: str, payer: str) -> str:
    """The reference for what is approved of a claim and a payer and is to be paid next: it follows from the newest entry that approved, paid or
    reversed something of it, and so is another one for each transfer. Raises LedgerError where none did."""
    newest = ""
    for entry in entries:
        if entry.kind in CALLS_FOR and entry.about == claim and entry.body["act"]["payer"] == payer:
            newest = entry.hash
    if not newest:
        raise LedgerError("nothing of it was approved", where=claim, next_step="approve it first")
    return reference_of(newest)


def moved(entries: Iterable[Entry], as_of: dt.date, payer: str = "") -> list[Moved]:
    """What proved entries say banks moved by a day, of one payer where it is named. What was wholly set off moved nothing."""
    decided: dict[str, Entry] = {}
    paid: dict[tuple[str, str], list[str]] = defaultdict(list)
    found = []
    for entry in entries:
        if entry.kind == "decision":
            decided[entry.about] = entry
        if entry.kind in MOVES and entry.as_of <= as_of and payer in ("", entry.body["act"]["payer"]):
            act = entry.body["act"]
            found.append(_moved(entry, decided.get(entry.about), paid[entry.about, act["payer"]] if act["act"] == "reverse" else []))
            if entry.kind == "payment":
                paid[entry.about, act["payer"]].append(act["reference"])
    return [item for item in found if item.amount]


def _moved(entry: Entry, decided: Entry | None, returns: Sequence[str]) -> Moved:
    if decided is None:
        raise LedgerError("it moves money of a claim that was never decided", where=entry.name(), next_step="report it to the data engineer")
    act, currency = entry.body["act"], decided.body["currency"]
    amount, day = Decimal(act.get("transferred", act["amount"])), dt.date.fromisoformat(act["paid_on"])
    return Moved(entry.seq, entry.name(), entry.hash, entry.contract, entry.about, act["payer"], act["reference"], amount, currency, day, MOVES[entry.kind], tuple(returns))


def refuse_stranger(entries: Iterable[Entry], payer: str) -> None:
    """Raise LedgerError for a payer that is no party: nothing would be looked for, and nothing found missing."""
    parties = {party for entry in entries if entry.kind == "execution" for party in entry.body["parties"]}
    if payer and payer not in parties:
        raise LedgerError(f"{payer} is no party of an executed contract", where="--payer", next_step=f"name one of {', '.join(sorted(parties))}, or leave it out for all")


def known(entries: Iterable[Entry]) -> dict[int, Known]:
    """What earlier files confirmed, by the number of the entry."""
    return {entry.body["entry"]: _known(entry.body) for entry in entries if entry.kind == KIND}


def _known(body: dict[str, Any]) -> Known:
    return Known(dt.date.fromisoformat(body["booked_on"]), body["bank_id"], Decimal(body["amount"]), body["currency"])


def match(ours: Sequence[Moved], statement: Statement, before: dict[int, Known], terms: Terms) -> Found:
    """What a statement comes to against what the ledger says moved; `before` is what earlier files confirmed."""
    found = Found()
    of = _by_reference(ours, statement, terms, found)
    waiting = Counter((alike(item.reference), item.direction) for item in ours)
    directions = set(waiting)
    through = min(statement.through or terms.as_of, terms.as_of)
    for item in sorted(ours, key=lambda item: item.direction):
        key = alike(item.reference)
        waiting[key, item.direction] -= 1
        is_last = not waiting[key, item.direction]
        lines = _own(item, before.get(item.entry), of[key, item.direction], is_last=is_last) or _returned(item, before.get(item.entry), of)
        back = [] if (key, OTHER[item.direction]) in directions or not is_last else of[key, OTHER[item.direction]]
        _one(item, lines, back, before.get(item.entry), through, terms, found)
    found.matches.sort(key=lambda match: match[0].entry)
    found.mismatches.sort(key=lambda item: item.entry)
    return found


def _by_reference(ours: Sequence[Moved], statement: Statement, terms: Terms, found: Found) -> dict[tuple[str, Direction], list[Booked]]:
    """What was booked, by our reference and which way the money went; what has none of ours is told of in `found`."""
    references = {alike(item.reference) for item in ours}
    of: dict[tuple[str, Direction], list[Booked]] = defaultdict(list)
    for line in statement.booked:
        reference = next((text for text in map(alike, line.references) if text in references), "")
        if reference:
            of[reference, line.direction].append(line)
        else:
            _not_ours(line, terms, found)
    return of


def _own(item: Moved, before: Known | None, lines: list[Booked], *, is_last: bool) -> list[Booked]:
    """What was booked by an entry's reference. Where entries of several contracts share one, each has the first line of its amount, and the last of them
    what is left, so that no line confirms two."""
    if is_last:
        return lines
    for line in lines:
        if (line.amount, line.currency) == (item.amount, item.currency) and (before is None or before.is_same(line)):
            lines.remove(line)
            return [line]
    return []


def _returned(item: Moved, before: Known | None, of: dict[tuple[str, Direction], list[Booked]]) -> list[Booked]:
    """What the bank itself returned of a payment, under the reference of that: taken for its reversal where the amount is the same, and then no
    longer against the payment."""
    for reference in map(alike, item.returns):
        for line in of[reference, item.direction]:
            if line.amount == item.amount and (before is None or before.is_same(line)):
                of[reference, item.direction].remove(line)
                return [line]
    return []


def _not_ours(line: Booked, terms: Terms, found: Found) -> None:
    """Money that left the account by none of our references is foreign; where the account is shared, only if it looks like a reference of ours."""
    is_like_ours = any(OWN.fullmatch(alike(text)) for text in line.references)
    if is_like_ours or (line.direction == "out" and not terms.shared):
        way = "left the account" if line.direction == "out" else "came to the account"
        found.mismatches.append(Mismatch("foreign", 0, line.place, f"{line.place}: {_sum(line)} {way} on {line.day}, and no payment of the ledger has its reference"))
    else:
        found.others += 1


def _one(item: Moved, lines: list[Booked], back: list[Booked], before: Known | None, through: dt.date, terms: Terms, found: Found) -> None:
    """What the file says of one entry: `lines` move money its way and `back` move it the other way, all by its reference."""
    same = [line for line in lines if before is not None and before.is_same(line)][:1]
    fresh = [line for line in lines if line not in same]
    faults = [_reversed(item, line) for line in back]
    if len(fresh) + (before is not None) > 1:
        already = " and was matched before" if before is not None else ""
        faults += [_named("doubled", item, line, f"its reference is in the file {len(lines)} times{already}: {', '.join(each.place for each in lines)}") for line in fresh[-1:]]
    elif fresh:
        faults += _differences(item, fresh[0], terms)
    elif before is None and item.day > through:
        found.awaited += 1
    elif before is None:
        faults.append(Mismatch("missing", item.entry, "", f"{_ours(item)} is not in the file"))
    found.mismatches += faults
    if not faults and before is None and fresh:
        found.matches.append((item, fresh[0]))
    found.known += bool(same) and not faults


def _differences(item: Moved, line: Booked, terms: Terms) -> list[Mismatch]:
    faults = []
    if line.is_reversal and item.direction == "out":
        faults.append(_reversed(item, line))
    if line.currency != item.currency:
        faults.append(_named("wrong_currency", item, line, f"the bank moved {line.currency} and the ledger says {item.currency}"))
    if line.amount != item.amount:
        faults.append(_named("wrong_amount", item, line, f"the bank moved {_sum(line)} and the ledger says {item.amount:,} {item.currency}"))
    if abs((line.day - item.day).days) > terms.days or line.day > terms.as_of:
        faults.append(_named("wrong_date", item, line, f"the bank booked it on {line.day} and the ledger says {item.day}; {terms.days} days apart are allowed, and none ahead"))
    return faults


def _reversed(item: Moved, line: Booked) -> Mismatch:
    return _named("reversed_by_bank", item, line, f"the bank moved {_sum(line)} the other way on {line.day}, and the ledger has no reversal of it")


def _named(fault: Fault, item: Moved, line: Booked, words: str) -> Mismatch:
    return Mismatch(fault, item.entry, line.place, f"{line.place}, {item.name}: {words}")


def _sum(line: Booked) -> str:
    return f"{line.amount:,} {line.currency}"


def _ours(item: Moved) -> str:
    return f"{item.name}: {item.amount:,} {item.currency} of {item.day} with the reference {item.reference}"


def enter(journal: Journal, found: Found, statement: Statement, as_of: dt.date) -> list[Entry]:
    """Enter, once for each entry, that a bank says the same."""
    return [entry for item, line in found.matches for entry in [journal.post_reconciliation(item.contract, item.about, body(item, line, statement), as_of)] if entry]


def body(item: Moved, line: Booked, statement: Statement) -> dict[str, Any]:
    """What the entry of a match says. Of the file there is its hash and the place in it; the bank's own number of the movement is there as a hash."""
    said = {"entry": item.entry, "entry_hash": item.hash, "amount": item.amount, "currency": item.currency, "booked_on": line.day}
    made: dict[str, Any] = plain({**said, "form": statement.form, "file": statement.sha256, "place": line.place, "bank_id": text_digest(line.bank_id) if line.bank_id else ""})
    return made


def fault(entries: Sequence[Entry]) -> str:
    """The first reconciliation that does not speak of an earlier payment as it stands, or speaks of one again, in words; empty when none is so."""
    seen: set[int] = set()
    for entry in entries:
        if entry.kind != KIND:
            continue
        of = entries[entry.body["entry"] - 1] if 0 < entry.body["entry"] < entry.seq else None
        if of is None or of.kind not in MOVES or of.hash != entry.body["entry_hash"] or of.seq in seen or of.about != entry.about:
            return f"{entry.name()}: it does not speak of one payment as that stands"
        seen.add(of.seq)
    return ""


def as_data(found: Found, statement: Statement, posted: Sequence[Entry]) -> dict[str, Any]:
    """What a file came to, as plain data."""
    return {
        "form": statement.form,
        "file": statement.sha256,
        "booked": len(statement.booked),
        "not_booked_yet": statement.not_booked,
        "matched": [{"entry": item.entry, "place": line.place, "amount": str(item.amount), "currency": item.currency} for item, line in found.matches],
        "known": found.known,
        "awaited": found.awaited,
        "others": found.others,
        "mismatches": [vars(item) for item in found.mismatches],
        "posted": [entry.seq for entry in posted],
    }
