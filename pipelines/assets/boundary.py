"""What every asset passes through: errors lose their message before Dagster sees them, and nothing but metadata is returned."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import dagster as dg

from pipelines.night import Night
from pipelines.steps import StoppedError, noted


def guarded(night: Night, step: str, work: Callable[[], Any]) -> Any:
    """Call `work`, and tell the run that it begins and ends. An error is noted in the night's summary and goes on as a Failure that names type and
    place only."""
    log = dg.OpExecutionContext.get().log
    log.info(f"{step} begins")
    try:
        done = noted(night, step, work)
    except StoppedError as stopped:
        words = str(stopped)
    else:
        log.info(f"{step} is done after {night.steps[-1].seconds:.1f} seconds")
        return done
    raise dg.Failure(words, allow_retries=False)


class NothingStored(dg.IOManager):
    """Refuses to store: steps pass their data through the warehouse, never through pickles."""

    def handle_output(self, context: dg.OutputContext, obj: Any) -> None:  # noqa: ARG002
        if obj is not None:
            raise dg.Failure("an asset returned data; record it in the warehouse instead", allow_retries=False)

    def load_input(self, context: dg.InputContext) -> Any:  # noqa: ARG002
        raise dg.Failure("an asset asked for another's data; read it from the warehouse instead", allow_retries=False)
