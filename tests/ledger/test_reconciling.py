"""Matching payments with what a bank says: each mismatch by its name, what is entered and what is not, and the command that does it."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from acts_given import CLAIM, anchored, claimed, done
from acts_given import paid as settled
from bank_given import AMOUNTS, LATER, REFERENCES, Line, act, camt, changed, paid_home, table
from beancount import loader
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_acts import DAY, day, lines, put_lines, rehash

from pipelines.cli import main
from pipelines.errors import BankFileError, LedgerError
from pipelines.ledger.bank.bank_file import statement
from pipelines.ledger.bank.shapes import reference_of
from pipelines.ledger.beancount import export
from pipelines.ledger.journal import Entry, Journal, read
from pipelines.ledger.reconciling import Found, Terms, enter, fault, known, match, moved
from pipelines.settings import Home

ON = day(10)
PROPERTY = settings(max_examples=40, deadline=None, derandomize=True, database=None)


@pytest.fixture(scope="module")
def paid(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Read only."""
    return paid_home(tmp_path_factory.mktemp("paid"))


def found(home: Home, raw: bytes, *, days: int = 5, shared: bool = False, as_of: object = ON) -> Found:
    entries = read(home).entries
    return match(moved(entries, ON), statement(raw, "bank"), known(entries), Terms(ON if as_of is ON else DAY, days, shared))


def named(home: Home, raw: bytes, **more: object) -> list[tuple[str, int]]:
    return [(item.fault, item.entry) for item in found(home, raw, **more).mismatches]  # type: ignore[arg-type]


def test_what_the_bank_says_too_is_matched_by_its_reference(paid: Home) -> None:
    made = found(paid, camt(*changed(0)))
    assert [(item.entry, line.place) for item, line in made.matches] == [(5, "statement 1, entry 1"), (6, "statement 1, entry 2"), (7, "statement 1, entry 3")]
    assert (made.mismatches, made.known, made.awaited, made.others) == ([], 0, 0, 0)


BACK = Line("99.95", (("UDB-2", "99.95"),), way="CRDT", booked="2026-07-03")
MISMATCHES = {
    "missing": (changed(0)[:2], [("missing", 7)]),
    "doubled": ((*changed(0), changed(0)[1]), [("doubled", 6)]),
    "foreign": ((*changed(0), Line("7.00", (("F-9", "7.00"),))), [("foreign", 0)]),
    "without a reference": ((*changed(0), Line("7.00")), [("foreign", 0)]),
    "a cent too much": (changed(0, amount="1250.01", payments=(("UDB-1", "1250.01"),)), [("wrong_amount", 5)]),
    "another currency": (changed(0, currency="SEK"), [("wrong_currency", 5)]),
    "booked late": (changed(2, booked="2026-07-06"), [("wrong_date", 7)]),
    "booked early": (changed(2, booked="2026-06-24"), [("wrong_date", 7)]),
    "returned": ((*changed(0), BACK), [("reversed_by_bank", 6)]),
    "came in and never went out": ((changed(0)[0], BACK, changed(0)[2]), [("reversed_by_bank", 6), ("missing", 6)]),
    "a reference of another": (changed(0, payments=(("UDB-9", "1250.00"),)), [("foreign", 0), ("missing", 5)]),
    "two of them changed places": (
        (*changed(0, payments=(("UDB-2", "1250.00"),))[:1], *changed(1, payments=(("UDB-1", "99.95"),))[1:]),
        [("wrong_amount", 5), ("wrong_amount", 6)],
    ),
    "amount and currency": (changed(1, amount="99.96", payments=(("UDB-2", "99.96"),), currency="EUR"), [("wrong_currency", 6), ("wrong_amount", 6)]),
}


@pytest.mark.parametrize("case", MISMATCHES)
def test_each_mismatch_has_its_name_and_its_payment_is_not_matched(paid: Home, case: str) -> None:
    given_lines, expected = MISMATCHES[case]
    made = found(paid, camt(*given_lines))
    assert [(item.fault, item.entry) for item in made.mismatches] == expected
    assert {item.entry for item, _ in made.matches} == {5, 6, 7} - {entry for _, entry in expected}


