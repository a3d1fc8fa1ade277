"""Whether the money of investors is in before the service: an investor who pays late carries less of the risk, and earns more for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from pipelines.contracts.investors import late
from pipelines.contracts.outcome import OutcomeContract
from pipelines.contracts.source import Place


def service_begins(contract: OutcomeContract) -> dt.date:
    """The day by which the service begins at the latest; where none is agreed, the first day of the term on which anybody may be enrolled."""
    if contract.term.latest_start is not None:
        return contract.term.latest_start
    return max(contract.term.start, min(cohort.enrolled.start for cohort in contract.cohorts))


def late_money(contract: OutcomeContract) -> Iterator[tuple[Place, str]]:
    """What is drawn too late, as agreed or as it happened, with its place."""
    begins = service_begins(contract)
    for index, item in enumerate(contract.waterfall.classes if contract.waterfall else ()):
        place, first = ("waterfall", "classes", index), item.scheduled[0].on
        if first > begins:
            service = f"the service begins on {begins} at the latest" if contract.term.latest_start else f"people are enrolled from {begins} on"
            yield place, f"the class '{item.id}' is first drawn on {first}, and {service}; draw it before, or let the service begin later"
        for found in late(item):
            came = f"came on {found.came}" if found.came else "has not come as far as is told"
            words = f"{found.missing} of what the class '{item.id}' was to put in by {found.due} was missing then and {came}"
            yield (*place, "drawn"), f"{words}; settle with the parties what follows from money that is late"
