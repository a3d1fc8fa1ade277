"""Overrides: two people of two parties release exactly what holds a claim, for one fingerprint; nobody else, and nothing more."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from ledger_acts import DAY, day, decision, executed, held, hold, home_at, write

from pipelines.errors import HomeError, LedgerError
from pipelines.ledger.journal import Entry, Journal, read
from pipelines.ledger.override import Signatory, override
from pipelines.ledger.settle import settle
from pipelines.quality.gate import GateVerdict, HoldReason, Override, release
from pipelines.settings import Home

PARTIES = {"state", "aid_programme", "police"}
CLAIM = "tarp/certain/2024-25/all/final"
ANNA, BO = Signatory("Anna Holm", "state"), Signatory("Bo Lind", "aid_programme")
WHY = "Both counted by hand"
REASON = HoldReason("outcome:tarp/rearrest", "follow_up_is_complete", "failed", "12 of 432", "Ask.", "police")
HELD = GateVerdict("held", "f" * 64, 12, (REASON,), (), "b" * 64)
RELEASED = Override(7, "b" * 64, frozenset({("outcome:tarp/rearrest", "follow_up_is_complete")}), "released by A (state) and B (aid_programme): why")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = home_at(tmp_path / "home")
    executed(made)
    return made


def entered(home: Home, *by: Signatory, because: str = WHY, claim: str = CLAIM) -> Entry | None:
    return override(home, Journal(home), claim, list(by), because, PARTIES, DAY)


def hold_it(home: Home, **changes: object) -> Path:
    path = write(home, {**held("certain"), "fingerprint": "f" * 64, "basis": "b" * 64, **changes})
    settle(home, Journal(home), [path])
    return path


def test_an_override_says_who_why_of_what_and_for_which_fingerprint(home: Home) -> None:
    hold_it(home)
    entry = entered(home, BO, ANNA)
    assert entry is not None
    assert (entry.kind, entry.about, entry.posting_key, entry.as_of) == ("override", CLAIM, "", DAY)
    assert entry.body["by"] == [{"name": "Bo Lind", "party": "aid_programme"}, {"name": "Anna Holm", "party": "state"}]
    assert (entry.body["fingerprint"], entry.body["basis"], entry.body["because"]) == ("f" * 64, "b" * 64, WHY)
    assert [(cause["subject"], cause["rule"]) for cause in entry.body["causes"]] == [("outcome:tarp/rearrest", "follow_up_is_complete")]
    assert entered(home, ANNA, BO) is None
    assert read(home).fault == ""


@pytest.mark.parametrize(("name", "why"), [("Anna 070761-4285", WHY), ("Anna\x1b[2J", WHY), ("Anna Holm", "child 070761-4285 was counted"), ("Anna Holm", "counted\x1b[2J")])
def test_no_number_of_a_person_and_no_sign_of_a_terminal_is_entered_for_ever(home: Home, name: str, why: str) -> None:
    hold_it(home)
    before = home.ledger.read_bytes()
    with pytest.raises(LedgerError):
        entered(home, Signatory(name, "state"), BO, because=why)
    assert home.ledger.read_bytes() == before


@pytest.mark.parametrize(
    "by",
    [
        (),
        (ANNA,),
        (ANNA, replace(BO, party="state")),
        (ANNA, replace(ANNA, party="police")),
        (ANNA, Signatory("anna  Holm", "police")),
        (ANNA, Signatory("Anna\u00a0Holm", "police")),
        (ANNA, replace(BO, name=" ANNA holm ")),
        (ANNA, replace(BO, name=" ")),
        (ANNA, BO, BO),
    ],
    ids=["nobody", "one", "one party", "one person", "one person by two blanks", "one person by another blank", "one person written twice", "no name", "three"],
)
def test_less_or_other_than_two_people_of_two_parties_release_nothing(home: Home, by: tuple[Signatory, ...]) -> None:
    hold_it(home)
    before = home.ledger.read_bytes()
    with pytest.raises(LedgerError, match="two named people of two different parties"):
        entered(home, *by)
    assert home.ledger.read_bytes() == before


def test_a_stranger_to_the_contract_and_a_missing_reason_release_nothing(home: Home) -> None:
    hold_it(home)
    with pytest.raises(LedgerError, match="fond is no party of the contract"):
        entered(home, ANNA, replace(BO, party="fond"))
    with pytest.raises(LedgerError, match="an override needs a reason"):
        entered(home, ANNA, BO, because="  ")


@pytest.mark.parametrize(
    "cause",
    [hold("cohort_is_frozen", subject="cohort:tarp/released"), hold("cohort_has_people", subject="cohort:tarp/released"), hold("contract_is_executed", subject="contract:tarp")],
    ids=["frozen", "nobody", "executed"],
)
def test_what_holds_before_any_expectation_cannot_be_released(home: Home, cause: dict[str, str]) -> None:
    hold_it(home, holds=[hold(), cause])
    with pytest.raises(LedgerError, match=f"it is held by {cause['rule']}, which nobody can release"):
        entered(home, ANNA, BO)


def test_only_a_held_claim_is_released(home: Home) -> None:
    with pytest.raises(LedgerError, match="nothing stands in the ledger about it"):
        entered(home, ANNA, BO)
    path = write(home, decision("certain"))
    settle(home, Journal(home), [path])
    with pytest.raises(LedgerError, match="it is not held: entry 2"):
        entered(home, ANNA, BO)


def test_the_last_nights_hand_over_says_what_is_held_now(home: Home) -> None:
    """A hold is entered once for the same causes; the data behind it may have moved since, whatever the files' own times."""
    hold_it(home)
    newest = write(home, {**held("certain", as_of=day(1)), "fingerprint": "e" * 64, "basis": "d" * 64}, as_of=day(1))
    assert settle(home, Journal(home), [newest]) == []
    entry = override(home, Journal(home), CLAIM, [ANNA, BO], WHY, PARTIES, day(1), newest)
    assert entry is not None
    assert (entry.body["fingerprint"], entry.body["basis"]) == ("e" * 64, "d" * 64)


