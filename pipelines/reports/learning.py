"""The learning page of a contract, and the one across contracts: why money was not paid, what held it and who could have cured that, what came
when it was expected, and what was changed on the way. For the contracts' parties.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pipelines.ledger.journal import Entry
from pipelines.payments.cash_flow import quarter_of
from pipelines.reports.bars import Bars, Series
from pipelines.reports.blocks import (
    BREAK,
    NOTHING,
    Block,
    Cell,
    Heading,
    Paragraph,
    Picture,
    Table,
    columns,
    day,
    joined,
    link,
    listed,
    money,
    name,
    number,
    own,
    percent,
    plain,
    rule,
    say,
    strong,
    subject,
    text,
    whose,
)
from pipelines.reports.learned import Claim, Hold, LeftOut, Quarter, claims, days_by, holds, left_out, overrides, quarters, restatements
from pipelines.reports.phrases import Language
from pipelines.reports.web.places import file_name

Data = dict[str, Any]
MOST_ROWS = 100
"""Rows of a table across all contracts; each contract's own page has them all."""


@dataclass(frozen=True)
class Seen:
    """What the page of one contract is made from: its `terms`, tonight's `rows` of the board, its `results`, its `entries`, and what it
    `changed` in its gate, all plain data."""

    terms: Data
    rows: Sequence[Data]
    results: Data
    entries: Sequence[Entry]
    changed: Sequence[Data]

    @property
    def language(self) -> str:
        return str(self.terms.get("language") or "en")

    @property
    def contract(self) -> str:
        return str(self.terms["contract"])

    def called(self, outcome: str) -> Cell:
        return called(self.terms, outcome)

    @property
    def title(self) -> Cell:
        return own(str(self.terms["title"]), self.language)


def called(terms: Data, outcome: str) -> Cell:
    """What people call an outcome: its title in the page's language, or in the one it has; its name when it has none."""
    language = str(terms.get("language") or "en")
    title = next((item.get("title") for item in terms["outcomes"] if item["id"] == outcome), None)
    if isinstance(title, dict):
        first = next(iter(title))
        return lambda lang: own(title[lang.code], lang.code)(lang) if lang.code in title else own(title[first], first)(lang)
    return own(title, language) if title else name(outcome)


def blocks(seen: Seen, as_of: dt.date) -> list[Block]:
    """The page of one contract."""
    found, held = claims(seen.terms, seen.entries), holds(seen.entries, as_of)
    return [
        Heading(1, text("learning_heading", title=seen.title)),
        Paragraph(text("learning_intro", contract=name(seen.contract), known=known_to(seen.entries)), "quiet"),
        Paragraph(_standing(found, seen.rows, as_of)),
        *_by_quarter(found, as_of),
        *not_met(seen.rows, with_contract=False),
        *_left_out(seen, left_out(seen.results)),
        *_held(held),
        *changes(seen),
    ]


def known_to(entries: Sequence[Entry]) -> Cell:
    """To which day the ledger speaks of a contract, in a sentence: a page says it, so that it changes only when something has come."""
    return text("known_to", day=day(max(entry.as_of for entry in entries))) if entries else text("known_nothing")


