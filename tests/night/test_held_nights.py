"""Nights with something wrong: each defect holds exactly what depends on it, in words, and the rest is decided as usual."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from support import contracts_copy, delivered, here, ledger_lines, night, reason, rewrite, second_contract, states, without_manifest


def sample(folder: Path, *arguments: str, contracts: Path | None = None) -> Path:
    home = folder / "home"
    done = here(home, "sample", *arguments, contracts=contracts)
    assert done.returncode == 0, done.stderr
    return home


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A clean sample after its night, with the board: what tests copy of which the first night is as any other."""
    home = sample(tmp_path_factory.mktemp("decided"))
    return home, night(home)


def copied(decided: tuple[Path, dict[str, Any]], folder: Path) -> Path:
    return Path(shutil.copytree(decided[0], folder / "home", symlinks=True))


def test_a_label_beyond_coverage_holds_what_looks_past_it_and_clears_with_a_whole_delivery(tmp_path: Path) -> None:
    home = sample(tmp_path, "--defect", "label_beyond_coverage")
    board = night(home)
    assert states(board) == {"tarp/intake": "due", "tarp/reduction": "held", "tarp/certain_reduction": "held", "tarp/lasting_reduction": "not_due"}
    words = "arrests covers through 2025-12-31 by its data; the last window with its reporting lag needs 2026-04-28"
    assert reason(board, "tarp/reduction") == words
    said = here(home, "explain", "tarp", "reduction").stdout
    assert "can release it" in said
    assert "through 2026-05-15 by its label" in said
    clean = sample(tmp_path / "clean")
    whole = delivered(clean, "arrests")
    done = here(home, "deliver", str(whole), "--register", "arrests", "--covers-through", "2026-05-15")
    assert done.returncode == 0
    assert states(night(home))["tarp/reduction"] == "held", "what comes after a day was decided belongs to the next one"
    mended = night(home, "--as-of", "2026-07-01")
    assert states(mended) == {"tarp/intake": "due", "tarp/reduction": "due", "tarp/certain_reduction": "not_met", "tarp/lasting_reduction": "not_due"}
    kinds = [json.loads(line)["kind"] for line in ledger_lines(home)]
    assert kinds == ["execution", "referrals", "freeze", "decision", "hold", "hold", "decision", "decision"]


