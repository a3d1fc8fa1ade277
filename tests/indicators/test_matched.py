"""`matched@1`: the interval of two means, against SciPy and statsmodels on the values themselves, and what has no estimate.

Welch: Biometrika 34 (1947) 28-35; the degrees of freedom after Satterthwaite, Biometrics Bulletin 2 (1946) 110-114.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.evaluation.evidence import Evidence
from indicators.evaluation.matched import matched
from indicators.evaluation.method import methods, rounded
from indicators.indicator import UNIT_ROWS
from indicators.result import Estimate, RoleCount, count_roles

WEEKS = ([52, 40, 31, 26, 18, 9, 4, 0], [38, 26, 22, 14, 11, 7, 2, 0, 0, 0, 0, 0])


def arm(values: list[int], *, lost: int = 0) -> RoleCount:
    """Counted as unit rows are: everybody with their value, and so many more who are not observed."""
    rows = [(person, "treatment", "counted", "seen", None, 0, 7, 7, Decimal(value), []) for person, value in enumerate(values)]
    rows += [(1000 + person, "treatment", "not_observed", "unlinked", None, 0, 7, None, None, []) for person in range(lost)]  # type: ignore[misc]
    return count_roles(pl.DataFrame(rows, schema=UNIT_ROWS, orient="row")).get("treatment", RoleCount(0, 0, Decimal(0), 0))


def estimate(treatment: RoleCount, comparison: RoleCount, *, level: str = "0.95", decimals: int = 6) -> Estimate:
    return matched.estimate(Evidence(treatment, comparison), intervals=["welch"], level=Decimal(level), decimals=decimals)


def by_statsmodels(treatment: list[int], comparison: list[int], level: str) -> tuple[float, float, float]:
    """Standard error, low and high from the values themselves."""
    from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

    both = CompareMeans(DescrStatsW(treatment), DescrStatsW(comparison))
    low, high = both.tconfint_diff(alpha=1 - float(level), usevar="unequal")
    return float(both.std_meandiff_separatevar), float(low), float(high)


@pytest.fixture(scope="module")
def weeks() -> Estimate:
    return estimate(arm(WEEKS[0], lost=3), arm(WEEKS[1], lost=1))


def test_the_difference_is_that_of_two_exact_means(weeks: Estimate) -> None:
    difference = weeks.quantities["difference"]
    assert difference.exact == difference.compared == Fraction(180, 8) - Fraction(120, 12) == Fraction(25, 2)
    assert difference.value == Decimal("12.500000")
    # squared distances from the means add up to 2,312 and 1,774: sqrt(2312/7/8 + 1774/11/12) = sqrt(41.285714 + 13.439394)
    assert difference.std_error == Decimal("7.397642")


def test_the_interval_is_the_one_of_statsmodels_and_of_scipy_to_the_declared_decimals(weeks: Estimate) -> None:
    from scipy.stats import ttest_ind

    interval = weeks.quantities["difference"].interval("welch")
    error, low, high = by_statsmodels(*WEEKS, "0.95")
    assert (weeks.quantities["difference"].std_error, interval.low, interval.high) == (rounded(error, 6), rounded(low, 6), rounded(high, 6))
    scipys = ttest_ind(*WEEKS, equal_var=False).confidence_interval(0.95)
    assert (interval.low, interval.high) == (rounded(scipys.low, 6), rounded(scipys.high, 6))
    assert interval.low < 0 < interval.high


def test_what_was_assumed_and_seen_is_told(weeks: Estimate) -> None:
    assert weeks.method == matched.pin == "matched@1"
    assert methods()["matched@1"] is matched
    assert weeks.quantities.keys() == set(matched.quantities) == {"difference"}
    assert {item.name for item in weeks.quantities["difference"].intervals} == set(matched.intervals) == {"welch"}
    told = {name: words for name, words in weeks.diagnostics if not name.startswith("e_value")}
    assert told == {"mean_comparison": "10.000000", "mean_treatment": "22.500000", "attrition_comparison": "1", "attrition_treatment": "3"}
    assert dict(weeks.assumptions)["analysis"] == "by intention to treat"


def test_swapping_the_groups_turns_the_interval_round(weeks: Estimate) -> None:
    turned = estimate(arm(WEEKS[1]), arm(WEEKS[0])).quantities["difference"]
    interval, own = turned.interval("welch"), weeks.quantities["difference"].interval("welch")
    assert (turned.value, interval.low, interval.high) == (Decimal("-12.500000"), -own.high, -own.low)


def test_a_group_whose_values_do_not_differ_is_enough_where_the_others_do() -> None:
    found = estimate(arm([52, 52, 52]), arm([0, 10, 20, 30])).quantities["difference"]
    error, low, high = by_statsmodels([52, 52, 52], [0, 10, 20, 30], "0.95")
    assert (found.exact, found.std_error) == (Fraction(37), rounded(error, 6))
    assert (found.interval("welch").low, found.interval("welch").high) == (rounded(low, 6), rounded(high, 6))


values = st.lists(st.integers(-100, 366), min_size=2, max_size=60)


@given(treatment=values, comparison=values, level=st.sampled_from(["0.80", "0.90", "0.95", "0.99"]), decimals=st.sampled_from([2, 4, 6]))
@settings(max_examples=250, deadline=None, derandomize=True, database=None)
def test_the_interval_is_the_one_of_statsmodels_for_any_two_groups(treatment: list[int], comparison: list[int], level: str, decimals: int) -> None:
    if len(set(treatment)) == len(set(comparison)) == 1:
        return
    difference = estimate(arm(treatment), arm(comparison), level=level, decimals=decimals).quantities["difference"]
    error, low, high = by_statsmodels(treatment, comparison, level)
    interval = difference.interval("welch")
    assert difference.exact == Fraction(sum(treatment), len(treatment)) - Fraction(sum(comparison), len(comparison))
    assert (difference.std_error, interval.low, interval.high) == tuple(rounded(number, decimals) for number in (error, low, high))
    assert interval.level == Decimal(level)
    assert interval.low <= difference.value <= interval.high
    assert interval.low.as_tuple().exponent == interval.high.as_tuple().exponent == -decimals


@pytest.mark.parametrize(
    ("treatment", "comparison", "words"),
    [
        pytest.param([], [1, 2], "nobody in the treatment group is counted, so nothing can be compared", id="nobody treated"),
        pytest.param([1, 2], [], "nobody in the comparison group is counted, so nothing can be compared", id="nobody compared"),
        pytest.param([1], [1, 2], "fewer than two people are counted, so how values vary is not known", id="one treated"),
        pytest.param([1, 2], [1], "fewer than two people are counted, so how values vary is not known", id="one compared"),
        pytest.param([26, 26], [20, 20, 20], "everybody in each group has the same value, so how sure the difference is cannot be said", id="nobody differs"),
    ],
)
def test_what_has_no_estimate_says_why(treatment: list[int], comparison: list[int], words: str) -> None:
    with pytest.raises(ValueError, match=f"^{words}$"):
        estimate(arm(treatment), arm(comparison))


def test_people_who_are_not_counted_are_attrition_and_change_no_estimate(weeks: Estimate) -> None:
    assert estimate(arm(WEEKS[0]), arm(WEEKS[1])).quantities == weeks.quantities
    with pytest.raises(ValueError, match="nobody in the treatment group is counted"):
        estimate(arm([], lost=5), arm([1, 2]))
