"""Re-offence within the person's own window after release or enrolment, decided within months after it."""

from typing import Annotated

import polars as pl
from annotated_types import Ge, Le
from pydantic import StringConstraints

from indicators.events import happened_or_ended, until_first
from indicators.indicator import indicator, spell_list, unit_rows
from indicators.presence import AfterEnrolment, is_seen, why_never_at_risk, why_not_seen, with_limits
from indicators.spells import SPELL_SCHEMA
from indicators.treatments import CodeSet
from indicators.windows import Window, months_later

Offence = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,9}$")]


@indicator(
    "reoffence",
    version=1,
    unit="person",
    value="persons who re-offended",
    better="lower",
    registers=["kraf", "krsi", "bef", "dod"],
    plausible=(0, 1),
    matures_after="decided_within",
    ends_at_event=True,
)
def reoffence(
    cohort: pl.LazyFrame,
    kraf: pl.LazyFrame,
    krsi: pl.LazyFrame,
    bef_residence: pl.LazyFrame,
    bef_person: pl.LazyFrame,
    dod: pl.LazyFrame,
    *,
    window: Window,
    decided_within: Annotated[int, Ge(0), Le(60)],
    decisions: CodeSet,
    offences: list[Offence],
    codes: pl.DataFrame,
    after_enrolment: AfterEnrolment,
) -> pl.LazyFrame:
    """A person counts as one when an offence was committed inside the window and decided, by a decision of a kind that counts, not later
    than the last day of the `decided_within` months after it; and as nought when there is no such offence. The day of the offence is the
    first one that the charge names, the day of the decision is that of the register of decisions; charge and decision belong together by
    person and number of the case. An offence on the day of release counts, one on the day after the window's last does not; a decision on
    the day those months are over does not either. `offences` says by their first digits which offences count; all do when it is empty.

    An offence counts while the person is alive, resident and, where the contract stops then, under age; what the contract takes for a
    failure after enrolment counts as an offence on that day. Nobody is known not to have re-offended before the months are over and the
    registers cover them. A person not resident on the day of release is not observed; nor is one without an offence that counts who has
    a decision since then whose offence has no known day, or whose kind the contract does not place. An offence that was decided under
    another case's number is not seen. Exposure is the days at risk, to the offence and with its day, or to the window's end.
    """
    opened = cohort.with_columns(window.after("enrolled_day"))
    limits = with_limits(opened, bef_residence, dod, bef_person, after_enrolment)
    judged = _judged(kraf, krsi, limits.with_columns(decided_until=months_later(pl.col("window_end"), decided_within)), offences)
    kinds = _placed(judged, decisions.rows(codes).lazy())
    offended = kinds.filter(pl.col("placed") == "counts").drop_nulls("day")
    found = until_first(limits, offended.select("person_id", "day"), pl.LazyFrame(schema=SPELL_SCHEMA), is_wanted=False)
    unsure = kinds.filter(pl.col("placed").is_null() | ((pl.col("placed") == "counts") & pl.col("day").is_null()))
    why = unsure.group_by("person_id").agg(is_undated=pl.col("day").is_null().any())
    seen = found.join(why, on="person_id", how="left").join(_evidence(kinds), on="person_id", how="left")
    return unit_rows(
        seen,
        ineligible=why_never_at_risk(),
        counted=is_seen(after_enrolment) & (pl.col("counts") | pl.col("is_undated").is_null()),
        why_not=pl.when(~is_seen(after_enrolment)).then(why_not_seen()).when("is_undated").then(pl.lit("offence_day_unknown")).otherwise(pl.lit("code_not_placed")),
        counted_as=happened_or_ended(after_enrolment, pl.lit("reoffended"), pl.lit("no_offence")),
        exposure=pl.col("at_risk"),
        value=pl.col("counts").cast(pl.Int64),
        evidence=pl.col("spells"),
    )


def _judged(kraf: pl.LazyFrame, krsi: pl.LazyFrame, limits: pl.LazyFrame, offences: list[str]) -> pl.LazyFrame:
    """The decisions from the window's first day to the last one that is in time, about an offence of which the first digits count: one row a
    decision and charge of its case. `day` is that of the offence, null where no charge says one that can be; an offence that somebody
    committed outside their time at risk is left out."""
    own = limits.select("person_id", "window_start", "good_end", "decided_until")
    made = kraf.select("person_id", "case_number", "offence", pl.col("type").cast(pl.String), decided_day="start_day").join(own, on="person_id")
    is_one = pl.any_horizontal(pl.col("offence").str.starts_with(digits) for digits in offences) if offences else pl.lit(value=True)
    timely = made.filter((pl.col("decided_day") >= pl.col("window_start")) & (pl.col("decided_day") < pl.col("decided_until")) & is_one)
    told = timely.join(krsi.select("person_id", "case_number", day="start_day"), on=["person_id", "case_number"], how="left")
    dated = told.with_columns(day=pl.when(pl.col("day") <= pl.col("decided_day")).then("day"))
    return dated.filter(pl.col("day").is_null() | ((pl.col("day") >= pl.col("window_start")) & (pl.col("day") < pl.col("good_end"))))


def _placed(judged: pl.LazyFrame, placed: pl.LazyFrame) -> pl.LazyFrame:
    """`judged`, each row once, with where the contract puts its kind of decision on the day it was made, null where nowhere."""
    valid = placed.select("placed", type="code", valid_from="start_day", valid_to="end_day")
    holds = (pl.col("decided_day") >= pl.col("valid_from")) & (pl.col("decided_day") < pl.col("valid_to"))
    kinds = judged.join(valid, on="type", how="left").with_columns(placed=pl.when(holds).then("placed"))
    return kinds.group_by("person_id", "case_number", "offence", "type", "decided_day", "day").agg(pl.col("placed").drop_nulls().first())


def _evidence(kinds: pl.LazyFrame) -> pl.LazyFrame:
    """Each decision as a spell from the day of its offence, or its own where that is not known, to its own; the kind, and the offence."""
    spells = kinds.with_columns(since=pl.coalesce("day", "decided_day"), until=pl.col("decided_day") + 1).sort("person_id", "since", "until", "type", "offence")
    return spells.group_by("person_id", maintain_order=True).agg(spells=spell_list("since", "until", pl.format("{} {}", "type", "offence")))
