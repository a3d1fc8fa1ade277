"""The error rates that ship with the methods, as `udbytte simulate --methods` made them."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files

EFFECTS = (0.0, 0.3, 0.6)
"""In standard deviations of a person's half year: none, three weeks of 52, six weeks. For rates and hazards: none, a quarter fewer, 45 % fewer."""
FILE = "error_rates.csv"


@dataclass(frozen=True)
class ErrorRate:
    """What a method said in one world, drawn many times. Shares of all replications but those refused: `covered`, the interval held the truth;
    `paid_on_estimate`, the estimate alone was on the paying side of no effect; `paid_on_interval`, the whole interval was. Without an effect both
    are payments for nothing; with one, what they lack to 1 is missed. `bias` is the mean estimate less the truth. `monte_carlo_error` is the standard
    error of a share of a half, the largest there is."""

    method: str
    scenario: str
    people: int
    effect: float
    replications: int
    refused: int
    truth: float
    bias: float
    covered: float
    paid_on_estimate: float
    paid_on_interval: float
    monte_carlo_error: float


@cache
def known() -> tuple[ErrorRate, ...]:
    """The rates that ship with the methods, made by `udbytte simulate --methods`."""
    text = (files("pipelines.worlds") / FILE).read_text(encoding="utf-8")
    kinds = {field.name: {"str": str, "int": int, "float": float}[str(field.type)] for field in fields(ErrorRate)}
    return tuple(ErrorRate(**{name: kinds[name](value) for name, value in row.items()}) for row in csv.DictReader(io.StringIO(text)))
