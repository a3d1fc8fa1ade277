"""What a contract agrees and the program does not carry out. Of terms that move money, a contract with any such term is held as a whole: what is
paid by half of what was agreed is paid wrongly. Of the others the parties keep their own count, and are told so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

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
        "true_up": "paid amounts are settled again when data are corrected",
        "referrals": "missing referrals cost an amount",
        "change_in_law": "a change in law has its consequences",
        "retention": "data are destroyed or archived at their day",
    }
    terms = {name: getattr(contract, name) for name in named}
    return [*_of_estimates(contract), *(Uncarried((name,), terms[name].clause, words, holds=False) for name, words in named.items() if terms[name] is not None)]


def _of_estimates(contract: OutcomeContract) -> Iterator[Uncarried]:
    """Prices by rates that are estimates: what the final ones make of them is settled by the parties."""
    for index, payment in enumerate(contract.payments):
        for name, value in payment.rule.arguments.items():
            given = value.get("indexed") if isinstance(value, dict) else None
            if isinstance(given, dict) and given.get("settled_later"):
                place: Place = ("payments", index, "rule", payment.rule.pin, name, "indexed")
                yield Uncarried(place, str(given["clause"]), f"{payment.id} is settled again when the rates of its index are final", holds=False)
