"""A price for each unit by what it was spent in: a week in a job has another price than a week in education."""

from decimal import Decimal
from fractions import Fraction

from indicators.result import Result
from pipelines.contracts.outcome import ClaimPeriod
from pipelines.contracts.steps import MoneyByComponent
from pipelines.contracts.strict import Name
from pipelines.payments.rule import Assessment, Line, UncomputableError, Unit, exact, fewest_of, money, one_price, own_units, payment_rule, to_cents


@payment_rule("per_unit_by_component", version=1, needs_comparison=False, has_one_price=True)
def per_unit_by_component(
    result: Result,  # noqa: ARG001
    claim_period: ClaimPeriod,
    units: tuple[Unit, ...],
    *,
    unit: Name,
    prices: MoneyByComponent,
    role: str,
) -> Assessment:
    """The value of a person is a number of units for each component that the outcome tells apart. For each counted person of one role and each
    component, units times the price of that component; a component that is to bring nothing has the price nought. What a person comes to over all
    components is one amount, exact and unrounded. One price of each component holds throughout a claim period. Nothing that brings money is `not_met`.
    Raises ValueError for units of no component or of one without a price, when a price changes inside the claim period, or a person has less than nought.
    """
    each, own = {name: one_price(price, claim_period) for name, price in prices.root.items()}, own_units(units, role)
    if any(item.component not in each for item in own):
        raise UncomputableError("units are of a component that has no price")
    people, worth = {item.key: item for item in own}, dict.fromkeys((item.key for item in own), Fraction(0))
    for item in own:
        worth[item.key] += Fraction(item.value) * Fraction(each[item.component])
    lines = tuple(Line(key, people[key].cohort, amount, people[key].paid_before) for key, amount in worth.items())
    amount = to_cents(sum(worth.values(), Fraction(0)))
    told, words = [], []
    for name, price in each.items():
        having = [item for item in own if item.component == name and item.value]
        count = sum((item.value for item in having), Decimal(0))
        told += [len(having), len(people) - len(having)]
        words.append(
            f"{count.normalize():,f} {unit}s ({name}) of {len(having)} persons x {money(price)} (price on {claim_period.start}) = {exact(Fraction(count) * Fraction(price))}"
        )
    reason = f"{money(amount)} for {unit}s by component" if amount else f"no {unit} counts"
    return Assessment("due" if amount else "not_met", amount, reason, (*words, f"together {money(amount)}"), lines, fewest_of(*told))
