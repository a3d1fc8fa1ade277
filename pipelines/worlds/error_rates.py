"""How often a method is wrong: its interval's coverage, how often it pays for nothing and how often it misses something, in worlds whose truth is known."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np

from pipelines.worlds.known import EFFECTS, ErrorRate
from pipelines.worlds.people import SCENARIOS, World
from pipelines.worlds.specimens import Specimen, specimens, truth_of

SEED = 20240601
SIZES = (50, 200)
REPLICATIONS = 1000


@dataclass(frozen=True)
class Case:
    """One world of so many treated people, and how often it is drawn."""

    method: str
    scenario: str
    people: int
    effect: float
    replications: int


def cases(pins: Iterable[str] = (), *, replications: int = REPLICATIONS, sizes: Iterable[int] = SIZES) -> list[Case]:
    """Every world for the methods named, or for all."""
    named = list(pins) or list(specimens())
    return [Case(pin, scenario, people, effect, replications) for pin in named for scenario in specimens()[pin].misled_by for people in sizes for effect in EFFECTS]


def generator(case: Case, replicate: int) -> np.random.Generator:
    """Draws that depend on what is drawn and on nothing that was drawn before, so that any part can be done anew by itself."""
    named = f"{SEED}|{case.method}|{case.scenario}|{case.people}|{case.effect}|{replicate}"
    return np.random.default_rng(int.from_bytes(hashlib.sha256(named.encode()).digest()[:16], "big"))


def measured(case: Case) -> ErrorRate:
    """One world drawn `replications` times."""
    specimen = specimens()[case.method]
    world = SCENARIOS[case.scenario].with_effect(case.effect)
    world = World(**{**asdict(world), "people": case.people})
    found = [specimen.estimate(specimen.draw(world, generator(case, index)), world) for index in range(case.replications)]
    return _rate(case, specimen, truth_of(specimen, world), np.array([item for item in found if item is not None]))


def _rate(case: Case, specimen: Specimen, truth: float, said: np.ndarray) -> ErrorRate:
    refused = case.replications - len(said)
    if not len(said):
        return ErrorRate(**asdict(case), refused=refused, truth=round(truth, 4), bias=0, covered=0, paid_on_estimate=0, paid_on_interval=0, monte_carlo_error=0)
    value, low, high = said.T
    on_estimate = value < specimen.none if specimen.lower else value > specimen.none
    on_interval = high < specimen.none if specimen.lower else low > specimen.none
    return ErrorRate(
        **asdict(case),
        refused=refused,
        truth=round(truth, 4),
        bias=round(float(value.mean()) - truth, 4),
        covered=round(float(((low <= truth) & (truth <= high)).mean()), 4),
        paid_on_estimate=round(float(on_estimate.mean()), 4),
        paid_on_interval=round(float(on_interval.mean()), 4),
        monte_carlo_error=round((0.25 / len(said)) ** 0.5, 4),
    )


def many(wanted: list[Case], *, workers: int = 1) -> Iterator[ErrorRate]:
    """The rates of many cases in their order; in processes of their own where there are several workers."""
    if workers <= 1:
        yield from map(measured, wanted)
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(measured, wanted, chunksize=1)


def written(rates: Iterable[ErrorRate]) -> str:
    """CSV of error rates, a row each."""
    made = io.StringIO()
    table = csv.DictWriter(made, [field.name for field in fields(ErrorRate)], lineterminator="\n")
    table.writeheader()
    table.writerows(asdict(rate) for rate in rates)
    return made.getvalue()


def write(path: Path, rates: Iterable[ErrorRate]) -> None:
    path.write_text(written(rates), encoding="utf-8")
