"""The Dagster side: what loads, what blocks, what runs last, and what happens to runs that were killed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import dagster as dg
import pytest
from support import contracts_copy

from pipelines.assets.payments import DECISIONS
from pipelines.assets.resources import sweep
from pipelines.definitions import build
from pipelines.run import instance
from pipelines.schedules import as_of_days, nightly_at_two
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
    registers = ("arrests", "bef", "buaf", "case_placements", "dod", "dream", "referrals", "releases", "who5")
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
