"""The journal for beancount: its own checker accepts it, finds a planted change, and two tools come to the same balances."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from beancount import loader
from beancount.core.data import Balance, Open
from beancount.core.data import Transaction as Booked
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_acts import DAY, SIGNED_ON, home_at, small_ledger
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.errors import LedgerError
from pipelines.ledger.accounts import balances, transactions
from pipelines.ledger.beancount import export
from pipelines.ledger.journal import KINDS, Entry

CLAIM = "tarp/days/2024-25/all/final"
PROPERTY = settings(max_examples=30, deadline=None, derandomize=True, database=None)


def entry(seq: int, kind: str, about: str = CLAIM, key: str = "", **body: Any) -> Entry:
    return Entry(seq, "0" * 64, kind, DAY, about.split("/", maxsplit=1)[0], about, key, body, "0" * 32, f"{seq:064x}")


def act(amount: str, of: int, payer: str = "kommune", **more: Any) -> dict[str, Any]:
    return {"act": "pay", "payer": payer, "amount": amount, "entry": of, **more}


def every_kind() -> list[Entry]:
    """Two payers owe 250.00, one approves, pays and has it returned, a true-up takes 30.00 back; every other kind stands once."""
    shared = {"amount": "250.00", "currency": "DKK", "payer": "kommune", "payee": "familiehuset", "shares": {"kommune": "150.00", "fond": "100.00"}}
    back = {"amount": "-30.00", "currency": "DKK", "payer": "kommune", "payee": "familiehuset", "shares": {"kommune": "-18.00", "fond": "-12.00"}}
    made = [
        entry(1, "execution", "tarp", version=1),
        entry(2, "decision", key=CLAIM, **shared),
        entry(3, "approval", act=act("150.00", 2)),
        entry(4, "payment", act=act("150.00", 3, reference='a "quoted" \\ reference')),
        entry(5, "reconciliation", entry=4),
        entry(6, "true_up", key=f"{CLAIM[:-6]}/true_up_1", **back),
        entry(7, "reversal", act=act("150.00", 4)),
    ]
    said = {item.kind for item in made}
    return [replace(made[0], as_of=SIGNED_ON), *made[1:], *(entry(8 + number, kind) for number, kind in enumerate(kind for kind in KINDS if kind not in said))]


def checked(text: str) -> tuple[list[Any], list[str]]:
    """What beancount reads, and what its checker says against it."""
    directives, errors, _ = loader.load_string(text, dedent=False)
    return directives, [error.message for error in errors]


def test_the_checker_accepts_a_ledger_with_every_kind_of_entry_and_finds_each_entry_once() -> None:
    entries = every_kind()
    directives, errors = checked(export(entries))
    assert errors == []
    told = [(int(item.meta["entry"]), item.meta["hash"], item.payee) for item in directives if isinstance(item, Booked)]
    assert sorted(told) == [(item.seq, item.hash, item.kind) for item in entries]
    assert {item.kind for item in entries} == set(KINDS)


def test_what_is_decided_approved_paid_confirmed_and_reversed_is_linked() -> None:
    links = {int(item.meta["entry"]): item.links for item in checked(export(every_kind()))[0] if isinstance(item, Booked)}
    assert all(CLAIM in links[seq] for seq in range(2, 8))
    assert [sorted(links[seq] - {CLAIM}) for seq in (2, 3, 4, 5, 7)] == [
        ["entry-2"],
        ["entry-2", "entry-3"],
        ["entry-3", "entry-4"],
        ["entry-4", "entry-5"],
        ["entry-4", "entry-7"],
    ]


def test_its_balances_are_those_of_the_accounts_by_hand() -> None:
    stated = {item.account: str(item.amount) for item in checked(export(every_kind()))[0] if isinstance(item, Balance)}
    assert stated == {
        "Assets:Tarp:2024-25": "220.00 DKK",
        "Assets:Tarp:2024-25:Familiehuset:Receivable": "220.00 DKK",
        "Assets:Tarp:2024-25:Familiehuset:Received": "0.00 DKK",
        "Assets:Tarp:2024-25:Kommune:Paid": "0.00 DKK",
        "Liabilities:Tarp:2024-25": "-220.00 DKK",
        "Liabilities:Tarp:2024-25:Fond:Payable": "-88.00 DKK",
        "Liabilities:Tarp:2024-25:Kommune:Payable": "-132.00 DKK",
    }


def amounts_in(text: str) -> list[re.Match[str]]:
    return list(re.finditer(r"(?<=  )-?[0-9]+\.[0-9]{2}(?= (?:~ 0 )?DKK)", text))


def test_any_one_amount_or_balance_changed_by_a_cent_is_found() -> None:
    text = export(every_kind())
    places = amounts_in(text)
    assert len(places) == 3 + 4 + 3 + 4 + 7
    for place in places:
        planted = text[: place.start()] + str(Decimal(place[0]) + Decimal("0.01")) + text[place.end() :]
        assert checked(planted)[1] != [], place


def test_a_transaction_left_out_or_shifted_between_parties_is_found() -> None:
    text = export(every_kind())
    paragraphs = text.split("\n\n")
    for number, paragraph in enumerate(paragraphs):
        if " DKK" in paragraph and "*" in paragraph.split("\n")[0]:
            assert checked("\n\n".join([*paragraphs[:number], *paragraphs[number + 1 :]]))[1] != []
    assert checked(text.replace("Fond:Payable  -100.00", "Kommune:Payable  -100.00"))[1] != []


OTHER = "tarp/weeks/2024-25/all/final"


def step(seq: int, kind: str, act_name: str, before: str, amount: str, about: str = CLAIM, **more: Any) -> Entry:
    return entry(seq, kind, about, act={"act": act_name, "from": before, "claim": about, "payer": "kommune", "amount": amount, "entry": 1, **more})


def test_what_is_refused_and_what_is_set_off_are_booked_too() -> None:
    owed = {"currency": "DKK", "payer": "kommune", "payee": "familiehuset"}
    entries = [
        entry(1, "decision", key=CLAIM, amount="100.00", **owed),
        entry(2, "decision", OTHER, OTHER, amount="30.00", **owed),
        step(3, "approval", "approve", "decided", "30.00", OTHER),
        step(4, "payment", "pay", "approved", "30.00", OTHER, reference="F-1"),
        entry(5, "true_up", OTHER, f"{OTHER[:-6]}/true_up_1", amount="-10.00", **owed),
        step(6, "dispute", "dispute", "decided", "40.00"),
        step(7, "dispute", "concede", "disputed", "40.00"),
        step(8, "approval", "approve", "decided", "60.00"),
        step(9, "payment", "pay", "approved", "60.00", reference="F-2", transferred="50.00", set_off=[{"claim": OTHER, "amount": "10.00"}]),
    ]
    directives, errors = checked(export(entries))
    assert errors == []
    stated = {item.account.partition(":2024-25")[2]: str(item.amount.number) for item in directives if isinstance(item, Balance) and item.account.count(":") == 4}
    assert stated == {
        ":Familiehuset:Forgone": "40.00",
        ":Familiehuset:Receivable": "0.00",
        ":Familiehuset:Received": "80.00",
        ":Kommune:Paid": "-80.00",
        ":Kommune:Payable": "0.00",
        ":Kommune:Refused": "-40.00",
    }
    assert sorted(int(item.meta["entry"]) for item in directives if isinstance(item, Booked)) == [1, 2, 3, 4, 5, 6, 7, 8, 9, 9]


AWKWARD = ['Ærø "Børnehus" \\ A/S', "line\nbreak\tand\x00nought", "éàü", "a-b", "a_b", "A_b", "1st", "_x", "", "X", "日本"]


@PROPERTY
@given(st.lists(st.sampled_from(AWKWARD) | st.text(max_size=12), min_size=2, max_size=2, unique=True), st.text("abAB01_-", min_size=1, max_size=8))
def test_any_names_are_escaped_and_never_taken_for_one_another(parties: list[str], period: str) -> None:
    claims = [f"tarp/days/{name}/all/final" for name in (period, f"{period}_", f"{period}-")]
    owed = {"amount": "10.00", "currency": "DKK", "payer": parties[0], "payee": parties[1]}
    entries = [entry(number, "decision", claim, claim, **owed) for number, claim in enumerate(claims, 1)]
    directives, errors = checked(export(entries))
    assert errors == []
    leaves = [item.account for item in directives if isinstance(item, Open) and item.account.count(":") == 4]
    assert len(set(leaves)) == len(leaves) == len(balances(transactions(entries)))
    shown = {posting.meta["party"] for item in directives if isinstance(item, Booked) for posting in item.postings}
    assert shown == {"".join(mark if mark.isprintable() or mark in "\n\r\t" else " " for mark in party) for party in parties}


def test_an_empty_ledger_is_a_journal_too_and_a_currency_that_is_none_is_refused() -> None:
    assert checked(export([])) == ([], [])
    with pytest.raises(LedgerError, match="three letters"):
        export([entry(1, "decision", amount="1.00", currency='D"K', payer="a", payee="b")])


def test_the_command_writes_the_same_bytes_each_time_and_refuses_a_damaged_ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, run, out = home_at(tmp_path / "home").settle_in(), CliRunner(), tmp_path / "ledger.beancount"
    small_ledger(home)
    monkeypatch.setenv("UDBYTTE_HOME", str(home.root))
    printed = run.invoke(app, ["export", "beancount"]).stdout
    assert run.invoke(app, ["export", "beancount", "--out", str(out)]).exit_code == 0
    assert out.read_text(encoding="utf-8") == printed
    assert (checked(printed)[1], printed.count(" * ")) == ([], 5)
    home.ledger.write_bytes(home.ledger.read_bytes().replace(b"108000.00", b"108000.01"))
    assert isinstance(run.invoke(app, ["export", "beancount"]).exception, LedgerError)
