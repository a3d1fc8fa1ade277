"""A price for each person who counts."""

from indicators.result import Result
from pipelines.contracts.outcome import ClaimPeriod, DatedMoney
from pipelines.payments.rule import Assessment, money, payment_rule, to_cents


@payment_rule("per_person", version=1, needs_comparison=False)
def per_person(result: Result, claim_period: ClaimPeriod, *, price: DatedMoney, role: str) -> Assessment:
    """The sum of values over the counted people of one role, times the price that holds on the claim period's first day.
    Nobody counted is `not_met`.
    """
    counted = result.roles.get(role)
    each = price.on(claim_period.start)
    if counted is None or counted.value == 0:
        return Assessment("not_met", to_cents(each * 0), f"nobody in the {role} group counts", (f"0 persons x {money(each)} = 0.00",))
    amount = to_cents(counted.value * each)
    line = f"{counted.value:f} persons x {money(each)} (price from {claim_period.start}) = {money(amount)}"
    return Assessment("due", amount, f"{counted.value:f} persons at {money(each)} each", (line,))
