"""Who waits for whom, in the words of the command line: what follows a long stop, and where each amount of a posted claim stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

FOLLOWS = {
    "expert": "an expert decides",
    "arbitration": "it goes to arbitration",
    "court": "it goes to court",
    "lapses": "it lapses",
    "silence_approves": "silence approves it",
    "silence_refuses": "silence refuses it",
}
"""What a contract's `then` or `silence` says, in words."""
EXTERNAL = {"expert": "an expert", "arbitration": "arbitration", "court": "the court"}


def stop_words(item: Mapping[str, Any]) -> str:
    """What follows, or followed, the long stop of a cause of a hold; empty where nothing is agreed."""
    if not item.get("then"):
        return ""
    return f"the long stop is past: {FOLLOWS[item['then']]}" if item["is_stopped"] else f"after the long stop {FOLLOWS[item['then']]}"


def part_words(part: Mapping[str, Any]) -> str:
    """Where an amount of a posted claim stands: who waits for whom and until when, and what follows."""
    words = f"{part['payer']}: {part['amount']} {part['state'].replace('_', ' ')}"
    if not part["waits_for"]:
        return words
    who = EXTERNAL.get(part["waits_for"], part["waits_for"])
    until = f" until {part['until']}" if part["until"] else ", with no day agreed" if not part["is_overdue"] else ""
    then = f"; then {FOLLOWS[part['then']]}" if part["then"] else ""
    return f"{words}, waits for {who}{until}{' (overdue)' if part['is_overdue'] and part['until'] else ''}{then}"
