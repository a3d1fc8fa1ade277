"""The worked case of milestones with clock restarts: from four people's stays to each quarter's amount, a price once for each milestone; and the
wrong answers that a slip would give.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from typing import Any

import polars as pl
import pytest

from indicators.indicator import COHORT_SCHEMA, library
from indicators.presence import AfterEnrolment
from indicators.result import Result, count_roles
from indicators.spells import SPELL_SCHEMA, day_number
from indicators.treatments import CODE_ROWS, EVER, CodeSet
from indicators.windows import Period
from pipelines.contracts.catalogue import arguments
from pipelines.contracts.outcome import ClaimPeriod
from pipelines.payments.rule import rules

PRICES = {0: "6000.00", 3: "15000.00", 6: "15000.00", 12: "26000.00", 18: "25000.00"}
OPEN = dt.date(2099, 1, 1)
STAYS = {
    "P": [("2023-08-31", "2024-01-10"), ("2024-02-01", "2024-05-20"), ("2024-07-15", "")],
    "Q": [("2024-03-01", "2024-05-25"), ("2024-06-10", "2024-09-20")],
    "R": [("2024-01-01", "2024-02-10"), ("2024-03-09", "")],
    "R'": [("2024-01-01", "2024-02-10"), ("2024-03-10", "")],
}
REFERRED = {"P": "2023-06-01", "Q": "2024-03-01", "R": "2024-01-01", "R'": "2024-01-01"}
KNOWN_THROUGH = {"P": "2026-03-31", "Q": "2025-01-31", "R": "2024-04-30", "R'": "2024-04-30"}
BY_QUARTER = {
    "P": {"2023Q3": "6000.00", "2023Q4": "15000.00", "2024Q1": "15000.00", "2025Q3": "26000.00", "2026Q1": "25000.00"},
    "Q": {"2024Q1": "6000.00", "2024Q2": "15000.00", "2024Q3": "15000.00"},
    "R": {"2024Q1": "6000.00", "2024Q2": "15000.00"},
    "R'": {"2024Q1": "6000.00"},
}
TOTAL = {"P": "87000.00", "Q": "36000.00", "R": "21000.00", "R'": "6000.00"}


def day(text: str) -> int:
    return day_number(dt.date.fromisoformat(text))


def quarters(through: str) -> list[ClaimPeriod]:
    """Every quarter from the third of 2023, the last cut off after the day that is known."""
    end, made, start = dt.date.fromisoformat(through) + dt.timedelta(days=1), [], dt.date(2023, 7, 1)
    while start < end:
        later = dt.date(start.year + (start.month == 10), (start.month + 2) % 12 + 1, 1)
        made.append(ClaimPeriod(id=f"{start.year}Q{start.month // 3 + 1}", start=start, end=min(later, end), decided_from=end))
        start = later
    return made


def result_of(people: Iterable[str], months: int, quarter: ClaimPeriod, gap: int = 28) -> Result:
    """The indicator's result for these people, counted as a night counts it."""
    names = list(people)
    stays = [(names.index(name), day(start), day(end) if end else day_number(OPEN), "tenancy") for name in names for start, end in STAYS[name]]
    homes = [(number, day("2010-01-01"), day("2030-01-01")) for number in range(len(names))]
    placed = {**SPELL_SCHEMA, "type": pl.String}
    tables = {
        "stays": pl.LazyFrame(stays, schema=placed, orient="row"),
        "bef_residence": pl.LazyFrame(homes, schema=SPELL_SCHEMA, orient="row"),
        "bef_person": pl.LazyFrame(schema={"person_id": pl.Int32, "birth_day": pl.Int32}),
        "dod": pl.LazyFrame(schema=SPELL_SCHEMA),
    }
    terms: dict[str, Any] = {
        "months": months,
        "within_months": 36,
        "tolerated_gap_days": gap,
        "housed_at_enrolment": "enters_then",
        "types": CodeSet(codes="stay_type", counts=["tenancy"]),
        "codes": pl.DataFrame([("tenancy", "bolig", *EVER)], schema=CODE_ROWS, orient="row"),
        "after_enrolment": AfterEnrolment(),
        "claim_period": Period(day_number(quarter.start), day_number(quarter.end)),
    }
    cohort = pl.LazyFrame([(number, "treatment", day(REFERRED[name])) for number, name in enumerate(names)], schema=COHORT_SCHEMA, orient="row")
    rows = library()["housing_sustained@1"].rows(cohort, tables, terms, day_number(quarter.end)).collect()
    return Result("hjem", f"bolig_{months}", "Bilag 2", "outcome", "housing_sustained@1", "alle", count_roles(rows), claim_period=quarter.id)


@cache
def paid(names: tuple[str, ...], through: str, gap: int = 28) -> dict[str, Decimal]:
    """Amount by quarter, each milestone by its own trigger at its own price; a quarter that brings nothing is left out."""
    rule, made = rules()["per_person@1"], {}
    for quarter in quarters(through):
        amounts = []
        for months, price in PRICES.items():
            given = arguments(rule.parameters, {"price": {dt.date(2023, 1, 1): Decimal(price)}, "role": "treatment"})
            amounts.append(rule.assess(result_of(names, months, quarter, gap), quarter, **given).amount)
        if sum(amounts):
            made[quarter.id] = sum(amounts, Decimal(0))
    return made


@pytest.mark.parametrize("name", STAYS)
def test_each_person_brings_the_amounts_of_the_quarters_in_which_the_days_of_reaching_fall(name: str) -> None:
    found = paid((name,), KNOWN_THROUGH[name])
    assert {quarter: str(amount) for quarter, amount in found.items()} == BY_QUARTER[name]
    assert str(sum(found.values())) == TOTAL[name]


def test_all_four_together_bring_what_each_does_alone() -> None:
    together = paid(tuple(STAYS), "2024-04-30")
    alone = [paid((name,), "2024-04-30") for name in STAYS]
    assert together == {quarter: sum((found.get(quarter, Decimal(0)) for found in alone), Decimal(0)) for quarter in together}
    assert str(sum(together.values())) == "69000.00", "P 36,000, Q 6,000, R 21,000 and R' 6,000 by the end of April 2024"


@pytest.mark.parametrize(("gap", "total"), [(27, "6000.00"), (28, "21000.00")])
def test_r_turns_on_whether_a_gap_of_28_days_is_tolerated(gap: int, total: str) -> None:
    assert str(sum(paid(("R",), "2024-04-30", gap).values())) == total


def test_a_clock_that_never_restarted_would_pay_p_the_later_milestones_early() -> None:
    by_quarter = paid(("P",), KNOWN_THROUGH["P"], 56)
    assert {quarter: str(amount) for quarter, amount in by_quarter.items() if quarter > "2024Q1"} == {"2024Q3": "26000.00", "2025Q1": "25000.00"}
