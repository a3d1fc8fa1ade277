"""The night as a Dagster resource: one lock on the home, one child process for Great Expectations, one summary."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import dagster as dg

from pipelines.ledger.handover import first_undecided
from pipelines.locking import PATIENCE, locked
from pipelines.night import Night
from pipelines.quality.checker import checker_of_this_process
from pipelines.settings import Home

INTAKE = "intake"
PATIENCE_OF_A_NIGHT = 3600.0
"""Seconds a night waits for an intake of the day before to end. An intake waits for nobody: it is asked for again."""

nights: list[Night] = []
"""The nights of this process, newest last: how a command that ran one reads its summary."""


class NightResource(dg.ConfigurableResource[Night]):
    """`night` in every asset: the steps of the run's as-of day, or of the first day not yet decided in a run without one. Locked for the
    whole run. Only a night, whose waiting no other run may take for death, sweeps."""

    root: str

    @contextlib.contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Night]:
        home, is_intake = Home(Path(self.root)), context.run is not None and context.run.job_name == INTAKE
        with locked(home, patience=PATIENCE if is_intake else PATIENCE_OF_A_NIGHT):
            if context.instance is not None and context.run_id is not None and not is_intake:
                sweep(context.instance, context.run_id)
            checker = checker_of_this_process()
            nights.append(Night(home, _as_of(context, home), checker))
            try:
                yield nights[-1]
            finally:
                checker.stop()


def _as_of(context: dg.InitResourceContext, home: Home) -> dt.date:
    key = context.run.tags.get("dagster/partition") if context.run else None
    return dt.date.fromisoformat(key) if key else first_undecided(home, home.as_of(None))


def sweep(instance: dg.DagsterInstance, this_run: str) -> list[str]:
    """Mark runs that ended without saying so as failed, while the lock proves that none of them is alive. Returns their ids."""
    unfinished = dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING])
    dead = [run for run in instance.get_runs(unfinished) if run.run_id != this_run]
    for run in dead:
        instance.report_run_failed(run, "the process ended before the run did")
        instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
    return [run.run_id for run in dead]
