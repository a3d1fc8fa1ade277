"""The pages of deliveries and of the quarantine: what came, what of it counts, what changed by it, and what was refused and why.

Both may be read by anyone: numbers that could tell of few people are withheld as in the published tables.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.deliveries.archive import Delivery
from pipelines.deliveries.intake import Receipt
from pipelines.deliveries.manifest import WITHHELD
from pipelines.files import write_atomically
from pipelines.quality.checks import HOLDING, Check
from pipelines.reports.navigation import place
from pipelines.reports.pages import render
from pipelines.reports.phrases import LANGUAGES, Language
from pipelines.reports.web import filters, kept
from pipelines.settings import Home

Data = dict[str, Any]


@dataclass(frozen=True)
class Came:
    """What an intake took in, and what the checks of the registers it came to said of it."""

    as_of: dt.date
    receipts: list[Receipt]
    checks: list[Check]
    problems: list[str]


def write(home: Home, as_of: dt.date, registers: list[Data], quarantined: list[Data]) -> Path:
    """Write `reports/deliveries.html` and `reports/quarantine.html`, and return the first."""
    for name, page in pages(as_of, registers, quarantined, kept.state(home.reports)).items():
        write_atomically(home.reports / name, page, mode=0o640)
    return home.reports / "deliveries.html"


def pages(as_of: dt.date, registers: list[Data], quarantined: list[Data], present: Collection[str] = ()) -> dict[str, bytes]:
    """Both pages by file name, each in both languages. `present` are the pages of the site that they lead to."""
    shared: Data = {"as_of": as_of, "languages": [Language(code) for code in LANGUAGES], "present": frozenset(present)}
    bodies: dict[str, Data] = {
        "deliveries.html": {"title": "deliveries_title", "registers": registers},
        "quarantine.html": {"title": "quarantine_title", "quarantined": quarantined},
    }
    return {name: render("frame.html", body=name, place=place(name, present), **said, **shared) for name, said in bodies.items()}


def by_register(names: Mapping[str, str], deliveries: Iterable[Data], changes: Iterable[Data]) -> list[Data]:
    """What the page of deliveries shows of each register, newest first, from rows of the published tables `deliveries` and
    `delivery_changes`. `names` are the names of the registers there are, by id; of others, what came is in the quarantine alone."""
    came, changed = list(deliveries), list(changes)
    return [
        {
            "id": register,
            "name": name,
            "deliveries": [row for row in reversed(came) if row["register"] == register],
            "changes": [row for row in changed if row["register"] == register],
        }
        for register, name in sorted(names.items())
    ]


def refused(known: Iterable[Delivery], purges: Mapping[str, tuple[dt.date, str]]) -> list[Data]:
    """What the page of the quarantine shows, each delivery once, newest first. `purges` are day and reason by delivery."""
    found = {item.id: item for item in known if not item.is_accepted}
    rows = sorted(found.values(), key=lambda item: (item.known_from, item.id), reverse=True)
    return [_refused(item, *purges.get(item.id, (None, ""))) for item in rows]


def _refused(item: Delivery, purged_on: dt.date | None, because: str) -> Data:
    return {
        "delivery": item.id,
        "file_name": "" if item.file_name == WITHHELD else item.file_name,
        "known_from": item.known_from,
        "reason": item.reason,
        "has_numbers": "CPR" in item.reason,
        "purged_on": purged_on,
        "purged_because": because,
    }


def summary(came: Came) -> Data:
    """What an intake says, as plain data. `refused` says in words that something is not good, and is empty when all is."""
    states = [receipt.state for receipt in came.receipts]
    failing = sorted({check.subject.partition(":")[2] for check in came.checks if check.verdict in HOLDING})
    wrong = [f"{states.count('quarantined')} of {len(states)} files in quarantine"] if "quarantined" in states else []
    wrong += [f"{', '.join(failing)} not as agreed"] if failing else []
    return {
        "as_of": came.as_of.isoformat(),
        "receipts": [vars(receipt) for receipt in came.receipts],
        "failing": [
            {"subject": check.subject, "rule": check.rule, "verdict": check.verdict, "words": check.reason or check.observed, "remedy": check.remedy}
            for check in came.checks
            if check.verdict in (*HOLDING, "warned")
        ],
        "checked": len(came.checks),
        "problems": came.problems,
        "refused": "; ".join(wrong),
    }


filters.install()
