"""A comparison group matched: for each treated person, unreferred people who were alike in the week before enrolment: the same on some
variables, near on others. Chosen by what was known then and by nothing that came after.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl

from indicators.nearness import KINDS, NUMBERS, Nearest, Placed, placed

VARIABLES = ("age", "sex", "benefit", "weeks_on_benefit", "weeks_last_year", "weeks_year_before")
"""What may be matched on, as known in the ISO week before enrolment: age in whole years, sex, the group of the week's benefit code, and
weeks on benefit in the 52 weeks up to and with that week, in quarters (1-13, 14-26, 27-39, 40-52) and one by one, and in the 52 weeks before
those."""
CANDIDATES = pl.Schema(
    {
        "week": pl.Int32,
        "person_id": pl.Int32,
        "place": pl.Int32,
        "age": pl.Int32,
        "sex": pl.Int32,
        "benefit": pl.Int32,
        "weeks_on_benefit": pl.Int32,
        "weeks_last_year": pl.Int32,
        "weeks_year_before": pl.Int32,
        "is_treated": pl.Boolean,
    }
)
"""One row a person and week looked at: the treated in the week before their own enrolment, everyone else in each of those weeks. `place` is
the person's place in the order of keys, `benefit` the number of the group of benefits."""
MATCHED = pl.Schema({"person_id": pl.Int32, "enrolled_day": pl.Int32, "for_person": pl.Int32})
assert set(VARIABLES) == {*NUMBERS, *KINDS}


def matches(treated: pl.DataFrame, candidates: pl.DataFrame, *, on: list[str], each: int, nearest: Nearest | None = None, at: Placed | None = None) -> pl.DataFrame:
    """MATCHED, one row a comparison person and treated person, whose day of enrolment they take over.

    `treated`: person_id, person_key, enrolled_day, week. `candidates`: CANDIDATES. The treated are served by day and key, each with the `each`
    candidates of the same cell that are nearest and that nobody has yet, those alike by place; nobody is used twice, but with replacement by
    treated people of the same week. The order of rows changes nothing. `at` is where everybody stands, if that is known already. Raises
    ValueError for a variable that is not known, and where there is no distance.
    """
    variables = (*on, *(nearest.variables if nearest else ()))
    if not on or set(variables) - set(VARIABLES):
        raise ValueError(f"matched on variables that are not known: {', '.join(sorted(set(variables) - set(VARIABLES))) or 'none named'}")
    cell = ["week", *on]
    own = treated.join(candidates.filter("is_treated").select("person_id", "week", *dict.fromkeys(variables)), on=["person_id", "week"], how="inner").drop_nulls(variables)
    pool = candidates.filter(~pl.col("is_treated")).join(own.select(cell).unique(), on=cell, how="semi").drop_nulls(variables)
    if own.is_empty() or pool.is_empty():
        return pl.DataFrame(schema=MATCHED)
    if nearest is not None and at is None:
        at = placed(candidates, nearest)
    points, reach = (at.points, at.reach) if at else (None, 0)
    if points is not None and nearest is not None:
        own, pool = (rows.join(points, on=nearest.variables, how="semi") for rows in (own, pool))
    rows = _Walk(own.sort("enrolled_day", "person_key"), pool, cell, each, nearest, points, reach).served()
    return pl.DataFrame(rows, schema=MATCHED, orient="row")


@dataclass
class _Kinds:
    """The candidates of one cell, those alike in every variable as one kind: `at` its coordinates, `values` what calipers look at, and the people of a
    kind from `first` to `end`, by place."""

    people: Any
    places: Any
    at: Any
    values: Any
    first: Any
    end: Any


