"""The head of the ledger: `ledger.head` says which entry was acknowledged last, and what is being written after it.

One entry is written and then acknowledged. Several that belong together are announced first, by the entry they will end with; so after a
kill at any instant it is known what may follow the acknowledged entry, and what may not.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from pipelines.canonical import canonical
from pipelines.files import write_atomically
from pipelines.settings import Home

GENESIS = "0" * 64
"""The hash before the first entry."""


class Mark(NamedTuple):
    """An entry, by its number and its hash."""

    seq: int
    hash: str


@dataclass(frozen=True)
class Head:
    """The entry that was acknowledged last; `until` is the last of those that are being written after it, None while none are."""

    seq: int
    hash: str
    until: Mark | None = None


def read_head(home: Home) -> Head | None:
    """The head as it stands; None when it is missing or unreadable."""
    try:
        data = json.loads(head_path(home).read_bytes())
        return Head(*_mark(data, {"seq", "hash", "until"} & set(data)), _mark(data["until"], {"seq", "hash"}) if "until" in data else None)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _mark(data: dict[str, Any], names: set[str]) -> Mark:
    if set(data) != names or type(data["seq"]) is not int or data["seq"] < 0 or not isinstance(data["hash"], str):
        raise ValueError
    return Mark(data["seq"], data["hash"])


def write_head(home: Home, head: Head) -> None:
    """Put the head in its place, in one step and for good."""
    until = {"until": head.until._asdict()} if head.until else {}
    write_atomically(head_path(home), canonical({"seq": head.seq, "hash": head.hash, **until}) + b"\n")


def head_path(home: Home) -> Path:
    """Where the head lies: beside the ledger."""
    return home.ledger.with_name("ledger.head")
