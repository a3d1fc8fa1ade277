"""How alike the treated and the people they are compared with were before enrolment: before and after matching, and where they overlap."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import polars as pl

from indicators.evaluation.method import rounded
from indicators.matching import matches
from indicators.nearness import NUMBERS, Nearest, Placed, placed

DECIMALS = 6
FIGURE = pl.Decimal(18, DECIMALS)
BALANCE: dict[str, pl.DataType | type[pl.DataType]] = {
    "covariate": pl.String,
    "mean_treatment": FIGURE,
    "mean_treatment_after": FIGURE,
    "mean_before": FIGURE,
    "mean_after": FIGURE,
    "smd_before": FIGURE,
    "smd_after": FIGURE,
    "variance_ratio_before": FIGURE,
    "variance_ratio_after": FIGURE,
    "n_treatment": pl.Int64,
    "n_treatment_after": pl.Int64,
    "n_before": pl.Int64,
    "n_after": pl.Int64,
}
"""One row a number that was known before enrolment, and one a value of what is of a kind (`sex=2`). `before` is everybody whom a comparison could be
chosen from, once for each week they could, and `after` those chosen, weighed so that those beside one treated person count as one. A standardised mean
difference (`smd`) is the treatment group's mean less the other's, in standard deviations of all treated people looked at; a ratio is of the other's
variance to the treatment group's. Null where that is nought."""
OVERLAP: dict[str, pl.DataType | type[pl.DataType]] = {"low": FIGURE, "high": FIGURE, "n_treatment": pl.Int64, "n_before": pl.Int64, "n_after": pl.Int64}
"""One row a stretch of the logit of the propensity, of equal lengths, between round numbers around the least and the greatest, so that neither end follows
from the lengths; the last has its upper end in it. `n_before` counts a candidate once for each week."""
STRETCHES = 10
KINDS = ("sex", "benefit")


@dataclass(frozen=True)
class Design:
    """Who was chosen (MATCHED), how alike that made the groups (BALANCE), where they overlap (OVERLAP; empty where there is no propensity), how many of the
    treated were `asked` for, how many of those were `looked_at`, have somebody `beside` them, and stand `outside` of where candidates do."""

    matched: pl.DataFrame
    balance: pl.DataFrame
    overlap: pl.DataFrame
    asked: int
    looked_at: int
    beside: int
    outside: int


def design(treated: pl.DataFrame, candidates: pl.DataFrame, *, on: list[str], each: int, nearest: Nearest | None, benefits: Sequence[str]) -> Design:
    """The matched comparison of `treated` among `candidates` (see matching.matches), and what it is like. `benefits` are the names of the groups that
    `benefit` numbers."""
    is_choice = candidates["is_treated"].any() and not candidates["is_treated"].all()
    at = placed(candidates, nearest) if nearest and is_choice else None
    chosen = matches(treated, candidates, on=on, each=each, nearest=nearest, at=at)
    looked_at = treated.join(candidates.filter("is_treated"), on=["person_id", "week"], how="inner", suffix="_seen").height
    found, outside = overlap(treated, candidates, chosen, at) if nearest and at and nearest.by == "propensity" else (pl.DataFrame(schema=OVERLAP), 0)
    beside = chosen["for_person"].n_unique()
    return Design(chosen, balance(treated, candidates, chosen, benefits), found, treated.height, looked_at, beside, outside)


def balance(treated: pl.DataFrame, candidates: pl.DataFrame, chosen: pl.DataFrame, benefits: Sequence[str]) -> pl.DataFrame:
    """BALANCE of `treated` (person_id, week) with the MATCHED chosen among CANDIDATES."""
    own, sets = candidates.filter("is_treated"), _sets(treated, candidates, chosen)
    others = candidates.filter(~pl.col("is_treated"))
    beside = own.join(sets.select(person_id="for_person").unique(), on="person_id", how="semi")
    people = (own.height, beside.height, others["person_id"].n_unique(), sets["person_id"].n_unique())
    rows = []
    for name, value in _measured(candidates, benefits):
        groups = [_Moments.of(frame.select(x=value)) for frame in (own, beside, others)]
        after = _Moments.weighed(sets.select(x=value, k="k"))
        rows.append((name, *_compared(groups[0], groups[1], groups[2], after), *people))
    return pl.DataFrame(rows, schema=BALANCE, orient="row")


def _sets(treated: pl.DataFrame, candidates: pl.DataFrame, chosen: pl.DataFrame) -> pl.DataFrame:
    """The candidates' rows of everybody chosen, one for each treated person they stand beside, with `k`, how many stand beside that one."""
    weeks = chosen.join(treated.select(for_person="person_id", week="week"), on="for_person")
    counted = weeks.with_columns(k=pl.len().over("for_person"))
    return counted.join(candidates.filter(~pl.col("is_treated")), on=["person_id", "week"])


