"""The experiment of Rossi, Berk and Lenihan (1980) as deliveries of two registers.

Who was in which arm, the week of the first arrest and the age are the published ones (432 people, as shipped by lifelines); race and
marriage are left out, since no clause needs them. The publication has weeks and no dates, so releases are spread evenly over the
contract's enrolment period in the order of the rows, and an arrest of week w falls on a day of that week fixed by the row's number.
"""

from __future__ import annotations

import datetime as dt
import hashlib

import polars as pl

from pipelines.synthetic.extract import Extract

WEEKS = 52
FIRST_RELEASE = dt.date(2024, 7, 1)
LAST_RELEASE = dt.date(2025, 3, 31)
SEARCHED_ON = dt.date(2026, 5, 15)
AS_OF = dt.date(2026, 6, 30)


def people() -> pl.DataFrame:
    """One row a person: person_id, released_on, arm, age, week and whether arrested. Raises ImportError without the sample extra."""
    from lifelines.datasets import load_rossi

    published = load_rossi()
    count = len(published)
    span = (LAST_RELEASE - FIRST_RELEASE).days
    released = [FIRST_RELEASE + dt.timedelta(days=index * span // (count - 1)) for index in range(count)]
    return pl.DataFrame(
        {
            "person_id": [pseudonym(index) for index in range(count)],
            "released_on": released,
            "arm": ["aid" if given else "no_aid" for given in published["fin"].tolist()],
            "age": [int(age) for age in published["age"].tolist()],
            "week": [int(week) for week in published["week"].tolist()],
            "is_arrested": [bool(arrest) for arrest in published["arrest"].tolist()],
        }
    )


def pseudonym(index: int) -> str:
    """A project pseudonym for a row of the publication."""
    return "tarp-" + hashlib.sha256(f"rossi 1980 row {index}".encode()).hexdigest()[:16]


def extracts() -> list[Extract]:
    """The two deliveries without a defect."""
    everyone = people()
    releases = everyone.select("person_id", "released_on", "arm", "age").sort("person_id")
    index = pl.int_range(pl.len(), dtype=pl.Int64)
    arrest_day = pl.col("released_on") + pl.duration(days=(pl.col("week") - 1) * 7 + index % 7)
    arrests = everyone.select(
        "person_id",
        searched_on=pl.lit(SEARCHED_ON),
        followed_from="released_on",
        followed_to=pl.col("released_on") + pl.duration(days=WEEKS * 7 - 1),
        arrested_on=pl.when("is_arrested").then(arrest_day).cast(pl.Date),
    ).sort("person_id")
    return [
        Extract("releases", "releases_2024_25.csv", LAST_RELEASE, releases),
        Extract("arrests", "arrest_searches_2026_05.parquet", SEARCHED_ON, arrests),
    ]


def label_beyond_coverage(clean: list[Extract]) -> list[Extract]:
    """The search was made on the last day of 2025 and its label claims May 2026: what came after reads as if it had not happened."""
    searched = dt.date(2025, 12, 31)
    return [item.changed(lambda rows: _searched_earlier(rows, searched)) if item.register == "arrests" else item for item in clean]


def _searched_earlier(rows: pl.DataFrame, day: dt.date) -> pl.DataFrame:
    return rows.with_columns(
        searched_on=pl.lit(day), followed_to=pl.min_horizontal("followed_to", pl.lit(day)), arrested_on=pl.when(pl.col("arrested_on") <= day).then("arrested_on")
    )
