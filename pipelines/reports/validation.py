"""Our validation report: every expectation of a night with what it counted, as canonical JSON sealed by its hash, and as a page.

The folder is named by as-of day and hash, so that the same night writes the same folder and another one never writes over it.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any

from indicators.disclosure import SHOWN, state_of
from pipelines.canonical import canonical, digest
from pipelines.files import write_atomically
from pipelines.quality.checks import Check, Tally
from pipelines.quality.history import History, pasts
from pipelines.reports.pages import render
from pipelines.reports.phrases import LANGUAGES, Language
from pipelines.reports.rule_texts import RuleText
from pipelines.settings import Home

FORMAT = "udbytte.validation/1"
SMALLEST = 5
NEWEST = "newest"
NIGHTS = 30
"""How many of the last nights a page tells of."""
NIGHTS_WITH_DOCS = 3
"""How many of the last nights have Great Expectations' Data Docs: enough to see since when, and what they say is in every report anyway."""
VERDICTS = ("passed", "warned", "failed", "not_evaluated", "errored")


def content(as_of: dt.date, checks: list[Check], tallies: Sequence[Tally] = ()) -> dict[str, Any]:
    """What the report says: one item a suite with how many expectations it declares and how many ran; one item an expectation, with small
    counts as a state and never as numbers."""
    suites = [{"subject": tally.subject, "declared": tally.declared, "run": tally.run, "not_asked": tally.unasked} for tally in tallies]
    return {"format": FORMAT, "as_of": as_of, "suites": suites, "checks": [shown(check) for check in checks]}


def shown(check: Check, smallest: int = SMALLEST) -> dict[str, Any]:
    """A check as plain data without its day; counts that could tell of fewer than `smallest` people are a state."""
    data = check.as_data()
    data.pop("as_of")
    if check.numerator is None or check.denominator is None:
        return {**data, "counts_state": SHOWN}
    state = state_of(check.denominator, [check.numerator], smallest)
    return {**data, "counts_state": state} if state == SHOWN else {**data, "counts_state": state, "numerator": None, "denominator": None}


def counted(checks: Sequence[Check]) -> str:
    """A table of what each expectation that does not pass counted, in Markdown, with small counts suppressed as in the report."""
    lines = ["| what | rule | verdict | numerator | denominator | threshold |", "|---|---|---|---|---|---|"]
    for item in (shown(check) for check in checks if check.verdict != "passed"):
        counts = [item["counts_state"] if item["counts_state"] != SHOWN else "" if item[name] is None else str(item[name]) for name in ("numerator", "denominator")]
        lines.append(f"| {' | '.join((item['subject'], item['rule'], item['verdict'], *counts, item['threshold']))} |")
    return "\n".join(lines)


def folder_name(as_of: dt.date, checks: list[Check], tallies: Sequence[Tally] = ()) -> str:
    """`<as-of day>-<hash>`."""
    return f"{as_of}-{digest(content(as_of, checks, tallies))[:12]}"


def link(home: Home, as_of: dt.date, subject: str = "", *, is_what_if: bool = False) -> str:
    """Where a subject stands in the report of a day, as an address that is known before the report is made."""
    return f"{(_days(home, is_what_if=is_what_if) / str(as_of)).as_uri()}/index.html{f'#{subject}' if subject else ''}"


def docs_folder(home: Home, as_of: dt.date, *, is_what_if: bool = False) -> Path:
    """Where Great Expectations' Data Docs of a day lie: beside the reports, not in them, since they are not sealed and do not stay."""
    return _days(home, is_what_if=is_what_if) / "data_docs" / str(as_of)


def docs_link(home: Home, as_of: dt.date, subject: str = "", *, is_what_if: bool = False) -> str:
    """Where their index tells of a subject, as an address that is known before they are made."""
    return f"{docs_folder(home, as_of, is_what_if=is_what_if).as_uri()}/index.html{f'#{subject}' if subject else ''}"


def write(
    home: Home, as_of: dt.date, checks: list[Check], past: History, texts: dict[str, RuleText], *, not_due: set[str], is_what_if: bool, tallies: Sequence[Tally] = ()
) -> Path:
    """Write `report.json` and `index.html` and return the page's path. `not_due` are the subjects that no trigger decides yet; `past` is how
    the nights before went, `texts` what there is to say of each rule. `validation/<as-of day>` leads to the newest report of the day, and
    `validation/newest` to the newest of all."""
    said = content(as_of, checks, tallies)
    sealed = {**said, "seal": {"sha256": digest(said)}}
    folder = _days(home, is_what_if=is_what_if) / folder_name(as_of, checks, tallies)
    write_atomically(folder / "report.json", canonical(sealed) + b"\n")
    counts = {verdict: sum(check.verdict == verdict and check.subject not in not_due for check in checks) for verdict in VERDICTS}
    page = page_of(said, past, texts, counts=counts, not_due=not_due, sha256=sealed["seal"]["sha256"], is_what_if=is_what_if)
    write_atomically(folder / "index.html", page)
    _lead(folder.parent / str(as_of), folder.name)
    _lead(folder.parent / NEWEST, folder.name)
    return folder / "index.html"


def page_of(said: dict[str, Any], past: History, texts: dict[str, RuleText], **values: Any) -> bytes:
    """The report as a page in both languages: what it says, each rule with how it did of late, and each rule explained. Pure."""
    tallies = {item["subject"]: item for item in said["suites"]}
    subjects: dict[str, list[dict[str, Any]]] = {subject: [] for subject in tallies}
    for item in said["checks"]:
        subjects.setdefault(item["subject"], []).append(item)
    asked = {item["rule"] for item in said["checks"]}
    return render(
        "frame.html",
        title="validation_title",
        body="validation.html",
        as_of=said["as_of"],
        languages=[Language(code) for code in LANGUAGES],
        subjects=subjects,
        tallies=tallies,
        tallied={name: sum(item[name] for item in tallies.values()) for name in ("declared", "run", "not_asked")},
        pasts=pasts(past.rows, NIGHTS),
        faults=past.faults,
        nights_with_docs=NIGHTS_WITH_DOCS,
        texts={name: text for name, text in texts.items() if name in asked},
        **values,
    )


def _days(home: Home, *, is_what_if: bool) -> Path:
    return home.validation / ("what-if" if is_what_if else "")


def _lead(path: Path, to: str) -> None:
    """Have `path` lead to the folder beside it, in one step. A backup that followed links has put a copy there; it is moved beside."""
    if path.is_dir() and not path.is_symlink():
        path.replace(next(aside for number in count(1) if not (aside := path.with_name(f"{path.name}-copied-{number}")).exists()))
    half = path.with_name(f".{path.name}.leading")
    half.unlink(missing_ok=True)
    half.symlink_to(to)
    os.replace(half, path)
