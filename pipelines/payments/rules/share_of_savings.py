"""A share of the money that was saved, by how much has been saved so far."""

from decimal import Decimal
from fractions import Fraction

from indicators.result import Result
from pipelines.contracts.outcome import ClaimPeriod
from pipelines.contracts.steps import SteppedShares
from pipelines.payments.rule import Assessment, Earlier, money, payment_rule, percent, to_cents


@payment_rule("share_of_savings", version=1, needs_comparison=False)
def share_of_savings(
    result: Result,
    claim_period: ClaimPeriod,  # noqa: ARG001
    earlier: Earlier,
    *,
    shares: SteppedShares,
    role: str,
) -> Assessment:
    """The sum of values of the counted people of one role is the money saved in the claim period, below nought where more was spent than before. Of
    all that has been saved so far, earlier claim periods and this one together, each part has its own share: `shares` says from which amount on a
    share holds. Off it comes what the shares of the earlier saving were, or what earlier claim periods were decided at, if that is more; the rest is
    due. So a loss pays nothing and takes nothing back, and later savings first make up for it. Each of the two sums is rounded to whole cents.
    Nothing more to pay is `not_met`.
    """
    counted = result.roles.get(role)
    saved = Fraction(counted.value) if counted is not None else Fraction(0)
    so_far = earlier.counted + saved
    (owed, parts), (owed_before, _) = _owed(so_far, shares), _owed(earlier.counted, shares)
    given = max(owed_before, earlier.amount)
    amount = max(owed - given, Decimal("0.00"))
    total = f"{_shown(earlier.counted)} saved in earlier claim periods + {_shown(saved)} in this one = {_shown(so_far)}"
    rest = f"{money(owed)} - {money(given)} by earlier claim periods -> {f'{money(amount)} due' if amount else 'nothing due'}"
    reason = f"{_shown(so_far)} saved so far, of which {money(amount) if amount else 'nothing'} more is due"
    return Assessment("due" if amount else "not_met", amount, reason, (total, f"{parts} = {money(owed)}", rest), counted=saved)


def _owed(so_far: Fraction, shares: SteppedShares) -> tuple[Decimal, str]:
    """What all shares of the saving so far come to, in whole cents, and the sum in words."""
    parts = shares.parts(so_far)
    words = f"of it {' + '.join(f'{_shown(part)} x {_exactly(share)}' for part, share in parts)}" if parts else "nothing is saved so far"
    return to_cents(sum((part * Fraction(share) for part, share in parts), Fraction(0))), words


def _shown(saved: Fraction) -> str:
    return money(to_cents(saved))


def _exactly(share: Decimal) -> str:
    return percent(share, max(2, -int(share.as_tuple().exponent) - 2))
