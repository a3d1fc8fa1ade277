"""Whether the file of an estimate holds with its contract and with itself. Pure: a file, what was agreed and what is known, sentences out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from pipelines.contracts.comparison import Comparison
from pipelines.contracts.external import External, external
from pipelines.contracts.outcome import Outcome, OutcomeContract
from pipelines.estimates.shape import Ends, Estimated, EstimateFile, places


@dataclass(frozen=True)
class Agreed:
    """What a contract says of an estimate: of which outcome and claim period (empty for an outcome with one result for its whole cohort)."""

    contract: OutcomeContract
    outcome: Outcome
    claim_period: str

    @property
    def compare(self) -> Comparison:
        assert self.outcome.compare is not None
        return self.outcome.compare

    @property
    def terms(self) -> External:
        return external(self.compare)

    @property
    def ends(self) -> dt.date:
        """The first day after the claim period; of a whole cohort, after the last one that is claimed by it."""
        claims = [claim for claim in self.contract.claims_of(self.outcome.id) if self.claim_period in ("", claim.id)]
        return max((claim.end for claim in claims), default=self.contract.term.end)

    @property
    def latest(self) -> dt.date | None:
        """The last day on which the first estimate may come; None when the contract names none."""
        return self.ends + dt.timedelta(days=self.terms.at_latest.days) if self.terms.at_latest else None


def doubts(file: EstimateFile, agreed: Agreed, *, given_on: dt.date, first_given_on: dt.date, treated: int | None) -> list[str]:
    """Why an estimate cannot stand in for a computed one, in words without a figure of it; nothing when it can. `first_given_on` is when the first
    estimate of the same came, and `treated` how many treated people there are here, where that is known yet."""
    of_another = list(_of_another(file, agreed))
    return of_another or [*_figures(file, agreed), *_people(file, agreed, treated), *_days(file, agreed, given_on, first_given_on)]


def _of_another(file: EstimateFile, agreed: Agreed) -> Iterator[str]:
    """Of what else it is. What is of something else is looked at no further."""
    held = {
        "contract": (file.contract, agreed.contract.contract),
        "version of the contract": (file.version, agreed.contract.version),
        "outcome": (file.outcome, agreed.outcome.id),
        "claim period": (file.claim_period, agreed.claim_period),
        "cohort": (tuple(file.cohorts), agreed.outcome.cohorts),
    }
    yield from (f"it is of another {what} than this" for what, (said, wanted) in held.items() if said != wanted)
    if file.by != agreed.terms.by:
        yield "it is given by another party than the contract names"


def _figures(file: EstimateFile, agreed: Agreed) -> Iterator[str]:
    if agreed.terms.states not in (None, file.method.name):
        yield f"it states another method than {agreed.terms.states}"
    if set(file.quantities) != set(agreed.terms.quantities):
        yield "it does not have exactly the quantities that the contract names"
    for name, item in sorted(file.quantities.items()):
        yield from (f"{name.replace('_', ' ')}: {words}" for words in _quantity(item, agreed))


def _quantity(item: Estimated, agreed: Agreed) -> Iterator[str]:
    if item.unit != agreed.terms.unit:
        yield "its unit is not the contract's"
    if Decimal(item.std_error) <= 0:
        yield "its standard error is not above nought"
    if set(item.intervals) != set(agreed.compare.intervals):
        yield "its intervals are not exactly those that the contract names"
    figures = [item.value, item.std_error, *(end for ends in item.intervals.values() for end in (ends.low, ends.high))]
    if any(places(figure) > agreed.compare.decimals for figure in figures):
        yield f"a figure has more than {agreed.compare.decimals} decimals"
    for ends in item.intervals.values():
        yield from _interval(Decimal(item.value), ends, agreed)


def _interval(value: Decimal, ends: Ends, agreed: Agreed) -> Iterator[str]:
    low, high = Decimal(ends.low), Decimal(ends.high)
    if Decimal(ends.level) != agreed.compare.level:
        yield "an interval is of another level than the contract's"
    if low > high:
        yield "an interval ends below where it begins"
    elif not low <= value <= high:
        yield "its value lies outside an interval of its own"


def _people(file: EstimateFile, agreed: Agreed, treated: int | None) -> Iterator[str]:
    for role, least in sorted(agreed.terms.at_least.items()):
        if role not in file.people:
            yield f"it does not say how many people the {role} group has"
        elif file.people[role].n_counted < least:
            yield f"fewer than {least} people of the {role} group are counted"
    for role, people in sorted(file.people.items()):
        if not 0 < people.n_counted <= people.n:
            yield f"of the {role} group nobody is counted, or more than there are"
    given = file.people.get("treatment")
    if treated is not None and given is not None and abs(given.n - treated) > Fraction(agreed.terms.cohort_differs) * treated:
        yield f"its number of treated people differs from the cohort's by more than {100 * agreed.terms.cohort_differs:.1f} %"


def _days(file: EstimateFile, agreed: Agreed, given_on: dt.date, first_given_on: dt.date) -> Iterator[str]:
    if file.day < agreed.ends:
        yield f"it was made before {agreed.ends}, when what it is of was not over"
    if file.day > given_on:
        yield "it says it was made after the day it was given on"
    if agreed.latest is not None and first_given_on > agreed.latest:
        yield f"the first estimate was to be given by {agreed.latest}, and came later"
