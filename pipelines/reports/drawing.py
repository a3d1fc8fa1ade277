"""Drawing a chart as SVG that stands in the page itself: in the page's own colours and font, asking for nothing, the same bytes each time."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from markupsafe import Markup

from pipelines.reports.charts import Chart, Point, threshold_words, title
from pipelines.reports.phrases import Language

SHAPES = {"due": "circle", "held": "diamond", "not_met": "square", "not_due": "triangle-up", "": "circle"}
VEGA_LITE, FONT = "6.4", "Liberation Sans"
PLOT = (352, 210)
"""Width and height of the plot, in units of which a phone shows nearly one a pixel."""
LEFT, RIGHT, TOP, BOTTOM, SLANTED, NO_KEY = 58, 10, 40, 30, 80, 14
"""Room around it; below slanted names of periods, and above it when there is no key."""
KEY, KEY_TEXT = -22, 34
"""Where the key stands: above the plot, and where its words begin."""
LETTER, LINE = 7.4, 16
"""A letter's width and a line's height at the font size in use, as a browser's default font has them at most."""
LEAST_SHARE = Fraction(1, 10)
"""The least that an axis of shares spans."""
MINUS = {"grouping": [3], "currency": ["", ""], "minus": "-"}
LOCALES = {"en": {"decimal": ".", "thousands": ",", **MINUS}, "da": {"decimal": ",", "thousands": ".", **MINUS}}
DASHED: dict[str, Any] = {"color": "var(--ink)", "strokeDash": [6, 4], "strokeWidth": 1.5}
CAP: dict[str, Any] = {"type": "tick", "orient": "horizontal", "size": 12, "thickness": 1, "color": "var(--ink)", "opacity": 1}
BY_STATE: dict[str, Any] = {"field": "color", "type": "nominal", "scale": None}
SHAPED: dict[str, Any] = {"field": "shape", "type": "nominal", "scale": None}
CONFIG: dict[str, Any] = {
    "aria": False,
    "font": FONT,
    "text": {"fontSize": 14},
    "axis": {"labelColor": "var(--quiet)", "labelFontSize": 14, "labelPadding": 6, "domainColor": "var(--quiet)", "tickColor": "var(--quiet)", "gridColor": "var(--line)"},
    "axisX": {"grid": False, "ticks": False},
    "view": {"stroke": None},
}


def svg(chart: Chart, language: Language) -> Markup:
    """The chart as an SVG element: the same bytes for the same chart, in the page's own colours and font, and as wide as its place."""
    return element(spec(chart, language), title(chart, language), language.text("chart_summary"), language)


def element(drawing: dict[str, Any], name: Markup, summary: Markup, language: Language) -> Markup:
    """Any Vega-Lite drawing as such an element, with its name and what it shows in words."""
    import vl_convert

    drawn = vl_convert.vegalite_to_svg(drawing, vl_version=VEGA_LITE, allowed_base_urls=[], format_locale=LOCALES[language.code])
    return _inlined(drawn, name, summary)


def _inlined(drawn: str, name: Markup, summary: Markup) -> Markup:
    """With a title, and without namespaces, classes, fonts and the drawing's own descriptions in English."""
    head = re.match(r"<svg [^>]*viewBox=\"([0-9. ]+)\">", drawn)
    assert head is not None
    body = re.sub(r"<[^>]*>", _slim, drawn[head.end() :])
    body = re.sub(r'<path d="[^"]*"(?: display="none")?/>|<g/>|<text [^<>]*/>', "", body)
    open_tag = Markup('<svg viewBox="{}" role="img" aria-label="{}"><title>{}</title><desc>{}</desc>').format(head[1], name.striptags(), name.striptags(), summary)
    return open_tag + Markup(body)  # noqa: S704  drawn by Vega from our own spec, which escapes every text


def _slim(tag: re.Match[str]) -> str:
    kept = re.sub(r' (?:aria-[a-z]+|role|class|font-family|pointer-events)="[^"]*"', "", tag[0])
    return re.sub(r"\d+\.\d{3,}", lambda number: f"{float(number[0]):.2f}", kept)


