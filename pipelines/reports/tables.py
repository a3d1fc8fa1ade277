"""The rows of the published tables: one record made for the parties, and the same under disclosure control for anyone."""

from __future__ import annotations

import datetime as dt
import hmac
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import polars as pl

from indicators.disclosure import SHOWN, SUPPRESSED, is_small, state_of
from indicators.result import Result, result_from_data
from pipelines.canonical import canonical
from pipelines.contracts.external import EXTERNAL, GIVEN_BY
from pipelines.deliveries.archive import Delivery
from pipelines.deliveries.counting import InUse
from pipelines.ledger.journal import Entry
from pipelines.payments.decide import Decision
from pipelines.quality.checks import Check
from pipelines.reports.board import Row
from pipelines.warehouse.vintages import Change

WORDS_HIDE_BELOW = 5
NO_ESTIMATE = "there is no estimate; why is told to the parties"
Schema = dict[str, pl.DataType | type[pl.DataType]]
MONEY = pl.Decimal(18, 2)
DELIVERIES: Schema = {
    "as_of": pl.Date,
    "register": pl.String,
    "delivery": pl.String,
    "known_from": pl.Date,
    "is_accepted": pl.Boolean,
    "is_in_use": pl.Boolean,
    "declared_through": pl.Date,
    "covers_through": pl.Date,
    "reference_period": pl.String,
    "row_count": pl.Int64,
    "rejected": pl.Int64,
    "row_count_state": pl.String,
}
CHANGES: Schema = {
    "as_of": pl.Date,
    "register": pl.String,
    "before_known_from": pl.Date,
    "known_from": pl.Date,
    "column_name": pl.String,
    "people_added": pl.Int64,
    "people_gone": pl.Int64,
    "people_in_both": pl.Int64,
    "people_changed": pl.Int64,
    "weeks_changed": pl.Int64,
    "rows_before": pl.Int64,
    "rows_after": pl.Int64,
    "counts_state": pl.String,
}
RESULTS: Schema = {
    "as_of": pl.Date,
    "contract": pl.String,
    "outcome": pl.String,
    "clause": pl.String,
    "kind": pl.String,
    "indicator": pl.String,
    "cohort": pl.String,
    "claim_period": pl.String,
    "role": pl.String,
    "n": pl.Int64,
    "n_counted": pl.Int64,
    "value": pl.Decimal(38, 6),
    "exposure_days": pl.Int64,
    "counts_state": pl.String,
    "estimates": pl.String,
}
DECISIONS: Schema = {
    "as_of": pl.Date,
    "contract": pl.String,
    "contract_version": pl.Int32,
    "trigger": pl.String,
    "clause": pl.String,
    "claim_period": pl.String,
    "settlement": pl.String,
    "state": pl.String,
    "amount": MONEY,
    "amount_state": pl.String,
    "currency": pl.String,
    "payer": pl.String,
    "payee": pl.String,
    "reason": pl.String,
    "arithmetic": pl.String,
    "ledger_entry": pl.Int64,
    "tonight": pl.String,
    "fingerprint": pl.String,
    "held_since": pl.Date,
    "cure_by": pl.Date,
    "long_stop": pl.Date,
}
CHECKS: Schema = {
    "as_of": pl.Date,
    "subject": pl.String,
    "rule": pl.String,
    "verdict": pl.String,
    "severity": pl.String,
    "dimension": pl.String,
    "numerator": pl.Int64,
    "denominator": pl.Int64,
    "counts_state": pl.String,
    "threshold": pl.String,
    "observed": pl.String,
    "protects": pl.String,
    "remedy": pl.String,
    "cured_by": pl.String,
}
LEDGER: Schema = {
    "seq": pl.Int64,
    "kind": pl.String,
    "as_of": pl.Date,
    "contract": pl.String,
    "about": pl.String,
    "posting_key": pl.String,
    "body": pl.String,
    "hash": pl.String,
}


WATERFALL: Schema = {
    "as_of": pl.Date,
    "contract": pl.String,
    "distributed_on": pl.Date,
    "place": pl.Int32,
    "step": pl.String,
    "class": pl.String,
    "amount": MONEY,
    "arithmetic": pl.String,
}


def deliveries(known: list[Delivery], used: Mapping[str, InUse], as_of: dt.date, smallest: int) -> pl.DataFrame:
    """`deliveries`, with row counts suppressed below `smallest` (0 shows all), and where they differ by as few from another's."""
    counting = {item for found in used.values() for item in found.deliveries}
    counted = {register: sorted({item.rows for item in known if item.register == register}) for register in {item.register for item in known}}
    rows = []
    for item in known:
        every = counted[item.register]
        place = every.index(item.rows)
        beside = [abs(item.rows - other) for other in every[max(place - 1, 0) : place + 2]]
        is_hidden = any(is_small(count, smallest) for count in (item.rows, item.rejected, *beside))
        counts = (None, None, SUPPRESSED) if is_hidden else (item.rows, item.rejected, SHOWN)
        labels = (item.declared_through, item.covers_through, item.reference_period)
        rows.append((as_of, item.register, item.id, item.known_from, item.is_accepted, item in counting, *labels, *counts))
    return pl.DataFrame(rows, schema=DELIVERIES, orient="row")


