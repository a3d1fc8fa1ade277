"""The sealed hand-over between measuring and settling: one contract's decisions of one as-of day, with aggregates and no person rows.

A hand-over is canonical JSON. Its seal is the SHA-256 of everything else in it and an Ed25519 signature of that hash, so it can be
carried to another home and checked there. Files are named by contract and hash and are never written over.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from pipelines.canonical import canonical, digest
from pipelines.deliveries.cpr import text_has_cpr
from pipelines.errors import HandoverRefusedError
from pipelines.files import write_atomically
from pipelines.settings import Home

FORMAT = "udbytte.handover/1"
FORBIDDEN = ("person_id", "person_key", "pseudonym", "evidence", "indicator_values", "cohort_members", "lines")
APART = "leave person rows where they may be read"
NUMBER = re.compile(r"-?[0-9]+[./][0-9]+")
"""Amounts and ratios: their digits are nobody's number."""


@dataclass(frozen=True)
class Handover:
    """One verified hand-over: its content, the hash that names it, and the key that signed it."""

    content: dict[str, Any]
    sha256: str
    key: str = ""

    @property
    def contract(self) -> str:
        return str(self.content["contract"]["id"])

    @property
    def as_of(self) -> dt.date:
        return dt.date.fromisoformat(self.content["as_of"])

    @property
    def decisions(self) -> list[dict[str, Any]]:
        return list(self.content["decisions"])

    @property
    def name(self) -> str:
        """What a home keeps it as, without its ending."""
        return f"{self.contract}-{self.sha256[:16]}"


def public_key(home: Home) -> str:
    """The hex of the key that checks this home's hand-overs."""
    return _private_key(home).public_key().public_bytes_raw().hex()


def _private_key(home: Home) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(home.key("handover"))


def seal(home: Home, content: dict[str, Any]) -> bytes:
    """The bytes of a sealed hand-over. Raises HandoverRefusedError when the content would carry a person across."""
    body = json.loads(canonical({"format": FORMAT, **content}))
    refuse_people(body)
    return canonical({**body, "seal": sign(home, digest(body))}) + b"\n"


def refuse_people(body: Any) -> None:
    """Raise HandoverRefusedError when plain data have a key that person rows have, or a text that looks like a CPR number. Counts and amounts
    are exact: the contract's parties, whom a hand-over is for, may read them as the party tier has them."""
    carried = sorted(_keys(body) & set(FORBIDDEN))
    if carried:
        raise HandoverRefusedError(f"a hand-over holds aggregates only, and this one has {', '.join(carried)}", next_step=APART)
    suspects = sum(not NUMBER.fullmatch(text) and text_has_cpr(text) for text in _texts(body))
    if suspects:
        raise HandoverRefusedError(f"{suspects} texts in it look like CPR numbers", next_step=APART)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (text for item in ([*value], *value.values()) for text in _texts(item))
    elif isinstance(value, list):
        yield from (text for item in value for text in _texts(item))
    elif isinstance(value, str):
        yield value


def sign(home: Home, sha256: str) -> dict[str, str]:
    """The seal of a hash: the hash, the key of this home and its signature, in hex."""
    return {"sha256": sha256, "public_key": public_key(home), "signature": _private_key(home).sign(bytes.fromhex(sha256)).hex()}


def is_signed(mark: dict[str, str]) -> bool:
    """Whether the signature of a seal is that of its hash by its key, each written in the one way there is. Raises ValueError when it is no seal."""
    sha256, key, signature = (bytes.fromhex(mark[part]) for part in ("sha256", "public_key", "signature"))
    if mark != {"sha256": sha256.hex(), "public_key": key.hex(), "signature": signature.hex()}:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, sha256)
    except InvalidSignature:
        return False
    return True


def _keys(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value) | {key for item in value.values() for key in _keys(item)}
    return {key for item in value for key in _keys(item)} if isinstance(value, list) else set()


def write(home: Home, content: dict[str, Any]) -> Path:
    """Seal and keep a hand-over under its as-of day. Writing the same one again changes nothing."""
    sealed = seal(home, content)
    sha256 = json.loads(sealed)["seal"]["sha256"]
    path = home.handover / str(content["as_of"]) / f"{content['contract']['id']}-{sha256[:16]}.json"
    write_atomically(path, sealed, mode=0o640)
    return path


def read(path: Path, trusted: set[str]) -> Handover:
    """Read and prove a hand-over. Raises HandoverRefusedError when it is altered, unsigned or signed by an unknown key."""
    try:
        raw = path.read_bytes()
    except OSError:
        raise HandoverRefusedError("it is not a hand-over, or is damaged", where=path.name, next_step="ask for the hand-over again") from None
    return proved(raw, path.name, trusted)


def proved(raw: bytes, name: str, trusted: set[str]) -> Handover:
    """The hand-over that these bytes are; `name` is said where they are refused. Raises HandoverRefusedError."""
    try:
        data = json.loads(raw)
        mark = data.pop("seal")
        is_canonical = canonical({**data, "seal": mark}) + b"\n" == raw
        sha256, key, signature = mark["sha256"], mark["public_key"], bytes.fromhex(mark["signature"])
        is_plain = mark == {"sha256": sha256, "public_key": key, "signature": signature.hex()}
        if not is_canonical or not is_plain or data["format"] != FORMAT or digest(data) != sha256:
            raise HandoverRefusedError("the content is not what was sealed", where=name, next_step="ask for the hand-over again")
        if key not in trusted:
            raise HandoverRefusedError("it is signed by a key this home does not know", where=name, next_step="ask the sender which home made it")
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(signature, bytes.fromhex(sha256))
    except InvalidSignature:
        raise HandoverRefusedError("the signature does not belong to the content", where=name, next_step="ask for the hand-over again") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise HandoverRefusedError("it is not a hand-over, or is damaged", where=name, next_step="ask for the hand-over again") from None
    return Handover(data, sha256, key)


def last_decided(home: Home) -> dt.date | None:
    """The newest as-of day that any hand-over of this home decides."""
    days = [dt.date.fromisoformat(path.name) for path in home.handover.iterdir() if path.is_dir()] if home.handover.exists() else []
    return max(days, default=None)


def first_undecided(home: Home, as_of: dt.date) -> dt.date:
    """The first day from `as_of` on that no hand-over decides: from when on what comes now is known."""
    decided = last_decided(home)
    return as_of if decided is None else max(as_of, decided + dt.timedelta(days=1))
