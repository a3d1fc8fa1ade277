"""What the ledger's tests share: homes with known keys, decisions and hand-overs as measuring would make them, and a small ledger."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipelines.canonical import canonical
from pipelines.ledger import handover
from pipelines.ledger.journal import Journal
from pipelines.settings import Home

KEY = b"k" * 32
SIGNED_ON, DAY = dt.date(2024, 6, 1), dt.date(2026, 6, 30)
TEXT = "a" * 64


def home_at(folder: Path, key: bytes = KEY) -> Home:
    return Home(folder).prepare(key=key)


def day(number: int) -> dt.date:
    """The n-th as-of day."""
    return DAY + dt.timedelta(days=number)


def hold(rule: str = "follow_up_is_complete", **changes: Any) -> dict[str, Any]:
    plain = {"subject": "outcome:tarp/rearrest", "rule": rule, "verdict": "failed", "words": "12 of 432", "remedy": "Ask.", "cured_by": "police"}
    return {**plain, **changes}


def decision(trigger: str = "reduction", *, as_of: dt.date = DAY, **changes: Any) -> dict[str, Any]:
    """A decision as a hand-over carries it: due, by an open gate, unless changed."""
    contract = changes.get("contract", "tarp")
    plain: dict[str, Any] = {
        "contract": contract,
        "contract_version": 1,
        "trigger": trigger,
        "clause": "Schedule 2 §2",
        "claim_period": "2024-25",
        "beneficiary_group": "all",
        "kind": "final",
        "as_of": as_of.isoformat(),
        "state": "due",
        "amount": "250000.00",
        "currency": "USD",
        "payer": "state",
        "payee": "aid_programme",
        "reason": "27.27 % is at least 10 %",
        "arithmetic": ["27.27 % >= 10 %   (Schedule 2 §2)"],
        "holds": [],
        "warnings": [],
        "gate": "open",
        "required": 12,
        "fingerprint": "f" * 64,
        "posting_key": f"{contract}/{trigger}/2024-25/all/final",
    }
    return {**plain, **changes}


def held(trigger: str = "reduction", *rules: str, as_of: dt.date = DAY, **changes: Any) -> dict[str, Any]:
    holds = [hold(rule) for rule in rules or ("follow_up_is_complete",)]
    return decision(trigger, as_of=as_of, **{"state": "held", "gate": "held", "amount": "0.00", "holds": holds, "reason": "12 of 432", **changes})


def content(*decisions: dict[str, Any], as_of: dt.date = DAY, contract: str = "tarp", sha256: str = TEXT) -> dict[str, Any]:
    """What measuring hands over of one contract and day."""
    return {
        "contract": {"id": contract, "version": 1, "sha256": sha256},
        "as_of": as_of.isoformat(),
        "cohorts": {},
        "decisions": list(decisions),
        "results": {},
        "fingerprints": {},
    }


def write(home: Home, *decisions: dict[str, Any], **more: Any) -> Path:
    return handover.write(home, content(*decisions, **more))


def executed(home: Home, *contracts: str, agreed: dict[str, Any] | None = None) -> Journal:
    """A journal in which these contracts are signed, with what is `agreed` on acts."""
    journal = Journal(home)
    for contract in contracts or ("tarp",):
        journal.execute(contract, 1, TEXT, ["state", "aid_programme"], SIGNED_ON, agreed=agreed)
    return journal


def small_ledger(home: Home) -> Journal:
    """Five entries, one or more of every kind."""
    journal = executed(home)
    journal.post_hold(held(), "h1")
    journal.post_decision(decision("intake", amount="108000.00", as_of=day(1)), "h2")
    journal.post_decision(decision("intake", amount="107500.00", as_of=day(2), fingerprint="e" * 64), "h3")
    journal.post_decision(decision("certain_reduction", state="not_met", amount="0.00", as_of=day(2)), "h3")
    return journal


def killed_after(written: int) -> Callable[[Journal, bytes], None]:
    """What stands in for `Journal._write` in a run that is killed when so many bytes of what it writes have reached the file."""

    def write_some(self: Journal, lines: bytes) -> None:
        with self.home.ledger.open("ab") as stream:
            stream.write(lines[:written])
        raise KeyboardInterrupt

    return write_some


def lines(home: Home) -> list[bytes]:
    """The whole lines of a ledger, without their ends."""
    return home.ledger.read_bytes().splitlines()


def put_lines(home: Home, kept: list[bytes]) -> None:
    home.ledger.write_bytes(b"".join(line + b"\n" for line in kept))


def head(home: Home) -> Path:
    return home.root / "ledger.head"


def put_head(home: Home, seq: Any, sha256: Any) -> None:
    head(home).write_bytes(json.dumps({"seq": seq, "hash": sha256}).encode())


def rehash(entry: dict[str, Any]) -> bytes:
    """The line of an entry after its content was changed, its hash made to fit."""
    from pipelines.canonical import digest

    unhashed = {name: value for name, value in entry.items() if name != "hash"}
    return canonical({**unhashed, "hash": digest(unhashed)})
