"""The order of payment: classes of investors, guarantee, split, steps, days, and a distribution computed by the code that distributes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from pipelines.contracts.waterfall import InvestorClass, Step, Waterfall
from pipelines.payments.waterfall import Inflow, distribute
from pipelines.reports.annex.document import Block, Heading, Paragraph, Points, Sum, Table
from pipelines.reports.annex.draft import Draft

CENT = Decimal("0.01")


def waterfall(draft: Draft) -> list[Block]:
    """The section; nothing for a contract without investors to repay."""
    terms = draft.contract.waterfall
    return [] if terms is None else [*_terms(draft, terms), *_example(draft, terms)]


def _terms(draft: Draft, terms: Waterfall) -> Iterator[Block]:
    words = draft.words
    yield Heading(1, words.text("waterfall"))
    yield Paragraph(words.text("waterfall_intro", clause=terms.clause))
    rows = tuple(
        (_class(draft, item.id), draft.party(item.investor), words.money(item.principal), words.date(item.drawn_on), words.percent(item.return_cap)) for item in terms.classes
    )
    header = tuple(words.text(key) for key in ("class", "investor", "principal", "drawn_on", "return_cap"))
    yield Table(words.text("waterfall_classes"), header, rows, right=(2, 4))
    yield Paragraph(" ".join([words.text("return_cap_note"), words.text(f"day_count.{terms.day_count}")]))
    yield Points(tuple(_agreed(draft, terms)))
    yield Paragraph(words.text("waterfall_order"))
    yield Points(tuple(_step(draft, step) for step in terms.order), is_ordered=True)
    yield Paragraph(words.text("distributed_on", days=words.listed([words.date(day) for day in terms.distributed_on])))


def _class(draft: Draft, name: str) -> str:
    """A class by its rank in words, with its own name; by its name alone where it is called otherwise."""
    word = draft.words.term("class", name)
    return name if word == name else draft.words.text("class_of", word=word, name=name)


def _agreed(draft: Draft, terms: Waterfall) -> Iterator[str]:
    """A sentence for each term that is agreed beside the order."""
    words = draft.words
    yield from (_floor(draft, item) for item in terms.classes if item.floor)
    if terms.guarantee:
        yield words.text("guarantee", guarantor=draft.party(terms.guarantee.guarantor), limit=words.money(terms.guarantee.limit))
    if terms.return_split:
        shares = [words.text("share_of", name=_class(draft, name), share=words.percent(share)) for name, share in terms.return_split.items()]
        yield words.text("return_split", shares=words.listed(shares))
        yield words.text(f"over_cap.{terms.over_cap}")
    if terms.bonus:
        cap = {"cap": words.money(terms.bonus.cap)} if terms.bonus.cap is not None else {}
        yield words.text("bonus_capped" if cap else "bonus", party=draft.party(terms.bonus.to), share=words.percent(terms.bonus.share), **cap)
    yield words.text("reverts_to", party=draft.party(terms.reverts_to))


def _floor(draft: Draft, item: InvestorClass) -> str:
    assert item.floor is not None
    words = draft.words
    fate = {"unpaid": words.text(f"floor_unpaid.{item.floor.unpaid}"), "counts": words.text(f"floor_counts.{str(item.floor.counts_to_cap).lower()}")}
    return words.text("floor", name=_class(draft, item.id), rate=words.percent(item.floor.rate), years=words.number(item.floor.years), **fate)


def _step(draft: Draft, step: Step) -> str:
    return draft.words.text("step.principal", name=_class(draft, step.repays)) if step.repays else draft.words.text(f"step.{step.written}")


def _example(draft: Draft, terms: Waterfall) -> Iterator[Block]:
    """All days of distribution, when on the day before each but the first the same amount comes in: half of the principal of all."""
    words = draft.words
    amount = (sum((item.principal for item in terms.classes), Decimal(0)) / 2).quantize(CENT)
    days = [day - dt.timedelta(days=1) for day in terms.distributed_on[1:]]
    yield Heading(2, words.text("waterfall_example"))
    yield Paragraph(words.text("waterfall_example_in", amount=words.money(amount)))
    for row in distribute(terms, [Inflow(day, amount, f"outcome payments posted on {day}") for day in days], terms.distributed_on[-1]):
        yield Paragraph(words.text("waterfall_example_day", day=words.date(row.date)))
        yield Sum(tuple(words.arithmetic(line) for line in row.arithmetic))
