"""What stands beside an estimate: what was assumed, what was seen on the way, and what the same method finds where there is nothing to be found."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from pipelines.reports.blocks import NOTHING, Block, Cell, Column, Heading, Paragraph, Points, Table, about, columns, joined, plain, say, strong, text
from pipelines.reports.charts import Chart, unit_of
from pipelines.reports.evaluated import Evaluated, assumptions, diagnostics, intervals_of, method_of, placebos
from pipelines.reports.forest import exact, interval, measure, period_of
from pipelines.reports.learning import called
from pipelines.reports.phrases import interface

Data = dict[str, Any]
APART = ("n_treatment", "n_comparison", "difference")
"""Diagnostics that a method may also tell of each cohort or part, whose name then stands beside theirs."""
LONGEST_NUMBER = 24
"""What is longer is a sentence, which must be free to break."""
MOST_PERIODS = 6
"""Up to how many claim periods stand side by side."""


def checked(seen: Evaluated, outcome: Data) -> list[Block]:
    """What was assumed, and what was seen on the way."""
    assumed, told = assumptions(seen, outcome["id"]), diagnostics(seen, outcome["id"])
    if not assumed and not told:
        return []
    made: list[Block] = [Heading(3, text("assumptions"))]
    if assumed:
        made.append(Points(tuple(joined([_spoken(one), _spoken(words)], ": ") for one, words in assumed)))
    if told:
        made.append(_diagnostics(told, about("diagnostics", called(seen.terms, outcome["id"]))))
    return made


def _diagnostics(told: Sequence[tuple[str, str, str]], caption: Cell) -> Table:
    """A row a diagnostic and a column a claim period; a row each where there are many periods."""
    periods, names = (list(dict.fromkeys(item[place] for item in told)) for place in (0, 1))
    if len(periods) > MOST_PERIODS:
        rows = [(period_of(period), diagnostic(one), _spoken(words)) for period, one, words in told]
        return Table(caption, columns("claim_period", "diagnostic", "value", numbers=("value",)), tuple(rows))
    found = {(period, one): words for period, one, words in told}
    spoken = {period for period, _, words in told if len(words) > LONGEST_NUMBER}
    heads = (Column(text("diagnostic")), *(Column(period_of(period), is_number=period not in spoken) for period in periods))
    lines = [(diagnostic(one), *(_spoken(found[period, one]) if (period, one) in found else NOTHING for period in periods)) for one in names]
    return Table(caption, heads, tuple(lines))


def tried(seen: Evaluated, outcome: Data) -> list[Block]:
    """What the same method finds where it must find nothing."""
    found = placebos(seen, outcome["id"])
    if not found:
        return []
    heads = columns("claim_period", "outcome", "quantity", "estimate", "intervals", "placebo_verdict", numbers=("estimate",))
    rows = [_placebo(seen, period, item, method_of(seen, outcome)) for period, item in found]
    return [
        Heading(3, text("where_nothing_may_be_found")),
        Table(about("where_nothing_may_be_found", called(seen.terms, outcome["id"])), heads, tuple(rows)),
        Paragraph(text("placebo_note"), "quiet"),
    ]


def _placebo(seen: Evaluated, period: str, item: Data, method: str) -> tuple[Cell, ...]:
    named = (period_of(period), called(seen.terms, item["outcome"]))
    quantity = item.get("quantity")
    if quantity is None:
        return *named, NOTHING, NOTHING, NOTHING, say(str(item.get("failure") or ""))
    chart = Chart(item["outcome"], "", item["name"], "", unit_of(item["name"], method), ())
    told = joined([interval(chart, one) for one in intervals_of(quantity)], "; ")
    verdict = strong(text("placebo_found")) if item["moves"] else text("placebo_quiet")
    return *named, measure(item["name"]), exact(chart, Decimal(str(quantity["value"]))), told, verdict


def diagnostic(value: str) -> Cell:
    """What a diagnostic is called; one that has no words is shown as it is."""
    if f"diagnostic.{value}" in interface():
        return lambda lang: lang.term("diagnostic", value)
    for known in APART:
        of = value.removeprefix(f"{known}_").removesuffix(f"_{known}")
        if of != value:
            return _apart(known, of)
    return _spoken(value)


def _apart(known: str, of: str) -> Cell:
    return joined([lambda lang: lang.term("diagnostic", known), plain(of)], ": ")


def _spoken(value: str) -> Cell:
    return say(value.replace("_", " ") if " " not in value else value)
