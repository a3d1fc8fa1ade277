"""What only a whole agreement can tell: parts that nothing rests on, days that contradict each other, parties that do what they have no role for."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from pipelines.contracts.carried import uncarried
from pipelines.contracts.drawing import late_money
from pipelines.contracts.outcome import Cohort, Outcome, OutcomeContract, Payment, Role
from pipelines.contracts.source import Finding, Place, Source

PAID: tuple[Role, ...] = ("provider", "intermediary", "investor")
"""Who is paid for results."""
PAID_BACK: tuple[Role, ...] = ("commissioner", "payer")
"""Who a conditional grant is paid back to, beside those."""
Said = Iterator[tuple[Place, str]]


def check_whole(contract: OutcomeContract, source: Source) -> None:
    """Add a finding for each contradiction between parts of a contract that are right by themselves."""
    for found in (_unpaid(contract), _rings(contract), _enrolments(contract), _payees(contract), _early_claims(contract), _late_distributions(contract)):
        for place, words in found:
            source.add(place, words)


def doubts(contract: OutcomeContract, source: Source) -> list[Finding]:
    """What is allowed in a contract and is seldom meant, as warnings."""
    found = (
        _unused_cohorts(contract),
        _idle_roles(contract),
        _nothing_to_repay(contract),
        late_money(contract),
        _prices_that_stop(contract),
        _gaps(contract),
        _large_promises(contract),
        _not_carried(contract),
    )
    return [source.finding(place, words, "warning") for said in found for place, words in said]


def _used(payment: Payment) -> set[str]:
    """Every outcome that a payment names."""
    return {name for kind in payment.kinds for name in payment.outcomes_of(kind)}


def _unpaid(contract: OutcomeContract) -> Said:
    """Outcomes that no payment pays for, has as a condition or pays on account by, and that nothing paid for implies. No night measures them."""
    used = {name for payment in contract.payments for name in _used(payment)}
    if used - {outcome.id for outcome in contract.outcomes}:
        return  # a payment names an outcome that is not there; which one it means is to be mended first
    implied = {outcome.implies for outcome in contract.outcomes if outcome.id in used}
    implied |= {name for outcome in contract.outcomes if outcome.id in used and outcome.compare for name in outcome.compare.sees}
    for index, outcome in enumerate(contract.outcomes):
        if outcome.id not in used | implied:
            yield ("outcomes", index), f"nobody pays for the outcome '{outcome.id}', so it would never be measured; name it in a payment, or take it out"


def _rings(contract: OutcomeContract) -> Said:
    """Outcomes that imply each other in a ring."""
    following = {outcome.id: outcome.implies for outcome in contract.outcomes}
    for index, outcome in enumerate(contract.outcomes):
        way: list[str] = [outcome.id]
        while (after := following.get(way[-1])) is not None and after not in way:
            way.append(after)
        if len(way) > 1 and after == outcome.id and outcome.id == min(way):
            yield ("outcomes", index, "implies"), f"the outcomes {' -> '.join([*way, outcome.id])} imply each other in a ring; take one 'implies' out"


def _enrolments(contract: OutcomeContract) -> Said:
    term = contract.term
    for index, cohort in enumerate(contract.cohorts):
        if cohort.enrolled.start < term.start or cohort.enrolled.end > term.end:
            words = f"the cohort '{cohort.id}' is enrolled from {cohort.enrolled.start} to {cohort.enrolled.end}, outside the term from {term.start} to {term.end}"
            yield ("cohorts", index, "enrolled"), f"{words}; enrol inside it, or agree on another term"


def _payees(contract: OutcomeContract) -> Said:
    """Payees that have no role in which anybody is paid, and parties that pay themselves."""
    roles = {party.id: party.roles for party in contract.parties}
    may = (*PAID, *(PAID_BACK if contract.model == "conditional_grant" else ()))
    for index, payment in enumerate(contract.payments):
        if payment.payee in roles and not set(may) & set(roles[payment.payee]):
            yield ("payments", index, "payee"), f"'{payment.payee}' is paid and has no role that is; give it one of {', '.join(may)}, or name the party that has it"
        if payment.payee == payment.payer:
            yield ("payments", index, "payee"), f"'{payment.payee}' pays itself; name who pays, or who is paid"


def _cohorts_of(contract: OutcomeContract, payment: Payment) -> list[Cohort]:
    outcomes: list[Outcome] = [outcome for outcome in contract.outcomes if outcome.id == payment.pays_for]
    return [cohort for cohort in contract.cohorts if any(cohort.id in outcome.cohorts for outcome in outcomes)]


def _early_claims(contract: OutcomeContract) -> Said:
    """Claim periods that are over before anybody whom they could claim is enrolled."""
    for index, payment in enumerate(contract.payments):
        first = min((cohort.enrolled.start for cohort in _cohorts_of(contract, payment)), default=None)
        for place, period in enumerate(payment.claim_periods):
            if first is not None and period.end <= first:
                words = f"the claim period {period.id} is over on {period.end}, and nobody is enrolled before {first}"
                yield ("payments", index, "claim_periods", place), f"{words}; claim later, or enrol earlier"


def _late_distributions(contract: OutcomeContract) -> Said:
    last = contract.term.repaid_by
    for index, day in enumerate(contract.waterfall.distributed_on if contract.waterfall else ()):
        if last is not None and day > last:
            yield ("waterfall", "distributed_on", index), f"{day} comes after {last}, by which investors are repaid; distribute earlier, or move 'repaid_by' in the term"


def _unused_cohorts(contract: OutcomeContract) -> Said:
    used = {name for outcome in contract.outcomes for name in outcome.cohorts}
    for index, cohort in enumerate(contract.cohorts):
        if cohort.id not in used:
            yield ("cohorts", index), f"no outcome is measured over the cohort '{cohort.id}'; name it in one, or take it out"


def _acting(contract: OutcomeContract) -> dict[Role, set[str]]:
    """Which parties act in a role that nobody has without acting in it, by role. Others, as who delivers data or evaluates, act outside the text."""
    payers = {name for payment in contract.payments for name in (payment.payer, *(payment.split.shares if payment.split else ()))}
    named = contract.waterfall.parties_used() if contract.waterfall else []
    return {"payer": payers, "investor": {use.party for use in named if use.role == "investor"}, "guarantor": {use.party for use in named if use.role == "guarantor"}}


def _idle_roles(contract: OutcomeContract) -> Said:
    acting = _acting(contract)
    for index, party in enumerate(contract.parties):
        for role in party.roles:
            if role in acting and party.id not in acting[role]:
                yield ("parties", index, "roles"), f"'{party.id}' is {role}, and nothing in the contract says what it does as one; say it, or take the role out"


def _gaps(contract: OutcomeContract) -> Said:
    """Days between two claim periods of a payment that belong to neither: what happens in them is claimed by nobody."""
    for index, payment in enumerate(contract.payments):
        ordered = sorted(enumerate(payment.claim_periods), key=lambda item: (item[1].start, item[1].end))
        for (_, earlier), (place, later) in itertools.pairwise(ordered):
            if later.start > earlier.end:
                words = f"from {earlier.end} up to {later.start} no claim period of '{payment.id}' runs, between {earlier.id} and {later.id}"
                yield ("payments", index, "claim_periods", place), f"{words}; let one begin where the other ends, unless nothing is to be claimed of those days"


def _large_promises(contract: OutcomeContract) -> Said:
    """A guarantee, or a protection, of more than investors put in."""
    terms = contract.waterfall
    if terms is None:
        return
    put_in = sum((item.agreed for item in terms.classes), Decimal(0))
    if terms.guarantee is not None and terms.guarantee.limit > put_in:
        yield (
            ("waterfall", "guarantee", "limit"),
            f"the guarantee of {terms.guarantee.limit} is above the {put_in} that investors put in; write a lower 'limit', unless that is meant",
        )
    for index, item in enumerate(terms.classes):
        if item.protection is not None and item.protection.limit is not None and item.protection.limit > item.agreed:
            words = f"the protection of {item.protection.limit} is above the {item.agreed} that '{item.id}' puts in"
            yield ("waterfall", "classes", index, "protection", "limit"), f"{words}; write a lower 'limit', unless that is meant"


def _prices_that_stop(contract: OutcomeContract) -> Said:
    """A price that follows an index goes on by the last rate that is written in: a year or more later it is hardly meant."""
    for index, payment in enumerate(contract.payments):
        rates = [day for given in (payment.rule, *payment.adjust) for day in _rate_days(given.arguments)]
        late = [period.id for period in payment.claim_periods if rates and period.start >= _a_year_after(max(rates))]
        if late:
            words = f"the last rate of the index is from {max(rates)}, and {', '.join(late)} is priced by it too; write later rates in, or 'until' for the day they are needed from"
            yield ("payments", index, "rule"), words


def _rate_days(value: Any) -> Iterator[dt.date]:
    """The days of the rates of every index in a rule's arguments that does not say until when it holds."""
    if isinstance(value, dict):
        indexed = value.get("indexed")
        if isinstance(indexed, dict) and isinstance(indexed.get("rates"), dict) and "until" not in indexed:
            yield from (day for day in indexed["rates"] if isinstance(day, dt.date))
        for part in value.values():
            yield from _rate_days(part)
    elif isinstance(value, list):
        for part in value:
            yield from _rate_days(part)


def _a_year_after(day: dt.date) -> dt.date:
    return dt.date(day.year + 1, day.month, min(day.day, 28))


def _nothing_to_repay(contract: OutcomeContract) -> Said:
    if contract.model == "social_impact_bond" and contract.waterfall is None:
        yield ("model",), "a social impact bond without a waterfall repays no investor; agree on a 'waterfall', or on another model"


def _not_carried(contract: OutcomeContract) -> Said:
    for term in uncarried(contract):
        if term.holds:
            yield term.place, f"{term.words}, which is not carried out; until it is, every payment of the contract is held"
        else:
            yield term.place, f"{term.words}, which is not carried out; the parties keep count of it themselves"
