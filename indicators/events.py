"""The first event of a person's own time at risk: what `event within`, entry to care and re-offence are all read from."""

from __future__ import annotations

import polars as pl

from indicators.indicator import spell_list
from indicators.presence import AfterEnrolment, ended_by, is_seen, why_not_seen
from indicators.spells import days_inside
from indicators.treatments import CODE_COLUMNS, CodeSet, placed_on_days

DAY_COLUMNS = ("start_day", "day", "answered_day")
"""The columns in which staged events have their day, one of them in each table; of a spell its first day."""


def until_first(limits: pl.LazyFrame, events: pl.LazyFrame, idle: pl.LazyFrame, *, is_wanted: bool) -> pl.LazyFrame:
    """`limits` (as `with_limits` makes them) with `happened`, the day of the first of `events` (person_id, day) in the days that count, or
    null; `counts`, whether the person counts as one; and `at_risk`, in days.

    Time at risk is over with the first event, whose day is in it. Days of the spells of `idle` before that are no time at risk. Where the
    event is not wanted, what the contract takes for a failure after enrolment counts like one on that day.
    """
    inside = events.join(limits.select("person_id", "window_start", "good_end"), on="person_id").filter(
        (pl.col("day") >= pl.col("window_start")) & (pl.col("day") < pl.col("good_end"))
    )
    first = inside.group_by("person_id").agg(happened=pl.col("day").min())
    failed = pl.lit(value=not is_wanted) & (pl.col("good_end") < pl.col("risk_end"))
    found = limits.join(first, on="person_id", how="left").with_columns(
        counts=pl.col("happened").is_not_null() | failed, last=pl.coalesce("happened", pl.when(failed).then("good_end"), "risk_end")
    )
    waited = days_inside(idle, found.select("person_id", "window_start", window_end="last")).rename({"days": "idle"})
    days = pl.col("last") - pl.col("window_start") - pl.col("idle").fill_null(0) + pl.col("counts").cast(pl.Int64)
    return found.join(waited, on="person_id", how="left").with_columns(at_risk=days)


def happened_or_ended(after: AfterEnrolment, happened: pl.Expr, nothing: pl.Expr) -> pl.Expr:
    """Why a person is counted, in a word: `happened` where there was an event, else what ended the days that are looked at before the window
    did, else `nothing`."""
    return pl.when(pl.col("happened").is_not_null()).then(happened).otherwise(pl.coalesce(ended_by(after, pl.col("window_end")), nothing))


def dated(events: pl.LazyFrame, kinds: CodeSet | None, codes: pl.DataFrame) -> pl.LazyFrame:
    """The events of a register, one row a person, day and code: person_id, day (null where it is not known), code, `times` delivered, and
    `placed`, null where `kinds` puts the code nowhere on that day. Without `kinds` every event counts, with a code or without one. Raises
    ValueError for a table without a day, and for `kinds` of one whose events have no code."""
    held = events.collect_schema().names()
    day, code = (next((name for name in columns if name in held), None) for columns in (DAY_COLUMNS, CODE_COLUMNS))
    if day is None:
        raise ValueError(f"the events have no day: none of {', '.join(DAY_COLUMNS)} is among their columns; read a register of dated events")
    if kinds is not None and code is None:
        raise ValueError(f"the events have no code: none of {', '.join(CODE_COLUMNS)} is among their columns; leave 'kinds' out, or read a register whose events have one")
    name = pl.lit("event") if code is None else pl.col(code).cast(pl.String)
    own = events.select("person_id", day=day, code=name).group_by("person_id", "day", "code").agg(times=pl.len())
    return own.with_columns(placed=pl.lit("counts")) if kinds is None else placed_on_days(own, kinds, codes)


def looked_at(events: pl.LazyFrame, limits: pl.LazyFrame) -> pl.LazyFrame:
    """The events (as `dated` gives them) in the days that count of each person of `limits` (as `with_limits` makes them), and those whose day
    nobody knows, but for those that do not count."""
    own = events.join(limits.select("person_id", "window_start", "good_end"), on="person_id")
    is_inside = pl.col("day").is_null() | pl.col("day").is_between("window_start", "good_end", closed="left")
    return own.filter(is_inside & ~pl.col("placed").eq_missing(pl.lit("does_not_count"))).drop("window_start", "good_end")


def unsure(inside: pl.LazyFrame) -> pl.LazyFrame:
    """person_id of everybody with an event (as `looked_at` gives them) that may or may not be one that counts in these days; `is_unplaced`
    where its code is placed nowhere, else its day is not known."""
    doubted = inside.filter(pl.col("placed").is_null() | pl.col("day").is_null())
    return doubted.group_by("person_id").agg(is_unplaced=pl.col("placed").is_null().any())


def in_register(events: pl.LazyFrame) -> pl.LazyFrame:
    """person_id and `is_listed` (true) of everybody the register has an event of, whenever it was."""
    return events.select("person_id").unique().with_columns(is_listed=pl.lit(value=True))


def is_listed(no_row: str) -> pl.Expr:
    """Whether the register says something of a person: it has an event of theirs, or the contract takes it to have everybody's."""
    return pl.col("is_listed").fill_null(value=False) | pl.lit(no_row == "no_event")


def why_unknown(after: AfterEnrolment, no_row: str) -> pl.Expr:
    """Why nothing can be said of a person's events, in a word."""
    return (
        pl.when(~is_seen(after))
        .then(why_not_seen())
        .when(~is_listed(no_row))
        .then(pl.lit("not_in_the_register"))
        .when("is_unplaced")
        .then(pl.lit("code_placed_nowhere"))
        .otherwise(pl.lit("event_on_an_unknown_day"))
    )


def event_list(events: pl.LazyFrame) -> pl.LazyFrame:
    """Each event with a day as a spell of that day, as evidence: one row a person, `spells`."""
    spells = events.drop_nulls("day").with_columns(next=pl.col("day") + 1).sort("person_id", "day", "code")
    return spells.group_by("person_id", maintain_order=True).agg(spells=spell_list("day", "next", pl.col("code")))