def spec(chart: Chart, language: Language) -> dict[str, Any]:
    """The Vega-Lite drawing of a chart. Floats are for drawing only. Nothing in its layout depends on the fonts of the machine."""
    periods, key = [point.period for point in chart.points], _key_lines(chart, language)
    width, height = PLOT
    is_slanted = max(map(len, periods)) * LETTER > width / len(periods)
    scale = 1 if chart.unit == "number" else 100
    x = {
        "field": "period",
        "type": "ordinal",
        "sort": None,
        "scale": {"domain": periods},
        "axis": {"title": None, "labelAngle": -40 if is_slanted else 0, "labelLimit": 110, "labelOverlap": False},
    }
    y = {"field": "value", "type": "quantitative", "scale": {"domain": _domain(chart, scale), "nice": True}, "axis": {"title": None, "tickCount": 5, "labelExpr": _axis(chart)}}
    place = {"x": x, "y": y}
    values = [_datum(point, chart, scale, language) for point in chart.points]
    shown = [value for value in values if "value" in value]
    layers: list[dict[str, Any]] = [
        {"data": {"values": [{"value": float(chart.threshold.value * scale)}] if chart.threshold else []}, "mark": {"type": "rule", **DASHED}, "encoding": {"y": y}},
        {
            "data": {"values": [value for value in shown if "low" in value]},
            "mark": {"type": "rule", "color": "var(--ink)"},
            "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}},
        },
        *({"data": {"values": [value for value in shown if end in value]}, "mark": CAP, "encoding": {"x": x, "y": {**y, "field": end}}} for end in ("low", "high")),
        {"data": {"values": shown}, "mark": {"type": "point", "filled": True, "size": 150, "opacity": 1}, "encoding": {**place, "color": BY_STATE, "shape": SHAPED}},
        *_text(shown, {"align": "left", "dx": 11, "color": "var(--ink)"}, place),
        *_empty([value for value in values if "value" not in value], x),
        *_key(key),
    ]
    padding = {"left": LEFT, "right": RIGHT, "top": TOP + LINE * (len(key) - 1) if key else NO_KEY, "bottom": SLANTED if is_slanted else BOTTOM}
    return {"width": width, "height": height, "autosize": {"type": "none"}, "padding": padding, "background": None, "layer": layers, "config": CONFIG}


def _text(values: list[dict[str, Any]], looks: dict[str, Any], place: dict[str, Any]) -> list[dict[str, Any]]:
    """The labels of values, with a rim in the colour of the ground so that lines behind them do not blur them."""
    rim = {"stroke": "var(--card)", "strokeWidth": 5, "strokeJoin": "round"}
    return [{"data": {"values": values}, "mark": {"type": "text", **looks, **more}, "encoding": {**place, "text": {"field": "label"}}} for more in (rim, {})]


def _empty(places: list[dict[str, Any]], x: dict[str, Any]) -> list[dict[str, Any]]:
    """The words of periods with nothing to show: across where they have room, else upright."""
    place = {"x": x, "y": {"field": "top", "type": "quantitative", "scale": None}}
    looks = {False: {"baseline": "bottom", "lineHeight": LINE}, True: {"angle": -90, "align": "left", "baseline": "middle"}}
    return [layer for is_upright, look in looks.items() for layer in _text([item for item in places if item["is_upright"] is is_upright], {"color": "var(--quiet)", **look}, place)]


def _key_lines(chart: Chart, language: Language) -> list[str]:
    """What the dashed line is, in lines that fit beside its sample; none when there is no line."""
    words = threshold_words(chart, language)
    return _lines(words, int((PLOT[0] - KEY_TEXT) / LETTER)) if words else []


def _key(lines: list[str]) -> list[dict[str, Any]]:
    """A sample of the dashed line with its words, above the plot, where no point can lie on it."""
    if not lines:
        return []
    top = KEY - LINE * (len(lines) - 1)
    line = {"mark": {"type": "rule", **DASHED}, "encoding": {"x": {"value": 0}, "x2": {"value": 26}, "y": {"value": top}}}
    looks = {"type": "text", "align": "left", "baseline": "middle", "lineHeight": LINE, "color": "var(--ink)", "text": lines}
    return [{"data": {"values": [{}]}, **item} for item in (line, {"mark": looks, "encoding": {"x": {"value": KEY_TEXT}, "y": {"value": top}}})]


def _datum(point: Point, chart: Chart, scale: int, language: Language) -> dict[str, Any]:
    state = point.state
    made: dict[str, Any] = {"period": point.period, "color": f"var(--{state or 'ink'})", "shape": SHAPES[state]}
    if point.value is None:
        words = language.term("state", state) if state else language.text("no_result")
        room = int(PLOT[0] / len(chart.points) / LETTER) - 1
        lines = _lines(words.striptags(), room)
        is_upright = max(map(len, lines)) > room
        return {**made, "label": [words.striptags()] if is_upright else lines, "top": PLOT[1] - 10 - (0 if is_upright else LINE * (len(lines) - 1)), "is_upright": is_upright}
    ends = {} if point.low is None or point.high is None else {"low": float(point.low * scale), "high": float(point.high * scale)}
    return {**made, "value": float(point.value * scale), "label": language.rounded(point.value * scale, 1), **ends}


def _lines(words: str, width: int) -> list[str]:
    lines = [""]
    for word in words.split():
        if lines[-1] and len(f"{lines[-1]} {word}") > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _domain(chart: Chart, scale: int) -> list[float]:
    """From the lowest to the highest thing drawn, with some air; a share never so near that a small step looks like a large one."""
    ends = [Fraction(end) for point in chart.points for end in (point.value, point.low, point.high) if end is not None]
    if chart.threshold:
        ends.append(Fraction(chart.threshold.value))
    low, high = min(ends), max(ends)
    least = LEAST_SHARE if chart.unit == "share" else Fraction(0)
    air = max((high - low) / 8, (least - (high - low)) / 2) or abs(high) / 8 or Fraction(1)
    return [float((low - air) * scale), float((high + air) * scale)]


def _axis(chart: Chart) -> str:
    return "format(datum.value, ',~f')" + ("" if chart.unit == "number" else " + ' %'")
