"""Canonical JSON (RFC 8785) and SHA-256: the one way anything here is turned into bytes before it is hashed or sealed.

Decimals and dates become strings; binary floats are refused, so that no hash can depend on a rounding of the last bit.
"""

from __future__ import annotations

import datetime as dt
import enum
import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import rfc8785

CHUNK = 1 << 20
BEYOND = bytes(range(0xF0, 0xF8))
"""How names beyond the basic plane begin in UTF-8: RFC 8785 puts them in another order than the encoder of the standard library does."""
LARGEST = 2**53 - 1
"""The largest whole number that RFC 8785 has a form for."""


def _whole(text: str) -> Any:
    number = int(text)
    return number if abs(number) <= LARGEST else object()


_DECODER = json.JSONDecoder(parse_int=_whole, parse_float=lambda _: object(), parse_constant=lambda _: object())
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def plain(value: Any) -> Any:
    """`value` with only the types canonical JSON has. Raises TypeError on a float, a Decimal that is no number or an unknown type, ValueError on a
    whole number that RFC 8785 has no form for."""
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return value
    if isinstance(value, Mapping):
        made = {str(plain(key)): plain(item) for key, item in value.items()}
        if len(made) != len(value):
            raise TypeError("two keys have the same canonical form")
        return made
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return _plain_one(value)


def _plain_one(value: Any) -> str | int:
    """One value that holds no others."""
    if isinstance(value, str | int):
        made: str | int = value.value if isinstance(value, enum.Enum) else value
        if isinstance(made, int) and abs(made) > LARGEST:
            raise ValueError("a whole number is outside the safe integer domain")
        return made
    if isinstance(value, Decimal) and value.is_finite():
        return format(value, "f")
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    if isinstance(value, dt.date):
        return value.isoformat()
    raise TypeError(f"no canonical form for {type(value).__name__}")


def canonical(value: Any) -> bytes:
    """RFC 8785 bytes of `value`: the same for equal values on every machine. Raises TypeError or ValueError where it has none."""
    return canonical_again(plain(value))


def read_line(line: bytes) -> Any:
    """What a line of JSON says, for `canonical_again`: numbers that have no canonical form here become objects that have none either. Raises
    ValueError, or RecursionError, for what is no JSON."""
    return _DECODER.decode(line.decode("utf-8"))


def canonical_again(data: Any) -> bytes:
    """The canonical bytes of what `read_line` read or `plain` made. Raises TypeError or ValueError where it has none."""
    made = _ENCODER.encode(data).encode()
    return made if len(made.translate(None, BEYOND)) == len(made) else rfc8785.dumps(data)


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
