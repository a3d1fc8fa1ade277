"""The facts of a delivery are written under a seal: whoever reads them changed reads nothing."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from pipelines.canonical import canonical
from pipelines.deliveries import archive
from pipelines.deliveries.archive import Delivery
from pipelines.errors import HomeError
from pipelines.settings import Home

DAY = dt.date(2026, 6, 30)
MADE = Delivery("buaf", "a" * 64, DAY, is_accepted=True, file_name="buaf_2026.csv", rows=7, covers_through=DAY, sender="kommune", periods=(("2026", 7),))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home").prepare()
    working = made.archive / ".incoming" / "file"
    working.mkdir(parents=True)
    (working / "original").write_bytes(b"x")
    archive.keep(made, MADE, working)
    return made


@pytest.fixture
def facts(home: Home) -> Path:
    return archive.folder_of(home, MADE) / "delivery.json"


def test_what_was_kept_is_read_again(home: Home) -> None:
    assert archive.deliveries(home) == [MADE]


def test_a_bit_flipped_in_any_byte_of_them_is_refused(home: Home, facts: Path) -> None:
    whole = facts.read_bytes()
    for place in range(len(whole)):
        facts.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << place % 8]) + whole[place + 1 :])
        with pytest.raises(HomeError, match="the facts of a delivery are not what was written"):
            archive.deliveries(home)


def unsealed(facts: Path, **changes: Any) -> None:
    said = {name: value for name, value in json.loads(facts.read_bytes()).items() if name != "seal"}
    facts.write_bytes(canonical({**said, "format_version": "udbytte.delivery/1", **changes}) + b"\n")


def test_facts_from_before_they_were_sealed_are_read_as_they_stand(home: Home, facts: Path) -> None:
    unsealed(facts)
    assert archive.find(home, "buaf", "a" * 64) == MADE


@pytest.mark.parametrize("changes", [{"sealed": "b" * 64}, {"format_version": "udbytte.delivery/3"}, {"known_from": "2026-06-31"}])
def test_facts_of_no_known_form_are_refused(home: Home, facts: Path, changes: dict[str, Any]) -> None:
    unsealed(facts, **changes)
    with pytest.raises(HomeError):
        archive.find(home, "buaf", "a" * 64)
