"""What a night takes of a given estimate: the newest one known on the day, checked anew from its kept file, as the estimate of a result."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from indicators.result import Estimate, Interval, Quantity, Result, RoleCount
from pipelines.contracts.external import EXTERNAL, GIVEN_BY
from pipelines.contracts.outcome import Outcome, OutcomeContract
from pipelines.errors import HomeError
from pipelines.estimates.checking import Agreed, doubts
from pipelines.estimates.keeping import kept
from pipelines.estimates.shape import Estimated, EstimateFile
from pipelines.ledger import estimating
from pipelines.ledger.journal import Entry
from pipelines.settings import Home

TREATMENT = "treatment"


def with_estimate(home: Home, entries: list[Entry], contract: OutcomeContract, outcome: Outcome, plain: Result, as_of: dt.date) -> tuple[Result | None, str]:
    """A result of counted people with the estimate that was given of it; or without one, and why, in words that begin with who gives it."""
    agreed = Agreed(contract, outcome, plain.claim_period)
    try:
        return replace(plain, estimate=_standing(home, entries, agreed, plain.roles, as_of)), ""
    except ValueError as error:
        return plain, f"no estimate of {agreed.terms.by} can be used: {error}"


def _standing(home: Home, entries: list[Entry], agreed: Agreed, roles: Mapping[str, RoleCount], as_of: dt.date) -> Estimate:
    """Raises ValueError, in words, when there is none or it does not hold. One that is newer and does not hold is never passed over for an older."""
    known = estimating.known(entries, estimating.subject_of(agreed.contract.contract, agreed.outcome.id, agreed.claim_period), as_of)
    if not known:
        raise ValueError("none was given" + (f", and it was to come by {agreed.latest}" if agreed.latest is not None else ""))
    newest = known[-1]
    fault = estimating.not_rightly(entries, newest)
    if fault:
        raise ValueError(fault)
    try:
        file = kept(home, newest.body["seal"])
    except HomeError as error:
        raise ValueError(error.what) from None
    treated = roles[TREATMENT].n if TREATMENT in roles else 0
    found = doubts(file, agreed, given_on=newest.as_of, first_given_on=known[0].as_of, treated=treated)
    if found:
        raise ValueError("; ".join(found))
    return estimate_of(file, agreed.compare.decimals)


def estimate_of(file: EstimateFile, decimals: int) -> Estimate:
    """A signed file as the estimate of a result: every figure as it stands, whose it is, and what it was made by."""
    assert file.seal is not None
    unit = Decimal(1).scaleb(-decimals)
    whose = (
        (GIVEN_BY, file.by),
        ("stated_method", file.method.name),
        ("file", file.seal.sha256),
        ("signed_by", file.seal.public_key),
        ("signature", file.seal.signature),
        ("made_on", file.made_on),
        *((f"n_{role}", str(people.n_counted)) for role, people in sorted(file.people.items())),
    )
    assumptions = (
        ("estimate", f"given by {file.by}, not computed here"),
        ("method", file.method.words),
        ("reference", file.method.reference),
        *((item.name, item.words) for item in file.assumptions),
    )
    diagnostics = (*whose, *((item.name, item.words) for item in file.diagnostics))
    return Estimate(EXTERNAL, {name: _quantity(item, unit) for name, item in sorted(file.quantities.items())}, assumptions, diagnostics)


def _quantity(item: Estimated, unit: Decimal) -> Quantity:
    intervals = tuple(Interval(name, Decimal(ends.level), Decimal(ends.low).quantize(unit), Decimal(ends.high).quantize(unit)) for name, ends in sorted(item.intervals.items()))
    return Quantity(Decimal(item.value).quantize(unit), None, Decimal(item.std_error).quantize(unit), intervals)
