"""From inbox to archive or quarantine: no file is lost, half loaded or taken twice, and nothing delivered is ever said."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import io
import os
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from deliveries.handed import DYING, HANGING, KNOWN_FROM, RAISING, ROWS, Desk, frame, good, misbehave, refuse_to_start, shipped, text_of

from pipelines.canonical import file_digest
from pipelines.deliveries import archive, intake
from pipelines.deliveries.counting import in_use
from pipelines.deliveries.inbox import deliver, waiting
from pipelines.deliveries.intake import Receipt, take_in
from pipelines.deliveries.manifest import shown_name
from pipelines.errors import DeliveryRefusedError
from pipelines.payments.vocabulary import catalogue
from pipelines.settings import Home

CPR = "010203-1234"
SECRETS = ("hush", CPR, "0102031234", "Eve Mustermann")


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def parquet_bytes() -> bytes:
    made = io.BytesIO()
    frame().write_parquet(made)
    return made.getvalue()


def states(receipts: list[Receipt]) -> dict[str, str]:
    return {receipt.file_name: receipt.state for receipt in receipts}


# One intake of many bad files with a worker process, as a night does it. Each is (folder, name, content, manifest, words of the receipt).
BAD: dict[str, tuple[str, str, bytes, Any, str]] = {
    "empty": ("releases", "empty.csv", b"", None, "the file is empty (0 bytes)"),
    "no column": ("releases", "column.csv", b"person_id;arm\nhush-1;aid\n", None, "the columns 'released_on', 'age' are missing"),
    "no date": ("releases", "date.csv", text_of("hush-1;hush;aid;30").encode(), None, "1 value is not a date in the column 'released_on', first in data row 1"),
    "cut parquet": ("releases", "cut.parquet", parquet_bytes()[:-9], None, "the Parquet file is cut short"),
    "hollow parquet": ("releases", "hollow.parquet", parquet_bytes()[:60] + parquet_bytes()[-8:], None, "the Parquet file is damaged"),
    "garbage": ("releases", "garbage.bin", b"PAR1" + os.urandom(2000) + b"PAR1", None, "the Parquet file is damaged"),
    "person numbers": ("releases", "keys.csv", text_of(f"{CPR};2024-07-01;aid;30").encode(), None, "1 cell of the column 'person_id' looks like a CPR number"),
    "number for a name": ("releases", "0102031234.csv", good(1), None, "the file's name looks like a CPR number"),
    "dashed number for a name": ("releases", f"of {CPR}.csv", good(2), None, "the file's name looks like a CPR number"),
    "another hash": ("releases", "hash.csv", good(3), {"sha256": sha(b"hush")}, "the manifest's sha256 is not that of the file"),
    "fewer rows": ("releases", "rows.csv", good(4), {"rows": 5}, "the manifest says 5 rows and the file has 4"),
    "odd rows": ("releases", "odd.csv", good(5), {"rows": True}, "the manifest's 'rows' is not a whole number"),
    "unknown key": ("releases", "key.csv", good(6), {"hush": 1}, "the manifest has keys that mean nothing here"),
    "broken manifest": ("releases", "broken.csv", good(7), b'{"rows": hush', "the manifest cannot be read"),
    "manifest without keys": ("releases", "list.csv", good(8), ["rows"], "the manifest cannot be read"),
    "endless manifest": ("releases", "deep.csv", good(9), b"[" * 100_000, "the manifest cannot be read"),
    "binary manifest": ("releases", "binary.csv", good(10), b"\xff\xfe\x00", "the manifest cannot be read"),
    "label without a date": ("releases", "label.csv", good(11), {"covers_through": "hush"}, "the manifest cannot be read"),
    "sender with a number": ("releases", "sender.csv", good(12), {"sender": f"Eve Mustermann {CPR}"}, "its sender looks like a CPR number"),
    "sender in parts": ("releases", "parts.csv", good(13), {"sender": {"name": "Eve Mustermann"}}, "'sender' is not a text"),
    "unknown register": ("relases", "typo.csv", good(14), None, "there is no register contract for this folder of the inbox; did you mean 'releases'?"),
    "wild folder": (CPR, "wild.csv", good(15), None, "there is no register contract for this folder of the inbox"),
    "no folder": (".", "lost.csv", good(16), None, "the file lies straight in the inbox; put it into inbox/<register>/"),
    "another register": ("arrests", "wrong.csv", good(17), None, "the columns 'searched_on', 'followed_from', 'followed_to', 'arrested_on' are missing"),
}


@pytest.fixture(scope="module")
def bad_night(tmp_path_factory: pytest.TempPathFactory) -> tuple[Desk, list[Receipt], str]:
    """The desk after one intake of every bad file between two good ones, the receipts, and all that was printed."""
    desk = Desk(Home(tmp_path_factory.mktemp("bad") / "home").prepare())
    desk.drop("aaa.csv", good(100))
    desk.drop("zzz.parquet", parquet_bytes())
    for folder, name, content, manifest, _ in BAD.values():
        desk.drop(name, content, folder=folder, manifest=manifest)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        receipts = desk.take_in()
    return desk, receipts, printed.getvalue()


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_kept_apart_whole_with_its_reason(bad_night: tuple[Desk, list[Receipt], str], case: str) -> None:
    desk, receipts, _ = bad_night
    _, name, content, _, words = BAD[case]
    ((folder, reason),) = [(folder, reason) for folder, reason in desk.quarantined().items() if reason["sha256"] == sha(content)]
    (receipt,) = [item for item in receipts if f"Kept in quarantine/{folder};" in item.sentence]
    assert (receipt.state, receipt.file_name) == ("quarantined", shown_name(name))
    assert (desk.home.quarantine / folder / "original").read_bytes() == content
    assert words in reason["reason"]
    assert reason["is_accepted"] is False
    assert sorted(path.name for path in (desk.home.quarantine / folder).iterdir()) == ["original", "reason.json"]
    assert words in receipt.sentence


def test_bad_files_stop_no_good_one_and_leave_nothing_of_themselves_in_the_archive(bad_night: tuple[Desk, list[Receipt], str]) -> None:
    desk, receipts, _ = bad_night
    assert [item.file_name for item in receipts if item.state == "accepted"] == ["aaa.csv", "zzz.parquet"]
    assert desk.archived() == sorted(f"releases/{name}" for name in ("data.parquet", "delivery.json", "original") for _ in range(2))
    assert {path.parent.name for path in desk.home.archive.rglob("*") if path.is_file()} == {sha(good(100)), sha(parquet_bytes())}
    assert desk.waiting() == []


def test_nothing_delivered_is_ever_said(bad_night: tuple[Desk, list[Receipt], str]) -> None:
    desk, receipts, printed = bad_night
    facts = "".join(path.read_text(encoding="utf-8") for path in desk.home.root.rglob("*.json"))
    said = repr(receipts) + facts + printed + " ".join(str(path) for kept in (desk.home.archive, desk.home.quarantine) for path in kept.rglob("*"))
    assert "quarantined" in said
    assert [secret for secret in SECRETS if secret in said] == []


def test_facts_are_for_the_pipeline_s_own_user_alone(bad_night: tuple[Desk, list[Receipt], str]) -> None:
    desk, _, _ = bad_night
    kept = [*desk.home.archive.rglob("delivery.json"), *desk.home.quarantine.rglob("reason.json")]
    assert len(kept) == len(BAD) + 2
    assert {path.stat().st_mode & 0o777 for path in kept} == {0o600}
    assert {path.stat().st_mode & 0o777 for path in (desk.home.inbox, desk.home.archive, desk.home.quarantine)} == {0o700}


def test_a_reader_that_dies_hangs_or_raises_costs_only_its_own_file(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "read_delivery", misbehave)
    monkeypatch.setattr(intake, "SECONDS_TO_READ", 1)
    for number, content in enumerate([DYING + b" hush", good(1), HANGING + b" hush", RAISING + b" hush", good(2)]):
        desk.drop(f"{number}.csv", content)
    receipts = desk.take_in()
    assert [item.state for item in receipts] == ["quarantined", "accepted", "quarantined", "quarantined", "accepted"]
    assert [item.sentence.split(".")[0] for item in receipts if item.state == "quarantined"] == [
        "the reader died on this file; it is damaged, ask for it to be sent again",
        "the file was not read within 1 seconds; deliver it in parts, or as Parquet",
        "the reader failed on this file (ValueError); ask for it to be sent again, and report it if that fails too",
    ]
    assert "hush" not in repr(receipts)
    assert sorted(desk.home.quarantine.rglob("data.parquet")) == []


def test_when_no_reader_starts_the_inbox_stays_as_it_was(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "limit_worker", refuse_to_start)
    desk.drop("a.csv", good(1))
    with pytest.raises(DeliveryRefusedError, match="no reader could be started"):
        desk.take_in()
    assert (desk.archived(), desk.quarantined(), desk.waiting()) == ([], {}, ["releases/a.csv"])


def test_an_accepted_delivery_lies_under_the_hash_of_its_bytes_with_typed_rows_and_facts(quick: Desk) -> None:
    quick.drop("a.csv", good(1), manifest={"rows": 4, "sha256": sha(good(1)).upper(), "sender": "The prisons", "covers_through": "2024-08-31"})
    (receipt,) = quick.take_in()
    assert receipt == Receipt("releases", "a.csv", "accepted", "4 rows, covers through 2024-09-30, known from 2025-05-01")
    (delivery,) = archive.deliveries(quick.home)
    folder = quick.home.archive / "releases" / sha(good(1))
    assert archive.folder_of(quick.home, delivery) == folder
    assert (folder / "original").read_bytes() == good(1)
    assert pl.read_parquet(archive.data_of(quick.home, delivery)).height == 4
    assert (delivery.sender, delivery.declared_through, delivery.covers_through) == ("The prisons", dt.date(2024, 8, 31), dt.date(2024, 9, 30))
    assert quick.archived() == ["releases/data.parquet", "releases/delivery.json", "releases/original"]
    assert quick.waiting() == []


@pytest.mark.parametrize(("label", "words"), [("2024-09-30", ""), ("2024-10-01", " by its data (its label claims 2024-10-01)"), (None, "")])
def test_a_label_beyond_the_data_is_said_and_never_believed(quick: Desk, label: str | None, words: str) -> None:
    quick.drop("a.csv", good(1), manifest={"covers_through": label})
    (receipt,) = quick.take_in()
    assert receipt.sentence == f"4 rows, covers through 2024-09-30{words}, known from 2025-05-01"
    assert archive.deliveries(quick.home)[0].covers_through == dt.date(2024, 9, 30)


def test_the_same_bytes_are_one_delivery_however_often_and_under_whatever_name_they_come(quick: Desk) -> None:
    quick.drop("a.csv", good(1))
    quick.drop("b.csv", good(1), manifest={"rows": 99})
    assert states(quick.take_in()) == {"a.csv": "accepted", "b.csv": "known_already"}
    first = archive.deliveries(quick.home)
    quick.drop("c.csv", good(1))
    (again,) = quick.take_in(KNOWN_FROM + dt.timedelta(days=30))
    assert (again.state, again.sentence) == ("known_already", "the same bytes were delivered before, known from 2025-05-01; nothing to do")
    assert archive.deliveries(quick.home) == first
    assert quick.waiting() == []


def test_the_same_refused_bytes_lie_in_quarantine_once(quick: Desk) -> None:
    for name in ("a.csv", "b.csv"):
        quick.drop(name, b"hush\n1\n")
    assert states(quick.take_in()) == {"a.csv": "quarantined", "b.csv": "quarantined"}
    assert len(archive.deliveries(quick.home)) == 1
    assert next(iter(quick.quarantined().values()))["file_name"] == "a.csv"
    assert quick.waiting() == []


def test_a_file_refused_for_its_manifest_is_taken_when_it_comes_again_with_a_right_one(quick: Desk) -> None:
    quick.drop("a.csv", good(1), manifest={"rows": 3})
    assert states(quick.take_in()) == {"a.csv": "quarantined"}
    quick.drop("a.csv", good(1), manifest={"rows": 4})
    assert states(quick.take_in()) == {"a.csv": "accepted"}


def test_what_is_still_being_written_is_left_alone(quick: Desk) -> None:
    for name in (".a.csv", "a.csv.part", "later.csv.manifest.json", ".half/a.csv"):
        quick.drop(name, good(1))
    quick.drop("a.csv", good(1), folder=".rsync/releases")
    before = quick.waiting()
    (receipt,) = quick.take_in()
    assert (receipt.file_name, receipt.state) == ("later.csv.manifest.json", "left_waiting")
    assert receipt.sentence.startswith("the file that this manifest is of is not here")
    assert quick.waiting() == before
    assert len(before) == 5


def test_a_file_in_a_folder_of_its_own_below_the_register_is_taken(quick: Desk) -> None:
    quick.drop("a.csv", good(1), folder="releases/2024/october")
    assert states(quick.take_in()) == {"a.csv": "accepted"}


def test_links_are_never_followed_out_of_the_inbox(quick: Desk, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.csv").write_bytes(good(1))
    (quick.home.inbox / "releases").mkdir()
    (quick.home.inbox / "releases" / "link.csv").symlink_to(outside / "a.csv")
    (quick.home.inbox / "releases" / "gone.csv").symlink_to(outside / "none.csv")
    (quick.home.inbox / "releases" / "folder").symlink_to(outside)
    (quick.home.inbox / "arrests").symlink_to(outside)
    assert quick.take_in() == []
    assert (outside / "a.csv").read_bytes() == good(1)
    assert quick.archived() == []


def test_names_that_play_tricks_are_taken_and_shown_tame(quick: Desk) -> None:
    names = ["a\nb.csv", "\u202egpj.csv", "a..%2f..%2fetc.csv", "-rf.csv", "$(x); 'y'.csv", "x" * 200 + ".csv", os.fsdecode(b"f\xf8rtid.csv"), "\x1b[31mred.csv"]
    for number, name in enumerate(names):
        quick.drop(name, good(number))
    receipts = quick.take_in()
    assert [item.state for item in receipts] == ["accepted"] * len(names)
    assert all(item.file_name.isprintable() and len(item.file_name) <= 80 and "/" not in item.file_name for item in receipts)
    assert len(archive.deliveries(quick.home)) == len(names)
    assert quick.waiting() == []


@pytest.mark.parametrize("folder", ["Releases", "releases ", "\u2026", "x" * 100, "0102031234", "rele\nases"])
def test_an_unknown_folder_is_kept_under_a_tame_name_inside_the_quarantine(quick: Desk, folder: str) -> None:
    quick.drop("a.csv", good(1), folder=folder)
    (receipt,) = quick.take_in()
    assert (receipt.register, receipt.state) == ("unnamed", "quarantined")
    assert list(quick.quarantined()) == [f"unnamed-{sha(good(1))[:12]}"]


def test_a_file_that_grows_while_it_is_read_is_left_for_the_next_intake(quick: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    path = quick.drop("a.csv", text_of(*ROWS).encode())
    read = intake._read_in_worker

    def grow(*arguments: Any) -> Any:
        with path.open("ab") as stream:
            stream.write(b"hush-late;2024-10-01;aid;50\n")
        return read(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(intake, "_read_in_worker", grow)
        (receipt,) = quick.take_in()
    assert receipt.state == "left_waiting"
    assert (quick.archived(), quick.quarantined(), quick.waiting()) == ([], {}, ["releases/a.csv"])
    (receipt,) = quick.take_in()
    assert (receipt.state, receipt.sentence) == ("accepted", "4 rows, covers through 2024-10-01, known from 2025-05-01")


def test_a_file_that_goes_away_stops_no_other(quick: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    gone, stays = quick.drop("a.csv", good(1)), quick.drop("b.csv", good(2))
    files = waiting(quick.home)
    monkeypatch.setattr(intake, "waiting", lambda _: files)
    gone.unlink()
    assert states(quick.take_in()) == {"a.csv": "left_waiting", "b.csv": "accepted"}
    assert not stays.exists()


def test_what_is_read_is_what_is_kept_even_when_the_inbox_changes_after_the_copy(quick: Desk) -> None:
    for number in range(3):
        quick.drop(f"{number}.csv", good(number))
    quick.take_in()
    for delivery in archive.deliveries(quick.home):
        folder = archive.folder_of(quick.home, delivery)
        assert file_digest(folder / "original") == folder.name == delivery.sha256


def test_an_interrupted_intake_counts_for_nothing_and_is_cleared_away(quick: Desk) -> None:
    quick.drop("a.csv", good(1))
    quick.take_in()
    half = quick.home.archive / ".incoming" / "file"
    half.mkdir(parents=True)
    (half / "delivery.json").write_bytes(next(quick.home.archive.rglob("delivery.json")).read_bytes())
    assert len(archive.deliveries(quick.home)) == 1
    assert quick.take_in() == []
    assert not half.exists()


def test_a_register_whose_contract_is_broken_says_to_mend_the_contract(quick: Desk) -> None:
    broken = shipped()
    held = type(broken)(broken.folder, contracts=broken.contracts, broken_registers={"releases": []})
    quick.drop("a.csv", good(1))
    (receipt,) = take_in(quick.home, held, KNOWN_FROM)
    assert receipt.state == "quarantined"
    assert receipt.sentence.startswith("the register contract 'releases' does not load; mend it and deliver the file again")
    quick.drop("a.csv", good(1))
    assert states(quick.take_in()) == {"a.csv": "accepted"}


def test_many_files_are_all_taken_in_order(quick: Desk) -> None:
    for number in range(60):
        quick.drop(f"{number:03}.csv", good(number))
    receipts = quick.take_in()
    assert [item.file_name for item in receipts] == [f"{number:03}.csv" for number in range(60)]
    assert {item.state for item in receipts} == {"accepted"}
    assert len(archive.deliveries(quick.home)) == 60


def test_the_newest_accepted_delivery_known_on_the_day_is_in_use(quick: Desk) -> None:
    for number, known_from in enumerate([KNOWN_FROM, KNOWN_FROM + dt.timedelta(days=1), KNOWN_FROM + dt.timedelta(days=2)]):
        quick.drop("a.csv", good(number) if number < 2 else b"hush")
        quick.take_in(known_from)
    assert [item.is_accepted for item in archive.deliveries(quick.home)] == [True, True, False]
    assert archive.known(quick.home, KNOWN_FROM - dt.timedelta(days=1)) == []
    assert in_use(archive.known(quick.home, KNOWN_FROM), catalogue().registers)["releases"].newest.sha256 == sha(good(0))
    assert in_use(archive.known(quick.home, KNOWN_FROM + dt.timedelta(days=2)), catalogue().registers)["releases"].newest.sha256 == sha(good(1))


def test_of_deliveries_known_the_same_day_the_one_that_covers_most_is_in_use_whatever_its_name(quick: Desk) -> None:
    longer = text_of(*ROWS, "hush-4;2025-01-01;aid;30").encode()
    quick.drop("a.csv", longer)
    quick.drop("b.csv", good(1))
    quick.take_in()
    assert in_use(archive.deliveries(quick.home), catalogue().registers)["releases"].newest.sha256 == sha(longer)


def test_a_file_handed_in_by_command_carries_its_hash_and_is_taken(quick: Desk, tmp_path: Path) -> None:
    file = tmp_path / "extract.csv"
    file.write_bytes(good(1))
    placed = deliver(quick.home, file, "releases", covers_through=dt.date(2024, 9, 30), sender="The prisons")
    assert placed == quick.home.inbox / "releases" / "extract.csv"
    assert quick.waiting() == ["releases/extract.csv", "releases/extract.csv.manifest.json"]
    assert states(quick.take_in()) == {"extract.csv": "accepted"}
    assert file.read_bytes() == good(1)


def test_a_file_handed_in_and_then_cut_is_refused(quick: Desk, tmp_path: Path) -> None:
    file = tmp_path / "extract.csv"
    file.write_bytes(good(1))
    deliver(quick.home, file, "releases").write_bytes(good(1)[:-20])
    (receipt,) = quick.take_in()
    assert receipt.sentence.startswith("the manifest's sha256 is not that of the file; it was changed or cut on the way")


@pytest.mark.parametrize("name", [".extract.csv", "extract.csv.part", "extract.manifest.json"])
def test_a_name_that_would_wait_for_ever_cannot_be_handed_in(quick: Desk, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(good(1))
    with pytest.raises(DeliveryRefusedError, match="never taken in"):
        deliver(quick.home, tmp_path / name, "releases")
    assert quick.waiting() == []
