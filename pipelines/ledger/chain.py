"""The chain of the ledger: its entries, and reading and proving them line by line.

Each line of `ledger.jsonl` is one entry as canonical JSON, chained to the one before by hash. Reading goes through the file once and keeps
what it is asked for, so that a chain longer than memory can be proved. `ledger.head` says which entries were acknowledged
(`pipelines.ledger.head`): what follows them may be what a kill left half-written, and nothing before may be gone.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import gc
import hashlib
import hmac
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from pipelines.canonical import canonical, canonical_again, plain, read_line
from pipelines.errors import LedgerError
from pipelines.ledger.head import GENESIS, Head, read_head
from pipelines.settings import Home

FORMAT = "udbytte.ledger/1"
ENTRY_KEYS = {"format", "seq", "prev", "kind", "as_of", "contract", "about", "posting_key", "body", "salt", "hash"}
LAST_KEYS = ("hash", "kind", "posting_key", "prev", "salt", "seq")
"""The last of ENTRY_KEYS in the order of canonical JSON, from the hash on."""
KINDS = (
    "execution",
    "referrals",
    "freeze",
    "hold",
    "override",
    "decision",
    "question",
    "true_up",
    "anchor",
    "signatory",
    "approval",
    "dispute",
    "payment",
    "reversal",
    "long_stop",
    "reconciliation",
    "commitment",
    "estimate",
)


@dataclass(frozen=True)
class Entry:
    """One line of the ledger. `about` is the posting key an entry speaks of; `posting_key` is set only where it claims that key."""

    seq: int
    prev: str
    kind: str
    as_of: dt.date
    contract: str
    about: str
    posting_key: str
    body: dict[str, Any]
    salt: str
    hash: str

    def name(self) -> str:
        return f"entry {self.seq} ({self.kind}, {self.about or self.contract}, as of {self.as_of})"


@dataclass
class Reading:
    """A ledger file, read and proved up to the first fault, and that fault in words: how many entries it has, the hash of the newest, and those
    `entries` that were to be kept, which are all unless fewer were asked for."""

    entries: list[Entry] = field(default_factory=list)
    count: int = 0
    head: str = GENESIS
    sound_bytes: int = 0
    torn_bytes: int = 0
    fault: str = ""


def read(home: Home, keep: Callable[[Entry], bool] | None = None) -> Reading:
    """Read and prove the whole chain, and keep the entries that `keep` asks for; all of them without it. Never raises for a damaged file: the
    fault names the entry."""
    reading, head = Reading(), read_head(home)
    if not home.ledger.exists():
        return _against_head(reading, head, GENESIS)
    with _without_collecting(), home.ledger.open("rb") as stream:
        return _read(reading, stream, head, salt_key(home), keep)


def _read(reading: Reading, stream: BinaryIO, head: Head | None, key: bytes | None, keep: Callable[[Entry], bool] | None) -> Reading:
    acknowledged = GENESIS
    for line in stream:
        problem = take(reading, line[:-1], key, keep) if line.endswith(b"\n") else "the line is cut or altered, and it was acknowledged as written"
        if problem and not _is_unacknowledged(reading, line, head):
            return _fault(reading, line, problem)
        if problem:
            reading.torn_bytes = os.fstat(stream.fileno()).st_size - reading.sound_bytes
            break
        if head is not None and head.seq == reading.count:
            acknowledged = reading.head
    return _against_head(reading, head, acknowledged)


def _is_unacknowledged(reading: Reading, line: bytes, head: Head | None) -> bool:
    """Whether a line that does not prove is what a kill can leave: the torn end of the file, or part of what was announced together and not
    acknowledged."""
    if not line.endswith(b"\n"):
        return head is None or head.seq <= reading.count
    return head is not None and head.until is not None and head.seq <= reading.count < head.until.seq


@contextlib.contextmanager
def _without_collecting() -> Iterator[None]:
    """Look for no rubbish meanwhile: everything that is read stays, and looking through it again and again takes longer than reading it."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _against_head(reading: Reading, head: Head | None, acknowledged: str) -> Reading:
    """Compare with what was acknowledged, whose newest entry here has the hash `acknowledged`: a kill leaves at most one whole entry after it, or of
    several that were announced together as many as there are, ending as it was announced."""
    newest = reading.count
    if head is None:
        if newest or reading.torn_bytes:
            reading.fault = "ledger.head is missing or unreadable beside a ledger with entries; restore it from a backup"
    elif head.seq > newest:
        reading.fault = f"entry {head.seq} was acknowledged and is gone; the ledger ends at entry {newest}"
    elif head.hash != acknowledged:
        reading.fault = f"entry {head.seq} is not the one that was acknowledged: its hash differs from ledger.head"
    elif head.until is None and head.seq < newest - 1:
        reading.fault = f"entry {newest} follows entries that were never acknowledged: ledger.head stands at entry {head.seq}; restore it from a backup"
    elif head.until is not None and newest >= head.until.seq and (newest, reading.head) != head.until:
        reading.fault = f"entry {newest} is not the one that was announced in ledger.head; restore both from a backup"
    return reading


