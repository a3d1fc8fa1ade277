"""Whether an outcome that no register knows was claimed with a document that stands."""

from typing import Annotated

import polars as pl
from annotated_types import Ge, Le
from pydantic import StringConstraints

from indicators.claims import DOES_NOT_HOLD, HOLDS, Sample, drawn
from indicators.indicator import indicator, spell_list, unit_rows
from indicators.presence import AfterEnrolment, impossible, is_age_known, until, why_unseen, with_presence
from indicators.windows import Period, months_later


@indicator(
    "documented_claims", version=1, unit="person", value="persons with a claim that stands", better="higher", registers=["claims", "claim_checks", "bef", "dod"], plausible=(0, 1)
)
def documented_claims(
    cohort: pl.LazyFrame,
    claims: pl.LazyFrame,
    claim_checks: pl.LazyFrame,
    bef_residence: pl.LazyFrame,
    bef_person: pl.LazyFrame,
    dod: pl.LazyFrame,
    *,
    outcome: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")],
    months: Annotated[int, Ge(1), Le(120)],
    claim_within_days: Annotated[int, Ge(0), Le(366)],
    sample: Sample,
    after_enrolment: AfterEnrolment,
    claim_period: Period,
) -> pl.LazyFrame:
    """A claim of the named outcome is within terms when it was reached from the day of enrolment up to, and not including, the same date
    `months` later, while the person was alive and, where the contract stops or fails then, resident and not of age; and when it was claimed
    on the day it was reached or at most `claim_within_days` days after. It belongs to the claim period in which it was claimed; a
    correction replaces a claim under its own number. A claim is checked when the seed draws it, which a share `sample.share` of
    claims expects, each by its own lot whatever else is claimed; and when an earlier claim of the same person was found not to hold. A claim
    stands when it need not be checked, or was checked and holds; one that was checked by anybody and does not hold never stands. The first
    claim that stands counts as one in its own claim period and in no other. While the first that was not rejected is still to be checked
    the person is not observed. Whoever claims nothing counts as nought: claims are the claimant's to make. The rows never hold the
    sample's error against a claim that was not drawn; their reasons say which claims were checked and which of them held, from which
    the error rate, its exact interval and what it leaves of the others follow for the whole cohort. Who is not resident on the day of
    enrolment is not observed. The window is the days of the claim period on which a claim within terms can be made, and exposure
    is those of them that can follow a day at risk.
    """
    last = months_later(pl.col("enrolled_day"), months)
    opens = pl.max_horizontal(pl.col("enrolled_day"), pl.lit(claim_period.start_day))
    closes = pl.max_horizontal(opens, pl.min_horizontal(last + claim_within_days, pl.lit(claim_period.end_day)))
    window = cohort.with_columns(window_start=opens.cast(pl.Int32), window_end=closes.cast(pl.Int32))
    limits = with_presence(window, bef_residence, dod, bef_person).with_columns(
        reach_end=until(after_enrolment, last, counted=True), claim_end=pl.min_horizontal("window_end", until(after_enrolment, last, counted=False) + claim_within_days)
    )
    judged = _judged(claims.filter(pl.col("outcome") == outcome), claim_checks, limits, claim_within_days, sample)
    seen = limits.join(_decided(judged), on="person_id", how="left")
    at_risk = (pl.col("claim_end") - pl.col("window_start")).clip(lower_bound=0)
    return unit_rows(
        seen,
        ineligible=pl.coalesce(
            pl.when(pl.col("window_start") >= pl.col("window_end")).then(pl.lit("outside_claim_period")),
            impossible(),
            pl.when(pl.col("is_resident") & (at_risk == 0)).then(pl.lit("no_day_at_risk")),
        ),
        counted=pl.col("is_resident") & is_age_known(after_enrolment) & (pl.col("first") != "pending").fill_null(value=True),
        why_not=pl.coalesce(why_unseen(), pl.when(~is_age_known(after_enrolment)).then(pl.lit("birth_day_unknown")).otherwise(pl.lit("check_pending"))),
        counted_as=_counted_as(),
        exposure=at_risk,
        value=(pl.col("first_day") >= pl.col("window_start")).fill_null(value=False).cast(pl.Int64),
        evidence=pl.col("spells"),
    )


