"""Dropping files into the inbox, by copying and by command: halves are left alone, declarations are checked, and nothing is lost or read twice."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from deliveries.handed import KNOWN_FROM, ROWS, Desk, good, shipped, text_of

from pipelines.canonical import file_digest
from pipelines.deliveries import archive, inbox, intake
from pipelines.deliveries.inbox import QUIET_SECONDS, deliver, digest_of_state, has_writer, settled
from pipelines.deliveries.intake import Receipt
from pipelines.deliveries.manifest import is_period
from pipelines.errors import DeliveryRefusedError

NEXT_DAY = KNOWN_FROM + dt.timedelta(days=1)
PERIODS = ["2025", "2025H1", "2025H2", "2025Q4", "2025-06", "2025W01", "2026W53", "2024/2025", "2025-01-01/2025-03-31", "2025-01-01/2025-01-01"]
NO_PERIODS = [
    *("", " 2025", "2025 ", "25", "2025H3", "2025Q0", "2025Q5", "2025-13", "2025-00", "2025W00", "2025W53", "2024/2026", "2025/2024", "2025-1"),
    *("2025-01-01", "20250101", "2025-02-30/2025-03-01", "2025-03-31/2025-01-01", "2025-01-01/", "/2025", "2025-01-01/2025", "٢٠٢٥", "0000", "2025\n"),
]


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def changed_at(path: Path) -> float:
    return path.stat().st_ctime


def at(desk: Desk, now: float, *, is_patient: bool = False) -> list[Receipt]:
    return intake.take_in(desk.home, shipped(), KNOWN_FROM, now=now, is_patient=is_patient)


@pytest.fixture
def silent(quick: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk on a file system that does not tell who writes."""
    monkeypatch.setattr(intake, "has_writer", lambda _: None)
    monkeypatch.setattr(inbox, "has_writer", lambda _: None)
    return quick


def test_a_file_that_somebody_has_open_for_writing_is_left_until_it_is_closed(quick: Desk) -> None:
    path = quick.drop("a.csv", good(1)[:-10])
    with path.open("ab") as stream:
        (receipt,) = quick.take_in()
        assert (receipt.state, receipt.sentence) == ("left_waiting", "somebody is still writing the file; it stays in the inbox until it is whole")
        stream.write(good(1)[-10:])
    assert [item.state for item in quick.take_in()] == ["accepted"]
    assert archive.deliveries(quick.home)[0].sha256 == sha(good(1))


def test_a_file_that_somebody_reads_is_taken(quick: Desk) -> None:
    with quick.drop("a.csv", good(1)).open("rb"):
        assert [item.state for item in quick.take_in()] == ["accepted"]


def test_a_file_waits_for_its_manifest_to_be_written(quick: Desk) -> None:
    path = quick.drop("a.csv", good(1), manifest=b'{"rows"')
    with inbox.with_manifest(path).open("ab") as stream:
        (receipt,) = quick.take_in()
        assert (receipt.state, receipt.sentence) == ("left_waiting", "its manifest is still being written; both stay in the inbox until it is whole")
        stream.write(b": 4}")
    assert [item.state for item in quick.take_in()] == ["accepted"]


@pytest.mark.parametrize(("seconds", "state"), [(0.0, "left_waiting"), (QUIET_SECONDS - 0.1, "left_waiting"), (QUIET_SECONDS + 0.1, "accepted")])
def test_where_nobody_tells_who_writes_a_file_must_have_lain_still(silent: Desk, seconds: float, state: str) -> None:
    path = silent.drop("a.csv", good(1))
    assert [item.state for item in at(silent, changed_at(path) + seconds)] == [state]


def test_what_its_manifest_pins_need_not_lie_still_and_waits_until_it_is_what_is_pinned(silent: Desk) -> None:
    path = silent.drop("a.csv", good(1)[:-10], manifest={"sha256": sha(good(1))})
    (receipt,) = at(silent, changed_at(path))
    assert (receipt.state, silent.quarantined()) == ("left_waiting", {})
    path.write_bytes(good(1))
    assert [item.state for item in at(silent, changed_at(path))] == ["accepted"]
    path = silent.drop("b.csv", good(2)[:-10], manifest={"sha256": sha(good(2))})
    assert [item.state for item in at(silent, changed_at(path) + QUIET_SECONDS + 1)] == ["quarantined"]


@pytest.mark.parametrize("manifest", [b"", b'{"rows": 4', b'{"sha256": '])
def test_a_manifest_that_is_cut_is_waited_for_only_while_it_is_new(silent: Desk, manifest: bytes) -> None:
    path = silent.drop("a.csv", good(1), manifest=manifest)
    last = changed_at(inbox.with_manifest(path))
    assert [item.sentence[:12] for item in at(silent, last)] == ["its manifest"]
    assert [item.state for item in at(silent, last + QUIET_SECONDS + 1)] == ["quarantined"]


