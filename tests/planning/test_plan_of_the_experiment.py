"""Plans over the published experiment: what other terms would change, held against nights by those terms in homes of their own.

48 of 216 with aid were arrested again and 66 of 216 without (Rossi, Berk and Lenihan 1980): a relative reduction of 18 in 66, 27.27 per cent.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from nights_here import warm_checker
from planning.plans_made import UNCHANGED, WOULD_CHANGE, beside, decided, differing, everything, plan, side, tarp
from support import AS_OF, TOOLS, environment, here, ledger_lines, night, only, second_contract

from pipelines.contracts.loading import load
from pipelines.payments.vocabulary import vocabulary
from pipelines.planning import plan as planning
from pipelines.planning.asking import QuickChecker
from pipelines.quality.suites import Suite, cohort_suite, outcome_suite
from pipelines.settings import Home

FILE = "outcomes/tarp.yaml"
REDUCTION = "tarp/reduction/2024-25/final"
RULE = "threshold@1: {measure: relative_reduction, at_least: 0.10, amount: {2024-07-01: 250000.00}}"
GATE = "gate: {profile: standard@1}"
LARGE = "gate: {profile: standard@1, thresholds: [{rule: cohort_is_large_enough, threshold: 217.0, clause: Schedule 3, because: Both agreed so}]}"


def at_least(share: str) -> tuple[str, str, str]:
    return FILE, RULE, RULE.replace("at_least: 0.10", f"at_least: {share}")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("planned") / "home"
    assert here(folder, "sample").returncode == 0
    return folder


@pytest.fixture(scope="module")
def board(home: Path) -> dict[str, Any]:
    return night(home)


def another_night(folder: Path, contracts: Path) -> dict[str, Any]:
    """The sample's night in a home of its own, whose parties signed these contracts."""
    assert here(folder, "sample", contracts=contracts).returncode == 0
    return night(folder, contracts=contracts)


def test_before_any_night_both_sides_are_measured_and_come_out_as_their_nights(tmp_path: Path) -> None:
    home, proposed = tmp_path / "first" / "home", tarp(tmp_path, at_least("0.28"))
    assert here(home, "sample").returncode == 0
    empty = plan(home, proposed, code=UNCHANGED)
    assert (empty["rows"], empty["unchanged"]) == ([], 4), "held on both sides: nothing is delivered before the inbox is taken in"
    assert empty["notes"] == [
        "no night was run here yet, so the texts in force are taken for what stands",
        "2 files wait in the inbox, and no plan knows what is in them; `udbytte intake` takes them in",
    ]
    assert here(home, "intake").returncode == 0
    before = everything(home)
    made = plan(home, proposed)
    assert (everything(home), beside(home)) == (before, set())
    assert made["measured"] == ["cohort:tarp/released"], "what the first side measured serves the second; a cohort that is not frozen yet is built on each"
    assert plan(home, tarp(tmp_path / "weeks", (FILE, "with: {weeks: 52}", "with: {weeks: 40}")))["amended"] == [], "nobody has seen a result yet"
    fresh, signed = another_night(tmp_path / "fresh", proposed), night(home)
    assert side(made, "before") == {name: decided(signed)[name] for name in differing(signed, fresh)} == {REDUCTION: ("due", "250000.00")}
    assert side(made, "after") == {name: decided(fresh)[name] for name in differing(signed, fresh)} == {REDUCTION: ("not_met", "0.00")}
    assert made["rows"][0]["then"] == "decided"


