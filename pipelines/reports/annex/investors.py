"""What is agreed with each class of investors beside the order of payment, and how much of what it puts in is truly at risk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipelines.contracts.drawing import service_begins
from pipelines.contracts.investors import Draw, InvestorClass, IrrCap, Premium, Protection, late
from pipelines.contracts.waterfall import Waterfall
from pipelines.payments.cash_flow import rates, share_at_risk
from pipelines.payments.certain import certain
from pipelines.payments.waterfall import Row
from pipelines.reports.annex.document import Block, Heading, Paragraph, Sum, Table
from pipelines.reports.annex.draft import Draft


def class_name(draft: Draft, name: str) -> str:
    """A class by its rank in words, with its own name; by its name alone where it is called otherwise."""
    word = draft.words.term("class", name)
    return name if word == name else draft.words.text("class_of", word=word, name=name)


def classes(draft: Draft, terms: Waterfall) -> Table:
    """A row a class: who, how much, when, and the most return."""
    words = draft.words
    rows = tuple((class_name(draft, item.id), draft.party(item.investor), words.money(item.agreed), _drawn_on(draft, item), _cap(draft, item)) for item in terms.classes)
    return Table(words.text("waterfall_classes"), tuple(words.text(key) for key in ("class", "investor", "principal", "drawn_on", "return_cap")), rows, right=(2, 4))


def _drawn_on(draft: Draft, item: InvestorClass) -> str:
    return draft.words.date(item.drawn_on) if item.drawn_on else _draws(draft, item.scheduled)


def _draws(draft: Draft, draws: Sequence[Draw]) -> str:
    return draft.words.listed([draft.words.text("draw_of", amount=draft.words.money(draw.amount), day=draft.words.date(draw.on)) for draw in draws])


def _cap(draft: Draft, item: InvestorClass) -> str:
    cap, words = item.return_cap, draft.words
    return words.text("irr_of", rate=words.percent(cap.irr)) if isinstance(cap, IrrCap) else words.percent(cap)


def agreed(draft: Draft, terms: Waterfall) -> Iterator[str]:
    """A sentence for each term of each class."""
    for item in terms.classes:
        yield from _drawing(draft, item)
        if isinstance(item.return_cap, IrrCap):
            yield _irr(draft, item, item.return_cap)
        if item.floor:
            yield _floor(draft, item)
        if item.premium:
            yield _premium(draft, item, item.premium)
        if item.protection:
            yield _protection(draft, terms, item, item.protection)


def _drawing(draft: Draft, item: InvestorClass) -> Iterator[str]:
    words, begins, name = draft.words, service_begins(draft.contract), class_name(draft, item.id)
    first, known = item.scheduled[0].on, "agreed" if draft.contract.term.latest_start else "enrolment"
    said = {"day": words.date(first), "begins": words.text(f"service_begins.{known}", day=words.date(begins))}
    yield words.text("money_before_service" if first <= begins else "money_after_service", name=name, **said)
    if item.drawn is not None:
        yield words.text("drawn", name=name, draws=_draws(draft, item.drawn)) if item.drawn else words.text("drawn_nothing", name=name)
    for found in late(item):
        came = {"came": words.date(found.came)} if found.came else {}
        yield words.text("money_late" if came else "money_missing", name=name, missing=words.money(found.missing), due=words.date(found.due), **came)


def _irr(draft: Draft, item: InvestorClass, cap: IrrCap) -> str:
    words = draft.words
    said = [words.text(f"irr_cap.{cap.on}", name=class_name(draft, item.id), rate=words.percent(cap.irr))]
    return " ".join(said if cap.day_count is None else [*said, words.text(f"irr_day_count.{cap.day_count}")])


def _floor(draft: Draft, item: InvestorClass) -> str:
    assert item.floor is not None
    words = draft.words
    fate = {"unpaid": words.text(f"floor_unpaid.{item.floor.unpaid}"), "counts": words.text(f"floor_counts.{str(item.floor.counts_to_cap).lower()}")}
    return words.text("floor", name=class_name(draft, item.id), rate=words.percent(item.floor.rate), years=words.number(item.floor.years), **fate)


def _premium(draft: Draft, item: InvestorClass, premium: Premium) -> str:
    words, name = draft.words, class_name(draft, item.id)
    if premium.share is not None:
        return words.text("premium", name=name, share=words.percent(premium.share))
    assert premium.all_goals is not None
    tiers = [words.text("premium_tier", share=words.percent(tier.share), start=words.percent(tier.starts_at)) for tier in premium.tiers or []]
    return words.text("premium_tiers", name=name, tiers=words.listed(tiers), all_goals=words.money(premium.all_goals))


def _protection(draft: Draft, terms: Waterfall, item: InvestorClass, protection: Protection) -> str:
    words, day = draft.words, terms.protected_on(item)
    assert day is not None
    fixed = {"party": draft.party(protection.by), "name": class_name(draft, item.id), "share": words.percent(protection.share), "day": words.date(day)}
    limit = "" if protection.limit is None else words.text("protection_limit", limit=words.money(protection.limit))
    is_repaid = any(step.kind == "protection" and step.of == item.id for step in terms.order)
    fate = "by_order" if is_repaid else "not" if not protection.repaid else "nothing_follows"
    return " ".join((words.text(f"protection.{protection.of}", limit=limit, **fixed), words.text(f"protection_repaid.{fate}")))


def at_risk(draft: Draft, terms: Waterfall) -> Iterator[Block]:
    """What each class loses when no result is paid for."""
    words, found = draft.words, share_at_risk(terms, certain(draft.contract))
    header = tuple(words.text(key) for key in ("class", "principal", "comes_back", "truly_at_risk_amount", "truly_at_risk_share"))
    rows = tuple((class_name(draft, name), words.money(item.drawn), words.money(item.got), words.money(item.lost), words.percent(item.share)) for name, item in found.items())
    yield Heading(2, words.text("truly_at_risk"))
    yield Paragraph(words.text("truly_at_risk_intro"))
    yield Table(words.text("truly_at_risk"), header, rows, right=(1, 2, 3, 4))
    yield Sum(tuple(words.arithmetic(line) for item in found.values() for line in item.arithmetic))


def rates_of(draft: Draft, terms: Waterfall, rows: Sequence[Row]) -> Iterator[str]:
    """The rate of return of each class over the days of an example."""
    words = draft.words
    for name, item in rates(terms, rows).items():
        shown = {"name": class_name(draft, name)}
        if item.scheduled is None or item.actual is None:
            yield words.text("example_no_rate", **shown)
        elif terms.of(name).drawn is None:
            yield words.text("example_rate", scheduled=words.percent(item.scheduled), **shown)
        else:
            yield words.text("example_rates", scheduled=words.percent(item.scheduled), actual=words.percent(item.actual), **shown)
