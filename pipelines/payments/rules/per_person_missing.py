"""What is paid for each person fewer than was agreed, as where fewer are referred than the provider was promised."""

from fractions import Fraction
from typing import Annotated

from annotated_types import Ge

from indicators.result import Result
from pipelines.contracts.outcome import ClaimPeriod, DatedMoney
from pipelines.payments.rule import Assessment, UncomputableError, fewest_of, money, on_first_day, payment_rule, to_cents


@payment_rule("per_person_missing", version=1, needs_comparison=False)
def per_person_missing(result: Result, claim_period: ClaimPeriod, *, minimum: Annotated[int, Ge(1)], price: DatedMoney, role: str) -> Assessment:
    """For each person fewer than `minimum` whom the outcome has in one role the price is paid. Everybody enrolled whom the claim period claims is one,
    whatever became of them: counted, not observed or not mature. The price is that of the claim period's first day. As many as the minimum, or
    more, is `not_met`: nothing is paid. Raises ValueError where there is nobody at all, which cannot be told from a list that never came.
    """
    counted = result.roles.get(role)
    if counted is None or counted.n == 0:
        raise UncomputableError("nobody is enrolled, which cannot be told from a list that never came")
    missing, each = max(0, minimum - counted.n), on_first_day(price, claim_period)
    amount = to_cents(Fraction(each) * missing)
    reason = f"{counted.n} persons are enrolled of at least {minimum}, {missing} are missing"
    line = f"{missing} persons x {money(each)} (price on {claim_period.start}) = {money(amount)}"
    return Assessment("due" if amount else "not_met", amount, reason, (reason, line), fewest=fewest_of(counted.n))
