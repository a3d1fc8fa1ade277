"""The investment page of a contract, and the one across contracts: whose money was put in, what became due and was paid, what investors got back and
what they gained, by party and year. For the contracts' parties.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from pipelines.reports.bars import Bars, Series
from pipelines.reports.blocks import (
    BREAK,
    NOTHING,
    Block,
    Cell,
    Column,
    Heading,
    Paragraph,
    Picture,
    Table,
    amount,
    columns,
    day,
    in_currency,
    joined,
    link,
    money,
    name,
    number,
    own,
    percent,
    plain,
    say,
    text,
)
from pipelines.reports.invested import NOUGHT, Budget, Invested, budgets, by_year, expected_by, expected_years, investors, payers
from pipelines.reports.learning import known_to
from pipelines.reports.web.places import file_name
from pipelines.reports.worth import worth

Data = dict[str, Any]
PARTS = {
    "due_payments": ("part_due_payments", "due"),
    "put_in": ("part_put_in", "not_due"),
    "guaranteed": ("part_guaranteed", "held"),
    "back": ("part_back", "bar"),
    "gain": ("part_gain", "not_met"),
    "guarantor": ("part_guarantor", "focus"),
    "bonus": ("part_bonus", "brand"),
    "reverts": ("part_reverts", "quiet"),
}
"""The words and the colour of each part of the drawing; money in stands above the line, money out below it."""


def blocks(seen: Invested, as_of: dt.date) -> list[Block]:
    """The page of one contract."""
    top: list[Block] = [
        Heading(1, text("investment_heading", title=own(str(seen.terms["title"]), seen.language))),
        Paragraph(text("investment_intro", contract=name(seen.contract), known=known_to([item.entry for item in seen.made])), "quiet"),
    ]
    if seen.fault:
        return [*top, Paragraph(joined([text("accounts_fault"), say(seen.fault)]), "problem")]
    return [*top, *_first(seen), *_drawing(seen), *_whose_budget(seen), *_payers(seen), *_investors(seen, as_of), *_triggers(seen, as_of), *_worth(seen)]


def _worth(seen: Invested) -> list[Block]:
    """What the effect is worth, where the contract says how that is reckoned; why it could not be; else that the page does not say."""
    if seen.no_case is not None:
        why = text("worth_no_refunds", schedule=name(seen.no_case.refunds)) if seen.no_case.refunds else text("worth_error", error=plain(seen.no_case.error))
        return [Heading(2, text("worth_heading"), "worth"), Paragraph(joined([text("worth_not_reckoned"), why]), "problem")]
    return worth(seen.case) if seen.case is not None else [Paragraph(text("not_savings"), "quiet")]


def _first(seen: Invested) -> list[Block]:
    """What the contract has cost so far, of what it can cost."""
    due = sum((payer.due for payer in payers(seen)), NOUGHT)
    cap = ((seen.terms.get("caps") or {}).get("in_all") or {}).get("amount")
    said = text("cost_so_far", amount=money(due, seen.currency))
    of = text("cost_at_most", cap=money(cap, seen.currency), share=percent(due / Decimal(cap))) if cap and Decimal(cap) else text("no_cap_in_all")
    rest = [text("waits_to_be_distributed", amount=money(seen.waiting, seen.currency))] if seen.waiting else []
    return [Paragraph(joined([said, of, *rest]))]


def _drawing(seen: Invested) -> list[Block]:
    drawing = drawn([seen])
    head = Heading(2, text("money_by_year"))
    return [head, Picture((drawing,), numbers_of(drawing)), Paragraph(text("money_by_year_note"), "quiet")] if drawing.has_something else [head, Paragraph(text("no_money_yet"))]


def numbers_of(drawing: Bars) -> Table:
    """The numbers of a drawing: a row a part of it, a column a year."""
    heads = (Column(text("money_part")), *(Column(plain(year), is_number=True) for year in drawing.periods))
    rows = [(item.words, *(amount(value) for value in item.values)) for item in drawing.series]
    if drawing.expected and drawing.outlined:
        rows.append((drawing.outlined, *(amount(value) for value in drawing.expected)))
    return Table(in_currency("money_by_year", drawing.currency), heads, tuple(rows))


def drawn(every: Sequence[Invested]) -> Bars:
    """The drawing of the money of contracts in one currency by year: in above the line, out below it."""
    found, expected = [by_year(seen) for seen in every], [expected_years(seen) for seen in every]
    years = sorted({year for covered in (*(covered for covered, _ in found), *expected) for year in covered})
    spanned = tuple(range(years[0], years[-1] + 1)) if years else ()
    parts = [part for part in PARTS if any(part in amounts for _, amounts in found)]
    series = tuple(Series(text(PARTS[part][0]), PARTS[part][1], tuple(_of_year(found, part, year) for year in spanned)) for part in parts)
    outlined = tuple(sum((item.get(year, NOUGHT) for item in expected), NOUGHT) for year in spanned) if any(expected) else ()
    return Bars(
        text("money_by_year"), tuple(map(str, spanned)), tuple(item for item in series if any(item.values)), outlined, text("expected_payments"), every[0].currency if every else ""
    )


def _of_year(found: Sequence[tuple[tuple[int, ...], dict[str, tuple[Decimal, ...]]]], part: str, year: int) -> Decimal:
    return sum((amounts[part][years.index(year)] for years, amounts in found if year in years and part in amounts), NOUGHT)


def _whose_budget(seen: Invested) -> list[Block]:
    found = budgets(seen)
    if not found:
        return []
    parties = {party["id"]: party for party in seen.terms["parties"]}
    sums = ("became_due", "was_paid", "put_in", "got", "net_of_year")
    rows = [(_party(parties, item.party), plain(item.year), *(amount(one) for one in _amounts(item))) for item in found]
    return [
        Heading(2, text("whose_budget")),
        Table(in_currency("whose_budget", seen.currency), columns("party", "year", *sums, numbers=("year", *sums)), tuple(rows)),
        Paragraph(text("gain_note"), "quiet"),
    ]


def _amounts(item: Budget) -> tuple[Decimal, ...]:
    return item.due, item.paid, item.put_in, item.got, item.net


def _party(parties: dict[str, Data], party: str) -> Cell:
    """What a party is called, with its roles."""
    if party not in parties:
        return name(party)
    roles = joined([_role(role) for role in parties[party]["roles"]], ", ")
    return lambda lang: plain(parties[party]["name"])(lang) + " (" + roles(lang) + ")"


def _role(role: str) -> Cell:
    return lambda lang: lang.term("role", role)


def _class(name: str) -> Cell:
    return lambda lang: lang.term("class", name)


def _payers(seen: Invested) -> list[Block]:
    parties = {party["id"]: party for party in seen.terms["parties"]}
    sums = ("became_due", "was_paid", "still_owes", "cap_of_payer")
    rows = [
        (
            _party(parties, payer.party),
            *(amount(one) for one in (payer.due, payer.paid, payer.owes, payer.cap)),
        )
        for payer in payers(seen)
    ]
    return [Heading(2, text("what_payers_owe")), Table(in_currency("what_payers_owe", seen.currency), columns("payer", *sums, numbers=sums), tuple(rows))] if rows else []


def _investors(seen: Invested, as_of: dt.date) -> list[Block]:
    found, head = investors(seen, as_of), Heading(2, text("what_investors_have"))
    if not found:
        return [head, Paragraph(text("no_investors"))]
    parties = {party["id"]: party for party in seen.terms["parties"]}
    sums = ("agreed_to_put_in", "put_in", "came_back", "still_out", "on_top", "on_top_share", "return_a_year", "truly_at_risk")
    rows = [
        (
            joined([_party(parties, item.party), _class(item.name)], ", "),
            *(amount(one) for one in (item.agreed, item.put_in, item.back, item.still_out, item.gain)),
            percent(item.gain / item.put_in) if item.put_in else NOTHING,
            NOTHING if item.rate is None else percent(item.rate, 2),
            NOTHING if item.at_risk is None else percent(item.at_risk),
        )
        for item in found
    ]
    return [head, Table(in_currency("what_investors_have", seen.currency), columns("investor", *sums, numbers=sums), tuple(rows)), Paragraph(text("investors_note"), "quiet")]


def _triggers(seen: Invested, as_of: dt.date) -> list[Block]:
    """What each trigger has come to, after true-ups, beside what was expected of it by now where that was said."""
    expected = expected_by(seen, as_of)
    sums = ("claims_due", "claims_not_met", "amount", *(("expected_by_now", "more_or_less") if expected else ()))
    rows = [_trigger(seen, payment, expected) for payment in seen.terms["payments"]]
    return [Heading(2, text("by_trigger")), Table(in_currency("by_trigger", seen.currency), columns("trigger", *sums, numbers=sums), tuple(rows))]


def _trigger(seen: Invested, payment: Data, expected: dict[str, Decimal]) -> tuple[Cell, ...]:
    amounts: dict[str, Decimal] = {}
    for item in seen.made:
        if item.claim.split("/")[1] == payment["id"] and item.entry.kind in ("decision", "true_up"):
            amounts[item.claim] = amounts.get(item.claim, NOUGHT) + Decimal(item.entry.body["amount"])
    paying = sum(one > 0 for one in amounts.values())
    came, hoped = sum(amounts.values(), NOUGHT), expected.get(payment["id"])
    beside = [amount(hoped), NOTHING if hoped is None else amount(came - hoped)] if expected else []
    return name(payment["id"]), number(paying), number(seen.not_met.get(payment["id"], 0)), amount(came), *beside


def across(every: Sequence[Invested], as_of: dt.date) -> list[Block]:
    """The page across contracts: a drawing a currency, a row a contract, a row a payer and year."""
    top: list[Block] = [Heading(1, text("investment_across")), Paragraph(text("investment_across_intro", day=day(as_of)), "quiet")]
    if not every:
        return [*top, Paragraph(text("no_contracts"))]
    sound = [seen for seen in every if not seen.fault]
    currencies = list(dict.fromkeys(seen.currency for seen in sound))
    drawings = tuple(drawn([seen for seen in sound if seen.currency == currency]) for currency in currencies)
    return [*top, *_pictures(drawings), *_contracts(every, as_of), *_by_payer(sound), Paragraph(text("not_savings"), "quiet")]


def _pictures(drawings: tuple[Bars, ...]) -> list[Block]:
    if not any(item.has_something for item in drawings):
        return [Paragraph(text("no_money_yet"))]
    return [Heading(2, text("money_by_year")), Picture(drawings), Paragraph(text("money_by_year_note"), "quiet")]


def _contracts(every: Sequence[Invested], as_of: dt.date) -> list[Block]:
    sums = ("became_due", "was_paid", "still_owes", "put_in", "came_back", "on_top")
    return [Heading(2, text("contracts")), Table(text("contracts"), columns("contract", *sums, numbers=sums), tuple(_contract_row(seen, as_of) for seen in every))]


def _contract_row(seen: Invested, as_of: dt.date) -> tuple[Cell, ...]:
    owing, putting = payers(seen), investors(seen, as_of)
    sums = (
        *(sum((getattr(item, what) for item in owing), NOUGHT) for what in ("due", "paid", "owes")),
        *(sum((getattr(item, what) for item in putting), NOUGHT) for what in ("put_in", "back", "gain")),
    )
    named = joined([link(f"{file_name(seen.contract)}.html", name(seen.contract)), own(str(seen.terms["title"]), seen.language)], BREAK)
    return (named, *(money(one, seen.currency) for one in sums))


def _by_payer(sound: Sequence[Invested]) -> list[Block]:
    """Whose budget, by year, of every party that pays."""
    rows = []
    for seen in sound:
        parties = {party["id"]: party for party in seen.terms["parties"]}
        rows += [
            (plain(seen.contract), _party(parties, item.party), plain(item.year), *(money(one, seen.currency) for one in (item.due, item.paid)))
            for item in budgets(seen)
            if item.due or item.paid
        ]
    sums = ("became_due", "was_paid")
    heads = columns("contract", "payer", "year", *sums, numbers=("year", *sums))
    return [Heading(2, text("whose_budget")), Table(text("whose_budget"), heads, tuple(rows))] if rows else []