def delivery_changes(found: list[Change], as_of: dt.date, smallest: int) -> pl.DataFrame:
    """`delivery_changes`: one state for all numbers of a register (0 shows all), since they add up and tell each other's."""
    hidden = {change.register for change in found if change.is_small(smallest)}
    rows = []
    for change in found:
        is_hidden = change.register in hidden
        counts = (None,) * len(change.counts) if is_hidden else change.counts
        rows.append((as_of, change.register, change.before_known_from, change.known_from, change.column, *counts, SUPPRESSED if is_hidden else SHOWN))
    return pl.DataFrame(rows, schema=CHANGES, orient="row")


def result_state(result: Result, smallest: int) -> str:
    """Whether the numbers of a result may be shown: one state for the whole result, since its roles and reasons add up."""
    for role in result.roles.values():
        parts = [role.n_counted, *(people for _, _, people in role.reasons)]
        if role.value == int(role.value) and role.value <= role.n_counted:
            parts += [int(role.value), role.n_counted - int(role.value)]
        if state_of(role.n, parts, smallest) == SUPPRESSED:
            return SUPPRESSED
    return SHOWN


def results(found: dict[str, dict[str, Any]], as_of: dt.date, smallest: dict[str, int]) -> pl.DataFrame:
    """`indicator_results`; `smallest` is the smallest count shown, by contract (0 shows all)."""
    rows: list[tuple[Any, ...]] = []
    for data in found.values():
        result = result_from_data(data)
        state = result_state(result, smallest.get(result.contract, 0))
        is_shown = state == SHOWN
        told = _told(data["estimate"], is_whole=not smallest.get(result.contract, 0)) if data["estimate"] else None
        estimates = json.dumps(told, sort_keys=True) if told and is_shown else None
        for name, role in sorted(result.roles.items()):
            numbers = (role.n, role.n_counted, role.value, role.exposure) if is_shown else (None,) * 4
            rows.append(
                (as_of, result.contract, result.outcome, result.clause, result.kind, result.indicator, result.cohort, result.claim_period, name, *numbers, state, estimates)
            )
    return pl.DataFrame(rows, schema=RESULTS, orient="row")


def _told(estimate: dict[str, Any], *, is_whole: bool) -> dict[str, Any]:
    """An estimate as tables tell it."""
    return estimate if is_whole else estimate_for_anyone(estimate)


def estimate_for_anyone(estimate: dict[str, Any]) -> dict[str, Any]:
    """An estimate where counts are suppressed. Left out is whatever may count few people beside the row's own numbers: diagnostics (of one cohort, of
    whoever was lost or unmatched), the figures of placebos, whose people are others, and why there is none of one. Of an evaluator's file its words are too,
    since nobody here knows whom they are about; whose it is stays."""
    is_given = estimate["method"] == EXTERNAL
    assumptions = estimate["assumptions"][:1] if is_given else estimate["assumptions"]
    told = {**estimate, "assumptions": assumptions, "diagnostics": [item for item in estimate["diagnostics"] if is_given and item[0] in (GIVEN_BY, "file")]}
    if estimate.get("placebos"):
        told["placebos"] = [{**item, "quantity": None, "failure": item["failure"] and NO_ESTIMATE} for item in estimate["placebos"]]
    return told


def estimates_for_anyone(text: str) -> str:
    """The column `estimates` as anyone may read it, from what it said."""
    return json.dumps(estimate_for_anyone(json.loads(text)), sort_keys=True)


def decisions(made: list[Decision], board: list[Row], as_of: dt.date, hidden: set[tuple[str, str, str, str]]) -> pl.DataFrame:
    """`payment_decisions`: what was posted where something was, else tonight's. `hidden` names the claims (contract, trigger, claim
    period, settlement) whose numbers could disclose: their amount and words are suppressed."""
    rows = []
    for decision, row in zip(made, board, strict=True):
        said = row.posted or decision.as_data()
        is_hidden = (row.contract, row.trigger, row.claim_period, row.kind) in hidden and row.state in ("due", "not_met")
        words: tuple[Any, ...] = (None, None) if is_hidden else (row.reason, "\n".join(said["arithmetic"]))
        amount = (None, SUPPRESSED) if is_hidden else (row.amount, SHOWN)
        parties = (row.currency, said["payer"], said["payee"])
        tail = (row.entry, None if is_hidden else row.tonight, said["fingerprint"], *_held(row))
        rows.append((as_of, row.contract, said["contract_version"], row.trigger, said["clause"], row.claim_period, row.kind, row.state, *amount, *parties, *words, *tail))
    return pl.DataFrame(rows, schema=DECISIONS, orient="row")


