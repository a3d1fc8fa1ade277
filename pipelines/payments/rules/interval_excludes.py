"""An amount, all or nothing, when a named confidence interval lies wholly on the paying side of a value."""

from decimal import Decimal
from typing import Literal

from indicators.result import Result
from pipelines.contracts.outcome import ClaimPeriod, DatedMoney
from pipelines.payments.rule import Assessment, UncomputableError, estimated, money, on_first_day, payment_rule, percent, role_words, to_cents


@payment_rule("interval_excludes", version=1, needs_comparison=True)
def interval_excludes(result: Result, claim_period: ClaimPeriod, *, measure: str, interval: str, value: Decimal, side: Literal["below", "above"], amount: DatedMoney) -> Assessment:
    """The whole amount when every point of the named interval, at its declared decimals, lies on `side` of `value`; an end that
    touches the value does not exclude it.
    """
    found = estimated(result, measure)
    if interval not in {item.name for item in found.intervals}:
        raise UncomputableError(f"the comparison gives no interval {interval} of the {measure.replace('_', ' ')}")
    bounds = found.interval(interval)
    full = to_cents(on_first_day(amount, claim_period))
    is_met = bounds.high < value if side == "below" else bounds.low > value
    name = interval.replace("_", "-").title()
    shown = f"{name} {percent(bounds.level, 0)} interval of the {measure.replace('_', ' ')} [{bounds.low:f}, {bounds.high:f}]"
    verb = f"lies {side}" if is_met else f"does not lie wholly {side}"
    arithmetic = (role_words(result), f"{shown} {verb} {value:f} -> {f'{money(full)} due' if is_met else 'nothing due'}")
    return Assessment("due" if is_met else "not_met", full if is_met else full * 0, f"{shown} {verb} {value:f}", arithmetic)
