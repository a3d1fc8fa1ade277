"""The page of a contract: what it pays for, how far each payment has come, who was counted, and where the money went; and the list of contracts."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any

from markupsafe import Markup

from pipelines.payments.decide import FINAL
from pipelines.reports import charts
from pipelines.reports.phrases import Language
from pipelines.reports.web import plots
from pipelines.reports.web.flow import flows_of
from pipelines.reports.web.kept import Page
from pipelines.reports.web.material import Material, claims, undated
from pipelines.reports.web.places import NEWEST_REPORT, annex_page, contract_page, evaluator_page
from pipelines.reports.web.waterfall import waterfall_table

Data = dict[str, Any]
NEWEST = 6
"""How many claims of a payment stand open on its contract's page; earlier ones are folded."""
STATES = ("due", "held", "not_met", "not_due")


def pages(material: Material) -> list[Page]:
    """A page for each contract, and the list of them."""
    made = [_page(material, terms) for terms in material.terms]
    return [*made, _list(material)] if made else []


def _page(material: Material, terms: Data) -> Page:
    name = terms["contract"]
    shown = contract_data(material, terms)
    handover = material.sealed.get(name)
    counted = {outcome["indicator"]: material.counted.get(outcome["indicator"], "") for outcome in terms["outcomes"]}
    drawn_from = {"results": (handover or {}).get("results") or {}, "counted": counted}
    return Page(
        contract_page(name),
        "contract_title",
        "contract.html",
        {**shown, "drawn_from": drawn_from},
        partial(_drawn, shown, drawn_from),
        title_values={"title": shown["terms"]["title"]},
    )


def _drawn(shown: Data, drawn_from: Data) -> Data:
    """What the template shows: the data, and the charts as they are drawn."""
    rows = [item["row"] for item in shown["claims"]]
    return {"contract": {**shown, "charts": charts.charts(shown["terms"], drawn_from, rows, drawn_from["counted"])}, "has_kinds": shown["has_kinds"]}


def contract_data(material: Material, terms: Data) -> Data:
    """What the page of one contract shows, as data."""
    name, board = terms["contract"], material.board
    handover, own = material.sealed.get(name), claims(material, terms)
    results = _results(terms, (handover or {}).get("results") or {})
    held = [{**item, "row": {**item["row"], "waits": undated(item["row"])}} for item in own if item["row"]["state"] == "held" and item["decision"]]
    return {
        "terms": {"language": "en", "term": None, "waterfall": None, **terms},
        "is_decided": bool(handover),
        "claims": [_slim(item) for item in own],
        "has_kinds": any((item["row"].get("kind") or FINAL) != FINAL for item in own),
        "payments": _payments(terms, own),
        "totals": totals([item["row"] for item in own]),
        "held": held,
        "checked": _asked(held, board.get("checked", ())),
        "validation": NEWEST_REPORT if held else "",
        "results": results,
        "estimates": _estimates(results),
        "evaluator": evaluator_page(name),
        "has_periods": any(item["period"] for item in results),
        "flows": flows_of(terms, material.cohorts.get(name, ()), results),
        "rooms": [*material.rooms.get(name, ())],
        "waterfall": waterfall_table(terms.get("waterfall") or {}, (board.get("waterfalls") or {}).get(name), board["as_of"]),
        "amended": [*material.amended.get(name, ())],
        "gate_changes": [item for item in board.get("gate_changes", ()) if item["contract"] == name],
        "agreed": material.agreed.get(name, {}).get("blocks", {}),
        "annexes": {code: annex_page(name, code) for code in material.agreed.get(name, {}).get("annexes", {})},
    }


def _asked(held: list[Data], checked: Iterable[Any]) -> list[list[str]]:
    """What holds these claims and has a row of its own in the validation report: subject and rule of each."""
    causes = {(hold["subject"], hold["rule"]) for item in held for hold in item["decision"]["holds"]}
    return [[subject, rule] for subject, rule in checked if (subject, rule) in causes]


def _slim(item: Data) -> Data:
    """A claim without what stands on its own page."""
    names = ("contract", "trigger", "claim_period", "kind", "state", "amount", "currency", "reason", "entry", "tonight", "is_overridden")
    return {"row": {name: item["row"].get(name) for name in names if name in item["row"]}, "id": item["id"]}


