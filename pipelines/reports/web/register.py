"""The page of a register: what came, what counts, how far it reaches beside how far it must, and how its expectations did night by night; and the list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import partial
from typing import Any

from markupsafe import Markup

from pipelines.reports.phrases import Language
from pipelines.reports.web import plots
from pipelines.reports.web.kept import Page
from pipelines.reports.web.material import Material
from pipelines.reports.web.places import register_page

Data = dict[str, Any]
NIGHTS = 30
"""How many of the last nights a page tells of."""
WORST = ("errored", "failed", "not_evaluated", "warned", "passed")
"""Verdicts, worst first."""
BAD = WORST[:3]


def pages(material: Material) -> list[Page]:
    """A page for each register, and the list of them."""
    made = [_page(register) for register in material.registers]
    return [*made, _list(material)] if made else []


def _page(register: Data) -> Page:
    rules = _by_night(register["nights"])
    shown = {**register, "rules": rules, "days": _days(register["nights"]), "always": sum(_is_always_passed(item) for item in rules)}
    return Page(
        register_page(register["id"]), "register_title", "register.html", shown, partial(_drawn, shown), title_values={"register": register["id"], "name": register["name"]}
    )


def _drawn(shown: Data) -> Data:
    return {"register": shown}


def _days(nights: Iterable[Data]) -> list[str]:
    return sorted({item["as_of"] for item in nights})[-NIGHTS:]


def _by_night(nights: list[Data]) -> list[Data]:
    """Each rule with its verdict night by night, rules that were bad most lately and most often first."""
    days = _days(nights)
    found: dict[str, dict[str, str]] = {}
    for item in nights:
        if item["as_of"] in days:
            found.setdefault(item["rule"], {})[item["as_of"]] = item["verdict"]
    rules: list[Data] = [{"rule": rule, "states": [said.get(day, "") for day in days]} for rule, said in found.items()]
    for item in rules:
        item["counts"] = {verdict: sum(state == verdict for state in item["states"]) for verdict in WORST}
        item["last_bad"] = next((day for day, state in reversed(list(zip(days, item["states"], strict=True))) if state in BAD), "")
    return sorted(rules, key=lambda item: (-sum(item["counts"][verdict] for verdict in BAD), -item["counts"]["warned"], item["rule"]))


def _list(material: Material) -> Page:
    """Every register in one line: how far it reaches beside how far it must, and how its expectations stand."""
    rows = []
    for register in material.registers:
        days = _days(register["nights"])
        newest = [item["verdict"] for item in register["nights"] if days and item["as_of"] == days[-1]]
        worst = next((verdict for verdict in WORST if verdict in newest), "")
        names = ("id", "name", "covers_through", "due_on", "late_days", "needed", "short")
        rows.append({**{name: register.get(name) for name in names}, "verdict": worst, "deliveries": len(register["deliveries"])})
    shown = {"registers": rows}
    return Page("registers/index.html", "registers_title", "registers.html", shown, lambda: shown)


def _is_always_passed(item: Data) -> bool:
    return all(state in ("passed", "") for state in item["states"])


def heat_drawn(rules: list[Data], language: Language) -> Markup:
    """The worst of each night, and how each rule did that was not always passed."""
    nights = max((len(item["states"]) for item in rules), default=0)
    worst = [next((verdict for verdict in WORST if any(item["states"][night] == verdict for item in rules)), "") for night in range(nights)]
    rows = [(language.bare("worst_of_night"), worst)]
    rows += [(str(language.rule(item["rule"]).striptags()), item["states"]) for item in rules if not _is_always_passed(item)]
    return plots.heat(rows, language.bare("by_night"))


def coverage_drawn(register: Data, language: Language) -> Markup:
    """How far a register reaches, from its first known day, beside the days that claims need it to; nothing while it covers no day."""
    if not register.get("covers_through") or not register["deliveries"]:
        return Markup("")
    through = dt.date.fromisoformat(str(register["covers_through"]))
    marks = {str(item["needed"]): item for item in register["needs"] if item.get("needed")}
    days = sorted(marks)
    chosen = days if len(days) <= 2 else [days[0], days[-1]]  # noqa: PLR2004  the first and the last say what matters
    needed, expected = language.bare("needed_for"), language.bare("next_expected")
    lines = [(f"{needed} {language.day(day)}", dt.date.fromisoformat(day)) for day in chosen]
    due = register.get("due_on")
    lines += [(f"{expected} {language.day(due)}", dt.date.fromisoformat(str(due)))] if due else []
    first = min([through, *(day for _, day in lines)]) - dt.timedelta(days=180)
    name = f"{language.bare('covers_through')} {language.day(through)}"
    return plots.coverage([(name, first, through)], lines, language.bare("freshness"))
