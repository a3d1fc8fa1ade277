"""A comparison group matched exactly: for each treated person, unreferred people who were alike on every named variable in the week
before enrolment. Chosen by what was known then and by nothing that came after.
"""

from __future__ import annotations

from collections import defaultdict

import polars as pl

VARIABLES = ("age", "sex", "benefit", "weeks_on_benefit")
"""What may be matched on, as known in the ISO week before enrolment: age in whole years, sex, the group of the week's benefit code, and
weeks on benefit in the 52 weeks up to and with that week, in quarters (1-13, 14-26, 27-39, 40-52)."""
CANDIDATES = pl.Schema(
    {
        "week": pl.Int32,
        "person_id": pl.Int32,
        "person_key": pl.String,
        "age": pl.Int32,
        "sex": pl.Int32,
        "benefit": pl.String,
        "weeks_on_benefit": pl.Int32,
        "is_treated": pl.Boolean,
    }
)
"""One row a person and week looked at: the treated in the week before their own enrolment, everyone else in each of those weeks."""
MATCHED = pl.Schema({"person_id": pl.Int32, "enrolled_day": pl.Int32, "for_person": pl.Int32})


def matched_exactly(treated: pl.DataFrame, candidates: pl.DataFrame, *, on: list[str], each: int) -> pl.DataFrame:
    """MATCHED, one row a comparison person, who takes over the day of enrolment of the treated person they stand beside.

    `treated`: person_id, person_key, enrolled_day, week. `candidates`: CANDIDATES. The treated are served by day and key, each with the
    first `each` candidates of the same cell by key that nobody has yet; nobody is used twice. The order of rows changes nothing.
    """
    if not on or set(on) - set(VARIABLES):
        raise ValueError(f"matched on variables that are not known: {', '.join(sorted(set(on) - set(VARIABLES))) or 'none named'}")
    cell = ["week", *on]
    own = treated.join(candidates.filter("is_treated").select("person_id", *cell), on=["person_id", "week"], how="inner").sort("enrolled_day", "person_key")
    enough = own.height * each
    pool = candidates.filter(~pl.col("is_treated")).join(own.select(cell).unique(), on=cell, how="semi").sort(*cell, "person_key")
    offered = pool.group_by(cell, maintain_order=True).agg(pl.col("person_id").head(enough))
    waiting = {tuple(row[:-1]): list(row[-1]) for row in offered.iter_rows()}
    return pl.DataFrame(_served(own.select("person_id", "enrolled_day", *cell), waiting, each), schema=MATCHED, orient="row")


def _served(own: pl.DataFrame, waiting: dict[tuple[object, ...], list[int]], each: int) -> list[tuple[int, int, int]]:
    taken: set[int] = set()
    position: dict[tuple[object, ...], int] = defaultdict(int)
    made: list[tuple[int, int, int]] = []
    for person, day, *cell in own.iter_rows():
        key, found = tuple(cell), 0
        queue = waiting.get(key, [])
        while found < each and position[key] < len(queue):
            candidate = queue[position[key]]
            position[key] += 1
            if candidate not in taken:
                taken.add(candidate)
                made.append((candidate, day, person))
                found += 1
    return made


def with_comparison(found: pl.DataFrame, matched: pl.DataFrame) -> pl.DataFrame:
    """MEMBERS with the matched people as the comparison group; a treated person nobody stands beside keeps their place and says so."""
    beside = matched.select(pl.col("for_person").alias("person_id")).unique().with_columns(is_matched=pl.lit(value=True))
    alone = (pl.col("status") == "eligible") & pl.col("is_matched").is_null()
    treated = found.join(beside, on="person_id", how="left").with_columns(reason=pl.when(alone).then(pl.lit("enrolled_without_match")).otherwise("reason"))
    comparison = matched.select("person_id", role=pl.lit("comparison"), enrolled_day="enrolled_day", status=pl.lit("eligible"), reason=pl.lit("matched"))
    return pl.concat([treated.select(comparison.columns), comparison]).sort("person_id")
