"""Drawing a party's cash flow: a bar a quarter, above the line what it gets, below it what it pays; what was expected as an outline behind it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from pipelines.reports.drawing import CONFIG, LETTER, element
from pipelines.reports.phrases import Language

SIZE = (352, 130)
PADDING = {"left": 62, "right": 8, "top": 8, "bottom": 26}
WIDEST = 36
"""The widest a bar is drawn."""
MILLION, THOUSAND = 1_000_000, 1_000
QUARTER_NAME = 6
"""Letters of a quarter's name."""
EXPECTED: dict[str, Any] = {"type": "bar", "fill": "transparent", "stroke": "var(--ink)", "strokeWidth": 1.5, "strokeDash": [4, 3]}


@dataclass(frozen=True)
class Bars:
    """One party's net by quarter, in the order of the quarters; `expected` beside it where it is given."""

    party: str
    quarters: tuple[str, ...]
    net: tuple[Decimal, ...]
    expected: tuple[Decimal, ...] = ()


def unit_of(amounts: list[Decimal]) -> tuple[str, int]:
    """In what the largest of these is best read, and by how much to divide: `in_millions`, `in_thousands` or `in_units`."""
    largest = max((abs(amount) for amount in amounts), default=Decimal(0))
    return ("in_millions", MILLION) if largest >= MILLION else ("in_thousands", THOUSAND) if largest >= 10 * THOUSAND else ("in_units", 1)


def bars(cash: list[dict[str, Any]]) -> list[Bars]:
    """The bars of every party that pays or gets something, from the quarters of a quote's data."""
    made = []
    for party in dict.fromkeys(row["party"] for row in cash):
        rows = [row for row in cash if row["party"] == party]
        expected = tuple(Decimal(row["expected_net"]) for row in rows if "expected_net" in row)
        made.append(Bars(party, tuple(row["quarter"] for row in rows), tuple(Decimal(row["net"]) for row in rows), expected))
    return [item for item in made if any((*item.net, *item.expected))]


def title(item: Bars, currency: str, language: Language) -> Markup:
    """What the drawing is of, with the unit of its axis."""
    unit, _ = unit_of([*item.net, *item.expected])
    return language.text("cash_flow_of", party=item.party.replace("_", " "), unit=language.text(unit, currency=language.currency(currency)))


def svg(item: Bars, currency: str, language: Language) -> Markup:
    """The drawing as an SVG element."""
    return element(spec(item), title(item, currency, language), language.text("cash_flow_summary"), language)


def spec(item: Bars) -> dict[str, Any]:
    """The Vega-Lite drawing. Floats are for drawing only. Where there is no room for every quarter's name, years stand at their first quarter."""
    _, divisor = unit_of([*item.net, *item.expected])
    values = [_datum(quarter, amount, divisor) for quarter, amount in zip(item.quarters, item.net, strict=True) if amount]
    behind = [_datum(quarter, amount, divisor) for quarter, amount in zip(item.quarters, item.expected, strict=False) if amount]
    is_narrow = len(item.quarters) * (QUARTER_NAME + 1) * LETTER > SIZE[0]
    begins = f"(datum.value == '{item.quarters[0]}' && substring(datum.value, 4) < 'Q4')"
    names = f"substring(datum.value, 4) == 'Q1' || {begins} ? substring(datum.value, 0, 4) : ''" if is_narrow else "datum.value"
    size = min(WIDEST, SIZE[0] * 3 // (4 * len(item.quarters)))
    x = {
        "field": "quarter",
        "type": "ordinal",
        "sort": None,
        "scale": {"domain": list(item.quarters), "paddingInner": 0.25},
        "axis": {"title": None, "labelAngle": 0, "labelOverlap": False, "labelExpr": names},
    }
    y = {"field": "value", "type": "quantitative", "axis": {"title": None, "tickCount": 4, "labelExpr": "format(datum.value, ',~f')"}}
    place = {"x": x, "y": y}
    colour = {"field": "colour", "type": "nominal", "scale": None}
    layers: list[dict[str, Any]] = [
        {"data": {"values": values}, "mark": {"type": "bar", "opacity": 1, "size": size}, "encoding": {**place, "color": colour}},
        *([{"data": {"values": behind}, "mark": {**EXPECTED, "size": size}, "encoding": place}] if behind else []),
        {"data": {"values": [{"value": 0}]}, "mark": {"type": "rule", "color": "var(--ink)", "strokeWidth": 1}, "encoding": {"y": y}},
    ]
    width, height = SIZE
    return {"width": width, "height": height, "autosize": {"type": "none"}, "padding": PADDING, "background": None, "layer": layers, "config": CONFIG}


def _datum(quarter: str, amount: Decimal, divisor: int) -> dict[str, Any]:
    return {"quarter": quarter, "value": float(amount / divisor), "colour": "var(--due)" if amount >= 0 else "var(--held)"}
