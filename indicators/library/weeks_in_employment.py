"""Weeks in employment in the person's own ISO weeks after enrolment, by the weekly code and the industry of the month's wage."""

from typing import Annotated

import polars as pl
from annotated_types import Ge, Le
from pydantic import BaseModel, ConfigDict, StringConstraints

from indicators.indicator import indicator, spell_list, unit_rows
from indicators.own_weeks import at_risk_of, closed, ended_as, furthest, is_followed, no_risk, placed_in, why_not_followed, with_limits
from indicators.presence import AfterEnrolment
from indicators.treatments import Treatments
from indicators.windows import DAYS_A_WEEK

NO_WAGE = 0
DIGITS = 6


class Industries(BaseModel):
    """Which industries count, by the digits their code begins with (`["41", "4321"]`): all of them when `counts` names none, and none that
    `does_not_count` names. A code that begins with a nought is written with it."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    counts: list[Annotated[str, StringConstraints(pattern=r"^[0-9]{1,6}$")]] = []
    does_not_count: list[Annotated[str, StringConstraints(pattern=r"^[0-9]{1,6}$")]] = []

    def is_job(self, industry: pl.Expr) -> pl.Expr:
        """Whether a month with this industry is a month in a job that counts."""
        code = industry.cast(pl.String).str.zfill(DIGITS)
        is_named = pl.any_horizontal(code.str.starts_with(digits) for digits in self.counts) if self.counts else pl.lit(value=True)
        is_left_out = pl.any_horizontal(code.str.starts_with(digits) for digits in self.does_not_count) if self.does_not_count else pl.lit(value=False)
        return (industry != NO_WAGE) & is_named & ~is_left_out


ANY_INDUSTRY = Industries()


@indicator("weeks_in_employment", version=1, unit="person", value="weeks in employment", better="higher", registers=["dream", "bef", "dod"], plausible=(0, 156))
def weeks_in_employment(
    cohort: pl.LazyFrame,
    dream: pl.LazyFrame,
    dream_branche: pl.LazyFrame,
    bef_residence: pl.LazyFrame,
    bef_person: pl.LazyFrame,
    dod: pl.LazyFrame,
    *,
    weeks: Annotated[int, Ge(1), Le(156)],
    pause_at_most: Annotated[int, Ge(0), Le(104)],
    states: Treatments,
    industries: Industries = ANY_INDUSTRY,
    from_week: Annotated[int, Ge(1), Le(156)] = 1,
    in_a_row: bool = False,
    codes: pl.DataFrame,
    after_enrolment: AfterEnrolment,
) -> pl.LazyFrame:
    """The window is the person's own ISO weeks from the Monday on or after enrolment, longer by each paused week, at most
    `pause_at_most` of them. A week is in employment when the contract places its code as success and the month in which its Thursday lies
    has an industry that counts: by default any wage. A week of such a code without one is at risk and fails; so does a week whose code
    fails, wage or not. A week is at risk while the person is alive and resident throughout it and no stopping code stands in it or stood
    before it. The value is the weeks in employment from the `from_week`-th on; with `in_a_row` each unbroken row is counted for itself,
    so that its first weeks do not count either. A failing week breaks a row; a paused one, and one that leaves the count, does not. A
    person is counted when every week at risk was delivered with a code that the contract places, and every month that decides was
    delivered; what nobody delivered is not observed, never a job and never the lack of one. Exposure is seven days for each week that
    succeeded or failed.
    """
    opened = furthest(cohort, weeks, pause_at_most)
    placed = placed_in(opened, dream, states, codes)
    limits = with_limits(closed(opened, placed, weeks, pause_at_most), placed, dream, bef_residence, dod, bef_person, after_enrolment)
    inside, months = at_risk_of(placed, limits), _months(dream_branche, limits, industries)
    parts = _parts(inside, months)
    found = [_tally(inside), _evidence(inside, months), _decided(parts), _in_work(parts, from_week, in_a_row=in_a_row)]
    tallied = limits
    for table in found:
        tallied = tallied.join(table, on="person_id", how="left")
    tallied = tallied.with_columns(pl.col("at_risk", "seen", "open", "decided", "in_work").fill_null(0))
    at_risk, seen = pl.col("at_risk"), pl.col("seen")
    is_wage_known, is_seen = pl.col("open") == pl.col("decided"), is_followed(after_enrolment, at_risk, seen)
    return unit_rows(
        tallied,
        ineligible=no_risk(at_risk, seen),
        counted=is_seen & is_wage_known,
        why_not=pl.when(is_seen).then(pl.lit("month_of_wages_not_delivered")).otherwise(why_not_followed(after_enrolment)),
        counted_as=ended_as(after_enrolment),
        exposure=at_risk,
        value=pl.col("in_work"),
        evidence=pl.col("spells"),
    )


def _months(branche: pl.LazyFrame, limits: pl.LazyFrame, industries: Industries) -> pl.LazyFrame:
    """The industries of each person's time at risk: person_id, month_a, month_b, industry, is_job."""
    inside = branche.join(limits.select("person_id", "window_start", "risk_end"), on="person_id").with_columns(
        month_a=pl.max_horizontal("start_day", "window_start"), month_b=pl.min_horizontal("end_day", "risk_end"), is_job=industries.is_job(pl.col("industry"))
    )
    return inside.filter(pl.col("month_a") < pl.col("month_b")).select("person_id", "month_a", "month_b", "industry", "is_job")


