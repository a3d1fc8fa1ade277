"""What arrives during the day: taken in and checked at once, decided by nobody before the night, and then used by the next one."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from support import AS_OF, delivered, environment, here, ledger_lines, night, states

from pipelines.ledger.handover import first_undecided
from pipelines.settings import Home

RUN_THE_JOB = """
from pipelines.definitions import build
from pipelines.run import instance
from pipelines.settings import Home
home = Home.here()
with instance(home) as store:
    done = build(home).resolve_job_def("intake").execute_in_process(instance=store, raise_on_error=False)
    seen = done.get_asset_observation_events()
print(done.success, [(event.asset_key.path[-1], event.event_specific_data.asset_observation.metadata["not_passed"].value) for event in seen])
"""


def decisions_of(home: Path) -> tuple[list[str], list[str], bool, bool]:
    """All that a night leaves of what it decided: hand-overs, entries, board and page."""
    return [path.name for path in (home / "handover").iterdir()], ledger_lines(home), (home / "board.json").exists(), (home / "reports" / "index.html").exists()


@pytest.mark.parametrize(
    ("decided", "first"),
    [([], "2026-06-30"), (["2026-06-29"], "2026-06-30"), (["2026-06-29", "2026-06-30"], "2026-07-01"), (["2026-07-09"], "2026-07-10")],
)
def test_what_comes_is_known_from_the_first_day_that_is_not_yet_decided(tmp_path: Path, decided: list[str], first: str) -> None:
    home = Home(tmp_path)
    for day in decided:
        (home.handover / day).mkdir(parents=True)
    assert first_undecided(home, dt.date.fromisoformat(AS_OF)) == dt.date.fromisoformat(first)


def test_intakes_by_day_decide_nothing_and_the_next_night_uses_what_came(tmp_path: Path) -> None:
    home = tmp_path / "home"
    here(home, "sample")
    held_back = delivered(home, "releases").rename(tmp_path / "releases.csv")
    for manifest in (home / "inbox" / "releases").iterdir():
        manifest.unlink()
    (home / "inbox" / "releases" / "bad.csv").write_bytes(b"hush;x\n1;2\n")
    before = decisions_of(home)

    done = here(home, "intake", "--json")
    said = json.loads(done.stdout)
    assert (done.returncode, done.stderr[:35]) == (9, "udbytte: 1 of 2 files in quarantine")
    assert [(item["register"], item["state"]) for item in said["receipts"]] == [("arrests", "accepted"), ("releases", "quarantined")]
    assert (said["as_of"], said["problems"], said["failing"]) == (AS_OF, [], [])
    assert said["checked"] > 5
    assert "hush" not in done.stdout + done.stderr
    assert "bad.csv" in (home / "reports" / "quarantine.html").read_text(encoding="utf-8")
    assert decisions_of(home) == before == ([], before[1], False, False)

    rows = pl.read_csv(held_back, separator=";").height
    handed = here(home, "deliver", str(held_back), "--register", "releases", "--rows", str(rows), "--reference-period", "2024/2025", "--sender", "The prisons")
    assert handed.stdout == "Waiting in inbox/releases. Next: udbytte intake, or udbytte run\n", handed.stderr
    ran = subprocess.run([sys.executable, "-c", RUN_THE_JOB], env=environment(home), capture_output=True, text=True, timeout=300, check=False)
    assert ran.stdout.startswith("True [('arrests', '"), ran.stderr[-2000:]
    assert "('releases', '" in ran.stdout, "arrests refers to releases, so it is checked again"
    assert decisions_of(home) == before

    board = night(home)
    assert (board["receipts"], len(board["quarantined"]), board["problems"]) == ([], 1, [])
    assert set(states(board)) == {f"tarp/{name}" for name in ("intake", "reduction", "certain_reduction", "lasting_reduction")}
    known = pl.read_parquet(home / "published" / "party" / "deliveries.parquet").filter("is_accepted").sort("register")
    assert known.select("register", "is_in_use", "reference_period").rows() == [("arrests", True, ""), ("releases", True, "2024/2025")]