def _measured(candidates: pl.DataFrame, benefits: Sequence[str]) -> Iterable[tuple[str, pl.Expr]]:
    for name in NUMBERS:
        yield name, pl.col(name).cast(pl.Int64)
    for kind in KINDS:
        for level in candidates[kind].drop_nulls().unique().sort():
            named = benefits[level] if kind == "benefit" else level
            yield f"{kind}={named}", (pl.col(kind) == level).cast(pl.Int64)


@dataclass(frozen=True)
class _Moments:
    """Exact sums over a group: of weights, of their squares, of values and of their squares."""

    weight: Fraction = Fraction(0)
    squared_weight: Fraction = Fraction(0)
    value: Fraction = Fraction(0)
    square: Fraction = Fraction(0)

    @classmethod
    def of(cls, rows: pl.DataFrame) -> _Moments:
        known = rows.drop_nulls()
        value, square = known.select(pl.col("x").sum(), square=(pl.col("x") ** 2).sum()).row(0)
        return cls(Fraction(known.height), Fraction(known.height), Fraction(int(value or 0)), Fraction(int(square or 0)))

    @classmethod
    def weighed(cls, rows: pl.DataFrame) -> _Moments:
        """Of rows (x, k) that weigh one k-th each."""
        made = cls()
        for k, count, value, square in rows.drop_nulls().group_by("k").agg(pl.len(), pl.col("x").sum(), square=(pl.col("x") ** 2).sum()).sort("k").iter_rows():
            part = Fraction(1, k)
            made = cls(made.weight + count * part, made.squared_weight + count * part**2, made.value + int(value) * part, made.square + int(square) * part)
        return made

    @property
    def mean(self) -> Fraction | None:
        return self.value / self.weight if self.weight else None

    @property
    def variance(self) -> Fraction | None:
        """The weighed sample variance; of equal weights with n - 1."""
        free = self.weight - self.squared_weight / self.weight if self.weight else Fraction(0)
        return None if self.mean is None or free <= 0 else (self.square - self.weight * self.mean**2) / free


def _compared(own: _Moments, beside: _Moments, others: _Moments, after: _Moments) -> tuple[Decimal | None, ...]:
    spread = own.variance
    pairs = ((own, others), (beside, after))
    means = (own.mean, beside.mean, others.mean, after.mean)
    differences = [_over(a.mean - b.mean, float(spread) ** 0.5) if a.mean is not None and b.mean is not None and spread else None for a, b in pairs]
    ratios = [_over(b.variance, float(a.variance)) if a.variance and b.variance is not None else None for a, b in pairs]
    return (*(None if mean is None else rounded(mean, DECIMALS) for mean in means), *differences, *ratios)


def _over(value: Fraction, unit: float) -> Decimal:
    return rounded(float(value) / unit, DECIMALS)


def overlap(treated: pl.DataFrame, candidates: pl.DataFrame, chosen: pl.DataFrame, at: Placed) -> tuple[pl.DataFrame, int]:
    """OVERLAP, and how many of the treated stand below the least or above the greatest candidate, or are of a kind that no candidate is."""
    axis, names = at.axes[0], [name for name in at.points.columns if not name.startswith("at_")]
    points = at.points.select(*names, x=axis)
    counted = candidates.group_by(*names, "is_treated").len().join(points, on=names)
    own, others = counted.filter("is_treated"), counted.filter(~pl.col("is_treated"))
    after = _sets(treated, candidates, chosen).unique("person_id").group_by(*names).len().join(points, on=names)
    ends = _around(*(int(value) for value in counted.select(pl.col("x").min().alias("low"), pl.col("x").max().alias("high")).row(0)))
    edges = [ends[0] + (ends[1] - ends[0]) * step // STRETCHES for step in range(STRETCHES + 1)]
    rows = []
    for step, (low, high) in enumerate(pairwise(edges)):
        inside = (pl.col("x") >= low) & ((pl.col("x") < high) | pl.lit(step == STRETCHES - 1))
        rows.append((*(Decimal(edge).scaleb(-DECIMALS) for edge in (low, high)), *(int(frame.filter(inside)["len"].sum()) for frame in (own, others, after))))
    least, most = others["x"].min(), others["x"].max()
    outside = own.filter((pl.col("x") < least) | (pl.col("x") > most))["len"].sum()
    nowhere = candidates.filter("is_treated").height - int(own["len"].sum())
    return pl.DataFrame(rows, schema=OVERLAP, orient="row"), int(outside) + nowhere


def _around(least: int, most: int) -> tuple[int, int]:
    """Round numbers at or below the least and at or above the greatest: multiples of a power of ten between a hundredth and a tenth of their distance."""
    unit = 10 ** max(len(str(most - least)) - 2, 0)
    return least // unit * unit, -(-most // unit) * unit
