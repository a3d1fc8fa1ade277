"""What a person's benefits cost less than a stated reference, in their own ISO weeks after enrolment, by a dated price list."""

from typing import Annotated

import polars as pl
from annotated_types import Ge, Le

from indicators.indicator import VALUE, indicator, spell_list, unit_rows
from indicators.own_weeks import at_risk_of, closed, ended_as, furthest, is_followed, no_risk, placed_in, why_not_followed, with_limits
from indicators.presence import AfterEnrolment
from indicators.prices import FREE, PRICED, PriceList, WeeklyMoney
from indicators.windows import DAYS_A_WEEK

CENTS_A_UNIT = 100


@indicator("benefit_cost_saved", version=1, unit="person", value="benefit cost saved", better="higher", registers=["dream", "bef", "dod"], plausible=(-15_600_000, 15_600_000))
def benefit_cost_saved(
    cohort: pl.LazyFrame,
    dream: pl.LazyFrame,
    bef_residence: pl.LazyFrame,
    bef_person: pl.LazyFrame,
    dod: pl.LazyFrame,
    *,
    weeks: Annotated[int, Ge(1), Le(156)],
    pause_at_most: Annotated[int, Ge(0), Le(104)],
    prices: PriceList,
    reference: WeeklyMoney,
    codes: pl.DataFrame,
    after_enrolment: AfterEnrolment,
) -> pl.LazyFrame:
    """The window is the person's own ISO weeks from the Monday on or after enrolment, longer by each paused week, at most
    `pause_at_most` of them. A week at risk costs the price of its code, or nothing where the contract places the code as free, and saves
    what the reference says a week would have cost, less that: below nought when it costs more. Price and reference are those that hold
    on the week's Monday, in the contract's currency; the list says what its prices are, gross or net of refunds, and to whom. The value
    is the sum, exact to the hundredth. With a reference of nought it is the cost itself below nought, and a comparison of two groups
    gives what one of them cost less. A week is at risk while the person is alive and resident throughout it and no stopping code stands
    in it or stood before it; a week that leaves the count costs and saves nothing, and so does one after an event that the contract
    takes for a failure: it is at risk and saves nothing. A person is counted when every week at risk was delivered with a code that the
    contract places and has a price and a reference; a week nobody delivered is not observed, never a saving. Exposure is seven days for
    each week at risk.
    """
    opened = furthest(cohort, weeks, pause_at_most)
    placed = placed_in(opened, dream, prices, codes)
    limits = with_limits(closed(opened, placed, weeks, pause_at_most), placed, dream, bef_residence, dod, bef_person, after_enrolment)
    inside = at_risk_of(placed, limits)
    tallied = limits.join(_tally(inside), on="person_id", how="left").join(_worth(inside, prices.saved(reference).lazy()), on="person_id", how="left")
    tallied = tallied.with_columns(pl.col("at_risk", "seen", "open", "priced", "cents").fill_null(0))
    at_risk, seen = pl.col("at_risk"), pl.col("seen")
    is_seen = is_followed(after_enrolment, at_risk, seen)
    return unit_rows(
        tallied,
        ineligible=no_risk(at_risk, seen),
        counted=is_seen & (pl.col("priced") == pl.col("open")),
        why_not=pl.when(is_seen).then(pl.lit("week_without_a_price")).otherwise(why_not_followed(after_enrolment)),
        counted_as=ended_as(after_enrolment),
        exposure=at_risk,
        value=pl.col("cents").cast(VALUE) / CENTS_A_UNIT,
        evidence=pl.col("spells"),
    )


def _worth(inside: pl.LazyFrame, rates: pl.LazyFrame) -> pl.LazyFrame:
    """By person: `cents` saved, and `priced`, the days that have both amounts. Weeks that fail by an event save nothing and need neither."""
    cut = inside.join(rates, on="placed").with_columns(a=pl.max_horizontal("a", "rate_start"), b=pl.min_horizontal("b", "good_end", "rate_end"))
    days = pl.col("b") - pl.col("a")
    return cut.filter(days > 0).group_by("person_id").agg(priced=days.sum(), cents=(days.cast(pl.Int64) // DAYS_A_WEEK * pl.col("cents")).sum())


def _tally(inside: pl.LazyFrame) -> pl.LazyFrame:
    """Days, always whole weeks, by person: `at_risk` (free and priced), `seen` (any placed code), `open` (at risk and not failed by an event);
    and the spells as evidence."""
    days, good = pl.col("b") - pl.col("a"), (pl.min_horizontal("b", "good_end") - pl.col("a")).clip(lower_bound=0)
    is_at_risk = (pl.col("placed") == FREE) | pl.col("placed").str.starts_with(PRICED)
    return inside.group_by("person_id", maintain_order=True).agg(
        at_risk=days.filter(is_at_risk).sum(), seen=days.sum(), open=good.filter(is_at_risk).sum(), spells=spell_list("a", "b", pl.format("{} {}", "code", "placed"))
    )
