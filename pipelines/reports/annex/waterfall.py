"""The order of payment: classes of investors, guarantee, split, steps, days, and a distribution computed by the code that distributes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from pipelines.contracts.investors import IrrCap
from pipelines.contracts.waterfall import Step, Waterfall
from pipelines.payments.waterfall import Inflow, distribute
from pipelines.reports.annex.document import Block, Heading, Paragraph, Points, Sum
from pipelines.reports.annex.draft import Draft
from pipelines.reports.annex.investors import agreed, at_risk, class_name, classes, rates_of

CENT = Decimal("0.01")


def waterfall(draft: Draft) -> list[Block]:
    """The section; nothing for a contract without investors to repay."""
    terms = draft.contract.waterfall
    return [] if terms is None else [*_terms(draft, terms), *at_risk(draft, terms), *_example(draft, terms)]


def _terms(draft: Draft, terms: Waterfall) -> Iterator[Block]:
    words = draft.words
    yield Heading(1, words.text("waterfall"))
    yield Paragraph(words.text("waterfall_intro", clause=terms.clause))
    yield classes(draft, terms)
    note = "return_cap_note_or_rate" if any(isinstance(item.return_cap, IrrCap) for item in terms.classes) else "return_cap_note"
    yield Paragraph(" ".join([words.text(note), words.text(f"day_count.{terms.day_count}")]))
    yield Points(tuple(_agreed(draft, terms)))
    yield Paragraph(words.text("waterfall_order"))
    yield Points(tuple(_step(draft, step) for step in terms.order), is_ordered=True)
    yield Paragraph(words.text("distributed_on", days=words.listed([words.date(day) for day in terms.distributed_on])))


def _agreed(draft: Draft, terms: Waterfall) -> Iterator[str]:
    """A sentence for each term that is agreed beside the order."""
    words = draft.words
    yield from agreed(draft, terms)
    if terms.guarantee:
        yield words.text("guarantee", guarantor=draft.party(terms.guarantee.guarantor), limit=words.money(terms.guarantee.limit))
    if terms.return_split:
        shares = [words.text("share_of", name=class_name(draft, name), share=words.percent(share)) for name, share in terms.return_split.items()]
        yield words.text("return_split", shares=words.listed(shares))
        yield words.text(f"over_cap.{terms.over_cap}")
    if terms.bonus:
        cap = {"cap": words.money(terms.bonus.cap)} if terms.bonus.cap is not None else {}
        yield words.text("bonus_capped" if cap else "bonus", party=draft.party(terms.bonus.to), share=words.percent(terms.bonus.share), **cap)
    yield words.text("reverts_to", party=draft.party(terms.reverts_to))


def _step(draft: Draft, step: Step) -> str:
    return draft.words.text(f"step.{step.kind}", **({"name": class_name(draft, step.of)} if step.of else {}))


def _example(draft: Draft, terms: Waterfall) -> Iterator[Block]:
    """All days of distribution, when on the day before each but the first the same amount comes in: half of the principal of all."""
    words = draft.words
    amount = (sum((item.agreed for item in terms.classes), Decimal(0)) / 2).quantize(CENT)
    days = [day - dt.timedelta(days=1) for day in terms.distributed_on[1:]]
    yield Heading(2, words.text("waterfall_example"))
    yield Paragraph(words.text("waterfall_example_in", amount=words.money(amount)))
    rows = distribute(terms, [Inflow(day, amount, f"outcome payments posted on {day}") for day in days], terms.distributed_on[-1])
    for row in rows:
        yield Paragraph(words.text("waterfall_example_day", day=words.date(row.date)))
        yield Sum(tuple(words.arithmetic(line) for line in row.arithmetic))
    yield Paragraph(" ".join(rates_of(draft, terms, rows)))