def test_an_intake_that_nobody_asked_for_gives_a_manifest_time_to_come(quick: Desk) -> None:
    path, pinned = quick.drop("a.csv", good(1)), quick.drop("b.csv", good(2), manifest={"sha256": sha(good(2))})
    now = max(changed_at(path), changed_at(pinned))
    assert [item.state for item in at(quick, now, is_patient=True)] == ["left_waiting", "accepted"]
    assert [item.state for item in at(quick, now)] == ["accepted"]


def test_a_writer_that_comes_while_the_kernel_is_asked_kills_nobody(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(good())
    script = """
import contextlib, fcntl, os, sys
from pathlib import Path
from pipelines.deliveries import inbox
ask = fcntl.fcntl
def between(handle, command, argument):
    done = ask(handle, command, argument)
    if (command, argument) == (fcntl.F_SETLEASE, fcntl.F_RDLCK):
        if not (child := os.fork()):
            with contextlib.suppress(BlockingIOError):
                os.open(sys.argv[1], os.O_WRONLY | os.O_NONBLOCK)
            os._exit(0)
        os.waitpid(child, 0)
    return done
inbox.fcntl.fcntl = between
print(inbox.has_writer(Path(sys.argv[1])))
"""
    done = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (0, "False\n")


def test_a_manifest_without_its_file_is_named_and_stays(quick: Desk) -> None:
    quick.drop("a.csv", good(1))
    alone = quick.home.inbox / "releases" / "a.manifest.json"
    alone.write_text("{}")
    receipts = {item.file_name: item.state for item in quick.take_in()}
    assert receipts == {"a.csv": "accepted", "a.manifest.json": "left_waiting"}
    assert quick.waiting() == ["releases/a.manifest.json"]


@pytest.mark.parametrize("text", PERIODS)
def test_a_period_in_an_agreed_form_is_recorded_as_it_is_declared(quick: Desk, text: str) -> None:
    assert is_period(text)
    quick.drop("a.csv", good(1), manifest={"reference_period": text})
    assert [item.state for item in quick.take_in()] == ["accepted"]
    assert archive.deliveries(quick.home)[0].reference_period == text


@pytest.mark.parametrize("text", NO_PERIODS)
def test_what_is_in_no_agreed_form_is_no_period(text: str) -> None:
    assert not is_period(text)


@pytest.mark.parametrize("value", ["2025-01-01", "last year", 2025, ["2025"]])
def test_a_file_that_declares_no_agreed_period_is_refused_in_words(quick: Desk, value: Any) -> None:
    quick.drop("a.csv", good(1), manifest={"reference_period": value})
    (receipt,) = quick.take_in()
    assert receipt.sentence.startswith("the manifest's 'reference_period' is not a period; write it as 2025, 2025H1,")


def test_a_period_is_never_read_from_the_name_of_a_file(quick: Desk) -> None:
    quick.drop("udda_2025.csv", b"PNR;HFAUDD;HF_VFRA\nhush-1;5000;2020-06-30\n", folder="udda")
    (receipt,) = quick.take_in()
    assert receipt.sentence.startswith("every delivery of this register is of a period, and the manifest declares none; give it a 'reference_period'")
    assert list(quick.home.quarantine.rglob("data.parquet")) == []
    quick.drop("udda.csv", b"PNR;HFAUDD;HF_VFRA\nhush-1;5000;2020-06-30\n", folder="udda", manifest={"reference_period": "2025"})
    assert [item.state for item in quick.take_in()] == ["accepted"]


def with_two_bad_rows() -> bytes:
    return text_of(*ROWS, *(f"hush-{number};2024-08-0{number};aid;30" for number in range(1, 8)), "hush-8;soon;aid;30", "hush-9;2024-08-09;aid;many").encode()


def test_rejected_rows_are_counted_said_and_kept_under_a_hash(quick: Desk) -> None:
    quick.drop("a.csv", with_two_bad_rows(), manifest={"rows": 12})
    (receipt,) = quick.take_in()
    assert receipt.sentence == "10 rows, 2 rejected, covers through 2024-09-30, known from 2025-05-01"
    (delivery,) = archive.deliveries(quick.home)
    rejects = archive.folder_of(quick.home, delivery) / "rejects.parquet"
    assert (delivery.rows, delivery.rejected, delivery.rejects_sha256) == (10, 2, file_digest(rejects))
    assert set(pl.read_parquet(rejects)["data_row"]) == {11, 12}


def test_the_rows_of_a_manifest_are_those_of_the_file_and_not_those_that_converted(quick: Desk) -> None:
    quick.drop("a.csv", with_two_bad_rows(), manifest={"rows": 10})
    (receipt,) = quick.take_in()
    assert receipt.sentence.startswith("the manifest says 10 rows and the file has 12")
    assert list(quick.home.quarantine.rglob("*.parquet")) == []


def test_the_same_bytes_again_are_neither_copied_nor_read(quick: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    quick.drop("a.csv", good(1))
    quick.take_in()
    monkeypatch.setattr(intake, "copy_with_digest", lambda *_: pytest.fail("copied"))
    monkeypatch.setattr(intake, "_read_in_worker", lambda *_: pytest.fail("read"))
    quick.drop("b.csv", good(1))
    assert [item.state for item in quick.take_in()] == ["known_already"]


def test_many_files_at_once_come_to_the_same_as_one_after_the_other(desk: Desk, quick: Desk, tmp_path: Path) -> None:
    other = Desk(type(desk.home)(tmp_path / "other").prepare())
    days = [[good(1), good(2), good(1), b"hush"], [good(3), good(1), good(4), good(3), b"hush"], [good(2), good(2), good(1)]]
    for place, files in enumerate(days):
        day, together = KNOWN_FROM + dt.timedelta(days=place), []
        for number, content in enumerate(files):
            quick.drop(f"{number}.csv", content)
            other.drop(f"{number}.csv", content)
            together += other.take_in(day)
        assert quick.take_in(day) == together
    assert archive.deliveries(quick.home) == archive.deliveries(other.home)


def test_an_intake_that_stops_before_a_file_leaves_the_inbox_takes_it_once(quick: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    for step in ("copy_with_digest", "remove"):
        quick.drop("a.csv", good(1))
        with monkeypatch.context() as patched:
            patched.setattr(intake, step, stop)
            with pytest.raises(KeyboardInterrupt):
                quick.take_in()
        assert quick.waiting() == ["releases/a.csv"]
    assert [item.state for item in quick.take_in()] == ["known_already"]
    assert (len(archive.deliveries(quick.home)), quick.waiting()) == (1, [])


def test_a_file_is_whole_for_the_sensor_when_nobody_writes_it_and_it_and_its_manifest_lie_still(quick: Desk) -> None:
    path = quick.drop("a.csv", good(1), manifest={"rows": 4})
    quick.drop("b.csv.part", good(2))
    later = changed_at(inbox.with_manifest(path)) + QUIET_SECONDS + 0.1
    assert settled(quick.home, later - QUIET_SECONDS) == []
    assert settled(quick.home, later) == [path]
    with path.open("ab"):
        assert has_writer(path)
        assert settled(quick.home, later) == []


def test_the_state_of_the_inbox_is_told_apart_by_what_its_files_are_and_by_nothing_else(quick: Desk) -> None:
    path = quick.drop("a.csv", good(1))
    seen = [digest_of_state(quick.home, [path])]
    path.read_bytes()
    assert digest_of_state(quick.home, [path]) == seen[0]
    quick.drop("a.csv", good(1), manifest={"rows": 4})
    seen.append(digest_of_state(quick.home, [path]))
    path.write_bytes(good(2))
    seen.append(digest_of_state(quick.home, [path]))
    other = quick.drop("b.csv", good(3))
    seen.append(digest_of_state(quick.home, [path, other]))
    assert len(set(seen)) == len(seen)


def test_what_is_handed_in_by_command_says_all_that_was_declared(quick: Desk, tmp_path: Path) -> None:
    file = tmp_path / "extract.csv"
    file.write_bytes(good(1))
    place = deliver(quick.home, file, "releases", covers_through=dt.date(2024, 9, 30), sender="The prisons", reference_period="2024H2", rows=4)
    said = {"covers_through": "2024-09-30", "rows": 4, "sha256": sha(good(1)), "sender": "The prisons", "reference_period": "2024H2"}
    assert json.loads(inbox.with_manifest(place).read_bytes()) == said
    assert [item.state for item in at(quick, changed_at(place), is_patient=True)] == ["accepted"]
    (delivery,) = archive.deliveries(quick.home)
    assert (delivery.reference_period, delivery.sender, delivery.declared_through) == ("2024H2", "The prisons", dt.date(2024, 9, 30))


def test_a_file_handed_in_beside_one_of_its_name_is_put_beside_it(quick: Desk, tmp_path: Path) -> None:
    file = tmp_path / "extract.csv"
    for number in range(3):
        file.write_bytes(good(number))
        deliver(quick.home, file, "releases")
    assert [item.file_name for item in quick.take_in() if item.state == "accepted"] == ["2-extract.csv", "3-extract.csv", "extract.csv"]
    assert len(archive.deliveries(quick.home)) == 3


def test_what_cannot_be_handed_in_leaves_nothing_behind(quick: Desk, tmp_path: Path) -> None:
    file, long = tmp_path / "extract.csv", tmp_path / f"{'x' * 240}.csv"
    for path in (file, long):
        path.write_bytes(good(1))
    with file.open("ab"), pytest.raises(DeliveryRefusedError, match="the file changed while it was copied; deliver it again when it is whole"):
        deliver(quick.home, file, "releases")
    with pytest.raises(DeliveryRefusedError, match="the reference period is not of a known form; write it as 2025, 2025H1"):
        deliver(quick.home, file, "releases", reference_period="summer")
    with pytest.raises(DeliveryRefusedError, match="the file's name leaves no room for that of its manifest; give it a shorter one"):
        deliver(quick.home, long, "releases")
    assert quick.waiting() == []
