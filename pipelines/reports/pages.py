"""Rendering: one Jinja environment that escapes everything, and pages that ask nothing of the network."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pipelines.payments.decide import causes

TEMPLATES = Path(__file__).parent / "templates"


@cache
def environment() -> Environment:
    """Templates with every value escaped and every missing one an error."""
    made = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.filters["money"] = lambda amount: f"{Decimal(amount):,.2f}"
    made.filters["causes"] = causes
    made.filters["words"] = lambda name: str(name).replace("_", " ")
    return made


def render(template: str, **values: Any) -> bytes:
    """A page as bytes."""
    return environment().get_template(template).render(style=(TEMPLATES / "style.css").read_text(encoding="utf-8"), **values).encode()
