"""The investment case on the investment page: what an effect is worth by year and payer, who gains and who pays, what was expected beside what came,
and every assumption it rests on. For the contract's parties."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from pipelines.contracts.outcome import DatedMoney
from pipelines.contracts.refunding import on
from pipelines.contracts.value import PAYERS, Assumption, Consequence, PayerKind
from pipelines.investing.case import ENDS, Case, Found, Side
from pipelines.investing.lines import What
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
    listed,
    money,
    name,
    number,
    own,
    percent,
    plain,
    strong,
    text,
)

COLOURS: Mapping[PayerKind, str] = {"municipality": "brand", "region": "not_met", "state": "due", "citizen": "held", "others": "bar"}
KNOWN = ("worth_known_low", "worth_known_value", "worth_known_high")
HOPED = ("worth_hoped_low", "worth_hoped_value", "worth_hoped_high")
CAME = ("worth_came_low", "worth_came_value", "worth_came_high")
YEARS = {
    ("expected", False): "worth_expected_real",
    ("expected", True): "worth_expected_nominal",
    ("realised", False): "worth_realised_real",
    ("realised", True): "worth_realised_nominal",
}
WHATS: tuple[What, ...] = ("consequence", "refund", "cost", "payment")


def worth(case: Case) -> list[Block]:
    """The whole part of the page."""
    value, currency = case.value, case.contract.currency
    given = {"first": plain(value.years.first), "last": plain(value.years.last), "level": plain(value.price_level)}
    return [
        Heading(2, text("worth_heading"), "worth"),
        Paragraph(text("worth_page_intro", **given), "quiet"),
        *_told(case),
        *_drawings(case),
        _who_gains(case),
        *_by_year(case),
        *_compared(case),
        Heading(3, text("worth_sensitivity")),
        _sensitivity(case),
        Heading(3, text("worth_assumptions")),
        Table(text("worth_assumptions"), columns("assumption", "assumed", "in_clause", "by_source", "source_day"), tuple(_assumptions(case, currency))),
        Paragraph(text("worth_notes"), "quiet"),
    ]


def payers_of(case: Case) -> list[PayerKind]:
    """The payers that anything is of, expected or realised."""
    sides = [*case.expected.values(), *(side for side in case.realised.values() if side is not None)]
    return [payer for payer in PAYERS if any(line.payer == payer for side in sides for line in side.lines)]


def _payer(kind: str) -> Cell:
    return lambda lang: lang.term("payer_kind", kind)


def _unit(unit: str) -> Cell:
    return lambda lang: lang.term("worth_unit", unit)


def _small(kind: str) -> Cell:
    """A payer inside a sentence."""
    return lambda lang: (said := lang.term("payer_kind", kind))[:1].lower() + said[1:]


def _told(case: Case) -> Iterator[Block]:
    """The answer first: who was expected to gain, and what of it is known."""
    currency, side = case.contract.currency, case.expected["value"]
    since = side.break_even()
    when = text("worth_breaks_even", year=plain(since)) if since is not None else text("worth_never_even")
    yield Paragraph(joined([text("worth_expected_net", net=money(side.net(), currency)), when]))
    if case.is_whole and (came := case.realised["value"]) is not None:
        yield Paragraph(text("worth_realised_net", net=money(came.net(), currency)))
    elif case.not_known:
        left = listed([joined([name(item.outcome), plain(item.period), joined([plain("("), _why(item), plain(")")], "")]) for item in case.not_known])
        counts = {"known": number(len(case.found) - len(case.not_known)), "of": number(len(case.found))}
        yield Paragraph(text("worth_not_whole", left=left, **counts), "problem")
    else:
        yield Paragraph(text("worth_not_settled" if case.found else "worth_nothing_yet"), "problem")
    if case.undecided:
        claims = listed([joined([name(payment), plain(period)]) for payment, period in case.undecided])
        yield Paragraph(text("worth_undecided", claims=claims), "quiet")
    for outcome in case.without_comparison:
        yield Paragraph(strong(text("worth_without_comparison", outcome=name(outcome))))
    for payer, moved in case.outside.items():
        yield Paragraph(text("worth_outside", payer=_small(payer), amount=money(moved, currency)), "problem")


def _why(item: Found) -> Cell:
    return lambda lang: lang.term("not_known", item.not_known)


def _drawings(case: Case) -> list[Block]:
    sides = [("worth_drawn_expected", case.expected["value"]), ("worth_drawn_realised", case.realised["value"])]
    drawn = tuple(_bars(case, key, side) for key, side in sides if side is not None and (key != "worth_drawn_realised" or case.has_results))
    return [Heading(3, text("worth_by_year")), Picture(drawn), Paragraph(text("worth_bars_note"), "quiet")]


def _bars(case: Case, key: str, side: Side) -> Bars:
    years = case.value.years.all
    series = tuple(Series(_payer(payer), COLOURS[payer], tuple(side.total(payer=payer, year=year) for year in years)) for payer in payers_of(case))
    together = tuple(side.total(year=year) for year in years)
    return Bars(text(key), tuple(map(str, years)), series, together, text("worth_together"), case.contract.currency)


def _who_gains(case: Case) -> Table:
    """A row a payer: what makes up what was expected, its present value, and that of what came so far."""
    side, came = case.expected["value"], case.realised["value"]
    present, now = side.present(), came.present() if came is not None else {}
    sums = ("worth_before_refunds", "worth_refunds", "worth_costs", "worth_payments", "worth_present", "worth_even_in", "worth_present_so_far")

    def row(head: Cell, payer: PayerKind | None, worth: Decimal, so_far: Decimal | None) -> tuple[Cell, ...]:
        return head, *(amount(side.total(payer=payer, what=(what,))) for what in WHATS), _gain(worth), _even(side, payer), _so_far(case, so_far)

    rows = [row(_payer(payer), payer, present[payer], now.get(payer)) for payer in payers_of(case)]
    total = row(text("worth_together"), None, side.net(), came.net() if came is not None else None)
    return Table(in_currency("worth_who_gains", case.contract.currency), columns("worth_whose", *sums, numbers=sums), tuple(rows), total)


def _gain(value: Decimal) -> Cell:
    """A present value with what it means."""
    return joined([amount(value), text("worth_gains" if value > 0 else "worth_pays")], BREAK) if value else NOTHING


def _even(side: Side, payer: PayerKind | None = None) -> Cell:
    since = side.break_even(payer)
    return NOTHING if since is None else text("worth_from_start") if since == side.value.years.first else plain(since)


def _so_far(case: Case, value: Decimal | None) -> Cell:
    """A realised sum: told as a whole only where everything is known."""
    if value is None or not case.has_results:
        return text("worth_unknown")
    return amount(value) if case.is_whole else joined([text("worth_unknown"), text("worth_so_far", amount=amount(value))], BREAK)


def _by_year(case: Case) -> Iterator[Block]:
    yield _years(case, "expected", is_nominal=False)
    yield _years(case, "expected", is_nominal=True)
    if case.has_results:
        yield _years(case, "realised", is_nominal=False)
        yield _years(case, "realised", is_nominal=True)


def _years(case: Case, what: Literal["expected", "realised"], *, is_nominal: bool) -> Table:
    """A row a year, a column a payer. What came is told as far as it is known: where a claim period that is not known would move something, the cell
    says so."""
    side, payers = (case.expected if what == "expected" else case.realised)["value"], payers_of(case)
    assert side is not None

    def cell(payer: PayerKind | None, year: int | None) -> Cell:
        found = side.total(payer=payer, year=year, is_nominal=is_nominal)
        if what == "expected" or not case.is_open(payer, year):
            return amount(found)
        return text("worth_so_far", amount=amount(found)) if found else text("worth_unknown")

    heads = (Column(text("year")), *(Column(_payer(payer), is_number=True) for payer in payers), Column(text("worth_together"), is_number=True))
    rows = [(plain(year), *(cell(payer, year) for payer in payers), cell(None, year)) for year in case.value.years.all]
    total = (text("worth_together"), *(cell(payer, None) for payer in payers), cell(None, None))
    named = text(YEARS[what, is_nominal], level=plain(case.value.price_level))
    caption = joined([named, joined([plain("("), text("amounts_in", currency=_currency(case)), plain(")")], "")])
    return Table(caption, heads, tuple(rows), total)


def _currency(case: Case) -> Cell:
    return lambda lang: plain(lang.currency(case.contract.currency))(lang)


def _compared(case: Case) -> Iterator[Block]:
    """What was expected beside what came: first the effects, then what they are worth."""
    yield Heading(3, text("worth_compared"))
    effects = ("worth_people_expected", "worth_each_expected", "worth_people_counted", "worth_each", "worth_between")
    yield Table(text("worth_effects"), columns("effect_of", "claim_period", *effects, numbers=effects), tuple(_effects(case)))
    sums = ("worth_expected_all", "worth_expected_average", "worth_expected_alike", *KNOWN)
    named: list[tuple[What, str]] = [("consequence", item.id) for item in case.value.consequences]
    named += [("cost", item.id) for item in case.value.costs]
    yield Table(in_currency("worth_consequences", case.contract.currency), columns("worth_thing", *sums, numbers=sums), tuple(_thing(case, what, item) for what, item in named))


def _effects(case: Case) -> Iterator[tuple[Cell, ...]]:
    found = {(item.outcome, item.period): item for item in case.found}
    for effect in case.value.effects:
        for period, people in effect.expected.people.items():
            item = found.get((effect.outcome, period))
            head = (name(effect.outcome), plain(period), number(people), number(effect.expected.each))
            if item is None or item.not_known:
                yield (*head, text("worth_unknown"), _why(item) if item is not None else text("worth_unknown"), text("worth_unknown"))
            else:
                ends = text("worth_low_to_high", low=_rounded(item.low), high=_rounded(item.high)) if item.low is not None and item.high is not None else text("no_interval_here")
                yield (*head, number(item.people), _rounded(item.each), ends)


def _rounded(value: Fraction | None) -> Cell:
    return lambda lang: plain(lang.rounded(Decimal(round((value or Fraction(0)) * 100)).scaleb(-2), 2))(lang)


def _thing(case: Case, what: What, item: str) -> tuple[Cell, ...]:
    """One consequence or cost. Costs are what they are whatever the effect."""

    def of(side: Side | None) -> Cell:
        return text("worth_unknown") if side is None else amount(side.total(name=item, what=(what,)))

    is_cost = what == "cost"
    alike = case.expected["value"] if is_cost else case.alike if case.has_results else None
    came = [of(case.realised["value"] if is_cost else case.realised[end] if case.has_results else None) for end in ENDS]
    return name(item), of(case.expected["value"]), of(case.average), of(alike), *came


def _sensitivity(case: Case) -> Table:
    sums = (*HOPED, *CAME)
    rows = [
        (
            text("worth_rate_less" if item.more < 0 else "worth_rate_more" if item.more > 0 else "worth_rate_agreed"),
            *(amount(item.expected[end]) for end in ENDS),
            *(text("worth_unknown") if (known := item.realised[end]) is None else amount(known) for end in ENDS),
        )
        for item in case.sensitivity()
    ]
    return Table(in_currency("worth_sensitivity_table", case.contract.currency), columns("worth_discount_rate", *sums, numbers=sums), tuple(rows))


def _assumptions(case: Case, currency: str) -> Iterator[tuple[Cell, ...]]:
    value = case.value
    levels = listed([joined([plain(year), number(level)], ": ") for year, level in sorted(value.index.levels.root.items())])
    rates = listed([text("worth_from_day", what=percent(rate), day=day(since)) for since, rate in sorted(value.discount.rates.root.items())])
    yield _assumed(case, joined([text("worth_index_of"), own(value.index.name, case.contract.language)]), levels, value.index)
    yield _assumed(case, text("worth_discount_rate"), rates, value.discount)
    for effect in value.effects:
        hoped = effect.expected
        said = [text("worth_hoped_for", each=number(hoped.each), low=number(hoped.low), high=number(hoped.high))]
        said += [text("worth_comes_anyway", share=percent(effect.deadweight))] if effect.deadweight is not None else []
        yield _assumed(case, joined([text("effect_of"), name(effect.outcome)]), joined(said), effect)
    for item in value.consequences:
        yield _assumed(case, name(item.id), _consequence(item, currency), item)
    yield from _schedules(case, currency)
    for cost in value.costs:
        said = [joined([plain(year), money(given, currency)], ": ") for year, given in sorted(cost.amounts.root.items())]
        said += [text("worth_came_to_in", year=plain(year), amount=money(given, currency)) for year, given in sorted(cost.came_to.root.items())] if cost.came_to else []
        yield _assumed(case, joined([name(cost.id), joined([plain("("), _small(cost.payer), plain(")")], "")]), listed(said), cost)


def _schedules(case: Case, currency: str) -> Iterator[tuple[Cell, ...]]:
    """The refund schedules that consequences name, as they hold in the budget years."""
    years = [dt.date(year, 1, 1) for year in case.value.years.all]
    for schedule in dict.fromkeys(item.refund.schedule for item in case.value.consequences if item.refund is not None):
        for version in dict.fromkeys(found for year in years if (found := on(case.schedules[schedule], year)) is not None):
            shown = [number(at) if version.by == "week" else money(at, currency) for at, _ in version.steps]
            step = "worth_step_week" if version.by == "week" else "worth_step_amount"
            steps = listed([text(step, at=at, share=percent(share, 0)) for at, (_, share) in zip(shown, version.steps, strict=True)])
            level = joined([steps, text("worth_in_prices", level=plain(version.price_level))]) if version.price_level is not None else steps
            yield text("worth_schedule", name=name(schedule)), level, NOTHING, own(version.source, case.contract.language), day(version.valid_from)


def _assumed(case: Case, head: Cell, said: Cell, item: Assumption) -> tuple[Cell, ...]:
    return head, said, own(item.clause, case.contract.language), own(item.source, case.contract.language), day(item.dated)


def _consequence(item: Consequence, currency: str) -> Cell:
    lasts = listed([joined([plain(year), percent(share, 0)], ": ") for year, share in sorted(item.lasts.root.items())])
    shares = listed([joined([_small(payer), percent(share, 0)]) for payer, share in item.shares.given.items()])
    unit = _unit(item.unit if item.price.per == "unit" else "year")
    said = [
        text("worth_price", marginal=_dated(item.price.marginal, currency), average=_dated(item.price.average, currency), unit=unit, level=plain(item.price.price_level)),
        text("worth_left_by_year", shares=lasts),
        text("worth_shared", shares=shares),
    ]
    if item.refund is not None:
        by = text("worth_refund_from", week=number(item.refund.from_week)) if item.refund.from_week is not None else money(item.refund.amount_a_year, currency)
        said.append(text("worth_refund_by", schedule=name(item.refund.schedule), by=by))
    return joined(said)


def _dated(amounts: DatedMoney, currency: str) -> Cell:
    """An amount, with its day where there are several."""
    found: Sequence[tuple[object, Decimal]] = sorted(amounts.root.items())
    if len(found) == 1:
        return money(found[0][1], currency)
    return listed([text("worth_from_day", what=money(given, currency), day=day(since)) for since, given in found])
