"""Who is there to be counted: residence proven by the population register, death by the register of deaths, and what a contract does
when a person leaves, dies or comes of age. The same for treatment and comparison people.
"""

from __future__ import annotations

from typing import Literal

import polars as pl
from pydantic import BaseModel, ConfigDict

from indicators.windows import same_date

ADULT_YEARS = 18
LONGEST_UNSEEN = 100
"""Days after the first day that the last quarterly sighting does not prove, within which a death still shows that the person had stayed."""
OnEvent = Literal["stop", "failure", "keep"]


class AfterEnrolment(BaseModel):
    """What an event after enrolment does: `stop` ends time at risk, `failure` keeps it and counts none of it, `keep` changes nothing.

    A death always ends time at risk or counts against it. Moving within the country and leaving the programme change nothing: people
    are counted by intention to treat.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    died: Literal["stop", "failure"] = "stop"
    emigrated: OnEvent = "stop"
    turned_18: OnEvent = "keep"
    moved: Literal["keep"] = "keep"
    withdrew: Literal["keep"] = "keep"


def with_presence(window: pl.LazyFrame, residence: pl.LazyFrame, dod: pl.LazyFrame, births: pl.LazyFrame) -> pl.LazyFrame:
    """`window` (person_id, enrolled_day, window_start, window_end, one row a person) with what is known of each person's presence.

    `residence` has spells of unbroken residence, `dod` a one-day spell a death, `births` person_id and birth_day. Adds `is_known` (the
    population register has the person), `is_resident` (on the day of enrolment), `left_day` (the first day residence is no longer
    proven, where no death explains it), `died_day` and `adult_day` (null where there is none).
    """
    died = dod.group_by("person_id").agg(died_day=pl.col("start_day").min())
    born = births.group_by("person_id").agg(birth_day=pl.col("birth_day").first())
    known = residence.select("person_id").unique().with_columns(is_known=pl.lit(value=True))
    spell = (
        residence.select("person_id", "start_day", "end_day")
        .join(window.select("person_id", "enrolled_day"), on="person_id")
        .filter((pl.col("start_day") <= pl.col("enrolled_day")) & (pl.col("enrolled_day") < pl.col("end_day")))
        .group_by("person_id")
        .agg(seen_until=pl.col("end_day").max())
    )
    stayed = pl.col("died_day").is_between(pl.col("seen_until"), pl.col("seen_until") + LONGEST_UNSEEN)
    return (
        window.join(known, on="person_id", how="left")
        .join(spell, on="person_id", how="left")
        .join(died, on="person_id", how="left")
        .join(born, on="person_id", how="left")
        .with_columns(
            is_known=pl.col("is_known").fill_null(value=False),
            is_resident=pl.col("seen_until").is_not_null(),
            left_day=pl.when(stayed.fill_null(value=False)).then(None).otherwise("seen_until").cast(pl.Int32),
            adult_day=same_date(pl.col("birth_day"), ADULT_YEARS),
        )
        .drop("seen_until")
        .cache()
    )


def with_limits(window: pl.LazyFrame, residence: pl.LazyFrame, dod: pl.LazyFrame, births: pl.LazyFrame, after: AfterEnrolment) -> pl.LazyFrame:
    """`with_presence`, and the days that limit what is looked at, never before the window starts: `risk_end`, on which time at risk is over,
    and `good_end`, from which an event that the contract does not keep has happened. The second is before the first where that event is
    a failure."""
    days = {name: until(after, pl.col("window_end"), counted=counted) for name, counted in (("risk_end", False), ("good_end", True))}
    return with_presence(window, residence, dod, births).with_columns(pl.max_horizontal("window_start", day).cast(pl.Int32).alias(name) for name, day in days.items())


def until(after: AfterEnrolment, end: pl.Expr, *, counted: bool) -> pl.Expr:
    """The day time at risk ends (`counted` false), or the day from which none of it is counted (`counted` true)."""
    ends = ("stop", "failure") if counted else ("stop",)
    events = {"died_day": after.died, "left_day": after.emigrated, "adult_day": after.turned_18}
    days = [pl.col(name) for name, what in events.items() if what in ends]
    return pl.min_horizontal(end, *days)


def ended_by(after: AfterEnrolment, end: pl.Expr) -> pl.Expr:
    """The event that ended what is counted before `end` did, in a word, else null: the first of those the contract does not keep; of
    several on one day the death, then the emigration."""
    ended = until(after, end, counted=True)
    is_early = ended < end
    return (
        pl.when(is_early & (pl.col("died_day") == ended))
        .then(pl.lit("died"))
        .when(is_early & (pl.col("left_day") == ended) & (after.emigrated != "keep"))
        .then(pl.lit("emigrated"))
        .when(is_early)
        .then(pl.lit("turned_18"))
    )


def is_age_known(after: AfterEnrolment) -> pl.Expr:
    """Whether the day of birth was delivered; a contract that does nothing when somebody comes of age needs none."""
    return pl.col("birth_day").is_not_null() | (after.turned_18 == "keep")


def why_never_at_risk() -> pl.Expr:
    """Why a person was never at risk, in a word, else null: histories that cannot be, and, of who was there, no day `at_risk`."""
    return (
        pl.when(pl.col("died_day") <= pl.col("enrolled_day"))
        .then(pl.lit("died_before_enrolment"))
        .when(pl.col("birth_day") > pl.col("enrolled_day"))
        .then(pl.lit("born_after_enrolment"))
        .when(pl.col("is_resident") & (pl.col("at_risk") == 0))
        .then(pl.lit("no_day_at_risk"))
    )


def is_seen(after: AfterEnrolment) -> pl.Expr:
    """Whether a positive source covers a person whom `with_presence` looked up: resident on the day of enrolment, and of an age that is known
    where it matters."""
    return pl.col("is_resident") & is_age_known(after)


def why_not_seen() -> pl.Expr:
    """Why a person is not seen, in a word."""
    return pl.when(~pl.col("is_known")).then(pl.lit("unlinked")).when(~pl.col("is_resident")).then(pl.lit("not_resident_at_enrolment")).otherwise(pl.lit("birth_day_unknown"))


def impossible() -> pl.Expr:
    """Why the history of somebody cannot be, in a word, else null: a death on or before the day of enrolment, or a birth after it."""
    died = pl.when(pl.col("died_day") <= pl.col("enrolled_day")).then(pl.lit("died_before_enrolment"))
    return pl.coalesce(died, pl.when(pl.col("birth_day") > pl.col("enrolled_day")).then(pl.lit("born_after_enrolment")))


def why_unseen() -> pl.Expr:
    """Why nothing can be said of somebody, in a word, else null: the population register does not have them, or not on the day of enrolment."""
    return pl.when(~pl.col("is_known")).then(pl.lit("unlinked")).when(~pl.col("is_resident")).then(pl.lit("not_resident_at_enrolment"))
