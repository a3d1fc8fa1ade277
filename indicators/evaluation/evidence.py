"""What a method of comparison may look at: counted people by role, and where it needs more than sums, a row each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

import polars as pl

from indicators.result import DIGITS, RoleCount

ROLES = ("treatment", "comparison")
UNITS: dict[str, pl.DataType | type[pl.DataType]] = {
    "role": pl.String,
    "cohort": pl.String,
    "cluster": pl.String,
    "value": pl.Decimal(18, 6),
    "exposure": pl.Int64,
    "before": pl.Decimal(18, 6),
    "earlier": pl.Decimal(18, 6),
}
"""One row a counted unit. `value` and `exposure` (days at risk) are those of its unit row; `before` is the same indicator over a window of the
same length that ended before enrolment, `earlier` over the one before that; `cluster` is what was drawn by lot, or what people share (a
school, a district). What the contract gives no source for is null. Covariates stand in columns of their own, named `x_...`, as numbers."""
SETS: dict[str, pl.DataType | type[pl.DataType]] = {"set": pl.Int32, "role": pl.String, "person": pl.Int32, "value": pl.Decimal(18, 6)}
"""One row a counted person and matched set: `set` is the treated person's number, and a comparison person has a row for each treated person they stand
beside."""
COVARIATE = "x_"
SCALE, MILLION = 6, 1_000_000
"""Values have six decimals."""


@dataclass(frozen=True)
class Evidence:
    """Who is compared with whom. `comparison` is None where the contract compares with nobody; `units` are UNITS, in any order; `cohorts` the
    evidence of each cohort apart, where there are several; `sets` SETS of a matched comparison, in any order."""

    treatment: RoleCount
    comparison: RoleCount | None = None
    units: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=UNITS))
    cohorts: Mapping[str, Evidence] = field(default_factory=dict)
    sets: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=SETS))

    def both(self) -> tuple[RoleCount, RoleCount]:
        """Both groups. Raises ValueError, in words, unless somebody is counted in each."""
        if self.comparison is None:
            raise ValueError("there is no comparison group, so nothing can be compared")
        for words, role in (("treatment group", self.treatment), ("comparison group", self.comparison)):
            if role.n_counted == 0:
                raise ValueError(f"nobody in the {words} is counted, so nothing can be compared")
        return self.treatment, self.comparison

    def alone(self) -> RoleCount:
        """The treatment group. Raises ValueError when nobody of it is counted."""
        if self.treatment.n_counted == 0:
            raise ValueError("nobody in the treatment group is counted, so nothing can be said of it")
        return self.treatment

    def rows(self, *needed: str) -> pl.DataFrame:
        """The units of both groups in one fixed order whatever order they came in, so that sums of floats come out alike. Raises ValueError
        when there are none, a group has none, or one lacks a value of a `needed` column."""
        if self.units.is_empty():
            raise ValueError("the method needs a row for each person, and there are sums alone")
        for column in needed:
            lacking = self.units[column].null_count() if column in self.units.columns else self.units.height
            if lacking:
                raise ValueError(f"{lacking} of {self.units.height} counted units have no '{column}', which the method needs of each")
        absent = [role for role in ROLES if role not in set(self.units["role"].unique())]
        if absent and self.comparison is not None:
            raise ValueError(f"nobody in the {absent[0]} group is counted, so nothing can be compared")
        return self.units.sort(self.units.columns, nulls_last=True)

    def whole_sets(self) -> pl.DataFrame:
        """SETS in which the treated person and somebody beside them are counted, in order. Raises ValueError when there are none."""
        both = self.sets.group_by("set").agg(pl.col("role").n_unique()).filter(pl.col("role") == len(ROLES))
        whole = self.sets.join(both.select("set"), on="set", how="semi").sort("set", "role", "person")
        if whole.is_empty():
            raise ValueError("nobody who is counted has anybody counted beside them, so nothing can be compared")
        return whole

    @property
    def covariates(self) -> list[str]:
        """The names of the covariates there are, in order."""
        return sorted(name for name in self.units.columns if name.startswith(COVARIATE))

    @property
    def attrition(self) -> tuple[tuple[str, str], ...]:
        """How many of each group are not counted, as diagnostics."""
        groups = [("treatment", self.treatment)] if self.comparison is None else [("comparison", self.comparison), ("treatment", self.treatment)]
        return tuple((f"attrition_{name}", str(role.n - role.n_counted)) for name, role in groups)

    @property
    def numbers(self) -> tuple[tuple[str, str], ...]:
        """How many of each group are counted, as diagnostics."""
        groups = [("treatment", self.treatment)] if self.comparison is None else [("comparison", self.comparison), ("treatment", self.treatment)]
        return tuple((f"n_{name}", str(role.n_counted)) for name, role in groups)


def is_yes_or_no(role: RoleCount) -> bool:
    """Whether the values of a group can be one yes or no a person: their sum is a number of people, and their squares add up to the same."""
    whole = role.value == int(role.value) and 0 <= role.value <= role.n_counted
    return whole and role.squares in (Decimal(0), role.value)


def in_sets(units: pl.DataFrame, sets: pl.Series) -> pl.DataFrame:
    """SETS of UNITS in which nobody stands beside two; `sets` has the set of each row."""
    return units.with_row_index("person").select(pl.Series("set", sets).cast(pl.Int32), "role", pl.col("person").cast(pl.Int32), "value")


def of_rows(units: pl.DataFrame, **more: Any) -> Evidence:
    """Evidence from UNITS alone: their sums are counted here, and everybody is counted."""
    counts = {role: _counted(units.filter(pl.col("role") == role)) for role in ROLES}
    has_comparison = not units.filter(pl.col("role") == "comparison").is_empty()
    return Evidence(counts["treatment"], counts["comparison"] if has_comparison else None, units, **more)


def _counted(rows: pl.DataFrame) -> RoleCount:
    millionths = [int(number) for number in (rows["value"] * MILLION).cast(pl.Int64)]
    with localcontext(prec=DIGITS):
        squares = Decimal(sum(number * number for number in millionths)).scaleb(-2 * SCALE).normalize() + 0
        value = Decimal(sum(millionths)).scaleb(-SCALE).normalize() + 0
    return RoleCount(rows.height, rows.height, value, int(rows["exposure"].sum() or 0), squares=squares)


def exact_mean(values: pl.Series) -> Fraction:
    """The mean of exact numbers, exact. Raises ValueError for none."""
    if values.is_empty():
        raise ValueError("nobody is counted")
    return Fraction(values.cast(pl.Decimal(38, 6)).sum()) / len(values)
