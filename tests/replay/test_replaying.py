"""Replaying entries: what comes out again, what differs, what is retired, and what cannot be asked here."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from ledger.ledger_acts import decision, home_at, small_ledger
from support import here, night, only

from pipelines.ledger.journal import Entry
from pipelines.reports.evidence.replaying import _held_against

REDUCTION = "tarp/reduction/2024-25/all/final"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("replayed") / "home"
    assert here(folder, "sample").returncode == 0
    assert night(folder)["problems"] == []
    return folder


def copied(home: Path, folder: Path) -> Path:
    return Path(shutil.copytree(home, folder / "home", symlinks=True))


def removed(home: Path) -> Path:
    """The folder of the one delivery of arrests, whose rows are gone."""
    (folder,) = (home / "archive" / "arrests").iterdir()
    for name in ("original", "data.parquet"):
        (folder / name).unlink()
    return folder


def record(folder: Path, **changes: Any) -> None:
    said = {"as_of": "2026-06-30", "because": "kept no longer", "by": "the controller", "sha256": folder.name, "size": 1, **changes}
    (folder / "purged.json").write_text(json.dumps({"purges": [said]}))


def states(done: Any) -> set[str]:
    return {item["state"] for item in json.loads(done.stdout)["entries"]}


def test_a_whole_ledger_comes_out_again_and_the_home_is_only_read(home: Path) -> None:
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    done = here(home, "replay", "--all", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["changed"] == []
    assert [item["state"] for item in json.loads(done.stdout)["entries"]] == ["proved"] * 3
    assert {path: path.read_bytes() for path in home.rglob("*") if path.is_file()} == before
    assert [path.name for path in home.parent.iterdir()] == ["home"]


def test_data_retired_on_record_leave_an_entry_proved_to_the_hash(home: Path, tmp_path: Path) -> None:
    copy = copied(home, tmp_path)
    folder = removed(copy)
    gone = here(copy, "replay", REDUCTION)
    assert (gone.returncode, "no record says why" in gone.stdout) == (12, True)
    record(folder, sha256="0" * 64)
    assert here(copy, "replay", REDUCTION).returncode == 12
    record(folder)
    done = here(copy, "replay", REDUCTION)
    assert (done.returncode, "proved to the hash, data retired (1 deliveries)" in done.stdout) == (0, True)
    (entry,) = [path.parent for path in (copy / "evidence").glob("*/entry.json") if json.loads(path.read_bytes())["about"] == REDUCTION]
    (entry / "arithmetic.txt").write_text("Due: 1")
    altered = here(copy, "replay", str(int(entry.name)), "--json")
    assert (altered.returncode, states(altered)) == (5, {"differs"})


def test_what_cannot_be_asked_here_says_what_is_missing(home: Path, tmp_path: Path) -> None:
    assert here(home, "replay", "1").returncode == 6
    assert here(home, "replay").returncode == 2
    contracts = Path(shutil.copytree(only("tarp"), tmp_path / "contracts"))
    text = contracts / "outcomes" / "tarp.yaml"
    text.write_text(text.read_text() + "# amended\n")
    amended = here(home, "replay", REDUCTION, contracts=contracts)
    assert (amended.returncode, "is not the one in force" in amended.stdout) == (12, True)
    copy = copied(home, tmp_path)
    shutil.rmtree(copy / "handover")
    lost = here(copy, "replay", REDUCTION, "--json")
    assert (lost.returncode, states(lost)) == (12, {"not_replayable"})


@pytest.fixture
def posted(tmp_path: Path) -> Entry:
    return next(entry for entry in small_ledger(home_at(tmp_path)).entries if entry.kind == "decision")


def test_the_same_by_another_lock_is_a_reverification_and_every_field_counts_where_inputs_are_the_same(posted: Entry) -> None:
    same = decision("intake", amount="108000.00", lines_sha256="")
    before = {"program": "1", "lock": "1"}
    assert _held_against(posted, same, before, before).state == "proved"
    assert _held_against(posted, {**same, "fingerprint": "d" * 64}, {**before, "lock": "2"}, before).state == "re-verification"
    assert _held_against(posted, {**same, "fingerprint": "d" * 64, "amount": "108000.01"}, {**before, "lock": "2"}, before).state == "differs"
    changed = _held_against(posted, {**same, "arithmetic": ["27.27 % > 10 %"]}, before, before)
    assert (changed.state, "arithmetic did not come out again" in changed.words) == ("differs", True)
    assert _held_against(posted, None, {}, before).state == "differs"
