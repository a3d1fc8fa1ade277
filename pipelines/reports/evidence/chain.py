"""Saying whether the ledger chain holds."""

from __future__ import annotations

import json
from pathlib import Path

from pipelines.canonical import plain
from pipelines.errors import HomeError, LedgerError
from pipelines.ledger import committing, proving, reconciling
from pipelines.ledger.anchoring import entry_named, fault
from pipelines.ledger.handover import public_key
from pipelines.ledger.journal import Entry, Reading, read
from pipelines.reports.annex.signed import faults
from pipelines.reports.evidence.archived import tell_of_kept
from pipelines.settings import Home

PROVED_BY_ALL = ("anchor", "commitment", "estimate", "reconciliation")
"""Kinds of entries, beside acts, that speak of others of the chain."""


def tell_of_chain(home: Home, *, as_json: bool, anchored: Path | None = None, signed_by: str = "", kept: bool = False) -> None:
    """Prove the chain, in the same memory however long it is, and print how far it holds, with the key that signs this home's hand-overs; prove the
    log of referrals too where it is kept, the annexes that were signed, that the ledger still has the entry of an anchor, and, when asked, that all that is `kept` holds.
    Raises LedgerError where one does not hold, HomeError for an anchor that is not there."""
    carried = _anchor(anchored) if anchored is not None else b""
    named = entry_named(carried)
    reading = read(home, keep=lambda entry: entry.seq == named or entry.kind in ("execution", "referrals") or _needs_whole(entry))
    acts = sum(proving.is_act(entry) for entry in reading.entries)
    whole = read(home).entries if not reading.fault and any(map(_needs_whole, reading.entries)) else []
    unfit = proving.fault(whole) or reconciling.fault(whole) or committing.fault(whole)
    if as_json:
        print(json.dumps({"entries": reading.count, "head": reading.head, "torn_bytes": reading.torn_bytes, "acts": acts, "fault": reading.fault or unfit}))
    elif not reading.fault:
        print(f"The ledger holds: {reading.count} entries, each proved. Head {reading.head}")
        if (home.keys / "handover.key").exists():
            print(f"Hand-overs and evidence of this home are signed by {public_key(home)}")
        if reading.torn_bytes:
            print(f"A torn last line of {reading.torn_bytes} bytes, never acknowledged, follows; the next posting cuts it.")
    if reading.fault:
        raise LedgerError(reading.fault, where="ledger.jsonl", next_step=f"the {reading.count} entries before it are proved; restore the file from a backup")
    if unfit:
        raise LedgerError(unfit, where="ledger.jsonl", next_step="ask who posted it; pay nothing by it")
    if acts and not as_json:
        print(f"The acts hold: {acts}, each allowed where it stands, in time, in order and signed by who did it, or brought by the clock.")
    tell_of_lists(home, reading.entries, as_json=as_json)
    _tell_of_annexes(home, reading.entries, as_json=as_json)
    _tell_of_estimates(home, reading.entries, as_json=as_json)
    if anchored is not None:
        _tell_of_anchor(anchored.name, carried, reading, signed_by or public_key(home), as_json=as_json)
    if kept:
        tell_of_kept(home, as_json=as_json)


def _tell_of_annexes(home: Home, entries: list[Entry], *, as_json: bool) -> None:
    """Prove that the annex of each executed contract is kept as its execution binds it. Raises LedgerError for one that is not."""
    for words, where in faults(home, entries):
        raise LedgerError(words, where=where, next_step="restore it from a backup, or from a party that has it")
    bound = sum("annex" in entry.body for entry in entries if entry.kind == "execution")
    if bound and not as_json:
        print(f"The annexes hold: {bound}, each as its execution binds it.")


def _tell_of_estimates(home: Home, entries: list[Entry], *, as_json: bool) -> None:
    """Prove that each estimate that an evaluator gave is kept as it was signed. Raises LedgerError for one that is not."""
    given = sum(entry.kind == "estimate" for entry in entries)
    if not given:
        return
    from pipelines.estimates.keeping import faults as faults_of_estimates

    for words in faults_of_estimates(home, entries):
        raise LedgerError(words, where="archive/estimates", next_step="restore it from a backup, or ask the evaluator for the file that they signed")
    if not as_json:
        print(f"The given estimates hold: {given}, each kept as its evaluator signed it.")


def _needs_whole(entry: Entry) -> bool:
    """Whether an entry says something that only the whole chain can prove."""
    return entry.kind in PROVED_BY_ALL or proving.is_act(entry)


def _anchor(path: Path) -> bytes:
    if not path.is_file():
        raise HomeError("there is no such anchor", where=path.name, next_step="check the path")
    return path.read_bytes()


def _tell_of_anchor(name: str, carried: bytes, reading: Reading, key: str, *, as_json: bool) -> None:
    """Prove that a proved reading has the entry that an anchor names. Raises LedgerError when it does not."""
    problem = fault(carried, reading.entries, key, reading.count)
    if problem:
        raise LedgerError(problem, where=name, next_step="compare it with the other anchors of this ledger, and restore what was altered from a backup")
    if not as_json:
        print(f"The anchor holds: the ledger has the entry it names, signed by {key}")


def tell_of_lists(home: Home, entries: list[Entry], *, as_json: bool) -> None:
    """Prove that each list of referrals that the ledger entered is kept as it was logged. A home without any kept, which only settles, is not
    asked. Raises LedgerError for one that is not, HomeError for a log that is damaged."""
    entered = [entry for entry in entries if entry.kind == "referrals"]
    if not entered or not (home.archive / "referral_logs").exists():
        return
    from pipelines.referral_log import lists

    for entry in entered:
        kept = lists(home, entry.contract, entry.body["cohort"], entry.as_of)
        if entry.body not in [plain({"cohort": entry.body["cohort"], **item.as_entered()}) for item in kept]:
            raise LedgerError(f"{entry.name()} entered a list of referrals that is not kept", where=entry.about, next_step="restore archive/referral_logs from a backup")
    if not as_json:
        print(f"The log of referrals holds: {len(entered)} lists entered, each kept as it was logged.")
