"""Who a contract counts: the members of a cohort, each with a role and a reason, by intention to treat."""

from __future__ import annotations

import datetime as dt

import polars as pl

from indicators.spells import day_number

MEMBERS = pl.Schema({"person_id": pl.Int32, "role": pl.String, "enrolled_day": pl.Int32, "status": pl.String, "reason": pl.String})
"""`enrolled_day` is null for people who were referred and never enrolled."""
LISTED = pl.Schema([*MEMBERS.items(), ("referred_day", pl.Int32)])
"""`referred_day` is that of the referral that counts, null where nobody was referred or the contract does not ask."""
BY_LIST = (
    "never_enrolled",
    "withdrawn_before_enrolment",
    "enrolled_outside_period",
    "in_two_arms",
    "in_no_named_arm",
    "referral_unknown",
    "enrolled_before_referral",
    "enrolled_too_late",
)
"""Reasons that the list of enrolments alone gives, the first that fits; those of `indicators.eligibility` come after."""
AFTER_CLOSING = "enrolled_after_closing"
"""The reason of who would be eligible and was enrolled when the cohort was full."""


def listed(
    enrolments: pl.LazyFrame, *, start: dt.date, end: dt.date, treatment: str | None, comparison: str | None, needs_referral: bool = False, within: int | None = None
) -> pl.LazyFrame:
    """LISTED, one row a person of `enrolments` (person_id, enrolled_day, arm, referred_day, is_withdrawn), sorted by person.

    Eligible are people enrolled in `[start, end)` into a named arm, not before their referral and not more than `within` days after it;
    `needs_referral` says that nobody counts whose referral has no day. A person enrolled more than once counts from the first time; one
    enrolled into two arms on that day is in neither; of several referrals that led to an enrolment on that day the first counts. A referral
    that was withdrawn enrolled nobody. Without named arms everyone enrolled is in the treatment group. Everyone else keeps a row with the
    reason, so that nobody vanishes.
    """
    first = _first_enrolment(enrolments)
    role = _role(treatment, comparison)
    is_inside = pl.col("enrolled_day").is_between(day_number(start), day_number(end), closed="left").fill_null(value=False)
    too_late = pl.lit(value=False) if within is None else pl.col("enrolled_day") - pl.col("referred_day") > within
    reason = (
        pl.when(pl.col("enrolled_day").is_null())
        .then(pl.lit("never_enrolled"))
        .when("is_withdrawn")
        .then(pl.lit("withdrawn_before_enrolment"))
        .when(~is_inside)
        .then(pl.lit("enrolled_outside_period"))
        .when((pl.col("arms") > 1) & pl.lit(treatment is not None))
        .then(pl.lit("in_two_arms"))
        .when(pl.col("role") == "none")
        .then(pl.lit("in_no_named_arm"))
        .when(pl.col("referred_day").is_null() & needs_referral)
        .then(pl.lit("referral_unknown"))
        .when(pl.col("enrolled_day") < pl.col("referred_day"))
        .then(pl.lit("enrolled_before_referral"))
        .when(too_late)
        .then(pl.lit("enrolled_too_late"))
        .otherwise(pl.lit("enrolled"))
    )
    judged = first.with_columns(role=role).with_columns(reason=reason)
    status = pl.when(pl.col("reason") == "enrolled").then(pl.lit("eligible")).otherwise(pl.lit("ineligible"))
    return judged.with_columns(pl.col("enrolled_day", "referred_day").cast(pl.Int32), status=status).select(list(LISTED))


def _first_enrolment(enrolments: pl.LazyFrame) -> pl.LazyFrame:
    """One row a person: the first day of enrolment that was not withdrawn, else the first that was, with the arms and the first referral of
    that day; null days for who never enrolled."""
    is_withdrawn = pl.col("is_withdrawn") & pl.col("enrolled_day").is_not_null()
    ranked = enrolments.with_columns(is_withdrawn=is_withdrawn, rank=pl.when(pl.col("enrolled_day").is_null()).then(2).when(is_withdrawn).then(1).otherwise(0))
    best = ranked.filter(pl.col("rank") == pl.col("rank").min().over("person_id"))
    earliest = pl.col("enrolled_day").min().over("person_id")
    first_day = best.filter((pl.col("enrolled_day") == earliest) | earliest.is_null())
    counted = first_day.sort("person_id").group_by("person_id", maintain_order=True)
    return counted.agg(pl.col("enrolled_day", "is_withdrawn").first(), pl.col("arm").min(), pl.col("referred_day").min(), arms=pl.col("arm").n_unique())


def _role(treatment: str | None, comparison: str | None) -> pl.Expr:
    if treatment is None:
        return pl.when(pl.col("enrolled_day").is_null()).then(pl.lit("none")).otherwise(pl.lit("treatment"))
    named = pl.when(pl.col("arms") > 1).then(pl.lit("none")).when(pl.col("arm") == treatment).then(pl.lit("treatment"))
    return named.when(pl.col("arm") == comparison).then(pl.lit("comparison")).otherwise(pl.lit("none"))


def members(people: pl.LazyFrame, barred: pl.LazyFrame | None = None, *, at_size: int | None = None) -> pl.LazyFrame:
    """MEMBERS of LISTED: whom the list enrols and `barred` (person_id, enrolled_day, barred) gives a reason is not eligible, whatever the
    role. A cohort that closes by size closes at the end of the day on which its `at_size`-th eligible person, of all arms, is enrolled. Sorted
    by person."""
    if barred is not None:
        found = people.join(barred, on=["person_id", "enrolled_day"], how="left", maintain_order="left")
        people = _left_out(found, pl.col("barred").is_not_null(), pl.col("barred"))
    if at_size is not None:
        days = pl.col("enrolled_day").filter(pl.col("status") == "eligible").sort()
        people = _left_out(people, (pl.col("enrolled_day") > days.get(at_size - 1, null_on_oob=True)).fill_null(value=False), pl.lit(AFTER_CLOSING))
    return people.select(list(MEMBERS))


def _left_out(people: pl.LazyFrame, where: pl.Expr, reason: pl.Expr) -> pl.LazyFrame:
    """`people` with those eligible for whom `where` holds ineligible for a reason."""
    is_out = (pl.col("status") == "eligible") & where
    return people.with_columns(status=pl.when(is_out).then(pl.lit("ineligible")).otherwise("status"), reason=pl.when(is_out).then(reason).otherwise("reason"))


def closed_on(found: pl.DataFrame, at_size: int) -> int | None:
    """The day on which a cohort of MEMBERS was full, null while it is not."""
    days = found.filter(pl.col("status") == "eligible")["enrolled_day"].sort()
    return int(days[at_size - 1]) if days.len() >= at_size else None


def is_listed() -> pl.Expr:
    """Whether the list alone makes somebody a member, whatever registers say of them; nobody is who came when the cohort was full."""
    return (pl.col("status") == "eligible") | ~pl.col("reason").is_in([*BY_LIST, AFTER_CLOSING])


def eligible(frame: pl.LazyFrame) -> pl.LazyFrame:
    """The members an indicator looks at: COHORT_SCHEMA."""
    return frame.filter(pl.col("status") == "eligible").select("person_id", "role", "enrolled_day")


def first_cohort(frame: pl.LazyFrame) -> pl.LazyFrame:
    """One row a person of several cohorts' eligible members (COHORT_SCHEMA, `cohort`, `place` of the cohort in the contract): the first
    enrolment counts, of two on one day the one in the cohort that the contract names first. Sorted by person."""
    return frame.sort("person_id", "enrolled_day", "place").group_by("person_id", maintain_order=True).first()
