"""A price for each unit of time or each count that a person's result comes to."""

from decimal import Decimal
from fractions import Fraction

from indicators.result import Result
from pipelines.contracts.outcome import ClaimPeriod, DatedMoney
from pipelines.contracts.strict import Name
from pipelines.payments.rule import Assessment, Line, Unit, money, one_price, own_units, payment_rule, to_cents


@payment_rule("per_unit", version=1, needs_comparison=False, has_one_price=True, pays_multiples=True)
def per_unit(result: Result, claim_period: ClaimPeriod, units: tuple[Unit, ...], *, unit: Name, price: DatedMoney, role: str) -> Assessment:
    """For each counted person of one role, units times the price of the day of service; exact, so that what adjusts and rounds them does
    so in the order the contract names. One price holds throughout a claim period. Nothing counted is `not_met`. Raises ValueError when
    the price changes inside the claim period, or a person has less than nought.
    """
    each, own = one_price(price, claim_period), own_units(units, role)
    counted = sum((item.value for item in own), Decimal(0)).normalize()
    lines = tuple(Line(item.key, item.cohort, Fraction(item.value) * Fraction(each), item.paid_before) for item in own)
    amount = to_cents(sum((line.amount for line in lines), Fraction(0)))
    words = f"{counted:,f} {unit}s of {result.roles[role].n_counted if role in result.roles else 0} persons x {money(each)} (price on {claim_period.start})"
    if amount == 0:
        return Assessment("not_met", amount, f"no {unit} counts", (f"{words} = 0.00",), lines)
    return Assessment("due", amount, f"{counted:,f} {unit}s at {money(each)} each", (f"{words} = {money(amount)}",), lines)