def _payments(terms: Data, own: list[Data]) -> list[Data]:
    """Each payment of the contract with its claims, newest first: the current one is the newest that is decided, else the next to be."""
    made = []
    for payment in terms["payments"]:
        order = [str(period["id"]) for period in sorted(payment["claim_periods"], key=lambda period: (str(period["from"]), str(period["id"])))]
        place = {period: number for number, period in enumerate(order)}
        mine = [_slim(item) for item in own if item["row"]["trigger"] == payment["id"]]
        mine.sort(key=lambda item: (place.get(item["row"]["claim_period"], -1), (item["row"].get("kind") or FINAL) == FINAL))
        decided_from = {str(period["id"]): str(period.get("decided_from", "")) for period in payment["claim_periods"]}
        open_now = next((number for number in range(len(mine) - 1, -1, -1) if mine[number]["row"]["state"] != "not_due"), None)
        first = 0 if open_now is None else max(0, open_now - NEWEST + 2)
        made.append(
            {
                "id": payment["id"],
                "clause": payment.get("clause", ""),
                "pays_for": payment["pays_for"],
                "states": [item["row"]["state"] for item in mine],
                "current": mine[open_now if open_now is not None else 0] if mine else None,
                "next": next(({**item["row"], "from": decided_from.get(item["row"]["claim_period"], "")} for item in mine if item["row"]["state"] == "not_due"), None),
                "total": sum((Decimal(str(item["row"]["amount"])) for item in mine if item["row"]["state"] == "due"), Decimal(0)),
                "newest": mine[first:][::-1],
                "older": mine[:first][::-1],
            }
        )
    return made


def totals(rows: Iterable[Data]) -> Data:
    """How many claims stand in each state, and what is due by currency."""
    every = list(rows)
    due: dict[str, Decimal] = {}
    for row in every:
        if row["state"] == "due":
            due[row["currency"]] = due.get(row["currency"], Decimal(0)) + Decimal(str(row["amount"]))
    return {"states": {state: sum(row["state"] == state for row in every) for state in STATES}, "due": due, "claims": len(every)}


def _results(terms: Data, results: Data) -> list[Data]:
    """Every result there is, by the contract's order of outcomes and then by claim period."""
    order = {outcome["id"]: place for place, outcome in enumerate(terms["outcomes"])}
    parts = {key: (key.split("/", 1)[0], result.get("claim_period") or key.partition("/")[2]) for key, result in results.items() if result}
    keys = sorted(parts, key=lambda key: (order.get(parts[key][0], len(order)), parts[key]))
    return [{"outcome": parts[key][0], "period": parts[key][1], "result": results[key]} for key in keys]


def _estimates(results: list[Data]) -> list[Data]:
    """The estimates of each outcome together, with what they assume said once."""
    groups: dict[tuple[str, str], list[Data]] = {}
    for item in results:
        if item["result"].get("estimate"):
            estimate = item["result"]["estimate"]
            groups.setdefault((item["outcome"], estimate["method"]), []).append({"period": item["period"], "estimate": estimate})
    return [
        {
            "outcome": outcome,
            "method": method,
            "estimates": items,
            "has_periods": any(item["period"] for item in items),
            "assumptions": list(dict.fromkeys(tuple(pair) for item in items for pair in item["estimate"].get("assumptions") or [])),
        }
        for (outcome, method), items in groups.items()
    ]


def _list(material: Material) -> Page:
    """Every contract in one line: what it is, how its claims stand, what is due."""
    rows = []
    for terms in material.terms:
        own = [item["row"] for item in claims(material, terms)]
        rows.append({"contract": terms["contract"], "title": terms["title"], "language": terms.get("language", "en"), "model": terms["model"], **totals(own)})
    shown = {"contracts": rows}
    return Page("contracts/index.html", "contracts_title", "contracts.html", shown, lambda: shown)


def states_drawn(counts: Data, language: Language) -> Markup:
    """How many claims stand in each state, as one bar."""
    words = ", ".join(f"{language.term('state', state).striptags()} {count}" for state, count in counts.items() if count)
    return plots.bar([(state, counts[state]) for state in STATES], words or language.bare("nothing"))


def strip_drawn(states: list[str], language: Language) -> Markup:
    """How a payment's claims stand, oldest first."""
    return _strip(tuple(states), language)


@lru_cache(maxsize=10_000)
def _strip(states: tuple[str, ...], language: Language) -> Markup:
    return plots.strip(states, ", ".join(str(language.term("state", state).striptags()) for state in states))


def room_drawn(room: Data, language: Language) -> Markup:
    """How far a cap is used."""
    most, used = Decimal(room["most"]), Decimal(room["used"])
    shown = min(max(used, Decimal(0)), most)
    title = language.text("cap_used", used=language.rounded(used, 2), most=language.rounded(most, 2)).striptags()
    return plots.bar([("used", shown), ("left", most - shown)], str(title))
