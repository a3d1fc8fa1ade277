"""Anchors: the head of the ledger, signed and carried outside, so that not even who holds the home's keys can write its past anew unseen.

An anchor is canonical JSON: number and hash of the newest entry, where it is carried, the day, and a seal by the home's key. That it was
made is entered after the head it names. Whoever keeps the file can ask at any later time whether the ledger still has that entry.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from pipelines.canonical import canonical, canonical_again, digest, plain, read_line
from pipelines.errors import LedgerError
from pipelines.ledger.handover import is_signed, sign
from pipelines.ledger.journal import Entry, Journal
from pipelines.settings import Home

FORMAT = "udbytte.anchor/1"
KEYS = {"format", "seq", "hash", "where", "as_of", "seal"}


def anchor(home: Home, journal: Journal, where: str, as_of: dt.date) -> tuple[Entry, bytes]:
    """Enter that the head is carried to a place outside, and return that entry and the bytes to carry. Raises LedgerError for a ledger without
    entries, or when nothing is said of where."""
    if not where.strip():
        raise LedgerError("an anchor needs a place outside this home", next_step='say where it is carried with --where, as --where "minutes of the steering group"')
    if not journal.entries:
        raise LedgerError("there is no entry to anchor", where="ledger.jsonl", next_step="execute a contract first")
    newest = journal.entries[-1]
    content = plain({"format": FORMAT, "seq": newest.seq, "hash": newest.hash, "where": where.strip(), "as_of": as_of})
    made = {**content, "seal": sign(home, digest(content))}
    return journal.post_anchor(made, as_of), canonical(made) + b"\n"


def entry_named(raw: bytes) -> int:
    """The number of the entry that an anchor names, be it a true one or not; 0 for what is no anchor. To know which entry to keep while reading."""
    try:
        named = read_line(raw)["seq"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return 0
    return named if type(named) is int else 0


def fault(raw: bytes, entries: Sequence[Entry], key: str, count: int | None = None) -> str:
    """Why an anchor does not prove these entries, which must be proved themselves; empty when it does. `key` is the public key, in hex, that
    must have signed it. `count` is how many entries the ledger has, where only some of them were kept, among them the one it names."""
    try:
        data = read_line(raw)
        if set(data) != KEYS or data["format"] != FORMAT or type(data["seq"]) is not int or canonical_again(data) + b"\n" != raw:
            return "it is not an anchor, or is damaged"
        problem = _seal_fault(data, key)
    except (ValueError, TypeError, KeyError, RecursionError):
        return "it is not an anchor, or is damaged"
    if problem:
        return problem
    named = next((entry for entry in entries if entry.seq == data["seq"]), None)
    if named is None:
        return f"it names entry {data['seq']}, and the ledger ends at entry {len(entries) if count is None else count}"
    return "" if named.hash == data["hash"] else f"entry {data['seq']} is not the one that was anchored"


def _seal_fault(data: dict[str, Any], key: str) -> str:
    content = {name: value for name, value in data.items() if name != "seal"}
    if data["seal"]["sha256"] != digest(content) or not is_signed(data["seal"]):
        return "its signature does not belong to its content"
    return "" if data["seal"]["public_key"] == key else "it is signed by another key than the one of this home"
