"""Few people and few events: what the exact intervals hold, by going through everything that could have been seen; and what is refused."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from itertools import product
from typing import Any

import numpy as np
import pytest
from evaluation.rows_given import evidence, values
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import barnard_exact, binom, permutation_test
from support import ROOT

from indicators.evaluation import exact
from indicators.evaluation.evidence import Evidence
from indicators.evaluation.exact import TwoShares, redrawn, smallest_expected
from indicators.evaluation.method import methods
from indicators.result import Estimate, Quantity, RoleCount
from pipelines.worlds.people import SCENARIOS
from pipelines.worlds.specimens import specimens

LEVEL = Decimal("0.95")


def estimate(pin: str, given: Evidence, *intervals: str) -> Estimate:
    return methods()[pin].estimate(given, intervals=list(intervals), level=LEVEL, decimals=6)


def ends(found: Quantity, name: str) -> tuple[float, float]:
    return float(found.interval(name).low), float(found.interval(name).high)


def role(events: int, people: int) -> RoleCount:
    return RoleCount(people, people, Decimal(events), people, squares=Decimal(events))


def shares(x: int, n: int, y: int, m: int) -> Evidence:
    return Evidence(role(x, n), role(y, m))


@pytest.mark.parametrize("table", [(7, 12, 1, 10), (2, 15, 8, 15), (0, 8, 3, 9), (5, 20, 0, 20)])
def test_at_no_difference_its_chance_is_that_of_barnards_test(table: tuple[int, int, int, int]) -> None:
    """The test and its p-value are scipy's; of these tables the interval excludes nought exactly where that is at most half of what the level leaves."""
    x, n, y, m = table
    low, high = ends(estimate("trial@2", shares(*table), "exact").quantities["difference"], "exact")
    for is_above, alternative in ((True, "greater"), (False, "less")):
        p = float(barnard_exact([[x, y], [n - x, m - y]], alternative=alternative, n=128).pvalue)
        assert TwoShares(*table).chance(0.0, above=is_above) == pytest.approx(p, abs=2e-6)
        assert (low > 0 if is_above else high < 0) == (p <= 0.025)


def test_whatever_the_shares_are_the_exact_interval_holds_their_difference_as_often_as_it_says() -> None:
    """Every result of three and four people, with its chance, at every pair of shares of a grid: coverage is never below the level."""
    n, m = 3, 4
    found = {(x, y): TwoShares(x, n, y, m).interval(0.95) for x, y in product(range(n + 1), range(m + 1))}
    for first, second in product(np.linspace(0.02, 0.98, 17), repeat=2):
        chances = {(x, y): binom.pmf(x, n, first) * binom.pmf(y, m, second) for x, y in found}
        held = sum(chance for pair, chance in chances.items() if found[pair][0] - 1e-6 <= first - second <= found[pair][1] + 1e-6)
        assert held >= 0.95, (first, second)


GAPS = [((1, 5, 32, 40), 0.0, 0.015), ((0, 8, 9, 20), 0.0, 0.001), ((0, 2, 18, 20), 0.0, 0.018)]


@pytest.mark.parametrize(("table", "accepted", "at_least"), GAPS)
def test_a_difference_that_is_not_rejected_lies_inside_however_many_before_it_are(table: tuple[int, int, int, int], accepted: float, at_least: float) -> None:
    """Of few in one arm the chance falls and rises again as differences go outwards: none is not rejected, though all of a stretch nearer to what was seen are."""
    whole, (x, n, y, m) = TwoShares(*table), table
    assert whole.chance(accepted, above=False) > 0.025
    assert min(whole.chance(float(place), above=False) for place in np.arange(accepted, x / n - y / m, -0.01)) <= 0.025
    assert ends(estimate("trial@2", shares(*table), "exact").quantities["difference"], "exact")[1] >= at_least


@settings(max_examples=12, deadline=None)
@given(st.data())
def test_no_difference_outside_the_interval_is_accepted_and_its_ends_are_no_further_out_than_the_last(data: st.DataObject) -> None:
    """The chance at every fortieth, and at places that hypothesis picks, without the way in which ends are looked for."""
    n, m = data.draw(st.integers(1, 9)), data.draw(st.integers(1, 25))
    table = TwoShares(data.draw(st.integers(0, n)), n, data.draw(st.integers(0, m)), m)
    low, high = table.interval(0.95)
    places = [*np.linspace(-1, 1, 81), *data.draw(st.lists(st.floats(-1, 1), max_size=20))]
    for place in map(float, places):
        if place < low - 1e-6:
            assert table.chance(place, above=True) <= 0.025 + 1e-6
        if place > high + 1e-6:
            assert table.chance(place, above=False) <= 0.025 + 1e-6
    assert low == -1 or max(table.chance(low + step, above=True) for step in (0, 1e-8, 1e-6)) > 0.025 - 1e-6
    assert high == 1 or max(table.chance(high - step, above=False) for step in (0, 1e-8, 1e-6)) > 0.025 - 1e-6


