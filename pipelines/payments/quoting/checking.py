"""Rows of results held against the contract: what is unknown, impossible or said twice, each named by its line."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipelines.contracts.outcome import OutcomeContract, Payment
from pipelines.contracts.source import Finding, nearest
from pipelines.payments.quoting.asked import MEAN, argument, asks, is_sum, shares_compared
from pipelines.payments.quoting.given import Row


def checked(contract: OutcomeContract, rows: Sequence[Row], file: str) -> tuple[list[Row], list[Finding]]:
    """The rows with the cohort that goes without saying, and everything that is wrong with them."""
    known = {outcome.id: outcome for outcome in contract.outcomes}
    whole = [replace(row, cohort=known[row.outcome].cohorts[0]) if not row.cohort and row.outcome in known and len(known[row.outcome].cohorts) == 1 else row for row in rows]
    findings = [Finding(file, row.line, words) for row in whole for words in _wrong(contract, row)]
    beside = [Finding(file, line, words) for line, words in (*_twice(whole), *_sizes(contract, whole), *_stated(contract, whole))]
    return whole, [*findings, *beside]


def _wrong(contract: OutcomeContract, row: Row) -> Iterator[str]:
    outcome = next((item for item in contract.outcomes if item.id == row.outcome), None)
    if outcome is None:
        yield f"there is no outcome '{row.outcome}'{nearest(row.outcome, [item.id for item in contract.outcomes])}" if row.outcome else "the row names no outcome; write its id"
        return
    yield from _cohort(row, outcome.cohorts)
    yield from _period(contract, row)
    yield from _people(row)
    yield from _component(contract, row)
    yield from _estimate(contract, row)
    if row.currency and row.currency != contract.currency:
        yield f"the currency is '{row.currency}' and the contract's {contract.currency}; no rate between them is agreed, so write amounts in {contract.currency}"


def _cohort(row: Row, known: tuple[str, ...]) -> Iterator[str]:
    if not row.cohort:
        yield f"the outcome '{row.outcome}' has several cohorts and the row names none; known: {', '.join(known)}"
    elif row.cohort not in known:
        yield f"the outcome '{row.outcome}' has no cohort '{row.cohort}'{nearest(row.cohort, list(known))}"


def _period(contract: OutcomeContract, row: Row) -> Iterator[str]:
    """A claim period of a payment that looks at the outcome; one of another payment, or of none."""
    own = [period.id for period in contract.claims_of(row.outcome)]
    if not own:
        yield f"no payment of the contract looks at the outcome '{row.outcome}'; leave the row out, or agree a payment for it"
    elif not row.period:
        yield "the row names no claim period; write its id"
    elif row.period not in own:
        every = {period.id for payment in contract.payments for period in payment.claim_periods}
        where = (
            f"is not one that '{row.outcome}' is paid for" if row.period in every else f"is none of the contract's, which runs from {contract.term.start} to {contract.term.end}"
        )
        yield f"the claim period '{row.period}' {where}{nearest(row.period, own) or f'; known: {own[0]} to {own[-1]}'}"


def _people(row: Row) -> Iterator[str]:
    """Persons, claims and units are different things, and stand in one order."""
    if row.persons is None and row.enrolled is None and row.counted is None:
        yield "the row does not say how many people it is of; write 'persons', those with the result, or 'enrolled'"
        return
    if row.persons is not None and row.persons > row.n:
        yield f"{row.persons} persons have the result and {row.n} are enrolled; nobody has a result who is not enrolled"
    if row.counted is not None and row.counted > row.n:
        yield f"{row.counted} are counted and {row.n} are enrolled; nobody is counted who is not enrolled"
    if row.counted is not None and row.persons is not None and row.counted < row.persons <= row.n:
        yield f"{row.persons} persons have the result and only {row.counted} are counted; count at least those who have it"
    yield from _claims(row)


def _component(contract: OutcomeContract, row: Row) -> Iterator[str]:
    """A component that a payment has a price for, where one tells them apart."""
    own = (payment for payment in contract.payments if payment.pays_for == row.outcome and payment.rule.pin.startswith("per_unit_by_component@"))
    known = [name for payment in own for name in argument(payment, row.outcome, "prices")]
    if row.component and not known:
        yield f"no payment has a price for each component of '{row.outcome}'; leave 'component' out"
    elif known and row.component not in known:
        named = f"there is no price for the component '{row.component}'" if row.component else "the row does not say which component its units are of"
        yield f"{named}{nearest(row.component, known) or f'; known: {known[0]} to {known[-1]}'}"


def _claims(row: Row) -> Iterator[str]:
    if row.claims is not None and row.persons is None:
        yield f"{row.claims} claims and no persons; write in 'persons' how many people they are of, for claims are not persons"
    elif row.claims and not row.persons:
        yield f"{row.claims} claims of 0 persons; a claim is somebody's, so write how many people they are of"
    elif row.claims is not None and row.persons is not None and row.claims < row.persons:
        yield f"{row.claims} claims of {row.persons} persons; whoever has the result has one claim at least"
    if row.units and not row.with_result:
        yield f"{row.units.normalize():f} units of 0 persons; units are somebody's, so write how many people they are of"


def _estimate(contract: OutcomeContract, row: Row) -> Iterator[str]:
    """What is compared is a share where the contract compares shares, and the interval is one of the value."""
    outcome = contract.outcome(row.outcome)
    if row.comparison is not None and outcome.compare is None:
        yield f"the outcome '{row.outcome}' compares nothing in the contract; leave 'comparison' out"
    if row.comparison is not None and outcome.compare is not None:
        yield from _comparison(row, outcome.compare.method)
    yield from itertools.islice((words for payment in contract.payments if row.outcome in payment.outcomes_of("final") for words in _share(contract, payment, row)), 1)
    if row.interval is not None and row.value is not None and not row.interval[0] <= row.value <= row.interval[1]:
        yield f"the interval {row.interval[0]:f}..{row.interval[1]:f} does not have the value {row.value:f} in it; one of the two is of something else"


def _comparison(row: Row, method: str) -> Iterator[str]:
    assert row.comparison is not None
    if not method.startswith(("trial@", "external@")) and row.units is None and row.claims is None:
        yield "a comparison group's figure a person is given, and not what the treated come to; write their 'units'"
    elif row.comparison.people is None and row.units is None and row.claims is None and row.comparison.mean > 1:
        given = f"{row.comparison.sum:f}"
        share = f"{row.comparison.sum.scaleb(-2):f}"
        yield f"the comparison group's figure is {given}, and people are counted; write the share, as {share} for {given} %, or what the treated have as 'units'"


def _share(contract: OutcomeContract, payment: Payment, row: Row) -> Iterator[str]:
    """A percentage where the payment compares a share."""
    if row.value is None:
        return
    is_compared = contract.outcome(row.outcome).compare is not None
    for measure in asks(payment, row.outcome).measures if is_compared else () if is_sum(payment) else (MEAN,):
        if shares_compared(contract, payment, row.outcome, measure) and abs(row.value) > 1:
            example = f"{row.value.scaleb(-2):f} for {row.value:f} %"
            yield f"the value is {row.value:f}, and '{payment.id}' compares a {measure.replace('_', ' ')} between 0 and 1; write the share, as {example}"


def _twice(rows: Sequence[Row]) -> Iterator[tuple[int, str]]:
    """The same claim in two lines."""
    first: dict[tuple[str, ...], int] = {}
    for row in rows:
        if row.key in first:
            more = "".join(f", {name} '{value}'" for name, value in (("group", row.group), ("component", row.component)) if value)
            yield (
                row.line,
                f"this claim ({row.outcome}, {row.cohort}, {row.period}{more}) stands in line {first[row.key]} already; leave one, or tell groups of people apart in 'group'",
            )
        first.setdefault(row.key, row.line)


def _sizes(contract: OutcomeContract, rows: Sequence[Row]) -> Iterator[tuple[int, str]]:
    """More people than a cohort closes with. Where it is said how many were enrolled that stands instead: everybody enrolled on the last day counts."""
    sizes = {cohort.id: cohort.closes.at_size for cohort in contract.cohorts if cohort.closes is not None}
    seen: dict[tuple[str, str, str, str], int] = {}
    for row in rows:
        if row.cohort in sizes and row.enrolled is None:
            place = (row.outcome, row.cohort, row.period, row.component)
            seen[place] = seen.get(place, 0) + row.n
            if seen[place] > sizes[row.cohort]:
                yield row.line, f"{seen[place]} persons, and the cohort {row.cohort} closes at {sizes[row.cohort]}; write in 'enrolled' how many there are in all, if it is so"


def _stated(contract: OutcomeContract, rows: Sequence[Row]) -> Iterator[tuple[int, str]]:
    """Rows that state an estimate where several rows make one claim: estimates of parts do not add up to one of the whole."""
    compared = {outcome.id for outcome in contract.outcomes if outcome.compare is not None}
    places = Counter((row.outcome, row.period) for row in rows)
    words = "several rows make this claim and this one states the estimate; an estimate of a part is none of the whole, so write one row, or 'units' and 'comparison' in each"
    for row in rows:
        if row.outcome in compared and places[row.outcome, row.period] > 1 and (row.value is not None or row.interval is not None):
            yield row.line, words
