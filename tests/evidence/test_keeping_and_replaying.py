"""When bundles are written, what becomes of a kill, and proving a whole ledger from its archive."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from ledger.ledger_acts import DAY, decision, held, home_at, small_ledger
from support import AS_OF, here, night

from pipelines.files import write_folder_once
from pipelines.ledger import journal
from pipelines.ledger.journal import Entry
from pipelines.night import Night
from pipelines.reports.evidence.deep import compared, differences
from pipelines.reports.evidence.keeping import keep


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kept") / "home"
    assert here(folder, "sample").returncode == 0
    assert night(folder)["problems"] == []
    return folder


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def states_of(folder: Path) -> dict[str, tuple[int, int, int]]:
    return {path.relative_to(folder).as_posix(): (path.stat().st_ino, path.stat().st_mtime_ns, path.stat().st_mode) for path in sorted(folder.rglob("*")) if path.is_file()}


def test_every_decision_comes_out_again_and_the_home_is_only_read(home: Path) -> None:
    before, states = bytes_of(home), states_of(home)
    done = here(home, "verify", "--deep")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("comes out again, from the same inputs") == 3
    assert "3 proved, 0 do not hold, 0 beyond" in done.stdout
    assert (bytes_of(home), states_of(home)) == (before, states)
    assert [path.name for path in home.parent.iterdir()] == ["home"]


def test_what_a_kill_left_out_is_written_by_the_same_day_again_also_after_a_later_night(home: Path) -> None:
    whole, first = bytes_of(home / "evidence"), min((home / "evidence").iterdir())
    kept = {name: state for name, state in states_of(home / "evidence").items() if not name.startswith(first.name)}
    shutil.rmtree(first)
    later = night(home, "--as-of", "2026-07-01")
    assert f"1 entries of {AS_OF} have no evidence; `udbytte run --as-of {AS_OF}` writes it" in later["notes"]
    again = night(home, "--as-of", AS_OF)
    assert (again["is_what_if"], again["problems"]) == (True, [])
    assert bytes_of(home / "evidence") == whole
    assert {name: state for name, state in states_of(home / "evidence").items() if not name.startswith(first.name)} == kept


def test_a_day_that_comes_out_otherwise_writes_no_evidence_and_says_so(home: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(home, tmp_path / "home", symlinks=True))
    shutil.rmtree(copy / "evidence")
    name = next(path.name for path in (copy / "archive" / "cohorts").iterdir())
    (copy / "archive" / "cohorts" / name).unlink()
    assert any("what this run decides is not what was posted" in problem for problem in night(copy, "--as-of", AS_OF)["problems"])
    assert not (copy / "evidence").exists()
    deep = here(copy, "verify", "--deep")
    assert deep.returncode == 5
    assert "state was due and is held" in deep.stdout


def fake_night(home: Any, as_of: dt.date) -> Night:
    return cast("Night", SimpleNamespace(home=home, as_of=as_of, all_checks=list, tallies=dict, decisions=[], proofs={}, problems=[], notes=[]))


def test_what_cannot_be_written_is_a_problem_of_the_night_and_stops_nothing(tmp_path: Path) -> None:
    home = home_at(tmp_path)
    small_ledger(home)
    found = fake_night(home, DAY + dt.timedelta(days=2))
    assert keep(found) == []
    assert [problem.split(":")[0] for problem in found.problems] == ["evidence of entry 4", "evidence of entry 5"]
    assert all("the hand-over that the entry was posted from is gone" in problem for problem in found.problems)
    assert found.notes == [
        f"1 entries of {DAY + dt.timedelta(days=number)} have no evidence; `udbytte run --as-of {DAY + dt.timedelta(days=number)}` writes it" for number in (0, 1)
    ]


def test_a_folder_is_written_once_and_what_a_kill_left_half_made_is_made_anew(tmp_path: Path) -> None:
    half = tmp_path / "evidence" / ".000005.writing"
    half.mkdir(parents=True)
    (half / "torn").write_bytes(b"x")
    write_folder_once(tmp_path / "evidence" / "000005", {"a": b"1", "b": b"2"}, mode=0o640)
    write_folder_once(tmp_path / "evidence" / "000005", {"a": b"other"}, mode=0o640)
    assert bytes_of(tmp_path) == {"evidence/000005/a": b"1", "evidence/000005/b": b"2"}


@pytest.fixture
def entries(tmp_path: Path) -> dict[str, Entry]:
    home = home_at(tmp_path)
    return {entry.kind: entry for entry in small_ledger(home).entries if entry.about != "tarp/certain_reduction/2024-25/all/final"}


INPUTS = {"program": "1", "lock": "1", "outcome": {"registers": {"bef": {"contract": "1", "staging": "1"}}}}
OTHER_CODE = {"program": "2", "lock": "1", "outcome": {"registers": {"bef": {"contract": "1", "staging": "2"}}}}
OTHER_DATA = {"program": "2", "lock": "1", "outcome": {"registers": {"bef": {"contract": "2", "staging": "1"}}}}


def test_an_entry_is_proved_by_the_same_state_amount_and_fingerprint(entries: dict[str, Entry]) -> None:
    posted = decision("intake", amount="108000.00", lines_sha256="")
    assert compared(entries["decision"], posted, INPUTS, INPUTS).state == "proved"
    assert compared(entries["decision"], {**posted, "amount": "108000.01"}, INPUTS, INPUTS).words.startswith(
        "entry 3 (decision, tarp/intake/2024-25/all/final, as of 2026-07-01): amount was 108000.00 and is 108000.01"
    )
    assert compared(entries["decision"], {**posted, "state": "not_met", "amount": "0.00"}, INPUTS, INPUTS).state == "failed"
    assert compared(entries["decision"], {**posted, "lines_sha256": "a" * 64}, INPUTS, INPUTS).state == "failed"
    assert compared(entries["decision"], None, {}, INPUTS).state == "failed"


def test_another_fingerprint_is_no_failure_where_only_code_or_lock_differ(entries: dict[str, Entry]) -> None:
    posted = decision("intake", amount="108000.00", lines_sha256="", fingerprint="d" * 64)
    code = compared(entries["decision"], posted, OTHER_CODE, INPUTS)
    assert code.state == "proved"
    assert "(outcome/registers/bef/staging, program)" in code.words
    data = compared(entries["decision"], posted, OTHER_DATA, INPUTS)
    assert data.state == "failed"
    assert "outcome/registers/bef/contract" in data.words
    assert compared(entries["decision"], posted, OTHER_CODE, {}).state == "failed"


def test_holds_and_questions_are_held_against_what_comes_out_too(entries: dict[str, Entry]) -> None:
    assert compared(entries["hold"], held(), {}, {}).state == "proved"
    assert compared(entries["hold"], held("reduction", "another_rule"), {}, {}).state == "failed"
    assert compared(entries["hold"], decision(), {}, {}).state == "failed"
    asked = decision("intake", amount="107500.00", fingerprint="e" * 64, lines_sha256="a" * 64)
    assert compared(entries["question"], asked, {}, {}).state == "proved"
    assert compared(entries["question"], {**asked, "amount": "108000.00"}, {}, {}).state == "failed"


def test_differences_are_told_by_their_place() -> None:
    assert differences(INPUTS, INPUTS) == []
    assert differences(INPUTS, OTHER_DATA) == ["outcome/registers/bef/contract", "program"]
    assert differences({"outcome": {"a": 1}}, {"outcome": {"a": 1, "b": 2}, "claim": 1}) == ["outcome/b"]


def test_an_entry_alone_gives_its_hash_and_its_line(tmp_path: Path) -> None:
    home = home_at(tmp_path)
    small_ledger(home)
    lines = home.ledger.read_bytes().splitlines()
    assert [journal.line_of(journal.entry_of(line)) for line in lines] == lines
    with pytest.raises(Exception, match="its content does not give its hash"):
        journal.entry_of(lines[0].replace(b'"version":1', b'"version":2'))
    assert json.loads(lines[0])["seq"] == 1
