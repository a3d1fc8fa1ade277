"""Whether an event of any register happens within the person's own window after enrolment."""

from typing import Annotated, Literal

import polars as pl
from annotated_types import Ge, Le

from indicators.events import dated, event_list, happened_or_ended, in_register, is_listed, looked_at, unsure, until_first, why_unknown
from indicators.indicator import indicator, unit_rows
from indicators.presence import AfterEnrolment, is_seen, why_never_at_risk, with_limits
from indicators.spells import SPELL_SCHEMA
from indicators.treatments import CodeSet
from indicators.windows import Window


@indicator(
    "event_within",
    version=1,
    unit="person",
    value="persons with an event",
    better="neither",
    registers=["events", "bef", "dod"],
    plausible=(0, 1),
    matures_after="known_within",
    ends_at_event=True,
)
def event_within(
    cohort: pl.LazyFrame,
    events: pl.LazyFrame,
    bef_residence: pl.LazyFrame,
    bef_person: pl.LazyFrame,
    dod: pl.LazyFrame,
    *,
    window: Window,
    is_wanted: bool,
    no_row: Literal["no_event", "not_observed"],
    kinds: CodeSet | None = None,
    known_within: Annotated[int, Ge(0), Le(60)] = 0,  # noqa: ARG001 - the months that Indicator.rows waits for
    codes: pl.DataFrame,
    after_enrolment: AfterEnrolment,
) -> pl.LazyFrame:
    """A person counts as one when an event lies inside the window, and as nought when none does. An event on the first day of the window
    counts, one on the day after its last does not; of a spell its first day is the event. Which codes count `kinds` says, by the day of
    the event; without it every event of the register counts. The contract says whether the event is wanted, as a job is, or not, as an
    arrest is.

    Of somebody who was there and has no event in the window `no_row` says what that proves: `no_event`, where the register has every event
    of everybody up to the day it covers; or nothing of somebody whom it has no row of at all, who is then `not_observed`. Events count
    while the person is alive, resident and, where the contract stops then, under age. What the contract takes for a failure after
    enrolment counts as an event on that day where the event is not wanted, and ends what can count where it is.

    Nobody is known to have had no event before the register covers the window and `known_within` months after it. A person not resident on
    the day of enrolment is not observed; nor is one without an event that counts who has one in the window whose code the contract
    places nowhere, or one that counts whose day is not known. Exposure is the days at risk, to the first event and with its day, or to
    the window's end.
    """
    limits = with_limits(cohort.with_columns(window.after("enrolled_day")), bef_residence, dod, bef_person, after_enrolment)
    every = dated(events, kinds, codes)
    inside = looked_at(every, limits)
    counting = inside.filter(pl.col("placed") == "counts").drop_nulls("day")
    found = until_first(limits, counting.select("person_id", "day"), pl.LazyFrame(schema=SPELL_SCHEMA), is_wanted=is_wanted)
    first = counting.join(found.select("person_id", day="happened"), on=["person_id", "day"])
    doubted = inside.filter(pl.col("placed").is_null()).join(first, on="person_id", how="anti")
    seen = (
        found.join(unsure(inside), on="person_id", how="left")
        .join(in_register(events), on="person_id", how="left")
        .join(event_list(pl.concat([first, doubted])), on="person_id", how="left")
    )
    return unit_rows(
        seen,
        ineligible=why_never_at_risk(),
        counted=is_seen(after_enrolment) & is_listed(no_row) & (pl.col("counts") | pl.col("is_unplaced").is_null()),
        why_not=why_unknown(after_enrolment, no_row),
        counted_as=happened_or_ended(after_enrolment, pl.lit("happened"), pl.lit("did_not_happen")),
        exposure=pl.col("at_risk"),
        value=pl.col("counts").cast(pl.Int64),
        evidence=pl.col("spells"),
    )
