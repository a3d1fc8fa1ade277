"""Approving, disputing and paying: who may, until when, how much; what silence comes to; and that a refusal leaves the ledger as it was."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledger_acts import DAY, day, decision, executed, home_at, lines, put_head, put_lines, rehash

from pipelines.errors import LedgerError
from pipelines.ledger.approving import do, post_silence
from pipelines.ledger.journal import Entry, Journal, read
from pipelines.ledger.signing import add_signatory, fault, new_key, public_half, read_key
from pipelines.ledger.transitions import Line, Terms, lines_of, parts
from pipelines.reports.evidence.chain import tell_of_chain
from pipelines.reports.ledger_page import PAGE, page
from pipelines.settings import Home

CLAIM = "tarp/reduction/2024-25/all/final"
AGREED = {"state": ["payer", "evaluator"], "aid_programme": ["provider"]}
TERMS = Terms(approve=30, silence="approves", object=14, pay=30)
PEOPLE = {
    "anna": ("state", "Anna Holm", ["payer"]),
    "bo": ("aid_programme", "Bo Lind", ["provider"]),
    "carl": ("state", "Carl Dam", ["evaluator"]),
    "dora": ("state", "Dora Friis", ["evaluator", "payer"]),
}
KEYS = {name: Ed25519PrivateKey.from_private_bytes(name.encode().ljust(32)) for name in (*PEOPLE, "stranger")}


def people_in(journal: Journal) -> None:
    for name, (party, person, roles) in PEOPLE.items():
        add_signatory(journal, "tarp", party, person, roles, public_half(KEYS[name]), AGREED, DAY)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = home_at(tmp_path / "home")
    journal = executed(made)
    people_in(journal)
    journal.post_decision(decision(amount="1000.00"), "h1")
    return made


def done(home: Home, who: str, name: str, on: dt.date = DAY, **more: Any) -> Entry:
    return do(Journal(home), name, CLAIM, KEYS[who], "counted by hand", TERMS, on, **more)


def paid(home: Home, on: dt.date = DAY, reference: str = "F-1", **more: Any) -> Entry:
    return done(home, "anna", "pay", on, paid=(on, reference), **more)


def line(home: Home) -> Line:
    return lines_of(read(home).entries, CLAIM, day(900))["state"]


def refused(home: Home, words: str, who: str, name: str, on: dt.date = DAY, **more: Any) -> None:
    """The act is refused in these words, and the ledger is the same to the byte."""
    before = home.ledger.read_bytes()
    with pytest.raises(LedgerError, match=words):
        done(home, who, name, on, **more)
    assert home.ledger.read_bytes() == before


def test_what_is_disputed_is_held_and_the_rest_is_approved_and_paid(home: Home) -> None:
    done(home, "anna", "dispute", amount="120.50")
    done(home, "anna", "approve")
    paid(home)
    found = line(home)
    assert (found.decided, found.disputed, found.approved, found.paid, found.refused) == (Decimal(0), Decimal("120.50"), Decimal(0), Decimal("879.50"), Decimal(0))
    done(home, "bo", "concede", amount="100.00")
    done(home, "anna", "withdraw", day(40))
    done(home, "anna", "approve", day(70))
    paid(home, day(70), "F-2")
    assert (line(home).paid, line(home).refused) == (Decimal("900.00"), Decimal("100.00"))
    assert fault(read(home).entries) == ""
    tell_of_chain(home, as_json=True)


@pytest.mark.parametrize(
    ("words", "who", "name", "changes"),
    [
        ("nobody signs with this key", "stranger", "approve", {}),
        ("aid_programme is not the payer", "bo", "approve", {}),
        ("has not the role payer", "carl", "approve", {}),
        ("part in measuring", "dora", "approve", {}),
        ("1000.00 of it is decided, and 999.00", "anna", "approve", {"amount": "999.00"}),
        ("the deadline to approve was 2026-07-30", "anna", "approve", {"on": day(31)}),
        ("1000.00 of it is decided, and 1000.01", "anna", "dispute", {"amount": "1000.01"}),
        ("the deadline to dispute was 2026-07-14", "anna", "dispute", {"on": day(15), "amount": "1.00"}),
        ("above zero", "anna", "dispute", {"amount": "-1.00"}),
        ("above zero", "anna", "dispute", {"amount": "0.001"}),
        ("not an amount", "anna", "dispute", {"amount": "much"}),
        ("above zero", "anna", "dispute", {"amount": "NaN"}),
        ("nothing of it is approved", "anna", "pay", {"paid": (DAY, "F-1")}),
        ("nothing of it is disputed", "anna", "withdraw", {}),
        ("it comes by the clock", "anna", "silence_approves", {}),
    ],
)
def test_an_act_that_the_table_does_not_allow_is_refused(home: Home, words: str, who: str, name: str, changes: dict[str, Any]) -> None:
    refused(home, words, who, name, **changes)


def test_nothing_is_approved_or_paid_twice_or_above_what_is_approved(home: Home) -> None:
    done(home, "anna", "dispute", amount="400.00")
    done(home, "anna", "approve")
    refused(home, "nothing of it is decided", "anna", "approve")
    refused(home, "600.00 of it is approved, and 600.01", "anna", "pay", amount="600.01", paid=(DAY, "F-1"))
    refused(home, "cannot be paid on", "anna", "pay", paid=(day(1), "F-1"))
    refused(home, "cannot be paid on", "anna", "pay", paid=(day(-1), "F-1"))
    refused(home, "has a reference", "anna", "pay", paid=(DAY, " "))
    paid(home, amount="200.00")
    refused(home, "reference was used", "anna", "pay", paid=(DAY, "F-1"))
    paid(home, reference="F-2")
    refused(home, "nothing of it is approved", "anna", "pay", paid=(DAY, "F-3"))
    refused(home, "is not the payee", "anna", "concede")


def test_the_last_day_counts_and_the_first_night_after_it_enters_silence_once(home: Home) -> None:
    done(home, "anna", "dispute", amount="400.00")
    assert post_silence(Journal(home), "tarp", TERMS, day(30)) == []
    (entry,) = post_silence(Journal(home), "tarp", TERMS, day(31))
    assert (entry.kind, entry.body["act"]["amount"], "seal" in entry.body) == ("approval", "600.00", False)
    assert post_silence(Journal(home), "tarp", TERMS, day(31)) == []
    assert (line(home).approved, line(home).disputed) == (Decimal("600.00"), Decimal("400.00"))
    assert fault(read(home).entries) == ""


def test_silence_can_refuse_and_without_a_term_says_nothing(home: Home) -> None:
    assert post_silence(Journal(home), "tarp", Terms(), day(500)) == []
    post_silence(Journal(home), "tarp", Terms(approve=30, silence="refuses"), day(31))
    assert (line(home).decided, line(home).refused) == (Decimal(0), Decimal("1000.00"))


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
    journal = executed(home_at(tmp_path / "home"))
    journal.post_decision(decision(as_of=decided), "h1")
    found = lines_of(journal.entries, CLAIM, decided)["state"]
    (on_it,), (after,) = (parts(found, Terms(approve=days, silence="approves"), until + dt.timedelta(days=late)) for late in (0, 1))
    assert (on_it.state, on_it.waits_for, on_it.until, on_it.is_overdue, after.is_overdue) == ("decided", "state", until, False, True)


def test_each_payer_approves_and_pays_a_part_of_its_own(tmp_path: Path) -> None:
    home = home_at(tmp_path / "home")
    journal = executed(home)
    people_in(journal)
    journal.post_decision(decision(amount="1000.00", shares={"state": "700.00", "aid_programme": "300.00"}, payee="clinic"), "h1")
    done(home, "anna", "approve")
    paid(home)
    found = lines_of(read(home).entries, CLAIM, DAY)
    assert (found["state"].paid, found["aid_programme"].decided, found["aid_programme"].paid) == (Decimal("700.00"), Decimal("300.00"), Decimal(0))
    refused(home, "aid_programme is not the payer", "bo", "approve", payer="state")


def test_an_act_that_was_not_signed_as_it_stands_is_named(home: Home) -> None:
    done(home, "anna", "approve")
    *kept, last = lines(home)
    entry = json.loads(last)
    entry["body"]["act"]["reason"] = "something else"
    line_ = rehash(entry)
    put_lines(home, [*kept, line_])
    put_head(home, entry["seq"], json.loads(line_)["hash"])
    (home.keys / "salt.key").unlink()
    assert read(home).fault == ""
    assert "not what its signatory signed" in fault(read(home).entries)
    with pytest.raises(LedgerError, match="not what its signatory signed"):
        tell_of_chain(home, as_json=True)


def test_signatories_are_of_a_party_in_its_roles_with_a_key_each(home: Home) -> None:
    journal, key = Journal(home), public_half(KEYS["stranger"])
    before = home.ledger.read_bytes()
    for words, party, roles, given_key in (
        ("no party", "police", ["payer"], key),
        ("has not the role payer", "aid_programme", ["payer"], key),
        ("64 small hex", "state", ["payer"], key.upper() + "0"),
        ("another person's", "state", ["payer"], public_half(KEYS["bo"])),
    ):
        with pytest.raises(LedgerError, match=words):
            add_signatory(journal, "tarp", party, "Eva", roles, given_key, AGREED, DAY)
    assert add_signatory(journal, "tarp", "state", "Anna Holm", ["payer"], public_half(KEYS["anna"]), AGREED, DAY) is None
    assert home.ledger.read_bytes() == before


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


def test_terms_are_read_from_a_contracts_deadlines() -> None:
    days = SimpleNamespace(approve=SimpleNamespace(days=30), object=None, pay=SimpleNamespace(days=20), silence="refuses")
    assert Terms.of(days) == Terms(30, "refuses", None, 20)
    assert Terms.of(None) == Terms()


def test_the_page_has_the_table() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(PAGE.read_text(encoding="utf-8"))


ACT = st.tuples(
    st.sampled_from(["approve", "dispute", "withdraw", "concede", "pay", "silence"]),
    st.sampled_from(["anna", "anna", "anna", "bo", "stranger"]),
    st.sampled_from(["", "0.01", "300.00", "999.99"]),
    st.integers(0, 20),
)


@settings(max_examples=40, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(acts=st.lists(ACT, min_size=5, max_size=14))
def test_whatever_is_done_in_whatever_order_paid_is_at_most_approved_and_approved_at_most_due(
    tmp_path_factory: pytest.TempPathFactory, acts: list[tuple[str, str, str, int]]
) -> None:
    home, now = home_at(tmp_path_factory.mktemp("acts") / "home"), DAY
    journal = executed(home)
    people_in(journal)
    journal.post_decision(decision(amount="1000.00"), "h1")
    for number, (name, who, amount, later) in enumerate(acts):
        now += dt.timedelta(days=later)
        try:
            if name == "silence":
                post_silence(journal, "tarp", TERMS, now)
            else:
                do(journal, name, CLAIM, KEYS[who], "why", TERMS, now, amount=amount, paid=(now, f"F-{number}") if name == "pay" else None)
        except LedgerError:
            pass
        said = [entry.body["act"] for entry in read(home).entries if "act" in entry.body]
        approved, gone = (sum(Decimal(act["amount"]) for act in said if act["act"] in names) for names in (("approve", "silence_approves"), ("pay",)))
        assert gone <= approved <= Decimal("1000.00")
    assert fault(read(home).entries) == ""
