"""What is paid: every payment with its rule in words, prices by date, adjusters, conditions, calendar and a worked example."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from pipelines.contracts.catalogue import arguments
from pipelines.contracts.outcome import ClaimPeriod, DatedMoney, Payment
from pipelines.contracts.parts import MEAN
from pipelines.contracts.payment import PinnedRule
from pipelines.contracts.steps import MoneyByComponent, SteppedMoney, SteppedShares, dated
from pipelines.payments.rule import index_words
from pipelines.reports.annex.argument_tables import own_words
from pipelines.reports.annex.codes import by_index
from pipelines.reports.annex.document import Block, Heading, Paragraph, Points, Table
from pipelines.reports.annex.draft import Draft
from pipelines.reports.annex.examples import example
from pipelines.reports.annex.wording import Wording, cited

STATES = ("not_due", "held", "not_met", "due")
TERMS = {"measure": "measure", "interval": "interval", "figure": "measure"}
"""Arguments whose words are those of the report pages, by the name of their list there."""
MONEY = ("funding", "amounts")
"""Arguments that are amounts by the name of a claim period."""
FREE = ("source", "because", "by")
"""Arguments that a contract says in its own words."""
PRICED = (DatedMoney, SteppedMoney, MoneyByComponent)
"""Arguments that are printed as a table of prices."""


def payments(draft: Draft) -> list[Block]:
    words = draft.words
    states = Points(tuple(words.text(f"state.{state}") for state in STATES), is_ordered=True)
    blocks = [block for payment in draft.contract.payments for block in _payment(draft, payment)]
    return [Heading(1, words.text("payments")), Paragraph(words.text("states_intro")), states, *blocks]


def _payment(draft: Draft, payment: Payment) -> Iterator[Block]:
    words = draft.words
    rule = arguments(draft.vocabulary.rules[payment.rule.pin].parameters, payment.rule.arguments)
    yield Heading(2, words.text("payment_heading", name=words.quoted(payment.id)))
    given = {"payer": draft.party(payment.payer), "payee": draft.party(payment.payee), "outcome": words.quoted(payment.pays_for)}
    sentence = cited(words.text(f"rule.{payment.rule.pin}", **slots(rule, words)), payment.clause)
    yield Paragraph(" ".join([words.text("pays_for", clause=payment.clause, **given), sentence, words.text("rule_pin", pin=payment.rule.pin)]))
    if payment.split is not None:
        shares = [words.text("share_of", name=draft.party(name), share=words.percent(share)) for name, share in payment.split.shares.items()]
        yield Paragraph(words.text("split", shares=words.listed(shares), payer=draft.party(payment.payer), clause=payment.split.clause))
    if payment.unless_paid is not None:
        named = {"payments": words.names(payment.unless_paid.payments), "clause": payment.unless_paid.clause}
        yield Paragraph(words.text("unless_paid", **named))
    yield from _prices(words, rule)
    yield from _parts(draft, payment, rule)
    yield from _adjusted(draft, payment)
    yield from _conditions(draft, payment)
    if payment.on_account is not None:
        terms = payment.on_account
        named = {"outcome": words.quoted(terms.pays_for), "final": words.quoted(payment.pays_for)}
        yield Paragraph(words.text("on_account", share=words.percent(terms.share), clause=terms.clause, **named))
    yield _calendar(words, payment)
    yield Paragraph(words.text("calendar_note"))
    yield from example(draft, payment)


def slots(given: dict[str, Any], words: Wording) -> dict[str, str]:
    """Every argument as it may stand in a sentence: `{name}`, and of numbers also `{name_percent}` and `{name_money}`."""
    made: dict[str, str] = {}
    for name, value in given.items():
        own = own_words(words, name, value)
        if own is not None:
            made[name] = own
        elif isinstance(value, Decimal | int) and not isinstance(value, bool):
            made |= {name: words.number(value), f"{name}_percent": words.percent(Decimal(value)), f"{name}_money": words.money(value)}
        elif isinstance(value, dict):
            made[name] = words.listed([_keyed(words, name, str(key), item) for key, item in value.items()])
        elif isinstance(value, dt.date):
            made[name] = words.date(value)
        elif isinstance(value, list):
            made[name] = words.names(value) if all(isinstance(item, str) for item in value) else words.listed([_weighed(words, item) for item in value])
        elif isinstance(value, SteppedShares):
            made[name] = words.listed([words.text("share_beyond", share=words.percent(share), amount=words.money(start)) for start, share in value.root.items()])
        elif value is not None and not isinstance(value, PRICED):
            made[name] = value.replace("_", " ") if name in FREE else chosen(words, name, str(value))
    if "unit" in given:
        made["units"] = chosen(words, "units", given["unit"])
    return made


def _keyed(words: Wording, name: str, key: str, value: Decimal) -> str:
    """One entry of an argument that is keyed by a name: an amount of money, or a share."""
    if name in MONEY:
        return words.text("amount_for", name=words.quoted(key), amount=words.money(value))
    return words.text("share_of", name=words.quoted(key), share=words.percent(value))


def _weighed(words: Wording, part: Any) -> str:
    """One of several parts of a rule: its outcome and its weight."""
    return words.text("share_of", name=words.quoted(part.outcome) if part.outcome else words.text("own_outcome"), share=words.percent(part.weight))


def _parts(draft: Draft, payment: Payment, rule: dict[str, Any]) -> Iterator[Block]:
    """The rules that are put together in one: each on its outcome, with its weight and its own words and prices."""
    words = draft.words
    for part in rule.get("parts", []):
        if not isinstance(getattr(part, "rule", None), PinnedRule):
            continue
        given = arguments(draft.vocabulary.rules[part.rule.pin].parameters, part.rule.arguments)
        sentence = words.text(f"rule.{part.rule.pin}", **slots(given, words))
        yield Paragraph(words.text("part", outcome=words.quoted(part.outcome or payment.pays_for), weight=words.percent(part.weight), sentence=sentence))
        yield from _prices(words, given)


def chosen(words: Wording, name: str, value: str) -> str:
    """A word that a contract chose for an argument. A unit may be any, and is said as the contract writes it where it is not a known one."""
    if name == "role":
        return words.text(f"role.{value}")
    if name in TERMS and not (name == "figure" and value == MEAN):
        return words.term(TERMS[name], value)
    if name in ("unit", "units") and not words.has(f"choice.{name}.{value}"):
        return value.replace("_", " ")
    return words.text(f"choice.{name}.{value}")


def _prices(words: Wording, given: dict[str, Any]) -> Iterator[Block]:
    """A table of each argument that is amounts by date; of those that follow an index also how, with every sum."""
    for name, value in given.items():
        if isinstance(value, PRICED):
            yield _price(words, name, value)
            indexed = [amount for _, amount in dated(value) if amount.by_index is not None]
            yield from (Paragraph(said) for said in dict.fromkeys(by_index(amount.by_index, words) for amount in indexed if amount.by_index is not None))
            sums = dict.fromkeys(words.said(line) for amount in indexed for line in index_words(amount, dt.date.min, dt.date.max))
            yield from [Points(tuple(sums))] if sums else []


def _price(words: Wording, name: str, prices: DatedMoney | SteppedMoney | MoneyByComponent) -> Table:
    """Every amount with the day it holds from; of several, each with the number or the component that it is for."""
    header = (words.text("holds_from"), words.text("amount" if name == "amount" else "price"))
    if isinstance(prices, DatedMoney):
        return Table(words.text("prices"), header, tuple(_dated(words, prices)), right=(1,))
    of, shown = ("from_number", lambda number: words.number(int(number))) if isinstance(prices, SteppedMoney) else ("component", words.quoted)
    rows = tuple((shown(key), *row) for keys, amounts in dated(prices) for key in keys for row in _dated(words, amounts))
    return Table(words.text("prices"), (words.text(of), *header), rows, right=(2,))


def _dated(words: Wording, prices: DatedMoney) -> list[tuple[str, str]]:
    return [(words.date(day), words.money(amount)) for day, amount in sorted(prices.root.items())]


def _adjusted(draft: Draft, payment: Payment) -> Iterator[Block]:
    words = draft.words
    if not payment.adjust:
        yield Paragraph(words.text("not_adjusted"))
        return
    yield Paragraph(words.text("adjusted"))
    adjusters = draft.vocabulary.adjusters
    given = [arguments(adjusters[item.pin].parameters, item.arguments) for item in payment.adjust]
    said = [words.text(f"adjuster.{item.pin}", **slots(terms, words)) for item, terms in zip(payment.adjust, given, strict=True)]
    yield Points(tuple(said), is_ordered=True)
    for terms in given:
        yield from _prices(words, terms)


def _conditions(draft: Draft, payment: Payment) -> Iterator[Block]:
    words = draft.words
    if payment.requires:
        yield Paragraph(words.text("requires"))
        yield Points(
            tuple(
                words.text(f"condition.{item.rule}", outcome=words.quoted(item.outcome), min_response=words.percent(item.min_response), clause=item.clause)
                for item in payment.requires
            )
        )


def _calendar(words: Wording, payment: Payment) -> Table:
    """The claim periods with the day each is decided from, on account and finally where there are two settlements, and what was expected where that
    was said."""
    is_twice, is_expected = payment.on_account is not None, any(period.expected is not None for period in payment.claim_periods)
    decided = ("on_account_from", "finally_from") if is_twice else ("decided_from",)
    header = tuple(words.text(key) for key in ("claim_period", "first_day", "last_day", *decided, *(["expected_payment"] if is_expected else [])))

    def day(value: dt.date | None) -> str:
        return words.date(value) if value else words.text("none")

    def expected(period: ClaimPeriod) -> list[str]:
        return [] if not is_expected else [words.text("none") if period.expected is None else words.money(period.expected)]

    rows = tuple(
        (period.id, day(period.start), day(period.end), *([day(period.on_account_from)] if is_twice else []), day(period.decided_from), *expected(period))
        for period in payment.claim_periods
    )
    return Table(words.text("calendar"), header, rows)