def _parts(inside: pl.LazyFrame, months: pl.LazyFrame) -> pl.LazyFrame:
    """What adds to a row or breaks it, sorted by person and day: person_id, a, b, is_job. Until `good_end` a success is cut by the months
    of its weeks; from there on, and where a code fails, no wage is asked for."""
    open_weeks = inside.filter(pl.col("placed") == "success").with_columns(b=pl.min_horizontal("b", "good_end")).filter(pl.col("a") < pl.col("b"))
    cut = open_weeks.join(months, on="person_id").select("person_id", pl.max_horizontal("a", "month_a"), pl.min_horizontal("b", "month_b").alias("b"), "is_job")
    failed = inside.filter(pl.col("placed") == "failure").select("person_id", "a", "b", is_job=pl.lit(value=None, dtype=pl.Boolean))
    return pl.concat([cut.filter(pl.col("a") < pl.col("b")), failed]).sort("person_id", "a", "b")


def _decided(parts: pl.LazyFrame) -> pl.LazyFrame:
    """Days of which a month says whether there was a job, by person."""
    return parts.filter(pl.col("is_job").is_not_null()).group_by("person_id").agg(decided=(pl.col("b") - pl.col("a")).sum())


def _in_work(parts: pl.LazyFrame, from_week: int, *, in_a_row: bool) -> pl.LazyFrame:
    """Weeks in a job by person, but the first ones that do not count: of all of them, or of each row that nothing breaks."""
    is_job = pl.col("is_job").fill_null(value=False)
    worked = parts.with_columns(row=(~is_job).cum_sum() if in_a_row else 0).filter(is_job)
    rows = worked.group_by("person_id", "row").agg(weeks=(pl.col("b") - pl.col("a")).sum() // DAYS_A_WEEK)
    return rows.group_by("person_id").agg(in_work=(pl.col("weeks").cast(pl.Int64) - (from_week - 1)).clip(lower_bound=0).sum())


def _tally(inside: pl.LazyFrame) -> pl.LazyFrame:
    """Days, always whole weeks, by person: `at_risk` (success and failure), `seen` (any placed code), `open` (a wage decides)."""
    days, good = pl.col("b") - pl.col("a"), (pl.min_horizontal("b", "good_end") - pl.col("a")).clip(lower_bound=0)
    return inside.group_by("person_id").agg(
        at_risk=days.filter(pl.col("placed").is_in(["success", "failure"])).sum(), seen=days.sum(), open=good.filter(pl.col("placed") == "success").sum()
    )


def _evidence(inside: pl.LazyFrame, months: pl.LazyFrame) -> pl.LazyFrame:
    """The placed codes and the industries of the time at risk, by person and day."""
    weeks = inside.select("person_id", "a", "b", code=pl.format("{} {}", "code", "placed"))
    jobs = months.select("person_id", a="month_a", b="month_b", code=pl.format("industry {}", pl.col("industry").cast(pl.String).str.zfill(DIGITS)))
    every = pl.concat([weeks, jobs]).sort("person_id", "a", "b", "code")
    return every.group_by("person_id", maintain_order=True).agg(spells=spell_list("a", "b", pl.col("code")))
