"""Absence from school inside the pupil's own window, within one claim period, by kinds of absence."""

from functools import reduce
from operator import add
from typing import Annotated, Literal

import polars as pl
from annotated_types import Ge, Le, MinLen

from indicators.indicator import VALUE, indicator, spell_list, unit_rows, written
from indicators.presence import AfterEnrolment, ended_by, impossible, is_seen, why_not_seen, with_limits
from indicators.windows import Period, Window, inside_claim, whole_units

Kind = Literal["illness", "leave", "without_leave"]
COLUMNS: dict[Kind, str] = {"illness": "ill_days", "leave": "leave_days", "without_leave": "unexcused_days"}


@indicator("school_absence_rate", version=1, unit="person", value="days absent from school", better="lower", registers=["skolefravaer", "bef", "dod"], plausible=(0, 366))
def school_absence_rate(
    cohort: pl.LazyFrame,
    skolefravaer: pl.LazyFrame,
    bef_residence: pl.LazyFrame,
    bef_person: pl.LazyFrame,
    dod: pl.LazyFrame,
    *,
    window: Window,
    kinds: Annotated[list[Kind], MinLen(1)],
    least_school_days: Annotated[int, Ge(1), Le(2000)],
    after_enrolment: AfterEnrolment,
    claim_period: Period,
) -> pl.LazyFrame:
    """The rate is a ratio of sums over the people counted: the value of each is the days they were absent for one of the `kinds`, the
    exposure their school days, halves of days included. So a pupil weighs as much as the school days they had, and a single absent day of a
    pupil who had few does not weigh more than another's.

    The days looked at are those of the pupil's own window inside the claim period; its end is not one of them. The register counts by
    month, so the months that lie wholly inside them count, at every school the pupil went to, and a month cut by an end does not. Somebody
    to whom no whole month is left, by the two or by an event that stops the count, is not eligible. An event that the contract takes for a
    failure makes every school day delivered for a month that is not over by then an absent one.

    School days are known of nobody whom the register does not name, and a month without a row has none: neither is ever presence at
    school. Who is not resident on the day of enrolment, has no pupil's row at all, no school day in these months, or fewer than
    `least_school_days`, is not observed; nor is one with more absence in a month than school, or less than none. Exposure is the school
    days, a part of a day left over as a whole one.
    """
    own = cohort.with_columns(window.after("enrolled_day"))
    opened = own.with_columns(inside_claim(pl.col("window_end"), claim_period, pl.col("window_start")))
    limits = with_limits(opened, bef_residence, dod, bef_person, after_enrolment)
    pupils = skolefravaer.select("person_id").unique().with_columns(is_pupil=pl.lit(value=True))
    seen = limits.join(pupils, on="person_id", how="left").join(_tally(_months(skolefravaer, limits, kinds)), on="person_id", how="left")
    school, can_be = pl.col("school").fill_null(0), ~pl.col("cannot_be").fill_null(value=False)
    return unit_rows(
        seen,
        ineligible=pl.coalesce(
            pl.when(pl.col("window_start") >= pl.col("window_end")).then(pl.lit("outside_claim_period")),
            impossible(),
            pl.when(_is_without_a_month()).then(pl.lit("no_whole_month")),
        ),
        counted=is_seen(after_enrolment) & can_be & (school >= least_school_days),
        why_not=pl.when(~is_seen(after_enrolment))
        .then(why_not_seen())
        .when(pl.col("is_pupil").is_null())
        .then(pl.lit("no_pupil"))
        .when(~can_be)
        .then(pl.lit("more_absence_than_school"))
        .when(school == 0)
        .then(pl.lit("no_school_day"))
        .otherwise(pl.lit("too_few_school_days")),
        counted_as=pl.coalesce(ended_by(after_enrolment, pl.col("window_end")), pl.when(pl.col("absent") > 0).then(pl.lit("absent_some_days")).otherwise(pl.lit("never_absent"))),
        exposure=school,
        value=pl.col("absent"),
        evidence=pl.col("spells"),
    )


def _is_without_a_month() -> pl.Expr:
    """Whether no whole month lies inside the days at risk of somebody who was there."""
    return pl.col("is_resident") & (whole_units(pl.col("window_start"), pl.col("risk_end"), "calendar_months", pl.col("window_start")) == 0)


def _months(skolefravaer: pl.LazyFrame, limits: pl.LazyFrame, kinds: list[Kind]) -> pl.LazyFrame:
    """The whole months of each pupil's time at risk, a row a school: person_id, start_day, end_day, `school` and `absent` days, and whether
    these figures cannot be. In a month that is not over before a failure every day is an absent one."""
    told = reduce(add, (pl.col(COLUMNS[kind]).cast(VALUE) for kind in sorted(set(kinds)))).cast(VALUE)
    inside = skolefravaer.join(limits.select("person_id", "window_start", "risk_end", "good_end"), on="person_id").filter(
        (pl.col("start_day") >= pl.col("window_start")) & (pl.col("end_day") <= pl.col("risk_end"))
    )
    figures = inside.with_columns(school=pl.col("school_days").cast(VALUE), told=told)
    is_good = pl.col("end_day") <= pl.col("good_end")
    return figures.with_columns(
        absent=pl.when(is_good).then("told").otherwise("school"), cannot_be=~pl.col("told").is_between(pl.lit(0).cast(VALUE), "school").fill_null(value=False)
    ).select("person_id", "start_day", "end_day", "school", "absent", "cannot_be")


def _tally(months: pl.LazyFrame) -> pl.LazyFrame:
    """By pupil: `absent` days, `school` days with a part of one as a whole one, whether any month cannot be, and the months as evidence."""
    days = pl.col("school").sum()
    whole = days.cast(pl.Int64)
    code = pl.format("absent {} of {} days", written(pl.col("absent")), written(pl.col("school")))
    return (
        months.sort("person_id", "start_day", "end_day", "school", "absent")
        .group_by("person_id", maintain_order=True)
        .agg(pl.col("absent").sum(), pl.col("cannot_be").any(), school=whole + (days > whole).cast(pl.Int64), spells=spell_list("start_day", "end_day", code))
    )
