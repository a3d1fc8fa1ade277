"""Running nights through Dagster in this process, on an instance that lives in the home and keeps no one's output."""

from __future__ import annotations

import datetime as dt
import logging
import os

import dagster as dg

from pipelines.assets.resources import nights
from pipelines.definitions import build
from pipelines.errors import UdbytteError
from pipelines.files import write_atomically
from pipelines.locking import locked
from pipelines.night import Night
from pipelines.settings import Home

LAST_STEP = "report page"
INSTANCE = b"""# Written by udbytte. Nothing that a step prints is captured: engine messages may quote data.
telemetry:
  enabled: false
nux:
  enabled: false
compute_logs:
  module: dagster._core.storage.noop_compute_log_manager
  class: NoOpComputeLogManager
"""


def instance(home: Home) -> dg.DagsterInstance:
    """The Dagster instance of this home, created when missing."""
    home.dagster.mkdir(parents=True, exist_ok=True)
    write_atomically(home.dagster / "dagster.yaml", INSTANCE)
    os.environ["DAGSTER_HOME"] = str(home.dagster)
    return dg.DagsterInstance.from_config(str(home.dagster))


def run_night(home: Home, as_of: dt.date) -> Night:
    """Run the nightly job for one as-of day and return the night with its summary. Raises HomeBusyError when another run is writing."""
    logging.getLogger("dagster").setLevel(logging.CRITICAL)
    with locked(home):
        pass
    job = build(home).resolve_job_def("nightly")
    before = len(nights)
    with instance(home) as store:
        job.execute_in_process(instance=store, partition_key=as_of.isoformat(), raise_on_error=False)
    if len(nights) == before:
        raise UdbytteError("the night did not begin", where=str(as_of), next_step="is another run writing this home? run again, or look at the run in `make dev`")
    if nights[-1].steps[-1:] == [] or nights[-1].steps[-1].name != LAST_STEP:
        nights[-1].problems.append(f"the night stopped before its last step ({LAST_STEP}); run it again")
    return nights[-1]
