"""Made-up results of a contract's own people: a row of a results file, drawn anew around what it says people reach without the effort.

What a row gives is a level. People who have the result are drawn one by one; what each of them has is drawn around the row's own mean; the
comparison group is drawn around its own. An effect is a share by which the treated do better.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import polars as pl

from indicators.evaluation.evidence import UNITS, Evidence, in_sets, of_rows
from indicators.evaluation.method import SETS, UNIT_ROWS, methods
from indicators.indicator import library
from pipelines.contracts.catalogue import arguments
from pipelines.contracts.external import is_external
from pipelines.contracts.outcome import Outcome, OutcomeContract
from pipelines.payments.quoting.asked import asks
from pipelines.payments.quoting.given import Compared, Row

SPREAD = 0.5
"""How far people who have the result spread around its mean, as a share of it: the standard deviation of a gamma of shape four."""
ALIKE = 0.55
"""How much of what people have, they had before: the correlation of the two."""
CLUSTER, DAYS, HUNDREDTHS = 20, 364, 100
STAND_IN, STAND_IN_INTERVAL = "trial_means@1", "welch"
"""What stands for an estimate that an evaluator gives, of which nobody knows how it will be made: a plain comparison of means."""
OF_COUNTS = "event_rate_ratio@"
Array = Any


@dataclass(frozen=True)
class Group:
    """People drawn: what each has, and what each had before."""

    values: Array
    before: Array
    has: Array


def drawn(contract: OutcomeContract, row: Row, effect: Fraction, rng: np.random.Generator) -> Row:
    """One row drawn anew: people with the result, their units or claims, and where the contract compares, the comparison group and what the
    contract's own method says of both. A method that gives no estimate leaves the cells of the estimate empty, and the payment is held."""
    outcome = contract.outcome(row.outcome)
    better = library()[outcome.indicator].better
    is_count = outcome.compare is not None and outcome.compare.method.startswith(OF_COUNTS)
    treated = _group(row, float(effect) * (-1 if better == "lower" else 1), rng, is_count=is_count)
    made = _counted(row, treated)
    if outcome.compare is None or row.n_counted == 0:
        return made
    other = _others(row, rng, is_count=is_count)
    return replace(made, **_estimate(contract, outcome, treated, other))


def _group(row: Row, effect: float, rng: np.random.Generator, *, is_count: bool) -> Group:
    """The treated of a row. Where not everybody has the result, an effect moves how many do; else it moves how much each has. Events that a method
    compares by their rate are counts: Poisson about each one's own mean."""
    if is_count:
        return _counts(row.n_counted, float(row.total(is_compared=True)) / max(row.n_counted, 1) * (1 + effect), rng)
    share = row.with_result / row.n_counted if row.n_counted else 0.0
    mean = _mean(row)
    if share < 1:
        return _people(row.n_counted, min(max(share * (1 + effect), 0.0), 1.0), mean, rng)
    return _people(row.n_counted, 1.0, mean * (1 + effect), rng)


def _mean(row: Row) -> float:
    """What somebody with the result has: units or claims a person, or one result."""
    total = row.units if row.units is not None else row.claims if row.claims is not None else row.value if row.persons is None and row.comparison is None else None
    if total is None or not row.with_result:
        return 1.0
    return float(total) if total is row.value else float(total) / row.with_result


def _counts(n: int, mean: float, rng: np.random.Generator) -> Group:
    counts = rng.poisson(mean * rng.gamma(1 / SPREAD**2, SPREAD**2, n)).astype(float)
    return Group(counts, counts, counts > 0)


def _people(n: int, share: float, mean: float, rng: np.random.Generator) -> Group:
    has = rng.random(n) < share
    amounts = np.ones(n) if mean == 1.0 else mean * rng.gamma(1 / SPREAD**2, SPREAD**2, n)
    values = np.where(has, np.round(amounts * HUNDREDTHS) / HUNDREDTHS, 0.0)
    level = values.mean() if n else 0.0
    noise = rng.normal(size=n) * (values.std() if n else 0.0) * np.sqrt(1 - ALIKE**2)
    return Group(values, np.round((level + ALIKE * (values - level) + noise) * HUNDREDTHS) / HUNDREDTHS, has)


def _others(row: Row, rng: np.random.Generator, *, is_count: bool) -> Group:
    """The comparison group: around its own figure where the row has one, else like the treated without the effort."""
    if row.comparison is None:
        return _group(row, 0.0, rng, is_count=is_count)
    total, people = row.comparison.over(row.n_counted)
    mean = float(total) / people if people else 0.0
    if is_count:
        return _counts(people, mean, rng)
    return _people(people, mean, 1.0, rng) if row.units is None and 0 <= mean <= 1 else _people(people, 1.0, mean, rng)


