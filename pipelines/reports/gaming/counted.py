"""The counting behind the figures: pure functions of lists of referrals, of people, and of unit rows with their evidence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import polars as pl

from indicators.referrals import LOGGED, referred_on
from indicators.windows import DAYS_A_WEEK

DAYS_A_YEAR = Fraction(1461, 4)
ALIKE = ["birth_day", "sex", "municipality"]
SPELLS = pl.Schema({"person_id": pl.Int32, "start_day": pl.Int32, "end_day": pl.Int32, "code": pl.String, "window_end": pl.Int32})


def of_period(rows: pl.DataFrame, start_day: int) -> pl.DataFrame:
    """The referrals (LOGGED) that are not of a period before: enrolled from `start_day` on, or not enrolled and referred from it on."""
    return rows.filter((pl.coalesce("enrolled_day", "referred_day") >= start_day).fill_null(value=True))


def by_person(rows: pl.DataFrame) -> pl.DataFrame:
    """One row a person of a list: person_key, `referred_day` (the first; of enrolment where there is none), `is_enrolled` (by a referral that
    was not withdrawn) and `is_withdrawn` (every referral was)."""
    enrolled = (pl.col("enrolled_day").is_not_null() & ~pl.col("is_withdrawn")).any()
    found = rows.select(list(LOGGED)).with_columns(counts_from=referred_on()).group_by("person_key")
    return found.agg(referred_day=pl.col("counts_from").min(), is_enrolled=enrolled, is_withdrawn=pl.col("is_withdrawn").all()).sort("person_key")


@dataclass(frozen=True)
class Ages:
    """Days lived at referral, summed, and people of known age, of the enrolled and of the others."""

    enrolled_days: int
    enrolled: int
    other_days: int
    others: int

    @property
    def difference(self) -> Fraction | None:
        """Mean years of the enrolled less those of the others; None where one of them has nobody."""
        if not self.enrolled or not self.others:
            return None
        return (Fraction(self.enrolled_days, self.enrolled) - Fraction(self.other_days, self.others)) / DAYS_A_YEAR


def ages(people: pl.DataFrame) -> Ages:
    """Ages at referral of `people`, those of `by_person` with `birth_day` (null where it is not known)."""
    known = people.filter(pl.col("birth_day").is_not_null() & pl.col("referred_day").is_not_null()).with_columns(days=pl.col("referred_day") - pl.col("birth_day"))
    enrolled, others = known.filter("is_enrolled"), known.filter(~pl.col("is_enrolled"))
    return Ages(int(enrolled["days"].sum()), enrolled.height, int(others["days"].sum()), others.height)


def alike(people: pl.DataFrame) -> tuple[int, int]:
    """How many of `people` (ALIKE) share all three with another one, of those of whom all three are known."""
    known = people.drop_nulls(ALIKE)
    return known.filter(pl.struct(ALIKE).is_duplicated()).height, known.height


def by_month(rows: pl.DataFrame, start: dt.date, end: dt.date) -> list[int]:
    """How many referrals each calendar month has that lies wholly in `[start, end)`."""
    months = pl.date_range(start.replace(day=1), end, "1mo", closed="left", eager=True).to_frame("month").filter(pl.col("month") >= start)
    whole = months.filter(pl.col("month").dt.offset_by("1mo") <= end)
    made = rows.select(month=referred_on().cast(pl.Date).dt.truncate("1mo")).group_by("month").agg(n=pl.len())
    return whole.join(made, on="month", how="left", maintain_order="left")["n"].fill_null(0).to_list()


def reached_over_a_gap(units: pl.DataFrame, most_days: int) -> tuple[int, int]:
    """How many people with a value above nought have a gap of one to `most_days` days between the spells of their evidence, of all with one."""
    reached = units.filter((pl.col("status") == "counted") & (pl.col("value") > 0))
    known_until = pl.col("end_day").cum_max().shift(1).over("person_id")
    gap = pl.col("start_day") - known_until
    with_gap = _spells(reached).sort("person_id", "start_day", "end_day").filter(gap.is_between(1, most_days))
    return with_gap["person_id"].n_unique(), reached.height


def left_after(units: pl.DataFrame, marks: Sequence[str], days: int) -> tuple[int, int]:
    """How many people are in no spell of their evidence `days` days after the one in which they reached (a code of `marks`), of those who
    reached and whose window goes on so long."""
    spells = _spells(units.filter((pl.col("status") == "counted") & (pl.col("value") > 0)))
    reached = spells.filter(pl.col("code").is_in(list(marks))).group_by("person_id").agg(day=pl.col("start_day").min() + days, window_end=pl.col("window_end").max())
    followed = reached.filter(pl.col("day") < pl.col("window_end")).select("person_id", "day")
    stays = spells.filter(~pl.col("code").is_in(list(marks))).join(followed, on="person_id")
    there = stays.filter((pl.col("start_day") <= pl.col("day")) & (pl.col("day") < pl.col("end_day")))["person_id"].n_unique()
    return followed.height - there, followed.height


def grant_before(units: pl.DataFrame, weeks: int, grants: Sequence[str]) -> tuple[int, int]:
    """How many of those with `weeks` successful weeks or more had a week of a code of `grants` before the last of these weeks, of all of them.
    Codes stand in the evidence with their treatment, as `651 neutral`."""
    reached = units.filter((pl.col("status") == "counted") & (pl.col("value") >= weeks))
    spells = _spells(reached).sort("person_id", "start_day")
    good = spells.filter(pl.col("code").str.ends_with(" success")).with_columns(days=(pl.col("end_day") - pl.col("start_day")).cum_sum().over("person_id"))
    due = good.filter(pl.col("days") >= weeks * DAYS_A_WEEK).group_by("person_id", maintain_order=True).first()
    last = due.select("person_id", day=pl.col("end_day") - (pl.col("days") - weeks * DAYS_A_WEEK))
    on_grant = spells.filter(pl.col("code").str.split(" ").list.first().is_in(list(grants))).join(last, on="person_id")
    return on_grant.filter(pl.col("start_day") < pl.col("day"))["person_id"].n_unique(), reached.height


def _spells(units: pl.DataFrame) -> pl.DataFrame:
    """SPELLS: the evidence of unit rows, a row a spell."""
    rows = units.select("person_id", "window_end", "evidence").explode("evidence").drop_nulls("evidence").unnest("evidence")
    return rows.select(list(SPELLS)).cast(SPELLS)
