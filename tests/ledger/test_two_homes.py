"""One night measured in a home, carried, and settled in a second one that was empty: nothing of any person comes along."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import polars as pl
import pytest
from support import AS_OF, here, night

from pipelines.bench_flips import flipped
from pipelines.reports import handing_over
from pipelines.reports.evidence.archived import prove_kept
from pipelines.settings import Home

SIGNED = "2024-06-01"
FLIPS = 240


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("measured") / "home"
    assert here(home, "sample").returncode == 0
    assert night(home)["problems"] == []
    return home


def person_keys(home: Path) -> set[bytes]:
    """Every pseudonym in any delivery of a home."""
    frames = [pl.read_parquet(path) for path in home.glob("archive/*/*/data.parquet")]
    return {str(key).encode() for frame in frames for key in frame["person_id"].unique()}


@pytest.mark.parametrize("form", ["json", "html", "xlsx"])
def test_a_night_is_settled_in_an_empty_home_and_no_person_comes_along(form: str, measured: Path, tmp_path: Path) -> None:
    done = here(measured, "handover", "tarp", "--out", str(tmp_path / "carried"), "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    path = next(path for path in said["files"] if path.endswith(form))
    second = tmp_path / "second"
    assert here(second, "settle", path).returncode == 6
    assert here(second, "trust", said["public_key"], "--name", "the measuring home").returncode == 0
    assert here(second, "settle", path).returncode == 8
    assert here(second, "execute", "tarp", "--as-of", SIGNED).returncode == 0
    taken = here(second, "settle", path, "--json")
    assert taken.returncode == 0, taken.stderr
    assert sum("decision" in name for name in json.loads(taken.stdout)[0]["posted"]) == 3
    assert "taken before; nothing is posted" in here(second, "settle", path).stdout
    assert here(second, "verify").returncode == 0
    keys, files = person_keys(measured), [item for item in second.rglob("*") if item.is_file()]
    assert len(keys) >= 432
    assert any(path.name == "ledger.jsonl" for path in files)
    assert [item.name for item in files if any(key in item.read_bytes() for key in keys)] == []
    ledgers = [
        [(entry["posting_key"], entry["body"]) for entry in map(json.loads, (home / "ledger.jsonl").read_text().splitlines()) if entry["kind"] == "decision"]
        for home in (measured, second)
    ]
    assert ledgers[0] == ledgers[1]


def test_a_bit_flipped_anywhere_in_ledger_hand_over_or_archive_is_found(measured: Path, tmp_path: Path) -> None:
    home = Home(Path(shutil.copytree(measured, tmp_path / "home")))
    carried = handing_over.write(home, "", None, tmp_path / "carried")
    assert sorted(path.suffix for path in carried) == [".html", ".json", ".xlsx"]
    found = flipped(home, carried, FLIPS, seed=9)
    assert (found["found"], found["missed"], sum(made for _, made in found["by_kind"].values())) == (FLIPS, [], FLIPS)
    assert prove_kept(home).faults == {}


def test_what_is_kept_is_proved_file_by_file_and_what_is_gone_or_has_no_place_is_named(measured: Path, tmp_path: Path) -> None:
    home = Home(Path(shutil.copytree(measured, tmp_path / "home")))
    done = here(home.root, "verify", "--kept")
    assert (done.returncode, "The archive and the hand-overs hold: " in done.stdout) == (0, True)
    (folder,) = (home.archive / "releases").iterdir()
    (folder / "data.parquet").unlink()
    (folder / "notes.txt").write_text("mine")
    other = next((home.archive / "arrests").iterdir()) / "original"
    other.write_bytes(other.read_bytes()[:-1])
    at = folder.relative_to(home.root).as_posix()
    assert prove_kept(home).faults == {
        other.relative_to(home.root).as_posix(): "it is not what was kept",
        f"{at}/notes.txt": "it is not what was kept",
        f"{at}/data.parquet": "it is gone, and no record says why",
    }
    done = here(home.root, "verify", "--kept")
    assert (done.returncode, "3 of " in done.stderr, "do not hold" in done.stderr) == (5, True, True)


def test_a_hand_over_with_the_key_of_a_person_is_not_written_out(measured: Path, tmp_path: Path) -> None:
    from pipelines.ledger import handover

    home = Path(shutil.copytree(measured, tmp_path / "home"))
    (place,) = (home / "handover" / AS_OF).iterdir()
    content = {name: part for name, part in json.loads(place.read_bytes()).items() if name not in ("seal", "format")}
    content["decisions"][0]["reason"] = f"but not {min(person_keys(home)).decode()}"
    place.unlink()
    handover.write(Home(home), content)
    done = here(home, "handover", "--out", str(tmp_path / "out"))
    assert (done.returncode, "1 words in it are keys of people in this home" in done.stderr) == (8, True)
    assert not (tmp_path / "out").exists()
