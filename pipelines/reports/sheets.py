"""The learning, investment, evaluator's, citizen's and auditor's pages of a site, from what a night knows. Pure: all data comes in.

A page is asked for its blocks; what it says in every language is what it is made of, so that it is drawn again only when it says something else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.canonical import plain
from pipelines.ledger.journal import Entry
from pipelines.reports import auditor, citizen, evaluator, investment, learning
from pipelines.reports.auditor import Audited
from pipelines.reports.bars import Bars
from pipelines.reports.blocks import Block, Cell, Heading, Paragraph, Picture, Plot, Points, Table
from pipelines.reports.citizen import Told
from pipelines.reports.evaluated import Evaluated, compared
from pipelines.reports.invested import Invested
from pipelines.reports.learning import Seen
from pipelines.reports.phrases import LANGUAGES, Language
from pipelines.reports.web.kept import Page
from pipelines.reports.web.places import evaluator_page, file_name

Data = dict[str, Any]


@dataclass(frozen=True)
class Known:
    """What a night knows that these pages are made from: every contract's `terms` as plain data, the board's `rows`, `results` by contract, the proved
    `entries` and what is wrong with the ledger, what contracts `changed` in their gates, how many rows each open table suppresses, which entries
    have `evidence`, and by contract whose money moved, what its people are told and what its comparisons came to."""

    as_of: dt.date
    terms: Sequence[Data]
    rows: Sequence[Data]
    results: Mapping[str, Data]
    entries: Sequence[Entry]
    fault: str
    changed: Sequence[Data]
    suppressed: Sequence[tuple[str, int, int]]
    evidence: Collection[int]
    invested: Sequence[Invested]
    told: Sequence[Told]
    evaluated: Sequence[Evaluated] = ()


@dataclass(frozen=True)
class Sheet:
    """One page: `at` is its path from the folder of reports, `title` a key of the site's words with what stands in its slots. A page `for_anyone` says
    nothing that only the parties may read."""

    at: str
    title: str
    values: Mapping[str, str]
    blocks: Sequence[Block]
    for_anyone: bool = False

    def says(self) -> Data:
        """All that the page says, in every language, without drawing anything: plain data."""
        return {code: [_says(block, Language(code)) for block in self.blocks] for code in LANGUAGES}

    def page(self) -> Page:
        """The page as a site writes it."""
        return Page(self.at, self.title, "blocks.html", self.says(), lambda: {"blocks": self.blocks}, title_values=dict(self.values), for_anyone=self.for_anyone)


def _says(block: Block, language: Language) -> Any:
    if isinstance(block, Heading | Paragraph):
        return [block.kind, str(block.words(language))]
    if isinstance(block, Points):
        return [block.kind, [str(item(language)) for item in block.items]]
    if isinstance(block, Picture):
        return [block.kind, [_drawn(item, language) for item in block.drawings]]
    if isinstance(block, Plot):
        key = [[item.glyph, item.colour, str(item.words(language))] for item in block.key]
        return [block.kind, str(block.title(language)), plain(block.says), key, _tabled(block.numbers, language)]
    return [block.kind, *_tabled(block, language)]


def _tabled(table: Table, language: Language) -> list[Any]:
    rows: list[Sequence[Cell]] = [[column.words for column in table.columns], *table.rows, table.total]
    return [str(table.caption(language)), [[str(cell(language)) for cell in row] for row in rows]]


def _drawn(drawing: Bars, language: Language) -> Any:
    series = [[str(item.words(language)), item.colour, item.values] for item in drawing.series]
    return plain([str(drawing.title(language)), drawing.periods, series, drawing.expected, drawing.currency])


def sheets(known: Known) -> list[Sheet]:
    """Every page of these kinds, a first one of each kind and one for each contract."""
    return [*_learning(known), *_investment(known), *_evaluator(known), *_citizen(known), *_auditor(known)]


def _learning(known: Known) -> list[Sheet]:
    every = [_seen(known, terms) for terms in known.terms]
    first = Sheet("learning/index.html", "learning_across_title", {}, learning.across(every, known.as_of))
    return [first, *(Sheet(f"learning/{file_name(seen.contract)}.html", "learning_title", {"contract": seen.contract}, learning.blocks(seen, known.as_of)) for seen in every)]


def _seen(known: Known, terms: Data) -> Seen:
    contract = terms["contract"]
    rows, changed = ([row for row in found if row["contract"] == contract] for found in (known.rows, known.changed))
    return Seen(terms, rows, known.results.get(contract) or {}, [entry for entry in known.entries if entry.contract == contract], changed)


def _investment(known: Known) -> list[Sheet]:
    first = Sheet("investment/index.html", "investment_across_title", {}, investment.across(known.invested, known.as_of))
    return [
        first,
        *(Sheet(f"investment/{file_name(seen.contract)}.html", "investment_title", {"contract": seen.contract}, investment.blocks(seen, known.as_of)) for seen in known.invested),
    ]


def _evaluator(known: Known) -> list[Sheet]:
    """A page for each contract that compares; the first says of the others that they do not."""
    first = Sheet("evaluator/index.html", "evaluator_across_title", {}, evaluator.across(known.evaluated))
    every = [seen for seen in known.evaluated if compared(seen)]
    return [first, *(Sheet(evaluator_page(seen.contract), "evaluator_title", {"contract": seen.contract}, evaluator.blocks(seen)) for seen in every)]


def _citizen(known: Known) -> list[Sheet]:
    first = Sheet("citizen/index.html", "citizen_title", {}, citizen.index(known.told), for_anyone=True)
    return [first, *(Sheet(f"citizen/{file_name(told.terms['contract'])}.html", "citizen_title", {}, citizen.blocks(told), for_anyone=True) for told in known.told)]


def _auditor(known: Known) -> list[Sheet]:
    seen = Audited(known.terms, known.entries, known.fault, known.changed, known.suppressed, known.evidence)
    first = Sheet("auditor/index.html", "auditor_title", {}, auditor.across(seen, known.as_of))
    return [
        first,
        *(Sheet(f"auditor/{file_name(terms['contract'])}.html", "auditor_contract_title", {"contract": terms["contract"]}, auditor.blocks(seen, terms)) for terms in known.terms),
    ]
