"""A small contract with an investment case, whose every number can be worked by hand, and its parts to change."""

from __future__ import annotations

import copy
import datetime as dt
from decimal import Decimal
from functools import cache
from typing import Any

from indicators.result import Estimate, Interval, Quantity, Result, RoleCount
from pipelines.contracts.outcome import OutcomeContract
from pipelines.contracts.value import Value
from pipelines.contracts.valuing import schedules_of
from pipelines.investing.case import Case, Found, case
from pipelines.investing.lines import Schedules, Transfers
from pipelines.payments.vocabulary import catalogue

SAID = {"clause": "Bilag 6", "source": "Aftalt", "dated": dt.date(2023, 11, 1)}


def day(year: int) -> dt.date:
    return dt.date(year, 1, 1)


def value() -> dict[str, Any]:
    """Ten people, four weeks each, in 2024; half of it is left in 2025 and a quarter in 2026."""
    price = {"marginal": {day(2024): Decimal("1000.00")}, "average": {day(2024): Decimal("1500.00")}, "price_level": 2024}
    return {
        "clause": "Bilag 6",
        "price_level": 2024,
        "years": {"first": 2024, "last": 2026},
        "payers": {"municipality": ["kommune"]},
        "index": {**SAID, "name": "P/L", "levels": {2024: Decimal("100.0"), 2025: Decimal("102.0"), 2026: Decimal("105.0")}},
        "discount": {**SAID, "rates": {day(2021): Decimal("0.05")}},
        "effects": [
            {
                **SAID,
                "outcome": "uger",
                "figure": "difference",
                "better": "higher",
                "interval": "welch",
                "expected": {"each": Decimal("4.0"), "low": Decimal("1.0"), "high": Decimal("7.0"), "people": {"p2024": 10}},
            }
        ],
        "consequences": [
            {
                **SAID,
                "id": "ydelse",
                "follows": "uger",
                "kind": "saving",
                "unit": "week",
                "price": price,
                "lasts": {0: Decimal("1.0"), 1: Decimal("0.5"), 2: Decimal("0.25")},
                "shares": {"municipality": Decimal("1.0")},
                "refund": {"schedule": "ydelser", "from_week": 27},
            }
        ],
        "costs": [
            {**SAID, "id": "indsats", "kind": "programme", "payer": "others", "price_level": 2024, "amounts": {2024: Decimal("30000.00")}},
            {**SAID, "id": "maaling", "kind": "evaluation", "payer": "municipality", "price_level": 2026, "amounts": {2026: Decimal("5250.00")}},
        ],
    }


COMPARE = {"method": "matched@1", "intervals": ["welch"], "level": Decimal("0.95"), "decimals": 6}


def contract(
    worth: dict[str, Any] | None = None, *, is_compared: bool = True, periods: tuple[int, ...] = (2024,), compare: dict[str, Any] = COMPARE, on_account: str = ""
) -> OutcomeContract:
    """The contract: one outcome, one payment, a claim period a year that is decided in the middle of the next. With `on_account` the payment is for another
    outcome of that name, and for the one only on account."""
    outcome = {"id": "uger", "clause": "§2", "kind": "outcome", "cohort": "unge", "indicator": "weeks_self_supporting@1", "claimed_by": "window_end"}
    claims = [{"id": f"p{year}", "from": day(year), "to": day(year + 1), "decided_from": dt.date(year + 1, 6, 15), "expected": Decimal("25500.00")} for year in periods]
    outcomes = [{**outcome, **({"compare": compare} if is_compared else {})}, *([{**outcome, "id": on_account}] if on_account else [])]
    account = {"on_account": {"clause": "§4", "pays_for": "uger", "share": Decimal("0.5")}} if on_account else {}
    claims = [{**claim, **({"on_account_from": claim["to"]} if on_account else {})} for claim in claims]
    rule = {"per_person@1": {"price": {day(2024): Decimal("1.00")}, "role": "treatment"}}
    return OutcomeContract.model_validate(
        {
            "contract": "lille",
            "version": 1,
            "title": "En lille kontrakt",
            "language": "da",
            "model": "payment_by_results",
            "currency": "DKK",
            "term": {"from": day(2023), "to": day(2030)},
            "parties": [{"id": "kommune", "name": "Kommunen", "roles": ["payer"]}, {"id": "udfoerer", "name": "De raske", "roles": ["provider"]}],
            "cohorts": [{"id": "unge", "clause": "§1", "from": "referrals", "enrolled": {"from": day(2023), "to": day(2024)}, "enrolled_on": "indskrevet_dato"}],
            "outcomes": outcomes,
            "payments": [
                {"id": "betaling", "clause": "§3", "pays_for": on_account or "uger", "payer": "kommune", "payee": "udfoerer", "rule": rule, "claim_periods": claims, **account}
            ],
            "gate": {"profile": "standard@1"},
            "value": copy.deepcopy(worth) if worth is not None else value(),
        }
    )


def schedules(of: OutcomeContract) -> Schedules:
    return schedules_of(of, listed())


@cache
def listed() -> Schedules:
    """The schedules that ship."""
    return catalogue().refunds


@cache
def _plain() -> OutcomeContract:
    return contract()


def made(worth: dict[str, Any] | None = None, found: tuple[Found, ...] = (), transfers: Transfers | None = None) -> Case:
    """The case of that contract."""
    of = _plain() if worth is None else _plain().model_copy(update={"value": Value.model_validate(copy.deepcopy(worth))})
    return case(of, schedules(of), found, transfers)


def placement(**changes: Any) -> dict[str, Any]:
    """One child's day out of care in 2022, of a placement of 2,500,000.00 a year, refunded by amount. Nothing changes prices or discounts."""
    worth = value()
    price = {"marginal": {day(2022): Decimal("2500000.00")}, "average": {day(2022): Decimal("2500000.00")}, "price_level": 2022, "per": "year"}
    refund = {"schedule": "dyre_enkeltsager", "amount_a_year": Decimal("2500000.00"), "price_level": 2022}
    worth.update(price_level=2022, years={"first": 2022, "last": 2024}, costs=[{**worth["costs"][0], "price_level": 2022, "amounts": {2022: Decimal("0.00")}}])
    worth["index"]["levels"] = dict.fromkeys(range(2020, 2027), Decimal("100.0"))
    worth["consequences"][0].update(id="anbringelse", unit="day", price=price, lasts={0: Decimal("1.0")}, refund=refund)
    worth["consequences"][0].update(changes)
    return worth


def result(people: int = 8, each: str = "5.0", low: str = "2.0", high: str = "8.0", *, period: str = "p2024", mean: str | None = None) -> Result:
    """What was measured of a claim period."""
    quantity = Quantity(Decimal(each), None, None, (Interval("welch", Decimal("0.95"), Decimal(low), Decimal(high)),))
    estimate = None if mean is not None else Estimate("matched@1", {"difference": quantity})
    total = Decimal(mean or "30") * people
    return Result("lille", "uger", "§2", "outcome", "weeks_self_supporting@1", "unge", {"treatment": RoleCount(people, people, total, 1)}, estimate=estimate, claim_period=period)
