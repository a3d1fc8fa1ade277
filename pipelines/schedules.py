"""When the night runs: as-of days are partitions, and the nightly schedule starts at 02:00 in Copenhagen."""

from __future__ import annotations

import dagster as dg

from pipelines.clock import COPENHAGEN
from pipelines.settings import FIRST_AS_OF

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
