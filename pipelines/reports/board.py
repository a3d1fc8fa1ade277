"""The trigger board: one row a trigger, claim period and settlement, with what stands in the ledger before what tonight would say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from pipelines.ledger.journal import Entry
from pipelines.ledger.waiting import Limits, Waiting, waiting
from pipelines.payments.decide import ON_ACCOUNT, Decision, causes


@dataclass(frozen=True)
class Row:
    """One trigger, claim period and settlement (`kind`: final or on account). `state`, `amount` and `reason` are the posted ones where an entry stands (`entry` is its number);
    `tonight` then says, in words, whether tonight's data would say otherwise, and `posted` is all that the entry says. `is_overridden` says that two parties released it.
    `waits` is each cause of a hold, since when it stands, who can cure it and by when."""

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

    def as_data(self) -> dict[str, Any]:
        shown = {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "posted"}
        return {**shown, "waits": [item.as_data() for item in self.waits]}


def rows(decisions: list[Decision], entries: list[Entry], limits: Mapping[str, Limits]) -> list[Row]:
    """The board of a night, by contract and in the contract's own order of triggers. `limits` is how long a hold may last, by contract."""
    standing = {entry.posting_key: entry for entry in entries if entry.posting_key}
    made = [(decision, _row(decision, standing.get(decision.posting_key))) for decision in decisions]
    return [replace(row, waits=_waits(decision, entries, limits.get(decision.contract, Limits()))) if row.state == "held" else row for decision, row in made]


def _waits(decision: Decision, entries: list[Entry], agreed: Limits) -> tuple[Waiting, ...]:
    return tuple(waiting(causes(decision.holds), decision.posting_key, entries, decision.as_of, agreed))


def _row(decision: Decision, entry: Entry | None) -> Row:
    named = (decision.contract, decision.trigger, decision.claim_period, decision.kind)
    if entry is None:
        return Row(*named, decision.state, decision.amount, decision.currency, decision.reason, None, "", bool(decision.overridden_by))
    posted = (entry.body["state"], Decimal(entry.body["amount"]))
    is_settled = decision.kind == ON_ACCOUNT and decision.state == "not_due"
    tonight = "" if is_settled or posted == (decision.state, decision.amount) else f"tonight: {decision.state.replace('_', ' ')}, {decision.reason}"
    return Row(*named, posted[0], posted[1], entry.body["currency"], entry.body["reason"], entry.seq, tonight, bool(entry.body.get("overridden_by")), entry.body)
