"""What the parties agreed to reckon an effect as worth: every assumption of the investment case, with its clause, its source and its day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal

from pipelines.contracts.outcome import DatedMoney
from pipelines.contracts.refunding import on
from pipelines.contracts.value import PAYERS, Assumption, Consequence, Value, ValueCost, ValuedEffect
from pipelines.reports.annex.document import Block, Heading, Paragraph, Points, Table
from pipelines.reports.annex.draft import Draft
from pipelines.reports.annex.wording import Wording, cited


def worth(draft: Draft) -> list[Block]:
    """The section; nothing for a contract without an investment case."""
    value, words = draft.contract.value, draft.words
    if value is None:
        return []
    years = {"first": value.years.first, "last": value.years.last, "level": value.price_level}
    return [
        Heading(1, words.text("worth")),
        Paragraph(cited(words.text("worth_intro", **years), value.clause)),
        Points(tuple(_payers(draft, value))),
        *_money(words, value),
        Points(tuple(sentence for effect in value.effects for sentence in _effect(words, effect))),
        *(_people(words, effect) for effect in value.effects),
        *(block for item in value.consequences for block in _consequence(words, item)),
        *_schedules(draft, value),
        *(block for item in value.costs for block in _cost(words, item)),
    ]


def _assumed(words: Wording, item: Assumption, key: str, **given: str | int) -> str:
    """A sentence with who says so, when, and where it is agreed."""
    by = words.text("worth_source", source=item.source, day=words.date(item.dated))
    return cited(f"{words.text(key, **given)} {by}", item.clause)


def _payers(draft: Draft, value: Value) -> Iterator[str]:
    words = draft.words
    for kind in PAYERS:
        for name in getattr(value.payers, kind):
            yield words.text("worth_payer", party=draft.party(name), payer=words.text(f"payer_kind.{kind}"))
    yield words.text("worth_others", payer=words.text("payer_kind.others"))


def _money(words: Wording, value: Value) -> list[Block]:
    """The index by which amounts are carried between years, and the rate by which later years count for less."""
    levels = tuple((str(year), words.number(level)) for year, level in sorted(value.index.levels.root.items()))
    rates = [words.text("worth_rate", rate=words.percent(rate), day=words.date(day)) for day, rate in sorted(value.discount.rates.root.items())]
    return [
        Paragraph(_assumed(words, value.index, "worth_index", name=value.index.name)),
        Table(words.text("worth_levels", name=value.index.name), (words.text("worth_year"), words.text("worth_level")), levels, right=(0, 1)),
        Paragraph(_assumed(words, value.discount, "worth_discount", rates=words.listed(rates), first=value.years.first)),
    ]


def _effect(words: Wording, effect: ValuedEffect) -> Iterator[str]:
    figure = words.text("worth_mean") if effect.deadweight is not None else words.text("worth_figure", figure=words.quoted(effect.figure))
    given = {"outcome": words.quoted(effect.outcome), "figure": figure, "better": words.text(f"worth_better.{effect.better}")}
    yield _assumed(words, effect, "worth_effect", **given)
    if effect.interval is not None:
        yield words.text("worth_interval", name=words.term("interval", effect.interval))
    if effect.deadweight is not None:
        yield words.text("worth_deadweight", share=words.percent(effect.deadweight))
    hoped = {name: words.number(getattr(effect.expected, name)) for name in ("each", "low", "high")}
    yield words.text("worth_expected", outcome=words.quoted(effect.outcome), **hoped)


def _people(words: Wording, effect: ValuedEffect) -> Table:
    rows = tuple((name, words.number(people)) for name, people in effect.expected.people.items())
    return Table(words.text("worth_people", outcome=words.quoted(effect.outcome)), (words.text("worth_period"), words.text("worth_counted")), rows, right=(1,))


def _dated(words: Wording, amounts: DatedMoney) -> str:
    return words.listed([words.text("worth_from", amount=words.money(amount), day=words.date(day)) for day, amount in sorted(amounts.root.items())])


def _consequence(words: Wording, item: Consequence) -> Iterator[Block]:
    yield Heading(2, words.text("worth_consequence", name=words.quoted(item.id)))
    per = words.text(f"worth_per.{item.price.per}", unit=words.text(f"worth_unit.{item.unit}"))
    given = {"kind": words.text(f"worth_kind.{item.kind}"), "outcome": words.quoted(item.follows), "unit": words.text(f"worth_unit.{item.unit}")}
    yield Paragraph(_assumed(words, item, "worth_follows", **given))
    shares = [words.text("worth_share", payer=words.text(f"payer_kind.{payer}"), share=words.percent(share)) for payer, share in item.shares.given.items()]
    said = [
        words.text("worth_marginal", amounts=_dated(words, item.price.marginal), per=per, year=item.price.price_level),
        words.text("worth_average", amounts=_dated(words, item.price.average), per=per),
        words.text("worth_shares", shares=words.listed(shares)),
        words.text("worth_lasts", shares=words.listed([words.text("worth_left", year=year, share=words.percent(share)) for year, share in sorted(item.lasts.root.items())])),
    ]
    yield Points((*said, *_refunded(words, item)))


def _refunded(words: Wording, item: Consequence) -> Iterator[str]:
    back = item.refund
    if back is None:
        return
    named = words.quoted(back.schedule)
    if back.from_week is not None:
        yield words.text("worth_refund_week", name=named, week=words.number(back.from_week))
    if back.amount_a_year is not None:
        yield words.text("worth_refund_amount", name=named, amount=words.money(back.amount_a_year), year=back.price_level)


def _schedules(draft: Draft, value: Value) -> Iterator[Table]:
    """The refunds that consequences name and the contract does not write itself, as they hold in the budget years."""
    words, own = draft.words, draft.contract.refunds.schedules if draft.contract.refunds is not None else {}
    named = dict.fromkeys(item.refund.schedule for item in value.consequences if item.refund is not None and item.refund.schedule not in own)
    for name in named:
        for version in dict.fromkeys(found for year in value.years.all if (found := on(draft.catalogue.refunds.get(name, ()), dt.date(year, 1, 1))) is not None):
            shown = words.number if version.by == "week" else words.money
            level = words.text("price_level", year=version.price_level) if version.price_level is not None else ""
            rows = tuple((shown(at), words.percent(share)) for at, share in version.steps)
            caption = words.text("worth_schedule", name=words.quoted(name), day=words.date(version.valid_from), level=level, source=version.source)
            yield Table(caption, (words.text(f"refund_from.{version.by}"), words.text("refund_share")), rows, right=(0, 1))


def _cost(words: Wording, item: ValueCost) -> Iterator[Block]:
    yield Heading(2, words.text("worth_cost", name=words.quoted(item.id)))
    kind, payer = words.text(f"worth_cost_kind.{item.kind}"), words.text(f"payer_kind.{item.payer}")
    yield Paragraph(_assumed(words, item, "worth_costs", kind=kind, payer=payer, year=item.price_level))
    spent: Mapping[int, Decimal] = item.came_to.root if item.came_to is not None else {}
    years = sorted({*item.amounts.root, *spent})
    rows = tuple((str(year), *(words.money(found[year]) if year in found else words.text("none") for found in (item.amounts.root, spent))) for year in years)
    yield Table(
        words.text("worth_cost_years", name=words.quoted(item.id)), tuple(words.text(key) for key in ("worth_year", "worth_agreed", "worth_came_to")), rows, right=(0, 1, 2)
    )
