"""The trigger board: one row a trigger, claim period and settlement, with what stands in the ledger before what tonight would say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from pipelines.ledger import true_up
from pipelines.ledger.book import Book, Part
from pipelines.ledger.journal import Entry
from pipelines.ledger.waiting import Limits, Waiting, waiting
from pipelines.payments.decide import ON_ACCOUNT, Decision, causes


@dataclass(frozen=True)
class Row:
    """One trigger, claim period and settlement (`kind`: final or on account). `state`, `amount` and `reason` are the posted ones where an entry stands
    (`entry` is its number), after its true-ups; `tonight` then says, in words, whether tonight's data would say otherwise, and `posted` is all that
    the entry says. `is_overridden` says that two parties released it. `waits` is each cause of a hold, since when it stands, who can cure it and by
    when. `true_ups` are the claim's true-ups: entry, day, amount, cause and how many people `moved` which way; `parts` is
    where what is posted of it stands: approved, disputed, paid, and who waits for whom."""

    contract: str
    trigger: str
    claim_period: str
    kind: str
    state: str
    amount: Decimal
    currency: str
    reason: str
    entry: int | None
    tonight: str
    is_overridden: bool = False
    posted: dict[str, Any] | None = None
    waits: tuple[Waiting, ...] = ()
    true_ups: tuple[dict[str, Any], ...] = ()
    parts: tuple[Part, ...] = ()

    def as_data(self) -> dict[str, Any]:
        shown = {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "posted"}
        return {**shown, "waits": [item.as_data() for item in self.waits], "parts": [item.as_data() for item in self.parts]}


def rows(decisions: list[Decision], entries: list[Entry], limits: Mapping[str, Limits]) -> list[Row]:
    """The board of a night, by contract and in the contract's own order of triggers. `limits` is how long a hold may last, by contract."""
    about: dict[str, list[Entry]] = {}
    for entry in entries:
        about.setdefault(entry.about, []).append(entry)
    made = [(decision, _row(decision, about.get(decision.posting_key, []))) for decision in decisions]
    book = Book.of(entries)
    shown = [(decision, replace(row, parts=tuple(book.parts(decision.posting_key, decision.as_of)))) for decision, row in made]
    return [replace(row, waits=_waits(decision, entries, limits.get(decision.contract, Limits()))) if row.state == "held" else row for decision, row in shown]


def _waits(decision: Decision, entries: list[Entry], agreed: Limits) -> tuple[Waiting, ...]:
    return tuple(waiting(causes(decision.holds), decision.posting_key, entries, decision.as_of, agreed))


def _row(decision: Decision, about: list[Entry]) -> Row:
    """One claim's row; `about` are the entries that speak of it."""
    named = (decision.contract, decision.trigger, decision.claim_period, decision.kind)
    stands = true_up.position(about, decision.posting_key)
    if stands is None:
        return Row(*named, decision.state, decision.amount, decision.currency, decision.reason, None, "", bool(decision.overridden_by))
    body, state = stands.first.body, stands.state
    is_settled = decision.kind == ON_ACCOUNT and decision.state == "not_due"
    asked = [entry for entry in about if "act" not in entry.body and entry.kind != "reconciliation"][-1]
    tonight = "" if is_settled or (state, stands.amount) == (decision.state, decision.amount) else _tonight(decision, asked)
    said = {**body, "arithmetic": [*body["arithmetic"], *(str(entry.body["arithmetic"][-1]) for entry in stands.true_ups)]}
    reason, moved = stands.newest.body["reason"], tuple(_true_up(entry) for entry in stands.true_ups)
    return Row(*named, state, stands.amount, body["currency"], reason, stands.first.seq, tonight, bool(body.get("overridden_by")), said, (), moved)


def _true_up(entry: Entry) -> dict[str, Any]:
    return {"entry": entry.seq, "as_of": entry.as_of, **{name: entry.body[name] for name in ("amount", "cause", "moved")}}


def _tonight(decision: Decision, newest: Entry) -> str:
    """What tonight's data say otherwise, and that nothing is paid by it while it is an open question."""
    words = f"tonight: {decision.state.replace('_', ' ')}, {decision.reason}"
    return f"{words}; {question_words(newest)}" if newest.kind == "question" else words


def question_words(entry: Entry) -> str:
    """What an entry asks, and why it is not settled, in one sentence."""
    return f"an open claim question, 0.00 paid: {entry.body['why']}" if entry.body.get("why") else "an open claim question, 0.00 paid"
