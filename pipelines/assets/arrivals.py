"""The job `intake`: what arrives during the day is taken in and checked at once, and nothing is decided.

It has no as-of partition: what it takes in is known from the first as-of day not yet decided, and is checked for that day.
"""

import dagster as dg

from pipelines.assets.boundary import guarded
from pipelines.assets.registers import register_key
from pipelines.assets.resources import INTAKE
from pipelines.night import Night
from pipelines.quality.checks import HOLDING, Check
from pipelines.reports.publication import publish_arrivals

STATES = ("accepted", "known_already", "quarantined", "left_waiting")


@dg.op(out=dg.Out(dg.Nothing), description="The inbox taken in, and every register that something came of staged and checked.")
def take_in_and_check(context: dg.OpExecutionContext, night: dg.ResourceParam[Night]) -> None:
    """Take in, check, and say what became of it: on the run, on the registers, and on the pages of deliveries and quarantine."""
    receipts = guarded(night, "taking in the inbox", lambda: night.take_in(is_patient=True))
    checks: list[Check] = guarded(night, "checking arrivals", night.check_arrivals)
    guarded(night, "pages of deliveries", lambda: publish_arrivals(night))
    context.add_output_metadata({"as_of": night.as_of.isoformat(), **{state: sum(item.state == state for item in receipts) for state in STATES}})
    for name in sorted({check.subject for check in checks}):
        holding = sorted(check.rule for check in checks if check.subject == name and check.verdict in HOLDING)
        metadata: dict[str, str | bool] = {"as_of": night.as_of.isoformat(), "holds": not holding, "not_passed": ", ".join(holding) or "none"}
        context.log_event(dg.AssetObservation(register_key(name.partition(":")[2]), metadata=metadata))
    if night.problems:
        raise dg.Failure("; ".join(night.problems), allow_retries=False)


@dg.job(
    name=INTAKE,
    executor_def=dg.in_process_executor,
    description="What arrived, taken in and checked; nothing is decided.",
    config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
)
def intake() -> None:
    """The one step of an intake."""
    take_in_and_check()
