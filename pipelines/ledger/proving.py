"""Proving what people and the clock did: every act of a proved chain was allowed by what stood before it, signed as it stands, and in order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pipelines.canonical import digest
from pipelines.errors import LedgerError
from pipelines.ledger import allowing, estimating
from pipelines.ledger.book import Book
from pipelines.ledger.handover import is_signed
from pipelines.ledger.journal import Entry
from pipelines.ledger.transitions import CLOCK, rows

OF_ACTS = ("approval", "dispute", "payment", "reversal", "long_stop")
"""Kinds that are acts and nothing else."""
NOT_SIGNED = "it is not what its signatory signed"


def fault(entries: Iterable[Entry]) -> str:
    """The first act of a ledger that was not allowed where it stands or not signed as it stands, in words; empty when every one was."""
    book, hashes = Book(), [""]
    for entry in entries:
        hashes.append(entry.hash)
        problem = _anchor_fault(hashes, entry) if entry.kind == "anchor" else _fault_in(book, entry)
        if problem:
            return f"{entry.name()}: {problem}"
        book.take(entry)
    return ""


def _fault_in(book: Book, entry: Entry) -> str:
    return estimating.fault_of(book, entry) if entry.kind == estimating.KIND else _problem(book, entry) if is_act(entry) else ""


def _anchor_fault(hashes: list[str], entry: Entry) -> str:
    seq = entry.body.get("seq", 0)
    return "" if 0 < seq < entry.seq and hashes[seq] == entry.body.get("hash") else "it anchors an entry that is not in this ledger"


def is_act(entry: Entry) -> bool:
    """Whether an entry is what somebody, or the clock, did to a claim."""
    return entry.kind in OF_ACTS or "act" in entry.body


def _problem(book: Book, entry: Entry) -> str:
    """What is wrong with one act, by the book as it stood before it."""
    try:
        act: dict[str, Any] = entry.body["act"]
        return _misplaced(entry, act) or (_by_nobody(book, entry, act) if act["person"] == CLOCK else _by_somebody(book, entry, act))
    except LedgerError as error:
        return error.what
    except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError):
        return "it is not an act that can be read"


def _misplaced(entry: Entry, act: dict[str, Any]) -> str:
    if (act["contract"], act["claim"], act["day"]) != (entry.contract, entry.about, str(entry.as_of)) or entry.posting_key:
        return "it stands under another claim, contract or day than it says"
    return "" if entry.kind in {row.kind for row in rows(act["act"]) if row.before == act["from"]} else "its act is not of its kind"


def _by_nobody(book: Book, entry: Entry, act: dict[str, Any]) -> str:
    is_due = entry.body == {"act": allowing.by_the_clock(book, entry.about, entry.as_of)}
    return "" if is_due else f"the clock does not bring {act['act']} there on that day"


def _by_somebody(book: Book, entry: Entry, act: dict[str, Any]) -> str:
    seal = entry.body["seal"]
    if set(entry.body) != {"act", "seal"} or seal["sha256"] != digest(act) or not is_signed(seal):
        return NOT_SIGNED
    allowing.check(book, entry.contract, act, seal["public_key"], entry.as_of)
    return ""
