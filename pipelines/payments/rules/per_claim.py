"""A price for each claim of a person, up to so many: persons, claims and claims above the maximum are three things."""

from collections import Counter
from fractions import Fraction
from typing import Annotated, Any

from annotated_types import Ge

from indicators.result import Result
from pipelines.contracts.outcome import ClaimPeriod
from pipelines.contracts.steps import SteppedMoney
from pipelines.payments.rule import Assessment, Line, UncomputableError, Unit, fewest_of, money, on_first_day, own_units, payment_rule, to_cents


def _fits(*, prices: SteppedMoney, at_most: int, **_: Any) -> None:
    for first in prices.root:
        if first > at_most:
            raise ValueError(f"the price from claim {first} is never paid, since a person has at most {at_most}; take it out, or let more be paid")


@payment_rule("per_claim", version=1, needs_comparison=False, fits=_fits)
def per_claim(
    result: Result,  # noqa: ARG001
    claim_period: ClaimPeriod,
    units: tuple[Unit, ...],
    *,
    prices: SteppedMoney,
    at_most: Annotated[int, Ge(1)],
    role: str,
) -> Assessment:
    """The value of a person is their number of claims. Of each counted person of one role the first `at_most` claims are paid, each at the price of
    its number: `prices` says from which claim of a person on a price holds. Claims above the maximum are not paid. Claims are numbered from the
    first that the outcome counts of the person: in the whole window, or in the claim period where it counts that alone. A price is that of the
    claim period's first day. No claim that is paid is `not_met`. Raises ValueError for a person with less than nought or with a part of a claim.
    """
    own = own_units(units, role)
    if any(item.value != int(item.value) for item in own):
        raise UncomputableError("a person has a part of a claim")
    counts = [int(item.value) for item in own]
    paid = [min(count, at_most) for count in counts]
    day = claim_period.start
    lines = tuple(
        Line(item.key, item.cohort, sum((Fraction(part.price.on(day)) * part.count for part in prices.parts(0, count)), Fraction(0)), item.paid_before)
        for item, count in zip(own, paid, strict=True)
        if count
    )
    amount = to_cents(sum((line.amount for line in lines), Fraction(0)))
    claims = f"{sum(counts):,} claims of {len(lines)} persons"
    words = (f"{claims}, at most {at_most} a person: {sum(paid):,} are paid, {sum(counts) - sum(paid):,} are above the maximum", *_sums(prices, paid, at_most, claim_period))
    fewest = fewest_of(*Counter(min(count, at_most + 1) for count in counts).values())
    if amount == 0:
        return Assessment("not_met", amount, "no claim is paid", words, lines, fewest)
    return Assessment("due", amount, f"{sum(paid):,} of {claims} are paid", (*words, f"together {money(amount)}"), lines, fewest)


def _sums(prices: SteppedMoney, paid: list[int], at_most: int, claim_period: ClaimPeriod) -> list[str]:
    """One line for each price that is paid: how many claims it is paid for, and which of a person's they are."""
    lines = []
    for part in prices.parts(0, at_most):
        claims, each = sum(max(0, min(count, part.end) - part.start) for count in paid), on_first_day(part.price, claim_period)
        numbers = f"number {part.end}" if part.count == 1 else f"number {part.start + 1} to {part.end}"
        if claims:
            lines.append(f"{claims:,} claims ({numbers} of a person) x {money(each)} (price on {claim_period.start}) = {money(to_cents(Fraction(each) * claims))}")
    return lines
