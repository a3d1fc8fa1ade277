"""What intake makes of mutated files whose manifest says what they should be, and of names that play tricks."""

from __future__ import annotations

import hashlib
import random
from pathlib import Path

import pytest
from deliveries.handed import KNOWN_FROM, Desk, good, read_here, shipped

from pipelines.deliveries import archive, intake
from pipelines.settings import Home

MUTATIONS = 150
TRICKS = (
    "..csv",
    "...",
    "a\nb.csv",
    "a\rb\x1b[31m.csv",
    "-rf",
    "~root.csv",
    "$(touch escaped).csv",
    "`touch escaped`.csv",
    "%2e%2e%2fescaped.csv",
    "..\\..\\escaped.csv",
    "con",
    "nul.csv",
    "{batch}.csv",
    "'; drop table quality.checks; --.csv",
    "releases*.csv",
    "[a-z]?.csv",
    "\u202egnp.vsc",
    "\uff0e\uff0e\uff0fescaped",
    "a" * 255,
    " ",
    "æøå.csv",
    "kopi af 010190-1234.csv",
)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(intake, "_read_in_worker", read_here)
    return Desk(Home(tmp_path / "home").prepare())


def _mutated(number: int) -> bytes:
    draw, data = random.Random(number), bytearray(good())
    for _ in range(draw.choice((1, 2, 8))):
        data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
    return bytes(data[: draw.choice((len(data), len(data), draw.randrange(len(data))))])


def test_where_a_manifest_pins_the_bytes_nothing_that_differs_is_taken(desk: Desk) -> None:
    pinned = {"sha256": hashlib.sha256(good()).hexdigest(), "rows": 4}
    for number in range(MUTATIONS):
        desk.drop(f"{number}.csv", _mutated(number), manifest=pinned)
    desk.drop("whole.csv", good(), manifest=pinned)
    receipts = {item.file_name: item.state for item in desk.take_in()}
    assert len(receipts) == MUTATIONS + 1
    assert [name for name, state in receipts.items() if state == "accepted"] == ["whole.csv"]
    kept = [item for item in archive.deliveries(desk.home) if item.is_accepted]
    assert [(item.sha256, item.rows, item.known_from) for item in kept] == [(pinned["sha256"], 4, KNOWN_FROM)]


def test_a_name_changes_nothing_outside_the_home_and_is_printed_tame(desk: Desk) -> None:
    outside = sorted(path.name for path in desk.home.root.parent.iterdir())
    for number, name in enumerate(TRICKS):
        desk.drop(name, good(number))
    receipts = desk.take_in()
    assert sorted(path.name for path in desk.home.root.parent.iterdir()) == outside
    assert len(receipts) == len([name for name in TRICKS if not name.startswith(".")])
    said = " ".join(item.file_name + item.sentence for item in receipts)
    assert said.isprintable()
    assert "010190" not in said
    assert {item.state for item in receipts if "withheld" in item.file_name} == {"quarantined"}
    assert {path.parent.parent.name for path in desk.home.archive.rglob("original")} == {"releases"}


def test_a_register_whose_folder_plays_tricks_is_kept_apart(desk: Desk) -> None:
    for number, folder in enumerate(("releases ", "Releases", "re\nleases", "010190-1234", "quarantine", "x" * 200)):
        desk.drop("a.csv", good(number), folder=folder)
    assert {item.state for item in desk.take_in()} == {"quarantined"}
    assert not list(desk.home.archive.rglob("original"))
    assert set(shipped().registers) >= {"releases"}