def test_a_threshold_above_what_was_reached_refuses_what_was_due(home: Path, board: dict[str, Any], tmp_path: Path) -> None:
    proposed = tarp(tmp_path, at_least("0.28"))
    made = plan(home, proposed)
    assert made["as_of"] == AS_OF
    assert made["differences"] == [
        {
            "file": FILE,
            "line": 57,
            "what": "payments[reduction].rule.threshold@1.at_least",
            "before": "0.10",
            "after": "0.28",
            "clause": "Schedule 2 §2",
        }
    ]
    assert side(made, "before") == {REDUCTION: ("due", "250000.00")}
    assert side(made, "after") == {REDUCTION: ("not_met", "0.00")}
    (row,) = made["rows"]
    assert row["difference"] == "-250000.00"
    assert row["after"]["reason"] == "relative reduction 27.27 % is below 28.00 %"
    assert row["before"]["people"] == row["after"]["people"] == {"comparison": 216, "treatment": 216}
    assert row["before"]["results"] == row["after"]["results"] == {"comparison": "66", "treatment": "48"}
    (entry,) = [entry["seq"] for entry in map(json.loads, ledger_lines(home)) if entry["posting_key"] == "tarp/reduction/2024-25/all/final"]
    assert (row["posted"], row["then"]) == ({"entry": entry, "state": "due", "amount": "250000.00"}, "question")
    assert made["totals"] == [{"contract": "tarp", "currency": "USD", "is_posted": True, "before": "250000.00", "after": "0.00", "difference": "-250000.00"}]
    assert made["unchanged"] == 3
    assert made["measured"] == [], "a threshold of a rule moves nothing that is measured"
    assert made["amended"] == [], "nor how it is measured"
    assert "give the amended text a new version" in made["signing"]["tarp"]
    assert made["problems"] == []
    fresh = another_night(tmp_path / "fresh", proposed)
    assert side(made, "after") == {name: decided(fresh)[name] for name in differing(board, fresh)}


@pytest.mark.parametrize("share", ["0.27", "0.2727"])
def test_a_threshold_that_is_still_reached_changes_nothing(home: Path, board: dict[str, Any], tmp_path: Path, share: str) -> None:
    made = plan(home, tarp(tmp_path, at_least(share)), code=UNCHANGED)
    assert (len(made["differences"]), made["rows"], made["unchanged"], made["totals"]) == (1, [], 4, [])


def test_another_threshold_of_an_expectation_holds_as_its_night_does(home: Path, board: dict[str, Any], tmp_path: Path) -> None:
    proposed = tarp(tmp_path, (FILE, GATE, LARGE))
    made = plan(home, proposed)
    fresh = another_night(tmp_path / "fresh", proposed)
    assert side(made, "after") == {name: decided(fresh)[name] for name in differing(board, fresh)}
    assert {row["after"]["state"] for row in made["rows"]} == {"held"}
    assert {row["trigger"] for row in made["rows"]} == {"intake", "reduction", "certain_reduction"}
    reasons = {row["trigger"]: row["reason"] for row in fresh["rows"]}
    assert all(row["after"]["reason"] == reasons[row["trigger"]] for row in made["rows"])
    assert {row["then"] for row in made["rows"]} == {"stands"}, "a posted claim is not held again"
    assert made["measured"] == []


def test_another_threshold_of_the_profile_tells_what_it_takes_to_sign_it(home: Path, board: dict[str, Any], tmp_path: Path) -> None:
    proposed = tarp(tmp_path)
    path = proposed / "profiles" / "standard.yaml"
    head, rule = path.read_text(encoding="utf-8").split("  - rule: cohort_is_large_enough\n", 1)
    path.write_text(f"{head}  - rule: cohort_is_large_enough\n{rule.replace('threshold: 30.0', 'threshold: 217.0', 1)}", encoding="utf-8")
    made = plan(home, proposed)
    assert [(item["what"], item["before"], item["after"]) for item in made["differences"]] == [("rules[cohort_is_large_enough on cohort].threshold", "30.0", "217.0")]
    assert made["signing"] == {"tarp": "version 1 of tarp was executed with another standard@1; give the changed profile or the contract a new version"}
    fresh = another_night(tmp_path / "fresh", proposed)
    assert side(made, "after") == {name: decided(fresh)[name] for name in differing(board, fresh)}


def test_another_argument_of_an_indicator_is_measured_anew(home: Path, board: dict[str, Any], tmp_path: Path) -> None:
    proposed = tarp(tmp_path, (FILE, "with: {weeks: 52}", "with: {weeks: 40}"))
    made = plan(home, proposed)
    assert made["measured"] == ["outcome:tarp/rearrest_52_weeks"]
    (amended,) = made["amended"]
    assert (amended["outcome"], amended["changes"]) == ("rearrest_52_weeks", [["with.weeks", "52", "40"]])
    assert (amended["first_seen"], amended["decisions"], amended["triggers"]) == (AS_OF, 2, ["certain_reduction", "reduction"])
    fresh = another_night(tmp_path / "fresh", proposed)
    assert side(made, "after") == {
        name: decided(fresh)[name] for name in (f"tarp/{name}/2024-25/final" for name in ("reduction", "certain_reduction")) if name in side(made, "after")
    }
    assert differing(board, fresh) <= set(side(made, "after"))


