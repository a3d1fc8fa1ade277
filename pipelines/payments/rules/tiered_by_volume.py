"""A price for each of what is counted, by how many have been counted so far over the contract's life."""

from fractions import Fraction

from indicators.result import Result
from pipelines.contracts.outcome import ClaimPeriod
from pipelines.contracts.steps import SteppedMoney
from pipelines.contracts.strict import Name
from pipelines.payments.rule import Assessment, Earlier, fewest_of, money, on_first_day, payment_rule, to_cents, whole, whole_count


@payment_rule("tiered_by_volume", version=1, needs_comparison=False)
def tiered_by_volume(result: Result, claim_period: ClaimPeriod, earlier: Earlier, *, tiers: SteppedMoney, unit: Name, role: str) -> Assessment:
    """The sum of values of the counted people of one role is the volume of the claim period, in whole units. Units are numbered over the contract's
    life, after those that earlier claim periods counted, and each has the price of its number: `tiers` says from which number on a price holds. A
    tier that is filled in one claim period is not filled again in the next. A price is that of the claim period's first day. Nothing counted is
    `not_met`. Raises ValueError for a volume below nought, or one that is not a whole number.
    """
    volume, before = whole_count(result.roles.get(role)), whole(earlier.counted)
    parts = tiers.parts(before, before + volume)
    priced = [(part, on_first_day(part.price, claim_period)) for part in parts]
    amount = to_cents(sum((Fraction(each) * part.count for part, each in priced), Fraction(0)))
    reason = f"{volume:,} {unit}s after {before:,} in earlier claim periods"
    sums = [
        f"{part.count:,} {unit}s (number {part.start + 1:,} to {part.end:,}) x {money(each)} (price on {claim_period.start}) = {money(to_cents(Fraction(each) * part.count))}"
        for part, each in priced
    ]
    words = (reason, *sums, f"together {money(amount)}")
    return Assessment("due" if amount else "not_met", amount, reason, words, fewest=fewest_of(before, *(part.count for part in parts)), counted=Fraction(volume))
