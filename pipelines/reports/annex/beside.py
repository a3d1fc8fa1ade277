"""Terms that stand beside cohorts, outcomes and payments, each in a sentence with its clause; and what of a contract the program does not
carry out, so that nobody signs in the belief that it does."""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.contracts.agreed import Caps, RefundSchedule, Span
from pipelines.contracts.carried import Uncarried, uncarried
from pipelines.reports.annex.document import Block, Heading, Paragraph, Points, Table
from pipelines.reports.annex.draft import Draft
from pipelines.reports.annex.wording import Wording


def beside(draft: Draft) -> list[Block]:
    """The section; nothing for a contract that agrees on nothing of the kind."""
    sentences = tuple(_sentences(draft))
    left = list(_left_to_the_parties(draft))
    if not sentences and not left:
        return []
    points = [Points(sentences)] if sentences else []
    return [Heading(1, draft.words.text("beside")), *points, *_refunds(draft), *left]


def _sentences(draft: Draft) -> Iterator[str]:
    words, contract = draft.words, draft.contract
    if contract.amounts is not None:
        terms = contract.amounts
        yield words.text("amounts", vat=words.text(f"vat.{terms.vat}"), caps=words.text(f"caps.{terms.caps}"), clause=terms.clause)
    if contract.caps is not None:
        yield from _caps(draft, contract.caps)
    yield from _referrals(draft)
    if contract.change_in_law is not None:
        law = contract.change_in_law
        yield words.text("change_in_law", days=words.text("days", n=words.number(law.notice.days)), then=words.text(f"change_in_law.{law.then}"), clause=law.clause)
    if contract.refunds is not None:
        yield words.text(f"refunds.{contract.refunds.amounts_are}", clause=contract.refunds.clause)
    if contract.retention is not None:
        kept = contract.retention
        given = {"rows": span(words, kept.person_rows), "ledger": span(words, kept.ledger), "expiry": words.text(f"on_expiry.{kept.on_expiry}")}
        yield words.text("retention", clause=kept.clause, **given)


def span(words: Wording, length: Span) -> str:
    """A length of time in its own unit."""
    return words.text(f"span.{length.unit}", n=words.number(length.count))


def _caps(draft: Draft, caps: Caps) -> Iterator[str]:
    words, year = draft.words, caps.per_year
    if caps.in_all is not None:
        yield words.text("cap_in_all", amount=words.money(caps.in_all.amount), clause=caps.in_all.clause)
    if year is not None:
        given = {"year": words.text(f"cap_year.{year.year}"), "by": words.text(f"cap_by.{year.by}"), "excess": words.text(f"excess.{year.excess}")}
        yield words.text("cap_per_year", amount=words.money(year.amount), clause=year.clause, **given)
    for name, cap in caps.per_payer.items():
        yield words.text("cap_per_payer", party=draft.party(name), amount=words.money(cap.amount), clause=cap.clause)
    yield words.text("caps_order")


def _referrals(draft: Draft) -> Iterator[str]:
    words, terms = draft.words, draft.contract.referrals
    if terms is not None:
        yield words.text("referrals", party=draft.party(terms.by), n=words.number(terms.minimum), price=words.money(terms.shortfall_price), clause=terms.clause)


def _refunds(draft: Draft) -> Iterator[Block]:
    terms = draft.contract.refunds
    for name, schedule in (terms.schedules if terms else {}).items():
        yield _schedule(draft.words, name, schedule)


def _schedule(words: Wording, name: str, schedule: RefundSchedule) -> Table:
    """What the state refunds of one kind of cost, step by step."""
    level = words.text("price_level", year=schedule.price_level) if schedule.price_level else ""
    named = {"name": words.quoted(name), "day": words.date(schedule.holds_from), "level": level, "clause": schedule.clause}
    shown = words.number if schedule.by == "week" else words.money
    rows = tuple((shown(step.at), words.percent(step.share)) for step in schedule.steps)
    return Table(words.text(f"refund_caption.{schedule.by}", **named), (words.text(f"refund_from.{schedule.by}"), words.text("refund_share")), rows, right=(0, 1))


def _left_to_the_parties(draft: Draft) -> Iterator[Block]:
    """What is agreed and not carried out: first what holds every payment, then what the parties count themselves."""
    words, found = draft.words, uncarried(draft.contract)
    for key, left in (("uncarried_holds", [item for item in found if item.holds]), ("uncarried_by_hand", [item for item in found if not item.holds])):
        if left:
            yield Paragraph(words.text(key))
            yield Points(tuple(_left(words, item) for item in left))


def _left(words: Wording, item: Uncarried) -> str:
    """One such term: what it is called here, and its clause."""
    key = next(f"uncarried.{part}" for part in reversed(item.place) if words.has(f"uncarried.{part}"))
    return words.text("uncarried_point", words=words.text(key), clause=item.clause)
