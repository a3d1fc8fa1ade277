"""Documented claims: a tenancy kept for half a year after a shelter, claimed by a provider with a document; corrections of some of them; and what
the evaluator found in those that the sample's seed draws."""

from __future__ import annotations

import hashlib
from decimal import Decimal

import numpy as np
import polars as pl

from indicators.claims import DOES_NOT_HOLD, HOLDS, Sample, is_drawn
from pipelines.synthetic.drawing import Part, chance, date_of, day, draws, picks
from pipelines.synthetic.linked import Linked
from pipelines.synthetic.population import dates
from pipelines.synthetic.shelters import Stays

EXTRACTED, CORRECTED = day("2026-06-15"), day("2026-06-22")
KEPT_DAYS = 183
SHARE_CLAIMED, SHARE_CORRECTED = 0.6, 0.08
CLAIMANTS = ("Boligstøtten Ålykke", "Foreningen Nøglen", "Værestedet Kanalen")
OUTCOME = "tenancy_6"
CHECKED = Sample(seed="the sample's documents", share=Decimal("0.25"))
SHARE_FALSE, LONGEST_CHECK = 0.06, 21
CHECKER = "Det uafhængige institut"


def claims(linked: Linked, known: Stays) -> pl.DataFrame:
    """One row a claim, by its number."""
    rng, left = draws(linked.seed, Part.CLAIMS), known.left
    reached = known.end[left] + KEPT_DAYS
    may = (reached + 30 < EXTRACTED) & (reached < linked.last_day[known.person[left]])
    chosen = left[may & (chance(rng, len(left), SHARE_CLAIMED) | (np.cumsum(may) == 1))]
    days, waited = known.end[chosen] + KEPT_DAYS, rng.integers(1, 29, len(chosen))
    return pl.DataFrame(
        {
            "claim_id": [f"K-{number:06}" for number in range(1, len(chosen) + 1)],
            "claimant": pl.Series(CLAIMANTS).gather(picks(rng, len(chosen), (0.4, 0.35, 0.25))),
            "pnr": linked.keys(known.person[chosen]),
            "outcome": pl.repeat(OUTCOME, len(chosen), dtype=pl.String, eager=True),
            "reached_on": dates(days.astype(np.int32)),
            "claimed_on": dates((days + waited).astype(np.int32)),
            "document_sha256": [hashlib.sha256(f"udbytte sample {linked.seed} document {number}".encode()).hexdigest() for number in range(len(chosen))],
            "ended_on": pl.repeat(None, len(chosen), dtype=pl.Date, eager=True),
            "udtraeksdato": pl.repeat(date_of(EXTRACTED), len(chosen), dtype=pl.Date, eager=True),
        }
    )


def corrections(whole: pl.DataFrame) -> pl.DataFrame:
    """The claims whose day was wrong, with the right one, a few days later than claimed before."""
    every = max(1, round(1 / SHARE_CORRECTED))
    later = pl.min_horizontal(pl.col("reached_on").dt.offset_by("5d"), "claimed_on")
    return whole.gather_every(every).with_columns(reached_on=later, udtraeksdato=pl.lit(date_of(CORRECTED)))


def checks(seed: int, whole: pl.DataFrame) -> pl.DataFrame:
    """One row a claim that was checked: those that are drawn, and the first of all where none is, by their number."""
    lots = [hashlib.sha256(f"{pnr} {number}".encode()).hexdigest() for pnr, number in whole.select("pnr", "claim_id").iter_rows()]
    is_checked = pl.Series([is_drawn(lot, CHECKED) for lot in lots], dtype=pl.Boolean)
    rows = whole.filter(is_checked) if is_checked.any() else whole.head(1)
    rng = draws(seed, Part.CLAIM_CHECKS)
    is_false, later = chance(rng, rows.height, SHARE_FALSE), pl.lit(pl.Series(rng.integers(1, LONGEST_CHECK + 1, rows.height)))
    return rows.select(
        "claim_id",
        "pnr",
        checked_on=pl.min_horizontal(pl.col("claimed_on") + pl.duration(days=later), pl.lit(date_of(EXTRACTED))),
        result=pl.Series(np.where(is_false, DOES_NOT_HOLD, HOLDS)),
        checker=pl.lit(CHECKER),
        udtraeksdato=pl.lit(date_of(EXTRACTED)),
    )
