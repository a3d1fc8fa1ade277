"""Taking hand-overs: prove each, then post what changed. Reads no register data; the wall between measuring and settling runs here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipelines.errors import HandoverRefusedError
from pipelines.files import write_atomically
from pipelines.ledger import carrying, handover, true_up
from pipelines.ledger.approving import clock
from pipelines.ledger.book import Book
from pipelines.ledger.estimating import refuse_handed_over
from pipelines.ledger.handover import Handover
from pipelines.ledger.journal import Entry, Journal, freezing
from pipelines.settings import Home

UNDECIDED, DECIDED = ("held", "not_due"), ("due", "not_met")


def settle(home: Home, journal: Journal, paths: list[Path]) -> list[Entry]:
    """Post every hand-over of `paths`, in order. Returns the new entries; taking the same hand-over twice gives none."""
    trusted = {handover.public_key(home)}
    return [entry for path in sorted(paths) for entry in take(journal, handover.read(path, trusted))]


def settle_carried(home: Home, journal: Journal, path: Path, trusted: set[str]) -> tuple[Handover, list[Entry], bool]:
    """Post one hand-over that was carried here in any form, and then keep its JSON, so that one that is kept was taken whole. Returns it with the
    new entries and whether it had been taken before. Raises HandoverRefusedError, with the ledger as it was, when it may not be taken."""
    found, sealed = carrying.read(path, trusted)
    handover.refuse_people(found.content)
    place = home.handover / str(found.as_of) / f"{found.name}.json"
    newest = journal.newest_day()
    if place.exists() and newest is not None and found.as_of < newest:
        return found, [], True
    is_known = place.exists()
    made = [*take(journal, found), *clock(journal, found.as_of, found.contract)]
    write_atomically(place, sealed, mode=0o640)
    return found, made, is_known and not made


def take(journal: Journal, found: Handover) -> list[Entry]:
    """Post one proved hand-over in its order, the one in which claims build on those before them. Raises
    HandoverRefusedError, and posts nothing of it, when the contract's executed text is another, a decision is not of its contract and day,
    or time would run back."""
    _refuse(journal, found)
    _refuse_clashes(journal, found)
    with journal.together():
        return _posted(journal, found)


def _posted(journal: Journal, found: Handover) -> list[Entry]:
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
    refuse_handed_over(lambda: Book.of(journal.entries), found.content, found.contract)
    for item in found.decisions:
        fault = _true_up_fault(journal, item)
        if fault:
            raise HandoverRefusedError(fault, where=item["posting_key"], next_step="ask for a hand-over that builds on this ledger")


def _refuse_clashes(journal: Journal, found: Handover) -> None:
    """What the ledger would refuse in the middle is refused before anything is posted: another frozen list, a release that is not here, and a
    version of the contract that a newer one took the place of."""
    for cohort, sha256 in found.content["cohorts"].items():
        entered = freezing(journal.entries, found.contract, cohort)
        if sha256 and entered is not None and entered.body["sha256"] != sha256:
            raise HandoverRefusedError(f"the cohort {cohort} was frozen as another list", where=found.contract, next_step="restore the frozen list from a backup")
    for decision in found.decisions:
        if decision["state"] in DECIDED:
            journal.refuse_unreleased(decision)
    newest = max((entry.body["version"] for entry in journal.entries if entry.kind == "execution" and entry.contract == found.contract), default=0)
    version = found.content["contract"]["version"]
    if newest > version and any(item["state"] in DECIDED for item in found.decisions):
        raise HandoverRefusedError(
            f"version {newest} of {found.contract} is executed, and {version} is older", where=found.contract, next_step="measure by the newest executed text"
        )


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