def test_a_cohort_that_nobody_is_in_is_not_frozen_and_holds_in_words(tmp_path: Path) -> None:
    contracts = contracts_copy(tmp_path)
    text = contracts / "outcomes" / "tarp.yaml"
    earlier = {"enrolled: {from: 2024-07-01, to: 2025-04-01}": "enrolled: {from: 2023-07-01, to: 2024-04-01}", "term: {from: 2024-06-01": "term: {from: 2023-06-01"}
    for old, new in earlier.items():
        assert old in text.read_text(encoding="utf-8")
        text.write_text(text.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    home = sample(tmp_path, contracts=contracts)
    board = night(home, contracts=contracts)
    assert (board["exit_code"], board["problems"]) == (0, [])
    assert states(board) == {"tarp/intake": "held", "tarp/reduction": "held", "tarp/certain_reduction": "held", "tarp/lasting_reduction": "not_due"}
    assert reason(board, "tarp/intake") == "nobody is in the cohort released: its list enrols nobody in its period who is eligible"
    assert {json.loads(line)["kind"] for line in ledger_lines(home)} == {"execution", "hold"}
    assert not list((home / "archive" / "cohorts").glob("*"))


def test_a_night_of_bad_files_names_each_and_holds_only_what_needs_them(tmp_path: Path) -> None:
    contracts = contracts_copy(tmp_path)
    second_contract(contracts)
    home = sample(tmp_path, contracts=contracts)
    assert here(home, "execute", "intake_only", contracts=contracts).returncode == 0
    good = delivered(home, "arrests")
    inbox, whole = home / "inbox", good.read_bytes()
    (inbox / "arrests" / "truncated.parquet").write_bytes(whole[: len(whole) // 2])
    (inbox / "arrests" / "no_column.csv").write_text("person_id;searched_on\nA1;2026-05-15\n")
    (inbox / "arrests" / "text_for_date.csv").write_text("person_id;searched_on;followed_from;followed_to;arrested_on\nA1;soon;2025-01-01;2025-12-30;\n")
    (inbox / "arrests" / "empty.csv").write_bytes(b"")
    (inbox / "arrests" / "again.parquet").write_bytes(whole)
    (inbox / "arrests" / "cpr.csv").write_text("person_id;searched_on;followed_from;followed_to;arrested_on\n010190-1234;2026-05-15;2025-01-01;2025-12-30;\n")
    (inbox / "arests").mkdir()
    (inbox / "arests" / "wrong_place.csv").write_text("a;b\n1;2\n")
    board = night(home, contracts=contracts)
    receipts = {item["file_name"]: (item["state"], item["sentence"]) for item in board["receipts"]}
    assert {name: state for name, (state, _) in receipts.items()} == {
        "truncated.parquet": "quarantined",
        "no_column.csv": "quarantined",
        "text_for_date.csv": "quarantined",
        "empty.csv": "quarantined",
        "again.parquet": "accepted",
        good.name: "known_already",
        "cpr.csv": "quarantined",
        "wrong_place.csv": "quarantined",
        "releases_2024_25.csv": "accepted",
    }
    assert "cut short" in receipts["truncated.parquet"][1]
    assert "'followed_from', 'followed_to', 'arrested_on' are missing" in receipts["no_column.csv"][1]
    assert "not a date in the column 'searched_on'" in receipts["text_for_date.csv"][1]
    assert "empty" in receipts["empty.csv"][1]
    assert "1 cell of the column 'person_id' look" in receipts["cpr.csv"][1]
    assert "did you mean 'arrests'?" in receipts["wrong_place.csv"][1]
    assert "010190" not in json.dumps(board)
    assert states(board) == {
        "intake_only/intake": "due",
        "tarp/intake": "due",
        "tarp/reduction": "held",
        "tarp/certain_reduction": "held",
        "tarp/lasting_reduction": "not_due",
    }
    assert "refused since the newest accepted one" in reason(board, "tarp/reduction")
    assert board["problems"] == []


def test_a_missing_register_holds_what_needs_it(tmp_path: Path) -> None:
    home = sample(tmp_path)
    without_manifest(delivered(home, "arrests")).unlink()
    board = night(home)
    assert states(board) == {"tarp/intake": "due", "tarp/reduction": "held", "tarp/certain_reduction": "held", "tarp/lasting_reduction": "not_due"}
    assert reason(board, "tarp/reduction") == "arrests: no delivery is known"


def test_a_contract_that_does_not_load_is_held_and_the_rest_goes_on(tmp_path: Path) -> None:
    contracts = contracts_copy(tmp_path)
    second_contract(contracts)
    home = sample(tmp_path, contracts=contracts)
    here(home, "execute", "intake_only", contracts=contracts)
    path = contracts / "outcomes" / "tarp.yaml"
    path.write_text(path.read_text().replace("at_least: 0.10, amount: {2024-07-01: 250000.00}", "at_leest: 0.10, amount: {2024-07-01: 250000.00}"))
    board = night(home, contracts=contracts)
    assert states(board) == {"tarp/-": "held", "intake_only/intake": "due"}
    assert "unknown key 'at_leest'" in reason(board, "tarp/-")
    assert "did you mean 'at_least'?" in reason(board, "tarp/-")
    assert "tarp.yaml:" in reason(board, "tarp/-")


def test_a_contract_changed_after_its_execution_is_held(tmp_path: Path) -> None:
    contracts = contracts_copy(tmp_path)
    home = sample(tmp_path, contracts=contracts)
    path = contracts / "outcomes" / "tarp.yaml"
    path.write_text(path.read_text().replace("at_least: 0.10", "at_least: 0.05"))
    board = night(home, contracts=contracts)
    assert states(board) == {"tarp/intake": "held", "tarp/reduction": "held", "tarp/certain_reduction": "held", "tarp/lasting_reduction": "not_due"}
    assert "the text of tarp is not the one that was executed as version 1" in reason(board, "tarp/reduction")
    assert len(ledger_lines(home)) == 4, "the execution and three holds"


def test_a_contract_nobody_signed_is_held_until_it_is_executed(tmp_path: Path) -> None:
    contracts = contracts_copy(tmp_path)
    second_contract(contracts)
    home = sample(tmp_path, contracts=contracts)
    board = night(home, contracts=contracts)
    assert states(board)["intake_only/intake"] == "held"
    assert "is not executed" in reason(board, "intake_only/intake")
    assert here(home, "execute", "intake_only", contracts=contracts).returncode == 0
    assert states(night(home, contracts=contracts))["intake_only/intake"] == "due"


def test_a_cohort_that_changes_after_freezing_is_held_and_nobody_is_added(tmp_path: Path) -> None:
    home = sample(tmp_path)
    source = tmp_path / "releases.csv"
    frame = pl.read_csv(delivered(home, "releases"), separator=";", infer_schema=False)
    without_manifest(delivered(home, "arrests")).rename(tmp_path / "arrests.parquet")
    assert states(night(home))["tarp/intake"] == "due"
    newcomer = pl.DataFrame({"person_id": ["tarp-00000000000000aa"], "released_on": ["2024-08-01"], "arm": ["aid"], "age": ["30"]})
    pl.concat([frame, newcomer]).write_csv(source, separator=";")
    here(home, "deliver", str(source), "--register", "releases")
    here(home, "deliver", str(tmp_path / "arrests.parquet"), "--register", "arrests")
    board = night(home, "--as-of", "2026-07-01")
    assert states(board)["tarp/reduction"] == "held"
    assert "tarp/released fails 'frozen cohort unchanged': fewer than 5 of 432" in reason(board, "tarp/reduction")
    assert states(board)["tarp/intake"] == "due", "what was posted stands"
    tonight = next(row["tonight"] for row in board["rows"] if row["trigger"] == "intake")
    assert tonight.startswith("tonight: held")
    page = (home / "reports" / "payments" / "tarp-intake-2024-25.html").read_text(encoding="utf-8")
    assert re.search(r"Entry \d+ stands\. Tonight's data would say: held\.", page)


def test_a_list_that_lost_a_referral_is_held_until_it_is_whole_again_and_each_list_is_logged(tmp_path: Path) -> None:
    home, first = sample(tmp_path), tmp_path / "releases.csv"
    first.write_bytes(delivered(home, "releases").read_bytes())
    without_manifest(delivered(home, "arrests")).rename(tmp_path / "arrests.parquet")
    night(home)
    second = tmp_path / "second.csv"
    pl.read_csv(first, separator=";", infer_schema=False).slice(1).write_csv(second, separator=";")
    here(home, "deliver", str(second), "--register", "releases")
    here(home, "deliver", str(tmp_path / "arrests.parquet"), "--register", "arrests")
    words = "tarp/released fails 'referrals are only added': fewer than 5 gone and none changed since the list logged on 2026-06-30, in what is known from 2026-07-01"
    for day in ("2026-07-01", "2026-07-02"):
        board = night(home, "--as-of", day)
        assert (states(board)["tarp/reduction"], board["problems"]) == ("held", [])
        assert words in reason(board, "tarp/reduction")
    here(home, "deliver", str(first), "--register", "releases")
    assert states(night(home, "--as-of", "2026-07-03"))["tarp/reduction"] == "due"
    entered = [json.loads(line) for line in ledger_lines(home) if json.loads(line)["kind"] == "referrals"]
    assert [(entry["as_of"], entry["body"]["referrals"]) for entry in entered] == [("2026-06-30", 432), ("2026-07-01", 431), ("2026-07-03", 432)]
    assert entered[0]["body"]["sha256"] == entered[2]["body"]["sha256"] != entered[1]["body"]["sha256"]


def test_a_restated_delivery_that_would_pay_otherwise_is_a_question_and_pays_nothing(decided: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    home = copied(decided, tmp_path)
    restated = tmp_path / "restated.parquet"
    restated.write_bytes(next((home / "archive" / "arrests").glob("*/original")).read_bytes())
    aid = pl.read_parquet(delivered_archive(home, "releases")).filter(pl.col("arm") == "aid")["person_id"].implode()
    rewrite(restated, pl.when(pl.col("person_id").is_in(aid)).then(pl.col("followed_from")).otherwise("arrested_on").alias("arrested_on"))
    here(home, "deliver", str(restated), "--register", "arrests", "--covers-through", "2026-05-15")
    before = ledger_lines(home)
    board = night(home, "--as-of", "2026-07-01")
    row = next(row for row in board["rows"] if row["trigger"] == "reduction")
    assert (row["state"], row["amount"]) == ("due", "250000.00")
    assert row["tonight"].startswith("tonight: not met")
    added = [json.loads(line) for line in ledger_lines(home)[len(before) :]]
    assert [(entry["kind"], entry["about"], entry["posting_key"]) for entry in added] == [("question", "tarp/reduction/2024-25/all/final", "")]
    assert ledger_lines(home)[: len(before)] == before
    night(home, "--as-of", "2026-07-02")
    assert len(ledger_lines(home)) == len(before) + 1, "the same question is asked once"


def delivered_archive(home: Path, register: str) -> Path:
    return next((home / "archive" / register).glob("*/data.parquet"))


def test_a_damaged_warehouse_is_put_aside_and_rebuilt(decided: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    home, first = copied(decided, tmp_path), decided[1]
    (home / "warehouse.duckdb").write_bytes(b"not a database at all" * 1000)
    again = night(home)
    assert again["rows"] == first["rows"]
    assert (home / "warehouse.duckdb.damaged").exists()


def test_a_damaged_ledger_posts_nothing_and_says_which_entry(decided: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    home = copied(decided, tmp_path)
    ledger = home / "ledger.jsonl"
    broken = ledger.read_bytes().replace(b'"250000.00"', b'"950000.00"', 1)
    ledger.write_bytes(broken)
    done = here(home, "verify")
    assert done.returncode == 5
    assert "entry 5 (decision, tarp/reduction/2024-25/all/final" in done.stderr
    board = night(home, "--as-of", "2026-07-01")
    assert ledger.read_bytes() == broken
    assert board["exit_code"] == 1
    assert any("entry 5" in problem for problem in board["problems"])


def test_the_window_is_mature_on_the_very_day_its_lag_is_covered(tmp_path: Path) -> None:
    """The last window ends on 2026-03-29 and the lag is 30 days: a search on 2026-04-28 is enough, one on the 27th is not."""
    for folder, day, state in (("enough", dt.date(2026, 4, 28), "due"), ("short", dt.date(2026, 4, 27), "held")):
        home = sample(tmp_path / folder)
        rewrite(delivered(home, "arrests"), pl.lit(day).alias("searched_on"))
        assert states(night(home))["tarp/reduction"] == state


def test_a_damaged_frozen_cohort_holds_its_contract_and_no_other(tmp_path: Path) -> None:
    contracts = contracts_copy(tmp_path)
    second_contract(contracts)
    home = sample(tmp_path, contracts=contracts)
    night(home, contracts=contracts)
    assert here(home, "execute", "intake_only", contracts=contracts).returncode == 0
    frozen = home / "archive" / "cohorts" / "tarp.released.json"
    frozen.write_bytes(frozen.read_bytes().replace(b"treatment", b"comparison", 1))
    board = night(home, "--as-of", "2026-07-01", contracts=contracts)
    assert states(board)["intake_only/intake"] == "due"
    assert states(board)["tarp/reduction"] == "due", "what was posted stands"
    tonight = next(row["tonight"] for row in board["rows"] if (row["contract"], row["trigger"]) == ("tarp", "reduction"))
    assert "the frozen cohort is not what was frozen" in tonight
    assert any("frozen cohort" in problem for problem in board["problems"])
    assert "the frozen cohort is not what was frozen" in here(home, "explain", "tarp", "reduction", contracts=contracts).stdout
