"""Entry to care within the child's own window after enrolment."""

from typing import Literal

import polars as pl

from indicators.care import counting, listed, touching, until_out
from indicators.events import happened_or_ended, until_first
from indicators.indicator import indicator, unit_rows
from indicators.presence import AfterEnrolment, is_seen, why_never_at_risk, why_not_seen, with_limits
from indicators.spells import unbroken
from indicators.treatments import CodeSet
from indicators.windows import Window


@indicator(
    "entered_care",
    version=1,
    unit="person",
    value="children who entered care",
    better="lower",
    registers=["placements", "bef", "dod"],
    plausible=(0, 1),
    ends_at_event=True,
)
def entered_care(
    cohort: pl.LazyFrame,
    placements: pl.LazyFrame,
    bef_residence: pl.LazyFrame,
    bef_person: pl.LazyFrame,
    dod: pl.LazyFrame,
    *,
    window: Window,
    in_care: Literal["ineligible", "new_entry"],
    end: Literal["exclusive", "inclusive"],
    types: CodeSet,
    codes: pl.DataFrame,
    after_enrolment: AfterEnrolment,
) -> pl.LazyFrame:
    """A child counts as one when an entry to care falls inside the window, and as nought when none does. An entry is a day in a placement
    of a type that counts, the day before which was in none: a move from one placement to the next without a day between is none, and a
    placement without a day is nothing. The last day of a placement is a day out of care when `end` is `exclusive`, and a day in it
    when it is `inclusive`. An entry on the first day of the window counts, one on the day after its last does not.

    A child in care on the day of enrolment, who was so the day before, is not eligible when `in_care` is `ineligible`. When it is
    `new_entry` the child has to leave care first, and counts as one on coming back. Days in care are no time at risk of entry: a child who
    never leaves has none, and is not eligible either.

    An entry counts while the child is alive, resident and, where the contract stops then, under age; what the contract takes for a
    failure after enrolment counts as an entry on that day. A child not resident on the day of enrolment is not observed. A child
    without any placement entered none: the register of placements holds all of them up to the day it covers. Exposure is the days at
    risk, to the entry and with its day, or to the window's end.
    """
    limits = with_limits(cohort.with_columns(window.after("enrolled_day")), bef_residence, dod, bef_person, after_enrolment)
    spells = counting(until_out(placements, end), types, codes)
    stays = unbroken(spells, limits.select("person_id", "window_end", window_start=pl.col("enrolled_day") - 1))
    found = until_first(limits, stays.select("person_id", day="start_day"), spells, is_wanted=False)
    since = stays.join(cohort, on="person_id").filter((pl.col("start_day") < pl.col("enrolled_day")) & (pl.col("end_day") > pl.col("enrolled_day")))
    evidence = listed(touching(spells, limits.select("person_id", window_start="enrolled_day", window_end="good_end")))
    seen = found.join(since.select("person_id", was_in_care=pl.lit(value=True)), on="person_id", how="left").join(evidence, on="person_id", how="left")
    return unit_rows(
        seen,
        ineligible=pl.coalesce(pl.when(pl.col("was_in_care") & (in_care == "ineligible")).then(pl.lit("in_care_at_enrolment")), why_never_at_risk()),
        counted=is_seen(after_enrolment),
        why_not=why_not_seen(),
        counted_as=happened_or_ended(after_enrolment, pl.lit("entered_care"), pl.lit("no_entry")),
        exposure=pl.col("at_risk"),
        value=pl.col("counts").cast(pl.Int64),
        evidence=pl.col("spells"),
    )
