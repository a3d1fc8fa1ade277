"""Approving, disputing and paying a posted decision: each a new entry, signed by a person's own key; and what silence comes to.

Which act moves what, who may do it and until when stands in `transitions`; here an act is asked of that table, signed and posted.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pipelines.canonical import plain
from pipelines.errors import LedgerError
from pipelines.ledger.journal import Entry, Journal
from pipelines.ledger.signing import measures, public_half, signatory, signed
from pipelines.ledger.transitions import ACTS, NOUGHT, OPENS, Line, Terms, Transition, deadline, lines_of, refusal

CENT = Decimal("0.01")


def do(
    journal: Journal,
    name: str,
    claim: str,
    key: Ed25519PrivateKey,
    reason: str,
    terms: Terms,
    as_of: dt.date,
    *,
    amount: str = "",
    payer: str = "",
    paid: tuple[dt.date, str] | None = None,
) -> Entry:
    """Sign and post one act of `transitions.TABLE` by the holder of a key. Without an `amount` all of the part it moves; an approval is of all
    that is open, so that another amount is refused. `paid` is the day and the reference of a payment. `payer` names the line where several pay.
    Raises LedgerError, and posts nothing, when the table, the deadline or the amount does not allow it."""
    row, contract = ACTS[name], claim.split("/", 1)[0]
    person = signatory(journal.entries, contract, public_half(key))
    if person is None or person.as_of > as_of:
        raise LedgerError("nobody signs with this key", where=contract, next_step="have the party enter it with `udbytte signatory add`")
    if not reason.strip():
        raise LedgerError("an act needs a reason", where=claim, next_step="give it with --reason, in a sentence")
    line = _line(journal, claim, row, payer or (person.body["party"] if row.side == "payer" else ""), as_of)
    unfit = refusal(row, line, person.body["party"], person.body["roles"], measures=measures(journal.entries, person))
    if unfit:
        raise LedgerError(f"{person.body['person']} may not {name} this: {unfit}", where=claim, next_step="have a person do it who may")
    last = deadline(row, line, terms)
    if last is not None and as_of > last:
        raise LedgerError(f"the deadline to {name} was {last}", where=claim, next_step="see `deadlines` of the contract for what follows")
    moved = _amount(row, line, amount)
    more = {} if paid is None else _payment(journal, line, contract, moved, *paid, as_of)
    act = _act(row, line, contract, moved, reason.strip(), as_of)
    return journal.post_act(row.kind, contract, line.about, signed({**act, "party": person.body["party"], "person": person.body["person"], **more}, key), as_of)


def _line(journal: Journal, claim: str, row: Transition, payer: str, as_of: dt.date) -> Line:
    """The line that an act speaks of: of the payer named, or the only one there is."""
    lines = lines_of(journal.entries, claim, as_of)
    if not lines:
        raise LedgerError("no amount is decided to be due there", where=claim, next_step="name a claim as the board's posting key: contract/trigger/claim period/all/final")
    if payer in lines:
        return lines[payer]
    if len(lines) == 1:
        return next(iter(lines.values()))
    raise LedgerError(f"several pay this, and whose part to {row.act} is not said", where=claim, next_step=f"act for, or give, one of {', '.join(lines)}")


def _amount(row: Transition, line: Line, given: str) -> Decimal:
    """The amount an act moves. Raises LedgerError when there is none, it is more than there is, or an approval is not of all that is open."""
    there: Decimal = getattr(line, row.before)
    if there <= 0:
        raise LedgerError(f"nothing of it is {row.before}", where=line.claim, next_step=f"there is nothing to {row.act}: see `udbytte claim {line.claim}`")
    try:
        wanted = Decimal(given) if given else there
    except InvalidOperation:
        raise LedgerError("it is not an amount", where=line.claim, next_step="write it as 1250.00") from None
    if not wanted.is_finite() or wanted <= 0 or wanted != wanted.quantize(CENT):
        raise LedgerError("an amount is above zero and of whole cents", where=line.claim, next_step="write it as 1250.00")
    if wanted > there or (row.act == "approve" and wanted != there):
        raise LedgerError(f"{there} of it is {row.before}, and {wanted} was given", where=line.claim, next_step="give that amount, or leave it out")
    return wanted.quantize(CENT)


def _payment(journal: Journal, line: Line, contract: str, amount: Decimal, paid_on: dt.date, reference: str, as_of: dt.date) -> dict[str, Any]:
    """What a payment's act says beside the rest; `transferred` is what the bank moved. Raises
    LedgerError for a day before its approval or ahead, and for a reference that was used."""
    if line.approved_on is None or not line.approved_on <= paid_on <= as_of:
        raise LedgerError(f"it cannot be paid on {paid_on}", where=line.claim, next_step=f"give a day from its approval on, {line.approved_on or 'which is missing'}, to {as_of}")
    used = [entry for entry in journal.entries if entry.kind == "payment" and entry.contract == contract and entry.body["act"]["reference"] == reference.strip()]
    if used or not reference.strip():
        words = f"the reference was used by {used[0].name()}" if used else "a payment has a reference"
        raise LedgerError(words, where=line.claim, next_step="give the reference by which the bank knows this payment alone")
    return {"paid_on": paid_on, "reference": reference.strip(), "transferred": amount}


def _act(row: Transition, line: Line, contract: str, amount: Decimal, reason: str, as_of: dt.date) -> dict[str, Any]:
    said = {"act": row.act, "contract": contract, "claim": line.claim, "payer": line.payer, "amount": amount, "reason": reason, "day": as_of}
    return {**said, "entry": line.newest.seq, "entry_hash": line.newest.hash}


def post_silence(journal: Journal, contract: str, terms: Terms, as_of: dt.date) -> list[Entry]:
    """Enter, once, what silence comes to for every part of a contract's claims whose deadline to approve has passed by a day."""
    if terms.silence is None:
        return []
    row, made = ACTS[f"silence_{terms.silence}"], []
    claims = [entry.posting_key for entry in journal.entries if entry.kind in OPENS and entry.contract == contract]
    for line in [line for claim in claims for line in lines_of(journal.entries, claim, as_of).values()]:
        last = deadline(ACTS["approve"], line, terms)
        if line.decided > NOUGHT and last is not None and last < as_of:
            act = _act(row, line, contract, line.decided, f"nothing was said by {last}", as_of)
            made.append(journal.post_act(row.kind, contract, line.about, {"act": plain({**act, "party": line.payer, "person": ""})}, as_of))
    return made