def test_what_was_handed_over_is_what_deciding_it_again_gives(home: Path, board: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    proposed, asked = tarp(tmp_path, at_least("0.28"), (FILE, "{price: {2024-07-01: 500.00}", "{price: {2024-07-01: 510.00}")), []
    quickly = plan(home, proposed)
    monkeypatch.setattr(planning, "handed_over", lambda *_: asked.append("again"))
    assert plan(home, proposed) == quickly
    assert asked == ["again"]
    assert {row["trigger"]: row["difference"] for row in quickly["rows"]} == {"intake": "2160.00", "reduction": "-250000.00"}, "216 people at 10.00 more"


def test_nothing_in_the_home_changes_and_nothing_is_left_beside_it(home: Path, board: dict[str, Any], tmp_path: Path) -> None:
    before = everything(home)
    for number, change in enumerate([at_least("0.28"), (FILE, "with: {weeks: 52}", "with: {weeks: 40}")]):
        plan(home, tarp(tmp_path / str(number), change))
        assert everything(home) == before
        assert beside(home) == set()


def test_without_a_folder_the_texts_in_force_are_held_against_those_of_the_last_night(home: Path, board: dict[str, Any], tmp_path: Path) -> None:
    assert here(home, "plan").returncode == UNCHANGED
    amended = tarp(tmp_path, at_least("0.28"))
    done = here(home, "plan", contracts=amended)
    assert done.returncode == WOULD_CHANGE
    assert f"from the texts of the night of {AS_OF}" in done.stdout
    assert "payments[reduction].rule.threshold@1.at_least: 0.10 -> 0.28   (Schedule 2 §2)" in done.stdout
    assert "due -> not met" in done.stdout
    assert "1 claim would change; 3 claims stay as they are. Nothing was applied, frozen or posted." in done.stdout


def test_two_folders_are_held_against_each_other_as_if_both_were_signed(home: Path, board: dict[str, Any], tmp_path: Path) -> None:
    one, other = tarp(tmp_path / "one", at_least("0.28")), tarp(tmp_path / "other", at_least("0.05"))
    made = plan(home, other, "--against", str(one))
    assert (side(made, "before"), side(made, "after")) == ({REDUCTION: ("not_met", "0.00")}, {REDUCTION: ("due", "250000.00")})
    assert made["rows"][0]["then"] == "stands", "the ledger has it as it would come out"
    assert made["totals"] == []


def test_another_day_is_planned_by_what_was_known_on_it(home: Path, board: dict[str, Any], tmp_path: Path) -> None:
    made = plan(home, tarp(tmp_path, at_least("0.28")), "--as-of", "2026-07-01")
    assert made["as_of"] == "2026-07-01"
    assert side(made, "after") == {REDUCTION: ("not_met", "0.00")}
    early = plan(home, tarp(tmp_path / "early", at_least("0.28")), "--as-of", "2025-06-30", code=UNCHANGED)
    assert early["rows"] == []


def test_a_contract_that_is_new_or_gone_is_told(home: Path, board: dict[str, Any], tmp_path: Path) -> None:
    proposed = tarp(tmp_path)
    second_contract(proposed)
    made = plan(home, proposed, "--contract", "intake_only")
    (row,) = made["rows"]
    assert (row["before"], row["changes"]) == (None, ["new"])
    assert (row["after"]["state"], row["after"]["amount"], row["after"]["people"]) == ("due", "108000.00", {"comparison": 216, "treatment": 216})
    assert made["totals"] == [{"contract": "intake_only", "currency": "USD", "is_posted": False, "before": "0.00", "after": "108000.00", "difference": "108000.00"}]
    (proposed / "outcomes" / "tarp.yaml").unlink()
    gone = plan(home, proposed, "--contract", "tarp")
    assert {claim["after"]["reason"].split(";")[0] for claim in gone["rows"] if claim["after"]} == {"the contract does not load: tarp is executed and its file is gone"}
    assert [row["changes"] for row in gone["rows"] if row["after"] is None] == [["gone"]] * 4


def test_what_does_not_load_is_named_with_its_findings(home: Path, board: dict[str, Any], tmp_path: Path) -> None:
    before = everything(home)
    done = here(home, "plan", "--contracts", str(tarp(tmp_path, (FILE, "with: {weeks: 52}", "wiht: {weeks: 52}"))))
    assert done.returncode == 3
    assert "data_contracts/outcomes/tarp.yaml:34: unknown key 'wiht' in outcomes[1]; did you mean 'with'?" in done.stderr
    assert (everything(home), beside(home)) == (before, set())


def test_a_folder_or_a_contract_that_is_not_there_is_said(home: Path, board: dict[str, Any], tmp_path: Path) -> None:
    done = here(home, "plan", "--contracts", str(tmp_path / "nowhere"))
    assert (done.returncode, "there is no such folder of contracts" in done.stderr) == (3, True)
    done = here(home, "plan", "--contracts", str(tarp(tmp_path, at_least("0.28"))), "--contract", "trap")
    assert (done.returncode, "there is no outcome contract 'trap'; did you mean 'tarp'?" in done.stderr) == (3, True)


def test_a_home_that_is_being_written_is_left_alone(home: Path, board: dict[str, Any], tmp_path: Path) -> None:
    proposed = tarp(tmp_path, at_least("0.28"))
    with (home / ".lock").open("a") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        done = here(home, "plan", "--contracts", str(proposed))
    assert (done.returncode, "another run is writing this home" in done.stderr) == (4, True)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_plan_that_is_ended_harms_nothing_and_the_next_clears_up(home: Path, board: dict[str, Any], tmp_path: Path, how: signal.Signals) -> None:
    proposed, before = tarp(tmp_path, (FILE, "with: {weeks: 52}", "with: {weeks: 40}")), everything(home)
    running = subprocess.Popen([str(TOOLS / "udbytte"), "plan", "--contracts", str(proposed)], env=environment(home), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while not list(home.parent.glob(".home-plan-*/before/ledger.jsonl")) and time.monotonic() < until:
        time.sleep(0.02)
    os.kill(running.pid, how)
    running.wait(60)
    assert everything(home) == before
    assert len(beside(home)) == (1 if how == signal.SIGKILL else 0)
    plan(home, proposed)
    assert (everything(home), beside(home)) == (before, set())


def test_what_another_plan_works_in_is_left_alone(home: Path, board: dict[str, Any], tmp_path: Path) -> None:
    living, dead = home.parent / ".home-plan-living", home.parent / ".home-plan-dead"
    for folder in (living, dead):
        (folder / "before").mkdir(parents=True)
    with (living / ".lock").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        plan(home, tarp(tmp_path, at_least("0.28")))
        assert beside(home) == {living.name}
    shutil.rmtree(living)


def test_asked_without_the_engine_every_rule_says_what_the_engine_said(home: Path, board: dict[str, Any]) -> None:
    catalogue = load(only("tarp"), vocabulary())
    contract = catalogue.contracts["tarp"]
    profile = catalogue.gate_of(contract)
    suites: list[Suite] = [cohort_suite(contract, profile, "released"), *(outcome_suite(contract, profile, item.id) for item in contract.outcomes)]
    day, quick = dt.date.fromisoformat(AS_OF), QuickChecker()
    found = quick.evaluate(Home(home), suites, day)
    asked = warm_checker().evaluate(Home(home), suites, day)
    assert found.checks == asked.checks
    assert [(tally.declared, tally.run) for tally in found.tallies] == [(tally.declared, tally.run) for tally in asked.tallies]
    assert len(found.checks) > 20
    assert quick.child is None


def test_the_texts_of_the_last_night_must_be_those_that_were_kept(home: Path, board: dict[str, Any], tmp_path: Path) -> None:
    (kept,) = (home / "archive" / "contracts").iterdir()
    assert json.loads((home / "board.json").read_bytes())["texts"] == kept.stem
    whole = kept.read_bytes()
    kept.write_bytes(whole.replace(b"at_least: 0.10", b"at_least: 0.01"))
    done = here(home, "plan", "--contracts", str(tarp(tmp_path, at_least("0.28"))))
    kept.write_bytes(whole)
    assert (done.returncode, "the contract texts of the last night are gone or altered" in done.stderr) == (6, True)
