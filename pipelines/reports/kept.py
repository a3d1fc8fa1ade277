"""The board of the last night as it is kept for `udbytte status`: read without anything heavy."""

from __future__ import annotations

import json
from typing import Any

from pipelines.canonical import canonical
from pipelines.files import write_atomically
from pipelines.settings import Home

FORMAT = "udbytte.board/1"


def save(home: Home, board: dict[str, Any]) -> None:
    """Keep the board where `udbytte status` reads it."""
    write_atomically(home.board, canonical({"format": FORMAT, **board}) + b"\n", mode=0o640)


def saved(home: Home) -> dict[str, Any] | None:
    """The board of the last night, or None before the first."""
    return json.loads(home.board.read_bytes()) if home.board.exists() else None
