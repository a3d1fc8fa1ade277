"""The worked case of six children: from their placements to each child's line and the total, to the cent, and the wrong answers that a
slip would give. The order of steps is the contract's: another contract may choose another.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from persons_given import result_of

from indicators.indicator import COHORT_SCHEMA, library
from indicators.presence import AfterEnrolment
from indicators.spells import SPELL_SCHEMA, day_number, day_of
from indicators.treatments import CODE_ROWS, EVER, CodeSet
from indicators.windows import Period
from pipelines.contracts.catalogue import arguments
from pipelines.contracts.outcome import ClaimPeriod
from pipelines.payments.adjusters import adjusted, adjusters
from pipelines.payments.rule import Assessment, Seen, Unit, rules, to_cents

QUARTER = ClaimPeriod(id="2025Q2", start=dt.date(2025, 4, 1), end=dt.date(2025, 7, 1), decided_from=dt.date(2025, 10, 1))
PRICE = Decimal("1237.45")
Step = tuple[str, dict[str, Any]]
DEADWEIGHT: Step = ("deadweight@1", {"shares": {"edge": Decimal("0.33"), "in_care": Decimal("0.0")}})
ROUNDED: Step = ("rounded@1", {"mode": "half_up", "at": "person_line"})
CAP: Step = ("cap_per_person@1", {"amount": Decimal("400000.00"), "over": "contract_life"})
AGREED = (DEADWEIGHT, ROUNDED, CAP)
COHORT = {"A": "edge", "B": "edge", "C": "in_care", "D": "edge", "E": "edge", "F": "edge"}
BEFORE = {"A": "330000.00", "B": "100000.00", "C": "0.00", "D": "390000.00", "E": "200000.00", "F": "0.00"}
DAYS = {"A": 91, "B": 49, "C": 52, "D": 31, "E": 71, "F": 14}
GROSS = {"A": "112607.95", "B": "60635.05", "C": "64347.40", "D": "38360.95", "E": "87858.95", "F": "17324.30"}
NET = {"A": "75447.33", "B": "40625.48", "C": "64347.40", "D": "25701.84", "E": "58865.50", "F": "11607.28"}
LINES = {"A": "70000.00", "B": "40625.48", "C": "64347.40", "D": "10000.00", "E": "58865.50", "F": "11607.28"}


def units_of(days: dict[str, int | Decimal]) -> tuple[Unit, ...]:
    return tuple(Unit(child, "treatment", COHORT[child], Decimal(count), QUARTER.end, Fraction(BEFORE[child])) for child, count in days.items())


def assess(units: tuple[Unit, ...], steps: Iterable[Step] = AGREED, price: Decimal = PRICE) -> Assessment:
    """The rule and then these steps, each with a contract's arguments."""
    rule = rules()["per_unit@1"]
    given = arguments(rule.parameters, {"unit": "day", "price": {dt.date(2025, 1, 1): price}, "role": "treatment"})
    chain = [(adjusters()[pin], arguments(adjusters()[pin].parameters, terms)) for pin, terms in steps]
    seen = Seen(result_of(units), QUARTER, lambda: units)
    return adjusted(rule.assessed(seen, given), chain, seen)


def lines(said: Assessment) -> dict[str, str]:
    return {line.key: str(to_cents(line.amount)) for line in said.lines}


@pytest.mark.parametrize(("steps", "expected"), [((), GROSS), (AGREED[:2], NET), (AGREED, LINES)])
def test_each_step_gives_each_child_its_figure(steps: tuple[Step, ...], expected: dict[str, str]) -> None:
    assert lines(assess(units_of(DAYS), steps)) == expected


def test_the_total_is_255_445_66_with_its_arithmetic() -> None:
    said = assess(units_of(DAYS))
    assert (said.state, str(said.amount), said.fewest) == ("due", "255445.66", 1)
    assert said.reason == "308 days at 1,237.45 each, 255,445.66 after adjusters"
    assert said.arithmetic == (
        "308 days of 6 persons x 1,237.45 (price on 2025-04-01) = 381,134.60",
        "less deadweight (edge 0.33, in_care 0.0): 381,134.60 - 104,539.78",
        "rounded half up to 0.01 for each person = 276,594.83",
        "cap of 400,000.00 a person over the contract life: - 21,149.17 = 255,445.66",
    )


def test_a_contract_may_put_the_cap_before_the_deadweight_and_then_gets_229_045_66() -> None:
    said = assess(units_of(DAYS), (CAP, DEADWEIGHT, ROUNDED))
    assert str(said.amount) == "229045.66"
    assert lines(said) == {**LINES, "A": "46900.00", "D": "6700.00"}


def test_deadweight_is_taken_from_money_and_not_from_days_rounded_to_whole_ones() -> None:
    whole = {child: int(to_cents(Fraction(count) * (1 - Fraction("0.33"))) + Decimal("0.5")) if COHORT[child] == "edge" else count for child, count in DAYS.items()}
    assert whole == {"A": 61, "B": 33, "C": 52, "D": 21, "E": 48, "F": 9}
    wrong = assess(units_of(whole), (ROUNDED, CAP)).amount
    assert str(wrong) == "255717.90"
    assert assess(units_of(DAYS)).amount != wrong


@pytest.mark.parametrize(("mode", "expected"), [("half_up", "838.51"), ("half_even", "838.50")])
def test_one_day_at_1_251_50_is_a_half_cent_that_the_contract_rounds(mode: str, expected: str) -> None:
    said = assess(units_of({"B": 1}), (DEADWEIGHT, ("rounded@1", {"mode": mode, "at": "person_line"}), CAP), Decimal("1251.50"))
    assert (str(said.amount), lines(said)) == (expected, {"B": expected})


