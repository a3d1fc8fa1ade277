"""Accounts of the parties: hand-worked balances, that all sums to nought, and each way in which they must refuse."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledger_acts import DAY, home_at, small_ledger
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.errors import LedgerError
from pipelines.ledger.accounts import balances, overpaid, transactions
from pipelines.ledger.journal import KINDS, Entry

CLAIM = "tarp/days/2024-25/all/final"


def entry(kind: str, seq: int = 1, about: str = CLAIM, **body: Any) -> Entry:
    return Entry(seq, "0" * 64, kind, DAY, "tarp", about, "", body, "0" * 32, "0" * 64)


def due(amount: str, kind: str = "decision", **more: Any) -> Entry:
    return entry(kind, amount=amount, currency="DKK", payer="kommune", payee="udfoerer", **more)


def told(*entries: Entry) -> dict[tuple[str, str], str]:
    return {(item.party, item.account): str(item.amount) for item in balances(transactions(entries))}


def test_what_is_decided_is_owed_and_what_is_paid_is_owed_no_longer() -> None:
    assert told(due("250.00")) == {("kommune", "payable"): "-250.00", ("udfoerer", "receivable"): "250.00"}
    part = entry("payment", amount="100.00")
    assert told(due("250.00"), part) == {
        ("kommune", "paid"): "-100.00",
        ("kommune", "payable"): "-150.00",
        ("udfoerer", "receivable"): "150.00",
        ("udfoerer", "received"): "100.00",
    }


def test_a_clawback_leaves_the_provider_owing_and_the_accounts_in_balance() -> None:
    found = told(due("250.00"), entry("payment", act={"payer": "kommune", "amount": "250.00"}), due("-30.00", "true_up"))
    assert (found["kommune", "payable"], found["udfoerer", "receivable"], found["udfoerer", "received"]) == ("30.00", "-30.00", "250.00")


def test_each_payer_owes_its_share_and_a_reversed_payment_is_owed_again() -> None:
    shared = due("100.00", shares={"kommune": "66.67", "fond": "33.33"})
    paid = entry("payment", payer="fond", amount="33.33")
    assert told(shared, paid)["fond", "payable"] == "0.00"
    assert told(shared, paid)["kommune", "payable"] == "-66.67"
    found = told(shared, paid, entry("reversal", payer="fond", amount="33.33"))
    assert (found["fond", "payable"], found["fond", "paid"], found["udfoerer", "receivable"]) == ("-33.33", "0.00", "100.00")


def test_more_paid_than_owed_is_named_by_claim_and_payer() -> None:
    made = transactions([due("100.00"), entry("payment", amount="100.00"), entry("payment", amount="0.01")])
    assert overpaid(made) == [f"{CLAIM}: kommune has paid 0.01 DKK more than it owes"]
    assert overpaid(made[:2]) == []


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ([due("100.00", shares={"kommune": "66.67", "fond": "33.34"})], "do not sum to nought"),
        ([entry("payment", amount="1.00")], "never decided"),
        ([due("100.00"), entry("payment")], "who pays how much"),
        ([due("100.00"), entry("payment", amount="much")], "who pays how much"),
        ([entry("gift", amount="1.00")], "do not know entries of the kind gift"),
    ],
)
def test_what_cannot_be_booked_is_refused_in_words(entries: list[Entry], words: str) -> None:
    with pytest.raises(LedgerError, match=words):
        transactions(entries)


def test_every_kind_of_entry_that_can_be_posted_is_known_to_the_accounts() -> None:
    for kind in KINDS:
        first = [due("100.00")] if kind != "decision" else []
        assert len(transactions([*first, replace(due("1.00"), kind=kind)])) == len(first) + (kind in ("decision", "true_up", "payment", "reversal"))


@given(st.lists(st.tuples(st.sampled_from(["decision", "true_up", "payment", "reversal"]), st.integers(-10_000, 10_000), st.integers(0, 3)), max_size=12))
def test_all_accounts_together_sum_to_nought_whatever_happens(acts: list[tuple[str, int, int]]) -> None:
    claims = [f"tarp/t{number}/2024-25/all/final" for number in range(4)]
    opened = [replace(due("10.00"), about=claim) for claim in claims]
    made = transactions([*opened, *(replace(due(str(Decimal(cents) / 100), kind), about=claims[number]) for kind, cents, number in acts)])
    assert sum((item.amount for item in balances(made)), Decimal(0)) == 0
    assert all(sum((posting.amount for posting in item.postings), Decimal(0)) == 0 for item in made)


def test_the_command_prints_balances_of_a_ledger_by_contract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, run = home_at(tmp_path).settle_in(), CliRunner()
    small_ledger(home)
    monkeypatch.setenv("UDBYTTE_HOME", str(home.root))
    found = json.loads(run.invoke(app, ["accounts", "--json"]).stdout)
    assert [(item["party"], item["account"], item["amount"]) for item in found["balances"]] == [("aid_programme", "receivable", "108000.00"), ("state", "payable", "-108000.00")]
    assert found["problems"] == []
    assert "108,000.00 USD" in run.invoke(app, ["accounts", "tarp"]).stdout
    assert isinstance(run.invoke(app, ["accounts", "trap"]).exception, LedgerError)
    home.ledger.write_bytes(home.ledger.read_bytes().replace(b"108000.00", b"108000.01"))
    assert isinstance(run.invoke(app, ["accounts"]).exception, LedgerError)
