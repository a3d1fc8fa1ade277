"""The trigger board: one row a trigger, claim period and settlement, with what stands in the ledger before what tonight would say."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pipelines.ledger.journal import Entry
from pipelines.payments.decide import ON_ACCOUNT, Decision


@dataclass(frozen=True)
class Row:
    """One trigger, claim period and settlement (`kind`: final or on account). `state`, `amount` and `reason` are the posted ones where an entry stands (`entry` is its number);
    `tonight` then says, in words, whether tonight's data would say otherwise, and `posted` is all that the entry says. `is_overridden` says that two parties released it."""

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

    def as_data(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "posted"}


def rows(decisions: list[Decision], entries: list[Entry]) -> list[Row]:
    """The board of a night, by contract and in the contract's own order of triggers."""
    standing = {entry.posting_key: entry for entry in entries if entry.posting_key}
    return [_row(decision, standing.get(decision.posting_key)) for decision in decisions]


def _row(decision: Decision, entry: Entry | None) -> Row:
    named = (decision.contract, decision.trigger, decision.claim_period, decision.kind)
    if entry is None:
        return Row(*named, decision.state, decision.amount, decision.currency, decision.reason, None, "", bool(decision.overridden_by))
    posted = (entry.body["state"], Decimal(entry.body["amount"]))
    is_settled = decision.kind == ON_ACCOUNT and decision.state == "not_due"
    tonight = "" if is_settled or posted == (decision.state, decision.amount) else f"tonight: {decision.state.replace('_', ' ')}, {decision.reason}"
    return Row(*named, posted[0], posted[1], entry.body["currency"], entry.body["reason"], entry.seq, tonight, bool(entry.body.get("overridden_by")), entry.body)
