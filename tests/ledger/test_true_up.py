"""True-ups in the ledger: where a claim stands, until when it moves, and what a hand-over may not make of it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from ledger_acts import day, decision, home_at

from pipelines.errors import HandoverRefusedError
from pipelines.ledger import handover, true_up
from pipelines.ledger.journal import Entry, Journal, read
from pipelines.ledger.settle import settle
from pipelines.settings import Home

KEY = "tarp/reduction/2024-25/all/final"


def moved(amount: str, new: str, *, stands: str = "250000.00", number: int = 1, **changes: Any) -> dict[str, Any]:
    """What a decision says of a claim that it moves."""
    return {
        "number": number,
        "settles": True,
        "why": "",
        "amount": amount,
        "stands": stands,
        "total": new,
        "before": stands,
        "shares": {},
        "carried": "0.00",
        "reason": "r",
        "arithmetic": ["a"],
        "cause": "unknown",
        "changed": {},
        "moved": {"up": 0, "down": 1, "no_money": 0, "unchanged": 0},
        "settle": "at_once",
        "window_ends": "2027-07-01",
        **changes,
    }


def taken(home: Home, as_of: dt.date, **changes: Any) -> list[Entry]:
    content = {
        "contract": {"id": "tarp", "version": 1, "sha256": "a" * 64},
        "as_of": as_of,
        "cohorts": {},
        "decisions": [decision(as_of=as_of, **changes)],
        "results": {},
        "fingerprints": {},
    }
    return settle(home, Journal(home), [handover.write(home, content)])


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """250,000.00 is posted."""
    made = home_at(tmp_path)
    Journal(made).execute("tarp", 1, "a" * 64, ["state"], day(0))
    taken(made, day(1))
    return made


def test_a_claim_stands_at_the_sum_of_its_entries(home: Home) -> None:
    taken(home, day(2), amount="240000.00", true_up=moved("-10000.00", "240000.00"))
    taken(home, day(3), amount="245000.00", true_up=moved("5000.00", "245000.00", stands="240000.00", number=2))
    stands = true_up.position(read(home).entries, KEY)
    assert stands is not None
    assert (stands.amount, [entry.posting_key for entry in stands.true_ups]) == (
        Decimal("245000.00"),
        ["tarp/reduction/2024-25/all/true_up_1", "tarp/reduction/2024-25/all/true_up_2"],
    )
    earlier = true_up.position(read(home).entries, KEY, day(3))
    assert earlier is not None
    assert earlier.amount == Decimal("240000.00")
    assert true_up.position(read(home).entries, "tarp/reduction/2025-26/all/final") is None


def test_what_stands_after_a_true_up_asks_nothing(home: Home) -> None:
    taken(home, day(2), amount="240000.00", true_up=moved("-10000.00", "240000.00"))
    assert taken(home, day(3), amount="240000.00") == []
    assert [entry.kind for entry in taken(home, day(4), amount="250000.00")] == ["question"]


def test_the_same_hand_over_taken_twice_posts_once(home: Home) -> None:
    for _ in range(2):
        entries = taken(home, day(2), amount="240000.00", true_up=moved("-10000.00", "240000.00"))
    assert entries == []


@pytest.mark.parametrize(
    ("amount", "said", "why"),
    [
        ("240000.00", moved("-10000.01", "240000.00"), "not the difference"),
        ("240000.00", moved("-9999.99", "240000.00"), "not the difference"),
        ("240000.00", moved("10000.00", "240000.00"), "not the difference"),
        ("260000.00", moved("10000.01", "260000.00"), "not the difference"),
        ("260000.00", moved("-0.01", "260000.00"), "not the difference"),
        ("240000.00", moved("-10000.00", "240000.00", stands="249999.99"), "from other entries"),
        ("240000.00", moved("-10000.00", "240000.00", number=2), "from other entries"),
        ("240000.00", moved("-10000.00", "240000.00", shares={"state": "-9999.99"}), "payers owe together"),
    ],
)
def test_a_hand_over_that_moves_anything_else_is_refused_and_nothing_posted(home: Home, amount: str, said: dict[str, Any], why: str) -> None:
    before = home.ledger.read_bytes()
    with pytest.raises(HandoverRefusedError, match=why):
        taken(home, day(2), amount=amount, true_up=said)
    assert home.ledger.read_bytes() == before


def test_more_than_the_caps_leave_may_be_left_out(home: Home) -> None:
    (entry,) = taken(home, day(2), amount="260000.00", true_up=moved("4000.00", "260000.00"))
    assert entry.body["amount"] == "4000.00"


def test_a_true_up_of_a_claim_that_is_not_posted_is_refused(home: Home) -> None:
    with pytest.raises(HandoverRefusedError, match="from other entries"):
        taken(home, day(2), claim_period="2025-26", posting_key="tarp/reduction/2025-26/all/final", true_up=moved("1.00", "1.00"))
