"""The page of a quote: one file that stands alone, in one language, marked as a quote wherever one looks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipelines.files import write_atomically
from pipelines.reports import quote_drawing
from pipelines.reports.pages import environment, render
from pipelines.reports.phrases import Code, Language
from pipelines.reports.web import filters
from pipelines.reports.web.waterfall import waterfall_table

Data = dict[str, Any]


def write(shown: Data, path: Path, language: Code | None) -> None:
    """Write the page of a quote's data, in the contract's own language unless another is named."""
    write_atomically(path, page(shown, language))


def page(shown: Data, language: Code | None = None) -> bytes:
    """The page as bytes. Pure: all data comes in."""
    spoken = Language(language or shown["language"])
    flow = waterfall_table(shown["waterfall"], shown["waterfall"], "") if shown["waterfall"] else None
    return render(
        "quote.html",
        l=spoken,
        shown=shown,
        bars=quote_drawing.bars(shown["cash_flow"]),
        terms={"waterfall": shown["waterfall"], "currency": shown["currency"]},
        contract={"waterfall": flow},
        is_settled_twice=any(item["settlement"] != "final" for item in shown["payments"]),
        quarters=_moving(shown),
    )


def _moving(shown: Data) -> list[Data]:
    """The quarters in which a party pays or gets something, or was expected to."""
    names = ("paid", "got", "expected_net")
    return [row for row in shown["cash_flow"] if any(float(row.get(name, 0)) for name in names)]


environment().filters["quote_bars_title"] = quote_drawing.title
environment().filters["quote_bars_drawn"] = quote_drawing.svg
filters.install()
