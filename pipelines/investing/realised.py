"""What came of a contract's effects: each claim period's estimate with its interval, or why it is not known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from indicators.result import Result
from pipelines.contracts.outcome import ClaimPeriod, OutcomeContract, Payment
from pipelines.contracts.value import PayerKind, ValuedEffect
from pipelines.contracts.valuing import periods_of, year_of
from pipelines.investing.case import Found
from pipelines.payments.rule import compared_people

DECIDED = ("due", "not_met")
NOT_DECIDED = "not_decided"
NOT_ESTIMATED, NOBODY, NO_INTERVAL = "not_estimated", "nobody_counted", "no_interval"
"""Why nothing is known of a claim period, beside the states of claims."""
States = Mapping[tuple[str, str], str]
"""How a payment's claim for a claim period stands, by both names."""


def found_in(contract: OutcomeContract, results: Mapping[tuple[str, str], Result], states: States) -> list[Found]:
    """What each claim period of each effect says. A result counts only when every payment that it is for is decided: what is held, or not due yet, is not
    known, and never nought. `results` are by outcome and claim period, which is empty for that of a whole cohort."""
    assert contract.value is not None
    return [
        _found(contract, effect, period, results.get((effect.outcome, period.id)) or results.get((effect.outcome, "")), states)
        for effect in contract.value.effects
        for period in _claims(contract, effect)
    ]


def _claims(contract: OutcomeContract, effect: ValuedEffect) -> list[ClaimPeriod]:
    """The claim periods of an effect: those that people are expected in."""
    return [period for period in periods_of(contract, effect.outcome) if period.id in effect.expected.people]


def _found(contract: OutcomeContract, effect: ValuedEffect, period: ClaimPeriod, result: Result | None, states: States) -> Found:
    place = (effect.outcome, period.id, year_of(period))
    undecided = _undecided(contract, effect.outcome, period.id, states)
    if undecided or result is None:
        return Found(*place, not_known=undecided or NOT_ESTIMATED)
    role = result.roles.get("treatment")
    if role is None or role.n_counted == 0:
        return Found(*place, not_known=NOBODY)
    if contract.outcome(effect.outcome).compare is None:
        return _ended(effect, place, role.n_counted, role.mean, None)
    return _estimated(effect, result, compared_people(result), place)


def _estimated(effect: ValuedEffect, result: Result, people: int, place: tuple[str, str, int]) -> Found:
    quantity = result.estimate.quantities.get(effect.figure) if result.estimate is not None else None
    if quantity is None:
        return Found(*place, not_known=NOT_ESTIMATED)
    ends = next(((Fraction(item.low), Fraction(item.high)) for item in quantity.intervals if item.name == effect.interval), None)
    if effect.interval is not None and ends is None:
        return Found(*place, not_known=NO_INTERVAL)
    return _ended(effect, place, people, quantity.compared, ends)


def _ended(effect: ValuedEffect, place: tuple[str, str, int], people: int, each: Fraction, ends: tuple[Fraction, Fraction] | None) -> Found:
    """The effect, good when above nought, less what would have come anyway where the parties say how much that is."""
    factor = (1 - Fraction(effect.deadweight or 0)) * (1 if effect.better == "higher" else -1)
    low, high = sorted(end * factor for end in ends) if ends is not None else (None, None)
    return Found(*place, people, each * factor, low, high)


def _undecided(contract: OutcomeContract, outcome: str, period: str, states: States) -> str:
    """The state of a claim that the result is for and that is not decided finally; empty when all are. What no payment asks for finally, as an outcome that is
    only paid on account, nobody ever decides."""
    asked = [payment.id for payment in contract.payments if outcome in payment.outcomes_of("final") and any(item.id == period for item in payment.claim_periods)]
    if not asked:
        return NOT_DECIDED
    return next((state for name in asked if (state := states.get((name, period), NOT_DECIDED)) not in DECIDED), "")


def undecided(contract: OutcomeContract, states: States, *, is_distributed: bool = True) -> list[tuple[str, str]]:
    """The payments and claim periods of which it is not known what they move, in the contract's order: those that are not decided finally, and all that fill a
    waterfall as long as it has not distributed everything that came in, or nobody knows what it did."""

    def is_open(payment: Payment, period: ClaimPeriod) -> bool:
        waits = not is_distributed and contract.waterfall is not None and contract.fills_waterfall(payment)
        return waits or states.get((payment.id, period.id)) not in DECIDED

    return [(payment.id, period.id) for payment in contract.payments for period in payment.claim_periods if is_open(payment, period)]


def moved(contract: OutcomeContract, nets: Iterable[tuple[str, int, Decimal]]) -> dict[tuple[PayerKind, int], Decimal]:
    """What payments moved, by payer and year, from what each party got less what it paid in each. `others` are left out: theirs is what is left."""
    assert contract.value is not None
    total: dict[tuple[PayerKind, int], Decimal] = {}
    for party, year, net in nets:
        place = (contract.value.payers.of(party), year)
        if place[0] != "others":
            total[place] = total.get(place, Decimal("0.00")) + net
    return total


def states_of(contract: str, rows: Sequence[Mapping[str, str]]) -> dict[tuple[str, str], str]:
    """How each final claim of a contract stands on a board."""
    return {(row["trigger"], row["claim_period"]): row["state"] for row in rows if row["contract"] == contract and row["kind"] == "final"}
