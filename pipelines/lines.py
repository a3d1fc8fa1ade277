"""Persons' lines behind a decision: kept where person data may be read, bound to the ledger by their hash, and read again when a later claim
asks what a person was given before.

`archive/lines/<sha256>.json` is canonical JSON, file mode 0600, written once and named by the hash of what it says.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from pipelines.canonical import canonical, digest
from pipelines.errors import HomeError
from pipelines.files import write_atomically
from pipelines.ledger.journal import Entry
from pipelines.payments.contract_wide import Given, parts_from, years_from
from pipelines.payments.decide import ON_ACCOUNT, Decision
from pipelines.settings import Home


def content(decision: Decision) -> dict[str, Any]:
    """What is kept of a decision's lines: the claim, one row a person with something to their name, by key, and what the lines that a cap cut would
    have come to."""
    rows = sorted([line.key, line.amount] for line in decision.lines if line.amount)
    cut = sorted([line.key, line.uncut] for line in decision.lines if line.uncut is not None)
    return {"format": "udbytte.lines/1", "posting_key": decision.posting_key, "rows": rows, **({"cut": cut} if cut else {})}


def sha256_of(decision: Decision) -> str:
    """The hash that binds a decision to its lines; empty for a decision without any."""
    return digest(content(decision)) if decision.lines else ""


def _path(home: Home, sha256: str) -> Path:
    return home.archive / "lines" / f"{sha256}.json"


def keep(home: Home, decision: Decision) -> None:
    """Write the lines of a decision, if it has any."""
    if decision.lines_sha256:
        write_atomically(_path(home, decision.lines_sha256), canonical(content(decision)) + b"\n", mode=0o600)


def kept(home: Home, sha256: str) -> dict[str, Fraction]:
    """Amount by person key. Raises HomeError when the file is gone or no longer gives its hash."""
    return {key: Fraction(amount) for key, amount in _read(home, sha256)["rows"]}


def kept_uncut(home: Home, sha256: str) -> dict[str, Fraction]:
    """Amount by person key before a cap cut it. Raises HomeError when the file is gone or no longer gives its hash."""
    data = _read(home, sha256)
    return {key: Fraction(amount) for key, amount in [*data["rows"], *data.get("cut", [])]}


def uncut(decision: Decision) -> dict[str, Fraction]:
    """The same of a decision of this night."""
    return {line.key: line.amount if line.uncut is None else line.uncut for line in decision.lines if line.amount or line.uncut}


def _read(home: Home, sha256: str) -> dict[str, Any]:
    path = _path(home, sha256)
    try:
        data = json.loads(path.read_bytes())
        is_whole = digest(data) == sha256
    except (OSError, ValueError, TypeError, RecursionError):
        is_whole = False
    if not is_whole:
        raise HomeError("the persons' lines behind a posted entry are gone or altered", where=f"archive/lines/{path.name}", next_step="restore them from a backup")
    return dict(data)


def posted(entry: Entry) -> Given:
    """What a posted decision or true-up gave."""
    _, trigger, claim_period, _, kind = entry.posting_key.split("/")
    body = entry.body
    shares = {name: Decimal(amount) for name, amount in body.get("shares", {}).items()}
    counted, carried = Fraction(body.get("counted", 0)), Decimal(body.get("carried", "0.00"))
    return Given(trigger, claim_period, kind, entry.as_of, Decimal(body["amount"]), counted, carried, shares, parts_from(body), years_from(body))


@dataclass(frozen=True)
class Step:
    """One settlement of a claim: what it was given, and the persons' amounts behind it under their hash."""

    given: Given
    place: int | None
    sha256: str
    amounts: dict[str, Fraction]

    @property
    def claim(self) -> tuple[str, str]:
        return self.given.trigger, self.given.claim_period

    @property
    def is_true_up(self) -> bool:
        return self.given.kind.startswith("true_up_")


