"""What a claim that was posted comes to after its true-ups, what entry a restatement gives, and what a hand-over may not make of it.

Pure: entries that stand and plain data in; plain data out. What a restated claim comes to is computed where person data may be read
(`pipelines.restating`) and handed over as aggregates.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pipelines.ledger.journal import Entry

KIND = "true_up"


@dataclass(frozen=True)
class Position:
    """Where a posted claim stands: its first entry, its true-ups in their order, and what they come to together."""

    first: Entry
    true_ups: tuple[Entry, ...] = ()

    @property
    def newest(self) -> Entry:
        return self.true_ups[-1] if self.true_ups else self.first

    @property
    def state(self) -> str:
        return str(self.newest.body["state"])

    @property
    def amount(self) -> Decimal:
        return sum((Decimal(entry.body["amount"]) for entry in self.true_ups), Decimal(self.first.body["amount"]))

    def shares(self) -> dict[str, Decimal]:
        """What each payer owes of the amount, where several do."""
        total: dict[str, Decimal] = {}
        for entry in (self.first, *self.true_ups):
            for name, amount in entry.body.get("shares", {}).items():
                total[name] = total.get(name, Decimal("0.00")) + Decimal(amount)
        return total

    @property
    def lines_sha256(self) -> str:
        """The hash of the persons' lines behind the newest entry; empty when there are none."""
        return str(self.newest.body.get("lines_sha256", ""))


def key_of(posting_key: str, number: int) -> str:
    """The posting key of the n-th true-up of the claim that `posting_key` settled."""
    return f"{posting_key.rpartition('/')[0]}/{KIND}_{number}"


def position(entries: Iterable[Entry], posting_key: str, before: dt.date | None = None) -> Position | None:
    """Where a claim stands; None while nothing is posted for its key. Its true-ups of `before` and of later days are left out: a night that
    is run again starts from what stood when it began."""
    about = [entry for entry in entries if entry.about == posting_key]
    first = next((entry for entry in about if entry.posting_key == posting_key), None)
    if first is None:
        return None
    return Position(first, tuple(entry for entry in about if entry.kind == KIND and (before is None or entry.as_of < before)))


def body(decision: dict[str, Any], handover: str) -> dict[str, Any]:
    """What the entry of a true-up says. `amount` is the difference alone."""
    said = decision["true_up"]
    names = ("currency", "payer", "payee", "clause", "fingerprint", "gate", "required")
    own = ("amount", "total", "before", "reason", "arithmetic", "cause", "changed", "moved", "settle", "window_ends")
    lines = {"lines_sha256": decision["lines_sha256"]} if decision.get("lines_sha256") else {}
    wide = {name: decision[name] for name, nothing in (("counted", "0/1"), ("parts", [])) if decision.get(name, nothing) != nothing}
    carried = {"carried": said["carried"]} if Decimal(said["carried"]) else {}
    shares = {name: said[name] for name in ("shares", "years") if said.get(name)}
    return {
        "contract_version": decision["contract_version"],
        "state": decision["state"],
        "restates": decision["posting_key"],
        **{name: decision[name] for name in names},
        **{name: said[name] for name in own},
        **lines,
        **wide,
        **carried,
        **shares,
        "handover": handover,
    }


def fault(decision: dict[str, Any], stands: Position | None) -> str:
    """Why a true-up cannot be posted on what stands in this ledger; empty when it can. It must restate what stands, go no further than the
    difference, and be shared without a rest."""
    said = decision["true_up"]
    if stands is None or (said["number"], Decimal(said["stands"])) != (len(stands.true_ups) + 1, stands.amount):
        return "it restates a claim from other entries than stand here"
    difference, amount = Decimal(decision["amount"]) - stands.amount, Decimal(said["amount"])
    is_within = amount == difference if difference < 0 else 0 <= amount <= difference
    if not is_within:
        return "its true-up is not the difference between what is posted and what it comes to"
    if said["shares"] and sum(map(Decimal, said["shares"].values())) != amount:
        return "its true-up is not what its payers owe together"
    if said.get("years") and sum(map(Decimal, said["years"].values())) != amount:
        return "its true-up is not what it says of each year together"
    return ""
