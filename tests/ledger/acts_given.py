"""What the tests of acts share: a claim of 1,000.00, people of its parties with keys of their own, and acts by them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from ledger_acts import DAY, decision, executed, home_at

from pipelines.ledger.anchoring import anchor
from pipelines.ledger.approving import Transfer, do
from pipelines.ledger.book import Book
from pipelines.ledger.journal import Entry, Journal, read
from pipelines.ledger.signing import add_signatory, public_half
from pipelines.ledger.transitions import Line
from pipelines.settings import Home

CLAIM, OTHER = "tarp/reduction/2024-25/all/final", "tarp/intake/2024-25/all/final"
ROLES = {"state": ["payer", "evaluator"], "aid_programme": ["provider"], "county": ["payer"]}
DEADLINES: dict[str, Any] = {"approve": 30, "silence": "approves", "object": 14, "pay": 30, "long_stop": 180, "then": "expert"}
PEOPLE = {
    "anna": ("state", "Anna Holm", ["payer"], False),
    "alma": ("state", "Alma Vik", ["payer"], False),
    "bo": ("aid_programme", "Bo Lind", ["provider"], False),
    "carl": ("state", "Carl Dam", ["evaluator"], False),
    "dora": ("state", "Dora Friis", ["evaluator", "payer"], False),
    "eva": ("state", "Eva Lund", ["payer"], True),
    "finn": ("county", "Finn Bak", ["payer"], False),
}
KEYS = {name: Ed25519PrivateKey.from_private_bytes(name.encode().ljust(32)) for name in (*PEOPLE, "stranger")}


def peopled(home: Home, **deadlines: Any) -> Journal:
    """A journal with an executed contract and everybody entered who signs."""
    journal = executed(home, agreed={"roles": ROLES, "deadlines": {**DEADLINES, **deadlines}})
    for name, (party, person, roles, measures) in PEOPLE.items():
        add_signatory(journal, "tarp", party, person, roles, public_half(KEYS[name]), DAY, measures=measures)
    return journal


def claimed(folder: Path, amount: str = "1000.00", **deadlines: Any) -> Home:
    """A home whose ledger owes an amount since DAY."""
    home = home_at(folder)
    peopled(home, **deadlines).post_decision(decision(amount=amount), "h1")
    return home


def done(home: Home, who: str, name: str, on: dt.date = DAY, claim: str = CLAIM, **more: Any) -> Entry:
    return do(Journal(home), name, claim, KEYS[who], "counted by hand", on, **more)


def anchored(home: Home, on: dt.date = DAY) -> None:
    anchor(home, Journal(home), "minutes", on)


def paid(home: Home, on: dt.date = DAY, reference: str = "F-1", *, act: str = "pay", cause: str = "", set_off: tuple[str, ...] = (), **more: Any) -> Entry:
    if act == "pay":
        anchored(home, on)
    return done(home, "anna", act, on, transfer=Transfer(on, reference, cause, set_off), **more)


def restated(home: Home, amount: str, on: dt.date, number: int = 1, about: str = CLAIM, **more: Any) -> None:
    """Enter a true-up of so much."""
    body = {"amount": amount, "payer": "state", "payee": "aid_programme", "currency": "USD", "contract_version": 1, "state": "due", "handover": f"t{number}", **more}
    Journal(home).post_true_up(f"{about.rpartition('/')[0]}/true_up_{number}", about, "tarp", body, on)


def line(home: Home, claim: str = CLAIM, payer: str = "state") -> Line:
    return Book.of(read(home).entries).lines[claim][payer]


def stands(home: Home, claim: str = CLAIM, payer: str = "state") -> dict[str, str]:
    """The amount in every state in which there is something."""
    found = line(home, claim, payer)
    return {state: str(amount) for state in ("decided", *sorted(found.amounts)) if (amount := found.amount(state)) != Decimal(0)}
