"""What an execution says of the acts that may follow a decision: each party's roles, and the deadlines. It stands in the ledger, so that every
later act can be proved against what was signed, in any home and without the contract's text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

DAYS = ("approve", "object", "pay", "long_stop")
WORDS = ("silence", "then")


@dataclass(frozen=True)
class Terms:
    """Days that a contract gives to approve, to object, to pay and, at most, to whatever holds or disputes a claim; what silence means, and
    what follows the long stop. None where nothing is agreed. A day from which a deadline is counted is not counted, the last one is."""

    approve: int | None = None
    silence: str | None = None
    object: int | None = None
    pay: int | None = None
    long_stop: int | None = None
    then: str | None = None

    def last(self, name: str, counted_from: dt.date) -> dt.date | None:
        """The last day of the deadline called `name`; None where none is agreed, or it is the empty name."""
        days = getattr(self, name) if name else None
        return None if days is None else counted_from + dt.timedelta(days=days)


@dataclass(frozen=True)
class Agreed:
    """The roles of each party and the terms of one executed version; empty where its execution says nothing of them."""

    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    terms: Terms = field(default_factory=Terms)

    @classmethod
    def of(cls, executed: dict[str, Any]) -> Agreed:
        """What the body of an execution says."""
        said = executed.get("agreed", {})
        return cls({party: tuple(roles) for party, roles in said.get("roles", {}).items()}, Terms(**said.get("deadlines", {})))


def agreed(contract: Any) -> dict[str, Any]:
    """What the execution of an outcome contract says: `roles` by party, and those of the `deadlines` that are agreed, days as whole numbers."""
    days = {name: item.days for name in DAYS if (item := getattr(contract.deadlines, name, None)) is not None}
    words = {name: item for name in WORDS if (item := getattr(contract.deadlines, name, None)) is not None}
    return {"roles": {party.id: list(party.roles) for party in contract.parties}, "deadlines": {**days, **words}}
