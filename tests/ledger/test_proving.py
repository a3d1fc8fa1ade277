"""Proving the acts of a chain: what was not allowed where it stands is named, though it is chained, salted and signed; and no sequence of acts pays
more than was decided, what is disputed, or by an author's word."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from acts_given import CLAIM, KEYS, anchored, claimed, done, line, paid, restated
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledger_acts import DAY, day

from pipelines.canonical import plain
from pipelines.errors import LedgerError
from pipelines.ledger.accounts import overpaid, transactions
from pipelines.ledger.anchoring import anchor
from pipelines.ledger.approving import Transfer, clock, do
from pipelines.ledger.book import Book
from pipelines.ledger.journal import Journal, read
from pipelines.ledger.proving import fault
from pipelines.ledger.signing import public_half, signed, withdraw_signatory
from pipelines.ledger.transitions import OWED, PERSONS, TABLE
from pipelines.reports.evidence.chain import tell_of_chain
from pipelines.settings import Home

NAMES = {"anna": ("state", "Anna Holm"), "bo": ("aid_programme", "Bo Lind"), "carl": ("state", "Carl Dam"), "dora": ("state", "Dora Friis"), "stranger": ("state", "Anna Holm")}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return claimed(tmp_path / "home")


def said(home: Home, who: str, name: str, before: str, amount: str, on: dt.date, **changes: Any) -> dict[str, Any]:
    """An act as its signatory would say it, allowed or not."""
    newest, (party, person) = line(home).newest, NAMES.get(who, ("", "the clock"))
    about = {"act": name, "from": before, "contract": "tarp", "claim": CLAIM, "payer": "state", "amount": amount, "reason": "so", "day": str(on)}
    return {**about, "entry": newest.seq, "entry_hash": newest.hash, "party": party, "person": person, **changes}


def forge(home: Home, kind: str, act: dict[str, Any], who: str, on: dt.date, about: str = CLAIM) -> None:
    """Write an act as whoever holds the home's keys can, whether it is allowed or not."""
    body = signed(act, KEYS[who]) if who in KEYS else {"act": plain(act)}
    Journal(home).post_act(kind, "tarp", about, body, on)


def named(home: Home, words: str) -> None:
    """The chain itself holds, and proving the acts names the newest entry in these words."""
    reading = read(home)
    assert reading.fault == ""
    assert fault(reading.entries).startswith(f"entry {len(reading.entries)} (")
    assert words in fault(reading.entries)
    with pytest.raises(LedgerError, match="pay nothing by it"):
        tell_of_chain(home, as_json=True)


@pytest.mark.parametrize(
    ("words", "who", "name", "kind", "before", "amount", "on", "changes"),
    [
        ("nobody signs with this key", "stranger", "approve", "approval", "decided", "1000.00", DAY, {}),
        ("is not the payer", "bo", "approve", "approval", "decided", "1000.00", DAY, {}),
        ("has not the role payer", "carl", "approve", "approval", "decided", "1000.00", DAY, {}),
        ("part in measuring", "dora", "approve", "approval", "decided", "1000.00", DAY, {}),
        ("the deadline to approve was", "anna", "approve", "approval", "decided", "1000.00", day(31), {}),
        ("the deadline to dispute was", "anna", "dispute", "dispute", "decided", "1.00", day(15), {}),
        ("and 999.00 was given", "anna", "approve", "approval", "decided", "999.00", DAY, {}),
        ("nothing of it is approved", "anna", "pay", "payment", "approved", "1.00", DAY, {"paid_on": str(DAY), "reference": "F", "transferred": "1.00"}),
        ("as it stands", "anna", "approve", "approval", "decided", "1000.00", DAY, {"entry": 1}),
        ("as it stands", "anna", "approve", "approval", "decided", "1000.00", DAY, {"entry_hash": "0" * 64}),
        ("as it stands", "anna", "approve", "approval", "disputed", "1000.00", DAY, {"from": "decided", "person": "Alma Vik"}),
        ("not of its kind", "anna", "approve", "payment", "decided", "1000.00", DAY, {}),
        ("not of its kind", "anna", "approve", "approval", "disputed", "1000.00", DAY, {}),
        ("another claim, contract or day", "anna", "approve", "approval", "decided", "1000.00", day(1), {"day": str(DAY)}),
        ("another claim, contract or day", "anna", "approve", "approval", "decided", "1000.00", DAY, {"claim": "tarp/x/y/all/final"}),
        ("the clock does not bring", "the clock", "silence_approves", "approval", "decided", "1000.00", day(30), {}),
        ("the clock does not bring", "the clock", "silence_refuses", "approval", "decided", "1000.00", day(31), {}),
        ("the clock does not bring", "the clock", "silence_approves", "approval", "decided", "999.00", day(31), {}),
        ("not an act that can be read", "anna", "approve", "approval", "decided", "1000.00", DAY, {"reason": 7}),
    ],
)
def test_a_forged_or_wrongly_ordered_act_is_named(home: Home, words: str, who: str, name: str, kind: str, before: str, amount: str, on: dt.date, changes: dict[str, Any]) -> None:
    forge(home, kind, said(home, who, name, before, amount, on, **changes), who, on)
    named(home, words)


def test_an_act_said_twice_is_named(home: Home) -> None:
    entry = done(home, "anna", "approve")
    Journal(home).post_act(entry.kind, "tarp", CLAIM, entry.body, DAY)
    named(home, "nothing of it is decided")