def test_bookings_up_to_the_edge_of_the_window_match_and_it_can_be_set(paid: Home) -> None:
    for booked in ("2026-07-05", "2026-06-25"):
        assert named(paid, camt(*changed(1, booked=booked))) == []
        assert named(paid, camt(*changed(1, booked=booked)), days=4) == [("wrong_date", 6)]
    assert named(paid, camt(*changed(0)), as_of=DAY) == [("wrong_date", 5), ("wrong_date", 6), ("wrong_date", 7)]


def test_a_table_says_the_same_and_one_without_its_last_line_misses_a_payment(paid: Home) -> None:
    rows = [f"2026-07-01;{reference.lower()};-{amount};DKK" for reference, amount in zip(REFERENCES, AMOUNTS, strict=True)]
    assert named(paid, table(*rows)) == []
    assert named(paid, table(*rows[:2])) == [("missing", 7)]
    assert named(paid, table()) == [("missing", 5), ("missing", 6), ("missing", 7)]


def test_other_business_of_a_shared_account_is_counted_and_a_reference_like_ours_still_named(paid: Home) -> None:
    other = (Line("7.00", (("F-9", "7.00"),)), Line("9.00", way="CRDT"), Line("3.00", ((reference_of("f" * 64), "3.00"),)))
    made = found(paid, camt(*changed(0), *other), shared=True)
    assert ([item.fault for item in made.mismatches], made.others, len(made.matches)) == (["foreign"], 2, 3)


def test_a_payment_after_the_last_day_of_a_statement_is_awaited(tmp_path: Path) -> None:
    home = paid_home(tmp_path)
    act(Journal(home), 0, "10.00", "UDB-4", day(6))
    made = found(home, camt(*changed(0)))
    assert (made.mismatches, made.awaited, len(made.matches)) == ([], 1, 3)
    assert named(home, camt(*changed(0), through="2026-07-06")) == [("missing", 8)]


def test_a_reversal_in_the_ledger_meets_the_return_at_the_bank_and_what_was_set_off_is_not_looked_for(tmp_path: Path) -> None:
    home = paid_home(tmp_path)
    journal = Journal(home)
    act(journal, 1, "99.95", "UDB-2", day(3), "reversal", act="reverse")
    act(journal, 2, "50.00", "UDB-5", day(3), transferred="0.00")
    act(journal, 2, "80.00", "UDB-6", day(3), transferred="30.00")
    made = found(home, camt(*changed(0), BACK, Line("30.00", (("UDB-6", "30.00"),))))
    assert ([item.fault for item in made.mismatches], sorted(item.entry for item, _ in made.matches)) == ([], [5, 6, 7, 8, 10])
    assert named(home, camt(*changed(0), Line("30.00", (("UDB-6", "30.00"),)))) == [("missing", 8)]


def test_what_the_bank_itself_returned_under_the_payments_reference_meets_the_reversal_of_it(tmp_path: Path) -> None:
    home = paid_home(tmp_path)
    act(Journal(home), 1, "99.95", "R-1", day(3), "reversal", act="reverse")
    returned = replace(BACK, more="<RvslInd>true</RvslInd>")
    for back in (returned, replace(BACK, payments=(("R-1", "99.95"),))):
        made = found(home, camt(*changed(0), back))
        assert ([item.fault for item in made.mismatches], sorted(item.entry for item, _ in made.matches)) == ([], [5, 6, 7, 8])
    assert named(home, camt(*changed(0), returned, returned)) == [("reversed_by_bank", 6)]
    assert named(home, camt(*changed(0), replace(returned, amount="99.94", payments=(("UDB-2", "99.94"),)))) == [("reversed_by_bank", 6), ("missing", 8)]
    assert len(entered(home, camt(*changed(0), returned))) == 4
    assert (found(home, camt(*changed(0), returned)).known, named(home, camt(*changed(0), returned))) == (4, [])


def test_one_line_never_confirms_two_payments_that_share_a_reference(tmp_path: Path) -> None:
    home = paid_home(tmp_path)
    for number, amount in ((0, "10.00"), (2, "20.00")):
        act(Journal(home), number, amount, "UDB-2", day(1))
    both = (Line("20.00", (("UDB-2", "20.00"),)), Line("10.00", (("UDB-2", "10.00"),)))
    for shown in ((*changed(0), *both), (*both, *changed(0))):
        made = found(home, camt(*shown))
        assert ([item.fault for item in made.mismatches], [(item.entry, str(line.amount)) for item, line in made.matches]) == (
            [],
            [(5, "1250.00"), (6, "99.95"), (7, "108000.01"), (8, "10.00"), (9, "20.00")],
        )
    assert named(home, camt(*changed(0), both[0])) == [("missing", 8)]
    assert named(home, camt(*changed(0), both[0], both[1], both[1])) == [("doubled", 9)]
    assert len(entered(home, camt(*changed(0), *both))) == 5
    assert (found(home, camt(*changed(0), *both)).known, named(home, camt(*changed(0), *both))) == (5, [])


