"""Where a method is wrong more often than a contract lets it be, as data: what pages warn of."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pipelines.contracts.catalogue import MethodTerms
from pipelines.contracts.comparison import AllowedErrors


@dataclass(frozen=True)
class Excess:
    """One way in which a method is wrong more often than agreed: it `pays` for nothing, or else misses an effect of three weeks, in a `share` of contracts
    like `scenario`, where at most `limit` was agreed."""

    pays: bool
    scenario: str
    share: float
    limit: Decimal


def excesses(allowed: AllowedErrors, terms: MethodTerms, *, is_by_interval: bool) -> Iterable[Excess]:
    """Every excess in the scenarios that the parties named, or in any where they named none."""
    for pays, limit, rates in ((True, allowed.pays_for_nothing, terms.paid_for_nothing), (False, allowed.misses, terms.missed)):
        for scenario, rate in rates.items():
            share = rate[is_by_interval]
            if limit is not None and share > limit and (not allowed.scenarios or scenario in allowed.scenarios):
                yield Excess(pays, scenario, share, limit)


def by_interval_alone(asked: Collection[Mapping[str, Any]]) -> bool:
    """Whether there are rules that go by an estimate, and each of them is given an interval to look at. What pays for people one by one names neither a
    measure nor an interval, and does not look at it."""
    looking = [arguments for arguments in asked if {"measure", "interval"} & set(arguments)]
    return bool(looking) and all("interval" in arguments for arguments in looking)
