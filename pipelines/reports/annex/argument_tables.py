"""Arguments of payment rules that are tables, and those that a contract may leave out, as they are said inside a sentence."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pipelines.contracts.outcome import DatedMoney
from pipelines.contracts.parts import IndexPart, LeastShare, Steps, ValuesByPayer
from pipelines.reports.annex.codes import dated
from pipelines.reports.annex.wording import Wording

YEARS = ("price_level",)
"""Arguments that are years, whose thousands are not set apart."""
OPTIONAL = ("plus", "floor")
"""Arguments that are said in a sentence of their own, where they are given."""


def own_words(words: Wording, name: str, value: Any) -> str | None:
    """What is said of such an argument; None of any other."""
    if name in YEARS:
        return f"{value}"
    if name in OPTIONAL:
        return _optional(words, name, value)
    if isinstance(value, Steps):
        return words.listed([words.text("step_from", worth=_worth(paid, words), figure=words.number(figure)) for figure, paid in value.root.items()])
    if isinstance(value, ValuesByPayer):
        every = [(payer, year, amount) for payer, years in value.root.items() for year, amount in years.items()]
        return words.listed([words.text("value_of", payer=words.quoted(payer), amount=words.money(amount), year=year) for payer, year, amount in every])
    if isinstance(value, list) and value and all(isinstance(item, IndexPart) for item in value):
        return words.listed([_part(words, item) for item in value])
    return None


def _optional(words: Wording, name: str, value: Any) -> str:
    """A sentence after others; nothing where the contract gives no such argument."""
    if value is None:
        return ""
    given = {"share": words.percent(value.share), "until": words.date(value.until)} if isinstance(value, LeastShare) else {"share": words.percent(value)}
    said = words.text(f"optional.{name}", **given)
    return f" {said}"


def _worth(paid: Decimal | DatedMoney, words: Wording) -> str:
    return dated(paid, words) if isinstance(paid, DatedMoney) else words.text("share_of_amount", share=words.percent(paid))


def _part(words: Wording, item: IndexPart) -> str:
    scale = {"low": words.number(item.low), "high": words.number(item.high)}
    return words.text("index_part", share=words.percent(item.weight), outcome=words.quoted(item.outcome), **scale)
