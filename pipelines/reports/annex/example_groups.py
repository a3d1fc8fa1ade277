"""The made-up groups of worked examples that compare: a hundred people each, as sums or a row each, by what the method looks at."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

import polars as pl

from indicators.evaluation.evidence import ROLES, UNITS, Evidence, in_sets, of_rows
from indicators.evaluation.method import COMPARISON, SETS, UNIT_ROWS, methods, rounded
from indicators.result import Estimate, Quantity, RoleCount
from pipelines.contracts.catalogue import arguments
from pipelines.contracts.external import EXTERNAL, external, is_external
from pipelines.contracts.outcome import Outcome
from pipelines.reports.annex.example_parts import count_of

GROUP = 100
EVENTS = 50
MEAN = Decimal(20)
LEAST_RATIO = Fraction(1, 1000)
SPREAD, DAYS, CLUSTERS = 5, 364, 20
OF_EVENTS = ("event_rate_ratio", "time_to_event", "trial")
"""Methods on events, of which a person of an example has one or none."""


def is_of_means(outcome: Outcome) -> bool:
    """Whether groups are compared by means of a value, and not by events."""
    assert outcome.compare is not None
    return outcome.compare.method.split("@")[0] not in OF_EVENTS


def has_comparison(outcome: Outcome) -> bool:
    assert outcome.compare is not None
    return is_external(outcome.compare) or COMPARISON in methods()[outcome.compare.method].needs


def groups(outcome: Outcome, step: int) -> dict[str, RoleCount]:
    """Two groups of a hundred. By events, `step` of the treated and half of the others had one. By means, the others come to twenty each, the
    treated to as much more or less as `step` is above or below fifty; the spread is made up."""
    if not is_of_means(outcome):
        return {"treatment": count_of(GROUP, Decimal(step), Decimal(step)), "comparison": count_of(GROUP, Decimal(EVENTS), Decimal(EVENTS))}
    means = {"treatment": MEAN + step - EVENTS, "comparison": MEAN}
    return {role: count_of(GROUP, mean * GROUP, (mean**2 + SPREAD**2) * GROUP) for role, mean in means.items()}


def evidence(outcome: Outcome, step: int) -> Evidence:
    """What the method of an outcome looks at of those groups."""
    assert outcome.compare is not None
    made = groups(outcome, step)
    needs = methods()[outcome.compare.method].needs
    if not {UNIT_ROWS, SETS} & set(needs):
        whole = Evidence(made["treatment"], made["comparison"])
    else:
        whole = of_rows(pl.concat([_rows(outcome, role, step if role == ROLES[0] else EVENTS) for role in ROLES]))
    if SETS in needs:
        whole = replace(whole, sets=in_sets(whole.units, pl.Series([person % GROUP for person in range(len(ROLES) * GROUP)])))
    return replace(whole, cohorts=dict.fromkeys(outcome.cohorts, whole))


def _rows(outcome: Outcome, role: str, step: int) -> pl.DataFrame:
    """A hundred people of a role, a row each: UNITS and covariates. Nobody's value is like their neighbour's, before or after."""
    assert outcome.compare is not None
    people = range(GROUP)
    side = [SPREAD if person % 2 else -SPREAD for person in people]
    values = [MEAN + step - EVENTS + side[person] for person in people] if is_of_means(outcome) else [Decimal(person < step) for person in people]
    made: dict[str, list[Any]] = {
        "role": [role] * GROUP,
        "cohort": [outcome.cohorts[0]] * GROUP,
        "cluster": [f"{role} {person % CLUSTERS}" for person in people],
        "value": [Decimal(value) for value in values],
        "exposure": [DAYS if is_of_means(outcome) or person >= step else 3 * person + 1 for person in people],
        "before": [MEAN + (person % 3 - 1) * SPREAD for person in people],
        "earlier": [MEAN + (person % 5 - 2) * SPREAD for person in people],
    }
    covariates = {name: pl.Series([float(person * 7 % 11) + index for person in people]) for index, name in enumerate(outcome.compare.looks_at) if name not in UNITS}
    return pl.DataFrame(made, schema=UNITS).with_columns(**covariates)


def estimated(outcome: Outcome, step: int) -> Estimate:
    """What the contract's own method says of the groups, without intervals."""
    assert outcome.compare is not None
    return _stated(outcome, step) if is_external(outcome.compare) else _estimated(outcome.model_dump_json(by_alias=True), step)


@cache
def _estimated(text: str, step: int) -> Estimate:
    outcome = Outcome.model_validate_json(text)
    assert outcome.compare is not None
    terms = outcome.compare
    method = methods()[terms.method]
    made = method.estimate(evidence(outcome, step), intervals=[], level=terms.level, decimals=terms.decimals, **arguments(method.parameters, terms.arguments))
    return replace(made, quantities={name: Quantity(item.value, item.exact) for name, item in made.quantities.items()})


def _stated(outcome: Outcome, step: int) -> Estimate:
    """What an evaluator's file would say of the groups, were it a plain comparison of their means."""
    assert outcome.compare is not None
    treated, other = (role.mean for role in groups(outcome, step).values())
    ratio = treated / other
    worked: dict[str, Fraction | float] = {
        "difference": treated - other,
        "mean": treated,
        "relative_reduction": 1 - ratio,
        "rate_ratio": ratio,
        "hazard_ratio": ratio,
        "log_hazard_ratio": math.log(max(ratio, LEAST_RATIO)),
    }
    values = {name: rounded(worked[name], outcome.compare.decimals) for name in external(outcome.compare).quantities}
    return Estimate(EXTERNAL, {name: Quantity(value, None) for name, value in values.items()})
