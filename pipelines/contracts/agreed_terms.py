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
    _unless_paid(contract, source)
    _too_few(contract, source)


def _have_role(contract: OutcomeContract, source: Source, names: Iterable[str], role: Role, place: Place) -> None:
    roles = {party.id: party.roles for party in contract.parties}
    for name in names:
        where = (*place, name) if (*place, name) in source.lines else place
        if name not in roles:
            source.add(where, f"there is no party '{name}'{nearest(name, list(roles))}")
        elif role not in roles[name]:
            source.add(where, f"'{name}' stands here as {role} and does not have that role")


def _unless_paid(contract: OutcomeContract, source: Source) -> None:
    """A second chance waits for payments that stand before it, so that what they gave is known when it is decided."""
    for index, payment in enumerate(contract.payments):
        earlier = [item.id for item in contract.payments[:index]]
        for number, name in enumerate(payment.unless_paid.payments if payment.unless_paid else ()):
            if name not in earlier:
                words = f"no payment '{name}' stands before '{payment.id}'{nearest(name, earlier)}; what it waits for is decided first"
                source.add(("payments", index, "unless_paid", "payments", number), words)


def _too_few(contract: OutcomeContract, source: Source) -> None:
    """What follows when a cohort is too small must be possible: there is a next cohort, or a fallback."""
    for index, cohort in enumerate(contract.cohorts):
        then = cohort.too_few.then if cohort.too_few else None
        place: Place = ("cohorts", index, "too_few", "then")
        if then == "merged_with_next" and index + 1 == len(contract.cohorts):
            source.add(place, f"'{cohort.id}' is the last cohort; there is no next one to merge it with")
        if then == "fallback" and not any(payment.unless_paid for payment in contract.payments):
            source.add(place, "no payment is a fallback; name the others under 'unless_paid' of one, or agree on something else that follows")
        if cohort.too_few is not None and cohort.closes is not None and cohort.closes.at_size < cohort.too_few.below:
            source.add(place, f"'{cohort.id}' closes at {cohort.closes.at_size} people, and below {cohort.too_few.below} it is too small")
