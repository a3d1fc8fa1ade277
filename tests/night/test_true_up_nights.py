"""A whole night after a delivery that restates what was paid: the true-up stands in ledger, board, explanation, tables and evidence."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import polars as pl
from support import contracts_copy, delivered, here, ledger_lines, night, rewrite

from pipelines.reports.evidence.proof import prove

KEY = "tarp/reduction/2024-25/all/final"
TERMS = "gate: {profile: standard@1}\ntrue_up: {clause: Schedule 2 §9, until: P24M, below: 0.00}\n"


def test_a_restated_delivery_claws_back_once_and_everything_says_so(tmp_path: Path) -> None:
    contracts, home = contracts_copy(tmp_path / "contracts"), tmp_path / "home"
    text = contracts / "outcomes" / "tarp.yaml"
    text.write_text(text.read_text(encoding="utf-8").replace("gate: {profile: standard@1}\n", TERMS), encoding="utf-8")
    assert here(home, "sample", contracts=contracts).returncode == 0
    restated = tmp_path / "restated.parquet"
    restated.write_bytes(delivered(home, "arrests").read_bytes())
    night(home, contracts=contracts)
    releases = next((home / "archive" / "releases").rglob("data.parquet"))
    aid = pl.read_parquet(releases).filter(pl.col("arm") == "aid")["person_id"].implode()
    rewrite(restated, pl.when(pl.col("person_id").is_in(aid)).then(pl.col("followed_from")).otherwise("arrested_on").alias("arrested_on"))
    here(home, "deliver", str(restated), "--register", "arrests", "--covers-through", "2026-05-15", contracts=contracts)
    before = ledger_lines(home)
    board = night(home, "--as-of", "2026-07-01", contracts=contracts)
    row = next(row for row in board["rows"] if row["trigger"] == "reduction")
    assert (row["state"], row["amount"], row["tonight"], board["problems"]) == ("not_met", "0.00", "", [])
    added = [json.loads(line) for line in ledger_lines(home)[len(before) :]]
    moved = {entry["posting_key"]: (entry["kind"], entry["body"]["amount"]) for entry in added}
    assert moved["tarp/reduction/2024-25/all/true_up_1"] == ("true_up", "-250000.00")
    entry = next(entry for entry in added if entry["about"] == KEY)
    assert (entry["body"]["cause"], list(entry["body"]["changed"]["deliveries"])) == ("data_error", ["arrests"])
    said = here(home, "explain", "tarp", "reduction", contracts=contracts).stdout
    assert "True-up of -250,000.00 USD: settled again at 0.00, of which 250,000.00 was posted: 250,000.00 to be paid back" in said
    assert "Cause: data error" in said
    assert "-250" in (home / "reports" / "payments" / "tarp-reduction-2024-25.html").read_text(encoding="utf-8")
    proved = prove(home / "evidence" / f"{entry['seq']:06d}")
    assert [item.words for item in proved if item.state == "failed"] == []
    with duckdb.connect(str(home / "published" / "party.duckdb"), read_only=True) as tables:
        assert tables.execute("select kind from ledger where posting_key like '%/true_up_1' and about = ?", [KEY]).fetchall() == [("true_up",)]
    night(home, "--as-of", "2026-07-02", contracts=contracts)
    assert len(ledger_lines(home)) == len(before) + len(added), "the same restatement gives no other entry"
    deep = here(home, "verify", "--deep", contracts=contracts)
    assert (deep.returncode, "the true-up of -250000.00 USD comes out again" in deep.stdout) == (0, True)
