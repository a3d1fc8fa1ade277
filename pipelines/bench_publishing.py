"""`udbytte bench --publishing N`: how long publishing takes with N people in a cohort, and the aggregates of 50 contracts after five years.

The home is a scratch one. What is measured is what a night does: reading the person rows and giving them pseudonyms, adding the night to the
past, and writing three databases with Parquet beside them.
"""

from __future__ import annotations

import datetime as dt
import json
import resource
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.metering import PROCESS, Step, metered, peak_mib
from pipelines.reports.publication import EVALUATION_VIEWS, PARTY_VIEWS, VIEWS, person_tables
from pipelines.reports.statements.lines import STATEMENTS
from pipelines.reports.tables import CHECKS, DECISIONS, RESULTS, Schema
from pipelines.reports.tables_of_terms import PEOPLE, THRESHOLDS
from pipelines.settings import Home, sql_text
from pipelines.warehouse import said
from pipelines.warehouse.snapshot import publish
from pipelines.warehouse.writer import open_warehouse

DAY = dt.date(2026, 6, 30)
CONTRACTS, QUARTERS, TRIGGERS, RULES = 50, 20, 3, 100
REPEATED = 2
"""Nights that are published; the last is measured, which finds what the one before it left."""
NIGHTS = 100
"""Nights in the history of rules: half a million rows."""
PARTIES = ("ledger", "statements", "waterfall", "people_by_reason")
WORDS = "12,345 days x 1,187.35 (price on 2025-01-01) x (1 - 0.33) = 9,820,783.15, capped at 400,000.00 for each of 17 persons   (Annex 4 §1)"


def measure_publishing(people: int) -> dict[str, Any]:
    """Seconds by step and in all, the size of what was published, and peak memory."""
    steps: list[Step] = []
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder)).prepare()
        aggregates = _aggregates()
        with open_warehouse(home) as warehouse:
            warehouse.connection.register("wanted", pl.DataFrame({"people": [people]}))
            warehouse.connection.execute(sql_text("bench/people_counted.sql"))
        for night in range(REPEATED):
            steps.clear()
            begun = _processor()
            with metered(steps, "person rows"), open_warehouse(home) as warehouse:
                persons = person_tables(warehouse)
            with metered(steps, "the past"):
                day = DAY + dt.timedelta(days=night)
                past = {f"{name}_history": said.keep(home.published / "history", name, aggregates[name], day, mode=0o640).rows for name in said.KEYS}
            with metered(steps, "open and party"):
                publish(home.published, "open", {name: rows for name, rows in aggregates.items() if name not in PARTIES}, VIEWS, mode=0o644)
                publish(home.published, "party", {**aggregates, **past}, PARTY_VIEWS, mode=0o640)
            with metered(steps, "evaluation"):
                publish(home.published, "evaluation", {**aggregates, **past, **persons}, EVALUATION_VIEWS, mode=0o600)
        used = _processor() - begun
        size = sum(path.stat().st_size for path in home.published.rglob("*") if path.is_file())
    rows = {"person_rows": sum(made.height for made in persons.values()), "aggregate_rows": sum(made.height for made in aggregates.values())}
    seconds = {"seconds": {step.name: round(step.seconds, 2) for step in steps}, "all_seconds": round(sum(step.seconds for step in steps), 2)}
    return {"people": people, **rows, **seconds, "processor_seconds": round(used, 2), "published_mib": round(size / 2**20)}


def _processor() -> float:
    """Seconds of processor time so far, which other programs on the machine do not lengthen."""
    so_far = resource.getrusage(resource.RUSAGE_SELF)
    return so_far.ru_utime + so_far.ru_stime


def _aggregates() -> dict[str, pl.DataFrame]:
    """Everything but person rows, in numbers of 50 contracts after 20 quarters, alike from row to row but for their keys."""
    claims = _every(contract=CONTRACTS, trigger=TRIGGERS, claim_period=QUARTERS)
    results = _every(contract=CONTRACTS, outcome=TRIGGERS, claim_period=QUARTERS, role=2)
    rules = _every(contract=CONTRACTS, rule=RULES).rename({"contract": "belongs_to"}).with_columns(subject="belongs_to", verdict=pl.lit("passed"), is_due=pl.lit(value=True))
    nights = pl.DataFrame({"as_of": pl.date_range(DAY - dt.timedelta(days=NIGHTS - 1), DAY, eager=True)})
    money = {
        "amount": Decimal("9820783.15"),
        "state": "due",
        "settlement": "final",
        "arithmetic": WORDS,
        "reason": WORDS,
        "currency": "DKK",
        "payer": "kommune",
        "payee": "udfoerer",
    }
    sides = pl.DataFrame({"party": ["kommune", "udfoerer"], "role": ["payer", "payee"]})
    return {
        "payment_decisions": _filled(claims, DECISIONS, **money),
        "indicator_results": _filled(results, RESULTS, n=450, n_counted=440, value=Decimal(8000)),
        "thresholds": _filled(claims, THRESHOLDS, settlement="final"),
        "gate_checks": _filled(rules.drop("belongs_to", "is_due"), CHECKS, observed=WORDS, remedy=WORDS),
        "gate_history": nights.join(rules, how="cross"),
        "statements": _filled(claims.join(sides, how="cross"), STATEMENTS, posted_on=DAY, party_amount=money["amount"], **money),
        "people_by_reason": _filled(results, PEOPLE, people=40),
        **{name: pl.DataFrame(schema={"as_of": pl.Date}) for name in ("deliveries", "delivery_changes", "gaming_figures", "ledger", "waterfall")},
    }


def _every(**numbers: int) -> pl.DataFrame:
    """One row for every combination of so many names of each kind."""
    made = pl.DataFrame({"": [0]})
    for name, number in numbers.items():
        made = made.join(pl.DataFrame({name: [f"{name}_{place}" for place in range(number)]}), how="cross")
    return made.drop("")


def _filled(rows: pl.DataFrame, schema: Schema, **values: Any) -> pl.DataFrame:
    """Rows with every column of a table: those given, and else nothing."""
    given = {name: pl.lit(value) for name, value in values.items() if name in schema}
    made = rows.with_columns(as_of=pl.lit(DAY), **given)
    return made.select(*(pl.col(name).cast(kind) if name in made.columns else pl.lit(None, dtype=kind).alias(name) for name, kind in schema.items()))


def tell(people: int, *, as_json: bool) -> None:
    """Measure and print."""
    found = {**measure_publishing(people), "peak_mib": round(peak_mib(PROCESS))}
    if as_json:
        print(json.dumps(found, indent=2))
        return
    print(f"Publishing {found['person_rows']:,} person rows and {found['aggregate_rows']:,} others, {found['published_mib']} MiB:")
    print(f"{found['all_seconds']:.1f} s, {found['processor_seconds']:.1f} s of processors, {found['peak_mib']} MiB at most")
    for name, seconds in found["seconds"].items():
        print(f"  {name}: {seconds:.2f} s")
