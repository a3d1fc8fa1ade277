"""When what runs: as-of days are partitions, the nightly schedule starts at 02:00 in Copenhagen, and what arrives in the inbox during the
day is taken in within a minute of being whole."""

from __future__ import annotations

import dagster as dg

from pipelines import clock
from pipelines.clock import COPENHAGEN
from pipelines.deliveries.inbox import digest_of_state, settled
from pipelines.locking import is_held
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


def _asked(instance: dg.DagsterInstance, state: str) -> dg.RunRequest | dg.SkipReason:
    """The request for a state of the inbox: the same one each time it is seen, and another after a run of it failed, a few times."""
    failed = len(instance.get_runs(dg.RunsFilter(tags={ARRIVED: state}, statuses=[dg.DagsterRunStatus.FAILURE])))
    if failed >= MOST_TRIES:
        return dg.SkipReason(f"{failed} intakes of these files failed; see why on the runs. The next night takes them in")
    return dg.RunRequest(run_key=f"{state}-{failed}", tags={ARRIVED: state})
