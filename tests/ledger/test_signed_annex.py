"""Executing a contract binds the annex that its parties sign, and `verify` names one that is no longer what they signed."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from ledger_acts import SIGNED_ON, TEXT, home_at
from typer.testing import CliRunner, Result

from pipelines.cli import app
from pipelines.ledger.journal import Journal, read
from pipelines.payments.vocabulary import catalogue
from pipelines.reports.evidence.archived import fault_of, prove_kept
from pipelines.settings import Home


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    made = home_at(tmp_path / "home").settle_in()
    monkeypatch.setenv("UDBYTTE_HOME", str(made.root))
    return made


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def kept(home: Home) -> Path:
    (path,) = (home.archive / "annexes").iterdir()
    return path


def test_an_execution_binds_each_party_the_text_and_the_annex(home: Home) -> None:
    assert run("execute", "trygt_hjem", "--as-of", SIGNED_ON.isoformat()).exit_code == 0
    (entry,) = read(home).entries
    assert entry.body["parties"] == [party.id for party in catalogue().contracts["trygt_hjem"].parties]
    assert entry.body["sha256"] == catalogue().digest_of("outcomes/trygt_hjem.yaml")
    assert entry.body["annex"] == {"language": "da", "sha256": hashlib.sha256(kept(home).read_bytes()).hexdigest()}
    assert "trygt_hjem" in kept(home).read_text(encoding="utf-8")
    said = run("verify", "--kept")
    assert (said.exit_code, "The annexes hold: 1, each as its execution binds it." in said.output) == (0, True)


def test_the_annex_that_is_bound_is_the_one_that_parties_are_given(home: Home, tmp_path: Path) -> None:
    run("execute", "tarp", "--as-of", SIGNED_ON.isoformat())
    assert run("annex", "tarp", "--out", str(tmp_path / "out")).exit_code == 0
    (page,) = (tmp_path / "out").glob("*.html")
    assert page.read_bytes() == kept(home).read_bytes()


@pytest.mark.parametrize("is_gone", [True, False])
def test_one_that_is_gone_or_altered_is_named(home: Home, is_gone: bool) -> None:
    run("execute", "tarp", "--as-of", SIGNED_ON.isoformat())
    path = kept(home)
    path.unlink() if is_gone else path.write_bytes(path.read_bytes().replace(b"Annex", b"annex", 1))
    said = run("verify")
    assert said.exit_code != 0
    assert "the annex that entry 1 (execution, tarp, as of 2024-06-01) binds is gone or altered" in str(said.exception)
    assert prove_kept(home).faults == ({} if is_gone else {path.relative_to(home.root).as_posix(): "it is not what was kept"})
    assert is_gone or fault_of(home, path)


def test_an_execution_from_before_annexes_were_bound_still_verifies(home: Home) -> None:
    Journal(home).execute("tarp", 1, TEXT, ["state"], SIGNED_ON)
    assert "annex" not in read(home).entries[0].body
    said = run("verify")
    assert (said.exit_code, "annex" in said.output) == (0, False)
