"""People's own keys, and who signs for which party.

A key is an Ed25519 private key of 32 bytes in hex, in a file of its owner's alone, never inside a home: whoever runs a home cannot sign
for anybody. The ledger knows its public half by an entry `signatory`.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pipelines.canonical import digest, plain
from pipelines.deliveries.cpr import text_has_cpr
from pipelines.errors import LedgerError
from pipelines.ledger.allowing import person_of, refuse_reason
from pipelines.ledger.book import Book
from pipelines.ledger.journal import Entry, Journal
from pipelines.settings import Home

LENGTH = 64
FOR_OTHERS = 0o077


def new_key(path: Path, home: Home) -> str:
    """Make a person's key in a new file and return its public half, in hex. Raises LedgerError inside the home or where a file stands."""
    if path.resolve().is_relative_to(home.root.resolve()):
        raise LedgerError("a person's key is never kept inside the home", where=path.name, next_step="give a file that only its owner can read, elsewhere")
    key = Ed25519PrivateKey.generate()
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise LedgerError(
            f"the key cannot be written: {error.strerror}", where=path.name, next_step="give a new file in a folder that stands; a key is never written over"
        ) from None
    with os.fdopen(handle, "w") as stream:
        stream.write(key.private_bytes_raw().hex() + "\n")
    return public_half(key)


def read_key(path: Path) -> Ed25519PrivateKey:
    """A person's key. Raises LedgerError when it is none, or when others can read it."""
    try:
        if path.stat().st_mode & FOR_OTHERS:
            raise LedgerError("others can read this key", where=path.name, next_step="make a new one with `udbytte key new`, and keep it to yourself (mode 0600)")
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text().strip()))
    except (OSError, ValueError):
        raise LedgerError("it is not a key that can be read", where=path.name, next_step="give the file that `udbytte key new` made") from None


def public_half(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes_raw().hex()


def add_signatory(
    journal: Journal, contract: str, party: str, person: str, roles: list[str], public_key: str, as_of: dt.date, *, measures: bool = False, sealing: AbstractSet[str] = frozenset()
) -> Entry | None:
    """Enter who signs for a party of an executed contract by which key, and whether they have part in measuring or settling. None when it stands
    already. Raises LedgerError for another contract, party, role or key; `sealing` are the keys of homes that seal, which are no person's."""
    book = Book.of(journal.entries)
    agreed = book.newest(contract).roles
    if party not in agreed:
        raise LedgerError(f"{party} is no party of an executed contract {contract}", where=contract, next_step="name a party as the executed contract does")
    foreign, name = sorted(set(roles) - set(agreed[party])), " ".join(person.split())
    if foreign or not roles or not name or not name.isprintable() or text_has_cpr(name):
        words = f"{party} has not the role {', '.join(foreign)}" if foreign else "a signatory has a name and a role"
        raise LedgerError(words, where=contract, next_step=f"its roles are {', '.join(agreed[party])}")
    _refuse_key(public_key, contract, sealing)
    body = {"party": party, "person": name, "roles": sorted(set(roles)), "public_key": public_key, **({"measures": True} if measures else {})}
    known = book.people.get((contract, public_key))
    if known is None:
        return journal.post_signatory(contract, body, as_of)
    if known.entry.body == body:
        return None
    words = "this key was withdrawn" if known.is_withdrawn else "this key is another person's, or theirs in another role"
    raise LedgerError(words, where=known.entry.name(), next_step="give each person a key of their own, and a new one for another role")


def _refuse_key(public_key: str, contract: str, sealing: AbstractSet[str]) -> None:
    if len(public_key) != LENGTH or set(public_key) - set("0123456789abcdef"):
        raise LedgerError("a public key is 64 small hex digits", where=contract, next_step="give what `udbytte key new` printed")
    if public_key in sealing:
        raise LedgerError("this key seals hand-overs: who made a decision never approves it", where=contract, next_step="make a key for the person with `udbytte key new`")


def withdraw_signatory(journal: Journal, contract: str, public_key: str, reason: str, as_of: dt.date) -> Entry:
    """Enter that a key signs no more, from this entry on; what it signed before stands. Raises LedgerError for a key that signs nothing."""
    person = person_of(Book.of(journal.entries), contract, public_key, as_of)
    refuse_reason(reason, contract)
    return journal.post_signatory(contract, {**person.entry.body, "withdrawn": reason.strip()}, as_of)


def signed(act: dict[str, Any], key: Ed25519PrivateKey) -> dict[str, Any]:
    """The body of an act's entry: the act, and the seal of its canonical form by a person's key."""
    sha256 = digest(act)
    return {"act": plain(act), "seal": {"sha256": sha256, "public_key": public_half(key), "signature": key.sign(bytes.fromhex(sha256)).hex()}}
