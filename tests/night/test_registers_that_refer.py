"""Registers that refer to other registers: each is checked beside what counts of the other tonight, whatever was built first, and holds with it."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
import pytest
from support import AS_OF, contracts_copy, delivered, environment, night, only, reason, states, udbytte, without_manifest

from pipelines.assets.registers import check_result, register_key
from pipelines.canonical import digest
from pipelines.contracts.loading import load
from pipelines.definitions import build
from pipelines.deliveries.inbox import deliver
from pipelines.fingerprint import Inputs
from pipelines.night import Night
from pipelines.payments.vocabulary import vocabulary
from pipelines.quality import gate
from pipelines.quality.checker import Checker
from pipelines.quality.checks import Check, Tally
from pipelines.quality.gate import Required
from pipelines.settings import Home
from pipelines.warehouse.writer import open_warehouse

DAY = dt.date.fromisoformat(AS_OF)
STANDS = "person_id_stands_in_releases"


@pytest.fixture(scope="module")
def checker() -> Iterator[Checker]:
    made = Checker().start()
    yield made
    made.stop()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A sample home whose inbox waits."""
    monkeypatch.setenv("UDBYTTE_CONTRACTS", str(only("tarp")))
    assert udbytte(tmp_path / "home", "sample").returncode == 0
    return Home(tmp_path / "home")


def begun(home: Home, checker: Checker, as_of: dt.date = DAY) -> Night:
    """A night that has taken the inbox in, under the contracts of the experiment."""
    made = Night(home, as_of, checker)
    made.catalogue = load(only("tarp"), vocabulary())
    made.take_in()
    return made


def by_rule(checks: list[Check]) -> dict[str, Check]:
    return {check.rule: check for check in checks}


def with_one_more(path: Path) -> None:
    """Add a person to a delivery of the arrest register whom nobody released."""
    frame = pl.read_parquet(path, memory_map=False)
    stranger = frame.head(1).with_columns(person_id=pl.lit("tarp-00000000deadbeef"))
    pl.concat([frame, stranger]).write_parquet(without_manifest(path))


def test_an_asset_of_a_register_comes_after_those_it_refers_to(tmp_path: Path) -> None:
    graph = build(Home(tmp_path / "home")).resolve_asset_graph()
    parents = {name: {key.path[-1] for key in graph.get(register_key(name)).parent_keys} for name in ("arrests", "releases", "who5")}
    assert parents == {"arrests": {"inbox_taken_in", "releases"}, "releases": {"inbox_taken_in"}, "who5": {"inbox_taken_in", "referrals"}}


def test_what_a_register_refers_to_is_staged_before_it_is_checked_whichever_is_asked_for_first(home: Home, checker: Checker) -> None:
    tonight = begun(home, checker)
    assert by_rule(tonight.build_register("arrests"))[STANDS].verdict == "passed"
    with open_warehouse(home) as warehouse:
        staged = warehouse.connection.execute("select subject from quality.built order by subject").fetchall()
    assert staged == [("register:arrests",), ("staged:arrests",), ("staged:releases",)], "and is itself not checked by that"
    assert {check.verdict for check in tonight.build_register("releases")} == {"passed"}
    assert tonight.problems == []


def test_nothing_delivered_of_what_it_refers_to_is_not_evaluated_even_where_yesterdays_table_stands(home: Home, checker: Checker) -> None:
    begun(home, checker).build_register("arrests")
    tonight = begun(home, checker)
    tonight.known = [item for item in tonight.known if item.register != "releases"]
    tonight.used.pop("releases")
    found = by_rule(tonight.build_register("arrests"))
    assert {rule: check.verdict for rule, check in found.items() if check.verdict != "passed"} == {STANDS: "not_evaluated"}
    assert found[STANDS].reason == "it compares with releases, of which nothing is delivered"
    assert tonight.tallies()["register:arrests"] == Tally("register:arrests", len(found), len(found) - 1, 1)
    assert tonight.problems == [], "that nothing came is no fault of the night"


def test_what_a_register_is_checked_on_covers_the_deliveries_of_what_it_refers_to(home: Home, checker: Checker) -> None:
    tonight = begun(home, checker)
    known, registers = tonight.known, tonight.catalogue.registers
    fewer = [item for item in known if item.register != "releases"]

    def made_of(name: str, found: list[Any]) -> tuple[str, str]:
        inputs = Inputs(tonight.catalogue, found)
        return digest(inputs.register(registers[name])), digest(inputs.staged(registers[name]))

    assert made_of("arrests", known)[0] != made_of("arrests", fewer)[0]
    assert made_of("arrests", known)[1] == made_of("arrests", fewer)[1], "its own table is not staged anew"
    assert made_of("releases", known) == made_of("releases", [item for item in known if item.register != "arrests"])
    contract = tonight.catalogue.contracts["tarp"]
    payment = next(payment for payment in contract.payments if payment.id == "reduction")
    assert "releases" in tonight.inputs.outcome(contract, payment.pays_for, {"released": ""})["registers"]


def test_checks_of_yesterdays_list_hold_when_only_the_list_came_anew(home: Home, checker: Checker) -> None:
    """The arrest register is not checked again after releases came anew: what it said of the older list is no proof of the newer."""
    again = home.root / "again.csv"
    again.write_bytes(delivered(home.root, "releases").read_bytes().replace(b"\n", b"\r\n"))
    first = begun(home, checker)
    before = by_rule(first.build_register("arrests"))[STANDS]
    deliver(home, again, "releases")
    later = begun(home, checker, DAY + dt.timedelta(days=1))
    assert len([item for item in later.known if item.register == "releases"]) == 2
    assert digest(first.inputs.register(first.catalogue.registers["arrests"])) == before.inputs
    needed = Required(before.subject, STANDS, digest(later.inputs.register(later.catalogue.registers["arrests"])), before.suite)
    verdict = gate.decide([needed], [replace(before, as_of=later.as_of)], fingerprint="f", as_of=later.as_of)
    assert [hold.words for hold in verdict.reasons] == ["it ran on other data or definitions than the decision would use"]


