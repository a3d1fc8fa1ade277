"""Units made by hand for methods of comparison."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl

from indicators.evaluation.evidence import UNITS, Evidence, of_rows

EXACT = ("value", "before", "earlier")


def units(*groups: tuple[str, list[dict[str, Any]]]) -> pl.DataFrame:
    """UNITS of groups of people, each a list of what is known of a person; a number is written as a text or whole."""
    rows = [{"role": role, **person} for role, people in groups for person in people]
    names = sorted({name for row in rows for name in row if name.startswith("x_")})
    made = {name: [_exact(row.get(name)) if name in EXACT else row.get(name) for row in rows] for name in UNITS}
    frame = pl.DataFrame(made, schema=UNITS)
    return frame.with_columns(pl.Series(name, [float(row[name]) for row in rows], dtype=pl.Float64) for name in names)


def _exact(value: Any) -> Any:
    return None if value is None else Decimal(str(value))


def evidence(treatment: list[dict[str, Any]], comparison: list[dict[str, Any]] | None = None) -> Evidence:
    """Evidence of people made by hand; everybody has a day at risk unless told otherwise."""
    given = [("treatment", treatment)] + ([] if comparison is None else [("comparison", comparison)])
    return of_rows(units(*((role, [{"exposure": 1, **person} for person in people]) for role, people in given)))


def values(*numbers: Any) -> list[dict[str, Any]]:
    return [{"value": number} for number in numbers]
