"""Plans over the Danish sample: another price, and a code that is counted otherwise, held against nights by those terms in a home of their own."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from planning.plans_made import beside, changed, decided, everything, plan, side
from support import here, night, only

PRICE = ("outcomes/trygt_hjem.yaml", "2025-01-01: 1226.53", "2025-01-01: 1300.00")
MOVED = ("codelists/dream.csv", "651,SU med ydelse,su,", "651,SU med ydelse,su_med_ydelse,")
PLACED = ("outcomes/ungebro.yaml", "success: [selvforsoergelse, ", "success: [selvforsoergelse, su_med_ydelse, ")
AGREE = (
    "outcomes/trygt_hjem.yaml",
    "gate: {profile: standard@1}",
    "gate: {profile: standard@1, thresholds: [{rule: sources_agree, threshold: 0.0001, clause: Bilag 4 §3, because: Every day is paid}]}",
)
DAYS, REACHED, EFFECT = "trygt_hjem/hjemmedage", "ungebro/selvforsoergelse", "ungebro/effekt"


@pytest.fixture(scope="module")
def agreed() -> Path:
    return only("trygt_hjem", "ungebro")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, agreed: Path) -> Path:
    folder = tmp_path_factory.mktemp("danish") / "home"
    assert here(folder, "sample", contracts=agreed).returncode == 0
    return folder


@pytest.fixture(scope="module")
def board(home: Path, agreed: Path) -> dict[str, Any]:
    return night(home, contracts=agreed)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory, agreed: Path) -> dict[str, Any]:
    """The night of a home whose parties signed both changes; the two contracts count different people."""
    proposed, folder = changed(tmp_path_factory.mktemp("both"), agreed, PRICE, MOVED, PLACED), tmp_path_factory.mktemp("fresh") / "home"
    assert here(folder, "sample", contracts=proposed).returncode == 0
    return night(folder, contracts=proposed)


def test_another_price_moves_what_is_priced_by_it(home: Path, board: dict[str, Any], fresh: dict[str, Any], agreed: Path, tmp_path: Path) -> None:
    before = everything(home)
    made = plan(home, changed(tmp_path, agreed, PRICE), contracts=agreed)
    assert (everything(home), beside(home)) == (before, set())
    assert made["measured"] == [], "a price moves nothing that is measured"
    (first, second), was, now = made["rows"], decided(board), decided(fresh)
    assert [(row["claim_period"], row["kind"]) for row in made["rows"]] == [("2025H1", "on_account"), ("2025H2", "on_account")]
    assert side(made, "before") == {name: was[name] for name in side(made, "before")}
    assert (first["after"]["state"], first["after"]["amount"]) == now[f"{DAYS}/2025H1/on_account"]
    ledger = Decimal(now[f"{DAYS}/2025H2/on_account"][1])
    assert Decimal(was[f"{DAYS}/2025H2/on_account"][1]) < ledger <= Decimal(second["after"]["amount"]), "what was posted at the lower price leaves more below the cap"
    assert all(row["before"]["people"] == row["after"]["people"] for row in made["rows"])
    assert {row["then"] for row in made["rows"]} == {"question"}
    assert Decimal(made["totals"][0]["difference"]) == sum(Decimal(row["difference"]) for row in made["rows"])


def test_a_moved_code_is_measured_anew_and_comes_out_as_its_night(home: Path, board: dict[str, Any], fresh: dict[str, Any], agreed: Path, tmp_path: Path) -> None:
    before = everything(home)
    made = plan(home, changed(tmp_path, agreed, MOVED, PLACED), contracts=agreed)
    assert (everything(home), beside(home)) == (before, set())
    assert [(item["file"], item["what"], item["before"], item["after"], item["clause"]) for item in made["differences"]] == [
        ("codelists/dream.csv", "code 651, group", "su", "su_med_ydelse", ""),
        ("outcomes/ungebro.yaml", "outcomes[uger].with.states.success (added)", "-", "[su_med_ydelse]", "Bilag 2 §1"),
    ]
    assert made["measured"] == ["register:dream", "outcome:ungebro/uger"] or made["measured"] == ["register:dream", "cohort:ungebro/unge", "outcome:ungebro/uger"]
    was, now = decided(board), decided(fresh)
    ours = {name for name in was if name.startswith("ungebro/")}
    told = side(made, "after")
    assert told == {name: now[name] for name in told}
    assert {name for name in ours if was[name] != now[name]} <= set(told) <= ours
    reached = {row["claim_period"]: row for row in made["rows"] if row["trigger"] == "selvforsoergelse"}
    first = reached["2025Q1"]
    assert (first["before"]["people"]["paid"], first["after"]["people"]["paid"]) == (25, 32)
    assert Decimal(first["difference"]) == 7 * Decimal("24000.00"), "seven more reach 26 weeks, at 24,000 each"
    assert all(Decimal(row["difference"]) > 0 for row in reached.values())
    assert len(reached) == 4


def test_a_tighter_expectation_of_a_claim_holds_it_and_what_is_posted_stands(home: Path, board: dict[str, Any], agreed: Path, tmp_path: Path) -> None:
    made = plan(home, changed(tmp_path, agreed, AGREE), contracts=agreed)
    (row,) = made["rows"]
    assert (row["claim_period"], row["kind"], row["before"]["state"], row["after"]["state"]) == ("2024H2", "final", "due", "held")
    assert "fails 'sources agree'" in row["after"]["reason"]
    assert row["then"] == "stands"
    assert made["totals"] == []


def test_the_words_name_no_small_count(home: Path, board: dict[str, Any], agreed: Path, tmp_path: Path) -> None:
    made = plan(home, changed(tmp_path, agreed, MOVED, PLACED), contracts=agreed)
    for row in made["rows"]:
        for name, count in row["after"]["people"].items():
            earlier = row["before"]["people"].get(name)
            assert count in ("few", "suppressed") or count == 0 or count >= 5
            assert isinstance(count, str) or isinstance(earlier, str) or count == earlier or abs(count - earlier) >= 5
    assert any("few" in row["after"]["people"].values() for row in made["rows"]), "in one quarter a few more of the comparison count"
