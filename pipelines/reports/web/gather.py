"""Gathering what a site is made from: the night's board, hand-overs and ledger, its warehouse's counts, its registers and their history."""

from __future__ import annotations

import json
from dataclasses import asdict
from decimal import Decimal
from functools import partial
from typing import Any

import duckdb

from pipelines.canonical import plain
from pipelines.contracts.designing import designed
from pipelines.contracts.outcome import OutcomeContract
from pipelines.ledger import journal
from pipelines.ledger.amending import amendments
from pipelines.ledger.journal import Entry
from pipelines.lines import posted
from pipelines.night import Night
from pipelines.payments.contract_wide import rooms
from pipelines.quality.history import History
from pipelines.reports import site
from pipelines.reports.web import agreed
from pipelines.reports.web.material import Material
from pipelines.settings import Home, sql_text
from pipelines.warehouse.writer import open_warehouse

Data = dict[str, Any]
MONEY_KINDS = ("decision", "true_up")


def material(night: Night, shown: Data, registers: list[Data], past: History) -> Material:
    """Everything that the pages of a night are made from. `shown` is its board, `registers` what came of each, `past` how its rules did."""
    from indicators.indicator import library

    entries = [entry for entry in journal.read(night.home).entries if entry.as_of <= night.as_of]
    contracts = dict(sorted(night.catalogue.contracts.items()))
    amended = {name: tuple(amendments(entries, name, (contract.version, designed(contract)))) for name, contract in contracts.items()}
    with open_warehouse(night.home) as warehouse:
        people, needs = counts_of(warehouse.connection), needs_of(warehouse.connection)
    return Material(
        board=plain(shown),
        terms=tuple(contract.model_dump(mode="json", by_alias=True) for contract in contracts.values()),
        sealed=site.handovers(night.home, shown),
        counted={pin: item.value for pin, item in library().items()},
        entries=tuple(plain(asdict(entry)) for entry in entries),
        evidence=frozenset(entry.seq for entry in entries if (night.home.evidence / f"{entry.seq:06d}" / "index.html").exists()),
        verdicts=partial(verdicts_of, night.home),
        cohorts=people,
        agreed={name: agreed.agreed(contract, night.catalogue, amended[name]) for name, contract in contracts.items()},
        rooms={name: rooms_of(contract, entries) for name, contract in contracts.items() if contract.caps},
        registers=tuple(registers_of(night, registers, needs, past)),
        amended={name: plain([item.as_data() for item in items]) for name, items in amended.items()},
    )


def verdicts_of(home: Home, number: int) -> Data | None:
    """What an entry's evidence says was checked; None where it is gone or cannot be read."""
    try:
        found: Data = json.loads((home.evidence / f"{number:06d}" / "verdicts.json").read_bytes())
    except (OSError, ValueError):
        return None
    return found


def counts_of(connection: duckdb.DuckDBPyConnection) -> dict[str, list[Data]]:
    """People of each cohort by role, status and reason, by contract: counts, and nobody."""
    made: dict[str, list[Data]] = {}
    for subject, role, status, reason, people in connection.execute(sql_text("warehouse/cohort_counts.sql")).fetchall():
        contract, _, cohort = subject.removeprefix("cohort:").partition("/")
        made.setdefault(contract, []).append({"cohort": cohort, "role": role, "status": status, "reason": reason, "people": people})
    return made


def needs_of(connection: duckdb.DuckDBPyConnection) -> dict[str, list[Data]]:
    """How far the windows of each outcome need each register to reach, by register."""
    made: dict[str, list[Data]] = {}
    for subject, register, needed, is_short in connection.execute(sql_text("warehouse/register_needs.sql")).fetchall():
        made.setdefault(register, []).append({"subject": subject, "needed": needed, "is_short": is_short})
    return made


def rooms_of(contract: OutcomeContract, entries: list[Entry]) -> list[Data]:
    """How far a contract's caps are used by what was posted."""
    given = [posted(entry) for entry in entries if entry.kind in MONEY_KINDS and entry.contract == contract.contract]
    return [{**asdict(room), "left": max(room.most - room.used, Decimal("0.00"))} for room in rooms(contract, given)]


def registers_of(night: Night, registers: list[Data], needs: dict[str, list[Data]], past: History) -> list[Data]:
    """What the page of each register shows: what came of it and what changed by it, how far it reaches and must, and its rules night by night."""
    from pipelines.deliveries.counting import due

    expected = due(night.used, night.catalogue.registers, night.as_of)
    nights: dict[str, list[Data]] = {}
    for row in past.rows.select("as_of", "subject", "rule", "verdict").iter_rows(named=True):
        kind, _, name = row["subject"].partition(":")
        if kind == "register":
            nights.setdefault(name, []).append({"as_of": row["as_of"].isoformat(), "rule": row["rule"], "verdict": row["verdict"]})
    return [plain(_register(night, item, needs.get(item["id"], []), expected, nights.get(item["id"], []))) for item in registers]


def _register(night: Night, item: Data, needs: list[Data], expected: Data, nights: list[Data]) -> Data:
    used = night.used.get(item["id"])
    day, late = expected.get(item["id"], (None, 0))
    reach = max((need["needed"] for need in needs if need["needed"]), default=None)
    said = {"needs": needs, "needed": reach, "short": any(need["is_short"] for need in needs), "nights": nights}
    return {**item, **said, "covers_through": used.covers_through if used else None, "due_on": day, "late_days": late}
