"""A price, once, for each person whose own result reaches a number."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from indicators.result import Result
from pipelines.contracts.outcome import ClaimPeriod, DatedMoney
from pipelines.contracts.strict import Name
from pipelines.payments.rule import Assessment, Line, Unit, money, payment_rule, to_cents


@payment_rule("per_person_reaching", version=1, needs_comparison=False, pays_multiples=True)
def per_person_reaching(
    result: Result,  # noqa: ARG001
    claim_period: ClaimPeriod,
    units: tuple[Unit, ...],
    *,
    at_least: Decimal,
    unit: Name,
    price: DatedMoney,
    priced_at: Literal["window_end", "claim_period_start"],
    role: str,
) -> Assessment:
    """The price for each counted person of one role whose value is at least `at_least`, in the `unit` named; exactly that is enough. The price is that of the
    last day of the person's own window (`window_end`), or of the first day of the claim period. Nobody reaching it is `not_met`.
    """
    own = [item for item in units if item.role == role]
    reached = [item for item in own if item.value >= at_least]
    days = {item.key: item.window_end - dt.timedelta(days=1) if priced_at == "window_end" else claim_period.start for item in reached}
    lines = tuple(Line(item.key, item.cohort, Fraction(price.on(days[item.key])), item.paid_before) for item in reached)
    groups: dict[dt.date, list[Line]] = {}
    for line in lines:
        groups.setdefault(max(day for day in price.root if day <= days[line.key]), []).append(line)
    amount = to_cents(sum((line.amount for line in lines), Fraction(0)))
    reason = f"{len(reached)} of {len(own)} persons reach {at_least.normalize():f} {unit}s"
    told = [*(len(group) for group in groups.values()), len(own) - len(reached)]
    fewest = min((people for people in told if people), default=None)
    if not lines:
        return Assessment("not_met", amount, reason, (f"{reason}: 0.00",), fewest=fewest)
    sums = tuple(
        f"{len(group)} persons x {money(price.root[since])} (price from {since}) = {money(to_cents(sum((line.amount for line in group), Fraction(0))))}"
        for since, group in sorted(groups.items())
    )
    whole = (f"together {money(amount)}",) if len(groups) > 1 else ()
    return Assessment("due", amount, reason, (reason, *sums, *whole), lines, fewest)