@dataclass
class Paid:
    """What a contract's triggers gave, claim by claim, in the order it was or will be posted. `place` is the entry's number; None for tonight's."""

    steps: list[Step] = field(default_factory=list)

    def add_posted(self, home: Home, entry: Entry) -> None:
        """Take in a posted decision or true-up. Raises HomeError when its lines are gone."""
        sha256 = str(entry.body.get("lines_sha256", ""))
        self.steps.append(Step(posted(entry), entry.seq, sha256, kept(home, sha256) if sha256 else {}))

    def add_tonight(self, decision: Decision) -> None:
        """Take in a decision of this night that is not posted yet."""
        amounts = {line.key: line.amount for line in decision.lines} if decision.lines_sha256 else {}
        named = (decision.trigger, decision.claim_period, decision.kind, decision.as_of)
        given = Given(*named, decision.amount, decision.counted, decision.carried, decision.shares, decision.parts, decision.years)
        self.steps.append(Step(given, None, decision.lines_sha256, amounts))

    def add_true_up(self, decision: Decision) -> None:
        """Take in what a decision of this night moves of a claim that was posted before."""
        said = decision.true_up or {}
        kind, amount, carried = f"true_up_{said['number']}", Decimal(said["amount"]), Decimal(said["carried"])
        shares = {name: Decimal(share) for name, share in said["shares"].items()}
        given = Given(decision.trigger, decision.claim_period, kind, decision.as_of, amount, decision.counted, carried, shares, decision.parts, years_from(said))
        self.steps.append(Step(given, None, decision.lines_sha256, {line.key: line.amount for line in decision.lines} if decision.lines_sha256 else {}))

    def tonight_amount(self, trigger: str, claim_period: str, kind: str) -> Decimal:
        """What a claim of this night that is not posted yet comes to; nought when there is none."""
        asked = (trigger, claim_period, kind)
        found = [step.given.amount for step in self.steps if step.place is None and (step.given.trigger, step.given.claim_period, step.given.kind) == asked]
        return found[-1] if found else Decimal("0.00")

    def before(self, trigger: str, claim_period: str, place: int | None, seen: Paid | None = None) -> list[Step]:
        """The newest settlement of every other claim period of a trigger that came before the entry numbered `place`, with the true-ups of these that
        were `seen` since; before anything new when None."""
        return _newest(step for step in self._until(place, (trigger, claim_period), seen) if step.given.trigger == trigger and step.given.claim_period != claim_period)

    def since(self, trigger: str, claim_period: str, place: int) -> list[Step]:
        """The newest settlement of every other claim period of a trigger that only came after the entry numbered `place`."""
        before = {step.given.claim_period for step in self.steps if step.place is not None and step.place < place and step.given.trigger == trigger}
        return _newest(step for step in self.steps if step.given.trigger == trigger and step.given.claim_period not in (*before, claim_period))

    def given(self, place: int | None, own: tuple[str, str] = ("", ""), seen: Paid | None = None) -> list[Given]:
        """What every claim of the contract was given before the entry numbered `place`, in its order, with the true-ups of these that were `seen` since, but
        for those of the claim itself (`own`: trigger and claim period); before anything new when None."""
        return [step.given for step in self._until(place, own, seen)]

    def _until(self, place: int | None, own: tuple[str, str], seen: Paid | None) -> list[Step]:
        until = [step for step in self.steps if place is None or (step.place is not None and step.place < place)]
        claims = {step.claim for step in until} - {own}
        later = seen.steps if seen is not None and place is not None else []
        return until + [step for step in later if step.is_true_up and step.claim in claims and (step.place is None or place is None or step.place > place)]


def _newest(steps: Iterable[Step]) -> list[Step]:
    newest: dict[str, Step] = {}
    for step in steps:
        if step.given.kind != ON_ACCOUNT or step.given.claim_period not in newest:
            newest[step.given.claim_period] = step
    return [newest[name] for name in sorted(newest)]


def sums(steps: Iterable[Step]) -> dict[str, Fraction]:
    """Amount by person key over several claims."""
    total: dict[str, Fraction] = {}
    for step in steps:
        for key, amount in step.amounts.items():
            total[key] = total.get(key, Fraction(0)) + amount
    return total
