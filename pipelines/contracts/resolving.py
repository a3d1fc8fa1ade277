"""What each claim period of a contract resolves to, as a digest: the terms that its amount follows from, and none of those of other periods.

An amendment gives prices, outcomes and rules for what is to come; what a period that is over resolves to stays what it was.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from indicators.prices import ByIndex
from pipelines.canonical import digest
from pipelines.contracts.outcome import ClaimPeriod, OutcomeContract, Payment


def resolved(contract: OutcomeContract) -> dict[str, dict[str, str]]:
    """Of every trigger and claim period, as `trigger/period`, the day it ends and the digest of its terms."""
    return {
        f"{payment.id}/{period.id}": {"ends": period.end.isoformat(), "sha256": digest(_terms(contract, payment, period))}
        for payment in contract.payments
        for period in payment.claim_periods
    }


def _terms(contract: OutcomeContract, payment: Payment, period: ClaimPeriod) -> dict[str, Any]:
    """The trigger with this period alone, the outcomes and cohorts it depends on, and what of the whole contract its amount depends on. Of terms
    by date only those of days before the period ends."""
    outcomes = dict.fromkeys(contract.resting_on(name for kind in payment.kinds for name in payment.outcomes_of(kind)))
    cohorts = dict.fromkeys(name for outcome in outcomes for name in contract.outcome(outcome).cohorts)
    caps = {name: part.model_dump(mode="json") for name in ("amounts", "caps") if (part := getattr(contract, name)) is not None}
    return {
        "currency": contract.currency,
        "trigger": _by_then(payment.model_dump(mode="json", by_alias=True, exclude={"claim_periods", "id"}), period.end),
        "period": period.terms(),
        "outcomes": {name: _by_then(contract.outcome(name).terms(), period.end) for name in outcomes},
        "cohorts": {name: contract.cohort(name).terms() for name in cohorts},
        **caps,
    }


def _by_then(value: Any, end: dt.date) -> Any:
    """`value` with only those of its dated terms that hold from a day before `end`; a price that follows an index is the amounts it comes to, so
    that a rate may be written in when it is published."""
    if isinstance(value, dict):
        if "indexed" in value:
            value = {str(day): f"{amount:f}" for day, amount in ByIndex.model_validate(value, strict=False).indexed.prices().items()}
        days = [_day(key) for key in value]
        is_dated = bool(days) and all(days)
        return {key: _by_then(part, end) for (key, part), day in zip(value.items(), days, strict=True) if not is_dated or (day is not None and day < end)}
    return [_by_then(part, end) for part in value] if isinstance(value, list) else value


def _day(key: Any) -> dt.date | None:
    try:
        return key if isinstance(key, dt.date) else dt.date.fromisoformat(key)
    except (TypeError, ValueError):
        return None
