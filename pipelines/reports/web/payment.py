"""The page of a payment: one claim with its sum in words, who waits for whom, what was checked, and its place in the ledger; and the list of claims."""

from __future__ import annotations

from functools import partial
from typing import Any

from pipelines.payments.decide import FINAL
from pipelines.reports.web.contract import totals
from pipelines.reports.web.kept import Page
from pipelines.reports.web.material import Material, claims, entries_about, key_of, undated
from pipelines.reports.web.places import NEWEST_REPORT, contract_page, payment_page

Data = dict[str, Any]
NAMED = ("by", "party", "who", "approver", "signatory")
"""Keys of an entry's body that may say whose act it is."""
GIVEN = ("why", "because", "reason", "remark", "cause")
"""Keys of an entry's body that may say why."""


def pages(material: Material) -> list[Page]:
    """A page for each claim of each contract, and the list of them."""
    about = entries_about(material.entries)
    anchors = [entry for entry in material.entries if entry["kind"] == "anchor"]
    made: list[Page] = []
    for terms in material.terms:
        own = claims(material, terms)
        has_kinds = any((item["row"].get("kind") or FINAL) != FINAL for item in own)
        beside = _beside(own)
        made += [_page(material, terms, item, about.get(key_of(item["row"]), []), anchors, beside[item["row"]["trigger"]], has_kinds=has_kinds) for item in own]
    return [*made, _list(material)] if made else []


def _page(material: Material, terms: Data, item: Data, entries: list[Data], anchors: list[Data], others: list[Data], *, has_kinds: bool) -> Page:
    row, decision = item["row"], item["decision"]
    proved = [entry["seq"] for entry in entries if entry["seq"] in material.evidence]
    newest = proved[-1] if proved else 0
    shown: Data = {
        "id": item["id"],
        "file": payment_page(row).rpartition("/")[2],
        "terms": {"contract": terms["contract"], "title": terms["title"], "language": terms.get("language", "en"), "page": contract_page(terms["contract"])},
        "row": {**row, "waits": undated(row)},
        "decision": _said(row, decision, entries),
        "period": next(
            (period for payment in terms["payments"] if payment["id"] == row["trigger"] for period in payment["claim_periods"] if period["id"] == row["claim_period"]), None
        ),
        "has_kinds": has_kinds,
        "holds": (decision or {}).get("holds") or [] if row["state"] == "held" else [],
        "checked": [list(pair) for pair in material.board.get("checked", ()) if decision and any((hold["subject"], hold["rule"]) == tuple(pair) for hold in decision["holds"])],
        "validation": NEWEST_REPORT if row["state"] == "held" else "",
        "acts": [_act(entry, material.evidence, anchors) for entry in entries],
        "evidence": newest,
        "others": others,
        "amended": [made for made in material.amended.get(terms["contract"], ()) if row["trigger"] in made["triggers"]],
    }
    return Page(payment_page(row), "payment_title", "payment.html", {**shown, "verdicts": newest}, partial(_drawn, material, shown, newest), title_values=_title(terms, row))


def _title(terms: Data, row: Data) -> Data:
    return {"contract": terms["title"], "trigger": row["trigger"].replace("_", " "), "period": row["claim_period"]}


def _drawn(material: Material, shown: Data, newest: int) -> Data:
    """What the template shows: the data, and what the evidence of the newest entry says was checked."""
    verdicts = material.verdicts(newest) if newest else None
    return {"claim": {**shown, "verdicts": _counted(verdicts) if verdicts else None}}


def _counted(verdicts: Data) -> Data:
    """The verdicts of an entry, with how many there are of each."""
    suites = verdicts.get("suites") or []
    counts: dict[str, int] = {}
    for suite in suites:
        for check in suite["checks"]:
            counts[check["verdict"]] = counts.get(check["verdict"], 0) + 1
    return {"suites": suites, "counts": counts, "smallest": verdicts.get("smallest_count", 0)}


