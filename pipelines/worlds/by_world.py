"""How wrong a method is, a made-up world at a time: what tables and drawings of its errors show. From the rates that ship with the methods."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipelines.worlds.known import EFFECTS, ErrorRate, known

Shares = tuple[float, float]
"""By the estimate alone, and by the whole interval."""


@dataclass(frozen=True)
class WorldErrors:
    """What a method does in one world with so many treated people. `covered` is how often its interval holds the truth where there is no effect;
    `pays_for_nothing` how often it pays there; `misses` how often it does not pay where there is an effect, by that effect. `monte_carlo_error` is
    the largest that any of these shares has."""

    scenario: str
    people: int
    replications: int
    monte_carlo_error: float
    covered: float
    pays_for_nothing: Shares
    misses: Mapping[float, Shares]


def by_world(pin: str, rates: Sequence[ErrorRate] | None = None, *, people: Iterable[int] = ()) -> list[WorldErrors]:
    """Every world that a method was tried in without an effect, in the order of the rates; with `people`, those of that many treated people.
    Nothing for a method that has no rates."""
    wanted = set(people)
    found: dict[tuple[str, int], dict[float, ErrorRate]] = {}
    for rate in known() if rates is None else rates:
        if rate.method == pin and (not wanted or rate.people in wanted):
            found.setdefault((rate.scenario, rate.people), {})[rate.effect] = rate
    return [_world(scenario, size, tried) for (scenario, size), tried in found.items() if EFFECTS[0] in tried]


def _world(scenario: str, people: int, tried: Mapping[float, ErrorRate]) -> WorldErrors:
    nothing = tried[EFFECTS[0]]
    misses = {effect: (1 - rate.paid_on_estimate, 1 - rate.paid_on_interval) for effect, rate in tried.items() if effect != EFFECTS[0]}
    error = max(rate.monte_carlo_error for rate in tried.values())
    return WorldErrors(scenario, people, nothing.replications, error, nothing.covered, (nothing.paid_on_estimate, nothing.paid_on_interval), misses)