def test_groups_changed_about_change_the_sign_alone() -> None:
    """What one group gained, the other lost; and who lacked the event had the other one."""
    low, high = TwoShares(2, 9, 6, 8).interval(0.95)
    assert TwoShares(6, 8, 2, 9).interval(0.95) == pytest.approx((-high, -low), abs=1e-6)
    assert TwoShares(7, 9, 2, 8).interval(0.95) == pytest.approx((-high, -low), abs=1e-6)


def test_nobody_of_either_group_or_everybody_leaves_room_on_both_sides() -> None:
    low, high = TwoShares(0, 8, 0, 8).interval(0.95)
    assert low == pytest.approx(-high, abs=1e-6)
    assert 0.2 < high < 1
    assert TwoShares(8, 8, 0, 8).interval(0.95)[1] == 1


def test_the_smallest_expected_count_is_that_of_two_groups_alike() -> None:
    """4 of 24 had it: of ten, 10 x 4 / 24 = 1.667 would."""
    assert smallest_expected(role(1, 10), role(3, 14)) == pytest.approx(10 * 4 / 24)
    assert smallest_expected(role(9, 10), role(13, 14)) == pytest.approx(10 * 2 / 24)


def test_just_enough_is_enough() -> None:
    """Ten of forty, twenty a group: five expected of each. One fewer is fewer."""
    assert ends(estimate("trial@2", shares(2, 20, 8, 20), "newcombe").quantities["difference"], "newcombe")[1] > -1
    with pytest.raises(ValueError, match=r"4\.5 people would be expected .* the interval newcombe needs 5 \(Cochran 1954\); name the interval 'exact'"):
        estimate("trial@2", shares(2, 20, 7, 20), "newcombe")
    assert "newcombe" in {item.name for item in estimate("trial@1", shares(2, 20, 7, 20), "newcombe").quantities["difference"].intervals}


def test_the_two_versions_agree_where_numbers_are_large() -> None:
    """The published experiment: 48 and 66 of 216."""
    one, two = (estimate(pin, shares(48, 216, 66, 216), "agresti_caffo", "newcombe").quantities for pin in ("trial@1", "trial@2"))
    assert one["difference"] == two["difference"]
    assert one["relative_reduction"].exact == two["relative_reduction"].exact


def test_nobody_of_the_comparison_with_the_event_leaves_the_difference() -> None:
    found = estimate("trial@2", shares(0, 9, 0 + 1, 9), "exact").quantities
    assert set(found) == {"difference", "relative_reduction"}
    assert set(estimate("trial@2", shares(3, 9, 0, 9), "exact").quantities) == {"difference"}


def test_an_interval_by_the_lot_holds_the_effects_that_every_way_of_drawing_leaves_possible() -> None:
    """Just inside an end the effect taken off the treated leaves a p-value by scipy's own exact test above half of what the level leaves; just outside,
    not above it."""
    treated, others = [12.1, 9.7, 15.2, 11.4, 16.9], [7.3, 8.8, 10.2, 6.1, 9.4, 8.05]
    low, high = redrawn(treated, others, 0.95)

    def p(effect: float, alternative: str) -> float:
        moved = ([value - effect for value in treated], others)
        return float(permutation_test(moved, lambda one, two, axis: one.mean(axis=axis) - two.mean(axis=axis), vectorized=True, n_resamples=np.inf, alternative=alternative).pvalue)

    assert p(low - 1e-6, "greater") <= 0.025 < p(low + 1e-6, "greater")
    assert p(high + 1e-6, "less") <= 0.025 < p(high - 1e-6, "less")
    found = estimate("trial_means@2", evidence(values(*treated), values(*others)), "permutation").quantities["difference"]
    assert ends(found, "permutation") == pytest.approx((low, high), abs=1e-6)


