"""Pseudonyms and CPR numbers are planted wherever a reader, an expectation or SQL can stumble over them, and then looked for everywhere."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import duckdb
import polars as pl
import pytest
from forking import forge
from support import contracts_copy, delivered, environment, here, night, states, without_manifest

MARK = "LEAK7Q"
CPR = "0101901234"
MAY_HOLD_PEOPLE = ("archive", "quarantine", "inbox", "warehouse.duckdb", "published/evaluation")
CASTING_RULE = """
          - name: rule_that_casts
            type: sql
            description: A rule whose SQL fails on the cells it reads.
            dimension: conformity
            severity: error
            query: select count(*) from ${table} where cast(person_id as integer) > 1
            mustBe: 0
            customProperties:
              - {property: remedy, value: Mend the rule.}
"""


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A home after a night of stumbling, and everything the commands printed."""
    folder = tmp_path_factory.mktemp("leaks")
    contracts, home = contracts_copy(folder), folder / "home"
    register = contracts / "registers" / "releases.odcs.yaml"
    register.write_text(register.read_text().replace("          - name: age_is_plausible\n", CASTING_RULE.lstrip("\n") + "          - name: age_is_plausible\n"))
    here(home, "sample", contracts=contracts)
    plant(home)
    typed = [["run"], ["run"], ["run", "--json", "--as-of", "2026-07-01"], ["status"], ["verify"]]
    typed += [["explain", "tarp", trigger] for trigger in ("intake", "reduction", "lasting_reduction")]
    with forge() as made:
        printed = [made.run(environment(home, contracts), *arguments) for arguments in typed]
    assert not any("the engine does not run" in done.stdout for done in printed[:3]), "what stumbled must have been asked"
    assert [done.returncode for done in printed[3:]] == [0] * 5
    board = night(home, "--as-of", "2026-07-02", contracts=contracts)
    assert states(board)["tarp/reduction"] == "held", "the planted rule must have failed"
    report = json.loads((home / "validation" / board["validation"] / "report.json").read_bytes())
    assert {check["verdict"] for check in report["checks"] if check["rule"] == "rule_that_casts"} == {"errored"}
    return home, "".join(done.stdout + done.stderr for done in printed) + str(board)


def plant(home: Path) -> None:
    """Marked keys in both registers, a key that stands twice, codes nobody knows, and files that cannot be read."""
    releases = without_manifest(delivered(home, "releases"))
    mark = pl.concat_str(pl.lit(f"{MARK}-"), "person_id").alias("person_id")
    text = pl.read_csv(releases, separator=";", infer_schema=False).with_columns(mark)
    unknown = pl.when(pl.int_range(pl.len()) == 3).then(pl.lit(f"{MARK}arm")).otherwise("arm").alias("arm")
    pl.concat([text.with_columns(unknown), text.head(1)]).write_csv(releases, separator=";")
    arrests = without_manifest(delivered(home, "arrests"))
    pl.read_parquet(arrests, memory_map=False).with_columns(mark).write_parquet(arrests)
    whole = arrests.read_bytes()
    (arrests.parent / "cut.parquet").write_bytes(whole[:-700])
    (arrests.parent / "flipped.parquet").write_bytes(whole[:300] + bytes(255 - byte for byte in whole[300:2000]) + whole[2000:])
    header = "person_id;searched_on;followed_from;followed_to;arrested_on\n"
    (arrests.parent / "dates.csv").write_text(f"{header}{MARK}-1;{MARK}day;2025-01-01;2025-12-30;\n")
    (arrests.parent / "ragged.csv").write_text(f"{header}{MARK}-1;2025-01-01;2025-01-01;2025-12-30;;;;{MARK}\n")
    (arrests.parent / "cpr.csv").write_text(f"{header}{CPR};2025-01-01;2025-01-01;2025-12-30;\n")
    (arrests.parent / f"{CPR}.csv").write_text(f"{header}{MARK}-1;2025-01-01;2025-01-01;2025-12-30;\n")
    (home / "inbox" / "unknown_place").mkdir()
    (home / "inbox" / "unknown_place" / "some.csv").write_text(f"a;b\n{MARK};{CPR}\n")


def as_text(path: Path) -> str:
    """The bytes of a file and, for stores that pack their values, the values too."""
    text = path.read_bytes().decode("latin-1")
    if path.suffix == ".parquet":
        text += pl.read_parquet(path, memory_map=False).write_ndjson()
    if path.suffix == ".duckdb":
        with duckdb.connect(str(path), read_only=True) as connection:
            for (table,) in connection.execute("select table_name from duckdb_tables()").fetchall():
                text += str(connection.table(table).fetchall())
    if path.suffix == ".db":
        with sqlite3.connect(path) as connection:
            text += "\n".join(connection.iterdump())
        connection.close()
    return text


def test_nothing_a_command_prints_holds_a_person(outputs: tuple[Path, str]) -> None:
    _, printed = outputs
    assert "quarantin" in printed
    assert MARK not in printed
    assert CPR not in printed


def test_no_log_database_report_hand_over_or_published_table_holds_a_person(outputs: tuple[Path, str]) -> None:
    home, _ = outputs
    searched = [path for path in home.rglob("*") if path.is_file() and not path.relative_to(home).as_posix().startswith(MAY_HOLD_PEOPLE)]
    kinds = {path.relative_to(home).parts[0] for path in searched}
    assert kinds >= {"board.json", "dagster", "handover", "ledger.jsonl", "published", "reports", "validation"}
    assert any(path.suffix == ".db" for path in searched)
    docs = [path.read_text(encoding="utf-8") for path in searched if "data_docs" in path.parts]
    assert any("rule_that_casts" in page and "raised an exception" in page for page in docs)
    leaks = [str(path.relative_to(home)) for path in searched if MARK in as_text(path) or CPR in as_text(path)]
    assert leaks == []


def test_the_evaluation_tier_holds_no_delivered_pseudonym(outputs: tuple[Path, str]) -> None:
    home, _ = outputs
    assert MARK not in as_text(home / "published" / "evaluation.duckdb")


def test_the_reasons_kept_in_quarantine_hold_no_person(outputs: tuple[Path, str]) -> None:
    home, _ = outputs
    reasons = list((home / "quarantine").glob("*/reason.json"))
    assert len(reasons) >= 7
    assert all(MARK not in path.read_text() and CPR not in path.read_text() and CPR not in path.parent.name for path in reasons)


def test_the_planted_marks_were_really_there(outputs: tuple[Path, str]) -> None:
    home, _ = outputs
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        marked = connection.execute("select count(*) from identity.persons where person_key like ?", [f"{MARK}%"]).fetchone()
    assert marked is not None
    assert marked[0] > 400
