"""What to do next in a home, from how it stands: what `udbytte` says alone. Nothing is written, proved or computed, so that it answers at once."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from pipelines.reports.kept import saved
from pipelines.settings import Home, contracts_folder

MANY = 5
"""How many of a kind are told one by one."""
ACTS = {"decided": "approve", "approved": "pay", "to_return": "return"}
"""What the party does that an amount in a state waits for; whatever else is asked first with `udbytte claim`."""


@dataclass(frozen=True)
class NextStep:
    """One thing to do: how it stands, and what to type or open."""

    stands: str
    do: str


def next_steps(home: Home) -> list[NextStep]:
    """What waits for somebody, the most pressing first; one step that says so where nothing does."""
    if not home.exists():
        return [
            NextStep("There is no home folder here yet. To look around, make one with sample data.", "udbytte sample"),
            NextStep("To begin with your own data, start an empty one: its inbox then waits for deliveries.", "udbytte run"),
        ]
    board = saved(home)
    made = [*_night(home, board), *_waiting(home, board), *_contracts(home), *_held(board), *_amounts(home, board)]
    return made or [NextStep(f"Nothing waits: the night of {(board or {}).get('as_of')} is decided, and the inbox is empty.", "udbytte status")]


def as_data(home: Home, steps: Iterable[NextStep]) -> dict[str, Any]:
    """The steps as plain data, with the home they are of."""
    return {"home": str(home.root), "exists": home.exists(), "steps": [asdict(step) for step in steps]}


def _night(home: Home, board: dict[str, Any] | None) -> list[NextStep]:
    """What the last night could not do, and what it found refused."""
    if board is None:
        return []
    stopped = [NextStep(f"The night of {board['as_of']} did not go well: {words}", "udbytte run") for words in board["problems"][:1]]
    broken = [NextStep(f"The contracts have {_number(len(board['findings']), 'mistake')}; the first: {words}", "udbytte check") for words in board["findings"][:1]]
    refused = [item for item in board["quarantined"] if item["known_from"] == board["as_of"]]
    page = f"open {home.reports / 'quarantine.html'}"
    made = [NextStep(f"{item['delivery']} is in quarantine: {item['reason']}. Have it corrected and deliver it again.", page) for item in refused]
    return [*stopped, *broken, *_few(made, "deliveries are in quarantine", page)]


def _waiting(home: Home, board: dict[str, Any] | None) -> list[NextStep]:
    """What lies in the inbox; and that no night was run yet."""
    lying = Counter(_registers_waiting(home))
    run = "Decide the next day with them." if board else "No night was run here yet." if lying else "No night was run here yet, and the inbox is empty: deliver registers first."
    names = ", ".join(sorted(lying)[:MANY]) + (", ..." if len(lying) > MANY else "")
    wait = f"{_number(lying.total(), 'file')} {'waits' if lying.total() == 1 else 'wait'} in the inbox ({names}). See whether they are good; nothing is decided by it."
    made = [NextStep(wait, "udbytte intake")] if lying else []
    return [*made, NextStep(run, "udbytte run")] if lying or board is None else made


def _registers_waiting(home: Home) -> list[str]:
    """The register of each file of the inbox. What reads files is heavy, and is loaded only where one lies."""
    if not any(path.is_file() for path in home.inbox.rglob("*")):
        return []
    from pipelines.deliveries.inbox import waiting

    return [register or "no register" for register, _ in waiting(home)]


def _contracts(home: Home) -> list[NextStep]:
    """Contracts in force by their files that no entry of the ledger executes."""
    there = {path.stem for path in (contracts_folder() / "outcomes").glob("*.yaml")}
    made = [
        NextStep(f"{name} is not executed, so nothing of it is decided. Once its parties have signed its annex:", f"udbytte execute {name}")
        for name in sorted(there - _executed(home))
    ]
    return _few(made, "contracts are not executed", "udbytte execute CONTRACT")


def _executed(home: Home) -> set[str]:
    """The contracts that an entry executes."""
    return {str(json.loads(line)["contract"]) for line in _lines(home) if b'"kind":"execution"' in line}


def _lines(home: Home) -> list[bytes]:
    """The lines of the ledger, read and not proved: `udbytte verify` does that."""
    return home.ledger.read_bytes().split(b"\n")[:-1] if home.ledger.exists() else []


def _held(board: dict[str, Any] | None) -> list[NextStep]:
    """What the last night held."""
    rows = [row for row in (board or {}).get("rows", []) if row["state"] == "held"]
    made = [NextStep(f"{row['contract']}/{row['trigger']} {row['claim_period']} is held: {row['reason']}", f"udbytte explain {row['contract']} {row['trigger']}") for row in rows]
    return _few(made, "claims are held", "udbytte status")


def _amounts(home: Home, board: dict[str, Any] | None) -> list[NextStep]:
    """Posted amounts that wait for a party, but for those that somebody acted on since the night."""
    if board is None:
        return []
    since = {str(json.loads(line)["body"]["act"]["claim"]) for line in _lines(home)[board["ledger"]["entries"] :] if b'"act":{' in line}
    made = []
    for row in board["rows"]:
        claim = f"{row['contract']}/{row['trigger']}/{row['claim_period']}/all/{row['kind']}"
        waiting = [part for part in row.get("parts", []) if part["waits_for"] and claim not in since]
        made += [NextStep(_waits(claim, row["currency"], part), f"udbytte {ACTS.get(part['state'], 'claim')} {claim}") for part in waiting]
    return _few(made, "amounts wait for a party", "udbytte status")


def _waits(claim: str, currency: str, part: dict[str, Any]) -> str:
    until = f" until {part['until']}{', which is past' if part['is_overdue'] else ''}" if part["until"] else ""
    return f"{Decimal(part['amount']):,} {currency} of {claim} is {part['state'].replace('_', ' ')} and waits for {part['waits_for']}{until}."


def _few(steps: list[NextStep], words: str, do: str) -> list[NextStep]:
    """The first of many, and how many more there are."""
    return steps if len(steps) <= MANY else [*steps[: MANY - 1], NextStep(f"{len(steps)} {words} in all.", do)]


def _number(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
