"""Data Docs of the last nights beside the reports: which are kept, and that a night without them goes on and says so."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import dagster as dg
import pytest

from pipelines.assets.registers import check_result
from pipelines.night import Night
from pipelines.quality import checker as checker_module
from pipelines.quality import data_docs
from pipelines.quality.checker import Checker
from pipelines.quality.checks import Check, Tally
from pipelines.reports import publication, validation
from pipelines.settings import Home

AS_OF = dt.date(2026, 6, 30)
PAGE = {"index.html": b"a page"}


def written(folder: Path, *days: int, keep: int = 3) -> list[str]:
    """The folders there are after docs of these days of June were written one after the other, each a second after the one before."""
    for place, day in enumerate(days):
        data_docs.write(folder / f"2026-06-{day:02d}", PAGE, keep)
        os.utime(folder / f"2026-06-{day:02d}", (1_000_000 + place, 1_000_000 + place))
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(
    ("days", "kept"),
    [((1,), [1]), ((1, 2, 3), [1, 2, 3]), ((1, 2, 3, 4, 5), [3, 4, 5]), ((5, 4, 3, 2), [2, 3, 4]), ((1, 2, 3, 1, 4), [1, 3, 4]), ((1, 1, 1, 1), [1])],
)
def test_those_made_last_are_kept_whatever_their_day(tmp_path: Path, days: tuple[int, ...], kept: list[int]) -> None:
    assert written(tmp_path, *days) == [f"2026-06-{day:02d}" for day in kept]


def test_what_was_written_for_a_day_before_and_what_a_kill_left_is_gone(tmp_path: Path) -> None:
    half = tmp_path / ".2026-06-30.writing"
    half.mkdir()
    (half / "half.html").write_bytes(b"half a page")
    data_docs.write(tmp_path / "2026-06-30", {"index.html": b"old", "register.gone.html": b"old"}, 3)
    assert data_docs.write(tmp_path / "2026-06-30", {"index.html": b"new"}, 3) == 1
    assert [(path.name, path.read_bytes()) for path in tmp_path.rglob("*.html")] == [("index.html", b"new")]
    assert not half.exists()


def test_what_stands_beside_and_is_no_day_stays(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir(parents=True)
    assert written(tmp_path, 1, 2, keep=1) == ["2026-06-02", "notes"]


@pytest.mark.parametrize(
    ("subject", "name"),
    [("register:bef", "register.bef.html"), ("trigger:tarp/reduction/2024-25/final", "trigger.tarp.reduction.2024-25.final.html"), ("outcome:../../x", "outcome.......x.html")],
)
def test_a_page_is_named_by_its_subject_and_lies_in_its_folder(subject: str, name: str) -> None:
    assert data_docs.page_name(subject) == name
    assert "/" not in data_docs.page_name(subject)


class Failing:
    """A checker whose Data Docs come to nothing."""

    def docs(self, *_: Any, **__: Any) -> str:
        return "OSError at pipelines.quality.data_docs:1 (message withheld)"


def failed(root: Path) -> Any:
    """A night after its Data Docs came to nothing."""
    night = SimpleNamespace(home=Home(root), as_of=AS_OF, is_what_if=False, checker=Failing(), notes=[], problems=[])
    publication.make_docs(cast("Night", night))
    return night


def test_a_night_without_them_notes_it_and_says_so_where_they_would_stand(tmp_path: Path) -> None:
    folder = validation.docs_folder(Home(tmp_path), AS_OF)
    data_docs.write(folder, {"index.html": b"of another run", "register.bef.html": b"of another run"}, 3)
    night = failed(tmp_path)
    assert night.notes == ["Great Expectations' Data Docs of 2026-06-30 were not made: OSError at pipelines.quality.data_docs:1 (message withheld)"]
    assert night.problems == []
    assert [path.name for path in folder.iterdir()] == ["index.html"]
    assert "Data Docs of 2026-06-30 were not made" in (folder / "index.html").read_text(encoding="utf-8")


def test_a_night_that_can_write_neither_goes_on(tmp_path: Path) -> None:
    (tmp_path / "validation").write_text("in the way")
    assert len(failed(tmp_path).notes) == 1


@pytest.mark.parametrize(("is_what_if", "folder"), [(False, "validation"), (True, "validation/what-if")])
def test_the_checks_in_dagster_lead_to_them_beside_the_report(tmp_path: Path, is_what_if: bool, folder: str) -> None:
    night = SimpleNamespace(home=Home(tmp_path), as_of=AS_OF, is_what_if=is_what_if, tallied={"register:bef": Tally("register:bef", 1, 1)})
    key = dg.AssetKey(["registers", "bef"])
    checked = Check("register:bef", "kom_is_given", "passed", "error", 0, 9, "0 of 9", "0", "", "", "", "completeness", "", "", "", AS_OF)
    metadata = check_result(cast("Night", night), [checked], "register_holds", key).metadata
    assert metadata["report"].value == f"{tmp_path.as_uri()}/{folder}/2026-06-30/index.html#register:bef"
    assert metadata["data_docs"].value == f"{tmp_path.as_uri()}/{folder}/data_docs/2026-06-30/index.html#register:bef"


def test_no_engine_is_started_for_them(tmp_path: Path) -> None:
    idle = Checker()
    assert idle.docs(tmp_path / "2026-06-30", AS_OF, smallest=5, keep=3) == "the engine does not run"
    assert idle.child is None


ENGINES = {
    "ends": ("import sys; sys.stdin.readline()", "the engine ended or hung while it was checking"),
    "hangs": ("import sys; sys.stdin.read(); sys.stdin.read()", "the engine ended or hung while it was checking"),
    "lies": ('import sys; sys.stdin.readline(); print(\'{"pages": "many"}\')', "the engine gave no answer that can be read"),
    "says that it could not": ('import sys; sys.stdin.readline(); print(\'{"error": "it raised an error"}\')', "it raised an error"),
}


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_an_engine_that_ends_hangs_or_lies_is_waited_for_no_longer_than_agreed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: str) -> None:
    monkeypatch.setattr(checker_module, "SECONDS_FOR_DOCS", 0.5)
    script, said = ENGINES[engine]
    made = Checker()
    made.child = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    made.is_ready = True
    assert made.docs(tmp_path / "2026-06-30", AS_OF, smallest=5, keep=3) == said
    assert made.seconds_waiting == 0.0
    made.stop()