def test_without_rounding_the_half_cent_stays_in_the_line() -> None:
    assert assess(units_of({"B": 1}), (DEADWEIGHT, CAP), Decimal("1251.50")).lines[0].amount == Fraction("838.505")


CHILDREN = {child: place for place, child in enumerate(COHORT)}
ENROLLED = {"A": "2024-07-01", "B": "2024-08-15", "C": "2024-09-02", "D": "2022-05-02", "E": "2024-11-20", "F": "2024-12-31"}
BORN = {"A": "2015-01-01", "B": "2012-03-04", "C": "2010-12-24", "D": "2011-07-07", "E": "2007-06-11", "F": "2016-02-29"}
HOME_TIME = [("B", "2025-04-20", "2025-06-01"), ("C", "2024-10-01", "2025-05-10")]
RESTATED = [("B", "2025-04-20", "2025-06-15"), ("C", "2024-10-01", "2025-05-03"), ("A", "2025-06-28", "2099-01-01")]
CODES = pl.DataFrame([("familiepleje", "anbragt", *EVER), ("eget_vaerelse", "eget", *EVER)], schema=CODE_ROWS, orient="row")
TYPES = CodeSet(codes="placement_type", counts=["anbragt"], does_not_count=["eget_vaerelse"])


def on(text: str) -> int:
    return day_number(dt.date.fromisoformat(text))


def tables(placements: list[tuple[str, str, str]]) -> dict[str, pl.LazyFrame]:
    """Staged tables of the six children: resident throughout, F dead on 2025-04-15. A room of one's own counts as home."""
    own_room = ("E", "2025-04-05", "2025-05-05", "eget_vaerelse")
    placed = [(CHILDREN[child], on(start), on(end), kind) for child, start, end, kind in [*((*row, "familiepleje") for row in placements), own_room]]
    return {
        "placements": pl.LazyFrame(placed, schema={**SPELL_SCHEMA, "type": pl.String}, orient="row"),
        "bef_residence": pl.LazyFrame(
            [(number, on("2016-03-01"), on("2025-04-15" if child == "F" else "2026-04-01")) for child, number in CHILDREN.items()], SPELL_SCHEMA, orient="row"
        ),
        "bef_person": pl.LazyFrame([(number, on(BORN[child])) for child, number in CHILDREN.items()], {"person_id": pl.Int32, "birth_day": pl.Int32}, orient="row"),
        "dod": pl.LazyFrame([(CHILDREN["F"], on("2025-04-15"), on("2025-04-16"))], SPELL_SCHEMA, orient="row"),
    }


def measured(placements: list[tuple[str, str, str]], end: str = "exclusive") -> tuple[Unit, ...]:
    """The counted children as measuring gives them to a rule."""
    cohort = pl.LazyFrame([(number, "treatment", on(ENROLLED[child])) for child, number in CHILDREN.items()], COHORT_SCHEMA, orient="row")
    terms = {"years": 3, "end": end, "types": TYPES, "codes": CODES, "after_enrolment": AfterEnrolment(turned_18="stop")}
    period = Period(day_number(QUARTER.start), day_number(QUARTER.end))
    rows = library()["days_out_of_care@1"].rows(cohort, tables(placements), {**terms, "claim_period": period}, on("2026-01-01")).collect()
    assert set(rows["status"]) == {"counted"}
    names = {number: child for child, number in CHILDREN.items()}
    found = sorted(((names[row["person_id"]], row) for row in rows.iter_rows(named=True)), key=lambda item: item[0])
    return tuple(Unit(child, row["role"], COHORT[child], row["value"], day_of(row["window_end"]), Fraction(BEFORE[child])) for child, row in found)


def days(units: tuple[Unit, ...]) -> dict[str, int]:
    return {unit.key: int(unit.value) for unit in units}


def test_from_placements_to_the_total() -> None:
    units = measured(HOME_TIME)
    assert days(units) == DAYS
    said = assess(units)
    assert (lines(said), str(said.amount)) == (LINES, "255445.66")
    assert said.arithmetic == assess(units_of(DAYS)).arithmetic


def test_the_day_of_slutdato_counted_as_in_care_is_the_contracts_other_choice_and_gives_253_379_12() -> None:
    units = measured(HOME_TIME, end="inclusive")
    assert days(units) == {**DAYS, "B": 48, "C": 51}
    said = assess(units)
    assert (str(said.amount), lines(said)) == ("253379.12", {**LINES, "B": "39796.39", "C": "63109.95"})


def test_a_restated_delivery_gives_252_500_53_and_the_child_at_the_cap_loses_nothing() -> None:
    units = measured(RESTATED)
    assert days(units) == {**DAYS, "A": 88, "B": 35, "C": 59}
    assert lines(assess(units, AGREED[:2]))["A"] == "72960.05"
    said = assess(units)
    assert (str(said.amount), lines(said)) == ("252500.53", {**LINES, "A": "70000.00", "B": "29018.20", "C": "73009.55"})
    assert said.amount - assess(measured(HOME_TIME)).amount == Decimal("-2945.13")


def test_a_restated_delivery_that_says_the_same_gives_the_same() -> None:
    assert assess(measured(list(reversed(HOME_TIME)))) == assess(measured(HOME_TIME))
