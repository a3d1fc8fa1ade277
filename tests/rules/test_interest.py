"""Days, growth and rates of return: by hand, to the last declared decimal, and the same whatever the decimal context of the process."""

from __future__ import annotations

import datetime as dt
import decimal
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rules.test_waterfall import PROPERTY

from pipelines.contracts.investors import DayCount
from pipelines.payments.interest import days_between, growth, irr, worth

DAY = dt.date(2023, 1, 1)


def flows(*amounts: tuple[int, str]) -> list[tuple[dt.date, Decimal]]:
    return [(DAY + dt.timedelta(days=days), Decimal(amount)) for days, amount in amounts]


@pytest.mark.parametrize(
    ("day_count", "start", "end", "days"),
    [
        ("act_365f", dt.date(2024, 1, 1), dt.date(2025, 1, 1), 366),
        ("act_360", dt.date(2024, 2, 1), dt.date(2024, 3, 1), 29),
        ("thirty_360", dt.date(2024, 1, 1), dt.date(2025, 1, 1), 360),
        ("thirty_360", dt.date(2024, 1, 30), dt.date(2024, 1, 31), 0),
        ("thirty_360", dt.date(2024, 2, 28), dt.date(2024, 3, 1), 3),
        ("thirty_360", dt.date(2025, 1, 1), dt.date(2024, 1, 1), -360),
    ],
)
def test_days_by_each_convention(day_count: DayCount, start: dt.date, end: dt.date, days: int) -> None:
    assert days_between(day_count, start, end) == days


def test_growth_of_whole_years_is_exact_and_of_a_part_of_one_is_kept_to_forty_digits() -> None:
    """The digits are those of `bc -l` for e(l(1.08) * 182 / 365)."""
    assert growth(Decimal("0.08"), 730, 365) == Fraction(11664, 10000)
    assert growth(Decimal("0.08"), -365, 365) == Fraction(100, 108)
    assert abs(growth(Decimal("0.08"), 182, 365) - Fraction("1.0391209283163728687623981321950831111317")) < Fraction(1, 10**36)
    assert growth(Decimal("0.08"), 182, 365).denominator <= 10**39


@pytest.mark.parametrize(
    ("given", "decimals", "rate"),
    [
        pytest.param([(0, "-1000"), (365, "1080")], 4, "0.0800", id="a year at 8 %"),
        pytest.param([(0, "-1000"), (730, "1210")], 4, "0.1000", id="two years at 10 %, compounded"),
        pytest.param([(0, "-1000"), (730, "640")], 4, "-0.2000", id="a loss"),
        pytest.param([(0, "-1000"), (365, "1000")], 4, "0.0000", id="the same back"),
        pytest.param([(0, "-1000"), (365, "100"), (730, "1078")], 4, "0.0895", id="two payments: 1,000 x^2 = 100 x + 1,078 at x = 1.08948"),
        pytest.param([(0, "-1000"), (365, "1084.99")], 2, "0.08", id="just below half a step"),
        pytest.param([(0, "-1000"), (365, "1085.00")], 2, "0.09", id="half a step is rounded up"),
        pytest.param([(0, "-1000"), (365, "915.00")], 2, "-0.08", id="also below nought"),
        pytest.param([(0, "-1000"), (365, "10999.00")], 4, "9.9990", id="nearly the highest rate there is"),
    ],
)
def test_rate_of_return(given: list[tuple[int, str]], decimals: int, rate: str) -> None:
    assert str(irr(flows(*given), "act_365f", decimals)) == rate


@pytest.mark.parametrize(
    "given",
    [
        pytest.param([], id="nothing at all"),
        pytest.param([(0, "-1000")], id="nothing back"),
        pytest.param([(0, "1000")], id="nothing put in"),
        pytest.param([(0, "-1000"), (0, "1100")], id="back on the same day"),
        pytest.param([(0, "-1000"), (365, "12000")], id="more than 1,000 %"),
        pytest.param([(0, "-1000"), (7300, "0.00"), (7301, "0.00")], id="nothing back on days of distribution"),
    ],
)
def test_where_there_is_no_rate_there_is_none(given: list[tuple[int, str]]) -> None:
    assert irr(flows(*given), "act_365f") is None


@given(back=st.lists(st.tuples(st.integers(1, 4000), st.integers(1, 10**9)), min_size=1, max_size=6), put_in=st.integers(1, 10**9))
@PROPERTY
def test_half_a_step_to_either_side_of_the_rate_the_flows_are_worth_something(back: list[tuple[int, int]], put_in: int) -> None:
    given = flows((0, f"-{put_in}"), *((days, str(amount)) for days, amount in back))
    rate, last = irr(given, "act_365f"), max(day for day, _ in given)
    if rate is not None:
        half = Decimal("0.00005")
        assert worth(given, rate - half, last, "act_365f") >= 0 > worth(given, rate + half, last, "act_365f")


def test_the_decimal_context_of_the_process_changes_nothing() -> None:
    given = flows((0, "-1000000.00"), (182, "500000.00"), (731, "650000.00"))
    before = irr(given, "act_365f", 6), growth(Decimal("0.0713"), 181, 365)
    growth.cache_clear()
    with decimal.localcontext(prec=5, rounding=decimal.ROUND_UP):
        assert (irr(given, "act_365f", 6), growth(Decimal("0.0713"), 181, 365)) == before
