"""What a sender declares of a file, in `<file>.manifest.json` beside it: read strictly, since a declaration that is misread is worse than none."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.contracts.periods import span_of
from pipelines.deliveries.guard import anything_has_cpr, text_has_cpr

MANIFEST = ".manifest.json"
KEYS = ("covers_through", "rows", "sha256", "sender", "reference_period")
PERIOD_FORMS = "2025, 2025H1, 2025Q4, 2025-06, 2025W23, 2024/2025 or 2025-01-01/2025-03-31"
PERIOD = re.compile(r"\d{4}(?:H[12]|Q[1-4]|-\d{2}|W\d{2}|/\d{4})?|\d{4}-\d{2}-\d{2}/\d{4}-\d{2}-\d{2}", re.ASCII)
WITHHELD = "(name withheld: it looks like a CPR number)"
MOST_BYTES = 1 << 18


@dataclass(frozen=True)
class Manifest:
    """What is declared of one file. `problem` says in words why a manifest cannot be followed, and is empty when it can."""

    covers_through: dt.date | None = None
    rows: int | None = None
    sha256: str = ""
    sender: str = ""
    reference_period: str = ""
    problem: str = ""


def with_manifest(path: Path) -> Path:
    """Where the manifest of a file lies."""
    return path.with_name(path.name + MANIFEST)


def is_period(text: str) -> bool:
    """Whether a text is a reference period in one of the forms agreed."""
    return bool(PERIOD.fullmatch(text)) and span_of(text) is not None


def shown_name(name: str) -> str:
    """A name that a sender wrote, as it may be printed: withheld when it looks like a CPR number, cut when long, control characters out."""
    if text_has_cpr(name):
        return WITHHELD
    return re.sub(r"[^\w .,()+=@-]", "?", name)[:80]


def manifest_of(declared: Manifest) -> dict[str, Any]:
    """A manifest as plain data: what is declared, and nothing of what is not."""
    said = {name: getattr(declared, name) for name in KEYS}
    return {name: value for name, value in said.items() if value not in (None, "")}


def read_manifest(path: Path) -> Manifest:
    """What the manifest beside `path` declares; nothing when there is none. A name too long to have a manifest has none."""
    sidecar = with_manifest(path)
    if not os.path.lexists(sidecar):
        return Manifest()
    try:
        if sidecar.is_symlink() or sidecar.stat().st_size > MOST_BYTES:
            return Manifest(problem="the manifest is a link, or larger than a manifest can be; deliver the file again with a plain one")
        return _declared(json.loads(sidecar.read_bytes()))
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return Manifest(problem="the manifest cannot be read; it needs to be JSON with dates as YYYY-MM-DD")


def _declared(data: dict[str, Any]) -> Manifest:
    if set(data) - set(KEYS):
        return Manifest(problem=f"the manifest has keys that mean nothing here; known: {', '.join(sorted(KEYS))}")
    through = dt.date.fromisoformat(data["covers_through"]) if data.get("covers_through") is not None else None
    rows, period = data.get("rows"), data.get("reference_period") or ""
    if rows is not None and (isinstance(rows, bool) or not isinstance(rows, int)):
        return Manifest(problem="the manifest's 'rows' is not a whole number; write how many rows the file has, the line of names not counted")
    sha256, sender = data.get("sha256") or "", data.get("sender") or ""
    if not isinstance(sha256, str) or not isinstance(sender, str) or anything_has_cpr(data):
        return Manifest(problem="the manifest's 'sha256' or 'sender' is not a text, or its sender looks like a CPR number; write who sends it, without numbers")
    if not isinstance(period, str) or (period and not is_period(period)):
        return Manifest(problem=f"the manifest's 'reference_period' is not a period; write it as {PERIOD_FORMS}")
    return Manifest(through, rows, sha256.lower(), shown_name(sender), period)
