"""What the last night decided, read from what it handed over: deciding it again would give the same, and takes as long as the plan itself.

It is taken only where nothing can have moved since: the night's own texts and day, its ledger, this program. In every other case both sides
are decided.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from pipelines import lines
from pipelines.contracts.catalogue import Catalogue
from pipelines.errors import UdbytteError
from pipelines.fingerprint import program_digest
from pipelines.ledger import handover
from pipelines.ledger.handover import Handover
from pipelines.ledger.journal import Reading
from pipelines.planning.comparing import Side, side_of
from pipelines.settings import Home, runtime_lock_digest

Data = dict[str, Any]


def handed_over(home: Home, last: Data, standing: Catalogue, ledger: Reading, as_of: dt.date) -> dict[str, Side] | None:
    """Every claim of the last night, whose board is `last`, by posting key; None where it is to be decided again."""
    is_last = last.get("as_of") == as_of.isoformat() and handover.last_decided(home) == as_of and last["ledger"]["head"] == ledger.head
    if not is_last or ledger.fault or standing.findings() or set(last["handovers"]) != set(standing.contracts):
        return None
    try:
        found = {name: _read(home, name, last["handovers"][name]) for name in standing.contracts}
        made = [side for name, one in found.items() if one is not None for side in _sides(home, standing, name, one)]
    except (UdbytteError, KeyError, ValueError, OSError):
        return None
    return {side.said["posting_key"]: side for side in made} if None not in found.values() else None


def _read(home: Home, contract: str, name: str) -> Handover | None:
    """The hand-over of a contract, if it is the newest of its day and this program made it."""
    path = home.handover / name
    newest = max(path.parent.glob(f"{contract}-*.json"), key=lambda one: one.stat().st_mtime_ns)
    found = handover.read(path, {handover.public_key(home)})
    made_by = [(part.get("program"), part.get("lock")) for part in found.content["fingerprints"].values()]
    return found if newest == path and set(made_by) == {(program_digest(), runtime_lock_digest())} else None


def _sides(home: Home, standing: Catalogue, name: str, found: Handover) -> list[Side]:
    results: dict[str, tuple[Data | None, str]] = {f"outcome:{name}/{key}": (result, "") for key, result in found.content["results"].items()}
    return [side_of(standing.contracts[name], item, results, _paid(home, item)) for item in found.decisions]


def _paid(home: Home, said: Data) -> int | None:
    """How many people have something to their name, by the lines that are kept."""
    return len(lines.kept(home, said["lines_sha256"])) if said["lines_sha256"] else None
