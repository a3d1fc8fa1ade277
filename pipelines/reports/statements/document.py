"""A payment statement as a document, in one language: what a page and a PDF are printed from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from pipelines.contracts.source import LOADER
from pipelines.errors import ContractError
from pipelines.reports.annex.document import Block, Document, Heading, Paragraph, Sum, Table, numbered
from pipelines.reports.annex.wording import NO_BREAK, Wording
from pipelines.reports.phrases import WORDS, Code
from pipelines.reports.statements.lines import Line
from pipelines.reports.statements.statement import ALL, Statement

Flow = Sequence[dict[str, Any]]
"""Rows of the published table `waterfall`, of one contract."""


@cache
def texts() -> dict[str, dict[str, str]]:
    """The statement's own texts by key, each in both languages."""
    made: dict[str, dict[str, str]] = yaml.load((WORDS / "statement.yaml").read_text(encoding="utf-8"), Loader=LOADER)  # noqa: S506  a safe one
    return made


@dataclass(frozen=True)
class Said(Wording):
    """The words of a statement. A sentence that has no Danish stands in English: a statement is never left out for a word."""

    def text(self, key: str, **values: Any) -> str:
        """The statement's own text under `key`, with values in its slots. Raises KeyError for a key that is not there."""
        return texts()[key][self.code].format(**values).replace("kr..", "kr.")

    def sentence(self, sentence: str) -> str:
        """A sentence that the pipeline makes, or a line of its arithmetic."""
        try:
            return self.arithmetic(sentence)
        except ContractError:
            return sentence


def document(found: Statement, language: Code, flow: Flow = ()) -> Document:
    """The statement of a party. `flow` is what the contract's waterfall distributed."""
    words, terms, newest = Said(language, found.currency), found.terms, found.through.entry
    blocks: list[Block] = [Heading(1, words.text("lines")), _lines(found, words), *_elsewhere(found, words)]
    blocks += _stands(found, words)
    blocks += [Heading(1, words.text("found")), *_found(found, words)]
    blocks += [Heading(1, words.text("waterfall")), Paragraph(words.text("waterfall_intro")), _flow(flow, words)] if flow else []
    blocks += [Paragraph(words.text(f"vat.{terms.vat}")), Paragraph(words.text("about"))]
    footer = words.text("footer", contract=terms.contract, period=_period(found, words), party=terms.name(found.party), entry=newest.seq)
    subtitle = words.text("subtitle", title=terms.title or terms.contract, period=_period(found, words))
    return Document(language, words.text("title"), subtitle, _facts(found, words), numbered(blocks), footer, (words.text("page"), words.text("of")))


def _period(found: Statement, words: Said) -> str:
    return words.text("every_period") if found.period == ALL else found.period


def _facts(found: Statement, words: Said) -> tuple[tuple[str, str], ...]:
    terms, newest = found.terms, found.through.entry
    days = terms.periods.get(found.period)
    period = _period(found, words) + (f", {words.text('from_to', start=words.date(days[0]), end=words.date(days[1]))}" if days else "")
    return (
        (words.text("fact_contract"), terms.contract),
        (words.text("fact_period"), period),
        (words.text("fact_party"), words.text(f"role.{found.role}", name=terms.name(found.party))),
        (words.text("fact_other"), words.listed([terms.name(other) for other in found.others])),
        (words.text("fact_through"), words.text("through", entry=newest.seq, day=words.date(newest.as_of))),
        (words.text("fact_total"), words.money(found.total)),
    )


def _lines(found: Statement, words: Said) -> Block:
    """A line each, and their total. Where several pay, the party's share stands beside the whole amount."""
    if not found.lines:
        return Paragraph(words.text("none"))
    shared = (words.text("share", name=found.terms.name(found.party)),) if found.has_shares else ()
    header = (*(words.text(key) for key in ("entry", "day", "for", "period", "clause", "earlier", "amount")), *shared)
    rows = []
    for line in found.lines:
        money = (words.money(line.earlier), words.money(line.amount), *([words.money(found.amount(line))] if shared else []))
        rows.append((str(line.entry.seq), words.date(line.entry.as_of), _for(line, words), line.claim_period, line.entry.body["clause"], *money))
    total = (words.text("total"), *[""] * (len(header) - 2), words.money(found.total))
    return Table("", header, tuple(rows), right=tuple(range(5, len(header))), total=total)


def _for(line: Line, words: Said) -> str:
    return words.text(f"kind.{line.entry.kind}.{line.settlement}", trigger=line.trigger)


def _elsewhere(found: Statement, words: Said) -> list[Block]:
    """True-ups of the period that another statement has in its total."""
    if not found.elsewhere:
        return []
    header = tuple(words.text(key) for key in ("entry", "day", "for", "settled_with", "amount"))
    rows = tuple(
        (str(line.entry.seq), words.date(line.entry.as_of), _for(line, words), line.settled_with or words.text("next"), words.money(found.amount(line))) for line in found.elsewhere
    )
    return [Heading(2, words.text("elsewhere")), Paragraph(words.text("elsewhere_intro")), Table("", header, rows, right=(4,))]


def _stands(found: Statement, words: Said) -> list[Block]:
    """Where the claims stand: what is open, approved, disputed, refused, to be returned and paid."""
    rows = tuple((words.text(f"part.{name}"), words.money(amount)) for name, amount in found.parts().items() if amount)
    table = Table("", (words.text("part"), words.text("amount")), rows, right=(1,))
    return [Heading(1, words.text("stands")), Paragraph(words.text("stands_intro")), table] if rows else []


def _found(found: Statement, words: Said) -> list[Block]:
    """The arithmetic of each line, as it was posted."""
    made: list[Block] = []
    for line in (*found.lines, *found.elsewhere):
        body = line.entry.body
        cause = {"cause": words.text(f"cause.{body['cause']}")} if line.entry.kind == "true_up" else {}
        made.append(Paragraph(words.text("true_up_line" if cause else "found_line", entry=line.entry.seq, reason=words.sentence(body["reason"]), **cause)))
        made.append(Sum(tuple(words.sentence(item) for item in body["arithmetic"])))
    return made


def _flow(flow: Flow, words: Said) -> Table:
    """What every distribution came to, without steps of nought."""
    header = tuple(words.text(key) for key in ("distributed_on", "step", "class", "amount"))
    rows = tuple((_day(row["distributed_on"], words), words.text(f"step.{row['step']}"), row["class"] or NO_BREAK, words.money(row["amount"])) for row in flow if row["amount"])
    return Table("", header, rows, right=(3,))


def _day(day: dt.date, words: Said) -> str:
    return words.date(day)
