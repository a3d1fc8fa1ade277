"""An outcome that is measured as if everybody had been enrolled a year earlier leaves every other outcome of the night where it was."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from support import contracts_copy, here, night

BEFORE = """  - id: before_release
    clause: Schedule 1 §2a
    kind: outcome
    cohort: released
    indicator: rearrest@1
    with: {weeks: 52}
    months_before: 12
"""
COMPARE = "compare: {method: trial@1, intervals: [agresti_caffo, newcombe], level: 0.95, decimals: 6}"
CHANGED = "compare: {method: difference_in_differences@1, before: before_release, intervals: [robust], level: 0.95, decimals: 6}"


@pytest.mark.parametrize("place", ["first", "last"])
def test_each_outcome_is_measured_over_its_own_time(tmp_path: Path, place: str) -> None:
    contracts = contracts_copy(tmp_path)
    path = contracts / "outcomes" / "tarp.yaml"
    text = path.read_text(encoding="utf-8").replace(COMPARE, CHANGED, 1)
    text = text.replace("measure: relative_reduction, at_least: 0.10, amount: {2024-07-01: 250000.00}", "measure: difference, at_least: 0.10, amount: {2024-07-01: 250000.00}")
    text = text.replace("interval: agresti_caffo", "interval: robust")
    text = text.replace("outcomes:\n", "outcomes:\n" + BEFORE, 1) if place == "first" else text.replace("payments:\n", BEFORE + "payments:\n", 1)
    path.write_text(text, encoding="utf-8")
    home = tmp_path / "home"
    assert here(home, "sample", contracts=contracts).returncode == 0
    board = night(home, contracts=contracts)
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        rows = connection.execute(
            """select subject, max(window_start - enrolled_day), min(window_start - enrolled_day), count(*)
            from outcomes.indicator_values join (select person_id, enrolled_day from outcomes.cohort_members where status = 'eligible') using (person_id)
            group by subject"""
        ).fetchall()
    starts = {subject.removeprefix("outcome:tarp/"): (most, least) for subject, most, least, _ in rows}
    assert set(starts.pop("before_release")) <= {-365, -366}
    assert set(starts.values()) == {(0, 0)}
    assert next(row for row in board["rows"] if row["trigger"] == "intake")["state"] == "due"
