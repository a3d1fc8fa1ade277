"""Whether a version of a contract changes how something is measured or compared that was decided already.

A result counts as seen with the first decision that rests on it: that stands in the ledger for good, whatever becomes of tables and pages. What a
version measures by stands in its execution (`pipelines.contracts.designing`); one from before that was entered says nothing, and nothing is told of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.ledger.journal import Entry

NOTHING = "-"
Design = Mapping[str, Any]


@dataclass(frozen=True)
class Amended:
    """An outcome whose measuring a version changed after it was decided by. `changes` are the terms: place, what it was, what it is. `first_seen` is
    the day of the first decision that rests on the old terms, `decisions` how many do. `outcome` is the one of the newer version, `was` that of
    the older, which have the same name unless a trigger was given another one. `triggers` rest on either."""

    contract: str
    version: int
    before: int
    outcome: str
    was: str
    changes: tuple[tuple[str, str, str], ...]
    first_seen: dt.date
    decisions: int
    triggers: tuple[str, ...] = ()

    def as_data(self) -> dict[str, Any]:
        return {**{name: getattr(self, name) for name in self.__dataclass_fields__}, "changes": [list(change) for change in self.changes], "triggers": list(self.triggers)}

    def sentence(self) -> str:
        """What was changed after results were seen, in one sentence."""
        terms = ", ".join(f"{place}: {was} -> {now}" for place, was, now in self.changes)
        named = self.outcome if self.outcome == self.was else f"{self.outcome} (before: {self.was})"
        rest = "1 decision rests" if self.decisions == 1 else f"{self.decisions} decisions rest"
        return f"version {self.version} of {self.contract} changes how {named} is measured; results were first seen on {self.first_seen}, and {rest} on the old terms ({terms})"


def amendments(entries: Iterable[Entry], contract: str, proposed: tuple[int, Design] | None = None) -> list[Amended]:
    """Every outcome of a contract that an executed version changed after results were seen, from the oldest; and last what a `proposed` text would,
    given by its version and its Design."""
    found, executed, seen = _executed(entries, contract, {})
    return [*found, *(_proposed(contract, executed, proposed, seen) if proposed else [])]


def proposed_amendments(entries: Iterable[Entry], contract: str, proposed: tuple[int, Design], known: Mapping[str, Design]) -> list[Amended]:
    """What a proposed text alone would change after results were seen. `known` are designs by the hash of a text, for executions that say none."""
    _, executed, seen = _executed(entries, contract, known)
    return _proposed(contract, executed, proposed, seen)


Seen = list[tuple[dt.date, str]]
"""The day and the trigger of each decision."""
Version = tuple[int, Design]


def _executed(entries: Iterable[Entry], contract: str, known: Mapping[str, Design]) -> tuple[list[Amended], Version | None, Seen]:
    """What executed versions changed, the newest of them, and every decision."""
    found: list[Amended] = []
    executed: Version | None = None
    seen: Seen = []
    for entry in entries:
        if entry.contract == contract and entry.kind == "decision":
            seen.append((entry.as_of, entry.posting_key.split("/")[1]))
        elif entry.contract == contract and entry.kind == "execution" and (design := entry.body.get("design") or known.get(entry.body["sha256"])):
            newer = (int(entry.body["version"]), design)
            found += _changed(contract, executed, newer, seen) if executed else []
            executed = newer
    return found, executed, seen


def _proposed(contract: str, executed: Version | None, proposed: Version, seen: Seen) -> list[Amended]:
    return [*_changed(contract, executed, proposed, seen)] if executed and proposed[0] >= executed[0] else []


def _changed(contract: str, older: Version, newer: Version, seen: Seen) -> Iterator[Amended]:
    """What one version changes of what was decided by the one before it."""
    for was, now in _pairs(older[1], newer[1]):
        days = [day for day, trigger in seen if was in older[1]["pays_for"].get(trigger, ())]
        changes = _terms(older[1]["outcomes"][was], newer[1]["outcomes"].get(now, {}))
        if days and changes:
            triggers = [trigger for trigger, rests in {**older[1]["pays_for"], **newer[1]["pays_for"]}.items() if was in older[1]["pays_for"].get(trigger, ()) or now in rests]
            yield Amended(contract, newer[0], older[0], now, was, changes, min(days), len(days), tuple(sorted(triggers)))


def _pairs(older: Design, newer: Design) -> list[tuple[str, str]]:
    """Each outcome of the older version with what stands for it in the newer one: that of its name; what is paid for in its stead; and what is new
    and counts the same people by the same indicator."""
    pairs = [(name, name) for name in older["outcomes"] if name in newer["outcomes"]]
    for trigger, outcomes in older["pays_for"].items():
        instead = [name for name in newer["pays_for"].get(trigger, ()) if name not in outcomes]
        pairs += [(was, now) for was in outcomes if was not in newer["pays_for"].get(trigger, outcomes) for now in instead[:1]]
    new = [name for name in newer["outcomes"] if name not in older["outcomes"]]
    pairs += [(was, now) for now in new for was in older["outcomes"] if _is_of_one(older["outcomes"][was], newer["outcomes"][now])]
    return list(dict.fromkeys(pairs))


def _is_of_one(was: Mapping[str, str], now: Mapping[str, str]) -> bool:
    """Whether two outcomes count the same people by the same indicator, whatever its version."""
    return was["cohort"] == now["cohort"] and was["indicator"].partition("@")[0] == now["indicator"].partition("@")[0]


def _terms(was: Mapping[str, str], now: Mapping[str, str]) -> tuple[tuple[str, str, str], ...]:
    both = ((place, was.get(place, NOTHING), now.get(place, NOTHING)) for place in sorted({*was, *now}))
    return tuple(item for item in both if item[1] != item[2])
