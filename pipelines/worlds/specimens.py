"""One specimen a method: the design it is meant for, what it looks at there, and what it would be paid by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl

from indicators.evaluation.evidence import Evidence, of_rows
from indicators.evaluation.method import methods
from pipelines.worlds.people import DAYS, MIDDLE, SCENARIOS, SPREAD, Drawn, World, observed, trial

LEVEL = Decimal("0.95")
BASE_RATE = 1.5
"""Events a person and year in the worlds of event rates; half of people's differences in it are their own (a gamma of shape two)."""
BASE_HAZARD = 0.35
"""The share who have the event within the year in the worlds of hazards, about."""
PLAIN = ("plain",)
COHORTS = ("first", "second", "third")
SHARES = (0.5, 1.0, 1.5)
"""How much of a world's effect each cohort has, where cohorts differ."""
Draw = Callable[[World, np.random.Generator], Drawn]


@dataclass(frozen=True)
class Specimen:
    """A method as a contract would use it. `quantity` pays when it is above `none`, or below it where `lower` is better; `terms` are what
    the contract gives the method, by what earlier years showed; `misled_by` the scenarios its worlds have."""

    pin: str
    draw: Draw
    interval: str
    quantity: str = "difference"
    none: float = 0.0
    lower: bool = False
    terms: Callable[[Drawn, World], dict[str, Any]] = lambda _drawn, _world: {}
    misled_by: tuple[str, ...] = tuple(SCENARIOS)

    def estimate(self, drawn: Drawn, world: World) -> tuple[float, float, float] | None:
        """The estimate and both ends of its interval; None where the method refuses."""
        try:
            found = methods()[self.pin].estimate(drawn.evidence, intervals=[self.interval], level=LEVEL, decimals=9, **self.terms(drawn, world))
        except ValueError:
            return None
        quantity = found.quantities[self.quantity]
        ends = quantity.interval(self.interval)
        return float(quantity.value), float(ends.low), float(ends.high)


def of(evidence: Evidence, drawn: Drawn) -> Drawn:
    """The same draw seen otherwise."""
    return replace(drawn, evidence=evidence)


def _alone(draw: Draw) -> Draw:
    def drawn(world: World, rng: np.random.Generator) -> Drawn:
        made = draw(world, rng)
        return of(of_rows(made.evidence.units.filter(role="treatment")), made)

    return drawn


def _yes_or_no(draw: Draw) -> Draw:
    """Whether somebody had 26 weeks or more of 52."""

    def drawn(world: World, rng: np.random.Generator) -> Drawn:
        made = draw(world, rng)
        reached = (pl.col("value") >= Decimal(int(MIDDLE))).cast(pl.Int64).cast(pl.Decimal(18, 6))
        return of(of_rows(made.evidence.units.with_columns(value=reached)), made)

    return drawn


def _events(world: World, rng: np.random.Generator) -> Drawn:
    """A trial of event counts: everybody has a rate of their own, which the effect multiplies by exp(-effect)."""
    made = trial(replace(world, dip=False), rng)
    units = made.evidence.units
    treated = (units["role"] == "treatment").to_numpy()
    rates = BASE_RATE * rng.gamma(2.0, 0.5, len(units)) * np.exp(-world.effect * treated)
    counts = pl.Series(rng.poisson(rates)).cast(pl.Int64).cast(pl.Decimal(18, 6))
    return of(of_rows(units.with_columns(value=counts)), made)


def _times(world: World, rng: np.random.Generator) -> Drawn:
    """A trial of times to an event within a year, with a constant hazard that the effect multiplies by exp(-effect)."""
    made = trial(replace(world, dip=False), rng)
    units = made.evidence.units
    treated = (units["role"] == "treatment").to_numpy()
    days = rng.exponential(DAYS / (-np.log(1 - BASE_HAZARD)) * np.exp(world.effect * treated))
    seen = days <= DAYS
    values = pl.Series(seen.astype(np.int64)).cast(pl.Decimal(18, 6))
    return of(of_rows(units.with_columns(value=values, exposure=pl.Series(np.where(seen, np.ceil(days), DAYS).astype(np.int64)))), made)


def _clusters(world: World, rng: np.random.Generator) -> Drawn:
    return trial(replace(world, alike=max(world.alike, 0.05)), rng, by_cluster=True)


