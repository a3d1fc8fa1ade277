"""The full price for a person who reaches the whole, and a part of it for one who fails late."""

from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any

from annotated_types import Ge

from indicators.result import Result
from pipelines.contracts.outcome import ClaimPeriod, DatedMoney
from pipelines.contracts.strict import Name
from pipelines.payments.rule import Assessment, Line, Unit, fewest_of, money, on_first_day, own_units, payment_rule, to_cents


def _fits(*, whole: int, more_than: int, **_: Any) -> None:
    if more_than >= whole:
        raise ValueError(f"a part is paid beyond {more_than}, and the whole is {whole}; write a number below the whole under 'more_than'")


@payment_rule("pro_rata", version=1, needs_comparison=False, fits=_fits)
def pro_rata(
    result: Result,  # noqa: ARG001
    claim_period: ClaimPeriod,
    units: tuple[Unit, ...],
    *,
    unit: Name,
    whole: Annotated[int, Ge(1)],
    more_than: Annotated[int, Ge(0)],
    full_price: DatedMoney,
    role: str,
) -> Assessment:
    """The value of a person is how many units the success lasted. For each counted person of one role: the full price where it lasted the `whole` or
    longer; where it lasted longer than `more_than` and failed before the whole, the part of the full price that the value is of the whole, exact and
    unrounded; nothing where it failed at `more_than` or before. The price is that of the claim period's first day; the amount is rounded once.
    Nobody lasting longer than `more_than` is `not_met`. Raises ValueError for a person with less than nought.
    """
    own, each = own_units(units, role), on_first_day(full_price, claim_period)
    paid = [item for item in own if item.value > more_than]
    parts = [item.value for item in paid if item.value < whole]
    lines = tuple(Line(item.key, item.cohort, Fraction(min(item.value, Decimal(whole))) / whole * Fraction(each), item.paid_before) for item in paid)
    amount = to_cents(sum((line.amount for line in lines), Fraction(0)))
    reached, late, early = len(paid) - len(parts), len(parts), len(own) - len(paid)
    words = f"{reached} of {len(own)} persons reach {whole} {unit}s, {late} fail later than {more_than}, {early} no later"
    priced = f"(price on {claim_period.start})"
    at_full = to_cents(Fraction(each) * reached)
    full = [f"{reached} persons x {money(each)} {priced} = {money(at_full)}"] if reached else []
    rest = f"{sum(parts, Decimal(0)).normalize():,f} {unit}s of {late} persons / {whole} x {money(each)} {priced} = {money(amount - at_full)}"
    together = [f"together {money(amount)}"] if reached and late else []
    sums = (words, *full, *([rest] if late else []), *together)
    return Assessment("due" if amount else "not_met", amount, words, sums, lines, fewest_of(reached, late, early))
