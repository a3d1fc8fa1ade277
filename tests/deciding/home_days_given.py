"""What the tests of deciding share: a contract that pays for days at home, on account first and finally later, and what a night knows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, NoReturn

from indicators.result import Result, RoleCount
from pipelines.contracts.outcome import ClaimPeriod, OutcomeContract, Payment
from pipelines.payments.decide import FINAL, Decision, Known, Standing, decide_trigger
from pipelines.payments.rule import Unit
from pipelines.quality.gate import GateVerdict, HoldReason

FIRST, SECOND, THIRD = (
    {"id": "2024H2", "from": dt.date(2024, 7, 1), "to": dt.date(2025, 1, 1), "on_account_from": dt.date(2025, 3, 1), "decided_from": dt.date(2025, 12, 1)},
    {"id": "2025H1", "from": dt.date(2025, 1, 1), "to": dt.date(2025, 7, 1), "on_account_from": dt.date(2025, 9, 1), "decided_from": dt.date(2026, 6, 15)},
    {"id": "2025H2", "from": dt.date(2025, 7, 1), "to": dt.date(2026, 1, 1), "on_account_from": dt.date(2026, 3, 1), "decided_from": dt.date(2026, 12, 15)},
)
AFTER_ALL = dt.date(2027, 1, 1)
NOTHING_STANDS = Standing()
FAILED = HoldReason("register:buaf", "label_within_coverage", "failed", "buaf covers too little", "Ask.", "data_supplier")
CONDITION = {"outcome": "trivsel", "rule": "not_worse@1", "clause": "Bilag 3 §4", "min_response": Decimal("0.70")}
DEADWEIGHT = {"deadweight@1": {"shares": {"edge": Decimal("0.33")}}}
ROUNDED = {"rounded@1": {"mode": "half_up", "at": "person_line"}}
CAP = {"cap_per_person@1": {"amount": Decimal("1000.00"), "over": "contract_life"}}
PER_DAY = {"per_unit@1": {"unit": "day", "price": {dt.date(2024, 7, 1): Decimal("10.00")}, "role": "treatment"}}


def payment(**changes: Any) -> dict[str, Any]:
    """A trigger as a contract writes it: 10.00 a day, on account 80 per cent, at most 1,000.00 a person."""
    plain = {
        "id": "hjemmedage",
        "clause": "Bilag 3 §1",
        "pays_for": "hjemmedage",
        "payer": "kommune",
        "payee": "familiehuset",
        "on_account": {"clause": "Bilag 3 §5", "pays_for": "foreloebig", "share": Decimal("0.80")},
        "rule": PER_DAY,
        "adjust": [ROUNDED, CAP],
        "claim_periods": [FIRST, SECOND, THIRD],
    }
    return {**plain, **changes}


def contract(*payments: dict[str, Any], name: str = "hjem", smallest: int = 5) -> OutcomeContract:
    days = {"kind": "outcome", "clause": "Bilag 2", "cohort": ["edge"], "indicator": "days_out_of_care@1"}
    return OutcomeContract.model_validate(
        {
            "contract": name,
            "version": 1,
            "title": "Days at home",
            "language": "da",
            "model": "payment_by_results",
            "currency": "DKK",
            "term": {"from": dt.date(2024, 6, 1), "to": dt.date(2027, 7, 1)},
            "parties": [{"id": "kommune", "name": "Kommunen", "roles": ["payer"]}, {"id": "familiehuset", "name": "Familiehuset", "roles": ["provider"]}],
            "cohorts": [
                {"id": "edge", "clause": "Bilag 1", "from": "referrals", "enrolled": {"from": dt.date(2024, 7, 1), "to": dt.date(2025, 1, 1)}, "enrolled_on": "indskrevet_dato"}
            ],
            "outcomes": [
                {"id": "hjemmedage", "reads": {"placements": "buaf"}, **days},
                {"id": "foreloebig", "reads": {"placements": "case_placements"}, **days},
                {"id": "trivsel", "kind": "experienced", "clause": "Bilag 2 §3", "cohort": ["edge"], "indicator": "who5_change@1"},
            ],
            "payments": list(payments) or [payment()],
            "gate": {"profile": "standard@1"},
            "disclosure": {"smallest_count": smallest},
        }
    )


def unit(key: str, days: Any, before: Any = 0, *, cohort: str = "edge", role: str = "treatment") -> Unit:
    return Unit(key, role, cohort, Decimal(days), dt.date(2025, 1, 1), Fraction(before))


def result_of(units: tuple[Unit, ...], outcome: str = "hjemmedage") -> Result:
    own = [item.value for item in units if item.role == "treatment"]
    return Result("hjem", outcome, "Bilag 2", "outcome", "days_out_of_care@1", "edge", {"treatment": RoleCount(len(own), len(own), sum(own, Decimal(0)), 0)} if own else {})


def answered(mean: str, *, answers: int = 8, n: int = 10) -> Result:
    """What a condition sees: so many of `n` answered, with this mean change."""
    return Result("hjem", "trivsel", "Bilag 2 §3", "experienced", "who5_change@1", "edge", {"treatment": RoleCount(n, answers, Decimal(mean) * answers, 0)})


def gate(*reasons: HoldReason) -> GateVerdict:
    return GateVerdict("held" if reasons else "open", "f1", 7, reasons, ())


def never(*_: object) -> NoReturn:
    raise AssertionError("this may not be asked")


def decide(
    *units: Unit,
    made: OutcomeContract | None = None,
    period: int = 0,
    kind: str = FINAL,
    standing: Standing = NOTHING_STANDS,
    as_of: dt.date = AFTER_ALL,
    conditions: Mapping[str, Result | None] | None = None,
    verdict: Callable[[], GateVerdict] = gate,
) -> Decision:
    """What is decided of one claim when these people count."""
    agreed = made or contract()
    trigger: Payment = agreed.payments[0]
    claim: ClaimPeriod = trigger.claim_periods[period]
    known = Known(verdict, lambda: result_of(units), (conditions or {}).__getitem__, lambda: units, standing)
    return decide_trigger(agreed, trigger, claim, known, as_of=as_of, kind=kind)