def _standing(found: Sequence[Claim], rows: Sequence[Data], as_of: dt.date) -> Cell:
    """In one sentence how many claims were to be decided by the day, and how they stand."""
    expected = sum(claim.expected_on <= as_of for claim in found)
    states = {state: number(sum(row["state"] == state for row in rows)) for state in ("due", "not_met", "held")}
    late = [claim.late for claim in found if claim.late is not None]
    said = text("learning_standing", expected=number(expected), of=number(len(found)), **states)
    return joined([said, text("learning_late", days=number(sorted(late)[len(late) // 2]), most=number(max(late)))]) if late else said


def _by_quarter(found: Sequence[Claim], as_of: dt.date) -> list[Block]:
    by_quarter = quarters(found)
    if not by_quarter:
        return []
    heads = columns("quarter", "expected_claims", "decided_due", "decided_not_met", "behind", numbers=("expected_claims", "decided_due", "decided_not_met", "behind"))
    table = Table(text("by_quarter"), heads, tuple(_quarter_rows(by_quarter, quarter_of(as_of))))
    return [Heading(2, text("by_quarter")), Picture((drawn(by_quarter),), table), Paragraph(text("by_quarter_note"), "quiet")]


def drawn(by_quarter: Sequence[Quarter]) -> Bars:
    """The drawing of claims by quarter: decided each way, and expected."""
    series = (
        Series(_state("due"), "due", tuple(Decimal(item.due) for item in by_quarter)),
        Series(_state("not_met"), "not_met", tuple(Decimal(item.not_met) for item in by_quarter)),
    )
    expected = tuple(Decimal(item.expected) for item in by_quarter)
    return Bars(text("claims_by_quarter"), tuple(item.name for item in by_quarter), series, expected, text("expected_claims"))


def _state(state: str) -> Cell:
    return lambda lang: lang.term("state", state)


def _quarter_rows(by_quarter: Sequence[Quarter], now: str) -> list[tuple[Cell, ...]]:
    made: list[tuple[Cell, ...]] = []
    behind = 0
    for item in by_quarter:
        behind += item.expected - item.decided
        made.append((plain(item.name), number(item.expected), number(item.due), number(item.not_met), number(max(0, behind)) if item.name <= now else NOTHING))
    return made


def not_met(rows: Sequence[Data], *, with_contract: bool) -> list[Block]:
    """Why triggers were not met, a row each."""
    found = [row for row in rows if row["state"] == "not_met"]
    if not found:
        return [Heading(2, text("why_not_met")), Paragraph(text("nothing_not_met"))]
    heads = columns(*(["contract"] if with_contract else []), "trigger", "claim_period", "why")
    made = [(*([plain(row["contract"])] if with_contract else []), name(row["trigger"]), plain(row["claim_period"]), say(row["reason"])) for row in found[:MOST_ROWS]]
    return [Heading(2, text("why_not_met")), Table(text("why_not_met"), heads, tuple(made))]


def _left_out(seen: Seen, found: Sequence[LeftOut]) -> list[Block]:
    head = Heading(2, text("left_out"))
    if not found:
        return [head, Paragraph(text("nobody_left_out"))]
    heads = columns("outcome", "claim_period", "group", "left_out_as", "why", "persons", "share_of_group", numbers=("persons", "share_of_group"))
    made = [
        (
            seen.called(item.outcome),
            plain(item.period) if item.period else NOTHING,
            _role(item.role),
            _status(item.status),
            _reason(item.reason),
            number(item.people),
            percent(Decimal(item.people) / item.of) if item.of else NOTHING,
        )
        for item in found
    ]
    return [head, Paragraph(text("left_out_note"), "quiet"), Table(text("left_out"), heads, tuple(made))]


def _role(role: str) -> Cell:
    return lambda lang: lang.term("group", role)


def _status(status: str) -> Cell:
    return lambda lang: lang.term("status", status)


def _reason(reason: str) -> Cell:
    def said(lang: Language) -> Any:
        return lang.text("in_register", register=reason.removeprefix("in_")) if reason.startswith("in_") and reason not in KNOWN_IN else lang.term("reason", reason)

    return said


KNOWN_IN = ("in_care_at_enrolment", "in_two_arms", "in_no_named_arm")
"""Reasons that begin as those do which name a register that bars, and name none."""


def _held(found: Sequence[Hold]) -> list[Block]:
    head = Heading(2, text("what_held"))
    if not found:
        return [head, Paragraph(text("nothing_held"))]
    heads = columns("a_claim", "expectation", "hold_from", "held_to", "held_days", "can_be_cured_by", numbers=("held_days",))
    made = [(claim(hold.key), _what(hold), day(hold.since), day(hold.until) if hold.until else strong(text("still")), number(hold.days), whose(hold.cured_by)) for hold in found]
    return [head, Paragraph(text("held_note"), "quiet"), by_party(found), Table(text("what_held"), heads, tuple(made))]


def by_party(found: Sequence[Hold]) -> Table:
    """Claim-days held, by who can cure what held them."""
    heads = columns("can_be_cured_by", "held_days", "holds", numbers=("held_days", "holds"))
    return Table(text("held_by_party"), heads, tuple((whose(party), number(days), number(times)) for party, days, times in days_by(found, "cured_by")))


def _what(hold: Hold) -> Cell:
    return lambda lang: rule(hold.rule)(lang) + " (" + subject(hold.subject)(lang) + ")"


def claim(key: str, *, with_contract: bool = False) -> Cell:
    """A claim by its posting key, without what is the same for all."""
    contract, trigger, period, _, kind = key.split("/")
    said = [name(trigger), plain(period), *([lambda lang: lang.term("settled", "on_account")] if kind == "on_account" else [])]
    return joined([plain(contract), *said] if with_contract else said, ", ")


def changes(seen: Seen) -> list[Block]:
    """What was amended, overridden, loosened and restated."""
    currency = str(seen.terms["currency"])
    return [
        *_amendments(seen, currency),
        *overridden(overrides(seen.entries), seen.language),
        *loosened(seen.changed),
        *restated(restatements(seen.entries), currency),
    ]


def _amendments(seen: Seen, currency: str) -> list[Block]:
    made = (seen.terms.get("amendments") or {}).get("made") or []
    if not made:
        return [Heading(2, text("amended")), Paragraph(text("nothing_amended"))]
    heads = columns("version_number", "agreed_on", "clause", "because", "value_change", numbers=("value_change",))
    rows = [
        (plain(item["version"]), day(item["agreed_on"]), own(item["clause"], seen.language), own(item["because"], seen.language), money(item["value"], currency)) for item in made
    ]
    return [Heading(2, text("amended")), Table(text("amended"), heads, tuple(rows))]


def overridden(found: Sequence[Data], language: str = "", *, with_contract: bool = False) -> list[Block]:
    """Held claims that two parties released, with their reason as they wrote it; `language` is the contract's own."""
    head = Heading(2, text("overrides"))
    if not found:
        return [head, Paragraph(text("nothing_overridden"))]
    heads = columns("a_claim", "date", "overridden_rules", "released_by", "because", "in_ledger")
    rows = [
        (
            claim(item["key"], with_contract=with_contract),
            day(item["as_of"]),
            listed([rule(one) for one in item["rules"]]),
            listed([name(party) for party in item["parties"]]),
            own(item["because"], language) if language else plain(item["because"]),
            number(item["entry"]),
        )
        for item in found
    ]
    return [head, Table(text("overrides"), heads, tuple(rows))]


def loosened(changed: Sequence[Data], *, with_contract: bool = False) -> list[Block]:
    """Rules of the gate that let more through than the profile does."""
    head, found = Heading(2, text("loosenings")), [row for row in changed if row["change"] == "loosened"]
    return [head, gate_table(text("loosenings"), found, with_contract=with_contract)] if found else [head, Paragraph(text("nothing_loosened"))]


def gate_table(caption: Cell, found: Sequence[Data], *, with_contract: bool) -> Table:
    """Changed rules of gates, with the clause and the reason."""
    heads = columns(*(["contract"] if with_contract else []), "expectation", "gate_was", "gate_now", "clause", "because", numbers=("gate_was", "gate_now"))
    rows = [
        (
            *([plain(row["contract"])] if with_contract else []),
            rule(row["rule"]),
            number(row["was"]) if row["was"] else NOTHING,
            number(row["now"]),
            own(row["clause"], row["language"]),
            own(row["because"], row["language"]),
        )
        for row in found
    ]
    return Table(caption, heads, tuple(rows))


def restated(found: Sequence[Data], currency: str = "", *, with_contract: bool = False) -> list[Block]:
    """Claims that came out otherwise after they were posted. Amounts of several contracts carry their `currency` themselves."""
    head = Heading(2, text("restatements"))
    if not found:
        return [head, Paragraph(text("nothing_restated"))]
    heads = columns("a_claim", "date", "cause", "why", "people_moved", "amount", "in_ledger", numbers=("people_moved", "amount", "in_ledger"))
    rows = [
        (
            claim(item["key"], with_contract=with_contract),
            day(item["as_of"]),
            strong(text("open_question")) if item["is_question"] else _cause(item["cause"]),
            say(item["why"]) if item["why"] else NOTHING,
            NOTHING if item["people"] is None else number(item["people"]),
            money(item["amount"], item.get("currency") or currency),
            number(item["entry"]),
        )
        for item in found
    ]
    return [head, Table(text("restatements"), heads, tuple(rows))]


def _cause(cause: str) -> Cell:
    return lambda lang: lang.term("cause", cause)


def across(every: Sequence[Seen], as_of: dt.date) -> list[Block]:
    """The page across contracts."""
    found = [claim for seen in every for claim in claims(seen.terms, seen.entries)]
    held = [hold for seen in every for hold in holds(seen.entries, as_of)]
    rows = [row for seen in every for row in seen.rows]
    top: list[Block] = [Heading(1, text("learning_across")), Paragraph(text("learning_across_intro", day=day(as_of)), "quiet")]
    if not every:
        return [*top, Paragraph(text("no_contracts"))]
    return [*top, *_by_quarter(found, as_of), Heading(2, text("contracts")), _contracts(every, as_of), *_most_held(held), *not_met(rows, with_contract=True), *_all_changes(every)]


def _contracts(every: Sequence[Seen], as_of: dt.date) -> Table:
    counted = ("expected_claims", "decided_due", "decided_not_met", "held_now", "held_days", "overrides", "loosenings", "restatements")
    return Table(text("contracts"), columns("contract", *counted, numbers=counted), tuple(_contract_row(seen, as_of) for seen in every))


def _contract_row(seen: Seen, as_of: dt.date) -> tuple[Cell, ...]:
    found, states = claims(seen.terms, seen.entries), [row["state"] for row in seen.rows]
    counts = (
        sum(claim.expected_on <= as_of for claim in found),
        *(states.count(state) for state in ("due", "not_met", "held")),
        sum(hold.days for hold in holds(seen.entries, as_of)),
        len(overrides(seen.entries)),
        sum(row["change"] == "loosened" for row in seen.changed),
        len(restatements(seen.entries)),
    )
    named = joined([link(f"{file_name(seen.contract)}.html", name(seen.contract)), seen.title], BREAK)
    return (named, *(number(count) for count in counts))


def _most_held(held: Sequence[Hold]) -> list[Block]:
    head = Heading(2, text("what_held"))
    if not held:
        return [head, Paragraph(text("nothing_held"))]
    heads = columns("expectation", "held_days", "holds", numbers=("held_days", "holds"))
    by_rule = Table(text("held_by_rule"), heads, tuple((rule(named), number(days), number(times)) for named, days, times in days_by(held, "rule")))
    return [head, Paragraph(text("held_note"), "quiet"), by_party(held), by_rule]


def _all_changes(every: Sequence[Seen]) -> list[Block]:
    entries = [entry for seen in every for entry in seen.entries]
    changed = [row for seen in every for row in seen.changed]
    currencies = {seen.contract: str(seen.terms["currency"]) for seen in every}
    moved = [{**item, "currency": currencies[item["contract"]]} for item in restatements(entries)]
    return [*overridden(overrides(entries), with_contract=True), *loosened(changed, with_contract=True), *restated(moved, with_contract=True)]
