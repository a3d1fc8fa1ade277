"""A price for each documented claim that holds, with the error of the checked ones held against those that were not drawn."""

from decimal import Decimal
from fractions import Fraction
from typing import Annotated

from annotated_types import Ge, Gt, Lt

from indicators.claims import Checked, checked_claims
from indicators.result import Result
from pipelines.contracts.outcome import ClaimPeriod, DatedMoney
from pipelines.payments.rule import Assessment, UncomputableError, money, number, on_first_day, payment_rule, percent, to_cents


@payment_rule("per_documented_claim", version=1, needs_comparison=False)
def per_documented_claim(
    result: Result,
    claim_period: ClaimPeriod,
    *,
    price_a_claim: DatedMoney,
    role: str,
    least_checked: Annotated[int, Ge(0)],
    level: Annotated[Decimal, Gt(0), Lt(1)],
) -> Assessment:
    """Claims that were checked and hold are paid whole; of those that were not drawn each weighs one less the error rate, which is the share
    of checked people whose claim did not hold, exact and unrounded. The price is that of the claim period's first day; the amount is
    rounded once. The rate's exact interval at `level` is said and changes nothing. Nothing left of them is `not_met`. Raises ValueError
    when fewer than `least_checked` were checked while some were not drawn: then nobody knows what those are worth.
    """
    counted = result.roles.get(role)
    found = checked_claims(counted) if counted is not None else Checked(0, 0, 0, 0)
    each = on_first_day(price_a_claim, claim_period)
    told = [people for people in (found.not_drawn, found.upheld, found.errors, found.made_good) if people]
    fewest = min(told, default=None)
    standing = found.not_drawn + found.upheld + found.made_good
    if standing == 0:
        return Assessment("not_met", to_cents(each * 0), f"no claim of the {role} group stands", (f"0 claims x {money(each)} = 0.00",), fewest=fewest)
    if found.not_drawn and found.checked < max(least_checked, 1):
        raise UncomputableError("too few claims were checked to say what the others are worth")
    exact = found.extrapolated * Fraction(each)
    amount = to_cents(exact)
    shown = f"{number(found.extrapolated, 4)} claims"
    sums = (
        f"{found.upheld + found.made_good} claims checked that hold + {found.not_drawn} not drawn x (1 - {percent(found.error_rate if found.checked else Fraction(0))}) = {shown}"
    )
    line = f"{shown} x {money(each)} (price on {claim_period.start}) = {money(amount)}"
    reason = f"{standing} claims stand, {shown} after the error of the sample"
    return Assessment("due" if amount else "not_met", amount, reason, (*_rate_words(found, level), sums, line), fewest=fewest, exact=exact)


def _rate_words(found: Checked, level: Decimal) -> tuple[str, ...]:
    """The error rate with its interval; nothing when no claim was checked."""
    if found.checked == 0:
        return ()
    bounds = found.interval(level, 4)
    interval = f"Clopper-Pearson {percent(level, 0)} interval [{percent(bounds.low)}, {percent(bounds.high)}]"
    return (f"{found.errors} of {found.checked} checked did not hold: error rate {percent(found.error_rate)}, {interval}",)
