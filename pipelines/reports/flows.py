"""Where the money of a social impact bond went: the waterfall's rows, from the contract's terms and the ledger alone."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from pipelines.contracts.catalogue import Catalogue
from pipelines.contracts.outcome import OutcomeContract
from pipelines.ledger.journal import Entry, execution
from pipelines.payments.waterfall import Inflow, Row, distribute, waiting


def inflows(contract: OutcomeContract, entries: list[Entry]) -> list[Inflow]:
    """What posted decisions and true-ups brought into the waterfall, one an as-of day; a day on which more was to be paid back than was due is set off on
    the next."""
    straight = {payment.id for payment in contract.payments if not contract.fills_waterfall(payment)}
    days: dict[dt.date, Decimal] = {}
    for entry in entries:
        if entry.kind in ("decision", "true_up") and entry.contract == contract.contract and entry.about.split("/")[1] not in straight:
            days[entry.as_of] = days.get(entry.as_of, Decimal("0.00")) + Decimal(entry.body["amount"])
    made, owed = [], Decimal("0.00")
    for day, amount in sorted(days.items()):
        rest = amount + owed
        owed = min(rest, Decimal("0.00"))
        made.append(Inflow(day, max(rest, Decimal("0.00")), f"outcome payments posted on {day}"))
    return made


def flow(catalogue: Catalogue, contract: OutcomeContract, entries: list[Entry], as_of: dt.date) -> tuple[list[Row], Decimal] | None:
    """The rows distributed by a day and what waits; None for a contract without a waterfall, or whose text is not the executed one."""
    executed = execution(entries, contract.contract, contract.version)
    is_bound = executed is not None and executed.body["sha256"] == catalogue.digest_of(f"outcomes/{contract.contract}.yaml")
    if contract.waterfall is None or not is_bound:
        return None
    found = inflows(contract, entries)
    return distribute(contract.waterfall, found, as_of), waiting(contract.waterfall, found, as_of)


def flows(catalogue: Catalogue, entries: list[Entry], as_of: dt.date) -> dict[str, dict[str, Any]]:
    """Plain data by contract: `rows` as the waterfall gives them, `waiting` as an amount, `classes` in the contract's order."""
    made: dict[str, dict[str, Any]] = {}
    for name, contract in sorted(catalogue.contracts.items()):
        found = flow(catalogue, contract, entries, as_of)
        if found is not None and contract.waterfall is not None:
            made[name] = {"rows": [row.as_data() for row in found[0]], "waiting": found[1], "classes": [item.id for item in contract.waterfall.classes]}
    return made
