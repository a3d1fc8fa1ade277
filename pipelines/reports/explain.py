"""Explaining one trigger from the ledger, the newest hand-over and the board; nothing is recomputed and no person row is read."""

from __future__ import annotations

from typing import Any

from pipelines.contracts.source import nearest
from pipelines.errors import HomeError
from pipelines.ledger import journal
from pipelines.payments.decide import causes
from pipelines.reports.kept import saved
from pipelines.reports.site import handovers, posted_handover
from pipelines.settings import Home

ACCEPTED = 1
"""The place, in a fingerprint's deliveries, that says whether one was accepted."""


def explanation(home: Home, contract: str, trigger: str) -> dict[str, Any]:
    """Everything that explains a trigger, per claim period. Raises HomeError when nothing is known of it."""
    board = saved(home)
    if board is None:
        raise HomeError("no night was run here yet", next_step="run `udbytte run`")
    sealed = handovers(home, board)
    if contract not in sealed:
        raise HomeError(f"no decision is known of a contract '{contract}'{nearest(contract, list(sealed))}", next_step="see `udbytte status`")
    found = [item for item in sealed[contract]["decisions"] if item["trigger"] == trigger]
    if not found:
        known = sorted({item["trigger"] for item in sealed[contract]["decisions"]})
        raise HomeError(f"{contract} has no trigger '{trigger}'{nearest(trigger, known)}", next_step="see `udbytte status`")
    entries = journal.read(home).entries
    standing = next((entry for entry in entries if entry.posting_key == found[0]["posting_key"]), None)
    if standing is not None:
        sealed[contract] = posted_handover(home, contract, standing.body["handover"])
    return {
        "contract": sealed[contract]["contract"],
        "trigger": trigger,
        "as_of": board["as_of"],
        "handover": sealed[contract]["sha256"],
        "made_of": sealed[contract]["fingerprints"].get(trigger, {"unreadable": "it was posted under another name"}),
        "decisions": [{**item, "entries": [_entry(entry) for entry in entries if entry.about == item["posting_key"]]} for item in found],
    }


def _entry(entry: journal.Entry) -> dict[str, Any]:
    return {"seq": entry.seq, "kind": entry.kind, "as_of": entry.as_of.isoformat(), "hash": entry.hash, "body": entry.body}


def words(found: dict[str, Any]) -> str:
    """The explanation as text."""
    contract = found["contract"]
    lines = [f"{contract['id']} version {contract['version']}, trigger {found['trigger']}, as of {found['as_of']}"]
    for decision in found["decisions"]:
        lines += ["", *_decision_lines(decision)]
    lines += ["", *_made_of_lines(found)]
    return "\n".join(lines)


def _made_of_lines(found: dict[str, Any]) -> list[str]:
    made_of, contract = found["made_of"], found["contract"]
    if "unreadable" in made_of:
        return [f"What it would be made of cannot be read: {made_of['unreadable']}"]
    used = {name: {"deliveries": [item for item in part["deliveries"] if item[ACCEPTED]]} for name, part in made_of["outcome"]["registers"].items()}
    newest = {name: part["deliveries"][-1][0] for name, part in sorted(used.items()) if part["deliveries"]}
    return [
        "Made of:",
        *(f"  delivery of {name}: sha256 {sha256}" for name, sha256 in newest.items()),
        f"  contract text: sha256 {contract['sha256']}",
        f"  frozen cohort: sha256 {made_of['outcome']['cohort']['frozen'] or 'not frozen'}",
        f"  runtime lock: sha256 {made_of['lock']}",
        f"  sealed hand-over: sha256 {found['handover']}",
    ]


def _decision_lines(decision: dict[str, Any]) -> list[str]:
    posted = next((entry for entry in decision["entries"] if entry["kind"] == "decision"), None)
    state = (posted["body"] if posted else decision)["state"].replace("_", " ")
    lines = [f"Claim period {decision['claim_period']}: {state}   ({decision['clause']}; {decision['payer']} pays {decision['payee']})"]
    shown = posted["body"] if posted else decision
    lines += [f"  {line}" for line in shown["arithmetic"]] or [f"  {decision['reason']}"]
    if shown["state"] == "due":
        lines.append(f"  Due: {shown['amount']} {shown['currency']}")
    for hold in causes(decision["holds"]):
        lines.append(f"  Held by {hold['rule'].replace('_', ' ')} ({hold['subject']}): {hold['words']}")
        lines.append(f"    {hold['cured_by'].replace('_', ' ')} can release it: {hold['remedy']}")
    if posted:
        lines.append(f"  Gate open: {shown['required']} expectations required\n  Fingerprint {shown['fingerprint']}")
        if decision["gate"] != "open":
            lines.append(f"  Tonight's gate: {decision['gate']}")
    elif decision["required"]:
        lines.append(f"  Gate {decision['gate']}: {decision['required']} expectations required, {len(decision['warnings'])} warned")
        lines += [f"    warned: {item['rule'].replace('_', ' ')} ({item['words']})" for item in decision["warnings"]]
        lines.append(f"  Fingerprint {decision['fingerprint']}")
    for entry in decision["entries"]:
        lines.append(f"  Ledger entry {entry['seq']} ({entry['kind']}, as of {entry['as_of']}): hash {entry['hash']}")
    return lines
