"""Approving, disputing, objecting and paying: who may, until when and how much; and that a refusal leaves the ledger as it was."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from acts_given import CLAIM, DEADLINES, KEYS, OTHER, PEOPLE, ROLES, anchored, claimed, done, line, paid, peopled, restated, stands
from ledger_acts import DAY, day, decision, executed, home_at, write

from pipelines.errors import LedgerError
from pipelines.ledger.accounts import balances, overpaid, transactions
from pipelines.ledger.agreeing import Agreed, Terms, agreed
from pipelines.ledger.approving import Transfer, clock
from pipelines.ledger.book import Book
from pipelines.ledger.handover import public_key
from pipelines.ledger.journal import Journal, read
from pipelines.ledger.proving import fault
from pipelines.ledger.settle import settle_carried
from pipelines.ledger.signing import add_signatory, new_key, public_half, read_key, withdraw_signatory
from pipelines.ledger.transitions import PERSONS, TABLE
from pipelines.night import Night
from pipelines.payments.vocabulary import catalogue
from pipelines.quality.checker import Checker
from pipelines.reports.evidence.chain import tell_of_chain
from pipelines.reports.ledger_page import PAGE, page
from pipelines.settings import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return claimed(tmp_path / "home")


def refused(home: Home, words: str, who: str, name: str, on: dt.date = DAY, **more: Any) -> None:
    """The act is refused in these words, and the ledger is the same to the byte."""
    before = home.ledger.read_bytes()
    with pytest.raises(LedgerError, match=words):
        done(home, who, name, on, **more)
    assert home.ledger.read_bytes() == before


def test_what_is_disputed_is_held_and_the_rest_is_approved_and_paid(home: Home) -> None:
    done(home, "anna", "dispute", amount="120.50")
    done(home, "alma", "approve")
    paid(home)
    assert stands(home) == {"disputed": "120.50", "paid": "879.50"}
    done(home, "bo", "concede", amount="100.00")
    done(home, "anna", "withdraw", day(40))
    assert stands(home) == {"approved": "20.50", "paid": "879.50", "refused": "100.00"}
    paid(home, day(70), "F-2")
    assert stands(home) == {"paid": "900.00", "refused": "100.00"}
    assert fault(read(home).entries) == ""
    tell_of_chain(home, as_json=True)


@pytest.mark.parametrize(
    ("words", "who", "name", "changes"),
    [
        ("nobody signs with this key", "stranger", "approve", {}),
        ("aid_programme is not the payer", "bo", "approve", {}),
        ("county is not the payer", "finn", "approve", {}),
        ("has not the role payer", "carl", "approve", {}),
        ("part in measuring", "dora", "approve", {}),
        ("part in measuring", "eva", "approve", {}),
        ("part in measuring", "eva", "dispute", {"amount": "1.00"}),
        ("1000.00 of it is decided, and 999.00", "anna", "approve", {"amount": "999.00"}),
        ("the deadline to approve was 2026-07-30", "anna", "approve", {"on": day(31)}),
        ("1000.00 of it is decided, and 1000.01", "anna", "dispute", {"amount": "1000.01"}),
        ("the deadline to dispute was 2026-07-14", "anna", "dispute", {"on": day(15), "amount": "1.00"}),
        ("the deadline to object was 2026-07-14", "bo", "object", {"on": day(15), "amount": "1.00"}),
        ("state is not the payee", "anna", "object", {"amount": "1.00"}),
        ("above zero", "bo", "object", {}),
        ("above zero", "anna", "dispute", {"amount": "-1.00"}),
        ("above zero", "anna", "dispute", {"amount": "0.001"}),
        ("not an amount", "anna", "dispute", {"amount": "much"}),
        ("above zero", "anna", "dispute", {"amount": "NaN"}),
        ("nothing of it is approved", "anna", "pay", {"transfer": Transfer(DAY, "F-1")}),
        ("nothing of it is paid", "anna", "reverse", {"transfer": Transfer(DAY, "F-1", "paid_in_error")}),
        ("nothing of it is disputed", "anna", "withdraw", {}),
        ("nothing of it is objected", "anna", "reject", {}),
        ("it comes by the clock", "anna", "silence_approves", {}),
        ("it comes by the clock", "anna", "true_up", {}),
        ("it comes by the clock", "anna", "give_away", {}),
        ("no amount is decided there", "anna", "approve", {"claim": OTHER}),
        ("no amount is decided there", "anna", "approve", {"claim": "99"}),
        ("no amount is decided there", "anna", "approve", {"claim": "1"}),
        ("no amount is decided there", "anna", "approve", {"claim": ""}),
        ("ledger time runs forward", "anna", "approve", {"on": day(-1)}),
    ],
)
def test_an_act_that_the_table_does_not_allow_is_refused(home: Home, words: str, who: str, name: str, changes: dict[str, Any]) -> None:
    refused(home, words, who, name, **changes)


def test_a_reason_is_given_and_names_no_person(home: Home) -> None:
    from pipelines.ledger.approving import do

    before = home.ledger.read_bytes()
    for words, reason in (("needs a reason", " "), ("CPR number", "the child 010203-1234 moved")):
        with pytest.raises(LedgerError, match=words):
            do(Journal(home), "approve", CLAIM, KEYS["anna"], reason, DAY)
    assert home.ledger.read_bytes() == before


def test_nothing_is_approved_or_paid_twice_or_above_what_is_approved(home: Home) -> None:
    done(home, "anna", "dispute", amount="400.00")
    done(home, "anna", "approve")
    refused(home, "nothing of it is decided", "anna", "approve")
    refused(home, "nothing of it is decided", "alma", "approve")
    anchored(home)
    for words, amount, transfer in (
        ("600.00 of it is approved, and 600.01", "600.01", Transfer(DAY, "F-1")),
        ("cannot be paid on", "", Transfer(day(1), "F-1")),
        ("cannot be paid on", "", Transfer(day(-1), "F-1")),
        ("has a reference", "", Transfer(DAY, " ")),
        ("CPR number", "", Transfer(DAY, "010203-1234")),
        ("the bank did is not said", "", None),
    ):
        refused(home, words, "anna", "pay", amount=amount, transfer=transfer)
    paid(home, amount="200.00")
    refused(home, "reference was used", "anna", "pay", transfer=Transfer(DAY, "F-1"))
    paid(home, reference="F-2")
    refused(home, "nothing of it is approved", "anna", "pay", transfer=Transfer(DAY, "F-3"))


def test_a_payment_needs_an_anchor_that_was_made_after_its_approval(home: Home) -> None:
    anchored(home)
    done(home, "anna", "approve")
    refused(home, "not anchored", "anna", "pay", transfer=Transfer(DAY, "F-1"))
    paid(home)
    assert stands(home) == {"paid": "1000.00"}


def test_who_released_a_hold_never_approves_what_came_of_it(tmp_path: Path) -> None:
    home = home_at(tmp_path / "home")
    journal = peopled(home)
    people = [{"name": "ANNA Holm", "party": "state"}, {"name": "Bo Lind", "party": "aid_programme"}]
    released = journal.post_override(CLAIM, "tarp", {"fingerprint": "f" * 64, "basis": "b", "causes": [], "by": people, "because": "counted"}, DAY)
    assert released is not None
    journal.post_decision(decision(amount="1000.00", overridden_by=released.seq, basis="b"), "h1")
    refused(home, "who released the claim is an author", "anna", "approve")
    done(home, "anna", "dispute", amount="5.00")
    refused(home, "who released the claim is an author", "anna", "withdraw")
    done(home, "alma", "withdraw")
    done(home, "alma", "approve")
    assert fault(read(home).entries) == ""


def test_a_payment_that_came_back_is_reversed_with_its_cause_and_paid_again(home: Home) -> None:
    done(home, "anna", "approve")
    paid(home)
    for words, cause, amount in (("because of returned_by_bank", "", ""), ("because of", "whim", ""), ("1000.00 of it is paid", "paid_in_error", "1000.01")):
        refused(home, words, "anna", "reverse", day(2), amount=amount, transfer=Transfer(day(2), "R-1", cause))
    entry = paid(home, day(2), "R-1", act="reverse", cause="returned_by_bank", amount="300.00")
    assert (entry.kind, entry.body["act"]["transferred"], stands(home)) == ("reversal", "300.00", {"approved": "300.00", "paid": "700.00"})
    paid(home, day(3), "F-2")
    assert (stands(home), fault(read(home).entries)) == ({"paid": "1000.00"}, "")


def test_the_last_day_counts_and_the_first_night_after_it_enters_silence_once(home: Home) -> None:
    done(home, "anna", "dispute", amount="400.00")
    assert clock(Journal(home), day(30)) == []
    (entry,) = clock(Journal(home), day(31))
    assert (entry.kind, entry.body["act"]["amount"], entry.body["act"]["person"], "seal" in entry.body) == ("approval", "600.00", "the clock", False)
    assert clock(Journal(home), day(31)) == []
    assert stands(home) == {"approved": "600.00", "disputed": "400.00"}
    assert fault(read(home).entries) == ""


def test_silence_can_refuse_and_without_a_term_says_nothing(tmp_path: Path) -> None:
    quiet = claimed(tmp_path / "quiet", approve=None, silence=None, long_stop=None, then=None)
    assert clock(Journal(quiet), day(900)) == []
    strict = claimed(tmp_path / "strict", silence="refuses")
    clock(Journal(strict), day(31))
    assert stands(strict) == {"refused": "1000.00"}


def test_a_dispute_that_nobody_ends_goes_to_the_expert_and_what_was_ruled_is_entered(home: Home) -> None:
    done(home, "anna", "dispute", day(1))
    assert clock(Journal(home), day(181)) == []
    (entry,) = clock(Journal(home), day(182))
    assert (entry.kind, entry.body["act"]["act"], stands(home)) == ("long_stop", "refer", {"disputed": "1000.00"})
    assert clock(Journal(home), day(183)) == []
    (part,) = Book.of(read(home).entries).parts(CLAIM, day(183))
    assert (part.waits_for, part.until, part.is_overdue) == ("expert", None, True)
    done(home, "bo", "concede", day(200), amount="250.00")
    done(home, "anna", "withdraw", day(200))
    assert (stands(home), fault(read(home).entries)) == ({"approved": "750.00", "refused": "250.00"}, "")


def test_a_dispute_lapses_where_the_contract_says_so(tmp_path: Path) -> None:
    home = claimed(tmp_path / "home", then="lapses")
    done(home, "anna", "dispute", amount="10.00")
    clock(Journal(home), day(181))
    assert stands(home) == {"approved": "990.00", "refused": "10.00"}


def test_an_objection_holds_nothing_and_is_withdrawn_or_rejected_or_goes_on(home: Home) -> None:
    done(home, "bo", "object", amount="50.00")
    done(home, "anna", "approve")
    paid(home)
    assert stands(home) == {"objected": "50.00", "paid": "1000.00"}
    done(home, "bo", "withdraw", amount="20.00")
    done(home, "anna", "reject", amount="10.00")
    clock(Journal(home), day(181))
    done(home, "anna", "reject", day(190))
    assert (stands(home), str(line(home).owed())) == ({"dropped": "20.00", "paid": "1000.00", "rejected": "30.00"}, "1000.00")
    assert fault(read(home).entries) == ""


def test_a_payee_may_object_to_a_claim_that_is_not_met(tmp_path: Path) -> None:
    home = home_at(tmp_path / "home")
    peopled(home).post_decision(decision(state="not_met", amount="0.00"), "h1")
    done(home, "bo", "object", amount="50.00")
    assert stands(home) == {"objected": "50.00"}
    refused(home, "nothing of it is decided", "anna", "approve")


def test_what_a_true_up_takes_back_is_not_paid_and_of_what_was_paid_it_is_returned(home: Home) -> None:
    done(home, "anna", "dispute", amount="100.00")
    done(home, "anna", "approve")
    paid(home, amount="500.00")
    restated(home, "-600.00", day(2))
    assert stands(home) == {"paid": "400.00", "taken_back": "500.00", "to_return": "100.00"}
    refused(home, "nothing of it is approved", "anna", "pay", day(2), transfer=Transfer(day(2), "F-2"))
    entry = paid(home, day(3), "R-1", act="return", amount="60.00")
    assert (entry.kind, stands(home)["to_return"]) == ("reversal", "40.00")
    restated(home, "100.00", day(4), 2)
    assert stands(home) == {"decided": "60.00", "paid": "440.00", "returned": "60.00", "taken_back": "500.00"}
    assert (str(line(home).owed()), fault(read(home).entries)) == ("500.00", "")


def test_what_is_to_be_returned_is_set_off_against_another_payment(home: Home) -> None:
    done(home, "anna", "approve")
    paid(home)
    restated(home, "-300.00", day(1))
    Journal(home).post_decision(decision("intake", amount="250.00", as_of=day(1)), "h2")
    done(home, "anna", "approve", day(1), claim=OTHER)
    anchored(home, day(1))
    refused(home, "is not to be returned", "anna", "pay", day(1), claim=OTHER, transfer=Transfer(day(1), "F-2", set_off=(OTHER,)))
    entry = paid(home, day(1), "F-2", claim=OTHER, amount="200.00", set_off=(CLAIM,))
    assert (entry.body["act"]["transferred"], stands(home)["to_return"], stands(home, OTHER)) == ("0.00", "100.00", {"approved": "50.00", "paid": "200.00"})
    assert fault(read(home).entries) == ""
    tell_of_chain(home, as_json=False)


def test_a_final_settlement_below_nought_is_to_be_returned_and_waits_for_nobodys_approval(home: Home) -> None:
    """800.00 was paid on account and 660.00 is due: 140.00 comes back, and a true-up of 200.00 more keeps that first."""
    Journal(home).post_decision(decision("intake", amount="-140.00"), "h2")
    assert stands(home, OTHER) == {"paid": "-140.00", "to_return": "140.00"}
    assert clock(Journal(home), day(60), "tarp")[0].about == CLAIM
    assert stands(home, OTHER) == {"paid": "-140.00", "to_return": "140.00"}
    anchored(home, day(61))
    paid(home, day(61), "R-1", act="return", claim=OTHER, amount="40.00")
    assert stands(home, OTHER) == {"paid": "-140.00", "to_return": "100.00", "returned": "40.00"}
    assert fault(read(home).entries) == ""


def test_only_a_payment_sets_anything_off(home: Home) -> None:
    done(home, "anna", "approve")
    paid(home)
    restated(home, "-300.00", day(1))
    words = "only a payment sets anything off"
    refused(home, words, "anna", "return", day(1), transfer=Transfer(day(1), "R-9", set_off=(CLAIM,)))


@pytest.mark.parametrize("amount", ["1e30", "1E+15", "NaN", "0.001"])
def test_an_amount_that_is_none_is_refused_in_words(home: Home, amount: str) -> None:
    refused(home, "an amount is above zero and of whole cents", "anna", "dispute", amount=amount)


def test_what_is_to_be_returned_is_set_off_once_however_often_it_is_named(home: Home) -> None:
    """300.00 is to come back, and 800.00 is to be paid: naming the claim twice would keep 600.00."""
    done(home, "anna", "approve")
    paid(home)
    restated(home, "-300.00", day(1))
    Journal(home).post_decision(decision("intake", amount="800.00", as_of=day(1)), "h2")
    done(home, "anna", "approve", day(1), claim=OTHER)
    anchored(home, day(1))
    refused(home, "is named twice", "anna", "pay", day(1), claim=OTHER, transfer=Transfer(day(1), "F-2", set_off=(CLAIM, CLAIM)))
    assert (stands(home)["to_return"], stands(home, OTHER)) == ("300.00", {"approved": "800.00"})


@pytest.mark.parametrize(
    ("decided", "days", "until"),
    [
        (dt.date(2028, 1, 31), 30, dt.date(2028, 3, 1)),
        (dt.date(2027, 1, 31), 30, dt.date(2027, 3, 2)),
        (dt.date(2028, 2, 28), 1, dt.date(2028, 2, 29)),
        (dt.date(2028, 2, 29), 365, dt.date(2029, 2, 28)),
        (dt.date(2026, 12, 31), 14, dt.date(2027, 1, 14)),
    ],
)
def test_deadlines_run_by_days_over_month_ends_and_a_leap_day(tmp_path: Path, decided: dt.date, days: int, until: dt.date) -> None:
    home = home_at(tmp_path / "home")
    peopled(home, approve=days).post_decision(decision(as_of=decided), "h1")
    book = Book.of(read(home).entries)
    (on_it,), (after,) = (book.parts(CLAIM, until + dt.timedelta(days=late)) for late in (0, 1))
    assert (on_it.state, on_it.waits_for, on_it.until, on_it.is_overdue, on_it.then, after.is_overdue) == ("decided", "state", until, False, "silence_approves", True)


def test_each_payer_approves_and_pays_a_part_of_its_own(tmp_path: Path) -> None:
    home = home_at(tmp_path / "home")
    peopled(home).post_decision(decision(amount="1000.00", shares={"state": "700.00", "county": "300.00"}), "h1")
    done(home, "anna", "approve")
    paid(home)
    assert (stands(home), stands(home, payer="county")) == ({"paid": "700.00"}, {"decided": "300.00"})
    refused(home, "county is not the payer", "finn", "approve", payer="state")
    refused(home, "whose part is meant", "bo", "object", amount="1.00")
    done(home, "finn", "dispute", payer="county", amount="1.00")
    done(home, "bo", "concede", payer="county")
    assert stands(home, payer="county") == {"decided": "299.00", "refused": "1.00"}


def test_a_withdrawn_key_signs_no_more_and_what_it_signed_stands(home: Home) -> None:
    done(home, "anna", "dispute", amount="1.00")
    withdraw_signatory(Journal(home), "tarp", public_half(KEYS["anna"]), "she left", DAY)
    refused(home, "the key of Anna Holm was withdrawn", "anna", "approve")
    with pytest.raises(LedgerError, match="was withdrawn"):
        add_signatory(Journal(home), "tarp", "state", "Anna Holm", ["payer"], public_half(KEYS["anna"]), DAY)
    with pytest.raises(LedgerError, match="nobody signs"):
        withdraw_signatory(Journal(home), "tarp", public_half(KEYS["stranger"]), "she left", DAY)
    done(home, "alma", "approve")
    assert fault(read(home).entries) == ""


def test_signatories_are_of_a_party_in_its_roles_with_a_key_each(home: Home) -> None:
    journal, key = Journal(home), public_half(KEYS["stranger"])
    before = home.ledger.read_bytes()
    for words, party, roles, given_key in (
        ("no party", "police", ["payer"], key),
        ("has not the role payer", "aid_programme", ["payer"], key),
        ("a name and a role", "state", [], key),
        ("64 small hex", "state", ["payer"], key.upper() + "0"),
        ("another person's", "state", ["payer"], public_half(KEYS["bo"])),
        ("seals hand-overs", "state", ["payer"], "0" * 64),
    ):
        with pytest.raises(LedgerError, match=words):
            add_signatory(journal, "tarp", party, "Eva", roles, given_key, DAY, sealing={"0" * 64})
    assert add_signatory(journal, "tarp", *PEOPLE["anna"][:3], public_half(KEYS["anna"]), DAY) is None
    assert home.ledger.read_bytes() == before


def test_nobody_signs_for_a_contract_whose_execution_says_no_roles(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="no party of an executed contract"):
        add_signatory(executed(home_at(tmp_path / "home")), "tarp", "state", "Eva", ["payer"], public_half(KEYS["anna"]), DAY)


def test_a_key_is_its_owners_alone_and_never_inside_the_home(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "anna.key"
    public = new_key(file, home)
    assert (file.stat().st_mode & 0o777, public_half(read_key(file))) == (0o600, public)
    for words, path in (("never kept inside", home.root / "anna.key"), ("cannot be written", file)):
        with pytest.raises(LedgerError, match=words):
            new_key(path, home)
    file.chmod(0o640)
    with pytest.raises(LedgerError, match="others can read"):
        read_key(file)
    with pytest.raises(LedgerError, match="not a key"):
        read_key(tmp_path / "none.key")


def test_an_execution_says_roles_and_deadlines_in_whole_days() -> None:
    contract = catalogue().contracts["trygt_hjem"]
    said = agreed(contract)
    assert said["roles"] == {party.id: list(party.roles) for party in contract.parties}
    assert Agreed.of({"agreed": said}).terms.long_stop == 180
    assert Agreed.of({}) == Agreed()
    assert Agreed.of({"agreed": {"roles": ROLES, "deadlines": DEADLINES}}).terms == Terms(30, "approves", 14, 30, 180, "expert")


def test_the_page_has_the_table_and_a_command_for_every_act() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text == page(text)
    assert [act for act in PERSONS if f"udbytte {act.replace('_', '-')} " not in text] == []
    assert len({(row.act, row.before, row.by) for row in TABLE}) == len(TABLE)


def test_what_was_refused_is_owed_no_more_and_what_was_set_off_is_reversed_in_the_accounts(home: Home) -> None:
    done(home, "anna", "dispute", amount="300.00")
    done(home, "bo", "concede")
    done(home, "anna", "approve")
    paid(home)
    owed = {(item.party, item.account): str(item.amount) for item in balances(transactions(read(home).entries))}
    assert (owed[("state", "payable")], owed[("state", "refused")]) == ("0.00", "-300.00")
    restated(home, "-400.00", day(1))
    assert stands(home) == {"paid": "600.00", "taken_back": "300.00", "to_return": "100.00"}
    Journal(home).post_decision(decision("intake", amount="250.00", as_of=day(1)), "h2")
    done(home, "anna", "approve", day(1), claim=OTHER)
    paid(home, day(1), "F-2", claim=OTHER, set_off=(CLAIM,))
    made = transactions(read(home).entries)
    found = {(item.party, item.account): str(item.amount) for item in balances(made)}
    assert found == {
        ("aid_programme", "forgone"): "0.00",
        ("aid_programme", "receivable"): "0.00",
        ("aid_programme", "received"): "850.00",
        ("state", "paid"): "-850.00",
        ("state", "payable"): "0.00",
        ("state", "refused"): "0.00",
    }
    assert overpaid(made) == []


def test_a_night_enters_what_silence_came_to_and_does_so_once(home: Home) -> None:
    for _ in range(2):
        night = Night(home, day(31), Checker())
        night.hand_over_and_settle()
    assert (stands(home), night.problems, night.posted) == ({"approved": "1000.00"}, [], [])
    before = home.ledger.read_bytes()
    what_if = Night(home, day(30), Checker())
    what_if.hand_over_and_settle()
    assert home.ledger.read_bytes() == before


def test_taking_a_carried_hand_over_enters_what_silence_came_to(home: Home, tmp_path: Path) -> None:
    measuring = home_at(tmp_path / "measuring", b"m" * 32)
    path = write(measuring, decision("intake", as_of=day(31)), as_of=day(31))
    _, made, _ = settle_carried(home, Journal(home), path, {public_key(measuring)})
    assert ([entry.kind for entry in made], stands(home)) == (["decision", "approval"], {"approved": "1000.00"})
