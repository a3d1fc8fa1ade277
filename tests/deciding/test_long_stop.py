"""A hold that reaches its long stop, night by night: the day before, the day after, and what then, to the last cent or to nothing for good."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from home_days_given import FIRST, contract, payment
from nights_given import PASSED, Town

from pipelines.contracts.outcome import Deadlines
from pipelines.ledger.anchoring import anchor
from pipelines.ledger.approving import Transfer, do
from pipelines.ledger.journal import Journal, read
from pipelines.ledger.override import Signatory, override
from pipelines.ledger.proving import fault
from pipelines.ledger.signing import add_signatory, public_half
from pipelines.ledger.waiting import Limits
from pipelines.reports.board import Row, rows
from pipelines.reports.standing import part_words, stop_words
from pipelines.settings import Home

HELD_ON = dt.date(2025, 12, 1)
KEY = "hjem/hjemmedage/2024H2/all/final"
ANNA = Ed25519PrivateKey.from_private_bytes(b"anna".ljust(32))


def after(days: int) -> dt.date:
    return HELD_ON + dt.timedelta(days=days)


def town_with(folder: Path, then: str) -> Town:
    """A town whose claim of 2024H2 is held from the first night on, with every deadline agreed."""
    terms = {"clause": "Bilag 4", "cure_hold": "P60D", "long_stop": "P180D", "then": then, "approve": "P30D", "silence": "approves", "object": "P14D", "pay": "P30D"}
    period = {name: said for name, said in FIRST.items() if name != "on_account_from"}
    one = payment(on_account=None, claim_periods=[period])
    made = contract(one).model_copy(update={"deadlines": Deadlines.model_validate(terms)})
    days = {"hjemmedage/2024H2": {"a": 10, "b": 20}, "hjemmedage": {"a": 10, "b": 20}}
    town = Town(Home(folder).prepare(key=b"k" * 32), made, days, check=replace(PASSED, verdict="failed"))
    return town.executed()


def on_board(town: Town, as_of: dt.date) -> Row:
    """The claim's row of a night's board."""
    decisions = town.night(as_of)
    (row,) = rows(decisions, read(town.home).entries, {"hjem": Limits(60, 180, str(town.made.deadlines.then if town.made.deadlines else ""))})
    return row


def kinds(town: Town) -> list[str]:
    return [entry.kind for entry in read(town.home).entries]


def waits(row: Row) -> list[tuple[dt.date, dt.date | None, bool, str]]:
    return [(item.since, item.long_stop, item.is_overdue, stop_words(item.as_data())) for item in row.waits]


def test_a_hold_goes_to_the_expert_the_day_after_its_long_stop_and_what_was_ruled_is_decided_approved_and_paid(tmp_path: Path) -> None:
    town = town_with(tmp_path / "home", "expert")
    assert waits(on_board(town, HELD_ON)) == [(HELD_ON, after(180), False, "after the long stop an expert decides")]
    on_board(town, after(180))
    assert kinds(town) == ["execution", "hold"]

    assert waits(on_board(town, after(181))) == [(HELD_ON, after(180), True, "the long stop is past: an expert decides")]
    on_board(town, after(182))
    entry = read(town.home).entries[-1]
    said = entry.body["act"]
    assert kinds(town) == ["execution", "hold", "long_stop"], "entered once, and the hold is not entered anew"
    assert (entry.as_of, said["act"], said["person"], said["reason"]) == (after(181), "refer", "the clock", f"held since {HELD_ON}, and the long stop was {after(180)}")

    people = [Signatory("Per Dahl", "kommune"), Signatory("Ida Moe", "familiehuset")]
    override(town.home, Journal(town.home), KEY, people, "the expert found the count right", {"kommune", "familiehuset"}, after(200))
    row = on_board(town, after(200))
    assert (row.state, str(row.amount), row.is_overridden) == ("due", "300.00", True)
    assert [part_words(part.as_data()) for part in row.parts] == [f"kommune: 300.00 decided, waits for kommune until {after(230)}; then silence approves it"]

    row = on_board(town, after(231))
    assert [part_words(part.as_data()) for part in row.parts] == [f"kommune: 300.00 approved, waits for kommune until {after(261)}"]
    add_signatory(Journal(town.home), "hjem", "kommune", "Anna Holm", ["payer"], public_half(ANNA), after(232))
    anchor(town.home, Journal(town.home), "minutes", after(232))
    do(Journal(town.home), "pay", KEY, ANNA, "as silence approved it", after(232), transfer=Transfer(after(232), "F-1"))
    assert [part_words(part.as_data()) for part in on_board(town, after(233)).parts] == ["kommune: 300.00 paid"]
    assert fault(read(town.home).entries) == ""


def test_a_claim_that_lapsed_at_its_long_stop_is_never_decided_though_its_data_come(tmp_path: Path) -> None:
    town = town_with(tmp_path / "home", "lapses")
    for number in (0, 180, 181):
        on_board(town, after(number))
    assert kinds(town) == ["execution", "hold", "long_stop"]
    before = town.home.ledger.read_bytes()
    town.check = PASSED
    (row,) = [on_board(town, after(number)) for number in (182,)]
    assert (row.state, row.reason) == ("held", f"the claim lapsed on {after(181)}: its long stop was past")
    assert town.home.ledger.read_bytes() == before
    assert fault(read(town.home).entries) == ""


def test_a_hand_over_that_decides_a_lapsed_claim_moves_nothing(tmp_path: Path) -> None:
    town = town_with(tmp_path / "home", "lapses")
    for number in (0, 181):
        on_board(town, after(number))
    decided = {**_as_data(town, after(181)), "gate": "open", "state": "due"}
    before = town.home.ledger.read_bytes()
    assert Journal(town.home).post_decision(decided, "h9") is None
    assert town.home.ledger.read_bytes() == before


def test_a_hold_that_is_cured_the_day_after_its_long_stop_is_decided_where_an_expert_has_not_ruled(tmp_path: Path) -> None:
    town = town_with(tmp_path / "home", "expert")
    for number in (0, 181):
        on_board(town, after(number))
    town.check = PASSED
    assert on_board(town, after(182)).state == "due"
    assert (kinds(town), fault(read(town.home).entries)) == (["execution", "hold", "long_stop", "decision"], "")


def _as_data(town: Town, as_of: dt.date) -> dict[str, Any]:
    from pipelines.canonical import plain

    found: dict[str, Any] = plain(town.decide(as_of)[0].as_data())
    return found