def _judged(claims: pl.LazyFrame, checks: pl.LazyFrame, limits: pl.LazyFrame, within: int, sample: Sample) -> pl.LazyFrame:
    """Each claim made before the window ends, in the order they were made: whether it is within terms, and what its check says of it."""
    is_reached = (pl.col("start_day") >= pl.col("enrolled_day")) & (pl.col("start_day") < pl.col("reach_end"))
    is_in_time = (pl.col("claimed_day") - pl.col("start_day")).is_between(0, within)
    found = checks.group_by("person_id", "claim_id").agg(fails=(pl.col("result") == DOES_NOT_HOLD).any(), holds=(pl.col("result") == HOLDS).all())
    own = claims.join(limits.select("person_id", "enrolled_day", "window_start", "window_end", "reach_end"), on="person_id").filter(pl.col("claimed_day") < pl.col("window_end"))
    known = own.join(found, on=["person_id", "claim_id"], how="left").with_columns(
        is_within=is_reached & is_in_time, fails=pl.col("fails").fill_null(value=False), holds=pl.col("holds").fill_null(value=False), is_drawn=drawn("lot", sample)
    )
    ordered = known.sort("person_id", "claimed_day", "claim_id")
    failed_before = (pl.col("fails") & pl.col("is_within")).cum_sum().over("person_id") - (pl.col("fails") & pl.col("is_within")).cast(pl.Int64) > 0
    checked = ordered.with_columns(must=pl.col("is_drawn") | failed_before)
    state = (
        pl.when("fails").then(pl.lit("failed")).when(pl.col("must") & pl.col("holds")).then(pl.lit("upheld")).when("must").then(pl.lit("pending")).otherwise(pl.lit("not_drawn"))
    )
    named = checked.with_columns(state=pl.when("is_within").then(state).otherwise(pl.lit("outside_terms")), is_now=pl.col("claimed_day") >= pl.col("window_start"))
    is_error = (pl.col("state") == "failed") & pl.col("is_now") & pl.col("must")
    return named.with_columns(is_error=is_error, makes_good=is_error.cum_sum().over("person_id") > 0)


def _decided(judged: pl.LazyFrame) -> pl.LazyFrame:
    """One row a person who claimed: the first claim that was not rejected with its state and day, what else was claimed in the window, and
    every claim as evidence."""
    stands = pl.col("state").is_in(["upheld", "pending", "not_drawn"])
    failed = (pl.col("state") == "failed") & pl.col("is_now")
    named = pl.format("{} {}", "claim_id", "state")
    return (
        judged.with_columns(claimed_end=pl.col("claimed_day") + 1)
        .group_by("person_id", maintain_order=True)
        .agg(
            first=pl.col("state").filter(stands).first(),
            first_day=pl.col("claimed_day").filter(stands).first(),
            failed=failed.any(),
            makes_good=pl.col("makes_good").filter(stands).first(),
            is_error=pl.col("is_error").any(),
            outside=((pl.col("state") == "outside_terms") & pl.col("is_now")).any(),
            spells=spell_list("claimed_day", "claimed_end", named),
        )
    )


def _counted_as() -> pl.Expr:
    """What became of a person's claims, in a word."""
    is_now = pl.col("first_day") >= pl.col("window_start")
    return (
        pl.when(pl.col("first_day") < pl.col("window_start"))
        .then(pl.lit("claimed_before"))
        .when(is_now & (pl.col("first") == "upheld") & pl.col("makes_good"))
        .then(pl.lit("upheld_after_rejection"))
        .when(is_now & (pl.col("first") == "upheld"))
        .then(pl.lit("upheld"))
        .when(is_now)
        .then(pl.lit("not_drawn"))
        .when("is_error")
        .then(pl.lit("rejected"))
        .when("failed")
        .then(pl.lit("rejected_outside_sample"))
        .when("outside")
        .then(pl.lit("claimed_outside_terms"))
        .otherwise(pl.lit("nothing_claimed"))
    )
