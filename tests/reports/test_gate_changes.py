"""What contracts changed in their gates, listed apart: loosened ones first."""

from __future__ import annotations

from pathlib import Path

from contract_files.planted import TRYGT_HJEM, UNGEBRO, copied

from pipelines.reports.gate_changes import gate_changes

GATE = "gate: {profile: standard@1}"


def change(rule: str, threshold: str) -> str:
    return f"{{rule: {rule}, threshold: {threshold}, clause: Bilag 5 §2, because: Aftalt}}"


def changed(*changes: str) -> str:
    return f"gate: {{profile: standard@1, thresholds: [{', '.join(changes)}]}}"


def test_shipped_contracts_change_nothing(tmp_path: Path) -> None:
    assert gate_changes(copied(tmp_path, "ungebro", "trygt_hjem").load()) == []


def test_what_lets_more_through_is_loosened_whichever_way_its_number_moves(tmp_path: Path) -> None:
    contracts = copied(tmp_path, "ungebro", "trygt_hjem")
    contracts.replace(UNGEBRO, GATE, changed(change("follow_up_is_complete", "0.99"), change("few_are_excluded", "0.20")))
    contracts.replace(TRYGT_HJEM, GATE, changed(change("sources_agree", "0.10"), change("cohort_is_linked", "0.90")))
    rows = [(row["contract"], row["rule"], row["change"], row["was"], row["now"]) for row in gate_changes(contracts.load())]
    assert rows == [
        ("trygt_hjem", "cohort_is_linked", "loosened", "0.98", "0.9"),
        ("ungebro", "few_are_excluded", "loosened", "0.1", "0.2"),
        ("trygt_hjem", "sources_agree", "tightened", "0.15", "0.1"),
        ("ungebro", "follow_up_is_complete", "tightened", "0.95", "0.99"),
    ]
