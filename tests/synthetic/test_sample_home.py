"""The sample home: what lies in its inbox, which contracts are executed in which order, and the truth that only its owner reads."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from support import SHIPPED, udbytte

from pipelines.errors import HomeError
from pipelines.ledger.journal import read
from pipelines.settings import Home
from pipelines.synthetic.danish import draw
from pipelines.synthetic.defects import DEFECTS
from pipelines.synthetic.home import CONTRACTS, make

REGISTERS = ["releases", "arrests", "bef", "dod", "dream", "buaf", "case_placements", "who5", "referrals"]
BESIDE = ["vnds"] * 3 + ["udda"] * 2 + ["kotre"] + ["bfl"] * 2 + ["kraf"] * 3 + ["krsi"] * 3 + ["skolefravaer"] * 2 + ["forsorg"] * 3 + ["claims", "claim_checks"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    made = Home(tmp_path_factory.mktemp("sample") / "home")
    assert [Path(name).parts[:2] for name in make(made)] == [("inbox", register) for register in [*REGISTERS, *BESIDE]]
    return made


def truth(home: Home) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((home.root / "truth.json").read_bytes())
    return found


def test_every_delivery_waits_with_the_label_its_sender_wrote(home: Home) -> None:
    labels = {path.parent.name: json.loads(path.read_bytes())["covers_through"] for path in home.inbox.glob("*/*.manifest.json")}
    assert labels["buaf"] == labels["dod"] == "2025-12-31"
    assert (labels["bef"], labels["dream"], labels["who5"]) == ("2026-03-31", "2026-05-17", "2026-06-15")
    assert sorted(labels) == sorted({*REGISTERS, *BESIDE})


def test_the_truth_is_for_its_owner_alone_and_says_what_was_planted(home: Home) -> None:
    assert stat.S_IMODE((home.root / "truth.json").stat().st_mode) == 0o600
    found = truth(home)
    assert (found["seed"], found["people"], found["defect"]) == (1, 10_000, None)
    assert found["tarp"]["treatment"] == [48, 216]
    expected = draw().truth()
    assert found["ungebro"]["overall"]["effect_weeks"] == str(expected["ungebro"]["overall"]["effect_weeks"])
    assert found["trygt_hjem"]["days_out_of_care"] == expected["trygt_hjem"]["days_out_of_care"]


def test_contracts_are_executed_in_the_order_of_their_days(home: Home) -> None:
    executed = [(entry.contract, entry.as_of) for entry in read(home).entries if entry.kind == "execution"]
    assert executed == [(name, day) for name, day in CONTRACTS if name in dict(executed)]
    assert [day for _, day in executed] == sorted(day for _, day in executed)
    assert "tarp" in dict(executed)


def test_a_defect_stands_in_the_truth_with_whom_and_what_must_happen(tmp_path: Path) -> None:
    done = udbytte(tmp_path / "home", "sample", "--defect", "person_moves", "--seed", "3", "--no-effect", "--people", "10001", contracts=SHIPPED)
    assert done.returncode == 0, done.stderr
    assert [line.split("/")[1] for line in done.stdout.splitlines() if line.startswith("  inbox/")] == [*REGISTERS, *BESIDE]
    found = truth(Home(tmp_path / "home"))
    assert (found["seed"], found["people"], found["ungebro"]["has_effect"]) == (3, 10_001, False)
    assert (found["defect"]["name"], found["defect"]["register"]) == ("person_moves", "bef")
    assert found["defect"]["whom"].startswith("dk-")
    assert found["defect"]["must_happen"]


def test_nothing_is_made_for_a_defect_or_a_size_that_cannot_be(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    with pytest.raises(HomeError, match="no defect called"):
        make(home, "person_dy")
    with pytest.raises(HomeError, match="too small"):
        make(home, people=100)
    assert not home.root.exists()


def test_what_appends_says_its_period_and_the_claims_came_before_their_corrections(home: Home) -> None:
    periods = {path.name.removesuffix(".manifest.json"): json.loads(path.read_bytes()).get("reference_period") for path in home.inbox.glob("*/*.manifest.json")}
    assert (periods["udda_2025.parquet"], periods["bfl_2025q3.parquet"], periods["skolefravaer_2024_2025.csv.gz"]) == ("2025", "2025Q3", "2024/2025")
    [known] = [json.loads(path.read_bytes()) for path in home.archive.glob("claims/*/delivery.json")]
    assert (known["known_from"], known["is_accepted"]) == ("2026-06-15", True)


def test_the_defects_are_listed_with_what_finds_them(tmp_path: Path) -> None:
    done = udbytte(tmp_path / "home", "sample", "--list-defects")
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "home").exists()
    for item in DEFECTS.values():
        assert f"{item.name}\n  {item.register}: {item.what}\n  found by: {item.found_by}" in done.stdout
