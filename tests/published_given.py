"""A small published night, written down by hand: every table has rows, so that every view and every query of the docs has an answer."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.reports.publication import EVALUATION_VIEWS, PARTY_VIEWS, VIEWS
from pipelines.warehouse.snapshot import publish

NIGHT, BEFORE = dt.date(2026, 6, 30), dt.date(2026, 3, 31)
MONEY = pl.Decimal(18, 2)
ESTIMATES = (
    '{"method":"trial@1","quantities":{"difference":{"intervals":{"newcombe":{"high":"-0.000151","level":"0.95","low":"-0.165046"}},"value":"-0.083333"},'
    '"relative_reduction":{"intervals":{},"value":"0.272727"}}}'
)


def frame(*rows: dict[str, Any], **types: Any) -> pl.DataFrame:
    days = dict.fromkeys([name for name in ("until_as_of", "held_since", "cure_by", "long_stop") if any(name in row for row in rows)], pl.Date)
    return pl.DataFrame(list(rows), schema_overrides={**types, **days})


def results() -> list[dict[str, Any]]:
    """48 of 216 against 66 of 216."""
    same = {"contract": "tarp", "outcome": "rearrest_52_weeks", "kind": "outcome", "indicator": "rearrest@1", "cohort": "released", "claim_period": ""}
    same |= {"n": 216, "n_counted": 216, "exposure_days": 78624, "counts_state": "shown", "estimates": ESTIMATES}
    counted = (("treatment", 48), ("comparison", 66))
    return [{**same, "role": role, "value": Decimal(value)} for role, value in counted]


def decisions() -> list[dict[str, Any]]:
    """One due and posted, one held since ten days."""
    same = {
        "contract": "tarp",
        "contract_version": 1,
        "claim_period": "2024-25",
        "settlement": "final",
        "amount_state": "shown",
        "currency": "USD",
        "payer": "state",
        "payee": "aid",
    }
    due = {"trigger": "reduction", "clause": "Schedule 2 §2", "state": "due", "amount": Decimal("250000.00"), "reason": "reached", "arithmetic": "27.27 %", "ledger_entry": 5}
    held = {
        "trigger": "certain",
        "clause": "Schedule 2 §3",
        "state": "held",
        "amount": Decimal("0.00"),
        "reason": "arrests are late",
        "held_since": dt.date(2026, 6, 20),
        "cure_by": dt.date(2026, 8, 19),
    }
    return [{**same, **due}, {**same, **held}]


def thresholds() -> list[dict[str, Any]]:
    same = {"contract": "tarp", "contract_version": 1, "claim_period": "2024-25", "settlement": "final", "outcome": "rearrest_52_weeks"}
    least = {"trigger": "reduction", "clause": "Schedule 2 §2", "measure": "relative_reduction", "interval_name": "", "asks": "at_least", "threshold": Decimal("0.1")}
    below = {"trigger": "certain", "clause": "Schedule 2 §3", "measure": "difference", "interval_name": "newcombe", "asks": "wholly_below", "threshold": Decimal(0)}
    return [{**same, **least}, {**same, **below}]


def people() -> list[dict[str, Any]]:
    """440 referred: 8 never enrolled; of 216 treated, 2 are not observed in the first outcome."""
    cohort = {"contract": "tarp", "cohort": "released", "outcome": "", "claim_period": ""}
    of = {"contract": "tarp", "cohort": "released", "outcome": "rearrest_52_weeks", "claim_period": ""}
    return [
        {**cohort, "role": "none", "status": "ineligible", "reason": "never_enrolled", "people": 8},
        {**cohort, "role": "treatment", "status": "eligible", "reason": "enrolled", "people": 216},
        {**cohort, "role": "comparison", "status": "eligible", "reason": "enrolled", "people": 216},
        {**of, "role": "treatment", "status": "counted", "reason": "arrested", "people": 48},
        {**of, "role": "treatment", "status": "counted", "reason": "not_arrested", "people": 166},
        {**of, "role": "treatment", "status": "not_observed", "reason": "unlinked", "people": 2},
    ]


def statements() -> list[dict[str, Any]]:
    """A decision that two pay, in June, and a true-up of one of them, in July."""
    same = {"contract": "tarp", "claim_period": "2024-25", "trigger": "reduction", "clause": "Schedule 2 §2", "settlement": "final", "currency": "USD", "settled_with": "2024-25"}
    first = {**same, "kind": "decision", "state": "due", "ledger_entry": 5, "posted_on": NIGHT, "amount": Decimal("250000.00"), "earlier_posted": Decimal("0.00")}
    then = {**same, "kind": "true_up", "state": "due", "ledger_entry": 9, "posted_on": dt.date(2026, 7, 1), "amount": Decimal("-1000.00"), "earlier_posted": Decimal("250000.00")}
    sides = [(first, "state", "payer", "175000.00"), (first, "fund", "payer", "75000.00"), (first, "aid", "payee", "250000.00")]
    sides += [(then, "state", "payer", "-1000.00"), (then, "aid", "payee", "-1000.00")]
    return [{**line, "party": party, "role": role, "party_amount": Decimal(amount)} for line, party, role, amount in sides]


def tables() -> dict[str, pl.DataFrame]:
    """Every table of the evaluation tier."""
    night = {"as_of": NIGHT}
    spell = {"from_day": dt.date(2025, 1, 1), "to_day": dt.date(2025, 1, 2), "code": "arrest"}
    person = {"contract": "tarp", "cohort": "released", "person": "p1", "role": "treatment"}
    value = {**person, "outcome": "rearrest_52_weeks", "claim_period": "", "status": "counted", "reason": "arrested", "window_from": dt.date(2024, 9, 1)}
    stood = [{**row, "as_of": BEFORE, "until_as_of": NIGHT, "n_counted": 215, "value": row["value"] - 1} for row in results()]
    check = {**night, "belongs_to": "bef", "subject": "register:bef", "rule": "rejects_are_few", "verdict": "failed", "is_due": True}
    held_before = [{**row, "as_of": BEFORE, "until_as_of": NIGHT, "state": "not_due", "amount": Decimal("0.00")} for row in decisions()]
    return {
        "deliveries": frame({**night, "register": "bef", "is_accepted": True}),
        "delivery_changes": frame({**night, "register": "bef"}),
        "indicator_results": frame(*({**night, **row} for row in results()), value=pl.Decimal(38, 6)),
        "payment_decisions": frame(*({**night, **row} for row in decisions()), amount=MONEY),
        "gate_checks": frame({**night, "subject": "register:bef", "rule": "rejects_are_few", "verdict": "failed"}),
        "gate_history": frame(check),
        "gaming_figures": frame({**night, "contract": "tarp", "figure": "enrolled_of_referred", "state": "suppressed"}),
        "thresholds": frame(*({**night, **row} for row in thresholds()), threshold=pl.Decimal(18, 6)),
        "suppressions": frame({**night, "contract": "tarp", "table_name": "gaming_figures", "row_key": "tarp/enrolled_of_referred/released", "rule": "small_count"}),
        "suppressions_by_rule": frame({**night, "rule": "small_count", "suppressed_rows": 1}),
        "ledger": frame({"seq": 5, "kind": "decision", "as_of": NIGHT, "contract": "tarp"}),
        "statements": frame(*statements(), **dict.fromkeys(("amount", "party_amount", "earlier_posted"), MONEY)),
        "waterfall": frame({**night, "contract": "tarp", "step": "in"}),
        "people_by_reason": frame(*({**night, **row} for row in people())),
        "balance": frame({**night, "contract": "tarp", "cohort": "released", "covariate": "age", "smd_after": Decimal("0.05")}, smd_after=pl.Decimal(18, 6)),
        "overlap": frame({**night, "contract": "tarp", "cohort": "released", "n_treatment": 12, "n_before": 900, "n_after": 20}),
        "indicator_results_history": frame(*stood, *({**night, **row} for row in results()), value=pl.Decimal(38, 6)),
        "payment_decisions_history": frame(*held_before, *({**night, **row} for row in decisions()), amount=MONEY),
        "cohort_members": frame({**person, "enrolled_on": dt.date(2024, 9, 1), "status": "eligible", "reason": "enrolled"}),
        "indicator_values": frame({**value, "exposure_days": 364, "value": Decimal(1), "evidence": [spell]}, value=pl.Decimal(18, 6)),
    }


OPEN = ("deliveries", "delivery_changes", "indicator_results", "payment_decisions", "gate_checks", "gate_history", "gaming_figures", "thresholds", "suppressions_by_rule")
PERSONS = ("cohort_members", "indicator_values")


def write(folder: Path) -> Path:
    """The three tiers under a folder."""
    made = tables()
    party = {name: rows for name, rows in made.items() if name not in PERSONS}
    publish(folder, "open", {name: made[name] for name in OPEN}, VIEWS, mode=0o644)
    publish(folder, "party", party, PARTY_VIEWS, mode=0o640)
    publish(folder, "evaluation", made, EVALUATION_VIEWS, mode=0o600)
    return folder
