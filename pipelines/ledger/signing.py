"""People's own keys, who signs for which party, and proving what they signed.

A key is an Ed25519 private key of 32 bytes in hex, in a file of its owner's alone, never inside a home: whoever runs a home cannot sign
for anybody. The ledger knows its public half by an entry `signatory`.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pipelines.canonical import digest, plain
from pipelines.errors import LedgerError
from pipelines.ledger.handover import is_signed
from pipelines.ledger.journal import Entry, Journal
from pipelines.ledger.transitions import ACTS, MEASURING
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


def add_signatory(journal: Journal, contract: str, party: str, person: str, roles: list[str], public_key: str, agreed: Mapping[str, Iterable[str]], as_of: dt.date) -> Entry | None:
    """Enter who signs for a party of an executed contract by which key; `agreed` are the contract's parties with their roles. None when it stands
    already. Raises LedgerError for another contract, party, role or key."""
    executed = [entry for entry in journal.entries if entry.kind == "execution" and entry.contract == contract]
    if not executed or party not in executed[-1].body["parties"]:
        raise LedgerError(f"{party} is no party of an executed contract {contract}", next_step="name a party as the executed contract does")
    foreign = sorted(set(roles) - set(agreed.get(party, ())))
    if foreign or not roles or not person.strip():
        words = f"{party} has not the role {', '.join(foreign)}" if foreign else "a signatory has a name and a role"
        raise LedgerError(words, where=contract, next_step=f"its roles are {', '.join(agreed.get(party, ()))}")
    if len(public_key) != LENGTH or set(public_key) - set("0123456789abcdef"):
        raise LedgerError("a public key is 64 small hex digits", where=contract, next_step="give what `udbytte key new` printed")
    body = {"party": party, "person": person.strip(), "roles": sorted(set(roles)), "public_key": public_key}
    known = signatory(journal.entries, contract, public_key)
    if known is not None:
        if known.body == body:
            return None
        raise LedgerError("this key is another person's, or theirs in another role", where=known.name(), next_step="give each person a key of their own")
    return journal.post_signatory(contract, body, as_of)


def signatory(entries: Iterable[Entry], contract: str, public_key: str) -> Entry | None:
    """The entry of who signs with a key in a contract."""
    return next((entry for entry in entries if entry.kind == "signatory" and entry.contract == contract and entry.body["public_key"] == public_key), None)


def measures(entries: Iterable[Entry], of: Entry) -> bool:
    """Whether the person of a signatory's entry, by name, has part in measuring anywhere in the contract."""
    name = of.body["person"].casefold()
    same = [entry for entry in entries if entry.kind == "signatory" and entry.contract == of.contract and entry.body["person"].casefold() == name]
    return any(MEASURING & set(entry.body["roles"]) for entry in same)


def signed(act: dict[str, Any], key: Ed25519PrivateKey) -> dict[str, Any]:
    """The body of an act's entry: the act, and the seal of its canonical form by a person's key."""
    sha256 = digest(act)
    return {"act": plain(act), "seal": {"sha256": sha256, "public_key": public_half(key), "signature": key.sign(bytes.fromhex(sha256)).hex()}}


def fault(entries: list[Entry]) -> str:
    """The first act of a ledger that its signatory did not sign as it stands, in words; empty when every one is."""
    return next((f"{entry.name()}: it is not what its signatory signed" for entry in entries if "act" in entry.body and not _is_proved(entries, entry)), "")


def _is_proved(entries: list[Entry], entry: Entry) -> bool:
    act = entry.body["act"]
    spoken = entries[act["entry"] - 1]
    is_in_place = (act["contract"], act["day"]) == (entry.contract, str(entry.as_of)) and act["entry"] < entry.seq
    if not is_in_place or spoken.hash != act["entry_hash"] or spoken.about != entry.about or ACTS[act["act"]].kind != entry.kind:
        return False
    if not ACTS[act["act"]].side:
        return "seal" not in entry.body
    seal = entry.body.get("seal", {"sha256": "", "public_key": "", "signature": ""})
    person = signatory(entries[: entry.seq - 1], entry.contract, seal["public_key"])
    return seal["sha256"] == digest(act) and is_signed(seal) and person is not None and person.body["party"] == act["party"]
