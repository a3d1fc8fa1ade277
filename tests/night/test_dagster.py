"""The Dagster side: what loads, what blocks, what runs last, and what happens to runs that were killed."""

from __future__ import annotations

import contextlib
import datetime as dt
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from support import contracts_copy

from pipelines import locking, schedules
from pipelines.assets import shown
from pipelines.assets.payments import DECISIONS
from pipelines.assets.resources import sweep
from pipelines.definitions import build
from pipelines.deliveries.inbox import QUIET_SECONDS
from pipelines.errors import HomeBusyError
from pipelines.locking import is_held, locked
from pipelines.run import instance
from pipelines.schedules import ARRIVED, MOST_TRIES, as_of_days, deliveries_arrived, nightly_at_two
from pipelines.settings import Home


@pytest.fixture
def definitions(tmp_path: Path) -> dg.Definitions:
    return build(Home(tmp_path / "home"))


def test_every_asset_has_a_group_a_description_and_as_of_partitions(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert node.group_name == key.path[0]
        assert node.description
        assert node.partitions_def == as_of_days


def test_decisions_depend_on_nothing_that_a_failed_check_could_block(definitions: dg.Definitions) -> None:
    assert definitions.resolve_asset_graph().get(DECISIONS).parent_keys == set()


def test_each_register_has_one_blocking_check_and_each_contract_one_check(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    names = sorted((key.asset_key.to_user_string(), key.name) for key in graph.asset_check_keys)
    of_others = ("arrests", "case_placements", "claim_checks", "claims", "referrals", "releases", "who5")
    of_statistics_denmark = ("bef", "bfl", "buaf", "dod", "dream", "forsorg", "kotre", "kraf", "krsi", "skolefravaer", "udda", "vnds")
    registers = sorted((*of_others, *of_statistics_denmark))
    assert names == [
        ("outcomes/tarp/cohort_released", "contract_holds"),
        ("outcomes/trygt_hjem/cohort_edge", "contract_holds"),
        ("outcomes/ungebro/cohort_unge", "contract_holds"),
        *((f"registers/{name}", "register_holds") for name in registers),
    ]
    blocking = {key.name for key in graph.asset_check_keys if graph.get_check_spec(key).blocking}
    assert blocking == {"register_holds"}


def test_the_code_location_loads_with_a_broken_contract_and_a_broken_register(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    contracts = contracts_copy(tmp_path)
    (contracts / "outcomes" / "torn.yaml").write_text("contract: torn\n  version: [")
    (contracts / "registers" / "torn.odcs.yaml").write_text("kind: Nothing\n")
    monkeypatch.setenv("UDBYTTE_CONTRACTS", str(contracts))
    keys = {key.to_user_string() for key in build(Home(tmp_path / "home")).resolve_asset_graph().get_all_asset_keys()}
    assert "outcomes/tarp/rearrest_52_weeks" in keys
    assert not any("torn" in key for key in keys)


@pytest.mark.parametrize(
    ("tick", "as_of"),
    [
        (dt.datetime(2026, 1, 15, 1, 0, tzinfo=dt.UTC), "2026-01-15"),
        (dt.datetime(2026, 7, 15, 0, 0, tzinfo=dt.UTC), "2026-07-15"),
        (dt.datetime(2026, 3, 29, 1, 0, tzinfo=dt.UTC), "2026-03-29"),
        (dt.datetime(2026, 10, 25, 1, 0, tzinfo=dt.UTC), "2026-10-25"),
    ],
)
def test_the_schedule_asks_for_the_copenhagen_day_in_winter_summer_and_on_both_change_days(definitions: dg.Definitions, tick: dt.datetime, as_of: str) -> None:
    with dg.DagsterInstance.ephemeral() as store:
        context = dg.build_schedule_context(instance=store, scheduled_execution_time=tick, repository_def=definitions.get_repository_def())
        requests = nightly_at_two.evaluate_tick(context).run_requests
    assert [(request.partition_key, request.run_key) for request in requests or []] == [(as_of, as_of)]


def test_the_nightly_schedule_is_two_in_the_morning_in_copenhagen() -> None:
    assert (nightly_at_two.cron_schedule, nightly_at_two.execution_timezone) == ("0 2 * * *", "Europe/Copenhagen")


def test_a_run_that_was_killed_is_swept_and_a_live_one_is_not(tmp_path: Path) -> None:
    with instance(Home(tmp_path / "home").prepare()) as store:
        dead = store.add_run(dg.DagsterRun(job_name="nightly", status=dg.DagsterRunStatus.STARTED))
        mine = store.add_run(dg.DagsterRun(job_name="nightly", status=dg.DagsterRunStatus.STARTED))
        assert sweep(store, mine.run_id) == [dead.run_id]
        ended, alive = store.get_run_by_id(dead.run_id), store.get_run_by_id(mine.run_id)
    assert ended is not None
    assert ended.status == dg.DagsterRunStatus.FAILURE
    assert alive is not None
    assert alive.status == dg.DagsterRunStatus.STARTED


@pytest.fixture
def dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that has lain still in an inbox for long enough."""
    home = Home(tmp_path / "home").prepare().settle_in()
    path = home.inbox / "releases" / "hush_010203.csv"
    path.parent.mkdir()
    path.write_bytes(b"hush")
    monkeypatch.setattr(schedules.clock, "epoch", lambda: path.stat().st_ctime + QUIET_SECONDS + 1 if path.exists() else 0.0)
    return path


def asked(home: Home, store: dg.DagsterInstance) -> dg.RunRequest | dg.SkipReason:
    said = deliveries_arrived(home)(dg.build_sensor_context(instance=store))
    assert isinstance(said, dg.RunRequest | dg.SkipReason)
    return said


def home_of(dropped: Path) -> Home:
    return Home(dropped.parent.parent.parent)


def test_the_sensor_looks_every_half_minute_from_the_start_and_asks_for_the_intake_alone(definitions: dg.Definitions) -> None:
    (sensor,) = [found for found in definitions.get_repository_def().sensor_defs if found.name == "deliveries_arrived"]
    assert (sensor.minimum_interval_seconds, sensor.default_status, sensor.job_name) == (30, dg.DefaultSensorStatus.RUNNING, "intake")
    nodes = {node.name for node in definitions.resolve_job_def("intake").nodes}
    assert nodes == {"take_in_and_check"}


def test_the_sensor_of_alerts_looks_every_minute_from_the_start_and_asks_for_no_run(definitions: dg.Definitions) -> None:
    (sensor,) = [found for found in definitions.get_repository_def().sensor_defs if found.name == "alerts_told"]
    assert (sensor.minimum_interval_seconds, sensor.default_status, list(sensor.targets)) == (60, dg.DefaultSensorStatus.RUNNING, [])


def test_a_state_of_the_inbox_is_asked_for_under_one_key_that_holds_no_name(dropped: Path) -> None:
    with dg.DagsterInstance.ephemeral() as store:
        first, again = asked(home_of(dropped), store), asked(home_of(dropped), store)
        dropped.write_bytes(b"other")
        other = asked(home_of(dropped), store)
    assert isinstance(first, dg.RunRequest)
    assert isinstance(other, dg.RunRequest)
    assert first == again
    assert first.run_key != other.run_key
    assert "hush" not in repr(first)
    assert first.partition_key is None


def test_the_sensor_asks_for_nothing_where_nothing_is_whole_or_the_home_is_held(dropped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = home_of(dropped)
    with dg.DagsterInstance.ephemeral() as store:
        assert isinstance(asked(Home(tmp_path / "none"), store), dg.SkipReason)
        with dropped.open("ab"):
            assert isinstance(asked(home, store), dg.SkipReason)
        with locked(home):
            said = asked(home, store)
            assert isinstance(said, dg.SkipReason)
            assert said.skip_message == "another run is writing the home; its end is waited for"
        assert isinstance(asked(home, store), dg.RunRequest)
        changed = dropped.stat().st_ctime
        monkeypatch.setattr(schedules.clock, "epoch", lambda: changed + QUIET_SECONDS - 1)
        assert isinstance(asked(home, store), dg.SkipReason)
        dropped.unlink()
        assert isinstance(asked(home, store), dg.SkipReason)


def test_an_intake_that_failed_is_asked_for_again_a_few_times_and_no_more(dropped: Path) -> None:
    keys = []
    with dg.DagsterInstance.ephemeral() as store:
        while isinstance(request := asked(home_of(dropped), store), dg.RunRequest):
            assert len(keys) < 10
            keys.append(request.run_key)
            store.add_run(dg.DagsterRun(job_name="intake", status=dg.DagsterRunStatus.STARTED, tags=request.tags))
            assert asked(home_of(dropped), store) == request
            store.add_run(dg.DagsterRun(job_name="intake", status=dg.DagsterRunStatus.FAILURE, tags={ARRIVED: request.tags[ARRIVED]}))
    assert len(keys) == len(set(keys)) == MOST_TRIES


def test_a_night_waits_for_an_intake_to_end_and_an_intake_for_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, holding, waits = Home(tmp_path / "home"), contextlib.ExitStack(), []

    class Waiting:
        def wait(self, seconds: float) -> None:
            waits.append(seconds)
            if len(waits) == 3:
                holding.close()

    monkeypatch.setattr(locking.threading, "Event", Waiting)
    holding.enter_context(locked(home))
    assert is_held(home)
    with pytest.raises(HomeBusyError, match="another run is writing this home"), locked(home, patience=-1.0):
        pytest.fail("held twice")
    with locked(home, patience=60.0):
        assert is_held(home)
    assert len(waits) == 3
    assert not is_held(home)


def test_every_asset_says_whose_it_is_what_it_is_of_and_which_columns_it_has(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    bare = {("registers", "inbox_taken_in"), ("payments", "evidence"), ("publication", "published_tables"), ("publication", "report_page")}
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert node.owners, key
        assert node.kinds, key
        schema = node.metadata.get("dagster/column_schema")
        assert (schema is None) is (tuple(key.path) in bare), key
        assert schema is None or all(column.description or column.name == "estimates" for column in schema.columns), key
    owners = {key.path[1]: list(graph.get(key).owners) for key in graph.get_all_asset_keys()}
    assert (owners["arrests"], owners["tarp"], owners["decisions"]) == (["team:police"], ["team:state"], ["team:data_engineers"])


def test_a_cohorts_columns_come_from_the_delivered_ones_and_an_outcomes_from_its_cohort(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    cohort, outcome = (graph.get(dg.AssetKey(["outcomes", "tarp", name])).metadata["dagster/column_lineage"].deps_by_column for name in ("cohort_released", "rearrest_52_weeks"))
    releases = dg.AssetKey(["registers", "releases"])
    assert {name: [(dep.asset_key, dep.column_name) for dep in deps] for name, deps in cohort.items()} == {
        "person": [(releases, "person_id")],
        "enrolled_on": [(releases, "released_on")],
        "role": [(releases, "arm")],
    }
    assert {dep.asset_key.path[-1] for deps in outcome.values() for dep in deps} == {"cohort_released"}
    columns = {column.name for column in graph.get(releases).metadata["dagster/column_schema"].columns}
    assert {dep.column_name for deps in cohort.values() for dep in deps} <= columns


RESULT = {"claim_period": "", "roles": {"treatment": {"n": 40, "n_counted": 30, "value": "12"}}}


@pytest.mark.parametrize(
    ("counts", "is_shown"),
    [
        pytest.param({}, True, id="nothing of it is small"),
        pytest.param({"n_counted": 37}, False, id="three are not counted"),
        pytest.param({"n": 4, "n_counted": 0}, False, id="four people"),
        pytest.param({"value": "3"}, False, id="three reached it"),
        pytest.param({"value": "28"}, False, id="two did not"),
        pytest.param({"value": "5200"}, True, id="a sum of days is no count"),
        pytest.param({"n_counted": 0, "value": "0"}, True, id="nobody is counted yet"),
    ],
)
def test_a_preview_suppresses_what_could_tell_of_few_people(counts: dict[str, Any], is_shown: bool) -> None:
    result = {**RESULT, "roles": {"treatment": {**RESULT["roles"]["treatment"], **counts}}}  # type: ignore[index]
    (row,) = shown._roles(result, 5)
    assert (row["people"] != "suppressed") is is_shown
    assert [row[name] == "suppressed" for name in ("people", "counted", "value")] == [not is_shown] * 3


def test_a_preview_that_cannot_be_made_stops_nothing_and_quotes_nothing() -> None:
    def fails() -> dict[str, Any]:
        raise ValueError("the person 0101701234")

    found = shown.safely(fails)
    assert "0101701234" not in str(found)
    assert "could not be made: ValueError" in found["preview"]
