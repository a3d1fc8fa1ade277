"""What a contract pays whatever the results: nobody who puts money in risks it on what is reached.

From the terms alone, before anything is measured: standing charges, floors of tables of steps, and guaranteed least amounts. A payment with
conditions, a second chance, or one that a break may end is not certain, and caps of the whole contract are left out.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pipelines.contracts.catalogue import arguments
from pipelines.contracts.outcome import ClaimPeriod, OutcomeContract, Payment
from pipelines.payments.adjusters import adjusters
from pipelines.payments.rule import rules, to_cents
from pipelines.payments.waterfall_rows import NOUGHT, Inflow

WORDS = "paid whatever the results"


def certain(contract: OutcomeContract) -> list[Inflow]:
    """What comes in by day and payer without any result, in the order of days. An amount is paid on the day it is decided from, or as many days
    later as the contract gives for paying."""
    wait = dt.timedelta(days=contract.deadlines.pay.days if contract.deadlines is not None and contract.deadlines.pay is not None else 0)
    made = [
        Inflow(period.decided_from + wait, amount, WORDS, payment.payer)
        for payment in contract.payments
        for period in payment.claim_periods
        if contract.fills_waterfall(payment)
        if (amount := least_of(payment, period)) > 0
    ]
    return sorted(made, key=lambda item: (item.day, item.payer))


def least_of(payment: Payment, period: ClaimPeriod) -> Decimal:
    """The least that a claim of a payment comes to, whatever the result; nought where nothing is certain."""
    if payment.requires or payment.unless_paid is not None:
        return NOUGHT
    least = _of_rule(payment, period)
    for step in payment.adjust:
        given = arguments(adjusters()[step.pin].parameters, step.arguments)
        if step.pin == "guaranteed@1":
            least = max(least, Fraction(given["at_least"].on(period.start)))
        elif step.pin == "share_of_amount@1":
            least *= Fraction(given["share"])
        elif step.pin == "cap@1":
            least = min(least, Fraction(given["amount_at_most"]))
        else:
            least = Fraction(0)
    return to_cents(least)


def _of_rule(payment: Payment, period: ClaimPeriod) -> Fraction:
    """What the rule gives at least, before adjusters."""
    given = arguments(rules()[payment.rule.pin].parameters, payment.rule.arguments)
    if payment.rule.pin == "standing_charge@1":
        return Fraction(given["amount"].on(period.start))
    return _floor(given, period) if payment.rule.pin == "step_table@1" else Fraction(0)


def _floor(given: dict[str, Any], period: ClaimPeriod) -> Fraction:
    """The least share of a table of steps while its floor holds."""
    floor, of = given["floor"], given["of"]
    return Fraction(floor.share) * Fraction(of.on(period.start)) if floor is not None and of is not None and period.end <= floor.until else Fraction(0)
