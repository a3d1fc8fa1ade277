"""Rendering: one Jinja environment that escapes everything, and pages that ask nothing of the network."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pipelines.payments.decide import causes
from pipelines.reports import bars, charts, drawing

TEMPLATES = Path(__file__).parent / "templates"


@cache
def environment() -> Environment:
    """Templates with every value escaped and every missing one an error."""
    made = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.filters["money"] = lambda amount: f"{Decimal(amount):,.2f}"
    made.filters["causes"] = causes
    made.filters["words"] = lambda name: str(name).replace("_", " ")
    made.filters["card"] = card
    made.filters["plain_number"] = plain_number
    made.filters["chart_title"] = charts.title
    made.filters["chart_drawn"] = drawing.svg
    made.filters["chart_said"] = charts.said
    made.filters["chart_ends"] = charts.ends
    made.filters["chart_threshold"] = charts.threshold_words
    made.filters["chart_legend"] = charts.legend
    made.filters["chart_glyph"] = charts.glyph
    made.filters["bars_title"] = bars.titled
    made.filters["bars_drawn"] = bars.svg
    return made


def card(row: dict[str, Any]) -> str:
    """The id of a decision's card, from its row of the board or from the decision itself."""
    kind = row.get("kind") or "final"
    return "-".join((row["contract"], row["trigger"], row["claim_period"], *([kind] if kind != "final" else [])))


def plain_number(number: Decimal) -> str:
    """A threshold without the noughts at its end."""
    return format(number.normalize(), "f")


def render(template: str, **values: Any) -> bytes:
    """A page as bytes."""
    return environment().get_template(template).render(style=_kept("style.css"), script=_kept("language.js"), **values).encode()


@cache
def _kept(name: str) -> str:
    """A file that stands in every page."""
    return (TEMPLATES / name).read_text(encoding="utf-8")
