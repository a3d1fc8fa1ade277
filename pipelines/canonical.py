"""Canonical JSON (RFC 8785) and SHA-256: the one way anything here is turned into bytes before it is hashed or sealed.

Decimals and dates become strings; binary floats are refused, so that no hash can depend on a rounding of the last bit.
"""

from __future__ import annotations

import datetime as dt
import enum
import hashlib
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import rfc8785

CHUNK = 1 << 20


def plain(value: Any) -> Any:
    """`value` with only the types canonical JSON has. Raises TypeError on a float, a Decimal that is no number or an unknown type."""
    if value is None or isinstance(value, str | bool | int):
        return value.value if isinstance(value, enum.Enum) else value
    if isinstance(value, Decimal) and value.is_finite():
        return format(value, "f")
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        made = {str(plain(key)): plain(item) for key, item in value.items()}
        if len(made) != len(value):
            raise TypeError("two keys have the same canonical form")
        return made
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    raise TypeError(f"no canonical form for {type(value).__name__}")


def canonical(value: Any) -> bytes:
    """RFC 8785 bytes of `value`: the same for equal values on every machine."""
    return rfc8785.dumps(plain(value))


def digest(value: Any) -> str:
    """SHA-256, in hex, of the canonical bytes of `value`."""
    return hashlib.sha256(canonical(value)).hexdigest()


def file_digest(path: Path) -> str:
    """SHA-256, in hex, of a file's bytes, read a chunk at a time."""
    total = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            total.update(chunk)
    return total.hexdigest()


def text_digest(text: str) -> str:
    """SHA-256, in hex, of a text in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()