def entered(home: Home, raw: bytes) -> list[Entry]:
    journal = Journal(home)
    return enter(journal, found(home, raw), statement(raw, "bank"), ON)


def test_a_match_is_entered_once_whatever_file_says_it_again(tmp_path: Path) -> None:
    home = paid_home(tmp_path)
    raw = camt(*changed(0))
    made = entered(home, raw)
    assert [(entry.kind, entry.about.split("/")[1], entry.body["entry"], entry.body["booked_on"]) for entry in made] == [
        ("reconciliation", f"t{number}", number + 5, "2026-07-01") for number in range(3)
    ]
    assert {entry.body["file"] for entry in made} == {statement(raw, "x").sha256}
    before = home.ledger.read_bytes()
    rows = [f"2026-07-01;{reference};-{amount};DKK" for reference, amount in zip(REFERENCES, AMOUNTS, strict=True)]
    for again in (raw, camt(*changed(0), version="02"), table(*rows)):
        assert (entered(home, again), found(home, again).known, named(home, again)) == ([], 3, [])
    assert home.ledger.read_bytes() == before
    assert named(home, camt(*changed(1, booked="2026-07-03"))) == [("doubled", 6)]
    assert named(home, camt(BACK)) == [("reversed_by_bank", 6)]
    assert fault(read(home).entries) == ""


def test_verify_finds_a_reconciliation_of_another_payment_than_stands(tmp_path: Path) -> None:
    home = paid_home(tmp_path)
    entered(home, camt(*changed(0)))
    assert fault(read(home).entries) == ""
    for change in ({"entry_hash": "0" * 64}, {"entry": 2}, {"entry": 6}, {"entry": 10}):
        kept = lines(home)
        last = json.loads(kept[-1])
        put_lines(home, [*kept[:-1], rehash({**last, "body": {**last["body"], **change}})])
        assert "it does not speak of one payment" in fault([*read(home).entries[:9], _entry(home)]), change
        put_lines(home, kept)


def _entry(home: Home) -> Entry:
    from pipelines.ledger.journal import entry_of

    return entry_of(lines(home)[-1])


@PROPERTY
@given(st.permutations(range(3)), st.integers(0, 3))
def test_the_order_of_bookings_does_not_matter_and_every_payment_is_matched_or_named(paid: Home, order: list[int], count: int) -> None:
    shown = [changed(0)[index] for index in order][:count]
    made = found(paid, camt(*shown))
    assert {item.entry for item, _ in made.matches} == {index + 5 for index in order[:count]}
    assert {(item.fault, item.entry) for item in made.mismatches} == {("missing", index + 5) for index in order[count:]}


def said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], home: Home, *arguments: str) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["udbytte", *arguments])
    monkeypatch.setenv("UDBYTTE_HOME", str(home.root))
    with pytest.raises(SystemExit) as ended:
        main()
    printed = capsys.readouterr()
    return int(ended.value.code or 0), printed.out, printed.err


def test_the_command_names_mismatches_with_a_code_of_their_own_and_leaves_the_ledger_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home, file = paid_home(tmp_path / "home"), tmp_path / "bank.xml"
    run = ("pay", "--reconcile", str(file), "--as-of", str(LATER))
    before = home.ledger.read_bytes()
    for case, (given_lines, expected) in MISMATCHES.items():
        file.write_bytes(camt(*given_lines))
        code, out, err = said(monkeypatch, capsys, home, *run, "--json")
        assert (code, [(item["fault"], item["entry"]) for item in json.loads(out)["mismatches"]], json.loads(out)["posted"]) == (14, expected, []), case
        assert "nothing is entered" in err
        assert home.ledger.read_bytes() == before
    file.write_bytes(camt(*changed(0))[:-9])
    assert said(monkeypatch, capsys, home, *run)[0] == 13
    assert home.ledger.read_bytes() == before
    file.write_bytes(camt(*changed(0)[:2]))
    code, out, err = said(monkeypatch, capsys, home, *run, "--enter-matches")
    assert (code, "missing: entry 7" in out, "2 that match are entered" in err) == (14, True, True)
    file.write_bytes(camt(*changed(0)))
    assert said(monkeypatch, capsys, home, *run)[:2] == (0, "Payments: 1 matched, 2 matched before. 1 entries posted.\n")
    after = home.ledger.read_bytes()
    assert said(monkeypatch, capsys, home, *run)[:2] == (0, "Payments: 0 matched, 3 matched before. 0 entries posted.\n")
    assert home.ledger.read_bytes() == after
    assert said(monkeypatch, capsys, home, *run, "--payer", "stat")[0] == 5
    assert said(monkeypatch, capsys, home, "pay")[0] == 2


