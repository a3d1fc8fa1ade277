"""An amount, all or nothing, when an estimated quantity reaches a threshold."""

from decimal import Decimal
from fractions import Fraction

from indicators.result import Result
from pipelines.contracts.outcome import ClaimPeriod, DatedMoney
from pipelines.payments.rule import Assessment, estimated, money, on_first_day, payment_rule, percent, role_words, to_cents


@payment_rule("threshold", version=1, needs_comparison=True)
def threshold(result: Result, claim_period: ClaimPeriod, *, measure: str, at_least: Decimal, amount: DatedMoney) -> Assessment:
    """The whole amount when the unrounded quantity is at least the threshold; exactly the threshold is enough; else nothing."""
    reached = estimated(result, measure).compared
    full = to_cents(on_first_day(amount, claim_period))
    is_met = reached >= Fraction(at_least)
    sign = ">=" if is_met else "<"
    outcome = f"{money(full)} due" if is_met else "nothing due"
    arithmetic = (
        f"{role_words(result)}: {measure.replace('_', ' ')} {percent(reached)}",
        f"{percent(reached)} {sign} {percent(at_least)} (compared unrounded) -> {outcome}",
    )
    reason = f"{measure.replace('_', ' ')} {percent(reached)} {'reaches' if is_met else 'is below'} {percent(at_least)}"
    return Assessment("due" if is_met else "not_met", full if is_met else full * 0, reason, arithmetic)
