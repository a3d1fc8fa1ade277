"""`udbytte bench --matching N`: how long it takes to choose a comparison for 2,000 people among N, ten beside each, and to estimate.

The registers are made up and stand in a scratch home. What is measured is what a night does when a list is frozen: asking the registers who was like
the treated in each week before enrolment, the distances, the choice, and how alike it made the groups. The estimates are those of every method in the
largest world that its error rates are measured in, ten times as large.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from indicators.balance import Design, design
from indicators.nearness import Nearest
from pipelines.metering import PROCESS, Step, metered, peak_mib
from pipelines.settings import Home, sql_text
from pipelines.warehouse.writer import Warehouse, open_warehouse
from pipelines.worlds.error_rates import SEED, SIZES
from pipelines.worlds.people import World
from pipelines.worlds.specimens import specimens

TREATED, EACH, WEEKS = 2_000, 10, 52
FIRST_WEEK = 19_719
"""The Monday of the first week of 2024, counted from 1970."""
OF = ("age", "weeks_last_year", "weeks_year_before")
WAYS = {
    "exact": (["sex", "benefit", "age"], None),
    "propensity": (["sex", "benefit"], Nearest("propensity", OF, 0.2)),
    "propensity, with replacement": (["sex", "benefit"], Nearest("propensity", OF, 0.2, with_replacement=True)),
    "Mahalanobis, with a caliper": (["sex", "benefit"], Nearest("mahalanobis", OF, 1.0, {"age": 5})),
}
BENEFITS = pl.DataFrame([(140, 0), (730, 1)], schema={"code": pl.Int16, "grp": pl.Int32}, orient="row")
TIMES_AS_LARGE = 10


def measure_matching(people: int) -> dict[str, Any]:
    """Seconds and what was found, for each way of choosing, of the whole step; and seconds of each method's estimate."""
    found = {}
    with tempfile.TemporaryDirectory() as folder, open_warehouse(Home(Path(folder)).prepare()) as warehouse:
        warehouse.connection.register("wanted", pl.DataFrame({"people": [people], "treated": [TREATED]}))
        warehouse.connection.execute(sql_text("bench/people_to_match.sql"))
        for way, (on, nearest) in WAYS.items():
            steps: list[Step] = []
            with metered(steps, way):
                made, candidates = _matched(warehouse, on, nearest)
            worst = made.balance.select(pl.col("smd_after").abs().max()).item()
            found[way] = {"seconds": round(steps[0].seconds, 2), "beside": made.beside, "chosen": made.matched.height, "candidates": candidates, "largest_smd_after": str(worst)}
    return {"people": people, "treated": TREATED, "each": EACH, "ways": found, "estimates": _estimates()}


def _matched(warehouse: Warehouse, on: list[str], nearest: Nearest | None) -> tuple[Design, int]:
    people = pl.DataFrame({"person_id": range(TREATED)}, schema={"person_id": pl.Int32})
    week = (FIRST_WEEK + 7 * (pl.col("person_id") % WEEKS)).cast(pl.Int32)
    treated = people.join(warehouse.persons(), on="person_id").with_columns(week=week, enrolled_day=week + 8)
    candidates = warehouse.candidates(treated, "referrals", BENEFITS, years=0 if nearest is None else nearest.calipers.get("age", 130))
    return design(treated, candidates, on=on, each=EACH, nearest=nearest, benefits=["uddannelseshjaelp", "kontanthjaelp"]), candidates.height


def _estimates() -> dict[str, float]:
    """Seconds of each method's estimate with intervals, of some thousands of people."""
    seconds = {}
    for pin, specimen in specimens().items():
        world = World(people=max(SIZES) * TIMES_AS_LARGE)
        drawn = specimen.draw(world, np.random.default_rng(SEED))
        specimen.estimate(drawn, world)
        steps: list[Step] = []
        with metered(steps, pin):
            specimen.estimate(drawn, world)
        seconds[pin] = round(steps[0].seconds, 3)
    return seconds


def tell(people: int, *, as_json: bool) -> None:
    """Measure and print."""
    found = {**measure_matching(people), "peak_mib": round(peak_mib(PROCESS))}
    if as_json:
        print(json.dumps(found, indent=2))
        return
    print(f"{EACH} beside each of {TREATED:,} people, of {people:,}; {found['peak_mib']} MiB at most:")
    for way, item in found["ways"].items():
        chosen = f"{item['chosen']:,} chosen beside {item['beside']:,} of {item['candidates']:,} person-weeks"
        print(f"  {way}: {item['seconds']:.1f} s; {chosen}; groups differ by at most {item['largest_smd_after']} standard deviations")
    print(f"Estimates of {max(SIZES) * TIMES_AS_LARGE:,} treated people and those beside them, in seconds:")
    for pin, seconds in found["estimates"].items():
        print(f"  {pin}: {seconds:.3f}")
