"""Purging: the bytes of a refused delivery are gone for good and it is on record; no kill leaves bytes gone without a record."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from deliveries.handed import KNOWN_FROM, Desk, good, read_here, shipped, text_of
from support import udbytte

from pipelines.deliveries import archive, intake
from pipelines.deliveries import purge as purging
from pipelines.deliveries.purge import Purge, purge, purges
from pipelines.errors import DeliveryRefusedError, HomeError
from pipelines.settings import Home

CPR = "010203-1234"
REFUSED = text_of(f"{CPR};2024-07-01;aid;30", "hush-two;2024-07-14;aid;31").encode()
WHY = "the list had numbers of persons in it"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(intake, "_read_in_worker", read_here)
    return Desk(Home(tmp_path / "home").prepare())


@pytest.fixture
def refused(desk: Desk) -> str:
    """The delivery in quarantine that has a CPR number in it."""
    desk.drop("list.csv", REFUSED)
    assert [item.state for item in desk.take_in()] == ["quarantined"]
    (name,) = desk.quarantined()
    return name


def purged(desk: Desk, delivery: str, because: str = WHY, by: str = "") -> Purge:
    return purge(desk.home, delivery, because=because, by=by, as_of=KNOWN_FROM)


def files_with_it(home: Home, what: bytes = CPR.encode()) -> list[str]:
    return [str(path.relative_to(home.root)) for path in home.root.rglob("*") if path.is_file() and what in path.read_bytes()]


def test_the_bytes_are_gone_and_the_reason_and_the_purge_stay(desk: Desk, refused: str) -> None:
    reason = desk.quarantined()[refused]
    made = purged(desk, refused, by="Ada, DPO")
    assert files_with_it(desk.home) == []
    assert sorted(path.name for path in (desk.home.quarantine / refused).iterdir()) == ["purged.json", "reason.json"]
    assert desk.quarantined()[refused] == reason
    assert made == Purge(refused, "releases", KNOWN_FROM, WHY, "Ada, DPO", reason["sha256"], len(REFUSED))
    assert purges(desk.home) == [made]
    assert (desk.home.quarantine / refused / "purged.json").stat().st_mode & 0o777 == 0o600


def test_the_bytes_are_overwritten_before_they_are_unlinked(desk: Desk, refused: str, tmp_path: Path) -> None:
    original, other = desk.home.quarantine / refused / "original", tmp_path / "another name of the same bytes"
    other.hardlink_to(original)
    purged(desk, refused)
    assert other.read_bytes() == bytes(len(REFUSED))


def test_copies_in_the_inbox_and_halves_go_and_other_files_stay(desk: Desk, refused: str) -> None:
    same = desk.drop("again.csv", REFUSED, manifest={"rows": 2})
    hidden, part, wild = desk.drop(".list.csv.part", REFUSED[:-7]), desk.drop("b.csv.part", REFUSED[:40]), desk.drop("c.csv", REFUSED, folder="anywhere")
    other, half_of_other, empty = desk.drop("good.csv", good()), desk.drop(".d.part", good()[:60]), desk.drop(".e.part", b"")
    left = desk.home.archive / ".incoming" / "file" / "original"
    left.parent.mkdir(parents=True)
    left.write_bytes(REFUSED)
    purged(desk, refused)
    assert [path for path in (same, hidden, part, wild, left, same.with_name("again.csv.manifest.json")) if path.exists()] == []
    assert all(path.exists() for path in (other, half_of_other, empty))
    assert files_with_it(desk.home) == []


def test_a_purged_file_that_comes_again_is_refused_for_the_same_reason_and_none_of_its_bytes_are_kept(desk: Desk, refused: str) -> None:
    purged(desk, refused)
    desk.drop("list.csv", REFUSED)
    (receipt,) = desk.take_in()
    assert (receipt.state, receipt.sentence.split(";")[0]) == ("quarantined", "1 cell of the column 'person_id' looks like a CPR number")
    assert files_with_it(desk.home) == []
    assert purges(desk.home)[0].is_done
    assert [item.reason.split(";")[0] for item in archive.deliveries(desk.home)] == ["1 cell of the column 'person_id' looks like a CPR number"]


def test_bytes_that_are_there_again_show_as_not_done_and_can_be_purged_again(desk: Desk, refused: str) -> None:
    purged(desk, refused)
    (desk.home.quarantine / refused / "original").write_bytes(REFUSED)
    assert not purges(desk.home)[0].is_done
    purged(desk, refused, "they came back from a backup")
    assert [(item.because, item.is_done) for item in purges(desk.home)] == [(WHY, True), ("they came back from a backup", True)]
    assert files_with_it(desk.home) == []


def test_a_copy_in_the_inbox_alone_can_be_purged_after_the_delivery_was(desk: Desk, refused: str) -> None:
    purged(desk, refused)
    desk.drop("list.csv", REFUSED)
    assert purged(desk, refused, "it was sent again").size == 0
    assert files_with_it(desk.home) == []
    with pytest.raises(DeliveryRefusedError, match="was purged already; nothing of it is left to remove"):
        purged(desk, refused)


def test_what_was_accepted_is_not_purged(desk: Desk) -> None:
    desk.drop("good.csv", good())
    desk.take_in()
    (accepted,) = archive.deliveries(desk.home)
    with pytest.raises(DeliveryRefusedError, match=r"was accepted.*retention"):
        purged(desk, accepted.id)
    assert desk.archived() == ["releases/data.parquet", "releases/delivery.json", "releases/original"]


@pytest.mark.parametrize("name", ["releases-000000000000", "", ".", "..", "../archive", "*"])
def test_a_name_that_is_no_delivery_in_quarantine_removes_nothing(desk: Desk, refused: str, name: str) -> None:
    with pytest.raises(HomeError, match="there is no such delivery in quarantine"):
        purged(desk, name)
    assert (desk.home.quarantine / refused / "original").read_bytes() == REFUSED


@pytest.mark.parametrize(("because", "by"), [("", ""), (" \n", ""), (f"about {CPR}", ""), (WHY, f"mor til {CPR}"), ("x" * 501, ""), ("a\x1b[31m", "")])
def test_words_that_may_not_be_kept_remove_nothing(desk: Desk, refused: str, because: str, by: str) -> None:
    with pytest.raises(DeliveryRefusedError, match="nothing was removed") as error:
        purged(desk, refused, because, by)
    assert CPR not in str(error.value)
    assert sorted(path.name for path in (desk.home.quarantine / refused).iterdir()) == ["original", "reason.json"]


def test_the_page_says_at_once_that_the_bytes_are_removed(desk: Desk, refused: str) -> None:
    desk.home.settle_in(pinned_as_of=KNOWN_FROM)
    done = udbytte(desk.home.root, "purge", refused, "--because", WHY)
    assert done.returncode == 0, done.stderr
    page = (desk.home.reports / "quarantine.html").read_text(encoding="utf-8")
    assert WHY in page
    assert CPR not in page


class KilledError(BaseException):
    """The process ends here."""


def kill_at(monkeypatch: pytest.MonkeyPatch, moment: int) -> None:
    """Let the process end before the moment'th of everything that touches the disk."""
    left = [moment]

    def dying(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            left[0] -= 1
            if left[0] < 0:
                raise KilledError
            return real(*arguments, **named)

        return call

    for owner, name in ((os, "replace"), (os, "fsync"), (os, "open"), (Path, "unlink"), (purging, "write_atomically"), (purging, "_overwrite"), (purging.shutil, "rmtree")):
        monkeypatch.setattr(owner, name, dying(getattr(owner, name)))


def test_a_kill_at_any_instant_leaves_it_to_be_purged_again_or_gone_and_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "_read_in_worker", read_here)
    ended, interrupted = False, 0
    for moment in range(60):
        desk = Desk(Home(tmp_path / str(moment)).prepare())
        desk.drop("list.csv", REFUSED)
        desk.take_in()
        desk.drop("copy.csv", REFUSED)
        (name,) = desk.quarantined()
        with monkeypatch.context() as patch:
            kill_at(patch, moment)
            try:
                purged(desk, name)
                ended = True
            except KilledError:
                interrupted += 1
        folder = desk.home.quarantine / name
        recorded = purges(desk.home)
        if not (folder / "original").exists() or (folder / "original").read_bytes() != REFUSED:
            assert recorded, moment
            assert (desk.home.inbox / "releases" / "copy.csv").exists() is False, moment
        if (folder / "original").exists():
            assert not any(item.is_done for item in recorded), moment
            purged(desk, name)
        assert files_with_it(desk.home) == []
        assert [(item.because, item.is_done, item.size) for item in purges(desk.home)] == [(WHY, True, len(REFUSED))], moment
        if ended:
            break
    assert ended
    assert interrupted > 8


def test_purging_by_command_says_what_was_removed_and_ends_with_a_code(tmp_path: Path) -> None:
    desk = Desk(Home(tmp_path / "home").prepare().settle_in())
    desk.drop("list.csv", REFUSED)
    intake_done = intake.take_in(desk.home, shipped(), KNOWN_FROM)
    (name,) = desk.quarantined()
    done = udbytte(desk.home.root, "purge", name, "--because", WHY, "--by", "Ada", "--as-of", "2026-06-30")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"The bytes of {name} ({len(REFUSED)} bytes" in done.stdout
    assert json.loads((desk.home.quarantine / name / "purged.json").read_bytes())["purges"][0]["by"] == "Ada"
    again = udbytte(desk.home.root, "purge", name, "--because", WHY)
    assert (again.returncode, again.stdout) == (7, "")
    assert udbytte(desk.home.root, "purge", "nothing", "--because", WHY).returncode == 6
    assert udbytte(desk.home.root, "purge", name).returncode == 2
    assert CPR not in repr((intake_done, done, again))