def test_somebody_whom_nobody_released_holds_what_looks_at_the_arrests_and_nothing_else(home: Home) -> None:
    with_one_more(delivered(home.root, "arrests"))
    board = night(home.root)
    assert states(board) == {"tarp/intake": "due", "tarp/reduction": "held", "tarp/certain_reduction": "held", "tarp/lasting_reduction": "not_due"}
    assert reason(board, "tarp/reduction") == "arrests fails 'person id stands in releases': fewer than 5 of 433"
    assert "deadbeef" not in json.dumps(board)
    assert board["problems"] == []


def test_a_night_without_the_list_says_so_first_and_that_what_refers_to_it_did_not_run(home: Home) -> None:
    without_manifest(delivered(home.root, "releases")).unlink()
    board = night(home.root)
    assert set(states(board).values()) == {"held", "not_due"}
    assert "releases: no delivery is known" in reason(board, "tarp/reduction")
    report = json.loads((home.validation / board["validation"] / "report.json").read_bytes())
    suites = {item["subject"]: item for item in report["suites"]}
    assert suites["register:arrests"]["run"] == 0
    assert suites["register:arrests"]["declared"] > 20
    assert suites["register:releases"]["declared"] == suites["register:releases"]["run"] + suites["register:releases"]["not_asked"]
    assert board["problems"] == [], "what a step before kept from running holds, and is no fault of the night"


def test_a_whole_night_runs_what_it_declares_and_says_so(home: Home) -> None:
    board = night(home.root)
    report = json.loads((home.validation / board["validation"] / "report.json").read_bytes())
    counted = {item["subject"]: sum(check["subject"] == item["subject"] for check in report["checks"]) for item in report["suites"]}
    assert all((item["declared"], item["not_asked"]) == (item["run"], 0) and counted[item["subject"]] == item["run"] for item in report["suites"])
    assert {item["subject"].split(":")[0] for item in report["suites"]} == {"register", "cohort", "outcome", "trigger"}
    page = (home.validation / board["validation"] / "index.html").read_text(encoding="utf-8")
    total = sum(counted.values())
    assert f"{total} declared, {total} run" in page
    assert f"{total} fastsat, {total} kørt" in page
    said = subprocess.run([sys.executable, "-c", METADATA], env=environment(home.root), capture_output=True, text=True, timeout=300, check=False)
    told = {name: (declared, run) for name, declared, run in json.loads(said.stdout)}
    assert told["registers/arrests"] == (counted["register:arrests"],) * 2
    assert all(declared == run > 0 for declared, run in told.values())
    assert len(told) == 3


METADATA = """
import json
from pipelines.run import instance
from pipelines.settings import Home
import dagster as dg
with instance(Home.here()) as store:
    found = store.get_event_records(dg.EventRecordsFilter(dg.DagsterEventType.ASSET_CHECK_EVALUATION))
    seen = [record.event_log_entry.dagster_event.event_specific_data for record in found]
print(json.dumps([[item.asset_key.to_user_string(), item.metadata["declared"].value, item.metadata["run"].value] for item in seen]))
"""


def test_an_engine_that_dies_is_a_problem_of_the_night_with_what_did_not_run(home: Home) -> None:
    dead = Checker()
    dead.child, dead.is_ready = subprocess.Popen([sys.executable, "-c", ""], stdin=subprocess.PIPE, stdout=subprocess.PIPE), True
    tonight = begun(home, dead)
    checks = tonight.build_register("releases")
    dead.stop()
    assert {check.verdict for check in checks} == {"errored"}
    words = f"register:releases: {len(checks)} expectations declared, 0 run; what did not run holds what needs it, so run the night again"
    assert tonight.problems == [words]
    result = check_result(tonight, checks, "register_holds", dg.AssetKey(["registers", "releases"]))
    assert (result.metadata["declared"].value, result.metadata["run"].value, result.passed) == (len(checks), 0, False)


def test_a_contract_that_refers_in_a_ring_is_a_finding_of_the_night_and_holds(tmp_path: Path) -> None:
    contracts = contracts_copy(tmp_path)
    releases = contracts / "registers" / "releases.odcs.yaml"
    text = releases.read_text(encoding="utf-8")
    releases.write_text(
        text.replace(
            "        classification: pseudonym\n", "        classification: pseudonym\n        relationships: [{to: arrests.odcs.yaml#/schema/arrests/properties/person_id}]\n", 1
        )
    )
    arrests = contracts / "registers" / "arrests.odcs.yaml"
    text = arrests.read_text(encoding="utf-8")
    arrests.write_text(
        text.replace("  - name: arrests\n", "  - id: arrests\n    name: arrests\n").replace("      - name: person_id\n", "      - id: person_id\n        name: person_id\n")
    )
    home = tmp_path / "home"
    assert udbytte(home, "sample", contracts=contracts).returncode == 0
    board = night(home, contracts=contracts)
    assert any("the registers arrests -> releases -> arrests refer to each other in a ring" in words for words in board["findings"])
    assert set(states(board).values()) == {"held"}
