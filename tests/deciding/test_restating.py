"""Why a claim comes out otherwise, as far as what it was made of tells it, and how many people moved which way."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from true_ups_given import vintage

from pipelines.contracts.agreed import Span, TrueUp
from pipelines.ledger.journal import Entry
from pipelines.restating import cause, changed, days_after, moves, window_ends

CLAIM = "hjem/hjemmedage/2025Q2/all/final"
BEFORE = vintage("first", through="2025-06-30")
AMOUNTS = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 3).map(Fraction))


def of_periods(*deliveries: tuple[str, str]) -> dict[str, Any]:
    """A vintage whose deliveries each say which period they are of."""
    made = vintage("x")
    register = {**made["outcome"]["registers"]["buaf"], "deliveries": [[name, True, "2025-06-30", name, period] for name, period in deliveries]}
    return {**made, "outcome": {**made["outcome"], "registers": {"buaf": register}}}


def refused(*names: str) -> dict[str, Any]:
    made = vintage("first", through="2025-06-30")
    made["outcome"]["registers"]["buaf"]["deliveries"] += [[name, False, None, name, ""] for name in names]
    return made


QUARTERS = of_periods(("q1", "2025Q1"), ("q2", "2025Q2"))


@pytest.mark.parametrize(
    ("before", "now", "said", "what"),
    [
        (BEFORE, vintage("first", "second", through="2025-06-30"), "data_error", {"deliveries": {"buaf": ["second"]}}),
        (BEFORE, vintage("second", through="2025-06-30"), "data_error", {"deliveries": {"buaf": ["first", "second"]}}),
        (BEFORE, vintage("first", "second", through="2025-09-30"), "unknown", {"deliveries": {"buaf": ["second"]}}),
        (QUARTERS, of_periods(("q1", "2025Q1"), ("q2", "2025Q2"), ("again", "2025Q1")), "data_error", {"deliveries": {"buaf": ["again"]}}),
        (QUARTERS, of_periods(("q1", "2025Q1"), ("q2", "2025Q2"), ("q3", "2025Q3")), "late_report", {"deliveries": {"buaf": ["q3"]}}),
        (QUARTERS, of_periods(("q1", "2025Q1"), ("q2", "2025Q2"), ("again", "2025Q1"), ("q3", "2025Q3")), "unknown", {"deliveries": {"buaf": ["again", "q3"]}}),
        (BEFORE, vintage("first", through="2025-06-30", codes="c2"), "legal_change", {"codelists": ["anbringelser"]}),
        (BEFORE, vintage("first", through="2025-06-30", text="t2"), "legal_change", {"texts": ["contract"]}),
        (BEFORE, vintage("first", "second", through="2025-06-30", codes="c2"), "unknown", {"deliveries": {"buaf": ["second"]}, "codelists": ["anbringelser"]}),
        (BEFORE, {**BEFORE, "program": "q"}, "unknown", {"texts": ["program"]}),
        (BEFORE, refused("bad"), "unknown", {}),
        (BEFORE, BEFORE, "unknown", {}),
    ],
)
def test_the_cause_is_said_only_where_it_is_told(before: dict[str, Any], now: dict[str, Any], said: str, what: dict[str, Any]) -> None:
    assert (cause(before, now), changed(before, now)) == (said, what)


def test_each_way_that_people_move() -> None:
    then = {"up": Fraction(1), "down": Fraction(2), "gone": Fraction(1), "capped": Fraction(5), "same": Fraction(1)}
    now = {"up": Fraction(2), "down": Fraction(1), "new": Fraction(1)}
    rest = {"capped": Fraction(5), "same": Fraction(1)}
    was = {**then, "capped": Fraction(7)}
    would = {**now, **rest, "capped": Fraction(6)}
    assert moves(then, {**now, **rest}, was, would) == {"up": 2, "down": 2, "no_money": 1, "unchanged": 1}


@given(then=AMOUNTS, now=AMOUNTS)
def test_everybody_with_a_line_then_or_now_is_counted_once_and_backwards_is_the_mirror(then: dict[str, Fraction], now: dict[str, Fraction]) -> None:
    forth, back = moves(then, now, then, now), moves(now, then, now, then)
    assert sum(forth.values()) == len({*then, *now})
    assert (forth["up"], forth["down"], forth["unchanged"]) == (back["down"], back["up"], back["unchanged"])


@pytest.mark.parametrize(
    ("start", "span", "end"),
    [
        ("2025-07-01", "P24M", "2027-07-01"),
        ("2025-08-31", "P6M", "2026-02-28"),
        ("2023-08-31", "P6M", "2024-02-29"),
        ("2024-02-29", "P1Y", "2025-02-28"),
        ("2024-02-29", "P4Y", "2028-02-29"),
        ("2025-12-31", "P1M", "2026-01-31"),
        ("2025-11-30", "P1M", "2025-12-30"),
        ("2025-12-31", "P1D", "2026-01-01"),
        ("2024-02-01", "P29D", "2024-03-01"),
    ],
)
def test_a_span_is_counted_by_calendar(start: str, span: str, end: str) -> None:
    assert days_after(dt.date.fromisoformat(start), Span(span)) == dt.date.fromisoformat(end)


@given(start=st.dates(dt.date(2000, 1, 1), dt.date(2050, 1, 1)), months=st.integers(1, 60))
def test_months_land_in_their_month_and_never_after_the_day_number(start: dt.date, months: int) -> None:
    end = days_after(start, Span(f"P{months}M"))
    assert (end.year * 12 + end.month) - (start.year * 12 + start.month) == months
    assert end.day == start.day or (end.day < start.day and (end + dt.timedelta(days=1)).day == 1)


def test_the_window_runs_from_the_payment_once_it_is_entered() -> None:
    terms = TrueUp.model_validate({"clause": "§1", "until": "P1M", "from": "payment"})
    first = Entry(1, "", "decision", dt.date(2025, 1, 10), "c", CLAIM, CLAIM, {}, "", "")
    paid = Entry(2, "", "payment", dt.date(2025, 2, 20), "c", CLAIM, "", {}, "", "")
    assert window_ends(terms, dt.date(2024, 12, 31), first, [first]) == dt.date(2025, 2, 10)
    assert window_ends(terms, dt.date(2024, 12, 31), first, [first, paid]) == dt.date(2025, 3, 20)
