"""Nights of one contract without registers: days at home are given, and everything from deciding to the ledger is the real thing."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from home_days_given import contract, result_of, unit

from pipelines import lines
from pipelines.canonical import canonical
from pipelines.cohorts import Frozen
from pipelines.contracts.catalogue import Catalogue
from pipelines.contracts.outcome import OutcomeContract
from pipelines.contracts.profile import Profile
from pipelines.deciding import Deciding
from pipelines.ledger import handover
from pipelines.ledger.agreeing import agreed
from pipelines.ledger.approving import clock
from pipelines.ledger.journal import Entry, Journal, read
from pipelines.ledger.settle import settle
from pipelines.payments.decide import Decision
from pipelines.payments.rule import Unit
from pipelines.quality.checks import Check
from pipelines.quality.gate import Required
from pipelines.quality.suites import Suite
from pipelines.settings import Home

SIGNED_ON = dt.date(2024, 6, 1)
TEXT = "a" * 64
PASSED = Check("register:buaf", "key_is_given", "passed", "error", 9, 9, "", "", "", "", "", "", "", "i", "s", SIGNED_ON)
RULE = {
    "rule": "follow_up_is_complete",
    "on": "outcome",
    "threshold": Decimal(0),
    "severity": "error",
    "dimension": "completeness",
    "protects": "x",
    "because": "x",
    "since": SIGNED_ON,
    "remedy": "x",
    "cured_by": "data_supplier",
}
Days = Mapping[str, Mapping[str, Any]]
"""Days by child, by `<outcome>/<claim period>`."""


@dataclass(frozen=True)
class GivenInputs:
    """What stands in for the digests of real deliveries: one expectation is required, and a fingerprint follows the claim and what it was `made_of`."""

    made_of: Mapping[str, Any] = field(default_factory=dict, kw_only=True)

    def required(self, *_: Any) -> list[Required]:
        return [Required(PASSED.subject, PASSED.rule, PASSED.inputs, PASSED.suite)]

    def suites(self, *_: Any) -> list[Suite]:
        return []

    def claim_suite(self, contract: OutcomeContract, payment: Any, claim: Any) -> Suite:
        return Suite(f"trigger:{contract.contract}/{payment.id}/{claim.period.id}/{claim.kind}", ())

    def trigger(self, _contract: OutcomeContract, payment: Any, _frozen: Any, claim: Any) -> dict[str, Any]:
        return {**self.made_of, "payment": payment.id, "claim": {"period": claim.period.id, "kind": claim.kind, "before": list(claim.before)}}


@dataclass
class Town:
    """A home, its contract, and the days that its registers give by now. Of `no_result` a step before deciding stopped. `made_of` is what a fingerprint
    says of deliveries and texts; `check` is how the one expectation did."""

    home: Home
    made: OutcomeContract = field(default_factory=contract)
    days: Days = field(default_factory=dict)
    no_result: set[str] = field(default_factory=set)
    made_of: dict[str, Any] = field(default_factory=dict)
    check: Check = PASSED

    @property
    def catalogue(self) -> Catalogue:
        profile = Profile.model_validate({"profile": "standard", "version": 1, "rules": [RULE]})
        return Catalogue(Path(), contracts={"hjem": self.made}, profiles={"standard@1": profile}, digests={"outcomes/hjem.yaml": TEXT})

    def executed(self, as_of: dt.date = SIGNED_ON) -> Town:
        """The town once its contract was signed."""
        Journal(self.home).execute("hjem", self.made.version, TEXT, ["kommune", "familiehuset"], as_of, self.catalogue.bound_profiles(self.made), agreed=agreed(self.made))
        return self

    def units(self, subject: str) -> list[Unit]:
        found = self.days.get(subject.split("/", 1)[1], {})
        return [unit(key, days) for key, days in sorted(found.items())]

    def deciding(self, as_of: dt.date) -> Deciding:
        results = {
            f"outcome:hjem/{name}": (json.loads(canonical(result_of(tuple(self.units(f"outcome:hjem/{name}"))).as_data())), "") for name in self.days if name not in self.no_result
        }
        frozen = Frozen(SIGNED_ON, "c" * 64, pl.DataFrame())
        checks = [replace(self.check, as_of=as_of)]
        return Deciding(self.home, as_of, self.catalogue, read(self.home), GivenInputs(made_of=self.made_of), checks, results, lambda *_: frozen, self.units)  # type: ignore[arg-type]

    def decide(self, as_of: dt.date) -> list[Decision]:
        return self.deciding(as_of).contract(self.made)

    def night(self, as_of: dt.date) -> list[Decision]:
        """Decide, keep the lines, hand over and settle, as a night does."""
        decisions = self.decide(as_of)
        for decision in decisions:
            lines.keep(self.home, decision)
        content = {
            "contract": {"id": "hjem", "version": self.made.version, "sha256": TEXT},
            "as_of": as_of,
            "cohorts": {},
            "decisions": [decision.as_data() for decision in decisions],
            "results": {},
            "fingerprints": {item.id: self.made_of for item in self.made.payments} if self.made_of else {},
        }
        settle(self.home, Journal(self.home), [handover.write(self.home, content)])
        clock(Journal(self.home), as_of)
        return decisions

    @property
    def posted(self) -> dict[str, Entry]:
        """The entries that stand, by `<trigger>/<claim period>/<kind>`."""
        entries = [entry for entry in read(self.home).entries if entry.posting_key]
        return {"/".join(entry.posting_key.split("/")[place] for place in (1, 2, 4)): entry for entry in entries}

    def amounts(self) -> dict[str, str]:
        return {name: entry.body["amount"] for name, entry in self.posted.items()}

    def files(self) -> dict[str, bytes]:
        """Everything a night leaves in this home: the ledger, hand-overs and lines."""
        places = [self.home.ledger, *self.home.handover.rglob("*.json"), *(self.home.archive / "lines").rglob("*.json")]
        return {path.relative_to(self.home.root).as_posix(): path.read_bytes() for path in places}


def town_at(folder: Path, days: Days, *payments: dict[str, Any]) -> Town:
    """A town whose contract is signed."""
    return Town(Home(folder).prepare(key=b"k" * 32), contract(*payments), days).executed()


class Killed(BaseException):
    """The process ended here."""


def killed_after(monkeypatch: pytest.MonkeyPatch, town: Town, as_of: dt.date, entries: int) -> bool:
    """Run a night that is killed once so many entries reached the ledger; whether it came to that."""
    write, left = Journal._write, entries

    def some(self: Journal, made: bytes) -> None:
        nonlocal left
        lines = made.splitlines(keepends=True)
        if len(lines) <= left:
            left -= len(lines)
            write(self, made)
            return
        with self.home.ledger.open("ab") as stream:
            stream.write(b"".join(lines[:left]))
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "_write", some)
        try:
            town.night(as_of)
        except Killed:
            return True
    return False


def claims(decisions: list[Decision]) -> Iterator[tuple[str, str, str]]:
    """Claim, state and amount of each decision, in order."""
    for made in decisions:
        yield f"{made.trigger}/{made.claim_period}/{made.kind}", made.state, str(made.amount)
