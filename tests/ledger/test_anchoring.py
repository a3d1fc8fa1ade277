"""Anchors: what one proves, what it finds that the home's own keys cannot, and a flipped bit anywhere."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from ledger_acts import day, decision, executed, home_at, small_ledger
from typer.testing import CliRunner

from pipelines.canonical import canonical, digest
from pipelines.cli import app
from pipelines.errors import LedgerError
from pipelines.ledger.anchoring import anchor, fault
from pipelines.ledger.handover import public_key, sign
from pipelines.ledger.journal import Journal, read
from pipelines.settings import Home

FLIPS = 1_000


def anchored(home: Home) -> tuple[Journal, bytes]:
    journal = small_ledger(home)
    return journal, anchor(home, journal, "minutes of the steering group", day(2))[1]


def test_an_anchor_is_entered_after_the_head_it_names_and_holds_however_the_ledger_goes_on(tmp_path: Path) -> None:
    home = home_at(tmp_path)
    journal, made = anchored(home)
    entry = journal.entries[-1]
    assert (entry.kind, entry.seq, entry.body["seq"], entry.body["hash"]) == ("anchor", 6, 5, journal.entries[4].hash)
    assert entry.body == json.loads(made)
    journal.post_decision(decision("days", as_of=day(3)), "h9")
    assert read(home).fault == ""
    assert fault(made, read(home).entries, public_key(home)) == ""


def test_a_past_that_was_written_anew_with_the_homes_own_keys_is_found_by_the_anchor_alone(tmp_path: Path) -> None:
    home, other = home_at(tmp_path / "home"), home_at(tmp_path / "other")
    made = anchored(home)[1]
    (other.keys / "handover.key").write_bytes((home.keys / "handover.key").read_bytes())
    journal = executed(other)
    for number in range(1, 7):
        journal.post_decision(decision(f"t{number}", amount="1.00", as_of=day(number)), "h1")
    assert read(other).fault == ""
    assert fault(made, read(other).entries, public_key(home)) == "entry 5 is not the one that was anchored"
    assert fault(made, read(other).entries[:3], public_key(home)) == "it names entry 5, and the ledger ends at entry 3"


def test_an_anchor_of_another_key_or_with_another_content_is_refused(tmp_path: Path) -> None:
    home, stranger = home_at(tmp_path / "home"), home_at(tmp_path / "stranger", key=b"s" * 32)
    journal, made = anchored(home)
    content = {name: value for name, value in json.loads(made).items() if name != "seal"}
    forged = canonical({**content, "seal": sign(stranger, digest(content))}) + b"\n"
    assert fault(forged, journal.entries, public_key(home)) == "it is signed by another key than the one of this home"
    moved = canonical({**json.loads(made), "where": "elsewhere"}) + b"\n"
    assert fault(moved, journal.entries, public_key(home)) == "its signature does not belong to its content"
    for line in (b"", b"null\n", b"[]\n", b"{}\n", b"[" * 100_000, b"\xff", made[:-1], made + b"\n"):
        assert fault(line, journal.entries, public_key(home)) == "it is not an anchor, or is damaged"


def test_nothing_is_anchored_without_entries_or_without_a_place(tmp_path: Path) -> None:
    home = home_at(tmp_path)
    with pytest.raises(LedgerError, match="no entry to anchor"):
        anchor(home, Journal(home), "minutes", day(1))
    with pytest.raises(LedgerError, match="a place outside"):
        anchor(home, executed(home), "  ", day(1))
    assert len(read(home).entries) == 1


def test_a_flipped_bit_anywhere_in_ledger_head_or_anchor_is_found(tmp_path: Path) -> None:
    home = home_at(tmp_path)
    made = anchored(home)[1]
    paths, key, draw = (home.ledger, home.root / "ledger.head", tmp_path / "anchor.json"), public_key(home), random.Random(9)
    paths[2].write_bytes(made)
    whole = [path.read_bytes() for path in paths]
    found = 0
    for number in range(FLIPS):
        path, raw = paths[number % 3], bytearray(whole[number % 3])
        raw[draw.randrange(len(raw))] ^= 1 << draw.randrange(8)
        path.write_bytes(raw)
        reading = read(home)
        found += bool(reading.fault or fault(paths[2].read_bytes(), reading.entries, key))
        path.write_bytes(whole[number % 3])
    assert found == FLIPS
    assert (read(home).fault, fault(made, read(home).entries, key)) == ("", "")


def test_the_commands_make_an_anchor_and_prove_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, out, run = home_at(tmp_path / "home").settle_in(), tmp_path / "anchor.json", CliRunner()
    small_ledger(home)
    monkeypatch.setenv("UDBYTTE_HOME", str(home.root))
    make = ["anchor", "--where", "minutes", "--out", str(out), "--as-of", day(2).isoformat()]
    told = run.invoke(app, [*make, "--json"])
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout)["anchored"] == 5
    assert run.invoke(app, make).exit_code != 0
    assert len(read(home).entries) == 6
    proved = run.invoke(app, ["verify", "--anchor", str(out)])
    assert (proved.exit_code, "The anchor holds" in proved.stdout) == (0, True)
    out.write_bytes(out.read_bytes().replace(b"minutes", b"minuses"))
    assert isinstance(run.invoke(app, ["verify", "--anchor", str(out)]).exception, LedgerError)
    assert run.invoke(app, ["verify", "--anchor", str(tmp_path / "none.json")]).exit_code != 0