def _pooled(world: World, rng: np.random.Generator) -> Drawn:
    parts = [trial(replace(world, people=max(world.people // len(COHORTS), 4)), rng) for _ in COHORTS]
    cohorts = {name: part.evidence for name, part in zip(COHORTS, parts, strict=True)}
    whole = of_rows(pl.concat([part.evidence.units for part in parts]))
    return of(replace(whole, cohorts=cohorts), parts[0])


def _unmatched(world: World, rng: np.random.Generator) -> Drawn:
    return observed(world, rng, is_matched=False)


def _staggered(world: World, rng: np.random.Generator) -> Drawn:
    """Three cohorts of one size, each beside people of its own time, with half the effect in the first and half as much again in the last."""
    people = max(world.people // len(COHORTS), 4)
    parts = [observed(replace(world, people=people, effect=world.effect * share), rng, is_matched=False) for share in SHARES]
    units = [part.evidence.units.with_columns(cohort=pl.lit(name), cluster=name + pl.col("cluster")) for name, part in zip(COHORTS, parts, strict=True)]
    return replace(parts[0], evidence=of_rows(pl.concat(units)), truth=world.effect * SPREAD)


def _before_as_covariate(world: World, rng: np.random.Generator) -> Drawn:
    """Everybody who was not enrolled, unmatched, with the half year before as covariate."""
    made = _unmatched(world, rng)
    return of(of_rows(made.evidence.units.with_columns(x_before=pl.col("before").cast(pl.Float64))), made)


def _blend(_drawn: Drawn, _world: World) -> dict[str, Any]:
    from indicators.evaluation.blend import Part

    return {"parts": [Part(method="trial_means@1", weight=Decimal("0.8")), Part(method="difference_in_differences@1", weight=Decimal("0.2"))]}


def _agreed(drawn: Drawn, _world: World) -> dict[str, Any]:
    """The baseline that the parties agreed: what people like these had the year before, to a tenth of a week."""
    return {"baseline": Decimal(f"{drawn.history[2023]:.1f}")}


def _trend(drawn: Drawn, _world: World) -> dict[str, Any]:
    return {"year": 2024, "history": {year: Decimal(f"{level:.1f}") for year, level in drawn.history.items()}}


def specimens() -> dict[str, Specimen]:
    """Every method's specimen, by pin. A test fails a method without one."""
    found = [
        Specimen("validated_count@1", _alone(_yes_or_no(observed)), "wilson", "mean"),
        Specimen("before_after@1", _alone(observed), "t"),
        Specimen("fixed_baseline@1", _alone(observed), "t", terms=_agreed),
        Specimen("historical_trend@1", _alone(observed), "prediction", terms=_trend),
        Specimen("trial@1", _yes_or_no(trial), "newcombe"),
        Specimen("trial@2", _yes_or_no(trial), "newcombe"),
        Specimen("trial_means@1", trial, "welch"),
        Specimen("trial_means@2", trial, "welch"),
        Specimen("cluster_trial@1", _clusters, "cluster_means"),
        Specimen("matched@1", observed, "welch"),
        Specimen("matched_sets@1", observed, "set_means"),
        Specimen("difference_in_differences@1", _unmatched, "robust"),
        Specimen("staggered_differences@1", _staggered, "robust"),
        Specimen("regression_adjusted@1", _before_as_covariate, "robust"),
        Specimen("event_rate_ratio@1", _events, "robust", "rate_ratio", none=1.0, lower=True, misled_by=PLAIN),
        Specimen("event_rate_ratio@2", _events, "robust", "rate_ratio", none=1.0, lower=True, misled_by=PLAIN),
        Specimen("time_to_event@1", _times, "wald", "log_hazard_ratio", lower=True, misled_by=PLAIN),
        Specimen("blend@1", trial, "conservative", terms=_blend),
        Specimen("pooled@1", _pooled, "normal", terms=lambda _drawn, _world: {"of": "trial_means@1"}),
    ]
    return {item.pin: item for item in found}


def truth_of(specimen: Specimen, world: World) -> float:
    """What the method would say if it were told the truth about this world: the effect on those treated, in its own quantity. Chance and
    what misleads are left out; shares are those of a million people."""
    if specimen.quantity == "rate_ratio":
        return float(np.exp(-world.effect))
    if specimen.quantity == "log_hazard_ratio":
        return -world.effect
    if specimen.pin not in {"trial@1", "trial@2", "validated_count@1"}:
        return world.effect * SPREAD
    return _share_gained(world)


def _share_gained(world: World) -> float:
    """How many more of those treated reach 26 weeks with the effect than without it."""
    from pipelines.worlds.people import AFTER, levels

    rng = np.random.default_rng(20240101)
    found, _ = levels(replace(world, people=1), 1_000_000, rng)
    if world.dip:
        from pipelines.worlds.people import BEFORE

        found = found[np.argsort(found[:, BEFORE], kind="stable")[: len(found) // 3]]
    after = found[:, AFTER] + world.motive
    return float((after + world.effect >= 0).mean() - (after >= 0).mean())