def _counted(row: Row, found: Group) -> Row:
    """The cells of a row that the row itself has, as they were drawn. Claims and units are whole."""
    persons, total = int(found.has.sum()), round(float(found.values.sum()))
    cells: dict[str, Any] = {"persons": persons if row.persons is not None else None}
    if row.units is not None:
        cells["units"] = Decimal(total)
    if row.claims is not None:
        cells["claims"] = max(total, persons)
    if row.value is not None and row.comparison is None and row.units is None and row.claims is None:
        cells["value"] = Decimal(f"{found.values.mean():.6f}") if len(found.values) else row.value
    return replace(row, **cells)


def _estimate(contract: OutcomeContract, outcome: Outcome, treated: Group, other: Group) -> Mapping[str, Any]:
    """What the contract's method says, as cells of a row."""
    compare = outcome.compare
    assert compare is not None
    method = methods()[STAND_IN if is_external(compare) else compare.method]
    payments = [payment for payment in contract.payments if payment.pays_for == outcome.id]
    asked = [asks(payment, outcome.id) for payment in payments]
    by_interval = [item for item in asked if item.intervals]
    measures = [name for item in (*by_interval, *asked) for name in item.measures] or list(method.quantities[:1])
    intervals = [name for item in by_interval for name in item.intervals]
    try:
        found = method.estimate(
            _evidence(outcome, treated, other, method.needs),
            intervals=list(dict.fromkeys(intervals)) if not is_external(compare) else [STAND_IN_INTERVAL] if intervals else [],
            level=compare.level,
            decimals=compare.decimals,
            **({} if is_external(compare) else arguments(method.parameters, compare.arguments)),
        )
    except ValueError:
        return {"value": None, "comparison": None, "interval": None}
    total = Decimal(round(float(other.values.sum()) * HUNDREDTHS)) / HUNDREDTHS
    if measures[0] not in found.quantities:
        return {"value": None, "comparison": None, "interval": None}
    quantity = found.quantities[measures[0]]
    intervals = [item.name for item in quantity.intervals[:1]] if is_external(compare) else intervals
    ends = quantity.interval(intervals[0]) if intervals and intervals[0] in {item.name for item in quantity.intervals} else None
    is_of_two = set(measures) <= {"difference", "relative_reduction"} and quantity.exact is not None and not {UNIT_ROWS, SETS} & set(method.needs)
    return {
        "value": None if is_of_two else quantity.value,
        "comparison": Compared(total, len(other.values)) if is_of_two else None,
        "interval": (ends.low, ends.high) if ends is not None else None,
    }


def _evidence(outcome: Outcome, treated: Group, other: Group, needs: Collection[str]) -> Evidence:
    """Both groups as the method looks at them. Matched people stand beside the treated in turn."""
    whole = of_rows(pl.concat([_units(outcome, role, group) for role, group in (("treatment", treated), ("comparison", other))]))
    made = whole if UNIT_ROWS in needs else Evidence(whole.treatment, whole.comparison)
    if SETS in needs:
        own, beside = len(treated.values), len(other.values)
        made = replace(made, sets=in_sets(whole.units, pl.Series([*range(own), *(place % max(own, 1) for place in range(beside))], dtype=pl.Int32)))
    if len(outcome.cohorts) == 1:
        return made
    return replace(made, cohorts={name: of_rows(whole.units.filter(cohort=name)) for name in outcome.cohorts})


def _units(outcome: Outcome, role: str, group: Group) -> pl.DataFrame:
    """UNITS of people drawn, twenty to a cluster, and as many of each cohort."""
    n = len(group.values)
    numbers = {name: pl.Series(np.round(column * HUNDREDTHS).astype(np.int64)) for name, column in (("value", group.values), ("before", group.before), ("earlier", group.before))}
    exact = {name: (column.cast(pl.Decimal(18, 6)) / HUNDREDTHS).cast(pl.Decimal(18, 6)) for name, column in numbers.items()}
    clusters = [f"{role} {place // CLUSTER}" for place in range(n)]
    cohorts = [outcome.cohorts[place % len(outcome.cohorts)] for place in range(n)]
    frame = pl.DataFrame({"role": [role] * n, "cohort": cohorts, "cluster": clusters, "exposure": [DAYS] * n}).with_columns(**exact)
    covariates = outcome.compare.covariates if outcome.compare is not None else []
    return frame.select(list(UNITS)).with_columns(**{f"x_{name}": pl.Series(group.before) for name in covariates})
