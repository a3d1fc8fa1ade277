"""A forest plot: one estimated quantity, a row a claim period, with its interval, the value of no effect and what a payment asks; and all of it in
numbers beside.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import get_args

from markupsafe import Markup, escape

from indicators.result import Interval
from pipelines.reports.blocks import NOTHING, Cell, Key, Plot, Table, columns, joined, percent, pill, plain, text
from pipelines.reports.charts import GLYPHS, Chart, Point, decimals_of, legend, said, threshold_words
from pipelines.reports.evaluated import Estimated
from pipelines.reports.phrases import Language
from pipelines.reports.web.marks import Guide, Mark, Row, Shape, ends, rows

SHAPES: dict[str, Shape] = dict(zip(GLYPHS, ("dot", "diamond", "box", "triangle"), strict=True))
"""The shape of a state, as charts of claim periods draw it."""
assert set(SHAPES.values()) < set(get_args(Shape))


def forest(found: Estimated, outcome: Cell) -> Plot:
    """The plot of one quantity with its numbers."""
    chart = found.chart
    title = text("forest", outcome=outcome, measure=measure(chart.measure), unit=_unit(chart))
    says = [[point.period, str(point.value), str(point.low), str(point.high), point.state] for point in chart.points]
    return Plot(title, [*says, str(chart.threshold), str(found.null)], lambda lang: drawn(found, lang), table(found, title), tuple(_keys(found)))


def _unit(chart: Chart) -> Cell:
    return text({"points": "forest_in_points", "share": "forest_in_percent", "number": "forest_in_units"}[chart.unit])


def _keys(found: Estimated) -> list[Key]:
    """What the marks and uprights stand for: the states that are seen, no effect, and what is asked."""
    chart = found.chart
    made = [Key(GLYPHS[state], state, _state(state)) for state in legend(chart) if state]
    made += [Key("│", "ink", text("no_effect"))] if found.null is not None else []
    return made + ([Key("┆", "ink", lambda lang: escape(threshold_words(chart, lang)))] if chart.threshold else [])


def measure(value: str) -> Cell:
    """What a quantity is called."""
    return lambda lang: lang.term("measure", value)


def period_of(value: str) -> Cell:
    """A claim period, or the whole term where it has no name."""
    return plain(value) if value else text("whole_term")


def _state(state: str) -> Cell:
    return lambda lang: lang.term("state", state)


def drawn(found: Estimated, language: Language) -> Markup:
    """The drawing. A claim period that nothing decides yet has its name and no mark."""
    chart, scale = found.chart, Fraction(1 if found.chart.unit == "number" else 100)
    guides = [*([Guide(found.null * scale, is_dashed=False)] if found.null is not None else []), *([Guide(Fraction(chart.threshold.value) * scale)] if chart.threshold else [])]
    values = [Fraction(value) * scale for point in chart.points for value in (point.value, point.low, point.high) if value is not None]
    axis = ends([*values, *(guide.at for guide in guides)] or [Fraction(0)])
    title = f"{language.term('measure', chart.measure).striptags()}"
    made = [_row(chart, point, scale, language) for point in chart.points]
    return rows(made, guides, axis, title, lambda value: _on_axis(value, language))


def _on_axis(value: Fraction, language: Language) -> str:
    """A round value with the decimals that it needs."""
    decimals = next((places for places in range(7) if (value * 10**places).denominator == 1), 6)
    return language.rounded(value, decimals)


def _row(chart: Chart, point: Point, scale: Fraction, language: Language) -> Row:
    called = point.period or language.bare("whole_term")
    if point.value is None:
        undecided = language.term("state", point.state) if point.state else language.text("no_result")
        return Row(called, (), None, undecided.striptags())
    mark = Mark(point.value * scale, SHAPES.get(point.state, "dot"), point.state or "ink")
    if point.low is None or point.high is None:
        return Row(called, (mark,), None, said(chart, point.value, language, 1))
    low, high = (said(chart, end, language, 1) for end in (point.low, point.high))
    words = language.bare("forest_row", value=said(chart, point.value, language, 1), low=low, high=high)
    return Row(called, (mark,), (Fraction(point.low) * scale, Fraction(point.high) * scale), words)


def table(found: Estimated, caption: Cell) -> Table:
    """A row a claim period: estimate, standard error and every interval with all their decimals, and what was decided of the payments that rest on it."""
    chart = found.chart
    made = [_numbers(chart, *every) for every in zip(chart.points, found.values, found.errors, found.intervals, strict=True)]
    heads = columns("claim_period", "estimate", "standard_error", "intervals", "decision", numbers=("estimate", "standard_error"))
    return Table(caption, heads, tuple(made))


def _numbers(chart: Chart, point: Point, value: Decimal | None, error: Decimal | None, intervals: tuple[Interval, ...]) -> tuple[Cell, ...]:
    period = period_of(point.period)
    decided = joined([pill(claim.state) for claim in point.claims]) if point.claims else NOTHING
    if point.value is None or value is None:
        return period, text("no_result"), NOTHING, NOTHING, decided
    told = joined([interval(chart, item) for item in intervals], "; ") if intervals else text("none")
    return period, exact(chart, value), NOTHING if error is None else exact(chart, error), told, decided


def exact(chart: Chart, value: Decimal) -> Cell:
    """A number with the decimals it was estimated to."""
    decimals = max(0, decimals_of(value) - (0 if chart.unit == "number" else 2))
    return lambda lang: escape(said(chart, value, lang, decimals))


def interval(chart: Chart, item: Interval) -> Cell:
    """An interval with its name, level and ends."""
    return text("interval", name=lambda lang: lang.term("interval", item.name), level=percent(item.level, 0), low=exact(chart, item.low), high=exact(chart, item.high))
