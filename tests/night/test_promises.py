"""What was signed, posted or frozen is kept: each way of slipping something else underneath is held, in words, and pays nothing twice."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest
from support import contracts_copy, delivered, here, ledger_lines, night, reason, second_contract, states, without_manifest

INTAKE = "intake_only/intake"


def signed(folder: Path) -> tuple[Path, Path]:
    """A home and contracts of which only the intake contract is in force and executed: its night needs one register."""
    contracts = contracts_copy(folder)
    second_contract(contracts)
    (contracts / "outcomes" / "tarp.yaml").unlink()
    home = folder / "home"
    assert here(home, "sample", contracts=contracts).returncode == 0
    assert here(home, "execute", "intake_only", contracts=contracts).returncode == 0
    return home, contracts


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Such a home, and its contracts, after a night that pays the intake: what tests copy of which the first night is as any other."""
    home, contracts = signed(tmp_path_factory.mktemp("decided"))
    assert states(night(home, contracts=contracts))[INTAKE] == "due"
    return home, contracts


def copied(decided: tuple[Path, Path], folder: Path) -> tuple[Path, Path]:
    home, contracts = (Path(shutil.copytree(place, folder / place.name, symlinks=True)) for place in decided)
    return home, contracts


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def tonight(board: dict[str, object], trigger: str) -> str:
    rows = board["rows"]
    assert isinstance(rows, list)
    return next(str(row["tonight"]) for row in rows if f"{row['contract']}/{row['trigger']}" == trigger)


def test_a_gate_profile_loosened_after_signing_opens_nothing(tmp_path: Path) -> None:
    home, contracts = signed(tmp_path)
    change(contracts / "profiles" / "standard.yaml", "threshold: 30.0", "threshold: 3.0")
    board = night(home, contracts=contracts)
    assert states(board)[INTAKE] == "held"
    assert "the gate profile standard@1 is not the one the contract was executed with" in reason(board, INTAKE)


AMENDED = "version: 2\namendments: {clause: §9, value_at_signing: 108000.00, made: [{version: 2, agreed_on: 2026-07-01, clause: Amendment 1, because: Another title}]}"


def test_a_renamed_trigger_cannot_be_signed_and_an_older_version_does_not_come_back(decided: tuple[Path, Path], tmp_path: Path) -> None:
    home, contracts = copied(decided, tmp_path)
    text, first = contracts / "outcomes" / "intake_only.yaml", (contracts / "outcomes" / "intake_only.yaml").read_text()
    change(text, "version: 1", AMENDED)
    amended = text.read_text()
    paid = ledger_lines(home)
    for old, new in (("id: intake", "id: intake_fee"), ("500.00", "501.00"), ("clause: Schedule 2 §1", "clause: Schedule 2 §11")):
        change(text, old, new)
        refused = here(home, "execute", "intake_only", "--as-of", "2026-07-01", contracts=contracts)
        assert refused.returncode != 0
        assert "this text rewrites what intake/2024-25 resolves to, and that is over" in refused.stderr
        text.write_text(amended)
    assert ledger_lines(home) == paid
    assert here(home, "execute", "intake_only", "--as-of", "2026-07-01", contracts=contracts).returncode == 0
    paid = ledger_lines(home)
    assert states(night(home, "--as-of", "2026-07-01", contracts=contracts))[INTAKE] == "due"
    text.write_text(first)
    back = night(home, "--as-of", "2026-07-02", contracts=contracts)
    assert "version 2 of intake_only is executed and its file holds version 1" in tonight(back, INTAKE)
    assert ledger_lines(home) == paid
    refused = here(home, "execute", "intake_only", "--as-of", "2026-07-02", contracts=contracts)
    assert "is executed already" in refused.stdout


def test_a_contract_whose_file_is_gone_is_held_and_named(tmp_path: Path) -> None:
    contracts, home = contracts_copy(tmp_path), tmp_path / "home"
    here(home, "sample", contracts=contracts)
    second_contract(contracts)
    here(home, "execute", "intake_only", contracts=contracts)
    (contracts / "outcomes" / "tarp.yaml").unlink()
    board = night(home, contracts=contracts)
    assert states(board) == {"tarp/-": "held", INTAKE: "due"}
    assert "tarp is executed and its file is gone" in reason(board, "tarp/-")


