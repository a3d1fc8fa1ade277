"""A bonus for each person above a number."""

from fractions import Fraction
from typing import Annotated, Literal

from annotated_types import Ge

from indicators.result import Result
from pipelines.contracts.outcome import ClaimPeriod, DatedMoney
from pipelines.payments.rule import Assessment, Earlier, UncomputableError, fewest_of, money, on_first_day, payment_rule, to_cents, whole, whole_count


@payment_rule("per_person_above", version=1, needs_comparison=False)
def per_person_above(
    result: Result,
    claim_period: ClaimPeriod,
    earlier: Earlier,
    *,
    above: Annotated[int, Ge(0)],
    price: DatedMoney,
    over: Literal["claim_period", "contract_life"],
    role: str,
) -> Assessment:
    """The sum of values of the counted people of one role is how many persons succeed, one each. For each of them beyond the number `above` the price is
    paid: beyond it in the claim period alone, or over the contract's life, after those whom earlier claim periods counted (`over`). Exactly the
    number brings nothing. The price is that of the claim period's first day. Nobody above it is `not_met`. Raises ValueError where the sum is below
    nought, is not a whole number, or is more than the people who are counted.
    """
    counted = result.roles.get(role)
    persons, each = whole_count(counted), on_first_day(price, claim_period)
    if counted is not None and persons > counted.n_counted:
        raise UncomputableError("more persons succeed than are counted, so the outcome counts something else")
    before = whole(earlier.counted) if over == "contract_life" else 0
    bonus = max(0, before + persons - above) - max(0, before - above)
    amount = to_cents(Fraction(each) * bonus)
    reason = f"{bonus} of {persons} persons are above {above}"
    added = (f"{before} persons in earlier claim periods + {persons} persons = {before + persons}",) if over == "contract_life" else ()
    line = f"{bonus} persons x {money(each)} (price on {claim_period.start}) = {money(amount)}"
    fewest = fewest_of(before, bonus, persons - bonus)
    return Assessment("due" if amount else "not_met", amount, reason, (*added, reason, line), fewest=fewest, counted=Fraction(persons))
