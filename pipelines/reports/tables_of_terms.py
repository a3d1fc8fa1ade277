"""The rows of published tables that say what contracts ask of results, and how many people are counted or not and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

import polars as pl

from indicators.result import result_from_data
from pipelines.contracts.outcome import OutcomeContract, Payment
from pipelines.reports.tables import Schema

THRESHOLDS: Schema = {
    "as_of": pl.Date,
    "contract": pl.String,
    "contract_version": pl.Int32,
    "trigger": pl.String,
    "clause": pl.String,
    "claim_period": pl.String,
    "settlement": pl.String,
    "outcome": pl.String,
    "measure": pl.String,
    "interval_name": pl.String,
    "asks": pl.String,
    "threshold": pl.Decimal(18, 6),
}
PEOPLE: Schema = {
    "as_of": pl.Date,
    "contract": pl.String,
    "cohort": pl.String,
    "outcome": pl.String,
    "claim_period": pl.String,
    "role": pl.String,
    "status": pl.String,
    "reason": pl.String,
    "people": pl.Int64,
}
Asked = tuple[str, str, str, str, str, Decimal]
"""Clause, outcome, measure, interval, how it is asked, and the threshold."""


def thresholds(contracts: Iterable[OutcomeContract], as_of: dt.date) -> pl.DataFrame:
    """`thresholds`: of every rule that holds an estimate against a number, and the answers that every condition asks for."""
    rows = []
    for contract in contracts:
        for payment in contract.payments:
            places = [(period.id, kind) for period in payment.claim_periods for kind in payment.kinds]
            for period, kind in places:
                for clause, *asked in _asked(payment, kind):
                    rows.append((as_of, contract.contract, contract.version, payment.id, clause, period, kind, *asked))
    return pl.DataFrame(rows, schema=THRESHOLDS, orient="row")


def _asked(payment: Payment, kind: str) -> Iterator[Asked]:
    """What a settlement of a payment asks of results."""
    name, given = payment.rule.pin.partition("@")[0], payment.rule.arguments
    outcome = payment.outcome_of(kind)
    if name == "threshold":
        yield payment.clause, outcome, given["measure"], "", "at_least", Decimal(str(given["at_least"]))
    if name == "interval_excludes":
        side = "wholly_below" if given["side"] == "below" else "wholly_above"
        yield payment.clause, outcome, given["measure"], given["interval"], side, Decimal(str(given["value"]))
    if name == "per_person_reaching":
        yield payment.clause, outcome, "value", "", "each_at_least", Decimal(str(given["at_least"]))
    for condition in payment.requires:
        yield condition.clause, condition.outcome, "response", "", "at_least", condition.min_response


def people_by_reason(members: pl.DataFrame, found: dict[str, dict[str, Any]], as_of: dt.date) -> pl.DataFrame:
    """`people_by_reason`: of cohorts from the rows of `cohort_members`, of results from their plain data by subject."""
    counted = members.group_by("contract", "cohort", "role", "status", "reason").agg(people=pl.len().cast(pl.Int64))
    of_cohorts = counted.with_columns(pl.lit(as_of).alias("as_of"), outcome=pl.lit(""), claim_period=pl.lit("")).select(*PEOPLE)
    rows = []
    for data in found.values():
        result = result_from_data(data)
        for role, count in sorted(result.roles.items()):
            rows += [(as_of, result.contract, result.cohort, result.outcome, result.claim_period, role, *reason) for reason in count.reasons]
    of_results = pl.DataFrame(rows, schema=PEOPLE, orient="row")
    return pl.concat([of_cohorts.cast(of_results.schema), of_results]).sort(*list(PEOPLE)[:-1])
