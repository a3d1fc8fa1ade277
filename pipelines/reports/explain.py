"""Explaining one trigger from the ledger, the newest hand-over and the board; nothing is recomputed and no person row is read."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pipelines.contracts.source import nearest
from pipelines.errors import HomeError
from pipelines.ledger import journal
from pipelines.payments.decide import causes
from pipelines.reports.kept import saved
from pipelines.reports.site import handovers, posted_handover
from pipelines.reports.standing import part_words, stop_words
from pipelines.settings import Home

ACCEPTED = 1
"""The place, in a fingerprint's deliveries, that says whether one was accepted."""


def explanation(home: Home, contract: str, trigger: str, claim_period: str | None = None) -> dict[str, Any]:
    """Everything that explains a trigger, per claim period and settlement. Raises HomeError when nothing is known of it."""
    board = saved(home)
    if board is None:
        raise HomeError("no night was run here yet", next_step="run `udbytte run`")
    sealed = handovers(home, board)
    if contract not in sealed:
        raise HomeError(f"no decision is known of a contract '{contract}'{nearest(contract, list(sealed))}", next_step="see `udbytte status`")
    tonight = sealed[contract]
    found = [item for item in tonight["decisions"] if item["trigger"] == trigger]
    if not found:
        known = sorted({item["trigger"] for item in tonight["decisions"]})
        raise HomeError(f"{contract} has no trigger '{trigger}'{nearest(trigger, known)}", next_step="see `udbytte status`")
    asked = [item for item in found if claim_period in (None, item["claim_period"])]
    if not asked:
        known = list(dict.fromkeys(item["claim_period"] for item in found))
        raise HomeError(f"{trigger} has no claim period '{claim_period}'{nearest(str(claim_period), known)}", next_step="see `udbytte status`")
    entries = journal.read(home).entries
    return {
        "contract": tonight["contract"],
        "trigger": trigger,
        "as_of": board["as_of"],
        "decisions": [{**_one(home, contract, item, tonight, entries), "waits": _waits(board, item, "waits"), "parts": _waits(board, item, "parts")} for item in asked],
    }


def _waits(board: dict[str, Any], decision: dict[str, Any], what: str) -> list[dict[str, Any]]:
    """Each cause of the claim's hold, or each part of what is posted of it, with its days, from the board."""
    names = ("contract", "trigger", "claim_period", "kind")
    return next((row.get(what, []) for row in board["rows"] if all(row[name] == decision[name] for name in names)), [])


def _one(home: Home, contract: str, tonight: dict[str, Any], sealed: dict[str, Any], entries: list[journal.Entry]) -> dict[str, Any]:
    """One claim: tonight's decision, the entries about it, and what it was made of: the posted hand-over where an entry stands."""
    key = tonight["posting_key"]
    standing = next((entry for entry in entries if entry.posting_key == key), None)
    made = sealed if standing is None else posted_handover(home, contract, standing.body["handover"])
    return {
        **tonight,
        "entries": [_entry(entry) for entry in entries if entry.about == key],
        "handover": made["sha256"],
        "contract_sha256": made["contract"]["sha256"],
        "made_of": made["fingerprints"].get(tonight["trigger"], {"unreadable": "it was posted under another name"}),
    }


def waterfall_explanation(home: Home, contract: str, day: str | None) -> dict[str, Any]:
    """The rows of a contract's waterfall, or the one distributed on `day`. Raises HomeError when there is none."""
    board = saved(home) or {}
    rows = board.get("waterfalls", {}).get(contract)
    if rows is None:
        raise HomeError(f"no waterfall is known of a contract '{contract}'{nearest(contract, list(board.get('waterfalls', {})))}", next_step="see `udbytte status`")
    asked = [row for row in rows["rows"] if day in (None, row["date"])]
    if not asked:
        known = [row["date"] for row in rows["rows"]]
        raise HomeError(f"nothing was distributed on {day}{nearest(str(day), known)}", next_step="leave --row out to see every row")
    return {"contract": contract, "as_of": board["as_of"], "waiting": rows["waiting"], "rows": asked}


def waterfall_words(found: dict[str, Any]) -> str:
    """The explanation of a waterfall as text: each row with its arithmetic."""
    lines = [f"{found['contract']}, waterfall as of {found['as_of']}"]
    for row in found["rows"]:
        lines += ["", f"Distributed on {row['date']}", *(f"  {line}" for line in row["arithmetic"])]
    return "\n".join([*lines, "", f"Waiting for the next distribution: {found['waiting']}"])


def _entry(entry: journal.Entry) -> dict[str, Any]:
    return {"seq": entry.seq, "kind": entry.kind, "as_of": entry.as_of.isoformat(), "hash": entry.hash, "body": entry.body}


def words(found: dict[str, Any]) -> str:
    """The explanation as text."""
    contract = found["contract"]
    lines = [f"{contract['id']} version {contract['version']}, trigger {found['trigger']}, as of {found['as_of']}"]
    for decision in found["decisions"]:
        lines += ["", *_decision_lines(decision)]
        if decision["state"] != "not_due" or decision["entries"]:
            lines += _made_of_lines(decision)
    return "\n".join(lines)


