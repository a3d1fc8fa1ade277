"""Error rates a world at a time, from rates made by hand."""

from __future__ import annotations

from pipelines.worlds.by_world import WorldErrors, by_world
from pipelines.worlds.known import ErrorRate, known


def rate(effect: float, on_estimate: float, on_interval: float, *, scenario: str = "plain", people: int = 50, method: str = "x@1") -> ErrorRate:
    return ErrorRate(method, scenario, people, effect, 400, 0, 0.0, 0.0, 0.94, on_estimate, on_interval, 0.02)


RATES = [rate(0.0, 0.5, 0.025), rate(0.3, 0.9, 0.5), rate(0.6, 1.0, 0.75), rate(0.0, 1.0, 1.0, method="y@1"), rate(0.0, 0.75, 0.125, people=200)]


def test_a_world_says_what_is_paid_without_an_effect_and_what_is_missed_with_each() -> None:
    small, large = by_world("x@1", RATES)
    assert small == WorldErrors("plain", 50, 400, 0.02, 0.94, (0.5, 0.025), {0.3: (1 - 0.9, 0.5), 0.6: (0.0, 0.25)})
    assert (large.people, large.pays_for_nothing, large.misses) == (200, (0.75, 0.125), {})
    assert by_world("x@1", RATES, people=[200]) == [large]


def test_a_method_that_was_tried_in_no_world_has_nothing() -> None:
    assert by_world("z@1", RATES) == []
    assert by_world("w@1", [rate(0.3, 1.0, 1.0, method="w@1")]) == [], "without an effect nobody knows what it pays for nothing"


def test_every_method_that_ships_with_rates_has_worlds_with_both_effects() -> None:
    for pin in {item.method for item in known()}:
        assert {tuple(world.misses) for world in by_world(pin)} == {(0.3, 0.6)}, pin
