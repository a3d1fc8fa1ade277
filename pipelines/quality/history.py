"""What every expectation said on every night: one file an as-of day, beside the ledger, kept when the warehouse is put aside or rebuilt.

`verdicts/<as-of day>.jsonl` has a head that seals the lines after it, and a canonical JSON line an expectation. The same night writes the
same bytes. A day that was run again and said something else replaces its own file, and what it said before stays under
`verdicts/earlier/` by its hash. No line speaks of a person; counts are exact, so the files are for the parties.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.canonical import canonical
from pipelines.files import write_atomically
from pipelines.quality.checks import HOLDING, Check
from pipelines.settings import Home

FORMAT = "udbytte.verdicts/1"
PARTIES_MODE = 0o640
COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "as_of": pl.Date,
    "belongs_to": pl.String,
    "subject": pl.String,
    "rule": pl.String,
    "verdict": pl.String,
    "is_due": pl.Boolean,
    "severity": pl.String,
    "dimension": pl.String,
    "numerator": pl.Int64,
    "denominator": pl.Int64,
    "threshold": pl.String,
}
IS_RED = pl.col("is_due") & pl.col("verdict").is_in(HOLDING)
"""A rule is red on a night that it holds something: what no trigger decides yet holds nothing."""


@dataclass(frozen=True)
class History:
    """One row an expectation and night, by day, subject and rule; and what is wrong with files that were left out, in words."""

    rows: pl.DataFrame
    faults: tuple[str, ...] = ()


@dataclass(frozen=True)
class Past:
    """How one rule did on the newest nights there are of it: on how many it was red, of how many, and when last, ever."""

    nights: int
    red: int
    last_red: dt.date | None


def belongs_to(subject: str) -> str:
    """The register or the outcome contract that a subject belongs to."""
    return subject.partition(":")[2].partition("/")[0]


def record(home: Home, as_of: dt.date, checks: Iterable[Check], not_due: Collection[str]) -> Path:
    """Write what a night's checks said, and keep what the same day said before. `not_due` are the subjects that no trigger decides yet."""
    lines = b"".join(canonical(_line(check, as_of, is_due=check.subject not in not_due)) + b"\n" for check in checks)
    head = canonical({"format": FORMAT, "as_of": as_of, "sha256": hashlib.sha256(lines).hexdigest()})
    path, content = home.verdicts / f"{as_of}.jsonl", head + b"\n" + lines
    before = path.read_bytes() if path.exists() else content
    if before != content:
        write_atomically(home.verdicts / "earlier" / f"{as_of}-{hashlib.sha256(before).hexdigest()[:12]}.jsonl", before, mode=PARTIES_MODE)
    write_atomically(path, content, mode=PARTIES_MODE)
    return path


def history(home: Home, until: dt.date, since: dt.date = dt.date.min) -> History:
    """Every night from one day up to and with another. A file whose seal does not hold is left out, and named."""
    bodies: list[bytes] = []
    faults: list[str] = []
    for path in sorted(home.verdicts.glob("????-??-??.jsonl")):
        if not since.isoformat() <= path.stem <= until.isoformat():
            continue
        body = _proved(path)
        if body is None:
            faults.append(f"verdicts/{path.name} is not what was written; restore it from a backup")
        else:
            bodies.append(body)
    text = b"".join(bodies)
    written = COLUMNS | {"as_of": pl.String}
    rows = pl.read_ndjson(io.BytesIO(text), schema=written) if text else pl.DataFrame(schema=written)
    return History(rows.with_columns(pl.col("as_of").str.to_date("%Y-%m-%d")).sort("as_of", "subject", "rule"), tuple(faults))


def pasts(rows: pl.DataFrame, nights: int) -> dict[tuple[str, str], Past]:
    """Of each subject and rule, how it did on the newest `nights` nights that it was looked at on."""
    newest = pl.col("as_of").rank("dense", descending=True).over("subject", "rule") <= nights
    found = (
        rows.with_columns(red=IS_RED, newest=newest)
        .group_by("subject", "rule")
        .agg(pl.col("newest").sum(), (pl.col("red") & pl.col("newest")).sum().alias("reds"), pl.col("as_of").filter(pl.col("red")).max())
    )
    return {(subject, rule): Past(looked_at, red, last) for subject, rule, looked_at, red, last in found.iter_rows()}


def _line(check: Check, as_of: dt.date, *, is_due: bool) -> dict[str, Any]:
    own = {"as_of": as_of, "belongs_to": belongs_to(check.subject), "is_due": is_due}
    return {name: own[name] if name in own else getattr(check, name) for name in COLUMNS}


def _proved(path: Path) -> bytes | None:
    """The lines of a day, or None when they are not those that its head seals for that day."""
    head, _, body = path.read_bytes().partition(b"\n")
    try:
        said = json.loads(head)
        holds = said["format"] == FORMAT and said["as_of"] == path.stem and said["sha256"] == hashlib.sha256(body).hexdigest()
    except (ValueError, KeyError, TypeError):
        return None
    return body if holds else None
