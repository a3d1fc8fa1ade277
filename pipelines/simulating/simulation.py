"""A contract paid many times over made-up results, at no effect and at several: what it pays, how often for nothing, how often not for something."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

import numpy as np

from pipelines.contracts.outcome import OutcomeContract
from pipelines.contracts.profile import Profile
from pipelines.payments.quoting.cash import cash
from pipelines.payments.quoting.given import Row
from pipelines.payments.quoting.quote import NOUGHT, Quote, quote
from pipelines.simulating.draws import drawn

SEED = 20240601
EFFECTS = (Fraction(0), Fraction(1, 10), Fraction(1, 5), Fraction(3, 10))
RUNS = 250
PERCENTILES = (5, 25, 50, 75, 95)
AT_ONCE = 25
"""Runs that one worker makes before it is asked for more."""


@dataclass(frozen=True)
class Run:
    """One drawing of all results, and what the contract pays for it: in all, by payment, by party (net of what it pays) and by party and quarter;
    `held` are the payments that would have been held."""

    amount: Decimal
    payments: tuple[tuple[str, Decimal], ...]
    parties: tuple[tuple[str, Decimal], ...]
    quarters: tuple[tuple[str, str, Decimal], ...]
    held: tuple[str, ...]


@dataclass(frozen=True)
class Spread:
    """How an amount is spread over the runs: mean, standard deviation, and PERCENTILES, each that of a run (the lowest that so many runs reach)."""

    mean: Decimal
    deviation: Decimal
    percentiles: tuple[Decimal, ...]


@dataclass(frozen=True)
class AtEffect:
    """What `runs` drawings at one effect came to. `pays` is the share of runs in which a payment pays anything; without an effect that is paying for
    nothing, and with one the rest to 1 is missing something. `held` is the share in which it would be held."""

    effect: Fraction
    runs: int
    amount: Spread
    pays_anything: Fraction
    pays: dict[str, Fraction]
    held: dict[str, Fraction]
    parties: dict[str, Spread]
    quarters: dict[tuple[str, str], Decimal]


def simulated(contract: OutcomeContract, rows: Sequence[Row], gate: Profile, effect: Fraction, number: int, seed: int = SEED) -> Run:
    """One run. What it draws depends on its seed, effect and number, and on no other run."""
    named = f"{seed}|{contract.contract}|{effect}|{number}"
    rng = np.random.default_rng(int.from_bytes(hashlib.sha256(named.encode()).digest()[:16], "big"))
    ordered = sorted(rows, key=lambda row: (row.outcome, row.cohort, row.period, row.group, row.component, row.line))
    found = quote(contract, [drawn(contract, row, effect, rng) for row in ordered], gate)
    return _run(found)


def _run(found: Quote) -> Run:
    payments: dict[str, Decimal] = {}
    for item in found.quoted:
        payments[item.payment.id] = payments.get(item.payment.id, NOUGHT) + item.amount
    quarters = cash(found).flow.quarters
    parties: dict[str, Decimal] = {}
    for row in quarters:
        parties[row.party] = parties.get(row.party, NOUGHT) + row.net
    held = tuple(sorted({item.payment.id for item in found.quoted if item.state == "held"}))
    return Run(found.amount, tuple(payments.items()), tuple(sorted(parties.items())), tuple((row.party, row.quarter, row.net) for row in quarters if row.net), held)


def runs(
    contract: OutcomeContract, rows: Sequence[Row], gate: Profile, effect: Fraction, count: int, *, seed: int = SEED, workers: int = 1, done: Callable[[int], None] | None = None
) -> list[Run]:
    """`count` runs at one effect, in their order; in processes of their own where there are several workers. `done` is told how many more are."""
    made: list[Run] = []
    for part in _parts(contract, list(rows), gate, effect, count, seed, workers):
        made += part
        if done is not None:
            done(len(part))
    return made


def _parts(contract: OutcomeContract, rows: list[Row], gate: Profile, effect: Fraction, count: int, seed: int, workers: int) -> Iterator[list[Run]]:
    tasks = [(contract, rows, gate, effect, first, min(AT_ONCE, count - first), seed) for first in range(0, count, AT_ONCE)]
    if workers <= 1:
        yield from map(_part, tasks)
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_part, tasks)


Task = tuple[OutcomeContract, list[Row], Profile, Fraction, int, int, int]


def _part(task: Task) -> list[Run]:
    contract, rows, gate, effect, first, count, seed = task
    return [simulated(contract, rows, gate, effect, first + place, seed) for place in range(count)]


def summed(contract: OutcomeContract, effect: Fraction, made: Sequence[Run]) -> AtEffect:
    """What runs at one effect came to together."""
    n = len(made)
    names = [payment.id for payment in contract.payments]
    parties = sorted({party for run in made for party, _ in run.parties})
    quarters: dict[tuple[str, str], Decimal] = {}
    for run in made:
        for party, quarter, net in run.quarters:
            quarters[party, quarter] = quarters.get((party, quarter), NOUGHT) + net
    return AtEffect(
        effect,
        n,
        spread([run.amount for run in made]),
        Fraction(sum(run.amount > 0 for run in made), n),
        {name: Fraction(sum(dict(run.payments).get(name, NOUGHT) > 0 for run in made), n) for name in names},
        {name: Fraction(sum(name in run.held for run in made), n) for name in names},
        {party: spread([dict(run.parties).get(party, NOUGHT) for run in made]) for party in parties},
        {key: _cents(Fraction(total) / n) for key, total in sorted(quarters.items())},
    )


def spread(amounts: Sequence[Decimal]) -> Spread:
    """Exact mean and percentiles, to the cent."""
    n, ordered = len(amounts), sorted(amounts)
    mean = Fraction(sum(amounts, NOUGHT)) / n
    variance = sum(((Fraction(amount) - mean) ** 2 for amount in amounts), Fraction(0)) / max(n - 1, 1)
    places = [max(0, -(-n * percentile // 100) - 1) for percentile in PERCENTILES]
    return Spread(_cents(mean), _cents(Fraction(float(variance) ** 0.5)), tuple(ordered[place] for place in places))


def _cents(value: Fraction) -> Decimal:
    return Decimal(round(value * 100)).scaleb(-2)


def without_effect(rows: Sequence[Row]) -> list[Row]:
    """Rows as people would fare without the effort: an estimate or interval that a row states is left out, since it is what is to be drawn."""
    return [replace(row, interval=None, value=row.value if row.comparison is None and row.persons is None and row.units is None else None) for row in rows]