def test_typed_rows_that_are_not_what_was_taken_in_decide_nothing(decided: tuple[Path, Path], tmp_path: Path) -> None:
    home, contracts = copied(decided, tmp_path)
    typed = next((home / "archive" / "releases").glob("*/data.parquet"))
    pl.read_parquet(typed, memory_map=False).with_columns(arm=pl.lit("aid")).write_parquet(typed)
    (home / "warehouse.duckdb").unlink()
    board = night(home, "--as-of", "2026-07-01", contracts=contracts)
    assert tonight(board, INTAKE).startswith("tonight: held")
    assert any("the typed copy of the delivery is not what was taken in" in problem for problem in board["problems"])


def test_a_lost_frozen_list_is_not_made_anew(decided: tuple[Path, Path], tmp_path: Path) -> None:
    home, contracts = copied(decided, tmp_path)
    frozen = home / "archive" / "cohorts" / "intake_only.released.json"
    frozen.unlink()
    board = night(home, "--as-of", "2026-07-01", contracts=contracts)
    assert "the frozen list of released is not the one that entry" in tonight(board, INTAKE)
    assert not frozen.exists()


def test_nobody_is_frozen_for_a_contract_that_is_not_signed(tmp_path: Path) -> None:
    contracts = contracts_copy(tmp_path)
    second_contract(contracts)
    home = tmp_path / "home"
    here(home, "sample", contracts=contracts)
    board = night(home, contracts=contracts)
    assert states(board)[INTAKE] == "held"
    assert {path.name for path in (home / "archive" / "cohorts").iterdir()} == {"tarp.released.json"}


def test_bytes_sent_again_after_others_count_again(decided: tuple[Path, Path], tmp_path: Path) -> None:
    home, contracts = copied(decided, tmp_path)
    first = tmp_path / "first.csv"
    shutil.copyfile(next((home / "archive" / "releases").glob("*/original")), first)
    wrong = tmp_path / "wrong.csv"
    pl.read_csv(first, separator=";", infer_schema=False).head(400).write_csv(wrong, separator=";")
    here(home, "deliver", str(wrong), "--register", "releases", contracts=contracts)
    assert "frozen cohort unchanged" in tonight(night(home, "--as-of", "2026-07-01", contracts=contracts), INTAKE)
    here(home, "deliver", str(first), "--register", "releases", contracts=contracts)
    board = night(home, "--as-of", "2026-07-02", contracts=contracts)
    assert board["receipts"][0]["state"] == "known_already"
    assert "they count again from 2026-07-02" in board["receipts"][0]["sentence"]
    assert tonight(board, INTAKE) == ""


def test_two_accepted_deliveries_of_one_night_hold(tmp_path: Path) -> None:
    home, contracts = signed(tmp_path)
    source = without_manifest(delivered(home, "releases"))
    pl.read_csv(source, separator=";", infer_schema=False).reverse().write_csv(source.with_name("other.csv"), separator=";")
    board = night(home, contracts=contracts)
    assert states(board)[INTAKE] == "held"
    assert "2 deliveries became known on 2026-06-30, and nothing says which is newer" in reason(board, INTAKE)


def test_an_arm_of_a_few_is_never_told_how_few(tmp_path: Path) -> None:
    home, contracts = signed(tmp_path)
    source = without_manifest(delivered(home, "releases"))
    few = pl.read_csv(source, separator=";", infer_schema=False).with_columns(arm=pl.when(pl.int_range(pl.len()) < 3).then(pl.lit("aid")).otherwise(pl.lit("no_aid")))
    few.write_csv(source, separator=";")
    board = night(home, contracts=contracts)
    assert "fewer than 5 of 432" in reason(board, INTAKE)
    shown = [home / "board.json", home / "reports" / "index.html", home / "ledger.jsonl", *(home / "validation").rglob("*.*")]
    assert not any("3 of 432" in path.read_text(encoding="utf-8") for path in shown)
