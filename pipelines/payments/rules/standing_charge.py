"""An amount for the claim period whatever the result: a standing charge, or the part of a price that is guaranteed for activity."""

from indicators.result import Result
from pipelines.contracts.outcome import ClaimPeriod, DatedMoney
from pipelines.payments.rule import Assessment, money, on_first_day, payment_rule, to_cents


@payment_rule("standing_charge", version=1, needs_comparison=False)
def standing_charge(result: Result, claim_period: ClaimPeriod, *, amount: DatedMoney) -> Assessment:  # noqa: ARG001
    """The amount that holds on the claim period's first day, whatever the result: nobody risks it on what is reached. It is decided as any other payment,
    and held while the gate does not hold. An amount of nought, as after a charge has ended, is `not_met`.
    """
    full = to_cents(on_first_day(amount, claim_period))
    line = f"{money(full)} for the claim period whatever the result (amount on {claim_period.start})"
    reason = f"{money(full)} for the claim period whatever the result"
    return Assessment("due" if full else "not_met", full, reason, (line,))