def _said(row: Data, decision: Data | None, entries: list[Data]) -> Data:
    """What stands of a claim: as its entry says it where one is posted, with a line for each true-up; else as tonight has it."""
    posted = next((entry["body"] for entry in entries if entry["kind"] == "decision"), None)
    said = posted or decision or {}
    names = ("clause", "payer", "payee", "shares", "fingerprint", "required")
    moved = [entry["body"]["arithmetic"][-1] for entry in entries if entry["kind"] == "true_up" and entry["body"].get("arithmetic")] if posted else []
    return {
        **{name: said.get(name) for name in names},
        "arithmetic": [*(said.get("arithmetic") or []), *map(str, moved)],
        "reason": row["reason"],
        "tonight_state": (decision or {}).get("state", "") if row.get("tonight") else "",
        "warnings": [item for item in (decision or {}).get("warnings") or [] if not posted or item["verdict"] == "overridden"],
    }


def _act(entry: Data, evidence: frozenset[int], anchors: list[Data]) -> Data:
    """One entry about a claim, as the page tells of it, with its place in the chain and the first anchor carried outside after it."""
    signed = entry["body"].get("act")
    body = {**entry["body"], **(signed if isinstance(signed, dict) else {})}
    return {
        "seq": entry["seq"],
        "kind": entry["kind"],
        "as_of": entry["as_of"],
        "prev": entry["prev"],
        "hash": entry["hash"],
        "act": str(body["act"]) if isinstance(signed, dict) and "act" in signed else "",
        "who": _names({"name": body["person"], "party": body.get("party")}) if body.get("person") else next((_names(body[name]) for name in NAMED if body.get(name)), ""),
        "why": next((str(body[name]) for name in GIVEN if body.get(name)), ""),
        "is_own_words": bool(signed or body.get("because")),
        "state": str(body.get("state") or ""),
        "amount": str(body["amount"]) if body.get("amount") is not None else "",
        "currency": str(body.get("currency") or ""),
        "arithmetic": body.get("arithmetic") if isinstance(body.get("arithmetic"), list) else [],
        "fingerprint": str(body.get("fingerprint") or ""),
        "has_evidence": entry["seq"] in evidence,
        "anchor": next(({"seq": item["seq"], "as_of": item["as_of"], "where": str(item["body"].get("where", ""))} for item in anchors if item["seq"] > entry["seq"]), None),
    }


def _names(value: Any) -> str:
    """People or parties in words: `Anna Holm (kommune), Bo Lind (familiehuset)`."""
    if isinstance(value, dict):
        return f"{value.get('name', '')} ({value['party']})" if value.get("party") else str(value.get("name", ""))
    return ", ".join(map(_names, value)) if isinstance(value, list) else str(value)


def _beside(own: list[Data]) -> dict[str, list[Data]]:
    """The claims of each payment of a contract: where to go next from one of them."""
    made: dict[str, list[Data]] = {}
    for item in own:
        row = item["row"]
        made.setdefault(row["trigger"], []).append({"claim_period": row["claim_period"], "kind": row.get("kind") or FINAL, "state": row["state"], "page": payment_page(row)})
    return made


def _list(material: Material) -> Page:
    """Every claim of every contract, folded by contract where there are many contracts."""
    groups = []
    for terms in material.terms:
        rows = [item["row"] for item in claims(material, terms)]
        names = ("trigger", "claim_period", "kind", "state", "amount", "currency", "entry", "contract")
        slim = [{name: row.get(name) for name in names} for row in rows]
        groups.append({"contract": terms["contract"], "title": terms["title"], "language": terms.get("language", "en"), "rows": slim, **totals(rows)})
    shown = {"groups": groups, "has_kinds": any((row.get("kind") or FINAL) != FINAL for group in groups for row in group["rows"])}
    return Page("payments/index.html", "payments_title", "payments.html", shown, lambda: shown)
