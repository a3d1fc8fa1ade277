"""Defects that no register shows by itself: the file is what was agreed, and the cohort, the outcome or the claim made from it is not."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from pipelines.synthetic.defects.planting import Wrong, changed, defect, every, in_last, swapped, table, without
from pipelines.synthetic.extract import Extract

DANISH_COHORTS = ("cohort:trygt_hjem", "cohort:ungebro")
SEARCHED = ("outcome:tarp/rearrest_52_weeks",)
LISTED_ON = dt.date(2024, 12, 1)
STILL_ENROLLED, REFUSED_TOO, ONE_IN = 20, 25, 20
ASKED_AGAIN, DAYS_EARLY = dt.date(2024, 9, 15), 100


@defect(
    "referrals",
    f"the list was drawn on {LISTED_ON}, before the enrolment of two cohorts ended",
    "nobody says who was enrolled after it; what counts these cohorts is held",
    "cohort_period_covered",
    on=DANISH_COHORTS,
)
def list_ends_early(clean: Sequence[Extract]) -> Wrong:
    def earlier(rows: pl.DataFrame) -> pl.DataFrame:
        known = rows.filter(pl.col("henvist_dato") <= LISTED_ON)
        return known.with_columns(indskrevet_dato=pl.when(pl.col("indskrevet_dato") <= LISTED_ON).then("indskrevet_dato"), udtraeksdato=pl.lit(LISTED_ON))

    return swapped(clean, "referrals", lambda item: [replace(item.changed(earlier), covers_through=LISTED_ON)])


@defect(
    "referrals",
    f"of the children in care only {STILL_ENROLLED} are on the list",
    "so few say nothing and show who they are; what counts them is held, and the young people are paid for as usual",
    "cohort_is_large_enough",
    on=("cohort:trygt_hjem/in_care",),
)
def cohort_too_small(clean: Sequence[Extract]) -> Wrong:
    in_care = pl.col("gruppe") == "in_care"
    return in_last(clean, "referrals", without(in_care & (in_care.cum_sum() > STILL_ENROLLED)))


@defect(
    "dream",
    "only those who were referred are in the extract",
    "nobody is left to compare them with; what pays for young people is held",
    "comparison_is_matched",
    on=("cohort:ungebro/unge",),
)
def nobody_alike(clean: Sequence[Extract]) -> Wrong:
    referred = table(clean, "referrals").get_column("pnr").implode()
    return in_last(clean, "dream", lambda rows: rows.filter(pl.col("PNR").is_in(referred)))


@defect(
    "referrals",
    f"the provider refused {REFUSED_TOO} more children of one group",
    "the cohort warns, and somebody asks whom it refused; nothing that is decided changes",
    "provider_refuses_few",
    on=("cohort:trygt_hjem/edge",),
)
def provider_refuses_many(clean: Sequence[Extract]) -> Wrong:
    def refused(rows: pl.DataFrame) -> pl.DataFrame:
        few = rows.filter((pl.col("gruppe") == "edge") & pl.col("henvist_dato").is_between(dt.date(2024, 7, 1), dt.date(2024, 12, 31))).head(REFUSED_TOO)
        keys = [_key(f"refused {key}") for key in few.get_column("pnr")]
        others = few.with_columns(pnr=pl.Series(keys), indskrevet_dato=pl.lit(None, dtype=pl.Date), afslag_af=pl.lit("udfoerer"))
        return pl.concat([rows, others]).sort("henvist_dato", "pnr")

    return in_last(clean, "referrals", refused)


@defect(
    "referrals",
    f"one child in {ONE_IN} is on the list under a key that no other register has",
    "children whom no register knows are not children who were never placed; what counts them is held",
    "cohort_is_linked",
    on=("outcome:trygt_hjem",),
)
def listed_under_another_key(clean: Sequence[Extract]) -> Wrong:
    children = table(clean, "referrals").filter(pl.col("indsats") == "trygt_hjem").get_column("pnr").unique().sort()
    others = {key: _key(f"listed {key}") for key in children.gather_every(ONE_IN)}
    return in_last(clean, "referrals", lambda rows: rows.with_columns(pl.col("pnr").replace(others)))


@defect(
    "who5",
    f"from {ASKED_AGAIN} on, two of three people answer no more",
    "how the children are is not known from so few; what asks for it before it pays is held",
    "response_has_a_floor",
    on=("outcome:trygt_hjem/trivsel",),
)
def few_answer(clean: Sequence[Extract]) -> Wrong:
    silent = {key for place, key in enumerate(table(clean, "who5").get_column("pnr").unique().sort()) if place % 3}
    return Wrong(changed(clean, who5=without((pl.col("besvaret_dato") >= ASKED_AGAIN) & pl.col("pnr").is_in(silent))))


@defect(
    "arrests",
    f"for one person in ten the register was searched {DAYS_EARLY} days short of the year",
    "whom nobody followed to the end is not a person without an arrest; what compares the arms is held",
    "follow_up_is_complete",
    on=SEARCHED,
)
def follow_up_cut_short(clean: Sequence[Extract]) -> Wrong:
    return Wrong(changed(clean, arrests=lambda rows: _cut_short(rows, every(10))))


@defect(
    "arrests",
    f"for one in twelve of those who got aid, and for nobody else, the search ends {DAYS_EARLY} days short of the year",
    "losing people from one arm alone can look like an effect; what compares the arms is held",
    "arms_lose_alike",
    on=SEARCHED,
)
def one_arm_lost(clean: Sequence[Extract]) -> Wrong:
    aided = table(clean, "releases").filter(pl.col("arm") == "aid").get_column("person_id").sort().gather_every(12).implode()
    return Wrong(changed(clean, arrests=lambda rows: _cut_short(rows, pl.col("person_id").is_in(aided))))


@defect(
    "case_placements",
    "the case system lacks two of three placements",
    "what is paid on account follows it, as agreed; the final settlement, which is compared with it, is held",
    "sources_agree",
    on=("trigger:trygt_hjem/hjemmedage",),
    moves=True,
)
def case_system_forgets(clean: Sequence[Extract]) -> Wrong:
    return in_last(clean, "case_placements", lambda rows: rows.filter(every(3)))


def _cut_short(rows: pl.DataFrame, whom: pl.Expr) -> pl.DataFrame:
    """Searches that end early, and so never saw a later arrest."""
    end = pl.when(whom).then(pl.col("followed_to").dt.offset_by(f"-{DAYS_EARLY}d")).otherwise("followed_to")
    return rows.with_columns(followed_to=end).with_columns(arrested_on=pl.when(pl.col("arrested_on") <= pl.col("followed_to")).then("arrested_on"))


def _key(of: str) -> str:
    return f"dk-{hashlib.sha256(of.encode()).hexdigest()[:16]}"


ALL = (
    list_ends_early,
    cohort_too_small,
    nobody_alike,
    provider_refuses_many,
    listed_under_another_key,
    few_answer,
    follow_up_cut_short,
    one_arm_lost,
    case_system_forgets,
)