def _made_of_lines(decision: dict[str, Any]) -> list[str]:
    made_of = decision["made_of"]
    if "unreadable" in made_of:
        return [f"  What it would be made of cannot be read: {made_of['unreadable']}"]
    parts = [made_of["outcome"], *made_of.get("requires", {}).values()]
    used = {name: [item for item in register["deliveries"] if item[ACCEPTED]] for part in parts for name, register in part["registers"].items()}
    frozen = {name: cohort["frozen"] for part in parts for name, cohort in part["cohorts"].items()}
    seals = [item for part in parts for item in sorted(part.get("estimates", {}).items())]
    return [
        "  Made of:",
        *(f"    delivery of {name}: sha256 {deliveries[-1][0]}" for name, deliveries in sorted(used.items()) if deliveries),
        f"    contract text: sha256 {decision['contract_sha256']}",
        *(f"    signed estimate{f' for {period}' if period else ''}, not computed here: sha256 {seal['sha256']}, by the key {seal['public_key']}" for period, seal in seals),
        *(f"    frozen cohort {name}: sha256 {sha256 or 'not frozen'}" for name, sha256 in frozen.items()),
        f"    runtime lock: sha256 {made_of['lock']}",
        f"    sealed hand-over: sha256 {decision['handover']}",
    ]


def _decision_lines(decision: dict[str, Any]) -> list[str]:
    posted = next((entry for entry in decision["entries"] if entry["kind"] == "decision"), None)
    state = (posted["body"] if posted else decision)["state"].replace("_", " ")
    kind = "" if decision["kind"] == "final" else f", {decision['kind'].replace('_', ' ')}"
    lines = [f"Claim period {decision['claim_period']}{kind}: {state}   ({decision['clause']}; {decision['payer']} pays {decision['payee']})"]
    shown = posted["body"] if posted else decision
    lines += [f"  {line}" for line in shown["arithmetic"]] or [f"  {decision['reason']}"]
    if shown["state"] == "due":
        lines.append(f"  Due: {Decimal(shown['amount']):,.2f} {shown['currency']}")
    for hold in causes(decision["holds"]):
        lines.append(f"  Held by {hold['rule'].replace('_', ' ')} ({hold['subject']}): {hold['words']}")
        lines.append(f"    {hold['cured_by'].replace('_', ' ')} can release it: {hold['remedy']}")
        lines += [f"    {_days(item)}" for item in decision["waits"] if (item["subject"], item["rule"]) == (hold["subject"], hold["rule"])]
    if posted:
        lines.append(f"  Gate open: {shown['required']} expectations required\n  Fingerprint {shown['fingerprint']}")
        if decision["gate"] != "open":
            lines.append(f"  Tonight's gate: {decision['gate']}")
    elif decision["required"]:
        lines.append(f"  Gate {decision['gate']}: {decision['required']} expectations required, {len(decision['warnings'])} warned")
        lines += [f"    warned: {item['rule'].replace('_', ' ')} ({item['words']})" for item in decision["warnings"]]
        lines.append(f"  Fingerprint {decision['fingerprint']}")
    lines += [f"  Stands: {part_words(part)}" for part in decision["parts"]]
    for entry in decision["entries"]:
        lines.append(f"  Ledger entry {entry['seq']} ({entry['kind']}, as of {entry['as_of']}): hash {entry['hash']}")
        lines += [f"    {line}" for line in _restated_lines(entry)]
    return lines


def _restated_lines(entry: dict[str, Any]) -> list[str]:
    """What an entry says of a claim that came out otherwise after it was posted."""
    body = entry["body"]
    if entry["kind"] == "question":
        found, why = body["found"], f": {body['why']}" if body.get("why") else ""
        return [f"Open claim question, 0.00 paid{why}; it would now be {found['state'].replace('_', ' ')} {Decimal(found['amount']):,.2f}"]
    if "act" in body:
        return _act_lines(body["act"])
    return _true_up_lines(body) if entry["kind"] == "true_up" else []


def _act_lines(act: dict[str, Any]) -> list[str]:
    """What was done to the claim, by whom and why."""
    by = f"{act['person']}, {act['party']}" if act["party"] else act["person"]
    bank = f"; transferred {Decimal(act['transferred']):,.2f} on {act['paid_on']}, reference {act['reference']}" if "transferred" in act else ""
    return [f"{act['act'].replace('_', ' ').capitalize()} {Decimal(act['amount']):,.2f} by {by}: {act['reason']}{bank}"]


def _true_up_lines(body: dict[str, Any]) -> list[str]:
    moved, changed = body["moved"], body["changed"]
    others = [*changed.get("codelists", []), *changed.get("texts", []), *(f"estimate {sha256[:12]}" for sha256 in changed.get("estimates", []))]
    return [
        f"True-up of {Decimal(body['amount']):,.2f} {body['currency']}: {body['reason']}",
        f"Cause: {body['cause'].replace('_', ' ')}{f'; others than before: {chr(44).join(others)}' if others else ''}",
        *(f"Delivery of {name}: sha256 {sha256}" for name, hashes in changed.get("deliveries", {}).items() for sha256 in hashes),
        f"People: {moved['up']} up, {moved['down']} down, {moved['no_money']} changed with no money because of a cap, {moved['unchanged']} unchanged",
        *(f"{name} {Decimal(share):,.2f}" for name, share in body.get("shares", {}).items()),
    ]


def _days(item: dict[str, Any]) -> str:
    """Since when a cause stands, and the days agreed for it."""
    until = [f"to be cured by {item['cure_by']}"] if item["cure_by"] else ["no day is agreed for curing it"]
    stop = [f"long stop {item['long_stop']}"] if item["long_stop"] else []
    stop += [stop_words(item)] if stop_words(item) else []
    days = "" if not item["days"] else f" ({item['days']} day{'s' if item['days'] > 1 else ''})"
    return f"Since {item['since']}{days}; {', '.join([*until, *stop])}{'; overdue' if item['is_overdue'] else ''}"