def _held(row: Row) -> tuple[dt.date | None, dt.date | None, dt.date | None]:
    """Since when a claim is held, the first day by which something is to be cured, and its long stop."""
    since, cure, stop = ([day for item in row.waits if (day := getattr(item, name)) is not None] for name in ("since", "cure_by", "long_stop"))
    return min(since, default=None), min(cure, default=None), min(stop, default=None)


def checks(made: list[Check], as_of: dt.date, smallest: int) -> pl.DataFrame:
    """`gate_checks`, with counts suppressed where the counted or the rest is below `smallest` (0 shows all)."""
    rows = []
    for check in made:
        numerator, denominator = check.numerator, check.denominator
        state = state_of(denominator, [numerator], smallest) if numerator is not None and denominator is not None else SHOWN
        counts = (numerator, denominator) if state == SHOWN else (None, None)
        words = check.reason or check.observed if state == SHOWN or smallest <= WORDS_HIDE_BELOW else None
        rows.append(
            (as_of, check.subject, check.rule, check.verdict, check.severity, check.dimension, *counts, state, check.threshold, words, check.protects, check.remedy, check.cured_by)
        )
    return pl.DataFrame(rows, schema=CHECKS, orient="row")


def ledger(entries: list[Entry]) -> pl.DataFrame:
    """`ledger`."""
    rows = [(e.seq, e.kind, e.as_of, e.contract, e.about, e.posting_key, canonical(e.body).decode(), e.hash) for e in entries]
    return pl.DataFrame(rows, schema=LEDGER, orient="row")


def waterfall(found: dict[str, dict[str, Any]], as_of: dt.date) -> pl.DataFrame:
    """`waterfall`, from the plain data of `reports.flows`."""
    rows = []
    for contract, flow in found.items():
        for item in flow["rows"]:
            day = item["date"] if isinstance(item["date"], dt.date) else dt.date.fromisoformat(item["date"])
            arithmetic = "\n".join(item["arithmetic"])
            amounts = [("in", "", item["inflow"]), ("guarantee", "", item["guarantee"])]
            amounts += [("protection", name, amount) for name, amount in item.get("protected", {}).items()]
            amounts += [("floor_interest", name, part["from_inflow"] + part["from_guarantee"]) for name, part in item["floor_interest"].items()]
            amounts += [("principal", name, amount) for name, amount in item["principal"].items()]
            amounts += [("protected_principal", name, amount) for name, amount in item.get("protected", {}).items()]
            amounts += [("guarantor", "", item["guarantor"])]
            amounts += [("protection_repaid", name, amount) for name, amount in item.get("protection", {}).items()]
            amounts += [("premium", name, amount) for name, amount in item.get("premium", {}).items()]
            amounts += [("return", name, part["paid"]) for name, part in item["returns"].items()]
            amounts += [("bonus", "", item["bonus"]), ("reverts", "", item["reverts"])]
            rows += [(as_of, contract, day, place, step, name or None, Decimal(amount), arithmetic) for place, (step, name, amount) in enumerate(amounts)]
    return pl.DataFrame(rows, schema=WATERFALL, orient="row")


def rekeyed(keys: pl.Series, key: bytes) -> pl.Series:
    """Pseudonyms for the evaluation tier: HMAC of the delivered ones under the home's own key."""
    return pl.Series(keys.name, [hmac.digest(key, value.encode(), "sha256").hex()[:24] for value in keys], dtype=pl.String)


def cohort_members(frame: pl.DataFrame) -> pl.DataFrame:
    """`cohort_members` from warehouse rows that carry `person` and `subject`."""
    named = frame["subject"].str.strip_prefix("cohort:").str.split_exact("/", 1).struct
    return frame.select(
        contract=named.field("field_0"),
        cohort=named.field("field_1"),
        person="person",
        role="role",
        enrolled_on=pl.col("enrolled_day").cast(pl.Date),
        status="status",
        reason="reason",
    ).sort("contract", "cohort", "person")


def indicator_values(frame: pl.DataFrame) -> pl.DataFrame:
    """`indicator_values` from warehouse rows that carry `person` and `subject`."""
    named = frame["subject"].str.strip_prefix("outcome:").str.split_exact("/", 2).struct
    return frame.select(
        contract=named.field("field_0"),
        outcome=named.field("field_1"),
        claim_period=named.field("field_2").fill_null(""),
        cohort="cohort",
        person="person",
        role="role",
        status="status",
        reason="reason",
        window_from=pl.col("window_start").cast(pl.Date),
        window_to=pl.col("window_end").cast(pl.Date),
        exposure_days="exposure",
        value="value",
        evidence=pl.col("evidence").list.eval(_spell()),
    ).sort("contract", "outcome", "claim_period", "person")


def _spell() -> pl.Expr:
    """One piece of evidence, its days as dates."""
    spell = pl.element().struct
    return pl.struct(from_day=spell.field("start_day").cast(pl.Date), to_day=spell.field("end_day").cast(pl.Date), code=spell.field("code"))