def _fault(reading: Reading, line: bytes, problem: str) -> Reading:
    seq = reading.count + 1
    try:
        data = json.loads(line)
        about = f" ({data['kind']}, {data['about'] or data['contract']}, as of {data['as_of']})"
    except (ValueError, KeyError, TypeError, RecursionError):
        about = ""
    reading.fault = f"entry {seq}{about}: {problem}"
    return reading


def take(reading: Reading, line: bytes, key: bytes | None, keep: Callable[[Entry], bool] | None = None) -> str:
    """Add one line to the reading, or say what is wrong with it. Without the home's key the chain alone is proved."""
    data, problem = _proved_alone(line)
    if problem:
        return problem
    if data["seq"] != reading.count + 1 or data["prev"] != reading.head:
        return "it does not follow the entry before it"
    if key is not None and data["salt"] != salt_of(key, _without(line, data, "hash", "salt")):
        return "it was not written with this home's key"
    entry = _entry(data)
    if keep is None or keep(entry):
        reading.entries.append(entry)
    reading.count, reading.head = entry.seq, entry.hash
    reading.sound_bytes += len(line) + 1
    return ""


def _proved_alone(line: bytes) -> tuple[dict[str, Any], str]:
    """What a line says, and what is wrong with it whatever stands before it; empty when nothing is."""
    try:
        data = read_line(line)
    except (ValueError, RecursionError):
        return {}, "the line is not JSON"
    if not _is_entry(data):
        return {}, "the line does not have the form of an entry"
    try:
        is_same = canonical_again(data) == line and hashlib.sha256(_without(line, data, "hash")).hexdigest() == data["hash"]
    except (TypeError, ValueError, RecursionError):
        is_same = False
    return data, "" if is_same else "its content does not give its hash"


def _without(line: bytes, data: dict[str, Any], *left_out: str) -> bytes:
    """The canonical bytes of an entry without some of its last keys: names stand in their order, so only the end of its line is written anew."""
    tail = {name: data[name] for name in LAST_KEYS}
    end = canonical_again(tail)[1:]
    if not line.endswith(end):
        raise ValueError
    return line[: -len(end)] + canonical_again({name: value for name, value in tail.items() if name not in left_out})[1:]


def _entry(data: dict[str, Any]) -> Entry:
    return Entry(**{**{name: data[name] for name in ENTRY_KEYS - {"format"}}, "as_of": dt.date.fromisoformat(data["as_of"])})


def entry_of(line: bytes) -> Entry:
    """One line of a ledger, without its end, proved by itself; its place in a chain is not. Raises LedgerError."""
    data, problem = _proved_alone(line)
    if problem:
        raise LedgerError(problem, where="entry.json", next_step="restore it from a backup")
    return _entry(data)


def new_line(key: bytes, unsalted: dict[str, Any]) -> bytes:
    """The line, without its end, of an entry that says this: all of ENTRY_KEYS but salt and hash. Raises TypeError for what has no canonical form."""
    data = plain({"format": FORMAT, **unsalted})
    salted = {**data, "salt": salt_of(key, canonical_again(data))}
    return canonical({**salted, "hash": hashlib.sha256(canonical_again(salted)).hexdigest()})


def line_of(entry: Entry) -> bytes:
    """The line of an entry as it stands in the ledger, without its end."""
    return canonical({"format": FORMAT, **vars(entry)})


def _is_entry(data: Any) -> bool:
    if not isinstance(data, dict) or set(data) != ENTRY_KEYS or data["format"] != FORMAT:
        return False
    try:
        dt.date.fromisoformat(data["as_of"])
    except (TypeError, ValueError):
        return False
    return type(data["seq"]) is int and data["kind"] in KINDS and isinstance(data["body"], dict)


def salt_of(key: bytes, unsalted: bytes) -> str:
    """The salt of an entry: of the home's key and the canonical bytes of everything else it says."""
    return hmac.digest(key, unsalted, "sha256").hex()[:32]


def salt_key(home: Home) -> bytes | None:
    """The home's key for salts; None where the ledger was carried without it."""
    try:
        return home.key("salt")
    except FileNotFoundError:
        return None
