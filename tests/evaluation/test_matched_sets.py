"""Matched sets: every treated person against the mean of those beside them, however many that are, and what has no answer."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import polars as pl
import pytest
from evaluation.rows_given import evidence, values

from indicators.evaluation.evidence import SETS, Evidence
from indicators.evaluation.matched_sets import matched_sets
from indicators.result import Estimate, Result, RoleCount
from pipelines.payments.rule import compared_people, role_words

Set = tuple[int, dict[str, int]]
TWO: list[Set] = [(10, {"a": 6, "b": 8}), (12, {"c": 5})]
"""Ten against the mean of six and eight, twelve against five: three and seven more, on average five."""
AGAIN: list[Set] = [(10, {"a": 6}), (12, {"a": 6, "b": 4})]
"""Six stands beside both: four and seven more, on average five and a half."""


def sets(*given: Set, alone: int = 0) -> Evidence:
    """Evidence of sets by what is in them: a treated person's value and those beside, by name; and so many treated people without anybody."""
    names = sorted({name for _, beside in given for name in beside})
    rows = [(number, "treatment", number, Decimal(own)) for number, (own, _) in enumerate(given)]
    rows += [(number, "comparison", 100 + names.index(name), Decimal(value)) for number, (_, beside) in enumerate(given) for name, value in beside.items()]
    rows += [(900 + number, "treatment", 900 + number, Decimal(50)) for number in range(alone)]
    counted = (len(given) + alone, len(names))
    roles = [RoleCount(people, people, Decimal(0), 0) for people in counted]
    return Evidence(roles[0], roles[1], sets=pl.DataFrame(rows, schema=SETS, orient="row"))


def often(given: list[Set], times: int = 5) -> list[Set]:
    """The same sets so often, each time with others of their own."""
    return [(own, {f"{name} {time}": value for name, value in beside.items()}) for time in range(times) for own, beside in given]


def estimate(given: Evidence, *intervals: str) -> Estimate:
    return matched_sets.estimate(given, intervals=list(intervals), level=Decimal("0.95"), decimals=6)


def ends(found: Estimate, interval: str) -> tuple[float, float]:
    given = found.quantities["difference"].interval(interval)
    return float(given.low), float(given.high)


def test_every_set_weighs_the_same_and_its_interval_is_of_their_differences() -> None:
    found = estimate(sets(*TWO), "set_means")
    difference = found.quantities["difference"]
    assert (difference.exact, difference.std_error) == (Fraction(5), Decimal("2.000000"))
    assert ends(found, "set_means") == pytest.approx((5 - 2 * 12.706205, 5 + 2 * 12.706205), abs=1e-4)
    told = dict(found.diagnostics)
    assert (told["mean_treatment"], told["mean_comparison"]) == ("11.000000", "6.000000")
    assert (told["n_treatment"], told["n_comparison"], told["n_comparison_effective"]) == ("2", "3", "2.7")


def test_the_robust_interval_weighs_people_by_the_sets_they_stand_in() -> None:
    """By hand, each set five times: ten residuals of one with a leverage of a tenth, 10 / 0.9^2 / 100; the others weigh a half, a half and one, leave
    nought, two and minus one, and have leverages of a twentieth, a twentieth and a tenth: 5 x (0.25 x 4 / 0.95^2 + 1 / 0.9^2) / 100."""
    by_hand = 10 / 0.9**2 / 100 + 5 * (0.25 * 4 / 0.95**2 + 1 / 0.9**2) / 100
    assert float(estimate(sets(*often(TWO)), "robust").quantities["difference"].std_error or 0) == pytest.approx(by_hand**0.5, abs=1e-5)


def test_somebody_may_stand_beside_several_and_counts_for_each() -> None:
    found = estimate(sets(*often(AGAIN, 7)), "robust")
    assert found.quantities["difference"].exact == Fraction(11, 2)
    told = dict(found.diagnostics)
    assert (told["n_comparison"], told["n_comparison_effective"]) == ("14", "11.2")
    with pytest.raises(ValueError, match="stands beside several treated people, so sets are not apart"):
        estimate(sets(*AGAIN), "set_means")


def test_who_has_nobody_counted_beside_them_is_left_out_and_told() -> None:
    found = estimate(sets(*TWO, alone=3), "set_means")
    assert found.quantities["difference"].exact == Fraction(5)
    assert dict(found.diagnostics)["unmatched"] == "3"


def test_the_order_of_rows_changes_no_digit() -> None:
    given = sets(*TWO, *((own, {f"n{own}": own - 2, f"m{own}": own + 5}) for own in range(20, 40)))
    other = Evidence(given.treatment, given.comparison, sets=given.sets.sample(fraction=1, shuffle=True, seed=5))
    assert estimate(given, "set_means", "robust") == estimate(other, "set_means", "robust")


def test_pairs_give_what_the_paired_t_test_gives() -> None:
    from scipy import stats

    own, beside = [11, 14, 9, 20, 17, 13], [8, 15, 9, 12, 11, 12]
    found = estimate(sets(*((a, {f"p{place}": b}) for place, (a, b) in enumerate(zip(own, beside, strict=True)))), "set_means")
    wanted = stats.ttest_rel(own, beside).confidence_interval(0.95)
    assert ends(found, "set_means") == pytest.approx((wanted.low, wanted.high), abs=1e-6)


@pytest.mark.parametrize(
    ("given", "interval", "words"),
    [
        pytest.param(evidence(values(1, 2), values(3)), "robust", "nobody who is counted has anybody counted beside them", id="no sets"),
        pytest.param(sets(TWO[0]), "set_means", "one treated person alone", id="one set"),
        pytest.param(sets((10, {"a": 6}), (12, {"b": 8})), "set_means", "the same in every set", id="no spread of differences"),
        pytest.param(sets(*((10, {f"a{n}": 9, f"b{n}": 9, f"c{n}": 10}) for n in range(11))), "set_means", "the same in every set", id="no spread, in thirds"),
        pytest.param(sets((10, {"a": 6}), (12, {"a": 6})), "robust", "one person stands beside everybody", id="one beside all"),
        pytest.param(sets(*often([(10, {"a": 6})], 10)), "robust", "has the same value", id="no spread"),
        pytest.param(sets(*often(TWO)[1:]), "robust", r"a group comes to 9\.0 equally weighing people, and the interval robust needs 10", id="nine sets"),
        pytest.param(sets(*((own, {f"{own % 3}": own % 3}) for own in range(40))), "robust", r"a group comes to 3\.0 equally weighing people", id="three beside forty"),
    ],
)
def test_what_has_no_estimate_gives_a_reason_and_no_number(given: Evidence, interval: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        estimate(given, interval)


def test_payments_go_by_the_people_who_are_compared_and_say_so() -> None:
    """Twelve treated people are counted, and ten of them have somebody beside them: the others are in no figure."""
    given = sets(*((20 + own, {f"n{own}": 10}) for own in range(10)), alone=2)
    roles = {"treatment": given.treatment, "comparison": given.comparison}
    assert given.comparison is not None
    found = Result("ungebro", "uger", "§1", "outcome", "weeks_self_supporting@1", "unge", roles, estimate=estimate(given, "set_means"))  # type: ignore[arg-type]
    assert compared_people(found) == 10
    assert role_words(found) == "mean 24.50 of 10 against mean 10.00 of 10"
    assert compared_people(replace(found, estimate=None)) == 12
