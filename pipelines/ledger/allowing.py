"""Whether an act is allowed: asked before it is posted, and again of every act of the chain when the ledger is proved.

Each question raises LedgerError in the words of the person who asked. Roles, deadlines and amounts are looked up in `transitions.TABLE`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from pipelines.deliveries.cpr import text_has_cpr
from pipelines.errors import LedgerError
from pipelines.ledger.book import EXTERNAL, Book, Held, Person
from pipelines.ledger.names import same_name
from pipelines.ledger.transitions import CLOCK, NOUGHT, Line, Transition, rows

CENT = Decimal("0.01")
MOST = Decimal(10**15)
"""More than any claim comes to: a slip of the hand."""
LATE_STOPS = ("approve", "dispute", "object")
"""Acts that are refused once their deadline is past; what else is late is overdue, and still to be done."""
CAUSES = ("returned_by_bank", "paid_in_error")


def person_of(book: Book, contract: str, public_key: str, as_of: dt.date) -> Person:
    """Who signs with a key. Raises LedgerError for nobody."""
    person = book.people.get((contract, public_key))
    if person is None or person.entry.as_of > as_of:
        raise LedgerError("nobody signs with this key", where=contract, next_step="have the party enter it with `udbytte signatory add`")
    if person.is_withdrawn:
        raise LedgerError(f"the key of {person.name} was withdrawn by {person.entry.name()}", where=contract, next_step="make a new key, and have the party enter it")
    return person


def row_of(name: str, line: Line, person: Person) -> Transition:
    """The row of the table by which a person may do an act to a line: of their side of it, and of a state in which there is something. Raises
    LedgerError where the act is nobody's, or not this person's."""
    found = rows(name)
    if not found or all(row.by not in ("payer", "payee") for row in found):
        raise LedgerError(f"nobody does {name.replace('_', ' ')}: it comes by the clock", where=line.about, next_step="see docs/ledger.md for what people do")
    own = [row for row in found if {"payer": line.payer, "payee": line.payee}.get(row.by) == person.party]
    if not own:
        by = found[0].by
        words = f"{person.party} is not the {by} of it; {line.payer if by == 'payer' else line.payee} is"
        raise _not_allowed(name, line, person, words)
    return next((row for row in own if row.before and line.amount(row.before)), own[0])


def refuse_person(book: Book, row: Transition, line: Line, person: Person) -> None:
    """Raise LedgerError when a person may not do this, being without the role or having made what it is about. The one check of roles."""
    agreed = book.newest(line.contract).roles.get(person.party, ())
    if row.role and (row.role not in person.roles or row.role not in agreed):
        raise _not_allowed(row.act, line, person, f"this person has not the role {row.role}")
    if row.role and book.measures(person):
        raise _not_allowed(row.act, line, person, "who has part in measuring or settling never acts on what came of it")
    if row.after == "approved" and row.before != "paid" and same_name(person.name) in line.authors:
        raise _not_allowed(row.act, line, person, "who released the claim is an author of what came of it")


def refuse_late(book: Book, row: Transition, line: Line, as_of: dt.date) -> None:
    """Raise LedgerError when the deadline of an act is past for all that it could move."""
    terms = book.agreed_of(line).terms
    if row.act == "object":
        last = terms.last("object", line.decided_on)
        is_late = last is not None and as_of > last
    else:
        last = _last_of(book, row, line)
        is_late = row.act in LATE_STOPS and line.amount("decided") > 0 and open_to(book, row, line, as_of) <= 0
    if is_late:
        raise LedgerError(f"the deadline to {row.act} was {last}", where=line.about, next_step="see `deadlines` of the contract for what follows")


def _last_of(book: Book, row: Transition, line: Line) -> dt.date | None:
    """The last day on which the newest part of what is decided could be approved or disputed."""
    terms = book.agreed_of(line).terms
    names = ("approve", "object") if row.act == "dispute" else ("approve",)
    days = [terms.last(name, item.day) for item in line.opened[-1:] for name in names]
    return min((day for day in days if day is not None), default=None)


def open_to(book: Book, row: Transition, line: Line, as_of: dt.date) -> Decimal:
    """The most that an act may move of a line on a day; of an objection, which is outside of what was decided, there is no most."""
    if row.act == "approve":
        return line.amount("decided") - book.silent(line, as_of)
    return book.open_to_dispute(line, as_of) if row.act == "dispute" else line.amount(row.before)


def amount_of(book: Book, row: Transition, line: Line, given: str, as_of: dt.date) -> Decimal:
    """The amount an act moves: the one given, or else all there is. Raises LedgerError when there is none, or it is more, or an approval is not of
    all that is open."""
    there = open_to(book, row, line, as_of)
    if row.before and there <= 0:
        state = row.before.replace("_", " ")
        raise LedgerError(f"nothing of it is {state}", where=line.about, next_step=f"there is nothing to {row.act.replace('_', ' ')}: see `udbytte claim {line.about}`")
    wanted = money(given, line) if given else there
    if not row.before:
        return _above_zero(wanted, line)
    if _above_zero(wanted, line) > there or (row.act == "approve" and wanted != there):
        raise LedgerError(f"{there} of it is {row.before.replace('_', ' ')}, and {wanted} was given", where=line.about, next_step="give that amount, or leave it out")
    return wanted


def money(given: str, line: Line) -> Decimal:
    try:
        return Decimal(given)
    except InvalidOperation:
        raise LedgerError("it is not an amount", where=line.about, next_step="write it as 1250.00") from None


def _above_zero(amount: Decimal, line: Line) -> Decimal:
    if not amount.is_finite() or not 0 < amount < MOST or amount != amount.quantize(CENT):
        raise LedgerError("an amount is above zero and of whole cents", where=line.about, next_step="write it as 1250.00")
    return amount.quantize(CENT)


def refuse_reason(reason: str, claim: str) -> None:
    """Raise LedgerError where no reason is given, or it says who a person is."""
    if not reason.strip() or not reason.isprintable():
        raise LedgerError("an act needs a reason", where=claim, next_step="give it with --reason, in a sentence")
    if text_has_cpr(reason):
        raise LedgerError("the reason looks like it has a CPR number in it", where=claim, next_step="say it without naming a person: the ledger is read by all parties")


def refuse_transfer(book: Book, row: Transition, line: Line, act: dict[str, Any], as_of: dt.date) -> None:
    """Raise LedgerError when what a payment or a reversal says of the bank cannot be: its day, its reference, what was set off; or when the approval
    of what is paid is not anchored outside."""
    begun, paid_on = line.since.get(row.before), dt.date.fromisoformat(act["paid_on"])
    if begun is None or not begun <= paid_on <= as_of:
        raise LedgerError(f"it cannot be paid on {paid_on}", where=line.about, next_step=f"give a day from {begun or 'its approval'} to {as_of}")
    used = book.references.get((line.contract, act["reference"]))
    if used or not act["reference"].strip():
        words = f"the reference was used by {used.name()}" if used else "a payment has a reference"
        raise LedgerError(words, where=line.about, next_step="give the reference by which the bank knows this payment alone")
    refuse_reason(act["reference"], line.about)
    if row.act == "pay" and book.anchored < line.approved_at:
        raise LedgerError("its approval is not anchored outside this home", where=line.about, next_step="run `udbytte anchor`, carry the anchor to where you said, and pay then")
    if row.act == "reverse" and act.get("cause") not in CAUSES:
        raise LedgerError(f"a payment is reversed because of {' or '.join(CAUSES)}", where=line.about, next_step="say which with --cause; what a true-up took back is given back")
    _refuse_set_off(book, row, line, act)


def _refuse_set_off(book: Book, row: Transition, line: Line, act: dict[str, Any]) -> None:
    """Raise LedgerError when more is set off than is to be returned to the same payer by the same payee, or the sum does not add up."""
    kept, parts = NOUGHT, act.get("set_off", [])
    twice = next((part["claim"] for place, part in enumerate(parts) if part["claim"] in [other["claim"] for other in parts[:place]]), None)
    if twice is not None:
        raise LedgerError(f"{twice} is named twice", where=line.about, next_step="set it off once: all that is to be returned of it is taken")
    if parts and row.act != "pay":
        raise LedgerError("only a payment sets anything off", where=line.about, next_step="return or reverse it whole")
    for part in parts:
        other, amount = book.lines.get(part["claim"], {}).get(line.payer), Decimal(part["amount"])
        if other is None or (other.contract, other.payee, other.currency) != (line.contract, line.payee, line.currency) or not 0 < amount <= other.amount("to_return"):
            raise LedgerError(f"{part['amount']} of {part['claim']} is not to be returned to {line.payer}", where=line.about, next_step="see `udbytte claim` of it")
        kept += amount
    if Decimal(act["transferred"]) != Decimal(act["amount"]) - kept or kept > Decimal(act["amount"]):
        raise LedgerError("what was transferred and what was set off are not the amount paid", where=line.about, next_step="set off no more than is paid")


def check(book: Book, contract: str, act: dict[str, Any], public_key: str, as_of: dt.date) -> None:
    """Raise LedgerError unless a person may do this act to what the book says, on this day and by this key, as the act says it."""
    line = book.lines.get(act["claim"], {}).get(act["payer"])
    if line is None or line.contract != contract:
        raise LedgerError("no amount is decided there", where=act["claim"], next_step="name a claim as the board's posting key")
    person = person_of(book, contract, public_key, as_of)
    row = row_of(act["act"], line, person)
    refuse_person(book, row, line, person)
    refuse_late(book, row, line, as_of)
    refuse_reason(act["reason"], line.about)
    amount = amount_of(book, row, line, act["amount"], as_of)
    if row.kind in ("payment", "reversal"):
        refuse_transfer(book, row, line, act, as_of)
    said = (act["contract"], act["from"], act["amount"], act["day"], act["entry"], act["entry_hash"], act["party"], act["person"])
    if said != (contract, row.before, str(amount), str(as_of), line.newest.seq, line.newest.hash, person.party, person.name):
        raise LedgerError("it does not say what it speaks of as it stands", where=line.about, next_step="make it again")


def by_the_clock(book: Book, claim: str, as_of: dt.date) -> dict[str, Any] | None:
    """The first act that the clock has to do to a claim by a day; None when there is none. Doing it changes the book, so ask again after it."""
    held = book.held.get(claim)
    made: Iterable[dict[str, Any]] = _of_held(book, held, as_of) if held else ()
    lines = book.lines.get(claim, {}).values()
    return next(iter([*made, *(act for line in lines for act in _of_line(book, line, as_of))]), None)


def _of_held(book: Book, held: Held, as_of: dt.date) -> Iterator[dict[str, Any]]:
    terms = book.newest(held.contract).terms
    last = terms.last("long_stop", held.since)
    if last is not None and last < as_of and terms.then and not held.stopped:
        words = f"held since {held.since}, and the long stop was {last}"
        yield _clock_act(_stop(terms.then), "held", held.about, held.contract, "", NOUGHT, words, held.newest, as_of)


def _of_line(book: Book, line: Line, as_of: dt.date) -> Iterator[dict[str, Any]]:
    terms, silent = book.agreed_of(line).terms, book.silent(line, as_of)
    if terms.silence and silent:
        words = f"nobody approved or disputed it by {book.last_day(line, 'decided', 'approve')}"
        yield _clock_act(f"silence_{terms.silence}", "decided", line.about, line.contract, line.payer, silent, words, line.newest, as_of)
    for state in ("disputed", "objected"):
        last = book.last_day(line, state, "long_stop") if line.amount(state) else None
        if last is not None and last < as_of and terms.then and state not in line.referred:
            words = f"{state} since {line.since[state]}, and the long stop was {last}"
            yield _clock_act(_stop(terms.then), state, line.about, line.contract, line.payer, line.amount(state), words, line.newest, as_of)


def _stop(then: str) -> str:
    return "refer" if then in EXTERNAL else "lapse"


def _clock_act(name: str, state: str, about: str, contract: str, payer: str, amount: Decimal, reason: str, newest: Any, as_of: dt.date) -> dict[str, Any]:
    said = {"act": name, "from": state, "contract": contract, "claim": about, "payer": payer, "amount": str(amount), "reason": reason, "day": str(as_of)}
    return {**said, "entry": newest.seq, "entry_hash": newest.hash, "party": "", "person": CLOCK}


def _not_allowed(act: str, line: Line, person: Person, words: str) -> LedgerError:
    return LedgerError(f"{person.name} may not {act.replace('_', ' ')} this: {words}", where=line.about, next_step="have a person do it who may")
