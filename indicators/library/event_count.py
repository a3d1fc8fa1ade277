"""How many events of any register happen within the person's own window after enrolment."""

from typing import Annotated, Literal

import polars as pl
from annotated_types import Ge, Le

from indicators.events import dated, event_list, in_register, is_listed, looked_at, unsure, why_unknown
from indicators.indicator import indicator, unit_rows
from indicators.presence import AfterEnrolment, ended_by, is_seen, why_never_at_risk, with_limits
from indicators.treatments import CodeSet
from indicators.windows import Window


@indicator("event_count", version=1, unit="person", value="events", better="neither", registers=["events", "bef", "dod"], plausible=(0, 366), matures_after="known_within")
def event_count(
    cohort: pl.LazyFrame,
    events: pl.LazyFrame,
    bef_residence: pl.LazyFrame,
    bef_person: pl.LazyFrame,
    dod: pl.LazyFrame,
    *,
    window: Window,
    count: Literal["events", "days"],
    is_wanted: bool,
    no_row: Literal["no_event", "not_observed"],
    kinds: CodeSet | None = None,
    known_within: Annotated[int, Ge(0), Le(60)] = 0,  # noqa: ARG001 - the months that Indicator.rows waits for
    codes: pl.DataFrame,
    after_enrolment: AfterEnrolment,
) -> pl.LazyFrame:
    """The value is the number of a person's events inside the window: `events` as the register has them, a row each, or `days`, on each of
    which there was at least one. An event on the first day of the window counts, one on the day after its last does not; of a spell its
    first day is the event. Which codes count `kinds` says, by the day of the event; without it every event of the register counts. The
    contract says whether events are wanted, as sessions attended are, or not, as convictions are.

    Of somebody who was there and has no event in the window `no_row` says what that proves: `no_event`, where the register has every event
    of everybody up to the day it covers; or nothing of somebody whom it has no row of at all, who is then `not_observed`. Events count
    while the person is alive, resident and, where the contract stops then, under age. From what the contract takes for a failure after
    enrolment on no event counts; where events are not wanted the failure is one more of them.

    Nobody's events are all known before the register covers the window and `known_within` months after it. A person not resident on the
    day of enrolment is not observed; nor is one who has an event in the window whose code the contract places nowhere, or one that
    counts whose day is not known. Exposure is the days at risk.
    """
    limits = with_limits(cohort.with_columns(window.after("enrolled_day")), bef_residence, dod, bef_person, after_enrolment)
    inside = looked_at(dated(events, kinds, codes), limits)
    tally = inside.group_by("person_id").agg(times=pl.col("times").sum() if count == "events" else pl.col("day").n_unique())
    seen = limits.with_columns(at_risk=pl.col("risk_end") - pl.col("window_start"))
    for table in (tally, unsure(inside), in_register(events), event_list(inside)):
        seen = seen.join(table, on="person_id", how="left")
    has_failed = (pl.col("good_end") < pl.col("risk_end")) & (not is_wanted)
    return unit_rows(
        seen,
        ineligible=why_never_at_risk(),
        counted=is_seen(after_enrolment) & is_listed(no_row) & pl.col("is_unplaced").is_null(),
        why_not=why_unknown(after_enrolment, no_row),
        counted_as=pl.coalesce(ended_by(after_enrolment, pl.col("window_end")), pl.when(pl.col("times") > 0).then(pl.lit("some_events")).otherwise(pl.lit("no_event"))),
        exposure=pl.col("at_risk"),
        value=pl.col("times").fill_null(0).cast(pl.Int64) + has_failed.cast(pl.Int64),
        evidence=pl.col("spells"),
    )
