"""References of the terms that stand beside cohorts, outcomes and payments: parties that are there and have the role, outcomes and cohorts that
the terms speak of."""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.contracts.outcome import OutcomeContract, Role
from pipelines.contracts.source import Place, Source, nearest


def check_agreed(contract: OutcomeContract, source: Source) -> None:
    """Add a finding for each term of a contract that speaks of what is not there."""
    for index, payment in enumerate(contract.payments):
        if payment.split is not None:
            _have_role(contract, source, payment.split.shares, "payer", ("payments", index, "split", "shares"))
    if contract.caps is not None:
        _have_role(contract, source, contract.caps.per_payer, "payer", ("caps", "per_payer"))
    if contract.referrals is not None:
        _have_role(contract, source, [contract.referrals.by], "commissioner", ("referrals", "by"))
    if contract.fallback is not None:
        paid = {payment.pays_for for payment in contract.payments}
        for index, name in enumerate(contract.fallback.pool):
            if name not in paid:
                source.add(("fallback", "pool", index), f"no payment is for an outcome '{name}'{nearest(name, sorted(paid))}")
    _too_few(contract, source)


def _have_role(contract: OutcomeContract, source: Source, names: Iterable[str], role: Role, place: Place) -> None:
    roles = {party.id: party.roles for party in contract.parties}
    for name in names:
        where = (*place, name) if (*place, name) in source.lines else place
        if name not in roles:
            source.add(where, f"there is no party '{name}'{nearest(name, list(roles))}")
        elif role not in roles[name]:
            source.add(where, f"'{name}' stands here as {role} and does not have that role")


def _too_few(contract: OutcomeContract, source: Source) -> None:
    """What follows when a cohort is too small must be possible: there is a next cohort, or a fallback."""
    for index, cohort in enumerate(contract.cohorts):
        then = cohort.too_few.then if cohort.too_few else None
        place: Place = ("cohorts", index, "too_few", "then")
        if then == "merged_with_next" and index + 1 == len(contract.cohorts):
            source.add(place, f"'{cohort.id}' is the last cohort; there is no next one to merge it with")
        if then == "fallback" and contract.fallback is None:
            source.add(place, "the contract has no 'fallback'; agree on one, or on something else that follows")
        if cohort.too_few is not None and cohort.closes is not None and cohort.closes.at_size < cohort.too_few.below:
            source.add(place, f"'{cohort.id}' closes at {cohort.closes.at_size} people, and below {cohort.too_few.below} it is too small")
