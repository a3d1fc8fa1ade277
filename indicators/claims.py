"""Documented claims: which of them a seeded sample draws, and what its checks say of those that were not drawn.

A claim has a lot, the hash of the person's pseudonym and the claim's number; it is drawn when the hash of seed and lot, read as a share of one,
is below the share that the contract names. So whether a claim is drawn depends on that claim alone: more claims draw no other and release
none, and the sample's size is not fixed, only expected. Who claims knows no pseudonym, and so cannot choose numbers that are not drawn.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import polars as pl
from pydantic import BaseModel, ConfigDict, Field

from indicators.evaluation.method import rounded
from indicators.result import Interval, RoleCount

BITS = 256
HOLDS, DOES_NOT_HOLD = "holds", "does_not_hold"
STANDS_UNCHECKED, UPHELD, REJECTED, MADE_GOOD = "not_drawn", "upheld", "rejected", "upheld_after_rejection"
"""The reasons of unit rows by which claims are told apart: one that stands and was not drawn; one that was checked and holds; one that was
checked and does not; and one that holds and was made after another of the same person, in the same claim period, that does not."""


class Sample(BaseModel):
    """Which claims are checked: this share of them, drawn by this seed. A share of one checks every claim."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    seed: str = Field(min_length=8, max_length=200)
    share: Decimal = Field(gt=0, le=1)


def is_drawn(lot: str, sample: Sample) -> bool:
    """Whether the claim with this lot is drawn: exact, and the same on every machine."""
    number = int.from_bytes(hashlib.sha256(f"{sample.seed} {lot}".encode()).digest())
    return number < Fraction(sample.share) * (1 << BITS)


def drawn(lot: str, sample: Sample) -> pl.Expr:
    """`is_drawn` of every row of a column of lots."""
    return pl.col(lot).map_batches(lambda lots: pl.Series([is_drawn(item, sample) for item in lots], dtype=pl.Boolean), return_dtype=pl.Boolean, is_elementwise=True)


@dataclass(frozen=True)
class Checked:
    """What a sample found in the claims of one role: how many stand and were not drawn, how many were checked and hold, how many do not,
    and how many of those were made good by another claim."""

    not_drawn: int
    upheld: int
    rejected: int
    made_good: int

    @property
    def checked(self) -> int:
        """People whose claim was checked; one who made good counts once, as an error."""
        return self.upheld + self.rejected + self.made_good

    @property
    def errors(self) -> int:
        return self.rejected + self.made_good

    @property
    def error_rate(self) -> Fraction:
        """Exact. Raises ValueError when nothing was checked."""
        if self.checked == 0:
            raise ValueError("no claim was checked, so no error rate is known")
        return Fraction(self.errors, self.checked)

    @property
    def extrapolated(self) -> Fraction:
        """Claims that hold: those that were checked and do, and of the others as many as the rate leaves. Exact. Raises ValueError when some
        were not drawn and none was checked."""
        known = Fraction(self.upheld + self.made_good)
        return known + self.not_drawn * (1 - self.error_rate) if self.not_drawn else known

    def interval(self, level: Decimal, decimals: int) -> Interval:
        """The exact interval of the error rate (Clopper and Pearson 1934), rounded. Raises ValueError when nothing was checked."""
        from statsmodels.stats.proportion import proportion_confint

        if self.checked == 0:
            raise ValueError("no claim was checked, so no error rate is known")
        low, high = proportion_confint(self.errors, self.checked, alpha=float(1 - level), method="beta")
        return Interval("clopper_pearson", level, rounded(low, decimals), rounded(high, decimals))


def checked_claims(role: RoleCount) -> Checked:
    """What the reasons of one role's unit rows by `documented_claims` say of its sample."""
    people = {reason: count for status, reason, count in role.reasons if status == "counted"}
    return Checked(*(people.get(reason, 0) for reason in (STANDS_UNCHECKED, UPHELD, REJECTED, MADE_GOOD)))