@dataclass
class _Walk:
    """The treated served one after another, a week at a time: within a week everybody is of one kind."""

    own: pl.DataFrame
    pool: pl.DataFrame
    cell: list[str]
    each: int
    nearest: Nearest | None
    points: pl.DataFrame | None
    reach: int

    def served(self) -> list[tuple[int, int, int]]:
        made: list[tuple[int, int, int]] = []
        taken = pl.DataFrame(schema={"person_id": pl.Int32})
        by_week = self.pool.partition_by("week", as_dict=True)
        for (week,), asking in self.own.group_by("week", maintain_order=True):
            there = by_week.pop((week,), self.pool.clear()).join(taken, on="person_id", how="anti")
            found = list(self._of_week(asking, there))
            taken = pl.concat([taken, pl.DataFrame({"person_id": [person for person, *_ in found]}, schema=taken.schema)]).unique()
            made += found
        return made

    def _of_week(self, asking: pl.DataFrame, there: pl.DataFrame) -> Iterator[tuple[int, int, int]]:
        cells = {key: self._kinds(part) for key, part in there.partition_by(*self.cell, as_dict=True).items()}
        asked = asking.join(self.points, on=self.nearest.variables, how="left", maintain_order="left") if self.nearest and self.points is not None else asking
        calipers = list(self.nearest.calipers) if self.nearest else []
        axes = [name for name in asked.columns if name.startswith("at_")]
        for row in asked.iter_rows(named=True):
            kinds = cells.get(tuple(row[name] for name in self.cell))
            if kinds is not None:
                for person in self._beside(kinds, [row[name] for name in axes], [row[name] for name in calipers]):
                    yield person, row["enrolled_day"], row["person_id"]

    def _kinds(self, there: pl.DataFrame) -> _Kinds:
        import numpy as np

        if self.nearest is None or self.points is None:
            ordered = there.sort("place")
            people = ordered["person_id"].to_numpy()
            return _Kinds(people, ordered["place"].to_numpy(), np.zeros((1, 0)), np.zeros((1, 0)), np.array([0]), np.array([len(people)]))
        alike = list(self.nearest.variables)
        ordered = there.select(*dict.fromkeys((*alike, "place", "person_id"))).sort(*alike, "place")
        kinds = ordered.group_by(alike, maintain_order=True).len().join(self.points, on=alike, how="left", maintain_order="left")
        end = kinds["len"].cum_sum().to_numpy().astype(np.int64)
        axes = [name for name in kinds.columns if name.startswith("at_")]
        at, values = (kinds.select(names).to_numpy().astype(np.int64) for names in (axes, list(self.nearest.calipers)))
        return _Kinds(ordered["person_id"].to_numpy(), ordered["place"].to_numpy(), at, values.reshape(len(kinds), -1), end - kinds["len"].to_numpy(), end)

    def _beside(self, kinds: _Kinds, at: list[int], values: list[int]) -> list[int]:
        """The people who stand beside somebody who stands `at`: the nearest who are free, and of those as near the first by place."""
        import numpy as np

        off = ((kinds.at - np.array(at, dtype=np.int64)) ** 2).sum(axis=1)
        is_near = (off <= self.reach**2) & (kinds.first < kinds.end)
        for index, value in enumerate(values):
            is_near &= np.abs(kinds.values[:, index] - value) <= list(self.nearest.calipers.values())[index]  # type: ignore[union-attr]
        near = np.flatnonzero(is_near)
        if len(near) > self.each:
            farthest = np.partition(off[near], self.each - 1)[self.each - 1]
            near = near[off[near] <= farthest]
        offered = [
            (int(off[kind]), int(kinds.places[place]), int(kind), place) for kind in near for place in range(kinds.first[kind], min(kinds.first[kind] + self.each, kinds.end[kind]))
        ]
        found = sorted(offered)[: self.each]
        if not (self.nearest and self.nearest.with_replacement):
            for _, _, kind, _ in found:
                kinds.first[kind] += 1
        return [int(kinds.people[place]) for _, _, _, place in found]


def with_comparison(found: pl.DataFrame, matched: pl.DataFrame) -> pl.DataFrame:
    """MEMBERS with the matched people as the comparison group, each once; a treated person nobody stands beside keeps their place and says so."""
    beside = matched.select(pl.col("for_person").alias("person_id")).unique().with_columns(is_matched=pl.lit(value=True))
    alone = (pl.col("status") == "eligible") & pl.col("is_matched").is_null()
    treated = found.join(beside, on="person_id", how="left").with_columns(reason=pl.when(alone).then(pl.lit("enrolled_without_match")).otherwise("reason"))
    chosen = matched.group_by("person_id").agg(pl.col("enrolled_day").min())
    comparison = chosen.select("person_id", role=pl.lit("comparison"), enrolled_day="enrolled_day", status=pl.lit("eligible"), reason=pl.lit("matched"))
    return pl.concat([treated.select(comparison.columns), comparison]).sort("person_id")
