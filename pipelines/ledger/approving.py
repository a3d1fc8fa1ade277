"""Approving, disputing and paying a posted decision: each a new entry, signed by a person's own key; and what the clock does.

What moves what, who may and until when stands in `transitions`; here an act is made, asked of `allowing`, signed and posted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pipelines.canonical import plain
from pipelines.errors import LedgerError
from pipelines.ledger import allowing
from pipelines.ledger.book import Book
from pipelines.ledger.journal import Entry, Journal
from pipelines.ledger.signing import public_half, signed
from pipelines.ledger.transitions import NOUGHT, Line, rows


@dataclass(frozen=True)
class Transfer:
    """What the bank did: the day, what it knows the transfer by, why a payment is reversed, and the claims of which something is set off."""

    paid_on: dt.date
    reference: str
    cause: str = ""
    set_off: tuple[str, ...] = ()


def do(
    journal: Journal, name: str, claim: str, key: Ed25519PrivateKey, reason: str, as_of: dt.date, *, amount: str = "", payer: str = "", transfer: Transfer | None = None
) -> Entry:
    """Sign and post one act of the table by the holder of a key. `claim` is its posting key, or the number of an entry about it. Without an
    `amount` all that the act may move. `payer` names whose part, where several pay. Raises LedgerError, and posts nothing, when the table, the
    deadline or the amount does not allow it."""
    journal.refuse_backwards(as_of)
    book = Book.of(journal.entries)
    about = named(journal.entries, claim)
    contract = about.split("/", 1)[0]
    person = allowing.person_of(book, contract, public_half(key), as_of)
    line = _line(book, about, payer or person.party)
    row = allowing.row_of(name, line, person)
    allowing.refuse_person(book, row, line, person)
    allowing.refuse_late(book, row, line, as_of)
    moved = allowing.amount_of(book, row, line, amount, as_of)
    act: dict[str, Any] = {
        "act": name,
        "from": row.before,
        "contract": contract,
        "claim": about,
        "payer": line.payer,
        "amount": str(moved),
        "reason": reason.strip(),
        "day": str(as_of),
        "entry": line.newest.seq,
        "entry_hash": line.newest.hash,
        "party": person.party,
        "person": person.name,
    }
    if row.kind in ("payment", "reversal"):
        act |= _transfer(book, line, act, transfer)
    allowing.check(book, contract, act, public_half(key), as_of)
    return journal.post_act(row.kind, contract, about, signed(act, key), as_of)


def named(entries: Sequence[Entry], claim: str) -> str:
    """The posting key of a claim that is named by itself, by that of one of its true-ups, or by the number of an entry about it. Raises LedgerError
    where nothing was decided there."""
    wanted = entries[int(claim) - 1].about if claim.isascii() and claim.isdigit() and 0 < int(claim) <= len(entries) else claim
    standing = next((entry for entry in entries if entry.posting_key == wanted and entry.kind in ("decision", "true_up")), None)
    if not wanted or standing is None:
        raise LedgerError(
            "no amount is decided there", where=claim, next_step="name a claim as the board's posting key, contract/trigger/claim period/all/final, or a ledger entry"
        )
    return standing.about


def _line(book: Book, about: str, payer: str) -> Line:
    """The line that an act speaks of: of the payer named, or the only one there is."""
    lines = book.lines.get(about, {})
    if payer in lines:
        return lines[payer]
    if len(lines) == 1:
        return next(iter(lines.values()))
    raise LedgerError("several pay this, and whose part is meant is not said", where=about, next_step=f"give one of {', '.join(lines)} with --payer")


def _transfer(book: Book, line: Line, act: dict[str, Any], said: Transfer | None) -> dict[str, Any]:
    """What the act of a payment or a reversal says beside the rest. Raises LedgerError where the bank is not spoken of."""
    if said is None:
        raise LedgerError("what the bank did is not said", where=line.about, next_step="give --paid-on and --reference")
    left, kept = allowing.money(act["amount"], line), []
    for claim in said.set_off:
        other = book.lines.get(claim, {}).get(line.payer)
        part = min(left, other.amount("to_return") if other else NOUGHT)
        left -= part
        kept.append({"claim": claim, "amount": str(part)})
    more = {**({"cause": said.cause} if act["act"] == "reverse" else {}), **({"set_off": kept} if kept else {})}
    return {"paid_on": str(said.paid_on), "reference": said.reference.strip(), "transferred": str(left), **more}


def clock(journal: Journal, as_of: dt.date, contract: str = "") -> list[Entry]:
    """Enter, once, what the clock has come to by a day for every claim, or for those of one contract: what silence means, and long stops."""
    book, made = Book.of(journal.entries), []
    with journal.together():
        for claim in sorted({*book.lines, *book.held}):
            while contract in ("", claim.split("/", 1)[0]) and (act := allowing.by_the_clock(book, claim, as_of)) is not None:
                kind = next(row.kind for row in rows(act["act"]) if row.before == act["from"])
                made.append(journal.post_act(kind, act["contract"], claim, {"act": plain(act)}, as_of))
                book.take(made[-1])
    return made
