"""Our validation report: every expectation of a night with what it counted, as canonical JSON sealed by its hash, and as a page.

The folder is named by as-of day and hash, so that the same night writes the same folder and another one never writes over it.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from indicators.disclosure import SHOWN, state_of
from pipelines.canonical import canonical, digest
from pipelines.files import write_atomically
from pipelines.quality.checks import Check
from pipelines.reports.pages import render
from pipelines.settings import Home

FORMAT = "udbytte.validation/1"
SMALLEST = 5


def content(as_of: dt.date, checks: list[Check]) -> dict[str, Any]:
    """What the report says: one item an expectation, with small counts as a state and never as numbers."""
    return {"format": FORMAT, "as_of": as_of, "checks": [shown(check) for check in checks]}


def shown(check: Check, smallest: int = SMALLEST) -> dict[str, Any]:
    """A check as plain data without its day; counts that could tell of fewer than `smallest` people are a state."""
    data = check.as_data()
    data.pop("as_of")
    if check.numerator is None or check.denominator is None:
        return {**data, "counts_state": SHOWN}
    state = state_of(check.denominator, [check.numerator], smallest)
    return {**data, "counts_state": state} if state == SHOWN else {**data, "counts_state": state, "numerator": None, "denominator": None}


def folder_name(as_of: dt.date, checks: list[Check]) -> str:
    """`<as-of day>-<hash>`."""
    return f"{as_of}-{digest(content(as_of, checks))[:12]}"


def write(home: Home, as_of: dt.date, checks: list[Check], *, not_due: set[str], is_what_if: bool) -> Path:
    """Write `report.json` and `index.html` and return the page's path. `not_due` are the subjects that no trigger decides yet."""
    said = content(as_of, checks)
    sealed = {**said, "seal": {"sha256": digest(said)}}
    folder = home.validation / ("what-if" if is_what_if else "") / folder_name(as_of, checks)
    write_atomically(folder / "report.json", canonical(sealed) + b"\n")
    subjects: dict[str, list[dict[str, Any]]] = {}
    for item in said["checks"]:
        subjects.setdefault(item["subject"], []).append(item)
    counts = {verdict: sum(check.verdict == verdict and check.subject not in not_due for check in checks) for verdict in ("passed", "warned", "failed", "not_evaluated", "errored")}
    page = render("validation.html", as_of=as_of, subjects=subjects, counts=counts, not_due=not_due, sha256=sealed["seal"]["sha256"], is_what_if=is_what_if)
    write_atomically(folder / "index.html", page)
    return folder / "index.html"
