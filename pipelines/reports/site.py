"""The page: the board, and a section a contract with its terms, results, charts, waterfall and why each trigger stands where it stands;
all of it in Danish and in English, in one file."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from pipelines.canonical import plain
from pipelines.contracts.catalogue import Catalogue
from pipelines.errors import HomeError
from pipelines.files import write_atomically
from pipelines.ledger import handover
from pipelines.payments.decide import FINAL
from pipelines.reports import charts
from pipelines.reports.navigation import place
from pipelines.reports.pages import card, render
from pipelines.reports.phrases import LANGUAGES, Language
from pipelines.settings import Home

Data = dict[str, Any]
OPTIONAL = {"guarantee": "guarantee", "guarantor": "guarantee", "bonus": "bonus"}
"""Columns of a waterfall, each left out when its terms do not have the part named and nothing stands in it."""


def write(home: Home, board: dict[str, Any], catalogue: Catalogue) -> Path:
    """Write `reports/index.html` from the board and tonight's hand-overs."""
    board = plain(board)
    sealed = handovers(home, board)
    terms = [contract.model_dump(mode="json", by_alias=True) for _, contract in sorted(catalogue.contracts.items())]
    path = home.reports / "index.html"
    write_atomically(path, page(board, terms, sealed, _counted()), mode=0o640)
    return path


def _counted() -> dict[str, str]:
    """What each indicator counts, by pin."""
    from indicators.indicator import library

    return {pin: item.value for pin, item in library().items()}


def page(board: Data, terms: list[Data], sealed: dict[str, Data], counted: dict[str, str]) -> bytes:
    """The page in both languages, English shown first. `terms` are the contracts as plain data, `sealed` their hand-overs by contract,
    `counted` says what an indicator counts. Pure: all data comes in.

    `board` is that of `publication.board_of`: its rows may have a `kind`, and it may have `waterfalls` by contract, as `flows.flows` gives them.
    """
    contracts = [_contract(board, item, sealed.get(item["contract"])) for item in terms]
    for contract in contracts:
        contract["charts"] = charts.charts(contract["terms"], contract["handover"], contract["rows"], counted)
    return render(
        "frame.html",
        title="page_title",
        body="body.html",
        place=place("index.html", {"index.html"}),
        as_of=board["as_of"],
        languages=[Language(code) for code in LANGUAGES],
        board=board,
        contracts=contracts,
        shown={contract["terms"]["contract"] for contract in contracts},
        cards={card(item["row"]) for contract in contracts for item in contract["decisions"]},
        has_kinds=any(row.get("kind", FINAL) != FINAL for row in board["rows"]),
        open_validation=f"../validation/{board['validation']}/index.html",
    )


def _contract(board: Data, terms: Data, handover: Data | None) -> Data:
    """What the section of one contract shows."""
    name = terms["contract"]
    rows = {card(row): row for row in board["rows"] if row["contract"] == name}
    decisions = (handover or {}).get("decisions") or []
    results = _results(terms, (handover or {}).get("results") or {})
    return {
        "terms": {"language": "en", "term": None, "waterfall": None, **terms},
        "rows": list(rows.values()),
        "handover": handover,
        "results": results,
        "estimates": _estimates(results),
        "has_periods": any(item["period"] for item in results),
        "decisions": [{"decision": item, "row": rows.get(card(item)) or {**item, "entry": None, "tonight": ""}} for item in decisions],
        "waterfall": waterfall_table(terms.get("waterfall") or {}, (board.get("waterfalls") or {}).get(name), board["as_of"]),
    }


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


def waterfall_table(terms: Data, flow: Data | None, as_of: str) -> Data | None:
    """A waterfall as a table: its columns, the amounts of each date, their totals, and what waits for the next date. None for a contract
    without one."""
    if not terms and not flow:
        return None
    rows = [{"date": row["date"], "arithmetic": row.get("arithmetic") or [], "cells": _cells(row, (flow or {}).get("classes"))} for row in (flow or {}).get("rows") or []]
    columns = [key for key in (rows[0]["cells"] if rows else {}) if key[0] not in OPTIONAL or terms.get(OPTIONAL[key[0]]) or any(row["cells"][key] for row in rows)]
    for row in rows:
        row["amounts"] = [row["cells"][key] for key in columns]
    return {
        "columns": [{"key": key, "name": name} for key, name in columns],
        "rows": rows,
        "totals": [sum((row["cells"][key] for row in rows), Decimal(0)) for key in columns],
        "waiting": Decimal((flow or {}).get("waiting") or 0),
        "next": next((day for day in terms.get("distributed_on") or [] if day > as_of), ""),
    }


def _cells(row: Data, classes: list[str] | None) -> dict[tuple[str, str], Decimal]:
    """The amounts of one distribution date by column; a column of a class has its name. Classes stand in the contract's order."""
    order = classes or list(row["principal"])
    floors = [Decimal(item["from_inflow"]) + Decimal(item["from_guarantee"]) for item in row["floor_interest"].values()]
    return {
        ("money_in", ""): Decimal(row["inflow"]),
        ("guarantee", ""): Decimal(row["guarantee"]),
        **_of_classes(row, "protected", "protection", order),
        **({("floor_interest", ""): sum(floors, Decimal(0))} if floors else {}),
        **{("principal", name): Decimal(row["principal"][name]) for name in order},
        **_of_classes(row, "protected", "protected_principal", order),
        ("guarantor", ""): Decimal(row["guarantor"]),
        **_of_classes(row, "protection", "protection_repaid", order),
        **_of_classes(row, "premium", "premium", order),
        **{("return", name): Decimal(row["returns"][name]["paid"]) for name in order if name in row["returns"]},
        ("bonus", ""): Decimal(row["bonus"]),
        ("reverts", ""): Decimal(row["reverts"]),
    }


def _of_classes(row: Data, key: str, column: str, order: list[str]) -> dict[tuple[str, str], Decimal]:
    """A column for each class that a row has an amount for, where the terms agree on that part."""
    return {(column, name): Decimal(row[key][name]) for name in order if name in row.get(key, {})}


def handovers(home: Home, board: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The proved hand-over of each contract that the board rests on, as plain data with its hash under `sha256`."""
    trusted = {handover.public_key(home)}
    proved = {name: handover.read(home.handover / path, trusted) for name, path in board["handovers"].items()}
    return {name: {**found.content, "sha256": found.sha256} for name, found in proved.items()}


def posted_handover(home: Home, contract: str, sha256: str) -> dict[str, Any]:
    """The proved hand-over that a posted entry names by its hash. Raises HomeError when it is gone."""
    path = next(iter(sorted(home.handover.glob(f"*/{contract}-{sha256[:16]}.json"))), None)
    if path is None:
        raise HomeError("the hand-over that the entry was posted from is gone", where=f"handover/*/{contract}-{sha256[:16]}.json", next_step="restore it from a backup")
    found = handover.read(path, {handover.public_key(home)})
    return {**found.content, "sha256": found.sha256}
