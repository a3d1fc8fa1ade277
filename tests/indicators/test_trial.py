"""The trial by intention to treat: the published experiment, both intervals by their published formulas, and what has no estimate.

The experiment: Rossi, Berk and Lenihan, Money, Work and Crime (1980), 432 people released in Maryland, followed for 52 weeks, as
shipped by lifelines (`load_rossi`). Newcombe: Statistics in Medicine 17 (1998) 873-890, method 10. Agresti and Caffo: The American
Statistician 54 (2000) 280-288.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import sqrt
from statistics import NormalDist

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.evaluation.evidence import Evidence
from indicators.evaluation.method import methods, rounded
from indicators.evaluation.trial import trial
from indicators.result import Estimate, RoleCount

BOTH = ["newcombe", "agresti_caffo"]
Z_95 = Decimal("1.959963984540054")


def arm(events: int | str, counted: int, n: int | None = None) -> RoleCount:
    return RoleCount(counted if n is None else n, counted, Decimal(events), 0)


def estimate(treatment: RoleCount, comparison: RoleCount, *, level: str = "0.95", decimals: int = 6, intervals: list[str] | None = None) -> Estimate:
    return trial.estimate(Evidence(treatment, comparison), intervals=BOTH if intervals is None else intervals, level=Decimal(level), decimals=decimals)


def agresti_caffo(x1: int, n1: int, x2: int, n2: int, z: Decimal) -> tuple[Decimal, Decimal]:
    """One success and one failure added to each group, then the plain interval."""
    p1, p2 = Decimal(x1 + 1) / (n1 + 2), Decimal(x2 + 1) / (n2 + 2)
    reach = z * (p1 * (1 - p1) / (n1 + 2) + p2 * (1 - p2) / (n2 + 2)).sqrt()
    return p1 - p2 - reach, p1 - p2 + reach


def wilson(x: int, n: int, z: float) -> tuple[float, float]:
    middle, reach = 2 * x + z * z, z * sqrt(z * z + 4 * x * (n - x) / n)
    return (middle - reach) / (2 * (n + z * z)), (middle + reach) / (2 * (n + z * z))


def newcombe(x1: int, n1: int, x2: int, n2: int, z: float) -> tuple[float, float]:
    """The squared distances from each proportion to the end of its own Wilson interval, added."""
    (l1, u1), (l2, u2), p1, p2 = wilson(x1, n1, z), wilson(x2, n2, z), x1 / n1, x2 / n2
    return p1 - p2 - sqrt((p1 - l1) ** 2 + (u2 - p2) ** 2), p1 - p2 + sqrt((u1 - p1) ** 2 + (p2 - l2) ** 2)


def test_the_published_experiment_has_48_of_216_against_66_of_216() -> None:
    from lifelines.datasets import load_rossi

    published = load_rossi()
    rows = list(zip(published["fin"].tolist(), published["arrest"].tolist(), published["week"].tolist(), strict=True))
    assert [sum(1 for given, _, _ in rows if given == aid) for aid in (1, 0)] == [216, 216]
    assert [sum(arrest for given, arrest, _ in rows if given == aid) for aid in (1, 0)] == [48, 66]
    assert max(week for _, _, week in rows) == 52


@pytest.fixture(scope="module")
def published() -> Estimate:
    return estimate(arm(48, 216), arm(66, 216))


def test_the_difference_of_the_published_experiment_is_minus_a_twelfth(published: Estimate) -> None:
    difference = published.quantities["difference"]
    assert difference.exact == Fraction(48 - 66, 216) == Fraction(-1, 12)
    assert difference.value == Decimal("-0.083333")
    # sqrt(2/9 x 7/9 / 216 + 11/36 x 25/36 / 216) = sqrt(499/1296/216)
    assert difference.std_error == Decimal("0.042220")


def test_the_relative_reduction_of_the_published_experiment_is_three_elevenths(published: Estimate) -> None:
    reduction = published.quantities["relative_reduction"]
    assert reduction.exact == reduction.compared == Fraction(66 - 48, 66) == Fraction(3, 11)
    assert reduction.value == Decimal("0.272727")
    assert reduction.std_error is None
    assert reduction.intervals == ()


def test_newcombes_interval_of_the_published_experiment_lies_just_below_nought(published: Estimate) -> None:
    interval = published.quantities["difference"].interval("newcombe")
    assert (interval.low, interval.high) == (Decimal("-0.165046"), Decimal("-0.000151"))
    assert (rounded(interval.low * 100, 2), rounded(interval.high * 100, 2)) == (Decimal("-16.50"), Decimal("-0.02"))
    low, high = newcombe(48, 216, 66, 216, float(Z_95))
    assert (f"{low:.6f}", f"{high:.6f}") == ("-0.165046", "-0.000151")


def test_agresti_and_caffos_interval_of_the_published_experiment_just_reaches_over_nought(published: Estimate) -> None:
    interval = published.quantities["difference"].interval("agresti_caffo")
    assert interval.high == Decimal("0.000025")
    low, high = agresti_caffo(48, 216, 66, 216, Z_95)
    assert (interval.low, interval.high) == (round(low, 6), round(high, 6))


def test_what_was_assumed_and_seen_is_told(published: Estimate) -> None:
    assert published.method == trial.pin == "trial@1"
    assert published.quantities.keys() == set(trial.quantities)
    assert dict(published.diagnostics) == {"attrition_comparison": "0", "attrition_treatment": "0"}
    assert dict(published.assumptions)["analysis"] == "by intention to treat"
    lost = estimate(arm(48, 210, n=216), arm(66, 215, n=216))
    assert dict(lost.diagnostics) == {"attrition_comparison": "1", "attrition_treatment": "6"}
    assert lost.quantities["difference"].exact == Fraction(48, 210) - Fraction(66, 215)


def test_only_the_intervals_asked_for_are_given_in_the_order_of_their_names() -> None:
    assert [item.name for item in estimate(arm(1, 5), arm(2, 5), intervals=["newcombe"]).quantities["difference"].intervals] == ["newcombe"]
    assert [item.name for item in estimate(arm(1, 5), arm(2, 5)).quantities["difference"].intervals] == ["agresti_caffo", "newcombe"]


def test_every_method_offers_what_it_computes() -> None:
    assert methods()["trial@1"] is trial
    found = estimate(arm(1, 5), arm(2, 5), intervals=list(trial.intervals))
    assert {item.name for item in found.quantities["difference"].intervals} == set(trial.intervals)


@st.composite
def two_arms(draw: st.DrawFn) -> tuple[int, int, int, int]:
    n1, n2 = draw(st.integers(1, 400)), draw(st.integers(1, 400))
    return draw(st.integers(0, n1)), n1, draw(st.integers(1, n2)), n2


@given(counts=two_arms(), level=st.sampled_from(["0.80", "0.90", "0.95", "0.99"]))
@settings(max_examples=150, deadline=None, derandomize=True, database=None)
def test_both_intervals_are_those_of_the_published_formulas(counts: tuple[int, int, int, int], level: str) -> None:
    x1, n1, x2, n2 = counts
    z = NormalDist().inv_cdf(0.5 + float(level) / 2)
    found = estimate(arm(x1, n1), arm(x2, n2), level=level, decimals=9)
    difference, reduction = found.quantities["difference"], found.quantities["relative_reduction"]
    assert difference.exact == Fraction(x1, n1) - Fraction(x2, n2)
    assert reduction.exact == 1 - Fraction(x1 * n2, n1 * x2)
    for name, ends in (("newcombe", newcombe(x1, n1, x2, n2, z)), ("agresti_caffo", tuple(map(float, agresti_caffo(x1, n1, x2, n2, Decimal(z)))))):
        interval = difference.interval(name)
        assert (float(interval.low), float(interval.high)) == pytest.approx(ends, abs=2e-9)
        assert interval.level == Decimal(level)
        assert interval.low <= interval.high
        assert interval.low.as_tuple().exponent == interval.high.as_tuple().exponent == -9


def test_no_event_in_the_treatment_group_is_a_reduction_of_everything() -> None:
    assert estimate(arm(0, 10), arm(4, 10)).quantities["relative_reduction"].exact == 1


def test_as_many_events_in_both_groups_is_no_reduction_and_not_none() -> None:
    reduction = estimate(arm(4, 10), arm(4, 10)).quantities["relative_reduction"]
    assert reduction.exact == 0
    assert reduction.compared == 0


def test_more_events_in_the_treatment_group_is_a_reduction_below_nought() -> None:
    assert estimate(arm(5, 10), arm(4, 10)).quantities["relative_reduction"].exact == Fraction(-1, 4)


@pytest.mark.parametrize(
    ("treatment", "comparison", "words"),
    [
        pytest.param(arm(0, 0), arm(66, 216), "nobody in the treatment group is counted, so nothing can be compared", id="nobody treated"),
        pytest.param(arm(48, 216), arm(0, 0), "nobody in the comparison group is counted, so nothing can be compared", id="nobody compared"),
        pytest.param(arm(0, 0, n=216), arm(66, 216), "nobody in the treatment group is counted, so nothing can be compared", id="nobody treated observed"),
        pytest.param(arm(48, 216), arm(0, 216), "nobody in the comparison group had the event, so a relative reduction does not exist", id="no event in the comparison group"),
        pytest.param(arm("48.5", 216), arm(66, 216), "a trial of proportions needs one yes or no a person", id="half a person treated"),
        pytest.param(arm(48, 216), arm("66.5", 216), "a trial of proportions needs one yes or no a person", id="half a person compared"),
        pytest.param(arm(217, 216), arm(66, 216), "a trial of proportions needs one yes or no a person", id="more events than people"),
        pytest.param(arm(48, 216), arm(-1, 216), "a trial of proportions needs one yes or no a person", id="events below nought"),
    ],
)
def test_what_has_no_estimate_says_why(treatment: RoleCount, comparison: RoleCount, words: str) -> None:
    with pytest.raises(ValueError, match=f"^{words}$"):
        estimate(treatment, comparison)


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        pytest.param(Decimal("0.125"), 2, "0.12", id="a half to the even hundredth below"),
        pytest.param(Decimal("0.135"), 2, "0.14", id="a half to the even hundredth above"),
        pytest.param(Decimal("0.1250001"), 2, "0.13", id="just over a half"),
        pytest.param(Decimal("0.1349999"), 2, "0.13", id="just under a half"),
        pytest.param(Decimal("-0.125"), 2, "-0.12", id="a half below nought to even"),
        pytest.param(Decimal("-0.135"), 2, "-0.14", id="a half below nought to even, outwards"),
        pytest.param(Fraction(1, 8), 2, "0.12", id="a fraction that is a half"),
        pytest.param(Fraction(3, 8), 2, "0.38", id="a fraction that is a half, upwards"),
        pytest.param(Fraction(3, 11), 6, "0.272727", id="a fraction without end"),
        pytest.param(Fraction(2, 3), 4, "0.6667", id="a fraction rounded up"),
        pytest.param(0.125, 2, "0.12", id="a float that is a half exactly"),
        pytest.param(2.675, 2, "2.67", id="a float just under what it is written as"),
        pytest.param(0.1, 6, "0.100000", id="as many decimals as declared"),
        pytest.param(Decimal(1), 3, "1.000", id="a whole number with its decimals"),
        pytest.param(Decimal("0.9999995"), 6, "1.000000", id="a half that carries to the even"),
        pytest.param(-1e-9, 6, "0.000000", id="nought has no sign"),
    ],
)
def test_rounded_to_the_declared_decimals_half_to_even(value: float | Decimal | Fraction, decimals: int, expected: str) -> None:
    assert str(rounded(value, decimals)) == expected


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_not_a_number_is_not_rounded(value: float) -> None:
    with pytest.raises((ValueError, OverflowError)):
        rounded(value, 6)
