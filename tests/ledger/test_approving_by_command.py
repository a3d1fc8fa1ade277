"""The commands of approving: a session as the page on the ledger shows it, and a refusal with its sentence and exit code."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from ledger_acts import DAY, decision, executed, home_at

from pipelines.cli import main

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
    executed(home).post_decision(decision(amount="1000.00"), "h1")
    monkeypatch.setenv("UDBYTTE_HOME", str(home.root))
    key = ("--key", str(tmp_path / "anna.key"))
    code, public = said(monkeypatch, capsys, "key", "new", key[1])
    assert code == 0
    because = (*key, "--reason", "counted", *ON)
    code, words = said(monkeypatch, capsys, "approve", CLAIM, *because)
    assert (code, "nobody signs with this key" in words) == (5, True)
    assert said(monkeypatch, capsys, "signatory", "add", "tarp", "state", "Anna Holm", "--role", "payer", "--public-key", public.strip(), *ON)[0] == 0
    for arguments in (("dispute", CLAIM, "--part", "100.00", *because), ("approve", CLAIM, *because), ("pay", CLAIM, "--paid-on", str(DAY), "--reference", "F-1", *because)):
        assert said(monkeypatch, capsys, *arguments)[0] == 0, arguments
    code, words = said(monkeypatch, capsys, "claim", CLAIM, "--json", *ON)
    assert (code, [(part["state"], part["amount"]) for part in json.loads(words)]) == (0, [("disputed", "100.00"), ("paid", "900.00")])
    assert "waits for state, aid_programme" in said(monkeypatch, capsys, "claim", CLAIM, *ON)[1]
    code, words = said(monkeypatch, capsys, "pay", CLAIM, "--paid-on", str(DAY), "--reference", "F-2", *because)
    assert (code, "nothing of it is approved" in words) == (5, True)
    assert said(monkeypatch, capsys, "verify")[0] == 0
