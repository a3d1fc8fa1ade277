"""When what runs: as-of days are partitions, the nightly schedule starts at 02:00 in Copenhagen, and what arrives in the inbox during the
day is taken in within a minute of being whole."""

from __future__ import annotations

import datetime as dt

import dagster as dg

from pipelines import clock
from pipelines.alerts import Alert, Channels, alerts_of, tell
from pipelines.clock import COPENHAGEN
from pipelines.deliveries.inbox import digest_of_state, settled
from pipelines.errors import without_values
from pipelines.locking import is_held
from pipelines.quality.history import history
from pipelines.reports import kept
from pipelines.settings import FIRST_AS_OF, Home

TIMEZONE = "Europe/Copenhagen"
as_of_days = dg.DailyPartitionsDefinition(start_date=FIRST_AS_OF.isoformat(), timezone=TIMEZONE, end_offset=1)

nightly = dg.define_asset_job(
    "nightly",
    selection=dg.AssetSelection.all(),
    executor_def=dg.in_process_executor,
    description="Everything of one as-of day, in one process.",
    config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
)


@dg.schedule(job=nightly, cron_schedule="0 2 * * *", execution_timezone=TIMEZONE, name="nightly_at_two", description="The night of the as-of day that begins.")
def nightly_at_two(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """One run a night, for the calendar day it starts on; the run key keeps a night from being asked for twice."""
    as_of = context.scheduled_execution_time.astimezone(COPENHAGEN).date().isoformat()
    return dg.RunRequest(run_key=as_of, partition_key=as_of)


ARRIVED = "udbytte/arrived"
MOST_TRIES = 3


def deliveries_arrived(home: Home) -> dg.SensorDefinition:
    """The sensor that asks for an intake once for each state that the whole files of the inbox are in."""

    def look(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        if not home.exists():
            return dg.SkipReason("there is no home folder yet")
        files = settled(home, clock.epoch())
        if not files:
            return dg.SkipReason("no file in the inbox is whole")
        if is_held(home):
            return dg.SkipReason("another run is writing the home; its end is waited for")
        return _asked(context.instance, digest_of_state(home, files))

    return dg.SensorDefinition(
        name="deliveries_arrived",
        job_name="intake",
        evaluation_fn=look,
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Asks for an intake when there are whole files in the inbox.",
    )


def alerts_told(home: Home) -> dg.SensorDefinition:
    """The sensor that tells what the last night found, once a change. It asks for no run, and no trouble of it stops anything."""

    def look(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        if is_held(home):
            return dg.SkipReason("another run is writing the home; its end is waited for")
        try:
            return _told(home, context.instance)
        except Exception as error:
            return dg.SkipReason(f"alerts could not be made: {without_values(error)}")

    return dg.SensorDefinition(
        name="alerts_told",
        evaluation_fn=look,
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Tells by log, e-mail and webhook what the last night holds, once a change.",
    )


def _told(home: Home, instance: dg.DagsterInstance) -> dg.SkipReason:
    board = kept.saved(home)
    day = dt.date.fromisoformat(board["as_of"]) if board else dt.date.min
    night = history(home, day, since=day)
    found = alerts_of({**board, "problems": [*board["problems"], *night.faults]}, night.rows.to_dicts()) if board else []
    active = [*found, *_stopped(instance, day)]
    failed = tell(home, Channels.here(), str(day), active)
    return dg.SkipReason(f"not delivered by {', '.join(failed)}; tried again" if failed else f"{len(active)} things to look at, all told")


def _stopped(instance: dg.DagsterInstance, shown: dt.date) -> list[Alert]:
    """That the newest night ended before its board was written."""
    ended = dg.RunsFilter(job_name="nightly", statuses=[dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED])
    days = [run.tags.get("dagster/partition", "") for run in instance.get_runs(ended, limit=1)]
    return [Alert(f"night of {day}", "it stopped before its board was written; run it again") for day in days if day > shown.isoformat()]


def _asked(instance: dg.DagsterInstance, state: str) -> dg.RunRequest | dg.SkipReason:
    """The request for a state of the inbox: the same one each time it is seen, and another after a run of it failed, a few times."""
    failed = len(instance.get_runs(dg.RunsFilter(tags={ARRIVED: state}, statuses=[dg.DagsterRunStatus.FAILURE])))
    if failed >= MOST_TRIES:
        return dg.SkipReason(f"{failed} intakes of these files failed; see why on the runs. The next night takes them in")
    return dg.RunRequest(run_key=f"{state}-{failed}", tags={ARRIVED: state})
