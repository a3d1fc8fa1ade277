"""Whether a person reaches one milestone of staying housed: entry, or so many months in accommodation, over short gaps and after restarts."""

from typing import Annotated, Literal

import polars as pl
from annotated_types import Ge, Le

from indicators.indicator import EVIDENCE, indicator, spell_evidence, spell_list, unit_rows
from indicators.milestones import ENTRY, milestones
from indicators.presence import AfterEnrolment, ended_by, impossible, is_age_known, until, why_unseen, with_presence
from indicators.treatments import CodeSet, coded, placed_spells, with_days_unplaced
from indicators.windows import Period, months_later


@indicator("housing_sustained", version=1, unit="person", value="persons who reach the milestone", better="higher", registers=["stays", "bef", "dod"], plausible=(0, 1))
def housing_sustained(
    cohort: pl.LazyFrame,
    stays: pl.LazyFrame,
    bef_residence: pl.LazyFrame,
    bef_person: pl.LazyFrame,
    dod: pl.LazyFrame,
    *,
    months: Annotated[int, Ge(0), Le(60)],
    within_months: Annotated[int, Ge(1), Le(120)],
    tolerated_gap_days: Annotated[int, Ge(0), Le(366)],
    housed_at_enrolment: Literal["enters_then", "does_not_count"],
    types: CodeSet,
    codes: pl.DataFrame,
    after_enrolment: AfterEnrolment,
    claim_period: Period,
) -> pl.LazyFrame:
    """The milestone is the entry (`months` nought), or that many months by the calendar after the clock began: the same day number, or the
    last day of a month that has no such day. The clock begins with the first day in accommodation of a type that counts. A gap is the days
    from an exit to the next entry; one of at most `tolerated_gap_days` is tolerated and the clock runs on, a longer one sets the clock to
    the day of re-entry. The first day of a stay is a day housed, the day it ends is not. The milestone is reached by who is housed on its
    day, and on the day of re-entry by who is then in a tolerated gap; once, for good: a clock that begins again takes nothing back. It is
    reached from the day of enrolment up to, and not including, the same date `within_months` later, and while the person is alive and,
    where the contract stops or fails then, resident and not of age. A stay that goes on at enrolment `enters_then`, or it `does_not_count`.
    The person counts as one in the claim period in which the day of reaching falls, and as nought in every other. A person without a stay
    was not housed: the register of stays holds all of them up to the day it covers; one with a day in a type that the contract places
    nowhere is not observed, and so is who was not resident on the day of enrolment. Exposure is the days at risk in the claim period.
    """
    opens = pl.max_horizontal(pl.col("enrolled_day"), pl.lit(claim_period.start_day))
    closes = pl.max_horizontal(opens, pl.min_horizontal(months_later(pl.col("enrolled_day"), within_months), pl.lit(claim_period.end_day)))
    window = cohort.with_columns(window_start=opens.cast(pl.Int32), window_end=closes.cast(pl.Int32))
    limits = with_presence(window, bef_residence, dod, bef_person).with_columns(
        risk_end=until(after_enrolment, pl.col("window_end"), counted=False), good_end=until(after_enrolment, pl.col("window_end"), counted=True).cast(pl.Int32)
    )
    history = limits.select("person_id", window_start="enrolled_day", window_end="good_end")
    own = stays.join(history, on="person_id").filter(pl.col("start_day") >= pl.col("window_start")) if housed_at_enrolment == "does_not_count" else stays
    housed = placed_spells(own, types, codes).filter(pl.col("placed") == "counts")
    reached = milestones(housed, history, months=[ENTRY, months], tolerated_gap_days=tolerated_gap_days)
    day = reached.group_by("person_id").agg(
        entered_day=pl.col("reached_day").filter(pl.col("month") == ENTRY).first(), reached_day=pl.col("reached_day").filter(pl.col("month") == months).first()
    )
    unplaced = with_days_unplaced(own, history, types, codes).with_columns(has_unplaced=pl.lit(value=True))
    seen = (
        limits.join(day, on="person_id", how="left")
        .join(unplaced, on="person_id", how="left")
        .join(_evidence(own, history), on="person_id", how="left")
        .with_columns(pl.col("has_unplaced").fill_null(value=False), reached_end=pl.col("reached_day") + 1)
    )
    at_risk = (pl.col("risk_end") - pl.col("window_start")).clip(lower_bound=0)
    return unit_rows(
        seen,
        ineligible=pl.coalesce(
            pl.when(pl.col("window_start") >= pl.col("window_end")).then(pl.lit("outside_claim_period")),
            impossible(),
            pl.when(pl.col("is_resident") & (at_risk == 0)).then(pl.lit("no_day_at_risk")),
        ),
        counted=pl.col("is_resident") & is_age_known(after_enrolment) & ~pl.col("has_unplaced"),
        why_not=pl.coalesce(why_unseen(), pl.when(~is_age_known(after_enrolment)).then(pl.lit("birth_day_unknown")).otherwise(pl.lit("code_placed_nowhere"))),
        counted_as=_counted_as(after_enrolment),
        exposure=at_risk,
        value=(pl.col("reached_day") >= pl.col("window_start")).fill_null(value=False).cast(pl.Int64),
        evidence=pl.concat_list(
            pl.col("spells").fill_null(pl.lit([], dtype=EVIDENCE)), spell_evidence("reached_day", "reached_end", pl.lit("entry" if months == ENTRY else f"{months} months"))
        ),
    )


def _evidence(stays: pl.LazyFrame, windows: pl.LazyFrame) -> pl.LazyFrame:
    """The stays of any type that touch each person's time from enrolment on, as delivered."""
    days = windows.select("person_id", "window_start", "window_end")
    inside = coded(stays).join(days, on="person_id").filter(pl.max_horizontal("start_day", "window_start") < pl.min_horizontal("end_day", "window_end"))
    return inside.sort("person_id", "start_day", "end_day", "code").group_by("person_id", maintain_order=True).agg(spells=spell_list("start_day", "end_day", pl.col("code")))


def _counted_as(after: AfterEnrolment) -> pl.Expr:
    """Whether and when the milestone was reached; where it was not, what ended the days that count, or how far the person came, in a word."""
    short = pl.when(pl.col("entered_day").is_null()).then(pl.lit("never_housed")).otherwise(pl.lit("not_reached"))
    return (
        pl.when(pl.col("reached_day") >= pl.col("window_start"))
        .then(pl.lit("reached"))
        .when(pl.col("reached_day").is_not_null())
        .then(pl.lit("reached_before"))
        .otherwise(pl.coalesce(ended_by(after, pl.col("window_end")), short))
    )
