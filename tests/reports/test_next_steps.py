"""`udbytte` alone: what it says to do next, for each way a home can stand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support import here, only, udbytte

from pipelines.ledger.journal import Journal
from pipelines.reports import kept
from pipelines.reports.next_steps import MANY, NextStep, next_steps
from pipelines.settings import FIRST_AS_OF, Home

BOARD: dict[str, Any] = {"as_of": "2026-06-30", "rows": [], "ledger": {"entries": 1, "head": ""}, "problems": [], "findings": [], "quarantined": []}
HELD = {"contract": "tarp", "trigger": "reduction", "claim_period": "2024-25", "kind": "final", "state": "held", "reason": "arrests: no delivery is known"}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """An empty home, beside the contracts of the experiment."""
    monkeypatch.setenv("UDBYTTE_CONTRACTS", str(only("tarp")))
    return Home(tmp_path / "home").prepare().settle_in()


def executed(home: Home) -> None:
    Journal(home).execute("tarp", 1, "0" * 64, ["state", "aid_programme"], FIRST_AS_OF, {}, {})


def decided(home: Home, **other: Any) -> None:
    executed(home)
    kept.save(home, {**BOARD, **other})


def done(home: Home) -> list[str]:
    return [step.do for step in next_steps(home)]


def test_without_a_home_there_are_two_ways_to_begin(tmp_path: Path) -> None:
    assert done(Home(tmp_path / "none")) == ["udbytte sample", "udbytte run"]


def test_an_empty_home_waits_for_deliveries_and_for_signatures(home: Home) -> None:
    assert done(home) == ["udbytte run", "udbytte execute tarp"]
    assert "the inbox is empty" in next_steps(home)[0].stands


def test_what_lies_in_the_inbox_is_taken_in_or_decided_and_halves_of_files_are_not_counted(home: Home) -> None:
    decided(home)
    (home.inbox / "arrests").mkdir()
    for name in ("a.csv", "a.csv.manifest.json", "b.csv", "c.csv.part", ".d.csv"):
        (home.inbox / "arrests" / name).write_text("x", encoding="utf-8")
    assert done(home) == ["udbytte intake", "udbytte run"]
    assert next_steps(home)[0].stands.startswith("2 files wait in the inbox (arrests).")


def test_what_is_held_is_explained_with_its_reason(home: Home) -> None:
    decided(home, rows=[HELD, {**HELD, "trigger": "intake", "state": "due"}])
    assert next_steps(home) == [NextStep("tarp/reduction 2024-25 is held: arrests: no delivery is known", "udbytte explain tarp reduction")]


def test_of_many_alike_the_first_are_told_and_their_number(home: Home) -> None:
    decided(home, rows=[{**HELD, "claim_period": f"period {n}"} for n in range(MANY + 2)])
    told = next_steps(home)
    assert len(told) == MANY
    assert told[-1] == NextStep("7 claims are held in all.", "udbytte status")


def test_a_night_that_stopped_and_a_file_refused_come_first(home: Home) -> None:
    refused = [{"delivery": "arrests-0123456789ab", "known_from": day, "reason": "the file is empty"} for day in ("2026-06-30", "2026-05-31")]
    decided(home, rows=[HELD], problems=["register arrests: it broke"], findings=["tarp.yaml:1: no"], quarantined=refused)
    assert done(home) == ["udbytte run", "udbytte check", f"open {home.reports / 'quarantine.html'}", "udbytte explain tarp reduction"]


DUE = {**HELD, "state": "due", "currency": "USD", "reason": ""}
PART = {"payer": "state", "state": "decided", "amount": "250000.00", "waits_for": "state", "until": "2026-07-30", "is_overdue": False}


@pytest.mark.parametrize(
    ("part", "stands", "do"),
    [
        pytest.param({}, "is decided and waits for state until 2026-07-30.", "approve", id="to be approved"),
        pytest.param({"state": "approved", "is_overdue": True}, "is approved and waits for state until 2026-07-30, which is past.", "pay", id="to be paid, and late"),
        pytest.param({"state": "disputed", "until": None}, "is disputed and waits for state.", "claim", id="disputed"),
    ],
)
def test_an_amount_that_waits_for_a_party_says_for_whom_until_when_and_what_to_type(home: Home, part: dict[str, Any], stands: str, do: str) -> None:
    decided(home, rows=[{**DUE, "parts": [{**PART, **part}, {**PART, "state": "paid", "waits_for": ""}]}])
    claim = "tarp/reduction/2024-25/all/final"
    assert next_steps(home) == [NextStep(f"250,000.00 USD of {claim} {stands}", f"udbytte {do} {claim}")]


def test_an_amount_that_somebody_acted_on_since_the_night_waits_no_longer(home: Home) -> None:
    decided(home, rows=[{**DUE, "parts": [PART]}])
    acted = b'{"body":{"act":{"act":"approve","claim":"tarp/reduction/2024-25/all/final"}},"kind":"approval"}\n'
    with home.ledger.open("ab") as ledger:
        ledger.write(acted)
    assert done(home) == ["udbytte status"]


def test_where_nothing_waits_it_says_so(home: Home) -> None:
    decided(home)
    assert next_steps(home) == [NextStep("Nothing waits: the night of 2026-06-30 is decided, and the inbox is empty.", "udbytte status")]


def test_the_command_alone_prints_the_steps_and_gives_them_as_data(home: Home) -> None:
    decided(home, rows=[HELD])
    said = here(home.root)
    assert (said.returncode, "udbytte explain tarp reduction" in said.stdout) == (0, True)
    found = json.loads(here(home.root, "--json").stdout)
    assert found == {
        "home": str(home.root),
        "exists": True,
        "steps": [{"stands": "tarp/reduction 2024-25 is held: arrests: no delivery is known", "do": "udbytte explain tarp reduction"}],
    }


def test_a_command_that_does_not_exist_is_still_refused(home: Home) -> None:
    assert udbytte(home.root, "rnu").returncode == 2
