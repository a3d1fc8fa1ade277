"""Results: exact sums by role, and the way through canonical JSON and back."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.indicator import UNIT_ROWS
from indicators.result import Estimate, Interval, Quantity, Result, RoleCount, both_counts, count_roles, result_from_data
from pipelines.canonical import canonical

PROPERTY = settings(max_examples=100, deadline=None, derandomize=True, database=None)
Unit = tuple[str, str, str, int | None, Decimal | None]


def counted(*units: Unit) -> dict[str, RoleCount]:
    """`count_roles` of rows given as role, status, reason, exposure and value."""
    rows = [(person, role, status, reason, None, 0, 7, exposure, value, []) for person, (role, status, reason, exposure, value) in enumerate(units)]
    return count_roles(pl.DataFrame(rows, schema=UNIT_ROWS, orient="row"))


def test_people_values_and_exposure_are_summed_by_role() -> None:
    assert counted(
        ("treatment", "counted", "arrested", 10, Decimal(1)),
        ("treatment", "counted", "no_arrest", 364, Decimal(0)),
        ("treatment", "not_observed", "unlinked", None, None),
        ("comparison", "counted", "arrested", 5, Decimal(1)),
        ("comparison", "counted", "arrested", 6, Decimal(1)),
    ) == {
        "treatment": RoleCount(3, 2, Decimal(1), 374, (("counted", "arrested", 1), ("counted", "no_arrest", 1), ("not_observed", "unlinked", 1)), Decimal(1)),
        "comparison": RoleCount(2, 2, Decimal(2), 11, (("counted", "arrested", 2),), Decimal(2)),
    }


def test_whoever_is_not_counted_adds_to_the_people_and_to_nothing_else() -> None:
    found = counted(("treatment", "not_observed", "unlinked", None, None), ("treatment", "not_mature", "window_not_covered_yet", None, None))
    assert found == {"treatment": RoleCount(2, 0, Decimal(0), 0, (("not_mature", "window_not_covered_yet", 1), ("not_observed", "unlinked", 1)))}


def test_nobody_at_all_has_no_roles() -> None:
    assert counted() == {}


def test_reasons_stand_in_the_order_of_status_and_reason() -> None:
    found = counted(
        ("treatment", "not_observed", "unlinked", None, None),
        ("treatment", "not_observed", "follow_up_ends_early", None, None),
        ("treatment", "counted", "no_arrest", 7, Decimal(0)),
        ("treatment", "counted", "arrested", 1, Decimal(1)),
    )
    assert [reason for _, reason, _ in found["treatment"].reasons] == ["arrested", "no_arrest", "follow_up_ends_early", "unlinked"]


@pytest.mark.parametrize(("values", "shown"), [((1,) * 100, "100"), (("0.5", "0.5"), "1"), (("0.1", "0.2"), "0.3"), (("0.000001",), "0.000001"), (("-1", "1"), "0")])
def test_a_sum_is_written_without_needless_noughts_and_without_an_exponent(values: tuple[Any, ...], shown: str) -> None:
    found = counted(*(("treatment", "counted", "seen", 1, Decimal(value)) for value in values))
    assert str(found["treatment"].value) == shown


MOST = Decimal("999999999999.999999")
unit = st.tuples(
    st.sampled_from(["treatment", "comparison"]),
    st.sampled_from([("counted", "seen"), ("counted", "not_seen"), ("not_observed", "unlinked"), ("not_mature", "window_not_covered_yet")]),
    st.integers(0, 100_000),
    st.one_of(st.just(MOST), st.decimals(-MOST, MOST, places=6)),
)


@given(units=st.lists(unit, max_size=60))
@PROPERTY
def test_role_sums_are_exact(units: list[tuple[str, tuple[str, str], int, Decimal]]) -> None:
    rows: list[Unit] = [(role, status, reason, days if status == "counted" else None, value if status == "counted" else None) for role, (status, reason), days, value in units]
    found = counted(*rows)
    assert found.keys() == {role for role, *_ in rows}
    for role, count in found.items():
        own = [row for row in rows if row[0] == role]
        seen = [row for row in own if row[1] == "counted"]
        assert (count.n, count.n_counted) == (len(own), len(seen))
        assert Fraction(count.value) == sum((Fraction(row[4] or 0) for row in seen), Fraction(0))
        assert Fraction(count.squares) == sum((Fraction(row[4] or 0) ** 2 for row in seen), Fraction(0))
        assert count.exposure == sum(row[3] or 0 for row in seen)
        assert sum(people for _, _, people in count.reasons) == count.n
        assert count.reasons == tuple(sorted(count.reasons))


def test_the_mean_is_an_exact_ratio_of_sums_over_the_counted() -> None:
    assert RoleCount(216, 200, Decimal("48.5"), 0).mean == Fraction(97, 400)


def test_squares_are_exact_however_many_digits_a_value_has() -> None:
    found = counted(*(("treatment", "counted", "seen", 1, value) for value in (MOST, MOST, Decimal("0.000001"), Decimal(-3))))["treatment"]
    assert Fraction(found.squares) == 2 * Fraction(MOST) ** 2 + Fraction(1, 10**12) + 9


@pytest.mark.parametrize(
    ("values", "variance"),
    [
        pytest.param(["1", "2", "3", "4"], Fraction(5, 3), id="four in a row"),
        pytest.param(["26", "26", "26"], Fraction(0), id="everybody alike"),
        pytest.param(["0", "1"], Fraction(1, 2), id="two people"),
        pytest.param(["-8", "12", "0"], Fraction(304, 3), id="changes for better and worse"),
        pytest.param(["0.1", "0.2", "0.4"], Fraction(7, 300), id="parts of a whole"),
        pytest.param(["1000000000", "1000000001", "1000000002"], Fraction(1), id="far from nought, where floats would give something else"),
    ],
)
def test_the_variance_has_one_less_than_the_people_below_and_is_exact(values: list[str], variance: Fraction) -> None:
    lost: Unit = ("treatment", "not_observed", "unlinked", None, None)
    assert counted(lost, *(("treatment", "counted", "seen", 1, Decimal(value)) for value in values))["treatment"].variance == variance


@given(values=st.lists(st.decimals(-MOST, MOST, places=6), min_size=2, max_size=20))
@PROPERTY
def test_the_variance_is_that_of_the_values_one_by_one(values: list[Decimal]) -> None:
    exact = [Fraction(value) for value in values]
    mean = sum(exact, Fraction(0)) / len(exact)
    expected = sum(((value - mean) ** 2 for value in exact), Fraction(0)) / (len(exact) - 1)
    assert counted(*(("treatment", "counted", "seen", 1, value) for value in values))["treatment"].variance == expected


@pytest.mark.parametrize("people", [0, 1])
def test_how_values_vary_is_not_known_from_fewer_than_two_people(people: int) -> None:
    with pytest.raises(ValueError, match="fewer than two people are counted"):
        _ = RoleCount(10, people, Decimal(26 * people), 0, squares=Decimal(676 * people)).variance


def test_a_mean_over_nobody_does_not_exist() -> None:
    with pytest.raises(ValueError, match="nobody is counted"):
        _ = RoleCount(216, 0, Decimal(0), 0).mean


def test_rules_compare_the_exact_fraction_and_only_without_one_the_rounded_estimate() -> None:
    assert Quantity(Decimal("0.272727"), Fraction(3, 11)).compared == Fraction(3, 11)
    assert Quantity(Decimal("0.272727")).compared == Fraction(272727, 1_000_000)
    assert Quantity(Decimal("0.000000"), Fraction(0)).compared == 0
    assert Quantity(Decimal("0.1"), Fraction(0)).compared == 0


def test_an_interval_that_was_not_computed_is_asked_for_in_vain() -> None:
    with pytest.raises(KeyError, match="newcombe"):
        Quantity(Decimal(0)).interval("newcombe")


small = st.decimals(-1, 1, places=6)
interval = st.builds(Interval, st.just("newcombe"), st.just(Decimal("0.95")), small, small)
quantity = st.builds(
    Quantity, small, st.one_of(st.none(), st.fractions(-1, 1)), st.one_of(st.none(), st.just(Decimal("0.000000")), small), st.one_of(st.just(()), st.tuples(interval))
)
pairs = st.lists(st.tuples(st.text(max_size=5), st.text(max_size=5)), max_size=3).map(tuple)
estimate = st.builds(Estimate, st.just("trial@1"), st.dictionaries(st.sampled_from(["difference", "relative_reduction"]), quantity), pairs, pairs)
reasons = st.lists(st.tuples(st.sampled_from(["counted", "not_observed"]), st.text(max_size=8), st.integers(0, 10**9)), max_size=4).map(tuple)
squares = st.decimals(0, MOST**2, places=12)
role_count = st.builds(RoleCount, st.integers(0, 10**9), st.integers(0, 10**9), st.decimals(-MOST, MOST, places=6), st.integers(0, 10**12), reasons, squares)
words = st.text(max_size=12)
result = st.builds(
    Result,
    words,
    words,
    words,
    words,
    words,
    words,
    st.dictionaries(st.sampled_from(["treatment", "comparison"]), role_count),
    st.sampled_from(["ratio_of_sums", "mean"]),
    st.one_of(st.none(), estimate),
    st.sampled_from(["", "2025Q1"]),
)


@given(made=result)
@PROPERTY
def test_a_result_comes_back_whole_from_canonical_json(made: Result) -> None:
    sealed = canonical(made.as_data())
    back = result_from_data(json.loads(sealed))
    assert back == made
    assert canonical(back.as_data()) == sealed


def test_a_result_says_which_claim_period_it_is_of_and_one_sealed_before_there_were_any_is_of_the_whole_cohort() -> None:
    made = Result("c", "o", "", "outcome", "i@1", "k", {"treatment": RoleCount(2, 2, Decimal(3), 14, (), Decimal(5))}, claim_period="2025Q1")
    data = json.loads(canonical(made.as_data()))
    assert (data["claim_period"], data["roles"]["treatment"]["squares"]) == ("2025Q1", "5")
    del data["claim_period"], data["roles"]["treatment"]["squares"]
    back = result_from_data(data)
    assert (back.claim_period, back.roles["treatment"].squares) == ("", Decimal(0))


def test_a_result_of_two_intervals_comes_back_whole() -> None:
    intervals = (
        Interval("agresti_caffo", Decimal("0.95"), Decimal("-0.165163"), Decimal("0.000025")),
        Interval("newcombe", Decimal("0.95"), Decimal("-0.165046"), Decimal("-0.000151")),
    )
    found = Estimate(
        "trial@1", {"difference": Quantity(Decimal("-0.083333"), Fraction(-1, 12), Decimal("0.042220"), intervals)}, (("assignment", "by lot"),), (("attrition", "0"),)
    )
    roles = {"treatment": RoleCount(216, 216, Decimal(48), 70_000, (("counted", "arrested", 48), ("counted", "no_arrest", 168)))}
    made = Result("tarp", "rearrest_52_weeks", "Schedule 1", "outcome", "rearrest@1", "released", roles, estimate=found)
    assert result_from_data(json.loads(canonical(made.as_data()))) == made
    assert made.n == 216


def test_an_exact_nought_comes_back_as_nought_and_not_as_nothing() -> None:
    made = Result("c", "o", "", "outcome", "i@1", "k", {}, estimate=Estimate("trial@1", {"difference": Quantity(Decimal("0.000000"), Fraction(0), Decimal("0.000000"))}))
    back = result_from_data(json.loads(canonical(made.as_data())))
    assert back.estimate is not None
    assert back.estimate.quantities["difference"].exact == Fraction(0)
    assert back.estimate.quantities["difference"].std_error == Decimal(0)


def test_no_float_gets_into_a_sealed_result() -> None:
    made = Result("c", "o", "", "outcome", "i@1", "k", {"treatment": RoleCount(1, 1, 0.5, 1)})  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="no canonical form for float"):
        canonical(made.as_data())


def test_a_counted_person_without_a_value_is_refused_and_never_added_as_nought() -> None:
    rows = pl.DataFrame({"role": ["treatment"], "status": ["counted"], "reason": ["arrested"], "value": [None], "exposure": [10]}, schema_overrides={"value": pl.Decimal(18, 6)})
    with pytest.raises(ValueError, match="no value"):
        count_roles(rows)


UNITS = st.lists(
    st.tuples(st.sampled_from(["treatment", "comparison"]), st.sampled_from(["counted", "not_observed"]), st.sampled_from(["a", "b"]), st.integers(0, 9), st.integers(-9, 9)),
    max_size=8,
)


@given(some=UNITS, others=UNITS)
@PROPERTY
def test_two_groups_counted_apart_come_to_what_they_are_counted_together(some: list[Any], others: list[Any]) -> None:
    def units(found: list[Any]) -> list[Unit]:
        values = [(role, status, reason, exposure, Decimal(value) / 4) for role, status, reason, exposure, value in found]
        return [unit if unit[1] == "counted" else (*unit[:3], None, None) for unit in values]

    assert both_counts(counted(*units(some)), counted(*units(others))) == counted(*units(some), *units(others))
    assert list(both_counts(counted(*units(some)), counted(*units(others)))) == sorted({unit[0] for unit in (*some, *others)})
