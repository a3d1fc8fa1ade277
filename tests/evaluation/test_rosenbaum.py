"""How much hidden bias a matched comparison bears: the published example, sets worked by hand, and what must hold of any sets."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.evaluation.rosenbaum import LARGEST, NOTHING_FOUND, bears, hidden_bias, scored, upper_tail, worst_deviate

EXPOSED = [38, 23, 41, 18, 37, 36, 23, 62, 31, 34, 24, 14, 21, 17, 16, 20, 15, 10, 45, 39, 22, 35, 49, 48, 44, 35, 43, 39, 34, 13, 73, 25, 27]
CONTROL = [16, 18, 18, 24, 19, 11, 10, 15, 16, 18, 18, 13, 19, 10, 16, 16, 24, 13, 9, 14, 21, 19, 7, 18, 19, 12, 11, 22, 25, 16, 13, 11, 13]
"""Lead in the blood of 33 children whose fathers worked with lead, and of a neighbour's child beside each (Morton and others 1982)."""
PUBLISHED = {2.0: 0.0018, 3.0: 0.0136, 4.0: 0.0388, 4.25: 0.0468, 5.0: 0.0740}
"""The largest p-value of Wilcoxon's signed rank statistic at each gamma (Rosenbaum 2002, table 4.1)."""


def sets(*groups: tuple[float, ...]) -> pl.DataFrame:
    """UNITS with a `set`, of each the treated person's value first."""
    rows = [(f"{number:04}", role, value) for number, group in enumerate(groups) for role, value in zip(("treatment", *("comparison",) * len(group)), group, strict=False)]
    return pl.DataFrame(rows, schema=["set", "role", "value"], orient="row")


def test_the_published_bounds_to_their_printed_precision() -> None:
    made = scored(sets(*zip(EXPOSED, CONTROL, strict=True)))
    assert sum(own for own, _ in made) == 527
    assert {gamma: round(upper_tail(worst_deviate(made, gamma)), 4) for gamma in PUBLISHED} == PUBLISHED
    assert upper_tail(worst_deviate(made, 1.0)) < 0.0001
    assert hidden_bias(made, 0.90) == 4.3, "4.35 is the first at which the one-sided chance is above 5 %"


def test_a_set_of_three_is_at_its_worst_where_the_hidden_cause_stands_with_the_highest() -> None:
    """One of three has the event and is the treated one. With gamma 2 on them alone the mean is 2 / 4 and the variance 1/4; on two it would be 2 / 5."""
    assert worst_deviate([(1.0, 0.0, 0.0)], 2.0) == pytest.approx((1 - 1 / 2) / 0.5)
    assert worst_deviate([(1.0, 0.0, 0.0)], 1.0) == pytest.approx((1 - 1 / 3) / (2 / 9) ** 0.5)


def test_sets_of_several_are_ranked_by_how_far_each_is_from_its_sets_mean() -> None:
    """(9, 3, 3) lies 4, -2, -2 from its mean of 5; (2, 2, 5) lies -1, -1, 2 from 3: in order -2 -2 -1 -1 2 4."""
    assert scored(sets((9, 3, 3), (2, 2, 5))) == [(6.0, 1.5, 1.5), (3.5, 3.5, 5.0)]


def test_who_has_nobody_beside_them_says_nothing_and_where_nobody_differs_nothing_can_be_said() -> None:
    assert scored(sets((9, 3), (2,)).filter(pl.col("set") == "0001")) == []
    alone = sets((9, 3), (7, 2)).with_columns(pl.when(pl.col("role") == "comparison").then("set"))
    assert scored(alone) == []
    for made in ([], scored(sets((4, 4), (1, 1)))):
        with pytest.raises(ValueError, match="nothing can be said of what is hidden"):
            worst_deviate(made, 1.0)


def test_what_is_not_found_without_hidden_bias_bears_none() -> None:
    assert hidden_bias(scored(sets((1, 2), (2, 1), (3, 4), (5, 4))), 0.95) is None
    assert hidden_bias(scored(sets(*((100 + number, number) for number in range(60)))), 0.95) == LARGEST


@given(st.lists(st.tuples(*(st.integers(0, 9),) * 3), min_size=12, max_size=40), st.floats(1.0, 8.0), st.floats(1.01, 2.0))
@settings(max_examples=60, deadline=None, derandomize=True, database=None)
def test_more_hidden_bias_explains_more_and_turning_the_values_round_changes_nothing(groups: list[tuple[int, int, int]], gamma: float, more: float) -> None:
    made = scored(sets(*groups))
    if all(len(set(scores)) == 1 for scores in made):
        return
    assert worst_deviate(made, gamma * more) <= worst_deviate(made, gamma) + 1e-9 or worst_deviate(made, gamma) < 0
    turned = scored(sets(*(tuple(-value for value in group) for group in groups)))
    assert hidden_bias(made, 0.9) == hidden_bias(turned, 0.9)


def test_a_matched_estimate_says_what_it_bears_where_nobody_stands_in_two_sets() -> None:
    given = [
        (f"s{number:02}", role, person, value) for number in range(20) for role, person, value in (("treatment", number, number % 3 + 6), ("comparison", 100 + number, number % 4))
    ]
    rows = pl.DataFrame(given, schema=["set", "role", "person", "value"], orient="row")
    ((name, bears_up_to),) = bears(rows, Decimal("0.95"))
    assert (name, float(bears_up_to)) == ("hidden_bias", hidden_bias(scored(rows), 0.95))
    assert float(bears_up_to) > 2
    alike = rows.with_columns(value=pl.when(pl.col("role") == "treatment").then(pl.col("person") % 2).otherwise((pl.col("person") + 1) % 2))
    assert bears(alike, Decimal("0.95")) == (("hidden_bias", NOTHING_FOUND),), "ten sets go one way and ten the other"
    shared = rows.with_columns(person=pl.when(pl.col("role") == "comparison").then(100).otherwise("person"))
    assert bears(shared, Decimal("0.95")) == ()
    assert bears(rows.with_columns(value=pl.lit(1)), Decimal("0.95")) == ()
