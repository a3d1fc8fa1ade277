"""A waterfall as a table and as a plot: where the money of each date went."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from markupsafe import Markup

from pipelines.reports.phrases import Language
from pipelines.reports.web import plots

Data = dict[str, Any]
OPTIONAL = {"guarantee": "guarantee", "guarantor": "guarantee", "bonus": "bonus"}
"""Columns of a waterfall, each left out when its terms do not have the part named and nothing stands in it."""
COMES_IN = ("money_in", "guarantee", "protection")
"""Columns of money that comes in; of the rest each is money that goes out."""


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
        "rows": [{name: row[name] for name in ("date", "arithmetic", "amounts")} for row in rows],
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


def plot(table: Data, currency: str, language: Language) -> Markup:
    """Where the money of each date went, as columns; nothing before the first date."""
    out = [(place, column) for place, column in enumerate(table["columns"]) if column["key"] not in COMES_IN and any(Decimal(row["amounts"][place]) for row in table["rows"])]
    columns = [
        plots.Stack(language.day(row["date"])[-4:] if language.code == "da" else row["date"][:4], tuple(Decimal(row["amounts"][place]) for place, _ in out))
        for row in table["rows"]
    ]
    if not out or not columns:
        return Markup("")
    names = [language.bare(column["key"], name=language.term("class", column["name"]).striptags()) for _, column in out]
    most = max(sum(item.parts, Decimal(0)) for item in columns)
    unit = language.bare(plots.unit_of(most), currency=language.currency(currency))
    return plots.stacks(columns, names, language.bare("waterfall"), unit)
