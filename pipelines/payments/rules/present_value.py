"""The present value of an effect: what it saves each payer in each year, worth less the later it comes."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le, Lt

from indicators.result import Result
from pipelines.contracts.outcome import ClaimPeriod
from pipelines.contracts.parts import ValuesByPayer
from pipelines.contracts.strict import Name
from pipelines.payments.measured import SHOWN, measured
from pipelines.payments.rule import Assessment, compared_people, money, number, payment_rule, percent, to_cents


@payment_rule("present_value", version=1, needs_comparison=True)
def present_value(
    result: Result,
    claim_period: ClaimPeriod,  # noqa: ARG001
    *,
    figure: Name,
    better: Literal["higher", "lower"],
    values: ValuesByPayer,
    price_level: Annotated[int, Ge(2000), Le(2100)],
    rate: Annotated[Decimal, Ge(0), Lt(1)],
    share: Annotated[Decimal, Gt(0), Le(1)],
) -> Assessment:
    """The effect is an estimated quantity, as a difference of means, a treated person; where `lower` is better, the same with its sign turned. It
    counts once for each treated person who is counted, or of matched sets for each with somebody beside them. One unit of it is worth to each payer
    what `values` says for each year, in prices of `price_level`, divided by one plus `rate` as often as the year is; 0 is the year of the service.
    Of what it is worth to all of them the part `share` is paid, rounded once. Each payer owes its own part: whole cents of it, and the cents then
    missing go one each to those with most of a cent left over, of equals to the first named, so that the parts are the amount. No effect, or one
    below nought, pays nothing.
    """
    found, words = measured(result, figure)
    effect, counted = found if better == "higher" else -found, compared_people(result)
    turned = "" if better == "higher" else ", and lower is better"
    lines = [f"{words}{turned}", f"effect {number(effect, SHOWN)} x {counted} counted = {number(effect * counted, SHOWN)}"]
    if effect * counted <= 0:
        return Assessment("not_met", Decimal("0.00"), f"effect {number(effect, SHOWN)}: nothing due", (*lines, "no effect: 0.00"))
    each = {payer: _present(years, Fraction(rate)) for payer, years in values.root.items()}
    lines += [_sums(payer, years, rate, each[payer], price_level) for payer, years in values.root.items()]
    parts = {payer: value * effect * counted * Fraction(share) for payer, value in each.items()}
    shares = in_whole_cents(parts)
    amount = sum(shares.values(), Decimal(0))
    together = sum(each.values(), Fraction(0))
    lines.append(f"{number(effect * counted, SHOWN)} x {money(to_cents(together))} x {percent(share)} = {money(amount)}")
    lines += [f"{payer} pays {money(part)}" for payer, part in shares.items()]
    state: Literal["due", "not_met"] = "due" if amount else "not_met"
    return Assessment(state, amount, f"effect {number(effect, SHOWN)} for {counted} counted", tuple(lines), counted=effect * counted, shares=shares)


def _present(years: dict[int, Decimal], rate: Fraction) -> Fraction:
    return sum((Fraction(value) / (1 + rate) ** year for year, value in years.items()), Fraction(0))


def _sums(payer: str, years: dict[int, Decimal], rate: Decimal, value: Fraction, level: int) -> str:
    terms = " + ".join(f"{money(amount)} / {1 + rate:f} ^ {year}" for year, amount in years.items())
    return f"{payer}: {terms} = {money(to_cents(value))} a unit (prices of {level})"


def in_whole_cents(parts: dict[str, Fraction]) -> dict[str, Decimal]:
    """Exact parts, none below nought, in cents that come to the rounded sum: by largest remainder, of equals the first named."""
    whole = {name: int(part * 100) for name, part in parts.items()}
    missing = int(to_cents(sum(parts.values(), Fraction(0))) * 100) - sum(whole.values())
    by_remainder = sorted(parts, key=lambda name: whole[name] - parts[name] * 100)
    for name in by_remainder[:missing]:
        whole[name] += 1
    return {name: to_cents(Fraction(cents, 100)) for name, cents in whole.items()}