def test_of_many_ways_those_that_the_seed_draws_say_what_each_of_them_would() -> None:
    """12 of 24 have 2.7 million ways: scipy draws others, by other seeds, and finds about the same p-value at the ends. The smaller arm is drawn, so two
    against very many is as quick, and arms changed about change the sign."""
    lot = np.random.default_rng(11)
    treated, others = (list(map(float, lot.normal(mean, 1, 12))) for mean in (1, 0))
    low, high = redrawn(treated, others, 0.95)
    for end, alternative in ((low, "greater"), (high, "less")):
        moved = ([value - end for value in treated], others)
        found = permutation_test(moved, lambda one, two, axis: one.mean(axis=axis) - two.mean(axis=axis), vectorized=True, n_resamples=9_999, alternative=alternative, rng=5)
        assert found.pvalue == pytest.approx(0.025, abs=0.008)
    assert redrawn(treated, others, 0.95) == (low, high)
    many, two = list(map(float, lot.normal(0, 1, 447))), [1.0, 1.5]
    assert redrawn(many, two, 0.95) == tuple(-end for end in reversed(redrawn(two, many, 0.95)))
    assert redrawn(two, [*many, *many], 0.95)[0] < 1.25 < redrawn(two, [*many, *many], 0.95)[1]


def test_a_draw_of_what_was_seen_counts_as_extreme_on_both_sides(monkeypatch: pytest.MonkeyPatch) -> None:
    """4 of 8 have 70 ways, and at 95 % one of them is extreme: what was seen. Drawn 19,999 times each comes about 286 times, what was seen too, and 500 may be
    beyond an end: the ends are the very ones of going through every way."""
    treated, others = [9.1, 12.5, 11.3, 14.7], [3.2, 7.9, 10.4, 5.05]
    each = redrawn(treated, others, 0.95)
    monkeypatch.setattr(exact, "MOST_WAYS", 10)
    assert redrawn(treated, others, 0.95) == pytest.approx(each, abs=1e-9)


KEPT = [
    ("trial@2", shares(1, 300, 6, 300), ("newcombe", "exact"), {"exact"}, "left_out_newcombe"),
    ("trial@2", shares(2, 447, 5, 60), ("agresti_caffo", "exact"), {"exact"}, "left_out_agresti_caffo"),
    ("trial@2", shares(400, 1990, 12, 30), ("exact", "newcombe"), {"newcombe"}, "left_out_exact"),
    ("trial@2", shares(48, 216, 66, 216), ("agresti_caffo", "newcombe"), {"agresti_caffo", "newcombe"}, ""),
]


@pytest.mark.parametrize(("pin", "given", "named", "kept", "left_out"), KEPT)
def test_an_interval_that_is_refused_is_left_out_where_another_stands(pin: str, given: Evidence, named: tuple[str, ...], kept: set[str], left_out: str) -> None:
    found = estimate(pin, given, *named)
    assert {item.name for item in found.quantities["difference"].intervals} == kept
    told = {name: words for name, words in found.diagnostics if name.startswith("left_out_")}
    assert set(told) == ({left_out} if left_out else set())
    assert not any("name the interval" in words for words in told.values())


def few(n: int, start: int) -> list[dict[str, Any]]:
    return [{"value": start + place * place % 7} for place in range(n)]


def test_ten_an_arm_are_enough_for_a_t_interval_and_nine_are_not() -> None:
    one, two = (estimate(pin, evidence(few(10, 5), few(10, 1)), "welch").quantities["difference"] for pin in ("trial_means@1", "trial_means@2"))
    assert one == two
    with pytest.raises(ValueError, match="an arm has 9 people, and the interval welch needs 10; name the interval 'permutation'"):
        estimate("trial_means@2", evidence(few(9, 5), few(30, 1)), "welch")


def test_nine_against_fifty_are_compared_by_the_lot() -> None:
    found = estimate("trial_means@2", evidence(few(9, 5), few(50, 1)), "welch", "permutation")
    assert [item.name for item in found.quantities["difference"].intervals] == ["permutation"]
    assert dict(found.diagnostics)["left_out_welch"] == "an arm has 9 people, and the interval welch needs 10"
    both = estimate("trial_means@2", evidence(few(12, 5), few(12, 1)), "welch", "permutation").quantities["difference"]
    assert ends(both, "permutation") == pytest.approx(ends(both, "welch"), abs=0.5)


def once(with_event: int, people: int) -> list[dict[str, Any]]:
    return [{"value": int(place < with_event), "exposure": 100} for place in range(people)]


def test_few_events_are_compared_by_where_they_fell() -> None:
    """2 of 10 events in 2,000 of 6,000 days: with q the binomial's end the ratio is q / (1 - q) x 4,000 / 2,000, and the ends are those at which so few, or so
    many, have a chance of 2.5 in a hundred."""
    found = estimate("event_rate_ratio@2", evidence(once(2, 20), once(8, 40)), "exact").quantities["rate_ratio"]
    assert found.exact == (2 * 4000) / (8 * 2000)
    low, high = (end / 2 / (1 + end / 2) for end in ends(found, "exact"))
    assert binom.sf(1, 10, low) == pytest.approx(0.025, abs=1e-5)
    assert binom.cdf(2, 10, high) == pytest.approx(0.025, abs=1e-5)