def test_money_of_a_claim_that_was_never_decided_is_refused(tmp_path: Path) -> None:
    home = paid_home(tmp_path)
    act(Journal(home), 9, "1.00", "UDB-9", DAY)
    with pytest.raises(LedgerError, match="never decided"):
        moved(read(home).entries, ON)


def test_from_an_approval_to_a_bank_that_says_the_same_with_every_act_signed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    home, file = claimed(tmp_path / "home").settle_in(), tmp_path / "bank.csv"
    done(home, "anna", "approve")
    anchored(home)
    code, words, _ = said(monkeypatch, capsys, home, "claim", CLAIM, "--as-of", str(DAY))
    reference = words.split()[-1]
    assert (code, "have the bank pay it with the reference UDB" in words, len(reference)) == (0, True, 35)
    first = settled(home, reference=reference, amount="400.00")
    code, words, _ = said(monkeypatch, capsys, home, "claim", CLAIM, "--json", "--as-of", str(DAY))
    (second,) = [part["reference"] for part in json.loads(words) if part["state"] == "approved"]
    assert second != reference
    last = settled(home, reference=second)
    file.write_bytes(table(f"30-06-2026;{reference};-400,00;USD", f"01-07-2026;{second};-600,00;USD"))
    assert said(monkeypatch, capsys, home, "pay", "--reconcile", str(file), "--payer", "state", "--as-of", str(day(3)))[0] == 0
    assert [entry.body["entry"] for entry in read(home).entries if entry.kind == "reconciliation"] == [first.seq, last.seq]
    settled(home, day(3), "R-1", act="reverse", cause="returned_by_bank", amount="400.00")
    file.write_bytes(table(f"30-06-2026;{reference};-400,00;USD", f"01-07-2026;{second};-600,00;USD", f"03-07-2026;{reference};400,00;USD"))
    assert said(monkeypatch, capsys, home, "pay", "--reconcile", str(file), "--as-of", str(day(4)))[:2] == (0, "Payments: 1 matched, 2 matched before. 1 entries posted.\n")
    assert said(monkeypatch, capsys, home, "verify")[0] == 0
    assert loader.load_string(export(read(home).entries), dedent=False)[1] == []


@pytest.mark.parametrize("said", [{"amount": "9250.00", "payments": (("UDB-1", "9250.00"),)}, {"currency": "EUR"}])
def test_a_later_file_that_says_another_amount_of_what_was_confirmed_is_a_mismatch(tmp_path: Path, said: dict[str, object]) -> None:
    home = paid_home(tmp_path)
    raw = camt(*changed(0))
    enter(Journal(home), found(home, raw), statement(raw, "bank"), ON)
    assert found(home, raw).known == 3
    assert named(home, camt(*changed(0, **said))) != []


@pytest.mark.parametrize("charge", ["0.00", "3.00"])
def test_a_charge_explains_no_more_than_itself(paid: Home, charge: str) -> None:
    """1.00 was booked, of one payment of 1,250.00: no charge of a few crowns makes that right. 1,253.00 less a charge of 3.00 does."""
    detail = f'<Chrgs><Rcrd><Amt Ccy="DKK">{charge}</Amt></Rcrd></Chrgs>'
    with pytest.raises(BankFileError, match="its payments do not sum to what was booked"):
        statement(camt(Line("1.00", (("UDB-1", "1250.00"),), detail=detail), *changed(0)[1:]), "bank")
    booked = str(1250 + int(float(charge)))
    assert found(paid, camt(Line(f"{booked}.00", (("UDB-1", "1250.00"),), detail=detail), *changed(0)[1:])).mismatches == []
