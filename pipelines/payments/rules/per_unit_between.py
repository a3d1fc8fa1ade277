"""A price for each unit of a person's own from one number to another, such as the weeks 27 to 52."""

from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any

from annotated_types import Ge

from indicators.result import Result
from pipelines.contracts.outcome import ClaimPeriod, DatedMoney
from pipelines.contracts.strict import Name
from pipelines.payments.rule import Assessment, Line, Unit, fewest_of, money, one_price, own_units, payment_rule, to_cents


def _fits(*, first: int, last: int, **_: Any) -> None:
    if last < first:
        raise ValueError(f"the last unit that is paid, {last}, stands before the first, {first}; write the lower number under 'first'")


@payment_rule("per_unit_between", version=1, needs_comparison=False, has_one_price=True, fits=_fits)
def per_unit_between(
    result: Result,  # noqa: ARG001
    claim_period: ClaimPeriod,
    units: tuple[Unit, ...],
    *,
    unit: Name,
    first: Annotated[int, Ge(1)],
    last: Annotated[int, Ge(1)],
    price: DatedMoney,
    role: str,
) -> Assessment:
    """The value of a person is their number of units. Of each counted person of one role the units from number `first` to number `last` are paid, both
    included: the earlier ones and the later ones are not, and a part of a unit is paid as that part. Units are numbered from the first that the
    outcome counts of the person: in the whole window, or in the claim period where it counts that alone. One price holds throughout a claim period.
    Nobody having such a unit is `not_met`. Raises ValueError when the price changes inside the claim period, or a person has less than nought.
    """
    each, own = one_price(price, claim_period), own_units(units, role)
    paid = [max(Decimal(0), min(item.value, Decimal(last)) - (first - 1)) for item in own]
    lines = tuple(Line(item.key, item.cohort, Fraction(count) * Fraction(each), item.paid_before) for item, count in zip(own, paid, strict=True) if count)
    amount = to_cents(sum((line.amount for line in lines), Fraction(0)))
    counted = f"{sum(paid, Decimal(0)).normalize():,f} {unit}s"
    words = f"{counted} (number {first} to {last} of a person) of {len(lines)} of {len(own)} persons x {money(each)} (price on {claim_period.start}) = {money(amount)}"
    full = sum(item.value >= last for item in own)
    fewest = fewest_of(len(lines), len(own) - len(lines), full, len(lines) - full)
    if amount == 0:
        return Assessment("not_met", amount, f"nobody has a {unit} from number {first} on that is paid", (words,), lines, fewest)
    return Assessment("due", amount, f"{counted} from number {first} to {last} at {money(each)} each", (words,), lines, fewest)