def test_many_events_of_thirty_people_are_compared_as_before() -> None:
    given = evidence(once(12, 30), once(30, 60))
    one, two = (estimate(pin, given, "robust").quantities["rate_ratio"] for pin in ("event_rate_ratio@1", "event_rate_ratio@2"))
    assert ends(one, "robust") == ends(two, "robust")


REFUSALS = [
    ("trial@2", shares(0, 9, 0, 8), "exact", "nobody, or everybody, had the event"),
    ("trial@2", shares(9, 9, 8, 8), "exact", "nobody, or everybody, had the event"),
    ("trial@2", shares(3, 1990, 1, 30), "exact", "up to 2000 people, and there are 2020$"),
    ("trial@2", shares(400, 1990, 12, 30), "exact", "up to 2000 people, and there are 2020; name the interval 'newcombe'"),
    ("trial@2", shares(3, 1990, 1, 30), "newcombe", r"the interval newcombe needs 5 \(Cochran 1954\)$"),
    ("trial@2", evidence(values(2, 1), values(1, 0)), "exact", "one yes or no a person"),
    ("trial@2", Evidence(role(0, 0), role(1, 2)), "exact", "nobody in the treatment group"),
    ("trial_means@2", evidence(values(1, 2), values(5, 3)), "welch", "an arm has 2 people, and the interval welch needs 10$"),
    ("trial_means@2", evidence(values(1, 2), values(5, 3)), "permutation", "there are 6 ways of drawing 2 of 4, and at this level none of them is extreme"),
    ("trial_means@2", evidence(values(2, 2, 2), values(3, 3, 3)), "permutation", "the same value"),
    ("event_rate_ratio@2", evidence(once(4, 30), once(9, 30)), "robust", "a group has 4 events, and the interval robust needs 5; name the interval 'exact'"),
    ("event_rate_ratio@2", evidence(once(12, 29), once(20, 40)), "robust", "a group has 29 people, and the interval robust needs 30; where nobody had more than one event"),
    ("event_rate_ratio@2", evidence(values(9, 3), values(4, 11)), "robust", "a group has 2 people, and the interval robust needs 30"),
    ("event_rate_ratio@2", evidence([{"value": 2}, {"value": 0}], [{"value": 1}, {"value": 0}]), "exact", "somebody had more than one event"),
    ("event_rate_ratio@2", evidence(once(4, 30), once(0, 30)), "exact", "nobody in the comparison group had the event"),
]


@pytest.mark.parametrize(("pin", "given", "interval", "words"), REFUSALS, ids=[f"{pin}: {words}" for pin, *_, words in REFUSALS])
def test_what_small_numbers_cannot_say_is_refused_with_a_reason(pin: str, given: Evidence, interval: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        estimate(pin, given, interval)


@pytest.mark.parametrize("pin", sorted(specimens()))
def test_no_p_value_is_told_without_its_interval(pin: str) -> None:
    """Of every method as a contract would use it: what is told beside the estimate has no p-value, unless both ends of its interval stand beside it."""
    specimen, world = specimens()[pin], replace(SCENARIOS["plain"], people=60)
    drawn = specimen.draw(world, np.random.default_rng(7))
    found = methods()[pin].estimate(drawn.evidence, intervals=[specimen.interval], level=LEVEL, decimals=4, **specimen.terms(drawn, world))
    told = dict(found.diagnostics)
    for name, words in told.items():
        assert not re.search(r"(^|\W)p[- ]?values?(\W|$)|(^|\s)p\s*[<=>]", words), (pin, name)
        if stem := re.fullmatch(r"(.*?)_?p(_value)?", name):
            assert {f"{stem[1]}_low", f"{stem[1]}_high"} <= set(told), (pin, name)
    assert found.quantities[specimen.quantity].intervals


def test_no_page_has_a_word_for_a_p_value() -> None:
    folder = ROOT / "pipelines" / "reports"
    texts = [path for kind in ("*.yaml", "*.html", "*.md", "*.typ") for path in folder.rglob(kind)]
    assert len(texts) > 20
    assert [path.name for path in texts if re.search(r"p-value|p-værdi|p_value", path.read_text(encoding="utf-8"), re.IGNORECASE)] == []
