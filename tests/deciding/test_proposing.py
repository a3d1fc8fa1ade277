"""Claims are proposed, checked as they stand and decided again until nothing moves; what was not checked as it stands is never decided."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from pipelines.contracts.outcome import Total
from pipelines.payments.decide import Decision, held, unreadable
from pipelines.payments.vocabulary import catalogue
from pipelines.proposing import MOST_ROUNDS, proposal_digest, propose, settled
from pipelines.settings import Home
from pipelines.warehouse.writer import open_warehouse

BLANK = replace(unreadable("c", dt.date(2026, 6, 30), ["it is given"]), holds=(), reason="", contract_version=1, currency="DKK", fingerprint="f")


def due(trigger: str, amount: int) -> Decision:
    return replace(BLANK, trigger=trigger, claim_period="2025", state="due", amount=Decimal(amount), gate="open")


def refused(decision: Decision) -> Decision:
    return held(decision, "lines_add_up", "the amount is not the sum of its lines", "Mend it.", "evaluator")


class Night:
    """Two claims: `second` is 100 when `first` is decided and 50 when it is held. What `fails` is held once it was checked."""

    def __init__(self, *fails: str, drift: bool = False) -> None:
        self.fails, self.drift, self.asked = fails, drift, list[list[tuple[str, Decimal]]]()

    def decide(self, checked: dict[str, str]) -> list[Decision]:
        moving = len(self.asked) if self.drift else 0
        first = due("first", 10 + moving)
        if "first" in self.fails and first.posting_key in checked:
            first = refused(first)
        second = due("second", 50 if first.state == "held" else 100)
        if "second" in self.fails and second.posting_key in checked:
            second = refused(second)
        return [first, second]

    def check(self, proposed: list[Decision]) -> None:
        self.asked.append([(item.trigger, item.amount) for item in proposed])


def test_what_was_checked_as_it_stands_is_decided() -> None:
    night = Night()
    assert [(item.state, item.amount) for item in settled(night.decide, night.check)] == [("due", 10), ("due", 100)]
    assert night.asked == [[("first", 10), ("second", 100)]]


def test_a_claim_whose_check_fails_is_held_and_the_one_it_moves_is_checked_again() -> None:
    night = Night("first")
    assert [(item.state, item.amount) for item in settled(night.decide, night.check)] == [("held", 10), ("due", 50)]
    assert night.asked == [[("first", 10), ("second", 100)], [("second", 50)]]


def test_a_claim_that_is_held_for_another_reason_is_not_checked() -> None:
    found: list[list[Decision]] = []
    made = settled(lambda _: [refused(due("first", 10))], found.append)
    assert ([item.state for item in made], found) == (["held"], [])


def test_an_amount_that_never_stands_still_is_held() -> None:
    night = Night(drift=True)
    first, second = settled(night.decide, night.check)
    assert (first.state, first.holds[0]["rule"], second.state) == ("held", "proposal_stands_still", "due")
    assert len(night.asked) == MOST_ROUNDS


@pytest.mark.parametrize(
    "other",
    [
        replace(due("first", 10), amount=Decimal("10.01")),
        replace(due("first", 10), state="not_met"),
        replace(due("first", 10), lines_sha256="x"),
        replace(due("first", 10), fingerprint="g"),
        replace(due("first", 10), on_account=Decimal("0.01")),
        due("other", 10),
    ],
)
def test_another_amount_state_line_or_fingerprint_is_another_proposal(other: Decision) -> None:
    assert proposal_digest(other) != proposal_digest(due("first", 10))
    assert proposal_digest(due("first", 10)) == proposal_digest(due("first", 10))


def test_a_claim_that_cannot_be_proposed_has_no_check_and_stops_no_other(tmp_path: Path) -> None:
    """Of two contracts one is compared with a total of a register that nobody has staged."""
    found = catalogue()
    total = Total.model_validate({"clause": "Bilag 5", "register": "kraf", "counts": "rows", "says": 1, "source": "Nogen"})
    found.contracts["ungebro"] = found.contracts["ungebro"].model_copy(update={"totals": [total]})
    broken = replace(due("selvforsoergelse", 24000), contract="ungebro", claim_period="2025Q1")
    sound = replace(due("intake", 500), contract="tarp", claim_period="2024-25")
    with open_warehouse(Home(tmp_path)) as warehouse:
        suites, problems = propose(warehouse, found, [broken, sound], {sound.posting_key: {"a": Fraction(1, 3)}}.get)
        proposed = warehouse.connection.execute("select subject from quality.proposals").fetchall()
        posted = warehouse.connection.execute("select subject, person_key, amount from quality.posted_lines join quality.posted_claims using (subject)").fetchall()
    assert [suite.subject for suite in suites] == ["trigger:tarp/intake/2024-25/final"]
    assert proposed == [("trigger:tarp/intake/2024-25/final",)]
    assert posted == [("trigger:tarp/intake/2024-25/final", "a", Decimal("0.333333333333"))]
    assert len(problems) == 1
    assert problems[0].startswith("ungebro/selvforsoergelse/2025Q1/all/final could not be proposed: ")
