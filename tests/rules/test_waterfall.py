"""The waterfall: its hand-worked cases to the cent, the answers that must not come out, and what holds for any terms."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rules.waterfall.waterfall_given import LAST, read_here, terms, worked_inflows

from pipelines.canonical import canonical
from pipelines.contracts.waterfall import Waterfall
from pipelines.payments.waterfall import Inflow, Row, distribute, totals, waiting, words

PROPERTY = settings(max_examples=200, deadline=None, derandomize=True, database=None)
CASES = read_here("cases.yaml").value["cases"]
NOUGHT = Decimal("0.00")
START = dt.date(2023, 1, 1)


def shown(row: Row) -> dict[str, Any]:
    """A row as the case file writes one: only what is not nought."""
    columns = {
        "on": row.date,
        "in": row.inflow,
        "guarantee": row.guarantee,
        "floor": {name: item.paid for name, item in row.floor_interest.items() if item.paid},
        "unpaid": {name: item.unpaid for name, item in row.floor_interest.items() if item.unpaid},
        "principal": {name: amount for name, amount in row.principal.items() if amount},
        "protected": {name: amount for name, amount in row.protected.items() if amount},
        "guarantor": row.guarantor,
        "protection": {name: amount for name, amount in row.protection.items() if amount},
        "premium": {name: amount for name, amount in row.premium.items() if amount},
        "return": {name: item.paid for name, item in row.returns.items() if item.paid},
        "bonus": row.bonus,
        "cut": row.bonus_cut,
        "reverts": row.reverts,
    }
    return {name: value for name, value in columns.items() if value}


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in CASES])
def test_case(case: dict[str, Any]) -> None:
    inflows = [Inflow(day, amount, "results paid") for item in case["inflows"] for day, amount in item.items()]
    assert [shown(row) for row in distribute(terms(**case.get("with", {})), inflows, LAST)] == case["rows"]


def worked() -> list[Row]:
    return distribute(terms(), worked_inflows(), LAST)


def test_the_worked_case_sums_to_the_cent_and_what_goes_in_comes_out() -> None:
    summed = totals(worked()).as_data()
    assert summed == {
        "inflow": Decimal("10460000.00"),
        "guarantee": Decimal("80000.00"),
        "classes": {
            "senior": {"floor_interest": Decimal("440907.94"), "principal": Decimal("6000000.00"), "returns": Decimal("459092.06"), "total": Decimal("6900000.00")},
            "junior": {"floor_interest": NOUGHT, "principal": Decimal("2000000.00"), "returns": Decimal("600000.00"), "total": Decimal("2600000.00")},
        },
        "guarantor": Decimal("80000.00"),
        "bonus": Decimal("400000.00"),
        "reverts": Decimal("560000.00"),
        "paid_in": Decimal("10540000.00"),
        "paid_out": Decimal("10540000.00"),
    }


def test_the_balances_of_the_worked_case_after_every_date() -> None:
    balances = [tuple(str(amount) for amount in (*row.outstanding.values(), row.guarantor_owed, *row.return_to_date.values())) for row in worked()]
    assert balances == [
        ("6000000.00", "2000000.00", "80000.00", "180000.00", "0.00"),
        ("2680493.15", "2000000.00", "80000.00", "360493.15", "0.00"),
        ("0.00", "560907.94", "80000.00", "440907.94", "0.00"),
        ("0.00", "0.00", "0.00", "860000.00", "600000.00"),
        ("0.00", "0.00", "0.00", "900000.00", "600000.00"),
    ]


def test_what_the_caps_cut_in_the_worked_case_and_where_it_went() -> None:
    fourth, fifth = worked()[3:]
    said = [tuple(str(amount) for amount in (item.share, item.cut, item.received, item.paid)) for row in (fourth, fifth) for item in row.returns.values()]
    assert said == [
        ("407636.82", "0.00", "11455.24", "419092.06"),
        ("611455.24", "11455.24", "0.00", "600000.00"),
        ("400000.00", "360000.00", "0.00", "40000.00"),
        ("600000.00", "600000.00", "0.00", "0.00"),
    ]


def test_the_days_and_the_principal_that_floor_interest_is_counted_on() -> None:
    assert [(row.floor_interest["senior"].days, str(row.floor_interest["senior"].outstanding)) for row in worked()] == [
        (365, "6000000.00"),
        (366, "6000000.00"),
        (365, "2680493.15"),
        (0, "0.00"),
        (0, "0.00"),
    ]


@pytest.mark.parametrize(
    ("year", "column", "wrong"),
    [
        pytest.param(0, "floor", "182500.00", id="a year of 360 days"),
        pytest.param(1, "floor", "180000.00", id="a leap year with 365 days"),
        pytest.param(1, "floor", "185893.15", id="interest on interest"),
        pytest.param(2, "floor", "180000.00", id="interest on the principal once drawn"),
        pytest.param(3, "floor", "0.01", id="a floor in the fourth year"),
        pytest.param(2, "junior", "1359092.06", id="the guarantor before the junior class"),
        pytest.param(3, "return", "407636.82", id="what the junior class may not take is not passed on"),
        pytest.param(3, "return", "499092.06", id="the guarantor's money counted as nobody's"),
        pytest.param(4, "return", "120000.00", id="floor interest from the guarantor not counted to the cap"),
        pytest.param(4, "return", "400000.00", id="floor interest not counted to the cap, or a cap a year"),
        pytest.param(4, "bonus", "480000.00", id="a bonus without its cap"),
        pytest.param(4, "bonus", "500000.00", id="a bonus of the whole inflow"),
    ],
)
def test_wrong_answers_that_must_not_come_out(year: int, column: str, wrong: str) -> None:
    row = worked()[year]
    right = {"floor": row.floor_interest["senior"].paid, "junior": row.principal["junior"], "return": row.returns["senior"].paid if row.returns else NOUGHT, "bonus": row.bonus}
    assert str(right[column]) != wrong


def test_the_arithmetic_is_said_line_by_line_with_the_numbers_and_the_clause() -> None:
    rows = worked()
    assert words(rows[0]) == [
        "in by 2024-01-01: results paid (2024-01-01) 100,000.00   (Bilag 5)",
        "floor interest to senior: 6,000,000.00 x 3.00 % x 365/365 days from 2023-01-01 to 2024-01-01 = 180,000.00   (Bilag 5)",
        "floor interest to senior: 100,000.00 from what came in + 80,000.00 from the guarantor (limit 500,000.00 less 0.00 paid before) = 180,000.00   (Bilag 5)",
        "principal to senior: 0.00 of 6,000,000.00 outstanding, 6,000,000.00 remains   (Bilag 5)",
        "principal to junior: 0.00 of 2,000,000.00 outstanding, 2,000,000.00 remains   (Bilag 5)",
        "back to the guarantor stiftelse: 0.00 of 80,000.00 owed, 80,000.00 remains   (Bilag 5)",
        "100,000.00 in + 80,000.00 guarantee = 180,000.00 out: floor interest 180,000.00   (Bilag 5)",
    ]
    assert words(rows[2])[1] == ("floor interest to senior: 2,680,493.15 x 3.00 % x 365/365 days from 2025-01-01 to 2026-01-01 (the floor ends there) = 80,414.79   (Bilag 5)")
    assert words(rows[3])[3:] == [
        "return: 1,019,092.06, of which 40.00 % = 407,636.82 to senior, the residual 611,455.24 to junior   (Bilag 5)",
        "return to junior: cap 2,000,000.00 x 30.00 % = 600,000.00 less 0.00 before leaves 600,000.00, 11,455.24 of 611,455.24 is cut   (Bilag 5)",
        "return to senior: 407,636.82 + 11,455.24 cut from others = 419,092.06; cap 6,000,000.00 x 15.00 % = 900,000.00 less 440,907.94 before leaves 459,092.06   (Bilag 5)",
        "1,660,000.00 in = 1,660,000.00 out: principal 560,907.94 + guarantor 80,000.00 + return 1,019,092.06   (Bilag 5)",
    ]
    assert words(rows[4])[4:] == [
        "bonus to udfoerer: 960,000.00 x 50.00 % = 480,000.00; at most 400,000.00 less 0.00 before: 400,000.00   (Bilag 5)",
        "the rest reverts to kommune: 560,000.00   (Bilag 5)",
        "1,000,000.00 in = 1,000,000.00 out: return 40,000.00 + bonus 400,000.00 + reverts 560,000.00   (Bilag 5)",
    ]


def line(name: str, year: int, begins: str) -> list[str]:
    """The lines of one year of a case that begin so, without their clause."""
    case = next(case for case in CASES if case["name"].startswith(name))
    inflows = [Inflow(day, amount, "results paid") for item in case["inflows"] for day, amount in item.items()]
    row = distribute(terms(**case["with"]), inflows, LAST)[year]
    return [said.removesuffix("   (Bilag 5)") for said in words(row) if said.startswith(begins)]


def test_what_becomes_of_unpaid_floor_interest_is_said() -> None:
    assert line("The guarantee is used up", 1, "floor")[2:] == ["floor interest to senior: 20,000.00 paid, 160,493.15 is carried without interest"]
    assert line("The guarantee is used up", 2, "floor")[1:] == ["floor interest to senior: 180,000.00 + 160,493.15 owed from before = 340,493.15"]
    assert line("Unpaid floor interest bears", 1, "floor")[2:] == ["floor interest to senior: 20,000.00 paid, 160,493.15 is carried and bears interest"]
    assert line("Unpaid floor interest is never", 1, "floor")[2:] == ["floor interest to senior: 20,000.00 paid, 160,493.15 lapses"]
    assert line("What is carried is paid", 1, "floor") == ["floor interest to senior: 0.00 + 80,000.00 owed from before = 80,000.00"]
    assert line("The extra day", 2, "floor")[1:] == ["floor interest to senior: the return cap of 9.00 % over the life takes 493.15 off, 179,506.85 is left"]


def test_what_came_in_is_listed_by_day_and_purpose_and_nothing_is_said_as_nothing() -> None:
    inflows = [Inflow(dt.date(2023, 9, 1), Decimal(20), "2023Q2"), Inflow(dt.date(2023, 5, 1), Decimal(10), "2023Q1"), Inflow(dt.date(2023, 9, 1), Decimal(5), "2023Q2")]
    rows = distribute(terms(), inflows, dt.date(2025, 1, 1))
    assert words(rows[0])[0] == "in by 2024-01-01: 2023Q1 (2023-05-01) 10.00 + 2023Q2 (2023-09-01) 25.00 = 35.00   (Bilag 5)"
    assert words(rows[1])[0] == "in by 2025-01-01: nothing   (Bilag 5)"


def test_a_rate_is_said_with_all_its_decimals() -> None:
    changed = terms(
        classes=[{"id": "one", "investor": "fond", "principal": Decimal(1000), "drawn_on": START, "return_cap": Decimal("0.5"), "floor": {"rate": Decimal("0.03125"), "years": 3}}],
        return_split={"one": Decimal("1.0")},
        order=["floor_interest", {"principal": "one"}, "guarantor", "return", "bonus", "reverts"],
    )
    row = distribute(changed, [Inflow(START, Decimal(1100), "results paid")], dt.date(2024, 1, 1))[0]
    assert words(row)[1].startswith("floor interest to one: 1,000.00 x 3.125 % x 365/365 days")
    assert words(row)[3].startswith("return: 68.75, of which all to one")


def test_before_the_first_date_there_is_no_row_and_on_it_there_is_one() -> None:
    assert distribute(terms(), worked_inflows(), dt.date(2023, 12, 31)) == []
    assert len(distribute(terms(), worked_inflows(), dt.date(2024, 1, 1))) == 1
    assert totals([]).as_data()["paid_out"] == NOUGHT


def test_money_waits_for_the_next_date_and_for_ever_after_the_last() -> None:
    inflows = [*worked_inflows(), Inflow(dt.date(2028, 1, 2), Decimal("7.00"), "late")]
    assert str(waiting(terms(), inflows, dt.date(2023, 12, 31))) == "0.00"
    assert str(waiting(terms(), [replace(inflows[0], day=dt.date(2023, 5, 1))], dt.date(2023, 12, 31))) == "100000.00"
    assert str(waiting(terms(), inflows, dt.date(2028, 1, 1))) == "0.00"
    assert str(waiting(terms(), inflows, LAST)) == "7.00"


@pytest.mark.parametrize("amount", ["-0.01", "0.005", "1000000000000000.00"])
def test_an_inflow_that_is_no_payment_is_refused(amount: str) -> None:
    with pytest.raises(ValueError, match=f"an inflow of {amount} on 2024-01-01 cannot be distributed"):
        Inflow(dt.date(2024, 1, 1), Decimal(amount), "results paid")


CENTS = st.integers(0, 10**9).map(lambda cents: Decimal(cents).scaleb(-2))
HUNDREDTHS = st.integers(0, 100).map(lambda number: Decimal(number).scaleb(-2))


@st.composite
def any_terms(draw: st.DrawFn) -> Waterfall:
    """Terms of every shape: one to three classes, with and without floor, guarantee, split and bonus, in any order of steps."""
    names = ["a", "b", "c"][: draw(st.integers(1, 3))]
    fates = st.sampled_from(["carried", "compounds", "lapses"])
    floors = st.none() | st.builds(lambda rate, years, unpaid: {"rate": rate, "years": years, "unpaid": unpaid}, st.decimals("0.01", "0.07", places=3), st.integers(1, 3), fates)
    classes = [
        {
            "id": name,
            "investor": "fond",
            "principal": draw(CENTS) + Decimal("0.01"),
            "drawn_on": START + dt.timedelta(days=draw(st.integers(0, 300))),
            "return_cap": Decimal("0.21") + draw(HUNDREDTHS),
            "floor": draw(floors),
        }
        for name in names
    ]
    has_floor = any(item["floor"] for item in classes)
    guarantee = {"guarantor": "stiftelse", "limit": draw(CENTS) + 1} if has_floor and draw(st.booleans()) else None
    cuts = sorted(draw(st.lists(HUNDREDTHS, min_size=len(names) - 1, max_size=len(names) - 1)))
    split = {name: high - low for name, low, high in zip(names, [Decimal(0), *cuts], [*cuts, Decimal(1)], strict=True)} if draw(st.booleans()) else None
    bonus = {"to": "udfoerer", "share": draw(HUNDREDTHS), "cap": draw(st.none() | CENTS.map(lambda amount: amount + 1))} if draw(st.booleans()) else None
    optional = [("floor_interest", has_floor), ("guarantor", guarantee), ("return", split), ("bonus", bonus)]
    steps = [*({"principal": name} for name in names), *(step for step, is_needed in optional if is_needed)]
    dates = sorted(draw(st.sets(st.integers(300, 2500), min_size=1, max_size=6)))
    return terms(
        classes=classes,
        guarantee=guarantee,
        return_split=split,
        bonus=bonus,
        day_count=draw(st.sampled_from(["act_365f", "act_360", "thirty_360"])),
        over_cap=draw(st.sampled_from(["other_classes", "next_step"])),
        distributed_on=[START + dt.timedelta(days=day) for day in dates],
        order=[*draw(st.permutations(steps)), "reverts"],
    )


INFLOWS = st.lists(st.builds(Inflow, st.integers(0, 2600).map(lambda day: START + dt.timedelta(days=day)), CENTS, st.sampled_from(["x", "y"])), max_size=8)


def amounts(value: Any) -> Iterator[Decimal]:
    """Every decimal in plain data."""
    if isinstance(value, Decimal):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from amounts(inner)


@given(agreed=any_terms(), inflows=INFLOWS)
@PROPERTY
def test_what_goes_in_comes_out_of_every_row_and_no_amount_is_negative(agreed: Waterfall, inflows: list[Inflow]) -> None:
    rows = distribute(agreed, inflows, LAST)
    for row in rows:
        assert row.inflow + row.guarantee == row.paid_out
        assert all(amount >= 0 and amount.as_tuple().exponent == -2 for amount in amounts(row.as_data()))
        assert canonical(row.as_data())
    summed = totals(rows)
    assert summed.paid_in == summed.paid_out
    assert summed.paid_out == sum((item.total for item in summed.classes.values()), summed.guarantor + summed.bonus + summed.reverts)
    assert summed.inflow + waiting(agreed, inflows, LAST) == sum((item.amount for item in inflows), NOUGHT)


@given(agreed=any_terms(), inflows=INFLOWS)
@PROPERTY
def test_nobody_gets_more_than_agreed(agreed: Waterfall, inflows: list[Inflow]) -> None:
    rows = distribute(agreed, inflows, LAST)
    for until in range(1, len(rows) + 1):
        summed, after = totals(rows[:until]), rows[until - 1]
        for item in agreed.classes:
            assert summed.classes[item.id].principal + after.outstanding[item.id] == item.principal
            returned = summed.classes[item.id].floor_interest + summed.classes[item.id].returns
            assert returned == after.return_to_date[item.id]
            assert abs(returned - item.principal * item.return_cap) <= Decimal("0.005") or returned < item.principal * item.return_cap
        assert summed.guarantee - summed.guarantor == after.guarantor_owed >= 0
        assert summed.guarantee <= (agreed.guarantee.limit if agreed.guarantee else 0)
        assert agreed.bonus is None or agreed.bonus.cap is None or summed.bonus <= agreed.bonus.cap


@given(agreed=any_terms(), inflows=INFLOWS)
@PROPERTY
def test_no_step_is_paid_while_a_step_before_it_still_waits(agreed: Waterfall, inflows: list[Inflow]) -> None:
    for row in distribute(agreed, inflows, LAST):
        is_dry = False
        for step in agreed.order:
            paid = row.principal[step.repays] if step.repays else row.parts()[step.written.replace("_", " ")]
            from_guarantee = row.guarantee if step.written == "floor_interest" else NOUGHT
            assert not is_dry or paid == from_guarantee
            short = row.guarantee + sum(item.unpaid for item in row.floor_interest.values())
            waits = row.outstanding[step.repays] if step.repays else {"floor_interest": short, "guarantor": row.guarantor_owed}.get(step.written, NOUGHT)
            is_due_later = step.written == "guarantor" and agreed.order.index(step) < [item.written for item in agreed.order].index("floor_interest")
            is_dry = is_dry or bool(waits and not is_due_later)


@given(agreed=any_terms(), inflows=INFLOWS.filter(bool), data=st.data())
@PROPERTY
def test_splitting_an_inflow_and_turning_their_order_change_nothing(agreed: Waterfall, inflows: list[Inflow], data: st.DataObject) -> None:
    first, *others = inflows
    part = data.draw(st.integers(0, int(first.amount * 100)).map(lambda cents: Decimal(cents).scaleb(-2)))
    divided = [replace(first, amount=part), *others, replace(first, amount=first.amount - part)]
    assert distribute(agreed, data.draw(st.permutations(divided)), LAST) == distribute(agreed, inflows, LAST)


@given(agreed=any_terms(), inflows=INFLOWS)
@PROPERTY
def test_a_row_stays_as_it_was_when_time_goes_on(agreed: Waterfall, inflows: list[Inflow]) -> None:
    rows = distribute(agreed, inflows, LAST)
    for until, date in enumerate(agreed.distributed_on, start=1):
        known = [item for item in inflows if item.day <= date]
        assert distribute(agreed, known, date) == rows[:until]
