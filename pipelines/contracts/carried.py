"""What a contract agrees and the program does not carry out. Of terms that move money, a contract with any such term is held as a whole: what is
paid by half of what was agreed is paid wrongly. Of the others the parties keep their own count, and are told so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pipelines.contracts.outcome import OutcomeContract
from pipelines.contracts.source import Place


@dataclass(frozen=True)
class Uncarried:
    """One term: where it stands, its clause, and what is not done of it. `holds` says whether payments wait for it."""

    place: Place
    clause: str
    words: str
    holds: bool


def uncarried(contract: OutcomeContract) -> list[Uncarried]:
    """Every such term, in the order of the contract's parts."""
    return [*_of_cohorts(contract), *_kept_by_hand(contract)]


def _of_cohorts(contract: OutcomeContract) -> list[Uncarried]:
    found = []
    for index, cohort in enumerate(contract.cohorts):
        if cohort.too_few is not None and cohort.too_few.then == "merged_with_next":
            found.append(
                Uncarried(("cohorts", index, "too_few"), cohort.too_few.clause, f"the cohort {cohort.id} of too few people is {cohort.too_few.then.replace('_', ' ')}", holds=True)
            )
    return found


def _kept_by_hand(contract: OutcomeContract) -> list[Uncarried]:
    named = {
        "referrals": "missing referrals cost an amount",
        "change_in_law": "a change in law has its consequences",
        "retention": "data are destroyed or archived at their day",
    }
    terms = {name: getattr(contract, name) for name in named}
    return [*_of_estimates(contract), *(Uncarried((name,), terms[name].clause, words, holds=False) for name, words in named.items() if terms[name] is not None)]


def _of_estimates(contract: OutcomeContract) -> Iterator[Uncarried]:
    """Prices by rates that are estimates: what the final ones make of them is settled by the parties."""
    given: list[tuple[Place, str, Any]] = [(("outcomes", index, "with"), item.id, item.arguments) for index, item in enumerate(contract.outcomes)]
    given += [(("payments", index, "rule", item.rule.pin), item.id, item.rule.arguments) for index, item in enumerate(contract.payments)]
    given += [(("payments", index, "adjust", at, step.pin), item.id, step.arguments) for index, item in enumerate(contract.payments) for at, step in enumerate(item.adjust)]
    for start, name, arguments in given:
        for place, index in _indices(arguments, start):
            if index.get("settled_later"):
                yield Uncarried(place, str(index.get("clause")), f"{name} is settled again when the rates of its index are final", holds=False)


def _indices(value: Any, place: Place) -> Iterator[tuple[Place, dict[str, Any]]]:
    """Every index that amounts in an argument follow, with its place."""
    if isinstance(value, dict) and isinstance(value.get("indexed"), dict):
        yield (*place, "indexed"), value["indexed"]
    elif isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _indices(inner, (*place, key if isinstance(key, int) else str(key)))
