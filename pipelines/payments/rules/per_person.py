"""A price for each person who counts."""

from fractions import Fraction

from indicators.result import Result
from pipelines.contracts.outcome import ClaimPeriod, DatedMoney
from pipelines.payments.rule import Assessment, UncomputableError, money, on_first_day, payment_rule, to_cents


@payment_rule("per_person", version=1, needs_comparison=False, pays_multiples=True)
def per_person(result: Result, claim_period: ClaimPeriod, *, price: DatedMoney, role: str) -> Assessment:
    """The sum of values over the counted people of one role, times the price that holds on the claim period's first day.
    Nobody counted is `not_met`. Raises ValueError for a sum below nought: a payment is never negative, that would be a true-up.
    """
    counted = result.roles.get(role)
    each = on_first_day(price, claim_period)
    if counted is None or counted.value == 0:
        return Assessment("not_met", to_cents(each * 0), f"nobody in the {role} group counts", (f"0 persons x {money(each)} = 0.00",))
    if counted.value < 0:
        raise UncomputableError("the sum of values is below nought")
    exact = Fraction(counted.value) * Fraction(each)
    amount = to_cents(exact)
    line = f"{counted.value:f} persons x {money(each)} (price on {claim_period.start}) = {money(amount)}"
    return Assessment("due", amount, f"{counted.value:f} persons at {money(each)} each", (line,), exact=exact)