def test_without_the_hand_over_nothing_is_released(home: Home) -> None:
    hold_it(home).unlink()
    with pytest.raises(HomeError, match="the hand-over that the hold was taken from is gone"):
        entered(home, ANNA, BO)


def test_a_hold_is_not_entered_again_behind_its_override(home: Home) -> None:
    hold_it(home)
    entered(home, ANNA, BO)
    path = write(home, {**held("certain", as_of=day(1)), "fingerprint": "e" * 64}, as_of=day(1))
    assert settle(home, Journal(home), [path]) == []


@pytest.mark.parametrize(("seq", "basis", "is_posted"), [(3, "b" * 64, True), (3, "e" * 64, False), (2, "b" * 64, False), (9, "b" * 64, False)])
def test_the_ledger_takes_a_released_decision_only_with_its_override(home: Home, seq: int, basis: str, is_posted: bool) -> None:
    hold_it(home)
    entered(home, ANNA, BO)
    path = write(home, decision("certain", overridden_by=seq, basis=basis))
    if not is_posted:
        with pytest.raises(LedgerError, match="released by an override that is not in this ledger"):
            settle(home, Journal(home), [path])
        return
    (posted,) = settle(home, Journal(home), [path])
    assert posted.body["overridden_by"] == seq


def test_a_release_opens_the_gate_and_stays_a_warning_in_words() -> None:
    found = release(HELD, RELEASED)
    assert (found.state, found.reasons, found.overridden_by) == ("open", (), 7)
    assert [(item.verdict, item.words) for item in found.warnings] == [("overridden", "12 of 432; released by A (state) and B (aid_programme): why")]


@pytest.mark.parametrize(
    ("verdict", "released"),
    [
        (HELD, replace(RELEASED, basis="e" * 64)),
        (HELD, replace(RELEASED, causes=frozenset())),
        (replace(HELD, reasons=(REASON, replace(REASON, rule="cohort_is_linked"))), RELEASED),
        (replace(HELD, reasons=(replace(REASON, subject="outcome:tarp/other"),)), RELEASED),
        (replace(HELD, state="open", reasons=()), RELEASED),
    ],
    ids=["another basis", "no cause", "one cause more", "another subject", "an open gate"],
)
def test_a_release_of_anything_else_changes_nothing(verdict: GateVerdict, released: Override) -> None:
    assert release(verdict, released) == verdict