def test_an_act_altered_after_it_was_signed_is_named(home: Home) -> None:
    body = signed(said(home, "anna", "dispute", "decided", "1.00", DAY), KEYS["anna"])
    body["act"]["amount"] = "1000.00"
    Journal(home).post_act("dispute", "tarp", CLAIM, body, DAY)
    named(home, "not what its signatory signed")


def test_an_act_by_a_withdrawn_key_is_named(home: Home) -> None:
    withdraw_signatory(Journal(home), "tarp", public_half(KEYS["anna"]), "she left", DAY)
    forge(home, "approval", said(home, "anna", "approve", "decided", "1000.00", DAY), "anna", DAY)
    named(home, "was withdrawn")


def test_a_payment_without_an_anchor_is_named(home: Home) -> None:
    done(home, "anna", "approve")
    bank = {"paid_on": str(DAY), "reference": "F", "transferred": "1000.00"}
    forge(home, "payment", said(home, "anna", "pay", "approved", "1000.00", DAY, **bank), "anna", DAY)
    named(home, "not anchored")


def test_an_anchor_of_another_ledger_is_named(home: Home) -> None:
    made, _ = anchor(home, Journal(home), "minutes", DAY)
    Journal(home).post_anchor({**made.body, "hash": "0" * 64}, DAY)
    named(home, "anchors an entry that is not in this ledger")


def test_a_reference_of_the_bank_that_was_used_before_is_named(home: Home) -> None:
    done(home, "anna", "approve")
    paid(home, amount="10.00")
    bank = {"paid_on": str(DAY), "reference": "F-1", "transferred": "1.00"}
    forge(home, "payment", said(home, "anna", "pay", "approved", "1.00", DAY, **bank), "anna", DAY)
    named(home, "the reference was used by")


def test_an_entry_of_a_kind_of_acts_that_says_none_is_named(home: Home) -> None:
    Journal(home).post_act("payment", "tarp", CLAIM, {"amount": "1.00"}, DAY)
    named(home, "not an act that can be read")


ACTS = ("approve", "dispute", "withdraw", "concede", "object", "reject", "pay", "reverse", "return", "clock", "anchor", "restate")
DONE: Counter[str] = Counter()


def chosen(home: Home, dice: random.Random) -> tuple[str, str, str]:
    """An act, who does it and how much of it: three times in four one that moves something there is, by a person of the side it is for."""
    found, amount = line(home), dice.choice(["", "", "0.01", "300.00", "999.99"])
    fitting = [row for row in TABLE if row.act in PERSONS and (not row.before or found.amount(row.before))]
    if dice.random() < 0.25:
        return dice.choice(ACTS), dice.choice(["anna", "dora", "bo", "stranger"]), amount
    row = dice.choice(fitting)
    most = found.amount(row.before) if row.before else Decimal(999)
    return row.act, {"payer": "anna", "payee": "bo"}[row.by], "" if row.act == "approve" else str(min(Decimal(amount or "50.00"), most))


def act(home: Home, number: int, name: str, who: str, amount: str, now: dt.date) -> None:
    if name == "clock":
        clock(Journal(home), now)
    elif name == "anchor":
        anchored(home, now)
    elif name == "restate":
        less = min(Decimal(amount or "500.00"), line(home).owed())
        restated(home, str(-less if number % 3 else less), now, number)
    else:
        if name == "pay" and number % 4:
            anchored(home, now)
        bank = Transfer(now, f"F-{number}", "paid_in_error") if name in ("pay", "reverse", "return") else None
        do(Journal(home), name, CLAIM, KEYS[who], "why", now, amount=amount, transfer=bank)


@settings(max_examples=25, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_whatever_is_done_in_whatever_order_no_more_is_paid_than_was_decided_nor_what_is_disputed(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    home, now, dice = claimed(tmp_path_factory.mktemp("acts") / "home"), DAY, random.Random(seed)
    for number in range(1, 13):
        name, who, amount = chosen(home, dice)
        now += dt.timedelta(days=dice.choice([0, 0, 1, 3, 20]))
        before = home.ledger.read_bytes()
        try:
            act(home, number, name, who, amount, now)
            DONE[name if home.ledger.read_bytes() != before else "nothing"] += 1
        except LedgerError:
            DONE["refused"] += 1
            assert home.ledger.read_bytes().removeprefix(before).count(b"\n") <= (name == "pay")  # the anchor that was made for it
        entries = read(home).entries
        found = Book.of(entries).lines[CLAIM]["state"]
        decided = sum((Decimal(entry.body["amount"]) for entry in entries if entry.kind in ("decision", "true_up")), Decimal(0))
        moved = Counter({kind: sum((Decimal(entry.body["act"]["amount"]) for entry in entries if entry.kind == kind), Decimal(0)) for kind in ("payment", "reversal")})
        assert found.owed() == decided
        assert found.amount("paid") == moved["payment"] - moved["reversal"] - found.amount("to_return")
        assert found.amount("paid") + found.amount("disputed") <= decided
        assert min(found.amount(state) for state in (*OWED, "to_return")) >= 0
        assert {entry.body["act"]["person"] for entry in entries if entry.kind == "approval"} <= {"Anna Holm", "the clock"}
        if not found.amount("to_return"):
            assert overpaid(transactions(entries)) == []
    assert fault(read(home).entries) == ""


def test_a_decent_share_of_those_acts_was_done() -> None:
    """Read after the property above, in this file's order."""
    people = sum(DONE[name] for name in ("approve", "dispute", "withdraw", "concede", "object", "reject", "pay", "reverse", "return"))
    assert people > 80
    assert DONE["refused"] > 40
    assert min(DONE[name] for name in ("approve", "dispute", "object", "pay")) > 2
