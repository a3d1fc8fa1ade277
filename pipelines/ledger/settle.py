"""Taking hand-overs: prove each, then post what changed. Reads no register data; the wall between measuring and settling runs here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipelines.errors import HandoverRefusedError
from pipelines.ledger import handover, true_up
from pipelines.ledger.handover import Handover
from pipelines.ledger.journal import Entry, Journal
from pipelines.settings import Home

UNDECIDED, DECIDED = ("held", "not_due"), ("due", "not_met")


def settle(home: Home, journal: Journal, paths: list[Path]) -> list[Entry]:
    """Post every hand-over of `paths`, in order. Returns the new entries; taking the same hand-over twice gives none."""
    trusted = {handover.public_key(home)}
    return [entry for path in sorted(paths) for entry in take(journal, handover.read(path, trusted))]


def take(journal: Journal, found: Handover) -> list[Entry]:
    """Post one proved hand-over in its order, the one in which claims build on those before them. Raises
    HandoverRefusedError, and posts nothing of it, when the contract's executed text is another, a decision is not of its contract and day,
    or time would run back."""
    _refuse(journal, found)
    lists = sorted(found.content.get("referral_logs", {}).items())
    listed = [journal.post_referrals(found.contract, cohort, said, found.as_of) for cohort, said in lists]
    cohorts = sorted(found.content["cohorts"].items())
    frozen = [journal.post_freeze(found.contract, cohort, sha256, found.as_of) for cohort, sha256 in cohorts if sha256]
    made = [*listed, *frozen, *(_post(journal, found, decision) for decision in found.decisions)]
    return [entry for entry in made if entry is not None]


def _refuse(journal: Journal, found: Handover) -> None:
    newest = journal.newest_day()
    if newest is not None and found.as_of < newest:
        raise HandoverRefusedError(
            f"it decides {found.as_of}, and the ledger's newest entry is of {newest}", where=found.contract, next_step="settle hand-overs in the order of their days"
        )
    contract, as_of = found.content["contract"], found.content["as_of"]
    if any((item["contract"], item["contract_version"], item["as_of"]) != (contract["id"], contract["version"], as_of) for item in found.decisions):
        raise HandoverRefusedError("one of its decisions is of another contract, version or day", where=found.contract, next_step="ask for the hand-over again")
    if any(item["state"] not in UNDECIDED and (item["state"] not in DECIDED or item["gate"] != "open" or not item["fingerprint"]) for item in found.decisions):
        raise HandoverRefusedError("it decides something without an open gate for its fingerprint", where=found.contract, next_step="report it to the data engineer")
    executed = journal.execution(contract["id"], contract["version"])
    is_bound = executed is not None and executed.body["sha256"] == contract["sha256"]
    if not is_bound and any(item["state"] not in UNDECIDED for item in found.decisions):
        raise HandoverRefusedError(
            "it decides by a text of the contract that no execution binds", where=found.contract, next_step="run `udbytte execute` once the parties have signed"
        )
    for item in found.decisions:
        fault = _true_up_fault(journal, item)
        if fault:
            raise HandoverRefusedError(fault, where=item["posting_key"], next_step="ask for a hand-over that builds on this ledger")


def _post(journal: Journal, found: Handover, decision: dict[str, Any]) -> Entry | None:
    if decision["state"] == "held":
        return journal.post_hold(decision, found.sha256)
    if decision["state"] == "not_due":
        return None
    stands = true_up.position(journal.about(decision["posting_key"]), decision["posting_key"])
    if stands is not None and settles(decision):
        key = true_up.key_of(decision["posting_key"], decision["true_up"]["number"])
        if journal.standing(key) is None:
            return journal.post_true_up(key, decision["posting_key"], found.contract, true_up.body(decision, found.sha256), found.as_of)
    return journal.post_decision(decision, found.sha256, (stands.state, str(stands.amount)) if stands else None)


def settles(decision: dict[str, Any]) -> bool:
    """Whether a decision of a posted claim moves what was paid."""
    return bool((decision.get("true_up") or {}).get("settles"))


def _true_up_fault(journal: Journal, decision: dict[str, Any]) -> str:
    """Why the true-up of a decision cannot be posted here; empty when it can, or was."""
    key = decision["posting_key"]
    if not settles(decision) or journal.standing(true_up.key_of(key, decision["true_up"]["number"])) is not None:
        return ""
    return true_up.fault(decision, true_up.position(journal.about(key), key))
