"""Bars by period, as plain data, and their drawing: several kinds of a thing stand on each other, and what was expected is an outline behind them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from pipelines.reports.drawing import CONFIG, LETTER, element
from pipelines.reports.phrases import Language

SIZE = (352, 170)
PADDING = {"left": 66, "right": 8, "top": 10, "bottom": 28}
WIDEST = 42
"""The widest a bar is drawn."""
EXPECTED: dict[str, Any] = {"type": "bar", "fill": "transparent", "stroke": "var(--ink)", "strokeWidth": 1.5, "strokeDash": [4, 3]}
MILLION, THOUSAND = 1_000_000, 1_000
YEAR_DIGITS = 4


@dataclass(frozen=True)
class Series:
    """One kind of bar: what it is of, in words, its colour as a name of the style sheet, and a value a period."""

    words: Callable[[Language], Markup]
    colour: str
    values: tuple[Decimal, ...]


@dataclass(frozen=True)
class Bars:
    """A drawing: `title` says what it is of. Periods are calendar quarters (`2025Q1`) or years, in their order. `expected` is an outline a period,
    in the words `outlined`; none when nothing was expected. `currency` is empty for counts."""

    title: Callable[[Language], Markup]
    periods: tuple[str, ...]
    series: tuple[Series, ...]
    expected: tuple[Decimal, ...] = ()
    outlined: Callable[[Language], Markup] | None = None
    currency: str = ""

    @property
    def has_something(self) -> bool:
        return any(any(item.values) for item in self.series) or any(self.expected)


def unit_of(drawing: Bars) -> tuple[str, int]:
    """In what the largest bar is best read, and by how much to divide: `in_millions`, `in_thousands` or `in_units`."""
    sums = [sum((abs(item.values[place]) for item in drawing.series), Decimal(0)) for place in range(len(drawing.periods))]
    largest = max((*sums, *map(abs, drawing.expected)), default=Decimal(0))
    return ("in_millions", MILLION) if largest >= MILLION else ("in_thousands", THOUSAND) if largest >= 10 * THOUSAND else ("in_units", 1)


def titled(drawing: Bars, language: Language) -> Markup:
    """What the drawing is of, with the unit of its axis where it is money."""
    if not drawing.currency:
        return drawing.title(language)
    return drawing.title(language) + Markup(" ({})").format(language.text(unit_of(drawing)[0], currency=language.currency(drawing.currency)))


def svg(drawing: Bars, language: Language) -> Markup:
    """The drawing as an SVG element: the same bytes for the same bars, in the page's own colours."""
    return element(spec(drawing), titled(drawing, language), language.text("bars_summary"), language)


def spec(drawing: Bars) -> dict[str, Any]:
    """The Vega-Lite drawing. Floats are for drawing only. Where there is no room for every period's name, years stand at their first quarter."""
    divisor = unit_of(drawing)[1] if drawing.currency else 1
    values = [_datum(period, item.values[place], divisor, item.colour) for item in drawing.series for place, period in enumerate(drawing.periods) if item.values[place]]
    behind = [_datum(period, amount, divisor, "ink") for period, amount in zip(drawing.periods, drawing.expected, strict=False) if amount]
    size = min(WIDEST, SIZE[0] * 3 // (4 * max(1, len(drawing.periods))))
    x = {
        "field": "period",
        "type": "ordinal",
        "sort": None,
        "scale": {"domain": list(drawing.periods), "paddingInner": 0.25},
        "axis": {"title": None, "labelAngle": 0, "labelOverlap": False, "labelExpr": _names(drawing.periods)},
    }
    y = {"field": "value", "type": "quantitative", "scale": {"nice": True}, "axis": {"title": None, "tickCount": 4, "labelExpr": "format(datum.value, ',~f')", **_whole(drawing)}}
    colour = {"field": "colour", "type": "nominal", "scale": None}
    layers: list[dict[str, Any]] = [
        {"data": {"values": values}, "mark": {"type": "bar", "opacity": 1, "size": size}, "encoding": {"x": x, "y": {**y, "stack": True}, "color": colour}},
        *([{"data": {"values": behind}, "mark": {**EXPECTED, "size": size}, "encoding": {"x": x, "y": {**y, "stack": None}}}] if behind else []),
        {"data": {"values": [{"value": 0}]}, "mark": {"type": "rule", "color": "var(--ink)", "strokeWidth": 1}, "encoding": {"y": y}},
    ]
    width, height = SIZE
    return {"width": width, "height": height, "autosize": {"type": "none"}, "padding": PADDING, "background": None, "layer": layers, "config": CONFIG}


def _names(periods: tuple[str, ...]) -> str:
    if not periods or len(periods) * (max(map(len, periods)) + 1) * LETTER <= SIZE[0]:
        return "datum.value"
    if all(len(period) == YEAR_DIGITS for period in periods):
        return "toNumber(datum.value) % 5 == 0 ? datum.value : ''"
    return f"substring(datum.value, 4) == 'Q1' || (datum.value == '{periods[0]}' && substring(datum.value, 4) < 'Q4') ? substring(datum.value, 0, 4) : ''"


def _whole(drawing: Bars) -> dict[str, Any]:
    """Counts have whole numbers on their axis."""
    return {} if drawing.currency else {"tickMinStep": 1}


def _datum(period: str, amount: Decimal, divisor: int, colour: str) -> dict[str, Any]:
    return {"period": period, "value": float(amount / divisor), "colour": f"var(--{colour})"}
