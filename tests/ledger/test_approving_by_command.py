"""The commands of approving: a session as the page on the ledger shows it, and a refusal with its sentence and exit code."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from acts_given import KEYS, claimed, restated, stands
from ledger_acts import DAY, decision, executed, home_at

from pipelines.cli import main
from pipelines.ledger.journal import read
from pipelines.ledger.signing import public_half
from pipelines.settings import Home

CLAIM = "tarp/reduction/2024-25/all/final"
ON = ("--as-of", str(DAY))


def said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """The exit code and what was printed."""
    monkeypatch.setattr(sys, "argv", ["udbytte", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    printed = capsys.readouterr()
    return int(ended.value.code or 0), printed.out + printed.err


def test_a_session_from_a_key_to_a_payment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    home = home_at(tmp_path / "home").settle_in()
    executed(home, agreed={"roles": {"state": ["payer"], "aid_programme": ["provider"]}, "deadlines": {}}).post_decision(decision(amount="1000.00"), "h1")
    monkeypatch.setenv("UDBYTTE_HOME", str(home.root))
    key = ("--key", str(tmp_path / "anna.key"))
    code, public = said(monkeypatch, capsys, "key", "new", key[1])
    assert code == 0
    because = (*key, "--reason", "counted", *ON)
    code, words = said(monkeypatch, capsys, "approve", CLAIM, *because)
    assert (code, "nobody signs with this key" in words) == (5, True)
    assert said(monkeypatch, capsys, "signatory", "add", "tarp", "state", "Anna Holm", "--role", "payer", "--public-key", public.strip(), *ON)[0] == 0
    for arguments in (
        ("dispute", CLAIM, "--amount", "100.00", *because),
        ("approve", CLAIM, *because),
        ("anchor", "--where", "minutes", "--out", str(tmp_path / "a.json"), *ON),
        ("pay", CLAIM, "--paid-on", str(DAY), "--reference", "F-1", *because),
    ):
        assert said(monkeypatch, capsys, *arguments)[0] == 0, arguments
    code, words = said(monkeypatch, capsys, "claim", CLAIM, "--json", *ON)
    assert (code, [(part["state"], part["amount"]) for part in json.loads(words)]) == (0, [("disputed", "100.00"), ("paid", "900.00")])
    assert "waits for state, aid_programme" in said(monkeypatch, capsys, "claim", CLAIM, *ON)[1]
    code, words = said(monkeypatch, capsys, "pay", CLAIM, "--paid-on", str(DAY), "--reference", "F-2", *because)
    assert (code, "nothing of it is approved" in words) == (5, True)
    assert said(monkeypatch, capsys, "verify")[0] == 0


def test_every_other_act_has_its_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    home = claimed(tmp_path / "home").settle_in()
    monkeypatch.setenv("UDBYTTE_HOME", str(home.root))
    for name in ("anna", "bo"):
        (tmp_path / f"{name}.key").touch(0o600)
        (tmp_path / f"{name}.key").write_text(KEYS[name].private_bytes_raw().hex())
    anna, bo = (("--key", str(tmp_path / f"{name}.key"), "--reason", "counted", *ON) for name in ("anna", "bo"))
    bank = ("--paid-on", str(DAY), "--reference")
    for arguments in (
        ("dispute", CLAIM, "--amount", "30.00", *anna),
        ("concede", CLAIM, "--amount", "10.00", *bo),
        ("withdraw", CLAIM, *anna),
        ("object", CLAIM, "--amount", "5.00", *bo),
        ("reject", CLAIM, "--amount", "2.00", *anna),
        ("withdraw", CLAIM, *bo),
        ("approve", CLAIM, *anna),
        ("anchor", "--where", "minutes", "--out", str(tmp_path / "a.json"), *ON),
        ("pay", CLAIM, *bank, "F-1", *anna),
        ("reverse", CLAIM, *bank, "R-1", "--cause", "returned_by_bank", "--amount", "90.00", *anna),
    ):
        assert said(monkeypatch, capsys, *arguments) == (0, said_of(home)), arguments
    restated(home, "-400.00", DAY)
    assert said(monkeypatch, capsys, "return", CLAIM, *bank, "R-2", *anna)[0] == 0
    assert stands(home) == {"dropped": "3.00", "paid": "600.00", "rejected": "2.00", "returned": "300.00", "taken_back": "100.00"}
    code, words = said(monkeypatch, capsys, "clock", *ON, "--json")
    assert (code, json.loads(words)) == (0, [])
    code, words = said(monkeypatch, capsys, "signatory", "withdraw", "tarp", "--public-key", public_half(KEYS["anna"]), "--reason", "she left", *ON)
    assert (code, words.startswith("Posted entry")) == (0, True)
    assert said(monkeypatch, capsys, "verify")[0] == 0


def said_of(home: Home) -> str:
    newest = read(home).entries[-1]
    if "act" in newest.body:
        return f"Posted {newest.name()}: {newest.body['act']['act']} {newest.body['act']['amount']}.\n"
    return f"Entry {newest.body['seq']} is anchored in a.json, hash {newest.body['hash']}. Posted {newest.name()}. Now carry the file to where you said.\n"
