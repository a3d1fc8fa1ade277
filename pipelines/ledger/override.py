"""Releasing a held claim: two named people of two parties of the contract, for a reason, for one fingerprint, of exactly what holds it.

An override is a ledger entry. It releases nothing by itself: the next night, or the same one run again, decides the claim if its
fingerprint, what earlier claims gave left out, is still the same and nothing else holds it, and says in every report who released it and why. What holds a claim from before any
expectation could run (no executed contract, another text, a cohort that is not the frozen one) cannot be released.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.deliveries.cpr import text_has_cpr
from pipelines.errors import HomeError, LedgerError
from pipelines.ledger import handover
from pipelines.ledger.allowing import refuse_reason
from pipelines.ledger.journal import Entry, Journal
from pipelines.ledger.names import same_name
from pipelines.settings import Home

OF_EXPECTATIONS = ("register:", "cohort:", "outcome:", "trigger:")
NEVER = (
    "cohort_has_people",
    "cohort_is_frozen",
    "cohort_is_the_frozen_one",
    "referral_log_is_the_entered_one",
    "estimate_exists",
    "proposal_stands_still",
    "response_is_enough",
    "proof_is_readable",
    "contract_loads",
)
"""Causes under the subjects of expectations that no expectation found: nothing there could be decided if they were released."""
PEOPLE = 2


@dataclass(frozen=True)
class Signatory:
    """One person who releases a claim, and the party of the contract they speak for."""

    name: str
    party: str


def override(home: Home, journal: Journal, claim: str, by: list[Signatory], because: str, parties: set[str], as_of: dt.date, newest: Path | None = None) -> Entry | None:
    """Enter the override of a held claim, named by its posting key. `newest` is the contract's hand-over of the last night: a hold is entered
    once for the same causes, and its fingerprint may have moved since. Returns None when it stands already. Raises LedgerError when the claim is
    not held by expectations alone, or the people, the parties or the reason do not suffice; HomeError when its hand-over is gone."""
    _refuse_people(by, parties)
    if not because.strip():
        raise LedgerError("an override needs a reason", where=claim, next_step="give it with --because, in a sentence that every report can print")
    refuse_reason(because, claim)
    held = _held(home, journal, claim, newest)
    unreleasable = sorted({cause["rule"] for cause in held["holds"] if not _is_releasable(cause)})
    if unreleasable or not held["basis"]:
        words = f"it is held by {', '.join(unreleasable) or 'what came before any expectation'}, which nobody can release"
        raise LedgerError(words, where=claim, next_step="do what the hold says instead")
    causes = [{"subject": cause["subject"], "rule": cause["rule"], "verdict": cause["verdict"], "words": cause["words"]} for cause in held["holds"]]
    people = [{"name": item.name.strip(), "party": item.party} for item in sorted(by, key=lambda item: item.party)]
    body = {"fingerprint": held["fingerprint"], "basis": held["basis"], "causes": causes, "by": people, "because": because.strip()}
    return journal.post_override(claim, held["contract"], body, as_of)


def _refuse_people(by: list[Signatory], parties: set[str]) -> None:
    if len(by) != PEOPLE or len({same_name(item.name) for item in by}) != PEOPLE or len({item.party for item in by}) != PEOPLE or not all(item.name.strip() for item in by):
        words = "a claim is released by two named people of two different parties, neither for the other"
        raise LedgerError(words, next_step='give --by twice, as --by "Anna Holm=kommune" --by "Bo Lind=familiehuset"')
    if any(not item.name.isprintable() or text_has_cpr(item.name) for item in by):
        raise LedgerError("a name is letters, and no number of a person", next_step="give names or initials alone: the ledger is read by all parties")
    strangers = sorted({item.party for item in by} - parties)
    if strangers:
        raise LedgerError(f"{', '.join(strangers)} is no party of the contract", next_step=f"its parties are {', '.join(sorted(parties))}")


def _held(home: Home, journal: Journal, claim: str, newest: Path | None) -> dict[str, Any]:
    """The claim as the last night held it, or else as it was when its hold was entered."""
    hold = next((entry for entry in reversed(journal.entries) if entry.about == claim and entry.kind != "override" and "act" not in entry.body), None)
    if hold is None or hold.kind != "hold":
        words = "nothing stands in the ledger about it" if hold is None else f"it is not held: {hold.name()} stands"
        raise LedgerError(words, where=claim, next_step="name a held claim as the board's posting key: contract/trigger/claim period/all/final")
    entered = next(iter(sorted(home.handover.glob(f"*/{hold.contract}-{hold.body['handover'][:16]}.json"))), None)
    for path in (newest, entered):
        found = handover.read(path, {handover.public_key(home)}).decisions if path is not None and path.exists() else []
        decision = next((item for item in found if item["posting_key"] == claim and item["state"] == "held"), None)
        if decision is not None:
            return decision
    raise HomeError("the hand-over that the hold was taken from is gone", where=hold.name(), next_step="restore it from a backup")


def _is_releasable(cause: dict[str, Any]) -> bool:
    return str(cause["subject"]).startswith(OF_EXPECTATIONS) and cause["rule"] not in NEVER
